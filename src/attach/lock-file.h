/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * prw_lock_file_open:
 * @folder: of ours alone; it and the one above it are made when they are not there
 * @name: the file stays; who is there is said by the lock alone
 *
 * A file to be locked with flock(). Not one that others can open, whatever they may read: who can open it can lock it.
 *
 * Returns: a descriptor, or -1 with an error of %G_IO_ERROR that names the file
 */
int prw_lock_file_open (const char *folder, const char *name, GError **error);

G_END_DECLS
