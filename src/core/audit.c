/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/audit.h"

#include "core/security-manager-private.h"
#include "policy/address.h"
#include "policy/records.h"

/* syslog(3)'s priorities, as the journal takes them. A line of either is a message for GLib: no warning about ourselves. */
#define NOTICE "5"
#define WARNING "4"
#define FIELDS_MAX 24

typedef struct
{
  GLogField fields[FIELDS_MAX];
  gsize n;
} Record;

/* Borrows @value. What is not known is empty and there all the same: journalctl -x shows the bare name of a field that is missing. */
static void
add (Record *record, const char *name, const char *value)
{
  g_assert (record->n < FIELDS_MAX);
  record->fields[record->n++] = (GLogField) { name, value != NULL ? value : "", -1 };
}

static void
record_init (Record *record, PrwAuditKind kind, const char *priority, const char *message)
{
  record->n = 0;
  add (record, "MESSAGE", message);
  add (record, "MESSAGE_ID", prw_audit_kind_to_id (kind));
  add (record, "PRIORITY", priority);
  add (record, "GLIB_DOMAIN", G_LOG_DOMAIN);
}

static void
write_record (const Record *record)
{
  g_log_structured_array (G_LOG_LEVEL_MESSAGE, record->fields, record->n);
}

static void
add_peer (Record *record, PrwSecurityManager *peer, const PrwFacts *facts)
{
  add (record, PRW_FIELD_PEER, facts->address);
  add (record, PRW_FIELD_NAME, facts->name);
  add (record, PRW_FIELD_ADAPTER, facts->adapter);
  add (record, PRW_FIELD_OBJECT, prw_security_manager_get_path (peer));
  add (record, PRW_FIELD_ROLE, prw_role_to_string (facts->role));
}

/* What is decided about would be this, where it is let. */
static const char *
process_of (const PrwFacts *facts)
{
  switch (facts->kind)
    {
    case PRW_REQUEST_KIND_PAIRING:
      return prw_security_process_to_string (PRW_SECURITY_PROCESS_PAIRING);
    case PRW_REQUEST_KIND_SECURITY_REQUEST:
      return prw_security_process_to_string (facts->bonded == PRW_TRISTATE_YES ? PRW_SECURITY_PROCESS_ENCRYPTION
                                                                                : PRW_SECURITY_PROCESS_PAIRING);
    case PRW_REQUEST_KIND_SERVICE:
      return NULL;
    }
  return NULL;
}

static void
add_decision (Record *record, PrwVerdict verdict, PrwRejectedReason reason, const char *rule, const char *why)
{
  add (record, PRW_FIELD_VERDICT, prw_verdict_to_string (verdict));
  add (record, PRW_FIELD_REASON, prw_rejected_reason_to_string (reason));
  add (record, PRW_FIELD_RULE, rule);
  add (record, PRW_FIELD_WHY, why);
}

void
prw_audit_decision (PrwSecurityManager *peer, const PrwFacts *facts, const PrwDecision *decision)
{
  g_autofree char *text = prw_facts_to_string (facts);
  g_autofree char *message =
    g_strdup_printf ("decision: %s reason=%s decided-by=\"%s\" why=\"%s\" %s", prw_verdict_to_string (decision->verdict),
                     prw_rejected_reason_to_string (decision->reason), decision->decided_by, decision->why, text);
  Record record;

  record_init (&record, PRW_AUDIT_DECISION, NOTICE, message);
  add_peer (&record, peer, facts);
  add_decision (&record, decision->verdict, decision->reason, decision->decided_by, decision->why);
  add (&record, PRW_FIELD_KIND, prw_request_kind_to_string (facts->kind));
  add (&record, PRW_FIELD_INITIATOR, prw_initiator_to_string (facts->initiator));
  add (&record, PRW_FIELD_MODEL, prw_association_model_to_string (facts->association_model));
  add (&record, PRW_FIELD_SERVICE, facts->service);
  add (&record, PRW_FIELD_BONDED, prw_tristate_to_string (facts->bonded));
  add (&record, PRW_FIELD_LEVEL, prw_security_level_to_string (prw_security_manager_get_level (peer)));
  add (&record, PRW_FIELD_PROCESS, process_of (facts));
  write_record (&record);
  g_signal_emit_by_name (peer, "decided", facts, decision);
}

/* @address: at least PRW_ADDRESS_LEN + 1 octets. Returns: (transfer full): the adapter's name */
static char *
add_path (Record *record, const char *path, char *address)
{
  char *adapter = prw_adapter_from_path (path);

  add (record, PRW_FIELD_PEER, prw_address_from_path (path, address) ? address : NULL);
  add (record, PRW_FIELD_ADAPTER, adapter);
  add (record, PRW_FIELD_OBJECT, path);
  return adapter;
}

void
prw_audit_dropped (const char *path, const char *why)
{
  g_autofree char *message = g_strdup_printf ("decision: reject reason= decided-by=\"dropped\" why=\"%s\" object=%s", why, path);
  g_autofree char *adapter = NULL;
  char address[PRW_ADDRESS_LEN + 1];
  Record record;

  record_init (&record, PRW_AUDIT_DECISION, WARNING, message);
  adapter = add_path (&record, path, address);
  add (&record, PRW_FIELD_NAME, NULL);
  add_decision (&record, PRW_VERDICT_REJECT, PRW_REJECTED_REASON_NONE, "dropped", why);
  write_record (&record);
}

void
prw_audit_outcome (PrwSecurityManager *peer, PrwSecurityStatus status, PrwSecurityLevel level, PrwSecurityProcess process)
{
  g_autofree char *message =
    g_strdup_printf ("outcome: %s status=%s level=%s process=%s", prw_security_manager_get_path (peer), prw_security_status_to_string (status),
                     prw_security_level_to_string (level), prw_security_process_to_string (process));
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };
  Record record;

  prw_security_manager_fill_facts (peer, &facts);
  record_init (&record, PRW_AUDIT_OUTCOME, NOTICE, message);
  add_peer (&record, peer, &facts);
  add (&record, PRW_FIELD_STATUS, prw_security_status_to_string (status));
  add (&record, PRW_FIELD_LEVEL, prw_security_level_to_string (level));
  add (&record, PRW_FIELD_PROCESS, prw_security_process_to_string (process));
  write_record (&record);
}

void
prw_audit_closed (PrwRequest *request)
{
  const char *state = prw_request_state_to_string (prw_request_get_state (request));
  g_autofree char *number = g_strdup_printf ("%u", prw_request_get_id (request));
  g_autofree char *message = g_strdup_printf ("request %s closed: %s", number, state);
  g_autofree char *adapter = NULL;
  char address[PRW_ADDRESS_LEN + 1];
  Record record;

  record_init (&record, PRW_AUDIT_CLOSED, NOTICE, message);
  adapter = add_path (&record, prw_request_get_peer (request), address);
  add (&record, PRW_FIELD_NAME, prw_request_get_peer_name (request));
  add (&record, PRW_FIELD_REQUEST, number);
  add (&record, PRW_FIELD_EVENT, prw_event_to_string (prw_request_get_event (request)));
  add (&record, PRW_FIELD_SERVICE, prw_request_get_service (request));
  add (&record, PRW_FIELD_ANSWER, state);
  write_record (&record);
}

void
prw_audit_suspect (PrwSecurityManager *peer)
{
  g_autofree char *message = g_strdup_printf ("%s: the other side seems to have lost its key; pair again with force to replace the bond",
                                              prw_security_manager_get_path (peer));
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };
  Record record;

  prw_security_manager_fill_facts (peer, &facts);
  record_init (&record, PRW_AUDIT_SUSPECT, WARNING, message);
  add_peer (&record, peer, &facts);
  write_record (&record);
}

void
prw_audit_lockout (const char *who, gint64 seconds, guint failures)
{
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, seconds), *count = g_strdup_printf ("%u", failures);
  g_autofree char *message = g_strdup_printf ("%s: locked out for %s s after %s failures", who, time, count);
  char address[PRW_ADDRESS_LEN + 1];
  gboolean is_peer = prw_address_normalize (who, address);
  Record record;

  record_init (&record, PRW_AUDIT_LOCKOUT, WARNING, message);
  add (&record, PRW_FIELD_PEER, is_peer ? who : NULL);
  add (&record, PRW_FIELD_ADAPTER, is_peer ? NULL : who);
  add (&record, PRW_FIELD_SECONDS, time);
  add (&record, PRW_FIELD_FAILURES, count);
  write_record (&record);
}

void
prw_audit_window (gint64 seconds)
{
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, seconds);
  g_autofree char *message = seconds > 0 ? g_strdup_printf ("the pairing window is open for %s s", time) : g_strdup ("the pairing window is closed");
  Record record;

  record_init (&record, PRW_AUDIT_WINDOW, NOTICE, message);
  add (&record, PRW_FIELD_SECONDS, time);
  write_record (&record);
}

void
prw_audit_floor (PrwPairingPolicy floor)
{
  g_autofree char *flags = prw_pairing_policy_to_string (floor);
  g_autofree char *message = g_strdup_printf ("PairingPolicy is %s", flags);
  Record record;

  record_init (&record, PRW_AUDIT_FLOOR, NOTICE, message);
  add (&record, PRW_FIELD_POLICY, flags);
  write_record (&record);
}
