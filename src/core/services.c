/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/services.h"

/* What Adapter1.Pairable of an adapter must be while no pairing of ours goes on: off when no incoming bond could be
 * accepted, because the kernel then refuses by itself, also where bluetoothd would not ask. */
static gboolean
may_accept_incoming (const char *adapter, gpointer data)
{
  PrwServices *self = data;
  gboolean anyone = (prw_handlers_get_events (self->handlers) & PRW_EVENT_PAIRING) != 0 ||
                    prw_policy_get_without_handler (self->policy) != PRW_WITHOUT_HANDLER_REJECT;

  return !prw_lockout_is_adapter_locked (self->lockout, adapter) &&
         prw_policy_may_accept_incoming (self->policy, prw_window_is_open (self->window), anyone);
}

static void
on_adapter_lock_changed (gpointer data)
{
  prw_pairable_update (((PrwServices *) data)->pairable);
}

PrwServices *
prw_services_new (PrwSettings *settings, PrwHost *host, PrwKernel *kernel, PrwClock *clock, const char *state_dir)
{
  PrwServices *self = g_new0 (PrwServices, 1);

  g_ref_count_init (&self->ref_count);
  self->host = g_object_ref (host);
  self->kernel = g_object_ref (kernel);
  self->clock = g_object_ref (clock);
  self->settings = prw_settings_ref (settings);
  self->policy = prw_policy_ref (settings->policy);
  self->handlers = prw_handlers_new ();
  self->broker = prw_broker_new (clock, self->handlers);
  self->window = prw_window_new (clock);
  self->memory = prw_memory_new (state_dir);
  self->pairable = prw_pairable_new (host, clock, may_accept_incoming, self);
  self->leases = prw_leases_new (host, kernel, self->pairable, state_dir);
  self->bonds = prw_bonds_new (state_dir);
  self->lockout = prw_lockout_new (clock, on_adapter_lock_changed, self);
  return self;
}

PrwServices *
prw_services_ref (PrwServices *services)
{
  g_ref_count_inc (&services->ref_count);
  return services;
}

void
prw_services_unref (PrwServices *services)
{
  if (!g_ref_count_dec (&services->ref_count))
    return;
  g_clear_pointer (&services->lockout, prw_lockout_free);
  g_clear_object (&services->leases);
  g_clear_pointer (&services->bonds, prw_bonds_free);
  g_clear_object (&services->pairable);
  g_clear_object (&services->broker);
  g_clear_object (&services->handlers);
  g_clear_object (&services->window);
  g_clear_pointer (&services->memory, prw_memory_free);
  g_clear_object (&services->host);
  g_clear_object (&services->kernel);
  g_clear_object (&services->clock);
  g_clear_pointer (&services->settings, prw_settings_unref);
  g_clear_pointer (&services->policy, prw_policy_unref);
  g_free (services);
}

void
prw_services_forget_lost_bonds (PrwServices *services, const GPtrArray *devices)
{
  GPtrArray *adapters = prw_host_get_adapters (services->host);

  for (guint i = 0; i < adapters->len; i++)
    {
      const PrwAdapter *adapter = adapters->pdata[i];
      g_autoptr (GHashTable) bonded = g_hash_table_new (g_str_hash, g_str_equal);

      if (!prw_settings_serves_adapter (services->settings, adapter->name, adapter->address))
        continue; /* the list may be older than this adapter */
      for (guint j = 0; j < devices->len; j++)
        {
          const PrwDevice *device = devices->pdata[j];

          if (device->bonded && g_str_equal (device->adapter, adapter->name))
            g_hash_table_add (bonded, device->address);
        }
      prw_bonds_keep_only (services->bonds, adapter->address, bonded);
      prw_memory_keep_only (services->memory, adapter->address, bonded);
    }
}
