/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/types.h"

G_BEGIN_DECLS

/**
 * PrwHandlers:
 *
 * Who registered to answer questions: one entry per bus connection. Peers are object paths of security managers.
 *
 * Signals: `changed` after any change; `handler-removed` (const char *owner).
 */
#define PRW_TYPE_HANDLERS (prw_handlers_get_type ())
G_DECLARE_FINAL_TYPE (PrwHandlers, prw_handlers, PRW, HANDLERS, GObject)

PrwHandlers *prw_handlers_new (void);
/** prw_handlers_set: registers or replaces; @events is a mask of PrwEvent; @peers: (nullable) (array zero-terminated=1): NULL or empty: all. */
void prw_handlers_set (PrwHandlers *self, const char *owner, guint events, const char *const *peers);
/** prw_handlers_remove: Returns: whether it was registered */
gboolean prw_handlers_remove (PrwHandlers *self, const char *owner);
guint prw_handlers_get_count (PrwHandlers *self);
/** prw_handlers_get_events: Returns: mask of the events that any of them listens for, of any peer */
guint prw_handlers_get_events (PrwHandlers *self);
/** prw_handlers_can_answer: whether any handler listens for @event of @peer. */
gboolean prw_handlers_can_answer (PrwHandlers *self, PrwEvent event, const char *peer);
/** prw_handlers_concerned: Returns: (transfer full): unique names of those that listen for @event of @peer */
GStrv prw_handlers_concerned (PrwHandlers *self, PrwEvent event, const char *peer);
/**
 * prw_handlers_get_capability:
 *
 * Returns: what all handlers can do together, those registered for some peers only too: display events are display-yesno, entry is
 *   keyboard-only, both keyboard-display, none of these none
 */
PrwIoCapability prw_handlers_get_capability (PrwHandlers *self);

G_END_DECLS
