/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* When and how long something may happen at all: the window, the lockout, the switches of the adapters, new settings. */
#include "core-stage.h"

#include "core/lockout.h"

#define OTHER(n) "/org/bluez/hci0/dev_C0_00_00_00_01_0" n
#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

/* Somebody at @path asks to pair, and leaves before anybody answers. */
static void
ask_in_vain (Stage *stage, const char *path)
{
  g_autoptr (GString) answer = NULL;

  prw_fake_host_set_device (stage->host, path, "Nobody", FAKE_CONNECTED);
  answer = prw_fake_host_ask_about (stage->host, path, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  fake_assert_answer (answer, "");
  prw_fake_host_cancel (stage->host);
  prw_fake_host_set_device (stage->host, path, "Nobody", 0);
}

static void
assert_refused (Stage *stage, const char *story)
{
  g_autoptr (GString) answer = prw_fake_host_ask (stage->host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);

  fake_assert_answer (answer, "reject");
  stage_assert_story (stage, story);
}

/* Addresses are free: who connects under a new one each time and leaves before anybody answers locks the adapter. */
static void
test_prompts_in_vain (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  ask_in_vain (&stage, OTHER ("1"));
  ask_in_vain (&stage, OTHER ("2"));
  stage_assert_calls (&stage, "");
  ask_in_vain (&stage, OTHER ("3"));
  stage_assert_calls (&stage, "pairable 0"); /* nothing incoming could be accepted now */
  assert_refused (&stage, "refused locked-out; ");
  prw_fake_clock_advance_seconds (stage.clock, 60);
  stage_assert_calls (&stage, "pairable 1");
  ask_in_vain (&stage, FAKE_DEVICE);
  stage_close (&stage);
}

/* Three refusals lock out who was refused, and nobody else. */
static void
test_refusals_lock (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED);
  stage_forget_calls (&stage);
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GString) answer = prw_fake_host_ask (stage.host, i == 0 ? PRW_AGENT_METHOD_REQUEST_AUTHORIZATION
                                                                         : PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);

      g_assert_true (prw_request_reject (stage_question (&stage), NULL));
      fake_assert_answer (answer, "reject");
    }
  g_string_truncate (stage.story, 0);
  assert_refused (&stage, "refused locked-out; ");
  stage_assert_calls (&stage, "");
  ask_in_vain (&stage, OTHER ("1")); /* is asked */
  prw_engine_clear_lockout (stage.engine, stage.peer);
  ask_in_vain (&stage, FAKE_DEVICE);
  stage_close (&stage);
}

/* What is no failure of the peer: that nobody is there, that bluetoothd ends, that a pairing of ours goes wrong. */
static void
test_not_to_blame (void)
{
  for (guint way = 0; way < 4; way++)
    {
      Stage stage;

      stage_open (&stage, (Setup) { 0 });
      for (guint i = 0; i < 3; i++)
        {
          g_autoptr (GString) answer = NULL;
          Outcome outcome;

          stage_appear (&stage, FAKE_CONNECTED);
          if (way < 3)
            {
              stage_handler (&stage);
              answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
              g_assert_cmpuint (stage_count_questions (&stage), ==, 1);
            }
          if (way == 0)
            prw_handlers_remove (prw_engine_get_handlers (stage.engine), ":1.1");
          else if (way == 1)
            prw_fake_host_set_available (stage.host, FALSE);
          else if (way == 2)
            prw_fake_host_set_plugged (stage.host, FALSE);
          else
            {
              stage_pair (&stage, FALSE, &outcome);
              prw_fake_host_finish (stage.host, PRW_HOST_ERROR_AUTHENTICATION_FAILED);
            }
          if (way == 1)
            prw_fake_host_set_available (stage.host, TRUE);
          else if (way == 2)
            prw_fake_host_set_plugged (stage.host, TRUE);
        }
      stage_handler (&stage);
      stage_appear (&stage, FAKE_CONNECTED);
      ask_in_vain (&stage, FAKE_DEVICE);
      stage_close (&stage);
    }
}

static guint locks;

static void
on_lock_changed (gpointer data)
{
  locks++;
}

/* No flood of addresses unlocks an adapter, nor does a bonded peer that comes by. */
static void
test_adapter_lock (void)
{
  g_autoptr (PrwFakeClock) clock = prw_fake_clock_new ();
  g_autoptr (PrwLockout) lockout = prw_lockout_new (PRW_CLOCK (clock), on_lock_changed, NULL);

  locks = 0;
  prw_lockout_configure (lockout, 2, 60);
  prw_lockout_fail (lockout, "hci0", "A", TRUE);
  g_assert_cmpuint (locks, ==, 0);
  prw_lockout_fail (lockout, "hci0", "B", TRUE);
  g_assert_cmpuint (locks, ==, 1);
  for (guint i = 0; i < 2 * PRW_LOCKOUT_MAX_ENTRIES; i++)
    {
      g_autofree char *address = g_strdup_printf ("%u", i);

      prw_fake_clock_advance (clock, 1);
      prw_lockout_fail (lockout, "hci0", address, FALSE);
    }
  g_assert_true (prw_lockout_is_adapter_locked (lockout, "hci0"));
  g_assert_false (prw_lockout_is_adapter_locked (lockout, "hci1"));
  prw_fake_clock_advance_seconds (clock, 60);
  g_assert_cmpuint (locks, ==, 2);
  g_assert_false (prw_lockout_is_adapter_locked (lockout, "hci0"));
  prw_lockout_fail (lockout, "hci0", "A", TRUE);
  prw_lockout_fail (lockout, "hci0", "A", TRUE);
  prw_lockout_succeed (lockout, "hci0", "C"); /* somebody is there */
  g_assert_cmpuint (locks, ==, 4);
  g_assert_false (prw_lockout_is_locked (lockout, "hci0", "D"));
  g_assert_true (prw_lockout_is_locked (lockout, "hci0", "A"));
  g_assert_cmpuint (prw_fake_clock_count_alarms (clock), ==, 0);
}

static void
test_encryption_unlocks_nothing (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const paths[] = { OTHER ("1"), OTHER ("2"), OTHER ("3") };

      ask_in_vain (&stage, paths[i]);
    }
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_change (&stage, BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 1);
  stage_assert_story (&stage, "level just-works; encryption success just-works; ");
  assert_refused (&stage, "refused locked-out; ");
  stage_close (&stage);
}

/* Pairable is on only while some incoming bond could be accepted. */
static void
test_pairable (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  prw_handlers_set (prw_engine_get_handlers (stage.engine), ":1.1", PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED, NULL);
  stage_assert_calls (&stage, ""); /* somebody is there, but not for this */
  prw_handlers_set (prw_engine_get_handlers (stage.engine), ":1.1", PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED, NULL);
  stage_assert_calls (&stage, "pairable 1");
  prw_engine_set_floor (stage.engine, PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS);
  stage_assert_calls (&stage, "pairable 0");
  prw_engine_set_floor (stage.engine, PRW_PAIRING_POLICY_REJECT_PERIPHERAL_REQUESTS);
  stage_assert_calls (&stage, "pairable 1");
  prw_handlers_remove (prw_engine_get_handlers (stage.engine), ":1.1");
  stage_assert_calls (&stage, "pairable 0");
  /* each adapter that comes is pairable until we say otherwise */
  prw_fake_host_set_plugged (stage.host, FALSE);
  prw_fake_host_set_plugged (stage.host, TRUE);
  stage_assert_calls (&stage, "pairable 0");
  prw_fake_host_set_available (stage.host, FALSE);
  prw_fake_host_set_available (stage.host, TRUE);
  stage_assert_calls (&stage, "pairable 0");
  stage_close (&stage);
}

/* A bluetoothd that does not switch is asked less and less often, and at once when something else is wanted. */
static void
test_pairable_refused (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  prw_fake_host_hold (stage.host, FAKE_HOLD_SWITCHES);
  prw_handlers_set (prw_engine_get_handlers (stage.engine), ":1.1", PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED, NULL);
  stage_assert_calls (&stage, "pairable 1");
  prw_fake_clock_advance (stage.clock, 1 * G_USEC_PER_SEC); /* after 0.25 and 0.75 s */
  stage_assert_calls (&stage, "pairable 1; pairable 1");
  prw_fake_clock_advance (stage.clock, 64 * G_USEC_PER_SEC); /* after 1.75, 3.75, 7.75, 15.75, 31.75, 63.75 s */
  stage_assert_calls (&stage, "pairable 1; pairable 1; pairable 1; pairable 1; pairable 1; pairable 1");
  prw_handlers_remove (prw_engine_get_handlers (stage.engine), ":1.1");
  prw_handlers_set (prw_engine_get_handlers (stage.engine), ":1.1", PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED, NULL);
  stage_assert_calls (&stage, "pairable 1");
  stage_close (&stage);
}

static void
open_window (Stage *stage, guint seconds)
{
  g_assert_true (prw_window_open (prw_engine_get_window (stage->engine), seconds, NULL));
}

/* Adapters are left as they were found. */
static void
test_discoverable (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { 0 });
  open_window (&stage, 60);
  stage_assert_calls (&stage, "discoverable 1");
  open_window (&stage, 60); /* longer: nothing new */
  stage_assert_calls (&stage, "");
  prw_window_close (prw_engine_get_window (stage.engine));
  stage_assert_calls (&stage, "discoverable 0");
  /* it was so before: not ours to end */
  prw_fake_host_set_discoverable (stage.host, TRUE);
  open_window (&stage, 60);
  prw_window_close (prw_engine_get_window (stage.engine));
  stage_assert_calls (&stage, "");
  /* the daemon ends with the window open */
  prw_fake_host_set_discoverable (stage.host, FALSE);
  open_window (&stage, 60);
  stage_forget_calls (&stage);
  prw_engine_shutdown (stage.engine);
  stage_assert_calls (&stage, "discoverable 0");
  stage_close (&stage);
}

/* It stays so while the window is open: across bluetoothd's timeout, a power switch, a plug and a new bluetoothd. */
static void
test_discoverable_stays (void)
{
  Stage stage;

  stage_open (&stage, (Setup) { .without_handler = PRW_WITHOUT_HANDLER_ACCEPT });
  prw_fake_host_set_powered (stage.host, FALSE);
  open_window (&stage, 300);
  stage_assert_calls (&stage, "");
  prw_fake_host_set_powered (stage.host, TRUE);
  stage_assert_calls (&stage, "discoverable 1");
  prw_fake_host_set_discoverable (stage.host, FALSE); /* somebody wants it off */
  stage_assert_calls (&stage, "");
  prw_fake_host_set_discoverable (stage.host, TRUE);
  prw_fake_clock_advance_seconds (stage.clock, 180);
  prw_fake_host_set_discoverable (stage.host, FALSE); /* DiscoverableTimeout */
  stage_assert_calls (&stage, "discoverable 1");
  prw_fake_host_set_plugged (stage.host, FALSE);
  prw_fake_host_set_plugged (stage.host, TRUE);
  stage_assert_calls (&stage, "discoverable 1");
  prw_fake_host_set_available (stage.host, FALSE);
  prw_fake_host_set_available (stage.host, TRUE);
  stage_assert_calls (&stage, "discoverable 1");
  g_assert_true (prw_window_is_open (prw_engine_get_window (stage.engine)));
  prw_fake_clock_advance_seconds (stage.clock, 120);
  stage_assert_calls (&stage, "discoverable 0");
  stage_close (&stage);
}

/* A bond of ours leaves the window open, one of theirs closes it, an encryption does not. */
static void
test_window_after_bond (void)
{
  Stage stage;
  Outcome outcome;
  PrwWindow *window;
  g_autoptr (GString) answer = NULL;

  stage_open (&stage, (Setup) { .without_handler = PRW_WITHOUT_HANDLER_ACCEPT });
  window = prw_engine_get_window (stage.engine);
  open_window (&stage, 60);
  stage_appear (&stage, FAKE_CONNECTED);
  stage_pair (&stage, FALSE, &outcome);
  stage_change (&stage, BONDED);
  prw_fake_host_finish (stage.host, -1);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
  g_assert_true (prw_window_is_open (window));
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  stage_change (&stage, BONDED);
  prw_fake_clock_advance_seconds (stage.clock, 1);
  g_assert_true (prw_window_is_open (window));
  stage_change (&stage, FAKE_CONNECTED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, 0, NULL);
  stage_change (&stage, BONDED);
  g_assert_false (prw_window_is_open (window));
  stage_close (&stage);
}

static void
on_notify (GObject *object, GParamSpec *pspec, GString *names)
{
  g_string_append_printf (names, "%s ", pspec->name);
}

/* New defaults are new values of the peers that have no parameters of their own. */
static void
test_reload_defaults (void)
{
  Stage stage;
  g_autoptr (PrwSettings) settings = prw_settings_new ();
  g_autoptr (GString) names = g_string_new (NULL);

  stage_open (&stage, (Setup) { 0 });
  g_signal_connect (stage.peer, "notify", G_CALLBACK (on_notify), names);
  prw_engine_set_settings (stage.engine, settings);
  g_assert_cmpstr (names->str, ==, "bond passcode-pairing ");
  g_assert_false (stage_get_boolean (&stage, "bond"));
  prw_security_manager_set_parameters (stage.peer, &PRW_SECURITY_PARAMETERS_DEFAULT);
  g_string_truncate (names, 0);
  g_clear_pointer (&settings, prw_settings_unref);
  settings = stage_settings ((Setup) { 0 });
  prw_engine_set_settings (stage.engine, settings);
  g_assert_cmpstr (names->str, ==, "");
  g_assert_false (stage_get_boolean (&stage, "bond"));
  g_signal_handlers_disconnect_by_data (stage.peer, names);
  stage_close (&stage);
}

static void
on_adapter (PrwEngine *engine, PrwAdapter *adapter, int *balance)
{
  (*balance)++;
}

static void
on_adapter_left (PrwEngine *engine, PrwAdapter *adapter, int *balance)
{
  (*balance)--;
}

/* An adapter that Adapters= does not name any more is left alone, with its devices; named again it is taken again. */
static void
test_reload_adapters (void)
{
  Stage stage;
  g_autoptr (PrwSettings) none = stage_settings ((Setup) { 0 }), all = stage_settings ((Setup) { 0 });
  g_autoptr (GString) answer = NULL;
  int served = 1;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  g_signal_connect (stage.engine, "adapter-added", G_CALLBACK (on_adapter), &served);
  g_signal_connect (stage.engine, "adapter-removed", G_CALLBACK (on_adapter_left), &served);
  stage_appear (&stage, FAKE_CONNECTED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_REQUEST_CONFIRMATION, 42, NULL);
  stage_forget_calls (&stage);
  g_strfreev (none->adapters);
  none->adapters = g_strsplit ("hci9", ";", -1);
  prw_engine_set_settings (stage.engine, none);
  g_assert_cmpint (served, ==, 0);
  fake_assert_answer (answer, "reject");
  prw_handlers_remove (prw_engine_get_handlers (stage.engine), ":1.1");
  stage_assert_calls (&stage, "capability none"); /* its Pairable is not ours to write */
  prw_engine_set_settings (stage.engine, all);
  g_assert_cmpint (served, ==, 1);
  stage_assert_calls (&stage, "pairable 0");
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/prompts-in-vain", test_prompts_in_vain);
  g_test_add_func ("/limits/refusals-lock", test_refusals_lock);
  g_test_add_func ("/limits/not-to-blame", test_not_to_blame);
  g_test_add_func ("/limits/adapter-lock", test_adapter_lock);
  g_test_add_func ("/limits/encryption-unlocks-nothing", test_encryption_unlocks_nothing);
  g_test_add_func ("/limits/pairable", test_pairable);
  g_test_add_func ("/limits/pairable-refused", test_pairable_refused);
  g_test_add_func ("/limits/discoverable", test_discoverable);
  g_test_add_func ("/limits/discoverable-stays", test_discoverable_stays);
  g_test_add_func ("/limits/window-after-bond", test_window_after_bond);
  g_test_add_func ("/limits/reload-defaults", test_reload_defaults);
  g_test_add_func ("/limits/reload-adapters", test_reload_adapters);
  return g_test_run ();
}
