/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BenchBus:
 * @pid: the dbus-daemon
 * @errors: its stderr, kept open
 * @address: (owned): where it listens
 * @directory: (owned): a temporary directory for everything of this run
 *
 * A private bus that lets everybody do everything.
 */
typedef struct
{
  GPid pid;
  int errors;
  char *address;
  char *directory;
} BenchBus;

/** bench_bus_start: Returns: (transfer full) (nullable): NULL with @error set */
BenchBus *bench_bus_start (GError **error);
/** bench_bus_stop: ends the daemon, removes the directory, frees @self. */
void bench_bus_stop (BenchBus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchBus, bench_bus_stop)

G_END_DECLS
