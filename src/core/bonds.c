/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/bonds.h"

/* One group for each bond, "ADAPTER PEER". */
#define LEVEL "level"
#define DEBUG_KEY "debug-key"

struct _PrwBonds
{
  PrwStore *store;
};

PrwBonds *
prw_bonds_new (const char *folder)
{
  PrwBonds *self = g_new0 (PrwBonds, 1);

  self->store = prw_store_new (folder, "bonds");
  return self;
}

void
prw_bonds_free (PrwBonds *self)
{
  g_object_unref (self->store);
  g_free (self);
}

static char *
group_of (const char *adapter_address, const char *address)
{
  return g_strconcat (adapter_address, " ", address, NULL);
}

static gboolean
has_room (GKeyFile *keyfile, const char *group)
{
  gsize n = 0;
  g_auto (GStrv) groups = NULL;

  if (g_key_file_has_group (keyfile, group))
    return TRUE;
  groups = g_key_file_get_groups (keyfile, &n);
  return n < PRW_BONDS_MAX;
}

void
prw_bonds_set (PrwBonds *self, const char *adapter_address, const char *address, const PrwBond *bond)
{
  GKeyFile *keyfile = prw_store_get (self->store);
  g_autofree char *group = group_of (adapter_address, address);
  PrwBond known;

  if (prw_bonds_get (self, adapter_address, address, &known) && known.level == bond->level && !known.debug_key == !bond->debug_key)
    return;
  if (!has_room (keyfile, group))
    {
      g_warning ("the levels of %d bonds are kept already; that of %s is not", PRW_BONDS_MAX, address);
      return;
    }
  g_key_file_set_string (keyfile, group, LEVEL, prw_security_level_to_string (bond->level));
  if (bond->debug_key)
    g_key_file_set_boolean (keyfile, group, DEBUG_KEY, TRUE);
  else
    g_key_file_remove_key (keyfile, group, DEBUG_KEY, NULL);
  prw_store_save (self->store);
}

gboolean
prw_bonds_get (PrwBonds *self, const char *adapter_address, const char *address, PrwBond *bond)
{
  GKeyFile *keyfile = prw_store_get (self->store);
  g_autofree char *group = group_of (adapter_address, address);
  g_autofree char *level = g_key_file_get_string (keyfile, group, LEVEL, NULL);

  *bond = (PrwBond) { .level = PRW_SECURITY_LEVEL_NO_ACCESS };
  if (level == NULL || !prw_security_level_from_string (level, &bond->level, NULL) || bond->level < PRW_SECURITY_LEVEL_JUST_WORKS)
    {
      bond->level = PRW_SECURITY_LEVEL_NO_ACCESS;
      return FALSE;
    }
  bond->debug_key = g_key_file_get_boolean (keyfile, group, DEBUG_KEY, NULL);
  return TRUE;
}

void
prw_bonds_forget (PrwBonds *self, const char *adapter_address, const char *address)
{
  g_autofree char *group = group_of (adapter_address, address);

  if (g_key_file_remove_group (prw_store_get (self->store), group, NULL))
    prw_store_save (self->store);
}

void
prw_bonds_keep_only (PrwBonds *self, const char *adapter_address, GHashTable *addresses)
{
  prw_store_keep_only (self->store, adapter_address, addresses);
}

void
prw_bonds_flush (PrwBonds *self)
{
  prw_store_flush (self->store);
}
