/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PrwAnswerKind: what can be said to the one who asked. */
typedef enum
{
  PRW_ANSWER_REJECT, /* the zero value: what is forgotten is refused */
  PRW_ANSWER_CANCEL,
  PRW_ANSWER_ACCEPT,
  PRW_ANSWER_PASSKEY,
  PRW_ANSWER_PIN,
} PrwAnswerKind;

typedef struct
{
  PrwAnswerKind kind;
  guint32 passkey;
  const char *pin; /* (nullable): borrowed */
} PrwAnswer;

typedef void (*PrwReplyFunc) (const PrwAnswer *answer, gpointer user_data);

/**
 * PrwReply:
 *
 * An answer that is owed exactly once. The first prw_reply_*() is delivered, later ones are ignored; dropped without an
 * answer it rejects. Reference counted.
 */
typedef struct _PrwReply PrwReply;

/** prw_reply_new: Returns: (transfer full): calls @func once; then @destroy on @user_data */
PrwReply *prw_reply_new (PrwReplyFunc func, gpointer user_data, GDestroyNotify destroy);
PrwReply *prw_reply_ref (PrwReply *self);
void prw_reply_unref (PrwReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwReply, prw_reply_unref)

/* Each returns whether this was the answer: FALSE when there already was one. */
gboolean prw_reply_accept (PrwReply *self);
gboolean prw_reply_reject (PrwReply *self);
gboolean prw_reply_cancel (PrwReply *self);
gboolean prw_reply_passkey (PrwReply *self, guint32 passkey);
gboolean prw_reply_pin (PrwReply *self, const char *pin);
gboolean prw_reply_is_answered (PrwReply *self);

G_END_DECLS
