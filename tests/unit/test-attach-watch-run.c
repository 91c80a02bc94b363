/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The watch with real processes: a script stands for pairward-attach, and a made-up tree for /sys. */
#include "config.h"

#include "attach/watch-run.h"
#include "sysfs-fixture.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Says what it was given and that it runs; at SIGTERM that it ends. */
#define WELL "sleep 1000 &\ntrap 'kill $!; echo end >> \"$log\"; exit 0' TERM\necho run \"$@\" >> \"$log\"\nwait\n"
#define REFUSES "echo run \"$@\" >> \"$log\"\nexit 1\n"
/* Longer than any of this takes: it would hang, and fails instead. */
#define TOO_LONG_SECONDS 60

typedef struct
{
  PrwFakeSysfs *tree;
  char *script, *log, *keyfile;
} Stage;

static void
set_up (Stage *stage, gconstpointer body)
{
  g_autofree char *content = NULL;

  stage->tree = prw_fake_sysfs_new ();
  prw_fake_sysfs_add_board (stage->tree, "1-2", "ttyACM0");
  prw_fake_sysfs_add_usb (stage->tree, "1-3", "1915", "521f", "Open DFU Bootloader");
  prw_fake_sysfs_add_acm (stage->tree, "1-3", 0, "ttyACM1");
  prw_fake_sysfs_add_usb (stage->tree, "1-4", "1366", "1051", "J-Link");
  prw_fake_sysfs_add_acm (stage->tree, "1-4", 0, "ttyACM2");
  stage->script = g_build_filename (stage->tree->root, "attach", NULL);
  stage->log = g_build_filename (stage->tree->root, "log", NULL);
  stage->keyfile = g_build_filename (stage->tree->root, "keyfile", NULL);
  content = g_strdup_printf ("#!/bin/sh\nlog='%s'\n%s", stage->log, (const char *) body);
  prw_fake_sysfs_write (stage->tree, "attach", content, -1);
  prw_fake_sysfs_write (stage->tree, "keyfile", "[Controller nrf]\nMatchUsb=1366:*\n", -1);
  g_assert_cmpint (g_chmod (stage->script, 0755), ==, 0);
}

static void
tear_down (Stage *stage, gconstpointer body)
{
  prw_fake_sysfs_free (stage->tree);
  g_free (stage->script);
  g_free (stage->log);
  g_free (stage->keyfile);
}

static char *
read_log (Stage *stage)
{
  char *text = NULL;

  return g_file_get_contents (stage->log, &text, NULL, NULL) ? text : g_strdup ("");
}

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

/* SIGTERM, to ourselves, once both boards have said something. */
static gboolean
stop_when_started (gpointer data)
{
  g_autofree char *log = read_log (data);

  if (count_lines (log) < 2)
    return G_SOURCE_CONTINUE;
  g_assert_cmpint (kill (getpid (), SIGTERM), ==, 0);
  return G_SOURCE_REMOVE;
}

static gboolean
fail (gpointer data)
{
  g_error ("it takes too long");
  return G_SOURCE_REMOVE;
}

static int
run (Stage *stage)
{
  guint check = g_timeout_add (10, stop_when_started, stage), limit = g_timeout_add_seconds (TOO_LONG_SECONDS, fail, NULL);
  int status = prw_attach_watch_run_at (stage->tree->root, stage->script, stage->keyfile, TRUE);

  if (g_main_context_find_source_by_id (NULL, check) != NULL)
    g_source_remove (check);
  g_source_remove (limit);
  return status;
}

/* The board, and the one that the keyfile adds; not the bootloader. Each is told to end, and waited for. */
static void
test_start_and_stop (Stage *stage, gconstpointer body)
{
  g_autofree char *log = NULL, *acm0 = g_strdup_printf ("run --verbose --config %s /dev/ttyACM0\n", stage->keyfile);
  g_autofree char *acm2 = g_strdup_printf ("run --verbose --config %s /dev/ttyACM2\n", stage->keyfile);

  g_assert_cmpint (run (stage), ==, 0);
  log = read_log (stage);
  g_assert_cmpuint (count_lines (log), ==, 4);
  g_assert_nonnull (strstr (log, acm0));
  g_assert_nonnull (strstr (log, acm2));
  g_assert_null (strstr (log, "ttyACM1"));
  g_assert_true (g_str_has_suffix (log, "end\nend\n"));
}

static void
test_refused (Stage *stage, gconstpointer body)
{
  g_autofree char *log = NULL;

  g_assert_cmpint (run (stage), ==, 0);
  log = read_log (stage);
  g_assert_cmpuint (count_lines (log), ==, 2);
}

static void
test_no_program (Stage *stage, gconstpointer body)
{
  g_assert_cmpint (g_remove (stage->script), ==, 0);
  prw_fake_sysfs_write (stage->tree, "log", "\n\n", -1); /* stops at once */
  g_assert_cmpint (run (stage), ==, 0);
}

/* In a process of its own: what it says goes to the standard error. */
static void
test_bad_keyfile (Stage *stage, gconstpointer body)
{
  if (g_test_subprocess ())
    {
      prw_fake_sysfs_write (stage->tree, "keyfile", "[Controller nrf]\nMatchUsb=nothing\n", -1);
      g_assert_cmpint (prw_attach_watch_run_at (stage->tree->root, stage->script, stage->keyfile, FALSE), ==, 1);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*pairward-attach: *MatchUsb*nothing*");
}

/* Waits until the log has so many lines; @watch still runs, unless it is 0. */
static void
wait_for_lines (Stage *stage, guint wanted, pid_t watch)
{
  gint64 limit = g_get_monotonic_time () + TOO_LONG_SECONDS * G_USEC_PER_SEC;
  guint lines = 0;

  for (; lines < wanted; g_usleep (10000))
    {
      g_autofree char *log = read_log (stage);

      lines = count_lines (log);
      g_assert_cmpint (g_get_monotonic_time (), <, limit);
      g_assert_true (watch == 0 || waitpid (watch, NULL, WNOHANG) == 0);
    }
}

/* Its boards do not outlive a watch that is killed. */
static void
test_killed (Stage *stage, gconstpointer body)
{
  pid_t watch = fork ();

  if (watch == 0)
    {
      prw_attach_watch_run_at (stage->tree->root, stage->script, stage->keyfile, FALSE);
      _exit (0);
    }
  wait_for_lines (stage, 2, watch);
  g_assert_cmpint (kill (watch, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (watch, NULL, 0), ==, watch);
  wait_for_lines (stage, 4, 0);
}

#define ADD(name, body, func) g_test_add ("/attach/watch-run/" name, Stage, body, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("killed", WELL, test_killed); /* first: it forks, and there must not be other threads yet */
  ADD ("start-and-stop", WELL, test_start_and_stop);
  ADD ("refused", REFUSES, test_refused);
  ADD ("no-program", WELL, test_no_program);
  ADD ("bad-keyfile", WELL, test_bad_keyfile);
  return g_test_run ();
}
