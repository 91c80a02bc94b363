/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* A controller that the kernel has: the test is the kernel's management interface, and the chip, each in a thread behind a socket. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "attach/adoption.h"
#include "attach/attach.h"
#include "attach/hci.h"
#include "hex.h"
#include "sysfs-fixture.h"

#define OURS "C0:11:22:33:44:55"
#define HCI_FOLDER "devices/pci0000:00/0000:00:14.0/usb1/1-6/1-6:1.0/bluetooth/hci0"

/* What the threads share; @lock for all of it. @log: what happened. @open_errors: what each HCI_CHANNEL_USER fails with. @denied: the
 * caller has no right. @dies: the chip goes at the first command; @silent: it says nothing. @liar: it says that it has a public address.
 * @cut: what it says of links is malformed. @ends_us: a signal that comes when it is asked for. */
static struct
{
  GMutex lock;
  GCond changed;
  GString *log;
  gboolean unlisted, powered, denied, dies, silent, liar, cut;
  const char *public_address;
  guint links;
  int open_errors[4];
  int ends_us;
  guint n_opened;
  GPtrArray *threads;
} kernel;

static void
note (const char *what)
{
  g_mutex_lock (&kernel.lock);
  g_string_append (kernel.log, what);
  g_cond_broadcast (&kernel.changed);
  g_mutex_unlock (&kernel.lock);
}

static void
wait_log (const char *expected)
{
  gint64 until = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&kernel.lock);
  while (!g_str_equal (kernel.log->str, expected) && g_cond_wait_until (&kernel.changed, &kernel.lock, until))
    ;
  g_assert_cmpstr (kernel.log->str, ==, expected);
  g_mutex_unlock (&kernel.lock);
}

static void
reply (int fd, guint8 code, const guint8 *command, const char *rest)
{
  guint length = (guint) strlen (rest) / 2 + 2;
  g_autofree char *head = g_strdup_printf ("%02x000000%02x%02x%02x%02x%s", code, length & 0xff, length >> 8, command[0], command[1], rest);
  GByteArray *frame = hex_bytes (head);

  g_assert_true (send (fd, frame->data, frame->len, MSG_NOSIGNAL) == frame->len || errno == EPIPE); /* who asked need not wait */
  g_byte_array_unref (frame);
}

static void
tell_information (int fd, const guint8 *command)
{
  g_autofree char *address = kernel.public_address != NULL ? hex_address (kernel.public_address) : g_strdup ("000000000000");
  g_autofree char *rest = g_strdup_printf ("00%s0df105ffffff00%02x020000%0524d", address, kernel.powered, 0);

  if (kernel.unlisted)
    reply (fd, 2, command, "11");
  else
    reply (fd, 1, command, rest);
}

static void
tell_connections (int fd, const guint8 *command)
{
  g_autoptr (GString) rest = g_string_new (NULL);

  g_string_printf (rest, "00%02x00", kernel.links);
  for (guint i = 0; i < kernel.links; i++)
    g_string_append_printf (rest, kernel.cut ? "%02x44" : "%02x44332211c102", i);
  reply (fd, 1, command, rest->str);
}

static gpointer
manage (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  guint8 command[64];

  while (recv (fd, command, sizeof command, 0) > 0)
    {
      /* something else that is told in between */
      reply (fd, 6, command, "000000");
      if (command[0] == 0x04)
        tell_information (fd, command);
      else if (command[0] == 0x15)
        tell_connections (fd, command);
      else if (command[0] == 0x2b)
        {
          note (command[6 + 5] == 0xc0 && command[6] == 0x55 ? "static;" : "another address;");
          reply (fd, 1, command, "0000000000");
        }
      else if (kernel.denied)
        reply (fd, 2, command, "14");
      else
        {
          kernel.powered = command[6];
          note (kernel.powered ? "on;" : "off;");
          reply (fd, 1, command, kernel.powered ? "0001000000" : "0000000000");
        }
    }
  close (fd);
  return NULL;
}

static char *
chip_answers (guint16 opcode)
{
  g_autofree char *own = hex_address (OURS);

  switch (opcode)
    {
    case 0x0c03:
      return g_strdup ("040e0401030c00");
    case 0x1001:
      return g_strdup ("040e0c010110000d00000df105ffff");
    case 0x1009:
      return g_strdup (kernel.liar ? "040e0a01091000554433221100" : "040e0a01091000000000000000");
    case 0xfc01:
      return g_strdup ("040e100101fc0002000200000307000000000000");
    case 0xfc02:
      return g_strdup_printf ("040e440102fc002101%0124d", 0);
    default:
      return g_strdup_printf ("040e1b0109fc0001%s%032d", own, 0);
    }
}

static gpointer
be_chip (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  guint8 command[64];

  while (recv (fd, command, sizeof command, 0) >= 4 && !kernel.dies)
    {
      g_autofree char *text = chip_answers ((guint16) (command[1] | command[2] << 8));
      GByteArray *answer = hex_bytes (text);

      g_assert_cmpuint (command[0], ==, 1);
      if (!kernel.silent)
        g_assert_cmpint (send (fd, answer->data, answer->len, MSG_NOSIGNAL), ==, answer->len);
      g_byte_array_unref (answer);
    }
  close (fd);
  note ("given back;");
  return NULL;
}

static int
open_channel (guint16 index, PrwHciChannel channel)
{
  int fds[2];

  if (channel == PRW_HCI_CHANNEL_USER)
    {
      int code = kernel.open_errors[kernel.n_opened++];

      g_assert_cmpuint (kernel.n_opened, <, G_N_ELEMENTS (kernel.open_errors));
      g_assert_cmpuint (index, ==, 0);
      g_assert_false (kernel.powered);
      note (code == 0 ? "taken;" : "refused;");
      if (kernel.ends_us != 0)
        raise (kernel.ends_us);
      errno = code;
      if (code != 0)
        return -1;
    }
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_ptr_array_add (kernel.threads,
                   g_thread_new ("kernel", channel == PRW_HCI_CHANNEL_USER ? be_chip : manage, GINT_TO_POINTER (fds[1])));
  return fds[0];
}

/* @log: of the attachment. */
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
} Fixture;

static void
fixture_set_up (Fixture *f, gconstpointer data)
{
  memset (&kernel, 0, sizeof kernel);
  kernel.log = g_string_new (NULL);
  kernel.threads = g_ptr_array_new ();
  f->tree = prw_fake_sysfs_new ();
  prw_fake_sysfs_add_usb (f->tree, "1-6", "2fe3", "000b", "Zephyr HCI USB sample");
  prw_fake_sysfs_add_btusb (f->tree, "1-6", "hci0");
  f->locks = g_build_filename (f->tree->root, "run/identity", NULL);
  f->system = (PrwHciSystem) { .open = open_channel, .sysfs = f->tree->root, .locks = f->locks, .wait = PRW_HCI_WAIT };
  f->log = g_string_new (NULL);
}

static void
fixture_tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->attach, prw_attach_free);
  for (guint i = 0; i < kernel.threads->len; i++)
    g_thread_join (kernel.threads->pdata[i]);
  g_ptr_array_unref (kernel.threads);
  g_string_free (kernel.log, TRUE);
  g_string_free (f->log, TRUE);
  g_clear_error (&f->error);
  g_free (f->locks);
  prw_fake_sysfs_free (f->tree);
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

/* It was down: it is asked, given back, and looked after until it goes. */
static void
test_down (Fixture *f, gconstpointer data)
{
  begin (f);
  run_until (f, "hci0;");
  g_assert_cmpstr (f->log->str, ==, "found " OURS ";opened;hci0;");
  wait_log ("taken;given back;");
  prw_hci_restore_power (f->hci, OURS);
  wait_log ("taken;given back;");
  prw_fake_sysfs_remove (f->tree, "class/bluetooth/hci0");
  run_until (f, NULL);
  g_assert_no_error (f->error);
}

/* It was up: it is taken down first, and comes up again, with the address that it is to have. */
static void
test_up (Fixture *f, gconstpointer data)
{
  kernel.powered = TRUE;
  begin (f);
  run_until (f, "hci0;");
  wait_log ("off;taken;given back;");
  prw_hci_restore_power (f->hci, OURS);
  wait_log ("off;taken;given back;static;on;");
  prw_hci_restore_power (f->hci, OURS);
  wait_log ("off;taken;given back;static;on;");
}

/* What has its number by now is left as it is. */
static void
test_up_gone (Fixture *f, gconstpointer data)
{
  kernel.powered = TRUE;
  begin (f);
  run_until (f, "hci0;");
  prw_fake_sysfs_remove (f->tree, "class/bluetooth/hci0");
  run_until (f, NULL);
  g_clear_pointer (&f->attach, prw_attach_free);
  wait_log ("off;taken;given back;");
}

/* Nobody knows which address it has. */
static void
test_up_without_address (Fixture *f, gconstpointer data)
{
  kernel.powered = TRUE;
  begin (f);
  run_until (f, "hci0;");
  wait_log ("off;taken;given back;");
  prw_hci_restore_power (f->hci, "");
  wait_log ("off;taken;given back;on;");
}

/* It is begun anew where bluetoothd gave it another address. */
static void
test_again (Fixture *f, gconstpointer data)
{
  begin (f);
  run_until (f, "hci0;");
  wait_log ("taken;given back;");
  kernel.powered = TRUE;
  g_string_truncate (f->log, 0);
  prw_attach_reopen (f->attach);
  run_until (f, "hci0;");
  wait_log ("taken;given back;off;taken;given back;");
  kernel.links = 1;
  kernel.powered = TRUE;
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
  wait_log ("taken;given back;");
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
  begin (f);
  run_until (f, "hci0;");
  wait_log ("taken;given back;");
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
  kernel.dies = TRUE;
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
  const PrwClaimPaths paths = { .addresses = "/nowhere/addresses", .state = "/nowhere/boards", .run = "/nowhere/run" };

  f->wanted = "00:11:22:33:44:55";
  kernel.powered = TRUE;
  begin (f);
  f->adoption = prw_adoption_new (f->attach, &paths, NULL, NULL, NULL);
  run_until (f, NULL);
  g_clear_pointer (&f->adoption, prw_adoption_free);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_NO_ADDRESS);
  g_assert_true (g_str_has_prefix (f->error->message, "hci0: 00:11:22:33:44:55: "));
  wait_log ("off;taken;given back;");
  g_clear_pointer (&f->attach, prw_attach_free);
  wait_log ("off;taken;given back;on;");
}

/* The kernel saw none when it set it up, and bluetoothd goes by that. */
static void
test_liar (Fixture *f, gconstpointer data)
{
  const PrwClaimPaths paths = { .addresses = "/nowhere/addresses", .state = "/nowhere/boards", .run = "/nowhere/run" };

  kernel.liar = TRUE;
  begin (f);
  f->adoption = prw_adoption_new (f->attach, &paths, NULL, NULL, NULL);
  run_until (f, "hci0;");
  g_assert_cmpstr (prw_adoption_get_address (f->adoption), ==, OURS);
  g_clear_pointer (&f->adoption, prw_adoption_free);
}

static void
test_silent (Fixture *f, gconstpointer data)
{
  kernel.silent = TRUE;
  begin (f);
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_SILENT);
  g_assert_null (strstr (f->error->message, "bits per second"));
  wait_log ("taken;given back;");
}

static void
test_stopped (Fixture *f, gconstpointer data)
{
  kernel.silent = TRUE;
  begin (f);
  prw_attach_stop (f->attach);
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_STOPPED_BY_US);
  wait_log ("taken;given back;");
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
  wait_log (log);
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  expect_refused (f, "hci99", TRUE, PRW_PROBLEM_NO_PORT, "no such controller", "");
}

static void
test_public (Fixture *f, gconstpointer data)
{
  kernel.public_address = "00:11:22:33:44:55";
  kernel.powered = TRUE;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_NOTHING_TO_DO, "00:11:22:33:44:55", "");
}

static void
test_links (Fixture *f, gconstpointer data)
{
  kernel.powered = TRUE;
  kernel.links = 2;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_BUSY, "2 devices", "");
  kernel.cut = TRUE;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_FAILED, "answer", "");
}

static void
test_probe_up (Fixture *f, gconstpointer data)
{
  kernel.powered = TRUE;
  expect_refused (f, "hci0", FALSE, PRW_PROBLEM_BUSY, "power off", "");
  g_assert_false (g_file_test (f->locks, G_FILE_TEST_EXISTS)); /* it writes no file */
}

static void
test_no_right (Fixture *f, gconstpointer data)
{
  kernel.powered = kernel.denied = TRUE;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_NO_PRIVILEGE, "sudo", "");
  kernel.powered = FALSE;
  kernel.open_errors[0] = EPERM;
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
      kernel.powered = TRUE;
      kernel.n_opened = 0;
      kernel.open_errors[0] = rows[i].code;
      g_string_truncate (kernel.log, 0);
      expect_refused (f, "hci0", TRUE, rows[i].problem, rows[i].text, "off;refused;on;");
    }
}

/* Somebody powered it again in between; the next time it can be had. */
static void
test_busy_once (Fixture *f, gconstpointer data)
{
  kernel.open_errors[0] = EBUSY;
  begin (f);
  run_until (f, "hci0;");
  wait_log ("refused;taken;given back;");
}

/* Told to end while it waits, before there is a main loop: it does not leave it down. */
static void
test_told_to_end (Fixture *f, gconstpointer data)
{
  sigset_t term, before;
  int got;

  sigemptyset (&term);
  sigaddset (&term, SIGTERM);
  g_assert_cmpint (pthread_sigmask (SIG_BLOCK, &term, &before), ==, 0);
  kernel.powered = TRUE;
  kernel.open_errors[0] = EBUSY;
  kernel.ends_us = SIGTERM;
  expect_refused (f, "hci0", TRUE, PRW_PROBLEM_STOPPED_BY_US, "stop", "off;refused;on;");
  g_assert_cmpint (sigwait (&term, &got), ==, 0);
  g_assert_cmpint (pthread_sigmask (SIG_SETMASK, &before, NULL), ==, 0);
}

static void
test_unlisted (Fixture *f, gconstpointer data)
{
  kernel.unlisted = TRUE;
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
    { "down", test_down },         { "up", test_up },           { "again", test_again },     { "locked", test_locked },
    { "replaced", test_replaced }, { "vanishes", test_vanishes }, { "silent", test_silent },   { "stopped", test_stopped },
    { "no-public", test_no_public }, { "missing", test_missing },   { "public", test_public },   { "links", test_links },     { "probe-up", test_probe_up },
    { "no-right", test_no_right }, { "not-lent", test_not_lent }, { "busy-once", test_busy_once }, { "unlisted", test_unlisted },
    { "up-gone", test_up_gone }, { "up-without-address", test_up_without_address }, { "locked-by-stranger", test_locked_by_stranger }, { "liar", test_liar },
    { "told-to-end", test_told_to_end },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attach/hci/%s", tests[i].path);

      g_test_add (path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
    }
  return g_test_run ();
}
