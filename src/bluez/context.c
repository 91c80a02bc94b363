/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/context.h"

static const PrwBluezTimes default_times = {
  .call = 5000,
  .list = 15000,
  .connect = 60000,
  .disconnect = 20000,
  .pair = 150000,
  .cancel_grace = 10000,
  .first_read = 20,
  .retry = 5000,
  .claim_interval = 60000,
  .own_flip = 2000,
  .discovery_retry = 500,
  .stop = 1000,
};

PrwBluezContext *
prw_bluez_context_new (PrwHost *host, GDBusConnection *connection)
{
  PrwBluezContext *self = g_new0 (PrwBluezContext, 1);

  self->host = host;
  self->connection = g_object_ref (connection);
  self->call_signal = g_signal_lookup ("agent-call", PRW_TYPE_HOST);
  self->times = default_times;
  return self;
}

void
prw_bluez_context_free (PrwBluezContext *self)
{
  g_clear_object (&self->connection);
  g_free (self->owner);
  g_free (self);
}

void
prw_bluez_context_call (PrwBluezContext *self, GDBusConnection *connection, const char *path, const char *interface,
                        const char *method, GVariant *parameters, const char *type, guint timeout, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (self->owner != NULL);
  g_dbus_connection_call (connection, self->owner, path, interface, method, parameters,
                          type != NULL ? G_VARIANT_TYPE (type) : NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, (int) timeout,
                          cancellable, callback, data);
}

GError *
prw_bluez_context_call_end (GObject *source, GAsyncResult *result)
{
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_clear_pointer (&reply, g_variant_unref);
  return error;
}

void
prw_bluez_context_connect (PrwBluezContext *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GError) error = NULL;
  /* No input or output: it is an environment variable or a constant. */
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, &error);

  if (address == NULL)
    g_task_report_error (self->host, callback, data, prw_bluez_context_connect, g_steal_pointer (&error));
  else
    g_dbus_connection_new_for_address (address,
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                           G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                       NULL, NULL, callback, data);
}

GDBusConnection *
prw_bluez_context_connect_finish (GAsyncResult *result, GError **error)
{
  if (g_async_result_is_tagged (result, prw_bluez_context_connect))
    return g_task_propagate_pointer (G_TASK (result), error);
  return g_dbus_connection_new_for_address_finish (result, error);
}
