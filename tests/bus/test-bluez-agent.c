/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What bluetoothd asks our agent, and each way of answering. */
#include "config.h"

#include "bus/bluez-fixture.h"

#define REJECTED "org.bluez.Error.Rejected"
#define CANCELED "org.bluez.Error.Canceled"

#define SERVICE "0000110b-0000-1000-8000-00805f9b34fb"

/* The questions that wait, and the reply to each sort of answer; NULL: a refusal. */
static const struct
{
  const char *name;
  const char *method;
  const char *parameters;
  PrwAgentMethod asked;
  const char *yes;
  const char *passkey; /* to 999999 */
  const char *pin;     /* to "0042" */
} questions[] = {
  { "authorization", "RequestAuthorization", "(@o '" PEER "',)", PRW_AGENT_METHOD_REQUEST_AUTHORIZATION, "()", NULL, NULL },
  { "confirmation", "RequestConfirmation", "(@o '" PEER "', @u 999999)", PRW_AGENT_METHOD_REQUEST_CONFIRMATION, "()", NULL, NULL },
  { "passkey", "RequestPasskey", "(@o '" PEER "',)", PRW_AGENT_METHOD_REQUEST_PASSKEY, NULL, "(uint32 999999,)", NULL },
  { "pin", "RequestPinCode", "(@o '" PEER "',)", PRW_AGENT_METHOD_REQUEST_PIN_CODE, NULL, NULL, "('0042',)" },
  { "service", "AuthorizeService", "(@o '" PEER "', '" SERVICE "')", PRW_AGENT_METHOD_AUTHORIZE_SERVICE, "()", NULL, NULL },
};

/* Every way a question can end. */
typedef enum
{
  END_YES,
  END_NO,
  END_CANCEL,
  END_PASSKEY,
  END_PIN,
  END_DROPPED,        /* nobody keeps it, and so nobody will answer */
  END_BLUEZ_CANCELS,
  END_BLUEZ_RELEASES,
  END_STOPPED,        /* we go */
  END_BLUEZ_DIES,
} End;

static const char *const end_names[] = {
  "yes", "no", "cancel", "passkey", "pin", "dropped", "bluez-cancels", "bluez-releases", "stopped", "bluez-dies",
};
G_STATIC_ASSERT (G_N_ELEMENTS (end_names) == END_BLUEZ_DIES + 1);

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

/* A call of bluetoothd that is no question. */
static void
tell (Fixture *f, const char *method)
{
  g_autoptr (FakeQuestion) question = fake_bluez_ask (f->bluez, fixture_default_agent (f), method, NULL);

  fake_question_wait (question);
  g_assert_cmpstr (question->error, ==, NULL);
}

static void
stop (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;

  prw_bluez_host_stop_async (PRW_BLUEZ_HOST (f->host), fixture_result, (gpointer) &result);
  fake_wait_until (result != NULL);
}

/* Ends @call. Returns: (nullable): the error bluetoothd gets, if it gets one */
static const char *
bring_to_end (Fixture *f, PrwAgentCall *call, End end)
{
  switch (end)
    {
    case END_YES:
      g_assert_true (prw_reply_accept (call->reply));
      return REJECTED; /* unless a yes is an answer to this question */
    case END_NO:
      g_assert_true (prw_reply_reject (call->reply));
      return REJECTED;
    case END_CANCEL:
      g_assert_true (prw_reply_cancel (call->reply));
      return CANCELED;
    case END_PASSKEY:
      g_assert_true (prw_reply_passkey (call->reply, 999999));
      return REJECTED;
    case END_PIN:
      g_assert_true (prw_reply_pin (call->reply, "0042"));
      return REJECTED;
    case END_DROPPED:
      return REJECTED;
    case END_BLUEZ_CANCELS:
      tell (f, "Cancel");
      return CANCELED;
    case END_BLUEZ_RELEASES:
      tell (f, "Release");
      return CANCELED;
    case END_STOPPED:
      stop (f);
      return CANCELED;
    case END_BLUEZ_DIES:
      fixture_kill_bluez (f);
      fake_wait_until (call->cancelled);
      return NULL;
    }
  return NULL;
}

static void
set_flag (gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* Each question and each end: bluetoothd gets one answer, who decides is told of an end that is not his, nothing counts later. */
static void
test_end (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data) / G_N_ELEMENTS (end_names);
  const End end = GPOINTER_TO_UINT (data) % G_N_ELEMENTS (end_names);
  const char *const replies[] = { [END_YES] = questions[i].yes, [END_PASSKEY] = questions[i].passkey, [END_PIN] = questions[i].pin };
  const char *reply = end < G_N_ELEMENTS (replies) ? replies[end] : NULL;
  g_autoptr (GVariant) parameters = parse (questions[i].parameters);
  g_autoptr (Fixture) f = fixture_new ();
  FakeQuestion *question;
  const char *error;
  gboolean told = FALSE;

  fixture_start (f);
  question = fixture_ask (f, questions[i].method, parameters);
  g_assert_cmpint (fixture_last_call (f)->method, ==, questions[i].asked);
  g_assert_cmpstr (fixture_last_call (f)->device_path, ==, PEER);
  g_assert_false (question->done);
  prw_agent_call_set_cancelled (fixture_last_call (f), set_flag, &told);
  error = bring_to_end (f, fixture_last_call (f), end);
  g_assert_cmpint (told, ==, end >= END_BLUEZ_CANCELS);
  if (end != END_DROPPED)
    g_assert_false (prw_reply_accept (fixture_last_call (f)->reply));
  g_ptr_array_set_size (f->calls, 0);
  fake_question_wait (question);
  if (end != END_BLUEZ_DIES)
    g_assert_cmpstr (question->error, ==, reply == NULL ? error : NULL);
  if (reply != NULL)
    {
      g_autofree char *text = g_variant_print (question->reply, TRUE);

      g_assert_cmpstr (text, ==, reply);
    }
  fake_question_free (question);
}

static const struct
{
  const char *name;
  guint32 passkey;
  const char *pin; /* NULL: the passkey */
  const char *reply; /* NULL: a refusal */
} code_rows[] = {
  { "passkey-zero", 0, NULL, "(uint32 0,)" },
  { "passkey-over", 1000000, NULL, NULL },
  { "passkey-most", G_MAXUINT32, NULL, NULL },
  { "pin-one", 0, "0", "('0',)" },
  { "pin-longest", 0, "1234567890123456", "('1234567890123456',)" },
  { "pin-empty", 0, "", NULL },
  { "pin-over", 0, "12345678901234567", NULL },
  { "pin-broken", 0, "12\xff", NULL },
};

/* The limits of a code, which bluetoothd does not check. */
static void
test_code (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) question = NULL;

  fixture_start (f);
  question = fixture_ask (f, code_rows[i].pin != NULL ? "RequestPinCode" : "RequestPasskey", g_variant_new ("(o)", PEER));
  if (code_rows[i].pin != NULL)
    prw_reply_pin (fixture_last_call (f)->reply, code_rows[i].pin);
  else
    prw_reply_passkey (fixture_last_call (f)->reply, code_rows[i].passkey);
  fake_question_wait (question);
  g_assert_cmpstr (question->error, ==, code_rows[i].reply == NULL ? REJECTED : NULL);
  if (code_rows[i].reply != NULL)
    {
      g_autofree char *text = g_variant_print (question->reply, TRUE);

      g_assert_cmpstr (text, ==, code_rows[i].reply);
    }
}

/* The values that come with a question. */
static void
test_values (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) confirm = NULL;
  g_autoptr (FakeQuestion) service = NULL;

  fixture_start (f);
  confirm = fixture_ask (f, "RequestConfirmation", g_variant_new ("(ou)", PEER, 123));
  g_assert_cmpuint (fixture_last_call (f)->passkey, ==, 123);
  service = fixture_ask (f, "AuthorizeService", g_variant_new ("(os)", PEER, SERVICE));
  g_assert_cmpstr (fixture_last_call (f)->uuid, ==, SERVICE);
  g_ptr_array_set_size (f->calls, 0);
  fake_question_wait (confirm);
  fake_question_wait (service);
}

/* Displays are answered at once, and each one is signalled: a passkey's with what was typed so far. */
static void
test_displays (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) pin = NULL;

  fixture_start (f);
  for (guint entered = 0; entered < 3; entered++)
    {
      g_autoptr (FakeQuestion) passkey = fixture_ask (f, "DisplayPasskey", g_variant_new ("(ouq)", PEER, 42, entered));

      fake_question_wait (passkey);
      g_assert_null (passkey->error);
      g_assert_cmpint (fixture_last_call (f)->method, ==, PRW_AGENT_METHOD_DISPLAY_PASSKEY);
      g_assert_cmpuint (fixture_last_call (f)->passkey, ==, 42);
      g_assert_cmpuint (fixture_last_call (f)->entered, ==, entered);
      g_assert_true (prw_reply_is_answered (fixture_last_call (f)->reply));
    }
  g_assert_cmpuint (f->n_calls, ==, 3);
  pin = fixture_ask (f, "DisplayPinCode", g_variant_new ("(os)", PEER, "0042"));
  fake_question_wait (pin);
  g_assert_null (pin->error);
  g_assert_cmpstr (fixture_last_call (f)->pin, ==, "0042");
  g_assert_true (prw_reply_is_answered (fixture_last_call (f)->reply));
}

/* bluetoothd sends DisplayPasskey without wanting a reply. */
static void
test_display_without_reply (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GDBusMessage) message = NULL;

  fixture_start (f);
  message = g_dbus_message_new_method_call (fixture_default_agent (f)->sender, fixture_default_agent (f)->path,
                                            "org.bluez.Agent1", "DisplayPasskey");
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_message_set_body (message, g_variant_new ("(ouq)", PEER, 42, 0));
  g_assert_true (g_dbus_connection_send_message (f->bluez->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL));
  fake_wait_until (f->n_calls == 1);
}

static const struct
{
  const char *name;
  const char *method;
  const char *parameters;
} bad_rows[] = {
  { "path-foreign", "RequestAuthorization", "(@o '/org/example/dev_AA_BB_CC_00_00_01',)" },
  { "path-adapter", "RequestAuthorization", "(@o '/org/bluez/hci0',)" },
  { "path-root", "RequestPinCode", "(@o '/',)" },
  { "passkey-over", "RequestConfirmation", "(@o '" PEER "', @u 1000000)" },
  { "display-over", "DisplayPasskey", "(@o '" PEER "', @u 1000000, @q 0)" },
  { "pin-over", "DisplayPinCode", "(@o '" PEER "', '12345678901234567')" },
  { "pin-empty", "DisplayPinCode", "(@o '" PEER "', '')" },
  { "uuid", "AuthorizeService", "(@o '" PEER "', '\\u202egnome')" },
  { "uuid-long", "AuthorizeService", "(@o '" PEER "', '" SERVICE SERVICE "')" },
};

/* What bluetoothd would not send is refused and goes no further. */
static void
test_bad (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GVariant) parameters = parse (bad_rows[i].parameters);
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) question = NULL;

  fixture_start (f);
  question = fixture_ask (f, bad_rows[i].method, parameters);
  fake_question_wait (question);
  g_assert_cmpstr (question->error, ==, REJECTED);
  g_assert_cmpuint (f->n_calls, ==, 0);
}

/* Arguments that are not those of the method, and methods there are not: GDBus answers, and nobody is troubled. */
static void
test_malformed (void)
{
  static const struct
  {
    const char *method;
    const char *parameters;
  } calls[] = {
    { "RequestAuthorization", "()" }, { "RequestConfirmation", "(@o '" PEER "', '1')" }, { "RequestPasskey", "('" PEER "',)" },
    { "DisplayPasskey", "(@o '" PEER "', @u 1)" }, { "AuthorizeService", "(@o '" PEER "', @u 1)" }, { "Cancel", "(1,)" },
    { "Release", "(@o '" PEER "',)" }, { "RequestOobData", "(@o '" PEER "',)" },
  };
  g_autoptr (Fixture) f = fixture_new ();

  fixture_start (f);
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GVariant) parameters = parse (calls[i].parameters);
      g_autoptr (FakeQuestion) question =
          fake_bluez_ask (f->bluez, fixture_default_agent (f), calls[i].method, parameters);

      fake_question_wait (question);
      g_assert_nonnull (question->error);
    }
  g_assert_cmpuint (f->n_calls, ==, 0);
  g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_DEFAULT);
}

/* Nobody listens, or who listens does not care: no. */
static void
test_nobody (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) question = NULL;

  fixture_start (f);
  f->keep_calls = FALSE;
  question = fixture_ask (f, "RequestAuthorization", g_variant_new ("(o)", PEER));
  fake_question_wait (question);
  g_assert_cmpstr (question->error, ==, REJECTED);
}

/* Anybody on the bus can call the agent's object; only bluetoothd is heard. */
static void
test_stranger (void)
{
  static const struct
  {
    const char *method;
    const char *parameters;
  } calls[] = {
    { "RequestAuthorization", "(@o '" PEER "',)" }, { "RequestConfirmation", "(@o '" PEER "', @u 1)" },
    { "DisplayPasskey", "(@o '" PEER "', @u 1, @q 0)" }, { "RequestPasskey", "(@o '" PEER "',)" },
    { "RequestPinCode", "(@o '" PEER "',)" }, { "DisplayPinCode", "(@o '" PEER "', '1')" },
    { "AuthorizeService", "(@o '" PEER "', '" SERVICE "')" }, { "Cancel", "()" }, { "Release", "()" },
  };
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) open = NULL;

  fixture_start (f);
  open = fixture_ask (f, "RequestAuthorization", g_variant_new ("(o)", PEER));
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      FakeBluez stranger = { .connection = f->connection };
      g_autoptr (GVariant) parameters = parse (calls[i].parameters);
      g_autoptr (FakeQuestion) question =
          fake_bluez_ask (&stranger, fixture_default_agent (f), calls[i].method, parameters);

      fake_question_wait (question);
      g_assert_cmpstr (question->error, ==, REJECTED);
    }
  g_assert_cmpuint (f->n_calls, ==, 1);
  g_assert_false (open->done);
  g_assert_cmpint (prw_host_get_agent_state (f->host), ==, PRW_AGENT_STATE_DEFAULT);
  prw_reply_accept (fixture_last_call (f)->reply);
  fake_question_wait (open);
  g_assert_null (open->error);
}

/* Who keeps the reply alone still answers; Cancel finds no call to cancel and nothing breaks. */
static void
test_reply_without_call (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeQuestion) question = NULL;
  g_autoptr (FakeQuestion) cancel = NULL;
  g_autoptr (PrwReply) reply = NULL;

  fixture_start (f);
  question = fixture_ask (f, "RequestAuthorization", g_variant_new ("(o)", PEER));
  reply = prw_reply_ref (fixture_last_call (f)->reply);
  g_ptr_array_set_size (f->calls, 0);
  cancel = fake_bluez_ask (f->bluez, fixture_default_agent (f), "Cancel", NULL);
  fake_question_wait (cancel);
  g_assert_false (question->done);
  prw_reply_reject (reply);
  fake_question_wait (question);
  g_assert_cmpstr (question->error, ==, REJECTED);
}

/* The same when the agent is gone meanwhile: the answer goes to nobody. */
static void
test_reply_without_agent (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (PrwReply) reply = NULL;
  FakeQuestion *question;

  fixture_start (f);
  question = fixture_ask (f, "RequestAuthorization", g_variant_new ("(o)", PEER));
  reply = prw_reply_ref (fixture_last_call (f)->reply);
  g_ptr_array_set_size (f->calls, 0);
  fixture_kill_bluez (f);
  fake_wait_until (!prw_host_is_available (f->host));
  g_assert_true (prw_reply_accept (reply));
  fake_question_wait (question);
  fake_question_free (question);
}

/* Many at once, answered in another order. */
static void
test_in_flight (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  FakeQuestion *open[32];

  fixture_start (f);
  for (guint i = 0; i < G_N_ELEMENTS (open); i++)
    open[i] = fixture_ask (f, "RequestConfirmation", g_variant_new ("(ou)", PEER, i));
  for (guint i = G_N_ELEMENTS (open); i-- > 0;)
    {
      PrwAgentCall *call = f->calls->pdata[i];

      g_assert_cmpuint (call->passkey, ==, i);
      if (i % 2 == 0)
        prw_reply_accept (call->reply);
      else
        prw_reply_reject (call->reply);
    }
  for (guint i = 0; i < G_N_ELEMENTS (open); i++)
    {
      fake_question_wait (open[i]);
      g_assert_cmpstr (open[i]->error, ==, i % 2 == 0 ? NULL : REJECTED);
      fake_question_free (open[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  for (guint i = 0; i < G_N_ELEMENTS (questions) * G_N_ELEMENTS (end_names); i++)
    {
      g_autofree char *path = g_strdup_printf ("/bluez/agent/%s/%s", questions[i / G_N_ELEMENTS (end_names)].name,
                                               end_names[i % G_N_ELEMENTS (end_names)]);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_end);
    }
  for (guint i = 0; i < G_N_ELEMENTS (code_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/bluez/agent/code/", code_rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_code);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/bluez/agent/bad/", bad_rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad);
    }
  g_test_add_func ("/bluez/agent/values", test_values);
  g_test_add_func ("/bluez/agent/displays", test_displays);
  g_test_add_func ("/bluez/agent/display-without-reply", test_display_without_reply);
  g_test_add_func ("/bluez/agent/malformed", test_malformed);
  g_test_add_func ("/bluez/agent/nobody", test_nobody);
  g_test_add_func ("/bluez/agent/stranger", test_stranger);
  g_test_add_func ("/bluez/agent/reply-without-call", test_reply_without_call);
  g_test_add_func ("/bluez/agent/reply-without-agent", test_reply_without_agent);
  g_test_add_func ("/bluez/agent/in-flight", test_in_flight);
  return fixture_run ();
}
