/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "base/program.h"
#include "cli/complete.h"
#include "cli/verbs.h"

/* --json and --session may stand after the verb too. */
static int
take_common_options (PrwClient *client, int argc, char **argv)
{
  int kept = 0;
  gboolean words = FALSE; /* after "--" */

  for (int i = 0; i < argc; i++)
    {
      words = words || g_str_equal (argv[i], "--");
      if (!words && g_str_equal (argv[i], "--json"))
        client->json = TRUE;
      else if (!words && g_str_equal (argv[i], "--session"))
        client->session = TRUE;
      else
        argv[kept++] = argv[i];
    }
  argv[kept] = NULL;
  return kept;
}

static PrwExit
run (PrwClient *client, GOptionContext *context, int argc, char **argv)
{
  gboolean help = argc > 0 && g_str_equal (argv[0], "help");
  g_autofree char *text = NULL;

  /* Its words are those of another command line. */
  if (argc > 0 && g_str_equal (argv[0], "complete"))
    return prw_complete_run (client, argv + 1);
  argc = take_common_options (client, argc, argv);
  if (help && argc > 1)
    return prw_verbs_run (client, 2, (char *[]) { argv[1], (char *) "--help", NULL });
  if (argc > 0 && !help)
    return prw_verbs_run (client, argc, argv);
  text = g_option_context_get_help (context, TRUE, NULL);
  if (help)
    g_print ("%s\n", text);
  else
    g_printerr ("%s\n", text);
  return help ? PRW_EXIT_DONE : PRW_EXIT_USAGE;
}

int
main (int argc, char *argv[])
{
  g_auto (PrwClient) client = { 0 };
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_NONE, &client.session, N_("Talk to this user's own daemon on the session bus"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &client.json, N_("Print JSON"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version and exit"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *verbs = NULL;

  prw_program_begin (LOCALEDIR);
  g_set_prgname ("pairwardctl");
  context = g_option_context_new (_("VERB [ARGUMENT...]"));
  verbs = prw_verbs_help ();
  g_option_context_set_description (context, verbs);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_strict_posix (context, TRUE); /* options after the verb are the verb's */
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return prw_client_usage ("%s", error->message);
  if (version)
    {
      g_print ("%s\n", PACKAGE_STRING);
      return prw_program_end ("pairwardctl", PRW_EXIT_DONE);
    }
  return prw_program_end ("pairwardctl", run (&client, context, argc - 1, argv + 1));
}
