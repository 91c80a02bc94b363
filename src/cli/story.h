/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PrwStoryEvent: one signal of the daemon, as it is told. */
typedef struct
{
  char *words;       /* for people; safe to print */
  GVariant *details; /* a{sv} of strings, for programs */
} PrwStoryEvent;

/**
 * prw_story_tell:
 * @signal: of SecurityManager1 or Request1
 * @parameters: its arguments
 * @role: our role, "" or "unknown" when that is not known
 *
 * Returns: (transfer full) (nullable): %NULL for a signal that is not told: those to handlers, and what has other arguments than ours
 */
PrwStoryEvent *prw_story_tell (const char *signal, GVariant *parameters, const char *role);
void prw_story_event_free (PrwStoryEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwStoryEvent, prw_story_event_free)

G_END_DECLS
