/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/devices.h"

#include "bluez/errors.h"
#include "bluez/reading.h"

/* A bluetoothd that comes back has every watched device read, and the bus allows 128 open calls (max_replies_per_connection). */
#define READS_MAX 16

struct _PrwBluezDevices
{
  PrwBluezContext *context;
  GHashTable *watches; /* path → Watch */
  guint reads;         /* of watched devices, under way */
  GQueue waiting;      /* of Watch: those to be read next */
  GVariant *get_all;   /* the arguments of every GetAll */
};

typedef struct
{
  PrwBluezDevices *devices;
  char *path;
  guint count;
  PrwDevice *last; /* (nullable): not read yet, or not there */
  gboolean named;
  gboolean reading;
  gboolean waiting;
  GList link;      /* in waiting */
  guint read_source;
} Watch;

/* Nobody needs to read it for us any more. */
static void
watch_calm (Watch *watch)
{
  g_clear_handle_id (&watch->read_source, g_source_remove);
  if (watch->waiting)
    g_queue_unlink (&watch->devices->waiting, &watch->link);
  watch->waiting = FALSE;
}

static void
watch_forget (Watch *watch)
{
  watch_calm (watch);
  g_clear_pointer (&watch->last, prw_device_unref);
  watch->reading = FALSE;
}

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  watch_forget (watch);
  g_free (watch->path);
  g_free (watch);
}

static void
emit_changed (PrwBluezDevices *self, PrwDevice *device)
{
  g_autoptr (PrwDevice) held = prw_device_ref (device);

  g_signal_emit_by_name (self->context->host, "device-changed", held);
}

/* --- one device --- */

typedef struct
{
  PrwBluezDevices *devices;
  char *path;
  guint epoch;
} Read;

static void
read_free (gpointer data)
{
  Read *read = data;

  g_free (read->path);
  g_free (read);
}

/* A reading somebody asked for is the newest that is known of a watched device: changes apply to it from here on. */
static void
remember (PrwBluezDevices *self, PrwDevice *device, gboolean named)
{
  Watch *watch = g_hash_table_lookup (self->watches, device->path);

  if (watch == NULL)
    return;
  watch_calm (watch);
  g_clear_pointer (&watch->last, prw_device_unref);
  watch->last = prw_device_ref (device);
  watch->named = named;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (PrwDevice) device = NULL;
  Read *read = g_task_get_task_data (task);
  gboolean named;

  if (reply == NULL)
    {
      g_task_return_error (task, prw_bluez_error_translate (g_steal_pointer (&error)));
      return;
    }
  properties = g_variant_get_child_value (reply, 0);
  device = prw_bluez_read_device (read->path, properties, &named);
  if (device == NULL)
    {
      g_task_return_new_error (task, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND, "%s is no device", read->path);
      return;
    }
  if (read->epoch == read->devices->context->epoch)
    remember (read->devices, device, named);
  g_task_return_pointer (task, g_steal_pointer (&device), (GDestroyNotify) prw_device_unref);
}

void
prw_bluez_devices_read (PrwBluezDevices *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data)
{
  PrwBluezContext *context = self->context;
  GTask *task = g_task_new (context->host, NULL, callback, data);
  Read *read;

  g_task_set_source_tag (task, prw_bluez_devices_read);
  if (context->owner == NULL)
    {
      g_task_return_error (task, prw_bluez_error_gone ());
      g_object_unref (task);
      return;
    }
  read = g_new0 (Read, 1);
  read->devices = self;
  read->path = g_strdup (path);
  read->epoch = context->epoch;
  g_task_set_task_data (task, read, read_free);
  prw_bluez_context_call (context, context->connection, path, PRW_BLUEZ_PROPERTIES, "GetAll",
                          self->get_all, "(a{sv})", context->times.call, cancellable, on_read, task);
}

PrwDevice *
prw_bluez_devices_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- those watched --- */

static void watch_read (Watch *watch);

static void
on_watched_read (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwBluezDevices *self = data;
  const Read *read = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = prw_bluez_devices_read_finish (result, &error);
  Watch *watch;

  (void) source;
  self->reads--;
  if (self->waiting.length > 0)
    watch_read (self->waiting.head->data);
  if (error != NULL && !g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND))
    g_info ("Reading a watched device: %s", error->message);
  watch = read != NULL && read->epoch == self->context->epoch ? g_hash_table_lookup (self->watches, read->path) : NULL;
  if (watch == NULL)
    return;
  watch->reading = FALSE;
  if (device != NULL)
    emit_changed (self, device);
}

static void
watch_read (Watch *watch)
{
  PrwBluezDevices *self = watch->devices;

  watch_calm (watch);
  if (self->reads == READS_MAX)
    {
      watch->waiting = TRUE;
      g_queue_push_tail_link (&self->waiting, &watch->link);
      return;
    }
  self->reads++;
  watch->reading = TRUE;
  prw_bluez_devices_read (self, watch->path, NULL, on_watched_read, self);
}

static gboolean
on_read_source (gpointer data)
{
  Watch *watch = data;

  watch->read_source = 0;
  watch_read (watch);
  return G_SOURCE_REMOVE;
}

static void
watch_begin (Watch *watch)
{
  PrwBluezContext *context = watch->devices->context;

  if (context->owner == NULL)
    return;
  prw_bluez_matches_add (context->matches, watch->path, PRW_BLUEZ_MATCH_PRESENCE);
  prw_bluez_matches_add (context->matches, watch->path, PRW_BLUEZ_MATCH_CHANGES);
  /* Most who watch read at once themselves: wait for that, and read only what nobody did. */
  watch->read_source = g_timeout_add (context->times.first_read, on_read_source, watch);
}

void
prw_bluez_devices_watch (PrwBluezDevices *self, const char *path)
{
  Watch *watch = g_hash_table_lookup (self->watches, path);

  if (watch == NULL)
    {
      watch = g_new0 (Watch, 1);
      watch->devices = self;
      watch->path = g_strdup (path);
      watch->link.data = watch;
      g_hash_table_insert (self->watches, watch->path, watch);
      watch_begin (watch);
    }
  watch->count++;
}

void
prw_bluez_devices_unwatch (PrwBluezDevices *self, const char *path)
{
  Watch *watch = g_hash_table_lookup (self->watches, path);

  g_return_if_fail (watch != NULL);
  if (--watch->count > 0)
    return;
  prw_bluez_matches_remove (self->context->matches, path, PRW_BLUEZ_MATCH_PRESENCE);
  prw_bluez_matches_remove (self->context->matches, path, PRW_BLUEZ_MATCH_CHANGES);
  g_hash_table_remove (self->watches, path);
}

void
prw_bluez_devices_added (PrwBluezDevices *self, const char *path, GVariant *properties)
{
  Watch *watch = g_hash_table_lookup (self->watches, path);
  PrwDevice *device;

  if (watch == NULL)
    return;
  device = prw_bluez_read_device (path, properties, &watch->named);
  if (device == NULL)
    return;
  watch_forget (watch);
  watch->last = device;
  emit_changed (self, device);
}

void
prw_bluez_devices_removed (PrwBluezDevices *self, const char *path)
{
  Watch *watch = g_hash_table_lookup (self->watches, path);

  if (watch == NULL)
    return;
  watch_forget (watch);
  g_signal_emit_by_name (self->context->host, "device-removed", path);
}

void
prw_bluez_devices_changed (PrwBluezDevices *self, const char *path, GVariant *changed, GVariant *invalidated)
{
  Watch *watch = g_hash_table_lookup (self->watches, path);
  PrwDevice *device;

  /* RSSI, ManufacturerData and the like come many times a second: look before anything is done. */
  if (watch == NULL || (!prw_bluez_keeps_any_changed (changed) && !prw_bluez_keeps_any_invalidated (invalidated)))
    return;
  if (watch->last == NULL || prw_bluez_keeps_any_invalidated (invalidated))
    {
      /* A reading under way was asked for before this signal came, but is answered after it. */
      if (!watch->reading && !watch->waiting)
        watch_read (watch);
      return;
    }
  device = prw_bluez_apply_device (watch->last, changed, &watch->named);
  if (device == NULL)
    return;
  prw_device_unref (watch->last);
  watch->last = device;
  emit_changed (self, device);
}

void
prw_bluez_devices_appeared (PrwBluezDevices *self)
{
  GHashTableIter iter;
  gpointer watch;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    watch_begin (watch);
}

void
prw_bluez_devices_vanished (PrwBluezDevices *self)
{
  GHashTableIter iter;
  gpointer watch;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    watch_forget (watch);
}

PrwBluezDevices *
prw_bluez_devices_new (PrwBluezContext *context)
{
  PrwBluezDevices *self = g_new0 (PrwBluezDevices, 1);

  self->context = context;
  g_queue_init (&self->waiting);
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, watch_free);
  self->get_all = g_variant_ref_sink (g_variant_new ("(s)", PRW_BLUEZ_DEVICE));
  return self;
}

void
prw_bluez_devices_free (PrwBluezDevices *self)
{
  g_hash_table_unref (self->watches);
  g_variant_unref (self->get_all);
  g_free (self);
}
