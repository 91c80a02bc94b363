/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/discovery.h"

#include <glib/gi18n.h>

#include "bluez/errors.h"
#include "bluez/reading.h"

struct _PrwBluezDiscovery
{
  PrwBluezContext *context;
  PrwBluezDevices *devices;
  GList *finds;         /* of GTask, each holds itself until it completes */
  GHashTable *sessions; /* object path of an adapter → Session */
};

/*
 * The discovery on one adapter, for all who wait there: bluetoothd has one for each caller and adapter. A reference is held
 * by each who waits and by each call.
 */
typedef struct
{
  PrwBluezDiscovery *discovery;
  PrwHost *host;
  char *adapter; /* object path */
  guint waiting;
  gboolean begun; /* StartDiscovery is under way or has worked: StopDiscovery is owed */
  guint retry_source;
} Session;

/* Task data of one look for a device. */
typedef struct
{
  PrwBluezDiscovery *discovery;
  char *adapter; /* object path */
  char *path;
  guint seconds;
  guint epoch;
  guint timeout_source;
  GCancellable *cancellable;
  gulong cancelled_id;
  Session *session;  /* (nullable): NULL before it waits, and after */
  gboolean over;     /* found, failed or cancelled: only StopDiscovery is still owed */
  PrwDevice *device; /* (nullable) */
  GError *error;     /* (nullable) */
} Find;

static void
session_clear (gpointer data)
{
  Session *session = data;

  g_object_unref (session->host);
  g_free (session->adapter);
}

static void
session_unref (Session *session)
{
  g_rc_box_release_full (session, session_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Session, session_unref)

static void
find_free (gpointer data)
{
  Find *find = data;

  g_clear_object (&find->cancellable);
  g_clear_pointer (&find->device, prw_device_unref);
  g_clear_error (&find->error);
  g_free (find->adapter);
  g_free (find->path);
  g_free (find);
}

/* --- one look comes to its end --- */

static gboolean
complete (gpointer data)
{
  g_autoptr (GTask) task = data;
  Find *find = g_task_get_task_data (task);

  if (find->device != NULL)
    g_task_return_pointer (task, g_steal_pointer (&find->device), (GDestroyNotify) prw_device_unref);
  else
    g_task_return_error (task, g_steal_pointer (&find->error));
  return G_SOURCE_REMOVE;
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);

  if (error != NULL)
    g_info ("Ending the discovery: %s", error->message);
  complete (data);
}

/* Returns: whether StopDiscovery was sent, which completes @task */
static gboolean
leave (Find *find, GTask *task)
{
  g_autoptr (Session) session = g_steal_pointer (&find->session);
  PrwBluezContext *context = find->discovery->context;

  if (session == NULL || --session->waiting > 0)
    return FALSE;
  g_clear_handle_id (&session->retry_source, g_source_remove);
  g_hash_table_remove (find->discovery->sessions, session->adapter);
  if (!session->begun || find->epoch != context->epoch)
    return FALSE;
  prw_bluez_context_call (context, context->connection, session->adapter, PRW_BLUEZ_ADAPTER, "StopDiscovery", NULL, NULL,
                          context->times.call, NULL, on_stopped, task);
  return TRUE;
}

/* Never completes within the call: the caller may be the one who cancels. */
static void
end (GTask *task, PrwDevice *device, GError *error)
{
  Find *find = g_task_get_task_data (task);
  PrwBluezDiscovery *self = find->discovery;

  find->over = TRUE;
  find->device = device;
  find->error = error;
  self->finds = g_list_remove (self->finds, task);
  g_clear_handle_id (&find->timeout_source, g_source_remove);
  g_clear_signal_handler (&find->cancelled_id, find->cancellable);
  if (find->epoch == self->context->epoch)
    prw_bluez_matches_remove (self->context->matches, find->path, PRW_BLUEZ_MATCH_PRESENCE);
  if (!leave (find, task))
    g_idle_add_full (G_PRIORITY_DEFAULT, complete, task, NULL);
}

static gboolean
on_timeout (gpointer data)
{
  GTask *task = data;
  Find *find = g_task_get_task_data (task);

  find->timeout_source = 0;
  end (task, NULL, g_error_new (PRW_HOST_ERROR, PRW_HOST_ERROR_TIMEOUT, _("The device was not heard for %u s"), find->seconds));
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  GTask *task = data;
  Find *find = g_task_get_task_data (task);

  (void) cancellable;
  /* Disconnecting within the handler would wait for itself: g_cancellable_disconnect() is for other threads, this is ours. */
  if (!find->over)
    end (task, NULL, g_error_new_literal (PRW_HOST_ERROR, PRW_HOST_ERROR_CANCELLED, _("Not looked for any more")));
}

/* --- the discovery on an adapter --- */

/* For all who wait for it. @error: (transfer full) */
static void
fail (PrwBluezDiscovery *self, const char *adapter, GError *error)
{
  GList *next;

  for (GList *l = self->finds; l != NULL; l = next)
    {
      Find *find = g_task_get_task_data (l->data);

      next = l->next;
      if (find->session != NULL && g_str_equal (find->adapter, adapter))
        end (l->data, NULL, g_error_copy (error));
    }
  g_error_free (error);
}

static void start (Session *session);

static gboolean
on_retry (gpointer data)
{
  Session *session = data;

  session->retry_source = 0;
  start (session);
  return G_SOURCE_REMOVE;
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Session) session = data;
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);

  if (error == NULL || session->waiting == 0)
    return;
  session->begun = FALSE;
  /* The end of a former discovery is still being worked off. */
  if (prw_bluez_error_is (error, "org.bluez.Error.InProgress"))
    session->retry_source = g_timeout_add (session->discovery->context->times.discovery_retry, on_retry, session);
  else
    fail (session->discovery, session->adapter, prw_bluez_error_translate (g_steal_pointer (&error)));
}

static void
on_filter_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Session) session = data;
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);

  if (error != NULL)
    g_info ("The discovery on %s goes on without a filter: %s", session->adapter, error->message);
}

static void
start (Session *session)
{
  PrwBluezContext *context = session->discovery->context;
  GVariantBuilder filter;

  session->begun = TRUE;
  g_variant_builder_init (&filter, G_VARIANT_TYPE_VARDICT);
  /* A filter, any filter, replaces the default one that hides what was heard with the same strength before. */
  g_variant_builder_add (&filter, "{sv}", "Transport", g_variant_new_string ("auto"));
  prw_bluez_context_call (context, context->connection, session->adapter, PRW_BLUEZ_ADAPTER, "SetDiscoveryFilter",
                          g_variant_new ("(a{sv})", &filter), NULL, context->times.call, NULL, on_filter_set,
                          g_rc_box_acquire (session));
  prw_bluez_context_call (context, context->connection, session->adapter, PRW_BLUEZ_ADAPTER, "StartDiscovery", NULL, NULL,
                          context->times.call, NULL, on_started, g_rc_box_acquire (session));
}

static void
join (GTask *task)
{
  Find *find = g_task_get_task_data (task);
  PrwBluezDiscovery *self = find->discovery;
  Session *session = g_hash_table_lookup (self->sessions, find->adapter);

  find->timeout_source = g_timeout_add_seconds (find->seconds, on_timeout, task);
  if (session != NULL)
    {
      find->session = g_rc_box_acquire (session);
      session->waiting++;
      return;
    }
  find->session = session = g_rc_box_new0 (Session);
  session->discovery = self;
  session->host = g_object_ref (self->context->host);
  session->adapter = g_strdup (find->adapter);
  session->waiting = 1;
  g_hash_table_insert (self->sessions, session->adapter, session);
  start (session);
}

/* bluetoothd ends every discovery on an adapter that is switched off. */
static void
on_adapter_changed (PrwBluezDiscovery *self, PrwAdapter *adapter)
{
  Session *session = g_hash_table_lookup (self->sessions, adapter->path);

  if (session == NULL || adapter->powered)
    return;
  session->begun = FALSE;
  fail (self, adapter->path, g_error_new (PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY, _("%s is powered off"), adapter->name));
}

static void
on_adapter_removed (PrwBluezDiscovery *self, PrwAdapter *adapter)
{
  Session *session = g_hash_table_lookup (self->sessions, adapter->path);

  if (session == NULL)
    return;
  session->begun = FALSE;
  fail (self, adapter->path, g_error_new (PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY, _("%s is gone"), adapter->name));
}

/* --- looking for a device --- */

static void
on_known (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = prw_bluez_devices_read_finish (result, &error);
  Find *find = g_task_get_task_data (task);

  (void) source;
  if (find->over)
    return;
  if (device != NULL)
    end (task, g_steal_pointer (&device), NULL);
  else if (!g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND))
    end (task, NULL, g_steal_pointer (&error));
  else
    join (task);
}

static Find *
find_new (PrwBluezDiscovery *self, const char *adapter, const char *address, guint seconds, GCancellable *cancellable)
{
  Find *find = g_new0 (Find, 1);
  g_autofree char *tail = g_strdelimit (g_strdup (address), ":", '_');

  find->discovery = self;
  find->adapter = g_strconcat ("/org/bluez/", adapter, NULL);
  find->path = g_strdup_printf ("%s/dev_%s", find->adapter, tail);
  find->seconds = seconds;
  find->epoch = self->context->epoch;
  if (cancellable != NULL)
    find->cancellable = g_object_ref (cancellable);
  return find;
}

void
prw_bluez_discovery_find (PrwBluezDiscovery *self, const char *adapter, const char *address, guint seconds,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self->context->host, NULL, callback, data);
  Find *find = find_new (self, adapter, address, seconds, cancellable);

  g_task_set_source_tag (task, prw_bluez_discovery_find);
  g_task_set_task_data (task, find, find_free);
  if (self->context->owner == NULL)
    {
      g_task_return_error (task, prw_bluez_error_gone ());
      g_object_unref (task);
      return;
    }
  self->finds = g_list_prepend (self->finds, task);
  /* The match before the look: between the two nothing gets lost. */
  prw_bluez_matches_add (self->context->matches, find->path, PRW_BLUEZ_MATCH_PRESENCE);
  prw_bluez_devices_read (self->devices, find->path, NULL, on_known, g_object_ref (task));
  if (cancellable != NULL && g_cancellable_is_cancelled (cancellable))
    on_cancelled (cancellable, task);
  else if (cancellable != NULL)
    find->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), task);
}

PrwDevice *
prw_bluez_discovery_find_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
prw_bluez_discovery_vanished (PrwBluezDiscovery *self)
{
  while (self->finds != NULL)
    end (self->finds->data, NULL, prw_bluez_error_gone ());
}

void
prw_bluez_discovery_added (PrwBluezDiscovery *self, const char *path, GVariant *properties)
{
  GList *next;

  for (GList *l = self->finds; l != NULL; l = next)
    {
      Find *find = g_task_get_task_data (l->data);
      PrwDevice *device = g_str_equal (find->path, path) ? prw_bluez_read_device (path, properties, NULL) : NULL;

      next = l->next;
      if (device != NULL)
        end (l->data, device, NULL);
    }
}

PrwBluezDiscovery *
prw_bluez_discovery_new (PrwBluezContext *context, PrwBluezDevices *devices)
{
  PrwBluezDiscovery *self = g_new0 (PrwBluezDiscovery, 1);

  self->context = context;
  self->devices = devices;
  self->sessions = g_hash_table_new (g_str_hash, g_str_equal);
  g_signal_connect_swapped (context->host, "adapter-changed", G_CALLBACK (on_adapter_changed), self);
  g_signal_connect_swapped (context->host, "adapter-removed", G_CALLBACK (on_adapter_removed), self);
  return self;
}

void
prw_bluez_discovery_free (PrwBluezDiscovery *self)
{
  g_return_if_fail (self->finds == NULL); /* each holds the host, and so this */
  g_hash_table_unref (self->sessions);
  g_free (self);
}
