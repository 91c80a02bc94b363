/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* A serial port: what is none, whose it is, how it is set and put back. Pseudo terminals are the ports. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach-pty.h"
#include "attach/tty.h"

#define N_NULL 27 /* linux/tty.h: a line discipline that any kernel has */
#define NOBODY 65534

static void
assert_refused (const char *port, PrwProblem code, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (prw_tty_open (port, &error));
  g_assert_error (error, PRW_PROBLEM, (int) code);
  if (strstr (error->message, text) == NULL || strchr (error->message, '\n') != NULL)
    g_error ("\"%s\" is not in \"%s\"", text, error->message);
}

static void
test_not_a_port (void)
{
  g_autofree char *dir = g_dir_make_tmp ("prw-tty-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (dir, "file", NULL);
  g_autofree char *pipe = g_build_filename (dir, "pipe", NULL);
  g_autofree char *below = g_build_filename (file, "below", NULL);
  g_autofree char *link = g_build_filename (dir, "link", NULL);

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (symlink ("nowhere", link), ==, 0);
  assert_refused (dir, PRW_PROBLEM_NOT_A_PORT, "is a directory");
  assert_refused (file, PRW_PROBLEM_NOT_A_PORT, "is no serial port");
  assert_refused (pipe, PRW_PROBLEM_NOT_A_PORT, "is no serial port");
  assert_refused (below, PRW_PROBLEM_NO_PORT, "no such port");
  assert_refused (link, PRW_PROBLEM_NO_PORT, "no such port");
  assert_refused ("ttyNOTHING7", PRW_PROBLEM_NO_PORT, "ttyNOTHING7: there is no such port");
  assert_refused ("null", PRW_PROBLEM_NOT_A_PORT, "null: is no serial port");
  assert_refused ("/dev/zero", PRW_PROBLEM_NOT_A_PORT, "zero: is no serial port");
  assert_refused ("", PRW_PROBLEM_NOT_A_PORT, "directory");
  g_unlink (file);
  g_unlink (pipe);
  g_unlink (link);
  g_rmdir (dir);
}

static void
test_permission (void)
{
  g_autoptr (AttachPty) pty = attach_pty_new ();
  gboolean is_root = geteuid () == 0;

  g_assert_cmpint (g_chmod (pty->path, 0), ==, 0);
  g_assert_cmpint (is_root ? seteuid (NOBODY) : 0, ==, 0);
  assert_refused (pty->path, PRW_PROBLEM_NO_PERMISSION, "use sudo");
  g_assert_cmpint (is_root ? seteuid (0) : 0, ==, 0);
}

static void
test_restored (void)
{
  static const guint all[] = { 9600, 115200, 1000000, 3000000 };
  g_autoptr (AttachPty) pty = attach_pty_new ();
  g_autofree char *name = prw_tty_name_of (pty->path);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (gboolean flow_control = FALSE; flow_control <= TRUE; flow_control++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (PrwTty) tty = prw_tty_open (pty->path, &error);
        struct termios now;

        g_assert_no_error (error);
        g_assert_cmpstr (prw_tty_get_name (tty), ==, name);
        g_assert_true (g_str_has_prefix (name, "pts/"));
        g_assert_true (prw_tty_set_raw (tty, all[i], flow_control, &error));
        g_assert_cmpint (tcgetattr (pty->master, &now), ==, 0);
        g_assert_cmpint ((now.c_cflag & CRTSCTS) != 0, ==, flow_control);
        g_assert_cmpuint (now.c_cflag & (PARENB | CSTOPB | CSIZE), ==, CS8);
        g_assert_cmpuint (now.c_lflag & (ECHO | ICANON | ISIG), ==, 0);
        g_assert_cmpint (fcntl (prw_tty_get_fd (tty), F_GETFD), ==, FD_CLOEXEC);
        g_assert_false (prw_tty_is_blocked (tty));
        g_clear_pointer (&tty, prw_tty_close);
        attach_pty_assert_restored (pty);
      }
}

static void
test_bad_speed (void)
{
  g_autoptr (AttachPty) pty = attach_pty_new ();
  g_autoptr (PrwTty) tty = prw_tty_open (pty->path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (prw_tty_speed_is_known (1200));
  g_assert_false (prw_tty_speed_is_known (12000000));
  g_assert_true (prw_tty_speed_is_known (1000000));
  g_assert_false (prw_tty_set_raw (tty, 1200, FALSE, &error));
  g_assert_error (error, PRW_PROBLEM, PRW_PROBLEM_BAD_SPEED);
  g_clear_pointer (&tty, prw_tty_close);
  attach_pty_assert_restored (pty);
}

static void
test_busy (void)
{
  g_autoptr (AttachPty) pty = attach_pty_new ();
  g_autoptr (PrwTty) tty = prw_tty_open (pty->path, NULL);
  int null_discipline = N_NULL, n_tty = N_TTY, fd;

  /* two of us */
  assert_refused (pty->path, PRW_PROBLEM_BUSY, "is in use by");
  g_clear_pointer (&tty, prw_tty_close);
  /* a line discipline */
  fd = open (pty->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (ioctl (fd, TIOCSETD, &null_discipline), ==, 0);
  assert_refused (pty->path, PRW_PROBLEM_BUSY, "line discipline");
  g_assert_cmpint (ioctl (fd, TIOCSETD, &n_tty), ==, 0);
  close (fd);
  attach_pty_assert_restored (pty);
}

/* A program that knows no locks: it is named. */
static void
test_held (void)
{
  g_autoptr (AttachPty) pty = attach_pty_new ();
  char *argv[] = { (char *) "sleep", (char *) "1000", NULL };
  int fd = open (pty->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_autofree char *text = NULL;
  GPid pid;

  g_assert_true (g_spawn_async_with_fds (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, fd, -1, -1, NULL));
  close (fd);
  text = g_strdup_printf ("is in use by sleep (process %d)", (int) pid);
  assert_refused (pty->path, PRW_PROBLEM_BUSY, text);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  g_spawn_close_pid (pid);
  attach_pty_assert_restored (pty);
}

/* A pseudo terminal hands octets on in its own time. */
static void
assert_arrives (int fd, gconstpointer octets, gsize size)
{
  guint8 got[64];
  gsize n = 0;

  while (n < size)
    {
      GPollFD poll = { .fd = fd, .events = G_IO_IN };
      gssize more;

      g_assert_cmpint (g_poll (&poll, 1, 20000), ==, 1);
      more = read (fd, got + n, sizeof got - n);
      n += more > 0 ? (gsize) more : 0;
    }
  g_assert_cmpmem (got, n, octets, size);
}

static void
test_octets (void)
{
  g_autoptr (AttachPty) pty = attach_pty_new ();
  g_autoptr (PrwTty) tty = NULL;
  g_autoptr (GError) error = NULL;
  guint8 octets[] = { 0x00, 0x03, 0x04, 0x0d, 0x11, 0x13, 0x7f, 0xff }, got[16];

  /* from before, for nobody; with its echo it has gone all the way */
  g_assert_cmpint (write (pty->master, "login: ", 7), ==, 7);
  assert_arrives (pty->master, "login: ", 7);
  tty = prw_tty_open (pty->path, NULL);
  g_assert_true (prw_tty_set_raw (tty, 1000000, TRUE, NULL));
  g_assert_cmpint (prw_tty_read (tty, got, sizeof got, &error), ==, 0);
  g_assert_true (prw_tty_write (tty, octets, sizeof octets, NULL));
  assert_arrives (pty->master, octets, sizeof octets);
  g_assert_cmpint (write (pty->master, octets, sizeof octets), ==, sizeof octets);
  assert_arrives (prw_tty_get_fd (tty), octets, sizeof octets);
  /* it goes */
  attach_pty_unplug (pty);
  g_assert_cmpint (prw_tty_read (tty, got, sizeof got, &error), ==, -1);
  g_assert_error (error, PRW_PROBLEM, PRW_PROBLEM_GONE);
  g_clear_error (&error);
  g_assert_false (prw_tty_write (tty, octets, sizeof octets, &error));
  g_assert_error (error, PRW_PROBLEM, PRW_PROBLEM_GONE);
  g_clear_error (&error);
  g_assert_false (prw_tty_set_raw (tty, 115200, TRUE, &error));
  g_assert_error (error, PRW_PROBLEM, PRW_PROBLEM_GONE);
}

/* It does not take what nobody reads. */
static void
test_stuck (void)
{
  g_autoptr (AttachPty) pty = attach_pty_new ();
  g_autoptr (PrwTty) tty = prw_tty_open (pty->path, NULL);
  g_autoptr (GError) error = NULL;
  static const guint8 octets[4096];
  guint n = 0;

  g_assert_true (prw_tty_set_raw (tty, 1000000, TRUE, NULL));
  while (prw_tty_write (tty, octets, sizeof octets, &error))
    g_assert_cmpuint (n++, <, 1024);
  g_assert_error (error, PRW_PROBLEM, PRW_PROBLEM_FLOW_CONTROL);
  g_clear_pointer (&tty, prw_tty_close);
  attach_pty_assert_restored (pty);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attach/tty/not-a-port", test_not_a_port);
  g_test_add_func ("/attach/tty/permission", test_permission);
  g_test_add_func ("/attach/tty/restored", test_restored);
  g_test_add_func ("/attach/tty/bad-speed", test_bad_speed);
  g_test_add_func ("/attach/tty/busy", test_busy);
  g_test_add_func ("/attach/tty/held", test_held);
  g_test_add_func ("/attach/tty/octets", test_octets);
  g_test_add_func ("/attach/tty/stuck", test_stuck);
  return g_test_run ();
}
