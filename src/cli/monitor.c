/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What happens, as it happens. */
#include "cli/verbs.h"

#include <stdio.h>

#include <glib/gi18n.h>

#include "base/boot-time.h"
#include "cli/output.h"
#include "cli/story.h"
#include "policy/text.h"
#include "policy/types.h"

/* Peers whose name is remembered when they are gone. */
#define MAX_PEERS 256

typedef struct
{
  PrwClient *client;
  GMainLoop *loop;
  GHashTable *peers; /* object path → a{sv} */
  GVariant *nothing; /* a{sv} */
} Monitor;

static void
monitor_clear (Monitor *self)
{
  g_hash_table_unref (self->peers);
  g_variant_unref (self->nothing);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Monitor, monitor_clear)

static void
print_line (Monitor *self, const char *subject, const char *event, const char *words, GVariant *arguments)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, self->client->json ? "%Y-%m-%dT%H:%M:%S%:z" : "%H:%M:%S");

  if (self->client->json)
    prw_output_json (g_variant_new_parsed ("{'time': <%s>, 'object': <%s>, 'event': <%s>, 'arguments': <%v>}", time, subject, event, arguments));
  else
    g_print ("%s  %s%s%s  %s\n", time, prw_output_bold (), subject, prw_output_plain (), words);
  if (fflush (stdout) != 0 || ferror (stdout))
    g_main_loop_quit (self->loop); /* nobody hears any of it: main() says so */
}

/* What the peer is called: its name and address, else its path's last part. */
static char *
peer_label (GVariant *properties, const char *path)
{
  g_autofree char *name = prw_output_text (properties, "Name"), *address = prw_output_text (properties, "Address");

  if (*address == '\0')
    return g_path_get_basename (path);
  return *name != '\0' ? g_strdup_printf ("%s (%s)", name, address) : g_steal_pointer (&address);
}

/* The properties of a peer; the last ones that were seen, when it is gone. Returns: (transfer none): a{sv} */
static GVariant *
peer_properties (Monitor *self, const char *path)
{
  GVariant *properties = prw_client_get_all (self->client, path, PRW_PEER_IFACE, NULL);

  if (properties != NULL)
    {
      if (g_hash_table_size (self->peers) >= MAX_PEERS)
        g_hash_table_remove_all (self->peers);
      g_hash_table_insert (self->peers, g_strdup (path), properties);
    }
  properties = g_hash_table_lookup (self->peers, path);
  return properties != NULL ? properties : self->nothing;
}

static void
on_peer_signal (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  Monitor *self = data;
  GVariant *properties = peer_properties (self, path);
  g_autofree char *role = prw_output_text (properties, "Role"), *label = peer_label (properties, path);
  g_autoptr (PrwStoryEvent) event = prw_story_tell (signal, parameters, role);

  if (event != NULL)
    print_line (self, self->client->json ? path : label, signal, event->words, event->details);
}

static void
on_closed (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  Monitor *self = data;
  g_autofree char *number = g_path_get_basename (path), *label = g_strdup_printf (_("question %s"), number);
  g_autoptr (PrwStoryEvent) event = prw_story_tell (signal, parameters, "");

  if (event != NULL)
    print_line (self, self->client->json ? path : label, signal, event->words, event->details);
}

static char *
value_words (const char *property, GVariant *value)
{
  if (g_str_equal (property, "PairingPolicy") && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return prw_pairing_policy_to_string (g_variant_get_uint32 (value));
  if (g_str_equal (property, "PairingWindowUntil") && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return g_variant_get_uint64 (value) == 0 ? g_strdup (_("closed"))
                                             : g_strdup_printf (_("open for %u s"), prw_boot_time_left ((gint64) g_variant_get_uint64 (value)));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return prw_text_sanitize (g_variant_get_string (value, NULL));
  return g_variant_print (value, FALSE);
}

static void
on_manager_changed (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters,
                    gpointer data)
{
  Monitor *self = data;
  g_autoptr (GVariant) changed = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantIter iter;
  const char *property;
  GVariant *value;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  changed = g_variant_get_child_value (parameters, 1);
  g_variant_iter_init (&iter, changed);
  while (g_variant_iter_loop (&iter, "{&sv}", &property, &value))
    {
      g_autofree char *words = value_words (property, value);

      if (!g_str_equal (property, "Requests")) /* which is told as it is decided, and when it closes */
        g_string_append_printf (text, "%s%s: %s", text->len > 0 ? ", " : "", property, words);
    }
  if (self->client->json || text->len > 0)
    print_line (self, "pairwardd", "PropertiesChanged", text->str, changed);
}

static void
on_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
  print_line (data, "pairwardd", "Appeared", _("is running"), g_variant_new_string (owner));
}

static void
on_vanished (GDBusConnection *bus, const char *name, gpointer data)
{
  print_line (data, "pairwardd", "Vanished", _("is not running"), g_variant_new_string (""));
}

static void
on_bus_closed (GDBusConnection *bus, gboolean by_remote, GError *error, gpointer loop)
{
  g_main_loop_quit (loop);
}

PrwExit
prw_verb_monitor (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  PrwExit status;
  guint ids[3], watch;

  if (!prw_verbs_parse (&argc, &argv, NULL, 0, 0, &status))
    return status;
  if (!prw_client_connect (client, &error))
    return prw_client_fail (client, error);

  g_auto (Monitor) self = {
    .client = client,
    .loop = loop,
    .peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref),
    .nothing = g_variant_ref_sink (g_variant_new ("a{sv}", NULL)),
  };

  ids[0] = g_dbus_connection_signal_subscribe (client->bus, PRW_BUS_NAME, PRW_PEER_IFACE, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                               on_peer_signal, &self, NULL);
  ids[1] = g_dbus_connection_signal_subscribe (client->bus, PRW_BUS_NAME, PRW_REQUEST_IFACE, "Closed", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                               on_closed, &self, NULL);
  ids[2] = g_dbus_connection_signal_subscribe (client->bus, PRW_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", PRW_ROOT_PATH,
                                               PRW_MANAGER_IFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_manager_changed, &self, NULL);
  watch = g_bus_watch_name_on_connection (client->bus, PRW_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared, on_vanished, &self, NULL);
  prw_client_quit_on_signals (loop);
  g_signal_connect (client->bus, "closed", G_CALLBACK (on_bus_closed), loop);
  g_main_loop_run (loop);
  if (g_dbus_connection_is_closed (client->bus))
    {
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "");
      return prw_client_fail (client, error);
    }
  g_bus_unwatch_name (watch);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_dbus_connection_signal_unsubscribe (client->bus, ids[i]);
  return PRW_EXIT_DONE;
}
