/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/store.h"
#include "policy/types.h"

G_BEGIN_DECLS

/** PRW_MEMORY_MAX: answers that are remembered; more are answered, but not remembered. */
#define PRW_MEMORY_MAX 1024

/**
 * PrwMemory:
 *
 * The answers "always" and "never" about services, per adapter, peer and service, kept in the state directory. Adapters
 * and peers go by their identity addresses, in normal form: the numbers of adapters change with the order of plugging
 * in. Services are full UUIDs; their case does not matter.
 */
typedef struct _PrwMemory PrwMemory;

/**
 * prw_memory_new:
 * @folder: (nullable): the state directory; NULL: nothing is kept
 *
 * What the file says and nobody could have answered is ignored, with one warning.
 *
 * Returns: (transfer full)
 */
PrwMemory *prw_memory_new (const char *folder);
void prw_memory_free (PrwMemory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwMemory, prw_memory_free)

/** prw_memory_lookup: YES: always, NO: never, UNKNOWN: nothing was said */
PrwTristate prw_memory_lookup (PrwMemory *self, const char *adapter_address, const char *address, const char *service);
/** prw_memory_list: Returns: (transfer floating): a{sb}: each service of the peer of which something was said, and whether it was "always" */
GVariant *prw_memory_list (PrwMemory *self, const char *adapter_address, const char *address);
void prw_memory_remember (PrwMemory *self, const char *adapter_address, const char *address, const char *service, gboolean allow);
/** prw_memory_forget: @service: (nullable): NULL: all about the peer; Returns: whether there was anything to forget */
gboolean prw_memory_forget (PrwMemory *self, const char *adapter_address, const char *address, const char *service);
/** prw_memory_keep_only: @addresses: (element-type utf8): of the peers of an adapter; what is remembered of others is forgotten */
void prw_memory_keep_only (PrwMemory *self, const char *adapter_address, GHashTable *addresses);
void prw_memory_flush (PrwMemory *self);

G_END_DECLS
