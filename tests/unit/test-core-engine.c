/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* The engine over a fake host and a fake clock: what it does with requests, and with procedures of ours. */
#include <string.h>

#include "core/error.h"
#include "core-stage.h"

#define HID "00001124-0000-1000-8000-00805f9b34fb"

/* By policy alone: WithoutHandler= answers Just Works, and never forges authentication. */
static void
test_nobody_to_ask (void)
{
  static const struct { PrwWithoutHandler without; PrwAgentMethod method; const char *answer, *story; } table[] = {
    { PRW_WITHOUT_HANDLER_ACCEPT, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, "accept", "" },
    { PRW_WITHOUT_HANDLER_REJECT, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, "reject", "refused no-handler; " },
    { PRW_WITHOUT_HANDLER_ACCEPT, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, "reject", "refused no-handler; " },
    { PRW_WITHOUT_HANDLER_ACCEPT, PRW_AGENT_METHOD_REQUEST_PASSKEY, "reject", "refused no-handler; " },
    { PRW_WITHOUT_HANDLER_ACCEPT, PRW_AGENT_METHOD_REQUEST_PIN_CODE, "reject", "refused no-handler; " },
    { PRW_WITHOUT_HANDLER_WAIT, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, "", "" },
    { PRW_WITHOUT_HANDLER_WAIT, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      GString *answer;

      stage_open (&stage, (Setup) { .without_handler = table[i].without });
      stage_appear (&stage, FAKE_CONNECTED);
      answer = prw_fake_host_ask (stage.host, table[i].method, 42, NULL);
      fake_assert_answer (answer, table[i].answer);
      stage_assert_story (&stage, table[i].story);
      stage_close (&stage);
      g_assert_cmpstr (answer->str, !=, ""); /* the end of the daemon answers what is open */
      g_string_free (answer, TRUE);
    }
}

static void
test_comparison (void)
{
  Stage stage;
  GString *answer;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_assert_calls (&stage, "capability keyboard-display; pairable 1");
  stage_appear (&stage, FAKE_CONNECTED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  fake_assert_answer (answer, "");
  g_assert_true (prw_security_manager_get_pairing_in_process (stage.peer));
  g_assert_cmpstr (prw_request_get_passkey (stage_question (&stage), NULL), ==, "000042");
  g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
  fake_assert_answer (answer, "accept");
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  stage_assert_story (&stage, "level lesc-mitm; bonding success lesc-mitm; ");
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  /* It leaves and comes back: encryption with the stored key, at the level of the bond, nobody is asked. */
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_assert_story (&stage, "level no-access; ");
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 1);
  stage_assert_story (&stage, "level lesc-mitm; encryption success lesc-mitm; ");
  g_string_free (answer, TRUE);
  stage_close (&stage);
}

static void
test_refusals (void)
{
  static const struct { PrwAgentMethod method; const char *story; } table[] = {
    { PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, "refused user-rejected; " },
    { PRW_AGENT_METHOD_REQUEST_CONFIRMATION, "pairing num-comp-failure open; " },
    { PRW_AGENT_METHOD_REQUEST_PASSKEY, "pairing passkey-entry-failed open; " },
    { PRW_AGENT_METHOD_REQUEST_PIN_CODE, "pairing passkey-entry-failed open; " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      GString *answer;

      stage_open (&stage, (Setup) { 0 });
      stage_handler (&stage);
      stage_appear (&stage, FAKE_CONNECTED);
      answer = prw_fake_host_ask (stage.host, table[i].method, 42, NULL);
      g_assert_true (prw_request_reject (stage_question (&stage), NULL));
      fake_assert_answer (answer, "reject");
      stage_assert_story (&stage, table[i].story);
      g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
      g_string_free (answer, TRUE);
      stage_close (&stage);
    }
}

static void
test_display_refused (void)
{
  Stage stage;
  GString *answer;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 123456, NULL);
  fake_assert_answer (answer, "accept"); /* it has been answered; only the end of the link stops it */
  g_assert_true (prw_request_reject (stage_question (&stage), NULL));
  stage_assert_calls (&stage, "disconnect");
  stage_assert_story (&stage, "pairing passkey-entry-failed open; ");
  g_string_free (answer, TRUE);
  stage_close (&stage);
}

static void
test_question_ends (void)
{
  static const char *const stories[] = { "", "level no-access; pairing unspecified no-access; ", "level no-access; pairing unspecified no-access; ",
                                         "level no-access; pairing unspecified no-access; ", "pairing timeout open; ", "refused no-handler; " };
  static const char *const answers[] = { "cancel", "reject", "reject", "reject", "reject", "reject" };

  for (guint way = 0; way < G_N_ELEMENTS (stories); way++)
    {
      Stage stage;
      GString *answer;

      stage_open (&stage, (Setup) { 0 });
      stage_handler (&stage);
      stage_appear (&stage, FAKE_CONNECTED);
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
      if (way == 0)
        prw_fake_host_cancel (stage.host);
      else if (way == 1)
        stage_change (&stage, 0);
      else if (way == 2)
        prw_fake_host_remove (stage.host, FAKE_DEVICE);
      else if (way == 3)
        prw_fake_host_set_available (stage.host, FALSE);
      else if (way == 4)
        prw_fake_clock_advance_seconds (stage.clock, 25);
      else
        prw_handlers_remove (prw_engine_get_handlers (stage.engine), ":1.1");
      fake_assert_answer (answer, answers[way]);
      stage_assert_story (&stage, stories[way]);
      g_string_free (answer, TRUE);
      stage_close (&stage);
    }
}

static void
test_unseen_end (void)
{
  Stage stage;
  GString *answer;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 1);
  g_string_truncate (stage.story, 0);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
  fake_assert_answer (answer, "accept");
  /* bluetoothd shows nothing when a bond is replaced: the link that outlives SMP's limit tells. The key in use may be
   * the old one all the same: no more is claimed than was known of that. */
  prw_fake_clock_advance_seconds (stage.clock, 35);
  stage_assert_story (&stage, "bonding success just-works; ");
  g_string_free (answer, TRUE);
  stage_close (&stage);
}

static void
test_rule_secrets (void)
{
  Stage stage;
  PrwRule *rule = prw_rule_new ("box");
  GString *passkey, *pin;

  rule->has_passkey = TRUE;
  rule->passkey = 4711;
  rule->pin = g_strdup ("0815");
  stage_open (&stage, (Setup) { .rule = rule });
  g_assert_cmpint (prw_engine_get_effective_capability (stage.engine), ==, PRW_IO_CAPABILITY_KEYBOARD_ONLY);
  stage_appear (&stage, FAKE_CONNECTED);
  passkey = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_PASSKEY, 0, NULL);
  fake_assert_answer (passkey, "004711");
  pin = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_PIN_CODE, 0, NULL);
  fake_assert_answer (pin, "0815");
  g_string_free (passkey, TRUE);
  g_string_free (pin, TRUE);
  stage_close (&stage);
}

static void
test_window (void)
{
  Stage stage;
  GString *answer;

  stage_open (&stage, (Setup) { .window_required = TRUE });
  stage_handler (&stage);
  stage_assert_calls (&stage, "capability keyboard-display"); /* Pairable stays off */
  stage_appear (&stage, FAKE_CONNECTED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  fake_assert_answer (answer, "reject");
  stage_assert_story (&stage, "refused window-closed; ");
  g_string_free (answer, TRUE);
  g_assert_true (prw_window_open (prw_engine_get_window (stage.engine), 5, NULL));
  stage_assert_calls (&stage, "pairable 1; discoverable 1");
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  g_assert_true (prw_request_accept (stage_question (&stage), NULL));
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  stage_assert_story (&stage, "level just-works; bonding success just-works; ");
  g_assert_false (prw_window_is_open (prw_engine_get_window (stage.engine))); /* CloseAfterBond= */
  stage_assert_calls (&stage, "pairable 0; discoverable 0");
  g_string_free (answer, TRUE);
  stage_close (&stage);
}

/* A weaker bond than the rule requires is removed as soon as it is there. */
static void
test_require_after (void)
{
  Stage stage;
  PrwRule *rule = prw_rule_new ("strict");
  GString *answer;

  rule->require = PRW_SECURITY_LEVEL_LESC_MITM;
  stage_open (&stage, (Setup) { .rule = rule });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_PASSKEY, 0, NULL);
  g_assert_true (prw_request_enter_passkey (stage_question (&stage), 1, NULL));
  stage_forget_calls (&stage);
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  stage_assert_calls (&stage, "remove");
  g_assert_nonnull (strstr (stage.story->str, "refused insufficient-security"));
  g_string_free (answer, TRUE);
  stage_close (&stage);
}

/* Peers exist while there is business with them, and no longer. */
static void
test_peers_come_and_go (void)
{
  Stage stage;
  g_autoptr (GPtrArray) peers = NULL;
  GString *answer;

  stage_open (&stage, (Setup) { .floor = PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS });
  prw_engine_release_peer (stage.engine, stage.peer);
  fake_pump ();
  g_assert_null (prw_engine_find_peer (stage.engine, FAKE_PEER));
  stage_change (&stage, 0);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  fake_assert_answer (answer, "reject");
  peers = prw_engine_get_peers (stage.engine);
  g_assert_cmpuint (peers->len, ==, 0);
  g_string_free (answer, TRUE);
  g_object_unref (stage.peer);
  prw_engine_hold_peer_async (stage.engine, "hci0", FAKE_ADDRESS, stage_on_held, &stage.peer);
  fake_pump ();
  stage_close (&stage);
}

static void
on_explained (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *verdict = NULL, *rule = NULL, *reason = NULL;
  GString *text = data;

  if (prw_engine_explain_finish (PRW_ENGINE (source), result, &verdict, &rule, &reason, NULL))
    g_string_printf (text, "%s %s %s", verdict, rule, reason);
  else
    g_string_assign (text, "error");
}

/* @facts: "name=value", blanks between */
static void
assert_explained (Stage *stage, PrwSecurityManager *peer, const char *facts, const char *expected)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new (), values = g_strv_builder_new ();
  g_auto (GStrv) list = g_strsplit (facts, " ", -1), name_list = NULL, value_list = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (list[i], "=", 2);

      g_strv_builder_add (names, pair[0]);
      g_strv_builder_add (values, pair[1]);
    }
  name_list = g_strv_builder_end (names);
  value_list = g_strv_builder_end (values);
  prw_engine_explain_async (stage->engine, peer, (const char *const *) name_list, (const char *const *) value_list, on_explained, text);
  fake_pump ();
  g_assert_cmpstr (text->str, ==, expected);
}

/* A dry run: without a peer only what is given counts, whoever is registered and whatever is open. */
static void
test_explain (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .window_required = TRUE });
  stage_handler (&stage);
  g_assert_true (prw_window_open (prw_engine_get_window (stage.engine), 60, NULL));
  assert_explained (&stage, NULL, "initiator=remote", "reject window window-closed");
  assert_explained (&stage, NULL, "window=open", "reject without-handler no-handler");
  assert_explained (&stage, NULL, "window=open handler=yes", "ask handler A handler is asked");
  assert_explained (&stage, NULL, "colour=red", "error");
  stage_appear (&stage, FAKE_CONNECTED);
  assert_explained (&stage, stage.peer, "association-model=just-works", "ask handler A handler is asked");
  assert_explained (&stage, stage.peer, "handler=no", "reject without-handler no-handler");
  assert_explained (&stage, stage.peer, "locked-out=yes", "reject lockout locked-out");
  stage_assert_story (&stage, ""); /* nothing was decided */
  stage_close (&stage);
}

/* Always and never hold for this bond, and are part of what is explained. */
static void
test_remembered (void)
{
  Stage stage;
  Outcome outcome;
  g_autoptr (GString) first = NULL, second = NULL, third = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  first = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  g_assert_true (prw_request_accept_always (stage_question (&stage), NULL));
  fake_assert_answer (first, "accept");
  second = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  fake_assert_answer (second, "accept");
  assert_explained (&stage, stage.peer, "kind=service service=hid", "accept remembered It was always to be allowed");
  assert_explained (&stage, stage.peer, "kind=service service=hid remembered=no", "reject remembered user-rejected");
  assert_explained (&stage, stage.peer, "kind=service service=spp", "ask handler A handler is asked");
  /* bluetoothd's end is no end of the bond */
  prw_fake_host_set_available (stage.host, FALSE);
  prw_fake_host_set_available (stage.host, TRUE);
  assert_explained (&stage, stage.peer, "kind=service service=hid", "accept remembered It was always to be allowed");
  stage_delete (&stage, &outcome);
  g_assert_no_error (outcome.error);
  stage_appear (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  third = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  fake_assert_answer (third, "");
  stage_close (&stage);
  fake_assert_answer (third, "reject");
}

/* A PIN of legacy pairing is found by whoever listens: as much as the kernel says of its key is said without it. */
static void
test_pin (void)
{
  static const struct { guint end; const char *story; } table[] = {
    { FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED | FAKE_BREDR, "level just-works; bonding success just-works; " },
    { FAKE_BREDR, "level no-access; pairing confirm-value no-access; " }, /* it was wrong */
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      g_autoptr (GString) answer = NULL;

      stage_open (&stage, (Setup) { 0 });
      stage_handler (&stage);
      stage_appear (&stage, FAKE_CONNECTED | FAKE_BREDR);
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_PIN_CODE, 0, NULL);
      g_assert_true (prw_request_enter_pin (stage_question (&stage), "4711", NULL));
      stage_change (&stage, table[i].end);
      stage_assert_story (&stage, table[i].story);
      stage_close (&stage);
    }
}

static void
on_bonds (GObject *source, GAsyncResult *result, gpointer data)
{
  GPtrArray **bonds = data;

  *bonds = prw_engine_list_bonds_finish (PRW_ENGINE (source), result, NULL);
}

/* Whoever asks while bluetoothd's adapters are still being read gets the answer that is true a moment later. */
static void
test_unsettled (void)
{
  Stage stage;
  PrwSecurityManager *early = NULL;
  g_autoptr (GPtrArray) bonds = NULL;

  stage_open (&stage, (Setup) { 0 });
  prw_fake_host_set_device (stage.host, FAKE_DEVICE, "Board", FAKE_PAIRED | FAKE_BONDED);
  prw_fake_host_set_settled (stage.host, FALSE);
  prw_engine_hold_peer_async (stage.engine, "hci0", "C0:00:00:00:00:02", stage_on_held, &early);
  prw_engine_list_bonds_async (stage.engine, on_bonds, &bonds);
  fake_pump ();
  g_assert_null (early);
  g_assert_null (bonds);
  prw_fake_host_set_settled (stage.host, TRUE);
  fake_pump ();
  g_assert_nonnull (early);
  g_assert_nonnull (bonds);
  g_assert_cmpuint (bonds->len, ==, 1);
  prw_engine_release_peer (stage.engine, early);
  g_object_unref (early);
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/nobody-to-ask", test_nobody_to_ask);
  g_test_add_func ("/engine/comparison", test_comparison);
  g_test_add_func ("/engine/refusals", test_refusals);
  g_test_add_func ("/engine/display-refused", test_display_refused);
  g_test_add_func ("/engine/question-ends", test_question_ends);
  g_test_add_func ("/engine/unseen-end", test_unseen_end);
  g_test_add_func ("/engine/rule-secrets", test_rule_secrets);
  g_test_add_func ("/engine/window", test_window);
  g_test_add_func ("/engine/require-after", test_require_after);
  g_test_add_func ("/engine/peers-come-and-go", test_peers_come_and_go);
  g_test_add_func ("/engine/explain", test_explain);
  g_test_add_func ("/engine/remembered", test_remembered);
  g_test_add_func ("/engine/pin", test_pin);
  g_test_add_func ("/engine/unsettled", test_unsettled);
  return g_test_run ();
}
