/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/link.h"

const char *
prw_link_stage_to_string (PrwLinkStage stage)
{
  switch (stage)
    {
    case PRW_LINK_STAGE_IDLE:
      return "idle";
    case PRW_LINK_STAGE_REQUESTED:
      return "requested";
    case PRW_LINK_STAGE_RUNNING:
      return "running";
    case PRW_LINK_STAGE_KEYED:
      return "keyed";
    case PRW_LINK_STAGE_FAILED:
      return "failed";
    }
  return "invalid";
}

const char *
prw_link_event_type_to_string (PrwLinkEventType type)
{
  switch (type)
    {
    case PRW_LINK_EVENT_CONNECTED:
      return "connected";
    case PRW_LINK_EVENT_DISCONNECTED:
      return "disconnected";
    case PRW_LINK_EVENT_SECURITY_REQUEST:
      return "security-request";
    case PRW_LINK_EVENT_PAIRING_REQUEST:
      return "pairing-request";
    case PRW_LINK_EVENT_PAIRING_RESPONSE:
      return "pairing-response";
    case PRW_LINK_EVENT_PAIRING_FAILED:
      return "pairing-failed";
    case PRW_LINK_EVENT_SMP:
      return "smp";
    case PRW_LINK_EVENT_KEY:
      return "key";
    case PRW_LINK_EVENT_ENCRYPTION:
      return "encryption";
    }
  return "invalid";
}

static void
take_asks (PrwLink *self, const PrwLinkEvent *event)
{
  if (event->sent)
    return;
  self->asks = event->features;
  self->has_asks = TRUE;
}

static void
take_security_request (PrwLink *self, const PrwLinkEvent *event)
{
  if (self->stage == PRW_LINK_STAGE_RUNNING)
    return; /* the kernel ignores it then: "unexpected SMP command 0x0b" */
  self->stage = PRW_LINK_STAGE_REQUESTED;
  self->peer_asked = !event->sent;
  take_asks (self, event);
}

static void
take_pairing_request (PrwLink *self, const PrwLinkEvent *event)
{
  self->stage = PRW_LINK_STAGE_RUNNING;
  /* Only the central sends it (Core 5.4 Vol 3 Part H 2.3): whoever is asked for it by a Security Request did not begin. */
  self->initiator = event->sent && !self->peer_asked ? PRW_INITIATOR_LOCAL : PRW_INITIATOR_REMOTE;
  self->role = event->sent ? PRW_ROLE_CENTRAL : PRW_ROLE_PERIPHERAL;
  self->status = PRW_SECURITY_STATUS_SUCCESS;
  self->level = PRW_SECURITY_LEVEL_NO_ACCESS;
  self->stored = FALSE;
  self->debug_key = FALSE;
  take_asks (self, event);
}

static void
take_failure (PrwLink *self, const PrwLinkEvent *event)
{
  if (self->stage != PRW_LINK_STAGE_RUNNING && self->stage != PRW_LINK_STAGE_REQUESTED)
    return;
  self->stage = PRW_LINK_STAGE_FAILED;
  self->status = prw_security_status_from_smp (event->reason);
  self->failed_here = event->sent;
}

/* Legacy pairing makes two keys, cross-transport derivation one for the other radio: what counts is this link's. */
static void
take_key (PrwLink *self, const PrwLinkEvent *event)
{
  gboolean first = self->stage != PRW_LINK_STAGE_KEYED;

  self->stage = PRW_LINK_STAGE_KEYED;
  self->status = PRW_SECURITY_STATUS_SUCCESS;
  if (first || event->transport == self->transport)
    self->level = event->level;
  self->stored = (!first && self->stored) || event->stored;
  self->debug_key = (!first && self->debug_key) || event->debug_key;
}

static void
take_encryption (PrwLink *self, const PrwLinkEvent *event)
{
  if (event->reason != 0)
    {
      self->encryption_failed = event->reason;
      return;
    }
  self->encryption_failed = 0;
  self->encrypted = event->encrypted;
  if (self->stage == PRW_LINK_STAGE_REQUESTED)
    prw_link_pairing_done (self); /* the request was answered with the key that was there */
}

void
prw_link_feed (PrwLink *self, const PrwLinkEvent *event)
{
  if (self->transport == PRW_TRANSPORT_UNKNOWN)
    self->transport = event->transport;
  switch (event->type)
    {
    case PRW_LINK_EVENT_CONNECTED:
      *self = (PrwLink) { .transport = event->transport, .connected = TRUE, .role = event->role };
      break;
    case PRW_LINK_EVENT_DISCONNECTED:
      self->connected = FALSE;
      self->encrypted = FALSE;
      self->role = PRW_ROLE_UNKNOWN;
      break;
    case PRW_LINK_EVENT_SECURITY_REQUEST:
      take_security_request (self, event);
      break;
    case PRW_LINK_EVENT_PAIRING_REQUEST:
      take_pairing_request (self, event);
      break;
    case PRW_LINK_EVENT_PAIRING_RESPONSE:
      take_asks (self, event);
      break;
    case PRW_LINK_EVENT_PAIRING_FAILED:
      take_failure (self, event);
      break;
    case PRW_LINK_EVENT_SMP:
      break;
    case PRW_LINK_EVENT_KEY:
      take_key (self, event);
      break;
    case PRW_LINK_EVENT_ENCRYPTION:
      take_encryption (self, event);
      break;
    }
}

void
prw_link_pairing_done (PrwLink *self)
{
  self->stage = PRW_LINK_STAGE_IDLE;
  self->initiator = PRW_INITIATOR_UNKNOWN;
  self->peer_asked = FALSE;
  self->has_asks = FALSE;
  self->asks = (PrwSmpFeatures) { 0 };
  self->status = PRW_SECURITY_STATUS_SUCCESS;
  self->failed_here = FALSE;
}
