/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cap-ng.h>

gboolean
prw_privileges_suffice_for_link (void)
{
  return capng_get_caps_process () == 0 && capng_have_capability (CAPNG_EFFECTIVE, CAP_NET_ADMIN) &&
         capng_have_capability (CAPNG_EFFECTIVE, CAP_NET_RAW);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "giving up rights: %s", what);
  return FALSE;
}

/* Capabilities are a thread's: one that runs already would keep them. */
static gboolean
is_single_thread (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);

  return tasks == NULL || (g_dir_read_name (tasks) != NULL && g_dir_read_name (tasks) == NULL);
}

/* What root left there, from when there was no such user. Links are not followed, and what has a second name is not given away. */
static void
give_files (int folder, const struct passwd *user)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", folder);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  struct stat info;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (fstatat (folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (info.st_mode) && info.st_nlink == 1 && info.st_uid == 0 &&
        fchownat (folder, name, user->pw_uid, user->pw_gid, AT_SYMLINK_NOFOLLOW) != 0)
      g_debug ("%s in the state directory stays root's: %s", name, g_strerror (errno));
}

/* Only a folder of root's: in one that is somebody else's, that one chose the names. Where it fails, whoever writes says so. */
static void
give_folder (const char *path, const struct passwd *user)
{
  struct stat info;
  int folder = g_mkdir_with_parents (path, 0700) == 0 ? open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

  if (folder >= 0 && fstat (folder, &info) == 0 && info.st_uid == 0)
    {
      give_files (folder, user);
      if (fchown (folder, user->pw_uid, user->pw_gid) != 0)
        g_debug ("the state directory %s stays root's: %s", path, g_strerror (errno));
    }
  if (folder < 0)
    g_debug ("the state directory %s: %s", path, g_strerror (errno));
  else
    close (folder);
}

/* What is left after it is looked at by check_dropped(). */
static gboolean
give_up (const struct passwd *user, gboolean may_bound, GError **error)
{
  if (may_bound && capng_lock () != 0)
    return fail (error, "the securebits cannot be locked");
  capng_clear (CAPNG_SELECT_ALL);
  if (user != NULL)
    {
      if (capng_change_id ((int) user->pw_uid, (int) user->pw_gid,
                           CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_AMBIENT | (may_bound ? CAPNG_CLEAR_BOUNDING : 0)) != 0)
        return fail (error, "root cannot become the service's user; that needs CAP_SETUID and CAP_SETGID");
    }
  else
    {
      if (geteuid () == 0 && setgroups (0, NULL) != 0 && errno != EPERM)
        return fail (error, "the supplementary groups cannot be dropped");
      if (capng_apply (CAPNG_SELECT_ALL) != 0)
        return fail (error, "the capabilities cannot be dropped");
    }
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail (error, "no_new_privs cannot be set");
  return TRUE;
}

static gboolean
has_any (capng_type_t set)
{
  for (guint capability = 0; capability < 64; capability++)
    if (capng_have_capability (set, capability))
      return TRUE;
  return FALSE;
}

/* However it was done, this is what counts. */
static gboolean
check_dropped (const struct passwd *user, gboolean may_bound, GError **error)
{
  uid_t ids[3];

  if (capng_get_caps_process () != 0 || has_any (CAPNG_EFFECTIVE) || has_any (CAPNG_PERMITTED) || has_any (CAPNG_INHERITABLE) ||
      has_any (CAPNG_AMBIENT) || (may_bound && has_any (CAPNG_BOUNDING_SET)))
    return fail (error, "capabilities are left");
  if (user == NULL)
    return TRUE;
  if (getresuid (&ids[0], &ids[1], &ids[2]) != 0 || ids[0] != user->pw_uid || ids[1] != user->pw_uid || ids[2] != user->pw_uid ||
      getgroups (0, NULL) != 0)
    return fail (error, "the change of user did not hold");
  return TRUE;
}

gboolean
prw_privileges_drop (const char *name, const char *folder, gboolean *stays_root, GError **error)
{
  const struct passwd *user = geteuid () == 0 ? getpwnam (name) : NULL;
  gboolean may_bound;

  *stays_root = geteuid () == 0 && user == NULL;
  if (!is_single_thread ())
    return fail (error, "rights can only be dropped while there is one thread");
  if (capng_get_caps_process () != 0)
    return fail (error, "the capabilities cannot be read");
  may_bound = capng_have_capability (CAPNG_EFFECTIVE, CAP_SETPCAP);
  if (user != NULL && folder != NULL)
    give_folder (folder, user);
  return give_up (user, may_bound, error) && check_dropped (user, may_bound, error);
}
