/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* How well a peer's link is protected, and how strong its bond is. */
#include "core/security-manager-private.h"

#include "core/audit.h"

static PrwSecurityLevel
link_level (PrwSecurityManager *self, const PrwLink *link)
{
  if (!link->connected)
    return PRW_SECURITY_LEVEL_NO_ACCESS;
  if (!link->encrypted)
    return PRW_SECURITY_LEVEL_OPEN;
  /* With the keys just made, or with those of the bond; when nobody knows how those came to be, the least they can be. */
  return MAX (link->level != PRW_SECURITY_LEVEL_NO_ACCESS ? link->level : self->bond_level, PRW_SECURITY_LEVEL_JUST_WORKS);
}

/* The level without a pairing going on: what the kernel shows, or what the link must have by the rules of bluetoothd. */
PrwSecurityLevel
prw_security_manager_settled_level (PrwSecurityManager *self)
{
  if (!prw_security_manager_is_connected (self))
    return PRW_SECURITY_LEVEL_NO_ACCESS;
  if (self->linked)
    return MAX (link_level (self, &self->le), link_level (self, &self->bredr));
  if (!prw_device_has_keys (self->device))
    return PRW_SECURITY_LEVEL_OPEN;
  /* A bond made before us may be stronger than this: the weakest that is encrypted is all D-Bus promises. */
  return MAX (self->bond_level, PRW_SECURITY_LEVEL_JUST_WORKS);
}

/* How strong keys made by the present pairing are: the kernel knows; D-Bus promises that least. */
PrwSecurityLevel
prw_security_manager_pairing_level (PrwSecurityManager *self)
{
  const PrwLink *link = prw_security_manager_get_link (self);

  if (link->stage == PRW_LINK_STAGE_KEYED && link->level != PRW_SECURITY_LEVEL_NO_ACCESS)
    return link->level; /* what the kernel says of the keys */
  switch (self->pairing.model)
    {
    case PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON:
      /* LE has comparison with Secure Connections only (Core 5.4 Vol 3 Part H 2.3.5.1); BR/EDR has it with P-192 too. */
      return prw_security_manager_may_be_bredr (self) ? PRW_SECURITY_LEVEL_MITM : PRW_SECURITY_LEVEL_LESC_MITM;
    case PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY:
    case PRW_ASSOCIATION_MODEL_OOB:
      return PRW_SECURITY_LEVEL_MITM;
    case PRW_ASSOCIATION_MODEL_UNKNOWN:
    case PRW_ASSOCIATION_MODEL_JUST_WORKS:
    case PRW_ASSOCIATION_MODEL_PIN_DISPLAY: /* as the kernel counts its key: found by whoever listened */
    case PRW_ASSOCIATION_MODEL_PIN_ENTRY:
      return PRW_SECURITY_LEVEL_JUST_WORKS;
    }
  return PRW_SECURITY_LEVEL_JUST_WORKS;
}

const char *
prw_security_manager_get_adapter_address (PrwSecurityManager *self)
{
  PrwAdapter *adapter = prw_host_find_adapter (self->services->host, self->adapter);

  return adapter != NULL ? adapter->address : "";
}

void
prw_security_manager_record_bond (PrwSecurityManager *self, PrwSecurityLevel level, gboolean debug_key)
{
  if (self->device != NULL)
    prw_bonds_set (self->services->bonds, prw_security_manager_get_adapter_address (self), self->device->address,
                   &(PrwBond) { .level = level, .debug_key = debug_key });
  if (debug_key)
    g_warning ("%s: the bond was made with the published debug key: whoever listens can read the link", self->path);
  prw_security_manager_set_debug_key_bond (self, debug_key);
}

/* A bond that seems to be gone. */
typedef struct
{
  PrwServices *services;
  char *adapter, *adapter_address, *address;
} LostBond;

static void
lost_bond_free (LostBond *lost)
{
  prw_services_unref (lost->services);
  g_free (lost->adapter);
  g_free (lost->adapter_address);
  g_free (lost->address);
  g_free (lost);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LostBond, lost_bond_free)

static void
forget_bond (const LostBond *lost)
{
  prw_bonds_forget (lost->services->bonds, lost->adapter_address, lost->address);
  prw_memory_forget (lost->services->memory, lost->adapter_address, lost->address, NULL);
}

static void
on_lost_device_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LostBond) lost = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, &error);
  PrwAdapter *adapter = prw_host_find_adapter (PRW_HOST (source), lost->adapter);
  gboolean gone = device != NULL ? !device->bonded : g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND);

  if (gone && adapter != NULL && g_str_equal (adapter->address, lost->adapter_address))
    forget_bond (lost);
}

/* A bond goes with its device or without. But a device goes with its adapter and with bluetoothd, too, which take their
 * devices away before they go themselves (adapter_remove() of BlueZ's src/adapter.c), and then the bond is there still:
 * by the time bluetoothd has answered another call everybody knows. */
void
prw_security_manager_lose_bond (PrwSecurityManager *self, const PrwDevice *old)
{
  g_autoptr (LostBond) lost = g_new0 (LostBond, 1);

  self->bond_level = PRW_SECURITY_LEVEL_NO_ACCESS;
  prw_security_manager_set_debug_key_bond (self, FALSE);
  lost->services = prw_services_ref (self->services);
  lost->adapter = g_strdup (self->adapter);
  lost->adapter_address = g_strdup (prw_security_manager_get_adapter_address (self));
  lost->address = g_strdup (old->address);
  if (!prw_host_is_available (self->services->host) || *lost->adapter_address == '\0')
    return;
  if (self->device != NULL)
    forget_bond (lost);
  else
    prw_host_read_device_async (self->services->host, self->bluez_path, NULL, on_lost_device_read, g_steal_pointer (&lost));
}

void
prw_security_manager_recall_bond (PrwSecurityManager *self)
{
  PrwBond bond;

  if (prw_bonds_get (self->services->bonds, prw_security_manager_get_adapter_address (self), self->device->address, &bond))
    {
      self->bond_level = bond.level;
      prw_security_manager_set_debug_key_bond (self, bond.debug_key);
    }
}

void
prw_security_manager_set_bond_suspect (PrwSecurityManager *self, gboolean suspect)
{
  if (self->bond_suspect == suspect)
    return;
  self->bond_suspect = suspect;
  if (suspect)
    prw_audit_suspect (self);
  g_object_notify (G_OBJECT (self), "bond-suspect");
}
