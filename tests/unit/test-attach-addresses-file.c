/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* BlueZ's `addresses` as a file: rights, crashes, two of us at once, and what is refused. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach/addresses.h"

#define A "C0:00:00:00:00:0A"
#define B "C0:00:00:00:00:0B"
#define ZEPHYR 0x05f1

static const PrwAddressesOrder a_first = { .own = A };
#define OLD "[Static]\n0x05f1=" B ";\n"
#define NEW "[Static]\n0x05f1=" A ";" B ";\n"
#define WRITERS 6
#define EACH 20
#define NOBODY 65534

typedef struct
{
  char *folder, *path;
} Place;

static void
place_up (Place *place, gconstpointer data)
{
  (void) data;
  place->folder = g_dir_make_tmp ("prw-addresses-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "addresses", NULL);
}

static void
place_down (Place *place, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;

  (void) data;
  g_chmod (place->folder, 0700);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_free (place->path);
  g_free (place->folder);
}

static void
write_file (const Place *place, const char *text, guint mode)
{
  g_assert_true (g_file_set_contents (place->path, text, -1, NULL));
  g_assert_cmpint (g_chmod (place->path, (int) mode), ==, 0);
}

static void
assert_file (const Place *place, const char *text)
{
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (place->path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
}

static void
assert_alone (const Place *place, guint n)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);

  while (g_dir_read_name (dir) != NULL)
    n--;
  g_assert_cmpuint (n, ==, 0);
}

static void
put_first (const Place *place, gboolean expected)
{
  g_autoptr (GError) error = NULL;
  gboolean changed;

  g_assert_true (prw_addresses_file_arrange (place->path, ZEPHYR, &a_first, &changed, &error));
  g_assert_no_error (error);
  g_assert_cmpint (changed, ==, expected);
}

static void
test_new (Place *place, gconstpointer data)
{
  struct stat status;
  g_auto (GStrv) list = prw_addresses_file_list (place->path, ZEPHYR, NULL);

  (void) data;
  g_assert_cmpuint (g_strv_length (list), ==, 0);
  put_first (place, TRUE);
  assert_file (place, "[Static]\n0x05f1=" A ";\n");
  g_assert_cmpint (stat (place->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0600);
  assert_alone (place, 1);
}

static void
test_new_folder (Place *place, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (place->folder, "bluetooth", NULL);
  g_autofree char *path = g_build_filename (folder, "addresses", NULL);
  struct stat status;

  (void) data;
  g_assert_true (prw_addresses_file_arrange (path, ZEPHYR, &a_first, NULL, NULL));
  g_assert_cmpint (stat (folder, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0700);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_kept (Place *place, gconstpointer data)
{
  struct stat before, after;
  uid_t owner = geteuid () == 0 ? NOBODY : geteuid ();

  (void) data;
  write_file (place, OLD, 0640);
  g_assert_cmpint (chown (place->path, owner, (gid_t) -1), ==, 0);
  put_first (place, TRUE);
  assert_file (place, NEW);
  g_assert_cmpint (stat (place->path, &before), ==, 0);
  g_assert_cmpuint (before.st_mode & 07777, ==, 0640);
  g_assert_cmpuint (before.st_uid, ==, owner);
  /* nothing to change: nothing is written */
  put_first (place, FALSE);
  g_assert_cmpint (stat (place->path, &after), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
  g_assert_cmpint (before.st_mtim.tv_nsec, ==, after.st_mtim.tv_nsec);
  assert_alone (place, 1);
}

static void
assert_refused (const Place *place, int code, const char *word)
{
  g_autoptr (GError) error = NULL;
  gboolean changed = TRUE;

  g_assert_false (prw_addresses_file_arrange (place->path, ZEPHYR, &a_first, &changed, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, place->path));
  g_assert_nonnull (strstr (error->message, word));
  g_assert_false (changed);
}

static void
test_refused (Place *place, gconstpointer data)
{
  g_autofree char *other = g_build_filename (place->folder, "other", NULL);
  g_autofree char *huge = g_strnfill (PRW_ADDRESSES_MAX_BYTES + 1, '\n');

  (void) data;
  write_file (place, "[Static]\nrubbish\n", 0600);
  assert_refused (place, G_IO_ERROR_INVALID_DATA, ": line 2: ");
  assert_file (place, "[Static]\nrubbish\n");
  write_file (place, huge, 0600);
  assert_refused (place, G_IO_ERROR_INVALID_DATA, "64 KiB");
  assert_file (place, huge);
  write_file (place, OLD, 0400);
  assert_refused (place, G_IO_ERROR_READ_ONLY, "read-only");
  assert_file (place, OLD);
  g_assert_cmpint (g_rename (place->path, other), ==, 0);
  g_assert_cmpint (symlink ("other", place->path), ==, 0);
  assert_refused (place, G_IO_ERROR_NOT_REGULAR_FILE, "symbolic link");
  assert_file (place, OLD);
  g_assert_cmpint (g_unlink (place->path), ==, 0);
  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  assert_refused (place, G_IO_ERROR_NOT_REGULAR_FILE, "not a file");
  g_assert_cmpint (g_unlink (place->path), ==, 0);
  g_assert_cmpint (g_mkdir (place->path, 0700), ==, 0);
  assert_refused (place, G_IO_ERROR_IS_DIRECTORY, "directory");
  assert_alone (place, 2);
}

static void
test_folder_is_a_file (Place *place, gconstpointer data)
{
  Place inside = { place->folder, g_build_filename (place->path, "addresses", NULL) };

  (void) data;
  write_file (place, OLD, 0600);
  assert_refused (&inside, G_IO_ERROR_NOT_DIRECTORY, "its folder is a file");
  assert_file (place, OLD);
  g_free (inside.path);
}

static int
wait_for (pid_t child)
{
  int status;

  while (waitpid (child, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return status;
}

/* Run by somebody who is not root. */
static void
test_no_permission (Place *place, gconstpointer data)
{
  pid_t child;

  (void) data;
  write_file (place, OLD, 0600);
  g_chmod (place->folder, 0500);
  child = fork ();
  if (child == 0)
    {
      if (geteuid () == 0 && (chown (place->folder, NOBODY, NOBODY) != 0 || chown (place->path, NOBODY, NOBODY) != 0 || setuid (NOBODY) != 0))
        _exit (2);
      assert_refused (place, G_IO_ERROR_PERMISSION_DENIED, "no permission");
      _exit (0);
    }
  g_assert_cmpint (wait_for (child), ==, 0);
  g_assert_cmpint (g_chmod (place->folder, 0700), ==, 0);
  assert_file (place, OLD);
  assert_alone (place, 1);
}

/* Each puts its own addresses in and takes every other one out again; none may lose another's. */
G_NORETURN static void
write_many (const Place *place, guint writer)
{
  for (guint i = 0; i < EACH; i++)
    {
      g_autofree char *address = g_strdup_printf ("C0:00:00:00:%02X:%02X", writer, i);
      const char *const just_this[] = { address, NULL };
      const PrwAddressesOrder first = { .own = address }, last = { .last = address }, removed = { .absent = just_this };
      const PrwAddressesOrder *const orders[] = { i % 2 ? &first : &last, i % 3 ? &first : &removed };

      for (guint j = 0; j < G_N_ELEMENTS (orders); j++)
        {
          g_autoptr (GError) error = NULL;

          while (!prw_addresses_file_arrange (place->path, ZEPHYR, orders[j], NULL, &error))
            {
              if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY))
                _exit (1);
              g_clear_error (&error);
            }
        }
    }
  _exit (0);
}

static void
test_processes (Place *place, gconstpointer data)
{
  pid_t children[WRITERS];
  g_auto (GStrv) list = NULL;

  (void) data;
  write_file (place, "# mine\n" OLD, 0600);
  for (guint i = 0; i < WRITERS; i++)
    {
      children[i] = fork ();
      if (children[i] == 0)
        write_many (place, i);
    }
  for (guint i = 0; i < WRITERS; i++)
    g_assert_cmpint (wait_for (children[i]), ==, 0);
  list = prw_addresses_file_list (place->path, ZEPHYR, NULL);
  g_assert_true (g_strv_contains ((const char *const *) list, B));
  for (guint i = 0; i < WRITERS * EACH; i++)
    {
      g_autofree char *address = g_strdup_printf ("C0:00:00:00:%02X:%02X", i / EACH, i % EACH);

      g_assert_cmpint (g_strv_contains ((const char *const *) list, address), ==, i % EACH % 3 != 0);
    }
  assert_alone (place, 1);
}

/* A child that is killed at its @n-th step into or out of the kernel. Returns: whether it came that far. */
static gboolean
crash_at (const Place *place, guint n)
{
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      if (ptrace (PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise (SIGSTOP) != 0)
        _exit (2);
      _exit (prw_addresses_file_arrange (place->path, ZEPHYR, &a_first, NULL, NULL) ? 0 : 1);
    }
  status = wait_for (child);
  g_assert_true (WIFSTOPPED (status));
  for (guint i = 0; i < n && WIFSTOPPED (status); i++)
    {
      g_assert_cmpint (ptrace (PTRACE_SYSCALL, child, NULL, NULL), ==, 0);
      status = wait_for (child);
    }
  if (WIFEXITED (status))
    {
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
      return FALSE;
    }
  kill (child, SIGKILL);
  g_assert_true (WIFSIGNALED (wait_for (child)));
  return TRUE;
}

static void
test_crash (Place *place, gconstpointer data)
{
  guint n, n_old = 0, n_new = 0;

  (void) data;
  for (n = 1;; n++)
    {
      g_autofree char *found = NULL;
      gboolean crashed;

      write_file (place, OLD, 0600);
      crashed = crash_at (place, n);
      g_assert_true (g_file_get_contents (place->path, &found, NULL, NULL));
      n_old += g_str_equal (found, OLD);
      n_new += g_str_equal (found, NEW);
      g_assert_cmpuint (n_old + n_new, ==, n);
      /* the next one is not in the way of what is left behind */
      put_first (place, g_str_equal (found, OLD));
      assert_file (place, NEW);
      if (!crashed)
        break;
    }
  g_test_message ("killed at %u places: old %u times, new %u times", n - 1, n_old, n_new);
  g_assert_cmpuint (n_old, >, 10);
  g_assert_cmpuint (n_new, >, 2);
  assert_alone (place, 1);
}

/* Somebody else holds the lock: it is said within a second, and nothing is done. */
static void
test_busy (Place *place, gconstpointer data)
{
  int fd = open (place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  (void) data;
  write_file (place, OLD, 0600);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  assert_refused (place, G_IO_ERROR_BUSY, "locked");
  assert_file (place, OLD);
  close (fd);
  put_first (place, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/attach/addresses-file/" name, Place, NULL, place_up, function, place_down)
  ADD ("new", test_new);
  ADD ("new-folder", test_new_folder);
  ADD ("kept", test_kept);
  ADD ("refused", test_refused);
  ADD ("folder-is-a-file", test_folder_is_a_file);
  ADD ("no-permission", test_no_permission);
  ADD ("processes", test_processes);
  ADD ("crash", test_crash);
  ADD ("busy", test_busy);
  return g_test_run ();
}
