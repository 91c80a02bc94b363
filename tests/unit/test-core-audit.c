/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request that is lost is refused, and recorded as a decision. */
#include "config.h"

#include "core/audit.h"

#include <string.h>

#include "core/host.h"
#include "policy/records.h"

static GHashTable *written;

static GLogWriterOutput
keep (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0)
      g_hash_table_insert (written, g_strdup (fields[i].key), g_strdup (fields[i].value));
  return G_LOG_WRITER_HANDLED;
}

static const char *
field (const char *name)
{
  return g_hash_table_lookup (written, name);
}

static void
on_answer (const PrwAnswer *answer, gpointer data)
{
  *(PrwAnswerKind *) data = answer->kind;
}

static void
test_dropped (void)
{
  PrwAnswerKind kind = PRW_ANSWER_ACCEPT;
  PrwReply *reply = prw_reply_new (on_answer, &kind, NULL);
  PrwAgentCall *call =
    prw_agent_call_new (PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, "/org/bluez/hci1/dev_C0_00_00_00_00_01", reply);

  prw_reply_unref (reply);
  prw_agent_call_unref (call);
  g_assert_cmpint (kind, ==, PRW_ANSWER_REJECT);
  g_assert_cmpstr (field ("MESSAGE_ID"), ==, PRW_RECORD_DECISION);
  g_assert_cmpstr (field (PRW_FIELD_VERDICT), ==, "reject");
  g_assert_cmpstr (field (PRW_FIELD_RULE), ==, "dropped");
  g_assert_cmpstr (field (PRW_FIELD_PEER), ==, "C0:00:00:00:00:01");
  g_assert_cmpstr (field (PRW_FIELD_ADAPTER), ==, "hci1");
  g_assert_cmpstr (field ("PRIORITY"), ==, "4");
}

static void
test_answered (void)
{
  PrwAnswerKind kind = PRW_ANSWER_REJECT;
  PrwReply *reply = prw_reply_new (on_answer, &kind, NULL);
  PrwAgentCall *call = prw_agent_call_new (PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, "/org/bluez/hci1/dev_C0_00_00_00_00_01", reply);

  g_hash_table_remove_all (written);
  prw_reply_accept (reply);
  prw_reply_unref (reply);
  prw_agent_call_unref (call);
  g_assert_cmpint (kind, ==, PRW_ANSWER_ACCEPT);
  g_assert_null (field ("MESSAGE_ID"));
}

/* journalctl -x shows the bare name of a field that the record has not. */
static void
assert_explained (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("top_srcdir"), "data/journal/pairward.catalog", NULL), *text = NULL;
  g_autofree char *begin = g_strdup_printf ("-- %s\n", field ("MESSAGE_ID"));
  g_auto (GStrv) parts = NULL;
  const char *found;
  char *end;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  found = strstr (text, begin);
  g_assert_nonnull (found);
  end = strstr (found + strlen (begin), "\n-- ");
  if (end != NULL)
    *end = '\0';
  parts = g_strsplit (found, "@", -1);
  for (guint i = 1; parts[i] != NULL && parts[i + 1] != NULL; i += 2)
    if (field (parts[i]) == NULL)
      g_error ("%s is in the catalog and not in the record %s", parts[i], field ("MESSAGE"));
}

static void
test_explained (void)
{
  g_hash_table_remove_all (written);
  prw_audit_dropped ("/org/bluez/hci1/dev_C0_00_00_00_00_01", "nobody took it");
  assert_explained ();
  g_hash_table_remove_all (written);
  prw_audit_dropped ("/", "nobody took it");
  assert_explained ();
  g_hash_table_remove_all (written);
  prw_audit_lockout ("C0:00:00:00:00:01", 60, 3);
  g_assert_cmpstr (field (PRW_FIELD_PEER), ==, "C0:00:00:00:00:01");
  assert_explained ();
  g_hash_table_remove_all (written);
  prw_audit_lockout ("hci0", 60, 3);
  g_assert_cmpstr (field (PRW_FIELD_ADAPTER), ==, "hci0");
  g_assert_cmpstr (field (PRW_FIELD_PEER), ==, "");
  assert_explained ();
  prw_audit_window (0);
  assert_explained ();
  prw_audit_floor (PRW_PAIRING_POLICY_ALLOW_ALL);
  assert_explained ();
}

/* What is read back from the journal is what was written. */
static void
test_kinds (void)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal), words = g_hash_table_new (g_str_hash, g_str_equal);
  PrwAuditKind found;
  const char *id;

  for (PrwAuditKind kind = PRW_AUDIT_DECISION; (id = prw_audit_kind_to_id (kind)) != NULL; kind++)
    {
      g_assert_true (prw_audit_kind_from_id (id, &found));
      g_assert_cmpint (found, ==, kind);
      g_assert_true (g_hash_table_add (ids, (gpointer) id));
      g_assert_true (g_hash_table_add (words, (gpointer) prw_audit_kind_to_string (kind)));
    }
  g_assert_cmpuint (g_hash_table_size (ids), ==, PRW_AUDIT_FLOOR + 1);
  g_assert_false (prw_audit_kind_from_id ("00000000000000000000000000000000", &found));
  g_assert_false (prw_audit_kind_from_id (NULL, &found));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_log_set_writer_func (keep, NULL, NULL);
  g_test_add_func ("/core/audit/dropped", test_dropped);
  g_test_add_func ("/core/audit/answered", test_answered);
  g_test_add_func ("/core/audit/explained", test_explained);
  g_test_add_func ("/core/audit/kinds", test_kinds);
  return g_test_run ();
}
