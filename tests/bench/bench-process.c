/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bench-process.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SETTLE_LIMIT (60 * G_USEC_PER_SEC)
#define STOP_LIMIT (5 * G_USEC_PER_SEC)

static gint64
to_ns (const struct timespec *time)
{
  return (gint64) time->tv_sec * 1000000000 + time->tv_nsec;
}

gint64
bench_now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return to_ns (&time);
}

/* What the test harness or the user set for GLib would be measured with the subject, and kills some (fatal-warnings). */
static char **
child_environment (const char *bus_address)
{
  char **environment = g_get_environ ();

  environment = g_environ_setenv (environment, "DBUS_SYSTEM_BUS_ADDRESS", bus_address, TRUE);
  environment = g_environ_setenv (environment, "DBUS_SESSION_BUS_ADDRESS", bus_address, TRUE);
  environment = g_environ_unsetenv (environment, "G_MESSAGES_DEBUG");
  environment = g_environ_unsetenv (environment, "G_DEBUG");
  environment = g_environ_unsetenv (environment, "G_DBUS_DEBUG");
  return environment;
}

BenchProcess *
bench_process_spawn (const char *const *argv, const char *input, const char *bus_address, const char *log,
                     GError **error)
{
  g_auto (GStrv) environment = child_environment (bus_address);
  BenchProcess *self;
  GPid pid;
  gint64 started;
  gboolean spawned;
  int input_fd, log_fd;

  input_fd = open (input != NULL ? input : "/dev/null", O_RDONLY | O_CLOEXEC);
  log_fd = open (log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (input_fd < 0 || log_fd < 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot open %s", log_fd < 0 ? log : input);
      if (input_fd >= 0)
        close (input_fd);
      if (log_fd >= 0)
        close (log_fd);
      return NULL;
    }

  started = bench_now ();
  /* With these flags GLib can use posix_spawn(): the time does not grow with our own size. All our fds are CLOEXEC. */
  spawned = g_spawn_async_with_fds (NULL, (char **) argv, environment,
                                    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN |
                                      G_SPAWN_STDOUT_TO_DEV_NULL,
                                    NULL, NULL, &pid, input_fd, -1, log_fd, error);
  close (input_fd);
  close (log_fd);
  if (!spawned)
    return NULL;

  self = g_new0 (BenchProcess, 1);
  self->pid = pid;
  self->started = started;
  self->log = g_strdup (log);
  return self;
}

gboolean
bench_process_alive (BenchProcess *self)
{
  siginfo_t info = { .si_pid = 0 };

  return waitid (P_PID, self->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void
bench_process_stop (BenchProcess *self)
{
  gint64 limit = g_get_monotonic_time () + STOP_LIMIT;

  if (self == NULL)
    return;

  kill (self->pid, SIGTERM);
  while (bench_process_alive (self) && g_get_monotonic_time () < limit)
    g_usleep (2000);
  kill (self->pid, SIGKILL);
  waitpid (self->pid, NULL, 0);
  g_free (self->log);
  g_free (self);
}

gint64
bench_cpu (pid_t pid)
{
  clockid_t clock;
  struct timespec time;

  if (clock_getcpuclockid (pid, &clock) != 0 || clock_gettime (clock, &time) != 0)
    return 0;
  return to_ns (&time);
}

/* The number after "key:" of a /proc file, 0 when it is not there. */
static guint64
read_field (const char *file, const char *key)
{
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return 0;
  at = strstr (text, key);
  return at == NULL ? 0 : g_ascii_strtoull (at + strlen (key), NULL, 10);
}

guint64
bench_wakeups (pid_t pid)
{
  g_autofree char *tasks = g_strdup_printf ("/proc/%d/task", (int) pid);
  g_autoptr (GDir) dir = g_dir_open (tasks, 0, NULL);
  const char *name;
  guint64 sum = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *status = g_build_filename (tasks, name, "status", NULL);

      sum += read_field (status, "\nvoluntary_ctxt_switches:");
    }
  return sum;
}

BenchMemory
bench_memory (pid_t pid)
{
  g_autofree char *file = g_strdup_printf ("/proc/%d/smaps_rollup", (int) pid);
  BenchMemory memory;

  memory.rss = (double) read_field (file, "\nRss:");
  memory.private = (double) (read_field (file, "\nPrivate_Clean:") + read_field (file, "\nPrivate_Dirty:"));
  return memory;
}

void
bench_settle (pid_t pid, guint quiet_ms)
{
  gint64 limit = g_get_monotonic_time () + SETTLE_LIMIT;
  gint64 before, after = bench_cpu (pid);

  do
    {
      before = after;
      g_usleep (quiet_ms * 1000);
      after = bench_cpu (pid);
    }
  while (after != before && g_get_monotonic_time () < limit);
}
