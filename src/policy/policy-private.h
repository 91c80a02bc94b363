/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/policy.h"

G_BEGIN_DECLS

/** prw_rule_lists_service: @services: (nullable): full UUIDs; whether @service is one of them, in any case */
gboolean prw_rule_lists_service (char **services, const char *service);

/**
 * PrwRuling:
 * @rule: (nullable): the first rule that matches, which supplies everything
 * @label: (nullable): "rule NAME" of it
 * @doubtful: a rule before it may match: nobody knows the fact that it asks for
 * @bits: PairingPolicy= of @rule and of those that may match
 * @require: the highest Require= of all these
 * @rejecting: (nullable): "rule NAME" of the first of them with Action=reject
 * @denies: DenyServices= of one of them has the service, or may have it
 *
 * What the rules say of one request together. Owned by the policy.
 */
typedef struct
{
  const PrwRule *rule;
  const char *label;
  gboolean doubtful;
  guint bits;
  PrwSecurityLevel require;
  const char *rejecting;
  gboolean denies;
} PrwRuling;

/** prw_policy_consult: what the rules say of @facts */
PrwRuling prw_policy_consult (const PrwPolicy *policy, const PrwFacts *facts);

G_END_DECLS
