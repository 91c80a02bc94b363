/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bench-bluez.h"
#include "bench-process.h"

#include <errno.h>
#include <string.h>
#include <time.h>

struct _BenchBluez
{
  GDBusConnection *connection;
  guint filter;
  gboolean verbose;

  GMutex lock;
  GCond changed;
  BenchDevices *devices;
  BenchAgent agent;
  gboolean expecting;
  guint64 calls;
};

#define PROPERTIES "org.freedesktop.DBus.Properties"

void
bench_agent_clear (BenchAgent *self)
{
  g_clear_pointer (&self->owner, g_free);
  g_clear_pointer (&self->path, g_free);
}

static void
emit_changed (GDBusConnection *connection, const char *path, const char *interface, const char *property, GVariant *value)
{
  GVariantBuilder changed;

  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&changed, "{sv}", property, value);
  g_dbus_connection_emit_signal (connection, NULL, path, PROPERTIES, "PropertiesChanged",
                                 g_variant_new ("(sa{sv}as)", interface, &changed, NULL), NULL);
}

static void
set_adapter (BenchBluez *self, const char *property, GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);

  if (bench_devices_set_adapter (self->devices, property, sunk))
    emit_changed (self->connection, BENCH_ADAPTER_PATH, "org.bluez.Adapter1", property, sunk);
}

/* a{sv} of @interface at @path, or NULL. */
static GVariant *
get_all (BenchBluez *self, const char *path, const char *interface)
{
  GVariant *device;

  if (g_str_equal (interface, "org.bluez.Adapter1") && g_str_equal (path, BENCH_ADAPTER_PATH))
    return bench_devices_adapter (self->devices);
  device = bench_devices_lookup (self->devices, path);
  if (device == NULL || !g_str_equal (interface, "org.bluez.Device1"))
    return NULL;
  return g_variant_ref (device);
}

/* Each of these returns the body of the reply, or NULL for an error. */
static GVariant *
answer_properties (BenchBluez *self, const char *path, const char *member, GVariant *body)
{
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *interface, *property;

  if (g_str_equal (member, "GetAll") && g_variant_is_of_type (body, G_VARIANT_TYPE ("(s)")))
    {
      g_variant_get (body, "(&s)", &interface);
      all = get_all (self, path, interface);
      return all == NULL ? NULL : g_variant_new_tuple (&all, 1);
    }
  if (g_str_equal (member, "Get") && g_variant_is_of_type (body, G_VARIANT_TYPE ("(ss)")))
    {
      g_variant_get (body, "(&s&s)", &interface, &property);
      all = get_all (self, path, interface);
      value = all == NULL ? NULL : g_variant_lookup_value (all, property, NULL);
      return value == NULL ? NULL : g_variant_new ("(v)", value);
    }
  if (g_str_equal (member, "Set") && g_variant_is_of_type (body, G_VARIANT_TYPE ("(ssv)")))
    {
      g_variant_get (body, "(&s&sv)", &interface, &property, &value);
      if (g_str_equal (path, BENCH_ADAPTER_PATH))
        set_adapter (self, property, value);
      return g_variant_new ("()");
    }
  return NULL;
}

static GVariant *
answer_agent_manager (BenchBluez *self, const char *sender, const char *member, GVariant *body)
{
  if (g_str_equal (member, "RegisterAgent") && g_variant_is_of_type (body, G_VARIANT_TYPE ("(os)")))
    {
      if (self->expecting)
        {
          self->agent.seen = bench_now ();
          self->agent.owner = g_strdup (sender);
          g_variant_get (body, "(os)", &self->agent.path, NULL);
          self->expecting = FALSE;
          g_cond_broadcast (&self->changed);
        }
      /* bluetoothd makes its adapters pairable when a default agent appears (AlwaysPairable=false). */
      set_adapter (self, "Pairable", g_variant_new_boolean (TRUE));
      return g_variant_new ("()");
    }
  if (g_str_equal (member, "RequestDefaultAgent") || g_str_equal (member, "UnregisterAgent"))
    return g_variant_new ("()");
  return NULL;
}

static GVariant *
answer (BenchBluez *self, GDBusMessage *message)
{
  const char *path = g_dbus_message_get_path (message);
  const char *interface = g_dbus_message_get_interface (message);
  const char *member = g_dbus_message_get_member (message);
  GVariant *body = g_dbus_message_get_body (message);

  if (interface == NULL)
    return NULL;
  if (g_str_equal (interface, PROPERTIES) && body != NULL)
    return answer_properties (self, path, member, body);
  if (g_str_equal (interface, "org.bluez.AgentManager1") && body != NULL)
    return answer_agent_manager (self, g_dbus_message_get_sender (message), member, body);
  if (g_str_equal (interface, "org.freedesktop.DBus.ObjectManager") && g_str_equal (member, "GetManagedObjects"))
    return bench_devices_managed (self->devices);
  if (g_str_equal (interface, "org.freedesktop.DBus.Introspectable"))
    return bench_devices_introspect (self->devices, path);
  /* Whatever else an agent wants done (Disconnect, SetDiscoveryFilter…) is done. */
  if (g_str_equal (interface, "org.bluez.Adapter1") || g_str_equal (interface, "org.bluez.Device1"))
    return g_variant_new ("()");
  return NULL;
}

/* Runs in GDBus's worker thread. */
static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  BenchBluez *self = user_data;
  g_autoptr (GDBusMessage) reply = NULL;
  GVariant *body;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;

  if (self->verbose)
    g_printerr ("# %s %s %s.%s\n", g_dbus_message_get_sender (message), g_dbus_message_get_path (message),
                g_dbus_message_get_interface (message), g_dbus_message_get_member (message));
  g_mutex_lock (&self->lock);
  self->calls++;
  body = answer (self, message);
  g_mutex_unlock (&self->lock);

  if (body != NULL)
    {
      reply = g_dbus_message_new_method_reply (message);
      g_dbus_message_set_body (reply, body);
    }
  else
    reply = g_dbus_message_new_method_error_literal (message, "org.freedesktop.DBus.Error.UnknownMethod",
                                                     "Not in the bench's BlueZ");
  if ((g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) == 0)
    g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);
  return NULL;
}

BenchBluez *
bench_bluez_new (const char *address, BenchDevices *devices, gboolean verbose, GError **error)
{
  g_autoptr (BenchBluez) self = g_new0 (BenchBluez, 1);
  g_autoptr (GVariant) reply = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->devices = devices;
  self->verbose = verbose;
  self->connection = g_dbus_connection_new_for_address_sync (address,
                                                             G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                               G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                             NULL, NULL, error);
  if (self->connection == NULL)
    return NULL;

  self->filter = g_dbus_connection_add_filter (self->connection, on_message, self, NULL);
  reply = g_dbus_connection_call_sync (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", "org.bluez", 0),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
  return reply == NULL ? NULL : g_steal_pointer (&self);
}

void
bench_bluez_free (BenchBluez *self)
{
  /* Closed first: the filter may be running in the worker thread until then. */
  if (self->connection != NULL)
    {
      g_dbus_connection_close_sync (self->connection, NULL, NULL);
      g_dbus_connection_remove_filter (self->connection, self->filter);
      g_object_unref (self->connection);
    }
  bench_agent_clear (&self->agent);
  g_clear_pointer (&self->devices, bench_devices_free);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

GDBusConnection *
bench_bluez_connection (BenchBluez *self)
{
  return self->connection;
}

const BenchDevices *
bench_bluez_devices (BenchBluez *self)
{
  return self->devices;
}

void
bench_bluez_set_devices (BenchBluez *self, BenchDevices *devices)
{
  g_mutex_lock (&self->lock);
  bench_devices_free (self->devices);
  self->devices = devices;
  g_mutex_unlock (&self->lock);
}

void
bench_bluez_expect_agent (BenchBluez *self)
{
  g_mutex_lock (&self->lock);
  bench_agent_clear (&self->agent);
  self->expecting = TRUE;
  set_adapter (self, "Pairable", g_variant_new_boolean (FALSE));
  g_mutex_unlock (&self->lock);
}

gboolean
bench_bluez_wait_agent (BenchBluez *self, guint timeout_ms, BenchAgent *agent)
{
  gint64 limit = g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
  gboolean found;

  g_mutex_lock (&self->lock);
  while (self->expecting && g_cond_wait_until (&self->changed, &self->lock, limit))
    ;
  found = !self->expecting;
  if (found)
    {
      *agent = self->agent;
      self->agent = (BenchAgent) { 0 };
    }
  g_mutex_unlock (&self->lock);
  return found;
}

guint64
bench_bluez_calls (BenchBluez *self)
{
  guint64 calls;

  g_mutex_lock (&self->lock);
  calls = self->calls;
  g_mutex_unlock (&self->lock);
  return calls;
}

void
bench_bluez_advertise (BenchBluez *self, guint count, guint rate)
{
  const gint64 step = 1000000000 / rate;
  const gint64 start = bench_now ();

  for (guint i = 0; i < count; i++)
    {
      const char *path = bench_devices_path (self->devices, i % bench_devices_count (self->devices));
      const gint64 due = start + i * step;
      const struct timespec until = { .tv_sec = due / 1000000000, .tv_nsec = due % 1000000000 };

      while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
      emit_changed (self->connection, path, "org.bluez.Device1", "RSSI",
                    g_variant_new_int16 ((gint16) (-40 - (gint) (i % 50))));
    }
  g_dbus_connection_flush_sync (self->connection, NULL, NULL);
}
