/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What becomes of a peer that bluetoothd asks about: its questions, its level, and how its pairing ends. */
#include "core-stage.h"

#define HID "00001124-0000-1000-8000-00805f9b34fb"
#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

/* A service is none of the pairing's business: neither ends the other. */
static void
test_service_beside_pairing (void)
{
  Stage stage;
  g_autoptr (GString) pairing = NULL, service = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  pairing = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED);
  service = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  stage_change (&stage, BONDED);
  stage_assert_story (&stage, "level lesc-mitm; bonding success lesc-mitm; ");
  g_assert_cmpint (prw_request_get_state (stage_question (&stage)), ==, PRW_REQUEST_STATE_OPEN);
  /* nor does the end of an encryption close it */
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  fake_assert_answer (service, "reject"); /* but the disconnection does */
  stage_change (&stage, BONDED);
  g_string_truncate (stage.story, 0);
  fake_clear_answer (&service);
  service = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  prw_fake_clock_advance_seconds (stage.clock, 1);
  stage_assert_story (&stage, "level lesc-mitm; encryption success lesc-mitm; ");
  fake_assert_answer (service, "");
  g_assert_true (prw_request_accept (stage_question (&stage), NULL));
  fake_assert_answer (service, "accept");
  stage_close (&stage);
}

static void
test_service_refused_while_pairing (void)
{
  Stage stage;
  g_autoptr (GString) pairing = NULL, service = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  pairing = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
  service = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID); /* not paired yet */
  fake_assert_answer (service, "reject");
  stage_assert_story (&stage, "refused insufficient-security; ");
  g_assert_true (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_change (&stage, BONDED);
  stage_assert_story (&stage, "level lesc-mitm; bonding success lesc-mitm; ");
  stage_close (&stage);
}

/* 25 s on LE, where SMP gives up at 30; 55 s on BR/EDR and for services. */
static void
test_deadlines (void)
{
  static const struct { guint flags; PrwAgentMethod method; int seconds; } table[] = {
    { 0, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 25 },
    { 0, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 25 },
    { 0, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 25 },
    { FAKE_BREDR, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 55 },
    { FAKE_BREDR, PRW_AGENT_METHOD_REQUEST_PIN_CODE, 55 },
    { FAKE_BREDR, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 55 },
    { FAKE_PAIRED | FAKE_BONDED, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 55 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      g_autoptr (GString) answer = NULL;
      g_autoptr (PrwRequest) request = NULL;

      stage_open (&stage, (Setup) { 0 });
      stage_handler (&stage);
      stage_appear (&stage, FAKE_CONNECTED | table[i].flags);
      answer = prw_fake_host_ask (stage.host, table[i].method, 0, table[i].method == PRW_AGENT_METHOD_AUTHORIZE_SERVICE ? HID : NULL);
      request = g_object_ref (stage_question (&stage));
      prw_fake_clock_advance_seconds (stage.clock, table[i].seconds - 1);
      g_assert_cmpint (prw_request_get_state (request), ==, PRW_REQUEST_STATE_OPEN);
      prw_fake_clock_advance_seconds (stage.clock, 1);
      g_assert_cmpint (prw_request_get_state (request), ==, PRW_REQUEST_STATE_EXPIRED);
      g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
      stage_close (&stage);
    }
}

static void
test_display (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL, again = NULL;
  g_autoptr (PrwRequest) first = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 7, NULL);
  first = g_object_ref (stage_question (&stage));
  g_assert_cmpstr (prw_request_get_passkey (first, NULL), ==, "000007");
  prw_fake_host_typed (stage.host, 7, 4);
  g_assert_cmpint (prw_request_get_entered (first), ==, 4);
  g_assert_cmpuint (stage_count_questions (&stage), ==, 1);
  /* another pairing shows another code: the old one is moot */
  again = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 8, NULL);
  g_assert_cmpint (prw_request_get_state (first), ==, PRW_REQUEST_STATE_COMPLETED);
  g_assert_cmpstr (prw_request_get_passkey (stage_question (&stage), NULL), ==, "000008");
  stage_change (&stage, BONDED);
  g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
  stage_assert_story (&stage, "level mitm; bonding success mitm; ");
  /* keys that are still pressed open nothing */
  prw_fake_host_typed (stage.host, 8, 6);
  g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
  stage_close (&stage);
}

/* Where a bond is replaced nothing shows that the code was typed: the display ends in time, the pairing goes on. */
static void
test_display_of_repairing (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_change (&stage, BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 1);
  g_string_truncate (stage.story, 0);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 7, NULL);
  stage_forget_calls (&stage);
  prw_fake_clock_advance_seconds (stage.clock, 25);
  g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
  stage_assert_calls (&stage, "");
  stage_assert_story (&stage, "");
  prw_fake_clock_advance_seconds (stage.clock, 35);
  stage_assert_story (&stage, "bonding success just-works; ");
  stage_close (&stage);
}

/* What a pairing of theirs that breaks off ends with. @after: seconds from the question to the end of the link */
static void
test_broken_off (void)
{
  static const struct { PrwAgentMethod method; gboolean answered; gint64 after; const char *story; } table[] = {
    { PRW_AGENT_METHOD_REQUEST_CONFIRMATION, FALSE, 1, "level no-access; pairing unspecified no-access; " },
    { PRW_AGENT_METHOD_REQUEST_CONFIRMATION, TRUE, 1, "level no-access; pairing unspecified no-access; " },
    { PRW_AGENT_METHOD_REQUEST_CONFIRMATION, TRUE, 30, "level no-access; pairing timeout no-access; " },
    { PRW_AGENT_METHOD_REQUEST_PASSKEY, FALSE, 1, "level no-access; pairing unspecified no-access; " },
    { PRW_AGENT_METHOD_REQUEST_PASSKEY, TRUE, 1, "level no-access; pairing confirm-value no-access; " },
    { PRW_AGENT_METHOD_DISPLAY_PASSKEY, FALSE, 1, "level no-access; pairing confirm-value no-access; " },
    { PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, TRUE, 1, "level no-access; pairing unspecified no-access; " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      g_autoptr (GString) answer = NULL;

      stage_open (&stage, (Setup) { 0 });
      stage_handler (&stage);
      stage_appear (&stage, FAKE_CONNECTED);
      answer = prw_fake_host_ask (stage.host, table[i].method, 42, NULL);
      if (table[i].answered && table[i].method == PRW_AGENT_METHOD_REQUEST_PASSKEY)
        g_assert_true (prw_request_enter_passkey (stage_question (&stage), 1, NULL));
      else if (table[i].answered && table[i].method == PRW_AGENT_METHOD_REQUEST_CONFIRMATION)
        g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
      else if (table[i].answered)
        g_assert_true (prw_request_accept (stage_question (&stage), NULL));
      prw_fake_clock_advance_seconds (stage.clock, table[i].after);
      stage_change (&stage, 0);
      stage_assert_story (&stage, table[i].story);
      stage_close (&stage);
    }
}

/* bluetoothd takes its question back: the pairing failed, whether or not the link goes too. */
static void
test_cancelled_by_bluetoothd (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED | FAKE_BREDR);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  prw_fake_host_cancel (stage.host);
  fake_assert_answer (answer, "cancel");
  g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
  prw_fake_clock_advance_seconds (stage.clock, 2);
  stage_assert_story (&stage, "pairing unspecified open; ");
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_close (&stage);
}

/* CancelPairing() of a pairing that the other side began. */
static void
test_cancelled_here (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  g_assert_true (prw_security_manager_cancel_pairing (stage.peer, NULL));
  fake_assert_answer (answer, "cancel");
  stage_assert_calls (&stage, "disconnect");
  stage_change (&stage, 0);
  stage_assert_story (&stage, "level no-access; pairing unspecified no-access; ");
  /* said too late: what came of it is removed */
  stage_appear (&stage, FAKE_CONNECTED);
  fake_clear_answer (&answer);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
  g_assert_true (prw_security_manager_cancel_pairing (stage.peer, NULL));
  stage_change (&stage, BONDED);
  stage_assert_calls (&stage, "disconnect; remove");
  stage_assert_story (&stage, "level no-access; pairing unspecified no-access; ");
  stage_close (&stage);
}

/* A question about a device that bluetoothd does not show connected ends with the device all the same. */
static void
test_removed_unconnected (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_BREDR);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  prw_fake_host_remove (stage.host, FAKE_DEVICE);
  fake_assert_answer (answer, "reject");
  stage_assert_story (&stage, "pairing unspecified no-access; ");
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_close (&stage);
}

/* A display has nobody who waits for its answer: bluetoothd's end closes it as such. */
static void
test_bluetoothd_ends (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;
  g_autoptr (PrwRequest) request = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 42, NULL);
  request = g_object_ref (stage_question (&stage));
  prw_fake_host_set_available (stage.host, FALSE);
  g_assert_cmpint (prw_request_get_state (request), ==, PRW_REQUEST_STATE_UNAVAILABLE);
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_close (&stage);
}

/* Another program's agent was asked: told, once, and left alone however weak it is. */
static void
test_pairing_of_others (void)
{
  Stage stage;
  PrwRule *rule = prw_rule_new ("strict");

  rule->require = PRW_SECURITY_LEVEL_MITM;
  rule->trust = PRW_TRISTATE_YES;
  stage_open (&stage, (Setup) { .rule = rule });
  stage_appear (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED);
  g_assert_true (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_change (&stage, BONDED);
  stage_assert_story (&stage, "level just-works; bonding success just-works; ");
  prw_fake_clock_advance_seconds (stage.clock, 60);
  stage_assert_story (&stage, "");
  stage_assert_calls (&stage, ""); /* neither removed nor trusted */
  stage_close (&stage);
}

static void
test_pairing_of_others_without_bond (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, FAKE_CONNECTED);
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED);
  prw_fake_clock_advance_seconds (stage.clock, 2);
  stage_assert_story (&stage, "level just-works; pairing success just-works; ");
  stage_change (&stage, 0);
  stage_assert_story (&stage, "level no-access; ");
  /* gone before it could bond */
  stage_change (&stage, FAKE_CONNECTED);
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED);
  stage_change (&stage, 0);
  stage_assert_story (&stage, "level open; level no-access; pairing success no-access; ");
  stage_close (&stage);
}

/* What was refused and bonds nevertheless is removed; what somebody pairs later on the same link is not. */
static void
test_refused_and_bonded (void)
{
  static const struct { gint64 later; const char *calls, *story; } table[] = {
    { 1, "remove", "level no-access; " },
    { 10, "", "level just-works; bonding success just-works; " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      g_autoptr (GString) answer = NULL;

      stage_open (&stage, (Setup) { .floor = PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS });
      stage_appear (&stage, FAKE_CONNECTED);
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
      fake_assert_answer (answer, "reject");
      stage_assert_story (&stage, "refused non-bonded-central-request; ");
      stage_forget_calls (&stage);
      prw_fake_clock_advance_seconds (stage.clock, table[i].later);
      stage_change (&stage, BONDED);
      stage_assert_calls (&stage, table[i].calls);
      stage_assert_story (&stage, table[i].story);
      stage_close (&stage);
    }
}

/* The encryption of a bonded link that comes up is in process until it is seen to hold. */
static void
test_encryption (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_change (&stage, BONDED);
  g_assert_true (prw_security_manager_get_pairing_in_process (stage.peer));
  g_assert_true (stage_get_boolean (&stage, "is-previously-bonded"));
  stage_assert_story (&stage, "");
  prw_fake_clock_advance_seconds (stage.clock, 1);
  stage_assert_story (&stage, "level just-works; encryption success just-works; ");
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  /* one that does not hold tells nothing */
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_change (&stage, BONDED);
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 1);
  stage_assert_story (&stage, "level no-access; ");
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_close (&stage);
}

/* A link that was there before us: its level, but no encryption that we would have seen. */
static void
test_encrypted_before_us (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  stage_change (&stage, BONDED);
  stage_assert_story (&stage, "level just-works; ");
  prw_fake_clock_advance_seconds (stage.clock, 5);
  stage_assert_story (&stage, "");
  stage_close (&stage);
}

/* Trust=true waits for a bond that is strong enough. */
static void
test_trust (void)
{
  static const struct { PrwSecurityLevel require; guint flags; const char *calls; } table[] = {
    { PRW_SECURITY_LEVEL_MITM, BONDED, "trusted 1" },
    { PRW_SECURITY_LEVEL_LESC_MITM, BONDED, "remove" },
    { PRW_SECURITY_LEVEL_MITM, FAKE_CONNECTED | FAKE_PAIRED, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      PrwRule *rule = prw_rule_new ("trusted");
      g_autoptr (GString) answer = NULL;

      rule->trust = PRW_TRISTATE_YES;
      rule->require = table[i].require;
      stage_open (&stage, (Setup) { .rule = rule });
      stage_handler (&stage);
      stage_appear (&stage, FAKE_CONNECTED);
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_PASSKEY, 0, NULL);
      g_assert_true (prw_request_enter_passkey (stage_question (&stage), 1, NULL));
      stage_forget_calls (&stage);
      stage_change (&stage, table[i].flags);
      prw_fake_clock_advance_seconds (stage.clock, 2);
      stage_assert_calls (&stage, table[i].calls);
      stage_close (&stage);
    }
}

/* The daemon ends while a device is being read: the request is refused, and nothing is asked any more. */
static void
test_shutdown_while_reading (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  prw_fake_host_hold (stage.host, FAKE_HOLD_READS);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  prw_engine_shutdown (stage.engine);
  prw_fake_host_hold (stage.host, 0);
  fake_assert_answer (answer, "reject");
  g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
  stage_close (&stage);
}

/* The same when nothing of the daemon but the call is left. */
static void
test_gone_while_reading (void)
{
  g_autoptr (GString) answer = NULL;
  Stage stage;
  PrwFakeHost *host;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, FAKE_CONNECTED);
  host = g_object_ref (stage.host);
  prw_fake_host_hold (host, FAKE_HOLD_READS);
  answer = prw_fake_host_ask (host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  stage_close_engine (&stage);
  prw_fake_host_hold (host, 0);
  fake_assert_answer (answer, "reject");
  g_object_unref (host);
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/service-beside-pairing", test_service_beside_pairing);
  g_test_add_func ("/peer/service-refused-while-pairing", test_service_refused_while_pairing);
  g_test_add_func ("/peer/deadlines", test_deadlines);
  g_test_add_func ("/peer/display", test_display);
  g_test_add_func ("/peer/display-of-repairing", test_display_of_repairing);
  g_test_add_func ("/peer/broken-off", test_broken_off);
  g_test_add_func ("/peer/cancelled-by-bluetoothd", test_cancelled_by_bluetoothd);
  g_test_add_func ("/peer/cancelled-here", test_cancelled_here);
  g_test_add_func ("/peer/removed-unconnected", test_removed_unconnected);
  g_test_add_func ("/peer/bluetoothd-ends", test_bluetoothd_ends);
  g_test_add_func ("/peer/pairing-of-others", test_pairing_of_others);
  g_test_add_func ("/peer/pairing-of-others-without-bond", test_pairing_of_others_without_bond);
  g_test_add_func ("/peer/refused-and-bonded", test_refused_and_bonded);
  g_test_add_func ("/peer/encryption", test_encryption);
  g_test_add_func ("/peer/encrypted-before-us", test_encrypted_before_us);
  g_test_add_func ("/peer/trust", test_trust);
  g_test_add_func ("/peer/shutdown-while-reading", test_shutdown_while_reading);
  g_test_add_func ("/peer/gone-while-reading", test_gone_while_reading);
  return g_test_run ();
}
