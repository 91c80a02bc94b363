/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gi18n.h>

static void
fill_standard_fds (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF && open ("/dev/null", O_RDONLY) < 0)
      return; /* without it nothing else works either */
}

void
prw_program_begin (const char *locale_dir)
{
  fill_standard_fds ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
prw_program_end (const char *name, int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  g_printerr ("%s: %s\n", name, _("the output could not be written"));
  return status == 0 ? 1 : status;
}
