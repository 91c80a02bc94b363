/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/client.h"

#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "cli/output.h"
#include "cli/polkit.h"
#include "policy/address.h"

void
prw_client_clear (PrwClient *self)
{
  g_clear_object (&self->bus);
  prw_polkit_close_agent ();
}

gboolean
prw_client_connect (PrwClient *self, GError **error)
{
  if (self->bus != NULL)
    return TRUE;
  self->bus = g_bus_get_sync (self->session ? G_BUS_TYPE_SESSION : G_BUS_TYPE_SYSTEM, NULL, error);
  self->unreachable = self->bus == NULL;
  if (self->unreachable)
    return FALSE;
  /* A bus that goes is an error to tell, not a signal to die of; a reader of our output that goes is (GLib ignores it). */
  g_dbus_connection_set_exit_on_close (self->bus, FALSE);
  signal (SIGPIPE, SIG_DFL);
  return TRUE;
}

/* A user's own daemon asks nobody, nor does one that was built without it. */
static gboolean
asks_polkit (PrwClient *self)
{
#ifdef HAVE_POLKIT
  return !self->session;
#else
  return FALSE;
#endif
}

void
prw_client_prepare (PrwClient *self)
{
  if (!self->json && asks_polkit (self))
    prw_polkit_open_agent ();
}

void
prw_client_authorize (PrwClient *self, const char *action)
{
  prw_client_prepare (self);
  if (asks_polkit (self) && geteuid () != 0 && prw_polkit_ask (self->bus, action, FALSE) == PRW_POLKIT_PASSWORD)
    prw_polkit_ask (self->bus, action, TRUE);
}

GVariant *
prw_client_call (PrwClient *self, const char *path, const char *interface, const char *method, GVariant *parameters,
                 const char *reply_type, int timeout, GError **error)
{
  return prw_client_call_owner (self, PRW_BUS_NAME, path, interface, method, parameters, reply_type, timeout, error);
}

GVariant *
prw_client_call_owner (PrwClient *self, const char *owner, const char *path, const char *interface, const char *method, GVariant *parameters,
                       const char *reply_type, int timeout, GError **error)
{
  g_autoptr (GVariant) owned = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;

  if (!prw_client_connect (self, error))
    return NULL;
  if (timeout == PRW_AUTHORIZED_TIMEOUT)
    prw_client_prepare (self);
  return g_dbus_connection_call_sync (self->bus, owner, path, interface, method, owned,
                                      reply_type != NULL ? G_VARIANT_TYPE (reply_type) : NULL,
                                      G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, timeout, NULL, error);
}

char *
prw_client_get_owner (PrwClient *self, GError **error)
{
  /* It is started where it is not there. */
  g_autoptr (GVariant) ping = prw_client_call (self, PRW_ROOT_PATH, "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, PRW_CALL_TIMEOUT, error);
  g_autoptr (GVariant) reply = NULL;
  char *owner = NULL;

  if (ping == NULL)
    return NULL;
  reply = g_dbus_connection_call_sync (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
                                       g_variant_new ("(s)", PRW_BUS_NAME), G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, PRW_CALL_TIMEOUT, NULL,
                                       error);
  if (reply != NULL)
    g_variant_get (reply, "(s)", &owner);
  return owner;
}

GVariant *
prw_client_get_all (PrwClient *self, const char *path, const char *interface, GError **error)
{
  g_autoptr (GVariant) reply = prw_client_call (self, path, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", interface),
                                                "(a{sv})", PRW_CALL_TIMEOUT, error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

gboolean
prw_client_set (PrwClient *self, const char *path, const char *interface, const char *property, GVariant *value, GError **error)
{
  g_autoptr (GVariant) reply = prw_client_call (self, path, "org.freedesktop.DBus.Properties", "Set",
                                                g_variant_new ("(ssv)", interface, property, value), NULL, PRW_AUTHORIZED_TIMEOUT, error);

  return reply != NULL;
}

GHashTable *
prw_client_get_objects (PrwClient *self, const char *interface, GError **error)
{
  g_autoptr (GVariant) reply = prw_client_call (self, PRW_ROOT_PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
                                                "(a{oa{sa{sv}}})", PRW_CALL_TIMEOUT, error);
  g_autoptr (GVariantIter) objects = NULL;
  GHashTable *found;
  const char *path;
  GVariant *interfaces;

  if (reply == NULL)
    return NULL;
  found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  g_variant_get (reply, "(a{oa{sa{sv}}})", &objects);
  while (g_variant_iter_loop (objects, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      GVariant *properties = g_variant_lookup_value (interfaces, interface, G_VARIANT_TYPE_VARDICT);

      if (properties != NULL)
        g_hash_table_insert (found, g_strdup (path), properties);
    }
  return found;
}

/* The peer whose name is @text, or none: an error that says which there are when several have it. */
static char *
find_by_name (PrwClient *self, const char *text, GError **error)
{
  g_autoptr (GHashTable) peers = prw_client_get_objects (self, PRW_PEER_IFACE, error);
  g_autoptr (GString) candidates = g_string_new (NULL);
  g_autofree char *found = NULL;
  GHashTableIter iter;
  gpointer key, value;
  guint n = 0;

  if (peers == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, peers);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *name = "", *address = "";

      g_variant_lookup (value, "Name", "&s", &name);
      g_variant_lookup (value, "Address", "&s", &address);
      if (*text == '\0' || g_strcmp0 (name, text) != 0)
        continue; /* nothing is no name, though peers without one have it: a script's variable may be empty */
      g_string_append_printf (candidates, "%s%s", n++ > 0 ? ", " : "", address);
      g_free (found);
      found = g_strdup (key);
    }
  if (n == 1)
    return g_steal_pointer (&found);
  if (n > 1)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("several peers are called \"%s\": %s; name one by its address"), text,
                 candidates->str);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("there is no peer called \"%s\"; \"pairwardctl list\" shows those there are"), text);
  return NULL;
}

char *
prw_client_resolve_peer (PrwClient *self, const char *text, GError **error)
{
  char address[PRW_ADDRESS_LEN + 1];
  g_autofree char *adapter = NULL;
  g_autoptr (GVariant) reply = NULL;
  char *path;

  if (g_str_has_prefix (text, PRW_ROOT_PATH "/") && g_variant_is_object_path (text))
    {
      if (!prw_address_from_path (text, address))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("%s is not the path of a peer (/org/pairward/hciN/dev_...)"), text);
          return NULL;
        }
      adapter = prw_adapter_from_path (text);
    }
  else if (!prw_address_normalize (text, address))
    return find_by_name (self, text, error);
  reply = prw_client_call (self, PRW_ROOT_PATH, PRW_MANAGER_IFACE, "GetPeer", g_variant_new ("(ss)", adapter != NULL ? adapter : "", address),
                           "(o)", PRW_CALL_TIMEOUT, error);
  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(o)", &path);
  return path;
}

/* The bus was to start the daemon, and could not: it died, took too long, or systemd has no such unit, or a masked one. */
static gboolean
did_not_start (const char *remote)
{
  return remote != NULL && (g_str_has_prefix (remote, "org.freedesktop.DBus.Error.Spawn.") || g_str_has_prefix (remote, "org.freedesktop.systemd1.") ||
                            g_str_equal (remote, "org.freedesktop.DBus.Error.TimedOut"));
}

static PrwExit
exit_of (const GError *error, const char *remote)
{
  static const char *const missing[] = { "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
                                         "org.freedesktop.DBus.Error.FileNotFound", "org.freedesktop.DBus.Error.Disconnected",
                                         /* dbus-daemon's, for a callee that left without a reply */
                                         "org.freedesktop.DBus.Error.NoReply", NULL };

  if (did_not_start (remote) || (remote != NULL && g_strv_contains (missing, remote)))
    return PRW_EXIT_NO_DAEMON;
  if (g_strcmp0 (remote, "org.pairward.Error.Timeout") == 0 || g_strcmp0 (remote, "org.freedesktop.DBus.Error.Timeout") == 0 ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return PRW_EXIT_TIMEOUT;
  if (remote == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    return PRW_EXIT_USAGE;
  return PRW_EXIT_FAILED;
}

/* What to do about an error, where its message alone does not say. */
static const char *
advice (const char *remote, gboolean session)
{
  static const struct { const char *error, *words; } table[] = {
    { "org.pairward.Error.NotReady", N_("\"sudo systemctl start bluetooth\" starts bluetoothd, \"bluetoothctl power on\" turns the controller on") },
    { "org.pairward.Error.NotFound", N_("\"pairwardctl list\" shows the bonds") },
    { "org.pairward.Error.ConnectionFailed", N_("is it on, near, and ready to be connected?") },
    { "org.pairward.Error.AuthenticationFailed", N_("when the other side lost its key, \"pairwardctl pair PEER --force\" makes a new bond") },
    { "org.pairward.Error.Rejected", N_("\"pairwardctl explain PEER\" says what would be decided, and why") },
  };

  /* The bus; the daemon's own NotAuthorized says what to do. */
  if (g_strcmp0 (remote, "org.freedesktop.DBus.Error.AccessDenied") == 0)
    return session ? NULL : _("the message bus does not let this user talk to pairwardd: run it with sudo, or ask the administrator");
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (remote, table[i].error) == 0)
      return _(table[i].words);
  return NULL;
}

PrwExit
prw_client_fail (PrwClient *self, const GError *error)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (error);
  g_autoptr (GError) plain = g_error_copy (error);
  g_autofree char *text = NULL;
  gboolean bus_went = self->bus != NULL && g_dbus_connection_is_closed (self->bus);
  PrwExit status = self->unreachable || bus_went ? PRW_EXIT_NO_DAEMON : exit_of (error, remote);

  g_dbus_error_strip_remote_error (plain);
  text = prw_output_printable (plain->message);
  if (self->unreachable)
    g_printerr (_("pairwardctl: the message bus cannot be reached: %s\n"), text);
  else if (bus_went)
    g_printerr ("pairwardctl: %s\n", _("the message bus went away"));
  else if (did_not_start (remote))
    g_printerr (_("pairwardctl: pairwardd could not be started: %s\n  its log says why; systemd shows it with \"%s\"\n"), text,
                self->session ? "journalctl --user --unit=pairward-session" : "sudo journalctl --unit=pairwardd");
  else if (status == PRW_EXIT_NO_DAEMON)
    g_printerr (self->session ? _("pairwardctl: pairwardd is not running on the session bus; start it with \"pairwardd --session\"\n")
                              : _("pairwardctl: pairwardd is not running, and the message bus does not start it; run pairwardd as root\n"));
  else if (remote == NULL && status == PRW_EXIT_TIMEOUT)
    g_printerr ("pairwardctl: %s\n", _("pairwardd did not answer in time"));
  else
    g_printerr ("pairwardctl: %s\n", *text != '\0' ? text : _("it failed, and nobody says why"));
  if (status != PRW_EXIT_NO_DAEMON && advice (remote, self->session) != NULL)
    g_printerr ("  %s\n", advice (remote, self->session));
  return status;
}

PrwExit
prw_client_usage (const char *format, ...)
{
  g_autofree char *message = NULL, *text = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  text = prw_output_printable (message); /* scripts give words that are not theirs */
  g_printerr ("pairwardctl: %s\n", text);
  g_printerr ("%s\n", _("Try \"pairwardctl help\"."));
  return PRW_EXIT_USAGE;
}

static gboolean
on_signal (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

void
prw_client_quit_on_signals (GMainLoop *loop)
{
  g_unix_signal_add (SIGINT, on_signal, loop);
  g_unix_signal_add (SIGTERM, on_signal, loop);
}
