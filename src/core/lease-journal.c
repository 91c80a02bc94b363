/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/lease-journal.h"

#define SECURE_CONNECTIONS "secure-connections"
#define DEBUG_KEYS "debug-keys"

gboolean
prw_restore_is_empty (const PrwRestore *self)
{
  return self->secure_connections == PRW_SECURE_CONNECTIONS_UNKNOWN && !self->has_debug_keys;
}

void
prw_lease_journal_write (PrwStore *journal, const char *adapter_address, const PrwRestore *restore)
{
  GKeyFile *keyfile = prw_store_get (journal);

  g_key_file_remove_group (keyfile, adapter_address, NULL);
  if (restore->secure_connections != PRW_SECURE_CONNECTIONS_UNKNOWN)
    g_key_file_set_string (keyfile, adapter_address, SECURE_CONNECTIONS, prw_secure_connections_to_string (restore->secure_connections));
  if (restore->has_debug_keys)
    g_key_file_set_integer (keyfile, adapter_address, DEBUG_KEYS, (int) restore->debug_keys);
}

gboolean
prw_lease_journal_read (PrwStore *journal, const char *adapter_address, PrwRestore *restore)
{
  GKeyFile *keyfile = prw_store_get (journal);
  g_autofree char *text = g_key_file_get_string (keyfile, adapter_address, SECURE_CONNECTIONS, NULL);

  *restore = (PrwRestore) { .secure_connections = PRW_SECURE_CONNECTIONS_UNKNOWN };
  if (!g_key_file_has_group (keyfile, adapter_address))
    return FALSE;
  if (text != NULL)
    prw_secure_connections_from_string (text, &restore->secure_connections, NULL);
  restore->has_debug_keys = g_key_file_has_key (keyfile, adapter_address, DEBUG_KEYS, NULL);
  restore->debug_keys = g_key_file_get_integer (keyfile, adapter_address, DEBUG_KEYS, NULL) == PRW_DEBUG_KEYS_KEEP
                        ? PRW_DEBUG_KEYS_KEEP : PRW_DEBUG_KEYS_DISCARD;
  return TRUE;
}

void
prw_lease_journal_forget (PrwStore *journal, const char *adapter_address)
{
  if (g_key_file_remove_group (prw_store_get (journal), adapter_address, NULL))
    prw_store_save (journal);
}
