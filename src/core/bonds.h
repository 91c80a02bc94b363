/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/store.h"
#include "policy/types.h"

G_BEGIN_DECLS

/** PRW_BONDS_MAX: bonds whose level is kept. */
#define PRW_BONDS_MAX 4096

/**
 * PrwBonds:
 *
 * How strong the bonds are: our own record, kept in the state directory, of what the kernel said when the keys were
 * made. Adapters and peers go by their identity addresses: the numbers of adapters change with the order of plugging in.
 */
typedef struct _PrwBonds PrwBonds;

/** PrwBond: @debug_key: made with the published debug key: whoever listens can read the link. */
typedef struct
{
  PrwSecurityLevel level;
  gboolean debug_key;
} PrwBond;

/** prw_bonds_new: @folder: (nullable): the state directory; NULL: nothing is kept */
PrwBonds *prw_bonds_new (const char *folder);
void prw_bonds_free (PrwBonds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwBonds, prw_bonds_free)

/** prw_bonds_set: keeps @bond; nothing happens when it is known so already. */
void prw_bonds_set (PrwBonds *self, const char *adapter_address, const char *address, const PrwBond *bond);
/** prw_bonds_get: FALSE, and *@bond zero, when nothing is known. */
gboolean prw_bonds_get (PrwBonds *self, const char *adapter_address, const char *address, PrwBond *bond);
void prw_bonds_forget (PrwBonds *self, const char *adapter_address, const char *address);
/** prw_bonds_keep_only: @addresses: (element-type utf8): of the bonded peers of an adapter; what is known of others is forgotten */
void prw_bonds_keep_only (PrwBonds *self, const char *adapter_address, GHashTable *addresses);
void prw_bonds_flush (PrwBonds *self);

G_END_DECLS
