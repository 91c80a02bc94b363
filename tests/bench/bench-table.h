/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** BenchWho: who is measured. */
typedef enum
{
  BENCH_AT_ONCE,
  BENCH_READING,
  BENCH_PAIRWARDD,
  BENCH_BT_AGENT,
  BENCH_N_WHO,
} BenchWho;

/** BenchMeasure: what is measured; those of several device counts stand in the order 10, 1,000, 10,000. */
typedef enum
{
  BENCH_START_10,
  BENCH_START_10000,
  BENCH_RSS_10,
  BENCH_RSS_10000,
  BENCH_PRIVATE_10,
  BENCH_PRIVATE_10000,
  BENCH_P50_1,
  BENCH_P99_1,
  BENCH_RATE_1,
  BENCH_CPU_1,
  BENCH_P50_32,
  BENCH_P99_32,
  BENCH_RATE_32,
  BENCH_CPU_32,
  BENCH_BUS_CPU,
  BENCH_TRAFFIC,
  BENCH_RSS_3000,
  BENCH_RSS_ALL,
  BENCH_PRIVATE_3000,
  BENCH_PRIVATE_ALL,
  BENCH_RSSI_CPU_10,
  BENCH_RSSI_CPU_1000,
  BENCH_RSSI_CPU_10000,
  BENCH_RSSI_WAKEUPS_10,
  BENCH_RSSI_WAKEUPS_1000,
  BENCH_RSSI_WAKEUPS_10000,
  BENCH_RSSI_CPU_ASKED,
  BENCH_RSSI_WAKEUPS_ASKED,
  BENCH_N_MEASURES,
} BenchMeasure;

/** BenchTable: NAN where nothing was measured. */
typedef struct
{
  double values[BENCH_N_MEASURES][BENCH_N_WHO];
} BenchTable;

void bench_table_init (BenchTable *self);
/** bench_table_print: all figures, and pairwardd's divided by each of the others'. */
void bench_table_print (const BenchTable *self);
/** bench_table_print_targets: what pairwardd is meant to reach, and whether it did. */
void bench_table_print_targets (const BenchTable *self);

G_END_DECLS
