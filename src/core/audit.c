/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/audit.h"

void
prw_audit_decision (PrwSecurityManager *peer, const PrwFacts *facts, const PrwDecision *decision)
{
  g_autofree char *text = prw_facts_to_string (facts);

  g_message ("decision: %s reason=%s decided-by=\"%s\" why=\"%s\" %s", prw_verdict_to_string (decision->verdict),
             prw_rejected_reason_to_string (decision->reason), decision->decided_by, decision->why, text);
  g_signal_emit_by_name (peer, "decided", facts, decision);
}

void
prw_audit_outcome (const char *peer, PrwSecurityStatus status, PrwSecurityLevel level, PrwSecurityProcess process)
{
  g_message ("outcome: %s status=%s level=%s process=%s", peer, prw_security_status_to_string (status),
             prw_security_level_to_string (level), prw_security_process_to_string (process));
}
