/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/policy.h"

#include "policy/policy-private.h"

#include <glib/gi18n.h>

/* The steps of one decision, in the order of the manual's "How a decision is made". Each takes the same context and
 * returns TRUE when it has decided. */
typedef struct
{
  const PrwPolicy *policy;
  const PrwFacts *facts;
  PrwRuling ruling;
  PrwDecision decision;
} PrwEvaluation;

static gboolean
decide (PrwEvaluation *self, PrwVerdict verdict, PrwRejectedReason reason, const char *decided_by, const char *why)
{
  self->decision = (PrwDecision) {
    .verdict = verdict,
    .reason = reason,
    .rule = self->ruling.rule,
    .decided_by = decided_by,
    .why = why,
  };
  return TRUE;
}

static gboolean
accept (PrwEvaluation *self, const char *decided_by, const char *why)
{
  return decide (self, PRW_VERDICT_ACCEPT, PRW_REJECTED_REASON_NONE, decided_by, why);
}

static gboolean
reject (PrwEvaluation *self, PrwRejectedReason reason, const char *decided_by, const char *why)
{
  return decide (self, PRW_VERDICT_REJECT, reason, decided_by, why);
}

static gboolean
ask (PrwEvaluation *self, const char *decided_by, const char *why)
{
  return decide (self, PRW_VERDICT_ASK, PRW_REJECTED_REASON_NONE, decided_by, why);
}

static PrwAction
action_of (const PrwEvaluation *self)
{
  return self->ruling.rule != NULL ? self->ruling.rule->action : PRW_ACTION_UNSET;
}

/* Only when it is known: an initiator that nobody could tell is the other side. */
static gboolean
is_own (const PrwFacts *facts)
{
  return facts->initiator == PRW_INITIATOR_LOCAL;
}

/* On BR/EDR there is no Security Request: the peer counts as a central there, and where that is not known it may. */
static gboolean
peer_may_be_peripheral (const PrwFacts *facts)
{
  if (facts->kind == PRW_REQUEST_KIND_SECURITY_REQUEST)
    return TRUE; /* nobody else sends one: Core 5.4 Vol 3 Part H 2.4.6 */
  return facts->transport != PRW_TRANSPORT_BREDR && facts->role != PRW_ROLE_PERIPHERAL;
}

/* Whether a handler has let this peripheral in a moment ago, in place of its own bits. */
static gboolean
handler_let_in (const PrwFacts *facts)
{
  return facts->security_request_accepted && peer_may_be_peripheral (facts);
}

static gboolean
peer_may_be_central (const PrwFacts *facts)
{
  if (facts->kind == PRW_REQUEST_KIND_SECURITY_REQUEST)
    return FALSE;
  if (facts->transport == PRW_TRANSPORT_BREDR)
    return TRUE;
  /* whoever has sent a Security Request is a peripheral, whatever else is not known */
  return facts->role == PRW_ROLE_PERIPHERAL || (facts->role == PRW_ROLE_UNKNOWN && !facts->security_request_accepted);
}

static gboolean
step_lockout_and_window (PrwEvaluation *self)
{
  if (self->facts->locked_out)
    return reject (self, PRW_REJECTED_REASON_LOCKED_OUT, "lockout", N_("There were too many failures lately"));
  if (prw_policy_get_window_required (self->policy) && !self->facts->window_open)
    return reject (self, PRW_REJECTED_REASON_WINDOW_CLOSED, "window", N_("Pairing needs an open window and it is closed"));
  return FALSE;
}

/* A bond that is not known to be there may be, and may not be: both branches count then. */
static PrwRejectedReason
central_reason (guint bits, const PrwFacts *facts)
{
  if (facts->bonded != PRW_TRISTATE_YES && (bits & PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS) != 0)
    return PRW_REJECTED_REASON_NON_BONDED_CENTRAL_REQUEST;
  if (facts->bonded != PRW_TRISTATE_NO && (bits & PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS) != 0)
    return PRW_REJECTED_REASON_BONDED_DEVICE_REPAIRING;
  return PRW_REJECTED_REASON_NONE;
}

/* Bit 8 guards a bond against being replaced, so it counts for a peripheral as soon as that would pair (and not just
 * encrypt with the key that is there): whoever took over a keyboard's address could get a new bond otherwise. */
static PrwRejectedReason
peripheral_reason (guint bits, const PrwFacts *facts)
{
  const guint refuse_new = PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS |
                           PRW_PAIRING_POLICY_REJECT_NONBONDED_PERIPHERAL_REQUESTS;

  if (facts->bonded != PRW_TRISTATE_YES && (bits & refuse_new) != 0)
    return PRW_REJECTED_REASON_NON_BONDED_PERIPHERAL_REQUEST;
  if (facts->bonded != PRW_TRISTATE_NO && (bits & PRW_PAIRING_POLICY_REJECT_BONDED_PERIPHERAL_REQUESTS) != 0)
    return PRW_REJECTED_REASON_BONDED_PERIPHERAL_REQUEST;
  if (facts->bonded != PRW_TRISTATE_NO && facts->kind == PRW_REQUEST_KIND_PAIRING &&
      (bits & PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS) != 0)
    return PRW_REJECTED_REASON_BONDED_DEVICE_REPAIRING;
  return PRW_REJECTED_REASON_NONE;
}

static PrwRejectedReason
bits_reason (guint bits, const PrwFacts *facts)
{
  PrwRejectedReason reason = PRW_REJECTED_REASON_NONE;

  if (peer_may_be_central (facts))
    reason = central_reason (bits, facts);
  if (reason == PRW_REJECTED_REASON_NONE && peer_may_be_peripheral (facts))
    reason = peripheral_reason (bits, facts);
  return reason;
}

/* The peer's own bits, those a handler does not stand in for: one that let it in decided about its role, not about a
 * bond that would be replaced. */
static guint
peer_bits (const PrwEvaluation *self)
{
  const PrwFacts *facts = self->facts;
  const PrwSecurityParameters *parameters = facts->peer_parameters;
  guint bits;

  if (parameters == NULL)
    parameters = prw_policy_get_peer_defaults (self->policy);
  bits = parameters->reject_pairing_requests;
  if (handler_let_in (facts) && !peer_may_be_central (facts))
    bits &= PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS;
  return bits;
}

static gboolean
step_floor_and_rule_bits (PrwEvaluation *self)
{
  PrwRejectedReason reason = bits_reason (prw_policy_get_floor (self->policy), self->facts);

  if (reason != PRW_REJECTED_REASON_NONE)
    return reject (self, reason, "policy-floor", N_("The daemon's PairingPolicy= refuses it"));
  reason = bits_reason (self->ruling.bits, self->facts);
  if (reason != PRW_REJECTED_REASON_NONE)
    return reject (self, reason, "policy-rule", N_("The PairingPolicy= of a rule that matches, or may match, refuses it"));
  return FALSE;
}

static gboolean
step_peer_bits (PrwEvaluation *self)
{
  PrwRejectedReason reason = bits_reason (peer_bits (self), self->facts);

  return reason != PRW_REJECTED_REASON_NONE &&
         reject (self, reason, "policy-peer", N_("The peer's own RejectPairingRequests refuses it"));
}

static gboolean
step_action_reject (PrwEvaluation *self)
{
  return self->ruling.rejecting != NULL &&
         reject (self, PRW_REJECTED_REASON_RULE, self->ruling.rejecting, N_("A rule that matches, or may match, says Action=reject"));
}

/* The best that may come out of it. What is better than was asked for is found out afterwards, by the key's type
 * (prw_policy_check_level()): a passkey, for one, may be legacy pairing. */
static PrwSecurityLevel
best_level (const PrwFacts *facts)
{
  PrwSecurityLevel best = PRW_SECURITY_LEVEL_LESC_MITM;

  if (facts->asks_lesc == PRW_TRISTATE_NO)
    best = PRW_SECURITY_LEVEL_MITM;
  if (facts->kind == PRW_REQUEST_KIND_SECURITY_REQUEST)
    return best; /* the association model is not chosen yet */
  switch (facts->association_model)
    {
    case PRW_ASSOCIATION_MODEL_UNKNOWN:
      /* a pairing of ours that has not begun, or something that may be Just Works */
      return is_own (facts) ? best : PRW_SECURITY_LEVEL_JUST_WORKS;
    case PRW_ASSOCIATION_MODEL_JUST_WORKS:
    /* Legacy pairing of BR/EDR: whoever listens to it finds the PIN, if it is not of 16 digits (Core 5.4 Vol 3 Part C
     * 5.2.2.8), which the keys do not show. */
    case PRW_ASSOCIATION_MODEL_PIN_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PIN_ENTRY:
      return PRW_SECURITY_LEVEL_JUST_WORKS;
    case PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON:
    case PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY:
    case PRW_ASSOCIATION_MODEL_OOB:
      break;
    }
  return best;
}

static gboolean
step_require (PrwEvaluation *self)
{
  return self->ruling.require > best_level (self->facts) &&
         reject (self, PRW_REJECTED_REASON_INSUFFICIENT_SECURITY, "require",
                 N_("The Require= of a rule that matches, or may match, is more than this pairing can give"));
}

static gboolean
step_secret (PrwEvaluation *self)
{
  PrwAssociationModel model = self->facts->association_model;
  const PrwRule *rule = self->ruling.rule;
  gboolean has_secret;

  if (rule == NULL || rule->action == PRW_ACTION_ASK)
    return FALSE;
  has_secret = (model == PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY && rule->has_passkey) ||
               (model == PRW_ASSOCIATION_MODEL_PIN_ENTRY && rule->pin != NULL);
  if (!has_secret)
    return FALSE;
  accept (self, self->ruling.label, N_("The matching rule has the passkey or PIN"));
  self->decision.use_secret = TRUE;
  return TRUE;
}

/* Whether a plain yes answers the question. A comparison, a display or an entry authenticates: a yes from a program
 * would forge that. What is not known may be one of them. */
static gboolean
yes_is_enough (const PrwFacts *facts)
{
  switch (facts->association_model)
    {
    case PRW_ASSOCIATION_MODEL_JUST_WORKS:
    case PRW_ASSOCIATION_MODEL_OOB: /* the data that was exchanged authenticates */
      return TRUE;
    case PRW_ASSOCIATION_MODEL_UNKNOWN:
      /* ours and not begun yet: nothing is being authenticated, and a question that comes of it is decided anew */
      return is_own (facts);
    case PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON:
    case PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY:
    case PRW_ASSOCIATION_MODEL_PIN_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PIN_ENTRY:
      break;
    }
  return FALSE;
}

static gboolean
step_accept (PrwEvaluation *self)
{
  if (!yes_is_enough (self->facts))
    return FALSE;
  if (is_own (self->facts))
    return accept (self, "own-pairing", N_("This side began the pairing"));
  if (action_of (self) == PRW_ACTION_ACCEPT)
    return accept (self, self->ruling.label, N_("The matching rule says Action=accept"));
  if (handler_let_in (self->facts))
    return accept (self, "handler", N_("A handler has just accepted this peer's Security Request"));
  return FALSE;
}

static gboolean
step_ask (PrwEvaluation *self, gboolean may_accept)
{
  if (self->facts->has_handler)
    return ask (self, action_of (self) == PRW_ACTION_ASK ? self->ruling.label : "handler", N_("A handler is asked"));
  switch (prw_policy_get_without_handler (self->policy))
    {
    case PRW_WITHOUT_HANDLER_WAIT:
      return ask (self, "without-handler", N_("No handler is registered; somebody may answer all the same"));
    case PRW_WITHOUT_HANDLER_ACCEPT:
      if (may_accept)
        return accept (self, "without-handler", N_("No handler is registered and WithoutHandler=accept"));
      return reject (self, PRW_REJECTED_REASON_NO_HANDLER, "without-handler",
                     N_("No handler is registered, and only a person can compare, show or enter a code"));
    case PRW_WITHOUT_HANDLER_REJECT:
      break;
    }
  return reject (self, PRW_REJECTED_REASON_NO_HANDLER, "without-handler", N_("No handler is registered to answer"));
}

static gboolean
step_outright (PrwEvaluation *self)
{
  return (!is_own (self->facts) &&
          (step_lockout_and_window (self) || step_floor_and_rule_bits (self) || step_peer_bits (self))) ||
         step_action_reject (self);
}

static void
evaluate_pairing (PrwEvaluation *self)
{
  if (step_outright (self) || step_require (self) || step_secret (self) || step_accept (self))
    return;
  step_ask (self, yes_is_enough (self->facts));
}

/* A bonded peer encrypts with its key, which is no pairing: lockout, window, Action=reject and Require= leave it be.
 * Accepting one of a new peer starts a pairing, and the question that comes of it is decided by evaluate_pairing(). */
static void
evaluate_security_request (PrwEvaluation *self)
{
  gboolean encrypts = self->facts->bonded == PRW_TRISTATE_YES;
  gboolean refused_by_peer;

  if (is_own (self->facts))
    {
      accept (self, "own-pairing", N_("This side began it"));
      return;
    }
  if ((!encrypts && step_lockout_and_window (self)) || step_floor_and_rule_bits (self))
    return;
  refused_by_peer = step_peer_bits (self);
  if (refused_by_peer && !self->facts->has_handler)
    return;
  if (!encrypts && (step_action_reject (self) || step_require (self)))
    return;
  if (action_of (self) == PRW_ACTION_ACCEPT && !refused_by_peer)
    accept (self, self->ruling.label, N_("The matching rule says Action=accept"));
  else if (self->facts->has_handler)
    ask (self, action_of (self) == PRW_ACTION_ASK ? self->ruling.label : "handler", N_("A handler is asked"));
  else
    accept (self, "default", N_("Nothing refuses it"));
}

static gboolean
step_service_lists (PrwEvaluation *self)
{
  const char *service = self->facts->service;
  const PrwRule *rule = self->ruling.rule;

  if (self->ruling.denies)
    return reject (self, PRW_REJECTED_REASON_RULE, "deny-services",
                   N_("The DenyServices= of a rule that matches, or may match, has it"));
  return rule != NULL && service != NULL && prw_rule_lists_service (rule->allow_services, service) &&
         accept (self, "allow-services", N_("The matching rule's AllowServices= has it"));
}

static gboolean
step_remembered (PrwEvaluation *self)
{
  switch (self->facts->remembered)
    {
    case PRW_TRISTATE_YES:
      return accept (self, "remembered", N_("It was always to be allowed"));
    case PRW_TRISTATE_NO:
      return reject (self, PRW_REJECTED_REASON_USER_REJECTED, "remembered", N_("It was never to be allowed"));
    case PRW_TRISTATE_UNKNOWN:
      break;
    }
  return FALSE;
}

static void
evaluate_service (PrwEvaluation *self)
{
  if (self->facts->paired != PRW_TRISTATE_YES)
    {
      reject (self, PRW_REJECTED_REASON_INSUFFICIENT_SECURITY, "not-paired", N_("Only paired devices may use services"));
      return;
    }
  if (step_service_lists (self) || step_remembered (self))
    return;
  step_ask (self, TRUE);
}

PrwDecision
prw_policy_evaluate (const PrwPolicy *policy, const PrwFacts *facts)
{
  PrwEvaluation self = { .policy = policy, .facts = facts, .ruling = prw_policy_consult (policy, facts) };

  reject (&self, PRW_REJECTED_REASON_RULE, "default", N_("Nothing decided it"));
  switch (facts->kind)
    {
    case PRW_REQUEST_KIND_PAIRING:
      evaluate_pairing (&self);
      break;
    case PRW_REQUEST_KIND_SECURITY_REQUEST:
      evaluate_security_request (&self);
      break;
    case PRW_REQUEST_KIND_SERVICE:
      evaluate_service (&self);
      break;
    }
  return self.decision;
}

gboolean
prw_policy_refuses_outright (const PrwPolicy *policy, const PrwFacts *facts, PrwDecision *decision)
{
  PrwEvaluation self = { .policy = policy, .facts = facts, .ruling = prw_policy_consult (policy, facts) };

  if (!step_outright (&self))
    return FALSE;
  *decision = self.decision;
  return TRUE;
}
