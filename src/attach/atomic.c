/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/text.h"

#define LOCK_TRIES 50
#define LOCK_PAUSE_US 5000
/* How often somebody else may write in between. */
#define WRITE_TRIES 8

typedef struct
{
  const char *path;
  gsize max;
  char *name;      /* of the file in its folder */
  char *temporary; /* made under the lock only, so one name is enough; what a crash left behind is written over */
  int folder;   /* locked while it is open */
  struct stat status;
  gboolean is_new;
  char *text;
  gsize len;
} File;

static void
file_clear (File *file)
{
  if (file->folder >= 0)
    close (file->folder);
  g_free (file->name);
  g_free (file->temporary);
  g_free (file->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, file_clear)

static gboolean
fail (const File *file, GIOErrorEnum code, const char *what, GError **error)
{
  g_autofree char *name = g_filename_display_name (file->path);
  g_autofree char *shown = prw_text_sanitize (name);

  g_set_error (error, G_IO_ERROR, code, "%s: %s", shown, what);
  return FALSE;
}

static gboolean
fail_errno (const File *file, int code, GError **error)
{
  switch (code)
    {
    case EACCES:
    case EPERM:
      return fail (file, G_IO_ERROR_PERMISSION_DENIED,
                   geteuid () != 0 ? _("no permission: run this as root")
                                   : _("no permission, even for root: look for an immutable file (lsattr) or a confined service (ReadWritePaths=)"),
                   error);
    case EROFS:
      return fail (file, G_IO_ERROR_READ_ONLY, _("the file system is read-only"), error);
    case ENOSPC:
    case EDQUOT:
      return fail (file, G_IO_ERROR_NO_SPACE, _("no space left: make some, and try again"), error);
    default:
      return fail (file, (GIOErrorEnum) g_io_error_from_errno (code), g_strerror (code), error);
    }
}

/* The folder may be a link, as an administrator may have moved it; it is made as services' state folders are. */
static gboolean
open_folder (File *file, gboolean make, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file->path);

  file->name = g_path_get_basename (file->path);
  file->temporary = g_strdup_printf (".%s.pairward", file->name);
  if (make && mkdir (folder, 0700) != 0 && errno != EEXIST && errno != EACCES && errno != EROFS)
    return fail_errno (file, errno, error);
  file->folder = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file->folder < 0 && errno == ENOTDIR)
    return fail (file, G_IO_ERROR_NOT_DIRECTORY, _("its folder is a file"), error);
  return file->folder >= 0 || fail_errno (file, errno, error);
}

static gboolean
lock_folder (File *file, GError **error)
{
  for (guint i = 0; i < LOCK_TRIES; i++)
    {
      if (flock (file->folder, LOCK_EX | LOCK_NB) == 0)
        return TRUE;
      if (errno != EWOULDBLOCK && errno != EINTR)
        return fail_errno (file, errno, error);
      g_usleep (LOCK_PAUSE_US);
    }
  return fail (file, G_IO_ERROR_BUSY, _("another program has it locked"), error);
}

static gboolean
fail_large (const File *file, GError **error)
{
  g_autofree char *what = g_strdup_printf (_("larger than %u KiB: it is not what it should be, look into it"), (guint) (file->max / 1024));

  return fail (file, G_IO_ERROR_INVALID_DATA, what, error);
}

static gboolean
check_kind (const File *file, gboolean write, GError **error)
{
  if (S_ISLNK (file->status.st_mode))
    return fail (file, G_IO_ERROR_NOT_REGULAR_FILE, _("a symbolic link: put the file itself there"), error);
  if (S_ISDIR (file->status.st_mode))
    return fail (file, G_IO_ERROR_IS_DIRECTORY, _("a directory: remove it"), error);
  if (!S_ISREG (file->status.st_mode))
    return fail (file, G_IO_ERROR_NOT_REGULAR_FILE, _("not a file: remove it"), error);
  if (file->status.st_size > (goffset) file->max)
    return fail_large (file, error);
  /* A rename would not care, nor would root: but somebody wants it to stay as it is. */
  if (write && ((file->status.st_mode & 0222) == 0 || faccessat (file->folder, file->name, W_OK, AT_EACCESS) != 0))
    return fail (file, G_IO_ERROR_READ_ONLY, _("read-only: make it writable (chmod u+w)"), error);
  return TRUE;
}

static gboolean
read_all (File *file, int fd, GError **error)
{
  gssize n;

  g_free (file->text);
  file->text = g_malloc (file->max + 1);
  file->len = 0;
  while ((n = read (fd, file->text + file->len, file->max + 1 - file->len)) != 0)
    if (n > 0)
      file->len += (gsize) n;
    else if (errno != EINTR)
      return fail_errno (file, errno, error);
  return file->len <= file->max || fail_large (file, error); /* it has grown meanwhile */
}

/* Nothing is opened that could be anything but a file: opening a device may set it off. */
static gboolean
read_file (File *file, gboolean write, GError **error)
{
  int fd;
  gboolean ok;

  file->is_new = fstatat (file->folder, file->name, &file->status, AT_SYMLINK_NOFOLLOW) != 0;
  if (file->is_new)
    {
      if (errno != ENOENT)
        return fail_errno (file, errno, error);
      g_clear_pointer (&file->text, g_free);
      file->len = 0;
      return TRUE;
    }
  if (!check_kind (file, write, error))
    return FALSE;
  fd = openat (file->folder, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return fail_errno (file, errno, error);
  ok = fstat (fd, &file->status) == 0 ? check_kind (file, write, error) && read_all (file, fd, error) : fail_errno (file, errno, error);
  close (fd);
  return ok;
}

static gboolean
write_all (int fd, const char *text, gsize len)
{
  for (gsize done = 0; done < len;)
    {
      gssize n = write (fd, text + done, len - done);

      if (n < 0 && errno != EINTR)
        return FALSE;
      done += n > 0 ? (gsize) n : 0;
    }
  return TRUE;
}

static gboolean
keep_rights (const File *file, int fd)
{
  if (file->is_new)
    return TRUE;
  if ((file->status.st_uid != geteuid () || file->status.st_gid != getegid ()) &&
      fchown (fd, file->status.st_uid, file->status.st_gid) != 0)
    return FALSE;
  return fchmod (fd, file->status.st_mode & 07777) == 0;
}

static gboolean
write_temporary (const File *file, const char *text, gsize len)
{
  int fd, code;
  gboolean ok;

  if (unlinkat (file->folder, file->temporary, 0) != 0 && errno != ENOENT)
    return FALSE;
  fd = openat (file->folder, file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return FALSE;
  ok = keep_rights (file, fd) && write_all (fd, text, len) && fsync (fd) == 0;
  code = errno;
  if (close (fd) != 0 && ok)
    {
      ok = FALSE;
      code = errno;
    }
  errno = code;
  return ok;
}

/* Others may know no lock (bluetoothd does not): was it written since it was read? */
static gboolean
is_unchanged (const File *file)
{
  struct stat now;

  if (fstatat (file->folder, file->name, &now, AT_SYMLINK_NOFOLLOW) != 0)
    return file->is_new && errno == ENOENT;
  return !file->is_new && now.st_dev == file->status.st_dev && now.st_ino == file->status.st_ino && now.st_size == file->status.st_size &&
         now.st_mtim.tv_sec == file->status.st_mtim.tv_sec && now.st_mtim.tv_nsec == file->status.st_mtim.tv_nsec &&
         now.st_mode == file->status.st_mode && now.st_uid == file->status.st_uid && now.st_gid == file->status.st_gid;
}

/* @overtaken: somebody else was faster; nothing was done. */
static gboolean
replace (const File *file, const char *text, gboolean *overtaken, GError **error)
{
  int code;

  *overtaken = FALSE;
  if (write_temporary (file, text, strlen (text)))
    {
      *overtaken = !is_unchanged (file);
      if (!*overtaken && renameat (file->folder, file->temporary, file->folder, file->name) == 0)
        return fsync (file->folder) == 0 || fail_errno (file, errno, error);
    }
  code = errno;
  unlinkat (file->folder, file->temporary, 0);
  return *overtaken || fail_errno (file, code, error);
}

gboolean
prw_atomic_edit (const char *path, gsize max, PrwAtomicEdit edit, gpointer data, gboolean *changed, GError **error)
{
  g_auto (File) file = { .path = path, .max = max, .folder = -1 };

  if (changed != NULL)
    *changed = FALSE;
  if (!open_folder (&file, TRUE, error) || !lock_folder (&file, error))
    return FALSE;
  for (guint i = 0; i < WRITE_TRIES; i++)
    {
      g_autofree char *text = NULL;
      g_autoptr (GError) reason = NULL;
      gboolean overtaken;

      if (!read_file (&file, TRUE, error))
        return FALSE;
      text = edit (file.text, file.len, data, &reason);
      if (text == NULL)
        return fail (&file, (GIOErrorEnum) reason->code, reason->message, error);
      if (strlen (text) == file.len && (file.len == 0 || memcmp (text, file.text, file.len) == 0))
        return TRUE;
      if (!replace (&file, text, &overtaken, error))
        return FALSE;
      if (!overtaken)
        {
          if (changed != NULL)
            *changed = TRUE;
          return TRUE;
        }
    }
  return fail (&file, G_IO_ERROR_BUSY, _("another program writes it all the time"), error);
}

gboolean
prw_atomic_read (const char *path, gsize max, char **text, gsize *len, GError **error)
{
  g_auto (File) file = { .path = path, .max = max, .folder = -1 };

  g_autoptr (GError) reason = NULL;

  if (!open_folder (&file, FALSE, &reason))
    {
      if (!g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
    }
  else if (!read_file (&file, FALSE, error))
    return FALSE;
  *text = g_steal_pointer (&file.text);
  *len = file.len;
  return TRUE;
}
