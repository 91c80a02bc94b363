/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* A controller that the kernel has. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "attach/adoption.h"
#include "attach/attach.h"
#include "attach/hci.h"
#include "hci-kernel.h"
#include "sysfs-fixture.h"

#define OURS "C0:11:22:33:44:55"
#define HCI_FOLDER "devices/pci0000:00/0000:00:14.0/usb1/1-6/1-6:1.0/bluetooth/hci0"

/* @log: of the attachment. @tell_to_end: what is written there tells us to end. */
typedef struct
{
  PrwFakeSysfs *tree;
  PrwHciSystem system;
  char *locks;
  PrwHci *hci;
  PrwAttach *attach;
  PrwAdoption *adoption;
  const char *wanted;
  GString *log;
  gboolean ended;
  GError *error;
  int tell_to_end;
} Fixture;

static void
fixture_set_up (Fixture *f, gconstpointer data)
{
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  f->tell_to_end = ends[1];
  memset (&hci_kernel, 0, sizeof hci_kernel);
  hci_kernel.log = g_string_new (NULL);
  hci_kernel.threads = g_ptr_array_new ();
  f->tree = prw_fake_sysfs_new ();
  prw_fake_sysfs_add_usb (f->tree, "1-6", "2fe3", "000b", "Zephyr HCI USB sample");
  prw_fake_sysfs_add_btusb (f->tree, "1-6", "hci0");
  f->locks = g_build_filename (f->tree->root, "run/identity", NULL);
  f->system = (PrwHciSystem) { .open = hci_kernel_open, .sysfs = f->tree->root, .locks = f->locks, .wait = PRW_HCI_WAIT, .answer = PRW_HCI_ANSWER,
                                .stop = ends[0] };
  f->log = g_string_new (NULL);
}

static void
fixture_tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->attach, prw_attach_free);
  for (guint i = 0; i < hci_kernel.threads->len; i++)
    g_thread_join (hci_kernel.threads->pdata[i]);
  g_ptr_array_unref (hci_kernel.threads);
  g_string_free (hci_kernel.log, TRUE);
  g_string_free (f->log, TRUE);
  g_clear_error (&f->error);
  g_free (f->locks);
  prw_fake_sysfs_free (f->tree);
  close (f->system.stop);
  close (f->tell_to_end);
}

static void
found (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;

  g_string_append_printf (f->log, "found %s;", prw_board_get_address (prw_attach_get_board (attach)));
  if (f->adoption != NULL)
    prw_adoption_found (f->adoption, "2fe3:000b", NULL, NULL, f->wanted);
  else
    prw_attach_go (attach, NULL);
}

static void
opened (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;

  g_string_append (f->log, "opened;");
  prw_attach_bring_up (attach);
}

static void
attached (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;

  g_string_append_printf (f->log, "hci%u;", prw_attach_get_index (attach));
}

static void
ended (PrwAttach *attach, const GError *error, gpointer data)
{
  Fixture *f = data;

  f->ended = TRUE;
  f->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
begin (Fixture *f)
{
  static const PrwAttachFuncs funcs = { found, opened, attached, ended };
  static const guint no_speed = 0;
  g_autoptr (GError) error = NULL;
  PrwLine line;

  f->hci = prw_hci_open (&f->system, "hci0", TRUE, &error);
  g_assert_no_error (error);
  line = prw_hci_get_line (f->hci);
  f->attach = prw_attach_new (prw_hci_as_wire (f->hci), &no_speed, 1, FALSE, &line, &funcs, f);
  prw_attach_start (f->attach);
}

static void
run_until (Fixture *f, const char *logged)
{
  while (!f->ended && (logged == NULL || !g_str_has_suffix (f->log->str, logged)))
    g_main_context_iteration (NULL, TRUE);
}

/* As far as it is the kernel's again; what that did until then is @log. */
static void
attach (Fixture *f, const char *log)
{
  begin (f);
  run_until (f, "hci0;");
  hci_kernel_wait_log (log);
}

/* An attachment that has no place for addresses. */
static void
begin_adoption (Fixture *f)
{
  static const PrwClaimPaths paths = { .addresses = "/nowhere/addresses", .state = "/nowhere/boards", .run = "/nowhere/run" };

  begin (f);
  f->adoption = prw_adoption_new (f->attach, &paths, NULL, NULL, NULL);
}

/* It was down: it is asked, given back, and looked after until it goes. */
static void
test_down (Fixture *f, gconstpointer data)
{
  begin (f);
  run_until (f, "hci0;");
  g_assert_cmpstr (f->log->str, ==, "found " OURS ";opened;hci0;");
  hci_kernel_wait_log ("taken;given back;");
  prw_hci_restore_power (f->hci, OURS);
  hci_kernel_wait_log ("taken;given back;");
  prw_fake_sysfs_remove (f->tree, "class/bluetooth/hci0");
  run_until (f, NULL);
  g_assert_no_error (f->error);
}

/* It was up: it is taken down first, and comes up again, with the address that it is to have. */
static void
test_up (Fixture *f, gconstpointer data)
{
  hci_kernel.powered = TRUE;
  attach (f, "off;taken;given back;");
  prw_hci_restore_power (f->hci, OURS);
  hci_kernel_wait_log ("off;taken;given back;static;on;");
  prw_hci_restore_power (f->hci, OURS);
  hci_kernel_wait_log ("off;taken;given back;static;on;");
}

/* What has its number by now is left as it is. */
static void
test_up_gone (Fixture *f, gconstpointer data)
{
  hci_kernel.powered = TRUE;
  begin (f);
  run_until (f, "hci0;");
  prw_fake_sysfs_remove (f->tree, "class/bluetooth/hci0");
  run_until (f, NULL);
  g_clear_pointer (&f->attach, prw_attach_free);
  hci_kernel_wait_log ("off;taken;given back;");
}

/* Nobody knows which address it has. */
static void
test_up_without_address (Fixture *f, gconstpointer data)
{
  hci_kernel.powered = TRUE;
  attach (f, "off;taken;given back;");
  prw_hci_restore_power (f->hci, "");
  hci_kernel_wait_log ("off;taken;given back;on;");
}

/* It is begun anew where bluetoothd gave it another address. */
static void
test_again (Fixture *f, gconstpointer data)
{
  attach (f, "taken;given back;");
  hci_kernel.powered = TRUE;
  g_string_truncate (f->log, 0);
  prw_attach_reopen (f->attach);
  run_until (f, "hci0;");
  hci_kernel_wait_log ("taken;given back;off;taken;given back;");
  hci_kernel.links = 1;
  hci_kernel.powered = TRUE;
  prw_attach_reopen (f->attach);
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_BUSY);
  g_assert_true (g_str_has_prefix (f->error->message, "hci0: 1 device"));
}

/* Two never take it from each other. */
static void
test_locked (Fixture *f, gconstpointer data)
{
  begin (f);
  for (gboolean may_power_off = FALSE; may_power_off <= TRUE; may_power_off++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (prw_hci_open (&f->system, "hci0", may_power_off, &error));
      g_assert_error (error, PRW_PROBLEM, PRW_PROBLEM_BUSY);
    }
  run_until (f, "hci0;");
  hci_kernel_wait_log ("taken;given back;");
  g_clear_pointer (&f->attach, prw_attach_free);
  g_assert_cmpint (g_rmdir (f->locks), ==, 0); /* no file stays */
}

/* Everybody may read sysfs, and lock what they can read. */
static void
test_locked_by_stranger (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->tree->root, HCI_FOLDER, NULL);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  attach (f, "taken;given back;");
  close (fd);
}

/* What stands for another controller by now is none of ours. */
static void
test_replaced (Fixture *f, gconstpointer data)
{
  begin (f);
  run_until (f, "hci0;");
  prw_fake_sysfs_write (f->tree, "devices/other/hci0/uevent", "", 0);
  prw_fake_sysfs_remove (f->tree, "class/bluetooth/hci0");
  prw_fake_sysfs_link (f->tree, "class/bluetooth/hci0", "devices/other/hci0");
  run_until (f, NULL);
  g_assert_no_error (f->error);
}

static void
test_vanishes (Fixture *f, gconstpointer data)
{
  hci_kernel.dies = TRUE;
  begin (f);
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_GONE);
  g_assert_true (g_str_has_prefix (f->error->message, "hci0: "));
  g_assert_cmpstr (f->log->str, ==, "");
}

/* bluetoothd goes by what the kernel read when it set the controller up. */
static void
test_no_public (Fixture *f, gconstpointer data)
{
  f->wanted = "00:11:22:33:44:55";
  hci_kernel.powered = TRUE;
  begin_adoption (f);
  run_until (f, NULL);
  g_clear_pointer (&f->adoption, prw_adoption_free);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_NO_ADDRESS);
  g_assert_true (g_str_has_prefix (f->error->message, "hci0: 00:11:22:33:44:55: "));
  hci_kernel_wait_log ("off;taken;given back;");
  g_clear_pointer (&f->attach, prw_attach_free);
  hci_kernel_wait_log ("off;taken;given back;on;");
}

/* The kernel saw none when it set it up, and bluetoothd goes by that. */
static void
test_liar (Fixture *f, gconstpointer data)
{
  hci_kernel.liar = TRUE;
  begin_adoption (f);
  run_until (f, "hci0;");
  g_assert_cmpstr (prw_adoption_get_address (f->adoption), ==, OURS);
  g_clear_pointer (&f->adoption, prw_adoption_free);
}

static void
test_silent (Fixture *f, gconstpointer data)
{
  hci_kernel.silent = TRUE;
  begin (f);
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_SILENT);
  g_assert_null (strstr (f->error->message, "bits per second"));
  hci_kernel_wait_log ("taken;given back;");
}

static void
test_stopped (Fixture *f, gconstpointer data)
{
  hci_kernel.silent = TRUE;
  begin (f);
  prw_attach_stop (f->attach);
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_STOPPED_BY_US);
  hci_kernel_wait_log ("taken;given back;");
}

static void
expect_refused (Fixture *f, const char *name, gboolean may_power_off, PrwProblem code, const char *text, const char *log)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *prefix = g_strdup_printf ("%s: ", name);

  g_assert_null (prw_hci_open (&f->system, name, may_power_off, &error));
  g_assert_error (error, PRW_PROBLEM, (int) code);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  if (strstr (error->message, text) == NULL)
    g_error ("\"%s\" is not in \"%s\"", text, error->message);
  hci_kernel_wait_log (log);
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  expect_refused (f, "hci99", TRUE, PRW_PROBLEM_NO_PORT, "no such controller", "");
}

static void
test_public (Fixture *f, gconstpointer data)
{
  hci_kernel.public_address = "00:11:22:33:44:55";
  hci_kernel.powered = TRUE;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_NOTHING_TO_DO, "00:11:22:33:44:55", "");
}

static void
test_links (Fixture *f, gconstpointer data)
{
  hci_kernel.powered = TRUE;
  hci_kernel.links = 2;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_BUSY, "2 devices", "");
  hci_kernel.cut = TRUE;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_FAILED, "answer", "");
}

static void
test_probe_up (Fixture *f, gconstpointer data)
{
  hci_kernel.powered = TRUE;
  expect_refused (f, "hci0", FALSE, PRW_PROBLEM_BUSY, "power off", "");
  g_assert_false (g_file_test (f->locks, G_FILE_TEST_EXISTS)); /* it writes no file */
}

static void
test_no_right (Fixture *f, gconstpointer data)
{
  hci_kernel.powered = hci_kernel.denied = TRUE;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_NO_PRIVILEGE, "sudo", "");
  hci_kernel.powered = FALSE;
  hci_kernel.open_errors[0] = EPERM;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_NO_PRIVILEGE, "sudo", "refused;");
}

/* What cannot be had is powered as it was. */
static void
test_not_lent (Fixture *f, gconstpointer data)
{
  const struct
  {
    int code;
    PrwProblem problem;
    const char *text;
  } rows[] = { { EUSERS, PRW_PROBLEM_BUSY, "another program" },
               { EBUSY, PRW_PROBLEM_BUSY, "set up" },
               { ENODEV, PRW_PROBLEM_GONE, "went away" },
               { ERFKILL, PRW_PROBLEM_FAILED, "rfkill unblock" },
               { EINVAL, PRW_PROBLEM_FAILED, "Invalid" } };

  f->system.wait = 0;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      hci_kernel.powered = TRUE;
      hci_kernel.n_opened = 0;
      hci_kernel.open_errors[0] = rows[i].code;
      g_string_truncate (hci_kernel.log, 0);
      expect_refused (f, "hci0", TRUE, rows[i].problem, rows[i].text, "off;refused;on;");
    }
}

/* Somebody powered it again in between; the next time it can be had. */
static void
test_busy_once (Fixture *f, gconstpointer data)
{
  hci_kernel.open_errors[0] = EBUSY;
  attach (f, "refused;taken;given back;");
}

/* Told to end while it waits: it does not leave it down. */
static void
test_told_to_end (Fixture *f, gconstpointer data)
{
  hci_kernel.powered = TRUE;
  hci_kernel.open_errors[0] = EBUSY;
  hci_kernel.ends_us = f->tell_to_end;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_STOPPED_BY_US, "stop", "off;refused;on;");
}

/* A kernel that does not answer is not waited for then: here it never would. */
static void
test_told_to_end_by_hanging (Fixture *f, gconstpointer data)
{
  f->system.answer = G_MAXINT;
  hci_kernel.powered = hci_kernel.hangs = TRUE;
  hci_kernel.ends_us = f->tell_to_end;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_STOPPED_BY_US, "stop", "off;on;");
}

/* The same when it is begun anew. */
static void
test_told_to_end_again (Fixture *f, gconstpointer data)
{
  attach (f, "taken;given back;");
  f->system.answer = G_MAXINT;
  hci_kernel.powered = hci_kernel.hangs = TRUE;
  hci_kernel.ends_us = f->tell_to_end;
  prw_attach_reopen (f->attach);
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_STOPPED_BY_US);
  g_assert_cmpstr (f->error->message, ==, "hci0: was told to stop");
  g_clear_pointer (&f->attach, prw_attach_free);
  hci_kernel_wait_log ("taken;given back;off;on;");
}

static void
test_unlisted (Fixture *f, gconstpointer data)
{
  hci_kernel.unlisted = TRUE;
  f->system.wait = 0;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_BUSY, "another program", "");
}

int
main (int argc, char *argv[])
{
  const struct
  {
    const char *path;
    void (*run) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "down", test_down }, { "up", test_up }, { "again", test_again }, { "locked", test_locked }, { "replaced", test_replaced },
    { "vanishes", test_vanishes }, { "silent", test_silent }, { "stopped", test_stopped }, { "no-public", test_no_public },
    { "missing", test_missing }, { "public", test_public }, { "links", test_links }, { "probe-up", test_probe_up },
    { "no-right", test_no_right }, { "not-lent", test_not_lent }, { "busy-once", test_busy_once }, { "unlisted", test_unlisted },
    { "up-gone", test_up_gone }, { "up-without-address", test_up_without_address }, { "locked-by-stranger", test_locked_by_stranger },
    { "liar", test_liar }, { "told-to-end", test_told_to_end },
    { "told-to-end-by-hanging", test_told_to_end_by_hanging }, { "told-to-end-again", test_told_to_end_again },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attach/hci/%s", tests[i].path);

      g_test_add (path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
    }
  return g_test_run ();
}
