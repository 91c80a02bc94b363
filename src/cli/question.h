/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/client.h"
#include "words/words.h"

G_BEGIN_DECLS

/** PrwCliQuestion: one question, as pairwardctl shows and answers it. Its texts are safe to print. */
typedef struct
{
  char *owner;      /* who asks: the daemon's unique name. One that is started anew counts its questions anew */
  char *path;       /* of the request */
  char *kind;       /* name of the event */
  PrwPromptKind ask;
  char *peer;       /* object path */
  char *peer_name;
  char *address;
  char *icon;       /* freedesktop icon name of the peer, or "" */
  char *service;
  char *passkey;    /* to show; NULL when there is none, or the question is closed */
  gboolean open;
  gboolean bonded;  /* there is a bond with the peer */
  guint64 expires;  /* CLOCK_BOOTTIME, µs */
} PrwCliQuestion;

/** prw_cli_question_read: Returns: (transfer full) (nullable): what the request at @path is about; fetches what is to be shown */
PrwCliQuestion *prw_cli_question_read (PrwClient *client, const char *path, GError **error);
void prw_cli_question_free (PrwCliQuestion *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwCliQuestion, prw_cli_question_free)

/** prw_cli_question_number: N of /org/pairward/requests/N */
guint prw_cli_question_number (const PrwCliQuestion *question);
/** prw_cli_question_seconds_left: until it closes by itself */
guint prw_cli_question_seconds_left (const PrwCliQuestion *question);
/** prw_cli_question_show: prints what is asked, and the risk, in words. */
void prw_cli_question_show (const PrwCliQuestion *question);
/** prw_cli_question_hint: (transfer none): what can be typed, e.g. "yes or no" */
const char *prw_cli_question_hint (const PrwCliQuestion *question);
/** prw_cli_question_wants_code: whether a passkey or PIN is to be typed */
gboolean prw_cli_question_wants_code (const PrwCliQuestion *question);
/** prw_cli_question_takes_word: whether @text is one of the words that answer it */
gboolean prw_cli_question_takes_word (const PrwCliQuestion *question, const char *text);

/**
 * prw_cli_question_answer:
 * @text: what was typed; never logged
 *
 * Tells the daemon. An answer that comes too late is no error: *@late is TRUE. G_IO_ERROR_INVALID_ARGUMENT when @text is no
 * answer to this question.
 */
gboolean prw_cli_question_answer (PrwClient *client, const PrwCliQuestion *question, const char *text, gboolean *late, GError **error);

G_END_DECLS
