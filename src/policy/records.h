/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What the journal keeps of pairward: one structured record for each event, known by its MESSAGE_ID. These are for others to read
 * (data/journal/pairward.catalog explains each): they never change, and what a field means does not either.
 */
#define PRW_RECORD_DECISION "935a596f310e4452b0118ed95844caa6" /* policy was asked, or a request got no verdict */
#define PRW_RECORD_OUTCOME "4380f8f7a5234cb294a59a53e3daea45"  /* how a pairing or an encryption ended */
#define PRW_RECORD_CLOSED "5433df7d6fe843a28774a7c194348ed6"   /* how a question closed */
#define PRW_RECORD_SUSPECT "8eadb4d13df5489eba5e224d90507f20"  /* the other side seems to have lost its key */
#define PRW_RECORD_LOCKOUT "214377077018422d9db5ad57301b391e"  /* an address or an adapter is not heard for a while */
#define PRW_RECORD_WINDOW "c24a2853c8364a88b4748c84bfa89cbc"   /* the pairing window opened or closed */
#define PRW_RECORD_FLOOR "a502b471c4f14ec1bde89dff6ad0adb8"    /* what is refused of everybody was changed */

/** PrwAuditKind: what a record tells; who writes one names it by this, and who reads one has a case for each. Beginning with 0, without gaps. */
typedef enum
{
  PRW_AUDIT_DECISION,
  PRW_AUDIT_OUTCOME,
  PRW_AUDIT_CLOSED,
  PRW_AUDIT_SUSPECT,
  PRW_AUDIT_LOCKOUT,
  PRW_AUDIT_WINDOW,
  PRW_AUDIT_FLOOR,
} PrwAuditKind;

/** prw_audit_kind_to_id: Returns: (transfer none) (nullable): its MESSAGE_ID; NULL after the last kind */
const char *prw_audit_kind_to_id (PrwAuditKind kind);
/** prw_audit_kind_from_id: @id: (nullable). Returns: FALSE when it is none of ours */
gboolean prw_audit_kind_from_id (const char *id, PrwAuditKind *out);
/** prw_audit_kind_to_string: Returns: (transfer none) (nullable): "record" of history's JSON, which never changes: "decision"; NULL after the last kind */
const char *prw_audit_kind_to_string (PrwAuditKind kind);

/*
 * Fields. Values are text from the tables in policy/types.h where there is one. A field of a record is always there, and empty where
 * it is not known.
 */
#define PRW_FIELD_PEER "PAIRWARD_PEER"         /* its address */
#define PRW_FIELD_NAME "PAIRWARD_NAME"         /* its name, sanitised */
#define PRW_FIELD_ADAPTER "PAIRWARD_ADAPTER"   /* "hci0" */
#define PRW_FIELD_OBJECT "PAIRWARD_OBJECT"     /* its object path */
#define PRW_FIELD_ROLE "PAIRWARD_ROLE"         /* ours */
#define PRW_FIELD_KIND "PAIRWARD_KIND"         /* of a request: pairing, security-request, service */
#define PRW_FIELD_INITIATOR "PAIRWARD_INITIATOR"
#define PRW_FIELD_MODEL "PAIRWARD_MODEL"       /* the association model */
#define PRW_FIELD_SERVICE "PAIRWARD_SERVICE"   /* a UUID */
#define PRW_FIELD_BONDED "PAIRWARD_BONDED"
#define PRW_FIELD_VERDICT "PAIRWARD_VERDICT"
#define PRW_FIELD_RULE "PAIRWARD_RULE"         /* what decided */
#define PRW_FIELD_REASON "PAIRWARD_REASON"
#define PRW_FIELD_WHY "PAIRWARD_WHY"
#define PRW_FIELD_LEVEL "PAIRWARD_LEVEL"
#define PRW_FIELD_PROCESS "PAIRWARD_PROCESS"
#define PRW_FIELD_STATUS "PAIRWARD_STATUS"
#define PRW_FIELD_REQUEST "PAIRWARD_REQUEST"   /* number of a question */
#define PRW_FIELD_EVENT "PAIRWARD_EVENT"       /* what was asked */
#define PRW_FIELD_ANSWER "PAIRWARD_ANSWER"     /* how it closed */
#define PRW_FIELD_SECONDS "PAIRWARD_SECONDS"   /* of a window (0: closed) or a lockout */
#define PRW_FIELD_FAILURES "PAIRWARD_FAILURES"
#define PRW_FIELD_POLICY "PAIRWARD_POLICY"     /* flags */

G_END_DECLS
