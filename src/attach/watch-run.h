/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * prw_attach_watch_run_at:
 * @root: PRW_SYSFS_ROOT, or what a test made up
 *
 * As prw_attach_watch_run().
 */
int prw_attach_watch_run_at (const char *root, const char *self_path, const char *config_file, gboolean verbose);

/**
 * prw_attach_watch_run:
 * @self_path: this program's own file, which is run for each board
 * @config_file: (nullable): `--config`; each board's process gets it too
 * @verbose: the same of `--verbose`
 *
 * `pairward-attach --watch`: until SIGTERM or SIGINT. The processes of the boards end with it, however it ends.
 *
 * Returns: the exit status: 0; 1 when the keyfile cannot be used
 */
int prw_attach_watch_run (const char *self_path, const char *config_file, gboolean verbose);

G_END_DECLS
