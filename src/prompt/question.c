/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/question.h"

#include "base/boot-time.h"
#include "policy/text.h"

struct _PrwPromptQuestion
{
  GObject parent;
  char *path;
  char *passkey; /* NULL: none, or closed */
  PrwWordsQuestion words;
  gint64 expires;
  guint entered;
  gboolean closed;
  PrwPromptAnswerFunc func;
  gpointer func_data;
  GDestroyNotify func_destroy;
};

enum { PROP_ENTERED = 1, N_PROPS };
enum { SIGNAL_CLOSED, N_SIGNALS };
static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PrwPromptQuestion, prw_prompt_question, G_TYPE_OBJECT)

static void
prw_prompt_question_finalize (GObject *object)
{
  PrwPromptQuestion *self = PRW_PROMPT_QUESTION (object);

  if (self->func_destroy != NULL)
    self->func_destroy (self->func_data);
  prw_words_wipe (self->passkey);
  g_free (self->path);
  g_free ((char *) self->words.name);
  g_free ((char *) self->words.address);
  g_free ((char *) self->words.icon);
  g_free ((char *) self->words.service);
  G_OBJECT_CLASS (prw_prompt_question_parent_class)->finalize (object);
}

static void
prw_prompt_question_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ENTERED)
    g_value_set_uint (value, PRW_PROMPT_QUESTION (object)->entered);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
prw_prompt_question_class_init (PrwPromptQuestionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->finalize = prw_prompt_question_finalize;
  object_class->get_property = prw_prompt_question_get_property;
  properties[PROP_ENTERED] = g_param_spec_uint ("entered", NULL, NULL, 0, 6, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
prw_prompt_question_init (PrwPromptQuestion *self)
{
}

PrwPromptQuestion *
prw_prompt_question_new (const PrwPromptFacts *facts)
{
  PrwPromptQuestion *self = g_object_new (PRW_TYPE_PROMPT_QUESTION, NULL);
  g_autofree char *name = prw_text_sanitize (facts->name);

  self->path = g_strdup (facts->path);
  self->passkey = g_strdup (facts->passkey);
  self->expires = facts->expires;
  self->words.kind = facts->kind;
  self->words.address = prw_text_sanitize (facts->address);
  self->words.name = *name != '\0' ? g_steal_pointer (&name) : g_strdup (self->words.address);
  self->words.icon = prw_text_sanitize (facts->icon);
  self->words.service = prw_text_sanitize (facts->service);
  self->words.bonded = facts->bonded;
  return self;
}

void
prw_prompt_question_set_answer_func (PrwPromptQuestion *self, PrwPromptAnswerFunc func, gpointer data, GDestroyNotify destroy)
{
  g_assert (self->func == NULL);
  self->func = func;
  self->func_data = data;
  self->func_destroy = destroy;
}

const char *
prw_prompt_question_get_path (PrwPromptQuestion *self)
{
  return self->path;
}

PrwPromptKind
prw_prompt_question_get_kind (PrwPromptQuestion *self)
{
  return self->words.kind;
}

const char *
prw_prompt_question_get_name (PrwPromptQuestion *self)
{
  return self->words.name;
}

const char *
prw_prompt_question_get_address (PrwPromptQuestion *self)
{
  return self->words.address;
}

const char *
prw_prompt_question_get_icon (PrwPromptQuestion *self)
{
  return self->words.icon;
}

const char *
prw_prompt_question_get_passkey (PrwPromptQuestion *self)
{
  return self->passkey;
}

gboolean
prw_prompt_question_get_bonded (PrwPromptQuestion *self)
{
  return self->words.bonded;
}

gint64
prw_prompt_question_get_expires (PrwPromptQuestion *self)
{
  return self->expires;
}

guint
prw_prompt_question_get_entered (PrwPromptQuestion *self)
{
  return self->entered;
}

const PrwWordsQuestion *
prw_prompt_question_get_words (PrwPromptQuestion *self)
{
  return &self->words;
}

void
prw_prompt_question_set_entered (PrwPromptQuestion *self, guint entered)
{
  if (self->entered == MIN (entered, 6))
    return;
  self->entered = MIN (entered, 6);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENTERED]);
}

guint
prw_prompt_question_seconds_left (PrwPromptQuestion *self)
{
  return prw_boot_time_left (self->expires);
}

gboolean
prw_prompt_question_allows (PrwPromptQuestion *self, PrwPromptAnswer answer)
{
  PrwPromptKind kind = self->words.kind;

  switch (answer)
    {
    case PRW_PROMPT_ANSWER_REJECT:
      return TRUE;
    case PRW_PROMPT_ANSWER_ACCEPT:
      return kind == PRW_PROMPT_COMPARE || kind == PRW_PROMPT_AUTHORIZE || kind == PRW_PROMPT_SECURITY_REQUEST || kind == PRW_PROMPT_SERVICE;
    case PRW_PROMPT_ANSWER_REPAIR:
      return kind == PRW_PROMPT_SECURITY_REQUEST;
    case PRW_PROMPT_ANSWER_ALWAYS:
    case PRW_PROMPT_ANSWER_NEVER:
      return kind == PRW_PROMPT_SERVICE;
    case PRW_PROMPT_ANSWER_CODE:
      return kind == PRW_PROMPT_PASSKEY || kind == PRW_PROMPT_PIN;
    }
  return FALSE;
}

void
prw_prompt_question_answer_async (PrwPromptQuestion *self, PrwPromptAnswer answer, const char *code, GAsyncReadyCallback callback,
                                  gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, prw_prompt_question_answer_async);
  if (self->closed || self->func == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the question is closed");
  else if (!prw_prompt_question_allows (self, answer) || (answer == PRW_PROMPT_ANSWER_CODE) != (code != NULL))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "that is no answer to this question");
  else
    self->func (self, answer, code, g_steal_pointer (&task), self->func_data);
}

gboolean
prw_prompt_question_answer_finish (PrwPromptQuestion *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
prw_prompt_question_close (PrwPromptQuestion *self, const char *outcome)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  prw_words_wipe (g_steal_pointer (&self->passkey));
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, outcome);
}

gboolean
prw_prompt_question_is_closed (PrwPromptQuestion *self)
{
  return self->closed;
}
