/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <time.h>

#include <glib.h>

G_BEGIN_DECLS

/*
 * The clock that all times on D-Bus and in files are of: CLOCK_BOOTTIME, which goes on while the machine sleeps. The daemon's objects
 * are given a PrwClock. In a header alone, so that what needs nothing else of src/base does not link it.
 */

/** prw_boot_time: Returns: what it is now, µs */
static inline gint64
prw_boot_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/** prw_boot_time_left: Returns: seconds until @then (µs), rounded up; 0 when that is past */
static inline guint
prw_boot_time_left (gint64 then)
{
  gint64 now = prw_boot_time ();

  return then > now ? (guint) MIN ((then - now - 1) / G_USEC_PER_SEC + 1, G_MAXUINT) : 0;
}

G_END_DECLS
