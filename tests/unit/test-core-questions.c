/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Replies, handlers, requests and their broker, the window and the lockout: no bus, a clock that moves when told. */
#include "core/broker.h"
#include "core/error.h"
#include "core/lockout.h"
#include "core/reply.h"
#include "core/window.h"
#include "fake-clock.h"
#include "fake-host.h"

static void
count_answer (const PrwAnswer *answer, gpointer data)
{
  int *kinds = data;

  kinds[answer->kind]++;
}

static void
test_reply (void)
{
  int kinds[5] = { 0 };
  PrwReply *reply = prw_reply_new (count_answer, kinds, NULL);

  g_assert_true (prw_reply_accept (reply));
  g_assert_false (prw_reply_reject (reply)); /* the first answer is the answer */
  g_assert_true (prw_reply_is_answered (reply));
  prw_reply_unref (reply);
  g_assert_cmpint (kinds[PRW_ANSWER_ACCEPT], ==, 1);
  g_assert_cmpint (kinds[PRW_ANSWER_REJECT], ==, 0);
  prw_reply_unref (prw_reply_new (count_answer, kinds, NULL)); /* forgotten: refused */
  g_assert_cmpint (kinds[PRW_ANSWER_REJECT], ==, 1);
}

static void
test_handlers (void)
{
  g_autoptr (PrwHandlers) handlers = prw_handlers_new ();
  const char *const peers[] = { FAKE_PEER, NULL };

  g_assert_cmpint (prw_handlers_get_capability (handlers), ==, PRW_IO_CAPABILITY_NONE);
  prw_handlers_set (handlers, ":1.1", PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, peers);
  g_assert_cmpint (prw_handlers_get_capability (handlers), ==, PRW_IO_CAPABILITY_DISPLAY_YESNO);
  prw_handlers_set (handlers, ":1.2", PRW_EVENT_PASSKEY_REQUIRED, NULL);
  g_assert_cmpint (prw_handlers_get_capability (handlers), ==, PRW_IO_CAPABILITY_KEYBOARD_DISPLAY);
  g_assert_true (prw_handlers_can_answer (handlers, PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, FAKE_PEER));
  g_assert_false (prw_handlers_can_answer (handlers, PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, "/other"));
  g_assert_true (prw_handlers_can_answer (handlers, PRW_EVENT_PASSKEY_REQUIRED, "/other"));
  g_assert_true (prw_handlers_remove (handlers, ":1.1"));
  g_assert_false (prw_handlers_remove (handlers, ":1.1"));
  g_assert_cmpint (prw_handlers_get_capability (handlers), ==, PRW_IO_CAPABILITY_KEYBOARD_ONLY);
  g_assert_cmpuint (prw_handlers_get_count (handlers), ==, 1);
}

typedef struct
{
  PrwFakeClock *clock;
  PrwHandlers *handlers;
  PrwBroker *broker;
  int closed;
  PrwRequestState state;
  PrwRequestAnswer answer;
  char *pin;
  PrwRequest *forgotten; /* (unowned): the last one */
} Desk;

static void
on_closed (PrwRequest *request, PrwRequestState state, const PrwRequestAnswer *answer, gpointer data)
{
  Desk *desk = data;

  desk->closed++;
  desk->state = state;
  if (answer == NULL)
    return;
  desk->answer = *answer;
  g_free (desk->pin);
  desk->pin = g_strdup (answer->pin);
}

static void
on_forgotten (PrwBroker *broker, PrwRequest *request, Desk *desk)
{
  desk->forgotten = request;
}

static void
desk_open (Desk *desk)
{
  *desk = (Desk) { .clock = prw_fake_clock_new (), .handlers = prw_handlers_new () };
  desk->broker = prw_broker_new (PRW_CLOCK (desk->clock), desk->handlers);
  g_signal_connect (desk->broker, "request-forgotten", G_CALLBACK (on_forgotten), desk);
  prw_handlers_set (desk->handlers, ":1.1", PRW_EVENT_ALL, NULL);
}

static void
desk_close (Desk *desk)
{
  g_object_unref (desk->broker);
  g_object_unref (desk->handlers);
  g_object_unref (desk->clock);
  g_free (desk->pin);
}

static PrwRequest *
put (Desk *desk, PrwEvent event, gboolean match, gboolean pin)
{
  const PrwQuestion question = { .event = event, .peer = FAKE_PEER, .peer_name = "peer", .match_request = match, .wants_pin = pin,
                                 .passkey = event == PRW_EVENT_PASSKEY_DISPLAY_REQUIRED ? "000042" : NULL,
                                 .lifetime = 25 * G_USEC_PER_SEC };

  return prw_broker_ask (desk->broker, &question, FALSE, on_closed, desk, NULL);
}

/* Every answer to every kind: 'y' closes it accepted, 'n' rejected, 'a' answered, '-' does not fit and leaves it open. */
static void
test_answers (void)
{
  static const struct { PrwEvent event; gboolean match, pin; const char *fits; } kinds[] = {
    /* match no-match passkey pin accept reject repair always never */
    { PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, TRUE, FALSE, "yn---n---" },
    { PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, FALSE, FALSE, "-----n---" },
    { PRW_EVENT_PASSKEY_REQUIRED, FALSE, FALSE, "--a--n---" },
    { PRW_EVENT_PASSKEY_REQUIRED, FALSE, TRUE, "---a-n---" },
    { PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED, FALSE, FALSE, "----yn---" },
    { PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED, FALSE, FALSE, "----yn-yn" },
    { PRW_EVENT_PERIPHERAL_SECURITY_REQUEST, FALSE, FALSE, "----yny--" },
  };

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    for (guint answer = 0; answer < 9; answer++)
      {
        Desk desk;
        g_autoptr (PrwRequest) request = NULL;
        g_autoptr (GError) error = NULL;
        char expected = kinds[kind].fits[answer];
        gboolean done = FALSE;

        desk_open (&desk);
        request = put (&desk, kinds[kind].event, kinds[kind].match, kinds[kind].pin);
        switch (answer)
          {
          case 0: case 1: done = prw_request_match_confirm (request, answer == 0, &error); break;
          case 2: done = prw_request_enter_passkey (request, 999999, &error); break;
          case 3: done = prw_request_enter_pin (request, "1234567890123456", &error); break;
          case 4: done = prw_request_accept (request, &error); break;
          case 5: done = prw_request_reject (request, &error); break;
          case 6: done = prw_request_force_repair (request, &error); break;
          case 7: done = prw_request_accept_always (request, &error); break;
          case 8: done = prw_request_reject_always (request, &error); break;
          default: g_assert_not_reached ();
          }
        g_assert_cmpint (done, ==, expected != '-');
        g_assert_cmpint (desk.closed, ==, done);
        if (!done)
          {
            g_assert_error (error, PRW_ERROR, PRW_ERROR_INVALID_OPERATION);
            g_assert_cmpint (prw_request_get_state (request), ==, PRW_REQUEST_STATE_OPEN);
          }
        else
          {
            g_assert_cmpint (desk.state, ==, expected == 'y' ? PRW_REQUEST_STATE_ACCEPTED : expected == 'n' ? PRW_REQUEST_STATE_REJECTED
                                                                                        : PRW_REQUEST_STATE_ANSWERED);
            g_assert_false (prw_request_reject (request, &error)); /* nothing after that */
            g_assert_error (error, PRW_ERROR, PRW_ERROR_ALREADY_ANSWERED);
          }
        desk_close (&desk);
        g_assert_cmpint (desk.closed, ==, 1);
      }
}

static void
test_bad_codes (void)
{
  Desk desk;
  g_autoptr (PrwRequest) passkey = NULL, pin = NULL;
  g_autoptr (GError) error = NULL;

  desk_open (&desk);
  passkey = put (&desk, PRW_EVENT_PASSKEY_REQUIRED, FALSE, FALSE);
  g_assert_false (prw_request_enter_passkey (passkey, 1000000, &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS);
  g_clear_error (&error);
  pin = put (&desk, PRW_EVENT_PASSKEY_REQUIRED, FALSE, TRUE);
  g_assert_false (prw_request_enter_pin (pin, "", &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS);
  g_clear_error (&error);
  g_assert_false (prw_request_enter_pin (pin, "12345678901234567", &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS);
  g_assert_null (strstr (error->message, "12345678901234567"));
  g_assert_cmpint (desk.closed, ==, 0);
  g_assert_true (prw_request_enter_pin (pin, "0000", NULL));
  g_assert_cmpstr (desk.pin, ==, "0000");
  desk_close (&desk);
}

static void
test_ends (void)
{
  Desk desk;
  g_autoptr (PrwRequest) first = NULL, second = NULL, third = NULL;
  g_autoptr (GError) error = NULL;

  desk_open (&desk);
  first = put (&desk, PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, TRUE, FALSE);
  g_assert_cmpstr (prw_request_get_passkey (first, NULL), ==, "000042");
  prw_fake_clock_advance_seconds (desk.clock, 24);
  g_assert_cmpint (prw_request_get_state (first), ==, PRW_REQUEST_STATE_OPEN);
  prw_fake_clock_advance_seconds (desk.clock, 1);
  g_assert_cmpint (desk.state, ==, PRW_REQUEST_STATE_EXPIRED);
  g_assert_null (prw_request_get_passkey (first, &error)); /* the secret is gone */
  g_assert_error (error, PRW_ERROR, PRW_ERROR_CANCELED);
  g_assert_null (desk.forgotten);
  prw_fake_clock_advance_seconds (desk.clock, 60);
  g_assert_true (desk.forgotten == first);

  second = put (&desk, PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED, FALSE, FALSE);
  prw_handlers_remove (desk.handlers, ":1.1");
  g_assert_cmpint (desk.state, ==, PRW_REQUEST_STATE_NO_HANDLER);
  third = put (&desk, PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED, FALSE, FALSE); /* nobody to ask at all */
  g_assert_cmpint (prw_request_get_state (third), ==, PRW_REQUEST_STATE_NO_HANDLER);
  g_assert_cmpint (desk.closed, ==, 3);
  desk_close (&desk);
}

static void
test_entered (void)
{
  Desk desk;
  g_autoptr (PrwRequest) request = NULL;

  desk_open (&desk);
  request = put (&desk, PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, FALSE, FALSE);
  prw_request_set_entered (request, 3);
  g_assert_cmpint (prw_request_get_entered (request), ==, 3);
  prw_request_set_entered (request, 255);
  g_assert_cmpint (prw_request_get_entered (request), ==, 6);
  desk_close (&desk);
}

static void
test_flood (void)
{
  Desk desk;

  desk_open (&desk);
  for (guint i = 0; i < 65; i++)
    {
      g_autoptr (PrwRequest) request = put (&desk, PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED, FALSE, FALSE);

      g_assert_cmpint (prw_request_get_state (request), ==, i < 64 ? PRW_REQUEST_STATE_OPEN : PRW_REQUEST_STATE_UNAVAILABLE);
    }
  prw_broker_close (desk.broker, FAKE_PEER, PRW_EVENT_ALL, PRW_REQUEST_STATE_REMOVED);
  g_assert_cmpint (desk.closed, ==, 65);
  desk_close (&desk);
}

static void
test_window (void)
{
  g_autoptr (PrwFakeClock) clock = prw_fake_clock_new ();
  g_autoptr (PrwWindow) window = prw_window_new (PRW_CLOCK (clock));
  g_autoptr (GError) error = NULL;

  prw_window_set_max_seconds (window, 60);
  g_assert_false (prw_window_open (window, 61, &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS);
  g_assert_false (prw_window_open (window, 0, NULL));
  g_assert_true (prw_window_open (window, 5, NULL));
  prw_fake_clock_advance_seconds (clock, 4);
  g_assert_true (prw_window_is_open (window));
  g_assert_true (prw_window_open (window, 5, NULL)); /* again: from now */
  prw_fake_clock_advance_seconds (clock, 4);
  g_assert_true (prw_window_is_open (window));
  prw_fake_clock_advance_seconds (clock, 1);
  g_assert_false (prw_window_is_open (window));
  g_assert_cmpint (prw_window_get_until (window), ==, 0);
}

static void
test_lockout (void)
{
  g_autoptr (PrwFakeClock) clock = prw_fake_clock_new ();
  g_autoptr (PrwLockout) lockout = prw_lockout_new (PRW_CLOCK (clock), NULL, NULL);

  prw_lockout_configure (lockout, 3, 60);
  for (int i = 0; i < 3; i++)
    {
      g_assert_false (prw_lockout_is_locked (lockout, "hci0", "A"));
      prw_lockout_fail (lockout, "hci0", "A", FALSE);
    }
  g_assert_true (prw_lockout_is_locked (lockout, "hci0", "A"));
  g_assert_false (prw_lockout_is_locked (lockout, "hci0", "B"));
  g_assert_false (prw_lockout_is_locked (lockout, "hci1", "A"));
  prw_fake_clock_advance_seconds (clock, 60);
  g_assert_false (prw_lockout_is_locked (lockout, "hci0", "A"));
  /* Addresses are free: prompts nobody answers lock the adapter whoever they name. */
  prw_lockout_fail (lockout, "hci0", "C", TRUE);
  prw_lockout_fail (lockout, "hci0", "D", TRUE);
  prw_lockout_fail (lockout, "hci0", "E", TRUE);
  g_assert_true (prw_lockout_is_locked (lockout, "hci0", "F"));
  prw_lockout_clear (lockout, "hci0", "F");
  g_assert_false (prw_lockout_is_locked (lockout, "hci0", "F"));
  /* The newest are remembered, whoever floods. */
  for (int i = 0; i < 10000; i++)
    {
      g_autofree char *address = g_strdup_printf ("%d", i);

      prw_lockout_fail (lockout, "hci0", address, FALSE);
    }
  for (int i = 0; i < 3; i++)
    prw_lockout_fail (lockout, "hci0", "last", FALSE);
  g_assert_true (prw_lockout_is_locked (lockout, "hci0", "last"));
  prw_lockout_configure (lockout, 0, 60);
  g_assert_false (prw_lockout_is_locked (lockout, "hci0", "last"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/questions/reply", test_reply);
  g_test_add_func ("/questions/handlers", test_handlers);
  g_test_add_func ("/questions/answers", test_answers);
  g_test_add_func ("/questions/bad-codes", test_bad_codes);
  g_test_add_func ("/questions/ends", test_ends);
  g_test_add_func ("/questions/entered", test_entered);
  g_test_add_func ("/questions/flood", test_flood);
  g_test_add_func ("/questions/window", test_window);
  g_test_add_func ("/questions/lockout", test_lockout);
  return g_test_run ();
}
