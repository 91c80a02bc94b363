/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/control.h"

#include "control/absent.h"
#include "control/objects.h"

struct _PrwControl
{
  GObject parent;
  PrwEngine *engine;
  GDBusConnection *connection;
  PrwGate *gate;
  PrwControlReloadFunc reload;
  gpointer reload_data;
  PrwClients *clients;
  PrwDeliveries *deliveries;
  GDBusObjectManagerServer *server;
  PrwManagerObject *manager;
  GHashTable *peers;       /* PrwSecurityManager → PrwPeerObject */
  GHashTable *requests;    /* PrwRequest → PrwRequestObject */
  GHashTable *controllers; /* "hciN" → PrwControllerObject */
  guint absent_id;
};

G_DEFINE_FINAL_TYPE (PrwControl, prw_control, G_TYPE_OBJECT)

static void
on_peer_added (PrwControl *self, PrwSecurityManager *peer)
{
  g_hash_table_insert (self->peers, peer, prw_peer_object_new (self->server, self->gate, self->deliveries, peer));
}

static void
on_peer_removed (PrwControl *self, PrwSecurityManager *peer)
{
  g_hash_table_remove (self->peers, peer);
}

static void
on_adapter_changed (PrwControl *self, PrwAdapter *adapter)
{
  PrwControllerObject *controller = g_hash_table_lookup (self->controllers, adapter->name);

  if (controller != NULL)
    prw_controller_object_update (controller, adapter);
  else
    g_hash_table_insert (self->controllers, g_strdup (adapter->name),
                         prw_controller_object_new (self->engine, self->server, self->gate, adapter));
}

static void
on_adapter_removed (PrwControl *self, PrwAdapter *adapter)
{
  g_hash_table_remove (self->controllers, adapter->name);
}

static void
on_request_opened (PrwControl *self, PrwRequest *request)
{
  g_autoptr (GError) error = NULL;
  PrwRequestObject *object = prw_request_object_new (self->connection, self->gate, request, &error);

  if (object != NULL)
    g_hash_table_insert (self->requests, request, object);
  else
    {
      g_warning ("a question cannot be put on the bus (%s); rejected", error->message);
      prw_request_close (request, PRW_REQUEST_STATE_UNAVAILABLE);
    }
}

static void
on_request_forgotten (PrwControl *self, PrwRequest *request)
{
  g_hash_table_remove (self->requests, request);
}

static char **
list_requests (GDBusConnection *connection, const char *sender, const char *parent, gpointer data)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer request;

  g_hash_table_iter_init (&iter, PRW_CONTROL (data)->requests);
  while (g_hash_table_iter_next (&iter, &request, NULL))
    {
      g_autofree char *name = g_strdup_printf ("%u", prw_request_get_id (request));

      g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

gboolean
prw_control_export (PrwControl *self, GError **error)
{
  PrwBroker *broker = prw_engine_get_broker (self->engine);

  self->manager = prw_manager_object_new (self->engine, self->connection, self->gate, self->clients, self->reload, self->reload_data, error);
  if (self->manager == NULL)
    return FALSE;
  self->absent_id = prw_absent_register (self->connection, PRW_REQUESTS_PATH, prw_dbus_request1_interface_info (), list_requests, self, error);
  if (self->absent_id == 0)
    return FALSE;
  g_dbus_object_manager_server_set_connection (self->server, self->connection);
  g_signal_connect_swapped (self->engine, "peer-added", G_CALLBACK (on_peer_added), self);
  g_signal_connect_swapped (self->engine, "peer-removed", G_CALLBACK (on_peer_removed), self);
  g_signal_connect_swapped (self->engine, "adapter-added", G_CALLBACK (on_adapter_changed), self);
  g_signal_connect_swapped (self->engine, "adapter-changed", G_CALLBACK (on_adapter_changed), self);
  g_signal_connect_swapped (self->engine, "adapter-removed", G_CALLBACK (on_adapter_removed), self);
  g_signal_connect_swapped (broker, "request-opened", G_CALLBACK (on_request_opened), self);
  g_signal_connect_swapped (broker, "request-forgotten", G_CALLBACK (on_request_forgotten), self);
  return TRUE;
}

static void
prw_control_dispose (GObject *object)
{
  PrwControl *self = PRW_CONTROL (object);

  if (self->engine != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->engine, self);
      g_signal_handlers_disconnect_by_data (prw_engine_get_broker (self->engine), self);
    }
  if (self->absent_id != 0)
    g_dbus_connection_unregister_subtree (self->connection, self->absent_id);
  self->absent_id = 0;
  g_clear_pointer (&self->requests, g_hash_table_unref);
  g_clear_pointer (&self->peers, g_hash_table_unref);
  g_clear_pointer (&self->controllers, g_hash_table_unref);
  g_clear_pointer (&self->manager, prw_manager_object_free);
  g_clear_pointer (&self->clients, prw_clients_free);
  g_clear_pointer (&self->deliveries, prw_deliveries_free);
  g_clear_object (&self->server);
  g_clear_object (&self->gate);
  g_clear_object (&self->connection);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (prw_control_parent_class)->dispose (object);
}

static void
prw_control_class_init (PrwControlClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = prw_control_dispose;
}

static void
prw_control_init (PrwControl *self)
{
  self->peers = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) prw_peer_object_free);
  self->requests = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) prw_request_object_free);
  self->controllers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) prw_controller_object_free);
  self->server = g_dbus_object_manager_server_new ("/org/pairward");
}

PrwControl *
prw_control_new (PrwEngine *engine, GDBusConnection *connection, PrwGate *gate, PrwControlReloadFunc reload, gpointer user_data)
{
  PrwControl *self = g_object_new (PRW_TYPE_CONTROL, NULL);

  self->engine = g_object_ref (engine);
  self->connection = g_object_ref (connection);
  self->gate = g_object_ref (gate);
  self->reload = reload;
  self->reload_data = user_data;
  self->clients = prw_clients_new (engine, connection);
  self->deliveries = prw_deliveries_new (engine, connection, prw_gate_get_authority (gate));
  return self;
}
