/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/security-request.h"

#include "core/audit.h"
#include "core/security-manager-private.h"

/* SMP gives up after 30 s (Core 5.4 Vol 3 Part H 3.4), and what is asked next needs some of them. */
#define LIFETIME (25 * G_USEC_PER_SEC)

static void
refuse (PrwSecurityManager *manager, PrwRejectedReason reason)
{
  prw_security_manager_set_turned_away (manager, TRUE);
  if (prw_security_manager_get_bonded (manager))
    prw_security_manager_turn_away (manager); /* the kernel encrypts without asking anybody: only this is left */
  prw_security_manager_reject (manager, reason);
}

static void
on_closed (PrwRequest *request, PrwRequestState state, const PrwRequestAnswer *answer, gpointer data)
{
  PrwSecurityManager *manager = data;

  switch (state)
    {
    case PRW_REQUEST_STATE_ACCEPTED:
    case PRW_REQUEST_STATE_ANSWERED:
      prw_security_manager_let_in (manager);
      /* Without a bond the kernel is pairing already, and that is all there is to do. */
      if (answer->force_repair && prw_security_manager_get_bonded (manager))
        prw_security_manager_pair_async (manager, TRUE, NULL, NULL);
      break;
    case PRW_REQUEST_STATE_REJECTED:
      refuse (manager, PRW_REJECTED_REASON_USER_REJECTED);
      break;
    case PRW_REQUEST_STATE_EXPIRED:
      refuse (manager, PRW_REJECTED_REASON_TIMEOUT);
      break;
    case PRW_REQUEST_STATE_NO_HANDLER:
      refuse (manager, PRW_REJECTED_REASON_NO_HANDLER);
      break;
    case PRW_REQUEST_STATE_OPEN:
    case PRW_REQUEST_STATE_CANCELED:
    case PRW_REQUEST_STATE_DISCONNECTED:
    case PRW_REQUEST_STATE_REMOVED:
    case PRW_REQUEST_STATE_COMPLETED:
    case PRW_REQUEST_STATE_UNAVAILABLE:
      break;
    }
}

static void
ask (PrwServices *services, PrwSecurityManager *manager, const PrwFacts *facts)
{
  const PrwSmpFeatures *asks = &prw_security_manager_get_link (manager)->asks;
  const char *name = prw_security_manager_get_name (manager);
  PrwQuestion question = {
    .event = PRW_EVENT_PERIPHERAL_SECURITY_REQUEST,
    .peer = prw_security_manager_get_path (manager),
    .peer_name = *name != '\0' ? name : prw_security_manager_get_address (manager),
    .bond = asks->bond,
    .mitm = asks->mitm,
    .lesc = asks->lesc,
    .keypress = asks->keypress,
    .is_bonded = facts->bonded == PRW_TRISTATE_YES,
    .lifetime = LIFETIME,
  };
  g_autoptr (PrwRequest) request =
    prw_broker_ask (services->broker, &question, FALSE, on_closed, g_object_ref (manager), g_object_unref);

  if (prw_request_get_state (request) != PRW_REQUEST_STATE_OPEN)
    return;
  prw_security_manager_set_security_request (manager, request);
  g_signal_emit_by_name (manager, "peripheral-security-request", request, question.bond, question.mitm, question.lesc,
                         question.keypress, question.is_bonded);
}

void
prw_security_request_judge (PrwServices *services, PrwSecurityManager *manager)
{
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_SECURITY_REQUEST };
  PrwDecision decision;

  if (prw_security_manager_get_security_request (manager) != NULL || prw_security_manager_get_link (manager)->encrypted)
    return; /* once more; or a link that is encrypted already: what it leads to, if anything, is a pairing */
  prw_security_manager_set_turned_away (manager, FALSE); /* by one before it */
  prw_security_manager_fill_facts (manager, &facts);
  decision = prw_policy_evaluate (services->policy, &facts);
  prw_audit_decision (manager, &facts, &decision);
  switch (decision.verdict)
    {
    case PRW_VERDICT_ACCEPT:
      break;
    case PRW_VERDICT_REJECT:
      refuse (manager, decision.reason);
      break;
    case PRW_VERDICT_ASK:
      ask (services, manager, &facts);
      break;
    }
}
