/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an agent costs: plays org.bluez on a private bus and measures agents from outside. See README.md here. */
#include "config.h"

#include "bench-bluez.h"
#include "bench-bus.h"
#include "bench-load.h"
#include "bench-process.h"
#include "bench-table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Devices that are connected and ask, in the phase of calls; twice those in flight, so that each slot has two. */
#define ASKING (2 * BENCH_IN_FLIGHT_MAX)
#define REGISTER_LIMIT_MS 60000

/* Accepts by a rule: what is measured is the path of a decision, not that of a question. */
static const char keyfile[] = "[Daemon]\n"
                              "PairingPolicy=allow-all\n"
                              "WithoutHandler=reject\n"
                              "[Rule bench]\n"
                              "Action=accept\n"
                              "PairingPolicy=allow-all\n";

/* Sizes of a run. */
typedef struct
{
  guint few, some, many; /* devices */
  guint starts;          /* how often each is started, per number of devices */
  guint rounds;          /* how often the subjects take turns */
  guint calls_a_round;
  guint64 calls; /* of each subject in all */
  guint signals;
  guint signal_rate; /* a second */
  guint quiet_ms;    /* a subject that used no CPU for so long has finished what it did */
} Sizes;

static const Sizes full_sizes = { 10, 1000, 10000, 5, 10, 300, 50000, 20000, 5000, 200 };
static const Sizes smoke_sizes = { 10, ASKING, 100, 1, 2, ASKING, 4 * ASKING, 100, 2000, 40 };

typedef struct
{
  BenchWho who;
  const char *name;
  char *argv[6];
  char *input;      /* what its stdin is, NULL for /dev/null */
  char *missing;    /* why it cannot be measured, NULL if it can */
  gboolean grows;   /* keeps memory of each call: left out of the long phase */
  gboolean failed;
  BenchProcess *process;
  BenchAgent agent;
} Subject;

typedef struct
{
  BenchBus *bus;
  BenchBluez *bluez;
  BenchLoad *load;
  Sizes sizes;
  Subject subjects[BENCH_N_WHO];
  BenchTable table;
} Bench;

static char *opt_pairwardd;
static char *opt_bt_agent;
static char *opt_only;
static gint64 opt_calls;
static gboolean opt_smoke;
static gboolean opt_verbose;

static const GOptionEntry entries[] = {
  { "pairwardd", 0, 0, G_OPTION_ARG_FILENAME, &opt_pairwardd, "The daemon (default: $PAIRWARDD, else the tree's)", "FILE" },
  { "bt-agent", 0, 0, G_OPTION_ARG_FILENAME, &opt_bt_agent, "The agent of bluez-tools (default: from PATH)", "FILE" },
  { "only", 0, 0, G_OPTION_ARG_STRING, &opt_only, "Of at-once, reading, pairwardd, bt-agent", "NAME,…" },
  { "calls", 0, 0, G_OPTION_ARG_INT64, &opt_calls, "Calls to each in all (50000)", "N" },
  { "smoke", 0, 0, G_OPTION_ARG_NONE, &opt_smoke, "A short run that tests only that all is answered (TAP)", NULL },
  { "verbose", 0, 0, G_OPTION_ARG_NONE, &opt_verbose, "Show each method call to BlueZ", NULL },
  { NULL, 0, 0, 0, NULL, NULL, NULL },
};

static void G_GNUC_PRINTF (1, 2)
say (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("# %s\n", text);
}

/* A subject that fails is left out from then on; the others are measured all the same. */
static void
subject_fail (Subject *self, const char *why)
{
  g_autofree char *log = NULL;

  self->failed = TRUE;
  say ("%s: %s", self->name, why);
  if (self->process != NULL && g_file_get_contents (self->process->log, &log, NULL, NULL) && log[0] != '\0')
    say ("its stderr:\n%s", log);
}

static void
subject_stop (Subject *self)
{
  if (self->process != NULL && !self->failed && !bench_process_alive (self->process))
    subject_fail (self, "ended by itself");
  g_clear_pointer (&self->process, bench_process_stop);
  bench_agent_clear (&self->agent);
}

static gboolean
subject_usable (const Subject *self)
{
  return self->missing == NULL && !self->failed;
}

static gboolean
subject_wait (Bench *bench, Subject *self)
{
  for (guint waited = 0; waited < REGISTER_LIMIT_MS; waited += 100)
    {
      if (bench_bluez_wait_agent (bench->bluez, 100, &self->agent))
        return TRUE;
      if (!bench_process_alive (self->process))
        return FALSE;
    }
  return FALSE;
}

/* Started, registered, and quiet. */
static gboolean
subject_start (Bench *bench, Subject *self)
{
  g_autofree char *log = g_strdup_printf ("%s/%s.log", bench->bus->directory, self->name);
  g_autoptr (GError) error = NULL;

  if (!subject_usable (self))
    return FALSE;

  bench_bluez_expect_agent (bench->bluez);
  self->process = bench_process_spawn ((const char *const *) self->argv, self->input, bench->bus->address, log, &error);
  if (self->process == NULL)
    {
      subject_fail (self, error->message);
      return FALSE;
    }
  if (!subject_wait (bench, self))
    {
      subject_fail (self, "did not register");
      subject_stop (self);
      return FALSE;
    }
  bench_settle (self->process->pid, bench->sizes.quiet_ms);
  /* What it was quiet for may be a long reply: that of 10,000 devices takes BlueZ longer to make than that. */
  g_dbus_connection_flush_sync (bench_bluez_connection (bench->bluez), NULL, NULL);
  bench_settle (self->process->pid, bench->sizes.quiet_ms);
  return TRUE;
}

static int
compare_double (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (GArray *values)
{
  g_array_sort (values, compare_double);
  return g_array_index (values, double, values->len / 2);
}

/* One after the other, each several times, in turns: what disturbs the machine for a while disturbs all. */
static void
measure_start (Bench *self, guint devices, BenchMeasure start, BenchMeasure rss, BenchMeasure private)
{
  GArray *times[BENCH_N_WHO];

  say ("start with %u devices", devices);
  bench_bluez_set_devices (self->bluez, bench_devices_new (devices, 0));
  for (guint i = 0; i < BENCH_N_WHO; i++)
    times[i] = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint n = 0; n < self->sizes.starts; n++)
    for (guint i = 0; i < BENCH_N_WHO; i++)
      {
        Subject *subject = &self->subjects[i];
        BenchMemory memory;
        double ms;

        if (!subject_start (self, subject))
          continue;
        ms = (double) (subject->agent.seen - subject->process->started) / 1e6;
        g_array_append_val (times[i], ms);
        memory = bench_memory (subject->process->pid);
        self->table.values[rss][i] = memory.rss;
        self->table.values[private][i] = memory.private;
        subject_stop (subject);
      }

  for (guint i = 0; i < BENCH_N_WHO; i++)
    {
      if (times[i]->len > 0)
        self->table.values[start][i] = median (times[i]);
      g_array_unref (times[i]);
    }
}

/* What the rounds of one subject at one depth added up to. */
typedef struct
{
  BenchRun *run;
  gint64 cpu, bus_cpu;
  guint64 traffic;
} Rounds;

/* CPU is counted until the subject is quiet again: what it does after its answer is its cost too. */
static void
run_round (Bench *self, Subject *subject, guint in_flight, Rounds *rounds)
{
  const pid_t pid = subject->process->pid;
  const gint64 cpu = bench_cpu (pid), bus_cpu = bench_cpu (self->bus->pid);
  const guint64 traffic = bench_bluez_calls (self->bluez);

  if (!bench_load_run (self->load, &subject->agent, bench_bluez_devices (self->bluez), ASKING, self->sizes.calls_a_round,
                       in_flight, rounds->run))
    {
      subject_fail (subject, "left a call unanswered");
      return;
    }
  bench_settle (pid, 20);
  rounds->cpu += bench_cpu (pid) - cpu;
  rounds->bus_cpu += bench_cpu (self->bus->pid) - bus_cpu;
  rounds->traffic += bench_bluez_calls (self->bluez) - traffic;
}

static void
store_rounds (Bench *self, Subject *subject, guint in_flight, Rounds *rounds)
{
  double (*v)[BENCH_N_WHO] = self->table.values;
  const gboolean one = in_flight == 1;
  const BenchWho who = subject->who;
  const double calls = rounds->run->latencies->len;

  if (!subject_usable (subject))
    return;
  v[one ? BENCH_P50_1 : BENCH_P50_32][who] = (double) bench_run_percentile (rounds->run, 50) / 1e3;
  v[one ? BENCH_P99_1 : BENCH_P99_32][who] = (double) bench_run_percentile (rounds->run, 99) / 1e3;
  v[one ? BENCH_RATE_1 : BENCH_RATE_32][who] = calls * 1e9 / (double) rounds->run->elapsed;
  v[one ? BENCH_CPU_1 : BENCH_CPU_32][who] = (double) rounds->cpu / calls / 1e3;
  if (one)
    {
      v[BENCH_BUS_CPU][who] = (double) rounds->bus_cpu / calls / 1e3;
      v[BENCH_TRAFFIC][who] = (double) rounds->traffic / calls;
    }
  if (rounds->run->refused > 0)
    say ("%s: refused %u of %.0f", subject->name, rounds->run->refused, calls);
}

static void
measure_calls (Bench *self, guint in_flight)
{
  Rounds rounds[BENCH_N_WHO] = { { NULL, 0, 0, 0 } };

  say ("calls, %u in flight", in_flight);
  for (guint i = 0; i < BENCH_N_WHO; i++)
    rounds[i].run = bench_run_new ();
  for (guint n = 0; n < self->sizes.rounds; n++)
    for (guint i = 0; i < BENCH_N_WHO; i++)
      if (subject_usable (&self->subjects[i]))
        run_round (self, &self->subjects[i], in_flight, &rounds[i]);
  for (guint i = 0; i < BENCH_N_WHO; i++)
    {
      store_rounds (self, &self->subjects[i], in_flight, &rounds[i]);
      bench_run_free (rounds[i].run);
    }
}

static void
store_memory (Bench *self, Subject *subject, BenchMeasure rss, BenchMeasure private)
{
  BenchMemory memory;

  if (!subject_usable (subject))
    return;
  memory = bench_memory (subject->process->pid);
  self->table.values[rss][subject->who] = memory.rss;
  self->table.values[private][subject->who] = memory.private;
}

/* The rest of the calls, to see whether memory stays. */
static void
soak (Bench *self, Subject *subject, guint64 done)
{
  const guint64 calls = self->sizes.calls > done ? self->sizes.calls - done : 0;

  if (!subject_usable (subject))
    return;
  if (subject->grows)
    {
      say ("%s: not taken to %" G_GUINT64_FORMAT " calls, it keeps memory of each", subject->name, self->sizes.calls);
      return;
    }

  say ("%s: up to %" G_GUINT64_FORMAT " calls", subject->name, self->sizes.calls);
  if (calls > 0 && !bench_load_run (self->load, &subject->agent, bench_bluez_devices (self->bluez), ASKING, (guint) calls,
                                    BENCH_IN_FLIGHT_MAX, NULL))
    {
      subject_fail (subject, "left a call unanswered");
      return;
    }
  bench_settle (subject->process->pid, self->sizes.quiet_ms);
  store_memory (self, subject, BENCH_RSS_ALL, BENCH_PRIVATE_ALL);
}

/* To @n subjects at once: signals are broadcast. */
static void
send_signals (Bench *self, Subject *subjects, guint n, BenchMeasure cpu, BenchMeasure wakeups)
{
  gint64 cpu_before[BENCH_N_WHO];
  guint64 wakeups_before[BENCH_N_WHO];

  for (guint i = 0; i < n; i++)
    if (subjects[i].process != NULL)
      {
        cpu_before[i] = bench_cpu (subjects[i].process->pid);
        wakeups_before[i] = bench_wakeups (subjects[i].process->pid);
      }
  bench_bluez_advertise (self->bluez, self->sizes.signals, self->sizes.signal_rate);
  for (guint i = 0; i < n; i++)
    if (subjects[i].process != NULL)
      {
        const pid_t pid = subjects[i].process->pid;

        bench_settle (pid, self->sizes.quiet_ms);
        self->table.values[cpu][subjects[i].who] = (double) (bench_cpu (pid) - cpu_before[i]) / 1e6;
        self->table.values[wakeups][subjects[i].who] = (double) (bench_wakeups (pid) - wakeups_before[i]);
      }
}

/* Each alone. Nobody is connected: an agent has business with none of these devices. */
static void
measure_signals (Bench *self, guint devices, BenchMeasure cpu, BenchMeasure wakeups)
{
  say ("%u RSSI signals, %u devices", self->sizes.signals, devices);
  bench_bluez_set_devices (self->bluez, bench_devices_new (devices, 0));
  for (guint i = 0; i < BENCH_N_WHO; i++)
    if (subject_start (self, &self->subjects[i]))
      {
        send_signals (self, &self->subjects[i], 1, cpu, wakeups);
        subject_stop (&self->subjects[i]);
      }
}

static void
measure_all_calls (Bench *self)
{
  const guint64 done = 2 * (guint64) self->sizes.rounds * self->sizes.calls_a_round;

  bench_bluez_set_devices (self->bluez, bench_devices_new (self->sizes.some, ASKING));
  for (guint i = 0; i < BENCH_N_WHO; i++)
    subject_start (self, &self->subjects[i]);

  /* The deep one first: what 32 at a time need at most is then in both figures, and the rest of the difference is a leak. */
  measure_calls (self, BENCH_IN_FLIGHT_MAX);
  for (guint i = 0; i < BENCH_N_WHO; i++)
    store_memory (self, &self->subjects[i], BENCH_RSS_3000, BENCH_PRIVATE_3000);
  measure_calls (self, 1);
  say ("%u RSSI signals after that", self->sizes.signals);
  send_signals (self, self->subjects, BENCH_N_WHO, BENCH_RSSI_CPU_ASKED, BENCH_RSSI_WAKEUPS_ASKED);
  for (guint i = 0; i < BENCH_N_WHO; i++)
    soak (self, &self->subjects[i], done);

  for (guint i = 0; i < BENCH_N_WHO; i++)
    subject_stop (&self->subjects[i]);
}

static void
subject_init (Bench *self, BenchWho who, const char *name, const char *program, const char *missing)
{
  Subject *subject = &self->subjects[who];
  g_auto (GStrv) only = g_strsplit (opt_only != NULL ? opt_only : name, ",", -1);

  subject->who = who;
  subject->name = name;
  subject->argv[0] = program == NULL ? NULL : g_find_program_in_path (program);
  if (!g_strv_contains ((const char *const *) only, name))
    subject->missing = g_strdup ("left out");
  else if (subject->argv[0] == NULL)
    subject->missing = g_strdup (missing);
}

/* bt-agent asks its terminal, with this capability too, and is measured as one whose user says yes at once. */
static gboolean
write_answers (const char *file, GError **error)
{
  g_autoptr (GString) answers = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append (answers, "yes\n");
  return g_file_set_contents (file, answers->str, (gssize) answers->len, error);
}

static gboolean
init_subjects (Bench *self, GError **error)
{
  g_autofree char *own = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = g_path_get_dirname (own);
  g_autofree char *bare = g_build_filename (directory, "bare-agent", NULL);
  g_autofree char *tree = g_build_filename (directory, "../../pairwardd", NULL);
  g_autofree char *config = g_build_filename (self->bus->directory, "pairward.conf", NULL);
  g_autofree char *answers = g_build_filename (self->bus->directory, "answers", NULL);
  const char *pairwardd = opt_pairwardd != NULL ? opt_pairwardd : g_getenv ("PAIRWARDD");

  if (!g_file_set_contents (config, keyfile, -1, error) || !write_answers (answers, error))
    return FALSE;

  subject_init (self, BENCH_AT_ONCE, "at-once", bare, "bare-agent is not built");
  self->subjects[BENCH_AT_ONCE].argv[1] = g_strdup ("--at-once");
  subject_init (self, BENCH_READING, "reading", bare, "bare-agent is not built");
  self->subjects[BENCH_READING].argv[1] = g_strdup ("--read");
  subject_init (self, BENCH_PAIRWARDD, "pairwardd", pairwardd != NULL ? pairwardd : tree, "pairwardd is not built");
  self->subjects[BENCH_PAIRWARDD].argv[1] = g_strdup ("--config");
  self->subjects[BENCH_PAIRWARDD].argv[2] = g_steal_pointer (&config);
  self->subjects[BENCH_PAIRWARDD].argv[3] = g_strdup ("--no-kernel-link");
  /* A smoke run is a test of what is built here. */
  subject_init (self, BENCH_BT_AGENT, "bt-agent",
                opt_smoke ? NULL : opt_bt_agent != NULL ? opt_bt_agent : "bt-agent",
                opt_smoke ? "left out" : "bt-agent is not installed (package bluez-tools)");
  self->subjects[BENCH_BT_AGENT].argv[1] = g_strdup ("--capability=NoInputNoOutput");
  self->subjects[BENCH_BT_AGENT].input = g_steal_pointer (&answers);
  self->subjects[BENCH_BT_AGENT].grows = TRUE;

  for (guint i = 0; i < BENCH_N_WHO; i++)
    if (self->subjects[i].missing != NULL)
      say ("%s is missing: %s", self->subjects[i].name, self->subjects[i].missing);
  return TRUE;
}

static void
bench_clear (Bench *self)
{
  for (guint i = 0; i < BENCH_N_WHO; i++)
    {
      Subject *subject = &self->subjects[i];

      subject_stop (subject);
      for (guint n = 0; n < G_N_ELEMENTS (subject->argv); n++)
        g_free (subject->argv[n]);
      g_free (subject->input);
      g_free (subject->missing);
    }
  g_clear_pointer (&self->load, bench_load_free);
  g_clear_pointer (&self->bluez, bench_bluez_free);
  g_clear_pointer (&self->bus, bench_bus_stop);
}

static gboolean
bench_init (Bench *self, GError **error)
{
  bench_table_init (&self->table);
  self->sizes = opt_smoke ? smoke_sizes : full_sizes;
  if (opt_calls > 0)
    self->sizes.calls = MIN ((guint64) opt_calls, G_MAXUINT);

  self->bus = bench_bus_start (error);
  if (self->bus == NULL)
    return FALSE;
  self->bluez = bench_bluez_new (self->bus->address, bench_devices_new (self->sizes.few, 0), opt_verbose, error);
  if (self->bluez == NULL)
    return FALSE;
  self->load = bench_load_new (bench_bluez_connection (self->bluez));
  return init_subjects (self, error);
}

static int
report (const Bench *self)
{
  int status = EXIT_SUCCESS;
  guint tests = 0;

  if (!opt_smoke)
    {
      bench_table_print (&self->table);
      printf ("\nAll calls: %" G_GUINT64_FORMAT ". RSSI: %u signals, %u a second.\n", self->sizes.calls,
               self->sizes.signals, self->sizes.signal_rate);
      bench_table_print_targets (&self->table);
    }
  for (guint i = 0; i < BENCH_N_WHO; i++)
    {
      const Subject *subject = &self->subjects[i];

      if (subject->missing != NULL)
        continue;
      if (opt_smoke)
        printf ("%sok %u - %s: every call is answered\n", subject->failed ? "not " : "", ++tests, subject->name);
      if (subject->failed)
        status = EXIT_FAILURE;
    }
  if (opt_smoke)
    printf ("1..%u\n", tests);
  return status;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) options = g_option_context_new ("- measure pairing agents");
  g_autoptr (GError) error = NULL;
  Bench bench = { 0 };
  int status = EXIT_FAILURE;

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("bench: %s\n", error->message);
      return 2;
    }

  if (bench_init (&bench, &error))
    {
      measure_start (&bench, bench.sizes.few, BENCH_START_10, BENCH_RSS_10, BENCH_PRIVATE_10);
      measure_start (&bench, bench.sizes.many, BENCH_START_10000, BENCH_RSS_10000, BENCH_PRIVATE_10000);
      measure_all_calls (&bench);
      measure_signals (&bench, bench.sizes.few, BENCH_RSSI_CPU_10, BENCH_RSSI_WAKEUPS_10);
      measure_signals (&bench, bench.sizes.some, BENCH_RSSI_CPU_1000, BENCH_RSSI_WAKEUPS_1000);
      measure_signals (&bench, bench.sizes.many, BENCH_RSSI_CPU_10000, BENCH_RSSI_WAKEUPS_10000);
      status = report (&bench);
    }
  else
    g_printerr ("bench: %s\n", error->message);
  bench_clear (&bench);
  return status;
}
