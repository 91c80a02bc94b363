/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bench-table.h"

#include <math.h>
#include <stdio.h>

static const struct
{
  const char *label;
  int decimals;
} measures[BENCH_N_MEASURES] = {
  [BENCH_START_10] = { "exec to registered, 10 devices, ms", 1 },
  [BENCH_START_10000] = { "exec to registered, 10,000 devices, ms", 1 },
  [BENCH_RSS_10] = { "RSS after start, 10 devices, kB", 0 },
  [BENCH_RSS_10000] = { "RSS after start, 10,000 devices, kB", 0 },
  [BENCH_PRIVATE_10] = { "private after start, 10 devices, kB", 0 },
  [BENCH_PRIVATE_10000] = { "private after start, 10,000 devices, kB", 0 },
  [BENCH_P50_1] = { "1 in flight: p50, µs", 0 },
  [BENCH_P99_1] = { "1 in flight: p99, µs", 0 },
  [BENCH_RATE_1] = { "1 in flight: calls a second", 0 },
  [BENCH_CPU_1] = { "1 in flight: CPU a call, µs", 1 },
  [BENCH_P50_32] = { "32 in flight: p50, µs", 0 },
  [BENCH_P99_32] = { "32 in flight: p99, µs", 0 },
  [BENCH_RATE_32] = { "32 in flight: calls a second", 0 },
  [BENCH_CPU_32] = { "32 in flight: CPU a call, µs", 1 },
  [BENCH_BUS_CPU] = { "dbus-daemon's CPU a call, µs", 1 },
  [BENCH_TRAFFIC] = { "calls to BlueZ a decision", 2 },
  [BENCH_RSS_3000] = { "RSS after 3,000 calls, kB", 0 },
  [BENCH_RSS_ALL] = { "RSS after all calls, kB", 0 },
  [BENCH_PRIVATE_3000] = { "private after 3,000 calls, kB", 0 },
  [BENCH_PRIVATE_ALL] = { "private after all calls, kB", 0 },
  [BENCH_RSSI_CPU_10] = { "RSSI, 10 devices: CPU, ms", 1 },
  [BENCH_RSSI_CPU_1000] = { "RSSI, 1,000 devices: CPU, ms", 1 },
  [BENCH_RSSI_CPU_10000] = { "RSSI, 10,000 devices: CPU, ms", 1 },
  [BENCH_RSSI_WAKEUPS_10] = { "RSSI, 10 devices: wake-ups", 0 },
  [BENCH_RSSI_WAKEUPS_1000] = { "RSSI, 1,000 devices: wake-ups", 0 },
  [BENCH_RSSI_WAKEUPS_10000] = { "RSSI, 10,000 devices: wake-ups", 0 },
  [BENCH_RSSI_CPU_ASKED] = { "RSSI, 64 of 1,000 have asked: CPU, ms", 1 },
  [BENCH_RSSI_WAKEUPS_ASKED] = { "RSSI, 64 of 1,000 have asked: wake-ups", 0 },
};

void
bench_table_init (BenchTable *self)
{
  for (guint i = 0; i < BENCH_N_MEASURES; i++)
    for (guint j = 0; j < BENCH_N_WHO; j++)
      self->values[i][j] = (double) NAN;
}

static void
print_value (double value, int width, int decimals)
{
  if (isnan (value))
    printf (" %*s", width, "-");
  else
    printf (" %*.*f", width, decimals, value);
}

void
bench_table_print (const BenchTable *self)
{
  static const BenchWho others[] = { BENCH_AT_ONCE, BENCH_READING, BENCH_BT_AGENT };

  printf ("%-40s %9s %9s %9s %9s |  pairwardd divided by\n", "", "at once", "reading", "pairwardd", "bt-agent");
  printf ("%-40s %9s %9s %9s %9s | %8s %8s %8s\n", "", "", "", "", "", "at once", "reading", "bt-agent");
  for (guint i = 0; i < BENCH_N_MEASURES; i++)
    {
      const double *values = self->values[i];

      /* The micro sign is two bytes and one column. */
      printf ("%s%*s", measures[i].label, 40 - (int) g_utf8_strlen (measures[i].label, -1), "");
      for (guint j = 0; j < BENCH_N_WHO; j++)
        print_value (values[j], 9, measures[i].decimals);
      printf (" |");
      for (guint j = 0; j < G_N_ELEMENTS (others); j++)
        print_value (values[others[j]] > 0 ? values[BENCH_PAIRWARDD] / values[others[j]] : (double) NAN, 8, 2);
      printf ("\n");
    }
}

/* A target is a limit on a figure of pairwardd's, or on its ratio to another figure. */
static void
print_target (const char *what, double value, double limit)
{
  if (isnan (value))
    printf ("  not measured  %s\n", what);
  else
    printf ("  %-13s %s: %.2f (at most %.2f)\n", value <= limit ? "met" : "MISSED", what, value, limit);
}

void
bench_table_print_targets (const BenchTable *self)
{
  const double(*v)[BENCH_N_WHO] = self->values;
  const BenchWho p = BENCH_PAIRWARDD;

  printf ("\nTargets of pairwardd\n");
  print_target ("p50 to that of reading, 1 in flight", v[BENCH_P50_1][p] / v[BENCH_P50_1][BENCH_READING], 1.2);
  print_target ("p50 to that of reading, 32 in flight", v[BENCH_P50_32][p] / v[BENCH_P50_32][BENCH_READING], 1.2);
  print_target ("CPU a call to that of reading, 1 in flight", v[BENCH_CPU_1][p] / v[BENCH_CPU_1][BENCH_READING], 1.2);
  print_target ("CPU a call to that of reading, 32 in flight", v[BENCH_CPU_32][p] / v[BENCH_CPU_32][BENCH_READING],
                1.2);
  print_target ("RSS after start, MB", v[BENCH_RSS_10][p] / 1024, 9);
  print_target ("RSS with 10,000 devices to that with 10", v[BENCH_RSS_10000][p] / v[BENCH_RSS_10][p], 1.05);
  print_target ("RSS after all calls, MB", v[BENCH_RSS_ALL][p] / 1024, 9);
  /* Two arenas of malloc's need some calls to find their size; a byte a call would be 977 kB in a million. */
  print_target ("private memory gained after the first 3,000 calls, kB",
                v[BENCH_PRIVATE_ALL][p] - v[BENCH_PRIVATE_3000][p], 256);
  print_target ("registered to bare GDBus, 10 devices", v[BENCH_START_10][p] / v[BENCH_START_10][BENCH_AT_ONCE], 2);
  print_target ("registered to bare GDBus, 10,000 devices",
                v[BENCH_START_10000][p] / v[BENCH_START_10000][BENCH_AT_ONCE], 2);
  print_target ("CPU for RSSI of 10 strangers, ms", v[BENCH_RSSI_CPU_10][p], 0.5);
  print_target ("CPU for RSSI of 1,000 strangers, ms", v[BENCH_RSSI_CPU_1000][p], 0.5);
  print_target ("CPU for RSSI of 10,000 strangers, ms", v[BENCH_RSSI_CPU_10000][p], 0.5);
}
