/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"

G_BEGIN_DECLS

/**
 * PrwWindow:
 *
 * The pairing window. Property `until` (int64): when it closes, CLOCK_BOOTTIME µs, 0 when closed; notifies.
 */
#define PRW_TYPE_WINDOW (prw_window_get_type ())
G_DECLARE_FINAL_TYPE (PrwWindow, prw_window, PRW, WINDOW, GObject)

PrwWindow *prw_window_new (PrwClock *clock);
void prw_window_set_max_seconds (PrwWindow *self, guint seconds);
/** prw_window_open: 1 to MaxSeconds seconds from now, else PRW_ERROR_INVALID_ARGUMENTS that names the limit. */
gboolean prw_window_open (PrwWindow *self, guint seconds, GError **error);
void prw_window_close (PrwWindow *self);
gboolean prw_window_is_open (PrwWindow *self);
gint64 prw_window_get_until (PrwWindow *self);

G_END_DECLS
