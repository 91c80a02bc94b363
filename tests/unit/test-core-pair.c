/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Pair(), CancelPairing() and DeleteBondingData() of a security manager. */
#include <string.h>

#include "core/error.h"
#include "core-stage.h"

#define OTHER_DEVICE "/org/bluez/hci0/dev_C0_00_00_00_00_02"
#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

static void
test_pair_new (void)
{
  Stage stage;
  Outcome first, second;

  stage_open (&stage, (Setup) { 0 });
  stage_pair (&stage, FALSE, &first); /* not known: looked for */
  stage_pair (&stage, FALSE, &second); /* joins it */
  stage_assert_calls (&stage, "find " FAKE_ADDRESS);
  stage_change (&stage, 0);
  prw_fake_host_finish (stage.host, -1);
  stage_assert_calls (&stage, "pairable 1; pair keyboard-display"); /* nothing incoming was acceptable: the switch is borrowed */
  g_assert_true (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  prw_fake_host_finish (stage.host, -1);
  outcome_assert (&first, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
  outcome_assert (&second, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
  stage_assert_calls (&stage, "pairable 0");
  g_assert_true (g_str_has_suffix (stage.story->str, "level just-works; bonding success just-works; "));
  stage_close (&stage);
}

/* bluetoothd reads services before it answers, and the other side stalls: the bond is there all the same. */
static void
test_pair_unanswered (void)
{
  Stage stage;
  Outcome outcome;

  stage_open (&stage, (Setup) { .without_handler = PRW_WITHOUT_HANDLER_ACCEPT });
  stage_appear (&stage, FAKE_CONNECTED);
  stage_pair (&stage, FALSE, &outcome);
  stage_change (&stage, BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 9);
  fake_pump ();
  g_assert_true (prw_security_manager_get_pairing_in_process (stage.peer));
  prw_fake_clock_advance_seconds (stage.clock, 1);
  fake_pump ();
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  g_assert_false (prw_fake_host_is_cancelled (stage.host)); /* that would unpair it */
  stage_forget_calls (&stage);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_AUTHENTICATION_CANCELED);
  fake_pump ();
  stage_assert_calls (&stage, "");
  stage_assert_story (&stage, "level just-works; bonding success just-works; ");
  stage_close (&stage);
}

static void
test_pair_without_bond (void)
{
  Stage stage;
  Outcome outcome;
  PrwSecurityParameters parameters = PRW_SECURITY_PARAMETERS_DEFAULT;

  stage_open (&stage, (Setup) { .without_handler = PRW_WITHOUT_HANDLER_ACCEPT });
  prw_security_manager_set_parameters (stage.peer, &parameters);
  stage_appear (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_calls (&stage, "pairable 0; pair none"); /* with Pairable off the kernel stores nothing */
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED);
  prw_fake_host_finish (stage.host, -1);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_PAIRING);
  stage_assert_calls (&stage, "pairable 1");
  stage_close (&stage);
}

static void
test_pair_bonded (void)
{
  Stage stage;
  Outcome outcome;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_calls (&stage, "connect");
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  prw_fake_host_finish (stage.host, -1);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_ENCRYPTION);
  stage_pair (&stage, FALSE, &outcome); /* encrypted already */
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_ENCRYPTION);
  stage_assert_calls (&stage, "");
  /* A link that comes and goes at once: the other side has no key any more. */
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_pair (&stage, FALSE, &outcome);
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_FAILED); /* bluetoothd says so before it shows the link gone */
  outcome_assert (&outcome, PRW_SECURITY_STATUS_UNSPECIFIED, PRW_SECURITY_LEVEL_OPEN, PRW_SECURITY_PROCESS_ENCRYPTION);
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  g_assert_true (stage_get_boolean (&stage, "bond-suspect"));
  /* Forced: forgotten, found, paired anew. */
  stage_forget_calls (&stage);
  stage_pair (&stage, TRUE, &outcome);
  stage_assert_calls (&stage, "remove; find " FAKE_ADDRESS);
  stage_change (&stage, 0);
  prw_fake_host_finish (stage.host, -1);
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  prw_fake_host_finish (stage.host, -1);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
  g_assert_false (stage_get_boolean (&stage, "bond-suspect"));
  stage_close (&stage);
}

/* Each way Pair() of bluetoothd can end badly: a status where a procedure began, else an error; -1 status: an error. */
static void
test_pair_failures (void)
{
  static const struct { PrwHostError code; int status; PrwError error; gint64 after; } table[] = {
    { PRW_HOST_ERROR_AUTHENTICATION_FAILED, PRW_SECURITY_STATUS_UNSPECIFIED, 0, 1 },
    { PRW_HOST_ERROR_AUTHENTICATION_REJECTED, PRW_SECURITY_STATUS_UNSPECIFIED, 0, 1 },
    { PRW_HOST_ERROR_AUTHENTICATION_TIMEOUT, PRW_SECURITY_STATUS_TIMEOUT, 0, 1 },
    { PRW_HOST_ERROR_AUTHENTICATION_CANCELED, PRW_SECURITY_STATUS_UNSPECIFIED, 0, 1 },
    { PRW_HOST_ERROR_AUTHENTICATION_CANCELED, PRW_SECURITY_STATUS_TIMEOUT, 0, 30 },
    { PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED, -1, PRW_ERROR_CONNECTION_FAILED, 1 },
    { PRW_HOST_ERROR_NOT_READY, -1, PRW_ERROR_NOT_READY, 1 },
    { PRW_HOST_ERROR_NOT_FOUND, -1, PRW_ERROR_NOT_FOUND, 1 },
    { PRW_HOST_ERROR_IN_PROGRESS, -1, PRW_ERROR_INVALID_OPERATION, 1 },
    { PRW_HOST_ERROR_TIMEOUT, -1, PRW_ERROR_TIMEOUT, 1 },
    { PRW_HOST_ERROR_FAILED, -1, PRW_ERROR_FAILED, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      Outcome outcome;

      stage_open (&stage, (Setup) { 0 });
      stage_appear (&stage, FAKE_CONNECTED);
      stage_pair (&stage, FALSE, &outcome);
      prw_fake_clock_advance_seconds (stage.clock, table[i].after);
      prw_fake_host_finish (stage.host, table[i].code);
      if (table[i].status >= 0)
        outcome_assert (&outcome, table[i].status, PRW_SECURITY_LEVEL_OPEN, PRW_SECURITY_PROCESS_PAIRING);
      else
        g_assert_error (outcome.error, PRW_ERROR, (int) table[i].error);
      g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
      g_assert_nonnull (strstr (stage.story->str, "pairing "));
      g_clear_error (&outcome.error);
      stage_close (&stage);
    }
}

static void
test_pair_cannot_begin (void)
{
  Stage stage;
  Outcome outcome;
  g_autoptr (GError) error = NULL;

  stage_open (&stage, (Setup) { 0 });
  prw_fake_host_set_powered (stage.host, FALSE);
  stage_pair (&stage, FALSE, &outcome);
  outcome_assert_error (&outcome, PRW_ERROR_NOT_READY);
  prw_fake_host_set_powered (stage.host, TRUE);
  stage_pair (&stage, FALSE, &outcome);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_TIMEOUT);
  outcome_assert_error (&outcome, PRW_ERROR_NOT_FOUND); /* was not heard */
  stage_appear (&stage, FAKE_CONNECTED);
  stage_pair (&stage, FALSE, &outcome);
  g_assert_true (prw_security_manager_cancel_pairing (stage.peer, NULL));
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_AUTHENTICATION_CANCELED);
  outcome_assert_error (&outcome, PRW_ERROR_CANCELED);
  g_assert_false (prw_security_manager_cancel_pairing (stage.peer, &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_INVALID_OPERATION);
  stage_close (&stage);
}

/* Who asks for a new pairing while the bond is only being encrypted with gets one, and everybody else with him. */
static void
test_forced_joins (void)
{
  for (int code = -1; code <= PRW_HOST_ERROR_FAILED; code++)
    {
      Stage stage;
      Outcome first, second;

      stage_open (&stage, (Setup) { 0 });
      stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
      stage_pair (&stage, FALSE, &first);
      stage_pair (&stage, TRUE, &second);
      stage_assert_calls (&stage, "connect");
      if (code == -1)
        stage_change (&stage, BONDED);
      prw_fake_host_finish (stage.host, code);
      stage_assert_calls (&stage, "remove; find " FAKE_ADDRESS);
      g_assert_false (first.ended);
      stage_change (&stage, FAKE_CONNECTED);
      prw_fake_host_finish (stage.host, -1);
      stage_change (&stage, BONDED);
      prw_fake_host_finish (stage.host, -1);
      outcome_assert (&first, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
      outcome_assert (&second, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
      stage_assert_story (&stage, "level open; level just-works; bonding success just-works; ");
      stage_close (&stage);
    }
}

/* A forced pairing whose peer does not come back: what is left is said. */
static void
test_forced_in_vain (void)
{
  Stage stage;
  Outcome outcome;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_pair (&stage, TRUE, &outcome);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_TIMEOUT);
  g_assert_error (outcome.error, PRW_ERROR, PRW_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (outcome.error->message, "the old bond is gone"));
  g_clear_error (&outcome.error);
  g_assert_false (prw_security_manager_get_bonded (stage.peer));
  stage_close (&stage);
}

/* What policy refuses anyway is refused before a bond is given up for it. */
static void
test_refused_before (void)
{
  static const struct { PrwAction action; PrwSecurityLevel require; gboolean passcode, refused; } table[] = {
    { PRW_ACTION_UNSET, PRW_SECURITY_LEVEL_MITM, FALSE, TRUE },
    { PRW_ACTION_UNSET, PRW_SECURITY_LEVEL_MITM, TRUE, FALSE },
    { PRW_ACTION_UNSET, PRW_SECURITY_LEVEL_JUST_WORKS, FALSE, FALSE },
    { PRW_ACTION_REJECT, PRW_SECURITY_LEVEL_NO_ACCESS, TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    for (guint bonded = 0; bonded < 2; bonded++)
      {
        Stage stage;
        Outcome outcome;
        PrwRule *rule = prw_rule_new ("strict");
        PrwSecurityParameters parameters = PRW_SECURITY_PARAMETERS_DEFAULT;

        rule->action = table[i].action;
        rule->require = table[i].require;
        stage_open (&stage, (Setup) { .rule = rule, .without_handler = PRW_WITHOUT_HANDLER_WAIT });
        parameters.passcode_pairing = table[i].passcode;
        prw_security_manager_set_parameters (stage.peer, &parameters);
        stage_appear (&stage, bonded ? BONDED : FAKE_CONNECTED);
        stage_forget_calls (&stage);
        stage_pair (&stage, TRUE, &outcome);
        if (!table[i].refused)
          {
            g_assert_false (outcome.ended);
            prw_fake_host_finish (stage.host, PRW_HOST_ERROR_FAILED);
            outcome_assert_error (&outcome, PRW_ERROR_FAILED);
          }
        else
          {
            outcome_assert_error (&outcome, PRW_ERROR_REJECTED);
            stage_assert_calls (&stage, "");
          }
        stage_close (&stage);
      }
}

/* What came out weaker than the rule requires is removed, and the caller is told so. */
static void
test_weak_bond (void)
{
  Stage stage;
  Outcome outcome;
  PrwRule *rule = prw_rule_new ("strict");

  rule->require = PRW_SECURITY_LEVEL_MITM;
  stage_open (&stage, (Setup) { .rule = rule });
  stage_appear (&stage, FAKE_CONNECTED);
  stage_pair (&stage, FALSE, &outcome); /* nobody is asked: Just Works, though a passcode was wanted */
  stage_forget_calls (&stage);
  stage_change (&stage, BONDED);
  prw_fake_host_finish (stage.host, -1);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.result.status, ==, PRW_SECURITY_STATUS_AUTH_REQ);
  stage_assert_calls (&stage, "pairable 0; remove");
  g_assert_nonnull (strstr (stage.story->str, "refused insufficient-security; bonding auth-req "));
  stage_close (&stage);
}

/* A code that we show: refused, or not typed in time, ends the pairing with that status, and no bond stays. */
static void
test_display_stops (void)
{
  static const struct { gboolean refused; int code; PrwSecurityStatus status; const char *calls; } table[] = {
    { TRUE, PRW_HOST_ERROR_AUTHENTICATION_CANCELED, PRW_SECURITY_STATUS_PASSKEY_ENTRY_FAILED, "pairable 0" },
    { FALSE, PRW_HOST_ERROR_CANCELLED, PRW_SECURITY_STATUS_TIMEOUT, "pairable 0" },
    { TRUE, -1, PRW_SECURITY_STATUS_PASSKEY_ENTRY_FAILED, "remove; pairable 0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      Outcome outcome;
      g_autoptr (GString) answer = NULL;

      stage_open (&stage, (Setup) { 0 });
      prw_handlers_set (prw_engine_get_handlers (stage.engine), ":1.1", PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, NULL);
      prw_engine_set_floor (stage.engine, PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS);
      stage_appear (&stage, FAKE_CONNECTED);
      stage_pair (&stage, FALSE, &outcome);
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 7, NULL);
      stage_forget_calls (&stage);
      if (table[i].refused)
        g_assert_true (prw_request_reject (stage_question (&stage), NULL));
      else
        prw_fake_clock_advance_seconds (stage.clock, 25);
      g_assert_false (outcome.ended);
      prw_fake_host_finish (stage.host, table[i].code);
      g_assert_no_error (outcome.error);
      g_assert_cmpint (outcome.result.status, ==, table[i].status);
      g_assert_cmpint (outcome.result.process, ==, PRW_SECURITY_PROCESS_PAIRING);
      stage_assert_calls (&stage, table[i].calls);
      stage_close (&stage);
    }
}

/* Nobody is there who could show it: policy says no, the pairing ends with a status all the same. */
static void
test_display_without_handler (void)
{
  Stage stage;
  Outcome outcome;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, FAKE_CONNECTED);
  stage_pair (&stage, FALSE, &outcome);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_DISPLAY_PASSKEY, 7, NULL);
  stage_assert_story (&stage, "refused no-handler; ");
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CANCELLED);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_PASSKEY_ENTRY_FAILED, PRW_SECURITY_LEVEL_OPEN, PRW_SECURITY_PROCESS_PAIRING);
  stage_assert_story (&stage, "pairing passkey-entry-failed open; ");
  stage_close (&stage);
}

/* One pairing of ours at a time has the Pairable switch; who waits for it can be cancelled at once. */
static void
test_two_peers (void)
{
  Stage stage;
  Outcome first, second = { 0 };
  PrwSecurityManager *held = stage.peer, *other = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, FAKE_CONNECTED);
  prw_fake_host_set_device (stage.host, OTHER_DEVICE, "Another", FAKE_CONNECTED);
  prw_engine_hold_peer_async (stage.engine, "hci0", "C0:00:00:00:00:02", stage_on_held, &other);
  stage_pair (&stage, FALSE, &first);
  stage_assert_calls (&stage, "pairable 1; pair keyboard-display");
  held = stage.peer;
  stage.peer = other;
  stage_pair (&stage, FALSE, &second);
  stage_assert_calls (&stage, "");
  g_assert_true (prw_security_manager_cancel_pairing (other, NULL));
  fake_pump ();
  outcome_assert_error (&second, PRW_ERROR_CANCELED);
  /* and who waits on gets it next */
  stage_pair (&stage, FALSE, &second);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_AUTHENTICATION_FAILED);
  g_assert_true (first.ended);
  stage_assert_calls (&stage, "pair keyboard-display");
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_AUTHENTICATION_FAILED);
  g_assert_true (second.ended);
  stage_assert_calls (&stage, "pairable 0");
  stage.peer = held;
  prw_engine_release_peer (stage.engine, other);
  g_object_unref (other);
  stage_close (&stage);
}

/* The peer wants to pair anew while we only encrypt: two things, each with an end of its own. */
static void
test_encryption_beside_pairing (void)
{
  Stage stage;
  Outcome outcome;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_pair (&stage, FALSE, &outcome);
  stage_change (&stage, BONDED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  prw_fake_host_finish (stage.host, -1);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_ENCRYPTION);
  stage_assert_story (&stage, "level just-works; encryption success just-works; ");
  g_assert_true (prw_security_manager_get_pairing_in_process (stage.peer));
  fake_assert_answer (answer, "");
  g_assert_true (prw_request_match_confirm (stage_question (&stage), FALSE, NULL));
  stage_assert_story (&stage, "pairing num-comp-failure just-works; ");
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  /* the other way round */
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_pair (&stage, FALSE, &outcome);
  fake_clear_answer (&answer);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  g_string_truncate (stage.story, 0);
  g_assert_true (prw_request_reject (stage_question (&stage), NULL));
  stage_assert_story (&stage, "refused user-rejected; ");
  stage_change (&stage, BONDED);
  prw_fake_host_finish (stage.host, -1);
  stage_assert_story (&stage, "level just-works; encryption success just-works; ");
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_close (&stage);
}

static PrwRole
role (Stage *stage)
{
  guint value;

  g_object_get (stage->peer, "role", &value, NULL);
  return value;
}

/* Who connects is the central, on LE; what does not connect leaves nothing of that. */
static void
test_role (void)
{
  Stage stage;
  Outcome outcome;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, 0);
  stage_pair (&stage, FALSE, &outcome);
  stage_change (&stage, BONDED);
  prw_fake_host_finish (stage.host, -1);
  g_assert_cmpint (role (&stage), ==, PRW_ROLE_CENTRAL);
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  g_assert_cmpint (role (&stage), ==, PRW_ROLE_UNKNOWN);
  prw_fake_clock_advance_seconds (stage.clock, 1);
  stage_pair (&stage, FALSE, &outcome);
  g_assert_cmpint (role (&stage), ==, PRW_ROLE_CENTRAL);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_FAILED);
  outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
  g_assert_cmpint (role (&stage), ==, PRW_ROLE_UNKNOWN);
  stage_appear (&stage, FAKE_CONNECTED); /* they connected */
  stage_pair (&stage, FALSE, &outcome);
  g_assert_cmpint (role (&stage), ==, PRW_ROLE_UNKNOWN);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_AUTHENTICATION_FAILED);
  stage_appear (&stage, 0);
  stage_pair (&stage, FALSE, &outcome);
  g_assert_cmpint (role (&stage), ==, PRW_ROLE_CENTRAL);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
  outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
  g_assert_cmpint (role (&stage), ==, PRW_ROLE_UNKNOWN);
  stage_appear (&stage, FAKE_BREDR); /* which has no such roles */
  stage_pair (&stage, FALSE, &outcome);
  g_assert_cmpint (role (&stage), ==, PRW_ROLE_UNKNOWN);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
  outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
  stage_close (&stage);
}

/* Once Pair() has ended, what the peer asks for is its own. */
static void
test_not_ours_any_more (void)
{
  Stage stage;
  Outcome outcome;
  g_autoptr (GString) during = NULL, after = NULL;

  stage_open (&stage, (Setup) { .floor = PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  stage_pair (&stage, FALSE, &outcome);
  during = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
  fake_assert_answer (during, "accept");
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED);
  prw_fake_host_finish (stage.host, -1); /* the bond is waited for */
  after = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  fake_assert_answer (after, "reject");
  stage_change (&stage, BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 2);
  fake_pump ();
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_LESC_MITM, PRW_SECURITY_PROCESS_BONDING);
  stage_close (&stage);
}

static void
test_delete (void)
{
  Stage stage;
  Outcome outcome = { 0 }, pairing;

  stage_open (&stage, (Setup) { 0 });
  stage_appear (&stage, FAKE_CONNECTED);
  stage_delete (&stage, &outcome);
  g_assert_true (outcome.ended);
  g_assert_no_error (outcome.error); /* no bond: nothing happens */
  stage_pair (&stage, FALSE, &pairing);
  stage_delete (&stage, &outcome);
  outcome_assert_error (&outcome, PRW_ERROR_INVALID_OPERATION);
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED);
  prw_fake_host_finish (stage.host, -1);
  stage_forget_calls (&stage);
  stage_delete (&stage, &outcome);
  g_assert_no_error (outcome.error);
  stage_assert_calls (&stage, "remove");
  g_assert_false (prw_security_manager_get_bonded (stage.peer));
  stage_close (&stage);
}

/* A pairing that begins while the device is looked at is not removed under its feet; without bluetoothd nothing is. */
static void
test_delete_overtaken (void)
{
  Stage stage;
  Outcome outcome;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, BONDED);
  stage_forget_calls (&stage);
  prw_fake_host_hold (stage.host, FAKE_HOLD_READS);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  stage_delete (&stage, &outcome);
  g_assert_false (outcome.ended);
  prw_fake_host_hold (stage.host, 0); /* in their order: the question is open when the second is looked at */
  outcome_assert_error (&outcome, PRW_ERROR_INVALID_OPERATION);
  stage_assert_calls (&stage, "");
  g_assert_true (prw_request_reject (stage_question (&stage), NULL));
  prw_fake_host_set_available (stage.host, FALSE);
  stage_delete (&stage, &outcome);
  outcome_assert_error (&outcome, PRW_ERROR_NOT_READY);
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pair/new", test_pair_new);
  g_test_add_func ("/pair/unanswered", test_pair_unanswered);
  g_test_add_func ("/pair/without-bond", test_pair_without_bond);
  g_test_add_func ("/pair/bonded", test_pair_bonded);
  g_test_add_func ("/pair/failures", test_pair_failures);
  g_test_add_func ("/pair/cannot-begin", test_pair_cannot_begin);
  g_test_add_func ("/pair/forced-joins", test_forced_joins);
  g_test_add_func ("/pair/forced-in-vain", test_forced_in_vain);
  g_test_add_func ("/pair/refused-before", test_refused_before);
  g_test_add_func ("/pair/weak-bond", test_weak_bond);
  g_test_add_func ("/pair/display-stops", test_display_stops);
  g_test_add_func ("/pair/display-without-handler", test_display_without_handler);
  g_test_add_func ("/pair/two-peers", test_two_peers);
  g_test_add_func ("/pair/encryption-beside-pairing", test_encryption_beside_pairing);
  g_test_add_func ("/pair/role", test_role);
  g_test_add_func ("/pair/not-ours-any-more", test_not_ours_any_more);
  g_test_add_func ("/pair/delete", test_delete);
  g_test_add_func ("/pair/delete-overtaken", test_delete_overtaken);
  return g_test_run ();
}
