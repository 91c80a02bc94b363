/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What the kernel shows of a peer's links, and what follows from it. */
#include "core/security-manager-private.h"

#include "core/audit.h"

/* HCI: PIN or Key Missing (Core 5.4 Vol 1 Part F 1.3): the other side has no key for this bond. */
#define HCI_KEY_MISSING 0x06
/* SMP gives up 30 s after the last message (Core 5.4 Vol 3 Part H 3.4). */
#define SMP_TIMEOUT (28 * G_USEC_PER_SEC)

static PrwLink *
link_of (PrwSecurityManager *self, PrwTransport transport)
{
  return transport == PRW_TRANSPORT_BREDR ? &self->bredr : &self->le;
}

const PrwLink *
prw_security_manager_get_link (PrwSecurityManager *self)
{
  if (self->bredr.stage != PRW_LINK_STAGE_IDLE && self->le.stage == PRW_LINK_STAGE_IDLE)
    return &self->bredr;
  return self->le.connected || !self->bredr.connected ? &self->le : &self->bredr;
}

gboolean
prw_security_manager_goes_by (PrwSecurityManager *self, const char *address)
{
  return g_str_equal (address, self->address) || g_strcmp0 (address, self->identity) == 0 ||
         (self->device != NULL && g_str_equal (address, self->device->address));
}

void
prw_security_manager_set_identity (PrwSecurityManager *self, const char *identity)
{
  g_free (self->identity);
  self->identity = g_strdup (identity);
}

/* The kernel's: bluetoothd's takes two seconds, in which a pairing can end well. */
void
prw_security_manager_turn_away (PrwSecurityManager *self)
{
  const PrwLink *link = prw_security_manager_get_link (self);
  const char *address = self->identity != NULL ? self->identity : self->device != NULL ? self->device->address : self->address;

  self->refused_at = self->cut_at = prw_clock_now (self->services->clock);
  prw_kernel_disconnect_async (self->services->kernel, self->adapter, address, link->transport, self->kernel_address_type, NULL, NULL);
}

PrwRequest *
prw_security_manager_get_security_request (PrwSecurityManager *self)
{
  return self->security_request != NULL && prw_request_get_state (self->security_request) == PRW_REQUEST_STATE_OPEN
         ? self->security_request : NULL;
}

void
prw_security_manager_set_security_request (PrwSecurityManager *self, PrwRequest *request)
{
  g_set_object (&self->security_request, request);
  self->knocked_at = prw_clock_now (self->services->clock);
}

/* A link that the kernel has encrypted meanwhile, with the key there is, needs nobody's leave, and what is asked on it
 * later has not been accepted. */
void
prw_security_manager_let_in (PrwSecurityManager *self)
{
  self->let_in = !prw_security_manager_get_link (self)->encrypted;
}

void
prw_security_manager_set_turned_away (PrwSecurityManager *self, gboolean turned_away)
{
  self->turned_away = turned_away;
}

gboolean
prw_security_manager_is_turned_away (PrwSecurityManager *self)
{
  return self->turned_away;
}

gint64
prw_security_manager_time_spent (PrwSecurityManager *self)
{
  return self->knocked_at != 0 ? prw_clock_now (self->services->clock) - self->knocked_at : 0;
}

gboolean
prw_security_manager_is_unencrypted (PrwSecurityManager *self)
{
  return self->linked && !prw_security_manager_get_link (self)->encrypted;
}

static gboolean
has_code (PrwAssociationModel model)
{
  switch (model)
    {
    case PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY:
    case PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PIN_ENTRY:
    case PRW_ASSOCIATION_MODEL_PIN_DISPLAY:
      return TRUE;
    case PRW_ASSOCIATION_MODEL_UNKNOWN:
    case PRW_ASSOCIATION_MODEL_JUST_WORKS:
    case PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON:
    case PRW_ASSOCIATION_MODEL_OOB:
      break;
    }
  return FALSE;
}

PrwSecurityStatus
prw_security_manager_guess_failure (PrwSecurityManager *self, gboolean silent)
{
  const PrwPairing *pairing = &self->pairing;
  const PrwLink *link = prw_security_manager_get_link (self);

  if (pairing->failure != PRW_SECURITY_STATUS_SUCCESS)
    return pairing->failure;
  if (link->stage == PRW_LINK_STAGE_FAILED)
    return link->status;
  if (silent && prw_clock_now (self->services->clock) - pairing->asked_at >= SMP_TIMEOUT)
    return PRW_SECURITY_STATUS_TIMEOUT;
  /* A code was in play and nobody refused: it was wrong. */
  return pairing->consented && has_code (pairing->model) ? PRW_SECURITY_STATUS_CONFIRM_VALUE : PRW_SECURITY_STATUS_UNSPECIFIED;
}

/* A bond that is replaced cannot be had back: where policy guards it, the link ends before the new key is there. Any other
 * pairing that policy refuses is refused when the agent is asked. */
static gboolean
guard_bond (PrwSecurityManager *self)
{
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };
  PrwDecision decision;

  if (!prw_security_manager_get_bonded (self) || self->procedure != NULL)
    return FALSE;
  prw_security_manager_fill_facts (self, &facts);
  if (!prw_policy_refuses_outright (self->services->policy, &facts, &decision))
    return FALSE;
  prw_audit_decision (self, &facts, &decision);
  self->turned_away = TRUE;
  prw_security_manager_turn_away (self);
  prw_security_manager_reject (self, decision.reason);
  return TRUE;
}

static void
pairing_began (PrwSecurityManager *self, const PrwLink *link)
{
  if (self->pairing.own || (link->initiator == PRW_INITIATOR_REMOTE && guard_bond (self)))
    return;
  if (self->pairing.on || self->turned_away)
    return;
  prw_security_manager_begin_pairing (self, PRW_ASSOCIATION_MODEL_UNKNOWN);
  self->pairing.unasked = TRUE;
}

/* Where Pairable is off the kernel refuses by itself, because nothing could have been accepted: why, policy knows.
 * It does so at the Pairing Request, or as early as the Security Request. */
static PrwRejectedReason
unasked_reason (PrwSecurityManager *self, const PrwLink *link)
{
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };
  PrwDecision decision;

  if (!link->failed_here || link->status != PRW_SECURITY_STATUS_PAIRING_NOT_SUPP || self->turned_away ||
      (self->pairing.on && !self->pairing.unasked))
    return PRW_REJECTED_REASON_NONE;
  prw_security_manager_fill_facts (self, &facts);
  decision = prw_policy_evaluate (self->services->policy, &facts);
  prw_audit_decision (self, &facts, &decision);
  return decision.verdict == PRW_VERDICT_REJECT ? decision.reason : PRW_REJECTED_REASON_NONE;
}

static void
pairing_failed (PrwSecurityManager *self, PrwLink *link)
{
  PrwRejectedReason reason = unasked_reason (self, link);

  if (self->pairing.own)
    return; /* Device1.Pair() is about to say so, and finds the status */
  if (reason != PRW_REJECTED_REASON_NONE)
    prw_security_manager_reject (self, reason);
  else if (self->pairing.on)
    prw_security_manager_fail (self, link->status);
  prw_link_pairing_done (link);
}

static void
encryption_changed (PrwSecurityManager *self, const PrwLink *link, const PrwLinkEvent *event)
{
  if (event->found)
    prw_security_manager_update_connected (self, self->device);
  else if (event->reason == HCI_KEY_MISSING && prw_security_manager_get_bonded (self))
    {
      prw_security_manager_set_bond_suspect (self, TRUE);
      prw_security_manager_encrypted (self, PRW_SECURITY_STATUS_UNSPECIFIED);
    }
  else if (event->reason == 0 && link->encrypted)
    prw_security_manager_encrypted (self, PRW_SECURITY_STATUS_SUCCESS);
}

static void
connected (PrwSecurityManager *self, const PrwLinkEvent *event)
{
  self->linked = TRUE;
  if (event->role != PRW_ROLE_UNKNOWN)
    prw_security_manager_set_role (self, event->role);
  prw_security_manager_update_connected (self, self->device);
}

void
prw_security_manager_link_event (PrwSecurityManager *self, PrwAddressType type, const PrwLinkEvent *event)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);
  PrwLink *link = link_of (self, event->transport);
  gboolean was_encrypted = link->encrypted;

  self->kernel_address_type = type;
  prw_link_feed (link, event);
  switch (event->type)
    {
    case PRW_LINK_EVENT_CONNECTED:
      connected (self, event);
      break;
    case PRW_LINK_EVENT_DISCONNECTED:
      prw_security_manager_update_connected (self, self->device);
      if (!self->pairing.own)
        prw_link_pairing_done (link); /* else it still tells Device1.Pair() why */
      break;
    case PRW_LINK_EVENT_SECURITY_REQUEST:
      break; /* the arbiter's */
    case PRW_LINK_EVENT_PAIRING_REQUEST:
      pairing_began (self, link);
      break;
    case PRW_LINK_EVENT_PAIRING_RESPONSE:
    case PRW_LINK_EVENT_SMP:
      break;
    case PRW_LINK_EVENT_PAIRING_FAILED:
      if (link->stage == PRW_LINK_STAGE_FAILED)
        pairing_failed (self, link);
      break;
    case PRW_LINK_EVENT_KEY:
      prw_security_manager_keys_came (self);
      break;
    case PRW_LINK_EVENT_ENCRYPTION:
      if (event->reason != 0 || !was_encrypted)
        encryption_changed (self, link, event);
      break;
    }
}
