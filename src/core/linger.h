/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"

G_BEGIN_DECLS

/** PRW_LINGER_MAX: how many things linger at a time; more: the oldest goes. */
#define PRW_LINGER_MAX 8
/** PRW_LINGER_TIME: for how long, µs. */
#define PRW_LINGER_TIME (60 * G_TIME_SPAN_SECOND)

/**
 * PrwLinger:
 *
 * Objects that nobody holds any more, and that are kept for a while: who comes back soon finds them.
 */
typedef struct _PrwLinger PrwLinger;

/** PrwLingerFunc: @object is let go of. */
typedef void (*PrwLingerFunc) (gpointer object, gpointer user_data);

PrwLinger *prw_linger_new (PrwClock *clock, PrwLingerFunc release, gpointer user_data);
/** prw_linger_free: lets go of all of them. */
void prw_linger_free (PrwLinger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwLinger, prw_linger_free)
/** prw_linger_add: keeps @object (a reference to it) from now on; one that lingers already is let go of once. */
void prw_linger_add (PrwLinger *self, GObject *object);
guint prw_linger_count (PrwLinger *self);

G_END_DECLS
