/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PrwPromptKind: what a person has to do about a question. */
typedef enum
{
  PRW_PROMPT_COMPARE,          /* the digits here and there */
  PRW_PROMPT_DISPLAY,          /* type the digits, or the PIN, on the other device */
  PRW_PROMPT_PASSKEY,          /* type here the six digits that the other device shows */
  PRW_PROMPT_PIN,              /* type here its PIN */
  PRW_PROMPT_AUTHORIZE,        /* Just Works from the other side: yes or no */
  PRW_PROMPT_SECURITY_REQUEST, /* a peripheral wants encryption: yes, pair anew, or no */
  PRW_PROMPT_SERVICE,          /* may it use a service: yes, no, always, never */
} PrwPromptKind;

/** PrwWordsQuestion: what the words about a question are made of. The texts are safe to show, see prw_text_sanitize(). */
typedef struct
{
  PrwPromptKind kind;
  const char *name;    /* of the peer; its address when it has none */
  const char *address;
  const char *icon;    /* freedesktop icon name of the peer, or "" */
  const char *service; /* UUID, or "" */
  gboolean bonded;     /* there is a bond with the peer */
} PrwWordsQuestion;

/**
 * prw_words_kind:
 * @event: Request1's Kind
 * @match: its MatchRequest
 * @entry_kind: its EntryKind
 *
 * Returns: FALSE for an event that this version does not know
 */
gboolean prw_words_kind (const char *event, gboolean match, const char *entry_kind, PrwPromptKind *kind);

/** prw_words_title: Returns: (transfer full): one short line, with the name, e.g. for a window: "My phone wants to pair" */
char *prw_words_title (const PrwWordsQuestion *question);
/** prw_words_ask: Returns: (transfer full): what is asked, one sentence or two, without the name */
char *prw_words_ask (const PrwWordsQuestion *question);
/** prw_words_risk: Returns: (transfer full) (nullable): what may go wrong with a yes; lines separated by '\n' */
char *prw_words_risk (const PrwWordsQuestion *question);
/** prw_words_device: Returns: (transfer none): what kind of device an @icon of bluetoothd's stands for; @icon itself when not known */
const char *prw_words_device (const char *icon);
/**
 * prw_words_service:
 * @uuid: full
 *
 * Returns: (transfer full): a service in words, and the name that rules take: "telephone calls (hfp-hf)"; the UUID itself when not known
 */
char *prw_words_service (const char *uuid);
/** prw_words_closed: Returns: (transfer none): how a question closed, in words; @outcome is Request1's State */
const char *prw_words_closed (const char *outcome);
/** prw_words_passkey: Returns: (transfer full): six digits in two groups; anything else as it is. Wipe it after use. */
char *prw_words_passkey (const char *passkey);
/** prw_words_wipe: frees a text with a code in it, and leaves nothing of it in memory. */
void prw_words_wipe (char *text);

G_END_DECLS
