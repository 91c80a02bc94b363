/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/bonds.h"
#include "policy/address.h"

G_BEGIN_DECLS

/** PRW_KERNEL_STORAGE: where bluetoothd keeps its bonds. */
#define PRW_KERNEL_STORAGE "/var/lib/bluetooth"

/** PrwStoredBond: how strong a bond is that BlueZ has stored. */
typedef struct
{
  char adapter_address[PRW_ADDRESS_LEN + 1];
  char address[PRW_ADDRESS_LEN + 1];
  PrwBond bond;
} PrwStoredBond;

/**
 * prw_kernel_storage_read:
 * @folder: PRW_KERNEL_STORAGE
 *
 * The bonds in ADAPTER/PEER/info below @folder, or static-ADAPTER/PEER/info where its address is static random, by
 * `[LongTermKey] Authenticated=`, `[PeripheralLongTermKey]`, `[SlaveLongTermKey]` and `[LinkKey] Type=`; of several keys the weakest
 * counts. At most PRW_BONDS_MAX. Only root can read them: to be called before rights are dropped. Nothing else is kept, least of all
 * keys. What is not as bluetoothd leaves it (links, folders, large files) is passed over, with a line in the log.
 *
 * Returns: (transfer full) (element-type PrwStoredBond): empty where there is nothing, or nothing that may be read
 */
GPtrArray *prw_kernel_storage_read (const char *folder);

/** prw_kernel_storage_parse: @text: an info file, not terminated. Returns: whether it has a key of known strength */
gboolean prw_kernel_storage_parse (const char *text, gsize size, PrwBond *bond);

G_END_DECLS
