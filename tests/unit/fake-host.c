/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "fake-host.h"

#include "policy/address.h"

struct _PrwFakeHost
{
  GObject parent;
  gboolean available;
  GQueue settling; /* of GTask */
  guint holding;   /* PrwFakeHold */
  GQueue held;     /* of GTask: readings and removals, with the path as data */
  GPtrArray *adapters;
  GHashTable *devices; /* path → PrwDevice */
  GHashTable *watched; /* path → count */
  GString *calls;
  GTask *waiting;
  GCancellable *waiting_cancellable;
  PrwAgentCall *call;
};

static void prw_fake_host_iface_init (PrwHostInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (PrwFakeHost, prw_fake_host, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PRW_TYPE_HOST, prw_fake_host_iface_init))

static G_GNUC_PRINTF (2, 3) void
note (PrwFakeHost *self, const char *format, ...)
{
  va_list args;

  if (self->calls->len > 0)
    g_string_append (self->calls, "; ");
  va_start (args, format);
  g_string_append_vprintf (self->calls, format, args);
  va_end (args);
}

static PrwAdapter *
copy_adapter (const PrwAdapter *old)
{
  PrwAdapter *adapter = prw_adapter_new ();

  adapter->path = g_strdup ("/org/bluez/hci0");
  adapter->name = g_strdup ("hci0");
  adapter->address = g_strdup ("00:00:00:00:00:01");
  adapter->address_type = g_strdup ("public");
  adapter->powered = old == NULL || old->powered;
  adapter->pairable = old != NULL && old->pairable;
  adapter->discoverable = old != NULL && old->discoverable;
  return adapter;
}

static void
replace_adapter (PrwFakeHost *self, PrwAdapter *adapter)
{
  g_ptr_array_set_size (self->adapters, 0);
  g_ptr_array_add (self->adapters, adapter);
  g_signal_emit_by_name (self, "adapter-changed", adapter);
}

static gboolean
fake_is_available (PrwHost *host)
{
  return PRW_FAKE_HOST (host)->available;
}

static void
end_settling (PrwFakeHost *self)
{
  GTask *task;

  while ((task = g_queue_pop_head (&self->settling)) != NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

static void
fake_settle (PrwHost *host, GAsyncReadyCallback callback, gpointer data)
{
  PrwFakeHost *self = PRW_FAKE_HOST (host);
  GTask *task = g_task_new (host, NULL, callback, data);

  g_queue_push_tail (&self->settling, task);
  if (self->adapters->len > 0)
    end_settling (self);
}

static PrwAgentState
fake_get_agent_state (PrwHost *host)
{
  return PRW_FAKE_HOST (host)->available ? PRW_AGENT_STATE_DEFAULT : PRW_AGENT_STATE_UNAVAILABLE;
}

static GPtrArray *
fake_get_adapters (PrwHost *host)
{
  return PRW_FAKE_HOST (host)->adapters;
}

static void
fake_set_capability (PrwHost *host, PrwIoCapability capability)
{
  note (PRW_FAKE_HOST (host), "capability %s", prw_io_capability_to_string (capability));
}

static void
fake_set_pairable (PrwHost *host, const char *name, gboolean pairable)
{
  PrwFakeHost *self = PRW_FAKE_HOST (host);
  PrwAdapter *adapter;

  note (self, "pairable %d", pairable);
  if (self->holding & FAKE_HOLD_SWITCHES)
    return;
  adapter = copy_adapter (self->adapters->pdata[0]);
  adapter->pairable = pairable;
  replace_adapter (self, adapter);
}

static void
fake_set_discoverable (PrwHost *host, const char *name, gboolean discoverable)
{
  note (PRW_FAKE_HOST (host), "discoverable %d", discoverable);
  prw_fake_host_set_discoverable (PRW_FAKE_HOST (host), discoverable);
}

static void
fake_watch_device (PrwHost *host, const char *path)
{
  PrwFakeHost *self = PRW_FAKE_HOST (host);

  g_hash_table_insert (self->watched, g_strdup (path), GINT_TO_POINTER (GPOINTER_TO_INT (g_hash_table_lookup (self->watched, path)) + 1));
}

static void
fake_unwatch_device (PrwHost *host, const char *path)
{
  PrwFakeHost *self = PRW_FAKE_HOST (host);
  int count = GPOINTER_TO_INT (g_hash_table_lookup (self->watched, path));

  g_assert_cmpint (count, >, 0);
  if (count == 1)
    g_hash_table_remove (self->watched, path);
  else
    g_hash_table_insert (self->watched, g_strdup (path), GINT_TO_POINTER (count - 1));
}

static void
return_device (GTask *task, PrwDevice *device)
{
  if (device != NULL)
    g_task_return_pointer (task, prw_device_ref (device), (GDestroyNotify) prw_device_unref);
  else
    g_task_return_new_error (task, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND, "no such device");
}

static void
do_read (PrwFakeHost *self, GTask *task)
{
  if (!self->available)
    g_task_return_new_error (task, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY, "no bluetoothd");
  else
    return_device (task, self->adapters->len > 0 ? g_hash_table_lookup (self->devices, g_task_get_task_data (task)) : NULL);
}

static void
do_removal (PrwFakeHost *self, GTask *task)
{
  if (!self->available || self->adapters->len == 0)
    {
      g_task_return_new_error (task, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY, "no bluetoothd, or no adapter");
      return;
    }
  prw_fake_host_remove (self, g_task_get_task_data (task));
  g_task_return_boolean (task, TRUE);
}

/* Takes @task. */
static void
do_or_hold (PrwFakeHost *self, PrwFakeHold kind, GTask *task)
{
  if (self->holding & kind)
    {
      g_queue_push_tail (&self->held, task);
      return;
    }
  if (kind == FAKE_HOLD_READS)
    do_read (self, task);
  else
    do_removal (self, task);
  g_object_unref (task);
}

static GTask *
held_task (PrwHost *host, PrwFakeHold kind, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (host, NULL, callback, data);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_set_source_tag (task, GUINT_TO_POINTER (kind));
  return task;
}

static void
fake_read_device (PrwHost *host, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  do_or_hold (PRW_FAKE_HOST (host), FAKE_HOLD_READS, held_task (host, FAKE_HOLD_READS, path, callback, data));
}

static void
fake_remove_device (PrwHost *host, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  note (PRW_FAKE_HOST (host), "remove");
  do_or_hold (PRW_FAKE_HOST (host), FAKE_HOLD_REMOVALS, held_task (host, FAKE_HOLD_REMOVALS, path, callback, data));
}

static PrwDevice *
fake_device_finish (PrwHost *host, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static GPtrArray *
fake_list_finish (PrwHost *host, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_list_devices (PrwHost *host, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  PrwFakeHost *self = PRW_FAKE_HOST (host);
  g_autoptr (GTask) task = g_task_new (host, cancellable, callback, data);
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_device_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->devices);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((PrwDevice *) value)->bonded || ((PrwDevice *) value)->paired || ((PrwDevice *) value)->connected)
      g_ptr_array_add (devices, prw_device_ref (value));
  g_task_return_pointer (task, devices, (GDestroyNotify) g_ptr_array_unref);
}

/* Until prw_fake_host_finish(): the test says how a cancelled call ends, too. */
static void
wait_with (PrwFakeHost *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_assert_null (self->waiting);
  g_set_object (&self->waiting_cancellable, cancellable);
  self->waiting = g_task_new (self, NULL, callback, data);
}

static void
fake_find_device (PrwHost *host, const char *adapter, const char *address, guint seconds, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer data)
{
  PrwFakeHost *self = PRW_FAKE_HOST (host);
  g_autofree char *tail = g_strdelimit (g_strdup (address), ":", '_');

  note (self, "find %s", address);
  wait_with (self, cancellable, callback, data);
  g_task_set_task_data (self->waiting, g_strdup_printf ("/org/bluez/%s/dev_%s", adapter, tail), g_free);
}

static void
fake_pair (PrwHost *host, const char *path, PrwIoCapability capability, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  note (PRW_FAKE_HOST (host), "pair %s", prw_io_capability_to_string (capability));
  wait_with (PRW_FAKE_HOST (host), cancellable, callback, data);
}

static void
fake_connect (PrwHost *host, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  note (PRW_FAKE_HOST (host), "connect");
  wait_with (PRW_FAKE_HOST (host), cancellable, callback, data);
}

static void
done (PrwHost *host, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (host, NULL, callback, data);

  g_task_return_boolean (task, TRUE);
}

static void
fake_disconnect (PrwHost *host, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  note (PRW_FAKE_HOST (host), "disconnect");
  done (host, callback, data);
}

static void
fake_set_trusted (PrwHost *host, const char *path, gboolean trusted, GAsyncReadyCallback callback, gpointer data)
{
  note (PRW_FAKE_HOST (host), "trusted %d", trusted);
  done (host, callback, data);
}

static gboolean
fake_call_finish (PrwHost *host, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
prw_fake_host_iface_init (PrwHostInterface *iface)
{
  iface->is_available = fake_is_available;
  iface->get_agent_state = fake_get_agent_state;
  iface->get_adapters = fake_get_adapters;
  iface->set_capability = fake_set_capability;
  iface->set_pairable = fake_set_pairable;
  iface->set_discoverable = fake_set_discoverable;
  iface->watch_device = fake_watch_device;
  iface->unwatch_device = fake_unwatch_device;
  iface->read_device = fake_read_device;
  iface->read_device_finish = fake_device_finish;
  iface->settle = fake_settle;
  iface->list_devices = fake_list_devices;
  iface->list_devices_finish = fake_list_finish;
  iface->find_device = fake_find_device;
  iface->find_device_finish = fake_device_finish;
  iface->pair = fake_pair;
  iface->connect_device = fake_connect;
  iface->disconnect_device = fake_disconnect;
  iface->remove_device = fake_remove_device;
  iface->set_trusted = fake_set_trusted;
  iface->call_finish = fake_call_finish;
}

static void
prw_fake_host_finalize (GObject *object)
{
  PrwFakeHost *self = PRW_FAKE_HOST (object);

  g_assert_null (self->waiting);
  g_assert_true (g_queue_is_empty (&self->held));
  g_clear_object (&self->waiting_cancellable);
  g_clear_pointer (&self->call, prw_agent_call_unref);
  g_ptr_array_unref (self->adapters);
  g_hash_table_unref (self->devices);
  g_hash_table_unref (self->watched);
  g_string_free (self->calls, TRUE);
  G_OBJECT_CLASS (prw_fake_host_parent_class)->finalize (object);
}

static void
prw_fake_host_class_init (PrwFakeHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_fake_host_finalize;
}

static void
prw_fake_host_init (PrwFakeHost *self)
{
  self->available = TRUE;
  self->adapters = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_adapter_unref);
  g_ptr_array_add (self->adapters, copy_adapter (NULL));
  self->devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) prw_device_unref);
  self->watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->calls = g_string_new (NULL);
}

PrwFakeHost *
prw_fake_host_new (void)
{
  return g_object_new (PRW_TYPE_FAKE_HOST, NULL);
}

void
prw_fake_host_set_device (PrwFakeHost *self, const char *path, const char *name, guint flags)
{
  PrwDevice *device = prw_device_new ();
  char address[PRW_ADDRESS_LEN + 1];

  g_assert_true (prw_address_from_path (path, address));
  device->path = g_strdup (path);
  device->adapter = prw_adapter_from_path (path);
  device->address = g_strdup (address);
  device->address_type = flags & FAKE_BREDR ? PRW_ADDRESS_TYPE_PUBLIC : PRW_ADDRESS_TYPE_RANDOM;
  device->device_class = flags & FAKE_BREDR ? 0x240404 : 0;
  device->name = g_strdup (name);
  device->icon = g_strdup ("");
  device->uuids = g_strsplit (flags & FAKE_GATT ? "00001801-0000-1000-8000-00805f9b34fb" : "", ";", -1);
  device->connected = (flags & FAKE_CONNECTED) != 0;
  device->paired = (flags & FAKE_PAIRED) != 0;
  device->bonded = (flags & FAKE_BONDED) != 0;
  g_hash_table_insert (self->devices, g_strdup (path), device);
  if (g_hash_table_contains (self->watched, path))
    g_signal_emit_by_name (self, "device-changed", device);
  fake_pump ();
}

void
prw_fake_host_remove (PrwFakeHost *self, const char *path)
{
  if (g_hash_table_remove (self->devices, path) && g_hash_table_contains (self->watched, path))
    g_signal_emit_by_name (self, "device-removed", path);
}

void
prw_fake_host_hold (PrwFakeHost *self, guint what)
{
  GTask *task;

  self->holding = what;
  while (what == 0 && (task = g_queue_pop_head (&self->held)) != NULL)
    do_or_hold (self, GPOINTER_TO_UINT (g_task_get_source_tag (task)), task);
  fake_pump ();
}

void
prw_fake_host_set_plugged (PrwFakeHost *self, gboolean plugged)
{
  g_autoptr (PrwAdapter) adapter = copy_adapter (NULL);

  adapter->pairable = TRUE;
  g_ptr_array_set_size (self->adapters, 0);
  if (plugged)
    g_ptr_array_add (self->adapters, prw_adapter_ref (adapter));
  g_signal_emit_by_name (self, plugged ? "adapter-added" : "adapter-removed", adapter);
  fake_pump ();
}

/* In the order of the real one. */
void
prw_fake_host_set_available (PrwFakeHost *self, gboolean available)
{
  self->available = available;
  if (!available && self->call != NULL)
    prw_agent_call_cancel (self->call);
  if (!available)
    prw_fake_host_set_plugged (self, FALSE);
  g_signal_emit_by_name (self, "available-changed");
  g_signal_emit_by_name (self, "agent-state-changed");
  if (available)
    prw_fake_host_set_plugged (self, TRUE);
  fake_pump ();
}

void
prw_fake_host_set_discoverable (PrwFakeHost *self, gboolean discoverable)
{
  PrwAdapter *adapter = copy_adapter (self->adapters->pdata[0]);

  adapter->discoverable = discoverable;
  replace_adapter (self, adapter);
}

void
prw_fake_host_set_powered (PrwFakeHost *self, gboolean powered)
{
  PrwAdapter *adapter = copy_adapter (self->adapters->pdata[0]);

  adapter->powered = powered;
  replace_adapter (self, adapter);
}

void
prw_fake_host_set_settled (PrwFakeHost *self, gboolean settled)
{
  g_ptr_array_set_size (self->adapters, 0);
  if (!settled)
    return;
  g_ptr_array_add (self->adapters, copy_adapter (NULL));
  end_settling (self);
}

char *
prw_fake_host_take_calls (PrwFakeHost *self)
{
  char *calls = g_strdup (self->calls->str);

  g_string_truncate (self->calls, 0);
  return calls;
}

gboolean
prw_fake_host_is_cancelled (PrwFakeHost *self)
{
  g_assert_nonnull (self->waiting);
  return g_cancellable_is_cancelled (self->waiting_cancellable);
}

void
prw_fake_host_finish (PrwFakeHost *self, int code)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->waiting);
  const char *path;

  g_assert_nonnull (task);
  path = g_task_get_task_data (task);
  if (code >= 0)
    g_task_return_new_error (task, PRW_HOST_ERROR, code, "as the test said");
  else if (path != NULL)
    return_device (task, g_hash_table_lookup (self->devices, path));
  else
    g_task_return_boolean (task, TRUE);
  fake_pump ();
}

static void
on_answer (const PrwAnswer *answer, gpointer data)
{
  GString *out = data;

  g_assert_cmpstr (out->str, ==, "");
  switch (answer->kind)
    {
    case PRW_ANSWER_REJECT:
      g_string_assign (out, "reject");
      break;
    case PRW_ANSWER_CANCEL:
      g_string_assign (out, "cancel");
      break;
    case PRW_ANSWER_ACCEPT:
      g_string_assign (out, "accept");
      break;
    case PRW_ANSWER_PASSKEY:
      g_string_printf (out, "%06u", answer->passkey);
      break;
    case PRW_ANSWER_PIN:
      g_string_assign (out, answer->pin);
      break;
    }
}

GString *
prw_fake_host_ask_about (PrwFakeHost *self, const char *path, PrwAgentMethod method, guint32 passkey, const char *text)
{
  GString *answer = g_string_new (NULL);
  g_autoptr (PrwReply) reply = prw_reply_new (on_answer, answer, NULL);

  g_clear_pointer (&self->call, prw_agent_call_unref);
  self->call = prw_agent_call_new (method, path, reply);
  self->call->passkey = passkey;
  if (method == PRW_AGENT_METHOD_AUTHORIZE_SERVICE)
    self->call->uuid = g_strdup (text);
  else if (text != NULL)
    self->call->pin = g_strdup (text);
  if (method == PRW_AGENT_METHOD_DISPLAY_PASSKEY)
    prw_reply_accept (reply);
  g_signal_emit_by_name (self, "agent-call", self->call);
  fake_pump ();
  return answer;
}

GString *
prw_fake_host_ask (PrwFakeHost *self, PrwAgentMethod method, guint32 passkey, const char *text)
{
  return prw_fake_host_ask_about (self, FAKE_DEVICE, method, passkey, text);
}

void
prw_fake_host_typed (PrwFakeHost *self, guint32 passkey, guint16 entered)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (PrwReply) reply = prw_reply_new (on_answer, answer, NULL);
  g_autoptr (PrwAgentCall) call = prw_agent_call_new (PRW_AGENT_METHOD_DISPLAY_PASSKEY, FAKE_DEVICE, reply);

  call->passkey = passkey;
  call->entered = entered;
  prw_reply_accept (reply);
  g_signal_emit_by_name (self, "agent-call", call);
  fake_pump ();
}

void
fake_assert_answer (GString *answer, const char *expected)
{
  fake_pump ();
  g_assert_cmpstr (answer->str, ==, expected);
}

void
fake_clear_answer (GString **answer)
{
  g_string_free (g_steal_pointer (answer), TRUE);
}

void
prw_fake_host_cancel (PrwFakeHost *self)
{
  prw_agent_call_cancel (self->call);
  fake_pump ();
}

void
fake_pump (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
