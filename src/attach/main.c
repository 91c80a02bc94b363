/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "attach/list.h"
#include "attach/run.h"
#include "attach/watch-run.h"

#define WRONG_USAGE 2

/* Where 0, 1 or 2 is closed, what is opened next would get that number: what is said would go to the board. */
static void
open_standard_fds (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDWR | O_CLOEXEC);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close (fd);
}

static int
watch (const PrwAttachOptions *options)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  if (self == NULL)
    {
      fprintf (stderr, _("pairward-attach: /proc is not mounted, so it cannot find its own program\n"));
      return 1;
    }
  return prw_attach_watch_run (self, options->config, options->verbose);
}

int
main (int argc, char *argv[])
{
  g_auto (PrwAttachOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  open_standard_fds ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  if (!prw_attach_options_parse (&options, &argc, &argv, &error))
    {
      fprintf (stderr, _("pairward-attach: %s; try --help\n"), error->message);
      return WRONG_USAGE;
    }
  if (options.version)
    {
      puts (PACKAGE_STRING);
      return 0;
    }
  g_log_set_debug_enabled (options.verbose);
  if (options.list)
    return prw_attach_list_run (options.config, options.json, options.verbose);
  if (options.watch)
    return watch (&options);
  return prw_attach_run (&options);
}
