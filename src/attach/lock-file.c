/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/lock-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static gboolean
fail_errno (const char *path, GError **error)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

/* The folder above is for everybody to read, whatever the umask: the records of boards are in it. */
static gboolean
make_folder (const char *folder, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (folder);

  if (mkdir (parent, 0755) == 0 ? chmod (parent, 0755) != 0 : errno != EEXIST)
    return fail_errno (parent, error);
  return mkdir (folder, 0700) == 0 || errno == EEXIST || fail_errno (folder, error);
}

int
prw_lock_file_open (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int fd;

  if (!make_folder (folder, error))
    return -1;
  fd = open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    fail_errno (path, error);
  return fd;
}
