/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"

G_BEGIN_DECLS

/** PrwFakeClock: a clock that moves only when told. */
#define PRW_TYPE_FAKE_CLOCK (prw_fake_clock_get_type ())
G_DECLARE_FINAL_TYPE (PrwFakeClock, prw_fake_clock, PRW, FAKE_CLOCK, GObject)

PrwFakeClock *prw_fake_clock_new (void);
/** prw_fake_clock_advance: @time µs pass; alarms that become due go off in their order, each at its own time. */
void prw_fake_clock_advance (PrwFakeClock *self, gint64 time);
/** prw_fake_clock_advance_seconds: the same. */
#define prw_fake_clock_advance_seconds(self, seconds) prw_fake_clock_advance (self, (gint64) (seconds) * G_USEC_PER_SEC)
/** prw_fake_clock_count_alarms: those that wait */
guint prw_fake_clock_count_alarms (PrwFakeClock *self);

G_END_DECLS
