/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/linger.h"

typedef struct
{
  GObject *object;
  gint64 until; /* of the clock */
} Entry;

struct _PrwLinger
{
  PrwClock *clock;
  PrwLingerFunc release;
  gpointer user_data;
  GQueue entries; /* of Entry, the oldest first */
  guint alarm;    /* of the oldest */
};

static void
let_go (PrwLinger *self, Entry *entry)
{
  self->release (entry->object, self->user_data);
  g_object_unref (entry->object);
  g_free (entry);
}

static gboolean
on_alarm (gpointer data)
{
  PrwLinger *self = data;
  gint64 now = prw_clock_now (self->clock);
  Entry *oldest;

  self->alarm = 0;
  while ((oldest = g_queue_peek_head (&self->entries)) != NULL && oldest->until <= now)
    let_go (self, g_queue_pop_head (&self->entries));
  if (oldest != NULL)
    self->alarm = prw_clock_add_alarm (self->clock, oldest->until - now, on_alarm, self);
  return G_SOURCE_REMOVE;
}

static gint
compare_object (gconstpointer entry, gconstpointer object)
{
  return ((const Entry *) entry)->object == object ? 0 : 1;
}

void
prw_linger_add (PrwLinger *self, GObject *object)
{
  GList *same = g_queue_find_custom (&self->entries, object, compare_object);
  Entry *entry = g_new0 (Entry, 1);

  entry->object = g_object_ref (object);
  entry->until = prw_clock_now (self->clock) + PRW_LINGER_TIME;
  g_queue_push_tail (&self->entries, entry);
  if (same != NULL)
    {
      let_go (self, same->data);
      g_queue_delete_link (&self->entries, same);
    }
  else if (self->entries.length > PRW_LINGER_MAX)
    let_go (self, g_queue_pop_head (&self->entries));
  /* One that is set for an entry that went finds out when it goes off. */
  if (self->alarm == 0)
    self->alarm = prw_clock_add_alarm (self->clock, PRW_LINGER_TIME, on_alarm, self);
}

guint
prw_linger_count (PrwLinger *self)
{
  return self->entries.length;
}

PrwLinger *
prw_linger_new (PrwClock *clock, PrwLingerFunc release, gpointer user_data)
{
  PrwLinger *self = g_new0 (PrwLinger, 1);

  self->clock = g_object_ref (clock);
  self->release = release;
  self->user_data = user_data;
  g_queue_init (&self->entries);
  return self;
}

void
prw_linger_free (PrwLinger *self)
{
  Entry *entry;

  prw_clock_clear_alarm (self->clock, &self->alarm);
  while ((entry = g_queue_pop_head (&self->entries)) != NULL)
    let_go (self, entry);
  g_object_unref (self->clock);
  g_free (self);
}
