/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PRW_STORE_MAX_BYTES: a file larger than this was not written here. */
#define PRW_STORE_MAX_BYTES (1024 * 1024)

/**
 * PrwStore:
 *
 * A keyfile in the state directory: read once, changed in memory, written whole, atomically and by a thread: a crash at
 * any moment leaves the old one or the new one, and the main loop never waits for a disk. A file that is there and
 * cannot be read is left as it is; what is to be kept then lives until the daemon ends.
 */
#define PRW_TYPE_STORE (prw_store_get_type ())
G_DECLARE_FINAL_TYPE (PrwStore, prw_store, PRW, STORE, GObject)

/** prw_store_new: @folder: (nullable): NULL: nothing is kept on disk; made when something is to be kept and it is not there */
PrwStore *prw_store_new (const char *folder, const char *name);
/** prw_store_get: Returns: (transfer none): the keyfile, to be read and changed */
GKeyFile *prw_store_get (PrwStore *self);
/** prw_store_save: what the keyfile says now is to be on disk. */
void prw_store_save (PrwStore *self);
/** prw_store_save_async: the same; ends when it is on disk, or with the error that kept it from getting there. */
void prw_store_save_async (PrwStore *self, GAsyncReadyCallback callback, gpointer data);
gboolean prw_store_save_finish (PrwStore *self, GAsyncResult *result, GError **error);
/** prw_store_flush: waits until what the keyfile says now is on disk: for the daemon's end. */
void prw_store_flush (PrwStore *self);
/** prw_store_count_keys: in all groups together */
guint prw_store_count_keys (PrwStore *self);
/** prw_store_get_file: Returns: (transfer none) (nullable): where it is kept; NULL: nowhere */
const char *prw_store_get_file (PrwStore *self);
/** prw_store_drop_empty_group: removes @group if it has no key (any more); nothing is written. */
void prw_store_drop_empty_group (PrwStore *self, const char *group);
/** prw_store_keep_only: of the groups "@first ANYTHING" those stay whose ANYTHING is in @rest (element-type utf8). */
void prw_store_keep_only (PrwStore *self, const char *first, GHashTable *rest);

G_END_DECLS
