/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our agent's place with bluetoothd: got, kept, changed, given back. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bluez/main-conf.h"
#include "bus/bluez-fixture.h"

static void
wait_for_state (Fixture *f, PrwAgentState state)
{
  fake_wait_until (prw_host_get_agent_state (f->host) == state);
}

/* Registration comes before any reading, with the capability that was set before the start. */
static void
test_first (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  static const char *const order[] = { "RegisterAgent", "RequestDefaultAgent", "Introspect", "GetAll" };

  g_assert_false (prw_host_is_available (f->host));
  g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_UNAVAILABLE);
  prw_host_set_capability (f->host, PRW_IO_CAPABILITY_DISPLAY_YESNO);
  fixture_start (f);
  g_assert_true (prw_host_is_available (f->host));
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autoptr (FakeCall) call = NULL;

      fake_wait_until (f->bluez->calls.length > 0);
      call = g_queue_pop_head (&f->bluez->calls);
      g_assert_cmpstr (call->method, ==, order[i]);
      g_assert_cmpstr (call->sender, ==, g_dbus_connection_get_unique_name (f->connection));
    }
  g_assert_cmpuint (f->bluez->calls.length, ==, 0);
  g_assert_cmpstr (fixture_default_agent (f)->capability, ==, "DisplayYesNo");
  g_assert_cmpuint (fixture_count_events (f, "available"), ==, 1);
  g_assert_cmpuint (fixture_count_events (f, "state"), ==, 1);
}

/* bluetoothd starts after us, dies, and comes back. */
static void
test_comes_and_goes (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
  fake_wait_ms (30);
  g_assert_cmpuint (f->events->len, ==, 0);
  for (guint i = 1; i <= 3; i++)
    {
      fixture_start_bluez (f);
      wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
      fake_wait_until (prw_host_find_adapter (f->host, "hci0") != NULL);
      g_assert_cmpuint (f->bluez->agents->len, ==, 1);
      fixture_kill_bluez (f);
      wait_for_state (f, PRW_AGENT_STATE_UNAVAILABLE);
      g_assert_false (prw_host_is_available (f->host));
      g_assert_null (prw_host_find_adapter (f->host, "hci0"));
      g_assert_cmpuint (fixture_count_events (f, "available"), ==, 2 * i);
      g_assert_cmpuint (fixture_count_events (f, "+hci0"), ==, i);
      g_assert_cmpuint (fixture_count_events (f, "-hci0"), ==, i);
    }
}

/* Another bluetoothd waits for the name: the bus reports the end of one and the beginning of the next as one change. */
static void
test_handover (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  FakeBluez *former;

  fixture_start (f);
  former = f->bluez;
  fixture_start_bluez (f);
  fake_wait_ms (20);
  g_assert_cmpuint (f->bluez->agents->len, ==, 0);
  fake_bluez_die (former);
  fake_wait_until (f->bluez->agents->len == 1);
  wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
  fake_wait_until (prw_host_find_adapter (f->host, "hci0") != NULL);
  g_assert_cmpuint (fixture_count_events (f, "available"), ==, 3);
  g_assert_cmpuint (fixture_count_events (f, "-hci0"), ==, 1);
  g_assert_cmpuint (fixture_count_events (f, "+hci0"), ==, 2);
}

/* bluetoothd dies when it has our registration and has not answered it; the next one gets one agent, and its own answers. */
static void
test_death_while_registering (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FakeCall) enter = NULL;

      fixture_start_bluez (f);
      fake_bluez_hold (f->bluez, "RegisterAgent");
      if (i > 0)
        fake_bluez_hold (f->bluez, "RequestDefaultAgent");
      enter = fake_bluez_expect (f->bluez, "RegisterAgent");
      fixture_kill_bluez (f);
      fake_wait_until (!prw_host_is_available (f->host));
      g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_UNAVAILABLE);
    }
  fixture_start_bluez (f);
  wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
  fake_wait_ms (50);
  g_assert_cmpuint (f->bluez->agents->len, ==, 1);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "RegisterAgent"), ==, 1);
  g_assert_cmpuint (fixture_count_events (f, "state"), ==, 1);
}

/* The default place refused: registered only, and asked for again when the interval is over, for as long as it is refused. */
static void
test_default_refused (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_times (f)->claim_interval = 100;
  fixture_start_bluez (f);
  fake_bluez_fail (f->bluez, "RequestDefaultAgent", "org.bluez.Error.Failed");
  prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
  wait_for_state (f, PRW_AGENT_STATE_REGISTERED);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (FakeCall) claim = NULL;

      fake_bluez_forget (f->bluez, "");
      fake_bluez_fail (f->bluez, "RequestDefaultAgent", "org.bluez.Error.Failed");
      claim = fake_bluez_expect (f->bluez, "RequestDefaultAgent");
      g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_REGISTERED);
    }
  wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "RegisterAgent"), ==, 0);
}

/* bluetoothd knows an agent of our connection that we do not know: another connection. */
static void
test_already_exists (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_start_bluez (f);
  fake_bluez_fail (f->bluez, "RegisterAgent", "org.bluez.Error.AlreadyExists");
  prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
  wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
  g_assert_cmpstr (fixture_default_agent (f)->sender, !=, g_dbus_connection_get_unique_name (f->connection));
}

/* Registration that fails is tried again. */
static void
test_retry (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_times (f)->retry = 50;
  fixture_start_bluez (f);
  fake_bluez_fail (f->bluez, "RegisterAgent", "org.bluez.Error.Failed");
  prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
  wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
  g_assert_cmpuint (f->bluez->agents->len, ==, 1);
}

/* A bluetoothd that hangs: the registration times out, is taken back, and is tried again. */
static void
test_hung (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeCall) undo = NULL;

  fixture_times (f)->call = 50;
  fixture_times (f)->retry = 50;
  fixture_start_bluez (f);
  fake_bluez_hold (f->bluez, "RegisterAgent");
  fake_bluez_hold (f->bluez, "RequestDefaultAgent");
  prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
  undo = fake_bluez_expect (f->bluez, "UnregisterAgent");
  g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_UNAVAILABLE);
  g_hash_table_remove_all (f->bluez->held);
  fixture_times (f)->call = 5000;
  wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
}

/* Another capability: the new agent is registered and the default one before the former leaves; back and forth. */
static void
test_capability (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  const PrwIoCapability capabilities[] = { PRW_IO_CAPABILITY_KEYBOARD_DISPLAY, PRW_IO_CAPABILITY_DISPLAY_ONLY,
                                           PRW_IO_CAPABILITY_KEYBOARD_ONLY };

  fixture_start (f);
  g_assert_cmpstr (fixture_default_agent (f)->capability, ==, "NoInputNoOutput");
  for (gsize i = 0; i < G_N_ELEMENTS (capabilities); i++)
    {
      g_autofree char *former = g_strdup (fixture_default_agent (f)->path);
      g_autoptr (FakeCall) enter = NULL;
      g_autoptr (FakeCall) claim = NULL;
      g_autoptr (FakeCall) leave = NULL;

      fake_bluez_forget (f->bluez, "");
      prw_host_set_capability (f->host, capabilities[i]);
      enter = fake_bluez_expect (f->bluez, "RegisterAgent");
      claim = fake_bluez_expect (f->bluez, "RequestDefaultAgent");
      leave = fake_bluez_expect (f->bluez, "UnregisterAgent");
      g_assert_cmpstr (enter->sender, ==, claim->sender);
      g_assert_cmpstr (enter->sender, !=, leave->sender);
      g_assert_nonnull (strstr (leave->arguments, former));
      g_assert_cmpstr (fixture_default_agent (f)->capability, ==, prw_io_capability_to_bluez (capabilities[i]));
      g_assert_cmpuint (f->bluez->agents->len, ==, 1);
      g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_DEFAULT);
      fake_wait_ms (20);
    }
  g_assert_cmpuint (fixture_count_events (f, "state"), ==, 1);
  prw_host_set_capability (f->host, PRW_IO_CAPABILITY_KEYBOARD_ONLY);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "RegisterAgent"), ==, 0);
}

/* The former agent stays until the question it was asked is answered, and its answer counts. */
static void
test_capability_busy (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) question = NULL;
  g_autoptr (FakeCall) enter = NULL;
  g_autoptr (FakeCall) leave = NULL;

  fixture_start (f);
  question = fixture_ask (f, "RequestAuthorization", g_variant_new ("(o)", PEER));
  fake_bluez_forget (f->bluez, "");
  prw_host_set_capability (f->host, PRW_IO_CAPABILITY_DISPLAY_YESNO);
  enter = fake_bluez_expect (f->bluez, "RequestDefaultAgent");
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "UnregisterAgent"), ==, 0);
  g_assert_cmpuint (f->bluez->agents->len, ==, 2);
  prw_reply_accept (fixture_last_call (f)->reply);
  fake_question_wait (question);
  g_assert_null (question->error);
  leave = fake_bluez_expect (f->bluez, "UnregisterAgent");
  g_assert_cmpuint (f->bluez->agents->len, ==, 1);
}

/* Changed twice while the first change is under way: the last one holds. */
static void
test_capability_twice (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_start (f);
  prw_host_set_capability (f->host, PRW_IO_CAPABILITY_DISPLAY_YESNO);
  prw_host_set_capability (f->host, PRW_IO_CAPABILITY_KEYBOARD_ONLY);
  prw_host_set_capability (f->host, PRW_IO_CAPABILITY_KEYBOARD_DISPLAY);
  fake_wait_until (g_str_equal (fixture_default_agent (f)->capability, "KeyboardDisplay") && f->bluez->agents->len == 1);
}

/* The connection with the agent changes while bluetoothd dies: the next bluetoothd gets the new capability. */
static void
test_capability_then_death (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_start (f);
  prw_host_set_capability (f->host, PRW_IO_CAPABILITY_DISPLAY_YESNO);
  fixture_kill_bluez (f);
  wait_for_state (f, PRW_AGENT_STATE_UNAVAILABLE);
  fixture_start_bluez (f);
  wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
  g_assert_cmpstr (fixture_default_agent (f)->capability, ==, "DisplayYesNo");
  fake_wait_ms (50);
  g_assert_cmpuint (f->bluez->agents->len, ==, 1);
}

/* Pairable flips back though nobody here asked: the default place is claimed again, but not twice within the interval. */
static void
test_taken (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_times (f)->claim_interval = 2000;
  fixture_start (f);
  prw_host_set_pairable (f->host, "hci0", FALSE);
  fake_wait_until (!prw_host_find_adapter (f->host, "hci0")->pairable);
  fake_wait_ms (2050);
  fake_bluez_forget (f->bluez, "");
  for (guint i = 0; i < 2; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autoptr (FakeCall) claim = NULL;

      fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Pairable': <true>}", "[]");
      wait_for_state (f, PRW_AGENT_STATE_REGISTERED);
      claim = fake_bluez_expect (f->bluez, "RequestDefaultAgent");
      wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
      /* the first at once, the second only after the interval; half of it is for a busy machine */
      if (i == 0)
        g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
      else
        g_assert_cmpint (g_get_monotonic_time () - begin, >, G_USEC_PER_SEC);
      fake_wait_ms (60);
      fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Pairable': <false>}", "[]");
      fake_wait_until (!prw_host_find_adapter (f->host, "hci0")->pairable);
    }
}

/* What is no sign: flips that follow our own business, and those we asked for. */
static void
test_not_taken (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_times (f)->claim_interval = 0;
  fixture_times (f)->own_flip = 500;
  fixture_start (f);
  prw_host_set_pairable (f->host, "hci0", FALSE);
  fake_wait_until (!prw_host_find_adapter (f->host, "hci0")->pairable);
  fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Pairable': <true>}", "[]");
  fake_wait_until (prw_host_find_adapter (f->host, "hci0")->pairable);
  fake_wait_ms (500);
  prw_host_set_pairable (f->host, "hci0", FALSE);
  fake_wait_until (!prw_host_find_adapter (f->host, "hci0")->pairable);
  prw_host_set_pairable (f->host, "hci0", TRUE);
  fake_wait_until (prw_host_find_adapter (f->host, "hci0")->pairable);
  g_assert_cmpuint (fixture_count_events (f, "state"), ==, 1);
}

/* Release: no agent any more; bluetoothd stays nevertheless: registered again. */
static void
test_release (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) question = NULL;
  g_autoptr (FakeQuestion) release = NULL;

  fixture_times (f)->retry = 100;
  fixture_start (f);
  question = fixture_ask (f, "RequestAuthorization", g_variant_new ("(o)", PEER));
  release = fake_bluez_ask (f->bluez, fixture_default_agent (f), "Release", NULL);
  g_ptr_array_set_size (f->bluez->agents, 0);
  fake_question_wait (release);
  g_assert_null (release->error);
  g_clear_pointer (&release, fake_question_free);
  fake_question_wait (question);
  g_assert_cmpstr (question->error, ==, "org.bluez.Error.Canceled");
  wait_for_state (f, PRW_AGENT_STATE_UNAVAILABLE);
  wait_for_state (f, PRW_AGENT_STATE_DEFAULT);
  g_assert_cmpuint (f->bluez->agents->len, ==, 1);
}

/* The end: what is open is refused, the agent unregistered; a bluetoothd that hangs does not hold it up. */
static void
test_stop (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) question = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  fixture_start (f);
  question = fixture_ask (f, "RequestAuthorization", g_variant_new ("(o)", PEER));
  prw_bluez_host_stop_async (PRW_BLUEZ_HOST (f->host), fixture_result, (gpointer) &result);
  fake_wait_until (result != NULL);
  g_assert_cmpuint (f->bluez->agents->len, ==, 0);
  fake_question_wait (question);
  g_assert_cmpstr (question->error, ==, "org.bluez.Error.Canceled");
  g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_UNAVAILABLE);
}

/* Asked between the beginning of the end and bluetoothd's answer to it: no, and nobody is troubled. */
static void
test_stop_asked (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) question = NULL;
  g_autoptr (FakeCall) leave = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  fixture_start (f);
  fake_bluez_hold (f->bluez, "UnregisterAgent");
  prw_bluez_host_stop_async (PRW_BLUEZ_HOST (f->host), fixture_result, (gpointer) &result);
  leave = fake_bluez_expect (f->bluez, "UnregisterAgent");
  question = fixture_ask (f, "RequestAuthorization", g_variant_new ("(o)", PEER));
  fake_question_wait (question);
  g_assert_cmpstr (question->error, ==, "org.bluez.Error.Rejected");
  g_assert_cmpuint (f->n_calls, ==, 0);
  fake_bluez_answer (f->bluez, leave, NULL);
  fake_wait_until (result != NULL);
}

/* A claim that is answered after the end has begun does not bring the agent back. */
static void
test_stop_claiming (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeCall) claim = NULL;
  g_autoptr (FakeCall) leave = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  fixture_times (f)->claim_interval = 50;
  fixture_start_bluez (f);
  fake_bluez_fail (f->bluez, "RequestDefaultAgent", "org.bluez.Error.Failed");
  prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
  wait_for_state (f, PRW_AGENT_STATE_REGISTERED);
  fake_bluez_hold (f->bluez, "RequestDefaultAgent");
  fake_bluez_hold (f->bluez, "UnregisterAgent");
  claim = fake_bluez_expect (f->bluez, "RequestDefaultAgent");
  g_clear_pointer (&claim, fake_call_free);
  claim = fake_bluez_expect (f->bluez, "RequestDefaultAgent");
  prw_bluez_host_stop_async (PRW_BLUEZ_HOST (f->host), fixture_result, (gpointer) &result);
  leave = fake_bluez_expect (f->bluez, "UnregisterAgent");
  fake_bluez_answer (f->bluez, claim, NULL);
  fake_wait_ms (20);
  g_assert_cmpint (prw_host_get_agent_state (f->host), !=, PRW_AGENT_STATE_DEFAULT);
  fake_bluez_answer (f->bluez, leave, NULL);
  fake_wait_until (result != NULL);
  g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_UNAVAILABLE);
}

static void
test_stop_hung (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  gint64 begin;

  fixture_times (f)->stop = 100;
  fixture_start (f);
  fake_bluez_hold (f->bluez, "UnregisterAgent");
  begin = g_get_monotonic_time ();
  prw_bluez_host_stop_async (PRW_BLUEZ_HOST (f->host), fixture_result, (gpointer) &result);
  fake_wait_until (result != NULL);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
}

/* The picture is whole when the adapters have been read, or there is no bluetoothd; a bluetoothd that dies in between
 * leaves nobody waiting. */
static void
test_settle (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GAsyncResult) early = NULL, none = NULL, read = NULL, dies = NULL;

  prw_host_settle_async (f->host, fixture_result, (gpointer) &early);
  fake_wait_ms (20);
  g_assert_null (early);
  prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
  fake_wait_until (early != NULL);
  g_assert_true (prw_host_call_finish (f->host, early, NULL));
  g_assert_false (prw_host_is_available (f->host));
  prw_host_settle_async (f->host, fixture_result, (gpointer) &none);
  fake_wait_until (none != NULL);

  fixture_start_bluez (f);
  fake_wait_until (prw_host_is_available (f->host));
  prw_host_settle_async (f->host, fixture_result, (gpointer) &read);
  fake_wait_until (read != NULL);
  g_assert_nonnull (prw_host_find_adapter (f->host, "hci0"));

  fixture_kill_bluez (f);
  fake_wait_until (!prw_host_is_available (f->host));
  fixture_start_bluez (f);
  fake_bluez_hold (f->bluez, "Introspect");
  fake_wait_until (prw_host_is_available (f->host));
  prw_host_settle_async (f->host, fixture_result, (gpointer) &dies);
  fake_wait_ms (20);
  g_assert_null (dies);
  fixture_kill_bluez (f);
  fake_wait_until (dies != NULL);
}

/* What bluetoothd would do without asking. */
static void
test_main_conf (void)
{
  static const struct
  {
    const char *text;
    gboolean unasked;
  } rows[] = {
    { "", FALSE },
    { "[General]\n#JustWorksRepairing = always\n", FALSE }, /* as it is shipped */
    { "[General]\nJustWorksRepairing = confirm\n", FALSE },
    { "[General]\nJustWorksRepairing = always \n", TRUE },
    { "[Policy]\nJustWorksRepairing=always\n", FALSE },
    { "not a keyfile", FALSE },
  };
  g_autofree char *folder = g_dir_make_tmp ("prw-main-conf-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "main.conf", NULL);

  g_assert_false (prw_bluez_repairs_unasked (path));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_true (g_file_set_contents (path, rows[i].text, -1, NULL));
      g_assert_cmpint (prw_bluez_repairs_unasked (path), ==, rows[i].unasked);
    }
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  g_test_add_func ("/bluez/main-conf", test_main_conf);
  g_test_add_func ("/bluez/registration/first", test_first);
  g_test_add_func ("/bluez/registration/comes-and-goes", test_comes_and_goes);
  g_test_add_func ("/bluez/registration/handover", test_handover);
  g_test_add_func ("/bluez/registration/death-while-registering", test_death_while_registering);
  g_test_add_func ("/bluez/registration/default-refused", test_default_refused);
  g_test_add_func ("/bluez/registration/already-exists", test_already_exists);
  g_test_add_func ("/bluez/registration/retry", test_retry);
  g_test_add_func ("/bluez/registration/hung", test_hung);
  g_test_add_func ("/bluez/registration/capability", test_capability);
  g_test_add_func ("/bluez/registration/capability-busy", test_capability_busy);
  g_test_add_func ("/bluez/registration/capability-twice", test_capability_twice);
  g_test_add_func ("/bluez/registration/capability-then-death", test_capability_then_death);
  g_test_add_func ("/bluez/registration/taken", test_taken);
  g_test_add_func ("/bluez/registration/not-taken", test_not_taken);
  g_test_add_func ("/bluez/registration/release", test_release);
  g_test_add_func ("/bluez/registration/settle", test_settle);
  g_test_add_func ("/bluez/registration/stop", test_stop);
  g_test_add_func ("/bluez/registration/stop-asked", test_stop_asked);
  g_test_add_func ("/bluez/registration/stop-claiming", test_stop_claiming);
  g_test_add_func ("/bluez/registration/stop-hung", test_stop_hung);
  return fixture_run ();
}
