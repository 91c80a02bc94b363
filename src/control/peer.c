/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/errors.h"
#include "control/oob.h"
#include "control/objects.h"
#include "core/error.h"
#include "policy/policy.h"

struct _PrwPeerObject
{
  GDBusObjectManagerServer *server;
  PrwDeliveries *deliveries; /* (unowned) */
  PrwSecurityManager *manager;
  PrwDbusSecurityManager1 *skeleton;
};

static void
sync_properties (PrwPeerObject *self)
{
  PrwDbusSecurityManager1 *s = self->skeleton;
  const PrwSecurityParameters *p = prw_security_manager_get_parameters (self->manager);
  const PrwDevice *device = prw_security_manager_get_device (self->manager);
  g_autofree char *address_type = NULL, *bluez_device = NULL;
  gboolean previously_bonded, suspect, debug_key, debug_key_bond;
  guint role, step;

  g_object_get (self->manager, "address-type", &address_type, "bluez-device", &bluez_device, "role", &role,
                "is-previously-bonded", &previously_bonded, "bond-suspect", &suspect, "pairing-step", &step,
                "debug-lesc-key", &debug_key, "debug-key-bond", &debug_key_bond, NULL);
  prw_dbus_security_manager1_set_address_type (s, address_type);
  prw_dbus_security_manager1_set_name (s, prw_security_manager_get_name (self->manager));
  prw_dbus_security_manager1_set_icon (s, device != NULL ? device->icon : "");
  prw_dbus_security_manager1_set_bluez_device (s, bluez_device);
  prw_dbus_security_manager1_set_role (s, prw_role_to_string (role));
  prw_dbus_security_manager1_set_is_previously_bonded (s, previously_bonded);
  prw_dbus_security_manager1_set_bonded (s, prw_security_manager_get_bonded (self->manager));
  prw_dbus_security_manager1_set_bond_suspect (s, suspect);
  prw_dbus_security_manager1_set_pairing_in_process (s, prw_security_manager_get_pairing_in_process (self->manager));
  prw_dbus_security_manager1_set_security_level (s, prw_security_manager_get_level (self->manager));
  prw_dbus_security_manager1_set_pairing_step (s, prw_pairing_step_to_string (step));
  prw_dbus_security_manager1_set_debug_lesc_key (s, debug_key);
  prw_dbus_security_manager1_set_debug_key_bond (s, debug_key_bond);
  prw_dbus_security_manager1_set_remembered_services (s, prw_security_manager_get_remembered_services (self->manager));
  prw_dbus_security_manager1_set_passcode_pairing (s, p->passcode_pairing);
  prw_dbus_security_manager1_set_io_capabilities (s, prw_io_capability_to_string (p->io_capabilities));
  prw_dbus_security_manager1_set_bond (s, p->bond);
  prw_dbus_security_manager1_set_out_of_band (s, p->out_of_band);
  prw_dbus_security_manager1_set_reject_pairing_requests (s, p->reject_pairing_requests);
  prw_dbus_security_manager1_set_lesc_pairing (s, p->lesc_pairing);
}

/* Changes of properties are sent from an idle handler: flushed, they arrive before the signal that tells of them. */
static void
flush (PrwPeerObject *self)
{
  sync_properties (self);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->skeleton));
}

static void
on_level_changed (PrwSecurityManager *manager, guint level, PrwPeerObject *self)
{
  flush (self);
  prw_dbus_security_manager1_emit_security_level_changed (self->skeleton, level);
}

static void
on_pairing_complete (PrwSecurityManager *manager, guint status, guint level, guint process, PrwPeerObject *self)
{
  flush (self);
  prw_dbus_security_manager1_emit_pairing_complete (self->skeleton, status, level, process);
}

static void
on_rejected (PrwSecurityManager *manager, guint reason, PrwPeerObject *self)
{
  flush (self);
  prw_dbus_security_manager1_emit_pairing_request_rejected (self->skeleton, reason);
}

/* What is known of the facts that tell who wanted what; under the names that Explain takes. */
static GVariant *
describe_facts (const PrwFacts *facts)
{
  const struct { const char *name, *value; } table[] = {
    { "kind", prw_request_kind_to_string (facts->kind) },
    { "transport", prw_transport_to_string (facts->transport) },
    { "role", prw_role_to_string (facts->role) },
    { "initiator", prw_initiator_to_string (facts->initiator) },
    { "bonded", prw_tristate_to_string (facts->bonded) },
    { "association-model", prw_association_model_to_string (facts->association_model) },
    { "bond", prw_tristate_to_string (facts->asks_bond) },
    { "mitm", prw_tristate_to_string (facts->asks_mitm) },
    { "lesc", prw_tristate_to_string (facts->asks_lesc) },
    { "keypress", prw_tristate_to_string (facts->asks_keypress) },
    { "service", facts->service != NULL ? facts->service : "unknown" },
  };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (!g_str_equal (table[i].value, "unknown"))
      g_variant_dict_insert (&dict, table[i].name, "s", table[i].value);
  return g_variant_dict_end (&dict);
}

static void
on_decided (PrwSecurityManager *manager, const PrwFacts *facts, const PrwDecision *decision, PrwPeerObject *self)
{
  const char *reason = decision->reason != PRW_REJECTED_REASON_NONE ? prw_rejected_reason_to_string (decision->reason) : "";

  flush (self);
  prw_dbus_security_manager1_emit_decided (self->skeleton, prw_verdict_to_string (decision->verdict), decision->decided_by, reason,
                                           decision->why, describe_facts (facts));
}

/* What led to the question is told before it. */
static void
deliver (PrwPeerObject *self, PrwRequest *request, const char *signal, GVariant *parameters)
{
  flush (self);
  prw_deliveries_send (self->deliveries, request, signal, parameters);
}

static void
on_display (PrwSecurityManager *manager, PrwRequest *request, const char *passkey, gboolean match, PrwPeerObject *self)
{
  g_autofree char *path = prw_request_object_path (request);

  deliver (self, request, "PasskeyDisplayRequired", g_variant_new ("(osb)", path, passkey, match));
}

static void
on_entry (PrwSecurityManager *manager, PrwRequest *request, gboolean pin, PrwPeerObject *self)
{
  g_autofree char *path = prw_request_object_path (request);

  deliver (self, request, "PasskeyRequired", g_variant_new ("(os)", path, pin ? "pin" : "passkey"));
}

static void
on_security_request (PrwSecurityManager *manager, PrwRequest *request, gboolean bond, gboolean mitm, gboolean lesc, gboolean keypress,
                     gboolean is_bonded, PrwPeerObject *self)
{
  g_autofree char *path = prw_request_object_path (request);

  deliver (self, request, "PeripheralSecurityRequest", g_variant_new ("(obbbbb)", path, bond, mitm, lesc, keypress, is_bonded));
}

static void
on_authorization (PrwSecurityManager *manager, PrwRequest *request, PrwPeerObject *self)
{
  g_autofree char *path = prw_request_object_path (request);

  deliver (self, request, "PairingAuthorizationRequired", g_variant_new ("(o)", path));
}

static void
on_service (PrwSecurityManager *manager, PrwRequest *request, const char *uuid, PrwPeerObject *self)
{
  g_autofree char *path = prw_request_object_path (request);

  deliver (self, request, "ServiceAuthorizationRequired", g_variant_new ("(os)", path, uuid));
}

static gboolean
parse_parameters (PrwSecurityParameters *parameters, const char *io, guint policy, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (prw_io_capability_from_string (io, &parameters->io_capabilities, &problem) &&
      prw_pairing_policy_from_number (policy, &parameters->reject_pairing_requests, &problem))
    return TRUE;
  g_set_error_literal (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, problem->message);
  return FALSE;
}

static gboolean
on_set_params (PrwDbusSecurityManager1 *skeleton, GDBusMethodInvocation *invocation, gboolean passcode, const char *io, gboolean bond,
               gboolean oob, guint policy, gboolean lesc, PrwPeerObject *self)
{
  PrwSecurityParameters parameters = { .passcode_pairing = passcode, .bond = bond, .out_of_band = oob, .lesc_pairing = lesc };
  g_autoptr (GError) error = NULL;

  if (parse_parameters (&parameters, io, policy, &error))
    {
      prw_security_manager_set_parameters (self->manager, &parameters);
      prw_dbus_security_manager1_complete_set_security_params (skeleton, invocation);
    }
  else
    prw_errors_return (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_write (GDBusMethodInvocation *invocation, const char *property, GVariant *value, gpointer data)
{
  PrwPeerObject *self = data;
  g_autoptr (GError) error = NULL;
  PrwSecurityParameters p = *prw_security_manager_get_parameters (self->manager);
  const char *io = prw_io_capability_to_string (p.io_capabilities);
  guint policy = p.reject_pairing_requests;

  if (g_str_equal (property, "PasscodePairing"))
    p.passcode_pairing = g_variant_get_boolean (value);
  else if (g_str_equal (property, "Bond"))
    p.bond = g_variant_get_boolean (value);
  else if (g_str_equal (property, "OutOfBand"))
    p.out_of_band = g_variant_get_boolean (value);
  else if (g_str_equal (property, "LescPairing"))
    p.lesc_pairing = g_variant_get_boolean (value);
  else if (g_str_equal (property, "IoCapabilities"))
    io = g_variant_get_string (value, NULL);
  else if (g_str_equal (property, "RejectPairingRequests"))
    policy = g_variant_get_uint32 (value);
  if (parse_parameters (&p, io, policy, &error))
    prw_security_manager_set_parameters (self->manager, &p);
  prw_errors_return_outcome (invocation, error);
}

static void
on_pair_done (GObject *source, GAsyncResult *result, gpointer data)
{
  GDBusMethodInvocation *invocation = data;
  g_autoptr (GError) error = NULL;
  PrwPairingResult outcome;

  if (prw_security_manager_pair_finish (PRW_SECURITY_MANAGER (source), result, &outcome, &error))
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(uuu)", outcome.status, outcome.level, outcome.process));
  else
    prw_errors_return (invocation, error);
}

static gboolean
on_pair (PrwDbusSecurityManager1 *skeleton, GDBusMethodInvocation *invocation, gboolean force, PrwPeerObject *self)
{
  prw_security_manager_pair_async (self->manager, force, on_pair_done, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_cancel (PrwDbusSecurityManager1 *skeleton, GDBusMethodInvocation *invocation, PrwPeerObject *self)
{
  g_autoptr (GError) error = NULL;

  if (prw_security_manager_cancel_pairing (self->manager, &error))
    prw_dbus_security_manager1_complete_cancel_pairing (skeleton, invocation);
  else
    prw_errors_return (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer data)
{
  GDBusMethodInvocation *invocation = data;
  g_autoptr (GError) error = NULL;

  if (prw_security_manager_delete_bonding_data_finish (PRW_SECURITY_MANAGER (source), result, &error))
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    prw_errors_return (invocation, error);
}

static gboolean
on_delete (PrwDbusSecurityManager1 *skeleton, GDBusMethodInvocation *invocation, PrwPeerObject *self)
{
  prw_security_manager_delete_bonding_data_async (self->manager, on_deleted, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_forget_service (PrwDbusSecurityManager1 *skeleton, GDBusMethodInvocation *invocation, const char *service, PrwPeerObject *self)
{
  g_autoptr (GError) error = NULL;

  if (prw_security_manager_forget_service (self->manager, service, &error))
    prw_dbus_security_manager1_complete_forget_service (skeleton, invocation);
  else
    prw_errors_return (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_debug_key (PrwDbusSecurityManager1 *skeleton, GDBusMethodInvocation *invocation, gboolean enable, PrwPeerObject *self)
{
  g_autoptr (GError) error = NULL;

  prw_security_manager_use_debug_key (self->manager, enable, &error);
  prw_errors_return_outcome (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_local_oob (GObject *source, GAsyncResult *result, gpointer data)
{
  GDBusMethodInvocation *invocation = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwOobData) oob = prw_security_manager_read_local_oob_finish (PRW_SECURITY_MANAGER (source), result, &error);

  if (oob != NULL)
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(@a{sv})", prw_oob_to_variant (oob)));
  else
    prw_errors_return (invocation, error);
}

static gboolean
on_read_oob (PrwDbusSecurityManager1 *skeleton, GDBusMethodInvocation *invocation, PrwPeerObject *self)
{
  prw_security_manager_read_local_oob_async (self->manager, on_local_oob, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_oob (PrwDbusSecurityManager1 *skeleton, GDBusMethodInvocation *invocation, GVariant *oob_data, PrwPeerObject *self)
{
  g_autoptr (GError) error = NULL;
  PrwOobData *oob = NULL;

  if (prw_oob_from_variant (oob_data, &oob, &error))
    prw_security_manager_set_remote_oob (self->manager, oob, &error);
  prw_errors_return_outcome (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
connect_methods (PrwPeerObject *self)
{
  g_signal_connect (self->skeleton, "handle-set-security-params", G_CALLBACK (on_set_params), self);
  g_signal_connect (self->skeleton, "handle-pair", G_CALLBACK (on_pair), self);
  g_signal_connect (self->skeleton, "handle-cancel-pairing", G_CALLBACK (on_cancel), self);
  g_signal_connect (self->skeleton, "handle-delete-bonding-data", G_CALLBACK (on_delete), self);
  g_signal_connect (self->skeleton, "handle-forget-service", G_CALLBACK (on_forget_service), self);
  g_signal_connect (self->skeleton, "handle-use-debug-lesc-key", G_CALLBACK (on_debug_key), self);
  g_signal_connect (self->skeleton, "handle-read-local-oob-data", G_CALLBACK (on_read_oob), self);
  g_signal_connect (self->skeleton, "handle-set-remote-oob-data", G_CALLBACK (on_set_oob), self);
}

static void
follow_manager (PrwPeerObject *self)
{
  g_signal_connect_swapped (self->manager, "notify", G_CALLBACK (sync_properties), self);
  g_signal_connect_swapped (self->manager, "notify::pairing-step", G_CALLBACK (flush), self); /* each is seen, however short */
  g_signal_connect (self->manager, "security-level-changed", G_CALLBACK (on_level_changed), self);
  g_signal_connect (self->manager, "pairing-complete", G_CALLBACK (on_pairing_complete), self);
  g_signal_connect (self->manager, "pairing-request-rejected", G_CALLBACK (on_rejected), self);
  g_signal_connect (self->manager, "decided", G_CALLBACK (on_decided), self);
  g_signal_connect (self->manager, "passkey-display-required", G_CALLBACK (on_display), self);
  g_signal_connect (self->manager, "passkey-required", G_CALLBACK (on_entry), self);
  g_signal_connect (self->manager, "peripheral-security-request", G_CALLBACK (on_security_request), self);
  g_signal_connect (self->manager, "pairing-authorization-required", G_CALLBACK (on_authorization), self);
  g_signal_connect (self->manager, "service-authorization-required", G_CALLBACK (on_service), self);
}

PrwPeerObject *
prw_peer_object_new (GDBusObjectManagerServer *server, PrwGate *gate, PrwDeliveries *deliveries, PrwSecurityManager *manager)
{
  PrwPeerObject *self = g_new0 (PrwPeerObject, 1);
  g_autoptr (PrwDbusObjectSkeleton) object = prw_dbus_object_skeleton_new (prw_security_manager_get_path (manager));

  self->server = g_object_ref (server);
  self->deliveries = deliveries;
  self->manager = g_object_ref (manager);
  self->skeleton = prw_gate_skeleton_new (gate, prw_gated_peer_get_type (), on_write, self);
  prw_dbus_security_manager1_set_adapter (self->skeleton, prw_security_manager_get_adapter (manager));
  prw_dbus_security_manager1_set_address (self->skeleton, prw_security_manager_get_address (manager));
  sync_properties (self);
  connect_methods (self);
  follow_manager (self);
  prw_dbus_object_skeleton_set_security_manager1 (object, self->skeleton);
  g_dbus_object_manager_server_export (server, G_DBUS_OBJECT_SKELETON (object));
  return self;
}

void
prw_peer_object_free (PrwPeerObject *self)
{
  g_signal_handlers_disconnect_by_data (self->manager, self);
  prw_gate_skeleton_detach (self->skeleton);
  g_dbus_object_manager_server_unexport (self->server, prw_security_manager_get_path (self->manager));
  g_object_unref (self->skeleton);
  g_object_unref (self->manager);
  g_object_unref (self->server);
  g_free (self);
}
