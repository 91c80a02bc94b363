/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* A Pair() of ours that is stopped, or loses what it needs, at each of its stages. */
#include "core/error.h"
#include "core-stage.h"

#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

/* Where a Pair() of ours is: what holds it up, and how the fake host goes on after it was stopped. */
typedef enum
{
  AT_READING,  /* of the device */
  AT_FINDING,
  AT_FORGETTING, /* forced: the old bond */
  AT_SWITCHING,  /* Pairable, which bluetoothd does not show yet */
  AT_PAIRING,  /* Device1.Pair() */
  AT_ENTERING, /* the same, with a question open */
  AT_CONNECTING,
  AT_BONDED,   /* Pair() succeeded, its bond is waited for */
  N_STAGES,
} At;

static void
pair_until (Stage *stage, At at, Outcome *outcome)
{
  static const guint holds[N_STAGES] = {
    [AT_READING] = FAKE_HOLD_READS, [AT_FORGETTING] = FAKE_HOLD_REMOVALS, [AT_SWITCHING] = FAKE_HOLD_SWITCHES,
  };

  stage_open (stage, (Setup) { 0 });
  if (at != AT_FINDING)
    stage_appear (stage, at == AT_CONNECTING || at == AT_FORGETTING ? FAKE_PAIRED | FAKE_BONDED : FAKE_CONNECTED);
  prw_fake_host_hold (stage->host, holds[at]);
  stage_pair (stage, at == AT_FORGETTING, outcome);
  if (at == AT_ENTERING)
    {
      stage_handler (stage);
      stage->answer = prw_fake_host_ask (stage->host, PRW_AGENT_METHOD_REQUEST_PASSKEY, 0, NULL);
      g_assert_cmpuint (stage_count_questions (stage), ==, 1);
    }
  if (at == AT_BONDED)
    {
      stage_change (stage, FAKE_CONNECTED | FAKE_PAIRED);
      prw_fake_host_finish (stage->host, -1);
    }
  g_assert_true (prw_security_manager_get_pairing_in_process (stage->peer));
  g_assert_false (outcome->ended);
  stage_forget_calls (stage);
  g_string_truncate (stage->story, 0);
}

/* What waits in bluetoothd ends with @code; a reading, or what waits for time, with what there is. */
static void
let_end (Stage *stage, At at, PrwHostError code)
{
  if (at == AT_READING || at == AT_FORGETTING || at == AT_SWITCHING)
    prw_fake_host_hold (stage->host, 0);
  else if (at == AT_BONDED)
    prw_fake_clock_advance_seconds (stage->clock, 2);
  else
    prw_fake_host_finish (stage->host, code);
  fake_pump ();
  g_assert_cmpuint (stage_count_questions (stage), ==, 0);
  g_assert_false (prw_security_manager_get_pairing_in_process (stage->peer));
}

static void
test_cancel_anywhere (void)
{
  static const char *const stories[N_STAGES] = {
    [AT_READING] = "", [AT_FINDING] = "", [AT_FORGETTING] = "", [AT_SWITCHING] = "", [AT_PAIRING] = "pairing unspecified open; ", [AT_ENTERING] = "pairing unspecified open; ",
    [AT_CONNECTING] = "", [AT_BONDED] = "level just-works; pairing success just-works; ",
  };

  for (At at = AT_READING; at < N_STAGES; at++)
    {
      Stage stage;
      Outcome outcome;

      pair_until (&stage, at, &outcome);
      g_assert_true (prw_security_manager_cancel_pairing (stage.peer, NULL));
      let_end (&stage, at, at == AT_PAIRING || at == AT_ENTERING ? PRW_HOST_ERROR_AUTHENTICATION_CANCELED : PRW_HOST_ERROR_CANCELLED);
      if (at == AT_BONDED) /* too late */
        outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_PAIRING);
      else
        outcome_assert_error (&outcome, PRW_ERROR_CANCELED);
      stage_assert_story (&stage, stories[at]);
      stage_assert_calls (&stage, at == AT_CONNECTING ? "disconnect" : at == AT_PAIRING || at == AT_BONDED ? "pairable 0" : "");
      g_assert_cmpint (prw_security_manager_get_bonded (stage.peer), ==, at == AT_CONNECTING);
      stage_close (&stage);
    }
}

/* The controller is unplugged, or bluetoothd dies, and comes back: an error that says so, and the next try works. */
static void
test_gone_anywhere (void)
{
  for (guint bluetoothd = 0; bluetoothd < 2; bluetoothd++)
    for (At at = AT_READING; at < N_STAGES; at++)
      {
        Stage stage;
        Outcome outcome;

        pair_until (&stage, at, &outcome);
        if (bluetoothd)
          prw_fake_host_set_available (stage.host, FALSE);
        else
          prw_fake_host_set_plugged (stage.host, FALSE);
        let_end (&stage, at, PRW_HOST_ERROR_NOT_READY);
        if (at == AT_BONDED) /* it was paired, as bluetoothd had said */
          outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_NO_ACCESS, PRW_SECURITY_PROCESS_PAIRING);
        else
          outcome_assert_error (&outcome, PRW_ERROR_NOT_READY);
        if (bluetoothd)
          prw_fake_host_set_available (stage.host, TRUE);
        else
          prw_fake_host_set_plugged (stage.host, TRUE);
        stage_appear (&stage, FAKE_CONNECTED);
        stage_pair (&stage, FALSE, &outcome);
        stage_change (&stage, BONDED);
        prw_fake_host_finish (stage.host, -1);
        outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
        stage_close (&stage);
      }
}

/* Somebody else removes the device meanwhile. */
static void
test_removed_anywhere (void)
{
  static const struct { At at; PrwHostError code; int status; PrwError error; } table[] = {
    { AT_PAIRING, PRW_HOST_ERROR_AUTHENTICATION_CANCELED, PRW_SECURITY_STATUS_UNSPECIFIED, 0 },
    { AT_ENTERING, PRW_HOST_ERROR_AUTHENTICATION_CANCELED, PRW_SECURITY_STATUS_UNSPECIFIED, 0 },
    { AT_PAIRING, PRW_HOST_ERROR_NOT_FOUND, -1, PRW_ERROR_NOT_FOUND },
    { AT_CONNECTING, PRW_HOST_ERROR_NOT_FOUND, -1, PRW_ERROR_NOT_FOUND },
    { AT_CONNECTING, (PrwHostError) -1, -1, PRW_ERROR_CONNECTION_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      Outcome outcome;

      pair_until (&stage, table[i].at, &outcome);
      prw_fake_host_remove (stage.host, FAKE_DEVICE);
      g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
      let_end (&stage, table[i].at, table[i].code);
      if (table[i].status >= 0)
        outcome_assert (&outcome, table[i].status, PRW_SECURITY_LEVEL_NO_ACCESS, PRW_SECURITY_PROCESS_PAIRING);
      else
        outcome_assert_error (&outcome, (int) table[i].error);
      stage_close (&stage);
    }
}

/* The daemon ends: bluetoothd is told to stop, and the caller that. */
static void
test_shutdown (void)
{
  Stage stage;
  Outcome outcome;

  pair_until (&stage, AT_PAIRING, &outcome);
  g_assert_false (prw_fake_host_is_cancelled (stage.host));
  prw_engine_shutdown (stage.engine);
  g_assert_true (prw_fake_host_is_cancelled (stage.host));
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CANCELLED);
  outcome_assert_error (&outcome, PRW_ERROR_CANCELED);
  stage_close (&stage);
}

/* ... and when it is not waited for, nothing of it is used after it is gone. */
static void
test_outlives_engine (void)
{
  Stage stage;
  Outcome outcome;

  pair_until (&stage, AT_PAIRING, &outcome);
  stage_close_engine (&stage);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CANCELLED);
  outcome_assert_error (&outcome, PRW_ERROR_CANCELED);
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interrupted/cancel", test_cancel_anywhere);
  g_test_add_func ("/interrupted/gone", test_gone_anywhere);
  g_test_add_func ("/interrupted/removed", test_removed_anywhere);
  g_test_add_func ("/interrupted/shutdown", test_shutdown);
  g_test_add_func ("/interrupted/outlives-engine", test_outlives_engine);
  return g_test_run ();
}
