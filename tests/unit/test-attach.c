/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* One attachment from its first octet to its end: the test is the board on a pseudo terminal, and the kernel's line. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <glib-unix.h>

#include "attach-pty.h"
#include "attach/attach.h"
#include "attach/tty.h"
#include "hex.h"

#define N_NULL 27 /* linux/tty.h: as with N_HCI nobody can read or write the port */

/* @agree: what the line's functions say. @log: what happened, in order. @stop: the Read Local Version is not answered. */
typedef struct
{
  AttachPty *pty;
  PrwAttach *attach;
  GString *log;
  GByteArray *got;
  gboolean agree_open, agree_start, agree_prepare, attach_it, agree_identify, is_there, stop;
  gboolean later, hesitate, hesitate_line;
  const char *write, *noise;
  GError *error;
  gboolean ended;
  guint input;
} Fixture;

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, PRW_PROBLEM, PRW_PROBLEM_NO_PRIVILEGE, "not allowed");
  return FALSE;
}

static gboolean
line_open (int fd, gpointer data, GError **error)
{
  Fixture *f = data;
  int discipline = N_NULL;

  g_string_append (f->log, "open;");
  return f->agree_open ? ioctl (fd, TIOCSETD, &discipline) == 0 : refuse (error);
}

static gboolean
line_start (int fd, guint *index, gpointer data, GError **error)
{
  Fixture *f = data;

  g_string_append (f->log, "start;");
  *index = 3;
  return f->agree_start || refuse (error);
}

static gboolean
line_is_there (int fd, guint index, gpointer data)
{
  Fixture *f = data;
  int discipline;

  g_assert_cmpuint (index, ==, 3);
  return f->is_there && ioctl (fd, TIOCGETD, &discipline) == 0;
}

static void
line_close (int fd, gpointer data)
{
  Fixture *f = data;
  int discipline = N_TTY;

  g_string_append (f->log, "close;");
  ioctl (fd, TIOCSETD, &discipline);
}

static GError *
refusal (void)
{
  return g_error_new_literal (PRW_PROBLEM, PRW_PROBLEM_NO_PRIVILEGE, "not allowed");
}

static gboolean
go_later (gpointer data)
{
  Fixture *f = data;

  prw_attach_go (f->attach, f->write);
  return G_SOURCE_REMOVE;
}

static void
found (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;
  g_autofree char *text = prw_board_describe (prw_attach_get_board (attach));

  g_string_append_printf (f->log, "found %s at %u;", text, prw_attach_get_speed (attach));
  if (!f->attach_it)
    prw_attach_refuse (attach, NULL);
  else if (!f->agree_identify)
    prw_attach_refuse (attach, refusal ());
  else if (f->later)
    g_idle_add (go_later, f);
  else if (!f->hesitate)
    prw_attach_go (attach, f->write);
}

static gboolean
bring_up_later (gpointer data)
{
  Fixture *f = data;

  prw_attach_bring_up (f->attach);
  return G_SOURCE_REMOVE;
}

static void
opened (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;

  g_string_append (f->log, "opened;");
  if (!f->agree_prepare)
    prw_attach_refuse (attach, refusal ());
  else if (f->later)
    g_idle_add (bring_up_later, f);
  else if (!f->hesitate_line)
    prw_attach_bring_up (attach);
}

static void
attached (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;

  g_string_append_printf (f->log, "hci%u %s;", prw_attach_get_index (attach), prw_board_get_address (prw_attach_get_board (attach)));
}

static void
ended (PrwAttach *attach, const GError *error, gpointer data)
{
  Fixture *f = data;

  g_assert_false (f->ended);
  f->ended = TRUE;
  f->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
board_says (Fixture *f, const char *octets)
{
  GByteArray *bytes = hex_bytes (octets);

  g_assert_cmpint (write (f->pty->master, bytes->data, bytes->len), ==, bytes->len);
  g_byte_array_unref (bytes);
}

static void
answer (Fixture *f, guint16 opcode)
{
  if (opcode == 0x0c03)
    board_says (f, "040e0401030c00");
  else if (opcode == 0x1001 && !f->stop)
    board_says (f, "040e0c010110000d00000df105ffff");
  else if (opcode == 0x1009)
    board_says (f, "040e0a01091000000000000000");
  else if (opcode == 0xfc01)
    board_says (f, "040e100101fc0002000200000307000000000000");
  else if (opcode == 0xfc02)
    {
      g_autoptr (GString) mask = g_string_new ("040e440102fc0027");

      for (guint i = 1; i < 64; i++)
        g_string_append (mask, "00");
      board_says (f, mask->str);
    }
  else if (opcode == 0xfc06)
    board_says (f, "040e040106fc00");
}

/* The board: it answers the commands that come. */
static gboolean
hear (int fd, GIOCondition condition, gpointer data)
{
  Fixture *f = data;
  guint8 octets[64];
  gssize n = read (fd, octets, sizeof octets);

  if (n > 0)
    g_byte_array_append (f->got, octets, (guint) n);
  while (f->got->len >= 4 && f->got->len >= 4u + f->got->data[3])
    {
      guint16 opcode = (guint16) (f->got->data[1] | f->got->data[2] << 8);

      g_assert_cmpuint (f->got->data[0], ==, 1);
      g_byte_array_remove_range (f->got, 0, 4u + f->got->data[3]);
      if (f->noise != NULL)
        board_says (f, f->noise);
      else
        answer (f, opcode);
    }
  return G_SOURCE_CONTINUE;
}

static Fixture *
fixture_new (void)
{
  static const PrwAttachFuncs funcs = { found, opened, attached, ended };
  static const guint speeds[] = { 1000000, 115200 };
  Fixture *f = g_new0 (Fixture, 1);
  PrwLine line = { line_open, line_start, line_is_there, line_close, f };
  PrwTty *tty;

  f->agree_open = f->agree_start = f->agree_prepare = f->agree_identify = f->attach_it = f->is_there = TRUE;
  f->log = g_string_new (NULL);
  f->got = g_byte_array_new ();
  f->pty = attach_pty_new ();
  tty = prw_tty_open (f->pty->path, NULL);
  g_assert_nonnull (tty);
  f->attach = prw_attach_new (prw_tty_as_wire (tty), speeds, G_N_ELEMENTS (speeds), TRUE, &line, &funcs, f);
  f->input = g_unix_fd_add (f->pty->master, G_IO_IN, hear, f);
  return f;
}

/* However it ended, the port is as it was. */
static void
fixture_free (Fixture *f)
{
  g_clear_handle_id (&f->input, g_source_remove);
  prw_attach_free (f->attach);
  if (f->pty->master >= 0)
    attach_pty_assert_restored (f->pty);
  attach_pty_free (f->pty);
  g_string_free (f->log, TRUE);
  g_byte_array_unref (f->got);
  g_clear_error (&f->error);
  g_free (f);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
run_until (Fixture *f, const char *logged)
{
  while (!f->ended && (logged == NULL || strstr (f->log->str, logged) == NULL))
    g_main_context_iteration (NULL, TRUE);
}

/* Runs to its end, which is this error. */
static void
expect_error (Fixture *f, PrwProblem code, const char *text)
{
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, (int) code);
  if (strstr (f->error->message, text) == NULL || !g_str_has_prefix (f->error->message, prw_attach_get_name (f->attach)))
    g_error ("\"%s\" is not in \"%s\"", text, f->error->message);
}

#define FOUND "found nRF52, Zephyr 3.7 at 1000000;"

static void
test_stop (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  prw_attach_start (f->attach);
  run_until (f, "hci3");
  prw_attach_stop (f->attach);
  prw_attach_stop (f->attach);
  run_until (f, NULL);
  g_assert_no_error (f->error);
  g_assert_cmpstr (f->log->str, ==, FOUND "open;opened;start;hci3 ;close;");
}

/* An address that the controller is to be given is in it before the kernel looks. */
static void
test_write (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->write = "CC:DD:EE:12:34:56";
  prw_attach_start (f->attach);
  run_until (f, "hci3");
  g_assert_cmpstr (f->log->str, ==, FOUND "open;opened;start;hci3 CC:DD:EE:12:34:56;");
}

/* Its user thinks between the steps. */
static void
test_later (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->later = TRUE;
  prw_attach_start (f->attach);
  run_until (f, "hci3");
  prw_attach_reopen (f->attach);
  run_until (f, "close;open;opened;start;hci3");
  g_assert_cmpstr (f->log->str, ==, FOUND "open;opened;start;hci3 ;close;open;opened;start;hci3 ;");
}

/* It goes while its user thinks. */
static void
test_vanishes_later (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Fixture) f = fixture_new ();

      f->hesitate = i == 0;
      f->hesitate_line = i == 1;
      prw_attach_start (f->attach);
      run_until (f, i == 0 ? FOUND : "opened;");
      g_clear_handle_id (&f->input, g_source_remove);
      attach_pty_unplug (f->pty);
      run_until (f, NULL);
      g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_GONE);
    }
}

static void
test_probe_only (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->attach_it = FALSE;
  prw_attach_start (f->attach);
  run_until (f, NULL);
  g_assert_no_error (f->error);
  g_assert_cmpstr (f->log->str, ==, FOUND);
}

static void
test_refused (void)
{
  struct
  {
    gsize offset;
    const char *log;
  } cases[] = {
    { G_STRUCT_OFFSET (Fixture, agree_identify), FOUND },
    { G_STRUCT_OFFSET (Fixture, agree_open), FOUND "open;" },
    { G_STRUCT_OFFSET (Fixture, agree_prepare), FOUND "open;opened;close;" },
    { G_STRUCT_OFFSET (Fixture, agree_start), FOUND "open;opened;start;close;" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Fixture) f = fixture_new ();

      G_STRUCT_MEMBER (gboolean, f, cases[i].offset) = FALSE;
      prw_attach_start (f->attach);
      expect_error (f, PRW_PROBLEM_NO_PRIVILEGE, "not allowed");
      g_assert_cmpstr (f->log->str, ==, cases[i].log);
    }
}

/* While it is attached: the end is as it should be. */
static void
test_unplugged (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  gint64 start;

  prw_attach_start (f->attach);
  run_until (f, "hci3");
  start = g_get_monotonic_time ();
  g_clear_handle_id (&f->input, g_source_remove);
  attach_pty_unplug (f->pty);
  run_until (f, NULL);
  g_assert_no_error (f->error);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_TIME_SPAN_SECOND);
  g_assert_true (g_str_has_suffix (f->log->str, "hci3 ;close;"));
}

/* The controller goes and the port stays, as when somebody else takes it away. */
static void
test_controller_gone (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  prw_attach_start (f->attach);
  run_until (f, "hci3");
  f->is_there = FALSE;
  run_until (f, NULL);
  g_assert_no_error (f->error);
}

static void
test_vanishes (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->stop = TRUE;
  prw_attach_start (f->attach);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_clear_handle_id (&f->input, g_source_remove);
  attach_pty_unplug (f->pty);
  run_until (f, NULL);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_GONE);
  g_assert_cmpstr (f->log->str, ==, "");
}

static void
test_interrupted (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->stop = TRUE;
  prw_attach_start (f->attach);
  prw_attach_stop (f->attach);
  expect_error (f, PRW_PROBLEM_STOPPED_BY_US, "told to stop");
}

static void
test_stopped_in_the_middle (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->stop = TRUE;
  prw_attach_start (f->attach);
  expect_error (f, PRW_PROBLEM_STOPPED, "Read Local Version Information");
}

/* Both speeds are tried, and noise at one of them is what is told. */
static void
test_noise (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->noise = "f8e0001ce0f8";
  prw_attach_start (f->attach);
  expect_error (f, PRW_PROBLEM_WRONG_SPEED, "tried 1000000, 115200 bits per second");
}

static void
test_silence (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->noise = "";
  prw_attach_start (f->attach);
  expect_error (f, PRW_PROBLEM_SILENT, "nothing answers (tried 1000000, 115200 bits per second)");
  g_assert_cmpuint (prw_attach_get_speed (f->attach), ==, 115200);
}

/* To a modem nothing is sent at a second speed. */
static void
test_modem (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  f->noise = "0d0a4552524f520d0a";
  prw_attach_start (f->attach);
  expect_error (f, PRW_PROBLEM_NOT_HCI, "as a modem does");
  g_assert_cmpuint (prw_attach_get_speed (f->attach), ==, 1000000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attach/stop", test_stop);
  g_test_add_func ("/attach/write", test_write);
  g_test_add_func ("/attach/later", test_later);
  g_test_add_func ("/attach/vanishes-later", test_vanishes_later);
  g_test_add_func ("/attach/probe-only", test_probe_only);
  g_test_add_func ("/attach/refused", test_refused);
  g_test_add_func ("/attach/unplugged", test_unplugged);
  g_test_add_func ("/attach/controller-gone", test_controller_gone);
  g_test_add_func ("/attach/vanishes", test_vanishes);
  g_test_add_func ("/attach/interrupted", test_interrupted);
  g_test_add_func ("/attach/stopped-in-the-middle", test_stopped_in_the_middle);
  g_test_add_func ("/attach/noise", test_noise);
  g_test_add_func ("/attach/silence", test_silence);
  g_test_add_func ("/attach/modem", test_modem);
  return g_test_run ();
}
