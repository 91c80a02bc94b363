/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/presenter.h"

#include <glib/gi18n.h>

/* The daemon closes a question when its time is over; one that does not say so is believed to be stuck after this, ms. */
#define PATIENCE 2000

typedef struct
{
  PrwPresenter *presenter;
  PrwPromptQuestion *question;
  PrwSurface *surface; /* (nullable) (unowned): where it is shown */
  guint32 given_up;    /* bit i: by surface i */
  gboolean answering;
  guint expiry_id;
} Entry;

struct _PrwPresenter
{
  GObject parent;
  GPtrArray *surfaces; /* of PrwSurface */
  GQueue entries;      /* of Entry, oldest first */
  Entry *shown;
  guint patience;      /* ms */
};

G_DEFINE_FINAL_TYPE (PrwPresenter, prw_presenter, G_TYPE_OBJECT)

static PrwSurface *
surface_for (PrwPresenter *self, Entry *entry)
{
  for (guint i = 0; i < self->surfaces->len; i++)
    {
      PrwSurface *surface = g_ptr_array_index (self->surfaces, i);

      if ((entry->given_up & (1u << i)) == 0 && prw_surface_can_show (surface, entry->question))
        return surface;
    }
  return NULL;
}

/* A surface may give up while it is told to show: then this comes back for the next one. */
static void
show_next (PrwPresenter *self)
{
  for (GList *l = self->entries.head; l != NULL && self->shown == NULL; l = l->next)
    {
      Entry *entry = l->data;
      PrwSurface *surface = surface_for (self, entry);

      if (surface == NULL)
        continue;
      self->shown = entry;
      entry->surface = surface;
      prw_surface_show (surface, entry->question);
      return;
    }
}

static Entry *
find (PrwPresenter *self, PrwPromptQuestion *question)
{
  for (GList *l = self->entries.head; l != NULL; l = l->next)
    if (((Entry *) l->data)->question == question)
      return l->data;
  return NULL;
}

static void
entry_free (Entry *entry)
{
  g_signal_handlers_disconnect_by_data (entry->question, entry);
  g_clear_handle_id (&entry->expiry_id, g_source_remove);
  g_object_unref (entry->question);
  g_free (entry);
}

static void
hide (PrwPresenter *self, Entry *entry)
{
  PrwSurface *surface = g_steal_pointer (&entry->surface);

  if (self->shown == entry)
    self->shown = NULL;
  if (surface != NULL)
    prw_surface_close (surface, entry->question);
}

static void
done_with (PrwPresenter *self, Entry *entry)
{
  g_queue_remove (&self->entries, entry);
  hide (self, entry);
  entry_free (entry);
  show_next (self);
}

static void
on_closed (PrwPromptQuestion *question, const char *outcome, gpointer data)
{
  Entry *entry = data;

  g_debug ("%s: %s", prw_prompt_question_get_path (question), outcome);
  done_with (entry->presenter, entry);
}

static gboolean
on_expired (gpointer data)
{
  Entry *entry = data;

  entry->expiry_id = 0;
  prw_prompt_question_close (entry->question, "expired");
  return G_SOURCE_REMOVE;
}

static void
on_told (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PrwPresenter) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;
  gboolean done = prw_prompt_question_answer_finish (PRW_PROMPT_QUESTION (source), result, &error);
  Entry *entry = find (self, PRW_PROMPT_QUESTION (source));

  if (entry == NULL)
    return; /* it closed meanwhile */
  entry->answering = FALSE;
  if (done || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    {
      done_with (self, entry);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    message = g_strdup (error->message);
  else
    message = g_strdup_printf (_("The answer did not get through: %s"), error->message);
  if (entry->surface != NULL)
    prw_surface_refuse (entry->surface, entry->question, message);
}

static void
on_answered (PrwSurface *surface, PrwPromptQuestion *question, PrwPromptAnswer answer, const char *code, PrwPresenter *self)
{
  Entry *entry = self->shown;

  if (entry == NULL || entry->question != question || entry->surface != surface || entry->answering)
    return;
  entry->answering = TRUE;
  prw_prompt_question_answer_async (question, answer, code, on_told, g_object_ref (self));
}

static guint
index_of (PrwPresenter *self, PrwSurface *surface)
{
  guint i = 0;

  g_assert (g_ptr_array_find (self->surfaces, surface, &i));
  return i;
}

static void
on_given_up (PrwSurface *surface, PrwPromptQuestion *question, PrwPresenter *self)
{
  Entry *entry = find (self, question);

  if (entry == NULL || entry->surface != surface)
    return;
  entry->given_up |= 1u << index_of (self, surface);
  entry->surface = NULL;
  self->shown = NULL;
  show_next (self);
}

/* What a surface could not show it may show now. */
static void
on_changed (PrwSurface *surface, PrwPresenter *self)
{
  for (GList *l = self->entries.head; l != NULL; l = l->next)
    ((Entry *) l->data)->given_up &= ~(1u << index_of (self, surface));
  show_next (self);
}

static void
prw_presenter_dispose (GObject *object)
{
  PrwPresenter *self = PRW_PRESENTER (object);
  Entry *entry;

  for (guint i = 0; self->surfaces != NULL && i < self->surfaces->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->surfaces, i), self);
  while ((entry = g_queue_pop_head (&self->entries)) != NULL)
    {
      hide (self, entry);
      entry_free (entry);
    }
  g_clear_pointer (&self->surfaces, g_ptr_array_unref);
  G_OBJECT_CLASS (prw_presenter_parent_class)->dispose (object);
}

static void
prw_presenter_class_init (PrwPresenterClass *class)
{
  G_OBJECT_CLASS (class)->dispose = prw_presenter_dispose;
}

static void
prw_presenter_init (PrwPresenter *self)
{
  g_queue_init (&self->entries);
  self->patience = PATIENCE;
}

PrwPresenter *
prw_presenter_new (GPtrArray *surfaces)
{
  PrwPresenter *self = g_object_new (PRW_TYPE_PRESENTER, NULL);

  g_assert (surfaces->len <= 32);
  self->surfaces = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < surfaces->len; i++)
    {
      PrwSurface *surface = g_ptr_array_index (surfaces, i);

      g_ptr_array_add (self->surfaces, g_object_ref (surface));
      g_signal_connect (surface, "answered", G_CALLBACK (on_answered), self);
      g_signal_connect (surface, "given-up", G_CALLBACK (on_given_up), self);
      g_signal_connect (surface, "changed", G_CALLBACK (on_changed), self);
    }
  return self;
}

void
prw_presenter_set_patience (PrwPresenter *self, guint patience)
{
  self->patience = patience;
}

void
prw_presenter_add (PrwPresenter *self, PrwPromptQuestion *question)
{
  Entry *entry;

  if (prw_prompt_question_is_closed (question) || find (self, question) != NULL)
    return;
  entry = g_new0 (Entry, 1);
  entry->presenter = self;
  entry->question = g_object_ref (question);
  g_signal_connect (question, "closed", G_CALLBACK (on_closed), entry);
  if (prw_prompt_question_get_expires (question) > 0)
    entry->expiry_id = g_timeout_add (prw_prompt_question_seconds_left (question) * 1000 + self->patience, on_expired, entry);
  g_queue_push_tail (&self->entries, entry);
  show_next (self);
}

PrwPromptQuestion *
prw_presenter_get_shown (PrwPresenter *self)
{
  return self->shown != NULL ? self->shown->question : NULL;
}
