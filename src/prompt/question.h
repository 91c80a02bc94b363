/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "words/words.h"

G_BEGIN_DECLS

/** PrwPromptAnswer: what a person can say. No is 0. */
typedef enum
{
  PRW_PROMPT_ANSWER_REJECT,
  PRW_PROMPT_ANSWER_ACCEPT, /* yes; to a comparison: the digits are the same */
  PRW_PROMPT_ANSWER_REPAIR, /* SECURITY_REQUEST only: pair anew */
  PRW_PROMPT_ANSWER_ALWAYS, /* SERVICE only */
  PRW_PROMPT_ANSWER_NEVER,  /* SERVICE only */
  PRW_PROMPT_ANSWER_CODE,   /* PASSKEY and PIN only: with the code */
} PrwPromptAnswer;

/** PrwPromptFacts: what is known of a question. Strings are copied; the caller wipes its own @passkey. */
typedef struct
{
  const char *path;    /* of the request */
  PrwPromptKind kind;
  const char *name;    /* of the peer; prw_prompt_question_new() makes it safe to show */
  const char *address;
  const char *icon;    /* (nullable): freedesktop icon name */
  const char *passkey; /* (nullable): COMPARE and DISPLAY: six digits, or a PIN: secret */
  const char *service; /* (nullable): UUID */
  gboolean bonded;
  gint64 expires;      /* CLOCK_BOOTTIME, µs; 0: not known */
} PrwPromptFacts;

/**
 * PrwPromptQuestion:
 *
 * One question of the daemon, as a person is asked it.
 *
 * Property `entered` (guint) notifies: how many digits have been typed on the other device.
 * Signal `closed` (const char *outcome): once, when the daemon closed it, whoever answered; see prw_words_closed().
 * A #PrwSurface needs no handler for it: the presenter calls prw_surface_close().
 */
#define PRW_TYPE_PROMPT_QUESTION (prw_prompt_question_get_type ())
G_DECLARE_FINAL_TYPE (PrwPromptQuestion, prw_prompt_question, PRW, PROMPT_QUESTION, GObject)

/**
 * PrwPromptAnswerFunc:
 * @code: (nullable): with PRW_PROMPT_ANSWER_CODE; copied if it is needed longer than the call
 * @task: (transfer full): returns TRUE when the daemon took the answer; or G_IO_ERROR_INVALID_ARGUMENT: it is no good, and the
 *   question is still open; G_IO_ERROR_CLOSED: it is too late; any other error: the daemon could not be told
 *
 * Tells the daemon.
 */
typedef void (*PrwPromptAnswerFunc) (PrwPromptQuestion *self, PrwPromptAnswer answer, const char *code, GTask *task, gpointer data);

/** prw_prompt_question_new: Returns: (transfer full): a question that nobody is told answers of until prw_prompt_question_set_answer_func() */
PrwPromptQuestion *prw_prompt_question_new (const PrwPromptFacts *facts);
/** prw_prompt_question_set_answer_func: @destroy: (nullable): for @data, when the question goes */
void prw_prompt_question_set_answer_func (PrwPromptQuestion *self, PrwPromptAnswerFunc func, gpointer data, GDestroyNotify destroy);

const char *prw_prompt_question_get_path (PrwPromptQuestion *self);
PrwPromptKind prw_prompt_question_get_kind (PrwPromptQuestion *self);
/** prw_prompt_question_get_name: Returns: safe text, never markup; the address when there is none */
const char *prw_prompt_question_get_name (PrwPromptQuestion *self);
const char *prw_prompt_question_get_address (PrwPromptQuestion *self);
const char *prw_prompt_question_get_icon (PrwPromptQuestion *self); /* "" when none */
/** prw_prompt_question_get_passkey: Returns: (nullable): six digits, or a PIN; NULL once the question is closed. Secret: wipe copies. */
const char *prw_prompt_question_get_passkey (PrwPromptQuestion *self);
gboolean prw_prompt_question_get_bonded (PrwPromptQuestion *self);
gint64 prw_prompt_question_get_expires (PrwPromptQuestion *self); /* CLOCK_BOOTTIME, µs; 0: not known */
guint prw_prompt_question_get_entered (PrwPromptQuestion *self);
/** prw_prompt_question_get_words: Returns: (transfer none): what prw_words_title() and the others take; lives as long as the question */
const PrwWordsQuestion *prw_prompt_question_get_words (PrwPromptQuestion *self);
/** prw_prompt_question_set_entered: at most 6 */
void prw_prompt_question_set_entered (PrwPromptQuestion *self, guint entered);
/** prw_prompt_question_seconds_left: Returns: whole seconds, rounded up, until it closes by itself; 0 when that is past or not known */
guint prw_prompt_question_seconds_left (PrwPromptQuestion *self);
/** prw_prompt_question_allows: Returns: whether @answer is one to this kind of question */
gboolean prw_prompt_question_allows (PrwPromptQuestion *self, PrwPromptAnswer answer);

/**
 * prw_prompt_question_answer_async:
 * @code: (nullable): with PRW_PROMPT_ANSWER_CODE
 *
 * Tells the daemon. Errors: as PrwPromptAnswerFunc says; G_IO_ERROR_CLOSED too when the question is closed already.
 */
void prw_prompt_question_answer_async (PrwPromptQuestion *self, PrwPromptAnswer answer, const char *code, GAsyncReadyCallback callback,
                                       gpointer data);
gboolean prw_prompt_question_answer_finish (PrwPromptQuestion *self, GAsyncResult *result, GError **error);

/** prw_prompt_question_close: the daemon closed it, or is gone. Wipes the passkey and emits `closed`, the first time. */
void prw_prompt_question_close (PrwPromptQuestion *self, const char *outcome);
gboolean prw_prompt_question_is_closed (PrwPromptQuestion *self);

G_END_DECLS
