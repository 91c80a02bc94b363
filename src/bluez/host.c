/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/host.h"

#include "bluez/adapters.h"
#include "bluez/agent-manager.h"
#include "bluez/devices.h"
#include "bluez/discovery.h"
#include "bluez/errors.h"
#include "bluez/listing.h"
#include "bluez/pairing.h"
#include "bluez/reading.h"

struct _PrwBluezHost
{
  GObject parent;
  PrwBluezContext *context;
  PrwAgentManager *agents;
  PrwBluezAdapters *adapters;
  PrwBluezDevices *devices;
  PrwBluezDiscovery *discovery;
  PrwBluezPairings *pairings;
  gboolean settled;
  GQueue settling; /* of GTask: those who wait for it */
  guint name_watch;
  guint objects_subscription;
  guint changes_subscription;
};

static void prw_bluez_host_iface_init (PrwHostInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwBluezHost, prw_bluez_host, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_HOST, prw_bluez_host_iface_init))

/* --- what bluetoothd signals --- */

static void
on_interfaces_added (PrwBluezHost *self, GVariant *parameters)
{
  g_autoptr (GVariant) interfaces = NULL;
  g_autoptr (GVariant) properties = NULL;
  const char *path;

  g_variant_get (parameters, "(&o@a{sa{sv}})", &path, &interfaces);
  if (prw_bluez_adapter_name (path) != NULL)
    {
      properties = g_variant_lookup_value (interfaces, PRW_BLUEZ_ADAPTER, G_VARIANT_TYPE_VARDICT);
      if (properties != NULL)
        prw_bluez_adapters_added (self->adapters, path, properties);
      return;
    }
  properties = g_variant_lookup_value (interfaces, PRW_BLUEZ_DEVICE, G_VARIANT_TYPE_VARDICT);
  if (properties == NULL)
    return;
  prw_bluez_devices_added (self->devices, path, properties);
  prw_bluez_discovery_added (self->discovery, path, properties);
}

static void
on_interfaces_removed (PrwBluezHost *self, GVariant *parameters)
{
  g_autofree const char **interfaces = NULL;
  const char *path;

  g_variant_get (parameters, "(&o^a&s)", &path, &interfaces);
  if (g_strv_contains (interfaces, PRW_BLUEZ_ADAPTER))
    prw_bluez_adapters_removed (self->adapters, path);
  if (g_strv_contains (interfaces, PRW_BLUEZ_DEVICE))
    prw_bluez_devices_removed (self->devices, path);
}

static void
on_objects_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                   const char *name, GVariant *parameters, gpointer data)
{
  PrwBluezHost *self = PRW_BLUEZ_HOST (data);

  (void) connection, (void) sender, (void) path, (void) interface;
  if (g_str_equal (name, "InterfacesAdded") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oa{sa{sv}})")))
    on_interfaces_added (self, parameters);
  else if (g_str_equal (name, "InterfacesRemoved") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oas)")))
    on_interfaces_removed (self, parameters);
}

static void
on_properties_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                       const char *name, GVariant *parameters, gpointer data)
{
  PrwBluezHost *self = PRW_BLUEZ_HOST (data);
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) changed = NULL;
  g_autoptr (GVariant) invalidated = NULL;
  const char *of;

  (void) connection, (void) sender, (void) interface, (void) name;
  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  first = g_variant_get_child_value (parameters, 0);
  changed = g_variant_get_child_value (parameters, 1);
  invalidated = g_variant_get_child_value (parameters, 2);
  of = g_variant_get_string (first, NULL);
  if (g_str_equal (of, PRW_BLUEZ_DEVICE))
    prw_bluez_devices_changed (self->devices, path, changed, invalidated);
  else if (g_str_equal (of, PRW_BLUEZ_ADAPTER) && prw_bluez_adapter_name (path) != NULL)
    prw_bluez_adapters_changed (self->adapters, path, changed);
}

static void
subscribe (PrwBluezHost *self)
{
  PrwBluezContext *context = self->context;

  context->matches = prw_bluez_matches_new (context->connection, context->owner);
  /* NO_MATCH_RULE: the rules are those of the matches, one or two for each thing we have business with. */
  self->objects_subscription =
      g_dbus_connection_signal_subscribe (context->connection, context->owner, PRW_BLUEZ_OBJECT_MANAGER, NULL, "/", NULL,
                                          G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, on_objects_signal, self, NULL);
  self->changes_subscription =
      g_dbus_connection_signal_subscribe (context->connection, context->owner, PRW_BLUEZ_PROPERTIES, "PropertiesChanged",
                                          NULL, NULL, G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, on_properties_changed, self, NULL);
}

static void
unsubscribe (PrwBluezHost *self)
{
  GDBusConnection *connection = self->context->connection;

  if (self->objects_subscription == 0)
    return;
  g_clear_pointer (&self->context->matches, prw_bluez_matches_free);
  g_dbus_connection_signal_unsubscribe (connection, self->objects_subscription);
  g_dbus_connection_signal_unsubscribe (connection, self->changes_subscription);
  self->objects_subscription = 0;
  self->changes_subscription = 0;
}

/* --- bluetoothd comes and goes --- */

static void
settled (PrwBluezHost *self)
{
  GTask *task;

  self->settled = TRUE;
  while ((task = g_queue_pop_head (&self->settling)) != NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

static void
forget_bluetoothd (PrwBluezHost *self)
{
  g_message ("bluetoothd is gone");
  unsubscribe (self);
  g_clear_pointer (&self->context->owner, g_free);
  self->context->epoch++;
  prw_bluez_devices_vanished (self->devices);
  prw_bluez_pairings_drop (self->pairings);
  prw_agent_manager_vanished (self->agents);
  prw_bluez_discovery_vanished (self->discovery);
  prw_bluez_adapters_vanished (self->adapters);
  g_signal_emit_by_name (self, "available-changed");
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer data)
{
  g_autoptr (PrwBluezHost) self = g_object_ref (PRW_BLUEZ_HOST (data));

  (void) connection, (void) name;
  /* GDBus says so too when there was none to begin with. */
  if (self->context->owner != NULL)
    forget_bluetoothd (self);
  settled (self);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  g_autoptr (PrwBluezHost) self = g_object_ref (PRW_BLUEZ_HOST (data));
  PrwBluezContext *context = self->context;

  (void) connection, (void) name;
  /* There is none that we know: GDBus reports each end before the next beginning. */
  self->settled = FALSE;
  context->owner = g_strdup (owner);
  context->epoch++;
  prw_agent_manager_appeared (self->agents);
  subscribe (self);
  prw_bluez_adapters_appeared (self->adapters);
  prw_bluez_devices_appeared (self->devices);
  g_signal_emit_by_name (self, "available-changed");
}

void
prw_bluez_host_start (PrwBluezHost *self)
{
  g_return_if_fail (self->name_watch == 0);
  self->name_watch = g_bus_watch_name_on_connection (self->context->connection, "org.bluez", G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                     on_appeared, on_vanished, self, NULL);
}

static gboolean
on_agents_stopped (gpointer data)
{
  g_autoptr (GTask) task = data;
  PrwBluezHost *self = g_task_get_source_object (task);

  unsubscribe (self);
  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

void
prw_bluez_host_stop_async (PrwBluezHost *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, prw_bluez_host_stop_async);
  self->context->stopping = TRUE;
  g_clear_handle_id (&self->name_watch, g_bus_unwatch_name);
  settled (self);
  prw_bluez_pairings_drop (self->pairings);
  prw_agent_manager_stop (self->agents, on_agents_stopped, task);
}

gboolean
prw_bluez_host_stop_finish (PrwBluezHost *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

PrwBluezTimes *
prw_bluez_host_get_times (PrwBluezHost *self)
{
  return &self->context->times;
}

/* --- PrwHost: readings and switches --- */

static gboolean
host_is_available (PrwHost *host)
{
  return PRW_BLUEZ_HOST (host)->context->owner != NULL;
}

static void
host_settle (PrwHost *host, GAsyncReadyCallback callback, gpointer data)
{
  PrwBluezHost *self = PRW_BLUEZ_HOST (host);
  GTask *task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, host_settle);
  g_queue_push_tail (&self->settling, task);
  if (self->settled)
    settled (self);
}

static PrwAgentState
host_get_agent_state (PrwHost *host)
{
  return prw_agent_manager_get_state (PRW_BLUEZ_HOST (host)->agents);
}

static GPtrArray *
host_get_adapters (PrwHost *host)
{
  return prw_bluez_adapters_get (PRW_BLUEZ_HOST (host)->adapters);
}

static void
host_set_capability (PrwHost *host, PrwIoCapability capability)
{
  prw_agent_manager_set_capability (PRW_BLUEZ_HOST (host)->agents, capability);
}

static void
host_set_pairable (PrwHost *host, const char *adapter, gboolean pairable)
{
  prw_bluez_adapters_set_pairable (PRW_BLUEZ_HOST (host)->adapters, adapter, pairable);
}

static void
host_set_discoverable (PrwHost *host, const char *adapter, gboolean discoverable)
{
  prw_bluez_adapters_set_discoverable (PRW_BLUEZ_HOST (host)->adapters, adapter, discoverable);
}

static void
host_watch_device (PrwHost *host, const char *path)
{
  prw_bluez_devices_watch (PRW_BLUEZ_HOST (host)->devices, path);
}

static void
host_unwatch_device (PrwHost *host, const char *path)
{
  prw_bluez_devices_unwatch (PRW_BLUEZ_HOST (host)->devices, path);
}

static void
host_read_device (PrwHost *host, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  prw_bluez_devices_read (PRW_BLUEZ_HOST (host)->devices, path, cancellable, callback, data);
}

static PrwDevice *
host_read_device_finish (PrwHost *host, GAsyncResult *result, GError **error)
{
  (void) host;
  return prw_bluez_devices_read_finish (result, error);
}

static void
host_list_devices (PrwHost *host, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  prw_bluez_list (PRW_BLUEZ_HOST (host)->context, cancellable, callback, data);
}

static GPtrArray *
host_list_devices_finish (PrwHost *host, GAsyncResult *result, GError **error)
{
  (void) host;
  return prw_bluez_list_finish (result, error);
}

static void
host_find_device (PrwHost *host, const char *adapter, const char *address, guint seconds, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer data)
{
  prw_bluez_discovery_find (PRW_BLUEZ_HOST (host)->discovery, adapter, address, seconds, cancellable, callback, data);
}

static PrwDevice *
host_find_device_finish (PrwHost *host, GAsyncResult *result, GError **error)
{
  (void) host;
  return prw_bluez_discovery_find_finish (result, error);
}

static void
host_pair (PrwHost *host, const char *path, PrwIoCapability capability, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  prw_bluez_pairings_pair (PRW_BLUEZ_HOST (host)->pairings, path, capability, cancellable, callback, data);
}

/* --- PrwHost: calls that only succeed or fail --- */

/* BlueZ's error that says the thing is so already, or NULL; task data. */
static void
on_simple_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);
  const char *already = g_task_get_task_data (task);

  if (error == NULL || (already != NULL && prw_bluez_error_is (error, already)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, prw_bluez_error_translate (g_steal_pointer (&error)));
}

/* @parameters may be floating; @already: (nullable): a literal */
static void
simple_call (PrwHost *host, const char *path, const char *interface, const char *method, GVariant *parameters,
             const char *already, guint timeout, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  PrwBluezContext *context = PRW_BLUEZ_HOST (host)->context;
  g_autoptr (GVariant) sunk = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  g_autoptr (GTask) task = g_task_new (host, NULL, callback, data);

  g_task_set_source_tag (task, simple_call);
  g_task_set_task_data (task, (gpointer) already, NULL);
  if (context->owner == NULL)
    g_task_return_error (task, prw_bluez_error_gone ());
  else
    prw_bluez_context_call (context, context->connection, path, interface, method, sunk, NULL, timeout, cancellable,
                            on_simple_reply, g_steal_pointer (&task));
}

static void
host_connect_device (PrwHost *host, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  simple_call (host, path, PRW_BLUEZ_DEVICE, "Connect", NULL, "org.bluez.Error.AlreadyConnected",
               PRW_BLUEZ_HOST (host)->context->times.connect, cancellable, callback, data);
}

static void
host_disconnect_device (PrwHost *host, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  simple_call (host, path, PRW_BLUEZ_DEVICE, "Disconnect", NULL, "org.bluez.Error.NotConnected",
               PRW_BLUEZ_HOST (host)->context->times.disconnect, NULL, callback, data);
}

static void
host_remove_device (PrwHost *host, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  g_autofree char *adapter = g_path_get_dirname (path);

  simple_call (host, adapter, PRW_BLUEZ_ADAPTER, "RemoveDevice", g_variant_new ("(o)", path), NULL,
               PRW_BLUEZ_HOST (host)->context->times.disconnect, NULL, callback, data);
}

static void
host_set_trusted (PrwHost *host, const char *path, gboolean trusted, GAsyncReadyCallback callback, gpointer data)
{
  simple_call (host, path, PRW_BLUEZ_PROPERTIES, "Set",
               g_variant_new ("(ssv)", PRW_BLUEZ_DEVICE, "Trusted", g_variant_new_boolean (trusted)), NULL,
               PRW_BLUEZ_HOST (host)->context->times.call, NULL, callback, data);
}

static gboolean
host_call_finish (PrwHost *host, GAsyncResult *result, GError **error)
{
  (void) host;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
prw_bluez_host_iface_init (PrwHostInterface *iface)
{
  iface->is_available = host_is_available;
  iface->settle = host_settle;
  iface->get_agent_state = host_get_agent_state;
  iface->get_adapters = host_get_adapters;
  iface->set_capability = host_set_capability;
  iface->set_pairable = host_set_pairable;
  iface->set_discoverable = host_set_discoverable;
  iface->watch_device = host_watch_device;
  iface->unwatch_device = host_unwatch_device;
  iface->read_device = host_read_device;
  iface->read_device_finish = host_read_device_finish;
  iface->list_devices = host_list_devices;
  iface->list_devices_finish = host_list_devices_finish;
  iface->find_device = host_find_device;
  iface->find_device_finish = host_find_device_finish;
  iface->pair = host_pair;
  iface->connect_device = host_connect_device;
  iface->disconnect_device = host_disconnect_device;
  iface->remove_device = host_remove_device;
  iface->set_trusted = host_set_trusted;
  iface->call_finish = host_call_finish;
}

static void
prw_bluez_host_finalize (GObject *object)
{
  PrwBluezHost *self = PRW_BLUEZ_HOST (object);

  g_clear_handle_id (&self->name_watch, g_bus_unwatch_name);
  unsubscribe (self);
  prw_bluez_discovery_free (self->discovery);
  prw_bluez_pairings_free (self->pairings);
  prw_bluez_devices_free (self->devices);
  prw_bluez_adapters_free (self->adapters);
  prw_agent_manager_free (self->agents);
  prw_bluez_context_free (self->context);
  G_OBJECT_CLASS (prw_bluez_host_parent_class)->finalize (object);
}

static void
prw_bluez_host_class_init (PrwBluezHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_bluez_host_finalize;
}

static void
prw_bluez_host_init (PrwBluezHost *self)
{
  g_queue_init (&self->settling);
}

static void
on_listed (gpointer data)
{
  settled (PRW_BLUEZ_HOST (data));
}

static void
on_flipped (gpointer data)
{
  prw_agent_manager_flipped (PRW_BLUEZ_HOST (data)->agents);
}

PrwHost *
prw_bluez_host_new (GDBusConnection *system_bus)
{
  PrwBluezHost *self = g_object_new (PRW_TYPE_BLUEZ_HOST, NULL);

  self->context = prw_bluez_context_new (PRW_HOST (self), system_bus);
  self->agents = prw_agent_manager_new (self->context);
  self->adapters = prw_bluez_adapters_new (self->context, on_listed, on_flipped, self);
  self->devices = prw_bluez_devices_new (self->context);
  self->discovery = prw_bluez_discovery_new (self->context, self->devices);
  self->pairings = prw_bluez_pairings_new (self->context, self->agents);
  return PRW_HOST (self);
}
