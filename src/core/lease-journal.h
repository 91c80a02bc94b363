/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/kernel.h"
#include "core/store.h"

G_BEGIN_DECLS

/*
 * The journal of #PrwLeases: a group for each adapter's address, with what is to be restored.
 */

/**
 * PrwRestore: what of an adapter is switched back. All zero: nothing.
 * @secure_connections: UNKNOWN: they were not switched
 * @has_debug_keys: @debug_keys is to be restored
 */
typedef struct
{
  PrwSecureConnections secure_connections;
  gboolean has_debug_keys;
  PrwDebugKeys debug_keys;
} PrwRestore;

gboolean prw_restore_is_empty (const PrwRestore *self);
/** prw_lease_journal_write: @adapter_address is to be restored so; not on disk yet. */
void prw_lease_journal_write (PrwStore *journal, const char *adapter_address, const PrwRestore *restore);
/** prw_lease_journal_read: FALSE: nothing is to be restored. */
gboolean prw_lease_journal_read (PrwStore *journal, const char *adapter_address, PrwRestore *restore);
/** prw_lease_journal_forget: nothing of it is to be restored any more. */
void prw_lease_journal_forget (PrwStore *journal, const char *adapter_address);

G_END_DECLS
