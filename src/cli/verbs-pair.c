/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* One pairing, and what is seen of it here. */
#include "cli/verbs.h"

#include <unistd.h>

#include <glib/gi18n.h>

#include "cli/agent.h"
#include "cli/output.h"
#include "policy/parameters.h"

/* What `pair` was told of the parameters; the others stay. */
typedef struct
{
  gboolean force, mitm, no_bond, no_lesc;
  const char *io; /* (nullable): a nickname */
  int timeout;    /* s */
} PairOptions;

/* All parameters of the peer as they are: what SetSecurityParams takes. Floating. */
static GVariant *
parameters_of (GVariant *properties, const PairOptions *options)
{
  g_autofree char *io = prw_output_text (properties, "IoCapabilities");

  return g_variant_new ("(bsbbub)", options->mitm || prw_output_flag (properties, "PasscodePairing"), options->io != NULL ? options->io : io,
                        !options->no_bond && prw_output_flag (properties, "Bond"), prw_output_flag (properties, "OutOfBand"),
                        prw_output_number (properties, "RejectPairingRequests"),
                        !options->no_lesc && prw_output_flag (properties, "LescPairing"));
}

static gboolean
set_parameters (PrwClient *client, const char *path, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) reply = prw_client_call (client, path, PRW_PEER_IFACE, "SetSecurityParams", parameters, NULL, PRW_AUTHORIZED_TIMEOUT, error);

  return reply != NULL;
}

/* One Pair() while questions about the peer are answered on this terminal. */
typedef struct
{
  PrwClient *client;
  const char *path;
  const PairOptions *options;
  GMainLoop *loop;
  gboolean quiet;
  gboolean forgot;    /* the old bond */
  gboolean searching; /* was the last step seen */
  GVariant *reply;
  GError *error;
} Pairing;

static void
on_paired (GObject *source, GAsyncResult *result, gpointer data)
{
  Pairing *pairing = data;

  pairing->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &pairing->error);
  g_main_loop_quit (pairing->loop);
}

static void
on_properties_changed (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal,
                       GVariant *parameters, gpointer data)
{
  static const struct { const char *step, *words; } words[] = {
    { "forgetting", N_("Forgetting the old bond...") }, { "searching", N_("Looking for it...") },
    { "pairing", N_("Pairing...") }, { "encrypting", N_("Encrypting with the key there is...") },
  };
  g_autoptr (GVariant) changed = g_variant_get_child_value (parameters, 1);
  Pairing *pairing = data;
  const char *step;

  if (!g_variant_lookup (changed, "PairingStep", "&s", &step))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (step, words[i].step) && !pairing->quiet)
      g_print ("%s\n", _(words[i].words));
  pairing->forgot = pairing->forgot || g_str_equal (step, "forgetting");
  pairing->searching = g_str_equal (step, "searching");
}

static PrwExit
print_result (PrwClient *client, GVariant *reply, gboolean mitm)
{
  guint status, level, process;

  g_variant_get (reply, "(uuu)", &status, &level, &process);
  if (client->json)
    prw_output_json (g_variant_new_parsed ("{'status': <%u>, 'security_level': <%u>, 'security_process': <%u>}", status, level, process));
  else if (status == PRW_SECURITY_STATUS_SUCCESS)
    g_print (_("Done: %s, security level %s.\n"), prw_security_process_to_string (process), prw_security_level_to_string (level));
  else
    g_print (_("It failed: %s (0x%02x). Security level %s.\n"), prw_security_status_to_string (status), status,
             prw_security_level_to_string (level));
  if (status != PRW_SECURITY_STATUS_SUCCESS)
    return PRW_EXIT_FAILED;
  if (!mitm || level >= PRW_SECURITY_LEVEL_MITM)
    return PRW_EXIT_DONE;
  g_printerr ("pairwardctl: %s\n", _("the link is not authenticated, which --mitm asked for; the bond is there all the same"));
  return PRW_EXIT_FAILED;
}

static PrwExit
stopped (void)
{
  g_printerr ("\npairwardctl: %s\n", _("stopped"));
  return PRW_EXIT_FAILED;
}

/* Nobody waits for it any more. */
static void
cancel_pairing (PrwClient *client, const char *path)
{
  G_GNUC_UNUSED g_autoptr (GVariant) cancelled = prw_client_call (client, path, PRW_PEER_IFACE, "CancelPairing", NULL, NULL, PRW_CALL_TIMEOUT, NULL);
}

/* Where it stands when it did not end well: the old bond is not to be had back. */
static void
say_what_is_left (const Pairing *pairing, const char *name)
{
  if (!pairing->forgot)
    return;
  if (pairing->searching)
    g_printerr (_("  %s was not heard, and the old bond is gone: pair again when it is near and in pairing mode\n"), name);
  else
    g_printerr (_("  The old bond with %s is gone: pair again for a new one\n"), name);
}

static void
begin (gpointer data)
{
  Pairing *pairing = data;

  g_dbus_connection_call (pairing->client->bus, PRW_BUS_NAME, pairing->path, PRW_PEER_IFACE, "Pair",
                          g_variant_new ("(b)", pairing->options->force), G_VARIANT_TYPE ("(uuu)"),
                          G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, pairing->options->timeout * 1000, NULL, on_paired, pairing);
}

static PrwExit
run_pairing (PrwClient *client, const char *path, const char *name, const PairOptions *options)
{
  /* In a script stdin is not ours to read, and a handler that nobody answers for is worse than none. */
  gboolean attended = !client->json && isatty (STDIN_FILENO) && prw_output_is_terminal ();
  g_autoptr (PrwTerminalAgent) agent = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Pairing pairing = { .client = client, .path = path, .options = options, .loop = loop, .quiet = client->json };
  PrwExit status;
  guint watch;

  prw_client_quit_on_signals (loop);
  watch = g_dbus_connection_signal_subscribe (client->bus, PRW_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", path,
                                              PRW_PEER_IFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_properties_changed, &pairing, NULL);
  if (attended)
    {
      prw_client_authorize (client, options->force ? "org.pairward.manage-bonds" : "org.pairward.pair");
      g_print (_("Pairing with %s. Ctrl-C stops it.\n"), name);
      agent = prw_terminal_agent_new (client, path, loop, begin, &pairing);
    }
  else
    begin (&pairing);
  g_main_loop_run (loop);
  g_dbus_connection_signal_unsubscribe (client->bus, watch);
  if (pairing.reply != NULL)
    status = print_result (client, pairing.reply, options->mitm);
  else
    status = pairing.error != NULL ? prw_client_fail (client, pairing.error) : stopped ();
  if (status == PRW_EXIT_TIMEOUT)
    g_printerr (_("  %d s were not enough, and it is stopped; --timeout=S gives it more\n"), options->timeout);
  if (status == PRW_EXIT_TIMEOUT || (pairing.reply == NULL && pairing.error == NULL))
    cancel_pairing (client, path);
  if (pairing.reply == NULL && status != PRW_EXIT_NO_DAEMON)
    say_what_is_left (&pairing, name);
  g_clear_pointer (&pairing.reply, g_variant_unref);
  g_clear_error (&pairing.error);
  return status;
}

/* What the options say holds for this pairing alone: afterwards the parameters are as they were, also when it is stopped. */
static PrwExit
pair_with_options (PrwClient *client, const char *path, const char *name, const PairOptions *options)
{
  static const PairOptions plain = { .io = NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) properties = prw_client_get_all (client, path, PRW_PEER_IFACE, &error);
  g_autoptr (GVariant) before = NULL, wanted = NULL;
  PrwExit status;

  if (properties == NULL)
    return prw_client_fail (client, error);
  before = g_variant_ref_sink (parameters_of (properties, &plain));
  wanted = g_variant_ref_sink (parameters_of (properties, options));
  if (g_variant_equal (before, wanted))
    return run_pairing (client, path, name, options);
  if (!set_parameters (client, path, wanted, &error))
    return prw_client_fail (client, error);
  status = run_pairing (client, path, name, options);
  if (set_parameters (client, path, before, &error) || status == PRW_EXIT_NO_DAEMON)
    return status;
  g_printerr ("pairwardctl: %s\n", _("the parameters of the peer stay as they were set for this pairing"));
  return prw_client_fail (client, error);
}

PrwExit
prw_verb_pair (PrwClient *client, int argc, char **argv)
{
  PairOptions options = { .timeout = 150 };
  g_autofree char *io = NULL, *path = NULL;
  const GOptionEntry entries[] = {
    { "force", 0, 0, G_OPTION_ARG_NONE, &options.force, N_("Forget the bond, find the peer again and pair anew"), NULL },
    { "mitm", 0, 0, G_OPTION_ARG_NONE, &options.mitm, N_("Authenticate with a code or a comparison"), NULL },
    { "no-bond", 0, 0, G_OPTION_ARG_NONE, &options.no_bond, N_("Store no keys"), NULL },
    { "no-lesc", 0, 0, G_OPTION_ARG_NONE, &options.no_lesc, N_("Do without LE Secure Connections"), NULL },
    { "io", 0, 0, G_OPTION_ARG_STRING, &io, N_("What we can show and enter, e.g. keyboard-display"), N_("CAP") },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout, N_("How long to wait, in seconds (150)"), N_("S") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GError) error = NULL;
  PrwIoCapability capability;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, entries, 1, 1, &status))
    return status;
  if (options.timeout < 1 || options.timeout > 3600)
    return prw_client_usage (_("--timeout=%d: 1 to 3600 seconds"), options.timeout);
  if (io != NULL && !prw_io_capability_from_string (io, &capability, &error))
    return prw_client_usage ("%s", error->message);
  options.io = io != NULL ? prw_io_capability_to_string (capability) : NULL;
  path = prw_client_resolve_peer (client, argv[1], &error);
  return path != NULL ? pair_with_options (client, path, argv[1], &options) : prw_client_fail (client, error);
}
