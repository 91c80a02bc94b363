/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/attach.h"
#include "attach/claim.h"
#include "attach/identity.h"
#include "kernel/indexes.h"

G_BEGIN_DECLS

/**
 * PrwAdoption:
 *
 * Sees to it that one board gets its address: decides which, claims it, and looks whether bluetoothd gave it that one (see claim.h,
 * whose steps these are). It moves the PrwAttach on, from `found` to `attached`, and again where bluetoothd gave it another.
 */
typedef struct _PrwAdoption PrwAdoption;

/**
 * prw_adoption_new:
 * @paths: strings that outlive it
 * @indexes: (nullable): prw_indexes_read(); %NULL: nobody is asked on the system bus, as in tests that have no bluetoothd
 * @settled: called when the board has its address, perhaps again when bluetoothd came back
 *
 * Returns: (transfer full)
 */
PrwAdoption *prw_adoption_new (PrwAttach *attach, const PrwClaimPaths *paths, PrwIndexesFunc indexes, void (*settled) (gpointer data),
                               gpointer data);
/** prw_adoption_free: the board is no controller any more: its claim ends. */
void prw_adoption_free (PrwAdoption *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwAdoption, prw_adoption_free)

/**
 * prw_adoption_found: for PrwAttachFuncs.found
 * @usb: (nullable): "2fe3:000b"
 * @serial: (nullable): the USB device's serial number
 * @place: (nullable): where it is plugged in, of #PrwPort
 * @wanted: (nullable): "auto", "none" or an address
 */
void prw_adoption_found (PrwAdoption *self, const char *usb, const char *serial, const char *place, const char *wanted);
/** prw_adoption_opened: for PrwAttachFuncs.opened */
void prw_adoption_opened (PrwAdoption *self);
/** prw_adoption_attached: for PrwAttachFuncs.attached */
void prw_adoption_attached (PrwAdoption *self);
/** prw_adoption_get_address: Returns: (transfer none): which it has, or is to have; "" when that is not known */
const char *prw_adoption_get_address (const PrwAdoption *self);

G_END_DECLS
