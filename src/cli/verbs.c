/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/verbs.h"

#include <glib/gi18n.h>

#include "policy/text.h"

/* In the order of the help: look, pair, decide, answer. */
static const PrwVerb verbs[] = {
  { "status", "", N_("What the daemon is doing"), prw_verb_status },
  { "doctor", "", N_("Look at all that pairing needs, and say what is wrong"), prw_verb_doctor },
  { "list", "", N_("List the bonds"), prw_verb_list },
  { "show", N_("PEER"), N_("Show what is known of a peer"), prw_verb_show },
  { "pair", N_("PEER"), N_("Pair with a peer, or encrypt the link when there is a bond"), prw_verb_pair },
  { "delete", N_("PEER|--all"), N_("Delete a bond"), prw_verb_delete },
  { "services", N_("PEER [forget SERVICE|all]"), N_("Show what is remembered of a peer's services, or forget it"), prw_verb_services },
  { "params", N_("PEER [KEY=VALUE...]"), N_("Show or set the security parameters of a peer"), prw_verb_params },
  { "policy", N_("[FLAGS]"), N_("Show or set what everybody is refused, until the daemon ends"), prw_verb_policy },
  { "explain", N_("PEER|- [FACT=VALUE...]"), N_("Say what would be decided, and why"), prw_verb_explain },
  { "window", N_("SECONDS|close"), N_("Open or close the pairing window"), prw_verb_window },
  { "requests", "", N_("List the open questions"), prw_verb_requests },
  { "answer", N_("N [yes|no|repair|always|never]"), N_("Answer a question; codes are read from the terminal"), prw_verb_answer },
  { "agent", "", N_("Answer questions here, as they come"), prw_verb_agent },
  { "monitor", "", N_("Tell what happens, as it happens"), prw_verb_monitor },
  { "history", N_("[PEER]"), N_("Tell what happened, from the journal"), prw_verb_history },
  { "debug-key", N_("PEER on|off"), N_("Pair with the published debug key: a sniffer can read such a link"), prw_verb_debug_key },
  { "oob", N_("PEER [set|clear]"), N_("Print our out-of-band data, or read the peer's from stdin"), prw_verb_oob },
  { "controller", N_("[NAME [KEY=VALUE...]]"), N_("Show or set the switches of a controller"), prw_verb_controller },
  { "config", N_("show|check [FILE]"), N_("Check the keyfiles, or show what is in force"), prw_verb_config },
};

const PrwVerb *
prw_verbs_nth (guint i)
{
  return i < G_N_ELEMENTS (verbs) ? &verbs[i] : NULL;
}

const PrwVerb *
prw_verbs_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].name, name))
      return &verbs[i];
  return NULL;
}

char *
prw_verbs_help (void)
{
  GString *help = g_string_new (_("Verbs:\n"));

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *usage = g_strdup_printf ("  %s %s", verbs[i].name, *verbs[i].arguments != '\0' ? _(verbs[i].arguments) : "");
      g_autofree char *column = prw_text_column (usage, 42);

      g_string_append_printf (help, "%s%s\n", column, _(verbs[i].summary));
    }
  g_string_append (help, _("\nPEER is an address, a name or an object path.\n"
                           "\"pairwardctl help VERB\" tells more about a verb.\n"
                           "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 no daemon, 4 timed out."));
  return g_string_free (help, FALSE);
}

gboolean
prw_verbs_parse (int *argc, char ***argv, const GOptionEntry *entries, int min, int max, PrwExit *status)
{
  const PrwVerb *verb = prw_verbs_find ((*argv)[0]);
  const char *arguments = verb != NULL ? verb->arguments : "";
  g_autoptr (GOptionContext) context = g_option_context_new (*arguments != '\0' ? _(arguments) : NULL);
  g_autofree char *name = g_strconcat ("pairwardctl ", (*argv)[0], NULL);
  g_autoptr (GError) error = NULL;
  gboolean help = FALSE;
  const GOptionEntry help_entries[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, &help, N_("Show help options"), NULL }, G_OPTION_ENTRY_NULL };

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, help_entries, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      *status = prw_client_usage ("%s: %s", (*argv)[0], error->message);
      return FALSE;
    }
  if (help)
    {
      g_autofree char *text = NULL;

      g_set_prgname (name);
      text = g_option_context_get_help (context, TRUE, NULL);
      g_print ("%s", text);
      *status = PRW_EXIT_DONE;
      return FALSE;
    }
  /* GOption leaves "--" there when what follows begins with a dash. */
  if (*argc > 1 && g_str_equal ((*argv)[1], "--"))
    {
      (*argv)[1] = (*argv)[0];
      (*argv)++;
      (*argc)--;
    }
  if (*argc - 1 < min)
    /* Translators: a verb and its arguments, as in the help: show needs PEER */
    *status = prw_client_usage (_("%s needs %s"), (*argv)[0], _(arguments));
  else if (max >= 0 && *argc - 1 > max)
    *status = prw_client_usage (_("%s: unexpected argument \"%s\""), (*argv)[0], (*argv)[max + 1]);
  else
    return TRUE;
  return FALSE;
}

gboolean
prw_verbs_same_key (const char *text, const char *property)
{
  g_autoptr (GString) folded = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    if (*c != '-' && *c != '_')
      g_string_append_c (folded, *c);
  return g_ascii_strcasecmp (folded->str, property) == 0;
}

PrwExit
prw_verbs_run (PrwClient *client, int argc, char **argv)
{
  const PrwVerb *verb = prw_verbs_find (argv[0]);

  return verb != NULL ? verb->run (client, argc, argv) : prw_client_usage (_("there is no verb \"%s\""), argv[0]);
}

const char *
prw_verbs_summary (const PrwVerb *verb)
{
  return _(verb->summary);
}

static void
assignment_free (gpointer data)
{
  PrwAssignment *assignment = data;

  g_variant_unref (assignment->value);
  g_free (assignment);
}

GPtrArray *
prw_verbs_parse_assignments (char **words, PrwAssignmentFunc parse)
{
  g_autoptr (GPtrArray) assignments = g_ptr_array_new_with_free_func (assignment_free);

  for (; *words != NULL; words++)
    {
      g_auto (GStrv) parts = g_strsplit (*words, "=", 2);
      g_autoptr (GError) error = NULL;
      PrwAssignment assignment = { NULL };

      if (parts[1] == NULL)
        {
          prw_client_usage (_("\"%s\" is not KEY=VALUE"), *words);
          return NULL;
        }
      assignment.value = parse (parts[0], parts[1], &assignment.property, &error);
      if (assignment.value == NULL)
        {
          prw_client_usage ("%s", error->message);
          return NULL;
        }
      g_variant_ref_sink (assignment.value);
      g_ptr_array_add (assignments, g_memdup2 (&assignment, sizeof assignment));
    }
  return g_steal_pointer (&assignments);
}

gboolean
prw_verbs_assign (PrwClient *client, const char *path, const char *interface, GPtrArray *assignments, GError **error)
{
  for (guint i = 0; i < assignments->len; i++)
    {
      const PrwAssignment *assignment = assignments->pdata[i];

      if (!prw_client_set (client, path, interface, assignment->property, assignment->value, error))
        return FALSE;
    }
  return TRUE;
}
