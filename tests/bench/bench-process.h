/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * BenchProcess:
 * @pid: the process
 * @started: just before it was spawned, CLOCK_MONOTONIC, ns
 * @log: (owned): the file its stderr goes to
 *
 * A child that is measured from outside, by what the kernel counts.
 */
typedef struct
{
  GPid pid;
  gint64 started;
  char *log;
} BenchProcess;

/**
 * BenchMemory:
 * @rss: resident, kB
 * @private: resident and shared with nobody (clean and dirty), kB
 */
typedef struct
{
  double rss;
  double private;
} BenchMemory;

/** bench_now: CLOCK_MONOTONIC, ns. */
gint64 bench_now (void);

/**
 * bench_process_spawn:
 * @argv: found in PATH; stdout is /dev/null
 * @input: (nullable): the file for its stdin, NULL for /dev/null
 * @bus_address: what the child takes for the system bus, and for the session bus
 * @log: the file for its stderr
 *
 * Returns: (transfer full) (nullable): NULL with @error set if it could not be started
 */
BenchProcess *bench_process_spawn (const char *const *argv, const char *input, const char *bus_address, const char *log,
                                   GError **error);
/** bench_process_stop: SIGTERM, after 5 s SIGKILL; frees @self. */
void bench_process_stop (BenchProcess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchProcess, bench_process_stop)

/** bench_process_alive: FALSE when it ended by itself, which no subject should. */
gboolean bench_process_alive (BenchProcess *self);
/** bench_cpu: CPU time of all threads of @pid, past ones too, ns. */
gint64 bench_cpu (pid_t pid);
/** bench_wakeups: how often a thread of @pid went to sleep and was woken again. */
guint64 bench_wakeups (pid_t pid);
/** bench_memory: from smaps_rollup. */
BenchMemory bench_memory (pid_t pid);
/** bench_settle: waits until @pid used no CPU for @quiet_ms, at most 60 s. */
void bench_settle (pid_t pid, guint quiet_ms);

G_END_DECLS
