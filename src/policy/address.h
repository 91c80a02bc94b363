/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/types.h"

G_BEGIN_DECLS

/** PRW_ADDRESS_LEN: length of "AA:BB:CC:DD:EE:FF", without the terminator. */
#define PRW_ADDRESS_LEN 17

/**
 * prw_address_normalize:
 * @text: (nullable): an address with `:`, `-` or `_` between the octets, any case
 * @out: at least PRW_ADDRESS_LEN + 1 bytes
 *
 * Returns: TRUE and upper-case colon form in @out, or FALSE (and @out is untouched) when @text is no address
 */
gboolean prw_address_normalize (const char *text, char *out);

/**
 * prw_address_from_path:
 * @path: an object path of BlueZ or of ours; the last component is looked at
 *
 * Returns: TRUE and the address in @out when the last component is `dev_XX_XX_XX_XX_XX_XX`
 */
gboolean prw_address_from_path (const char *path, char *out);

/**
 * prw_adapter_parse_name:
 * @name: "hci1"; not "hci01", which the kernel says of nobody, and not "hci0:64", which is a connection of hci0 in sysfs
 * @index: (out) (optional): the kernel's number for it, untouched with %FALSE; 0xffff is none (HCI_DEV_NONE)
 *
 * Returns: whether it is the name of a controller
 */
gboolean prw_adapter_parse_name (const char *name, guint16 *index);

/**
 * prw_adapter_from_path:
 *
 * Returns: (transfer full) (nullable): "hciN" of `…/hciN` or `…/hciN/dev_XX…` (the first component that is the name of a controller)
 */
char *prw_adapter_from_path (const char *path);

G_END_DECLS
