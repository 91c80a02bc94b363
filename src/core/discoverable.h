/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"
#include "core/host.h"

G_BEGIN_DECLS

/**
 * PrwDiscoverable:
 *
 * Makes adapters discoverable for a while, and puts back those that were not.
 */
typedef struct _PrwDiscoverable PrwDiscoverable;

PrwDiscoverable *prw_discoverable_new (PrwHost *host, PrwClock *clock);
void prw_discoverable_free (PrwDiscoverable *self);
/**
 * prw_discoverable_raise:
 *
 * Makes @adapter discoverable, unless it is or has no power. To be called again for each of its changes: bluetoothd ends
 * it after main.conf's DiscoverableTimeout (three minutes by default). Whoever turns it off within half a minute wins.
 */
void prw_discoverable_raise (PrwDiscoverable *self, const PrwAdapter *adapter);
/** prw_discoverable_lost: the adapter "hciN" went: the next of that name begins anew. */
void prw_discoverable_lost (PrwDiscoverable *self, const char *adapter);
/** prw_discoverable_restore: what was raised is as it was found. */
void prw_discoverable_restore (PrwDiscoverable *self);

G_END_DECLS
