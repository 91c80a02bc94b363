/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/arbiter.h"

#include <string.h>

#include "core/audit.h"
#include "core/security-manager-private.h"
#include "policy/address.h"

/* SMP gives up after 30 s (Core 5.4 Vol 3 Part H 3.4), bluetoothd after 60: an answer must come before that. */
#define LE_LIFETIME (25 * G_USEC_PER_SEC)
#define BREDR_LIFETIME (55 * G_USEC_PER_SEC)

struct _PrwArbiter
{
  PrwServices *services;
  PrwPeerFunc peer_func;
  gpointer peer_data;
  GCancellable *cancellable;
};

/* One call on its way through the arbiter. */
typedef struct
{
  PrwArbiter *arbiter;      /* gone when @cancellable is cancelled */
  GCancellable *cancellable;
  PrwServices *services;
  PrwAgentCall *call;
  PrwSecurityManager *manager;
  PrwRequest *request; /* (unowned): the open question, which owns this */
  PrwRequest *knock;   /* (nullable): what has to be answered before: the question about the peer's Security Request */
} Case;

static void
case_free (Case *c)
{
  prw_agent_call_set_cancelled (c->call, NULL, NULL);
  prw_agent_call_unref (c->call);
  if (c->knock != NULL)
    g_signal_handlers_disconnect_by_data (c->knock, c);
  g_clear_object (&c->knock);
  g_clear_object (&c->manager);
  g_object_unref (c->cancellable);
  prw_services_unref (c->services);
  g_free (c);
}

static PrwAssociationModel
model_of (PrwAgentMethod method)
{
  switch (method)
    {
    case PRW_AGENT_METHOD_REQUEST_PIN_CODE:
      return PRW_ASSOCIATION_MODEL_PIN_ENTRY;
    case PRW_AGENT_METHOD_DISPLAY_PIN_CODE:
      return PRW_ASSOCIATION_MODEL_PIN_DISPLAY;
    case PRW_AGENT_METHOD_REQUEST_PASSKEY:
      return PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY;
    case PRW_AGENT_METHOD_DISPLAY_PASSKEY:
      return PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY;
    case PRW_AGENT_METHOD_REQUEST_CONFIRMATION:
      return PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON;
    case PRW_AGENT_METHOD_REQUEST_AUTHORIZATION:
      return PRW_ASSOCIATION_MODEL_JUST_WORKS;
    case PRW_AGENT_METHOD_AUTHORIZE_SERVICE:
      return PRW_ASSOCIATION_MODEL_UNKNOWN;
    }
  return PRW_ASSOCIATION_MODEL_UNKNOWN;
}

static gboolean
is_service (Case *c)
{
  return c->call->method == PRW_AGENT_METHOD_AUTHORIZE_SERVICE;
}

static gboolean
is_display (Case *c)
{
  return c->call->method == PRW_AGENT_METHOD_DISPLAY_PASSKEY || c->call->method == PRW_AGENT_METHOD_DISPLAY_PIN_CODE;
}

/* A code that is shown cannot be taken back by an answer: only the end of the pairing stops it. */
static void
stop_pairing (Case *c, PrwSecurityStatus status)
{
  PrwProcedure *own = prw_security_manager_get_pairing_procedure (c->manager);

  if (own != NULL)
    prw_procedure_refuse (own, status);
  else
    prw_host_disconnect_device_async (c->services->host, prw_security_manager_get_bluez_path (c->manager), NULL, NULL);
}

/* What a refusal means for the model: a comparison or a code that is refused is a pairing that failed. */
static PrwSecurityStatus
refusal_status (PrwAgentMethod method)
{
  switch (method)
    {
    case PRW_AGENT_METHOD_REQUEST_CONFIRMATION:
      return PRW_SECURITY_STATUS_NUM_COMP_FAILURE;
    case PRW_AGENT_METHOD_REQUEST_PIN_CODE:
    case PRW_AGENT_METHOD_DISPLAY_PIN_CODE:
    case PRW_AGENT_METHOD_REQUEST_PASSKEY:
    case PRW_AGENT_METHOD_DISPLAY_PASSKEY:
      return PRW_SECURITY_STATUS_PASSKEY_ENTRY_FAILED;
    case PRW_AGENT_METHOD_REQUEST_AUTHORIZATION:
    case PRW_AGENT_METHOD_AUTHORIZE_SERVICE:
      return PRW_SECURITY_STATUS_UNSPECIFIED;
    }
  return PRW_SECURITY_STATUS_UNSPECIFIED;
}

static PrwRejectedReason
closing_reason (PrwRequestState state)
{
  switch (state)
    {
    case PRW_REQUEST_STATE_REJECTED:
      return PRW_REJECTED_REASON_USER_REJECTED;
    case PRW_REQUEST_STATE_EXPIRED:
      return PRW_REJECTED_REASON_TIMEOUT;
    case PRW_REQUEST_STATE_NO_HANDLER:
      return PRW_REJECTED_REASON_NO_HANDLER;
    case PRW_REQUEST_STATE_OPEN:
    case PRW_REQUEST_STATE_ACCEPTED:
    case PRW_REQUEST_STATE_ANSWERED:
    case PRW_REQUEST_STATE_CANCELED:
    case PRW_REQUEST_STATE_DISCONNECTED:
    case PRW_REQUEST_STATE_REMOVED:
    case PRW_REQUEST_STATE_COMPLETED:
    case PRW_REQUEST_STATE_UNAVAILABLE:
      return PRW_REJECTED_REASON_NONE;
    }
  return PRW_REJECTED_REASON_NONE;
}

/* A question about authentication that was refused here ends the pairing with a status; any other with a reason. */
static void
conclude_refusal (Case *c, PrwRequestState state)
{
  PrwRejectedReason reason = closing_reason (state);
  gboolean own = prw_security_manager_get_pairing_procedure (c->manager) != NULL;
  gboolean coded = c->call->method != PRW_AGENT_METHOD_REQUEST_AUTHORIZATION;
  PrwSecurityStatus status = state == PRW_REQUEST_STATE_EXPIRED ? PRW_SECURITY_STATUS_TIMEOUT : refusal_status (c->call->method);

  if (reason == PRW_REJECTED_REASON_NONE)
    return;
  if (is_service (c))
    {
      prw_security_manager_reject_service (c->manager, reason);
      return;
    }
  /* A code was shown for its time, and nothing shows the end of a pairing that replaces a bond. */
  if (is_display (c) && state == PRW_REQUEST_STATE_EXPIRED && prw_security_manager_was_bonded (c->manager))
    return;
  prw_security_manager_note_refusal (c->manager, status);
  if (is_display (c))
    stop_pairing (c, status);
  if (own)
    return; /* Pair() ends with that status */
  if (coded && reason != PRW_REJECTED_REASON_NO_HANDLER)
    prw_security_manager_fail (c->manager, status);
  else
    prw_security_manager_reject (c->manager, reason);
}

static void
on_closed (PrwRequest *request, PrwRequestState state, const PrwRequestAnswer *answer, gpointer data)
{
  Case *c = data;
  PrwReply *reply = c->call->reply;

  prw_agent_call_set_cancelled (c->call, NULL, NULL);
  if (state == PRW_REQUEST_STATE_ACCEPTED || state == PRW_REQUEST_STATE_ANSWERED)
    {
      if (!is_service (c))
        prw_security_manager_note_consent (c->manager);
      else if (answer->always)
        prw_security_manager_remember_service (c->manager, c->call->uuid, TRUE);
      if (state == PRW_REQUEST_STATE_ACCEPTED)
        prw_reply_accept (reply);
      else if (answer->pin != NULL)
        prw_reply_pin (reply, answer->pin);
      else
        prw_reply_passkey (reply, answer->passkey);
      return;
    }
  if (answer != NULL && answer->always)
    prw_security_manager_remember_service (c->manager, c->call->uuid, FALSE);
  if (state == PRW_REQUEST_STATE_CANCELED)
    prw_reply_cancel (reply);
  else
    prw_reply_reject (reply);
  conclude_refusal (c, state);
}

static void
on_call_cancelled (gpointer data)
{
  Case *c = data;

  if (!prw_host_is_available (c->services->host))
    {
      prw_request_close (c->request, PRW_REQUEST_STATE_UNAVAILABLE);
      return;
    }
  if (!is_service (c))
    prw_security_manager_note_cancelled (c->manager);
  prw_request_close (c->request, PRW_REQUEST_STATE_CANCELED);
}

static void
announce (Case *c, const PrwQuestion *question)
{
  switch (question->event)
    {
    case PRW_EVENT_PASSKEY_DISPLAY_REQUIRED:
      g_signal_emit_by_name (c->manager, "passkey-display-required", c->request, question->passkey, question->match_request);
      break;
    case PRW_EVENT_PASSKEY_REQUIRED:
      g_signal_emit_by_name (c->manager, "passkey-required", c->request, question->wants_pin);
      break;
    case PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED:
      g_signal_emit_by_name (c->manager, "pairing-authorization-required", c->request);
      break;
    case PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED:
      g_signal_emit_by_name (c->manager, "service-authorization-required", c->request, question->service);
      break;
    case PRW_EVENT_PERIPHERAL_SECURITY_REQUEST:
      break; /* bluetoothd's agent never asks this: the kernel link does */
    }
}

/* Takes @c. */
static void
ask (Case *c, const PrwFacts *facts)
{
  const char *name = prw_security_manager_get_name (c->manager);
  char digits[7] = "";
  PrwQuestion question = {
    .event = prw_event_for (facts),
    .peer = prw_security_manager_get_path (c->manager),
    .peer_name = *name != '\0' ? name : prw_security_manager_get_address (c->manager),
    .match_request = c->call->method == PRW_AGENT_METHOD_REQUEST_CONFIRMATION,
    .wants_pin = c->call->method == PRW_AGENT_METHOD_REQUEST_PIN_CODE,
    .service = c->call->uuid,
    .is_bonded = facts->bonded == PRW_TRISTATE_YES,
    .lifetime = facts->transport == PRW_TRANSPORT_BREDR || prw_security_manager_may_be_bredr (c->manager)
                ? BREDR_LIFETIME : MAX (LE_LIFETIME - prw_security_manager_time_spent (c->manager), G_USEC_PER_SEC),
  };
  g_autoptr (PrwRequest) request = NULL;
  gboolean wait = prw_policy_get_without_handler (c->services->policy) == PRW_WITHOUT_HANDLER_WAIT;

  if (question.event == PRW_EVENT_PASSKEY_DISPLAY_REQUIRED)
    {
      g_snprintf (digits, sizeof digits, "%06u", c->call->passkey % 1000000);
      question.passkey = c->call->pin != NULL ? c->call->pin : digits;
    }
  request = prw_broker_ask (c->services->broker, &question, wait, on_closed, c, (GDestroyNotify) case_free);
  if (prw_request_get_state (request) == PRW_REQUEST_STATE_OPEN)
    {
      c->request = request;
      if (is_display (c))
        prw_security_manager_set_display (c->manager, request);
      else
        prw_agent_call_set_cancelled (c->call, on_call_cancelled, c);
      announce (c, &question);
    }
  explicit_bzero (digits, sizeof digits);
}

static void
accept_call (Case *c, const PrwDecision *decision)
{
  const PrwRule *rule = decision->rule;

  if (!is_service (c))
    prw_security_manager_note_consent (c->manager);
  if (!decision->use_secret)
    prw_reply_accept (c->call->reply);
  else if (c->call->method == PRW_AGENT_METHOD_REQUEST_PIN_CODE && rule->pin != NULL)
    prw_reply_pin (c->call->reply, rule->pin);
  else if (c->call->method == PRW_AGENT_METHOD_REQUEST_PASSKEY && rule->has_passkey)
    prw_reply_passkey (c->call->reply, rule->passkey);
  else
    prw_reply_reject (c->call->reply);
}

static void
reject_call (Case *c, const PrwDecision *decision)
{
  PrwSecurityStatus status = decision->reason == PRW_REJECTED_REASON_INSUFFICIENT_SECURITY ? PRW_SECURITY_STATUS_AUTH_REQ
                                                                                           : refusal_status (c->call->method);

  prw_reply_reject (c->call->reply);
  if (is_service (c))
    {
      prw_security_manager_reject_service (c->manager, decision->reason);
      return;
    }
  prw_security_manager_note_refusal (c->manager, status);
  if (is_display (c))
    stop_pairing (c, status);
  prw_security_manager_reject (c->manager, decision->reason);
}

static void
fill_facts (Case *c, PrwFacts *facts)
{
  *facts = (PrwFacts) {
    .kind = is_service (c) ? PRW_REQUEST_KIND_SERVICE : PRW_REQUEST_KIND_PAIRING,
    .association_model = model_of (c->call->method),
    .service = c->call->uuid,
  };
  prw_security_manager_fill_facts (c->manager, facts);
}

/* Takes @c. */
static void
decide (Case *c)
{
  g_autoptr (PrwPolicy) policy = prw_policy_ref (c->services->policy);
  PrwFacts facts;
  PrwDecision decision;

  fill_facts (c, &facts);
  decision = prw_policy_evaluate (policy, &facts);
  prw_audit_decision (c->manager, &facts, &decision);
  if (!is_service (c))
    {
      if (facts.bonded == PRW_TRISTATE_YES && facts.initiator != PRW_INITIATOR_LOCAL)
        prw_security_manager_set_bond_suspect (c->manager, TRUE); /* it has a key, or had: why else pair again? */
      if (decision.verdict != PRW_VERDICT_REJECT)
        prw_security_manager_begin_pairing (c->manager, facts.association_model);
    }
  switch (decision.verdict)
    {
    case PRW_VERDICT_ASK:
      ask (c, &facts);
      return;
    case PRW_VERDICT_ACCEPT:
      accept_call (c, &decision);
      break;
    case PRW_VERDICT_REJECT:
      reject_call (c, &decision);
      break;
    }
  case_free (c);
}

/* Takes @c. What was turned away is refused without another word: it was said why. */
static void
consider (Case *c)
{
  gboolean shut_out = c->knock != NULL && prw_request_get_state (c->knock) != PRW_REQUEST_STATE_ACCEPTED;

  prw_agent_call_set_cancelled (c->call, NULL, NULL);
  if (!is_service (c) && (shut_out || prw_security_manager_is_turned_away (c->manager)))
    {
      prw_reply_reject (c->call->reply);
      case_free (c);
    }
  else
    decide (c);
}

/* Takes @c. */
static void
on_waiting_cancelled (gpointer data)
{
  Case *c = data;

  prw_security_manager_note_cancelled (c->manager);
  prw_request_close (c->knock, PRW_REQUEST_STATE_CANCELED); /* which goes on with consider() */
}

/* The question about its Security Request comes first. bluetoothd waits, and asks about no other device meanwhile. */
static gboolean
wait_for_knock (Case *c)
{
  PrwRequest *knock = prw_security_manager_get_security_request (c->manager);

  if (knock == NULL || is_service (c))
    return FALSE;
  c->knock = g_object_ref (knock);
  g_signal_connect_swapped (knock, "closed", G_CALLBACK (consider), c);
  prw_agent_call_set_cancelled (c->call, on_waiting_cancelled, c);
  return TRUE;
}

static void
on_device_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Case *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, &error);
  gboolean ending = g_cancellable_is_cancelled (c->cancellable);

  if (device == NULL && !ending)
    {
      g_warning ("%s cannot be read (%s); its request is rejected", c->call->device_path, error->message);
      prw_audit_dropped (c->call->device_path, "The device cannot be read from bluetoothd");
    }
  if (device == NULL || ending || c->call->cancelled)
    {
      prw_reply_reject (c->call->reply); /* which bluetoothd's own cancellation has answered */
      case_free (c);
      return;
    }
  c->manager = g_object_ref (c->arbiter->peer_func (c->call->device_path, c->arbiter->peer_data));
  prw_security_manager_apply_device (c->manager, device);
  if (!wait_for_knock (c))
    consider (c);
}

static gboolean
serves (PrwArbiter *self, const char *device_path)
{
  g_autofree char *name = prw_adapter_from_path (device_path);
  PrwAdapter *adapter = name != NULL ? prw_host_find_adapter (self->services->host, name) : NULL;
  char address[PRW_ADDRESS_LEN + 1];

  return name != NULL && prw_address_from_path (device_path, address) &&
         prw_settings_serves_adapter (self->services->settings, name, adapter != NULL ? adapter->address : NULL);
}

/* bluetoothd calls again for each digit typed on the other side: the display stays the same question, and one that is
 * closed stays closed. */
static gboolean
update_display (PrwArbiter *self, PrwAgentCall *call)
{
  PrwRequest *display;

  if (call->method != PRW_AGENT_METHOD_DISPLAY_PASSKEY || call->entered == 0)
    return FALSE;
  display = prw_security_manager_get_display (self->peer_func (call->device_path, self->peer_data));
  if (display != NULL)
    prw_request_set_entered (display, call->entered);
  return TRUE;
}

void
prw_arbiter_judge (PrwArbiter *self, PrwAgentCall *call)
{
  Case *c;

  if (g_cancellable_is_cancelled (self->cancellable) || !serves (self, call->device_path))
    {
      prw_audit_dropped (call->device_path, "Not one of our adapters, or the daemon is ending");
      prw_reply_reject (call->reply);
      return;
    }
  if (update_display (self, call))
    return;
  c = g_new0 (Case, 1);
  c->arbiter = self;
  c->cancellable = g_object_ref (self->cancellable);
  c->services = prw_services_ref (self->services);
  c->call = prw_agent_call_ref (call);
  prw_host_read_device_async (self->services->host, call->device_path, self->cancellable, on_device_read, c);
}

void
prw_arbiter_shutdown (PrwArbiter *self)
{
  g_cancellable_cancel (self->cancellable);
}

PrwArbiter *
prw_arbiter_new (PrwServices *services, PrwPeerFunc peer_func, gpointer user_data)
{
  PrwArbiter *self = g_new0 (PrwArbiter, 1);

  self->services = prw_services_ref (services);
  self->peer_func = peer_func;
  self->peer_data = user_data;
  self->cancellable = g_cancellable_new ();
  return self;
}

void
prw_arbiter_free (PrwArbiter *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  prw_services_unref (self->services);
  g_free (self);
}
