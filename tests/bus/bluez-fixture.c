/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bus/bluez-fixture.h"

#include <string.h>

static GTestDBus *bus;

void
fixture_init (void)
{
  /* Many of these tests are about a bluetoothd that misbehaves, and the host warns of that. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
}

int
fixture_run (void)
{
  int status = g_test_run ();

  g_test_dbus_down (bus);
  g_clear_object (&bus);
  return status;
}

void
fixture_result (GObject *source, GAsyncResult *result, gpointer data)
{
  (void) source;
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
on_call (PrwHost *host, PrwAgentCall *call, gpointer data)
{
  Fixture *self = data;

  (void) host;
  self->n_calls++;
  if (self->keep_calls)
    g_ptr_array_add (self->calls, prw_agent_call_ref (call));
}

static void
on_device_changed (PrwHost *host, PrwDevice *device, gpointer data)
{
  (void) host;
  g_ptr_array_add (((Fixture *) data)->changes, prw_device_ref (device));
}

static void
on_device_removed (PrwHost *host, const char *path, gpointer data)
{
  (void) host;
  g_ptr_array_add (((Fixture *) data)->removals, g_strdup (path));
}

static void
on_adapter_added (PrwHost *host, PrwAdapter *adapter, gpointer data)
{
  (void) host;
  g_ptr_array_add (((Fixture *) data)->events, g_strconcat ("+", adapter->name, NULL));
}

static void
on_adapter_changed (PrwHost *host, PrwAdapter *adapter, gpointer data)
{
  (void) host;
  g_ptr_array_add (((Fixture *) data)->events, g_strconcat ("~", adapter->name, NULL));
}

static void
on_adapter_removed (PrwHost *host, PrwAdapter *adapter, gpointer data)
{
  (void) host;
  g_ptr_array_add (((Fixture *) data)->events, g_strconcat ("-", adapter->name, NULL));
}

static void
on_available (PrwHost *host, gpointer data)
{
  (void) host;
  g_ptr_array_add (((Fixture *) data)->events, g_strdup ("available"));
}

static void
on_state (PrwHost *host, gpointer data)
{
  (void) host;
  g_ptr_array_add (((Fixture *) data)->events, g_strdup ("state"));
}

static void
count_rule (Fixture *self, const char *rule, int change)
{
  int count;

  if (strstr (rule, "sender=':") == NULL)
    return; /* GDBus's own, for the names it watches */
  g_mutex_lock (&self->lock);
  count = GPOINTER_TO_INT (g_hash_table_lookup (self->rules, rule)) + change;
  g_assert_cmpint (count, >=, 0);
  if (count > 0)
    g_hash_table_replace (self->rules, g_strdup (rule), GINT_TO_POINTER (count));
  else
    g_hash_table_remove (self->rules, rule);
  g_mutex_unlock (&self->lock);
}

/* In GDBus's thread. */
static GDBusMessage *
on_traffic (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  const char *member = g_dbus_message_get_member (message);
  const gboolean of_bus = g_strcmp0 (g_dbus_message_get_interface (message), "org.freedesktop.DBus") == 0;

  (void) connection;
  if (incoming && !of_bus && g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_SIGNAL)
    g_atomic_int_inc (&((Fixture *) data)->signals);
  else if (!incoming && of_bus && g_strcmp0 (member, "AddMatch") == 0)
    count_rule (data, g_dbus_message_get_arg0 (message), 1);
  else if (!incoming && of_bus && g_strcmp0 (member, "RemoveMatch") == 0)
    count_rule (data, g_dbus_message_get_arg0 (message), -1);
  return message;
}

PrwBluezTimes *
fixture_times (Fixture *self)
{
  return prw_bluez_host_get_times (PRW_BLUEZ_HOST (self->host));
}

Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);
  g_autoptr (GError) error = NULL;

  self->connection = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  g_mutex_init (&self->lock);
  self->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->filter = g_dbus_connection_add_filter (self->connection, on_traffic, self, NULL);
  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_agent_call_unref);
  self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_device_unref);
  self->removals = g_ptr_array_new_with_free_func (g_free);
  self->events = g_ptr_array_new_with_free_func (g_free);
  self->keep_calls = TRUE;
  self->host = prw_bluez_host_new (self->connection);
  g_signal_connect (self->host, "agent-call", G_CALLBACK (on_call), self);
  g_signal_connect (self->host, "device-changed", G_CALLBACK (on_device_changed), self);
  g_signal_connect (self->host, "device-removed", G_CALLBACK (on_device_removed), self);
  g_signal_connect (self->host, "adapter-added", G_CALLBACK (on_adapter_added), self);
  g_signal_connect (self->host, "adapter-changed", G_CALLBACK (on_adapter_changed), self);
  g_signal_connect (self->host, "adapter-removed", G_CALLBACK (on_adapter_removed), self);
  g_signal_connect (self->host, "available-changed", G_CALLBACK (on_available), self);
  g_signal_connect (self->host, "agent-state-changed", G_CALLBACK (on_state), self);
  fixture_times (self)->own_flip = 50;
  return self;
}

void
fixture_start_bluez (Fixture *self)
{
  self->bluez = fake_bluez_new (g_test_dbus_get_bus_address (bus));
  fake_bluez_add (self->bluez, HCI0, ADAPTER,
                  "{'Address': <'00:11:22:33:44:55'>, 'AddressType': <'public'>, 'Powered': <true>, 'Pairable': <true>,"
                  " 'Discoverable': <false>, 'Discovering': <false>, 'Manufacturer': <@q 89>}");
  fake_bluez_add (self->bluez, PEER, DEVICE, PEER_PROPERTIES);
}

void
fixture_kill_bluez (Fixture *self)
{
  g_clear_pointer (&self->bluez, fake_bluez_die);
}

void
fixture_start (Fixture *self)
{
  if (self->bluez == NULL)
    fixture_start_bluez (self);
  prw_bluez_host_start (PRW_BLUEZ_HOST (self->host));
  fake_wait_until (prw_host_get_agent_state (self->host) == PRW_AGENT_STATE_DEFAULT);
  fake_wait_until (prw_host_find_adapter (self->host, "hci0") != NULL);
}

void
fixture_free (Fixture *self)
{
  GAsyncResult *result = NULL;
  gpointer host;

  g_ptr_array_unref (self->calls);
  prw_bluez_host_stop_async (PRW_BLUEZ_HOST (self->host), fixture_result, &result);
  fake_wait_until (result != NULL);
  g_assert_true (prw_bluez_host_stop_finish (PRW_BLUEZ_HOST (self->host), result, NULL));
  g_clear_object (&result);
  fixture_kill_bluez (self);
  fake_wait_ms (20);
  g_signal_handlers_disconnect_by_data (self->host, self);
  host = self->host;
  g_object_add_weak_pointer (host, &host);
  g_object_unref (self->host);
  fake_wait_until (host == NULL);
  g_dbus_connection_remove_filter (self->connection, self->filter);
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_object_unref (self->connection);
  g_hash_table_unref (self->rules);
  g_mutex_clear (&self->lock);
  g_ptr_array_unref (self->changes);
  g_ptr_array_unref (self->removals);
  g_ptr_array_unref (self->events);
  g_free (self);
}

const FakeAgent *
fixture_default_agent (Fixture *self)
{
  g_assert_cmpuint (self->bluez->agents->len, >, 0);
  return self->bluez->agents->pdata[0];
}

FakeQuestion *
fixture_ask (Fixture *self, const char *method, GVariant *parameters)
{
  guint before = self->n_calls;
  FakeQuestion *question = fake_bluez_ask (self->bluez, fixture_default_agent (self), method, parameters);

  fake_wait_until (self->n_calls > before || question->done);
  return question;
}

void
fixture_sync (Fixture *self)
{
  GAsyncResult *result = NULL;
  PrwDevice *device;

  /* Messages between two connections stay in order: the reply to this comes after all else. */
  prw_host_read_device_async (self->host, HCI0, NULL, fixture_result, &result);
  fake_wait_until (result != NULL);
  device = prw_host_read_device_finish (self->host, result, NULL);
  g_assert_null (device);
  g_object_unref (result);
}

PrwAgentCall *
fixture_last_call (Fixture *self)
{
  g_assert_cmpuint (self->calls->len, >, 0);
  return self->calls->pdata[self->calls->len - 1];
}

guint
fixture_count_events (Fixture *self, const char *event)
{
  guint n = 0;

  for (guint i = 0; i < self->events->len; i++)
    n += g_str_equal (self->events->pdata[i], event);
  return n;
}

guint
fixture_count_rules (Fixture *self)
{
  GHashTableIter iter;
  gpointer count;
  guint n = 0;

  g_assert_true (g_dbus_connection_flush_sync (self->connection, NULL, NULL));
  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->rules);
  while (g_hash_table_iter_next (&iter, NULL, &count))
    n += (guint) GPOINTER_TO_INT (count);
  g_mutex_unlock (&self->lock);
  return n;
}
