/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/parameters.h"
#include "policy/types.h"

G_BEGIN_DECLS

/** PrwLinkEventType: what the kernel can show of one link. */
typedef enum
{
  PRW_LINK_EVENT_CONNECTED,
  PRW_LINK_EVENT_DISCONNECTED,
  PRW_LINK_EVENT_SECURITY_REQUEST, /* SMP Security Request: Core 5.4 Vol 3 Part H 3.6.7 */
  PRW_LINK_EVENT_PAIRING_REQUEST,  /* 3.5.1 */
  PRW_LINK_EVENT_PAIRING_RESPONSE, /* 3.5.2 */
  PRW_LINK_EVENT_PAIRING_FAILED,   /* 3.5.5 */
  PRW_LINK_EVENT_SMP,              /* any other SMP message: the pairing goes on */
  PRW_LINK_EVENT_KEY,              /* the kernel has a new long term or link key */
  PRW_LINK_EVENT_ENCRYPTION,       /* the controller says how an encryption went */
} PrwLinkEventType;

/** PrwSmpFeatures: what one side says of itself in a Pairing Request, Pairing Response or Security Request. */
typedef struct
{
  PrwIoCapability io_capability; /* not in a Security Request */
  gboolean oob;                  /* not in a Security Request */
  gboolean bond, mitm, lesc, keypress;
} PrwSmpFeatures;

/**
 * PrwLinkEvent:
 * @found: of CONNECTED and ENCRYPTION: it was so before anybody looked
 * @sent: by this side; else by the peer
 * @role: of CONNECTED: ours
 * @features: of SECURITY_REQUEST, PAIRING_REQUEST, PAIRING_RESPONSE
 * @reason: of PAIRING_FAILED: the reason code of SMP; of ENCRYPTION: the HCI status, 0 is success (Core 5.4 Vol 1 Part F);
 *   of DISCONNECTED: mgmt's reason
 * @encrypted: of ENCRYPTION
 * @level: of KEY: what a link encrypted with it is worth
 * @stored: of KEY: it is to be kept: a bond
 * @debug_key: of KEY: made with the published debug key: anybody with a sniffer can read the link
 *
 * Never holds a key.
 */
typedef struct
{
  PrwLinkEventType type;
  PrwTransport transport;
  gboolean found;
  gboolean sent;
  PrwRole role;
  PrwSmpFeatures features;
  guint8 reason;
  gboolean encrypted;
  PrwSecurityLevel level;
  gboolean stored, debug_key;
} PrwLinkEvent;

/** PrwLinkStage: how far the pairing on a link is. */
typedef enum
{
  PRW_LINK_STAGE_IDLE,      /* none, or none since the last one ended */
  PRW_LINK_STAGE_REQUESTED, /* a Security Request came, or was sent, and nothing has followed yet */
  PRW_LINK_STAGE_RUNNING,   /* a Pairing Request was seen */
  PRW_LINK_STAGE_KEYED,     /* there are new keys: it ended well */
  PRW_LINK_STAGE_FAILED,    /* a Pairing Failed was seen */
} PrwLinkStage;

/**
 * PrwLink:
 *
 * What one link's SMP messages, keys and encryption mean. A plain value: zero it to begin with, feed it with
 * prw_link_feed() in the order in which the kernel shows things, read the fields.
 * @initiator: of the pairing that goes on: LOCAL when this side sent its Pairing Request with no Security Request of
 *   the peer before it; REMOTE in any other case; UNKNOWN while there is none
 * @peer_asked: the peer's Security Request came since the last pairing or encryption ended
 * @asks: what the peer asked for last, by Security Request, Pairing Request or Pairing Response
 * @status: SUCCESS, or 0x80 + the reason of the Pairing Failed
 * @failed_here: of FAILED: this side sent it
 * @level: of the keys that the pairing made; NO_ACCESS before it has
 * @encryption_failed: the HCI status of the last encryption that failed since the connection, or 0
 */
typedef struct
{
  PrwLinkStage stage;
  PrwTransport transport;
  gboolean connected;
  PrwRole role;
  PrwInitiator initiator;
  gboolean peer_asked;
  gboolean has_asks;
  PrwSmpFeatures asks;
  PrwSecurityStatus status;
  gboolean failed_here;
  gboolean encrypted;
  guint8 encryption_failed;
  PrwSecurityLevel level;
  gboolean stored, debug_key;
} PrwLink;

/** prw_link_feed: takes the next event. Messages out of order change no more than they prove. */
void prw_link_feed (PrwLink *self, const PrwLinkEvent *event);
/** prw_link_pairing_done: whoever followed the pairing has drawn its conclusions: the next one begins from IDLE. */
void prw_link_pairing_done (PrwLink *self);

const char *prw_link_stage_to_string (PrwLinkStage stage);
const char *prw_link_event_type_to_string (PrwLinkEventType type);

G_END_DECLS
