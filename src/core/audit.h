/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/security-manager.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/**
 * prw_audit_decision:
 * @peer: whom it is about
 *
 * The one log line of a decision: the verdict, what decided, and every fact. No secret is a fact. @peer tells of it by its
 * signal `decided`.
 */
void prw_audit_decision (PrwSecurityManager *peer, const PrwFacts *facts, const PrwDecision *decision);

/** prw_audit_outcome: how a pairing or an encryption of @peer (an object path) ended. */
void prw_audit_outcome (const char *peer, PrwSecurityStatus status, PrwSecurityLevel level, PrwSecurityProcess process);

G_END_DECLS
