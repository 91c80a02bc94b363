/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Rights are given up in a child of the test's, which then tries what it may not. As root and as anybody else. */
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "kernel/link.h"
#include "kernel/privileges.h"
#include "kernel/sockets.h"

#define SOMEBODY "nobody" /* is everywhere */
#define NO_USER "prw-no-such-user"

static gboolean is_root;
static char *folder; /* (nullable): the state directory of the child */

static void
run_child (void (*func) (void))
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      func ();
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

/* The hexadecimal value of a line of /proc/self/status, or of the output of a program that shows its own. */
static guint64
capabilities (const char *status, const char *set)
{
  g_autofree char *key = g_strconcat (set, ":\t", NULL);
  const char *line = strstr (status, key);

  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen (key), NULL, 16);
}

static guint64
own_capabilities (const char *set)
{
  g_autofree char *status = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  return capabilities (status, set);
}

static void
assert_powerless (gboolean was_bounded)
{
  g_autoptr (GError) error = NULL;
  PrwKernelSockets sockets;

  g_assert_cmphex (own_capabilities ("CapEff"), ==, 0);
  g_assert_cmphex (own_capabilities ("CapPrm"), ==, 0);
  g_assert_cmphex (own_capabilities ("CapInh"), ==, 0);
  g_assert_cmphex (own_capabilities ("CapAmb"), ==, 0);
  if (was_bounded)
    g_assert_cmphex (own_capabilities ("CapBnd"), ==, 0);
  g_assert_cmpint (prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), ==, 1);
  g_assert_cmpint (socket (AF_INET, SOCK_RAW, IPPROTO_ICMP), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (setuid (geteuid () == 0 ? 1 : 0), ==, -1);
  g_assert_false (prw_privileges_suffice_for_link ());
  g_assert_false (prw_kernel_sockets_open (&sockets, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_true (sockets.control == -1 && sockets.monitor == -1 && sockets.query == -1);
  g_clear_error (&error);
  g_assert_null (prw_kernel_link_open (&error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* No way back by running something. */
static void
assert_children_powerless (void)
{
  const char *const argv[] = { "cat", "/proc/self/status", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *status = NULL;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &status, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmphex (capabilities (status, "CapEff"), ==, 0);
  g_assert_cmphex (capabilities (status, "CapPrm"), ==, 0);
}

static gboolean
may_bound (void)
{
  return (own_capabilities ("CapEff") & (1ull << 8)) != 0; /* CAP_SETPCAP */
}

static void
become_somebody (void)
{
  struct passwd *user = getpwnam (SOMEBODY);
  gboolean bounded = may_bound (), stays_root;
  uid_t uid = is_root ? user->pw_uid : getuid ();
  g_autoptr (GError) error = NULL;

  g_assert_true (prw_privileges_drop (SOMEBODY, folder, &stays_root, &error));
  g_assert_no_error (error);
  g_assert_false (stays_root);
  g_assert_cmpint (getuid (), ==, uid);
  g_assert_cmpint (geteuid (), ==, uid);
  if (is_root)
    {
      g_assert_cmpint (getgid (), ==, user->pw_gid);
      g_assert_cmpint (getegid (), ==, user->pw_gid);
      g_assert_cmpint (getgroups (0, NULL), ==, 0);
    }
  assert_powerless (bounded);
  assert_children_powerless ();
}

static void
test_user (void)
{
  run_child (become_somebody);
}

static void
stay (void)
{
  gboolean bounded = may_bound (), stays_root;
  uid_t uid = getuid ();
  g_autoptr (GError) error = NULL;

  g_assert_true (prw_privileges_drop (NO_USER, folder, &stays_root, &error));
  g_assert_no_error (error);
  g_assert_cmpint (stays_root, ==, is_root);
  g_assert_cmpint (getuid (), ==, uid);
  assert_powerless (bounded);
  assert_children_powerless ();
}

static void
test_no_such_user (void)
{
  run_child (stay);
}

static gpointer
wait_for_end (gpointer data)
{
  g_mutex_lock (data);
  g_mutex_unlock (data);
  return NULL;
}

/* Another thread would keep what it has. */
static void
drop_with_a_thread (void)
{
  static GMutex mutex;
  g_autoptr (GError) error = NULL;
  gboolean stays_root;
  GThread *thread;

  g_mutex_lock (&mutex);
  thread = g_thread_new ("other", wait_for_end, &mutex);
  g_assert_false (prw_privileges_drop (SOMEBODY, NULL, &stays_root, &error));
  g_assert_nonnull (error);
  g_mutex_unlock (&mutex);
  g_thread_join (thread);
}

static void
test_threads (void)
{
  run_child (drop_with_a_thread);
}

static uid_t
owner_of (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat info;

  g_assert_cmpint (lstat (path, &info), ==, 0);
  return info.st_uid;
}

static void
make_file (const char *path)
{
  g_assert_true (g_file_set_contents (path, "content", -1, NULL));
}

/* The state directory is the user's after it, with root's files in it, and nothing that only has a name there. */
static void
test_folder (void)
{
  g_autofree char *base = g_dir_make_tmp ("prw-privileges-XXXXXX", NULL);
  g_autofree char *elsewhere = g_build_filename (base, "elsewhere", NULL), *linked = NULL, *bonds = NULL, *link_name = NULL, *hard = NULL;
  uid_t user = is_root ? getpwnam (SOMEBODY)->pw_uid : getuid ();
  struct stat info;

  folder = g_build_filename (base, "lib", "pairward", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  linked = g_build_filename (base, "linked", NULL);
  bonds = g_build_filename (folder, "bonds", NULL);
  link_name = g_build_filename (folder, "link", NULL);
  hard = g_build_filename (folder, "hard", NULL);
  make_file (elsewhere);
  make_file (linked);
  make_file (bonds);
  g_assert_cmpint (symlink (elsewhere, link_name), ==, 0);
  g_assert_cmpint (link (linked, hard), ==, 0);
  run_child (become_somebody);
  g_assert_cmpint (owner_of ("."), ==, user);
  g_assert_cmpint (owner_of ("bonds"), ==, user);
  g_assert_cmpint (owner_of ("link"), ==, getuid ());
  g_assert_cmpint (owner_of ("hard"), ==, getuid ());
  g_assert_cmpint (stat (elsewhere, &info), ==, 0);
  g_assert_cmpint (info.st_uid, ==, getuid ());
  /* it is the user's now, and the user puts something there: that stays whose it is */
  make_file (bonds);
  run_child (become_somebody);
  g_assert_cmpint (owner_of ("bonds"), ==, getuid ());
  for (gsize i = 0; i < 3; i++)
    g_unlink (((const char *[]) { bonds, link_name, hard })[i]);
  g_rmdir (folder);
  g_free (g_steal_pointer (&folder));
  g_unlink (elsewhere);
  g_unlink (linked);
  folder = g_build_filename (base, "lib", NULL);
  g_rmdir (folder);
  g_rmdir (base);
  g_free (g_steal_pointer (&folder));
}

/* One that is not there is made; one that cannot be made does not keep the daemon from running. */
static void
test_new_folder (void)
{
  g_autofree char *base = g_dir_make_tmp ("prw-privileges-XXXXXX", NULL);
  struct stat info;

  folder = g_build_filename (base, "pairward", NULL);
  run_child (become_somebody);
  if (is_root)
    {
      g_assert_cmpint (stat (folder, &info), ==, 0);
      g_assert_cmpint (info.st_uid, ==, getpwnam (SOMEBODY)->pw_uid);
      g_assert_cmphex (info.st_mode & 07777, ==, 0700);
    }
  g_rmdir (folder);
  make_file (folder);
  run_child (become_somebody);
  g_unlink (folder);
  g_rmdir (base);
  g_free (g_steal_pointer (&folder));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  is_root = geteuid () == 0;
  g_test_add_func ("/kernel/privileges/user", test_user);
  g_test_add_func ("/kernel/privileges/no-such-user", test_no_such_user);
  g_test_add_func ("/kernel/privileges/threads", test_threads);
  g_test_add_func ("/kernel/privileges/folder", test_folder);
  g_test_add_func ("/kernel/privileges/new-folder", test_new_folder);
  return g_test_run ();
}
