/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What concerns the daemon as a whole. */
#include "cli/verbs.h"

#include <glib/gi18n.h>

#include "base/boot-time.h"
#include "cli/boards.h"
#include "cli/output.h"
#include "policy/facts.h"
#include "policy/types.h"

static void
print_status (GVariant *p)
{
  g_autofree char *version = prw_output_text (p, "Version"), *state = prw_output_text (p, "AgentState");
  g_autofree char *capability = prw_output_text (p, "AgentCapability"), *effective = prw_output_text (p, "EffectiveCapability");
  g_autofree char *policy = prw_pairing_policy_to_string (prw_output_number (p, "PairingPolicy"));
  g_autofree char *handlers = g_strdup_printf ("%u", prw_output_number (p, "Handlers"));
  g_autofree char *both = g_strdup_printf ("%s (%s)", effective, capability);
  g_autoptr (GVariant) requests = g_variant_lookup_value (p, "Requests", G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  g_autofree char *questions = g_strdup_printf ("%" G_GSIZE_FORMAT, requests != NULL ? g_variant_n_children (requests) : 0);
  g_autofree char *window = NULL;
  guint64 until = 0;

  g_variant_lookup (p, "PairingWindowUntil", "t", &until);
  window = until == 0 ? g_strdup (_("closed")) : g_strdup_printf (_("open for %u s"), prw_boot_time_left ((gint64) until));
  prw_output_pair (_("Version"), version);
  prw_output_pair (_("Agent"), state);
  prw_output_pair (_("Capability"), both);
  prw_output_pair (_("Pairing policy"), policy);
  prw_output_pair (_("Pairing window"), window);
  prw_output_pair (_("Handlers"), handlers);
  prw_output_pair (_("Open questions"), questions);
  prw_output_pair (_("Kernel link"), prw_output_yes_no (prw_output_flag (p, "KernelLink")));
  if (g_str_equal (state, "unavailable"))
    g_print ("%s\n", _("bluetoothd is not running: nothing can pair. Start it with \"sudo systemctl start bluetooth\"."));
  else if (g_str_equal (state, "registered"))
    g_print ("%s\n", _("Another program is the default agent: it is asked instead of pairward."));
  if (prw_output_number (p, "Handlers") == 0)
    g_print ("%s\n", _("Nobody is registered to answer questions: run \"pairwardctl agent\" to answer them here."));
}

PrwExit
prw_verb_status (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) properties = NULL;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 0, 0, &status))
    return status;
  properties = prw_client_get_all (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, &error);
  if (properties == NULL)
    return prw_client_fail (client, error);
  if (client->json)
    prw_output_json (g_steal_pointer (&properties));
  else
    print_status (properties);
  return PRW_EXIT_DONE;
}

static PrwExit
show_policy (PrwClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) properties = prw_client_get_all (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, &error);
  g_autofree char *text = NULL;

  if (properties == NULL)
    return prw_client_fail (client, error);
  text = prw_pairing_policy_to_string (prw_output_number (properties, "PairingPolicy"));
  if (client->json)
    prw_output_json (g_variant_new_parsed ("{'PairingPolicy': <%u>, 'Flags': <%s>}", prw_output_number (properties, "PairingPolicy"), text));
  else
    g_print ("%s\n", text);
  return PRW_EXIT_DONE;
}

PrwExit
prw_verb_policy (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  PrwPairingPolicy policy;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 0, 1, &status))
    return status;
  if (argc == 1)
    return show_policy (client);
  if (!prw_pairing_policy_from_string (argv[1], &policy, &error))
    return prw_client_usage ("%s", error->message);
  if (!prw_client_set (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, "PairingPolicy", g_variant_new_uint32 (policy), &error))
    return prw_client_fail (client, error);
  return show_policy (client);
}

static PrwExit
show_window (PrwClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) properties = prw_client_get_all (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, &error);
  guint64 until = 0;

  if (properties == NULL)
    return prw_client_fail (client, error);
  g_variant_lookup (properties, "PairingWindowUntil", "t", &until);
  if (client->json)
    prw_output_json (g_variant_new_parsed ("{'PairingWindowUntil': <%t>}", until));
  else if (until == 0)
    g_print ("%s\n", _("The pairing window is closed."));
  else
    g_print (_("The pairing window is open for %u s.\n"), prw_boot_time_left ((gint64) until));
  return PRW_EXIT_DONE;
}

/* What is discoverable on LE is what advertises; bluetoothd does that only for programs that ask for it. */
static void
say_what_is_le_only (PrwClient *client)
{
  g_autoptr (GHashTable) controllers = prw_client_get_objects (client, PRW_CONTROLLER_IFACE, NULL);
  GHashTableIter iter;
  gpointer path, properties;

  if (client->json || controllers == NULL)
    return;
  g_hash_table_iter_init (&iter, controllers);
  while (g_hash_table_iter_next (&iter, &path, &properties))
    if (prw_boards_is_le_only (properties))
      g_print (_("%s is LE only: devices find it while a program advertises, such as \"bluetoothctl advertise on\".\n"), strrchr (path, '/') + 1);
}

PrwExit
prw_verb_window (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  guint64 seconds = 0;
  gboolean closing;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 1, 1, &status))
    return status;
  closing = g_str_equal (argv[1], "close");
  if (!closing && !g_ascii_string_to_unsigned (argv[1], 10, 1, G_MAXUINT32, &seconds, &error))
    return prw_client_usage (_("\"%s\" is no number of seconds, nor \"close\""), argv[1]);
  reply = prw_client_call (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, closing ? "ClosePairingWindow" : "OpenPairingWindow",
                           closing ? NULL : g_variant_new ("(u)", (guint) seconds), NULL, PRW_AUTHORIZED_TIMEOUT, &error);
  if (reply == NULL)
    return prw_client_fail (client, error);
  if (!closing)
    say_what_is_le_only (client);
  return show_window (client);
}

/* What Explain() takes, floating; NULL, and it was said what is wrong. */
static GVariant *
parse_facts (char **words)
{
  g_autoptr (GStringChunk) pool = g_string_chunk_new (256);
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };

  for (char **word = words; *word != NULL; word++)
    {
      g_auto (GStrv) parts = g_strsplit (*word, "=", 2);
      g_autoptr (GError) error = NULL;

      if (parts[0] == NULL || parts[1] == NULL || !g_utf8_validate (*word, -1, NULL))
        {
          prw_client_usage (_("\"%s\" is not FACT=VALUE"), *word);
          return NULL;
        }
      if (!prw_facts_set (&facts, pool, parts[0], parts[1], &error))
        {
          prw_client_usage ("%s", error->message);
          return NULL;
        }
      g_variant_builder_add (&list, "{sv}", parts[0], g_variant_new_string (parts[1]));
    }
  return g_variant_builder_end (&list);
}

PrwExit
prw_verb_explain (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL, facts = NULL;
  g_autofree char *peer = NULL;
  const char *verdict, *rule, *reason;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 1, -1, &status))
    return status;
  facts = parse_facts (argv + 2);
  if (facts == NULL)
    return PRW_EXIT_USAGE;
  g_variant_ref_sink (facts);
  peer = g_str_equal (argv[1], "-") || g_str_equal (argv[1], "/") ? g_strdup ("/") : prw_client_resolve_peer (client, argv[1], &error);
  if (peer == NULL)
    return prw_client_fail (client, error);
  reply = prw_client_call (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, "Explain", g_variant_new ("(o@a{sv})", peer, facts), "(sss)",
                           PRW_CALL_TIMEOUT, &error);
  if (reply == NULL)
    return prw_client_fail (client, error);
  g_variant_get (reply, "(&s&s&s)", &verdict, &rule, &reason);
  if (client->json)
    prw_output_json (g_variant_new_parsed ("{'verdict': <%s>, 'rule': <%s>, 'reason': <%s>}", verdict, rule, reason));
  else
    /* Translators: the first three are one word, accept, reject or ask, that may be bold; then a rule and a reason. */
    g_print (_("%s%s%s, decided by %s: %s\n"), prw_output_bold (), verdict, prw_output_plain (), rule, reason);
  return PRW_EXIT_DONE;
}
