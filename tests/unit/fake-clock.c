/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "fake-clock.h"

typedef struct
{
  guint id;
  gint64 due;
  GSourceFunc func;
  gpointer data;
} Alarm;

struct _PrwFakeClock
{
  GObject parent;
  gint64 now;
  guint last_id;
  GList *alarms; /* of Alarm */
};

static gint64
fake_now (PrwClock *clock)
{
  return PRW_FAKE_CLOCK (clock)->now;
}

static guint
fake_add_alarm (PrwClock *clock, gint64 delay, GSourceFunc func, gpointer data)
{
  PrwFakeClock *self = PRW_FAKE_CLOCK (clock);
  Alarm *alarm = g_new0 (Alarm, 1);

  *alarm = (Alarm) { ++self->last_id, self->now + delay, func, data };
  self->alarms = g_list_append (self->alarms, alarm);
  return alarm->id;
}

static void
fake_remove_alarm (PrwClock *clock, guint id)
{
  PrwFakeClock *self = PRW_FAKE_CLOCK (clock);

  for (GList *l = self->alarms; l != NULL; l = l->next)
    if (((Alarm *) l->data)->id == id)
      {
        g_free (l->data);
        self->alarms = g_list_delete_link (self->alarms, l);
        return;
      }
  g_error ("alarm %u is not there: it went off and was not forgotten", id);
}

static void
prw_fake_clock_iface_init (PrwClockInterface *iface)
{
  iface->now = fake_now;
  iface->add_alarm = fake_add_alarm;
  iface->remove_alarm = fake_remove_alarm;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwFakeClock, prw_fake_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_CLOCK, prw_fake_clock_iface_init))

static void
prw_fake_clock_finalize (GObject *object)
{
  g_list_free_full (PRW_FAKE_CLOCK (object)->alarms, g_free);
  G_OBJECT_CLASS (prw_fake_clock_parent_class)->finalize (object);
}

static void
prw_fake_clock_class_init (PrwFakeClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_fake_clock_finalize;
}

static void
prw_fake_clock_init (PrwFakeClock *self)
{
  self->now = 1000 * G_USEC_PER_SEC;
}

PrwFakeClock *
prw_fake_clock_new (void)
{
  return g_object_new (PRW_TYPE_FAKE_CLOCK, NULL);
}

void
prw_fake_clock_advance (PrwFakeClock *self, gint64 time)
{
  gint64 end = self->now + time;

  while (TRUE)
    {
      g_autofree Alarm *alarm = NULL;
      GList *first = NULL;

      for (GList *l = self->alarms; l != NULL; l = l->next)
        if (((Alarm *) l->data)->due <= end && (first == NULL || ((Alarm *) l->data)->due < ((Alarm *) first->data)->due))
          first = l;
      if (first == NULL)
        break;
      alarm = first->data;
      self->alarms = g_list_delete_link (self->alarms, first);
      self->now = alarm->due;
      alarm->func (alarm->data);
    }
  self->now = end;
}

guint
prw_fake_clock_count_alarms (PrwFakeClock *self)
{
  return g_list_length (self->alarms);
}
