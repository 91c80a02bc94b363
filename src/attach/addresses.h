/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/address.h"

G_BEGIN_DECLS

/** PRW_ADDRESSES_MAX_BYTES: a larger file is refused: BlueZ's has some twenty bytes for each controller it ever saw. */
#define PRW_ADDRESSES_MAX_BYTES (64 * 1024)

/**
 * BlueZ's file of static addresses, /var/lib/bluetooth/addresses (BlueZ 5.87, src/adapter.c: get_static_addr(); 5.66 is the same):
 *
 *     [Static]
 *     0x05f1=C0:11:22:33:44:55;F2:66:77:88:99:AA;
 *
 * A controller that has no public address gets the first address in the list of its manufacturer (the key: `"0x%04x"`, exactly,
 * lower case) that no other adapter of bluetoothd has. If there is none, bluetoothd makes one up, puts it behind the others, and
 * writes the file anew: without comments, by a rename, and without any lock. It reads the file each time a controller comes. A
 * text in the list that is no address counts there as 00:00:00:00:00:00, and is taken as such: such a list is refused here.
 *
 * Errors are of %G_IO_ERROR: %G_IO_ERROR_INVALID_DATA for a file that is malformed, and as said below.
 */

/**
 * PrwAddressesOrder: how a manufacturer's list is to be
 * @own: (nullable): comes first, and is put in if it is not in the list
 * @present: (nullable) (array zero-terminated=1): come next, in this order, those of them that are in the list
 * @absent: (nullable) (array zero-terminated=1): are taken out
 * @last: (nullable): comes behind all others, and is put in if it is not in the list
 *
 * Addresses that are not named keep their places among each other, between @present and @last. Nothing else is dropped.
 */
typedef struct
{
  const char *own;
  const char *const *present;
  const char *const *absent;
  const char *last;
} PrwAddressesOrder;

/**
 * prw_addresses_list:
 * @text: what is in the file
 * @len: bytes in @text
 * @manufacturer: the controller's (Core 5.4 Vol 4 Part E 7.4.1, company identifier)
 *
 * Returns: (transfer full) (nullable): the list as bluetoothd reads it, perhaps empty; %NULL with an error that names the line
 */
char **prw_addresses_list (const char *text, gsize len, guint16 manufacturer, GError **error);

/**
 * prw_addresses_arrange:
 *
 * Brings one list into @order and keeps every byte beside it: comments, blank lines, other groups and keys, line ends.
 *
 * Returns: (transfer full) (nullable): the new text, the same as @text when there is nothing to change; %NULL with an error
 */
char *prw_addresses_arrange (const char *text, gsize len, guint16 manufacturer, const PrwAddressesOrder *order, GError **error);

/**
 * prw_addresses_file_arrange:
 * @path: BlueZ's `addresses`
 * @changed: (out) (optional): whether the file was written
 *
 * The same with the file, as prw_atomic_edit() does it: a malformed one, too, is left as it is, with an error that says what to do.
 */
gboolean prw_addresses_file_arrange (const char *path, guint16 manufacturer, const PrwAddressesOrder *order, gboolean *changed,
                                     GError **error);

/** prw_addresses_file_list: the list that is in the file; one that is not there has none. Returns: (transfer full) (nullable) */
char **prw_addresses_file_list (const char *path, guint16 manufacturer, GError **error);

G_END_DECLS
