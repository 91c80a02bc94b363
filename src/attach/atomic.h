/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PrwAtomicEdit:
 * @text: what is in the file, not terminated; of a file that is not there nothing
 *
 * May be called several times, when somebody else writes the file meanwhile.
 *
 * Returns: (transfer full) (nullable): what is to be in it; %NULL with an error of %G_IO_ERROR, which the file's path is put before
 */
typedef char *(*PrwAtomicEdit) (const char *text, gsize len, gpointer data, GError **error);

/**
 * prw_atomic_edit:
 * @path: a file; its folder is made (0700) when only that is missing
 * @max: bytes; a larger file is refused
 * @changed: (out) (optional): whether the file was written; when @edit gives back what was there it is not
 *
 * Reads a file, and puts what @edit makes of it in its place: by a rename, after it is on the disk, so that whoever reads it,
 * and whoever comes after a crash, finds the old one or the new one. Mode and owner are kept; a new file is 0600. Callers at once
 * wait for each other (a lock on the folder), a quarter of a second at most, then it is %G_IO_ERROR_BUSY. What somebody writes
 * who knows nothing of the lock is seen up to the moment of the rename. What is read-only, too large, no file or a symbolic
 * link is refused and left as it is. Errors are of %G_IO_ERROR, with the path and what to do.
 *
 * Blocks for as long as a disk takes to write a small file.
 */
gboolean prw_atomic_edit (const char *path, gsize max, PrwAtomicEdit edit, gpointer data, gboolean *changed, GError **error);

/**
 * prw_atomic_read: @text is not terminated; a file that is not there has nothing in it
 */
gboolean prw_atomic_read (const char *path, gsize max, char **text, gsize *len, GError **error);

G_END_DECLS
