/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * prw_holder_find:
 * @path: a device, without links in it
 *
 * Returns: (transfer full) (nullable): another process that has it open, "minicom (process 123)"; NULL: none, as far as this user may look
 */
char *prw_holder_find (const char *path);

G_END_DECLS
