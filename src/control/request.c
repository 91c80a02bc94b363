/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/errors.h"
#include "control/objects.h"

struct _PrwRequestObject
{
  PrwRequest *request;
  PrwDbusRequest1 *skeleton;
};

typedef gboolean (*Answer) (PrwRequest *request, GError **error);

static gboolean
finish (PrwRequestObject *self, GDBusMethodInvocation *invocation, gboolean done, GError *error)
{
  if (done)
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    prw_errors_return (invocation, error);
  g_clear_error (&error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
answer (PrwRequestObject *self, GDBusMethodInvocation *invocation, Answer func)
{
  GError *error = NULL;
  gboolean done = func (self->request, &error);

  return finish (self, invocation, done, error);
}

static gboolean
on_get_passkey (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, PrwRequestObject *self)
{
  g_autoptr (GError) error = NULL;
  const char *passkey = prw_request_get_passkey (self->request, &error);

  if (passkey != NULL)
    prw_dbus_request1_complete_get_passkey (skeleton, invocation, passkey);
  else
    prw_errors_return (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_match_confirm (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, gboolean match, PrwRequestObject *self)
{
  GError *error = NULL;
  gboolean done = prw_request_match_confirm (self->request, match, &error);

  return finish (self, invocation, done, error);
}

static gboolean
on_enter_passkey (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, guint passkey, PrwRequestObject *self)
{
  GError *error = NULL;
  gboolean done = prw_request_enter_passkey (self->request, passkey, &error);

  return finish (self, invocation, done, error);
}

static gboolean
on_enter_pin (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, const char *pin, PrwRequestObject *self)
{
  GError *error = NULL;
  gboolean done = prw_request_enter_pin (self->request, pin, &error);

  return finish (self, invocation, done, error);
}

static gboolean
on_accept (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, PrwRequestObject *self)
{
  return answer (self, invocation, prw_request_accept);
}

static gboolean
on_reject (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, PrwRequestObject *self)
{
  return answer (self, invocation, prw_request_reject);
}

static gboolean
on_force_repair (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, PrwRequestObject *self)
{
  return answer (self, invocation, prw_request_force_repair);
}

static gboolean
on_accept_always (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, PrwRequestObject *self)
{
  return answer (self, invocation, prw_request_accept_always);
}

static gboolean
on_reject_always (PrwDbusRequest1 *skeleton, GDBusMethodInvocation *invocation, PrwRequestObject *self)
{
  return answer (self, invocation, prw_request_reject_always);
}

static void
on_entered (PrwRequest *request, GParamSpec *pspec, PrwRequestObject *self)
{
  prw_dbus_request1_set_entered (self->skeleton, prw_request_get_entered (request));
}

static void
on_closed (PrwRequest *request, guint state, PrwRequestObject *self)
{
  const char *outcome = prw_request_state_to_string (state);

  prw_dbus_request1_set_state (self->skeleton, outcome);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  prw_dbus_request1_emit_closed (self->skeleton, outcome);
}

char *
prw_request_object_path (PrwRequest *request)
{
  return g_strdup_printf (PRW_REQUESTS_PATH "/%u", prw_request_get_id (request));
}

static void
connect_methods (PrwRequestObject *self)
{
  g_signal_connect (self->skeleton, "handle-get-passkey", G_CALLBACK (on_get_passkey), self);
  g_signal_connect (self->skeleton, "handle-match-confirm", G_CALLBACK (on_match_confirm), self);
  g_signal_connect (self->skeleton, "handle-enter-passkey", G_CALLBACK (on_enter_passkey), self);
  g_signal_connect (self->skeleton, "handle-enter-pin", G_CALLBACK (on_enter_pin), self);
  g_signal_connect (self->skeleton, "handle-accept", G_CALLBACK (on_accept), self);
  g_signal_connect (self->skeleton, "handle-reject", G_CALLBACK (on_reject), self);
  g_signal_connect (self->skeleton, "handle-force-repair", G_CALLBACK (on_force_repair), self);
  g_signal_connect (self->skeleton, "handle-accept-always", G_CALLBACK (on_accept_always), self);
  g_signal_connect (self->skeleton, "handle-reject-always", G_CALLBACK (on_reject_always), self);
}

PrwRequestObject *
prw_request_object_new (GDBusConnection *connection, PrwGate *gate, PrwRequest *request, GError **error)
{
  PrwRequestObject *self = g_new0 (PrwRequestObject, 1);
  g_autofree char *path = prw_request_object_path (request);

  self->request = g_object_ref (request);
  self->skeleton = prw_gate_skeleton_new (gate, prw_gated_request_get_type (), NULL, self);
  prw_dbus_request1_set_kind (self->skeleton, prw_event_to_string (prw_request_get_event (request)));
  prw_dbus_request1_set_peer (self->skeleton, prw_request_get_peer (request));
  prw_dbus_request1_set_peer_name (self->skeleton, prw_request_get_peer_name (request));
  prw_dbus_request1_set_match_request (self->skeleton, prw_request_get_match_request (request));
  prw_dbus_request1_set_entry_kind (self->skeleton, prw_request_get_entry_kind (request));
  prw_dbus_request1_set_service (self->skeleton, prw_request_get_service (request));
  prw_dbus_request1_set_expires (self->skeleton, prw_request_get_expires (request));
  prw_dbus_request1_set_state (self->skeleton, prw_request_state_to_string (prw_request_get_state (request)));
  connect_methods (self);
  g_signal_connect (request, "notify::entered", G_CALLBACK (on_entered), self);
  g_signal_connect (request, "closed", G_CALLBACK (on_closed), self);
  if (g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection, path, error))
    return self;
  prw_request_object_free (self);
  return NULL;
}

void
prw_request_object_free (PrwRequestObject *self)
{
  g_signal_handlers_disconnect_by_data (self->request, self);
  prw_gate_skeleton_detach (self->skeleton);
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->skeleton)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_object_unref (self->skeleton);
  g_object_unref (self->request);
  g_free (self);
}
