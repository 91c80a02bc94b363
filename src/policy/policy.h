/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/facts.h"

G_BEGIN_DECLS

/**
 * PrwRule:
 *
 * A `[Rule NAME]` of the keyfile. Immutable once in a #PrwPolicy; members that were not given are unset (%NULL, -1).
 * Text patterns are globs.
 */
typedef struct
{
  char *name;
  char *match_address, *match_name, *match_icon, *match_uuid, *match_adapter; /* (nullable) */
  PrwAddressType match_address_type; /* UNKNOWN: not given */
  PrwTransport match_transport;      /* UNKNOWN: not given */
  gint64 match_class;                /* -1: not given */
  guint32 match_class_mask;          /* bits of match_class that count (0xffffff when the keyfile gives none) */
  PrwAction action;
  PrwPairingPolicy pairing_policy;   /* 0 when not given: ORing nothing */
  PrwSecurityLevel require;          /* PRW_SECURITY_LEVEL_NO_ACCESS: not given */
  gboolean has_passkey;
  guint32 passkey;
  char *pin;                         /* (nullable); wiped when freed */
  char **allow_services, **deny_services; /* (nullable): full UUIDs, lower case */
  PrwTristate trust;                 /* UNKNOWN: not given */
} PrwRule;

/** prw_rule_new: Returns: (transfer full): a rule that matches everything and says nothing */
PrwRule *prw_rule_new (const char *name);
void prw_rule_free (PrwRule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwRule, prw_rule_free)
/** prw_rule_matches_everything: whether it has no Match key: rules after it are never tried */
gboolean prw_rule_matches_everything (const PrwRule *rule);

/**
 * prw_rule_matches:
 *
 * Returns: YES when every Match key that was given holds, NO when one does not, UNKNOWN when a fact that a key asks for
 *   is not known. Such a rule refuses what it refuses (Action=reject, PairingPolicy=, Require=, DenyServices=) and lets
 *   nothing in: for all else it does not match, and the next one is looked at.
 */
PrwTristate prw_rule_matches (const PrwRule *rule, const PrwFacts *facts);

/**
 * prw_service_uuid:
 * @text: a full UUID, a 16 or 32-bit one in hex (with or without 0x), or a short name (hid, a2dp-sink, a2dp-source, hfp-hf, hfp-ag,
 *   hsp-hs, hsp-ag, pan-u, pan-nap, pan-gn, opp, ftp, map, pbap, avrcp, spp, dun, sap, battery, hog…)
 *
 * Returns: (transfer full) (nullable): the full lower-case UUID, NULL with @error
 */
char *prw_service_uuid (const char *text, GError **error);
/** prw_service_name: Returns: (transfer none) (nullable): the short name of a service that has one, as prw_service_uuid() takes it; @uuid: full */
const char *prw_service_name (const char *uuid);

/**
 * PrwPolicy:
 *
 * An immutable value, reference counted: the floor, the rules in the order they are tried and the rest of what
 * prw_policy_evaluate() needs. Made by a #PrwPolicyBuilder.
 */
typedef struct _PrwPolicy PrwPolicy;
typedef struct _PrwPolicyBuilder PrwPolicyBuilder;

PrwPolicyBuilder *prw_policy_builder_new (void);
void prw_policy_builder_free (PrwPolicyBuilder *builder);
void prw_policy_builder_set_floor (PrwPolicyBuilder *builder, PrwPairingPolicy floor);
void prw_policy_builder_set_without_handler (PrwPolicyBuilder *builder, PrwWithoutHandler value);
void prw_policy_builder_set_window_required (PrwPolicyBuilder *builder, gboolean required);
void prw_policy_builder_set_peer_defaults (PrwPolicyBuilder *builder, const PrwSecurityParameters *defaults);
/** prw_policy_builder_add_rule: @rule: (transfer full): tried after those added before. */
void prw_policy_builder_add_rule (PrwPolicyBuilder *builder, PrwRule *rule);
/** prw_policy_builder_build: Returns: (transfer full): the policy; the builder is empty afterwards */
PrwPolicy *prw_policy_builder_build (PrwPolicyBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwPolicyBuilder, prw_policy_builder_free)

PrwPolicy *prw_policy_ref (PrwPolicy *policy);
void prw_policy_unref (PrwPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwPolicy, prw_policy_unref)

PrwPairingPolicy prw_policy_get_floor (const PrwPolicy *policy);
/** prw_policy_with_floor: Returns: (transfer full): the same policy with another floor (rules are shared) */
PrwPolicy *prw_policy_with_floor (PrwPolicy *policy, PrwPairingPolicy floor);
gboolean prw_policy_get_window_required (const PrwPolicy *policy);
PrwWithoutHandler prw_policy_get_without_handler (const PrwPolicy *policy);
const PrwSecurityParameters *prw_policy_get_peer_defaults (const PrwPolicy *policy);
guint prw_policy_get_n_rules (const PrwPolicy *policy);
const PrwRule *prw_policy_get_rule (const PrwPolicy *policy, guint index);
/** prw_policy_trusts: whether a bonded peer may be made trusted: the first rule that matches says Trust=true, and no rule before it may match. */
gboolean prw_policy_trusts (const PrwPolicy *policy, const PrwFacts *facts);
/** prw_policy_static_capability: what rules with Passkey= or Pin= can do by themselves: keyboard-only if any, else none. */
PrwIoCapability prw_policy_static_capability (const PrwPolicy *policy);
/**
 * prw_policy_may_accept_incoming:
 *
 * Whether any incoming pairing could be accepted now: what Adapter1.Pairable must be. FALSE when the window is
 * required and closed, or the floor refuses both new and bonded devices, ….
 * @window_open: the pairing window is open
 * @anyone_to_ask: a handler is registered, or WithoutHandler is not reject
 */
gboolean prw_policy_may_accept_incoming (const PrwPolicy *policy, gboolean window_open, gboolean anyone_to_ask);

/**
 * PrwDecision:
 * @verdict: what to do
 * @reason: why it was refused, or NONE
 * @rule: (nullable): the matching rule, owned by the policy
 * @decided_by: name of the step or rule that decided: "own-pairing", "lockout", "window", "policy-floor", "policy-rule",
 *   "policy-peer", "rule NAME", "handler", "require", "without-handler", "deny-services", "allow-services", "remembered", "not-paired", "default"…
 * @why: one plain sentence
 * @use_secret: accept by answering with the rule's Passkey= or Pin=
 *
 * The outcome of prw_policy_evaluate(). Strings are static or owned by the policy: keep a reference on that.
 */
typedef struct
{
  PrwVerdict verdict;
  PrwRejectedReason reason;
  const PrwRule *rule;
  const char *decided_by;
  const char *why;
  gboolean use_secret;
} PrwDecision;

/**
 * prw_policy_evaluate:
 *
 * Decides one request (see the manual, "How a decision is made"). Pure: the same facts give the same decision.
 */
PrwDecision prw_policy_evaluate (const PrwPolicy *policy, const PrwFacts *facts);
/**
 * prw_policy_refuses_outright:
 *
 * Whether a pairing is refused however it goes on: by lockout, window, a policy bit or Action=reject, which do not
 * depend on the association model. *@decision is set when it returns TRUE.
 */
gboolean prw_policy_refuses_outright (const PrwPolicy *policy, const PrwFacts *facts, PrwDecision *decision);

/**
 * prw_policy_check_level:
 *
 * Whether @level satisfies the `Require=` of the rule that matches @facts, and of those before it that may match.
 * NO_ACCESS stands for "unknown" and is good enough only when nothing is required.
 */
gboolean prw_policy_check_level (const PrwPolicy *policy, const PrwFacts *facts, PrwSecurityLevel level);

G_END_DECLS
