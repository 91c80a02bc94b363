/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"

G_BEGIN_DECLS

/** PRW_LOCKOUT_MAX_ENTRIES: addresses remembered; the oldest is forgotten first. Addresses are free, memory is not. */
#define PRW_LOCKOUT_MAX_ENTRIES 256

/**
 * PrwLockout:
 *
 * Counts failures in a row per address, and per adapter for prompts that nobody answered: addresses are free.
 */
typedef struct _PrwLockout PrwLockout;

/** PrwLockoutFunc: a whole adapter was locked, or is not any more. */
typedef void (*PrwLockoutFunc) (gpointer user_data);

/** prw_lockout_new: @changed: (nullable) */
PrwLockout *prw_lockout_new (PrwClock *clock, PrwLockoutFunc changed, gpointer user_data);
void prw_lockout_free (PrwLockout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwLockout, prw_lockout_free)
/** prw_lockout_configure: @failures 0: never locks; @seconds: how long a lock holds, and after which quiet time failures are forgotten. */
void prw_lockout_configure (PrwLockout *self, guint failures, guint seconds);
/** prw_lockout_fail: a failure of @address on @adapter; @unanswered: nobody answered the prompt: it counts for the adapter too. */
void prw_lockout_fail (PrwLockout *self, const char *adapter, const char *address, gboolean unanswered);
/** prw_lockout_succeed: @address paired: its failures are forgotten, and those of the adapter: somebody is there. */
void prw_lockout_succeed (PrwLockout *self, const char *adapter, const char *address);
/** prw_lockout_is_locked: @address, or all of @adapter */
gboolean prw_lockout_is_locked (PrwLockout *self, const char *adapter, const char *address);
gboolean prw_lockout_is_adapter_locked (PrwLockout *self, const char *adapter);
/** prw_lockout_clear: @adapter and @address NULL: all. Clears the adapter's count as well. */
void prw_lockout_clear (PrwLockout *self, const char *adapter, const char *address);

G_END_DECLS
