/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/holder.h"

#include <unistd.h>

#include <glib/gi18n.h>

#include "policy/text.h"

/* The links in /proc/PID/fd: where this user may not look there is nothing to read. */
static gboolean
has_open (const char *pid, const char *path)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%s/fd", pid);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *number;

  while (dir != NULL && (number = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *link = g_build_filename (folder, number, NULL);
      g_autofree char *target = g_file_read_link (link, NULL);

      if (g_strcmp0 (target, path) == 0)
        return TRUE;
    }
  return FALSE;
}

static char *
describe (const char *pid)
{
  g_autofree char *file = g_strdup_printf ("/proc/%s/comm", pid);
  g_autofree char *comm = NULL;
  g_autofree char *name = NULL;

  if (g_file_get_contents (file, &comm, NULL, NULL))
    name = prw_text_sanitize (g_strchomp (comm));
  /* Translators: a program and its number: btattach (process 4711) */
  return g_strdup_printf (_("%s (process %s)"), name != NULL && *name != '\0' ? name : "?", pid);
}

char *
prw_holder_find (const char *path)
{
  g_autofree char *self = g_strdup_printf ("%d", (int) getpid ());
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *pid;

  while (dir != NULL && (pid = g_dir_read_name (dir)) != NULL)
    if (g_ascii_isdigit (*pid) && !g_str_equal (pid, self) && has_open (pid, path))
      return describe (pid);
  return NULL;
}
