/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PrwClock:
 *
 * Time and alarms. The real one is CLOCK_BOOTTIME on the main context; tests have one that moves only when told.
 */
#define PRW_TYPE_CLOCK (prw_clock_get_type ())
G_DECLARE_INTERFACE (PrwClock, prw_clock, PRW, CLOCK, GObject)

struct _PrwClockInterface
{
  GTypeInterface parent;
  gint64 (*now) (PrwClock *self);
  guint (*add_alarm) (PrwClock *self, gint64 delay, GSourceFunc func, gpointer data);
  void (*remove_alarm) (PrwClock *self, guint id);
};

/** prw_clock_now: CLOCK_BOOTTIME, µs. */
gint64 prw_clock_now (PrwClock *self);
/**
 * prw_clock_add_alarm:
 * @delay: µs from now, at least 0
 * @func: called once (its return value is ignored)
 *
 * Returns: an id, never 0
 */
guint prw_clock_add_alarm (PrwClock *self, gint64 delay, GSourceFunc func, gpointer data);
/** prw_clock_clear_alarm: removes the alarm *@id unless 0, and sets it to 0. An alarm that has gone off must have been set to 0 by its func. */
void prw_clock_clear_alarm (PrwClock *self, guint *id);

#define PRW_TYPE_SYSTEM_CLOCK (prw_system_clock_get_type ())
G_DECLARE_FINAL_TYPE (PrwSystemClock, prw_system_clock, PRW, SYSTEM_CLOCK, GObject)
PrwClock *prw_system_clock_new (void);

G_END_DECLS
