/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/parameters.h"

G_BEGIN_DECLS

/**
 * PrwRequestKind: what is being decided.
 */
typedef enum
{
  PRW_REQUEST_KIND_PAIRING,          /* a pairing that would make or replace a bond, whoever began it: the agent was asked */
  PRW_REQUEST_KIND_SECURITY_REQUEST, /* a peripheral's Security Request, before anything else was done */
  PRW_REQUEST_KIND_SERVICE,          /* AuthorizeService */
} PrwRequestKind;

const char *prw_request_kind_to_string (PrwRequestKind kind); /* pairing, security-request, service */

/**
 * PrwFacts:
 *
 * All that is known of one request when it is decided. Unknown is the zero value of each member and counts as the
 * stricter one. Strings are borrowed and outlive the evaluation; names are already sanitised.
 */
typedef struct
{
  PrwRequestKind kind;
  const char *adapter;         /* (nullable): "hci0" */
  const char *adapter_address; /* (nullable) */
  const char *address;         /* (nullable): normal form */
  PrwAddressType address_type;
  const char *name;            /* (nullable) */
  gint64 device_class;         /* class of device, 24 bits; -1 and 0 both: unknown */
  const char *icon;            /* (nullable) */
  const char *const *uuids;    /* (nullable): full 128-bit lower-case forms */
  PrwTransport transport;
  PrwRole role;                /* ours */
  PrwInitiator initiator;
  PrwTristate bonded;
  PrwTristate paired;          /* for a service */
  PrwAssociationModel association_model;
  PrwTristate asks_bond, asks_mitm, asks_lesc, asks_keypress; /* of the peer's request */
  const char *service;         /* (nullable): UUID, for PRW_REQUEST_KIND_SERVICE */
  PrwTristate remembered;      /* the remembered answer for this service: YES allow, NO deny */
  gboolean window_open;
  gboolean locked_out;         /* by address or by adapter */
  gboolean security_request_accepted; /* a handler has just accepted this peer's Security Request */
  gboolean has_handler;        /* a handler for this kind of question and this peer is registered */
  const PrwSecurityParameters *peer_parameters; /* (nullable): the defaults of the settings when NULL */
} PrwFacts;

/**
 * prw_facts_set:
 * @facts: the facts to change; string values are borrowed from @pool
 * @pool: owns the strings
 * @name: name of a fact as `Explain` takes it
 * @value: its text
 * @error: an unknown name gives an error that lists all the names; a bad value one that names both
 *
 * Names are: kind (pairing, security-request, service), adapter, address, address-type, name, class, icon, uuids (`;`
 * between), transport, role, initiator, bonded, paired, association-model, bond, mitm, lesc, keypress, service,
 * remembered, window (open, closed), locked-out, handler.
 */
gboolean prw_facts_set (PrwFacts *facts, GStringChunk *pool, const char *name, const char *value, GError **error);

/** prw_facts_names: (transfer none): NULL-terminated names that prw_facts_set() takes. */
const char *const *prw_facts_names (void);

/**
 * prw_facts_to_string:
 *
 * Every fact as `name=value`, blanks between, strings quoted and escaped: for the one log line of a decision. No secrets are facts.
 *
 * Returns: (transfer full): the text
 */
char *prw_facts_to_string (const PrwFacts *facts);

/**
 * prw_event_for:
 *
 * Returns: the event with which a question about @facts is put: PASSKEY_REQUIRED for passkey and PIN entry, PASSKEY_DISPLAY_REQUIRED
 *   for comparison and displays, PAIRING_AUTHORIZATION_REQUIRED for Just Works, OOB and unknown, …
 */
PrwEvent prw_event_for (const PrwFacts *facts);

G_END_DECLS
