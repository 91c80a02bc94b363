/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/reply.h"

struct _PrwReply
{
  grefcount ref_count;
  PrwReplyFunc func; /* NULL once answered */
  gpointer user_data;
  GDestroyNotify destroy;
};

PrwReply *
prw_reply_new (PrwReplyFunc func, gpointer user_data, GDestroyNotify destroy)
{
  PrwReply *self = g_new0 (PrwReply, 1);

  g_ref_count_init (&self->ref_count);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

static gboolean
answer_once (PrwReply *self, const PrwAnswer *answer)
{
  PrwReplyFunc func = g_steal_pointer (&self->func);

  if (func == NULL)
    return FALSE;
  func (answer, self->user_data);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  return TRUE;
}

PrwReply *
prw_reply_ref (PrwReply *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
prw_reply_unref (PrwReply *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  answer_once (self, &(PrwAnswer) { .kind = PRW_ANSWER_REJECT });
  g_free (self);
}

gboolean
prw_reply_accept (PrwReply *self)
{
  return answer_once (self, &(PrwAnswer) { .kind = PRW_ANSWER_ACCEPT });
}

gboolean
prw_reply_reject (PrwReply *self)
{
  return answer_once (self, &(PrwAnswer) { .kind = PRW_ANSWER_REJECT });
}

gboolean
prw_reply_cancel (PrwReply *self)
{
  return answer_once (self, &(PrwAnswer) { .kind = PRW_ANSWER_CANCEL });
}

gboolean
prw_reply_passkey (PrwReply *self, guint32 passkey)
{
  return answer_once (self, &(PrwAnswer) { .kind = PRW_ANSWER_PASSKEY, .passkey = passkey });
}

gboolean
prw_reply_pin (PrwReply *self, const char *pin)
{
  return answer_once (self, &(PrwAnswer) { .kind = PRW_ANSWER_PIN, .pin = pin });
}

gboolean
prw_reply_is_answered (PrwReply *self)
{
  return self->func == NULL;
}
