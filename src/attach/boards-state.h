/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/address.h"

G_BEGIN_DECLS

/*
 * What pairward-attach keeps for ever, in one keyfile:
 *
 *     [Kept]
 *     serial%202fe3:000b%20D5A3=E6:…       the address that was made for a board
 *     [Listed 0x05f1]
 *     C0:…=true                            it was not in BlueZ's list before we put it there
 *
 * It is no secret, and losing it costs the boards whose address was made here their bonds.
 */

/**
 * prw_boards_state_kept:
 * @address: (out): that was made for board @key, made and kept now when it was not yet
 *
 * Returns: FALSE with an error, and no address, when it cannot be kept
 */
gboolean prw_boards_state_kept (const char *path, const char *key, char address[PRW_ADDRESS_LEN + 1], GError **error);

/**
 * prw_boards_state_listed:
 *
 * Returns: (transfer full): what we put into that manufacturer's list; empty, and a warning in the log, when it cannot be read
 */
char **prw_boards_state_listed (const char *path, guint16 manufacturer);
gboolean prw_boards_state_is_listed (const char *path, guint16 manufacturer, const char *address);
/** prw_boards_state_set_listed: when that cannot be kept it is warned of: the address is then taken for somebody else's, and never removed */
void prw_boards_state_set_listed (const char *path, guint16 manufacturer, const char *address, gboolean listed);

G_END_DECLS
