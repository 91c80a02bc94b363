/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/engine.h"

#include <string.h>

#include "core/arbiter.h"
#include "core/audit.h"
#include "core/discoverable.h"
#include "core/engine-private.h"
#include "core/linger.h"
#include "core/security-manager-private.h"
#include "policy/address.h"

struct _PrwEngine
{
  GObject parent;
  PrwServices *services;
  PrwArbiter *arbiter;
  PrwControllers *controllers;
  GHashTable *peers; /* our object path → PrwSecurityManager */
  gboolean auto_capability;
  PrwIoCapability fixed_capability, effective_capability;
  PrwDiscoverable *discoverable;
  PrwLinger *linger;    /* of peers whose caller left */
  GCancellable *listing; /* of the peers bluetoothd has */
  guint sweep_idle;
};

enum { PROP_AGENT_STATE = 1, PROP_EFFECTIVE_CAPABILITY, PROP_PAIRING_POLICY, PROP_AUTO_CAPABILITY, N_PROPS };
static GParamSpec *props[N_PROPS];

enum { PEER_ADDED, PEER_REMOVED, ADAPTER_ADDED, ADAPTER_CHANGED, ADAPTER_REMOVED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PrwEngine, prw_engine, G_TYPE_OBJECT)

char *
prw_engine_our_path (const char *bluez_path)
{
  const char *tail = strstr (bluez_path, "/hci");

  return tail != NULL ? g_strconcat ("/org/pairward", tail, NULL) : NULL;
}

gboolean
prw_engine_serves (PrwEngine *self, const PrwAdapter *adapter)
{
  return prw_settings_serves_adapter (self->services->settings, adapter->name, adapter->address);
}

static void
update_capability (PrwEngine *self)
{
  PrwServices *s = self->services;
  PrwIoCapability capability = self->fixed_capability;

  if (self->auto_capability)
    capability = prw_io_capability_union (prw_handlers_get_capability (s->handlers), prw_policy_static_capability (s->policy));
  if (capability == self->effective_capability)
    return;
  self->effective_capability = capability;
  prw_host_set_capability (s->host, capability);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EFFECTIVE_CAPABILITY]);
}

static void
update_discoverable (PrwEngine *self)
{
  GPtrArray *adapters = prw_host_get_adapters (self->services->host);

  if (!prw_window_is_open (self->services->window) || !self->services->settings->window_discoverable)
    {
      prw_discoverable_restore (self->discoverable);
      return;
    }
  for (guint i = 0; i < adapters->len; i++)
    if (prw_engine_serves (self, adapters->pdata[i]))
      prw_discoverable_raise (self->discoverable, adapters->pdata[i]);
}

/* What follows from policy, window and handlers: the capability and the switches of the adapters. */
static void
update_all (PrwEngine *self)
{
  update_capability (self);
  prw_pairable_update (self->services->pairable);
  update_discoverable (self);
}

static void
drop_peer (PrwEngine *self, PrwSecurityManager *peer)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (peer);

  g_signal_handlers_disconnect_by_data (peer, self);
  g_hash_table_remove (self->peers, prw_security_manager_get_path (peer));
  g_signal_emit (self, signals[PEER_REMOVED], 0, peer);
}

static gboolean
sweep (gpointer data)
{
  PrwEngine *self = data;
  g_autoptr (GPtrArray) peers = prw_engine_get_peers (self);

  self->sweep_idle = 0;
  for (guint i = 0; i < peers->len; i++)
    if (!prw_security_manager_is_needed (peers->pdata[i]))
      drop_peer (self, peers->pdata[i]);
  return G_SOURCE_REMOVE;
}

/* A peer may have become one we have no business with. Looked at from the main loop: whoever changed it still uses it. */
void
prw_engine_schedule_sweep (PrwEngine *self)
{
  if (self->sweep_idle == 0)
    self->sweep_idle = g_idle_add (sweep, self);
}

PrwSecurityManager *
prw_engine_ensure_peer (PrwEngine *self, const char *bluez_path)
{
  g_autofree char *path = prw_engine_our_path (bluez_path);
  g_autofree char *adapter = prw_adapter_from_path (bluez_path);
  char address[PRW_ADDRESS_LEN + 1] = "";
  PrwSecurityManager *peer = g_hash_table_lookup (self->peers, path);

  if (peer != NULL)
    return peer;
  prw_address_from_path (bluez_path, address);
  peer = prw_security_manager_new (self->services, adapter, address, bluez_path);
  g_hash_table_insert (self->peers, g_strdup (path), peer);
  g_signal_connect_swapped (peer, "notify", G_CALLBACK (prw_engine_schedule_sweep), self);
  g_signal_emit (self, signals[PEER_ADDED], 0, peer);
  prw_engine_schedule_sweep (self);
  return peer;
}

static PrwSecurityManager *
peer_of_call (const char *device_path, gpointer data)
{
  return prw_engine_ensure_peer (data, device_path);
}

static void
on_agent_call (PrwEngine *self, PrwAgentCall *call)
{
  prw_arbiter_judge (self->arbiter, call);
}

static void
on_device_changed (PrwEngine *self, PrwDevice *device)
{
  g_autofree char *path = prw_engine_our_path (device->path);
  PrwSecurityManager *peer = path != NULL ? g_hash_table_lookup (self->peers, path) : NULL;

  if (peer != NULL)
    prw_security_manager_apply_device (peer, device);
  prw_engine_schedule_sweep (self);
}

static void
on_device_removed (PrwEngine *self, const char *bluez_path)
{
  g_autofree char *path = prw_engine_our_path (bluez_path);
  PrwSecurityManager *peer = path != NULL ? g_hash_table_lookup (self->peers, path) : NULL;

  if (peer != NULL)
    prw_security_manager_apply_device (peer, NULL);
  prw_engine_schedule_sweep (self);
}

static void
on_devices_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = prw_host_list_devices_finish (PRW_HOST (source), result, &error);
  PrwEngine *self = data;

  if (devices == NULL)
    {
      if (!g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_CANCELLED))
        g_warning ("the devices bluetoothd knows cannot be listed: %s", error->message);
      return;
    }
  for (guint i = 0; i < devices->len; i++)
    {
      PrwDevice *device = devices->pdata[i];
      PrwAdapter *adapter = prw_host_find_adapter (self->services->host, device->adapter);
      char address[PRW_ADDRESS_LEN + 1];

      if (prw_settings_serves_adapter (self->services->settings, device->adapter, adapter != NULL ? adapter->address : NULL) &&
          prw_address_from_path (device->path, address))
        prw_security_manager_apply_device (prw_engine_ensure_peer (self, device->path), device);
    }
  prw_services_forget_lost_bonds (self->services, devices);
}

static void
list_peers (PrwEngine *self)
{
  g_cancellable_cancel (self->listing);
  g_set_object (&self->listing, NULL);
  self->listing = g_cancellable_new ();
  prw_host_list_devices_async (self->services->host, self->listing, on_devices_listed, self);
}

/* An adapter came, or is served from now on. */
static void
take_adapter (PrwEngine *self, PrwAdapter *adapter)
{
  prw_pairable_enforce (self->services->pairable, adapter);
  prw_leases_recover (self->services->leases, adapter);
  prw_controllers_take (self->controllers, adapter);
  update_discoverable (self);
  g_signal_emit (self, signals[ADAPTER_ADDED], 0, adapter);
  list_peers (self);
}

/* An adapter went, or is not served any more. */
static void
leave_adapter (PrwEngine *self, PrwAdapter *adapter)
{
  g_autoptr (GPtrArray) peers = prw_engine_get_peers (self);

  prw_discoverable_lost (self->discoverable, adapter->name);
  for (guint i = 0; i < peers->len; i++)
    if (g_str_equal (prw_security_manager_get_adapter (peers->pdata[i]), adapter->name))
      prw_security_manager_lost_adapter (peers->pdata[i]);
  prw_pairable_forget (self->services->pairable, adapter->name);
  prw_controllers_leave (self->controllers, adapter->name);
  prw_engine_schedule_sweep (self);
  g_signal_emit (self, signals[ADAPTER_REMOVED], 0, adapter);
}

static void
on_adapter_added (PrwEngine *self, PrwAdapter *adapter)
{
  if (prw_engine_serves (self, adapter))
    take_adapter (self, adapter);
}

static void
on_adapter_changed (PrwEngine *self, PrwAdapter *adapter)
{
  if (!prw_engine_serves (self, adapter))
    return;
  prw_pairable_enforce (self->services->pairable, adapter);
  update_discoverable (self);
  g_signal_emit (self, signals[ADAPTER_CHANGED], 0, adapter);
}

static void
on_adapter_removed (PrwEngine *self, PrwAdapter *adapter)
{
  if (prw_engine_serves (self, adapter))
    leave_adapter (self, adapter);
}

static void
on_available_changed (PrwEngine *self)
{
  /* When it comes, its adapters are about to be added; when it goes, they have gone before it. */
  if (!prw_host_is_available (self->services->host))
    prw_broker_close (self->services->broker, NULL, PRW_EVENT_ALL, PRW_REQUEST_STATE_UNAVAILABLE);
}

static void
on_agent_state_changed (PrwEngine *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AGENT_STATE]);
}

/* Takes the settings in force into the objects that have copies. */
static void
apply_settings (PrwEngine *self)
{
  PrwServices *s = self->services;

  self->auto_capability = s->settings->auto_capability;
  self->fixed_capability = s->settings->capability;
  prw_window_set_max_seconds (s->window, s->settings->window_max_seconds);
  prw_lockout_configure (s->lockout, s->settings->lockout_failures, s->settings->lockout_seconds);
}

/* Adapters= may name others than before. */
static void
compare_adapters (PrwEngine *self, const PrwSettings *old)
{
  GPtrArray *adapters = prw_host_get_adapters (self->services->host);

  for (guint i = 0; i < adapters->len; i++)
    {
      g_autoptr (PrwAdapter) adapter = prw_adapter_ref (adapters->pdata[i]);
      gboolean served = prw_settings_serves_adapter (old, adapter->name, adapter->address);

      if (served && !prw_engine_serves (self, adapter))
        leave_adapter (self, adapter);
      else if (!served && prw_engine_serves (self, adapter))
        take_adapter (self, adapter);
    }
}

void
prw_engine_set_settings (PrwEngine *self, PrwSettings *settings)
{
  PrwServices *s = self->services;
  g_autoptr (PrwSettings) old = s->settings;
  g_autoptr (GPtrArray) peers = prw_engine_get_peers (self);

  s->settings = prw_settings_ref (settings);
  g_clear_pointer (&s->policy, prw_policy_unref);
  s->policy = prw_policy_ref (settings->policy);
  apply_settings (self);
  compare_adapters (self, old);
  prw_controllers_apply (self->controllers);
  update_all (self);
  for (guint i = 0; i < peers->len; i++)
    prw_security_manager_defaults_changed (peers->pdata[i], prw_policy_get_peer_defaults (old->policy));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PAIRING_POLICY]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AUTO_CAPABILITY]);
}

PrwPairingPolicy
prw_engine_get_floor (PrwEngine *self)
{
  return prw_policy_get_floor (self->services->policy);
}

void
prw_engine_set_floor (PrwEngine *self, PrwPairingPolicy floor)
{
  g_autoptr (PrwPolicy) old = self->services->policy;

  self->services->policy = prw_policy_with_floor (old, floor);
  if (floor != prw_policy_get_floor (old))
    prw_audit_floor (floor);
  prw_pairable_update (self->services->pairable);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PAIRING_POLICY]);
}

void
prw_engine_set_capability (PrwEngine *self, gboolean automatic, PrwIoCapability capability)
{
  self->auto_capability = automatic;
  self->fixed_capability = capability;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AUTO_CAPABILITY]);
  update_capability (self);
}

gboolean
prw_engine_get_auto_capability (PrwEngine *self)
{
  return self->auto_capability;
}

PrwIoCapability
prw_engine_get_effective_capability (PrwEngine *self)
{
  return self->effective_capability;
}

PrwHost *
prw_engine_get_host (PrwEngine *self)
{
  return self->services->host;
}

PrwKernel *
prw_engine_get_kernel (PrwEngine *self)
{
  return self->services->kernel;
}

PrwLeases *
prw_engine_get_leases (PrwEngine *self)
{
  return self->services->leases;
}

PrwHandlers *
prw_engine_get_handlers (PrwEngine *self)
{
  return self->services->handlers;
}

PrwBroker *
prw_engine_get_broker (PrwEngine *self)
{
  return self->services->broker;
}

PrwWindow *
prw_engine_get_window (PrwEngine *self)
{
  return self->services->window;
}

PrwControllers *
prw_engine_get_controllers (PrwEngine *self)
{
  return self->controllers;
}

GPtrArray *
prw_engine_get_peers (PrwEngine *self)
{
  GPtrArray *peers = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (peers, g_object_ref (value));
  return peers;
}

PrwSecurityManager *
prw_engine_find_peer (PrwEngine *self, const char *path)
{
  return g_hash_table_lookup (self->peers, path);
}

PrwServices *
prw_engine_get_services (PrwEngine *self)
{
  return self->services;
}

void
prw_engine_release_peer (PrwEngine *self, PrwSecurityManager *peer)
{
  prw_security_manager_unhold (peer);
  prw_engine_schedule_sweep (self);
}

void
prw_engine_leave_peer (PrwEngine *self, PrwSecurityManager *peer)
{
  prw_linger_add (self->linger, G_OBJECT (peer));
}

guint
prw_engine_count_left_peers (PrwEngine *self)
{
  return prw_linger_count (self->linger);
}

static void
on_lingered (gpointer peer, gpointer data)
{
  prw_engine_release_peer (data, peer);
}

void
prw_engine_shutdown (PrwEngine *self)
{
  g_autoptr (GPtrArray) peers = prw_engine_get_peers (self);

  prw_arbiter_shutdown (self->arbiter);
  prw_broker_close (self->services->broker, NULL, PRW_EVENT_ALL, PRW_REQUEST_STATE_UNAVAILABLE);
  for (guint i = 0; i < peers->len; i++)
    {
      PrwProcedure *procedure = prw_security_manager_get_procedure (peers->pdata[i]);

      if (procedure != NULL)
        prw_procedure_cancel (procedure);
    }
  prw_bonds_flush (self->services->bonds);
  prw_memory_flush (self->services->memory);
  prw_leases_flush (self->services->leases);
  prw_window_close (self->services->window); /* which puts back what was made discoverable */
}

static void
prw_engine_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  PrwEngine *self = PRW_ENGINE (object);

  switch (id)
    {
    case PROP_AGENT_STATE:
      g_value_set_uint (value, prw_host_get_agent_state (self->services->host));
      break;
    case PROP_EFFECTIVE_CAPABILITY:
      g_value_set_uint (value, self->effective_capability);
      break;
    case PROP_PAIRING_POLICY:
      g_value_set_uint (value, prw_engine_get_floor (self));
      break;
    case PROP_AUTO_CAPABILITY:
      g_value_set_boolean (value, self->auto_capability);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
prw_engine_dispose (GObject *object)
{
  PrwEngine *self = PRW_ENGINE (object);

  g_clear_pointer (&self->linger, prw_linger_free);
  g_clear_handle_id (&self->sweep_idle, g_source_remove);
  g_cancellable_cancel (self->listing);
  g_clear_object (&self->listing);
  if (self->services != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->services->host, self);
      g_signal_handlers_disconnect_by_data (self->services->kernel, self);
      g_signal_handlers_disconnect_by_data (self->services->handlers, self);
      g_signal_handlers_disconnect_by_data (self->services->window, self);
    }
  g_clear_pointer (&self->arbiter, prw_arbiter_free);
  g_clear_object (&self->controllers);
  if (self->peers != NULL)
    {
      GHashTableIter iter;
      gpointer peer;

      g_hash_table_iter_init (&iter, self->peers);
      while (g_hash_table_iter_next (&iter, NULL, &peer))
        g_signal_handlers_disconnect_by_data (peer, self);
    }
  g_clear_pointer (&self->peers, g_hash_table_unref);
  g_clear_pointer (&self->discoverable, prw_discoverable_free);
  g_clear_pointer (&self->services, prw_services_unref);
  G_OBJECT_CLASS (prw_engine_parent_class)->dispose (object);
}

static void
prw_engine_class_init (PrwEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  static const struct { const char *name; GType (*type) (void); } table[N_SIGNALS] = {
    [PEER_ADDED] = { "peer-added", prw_security_manager_get_type }, [PEER_REMOVED] = { "peer-removed", prw_security_manager_get_type },
    [ADAPTER_ADDED] = { "adapter-added", NULL }, [ADAPTER_CHANGED] = { "adapter-changed", NULL }, [ADAPTER_REMOVED] = { "adapter-removed", NULL },
  };

  object_class->get_property = prw_engine_get_property;
  object_class->dispose = prw_engine_dispose;
  props[PROP_AGENT_STATE] = g_param_spec_uint ("agent-state", NULL, NULL, 0, PRW_AGENT_STATE_DEFAULT, 0, flags);
  props[PROP_EFFECTIVE_CAPABILITY] =
    g_param_spec_uint ("effective-capability", NULL, NULL, 0, PRW_IO_CAPABILITY_KEYBOARD_DISPLAY, 0, flags);
  props[PROP_PAIRING_POLICY] = g_param_spec_uint ("pairing-policy", NULL, NULL, 0, PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS, 0, flags);
  props[PROP_AUTO_CAPABILITY] = g_param_spec_boolean ("auto-capability", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (table[i].name, PRW_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               table[i].type != NULL ? table[i].type () : G_TYPE_POINTER);
}

static void
prw_engine_init (PrwEngine *self)
{
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

static void
follow_host (PrwEngine *self, PrwHost *host)
{
  g_signal_connect_swapped (host, "available-changed", G_CALLBACK (on_available_changed), self);
  g_signal_connect_swapped (host, "agent-state-changed", G_CALLBACK (on_agent_state_changed), self);
  g_signal_connect_swapped (host, "adapter-added", G_CALLBACK (on_adapter_added), self);
  g_signal_connect_swapped (host, "adapter-changed", G_CALLBACK (on_adapter_changed), self);
  g_signal_connect_swapped (host, "adapter-removed", G_CALLBACK (on_adapter_removed), self);
  g_signal_connect_swapped (host, "device-changed", G_CALLBACK (on_device_changed), self);
  g_signal_connect_swapped (host, "device-removed", G_CALLBACK (on_device_removed), self);
  g_signal_connect_swapped (host, "agent-call", G_CALLBACK (on_agent_call), self);
}

PrwEngine *
prw_engine_new (PrwSettings *settings, PrwHost *host, PrwKernel *kernel, PrwClock *clock, const char *state_dir)
{
  PrwEngine *self = g_object_new (PRW_TYPE_ENGINE, NULL);
  PrwServices *s = prw_services_new (settings, host, kernel, clock, state_dir);

  self->services = s;
  self->arbiter = prw_arbiter_new (s, peer_of_call, self);
  self->controllers = prw_controllers_new (s);
  self->discoverable = prw_discoverable_new (host, clock);
  self->linger = prw_linger_new (clock, on_lingered, self);
  self->effective_capability = PRW_IO_CAPABILITY_NONE; /* what the host begins with */
  apply_settings (self);
  follow_host (self, host);
  prw_engine_follow_kernel (self, kernel);
  g_signal_connect_swapped (s->handlers, "changed", G_CALLBACK (update_all), self);
  g_signal_connect_swapped (s->window, "notify::until", G_CALLBACK (update_all), self);
  update_all (self);
  return self;
}
