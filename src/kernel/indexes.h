/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PRW_INDEXES_MAX: so many controllers are looked at. */
#define PRW_INDEXES_MAX 64

/**
 * PrwIndexesFunc:
 * @indexes: room for PRW_INDEXES_MAX
 *
 * Which controllers there are, in the kernel's order.
 *
 * Returns: how many were filled in; -1 when that is not known
 */
typedef gssize (*PrwIndexesFunc) (guint16 *indexes);

/**
 * prw_indexes_read:
 *
 * Asks the kernel's management interface, with Read Index List: the newest controller first (Linux, net/bluetooth/mgmt.c,
 * read_index_list(), and list_add() in hci_register_dev()). Needs no right, changes nothing (HCIGETDEVLIST may), and does not wait:
 * the answer is there before sending the command returns.
 */
gssize prw_indexes_read (guint16 *indexes);

/** prw_indexes_ask: the same on @fd, a socket that is open and does not block. */
gssize prw_indexes_ask (int fd, guint16 *indexes);

G_END_DECLS
