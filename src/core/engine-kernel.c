/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* How what the kernel shows reaches the peers it is about. */
#include "core/engine-private.h"

#include "core/security-manager-private.h"
#include "core/security-request.h"

static PrwSecurityManager *
find_peer (PrwEngine *self, const char *adapter, const char *address)
{
  g_autoptr (GPtrArray) peers = prw_engine_get_peers (self);

  for (guint i = 0; i < peers->len; i++)
    if (g_str_equal (prw_security_manager_get_adapter (peers->pdata[i]), adapter) &&
        prw_security_manager_goes_by (peers->pdata[i], address))
      return peers->pdata[i];
  return NULL;
}

static void
on_device_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PrwSecurityManager) peer = data;
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, NULL);

  /* Where bluetoothd has no such device yet, it is watched, and told of when it comes. */
  if (device != NULL)
    prw_security_manager_apply_device (peer, device);
}

/* A peer that connects, or is connected when we begin to look, is one of ours: bluetoothd names it by its address. */
static PrwSecurityManager *
take_peer (PrwEngine *self, const char *adapter, const char *address)
{
  g_autofree char *tail = g_strdelimit (g_strdup (address), ":", '_');
  g_autofree char *path = g_strdup_printf ("/org/bluez/%s/dev_%s", adapter, tail);
  PrwSecurityManager *peer = prw_engine_ensure_peer (self, path);

  prw_host_read_device_async (prw_engine_get_host (self), path, NULL, on_device_read, g_object_ref (peer));
  return peer;
}

static gboolean
serves (PrwEngine *self, const char *name)
{
  PrwAdapter *adapter = prw_host_find_adapter (prw_engine_get_host (self), name);

  return prw_settings_serves_adapter (prw_engine_get_services (self)->settings, name, adapter != NULL ? adapter->address : NULL);
}

static void
on_link_event (PrwEngine *self, const char *adapter, const char *address, guint type, const PrwLinkEvent *event)
{
  PrwSecurityManager *peer = find_peer (self, adapter, address);
  gboolean news = event->type == PRW_LINK_EVENT_CONNECTED || event->type == PRW_LINK_EVENT_KEY ||
                  event->type == PRW_LINK_EVENT_SECURITY_REQUEST || event->type == PRW_LINK_EVENT_PAIRING_REQUEST;

  if (!serves (self, adapter) || (peer == NULL && !news))
    return;
  if (peer == NULL)
    peer = take_peer (self, adapter, address);
  prw_security_manager_link_event (peer, (PrwAddressType) type, event);
  if (event->type == PRW_LINK_EVENT_SECURITY_REQUEST && !event->sent)
    prw_security_request_judge (prw_engine_get_services (self), peer);
  prw_engine_schedule_sweep (self);
}

static void
on_identity_resolved (PrwEngine *self, const char *adapter, const char *address, const char *identity, guint type)
{
  PrwSecurityManager *peer = find_peer (self, adapter, address);

  if (peer != NULL)
    prw_security_manager_set_identity (peer, identity);
}

void
prw_engine_learn_bond (PrwEngine *self, const char *adapter_address, const char *address, const PrwBond *bond)
{
  PrwBonds *bonds = prw_engine_get_services (self)->bonds;
  PrwBond known;

  if (!prw_bonds_get (bonds, adapter_address, address, &known))
    prw_bonds_set (bonds, adapter_address, address, bond);
}

gboolean
prw_engine_get_bond (PrwEngine *self, const PrwDevice *device, PrwBond *bond)
{
  PrwAdapter *adapter = prw_host_find_adapter (prw_engine_get_host (self), device->adapter);

  return prw_bonds_get (prw_engine_get_services (self)->bonds, adapter != NULL ? adapter->address : "", device->address, bond);
}

/* It may be known to bluetoothd before the kernel link knows it, and cannot be switched back until then. */
static void
on_controller_changed (PrwEngine *self, const char *name)
{
  PrwAdapter *adapter = prw_host_find_adapter (prw_engine_get_host (self), name);

  if (adapter == NULL || !serves (self, name))
    return;
  prw_leases_recover (prw_engine_get_services (self)->leases, adapter);
  prw_controllers_look (prw_engine_get_controllers (self), name);
}

void
prw_engine_follow_kernel (PrwEngine *self, PrwKernel *kernel)
{
  g_signal_connect_swapped (kernel, "link-event", G_CALLBACK (on_link_event), self);
  g_signal_connect_swapped (kernel, "controller-changed", G_CALLBACK (on_controller_changed), self);
  g_signal_connect_swapped (kernel, "identity-resolved", G_CALLBACK (on_identity_resolved), self);
}
