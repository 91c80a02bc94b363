/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>

#include <glib/gi18n.h>

#include "base/program.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

int
main (int argc, char *argv[])
{
  g_autofree char *config = NULL;
  gboolean session = FALSE, no_kernel_link = FALSE, verbose = FALSE, version = FALSE;
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_NONE, &session, N_("Serve one user on the session bus"), NULL },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, N_("Read FILE over the shipped defaults instead of the system's files"), N_("FILE") },
    { "no-kernel-link", 0, 0, G_OPTION_ARG_NONE, &no_kernel_link, N_("Do without what only the kernel can tell"), NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, N_("Log more"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version and exit"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  PrwDaemonOptions options;

  prw_program_begin (LOCALEDIR);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, _("The Bluetooth pairing agent: decides by policy who may pair, and asks those who may answer."));
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "pairwardd: %s\n", error->message);
      return 1;
    }
  if (argc > 1)
    {
      fprintf (stderr, _("pairwardd: unexpected argument \"%s\"; try --help\n"), argv[1]);
      return 1;
    }
  if (version)
    {
      puts (PACKAGE_STRING);
      return prw_program_end ("pairwardd", 0);
    }
  prw_log_init (verbose, PRW_LOG_SYSLOG);
  options = (PrwDaemonOptions) { .session = session, .config_file = config, .kernel_link = !no_kernel_link };
  if (!prw_daemon_run (&options, &error))
    {
      prw_log_failure (error->message);
      return 1;
    }
  return 0;
}
