/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/records.h"

const char *
prw_audit_kind_to_id (PrwAuditKind kind)
{
  switch (kind)
    {
    case PRW_AUDIT_DECISION:
      return PRW_RECORD_DECISION;
    case PRW_AUDIT_OUTCOME:
      return PRW_RECORD_OUTCOME;
    case PRW_AUDIT_CLOSED:
      return PRW_RECORD_CLOSED;
    case PRW_AUDIT_SUSPECT:
      return PRW_RECORD_SUSPECT;
    case PRW_AUDIT_LOCKOUT:
      return PRW_RECORD_LOCKOUT;
    case PRW_AUDIT_WINDOW:
      return PRW_RECORD_WINDOW;
    case PRW_AUDIT_FLOOR:
      return PRW_RECORD_FLOOR;
    }
  return NULL;
}

const char *
prw_audit_kind_to_string (PrwAuditKind kind)
{
  switch (kind)
    {
    case PRW_AUDIT_DECISION:
      return "decision";
    case PRW_AUDIT_OUTCOME:
      return "outcome";
    case PRW_AUDIT_CLOSED:
      return "closed";
    case PRW_AUDIT_SUSPECT:
      return "suspect";
    case PRW_AUDIT_LOCKOUT:
      return "lockout";
    case PRW_AUDIT_WINDOW:
      return "window";
    case PRW_AUDIT_FLOOR:
      return "policy";
    }
  return NULL;
}

gboolean
prw_audit_kind_from_id (const char *id, PrwAuditKind *out)
{
  const char *known;

  for (PrwAuditKind kind = PRW_AUDIT_DECISION; (known = prw_audit_kind_to_id (kind)) != NULL; kind++)
    if (g_strcmp0 (known, id) == 0)
      {
        *out = kind;
        return TRUE;
      }
  return FALSE;
}
