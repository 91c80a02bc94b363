/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* The keyfiles, without the daemon. */
#include "cli/verbs.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "cli/output.h"
#include "config/settings.h"

static PrwExit
fail (const GError *error)
{
  g_autofree char *text = prw_output_printable (error->message);

  g_printerr ("%s\n", text);
  if (g_error_matches (error, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_DENIED))
    g_printerr ("%s\n", _("  run it with sudo: what holds secrets is not for everybody to read"));
  return PRW_EXIT_FAILED;
}

/* Root may read what the daemon may not: from here on this is the daemon's user, where that can be. */
static gboolean
become_daemon (void)
{
  const struct passwd *user = geteuid () == 0 ? getpwnam (PRW_USER) : NULL;

  return user != NULL && initgroups (user->pw_name, user->pw_gid) == 0 && setegid (user->pw_gid) == 0 && seteuid (user->pw_uid) == 0;
}

static PrwExit
fail_as_daemon (const GError *error)
{
  g_autofree char *text = prw_output_printable (error->message);

  g_printerr (_("%s\n  pairwardd reads it as the user %s: let that user's group read it (chgrp %s, chmod g+r)\n"), text, PRW_USER, PRW_USER);
  return PRW_EXIT_FAILED;
}

static PrwExit
check (PrwClient *client, const char *file)
{
  const PrwConfigSource source = { .file = file, .session = client->session };
  gboolean is_daemon = file == NULL && !client->session && become_daemon ();
  g_autoptr (GPtrArray) warnings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwSettings) settings = prw_config_load (&source, &warnings, &error);
  guint n_rules;

  if (settings == NULL)
    return is_daemon && g_error_matches (error, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_DENIED) ? fail_as_daemon (error) : fail (error);
  n_rules = prw_policy_get_n_rules (settings->policy);
  if (client->json)
    {
      prw_output_json (g_variant_new_parsed ("{'Rules': <%u>, 'Warnings': <%v>}", n_rules,
                                             g_variant_new_strv ((const char *const *) warnings->pdata, (gssize) warnings->len)));
      return PRW_EXIT_DONE;
    }
  for (guint i = 0; i < warnings->len; i++)
    g_print (_("warning: %s\n"), (const char *) warnings->pdata[i]);
  g_print (ngettext ("The settings are fine (%u rule).\n", "The settings are fine (%u rules).\n", n_rules), n_rules);
  return PRW_EXIT_DONE;
}

/* Group → key → value, all as they are written in a keyfile. */
static GVariant *
to_variant (GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sa{ss}}"));
  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[i], NULL, NULL);

      g_variant_builder_open (&builder, G_VARIANT_TYPE ("{sa{ss}}"));
      g_variant_builder_add (&builder, "s", groups[i]);
      g_variant_builder_open (&builder, G_VARIANT_TYPE ("a{ss}"));
      for (guint k = 0; keys[k] != NULL; k++)
        {
          g_autofree char *value = g_key_file_get_value (file, groups[i], keys[k], NULL);

          g_variant_builder_add (&builder, "{ss}", keys[k], value);
        }
      g_variant_builder_close (&builder);
      g_variant_builder_close (&builder);
    }
  return g_variant_builder_end (&builder);
}

static PrwExit
show (PrwClient *client)
{
  const PrwConfigSource source = { .session = client->session };
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = prw_config_dump (&source, &error);

  if (text == NULL || (client->json && !g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, &error)))
    return fail (error);
  if (client->json)
    prw_output_json (to_variant (file));
  else
    g_print ("%s", text);
  return PRW_EXIT_DONE;
}

PrwExit
prw_verb_config (PrwClient *client, int argc, char **argv)
{
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 1, 2, &status))
    return status;
  if (g_str_equal (argv[1], "check"))
    return check (client, argv[2]);
  if (g_str_equal (argv[1], "show") && argc == 2)
    return show (client);
  return prw_client_usage (_("config: \"%s\"? It is \"check [FILE]\" or \"show\""), argv[argc - 1]);
}
