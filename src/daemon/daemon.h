/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PrwDaemonOptions: what the command line said. */
typedef struct
{
  gboolean session;        /* serve on the session bus */
  const char *config_file; /* (nullable) */
  gboolean kernel_link;    /* use it when there is one */
} PrwDaemonOptions;

/**
 * prw_daemon_run:
 *
 * The composition root: builds the real things, runs until SIGTERM or SIGINT.
 *
 * Returns: FALSE with @error when the daemon could not start or lost what it needs
 */
gboolean prw_daemon_run (const PrwDaemonOptions *options, GError **error);

G_END_DECLS
