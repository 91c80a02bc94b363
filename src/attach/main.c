/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "attach/list.h"
#include "attach/run.h"
#include "attach/watch-run.h"

#define WRONG_USAGE 2

/* Where 0, 1 or 2 is closed, what is opened next would get that number: what is said would go to the board. Read only, so that
 * writing to what was closed is an error as it was. */
static void
open_standard_fds (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF && open ("/dev/null", O_RDONLY) < 0)
      return; /* without it nothing else works either */
}

/* Who reads what we say may go, a disk may be full: that is an error to tell, and nothing to die of with a port and an address in hand. */
static void
ignore_signals (void)
{
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

/* Where what is printed is all that was asked for, half of it must not be taken for the whole. */
static int
close_output (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  fprintf (stderr, "pairward-attach: %s\n", _("the output could not be written"));
  return status == 0 ? 1 : status;
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
  ignore_signals ();
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
      return close_output (0);
    }
  g_log_set_debug_enabled (options.verbose);
  if (options.list)
    return close_output (prw_attach_list_run (options.config, options.json, options.verbose));
  if (options.watch)
    return watch (&options);
  return options.probe ? close_output (prw_attach_run (&options)) : prw_attach_run (&options);
}
