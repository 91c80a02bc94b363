/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <signal.h>
#include <stdio.h>

#include <glib/gi18n.h>

#include "attach/list.h"
#include "attach/run.h"
#include "attach/watch-run.h"
#include "base/program.h"

#define WRONG_USAGE 2

/* Who reads what we say may go, a disk may be full: that is an error to tell, and nothing to die of with a port and an address in hand. */
static void
ignore_signals (void)
{
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
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

  prw_program_begin (LOCALEDIR);
  ignore_signals ();
  if (!prw_attach_options_parse (&options, &argc, &argv, &error))
    {
      fprintf (stderr, _("pairward-attach: %s; try --help\n"), error->message);
      return WRONG_USAGE;
    }
  if (options.version)
    {
      puts (PACKAGE_STRING);
      return prw_program_end ("pairward-attach", 0);
    }
  g_log_set_debug_enabled (options.verbose);
  if (options.list)
    return prw_program_end ("pairward-attach", prw_attach_list_run (options.config, options.json, options.verbose));
  if (options.watch)
    return watch (&options);
  return options.probe ? prw_program_end ("pairward-attach", prw_attach_run (&options)) : prw_attach_run (&options);
}
