/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The desktop handler without bus and display: which question is shown where, and what becomes of answers. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "policy/policy.h"
#include "prompt/presenter.h"

/* A place to ask that does as it is told. */
#define FAKE_TYPE_SURFACE (fake_surface_get_type ())
G_DECLARE_FINAL_TYPE (FakeSurface, fake_surface, FAKE, SURFACE, GObject)

struct _FakeSurface
{
  GObject parent;
  guint kinds;                 /* bit 1 << PrwPromptKind */
  gboolean hopeless;           /* gives up at once */
  PrwPromptQuestion *question; /* shown */
  guint shown, refused;
  char *message;
};

static void fake_surface_surface_init (PrwSurfaceInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (FakeSurface, fake_surface, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PRW_TYPE_SURFACE, fake_surface_surface_init))

static gboolean
fake_can_show (PrwSurface *surface, PrwPromptQuestion *question)
{
  return (FAKE_SURFACE (surface)->kinds & (1u << prw_prompt_question_get_kind (question))) != 0;
}

static void
fake_show (PrwSurface *surface, PrwPromptQuestion *question)
{
  FakeSurface *self = FAKE_SURFACE (surface);

  g_assert_null (self->question); /* one at a time */
  self->shown++;
  if (self->hopeless)
    prw_surface_given_up (surface, question);
  else
    self->question = g_object_ref (question);
}

static void
fake_close (PrwSurface *surface, PrwPromptQuestion *question)
{
  g_assert_true (FAKE_SURFACE (surface)->question == question);
  g_clear_object (&FAKE_SURFACE (surface)->question);
}

static void
fake_refuse (PrwSurface *surface, PrwPromptQuestion *question, const char *message)
{
  FakeSurface *self = FAKE_SURFACE (surface);

  g_assert_true (self->question == question);
  self->refused++;
  g_free (self->message);
  self->message = g_strdup (message);
}

static void
fake_surface_surface_init (PrwSurfaceInterface *iface)
{
  iface->can_show = fake_can_show;
  iface->show = fake_show;
  iface->close = fake_close;
  iface->refuse = fake_refuse;
}

static void
fake_surface_finalize (GObject *object)
{
  g_assert_null (FAKE_SURFACE (object)->question); /* the presenter takes all away */
  g_free (FAKE_SURFACE (object)->message);
  G_OBJECT_CLASS (fake_surface_parent_class)->finalize (object);
}

static void
fake_surface_class_init (FakeSurfaceClass *class)
{
  G_OBJECT_CLASS (class)->finalize = fake_surface_finalize;
}

static void
fake_surface_init (FakeSurface *self)
{
}

static void
give_up (FakeSurface *self)
{
  g_autoptr (PrwPromptQuestion) question = g_steal_pointer (&self->question);

  prw_surface_given_up (PRW_SURFACE (self), question);
}

/* What the daemon is told; it answers when the test says so. */
typedef struct
{
  PrwPromptAnswer answer;
  char *code;
  GTask *task; /* not answered yet */
  guint n;
} Told;

static void
on_tell (PrwPromptQuestion *question, PrwPromptAnswer answer, const char *code, GTask *task, gpointer data)
{
  Told *told = data;

  g_assert_null (told->task);
  told->answer = answer;
  g_free (told->code);
  told->code = g_strdup (code);
  told->task = task;
  told->n++;
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* @code: of a GIOError, or -1: it is taken */
static void
reply (Told *told, int code)
{
  g_autoptr (GTask) task = g_steal_pointer (&told->task);

  if (code < 0)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_IO_ERROR, code, "because");
  settle ();
}

static PrwPromptQuestion *
question_new (PrwPromptKind kind, Told *told, gint64 expires)
{
  PrwPromptFacts facts = { .path = "/org/pairward/requests/1", .kind = kind, .name = "My phone", .address = "C0:00:00:00:00:01",
                           .passkey = kind == PRW_PROMPT_COMPARE ? "123456" : NULL, .expires = expires };
  PrwPromptQuestion *question = prw_prompt_question_new (&facts);

  prw_prompt_question_set_answer_func (question, on_tell, told, NULL);
  return question;
}

typedef struct
{
  FakeSurface *notifier, *dialogs;
  PrwPresenter *presenter;
  PrwPromptQuestion *question, *second;
  Told told, told_second;
} Fixture;

#define YES_OR_NO (1u << PRW_PROMPT_AUTHORIZE | 1u << PRW_PROMPT_SERVICE)

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) surfaces = g_ptr_array_new ();

  f->notifier = g_object_new (FAKE_TYPE_SURFACE, NULL);
  f->dialogs = g_object_new (FAKE_TYPE_SURFACE, NULL);
  f->notifier->kinds = YES_OR_NO;
  f->dialogs->kinds = G_MAXUINT;
  g_ptr_array_add (surfaces, f->notifier);
  g_ptr_array_add (surfaces, f->dialogs);
  f->presenter = prw_presenter_new (surfaces);
  f->question = question_new (PRW_PROMPT_AUTHORIZE, &f->told, 0);
  f->second = question_new (PRW_PROMPT_COMPARE, &f->told_second, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->presenter);
  g_assert_finalize_object (f->notifier);
  g_assert_finalize_object (f->dialogs);
  g_assert_finalize_object (f->question);
  g_assert_finalize_object (f->second);
  g_free (f->told.code);
  g_free (f->told_second.code);
}

static void
say (FakeSurface *surface, PrwPromptQuestion *question, PrwPromptAnswer answer, const char *code)
{
  prw_surface_answered (PRW_SURFACE (surface), question, answer, code);
  settle ();
}

static void
test_answered (Fixture *f, gconstpointer data)
{
  prw_presenter_add (f->presenter, f->question);
  prw_presenter_add (f->presenter, f->question); /* once is enough */
  g_assert_true (f->notifier->question == f->question);
  say (f->notifier, f->question, PRW_PROMPT_ANSWER_ACCEPT, NULL);
  say (f->notifier, f->question, PRW_PROMPT_ANSWER_REJECT, NULL); /* the first one counts */
  g_assert_cmpint (f->told.answer, ==, PRW_PROMPT_ANSWER_ACCEPT);
  g_assert_cmpuint (f->told.n, ==, 1);
  g_assert_nonnull (f->notifier->question); /* until the daemon has it */
  reply (&f->told, -1);
  g_assert_null (f->notifier->question);
  g_assert_null (prw_presenter_get_shown (f->presenter));
  say (f->notifier, f->question, PRW_PROMPT_ANSWER_ACCEPT, NULL); /* too late */
  g_assert_cmpuint (f->told.n, ==, 1);
  g_assert_cmpuint (f->dialogs->shown, ==, 0);
}

static void
test_queue (Fixture *f, gconstpointer data)
{
  prw_presenter_add (f->presenter, f->question);
  prw_presenter_add (f->presenter, f->second);
  g_assert_cmpuint (f->dialogs->shown, ==, 0); /* one at a time */
  say (f->dialogs, f->second, PRW_PROMPT_ANSWER_ACCEPT, NULL); /* nobody was asked */
  say (f->dialogs, f->question, PRW_PROMPT_ANSWER_ACCEPT, NULL); /* not there */
  g_assert_cmpuint (f->told.n + f->told_second.n, ==, 0);
  prw_prompt_question_close (f->question, "canceled");
  g_assert_null (f->notifier->question);
  g_assert_true (f->dialogs->question == f->second);
  say (f->dialogs, f->second, PRW_PROMPT_ANSWER_REJECT, NULL);
  reply (&f->told_second, -1);
  g_assert_null (f->dialogs->question);
}

static void
test_given_up (Fixture *f, gconstpointer data)
{
  prw_presenter_add (f->presenter, f->question);
  give_up (f->notifier);
  g_assert_true (f->dialogs->question == f->question);
  g_assert_cmpuint (f->told.n, ==, 0); /* it is no answer */
  say (f->notifier, f->question, PRW_PROMPT_ANSWER_ACCEPT, NULL); /* it had its chance */
  g_assert_cmpuint (f->told.n, ==, 0);
  give_up (f->dialogs);
  g_assert_null (prw_presenter_get_shown (f->presenter));
  prw_presenter_add (f->presenter, f->second); /* one that can be shown nowhere holds nobody up */
  g_assert_true (f->dialogs->question == f->second);
  prw_surface_changed (PRW_SURFACE (f->notifier));
  g_assert_null (f->notifier->question); /* not while another is shown */
  prw_prompt_question_close (f->second, "expired");
  g_assert_true (f->notifier->question == f->question);
  g_assert_cmpuint (f->told.n, ==, 0);
}

static void
test_hopeless (Fixture *f, gconstpointer data)
{
  f->notifier->hopeless = TRUE;
  prw_presenter_add (f->presenter, f->question);
  g_assert_cmpuint (f->notifier->shown, ==, 1);
  g_assert_true (f->dialogs->question == f->question);
  prw_presenter_add (f->presenter, f->second);
  prw_prompt_question_close (f->question, "answered");
  g_assert_true (f->dialogs->question == f->second);
}

static void
test_nowhere (Fixture *f, gconstpointer data)
{
  f->dialogs->kinds = f->notifier->kinds = 0;
  prw_presenter_add (f->presenter, f->question);
  g_assert_null (prw_presenter_get_shown (f->presenter));
  f->notifier->kinds = YES_OR_NO;
  prw_surface_changed (PRW_SURFACE (f->notifier));
  g_assert_true (f->notifier->question == f->question);
  g_clear_object (&f->presenter); /* with a question shown: it is taken away */
  g_assert_null (f->notifier->question);
  g_assert_cmpuint (f->told.n, ==, 0);
}

static void
test_bad_passkey (Fixture *f, gconstpointer data)
{
  Told told = { 0 };
  g_autoptr (PrwPromptQuestion) question = question_new (PRW_PROMPT_PASSKEY, &told, 0);

  prw_presenter_add (f->presenter, question);
  say (f->dialogs, question, PRW_PROMPT_ANSWER_CODE, NULL);     /* no code */
  say (f->dialogs, question, PRW_PROMPT_ANSWER_ACCEPT, NULL);   /* no answer to this */
  say (f->dialogs, question, PRW_PROMPT_ANSWER_REJECT, "1234"); /* nor is this */
  g_assert_cmpuint (told.n, ==, 0);
  g_assert_cmpuint (f->dialogs->refused, ==, 3);
  say (f->dialogs, question, PRW_PROMPT_ANSWER_CODE, "1234567");
  g_assert_cmpstr (told.code, ==, "1234567");
  reply (&told, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (f->dialogs->refused, ==, 4);
  g_assert_cmpstr (f->dialogs->message, ==, "because");
  g_assert_true (f->dialogs->question == question); /* asked again */
  say (f->dialogs, question, PRW_PROMPT_ANSWER_CODE, "123456");
  reply (&told, G_IO_ERROR_TIMED_OUT); /* the daemon does not hear */
  g_assert_cmpuint (f->dialogs->refused, ==, 5);
  g_assert_nonnull (strstr (f->dialogs->message, "because"));
  say (f->dialogs, question, PRW_PROMPT_ANSWER_CODE, "123456");
  g_assert_cmpuint (told.n, ==, 3);
  reply (&told, G_IO_ERROR_CLOSED); /* somebody was quicker */
  g_assert_null (f->dialogs->question);
  g_assert_cmpuint (f->dialogs->refused, ==, 5);
  g_free (told.code);
}

static void
test_closes_while_answering (Fixture *f, gconstpointer data)
{
  prw_presenter_add (f->presenter, f->question);
  say (f->notifier, f->question, PRW_PROMPT_ANSWER_ACCEPT, NULL);
  prw_prompt_question_close (f->question, "expired");
  g_assert_null (f->notifier->question);
  reply (&f->told, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (f->notifier->refused, ==, 0);
  prw_presenter_add (f->presenter, f->question); /* closed is closed */
  g_assert_null (prw_presenter_get_shown (f->presenter));
}

/* The daemon is stuck: the time it gave is over, and it says nothing. */
static void
test_expires (Fixture *f, gconstpointer data)
{
  g_autoptr (PrwPromptQuestion) question = question_new (PRW_PROMPT_COMPARE, &f->told, 1);

  g_assert_cmpuint (prw_prompt_question_seconds_left (question), ==, 0);
  g_assert_cmpstr (prw_prompt_question_get_passkey (question), ==, "123456");
  prw_presenter_set_patience (f->presenter, 0);
  prw_presenter_add (f->presenter, question);
  g_assert_true (f->dialogs->question == question);
  while (f->dialogs->question != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (prw_prompt_question_is_closed (question));
  g_assert_null (prw_prompt_question_get_passkey (question)); /* wiped */
  g_assert_cmpuint (f->told.n, ==, 0);
}

static void
test_question (void)
{
  PrwPromptFacts facts = { .path = "/x", .kind = PRW_PROMPT_DISPLAY, .name = "\xe2\x80\xae<b>evil\n", .address = "C0:00:00:00:00:01", .passkey = "0000" };
  g_autoptr (PrwPromptQuestion) question = prw_prompt_question_new (&facts), nameless = NULL;

  g_assert_cmpstr (prw_prompt_question_get_name (question), ==, "<b>evil");
  facts.name = " \n";
  nameless = prw_prompt_question_new (&facts);
  g_assert_cmpstr (prw_prompt_question_get_name (nameless), ==, "C0:00:00:00:00:01");
  g_assert_cmpstr (prw_prompt_question_get_icon (question), ==, "");
  prw_prompt_question_set_entered (question, 200);
  g_assert_cmpuint (prw_prompt_question_get_entered (question), ==, 6);
}

/* Each answer to each kind: those that are not listed are none. */
static void
test_answers (void)
{
  static const guint allowed[] = {
    [PRW_PROMPT_COMPARE] = 1u << PRW_PROMPT_ANSWER_REJECT | 1u << PRW_PROMPT_ANSWER_ACCEPT,
    [PRW_PROMPT_DISPLAY] = 1u << PRW_PROMPT_ANSWER_REJECT,
    [PRW_PROMPT_PASSKEY] = 1u << PRW_PROMPT_ANSWER_REJECT | 1u << PRW_PROMPT_ANSWER_CODE,
    [PRW_PROMPT_PIN] = 1u << PRW_PROMPT_ANSWER_REJECT | 1u << PRW_PROMPT_ANSWER_CODE,
    [PRW_PROMPT_AUTHORIZE] = 1u << PRW_PROMPT_ANSWER_REJECT | 1u << PRW_PROMPT_ANSWER_ACCEPT,
    [PRW_PROMPT_SECURITY_REQUEST] = 1u << PRW_PROMPT_ANSWER_REJECT | 1u << PRW_PROMPT_ANSWER_ACCEPT | 1u << PRW_PROMPT_ANSWER_REPAIR,
    [PRW_PROMPT_SERVICE] = 1u << PRW_PROMPT_ANSWER_REJECT | 1u << PRW_PROMPT_ANSWER_ACCEPT | 1u << PRW_PROMPT_ANSWER_ALWAYS |
                           1u << PRW_PROMPT_ANSWER_NEVER,
  };

  for (guint kind = 0; kind < G_N_ELEMENTS (allowed); kind++)
    {
      g_autoptr (PrwPromptQuestion) question = question_new (kind, NULL, 0);

      for (guint answer = 0; answer <= PRW_PROMPT_ANSWER_CODE; answer++)
        g_assert_cmpint (prw_prompt_question_allows (question, answer), ==, (allowed[kind] & (1u << answer)) != 0);
    }
}

/* Every service with a short name has words, and the name that AllowServices= takes; others their UUID. */
static void
test_services (void)
{
  static const struct { const char *uuid, *words; } table[] = {
    { "00001124-0000-1000-8000-00805f9b34fb", "keyboard, mouse or game controller (hid)" },
    { "0000110D-0000-1000-8000-00805F9B34FB", "music and other sound (a2dp)" },
    { "12345678-0000-1000-8000-00805f9b34fb", "12345678-0000-1000-8000-00805f9b34fb" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *words = prw_words_service (table[i].uuid);

      g_assert_cmpstr (words, ==, table[i].words);
    }
  for (guint uuid = 0x1000; uuid < 0x1900; uuid++)
    {
      g_autofree char *full = g_strdup_printf ("%08x-0000-1000-8000-00805f9b34fb", uuid), *words = prw_words_service (full);

      g_assert_cmpint (prw_service_name (full) != NULL, ==, strchr (words, '(') != NULL);
    }
}

static void
test_words (void)
{
  PrwWordsQuestion words = { PRW_PROMPT_COMPARE, "My phone", "C0:00:00:00:00:01", "phone", "00001124-0000-1000-8000-00805f9b34fb", FALSE };
  PrwPromptKind kind;

  g_assert_true (prw_words_kind ("passkey-required", FALSE, "pin", &kind) && kind == PRW_PROMPT_PIN);
  g_assert_true (prw_words_kind ("passkey-required", FALSE, "passkey", &kind) && kind == PRW_PROMPT_PASSKEY);
  g_assert_true (prw_words_kind ("passkey-display-required", TRUE, "", &kind) && kind == PRW_PROMPT_COMPARE);
  g_assert_true (prw_words_kind ("passkey-display-required", FALSE, "", &kind) && kind == PRW_PROMPT_DISPLAY);
  g_assert_false (prw_words_kind ("passkey-guessing-required", FALSE, "", &kind));
  for (guint i = PRW_PROMPT_COMPARE; i <= PRW_PROMPT_SERVICE; i++)
    for (int bonded = 0; bonded <= 1; bonded++)
      {
        g_autofree char *title = NULL, *ask = NULL, *risk = NULL;

        words.kind = i;
        words.bonded = bonded;
        title = prw_words_title (&words);
        ask = prw_words_ask (&words);
        risk = prw_words_risk (&words);
        g_assert_nonnull (strstr (title, "My phone"));
        g_assert_cmpuint (strlen (ask), >, 10);
        g_assert_null (strstr (ask, "My phone"));
        /* A bond that would be replaced is told of, whatever else there is to say. */
        g_assert_cmpint (risk != NULL && strstr (risk, "replace") != NULL, ==, bonded && i != PRW_PROMPT_SERVICE);
        /* What a bonded peripheral asks for replaces nothing; only pairing anew would. */
        g_assert_cmpint (strstr (ask, "keys of its bond") != NULL, ==, bonded && i == PRW_PROMPT_SECURITY_REQUEST);
        g_assert_cmpint (risk != NULL && strstr (risk, "this would replace") != NULL, ==,
                         bonded && i != PRW_PROMPT_SERVICE && i != PRW_PROMPT_SECURITY_REQUEST);
        g_assert_cmpint (strstr (ask, "hid") != NULL, ==, i == PRW_PROMPT_SERVICE);
      }
  g_assert_cmpstr (prw_words_device ("input-mouse"), ==, "mouse");
  g_assert_cmpstr (prw_words_device ("x-unknown"), ==, "x-unknown");
  test_services ();
  g_assert_cmpstr (prw_words_closed ("expired"), ==, "nobody answered in time");
  g_assert_cmpstr (prw_words_closed ("no-handler"), ==, "closed");
}

static void
test_passkeys (void)
{
  static const struct { const char *passkey, *shown; } table[] = {
    { "123456", "123 456" }, { "000042", "000 042" }, { "0000", "0000" }, { "12345a", "12345a" }, { "1234567", "1234567" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      char *shown = prw_words_passkey (table[i].passkey);

      g_assert_cmpstr (shown, ==, table[i].shown);
      prw_words_wipe (shown);
    }
  prw_words_wipe (NULL);
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
#define PRESENTER(name) g_test_add ("/prompt/presenter/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  PRESENTER (answered);
  PRESENTER (queue);
  PRESENTER (given_up);
  PRESENTER (hopeless);
  PRESENTER (nowhere);
  PRESENTER (bad_passkey);
  PRESENTER (closes_while_answering);
  PRESENTER (expires);
  g_test_add_func ("/prompt/question", test_question);
  g_test_add_func ("/prompt/answers", test_answers);
  g_test_add_func ("/words/all", test_words);
  g_test_add_func ("/words/passkeys", test_passkeys);
  return g_test_run ();
}
