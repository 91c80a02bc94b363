/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/daemon.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "bluez/host.h"
#include "bluez/main-conf.h"
#include "boards/watch.h"
#include "config/settings.h"
#include "control/control.h"
#include "core/engine.h"
#include "daemon/authority.h"
#include "daemon/boards.h"
#include "kernel/link.h"
#include "kernel/privileges.h"
#include "kernel/storage.h"

#define BUS_NAME "org.pairward"
#define SYSTEM_HAS_ONE N_("the system's pairwardd is running; pairwardctl talks to it without --session")

typedef struct
{
  const PrwDaemonOptions *options;
  GMainLoop *loop;
  GDBusConnection *system_bus, *control_bus;
  PrwKernel *kernel;
  GError *no_link;     /* (nullable): why there is no kernel link */
  GPtrArray *stored;   /* (nullable): of PrwStoredBond: what only root may read */
  gboolean stays_root; /* the user to become is not there */
  PrwBluezHost *host;
  PrwEngine *engine;
  PrwBoards *boards;
  PrwGate *gate;
  PrwControl *control;
  guint name_id, system_id;
  gboolean stopping;
  GError *error;
} Daemon;

/* Whether some device's bond is not to be replaced. */
static gboolean
guards_bonds (const PrwPolicy *policy)
{
  guint bits = prw_policy_get_floor (policy) | prw_policy_get_peer_defaults (policy)->reject_pairing_requests;

  for (guint i = 0; i < prw_policy_get_n_rules (policy); i++)
    bits |= prw_policy_get_rule (policy, i)->pairing_policy;
  return (bits & PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS) != 0;
}

static PrwSettings *
load_settings (Daemon *self, GError **error)
{
  const PrwConfigSource source = { .file = self->options->config_file, .session = self->options->session };
  g_autoptr (GPtrArray) warnings = NULL;
  PrwSettings *settings = prw_config_load (&source, &warnings, error);

  /* Files with codes in them are not for everybody, and this may be root no longer. */
  if (settings == NULL && g_error_matches (*error, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_DENIED))
    {
      const struct passwd *user = getpwuid (geteuid ());
      g_autofree char *said = g_strdup ((*error)->message);

      g_clear_error (error);
      g_set_error (error, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_DENIED,
                   _("%s; pairwardd reads it as the user %s: let that user's group read it (chgrp, chmod g+r)"), said,
                   user != NULL ? user->pw_name : "?");
    }
  for (guint i = 0; settings != NULL && i < warnings->len; i++)
    g_warning ("%s", (const char *) warnings->pdata[i]);
  /* A key that was replaced cannot be restored: it can only be told afterwards. */
  if (settings != NULL && guards_bonds (settings->policy) && prw_bluez_repairs_unasked (PRW_BLUEZ_MAIN_CONF))
    g_warning ("%s: JustWorksRepairing=always lets bonded devices replace their keys without asking, whatever PairingPolicy= says; "
               "set it to confirm", PRW_BLUEZ_MAIN_CONF);
  return settings;
}

static gboolean
reload (gpointer data, GError **error)
{
  Daemon *self = data;
  g_autoptr (PrwSettings) settings = load_settings (self, error);

  if (settings == NULL)
    return FALSE;
  prw_engine_set_settings (self->engine, settings);
  g_message ("settings read again");
  return TRUE;
}

static gboolean
on_sighup (gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!reload (data, &error))
    g_warning ("the old settings stay: %s", error->message);
  return G_SOURCE_CONTINUE;
}

static void
on_host_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Daemon *self = data;

  prw_bluez_host_stop_finish (PRW_BLUEZ_HOST (source), result, NULL);
  g_main_loop_quit (self->loop);
}

/* Open questions are rejected before the agent goes: bluetoothd gets each answer. */
static void
stop (Daemon *self)
{
  if (self->stopping)
    return;
  self->stopping = TRUE;
  prw_engine_shutdown (self->engine);
  prw_bluez_host_stop_async (self->host, on_host_stopped, self);
}

static gboolean
on_terminated (gpointer data)
{
  stop (data);
  return G_SOURCE_CONTINUE;
}

static void
fail (Daemon *self, const char *message)
{
  if (self->error == NULL)
    self->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, message);
  stop (self);
}

static void
on_name_acquired (GDBusConnection *connection, const char *name, gpointer data)
{
  g_message ("ready");
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer data)
{
  Daemon *self = data;

  if (!self->stopping)
    fail (self, _("the bus name org.pairward is taken, or may not be owned by this user; is pairwardd running already?"));
}

/* The name comes last: whoever had the bus start us sees the adapters and bonds there are. */
static void
on_host_settled (GObject *source, GAsyncResult *result, gpointer data)
{
  Daemon *self = data;

  prw_host_call_finish (PRW_HOST (source), result, NULL);
  if (!self->stopping)
    self->name_id = g_bus_own_name_on_connection (self->control_bus, BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, on_name_acquired,
                                                  on_name_lost, self, NULL);
}

/* The system's came later. One of the two is not the default agent, and both would switch Pairable to and fro: a user's own goes. */
static void
on_system_daemon (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  Daemon *self = data;

  if (!self->stopping)
    fail (self, _(SYSTEM_HAS_ONE));
}

static void
on_bus_closed (GDBusConnection *connection, gboolean by_remote, GError *error, gpointer data)
{
  fail (data, _("the message bus went away"));
}

/* Whoever reads KernelLink has been told by now. */
static void
on_kernel_lost (PrwKernel *kernel, const char *reason, gpointer data)
{
  g_autofree char *message = g_strdup_printf (_("%s; the rights to open it again are given up, so start pairwardd again"), reason);

  fail (data, message);
}

/*
 * What takes rights comes before they are given up, and nothing that listens to others before that is done; a bus brings
 * a second thread, too.
 */
static gboolean
use_rights (Daemon *self, const char *state, GError **error)
{
  PrwKernelLink *link = self->options->kernel_link ? prw_kernel_link_open (&self->no_link) : NULL;

  self->kernel = link != NULL ? PRW_KERNEL (link) : prw_null_kernel_new ();
  if (link != NULL && !self->options->session)
    self->stored = prw_kernel_storage_read (PRW_KERNEL_STORAGE);
  return self->options->session || prw_privileges_drop (PRW_USER, state, &self->stays_root, error);
}

/* Not before the start has succeeded: one that fails says why, and nothing else. */
static void
say_what_is_missing (Daemon *self)
{
  if (self->no_link != NULL)
    g_message ("no kernel link, so levels and roles are what D-Bus tells of them: %s", self->no_link->message);
  if (self->stays_root)
    g_message ("there is no user " PRW_USER ", so this is root, without any capability; make the user with: "
               "useradd --system --no-create-home --shell /usr/sbin/nologin " PRW_USER);
}

static void
learn_bonds (Daemon *self)
{
  for (guint i = 0; self->stored != NULL && i < self->stored->len; i++)
    {
      const PrwStoredBond *stored = self->stored->pdata[i];

      prw_engine_learn_bond (self->engine, stored->adapter_address, stored->address, &stored->bond);
    }
  g_clear_pointer (&self->stored, g_ptr_array_unref);
}

static gboolean
name_is_owned (GDBusConnection *bus)
{
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                                 g_variant_new ("(s)", BUS_NAME), G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, 5000, NULL, NULL);
  gboolean owned = FALSE;

  if (reply != NULL)
    g_variant_get (reply, "(b)", &owned);
  return owned;
}

/*
 * Steps back where another pairwardd is there, a user's own from the system's too: before bluetoothd is asked for
 * anything, since there is one default agent for all and taking its place cannot be undone.
 */
static gboolean
connect_buses (Daemon *self, GError **error)
{
  self->system_bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (self->system_bus == NULL)
    {
      g_prefix_error (error, "%s: ", _("the system bus cannot be reached"));
      return FALSE;
    }
  if (!self->options->session)
    self->control_bus = g_object_ref (self->system_bus);
  else if (name_is_owned (self->system_bus))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _(SYSTEM_HAS_ONE));
      return FALSE;
    }
  else
    self->control_bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  if (self->control_bus == NULL)
    {
      g_prefix_error (error, "%s: ", _("the session bus cannot be reached"));
      return FALSE;
    }
  if (name_is_owned (self->control_bus))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("pairwardd is running already: the bus name org.pairward is taken"));
      return FALSE;
    }
  return TRUE;
}

/* Not where one bus is both: the name there is ours. */
static void
follow_system_daemon (Daemon *self)
{
  if (g_strcmp0 (g_dbus_connection_get_guid (self->control_bus), g_dbus_connection_get_guid (self->system_bus)) != 0)
    self->system_id = g_bus_watch_name_on_connection (self->system_bus, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_system_daemon, NULL, self, NULL);
}

static void
watch_bus (Daemon *self, GDBusConnection *bus)
{
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  g_signal_connect (bus, "closed", G_CALLBACK (on_bus_closed), self);
}

/* systemd names it; without systemd it is what was configured, or the user's own. */
static char *
state_dir (Daemon *self)
{
  const char *given = g_getenv ("STATE_DIRECTORY");

  if (given != NULL && *given != '\0')
    return g_strdup (given);
  return self->options->session ? g_build_filename (g_get_user_state_dir (), "pairward", NULL) : g_strdup (PRW_STATEDIR);
}

static void
on_boards_changed (PrwBoards *boards, gpointer data)
{
  Daemon *self = data;

  prw_controllers_set_boards (prw_engine_get_controllers (self->engine), prw_board_infos (prw_boards_get (boards), "/sys"));
}

/* Where pairward-attach tells of the boards it has attached; systemd names the folder above it. */
static void
follow_boards (Daemon *self)
{
  const char *given = g_getenv ("RUNTIME_DIRECTORY");
  g_autofree char *dir = given != NULL && *given != '\0' ? g_build_filename (given, "boards", NULL) : g_strdup (PRW_BOARDS_DIR);

  self->boards = prw_boards_new (dir);
  g_signal_connect (self->boards, "changed", G_CALLBACK (on_boards_changed), self);
  on_boards_changed (self->boards, self);
}

static gboolean
build (Daemon *self, GError **error)
{
  g_autoptr (PrwSettings) settings = load_settings (self, error);
  g_autoptr (PrwClock) clock = prw_system_clock_new ();
  g_autoptr (PrwAuthority) authority = NULL;
  g_autofree char *state = state_dir (self);

  if (settings == NULL || !use_rights (self, state, error) || !connect_buses (self, error))
    return FALSE;
  watch_bus (self, self->system_bus);
  if (self->control_bus != self->system_bus)
    watch_bus (self, self->control_bus);
  self->host = PRW_BLUEZ_HOST (prw_bluez_host_new (self->system_bus));
  self->engine = prw_engine_new (settings, PRW_HOST (self->host), self->kernel, clock, state);
  learn_bonds (self);
  follow_boards (self);
  authority = self->options->session ? prw_trusting_authority_new () : prw_daemon_authority_new (self->control_bus);
  self->gate = prw_gate_new (authority);
  self->control = prw_control_new (self->engine, self->control_bus, self->gate, reload, self);
  if (!prw_control_export (self->control, error))
    return FALSE;
  say_what_is_missing (self);
  g_signal_connect (self->kernel, "lost", G_CALLBACK (on_kernel_lost), self);
  if (PRW_IS_KERNEL_LINK (self->kernel))
    prw_kernel_link_start (PRW_KERNEL_LINK (self->kernel));
  return TRUE;
}

/* Nothing has been done yet, and the bus may keep us waiting for as long as it likes. */
static G_NORETURN void
on_terminated_early (int number)
{
  _exit (0);
}

static void
run (Daemon *self)
{
  const guint sources[] = { g_unix_signal_add (SIGTERM, on_terminated, self), g_unix_signal_add (SIGINT, on_terminated, self),
                            g_unix_signal_add (SIGHUP, on_sighup, self) };

  prw_bluez_host_start (self->host);
  prw_host_settle_async (PRW_HOST (self->host), on_host_settled, self);
  follow_system_daemon (self);
  g_main_loop_run (self->loop);
  g_clear_handle_id (&self->system_id, g_bus_unwatch_name);
  prw_gate_close (self->gate);
  g_clear_handle_id (&self->name_id, g_bus_unown_name);
  g_dbus_connection_flush_sync (self->control_bus, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
}

gboolean
prw_daemon_run (const PrwDaemonOptions *options, GError **error)
{
  Daemon self = { .options = options, .loop = g_main_loop_new (NULL, FALSE) };

  /* GLib's own handling of signals brings a thread, and rights can only be given up while there is one. The settings are
   * being read just now. */
  signal (SIGHUP, SIG_IGN);
  signal (SIGTERM, on_terminated_early);
  signal (SIGINT, on_terminated_early);
  if (build (&self, &self.error))
    run (&self);
  if (self.kernel != NULL)
    g_signal_handlers_disconnect_by_data (self.kernel, &self);
  if (self.system_bus != NULL)
    g_signal_handlers_disconnect_by_data (self.system_bus, &self);
  if (self.control_bus != NULL)
    g_signal_handlers_disconnect_by_data (self.control_bus, &self);
  g_clear_object (&self.boards);
  g_clear_object (&self.control);
  g_clear_object (&self.gate);
  g_clear_object (&self.engine);
  g_clear_object (&self.host);
  g_clear_object (&self.kernel);
  g_clear_error (&self.no_link);
  g_clear_object (&self.control_bus);
  g_clear_object (&self.system_bus);
  g_main_loop_unref (self.loop);
  if (self.error == NULL)
    return TRUE;
  g_propagate_error (error, self.error);
  return FALSE;
}
