/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/errors.h"

#include <glib/gi18n.h>
#include "control/objects.h"
#include "core/error.h"
#include "policy/address.h"

/* Peers one handler may name: each is looked through for every question. */
#define MAX_HANDLER_PEERS 256
/* Facts of one question to Explain: more than there are. */
#define MAX_FACTS 64

struct _PrwManagerObject
{
  PrwEngine *engine;
  PrwGate *gate;
  PrwClients *clients; /* (unowned) */
  PrwDbusManager1 *skeleton;
  PrwControlReloadFunc reload;
  gpointer reload_data;
};

static void
sync_requests (PrwManagerObject *self)
{
  g_autoptr (GPtrArray) open = prw_broker_get_open (prw_engine_get_broker (self->engine));
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < open->len; i++)
    {
      g_autofree char *path = prw_request_object_path (open->pdata[i]);

      g_strv_builder_add (paths, path);
    }
  list = g_strv_builder_end (paths);
  prw_dbus_manager1_set_requests (self->skeleton, (const char *const *) list);
}

static void
sync_engine (PrwManagerObject *self)
{
  PrwEngine *e = self->engine;
  const char *effective = prw_io_capability_to_string (prw_engine_get_effective_capability (e));

  prw_dbus_manager1_set_agent_state (self->skeleton, prw_agent_state_to_string (prw_host_get_agent_state (prw_engine_get_host (e))));
  prw_dbus_manager1_set_effective_capability (self->skeleton, effective);
  prw_dbus_manager1_set_agent_capability (self->skeleton, prw_engine_get_auto_capability (e) ? "auto" : effective);
  prw_dbus_manager1_set_pairing_policy (self->skeleton, prw_engine_get_floor (e));
}

static void
sync_window (PrwManagerObject *self)
{
  prw_dbus_manager1_set_pairing_window_until (self->skeleton, prw_window_get_until (prw_engine_get_window (self->engine)));
}

static void
sync_handlers (PrwManagerObject *self)
{
  prw_dbus_manager1_set_handlers (self->skeleton, prw_handlers_get_count (prw_engine_get_handlers (self->engine)));
}

/* Only as we would write it: paths are compared as text. */
static gboolean
is_peer_path (const char *path)
{
  char address[PRW_ADDRESS_LEN + 1];
  g_autofree char *adapter = prw_adapter_from_path (path), *normal = NULL;

  if (adapter == NULL || !prw_address_from_path (path, address))
    return FALSE;
  normal = g_strdup_printf ("/org/pairward/%s/dev_%s", adapter, g_strdelimit (address, ":", '_'));
  return g_str_equal (path, normal);
}

static gboolean
parse_events (const char *const *names, guint *events, GError **error)
{
  g_autoptr (GError) problem = NULL;

  *events = 0;
  for (guint i = 0; names[i] != NULL; i++)
    {
      PrwEvent event;

      if (!prw_event_from_string (names[i], &event, &problem))
        {
          g_set_error_literal (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, problem->message);
          return FALSE;
        }
      *events |= event;
    }
  if (*events == 0)
    g_set_error_literal (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, _("a handler must listen for at least one event"));
  return *events != 0;
}

static gboolean
check_peers (const char *const *peers, GError **error)
{
  if (g_strv_length ((char **) peers) > MAX_HANDLER_PEERS)
    {
      g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS,
                   ngettext ("a handler may name %d peer; an empty list means all",
                             "a handler may name %d peers; an empty list means all", MAX_HANDLER_PEERS),
                   MAX_HANDLER_PEERS);
      return FALSE;
    }
  for (guint i = 0; peers[i] != NULL; i++)
    if (!is_peer_path (peers[i]))
      {
        g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, _("\"%s\" is not the path of a peer (/org/pairward/hciN/dev_...)"), peers[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
on_register (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, const char *const *names, const char *const *peers,
             PrwManagerObject *self)
{
  g_autoptr (GError) error = NULL;
  guint events;

  if (parse_events (names, &events, &error) && check_peers (peers, &error))
    {
      prw_clients_register_handler (self->clients, g_dbus_method_invocation_get_sender (invocation), events, peers);
      prw_dbus_manager1_complete_register_handler (skeleton, invocation);
    }
  else
    prw_errors_return (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_unregister (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, PrwManagerObject *self)
{
  if (prw_clients_unregister_handler (self->clients, g_dbus_method_invocation_get_sender (invocation)))
    prw_dbus_manager1_complete_unregister_handler (skeleton, invocation);
  else
    prw_errors_return_new (invocation, PRW_ERROR_NOT_FOUND, _("this connection is not registered as a handler"));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static GVariant *
describe_bond (PrwEngine *engine, const PrwDevice *device)
{
  g_autofree char *path = prw_engine_our_path (device->path);
  PrwSecurityManager *peer = prw_engine_find_peer (engine, path);
  GVariantDict dict;
  PrwBond bond;

  prw_engine_get_bond (engine, device, &bond);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Adapter", "s", device->adapter);
  g_variant_dict_insert (&dict, "Address", "s", device->address);
  g_variant_dict_insert (&dict, "AddressType", "s", prw_address_type_to_string (device->address_type));
  g_variant_dict_insert (&dict, "Name", "s", device->name);
  g_variant_dict_insert (&dict, "SecurityLevel", "u", peer != NULL ? (guint) prw_security_manager_get_level (peer) : 0u);
  g_variant_dict_insert (&dict, "Connected", "b", device->connected);
  g_variant_dict_insert (&dict, "DebugKey", "b", bond.debug_key);
  g_variant_dict_insert (&dict, "Trusted", "b", device->trusted);
  g_variant_dict_insert (&dict, "Path", "o", path);
  g_variant_dict_insert (&dict, "BluezDevice", "o", device->path);
  return g_variant_dict_end (&dict);
}

static void
on_bonds_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  GDBusMethodInvocation *invocation = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) bonds = prw_engine_list_bonds_finish (PRW_ENGINE (source), result, &error);
  GVariantBuilder builder;

  if (bonds == NULL)
    {
      prw_errors_return (invocation, error);
      return;
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < bonds->len; i++)
    g_variant_builder_add_value (&builder, describe_bond (PRW_ENGINE (source), bonds->pdata[i]));
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(aa{sv})", &builder));
}

static gboolean
on_list_bonds (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, PrwManagerObject *self)
{
  prw_engine_list_bonds_async (self->engine, on_bonds_listed, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* GetPeer on its way. */
typedef struct
{
  PrwManagerObject *self;
  GDBusMethodInvocation *invocation;
} Hold;

static Hold *
hold_new (PrwManagerObject *self, GDBusMethodInvocation *invocation)
{
  Hold *hold = g_new0 (Hold, 1);

  hold->self = self;
  hold->invocation = invocation;
  return hold;
}

static void
on_held (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Hold *hold = data;
  g_autofree char *caller = g_strdup (g_dbus_method_invocation_get_sender (hold->invocation));
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwSecurityManager) peer = prw_engine_hold_peer_finish (PRW_ENGINE (source), result, &error);

  if (peer != NULL)
    g_dbus_method_invocation_return_value (hold->invocation, g_variant_new ("(o)", prw_security_manager_get_path (peer)));
  else
    prw_errors_return (hold->invocation, error);
  prw_clients_take_hold (hold->self->clients, caller, g_steal_pointer (&peer));
}

static void
hold_peer (PrwManagerObject *self, GDBusMethodInvocation *invocation)
{
  g_autoptr (GError) error = NULL;
  const char *adapter, *address;

  g_variant_get (g_dbus_method_invocation_get_parameters (invocation), "(&s&s)", &adapter, &address);
  if (prw_clients_reserve (self->clients, g_dbus_method_invocation_get_sender (invocation), &error))
    prw_engine_hold_peer_async (self->engine, adapter, address, on_held, hold_new (self, invocation));
  else
    prw_errors_return (invocation, error);
}

static void
on_may_hold_more (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Hold *hold = data;

  if (prw_authority_check_finish (PRW_AUTHORITY (source), result, NULL))
    hold_peer (hold->self, hold->invocation);
  else
    prw_errors_return_new (hold->invocation, PRW_ERROR_FAILED, _("as many peers are held as can be, unless by who may pair; try again later"));
}

static gboolean
on_get_peer (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, const char *adapter, const char *address, PrwManagerObject *self)
{
  if (prw_clients_is_full (self->clients))
    prw_authority_check_async (prw_gate_get_authority (self->gate), g_dbus_method_invocation_get_sender (invocation), PRW_RIGHT_PAIR, FALSE,
                               on_may_hold_more, hold_new (self, invocation));
  else
    hold_peer (self, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_open_window (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, guint seconds, PrwManagerObject *self)
{
  g_autoptr (GError) error = NULL;

  if (prw_window_open (prw_engine_get_window (self->engine), seconds, &error))
    prw_dbus_manager1_complete_open_pairing_window (skeleton, invocation);
  else
    prw_errors_return (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_close_window (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, PrwManagerObject *self)
{
  prw_window_close (prw_engine_get_window (self->engine));
  prw_dbus_manager1_complete_close_pairing_window (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* The text of a fact's value, as the command line would give it. */
static char *
fact_text (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) || g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "yes" : "no");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **list = g_variant_get_strv (value, NULL);

      return g_strjoinv (";", (char **) list);
    }
  return g_variant_print (value, FALSE);
}

static void
on_explained (GObject *source, GAsyncResult *result, gpointer data)
{
  GDBusMethodInvocation *invocation = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *verdict = NULL, *rule = NULL, *reason = NULL;

  if (prw_engine_explain_finish (PRW_ENGINE (source), result, &verdict, &rule, &reason, &error))
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(sss)", verdict, rule, reason));
  else
    prw_errors_return (invocation, error);
}

/* FALSE with NotFound when @path names no peer; "/" is none and fine. */
static gboolean
lookup_peer (PrwManagerObject *self, const char *path, PrwSecurityManager **peer, GError **error)
{
  *peer = g_str_equal (path, "/") ? NULL : prw_engine_find_peer (self->engine, path);
  if (*peer != NULL || g_str_equal (path, "/"))
    return TRUE;
  g_set_error (error, PRW_ERROR, PRW_ERROR_NOT_FOUND, _("there is no peer at %s; GetPeer makes one"), path);
  return FALSE;
}

static gboolean
on_explain (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, const char *path, GVariant *facts, PrwManagerObject *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new (), values = g_strv_builder_new ();
  g_auto (GStrv) name_list = NULL, value_list = NULL;
  g_autoptr (GError) error = NULL;
  PrwSecurityManager *peer;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (g_variant_n_children (facts) > MAX_FACTS)
    g_set_error (&error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, ngettext ("%d fact at the most", "%d facts at the most", MAX_FACTS), MAX_FACTS);
  if (error != NULL || !lookup_peer (self, path, &peer, &error))
    {
      prw_errors_return (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = fact_text (value);

      g_strv_builder_add (names, name);
      g_strv_builder_add (values, text);
    }
  name_list = g_strv_builder_end (names);
  value_list = g_strv_builder_end (values);
  prw_engine_explain_async (self->engine, peer, (const char *const *) name_list, (const char *const *) value_list, on_explained, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_clear_lockout (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, const char *path, PrwManagerObject *self)
{
  g_autoptr (GError) error = NULL;
  PrwSecurityManager *peer;

  if (lookup_peer (self, path, &peer, &error))
    {
      prw_engine_clear_lockout (self->engine, peer);
      prw_dbus_manager1_complete_clear_lockout (skeleton, invocation);
    }
  else
    prw_errors_return (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_reload (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, PrwManagerObject *self)
{
  g_autoptr (GError) error = NULL;

  if (self->reload (self->reload_data, &error))
    prw_dbus_manager1_complete_reload (skeleton, invocation);
  else
    prw_errors_return (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
write_policy (PrwManagerObject *self, guint number, GError **error)
{
  g_autoptr (GError) problem = NULL;
  PrwPairingPolicy policy;

  if (prw_pairing_policy_from_number (number, &policy, &problem))
    {
      prw_engine_set_floor (self->engine, policy);
      return TRUE;
    }
  g_set_error_literal (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, problem->message);
  return FALSE;
}

static gboolean
write_capability (PrwManagerObject *self, const char *text, GError **error)
{
  g_autoptr (GError) problem = NULL;
  PrwIoCapability capability = PRW_IO_CAPABILITY_NONE;
  gboolean automatic = g_ascii_strcasecmp (text, "auto") == 0;

  if (automatic || prw_io_capability_from_string (text, &capability, &problem))
    {
      prw_engine_set_capability (self->engine, automatic, capability);
      return TRUE;
    }
  g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, _("%s; or \"auto\""), problem->message);
  return FALSE;
}

static void
on_write (GDBusMethodInvocation *invocation, const char *property, GVariant *value, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (g_str_equal (property, "PairingPolicy"))
    write_policy (data, g_variant_get_uint32 (value), &error);
  else
    write_capability (data, g_variant_get_string (value, NULL), &error);
  prw_errors_return_outcome (invocation, error);
}

/* Before the daemon ends for it. */
static void
on_kernel_lost (PrwManagerObject *self)
{
  prw_dbus_manager1_set_kernel_link (self->skeleton, FALSE);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->skeleton));
}

static void
connect_methods (PrwManagerObject *self)
{
  g_signal_connect (self->skeleton, "handle-register-handler", G_CALLBACK (on_register), self);
  g_signal_connect (self->skeleton, "handle-unregister-handler", G_CALLBACK (on_unregister), self);
  g_signal_connect (self->skeleton, "handle-list-bonds", G_CALLBACK (on_list_bonds), self);
  g_signal_connect (self->skeleton, "handle-get-peer", G_CALLBACK (on_get_peer), self);
  g_signal_connect (self->skeleton, "handle-open-pairing-window", G_CALLBACK (on_open_window), self);
  g_signal_connect (self->skeleton, "handle-close-pairing-window", G_CALLBACK (on_close_window), self);
  g_signal_connect (self->skeleton, "handle-explain", G_CALLBACK (on_explain), self);
  g_signal_connect (self->skeleton, "handle-clear-lockout", G_CALLBACK (on_clear_lockout), self);
  g_signal_connect (self->skeleton, "handle-reload", G_CALLBACK (on_reload), self);
}

PrwManagerObject *
prw_manager_object_new (PrwEngine *engine, GDBusConnection *connection, PrwGate *gate, PrwClients *clients,
                        PrwControlReloadFunc reload, gpointer reload_data, GError **error)
{
  PrwManagerObject *self = g_new0 (PrwManagerObject, 1);

  self->engine = g_object_ref (engine);
  self->gate = g_object_ref (gate);
  self->clients = clients;
  self->reload = reload;
  self->reload_data = reload_data;
  self->skeleton = prw_gate_skeleton_new (gate, prw_gated_manager_get_type (), on_write, self);
  prw_dbus_manager1_set_version (self->skeleton, PACKAGE_VERSION);
  prw_dbus_manager1_set_kernel_link (self->skeleton, prw_kernel_is_linked (prw_engine_get_kernel (engine)));
  sync_engine (self);
  sync_requests (self);
  connect_methods (self);
  g_signal_connect_swapped (engine, "notify", G_CALLBACK (sync_engine), self);
  g_signal_connect_swapped (prw_engine_get_kernel (engine), "lost", G_CALLBACK (on_kernel_lost), self);
  g_signal_connect_swapped (prw_engine_get_window (engine), "notify::until", G_CALLBACK (sync_window), self);
  g_signal_connect_swapped (prw_engine_get_handlers (engine), "changed", G_CALLBACK (sync_handlers), self);
  g_signal_connect_swapped (prw_engine_get_broker (engine), "notify::open-requests", G_CALLBACK (sync_requests), self);
  if (g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection, "/org/pairward", error))
    return self;
  prw_manager_object_free (self);
  return NULL;
}

void
prw_manager_object_free (PrwManagerObject *self)
{
  g_signal_handlers_disconnect_by_data (self->engine, self);
  g_signal_handlers_disconnect_by_data (prw_engine_get_kernel (self->engine), self);
  g_signal_handlers_disconnect_by_data (prw_engine_get_window (self->engine), self);
  g_signal_handlers_disconnect_by_data (prw_engine_get_handlers (self->engine), self);
  g_signal_handlers_disconnect_by_data (prw_engine_get_broker (self->engine), self);
  prw_gate_skeleton_detach (self->skeleton);
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->skeleton)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_object_unref (self->skeleton);
  g_object_unref (self->gate);
  g_object_unref (self->engine);
  g_free (self);
}
