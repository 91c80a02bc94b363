/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Looks at everything that a pairing needs, and says what is wrong. Works without the daemon, and without bluetoothd. */
#include "cli/verbs.h"

#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "cli/boards.h"
#include "cli/findings.h"
#include "cli/output.h"
#include "policy/text.h"

/* Whoever does not answer in this time does not answer, ms. */
#define PATIENCE 5000

/* What was found, with the strings that PrwSeen borrows. */
typedef struct
{
  PrwSeen seen;
  GDBusConnection *system; /* (nullable) */
  GArray *adapters;
  GStringChunk *strings;
  GPtrArray *warnings;
} Visit;

static const char *
keep (Visit *visit, const char *text)
{
  g_autofree char *safe = prw_text_sanitize (text);

  return g_string_chunk_insert (visit->strings, safe);
}

static GVariant *
ask (GDBusConnection *bus, const char *name, const char *path, const char *interface, const char *method, GVariant *parameters, const char *type)
{
  g_autoptr (GVariant) owned = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;

  if (bus == NULL)
    return NULL;
  return g_dbus_connection_call_sync (bus, name, path, interface, method, owned, G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, PATIENCE, NULL, NULL);
}

static GVariant *
ask_bus (GDBusConnection *bus, const char *method, GVariant *parameters, const char *type)
{
  return ask (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method, parameters, type);
}

static gboolean
is_owned (GDBusConnection *bus, const char *name)
{
  g_autoptr (GVariant) reply = ask_bus (bus, "NameHasOwner", g_variant_new ("(s)", name), "(b)");
  gboolean owned = FALSE;

  if (reply != NULL)
    g_variant_get (reply, "(b)", &owned);
  return owned;
}

static gboolean
is_there (GDBusConnection *bus, const char *name)
{
  g_autoptr (GVariant) reply = ask_bus (bus, "ListActivatableNames", NULL, "(as)");
  g_autofree const char **names = NULL;
  g_autoptr (GVariant) list = NULL;

  if (reply != NULL)
    {
      list = g_variant_get_child_value (reply, 0);
      names = g_variant_get_strv (list, NULL);
    }
  return (names != NULL && g_strv_contains (names, name)) || is_owned (bus, name);
}

/* A file of the process that has a name on the bus; anybody may read it. */
static char *
read_process (GDBusConnection *bus, const char *name, const char *file, gsize *length)
{
  g_autoptr (GVariant) reply = ask_bus (bus, "GetConnectionUnixProcessID", g_variant_new ("(s)", name), "(u)");
  g_autofree char *path = NULL;
  char *text = NULL;
  guint pid;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(u)", &pid);
  path = g_strdup_printf ("/proc/%u/%s", pid, file);
  return g_file_get_contents (path, &text, length, NULL) ? text : NULL;
}

/* BlueZ's own: vendor 1D6B (Linux Foundation), product 0246 (BlueZ), and its version. main.conf's DeviceID= may replace it. */
static guint
version_of (GVariant *adapter)
{
  const char *modalias = "";

  g_variant_lookup (adapter, "Modalias", "&s", &modalias);
  return g_str_has_prefix (modalias, "usb:v1D6Bp0246d") ? (guint) g_ascii_strtoull (modalias + strlen ("usb:v1D6Bp0246d"), NULL, 16) & 0xffff : 0;
}

static void
look_at_adapter (Visit *visit, const char *path, GVariant *properties)
{
  g_autofree char *name = g_path_get_basename (path), *address = prw_output_text (properties, "Address");
  PrwSeenAdapter adapter = {
    .name = keep (visit, name),
    .address = keep (visit, address),
    .powered = prw_output_flag (properties, "Powered"),
    .pairable = prw_output_flag (properties, "Pairable"),
  };

  g_array_append_val (visit->adapters, adapter);
  visit->seen.bluez_version = MAX (visit->seen.bluez_version, version_of (properties));
}

static void
look_at_bluez (Visit *visit)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariantIter) objects = NULL;
  const char *path;
  GVariant *interfaces;

  visit->seen.bluez_runs = is_owned (visit->system, "org.bluez");
  if (visit->seen.bluez_runs)
    reply = ask (visit->system, "org.bluez", "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, "(a{oa{sa{sv}}})");
  visit->seen.bluez_answers = reply != NULL;
  if (reply == NULL)
    return;
  g_variant_get (reply, "(a{oa{sa{sv}}})", &objects);
  while (g_variant_iter_loop (objects, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      g_autoptr (GVariant) adapter = g_variant_lookup_value (interfaces, "org.bluez.Adapter1", G_VARIANT_TYPE_VARDICT);

      if (adapter != NULL)
        look_at_adapter (visit, path, adapter);
    }
  visit->seen.adapters = (const PrwSeenAdapter *) (gpointer) visit->adapters->data;
  visit->seen.n_adapters = visit->adapters->len;
}

/* Programs that register an agent with bluetoothd. The kernel keeps 15 characters of a name. */
static const char *
agent_of (const char *comm)
{
  static const char *const known[] = { "bluetoothctl", "bt-agent", "blueman-applet", "blueman-tray", "bluedevil-wizard", "kded5", "kded6",
                                       "gnome-control-center", "gnome-shell" };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strncmp (known[i], comm, 15) == 0)
      return known[i];
  return NULL;
}

static void
look_for_agents (Visit *visit)
{
  g_autoptr (GVariant) reply = ask_bus (visit->system, "ListNames", NULL, "(as)");
  g_autoptr (GVariantIter) names = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autofree char *list = NULL;
  const char *name;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(as)", &names);
  while (g_variant_iter_loop (names, "&s", &name))
    {
      g_autofree char *comm = *name == ':' ? read_process (visit->system, name, "comm", NULL) : NULL;
      const char *agent = comm != NULL ? agent_of (g_strchomp (comm)) : NULL;

      if (agent != NULL && !g_ptr_array_find (found, agent, NULL))
        g_ptr_array_add (found, (gpointer) agent);
    }
  if (found->len == 0)
    return;
  g_ptr_array_add (found, NULL);
  list = g_strjoinv (", ", (char **) found->pdata);
  visit->seen.other_agents = keep (visit, list);
}

static const char *
setting (Visit *visit, GKeyFile *file, const char *key)
{
  g_autofree char *value = g_key_file_get_string (file, "General", key, NULL);

  return value != NULL ? keep (visit, g_strstrip (value)) : NULL;
}

/* Without the file BlueZ has its defaults. */
static void
look_at_main_conf (Visit *visit, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error))
    {
      visit->seen.just_works_repairing = setting (visit, file, "JustWorksRepairing");
      visit->seen.secure_connections = setting (visit, file, "SecureConnections");
    }
  else if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_autofree char *why = g_strdup_printf ("%s: %s", path, error->message);

      visit->seen.main_conf_problem = keep (visit, why);
    }
}

/* The words of a command line end with NUL each. */
static const char *
options_of (Visit *visit, PrwClient *client)
{
  gsize length = 0;
  g_autofree char *line = read_process (client->bus, PRW_BUS_NAME, "cmdline", &length);

  for (gsize i = 0; line != NULL && i + 1 < length; i++)
    if (line[i] == '\0')
      line[i] = ' ';
  return line != NULL ? keep (visit, line) : NULL;
}

static void
look_at_daemon (Visit *visit, PrwClient *client)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) properties = NULL;
  g_autofree char *state = NULL;
  guint64 until = 0;

  visit->seen.session = client->session;
  if (prw_client_connect (client, NULL))
    reply = ask (client->bus, PRW_BUS_NAME, PRW_ROOT_PATH, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", PRW_MANAGER_IFACE),
                 "(a{sv})");
  visit->seen.daemon_runs = reply != NULL;
  if (reply == NULL)
    return;
  properties = g_variant_get_child_value (reply, 0);
  state = prw_output_text (properties, "AgentState");
  g_variant_lookup (properties, "PairingWindowUntil", "t", &until);
  visit->seen.agent_state = keep (visit, state);
  visit->seen.floor = prw_output_number (properties, "PairingPolicy");
  visit->seen.handlers = prw_output_number (properties, "Handlers");
  visit->seen.kernel_link = prw_output_flag (properties, "KernelLink");
  visit->seen.window_open = until > 0;
  visit->seen.daemon_options = options_of (visit, client);
}

static void
look_at_settings (Visit *visit, const char *file)
{
  const PrwConfigSource source = { .file = file, .session = visit->seen.session };
  g_autoptr (GError) error = NULL;

  visit->seen.settings = prw_config_load (&source, &visit->warnings, &error);
  if (visit->seen.settings == NULL)
    {
      visit->seen.settings_problem = g_string_chunk_insert (visit->strings, error->message);
      visit->seen.settings_denied = g_error_matches (error, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_DENIED);
      return;
    }
  g_ptr_array_add (visit->warnings, NULL);
  visit->seen.warnings = (const char *const *) visit->warnings->pdata;
}

/* GIO would start a session bus where there is none. */
static gboolean
has_session_bus (void)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  return g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL || g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
look_at_desktop (Visit *visit)
{
  g_autoptr (GDBusConnection) session = has_session_bus () ? g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL) : NULL;

  visit->seen.desktop = session != NULL;
  visit->seen.notifications = session != NULL && is_there (session, "org.freedesktop.Notifications");
  visit->seen.prompt = session != NULL && is_owned (session, "org.pairward.Prompt");
}

static void
look_at_rights (Visit *visit)
{
#ifndef HAVE_POLKIT
  visit->seen.group = PRW_GROUP;
#endif
  visit->seen.root = geteuid () == 0;
  visit->seen.polkit = is_there (visit->system, "org.freedesktop.PolicyKit1");
  if (visit->seen.polkit && !visit->seen.root && visit->seen.group == NULL)
    visit->seen.may_respond = prw_polkit_ask (visit->system, "org.pairward.respond", FALSE);
}

static PrwExit
report (PrwClient *client, GPtrArray *findings, gboolean daemon_runs)
{
  PrwFindingVerdict worst = PRW_FINDING_OK;

  for (guint i = 0; i < findings->len; i++)
    {
      const PrwFinding *finding = findings->pdata[i];

      worst = MAX (worst, finding->verdict);
      if (!client->json)
        prw_output_finding (finding);
    }
  if (client->json)
    prw_output_json (prw_findings_to_variant (findings));
  if (!daemon_runs)
    return PRW_EXIT_NO_DAEMON;
  return worst == PRW_FINDING_PROBLEM ? PRW_EXIT_FAILED : PRW_EXIT_DONE;
}

static void
visit_clear (Visit *visit)
{
  g_clear_object (&visit->system);
  g_array_unref (visit->adapters);
  g_string_chunk_free (visit->strings);
  g_clear_pointer (&visit->warnings, g_ptr_array_unref);
  g_clear_pointer (&visit->seen.settings, prw_settings_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

PrwExit
prw_verb_doctor (PrwClient *client, int argc, char **argv)
{
  g_autofree char *keyfile = NULL, *main_conf = NULL, *boards_dir = NULL;
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &keyfile, N_("The daemon was started with this keyfile"), N_("FILE") },
    { "main-conf", 0, 0, G_OPTION_ARG_FILENAME, &main_conf, N_("BlueZ's settings, where they are not /etc/bluetooth/main.conf"), N_("FILE") },
    { "boards-dir", 0, 0, G_OPTION_ARG_FILENAME, &boards_dir, N_("What pairward-attach tells, where that is not in /run/pairward/boards"), N_("DIRECTORY") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GPtrArray) findings = NULL, records = NULL;
  g_autoptr (GError) no_bus = NULL;
  PrwFinding *boards;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, entries, 0, 0, &status))
    return status;

  g_auto (Visit) visit = { .adapters = g_array_new (FALSE, FALSE, sizeof (PrwSeenAdapter)), .strings = g_string_chunk_new (1024) };

  visit.system = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &no_bus);
  if (visit.system != NULL)
    g_dbus_connection_set_exit_on_close (visit.system, FALSE);
  else
    visit.seen.bus_problem = keep (&visit, no_bus->message);
  look_at_bluez (&visit);
  look_for_agents (&visit);
  look_at_main_conf (&visit, main_conf != NULL ? main_conf : "/etc/bluetooth/main.conf");
  look_at_daemon (&visit, client);
  look_at_settings (&visit, keyfile);
  look_at_desktop (&visit);
  look_at_rights (&visit);
  findings = prw_findings_judge (&visit.seen);
  records = prw_boards_records (boards_dir);
  boards = prw_boards_judge_failed (records);
  if (boards != NULL)
    g_ptr_array_add (findings, boards);
  return report (client, findings, visit.seen.daemon_runs);
}
