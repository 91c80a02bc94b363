/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request that is lost is refused, and recorded as a decision. */
#include "config.h"

#include "core/audit.h"
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_log_set_writer_func (keep, NULL, NULL);
  g_test_add_func ("/core/audit/dropped", test_dropped);
  g_test_add_func ("/core/audit/answered", test_answered);
  return g_test_run ();
}
