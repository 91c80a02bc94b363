/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pair() on a connection and agent of its own, and the calls that only succeed or fail. */
#include "config.h"

#include <string.h>

#include "bus/bluez-fixture.h"

#define BLUEZ_ERROR "org.bluez.Error."

typedef struct
{
  GAsyncResult *result;
  GCancellable *cancellable;
  FakeCall *pair; /* Pair() as bluetoothd got it */
} Pairing;

static void
begin (Fixture *f, Pairing *pairing)
{
  *pairing = (Pairing) { .cancellable = g_cancellable_new () };
  prw_host_pair_async (f->host, PEER, PRW_IO_CAPABILITY_KEYBOARD_ONLY, pairing->cancellable, fixture_result, &pairing->result);
}

/* Begins with a bluetoothd that does not answer Pair() by itself. */
static void
begin_held (Fixture *f, Pairing *pairing)
{
  fake_bluez_hold (f->bluez, "Pair");
  begin (f, pairing);
  pairing->pair = fake_bluez_expect (f->bluez, "Pair");
}

static gboolean
end (Fixture *f, Pairing *pairing, GError **error)
{
  gboolean ok;

  fake_wait_until (pairing->result != NULL);
  ok = prw_host_call_finish (f->host, pairing->result, error);
  g_clear_object (&pairing->result);
  g_clear_object (&pairing->cancellable);
  g_clear_pointer (&pairing->pair, fake_call_free);
  return ok;
}

static void
expect_error (Fixture *f, Pairing *pairing, PrwHostError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (end (f, pairing, &error));
  g_assert_error (error, PRW_HOST_ERROR, (int) code);
}

/* Whether @name is on the bus. */
static gboolean
is_connected (Fixture *f, const char *name)
{
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_sync (f->connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner",
                                   g_variant_new ("(s)", name), G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  gboolean has;

  g_variant_get (reply, "(b)", &has);
  return has;
}

static void
test_success (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *sender = NULL;
  g_autoptr (FakeQuestion) question = NULL;
  FakeAgent *agent;
  Pairing pairing;

  fixture_start (f);
  begin_held (f, &pairing);
  sender = g_strdup (pairing.pair->sender);
  g_assert_cmpstr (sender, !=, g_dbus_connection_get_unique_name (f->connection));
  g_assert_cmpstr (pairing.pair->path, ==, PEER);
  g_assert_cmpuint (f->bluez->agents->len, ==, 2);
  agent = f->bluez->agents->pdata[1];
  g_assert_cmpstr (agent->sender, ==, sender);
  g_assert_cmpstr (agent->capability, ==, "KeyboardOnly");
  /* its questions come like those of the default agent */
  question = fake_bluez_ask (f->bluez, agent, "RequestPasskey", g_variant_new ("(o)", PEER));
  fake_wait_until (f->n_calls == 1);
  prw_reply_passkey (fixture_last_call (f)->reply, 7);
  fake_question_wait (question);
  g_assert_null (question->error);
  g_assert_true (is_connected (f, sender));
  fake_bluez_answer (f->bluez, pairing.pair, NULL);
  g_assert_true (end (f, &pairing, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "CancelPairing"), ==, 0);
  g_assert_false (is_connected (f, sender));
}

/* Two at once, on two adapters: each with its own connection, agent and capability; cancelling one does not touch the other. */
static void
test_two (void)
{
  static const char there[] = "/org/bluez/hci1/dev_AA_BB_CC_00_00_01";
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeCall) other_pair = NULL;
  g_autoptr (FakeCall) cancel = NULL;
  g_autoptr (GAsyncResult) other = NULL;
  g_autoptr (GError) error = NULL;
  Pairing pairing;

  fixture_start (f);
  begin_held (f, &pairing);
  prw_host_pair_async (f->host, there, PRW_IO_CAPABILITY_NONE, NULL, fixture_result, (gpointer) &other);
  other_pair = fake_bluez_expect (f->bluez, "Pair");
  g_assert_cmpstr (other_pair->path, ==, there);
  g_assert_cmpstr (other_pair->sender, !=, pairing.pair->sender);
  g_assert_cmpuint (f->bluez->agents->len, ==, 3);
  g_assert_cmpstr (((FakeAgent *) f->bluez->agents->pdata[2])->capability, ==, "NoInputNoOutput");
  g_cancellable_cancel (pairing.cancellable);
  cancel = fake_bluez_expect (f->bluez, "CancelPairing");
  g_assert_cmpstr (cancel->path, ==, PEER);
  fake_bluez_answer_error (f->bluez, pairing.pair, BLUEZ_ERROR "AuthenticationCanceled");
  expect_error (f, &pairing, PRW_HOST_ERROR_CANCELLED);
  g_assert_null (other);
  fake_bluez_answer (f->bluez, other_pair, NULL);
  fake_wait_until (other != NULL);
  g_assert_true (prw_host_call_finish (f->host, other, &error));
  g_assert_no_error (error);
}

/* We go while a pairing of ours asks something: refused; a pairing that has not begun yet does not begin. */
static void
test_stop (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (FakeQuestion) open = NULL;
  g_autoptr (FakeQuestion) late = NULL;
  Pairing pairing, next;

  fixture_start (f);
  begin_held (f, &pairing);
  open = fake_bluez_ask (f->bluez, f->bluez->agents->pdata[1], "RequestConfirmation", g_variant_new ("(ou)", PEER, 1));
  fake_wait_until (f->n_calls == 1);
  begin (f, &next);
  prw_bluez_host_stop_async (PRW_BLUEZ_HOST (f->host), fixture_result, (gpointer) &stopped);
  fake_wait_until (stopped != NULL);
  fake_question_wait (open);
  g_assert_cmpstr (open->error, ==, BLUEZ_ERROR "Canceled");
  late = fake_bluez_ask (f->bluez, f->bluez->agents->pdata[0], "RequestConfirmation", g_variant_new ("(ou)", PEER, 1));
  fake_question_wait (late);
  g_assert_cmpstr (late->error, ==, BLUEZ_ERROR "Rejected");
  g_assert_cmpuint (f->n_calls, ==, 1);
  expect_error (f, &next, PRW_HOST_ERROR_NOT_READY);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "Pair"), ==, 0);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "CancelPairing"), ==, 0);
  fake_bluez_answer_error (f->bluez, pairing.pair, BLUEZ_ERROR "AuthenticationRejected");
  expect_error (f, &pairing, PRW_HOST_ERROR_AUTHENTICATION_REJECTED);
}

static const struct
{
  const char *name;
  PrwHostError code;
} error_rows[] = {
  { BLUEZ_ERROR "ConnectionAttemptFailed", PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED },
  { BLUEZ_ERROR "AuthenticationFailed", PRW_HOST_ERROR_AUTHENTICATION_FAILED },
  { BLUEZ_ERROR "AuthenticationTimeout", PRW_HOST_ERROR_AUTHENTICATION_TIMEOUT },
  { BLUEZ_ERROR "AuthenticationRejected", PRW_HOST_ERROR_AUTHENTICATION_REJECTED },
  { BLUEZ_ERROR "AuthenticationCanceled", PRW_HOST_ERROR_AUTHENTICATION_CANCELED },
  { BLUEZ_ERROR "AlreadyExists", PRW_HOST_ERROR_ALREADY_EXISTS },
  { BLUEZ_ERROR "InProgress", PRW_HOST_ERROR_IN_PROGRESS },
  { BLUEZ_ERROR "Failed", PRW_HOST_ERROR_FAILED },
  { BLUEZ_ERROR "InvalidArguments", PRW_HOST_ERROR_FAILED },
  { BLUEZ_ERROR "NotReady", PRW_HOST_ERROR_NOT_READY },
  { BLUEZ_ERROR "NotConnected", PRW_HOST_ERROR_NOT_READY },
  { BLUEZ_ERROR "NotSupported", PRW_HOST_ERROR_NOT_AVAILABLE },
  { BLUEZ_ERROR "NotAvailable", PRW_HOST_ERROR_NOT_AVAILABLE },
  { BLUEZ_ERROR "DoesNotExist", PRW_HOST_ERROR_NOT_FOUND },
  { BLUEZ_ERROR "SomethingNew", PRW_HOST_ERROR_FAILED },
  { "org.freedesktop.DBus.Error.UnknownObject", PRW_HOST_ERROR_NOT_FOUND },
  { "org.freedesktop.DBus.Error.UnknownMethod", PRW_HOST_ERROR_NOT_FOUND },
  { "org.freedesktop.DBus.Error.AccessDenied", PRW_HOST_ERROR_FAILED },
};

static void
test_errors (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_start (f);
  for (gsize i = 0; i < G_N_ELEMENTS (error_rows); i++)
    {
      Pairing pairing;

      fake_bluez_fail (f->bluez, "Pair", error_rows[i].name);
      begin (f, &pairing);
      expect_error (f, &pairing, error_rows[i].code);
    }
}

/* Without an agent of its own there is no Pair(): the default one would be asked, with another capability. */
static void
test_no_agent (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  Pairing pairing;

  fixture_start (f);
  fake_bluez_forget (f->bluez, "");
  fake_bluez_fail (f->bluez, "RegisterAgent", BLUEZ_ERROR "Failed");
  begin (f, &pairing);
  expect_error (f, &pairing, PRW_HOST_ERROR_FAILED);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "Pair"), ==, 0);
}

/* No bluetoothd; one that dies meanwhile, with a question open; one that hangs. */
static void
test_no_bluez (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  FakeQuestion *question;
  Pairing pairing;

  begin (f, &pairing);
  expect_error (f, &pairing, PRW_HOST_ERROR_NOT_READY);
  fixture_start (f);
  begin_held (f, &pairing);
  question = fake_bluez_ask (f->bluez, f->bluez->agents->pdata[1], "RequestConfirmation", g_variant_new ("(ou)", PEER, 1));
  fake_wait_until (f->n_calls == 1);
  fixture_kill_bluez (f);
  expect_error (f, &pairing, PRW_HOST_ERROR_NOT_READY);
  g_assert_true (fixture_last_call (f)->cancelled);
  fake_wait_until (question->done);
  fake_question_free (question);
}

static void
test_hung (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autofree char *sender = NULL;
  Pairing pairing;

  fixture_times (f)->pair = 100;
  fixture_start (f);
  begin_held (f, &pairing);
  sender = g_strdup (pairing.pair->sender);
  expect_error (f, &pairing, PRW_HOST_ERROR_TIMEOUT);
  fake_wait_ms (20);
  /* leaving the bus makes bluetoothd abort it */
  g_assert_false (is_connected (f, sender));
}

/* Cancelled while Pair() is under way: CancelPairing, once, and the end is waited for. */
static void
test_cancel (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeCall) cancel = NULL;
  g_autofree char *sender = NULL;
  Pairing pairing;

  fixture_start (f);
  begin_held (f, &pairing);
  sender = g_strdup (pairing.pair->sender);
  g_cancellable_cancel (pairing.cancellable);
  g_cancellable_cancel (pairing.cancellable);
  cancel = fake_bluez_expect (f->bluez, "CancelPairing");
  g_assert_cmpstr (cancel->path, ==, PEER);
  g_assert_cmpstr (cancel->sender, ==, sender);
  fake_wait_ms (30);
  g_assert_null (pairing.result);
  fake_bluez_answer_error (f->bluez, pairing.pair, BLUEZ_ERROR "AuthenticationCanceled");
  expect_error (f, &pairing, PRW_HOST_ERROR_CANCELLED);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "CancelPairing"), ==, 0);
}

/* Cancelled before Pair() was sent: CancelPairing would unpair. */
static void
test_cancel_early (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeCall) enter = NULL;
  Pairing pairing;

  fixture_start (f);
  fake_bluez_forget (f->bluez, "");
  begin (f, &pairing);
  g_cancellable_cancel (pairing.cancellable);
  expect_error (f, &pairing, PRW_HOST_ERROR_CANCELLED);
  fake_bluez_hold (f->bluez, "RegisterAgent");
  begin (f, &pairing);
  enter = fake_bluez_expect (f->bluez, "RegisterAgent");
  g_cancellable_cancel (pairing.cancellable);
  fake_bluez_answer (f->bluez, enter, NULL);
  expect_error (f, &pairing, PRW_HOST_ERROR_CANCELLED);
  /* and before it began */
  pairing = (Pairing) { .cancellable = g_cancellable_new () };
  g_cancellable_cancel (pairing.cancellable);
  prw_host_pair_async (f->host, PEER, PRW_IO_CAPABILITY_NONE, pairing.cancellable, fixture_result, &pairing.result);
  expect_error (f, &pairing, PRW_HOST_ERROR_CANCELLED);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "CancelPairing"), ==, 0);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "Pair"), ==, 0);
}

/* Pair() succeeded as the cancellation was sent: undone by it, or, when bluetoothd refused that, a success. */
static void
test_cancel_late (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  Pairing pairing;

  fixture_start (f);
  begin_held (f, &pairing);
  g_cancellable_cancel (pairing.cancellable);
  fake_bluez_answer (f->bluez, pairing.pair, NULL);
  expect_error (f, &pairing, PRW_HOST_ERROR_CANCELLED);
  begin_held (f, &pairing);
  fake_bluez_fail (f->bluez, "CancelPairing", BLUEZ_ERROR "DoesNotExist");
  g_cancellable_cancel (pairing.cancellable);
  fake_bluez_answer (f->bluez, pairing.pair, NULL);
  g_assert_true (end (f, &pairing, &error));
  g_assert_no_error (error);
}

/* bluetoothd does not end what was cancelled. */
static void
test_cancel_hung (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  Pairing pairing;

  fixture_times (f)->cancel_grace = 100;
  fixture_start (f);
  begin_held (f, &pairing);
  fake_bluez_hold (f->bluez, "CancelPairing");
  g_cancellable_cancel (pairing.cancellable);
  expect_error (f, &pairing, PRW_HOST_ERROR_CANCELLED);
}

/* --- the rest --- */

typedef enum
{
  CALL_CONNECT,
  CALL_DISCONNECT,
  CALL_REMOVE,
  CALL_TRUST,
} SimpleCall;

static void
simple (Fixture *f, SimpleCall which, GAsyncResult **result)
{
  *result = NULL;
  switch (which)
    {
    case CALL_CONNECT:
      prw_host_connect_device_async (f->host, PEER, NULL, fixture_result, result);
      break;
    case CALL_DISCONNECT:
      prw_host_disconnect_device_async (f->host, PEER, fixture_result, result);
      break;
    case CALL_REMOVE:
      prw_host_remove_device_async (f->host, PEER, fixture_result, result);
      break;
    case CALL_TRUST:
      prw_host_set_trusted_async (f->host, PEER, TRUE, fixture_result, result);
      break;
    }
  fake_wait_until (*result != NULL);
}

static const struct
{
  SimpleCall which;
  const char *method, *path, *arguments;
  const char *already; /* an error that means it is so already */
} simple_rows[] = {
  { CALL_CONNECT, "Connect", PEER, "()", BLUEZ_ERROR "AlreadyConnected" },
  { CALL_DISCONNECT, "Disconnect", PEER, "()", BLUEZ_ERROR "NotConnected" },
  { CALL_REMOVE, "RemoveDevice", HCI0, "('" PEER "',)", NULL },
  { CALL_TRUST, "Set", PEER, "('org.bluez.Device1', 'Trusted', <true>)", NULL },
};

static void
test_simple (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_start (f);
  for (gsize i = 0; i < G_N_ELEMENTS (simple_rows); i++)
    {
      g_autoptr (GAsyncResult) fine = NULL;
      g_autoptr (GAsyncResult) failed = NULL;
      g_autoptr (GAsyncResult) already = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (FakeCall) call = NULL;

      simple (f, simple_rows[i].which, &fine);
      g_assert_true (prw_host_call_finish (f->host, fine, &error));
      g_assert_no_error (error);
      call = fake_bluez_expect (f->bluez, simple_rows[i].method);
      g_assert_cmpstr (call->path, ==, simple_rows[i].path);
      g_assert_cmpstr (call->arguments, ==, simple_rows[i].arguments);
      fake_bluez_fail (f->bluez, simple_rows[i].method, BLUEZ_ERROR "Failed");
      simple (f, simple_rows[i].which, &failed);
      g_assert_false (prw_host_call_finish (f->host, failed, &error));
      g_assert_error (error, PRW_HOST_ERROR, PRW_HOST_ERROR_FAILED);
      g_clear_error (&error);
      if (simple_rows[i].already == NULL)
        continue;
      fake_bluez_fail (f->bluez, simple_rows[i].method, simple_rows[i].already);
      simple (f, simple_rows[i].which, &already);
      g_assert_true (prw_host_call_finish (f->host, already, &error));
      g_assert_no_error (error);
    }
}

static void
test_simple_without_bluez (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (simple_rows); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      simple (f, simple_rows[i].which, &result);
      g_assert_false (prw_host_call_finish (f->host, result, &error));
      g_assert_error (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  g_test_add_func ("/bluez/pairing/success", test_success);
  g_test_add_func ("/bluez/pairing/two", test_two);
  g_test_add_func ("/bluez/pairing/stop", test_stop);
  g_test_add_func ("/bluez/pairing/errors", test_errors);
  g_test_add_func ("/bluez/pairing/no-agent", test_no_agent);
  g_test_add_func ("/bluez/pairing/no-bluez", test_no_bluez);
  g_test_add_func ("/bluez/pairing/hung", test_hung);
  g_test_add_func ("/bluez/pairing/cancel", test_cancel);
  g_test_add_func ("/bluez/pairing/cancel-early", test_cancel_early);
  g_test_add_func ("/bluez/pairing/cancel-late", test_cancel_late);
  g_test_add_func ("/bluez/pairing/cancel-hung", test_cancel_hung);
  g_test_add_func ("/bluez/calls/all", test_simple);
  g_test_add_func ("/bluez/calls/without-bluez", test_simple_without_bluez);
  return fixture_run ();
}
