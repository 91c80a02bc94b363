/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/request.h"
#include "core/security-manager.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/*
 * What is kept of what happened: one log line each, with fields by which programs find it again (policy/records.h). No passkey, PIN or
 * key is in any of them.
 */

/**
 * prw_audit_decision:
 * @peer: whom it is about
 *
 * The one log line of a decision: the verdict, what decided, and every fact. No secret is a fact. @peer tells of it by its
 * signal `decided`.
 */
void prw_audit_decision (PrwSecurityManager *peer, const PrwFacts *facts, const PrwDecision *decision);

/**
 * prw_audit_dropped:
 * @path: object path of the device, bluetoothd's or ours
 * @why: one plain sentence
 *
 * A request that ended without a verdict: it was refused, and that is recorded as a decision. None is lost in silence.
 */
void prw_audit_dropped (const char *path, const char *why);

/** prw_audit_outcome: how a pairing or an encryption ended. */
void prw_audit_outcome (PrwSecurityManager *peer, PrwSecurityStatus status, PrwSecurityLevel level, PrwSecurityProcess process);
/** prw_audit_closed: a question closed; its state says how. */
void prw_audit_closed (PrwRequest *request);
/** prw_audit_suspect: @peer seems to have lost its key. */
void prw_audit_suspect (PrwSecurityManager *peer);
/** prw_audit_lockout: @who: an address or an adapter; @seconds: for how long */
void prw_audit_lockout (const char *who, gint64 seconds, guint failures);
/** prw_audit_window: @seconds: for how long it is open; 0: it is closed */
void prw_audit_window (gint64 seconds);
/** prw_audit_floor: what is refused of everybody from now on. */
void prw_audit_floor (PrwPairingPolicy floor);

G_END_DECLS
