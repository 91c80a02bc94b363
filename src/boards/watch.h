/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "boards/record.h"

G_BEGIN_DECLS

/**
 * PrwBoards:
 *
 * The records of %PRW_BOARDS_DIR, kept up to date. It does not matter whether the directory is there yet.
 *
 * Signal `changed` (no arguments): the records are not what they were; emitted from the main context it was made in.
 */
#define PRW_TYPE_BOARDS (prw_boards_get_type ())
G_DECLARE_FINAL_TYPE (PrwBoards, prw_boards, PRW, BOARDS, GObject)

/** prw_boards_new: reads @dir, and watches it. When it cannot be watched, that is in the log, and the first reading stays. */
PrwBoards *prw_boards_new (const char *dir);
/** prw_boards_get: Returns: (transfer none) (element-type PrwRecord): until the next `changed` */
GPtrArray *prw_boards_get (PrwBoards *self);

G_END_DECLS
