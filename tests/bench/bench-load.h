/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bench-bluez.h"

G_BEGIN_DECLS

/** BENCH_IN_FLIGHT_MAX: the most calls to one agent at a time. */
#define BENCH_IN_FLIGHT_MAX 32

/**
 * BenchLoad:
 *
 * Asks agents RequestAuthorization from the connection that owns org.bluez, a fixed number of calls in flight: the next is
 * sent, in GDBus's worker thread, when an answer arrives.
 */
typedef struct _BenchLoad BenchLoad;

/**
 * BenchRun:
 * @latencies: (element-type gint64): of each call, ns, appended to
 * @elapsed: ns, added to
 * @refused: how many answers were errors, added to
 */
typedef struct
{
  GArray *latencies;
  gint64 elapsed;
  guint refused;
} BenchRun;

BenchRun *bench_run_new (void);
void bench_run_free (BenchRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchRun, bench_run_free)
/** bench_run_percentile: sorts @self; Returns: ns below which @percent of the calls were answered */
gint64 bench_run_percentile (BenchRun *self, guint percent);

BenchLoad *bench_load_new (GDBusConnection *connection);
void bench_load_free (BenchLoad *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchLoad, bench_load_free)

/**
 * bench_load_run:
 * @devices: the first @asking of them ask in turn, so that those in flight are always different ones
 * @calls: how many calls in all
 * @run: (nullable): the figures go here
 *
 * Returns: FALSE if an answer did not come within 30 s
 */
gboolean bench_load_run (BenchLoad *self, const BenchAgent *agent, const BenchDevices *devices, guint asking,
                         guint calls, guint in_flight, BenchRun *run);

G_END_DECLS
