/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/request.h"

#include <string.h>

#include <glib/gi18n.h>

#include "core/audit.h"
#include "core/error.h"
#include "policy/text.h"

struct _PrwRequest
{
  GObject parent;
  guint id;
  PrwEvent event;
  char *peer, *peer_name, *service;
  char *passkey; /* secret: gone when closed */
  gboolean match_request, wants_pin;
  guint16 entered;
  gint64 expires;
  PrwRequestState state;
  PrwRequestFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
};

enum { PROP_ENTERED = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

static guint closed_signal;

G_DEFINE_FINAL_TYPE (PrwRequest, prw_request, G_TYPE_OBJECT)

const char *
prw_request_state_to_string (PrwRequestState state)
{
  switch (state)
    {
    case PRW_REQUEST_STATE_OPEN:
      return "open";
    case PRW_REQUEST_STATE_ACCEPTED:
      return "accepted";
    case PRW_REQUEST_STATE_REJECTED:
      return "rejected";
    case PRW_REQUEST_STATE_ANSWERED:
      return "answered";
    case PRW_REQUEST_STATE_CANCELED:
      return "canceled";
    case PRW_REQUEST_STATE_EXPIRED:
      return "expired";
    case PRW_REQUEST_STATE_DISCONNECTED:
      return "disconnected";
    case PRW_REQUEST_STATE_REMOVED:
      return "removed";
    case PRW_REQUEST_STATE_COMPLETED:
      return "completed";
    case PRW_REQUEST_STATE_NO_HANDLER:
      return "no-handler";
    case PRW_REQUEST_STATE_UNAVAILABLE:
      return "unavailable";
    }
  return "invalid";
}

static void
wipe (char **secret)
{
  if (*secret != NULL)
    explicit_bzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

static void
close_with (PrwRequest *self, PrwRequestState state, const PrwRequestAnswer *answer)
{
  G_GNUC_UNUSED g_autoptr (PrwRequest) alive = g_object_ref (self);
  PrwRequestFunc func = g_steal_pointer (&self->func);

  self->state = state;
  wipe (&self->passkey);
  prw_audit_closed (self); /* before what comes of it, which is recorded too */
  func (self, state, answer, self->user_data);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_signal_emit (self, closed_signal, 0, (guint) state);
}

void
prw_request_close (PrwRequest *self, PrwRequestState state)
{
  if (self->state == PRW_REQUEST_STATE_OPEN)
    close_with (self, state, NULL);
}

static gboolean
check_open (PrwRequest *self, GError **error)
{
  switch (self->state)
    {
    case PRW_REQUEST_STATE_OPEN:
      return TRUE;
    case PRW_REQUEST_STATE_ACCEPTED:
    case PRW_REQUEST_STATE_REJECTED:
    case PRW_REQUEST_STATE_ANSWERED:
      g_set_error (error, PRW_ERROR, PRW_ERROR_ALREADY_ANSWERED, _("request %u was answered already (%s)"), self->id,
                   prw_request_state_to_string (self->state));
      return FALSE;
    case PRW_REQUEST_STATE_CANCELED:
    case PRW_REQUEST_STATE_EXPIRED:
    case PRW_REQUEST_STATE_DISCONNECTED:
    case PRW_REQUEST_STATE_REMOVED:
    case PRW_REQUEST_STATE_COMPLETED:
    case PRW_REQUEST_STATE_NO_HANDLER:
    case PRW_REQUEST_STATE_UNAVAILABLE:
      g_set_error (error, PRW_ERROR, PRW_ERROR_CANCELED, _("request %u is closed (%s)"), self->id, prw_request_state_to_string (self->state));
      return FALSE;
    }
  return FALSE;
}

static gboolean
check_kind (PrwRequest *self, gboolean fits, const char *method, GError **error)
{
  if (!check_open (self, error))
    return FALSE;
  if (!fits)
    g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_OPERATION, _("%s does not answer request %u, which is a %s"), method, self->id,
                 prw_event_to_string (self->event));
  return fits;
}

const char *
prw_request_get_passkey (PrwRequest *self, GError **error)
{
  if (!check_kind (self, self->event == PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, "GetPasskey", error))
    return NULL;
  return self->passkey;
}

gboolean
prw_request_match_confirm (PrwRequest *self, gboolean match, GError **error)
{
  if (!check_kind (self, self->match_request, "MatchConfirm", error))
    return FALSE;
  close_with (self, match ? PRW_REQUEST_STATE_ACCEPTED : PRW_REQUEST_STATE_REJECTED, &(PrwRequestAnswer) { 0 });
  return TRUE;
}

/* The errors of src/policy become ours: callers know PRW_ERROR. Takes @problem. */
static gboolean
refuse_code (GError *problem, GError **error)
{
  g_set_error_literal (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, problem->message);
  g_error_free (problem);
  return FALSE;
}

gboolean
prw_request_enter_passkey (PrwRequest *self, guint32 passkey, GError **error)
{
  GError *problem = NULL;

  if (!check_kind (self, self->event == PRW_EVENT_PASSKEY_REQUIRED && !self->wants_pin, "EnterPasskey", error))
    return FALSE;
  if (!prw_passkey_check (passkey, &problem))
    return refuse_code (problem, error);
  close_with (self, PRW_REQUEST_STATE_ANSWERED, &(PrwRequestAnswer) { .passkey = passkey });
  return TRUE;
}

gboolean
prw_request_enter_pin (PrwRequest *self, const char *pin, GError **error)
{
  GError *problem = NULL;

  if (!check_kind (self, self->event == PRW_EVENT_PASSKEY_REQUIRED && self->wants_pin, "EnterPin", error))
    return FALSE;
  if (!prw_pin_check (pin, &problem))
    return refuse_code (problem, error);
  close_with (self, PRW_REQUEST_STATE_ANSWERED, &(PrwRequestAnswer) { .pin = pin });
  return TRUE;
}

static gboolean
is_yes_or_no (PrwRequest *self)
{
  return self->event == PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED || self->event == PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED ||
         self->event == PRW_EVENT_PERIPHERAL_SECURITY_REQUEST;
}

gboolean
prw_request_accept (PrwRequest *self, GError **error)
{
  if (!check_kind (self, is_yes_or_no (self), "Accept", error))
    return FALSE;
  close_with (self, PRW_REQUEST_STATE_ACCEPTED, &(PrwRequestAnswer) { 0 });
  return TRUE;
}

gboolean
prw_request_reject (PrwRequest *self, GError **error)
{
  if (!check_open (self, error))
    return FALSE;
  close_with (self, PRW_REQUEST_STATE_REJECTED, &(PrwRequestAnswer) { 0 });
  return TRUE;
}

gboolean
prw_request_force_repair (PrwRequest *self, GError **error)
{
  if (!check_kind (self, self->event == PRW_EVENT_PERIPHERAL_SECURITY_REQUEST, "ForceRepair", error))
    return FALSE;
  close_with (self, PRW_REQUEST_STATE_ACCEPTED, &(PrwRequestAnswer) { .force_repair = TRUE });
  return TRUE;
}

gboolean
prw_request_accept_always (PrwRequest *self, GError **error)
{
  if (!check_kind (self, self->event == PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED, "AcceptAlways", error))
    return FALSE;
  close_with (self, PRW_REQUEST_STATE_ACCEPTED, &(PrwRequestAnswer) { .always = TRUE });
  return TRUE;
}

gboolean
prw_request_reject_always (PrwRequest *self, GError **error)
{
  if (!check_kind (self, self->event == PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED, "RejectAlways", error))
    return FALSE;
  close_with (self, PRW_REQUEST_STATE_REJECTED, &(PrwRequestAnswer) { .always = TRUE });
  return TRUE;
}

guint
prw_request_get_id (PrwRequest *self)
{
  return self->id;
}

PrwEvent
prw_request_get_event (PrwRequest *self)
{
  return self->event;
}

const char *
prw_request_get_peer (PrwRequest *self)
{
  return self->peer;
}

const char *
prw_request_get_peer_name (PrwRequest *self)
{
  return self->peer_name;
}

gboolean
prw_request_get_match_request (PrwRequest *self)
{
  return self->match_request;
}

const char *
prw_request_get_entry_kind (PrwRequest *self)
{
  if (self->event != PRW_EVENT_PASSKEY_REQUIRED)
    return "";
  return self->wants_pin ? "pin" : "passkey";
}

const char *
prw_request_get_service (PrwRequest *self)
{
  return self->service;
}

guint16
prw_request_get_entered (PrwRequest *self)
{
  return self->entered;
}

void
prw_request_set_entered (PrwRequest *self, guint16 entered)
{
  guint16 clamped = MIN (entered, 6); /* bluetoothd's count may wrap to 255 */

  if (self->entered == clamped || self->state != PRW_REQUEST_STATE_OPEN)
    return;
  self->entered = clamped;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ENTERED]);
}

gint64
prw_request_get_expires (PrwRequest *self)
{
  return self->expires;
}

PrwRequestState
prw_request_get_state (PrwRequest *self)
{
  return self->state;
}

static void
prw_request_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ENTERED)
    g_value_set_uint (value, PRW_REQUEST (object)->entered);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
prw_request_dispose (GObject *object)
{
  prw_request_close (PRW_REQUEST (object), PRW_REQUEST_STATE_UNAVAILABLE);
  G_OBJECT_CLASS (prw_request_parent_class)->dispose (object);
}

static void
prw_request_finalize (GObject *object)
{
  PrwRequest *self = PRW_REQUEST (object);

  wipe (&self->passkey);
  g_free (self->peer);
  g_free (self->peer_name);
  g_free (self->service);
  G_OBJECT_CLASS (prw_request_parent_class)->finalize (object);
}

static void
prw_request_class_init (PrwRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = prw_request_get_property;
  object_class->dispose = prw_request_dispose;
  object_class->finalize = prw_request_finalize;
  props[PROP_ENTERED] = g_param_spec_uint ("entered", NULL, NULL, 0, 6, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  closed_signal = g_signal_new ("closed", PRW_TYPE_REQUEST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
prw_request_init (PrwRequest *self)
{
}

PrwRequest *
prw_request_new (guint id, const PrwQuestion *question, gint64 expires, PrwRequestFunc func, gpointer user_data, GDestroyNotify destroy)
{
  PrwRequest *self = g_object_new (PRW_TYPE_REQUEST, NULL);

  self->id = id;
  self->event = question->event;
  self->peer = g_strdup (question->peer);
  self->peer_name = g_strdup (question->peer_name);
  self->service = g_strdup (question->service != NULL ? question->service : "");
  self->passkey = g_strdup (question->passkey);
  self->match_request = question->match_request;
  self->wants_pin = question->wants_pin;
  self->expires = expires;
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}
