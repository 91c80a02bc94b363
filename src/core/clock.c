/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/clock.h"

#include "base/boot-time.h"

G_DEFINE_INTERFACE (PrwClock, prw_clock, G_TYPE_OBJECT)

static void
prw_clock_default_init (PrwClockInterface *iface)
{
}

gint64
prw_clock_now (PrwClock *self)
{
  return PRW_CLOCK_GET_IFACE (self)->now (self);
}

guint
prw_clock_add_alarm (PrwClock *self, gint64 delay, GSourceFunc func, gpointer data)
{
  return PRW_CLOCK_GET_IFACE (self)->add_alarm (self, MAX (delay, 0), func, data);
}

void
prw_clock_clear_alarm (PrwClock *self, guint *id)
{
  if (*id != 0)
    PRW_CLOCK_GET_IFACE (self)->remove_alarm (self, *id);
  *id = 0;
}

struct _PrwSystemClock
{
  GObject parent;
};

static gint64
system_now (PrwClock *self)
{
  return prw_boot_time ();
}

/* Alarms run on the monotonic clock, which stands still while the machine sleeps: what an alarm ends (a pairing, a
 * window) is checked against now() where lateness would matter. */
static guint
system_add_alarm (PrwClock *self, gint64 delay, GSourceFunc func, gpointer data)
{
  return g_timeout_add ((guint) MIN ((delay + 999) / 1000, G_MAXUINT), func, data);
}

static void
system_remove_alarm (PrwClock *self, guint id)
{
  g_source_remove (id);
}

static void
prw_system_clock_iface_init (PrwClockInterface *iface)
{
  iface->now = system_now;
  iface->add_alarm = system_add_alarm;
  iface->remove_alarm = system_remove_alarm;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwSystemClock, prw_system_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_CLOCK, prw_system_clock_iface_init))

static void
prw_system_clock_class_init (PrwSystemClockClass *klass)
{
}

static void
prw_system_clock_init (PrwSystemClock *self)
{
}

PrwClock *
prw_system_clock_new (void)
{
  return g_object_new (PRW_TYPE_SYSTEM_CLOCK, NULL);
}
