/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"
#include "core/host.h"

G_BEGIN_DECLS

/**
 * PrwPairable:
 *
 * Keeps Adapter1.Pairable of every served adapter at what policy wants. With Pairable off the kernel refuses incoming
 * bonding without asking anyone, but our own pairing does not bond either: so a pairing of ours borrows the switch.
 * #PrwLeases sees to it that there is one at a time.
 */
#define PRW_TYPE_PAIRABLE (prw_pairable_get_type ())
G_DECLARE_FINAL_TYPE (PrwPairable, prw_pairable, PRW, PAIRABLE, GObject)

/** PrwPairableFunc: Returns: what policy wants of the adapter "hciN" now, when no pairing of ours goes on */
typedef gboolean (*PrwPairableFunc) (const char *adapter, gpointer user_data);

PrwPairable *prw_pairable_new (PrwHost *host, PrwClock *clock, PrwPairableFunc wanted, gpointer user_data);
/** prw_pairable_update: something changed that policy looks at: each switch is written that is not as wanted. */
void prw_pairable_update (PrwPairable *self);
/** prw_pairable_enforce: writes the switch of @adapter when it is not as wanted. */
void prw_pairable_enforce (PrwPairable *self, const PrwAdapter *adapter);
/** prw_pairable_forget: the adapter "hciN" went, or is not served any more: its switch is not ours to write. */
void prw_pairable_forget (PrwPairable *self, const char *adapter);

/**
 * prw_pairable_borrow_async:
 * @adapter: "hciN"; whoever has borrowed its switch passes it on
 * @on: what the pairing needs: on to bond
 *
 * Waits until bluetoothd shows the switch as needed: two seconds at most, then the pairing goes on with what there is.
 * Cannot fail. Needs one prw_pairable_give_back().
 */
void prw_pairable_borrow_async (PrwPairable *self, const char *adapter, gboolean on, GAsyncReadyCallback callback, gpointer user_data);
gboolean prw_pairable_borrow_finish (PrwPairable *self, GAsyncResult *result, GError **error);
/** prw_pairable_hurry: whoever borrows the switch of @adapter does not wait for it any more. */
void prw_pairable_hurry (PrwPairable *self, const char *adapter);
void prw_pairable_give_back (PrwPairable *self, const char *adapter);

G_END_DECLS
