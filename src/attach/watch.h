/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/sysfs.h"
#include "attach/uevent.h"
#include "core/clock.h"

G_BEGIN_DECLS

/**
 * PrwWatchHost:
 *
 * What PrwWatch acts through. The real one reads sysfs and starts processes; tests have another.
 */
#define PRW_TYPE_WATCH_HOST (prw_watch_host_get_type ())
G_DECLARE_INTERFACE (PrwWatchHost, prw_watch_host, PRW, WATCH_HOST, GObject)

/**
 * PrwWatchHostInterface:
 * @scan: Returns: (transfer full) (element-type PrwPort): the ports, and the kernel's own controllers, that are to be attached, whether
 *   they are or not
 * @spawn: starts the process that attaches @tty; its end is told by prw_watch_ended(), later and never from within
 * @stop: tells it to end (@force FALSE: SIGTERM), or makes it (SIGKILL); its end is told like any other
 * @forget: @tty was refused and has gone: nobody needs to know any more why
 */
struct _PrwWatchHostInterface
{
  GTypeInterface parent;
  GPtrArray *(*scan) (PrwWatchHost *self);
  gboolean (*spawn) (PrwWatchHost *self, const char *tty, GError **error);
  void (*stop) (PrwWatchHost *self, const char *tty, gboolean force);
  void (*forget) (PrwWatchHost *self, const char *tty);
};

/** PRW_WATCH_SETTLE: µs from the first news until sysfs is read: a board with several ports is one scan. */
#define PRW_WATCH_SETTLE (50 * G_TIME_SPAN_MILLISECOND)
/** PRW_WATCH_GRACE: µs from SIGTERM until SIGKILL. */
#define PRW_WATCH_GRACE (5 * G_TIME_SPAN_SECOND)
/** PRW_WATCH_BACK_OFF_MAX: the longest time, seconds, before a line that died is tried again: 1, 2, 4, … */
#define PRW_WATCH_BACK_OFF_MAX 60
/** PRW_WATCH_BUSY_TRIES: how often a port that was in use is tried, at 0, 1, 3, 7, 15 and 31 seconds, until it counts as refused. */
#define PRW_WATCH_BUSY_TRIES 6

/**
 * PrwWatch:
 *
 * One process for each board, as long as the board is there. One that ended with status 1 or 2 (refused) or 3 (nothing to do) is not started
 * again before its board went and came, nor is one whose port stays in use (PRW_PROBLEM_EXIT_BUSY); one that ended otherwise,
 * with its board still there, is, after a while.
 *
 * Signal "stopped": after prw_watch_stop(), no process runs any more.
 */
#define PRW_TYPE_WATCH (prw_watch_get_type ())
G_DECLARE_FINAL_TYPE (PrwWatch, prw_watch, PRW, WATCH, GObject)

/** prw_watch_new: Returns: (transfer full): it keeps a reference of both; nothing happens before prw_watch_look(). */
PrwWatch *prw_watch_new (PrwWatchHost *host, PrwClock *clock);
/** prw_watch_look: reads what is there, now. At start, and where nobody tells what happens, at most once a second. */
void prw_watch_look (PrwWatch *self);
/** prw_watch_feed: @uevent: (nullable): what the kernel said; NULL: some of it was lost, so that everything is looked at anew. */
void prw_watch_feed (PrwWatch *self, const PrwUevent *uevent);
/** prw_watch_ended: @status: what the process of @tty exited with; -1: it was killed by a signal. */
void prw_watch_ended (PrwWatch *self, const char *tty, int status);
/** prw_watch_stop: ends all processes and starts none any more; "stopped" when there is none, perhaps at once. */
void prw_watch_stop (PrwWatch *self);

G_END_DECLS
