/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* A peripheral's Security Request: policy, the question about it, and what waits behind that. */
#include "core-stage.h"
#include "link-events.h"

#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

/* A new peripheral, to which we connected, asks. There is a handler. */
static void
new_peripheral_asks (Stage *stage)
{
  stage_open (stage, (Setup) { .kernel_link = TRUE });
  stage_handler (stage);
  stage_appear (stage, 0);
  stage_show (stage, as_central);
  stage_change (stage, FAKE_CONNECTED);
  stage_show (stage, they_ask);
}

/* The handler is asked about the Security Request, and not again about the Just Works pairing that comes of it. */
static void
test_security_request (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  new_peripheral_asks (&stage);
  g_assert_cmpint (prw_request_get_event (stage_question (&stage)), ==, PRW_EVENT_PERIPHERAL_SECURITY_REQUEST);
  stage_show (&stage, we_send);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  fake_pump ();
  g_assert_cmpstr (answer->str, ==, ""); /* it waits for the first question */
  g_assert_true (prw_request_accept (stage_question (&stage), NULL));
  fake_pump ();
  g_assert_cmpstr (answer->str, ==, "accept");
  g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
  stage_show (&stage, encrypted);
  stage_show (&stage, weak_key);
  stage_change (&stage, BONDED);
  stage_assert_story (&stage, "level open; level just-works; bonding success just-works; ");
  stage_close (&stage);
}

static void
test_security_request_rejected (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  new_peripheral_asks (&stage);
  stage_show (&stage, we_send);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  fake_pump ();
  g_assert_true (prw_request_reject (stage_question (&stage), NULL));
  fake_pump ();
  g_assert_cmpstr (answer->str, ==, "reject");
  stage_show (&stage, failed (0x0c, TRUE));
  stage_assert_story (&stage, "level open; refused user-rejected; ");
  stage_close (&stage);
}

/* bluetoothd takes back what waits behind the first question: both are over. */
static void
test_security_request_cancelled (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  new_peripheral_asks (&stage);
  stage_show (&stage, we_send);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  fake_pump ();
  prw_fake_host_cancel (stage.host);
  fake_pump ();
  g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
  stage_show (&stage, failed (0x08, FALSE));
  stage_assert_story (&stage, "level open; pairing unspecified open; ");
  stage_close (&stage);
}

/* A bonded peripheral that asks: bit 4 disconnects it, and a handler may have it repair. */
static void
test_bonded_peripheral (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .kernel_link = TRUE, .floor = PRW_PAIRING_POLICY_REJECT_BONDED_PERIPHERAL_REQUESTS });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_show (&stage, as_central);
  stage_change (&stage, BONDED);
  stage_show (&stage, they_ask);
  stage_assert_kernel_calls (&stage, "disconnect " FAKE_ADDRESS " le");
  stage_assert_story (&stage, "level open; refused bonded-peripheral-request; ");
  stage_close (&stage);

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_show (&stage, as_central);
  stage_change (&stage, BONDED);
  stage_forget_calls (&stage);
  stage_show (&stage, they_ask);
  g_assert_true (prw_request_force_repair (stage_question (&stage), NULL));
  fake_pump ();
  stage_assert_calls (&stage, "remove; find " FAKE_ADDRESS);
  g_assert_true (prw_security_manager_cancel_pairing (stage.peer, NULL));
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CANCELLED);
  fake_pump ();
  stage_close (&stage);
}

/* We were told to encrypt, and it asks for that in the same moment: neither a handler nor bit 4 is wanted. */
static void
test_bonded_peripheral_of_ours (void)
{
  Stage stage;
  Outcome outcome;

  stage_open (&stage, (Setup) { .kernel_link = TRUE, .floor = PRW_PAIRING_POLICY_REJECT_BONDED_PERIPHERAL_REQUESTS });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_pair (&stage, FALSE, &outcome);
  stage_show (&stage, as_central);
  stage_change (&stage, BONDED);
  stage_show (&stage, they_ask);
  g_assert_cmpuint (stage_count_questions (&stage), ==, 0);
  stage_assert_kernel_calls (&stage, "");
  stage_show (&stage, encrypted);
  prw_fake_host_finish (stage.host, -1);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_ENCRYPTION);
  stage_close (&stage);
}

/* Where there is no bond, forced is as good as accepted. */
static void
test_force_repair_new (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_handler (&stage);
  stage_appear (&stage, 0);
  stage_show (&stage, as_central);
  stage_change (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  stage_show (&stage, they_ask);
  g_assert_true (prw_request_force_repair (stage_question (&stage), NULL));
  stage_show (&stage, we_send);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  fake_pump ();
  g_assert_cmpstr (answer->str, ==, "accept");
  stage_assert_calls (&stage, "");
  stage_show (&stage, encrypted);
  stage_show (&stage, weak_key);
  stage_change (&stage, BONDED);
  stage_assert_story (&stage, "level open; level just-works; bonding success just-works; ");
  stage_close (&stage);
}

/* Leave to encrypt is not leave to pair. */
static void
test_let_in_once (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GString) answer = NULL;

      stage_show (&stage, as_central);
      stage_change (&stage, BONDED);
      stage_show (&stage, they_ask);
      if (i == 0)
        stage_show (&stage, encrypted); /* the kernel waits for nobody */
      g_assert_true (prw_request_accept (stage_question (&stage), NULL));
      if (i == 1)
        stage_show (&stage, encrypted);
      stage_show (&stage, they_ask); /* for more than that key is worth */
      stage_show (&stage, we_send);
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
      fake_pump ();
      g_assert_cmpstr (answer->str, ==, "");
      g_assert_true (prw_request_reject (stage_question (&stage), NULL));
      fake_pump ();
      stage_show (&stage, gone);
      stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
    }
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/security-request/accepted", test_security_request);
  g_test_add_func ("/security-request/rejected", test_security_request_rejected);
  g_test_add_func ("/security-request/cancelled", test_security_request_cancelled);
  g_test_add_func ("/security-request/bonded-peripheral", test_bonded_peripheral);
  g_test_add_func ("/security-request/bonded-peripheral-of-ours", test_bonded_peripheral_of_ours);
  g_test_add_func ("/security-request/force-repair-new", test_force_repair_new);
  g_test_add_func ("/security-request/let-in-once", test_let_in_once);
  return g_test_run ();
}
