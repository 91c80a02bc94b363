/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* The engine with a kernel link: exact levels, roles and reasons; what happened unasked. */
#include <string.h>

#include "core-stage.h"
#include "core/error.h"
#include "link-events.h"

#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

static guint
role (Stage *stage)
{
  guint value;

  g_object_get (stage->peer, "role", &value, NULL);
  return value;
}

/* A central pairs with us by comparison; it comes back, and its link is worth what its key is. */
static void
test_levels (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_handler (&stage);
  stage_appear (&stage, 0);
  stage_show (&stage, as_peripheral);
  g_assert_cmpuint (role (&stage), ==, PRW_ROLE_PERIPHERAL);
  stage_change (&stage, FAKE_CONNECTED); /* which bluetoothd shows a moment later */
  stage_assert_story (&stage, "level open; ");
  stage_show (&stage, they_send);
  g_assert_true (prw_security_manager_get_pairing_in_process (stage.peer));
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 1, NULL);
  fake_pump ();
  g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
  stage_show (&stage, encrypted);
  stage_show (&stage, key);
  stage_change (&stage, BONDED);
  stage_assert_story (&stage, "level lesc-mitm; bonding success lesc-mitm; ");
  stage_show (&stage, gone);
  stage_assert_story (&stage, "level no-access; ");
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_show (&stage, as_peripheral);
  stage_assert_story (&stage, "level open; ");
  g_assert_true (stage_get_boolean (&stage, "is-previously-bonded"));
  stage_show (&stage, encrypted);
  stage_assert_story (&stage, "level lesc-mitm; encryption success lesc-mitm; ");
  stage_show (&stage, encrypted); /* the key is refreshed */
  stage_assert_story (&stage, "");
  stage_close (&stage);
}

/* A bluetoothd that is slow shows the bond when its end was told already, by what the kernel said. */
static void
test_bonded_late (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_handler (&stage);
  stage_appear (&stage, 0);
  stage_show (&stage, as_peripheral);
  stage_change (&stage, FAKE_CONNECTED);
  stage_show (&stage, they_send);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 1, NULL);
  g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
  stage_show (&stage, encrypted);
  stage_show (&stage, key);
  stage_assert_story (&stage, "level open; ");
  prw_fake_clock_advance_seconds (stage.clock, 2);
  stage_assert_story (&stage, "level lesc-mitm; bonding success lesc-mitm; ");
  stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED);
  stage_change (&stage, BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 60);
  stage_assert_story (&stage, "");
  g_assert_false (prw_security_manager_get_pairing_in_process (stage.peer));
  stage_close (&stage);
}

static void
show_bredr (Stage *stage, PrwLinkEvent event)
{
  event.transport = PRW_TRANSPORT_BREDR;
  prw_fake_kernel_show (stage->kernel, FAKE_ADDRESS, event);
  fake_pump ();
}

/* On BR/EDR the link is encrypted with the key, after it is there: the end is told when it has been. */
static void
test_encrypted_last (void)
{
  for (guint encrypts = 0; encrypts <= 1; encrypts++)
    {
      Stage stage;
      g_autoptr (GString) answer = NULL;

      stage_open (&stage, (Setup) { .kernel_link = TRUE });
      stage_handler (&stage);
      stage_appear (&stage, FAKE_BREDR);
      show_bredr (&stage, (PrwLinkEvent) { .type = PRW_LINK_EVENT_CONNECTED });
      stage_change (&stage, FAKE_CONNECTED | FAKE_BREDR);
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 0, NULL);
      g_assert_true (prw_request_match_confirm (stage_question (&stage), TRUE, NULL));
      stage_assert_story (&stage, "level open; ");
      show_bredr (&stage, key);
      stage_change (&stage, FAKE_CONNECTED | FAKE_PAIRED | FAKE_BREDR);
      stage_change (&stage, BONDED | FAKE_BREDR);
      stage_assert_story (&stage, "");
      if (encrypts)
        show_bredr (&stage, encrypted);
      else
        prw_fake_clock_advance (stage.clock, 1500 * G_TIME_SPAN_MILLISECOND);
      stage_assert_story (&stage, encrypts ? "level lesc-mitm; bonding success lesc-mitm; " : "bonding success open; ");
      prw_fake_clock_advance_seconds (stage.clock, 60);
      stage_assert_story (&stage, "");
      stage_close (&stage);
    }
}

/* What was there before we looked is no news, and worth what it is. */
static void
test_found (void)
{
  Stage stage;
  PrwLinkEvent connected = as_central, was_encrypted = encrypted;

  connected.found = was_encrypted.found = TRUE;
  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_show (&stage, connected);
  stage_show (&stage, was_encrypted);
  stage_assert_story (&stage, "level open; level just-works; ");
  stage_close (&stage);
}

static void
test_reasons (void)
{
  Stage stage;
  Outcome outcome;

  stage_open (&stage, (Setup) { .kernel_link = TRUE, .without_handler = PRW_WITHOUT_HANDLER_ACCEPT });
  stage_appear (&stage, 0);
  /* ours */
  stage_pair (&stage, FALSE, &outcome);
  stage_show (&stage, as_central);
  stage_change (&stage, FAKE_CONNECTED);
  stage_show (&stage, we_send);
  stage_show (&stage, failed (0x03, FALSE));
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_AUTHENTICATION_FAILED);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_AUTH_REQ, PRW_SECURITY_LEVEL_OPEN, PRW_SECURITY_PROCESS_PAIRING);
  stage_assert_story (&stage, "level open; pairing auth-req open; ");
  /* ours again; the link is gone before bluetoothd says how it ended */
  stage_pair (&stage, FALSE, &outcome);
  stage_show (&stage, we_send);
  stage_show (&stage, failed (0x0c, FALSE));
  stage_show (&stage, gone);
  stage_change (&stage, 0);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_AUTHENTICATION_FAILED);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_NUM_COMP_FAILURE, PRW_SECURITY_LEVEL_NO_ACCESS, PRW_SECURITY_PROCESS_PAIRING);
  stage_assert_story (&stage, "level no-access; pairing num-comp-failure no-access; ");
  /* theirs, that they give up; nobody was asked */
  stage_show (&stage, as_peripheral);
  stage_change (&stage, FAKE_CONNECTED);
  stage_show (&stage, they_send);
  stage_show (&stage, failed (0x08, FALSE));
  stage_assert_story (&stage, "level open; pairing unspecified open; ");
  stage_close (&stage);
}

/* With Pairable off the kernel refuses by itself: the reason is policy's all the same. */
static void
test_refused_by_the_kernel (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .kernel_link = TRUE, .floor = PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS });
  stage_appear (&stage, 0);
  stage_show (&stage, as_peripheral);
  stage_change (&stage, FAKE_CONNECTED);
  stage_show (&stage, they_send);
  stage_show (&stage, failed (0x05, TRUE));
  stage_assert_story (&stage, "level open; refused non-bonded-central-request; ");
  stage_show (&stage, gone);
  stage_change (&stage, 0);
  stage_show (&stage, as_central);
  stage_change (&stage, FAKE_CONNECTED);
  stage_assert_story (&stage, "level no-access; level open; ");
  stage_show (&stage, they_ask);
  stage_assert_story (&stage, "refused non-bonded-peripheral-request; ");
  stage_show (&stage, failed (0x05, TRUE)); /* the same refusal, on the air */
  stage_assert_story (&stage, "");
  stage_close (&stage);
}

/* With nobody to ask Pairable is off as well, and a Security Request that nothing else refuses is refused by that. */
static void
test_refused_by_the_kernel_early (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_appear (&stage, 0);
  stage_show (&stage, as_central);
  stage_change (&stage, FAKE_CONNECTED);
  stage_show (&stage, they_ask);
  stage_assert_story (&stage, "level open; ");
  stage_show (&stage, failed (0x05, TRUE));
  stage_assert_story (&stage, "refused no-handler; ");
  stage_close (&stage);
}

/* A bond that bit 8 guards is not replaced: the link ends before there is a new key. */
static void
test_bond_guarded (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .kernel_link = TRUE, .floor = PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS,
                                .without_handler = PRW_WITHOUT_HANDLER_ACCEPT });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_show (&stage, as_peripheral);
  stage_change (&stage, BONDED);
  stage_show (&stage, they_send);
  stage_assert_kernel_calls (&stage, "disconnect " FAKE_ADDRESS " le");
  stage_assert_story (&stage, "level open; refused bonded-device-repairing; ");
  /* should the new key be there before the link has ended, it goes again with its bond, and is no success */
  stage_forget_calls (&stage);
  stage_show (&stage, encrypted);
  stage_show (&stage, weak_key);
  stage_assert_calls (&stage, "remove");
  stage_assert_story (&stage, "level just-works; level no-access; ");
  stage_close (&stage);
}

/* Keys that came although the request was refused go again, with their bond. */
static void
test_undone (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .kernel_link = TRUE, .floor = PRW_PAIRING_POLICY_REJECT_NONBONDED_PERIPHERAL_REQUESTS,
                                .without_handler = PRW_WITHOUT_HANDLER_ACCEPT });
  stage_appear (&stage, 0);
  stage_show (&stage, as_central);
  stage_change (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  stage_show (&stage, they_ask);
  stage_show (&stage, we_send);
  stage_show (&stage, weak_key);
  stage_assert_calls (&stage, "remove");
  stage_assert_story (&stage, "level open; refused non-bonded-peripheral-request; level no-access; ");
  stage_close (&stage);
}

/* They can do Secure Connections, and the key that came of the right passkey is one of legacy pairing: too weak for the
 * rule, so the link ends at once, and the bond goes. */
static void
test_too_weak (void)
{
  Stage stage;
  PrwRule *rule = prw_rule_new ("strict");
  PrwLinkEvent legacy_key = key;
  g_autoptr (GString) answer = NULL;

  rule->require = PRW_SECURITY_LEVEL_LESC_MITM;
  legacy_key.level = PRW_SECURITY_LEVEL_MITM;
  stage_open (&stage, (Setup) { .kernel_link = TRUE, .rule = rule });
  stage_handler (&stage);
  stage_appear (&stage, 0);
  stage_show (&stage, as_peripheral);
  stage_change (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  stage_show (&stage, they_send);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_PASSKEY, 0, NULL);
  g_assert_true (prw_request_enter_passkey (stage_question (&stage), 4711, NULL));
  stage_show (&stage, encrypted);
  stage_show (&stage, legacy_key);
  stage_change (&stage, BONDED);
  stage_assert_kernel_calls (&stage, "disconnect " FAKE_ADDRESS " le");
  stage_assert_calls (&stage, "remove");
  stage_assert_story (&stage, "level open; level mitm; refused insufficient-security; bonding auth-req mitm; level no-access; ");
  stage_close (&stage);
}

/* The kernel shows a pairing before bluetoothd asks about it: whoever is refused then counts as refused. */
static void
test_asked_late (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_handler (&stage);
  stage_appear (&stage, 0);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GString) answer = NULL;

      stage_show (&stage, as_peripheral);
      stage_change (&stage, FAKE_CONNECTED);
      stage_show (&stage, they_send);
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
      fake_pump ();
      if (i < 3)
        g_assert_true (prw_request_reject (stage_question (&stage), NULL));
      fake_pump ();
      g_assert_cmpstr (answer->str, ==, "reject");
      stage_show (&stage, failed (0x0c, TRUE));
      stage_assert_story (&stage, i < 3 ? "level open; refused user-rejected; " : "level open; refused locked-out; ");
      stage_show (&stage, gone);
      stage_change (&stage, 0);
      stage_assert_story (&stage, "level no-access; ");
    }
  stage_close (&stage);
}

/* The other side lost its key: told apart from a failure of ours, and the bond stays. */
static void
test_key_missing (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_show (&stage, as_central);
  stage_change (&stage, BONDED);
  stage_show (&stage, key_missing);
  g_assert_true (stage_get_boolean (&stage, "bond-suspect"));
  stage_assert_story (&stage, "level open; encryption unspecified open; ");
  stage_close (&stage);
}

/* Pair() with a bonded peer waits until the kernel shows the encryption. */
static void
test_pair_bonded (void)
{
  Stage stage;
  Outcome outcome;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_pair (&stage, FALSE, &outcome);
  stage_show (&stage, as_central);
  stage_change (&stage, BONDED);
  prw_fake_host_finish (stage.host, -1); /* Connect() */
  fake_pump ();
  g_assert_false (outcome.ended);
  stage_show (&stage, encrypted);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_ENCRYPTION);
  stage_pair (&stage, FALSE, &outcome); /* it is encrypted already */
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_ENCRYPTION);
  stage_show (&stage, gone);
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_pair (&stage, FALSE, &outcome);
  stage_show (&stage, as_central);
  stage_change (&stage, BONDED);
  prw_fake_host_finish (stage.host, -1);
  fake_pump ();
  prw_fake_clock_advance (stage.clock, 10 * G_USEC_PER_SEC); /* it never comes */
  fake_pump ();
  outcome_assert (&outcome, PRW_SECURITY_STATUS_TIMEOUT, PRW_SECURITY_LEVEL_OPEN, PRW_SECURITY_PROCESS_ENCRYPTION);
  stage_close (&stage);
}

/* The link is there and Pair() waits for the kernel to show that it is encrypted: that too can be cancelled, is joined by
 * who wants a new pairing, and ends with the link. */
static void
test_pair_bonded_interrupted (void)
{
  enum { CANCELLED, LOST, ADAPTER_LOST, FORCED, N_WAYS };
  static const PrwError codes[N_WAYS] = {
    [CANCELLED] = PRW_ERROR_CANCELED, [LOST] = PRW_ERROR_CONNECTION_FAILED, [ADAPTER_LOST] = PRW_ERROR_NOT_READY, [FORCED] = PRW_ERROR_NOT_FOUND,
  };

  for (guint way = CANCELLED; way < N_WAYS; way++)
    {
      Stage stage;
      Outcome outcome, forced;

      stage_open (&stage, (Setup) { .kernel_link = TRUE });
      stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
      stage_pair (&stage, FALSE, &outcome);
      stage_show (&stage, as_central);
      stage_change (&stage, BONDED);
      prw_fake_host_finish (stage.host, -1); /* Connect() */
      fake_pump ();
      g_assert_false (outcome.ended);
      if (way == CANCELLED)
        g_assert_true (prw_security_manager_cancel_pairing (stage.peer, NULL));
      else if (way == LOST)
        stage_show (&stage, gone);
      else if (way == ADAPTER_LOST)
        prw_fake_host_set_available (stage.host, FALSE);
      else
        {
          stage_pair (&stage, TRUE, &forced);
          stage_show (&stage, encrypted);
        }
      fake_pump ();
      if (way == FORCED)
        {
          stage_assert_calls (&stage, "connect; remove; find " FAKE_ADDRESS);
          prw_fake_host_finish (stage.host, PRW_HOST_ERROR_TIMEOUT);
          outcome_assert_error (&forced, PRW_ERROR_NOT_FOUND);
        }
      outcome_assert_error (&outcome, codes[way]);
      stage_close (&stage);
    }
}

/* A replaced bond changes no property: the kernel's new key is the end, and tells how strong it is. */
static void
test_replaced (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { .kernel_link = TRUE, .without_handler = PRW_WITHOUT_HANDLER_ACCEPT });
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_show (&stage, as_peripheral);
  stage_change (&stage, BONDED);
  stage_show (&stage, they_send);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  fake_pump ();
  g_assert_cmpstr (answer->str, ==, "accept");
  stage_show (&stage, encrypted);
  stage_show (&stage, weak_key);
  stage_show (&stage, weak_key);
  prw_fake_clock_advance (stage.clock, G_USEC_PER_SEC);
  stage_assert_story (&stage, "level open; level just-works; bonding success just-works; ");
  stage_close (&stage);
}

/* A peer that connects and asks nothing is one of ours while it is connected, by whatever address the kernel has for it. */
static void
test_strangers (void)
{
  Stage stage;
  PrwLinkEvent event = as_peripheral;
  g_autoptr (GPtrArray) before = NULL, during = NULL, after = NULL;

  stage_open (&stage, (Setup) { .kernel_link = TRUE });
  before = prw_engine_get_peers (stage.engine);
  event.transport = PRW_TRANSPORT_LE;
  prw_fake_kernel_show (stage.kernel, "4A:00:00:00:00:07", event);
  fake_pump ();
  during = prw_engine_get_peers (stage.engine);
  g_assert_cmpuint (during->len, ==, before->len + 1);
  g_signal_emit_by_name (stage.kernel, "identity-resolved", "hci0", "4A:00:00:00:00:07", "C0:00:00:00:00:07", (guint) PRW_ADDRESS_TYPE_RANDOM);
  event = gone;
  event.transport = PRW_TRANSPORT_LE;
  prw_fake_kernel_show (stage.kernel, "C0:00:00:00:00:07", event);
  fake_pump ();
  after = prw_engine_get_peers (stage.engine);
  g_assert_cmpuint (after->len, ==, before->len);
  g_clear_pointer (&before, g_ptr_array_unref);
  g_clear_pointer (&during, g_ptr_array_unref);
  g_clear_pointer (&after, g_ptr_array_unref);
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel/levels", test_levels);
  g_test_add_func ("/kernel/encrypted-last", test_encrypted_last);
  g_test_add_func ("/kernel/found", test_found);
  g_test_add_func ("/kernel/reasons", test_reasons);
  g_test_add_func ("/kernel/refused-by-the-kernel", test_refused_by_the_kernel);
  g_test_add_func ("/kernel/refused-by-the-kernel-early", test_refused_by_the_kernel_early);
  g_test_add_func ("/kernel/bond-guarded", test_bond_guarded);
  g_test_add_func ("/kernel/undone", test_undone);
  g_test_add_func ("/kernel/bonded-late", test_bonded_late);
  g_test_add_func ("/kernel/too-weak", test_too_weak);
  g_test_add_func ("/kernel/asked-late", test_asked_late);
  g_test_add_func ("/kernel/key-missing", test_key_missing);
  g_test_add_func ("/kernel/pair-bonded", test_pair_bonded);
  g_test_add_func ("/kernel/pair-bonded-interrupted", test_pair_bonded_interrupted);
  g_test_add_func ("/kernel/replaced", test_replaced);
  g_test_add_func ("/kernel/strangers", test_strangers);
  return g_test_run ();
}
