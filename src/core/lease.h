/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/kernel.h"
#include "core/pairable.h"

G_BEGIN_DECLS

/**
 * PrwLeaseTerms: what a pairing of ours needs of its adapter while it goes on.
 * @bond: Pairable on; off: the pairing leaves no bond
 * @lesc: LE Secure Connections as the adapter has them; off: legacy pairing
 * @debug_key: the published debug key instead of a secret one
 * @oob: (nullable): what the peer at @address said out of band, for pairing over @transport
 */
typedef struct
{
  gboolean bond, lesc, debug_key;
  const PrwOobData *oob;
  const char *address;
  PrwTransport transport;
  PrwAddressType address_type;
} PrwLeaseTerms;

/**
 * PrwLeases:
 *
 * Lends adapters to pairings of ours, to one at a time: Pairable, Secure Connections, debug keys and out-of-band data
 * are the adapter's and not a peer's. What was switched is switched back when the lease ends, also after a failure. A
 * crash in between is made good at the next start: what is to be restored is on disk before it is switched.
 */
#define PRW_TYPE_LEASES (prw_leases_get_type ())
G_DECLARE_FINAL_TYPE (PrwLeases, prw_leases, PRW, LEASES, GObject)

/** prw_leases_new: @folder: (nullable): the state directory */
PrwLeases *prw_leases_new (PrwHost *host, PrwKernel *kernel, PrwPairable *pairable, const char *folder);

/**
 * prw_leases_take_async:
 * @adapter: "hciN"
 *
 * Waits for its turn and switches. Each success needs one prw_leases_end(), cancelled or not. Errors are PRW_ERROR: NOT_SUPPORTED and
 * the like of #PrwKernel; INVALID_OPERATION when the adapter accepts Secure Connections only and @terms has them off;
 * everything is then as it was. Without a kernel link Secure Connections stay as BlueZ has them.
 */
void prw_leases_take_async (PrwLeases *self, const char *adapter, const PrwLeaseTerms *terms, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
gboolean prw_leases_take_finish (PrwLeases *self, GAsyncResult *result, GError **error);
/** prw_leases_end_cancelled: those who wait for @adapter and whose cancellable is cancelled wait no more. */
void prw_leases_end_cancelled (PrwLeases *self, const char *adapter);
/** prw_leases_end: gives the adapter back; the next one's turn comes when everything is switched back. */
void prw_leases_end (PrwLeases *self, const char *adapter);
/**
 * prw_leases_set_secure_connections_async:
 *
 * Somebody here wants the switch of @adapter so. A pairing that has the adapter is let end first, so that what it switches
 * back does not undo this; nothing is answered before. Errors are those of #PrwKernel.
 */
void prw_leases_set_secure_connections_async (PrwLeases *self, const char *adapter, PrwSecureConnections value,
                                              GAsyncReadyCallback callback, gpointer data);
/** prw_leases_set_debug_keys_async: the same of the debug keys. */
void prw_leases_set_debug_keys_async (PrwLeases *self, const char *adapter, PrwDebugKeys value, GAsyncReadyCallback callback, gpointer data);
/** prw_leases_set_finish: of both. */
gboolean prw_leases_set_finish (PrwLeases *self, GAsyncResult *result, GError **error);
/** prw_leases_recover: @adapter has come: what a former life left switched is switched back. */
void prw_leases_recover (PrwLeases *self, const PrwAdapter *adapter);
void prw_leases_flush (PrwLeases *self);

G_END_DECLS
