/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "prompt/question.h"

G_BEGIN_DECLS

/**
 * PrwSurface:
 *
 * Where a person is asked: notifications, dialogs. It decides nothing and speaks to nobody of org.pairward.
 *
 * Signals:
 * - `answered` (PrwPromptQuestion *question, PrwPromptAnswer answer, const char *code): a person answered what is shown. @code
 *   only with PRW_PROMPT_ANSWER_CODE, valid during the emission. The surface goes on showing the question until
 *   prw_surface_close() or prw_surface_refuse(); what is answered again meanwhile is ignored.
 * - `given-up` (PrwPromptQuestion *question): it cannot be shown or answered there (a server hangs, lies, cannot do actions, or
 *   took it away): it shows it no longer, and the next surface is tried. It is not a no.
 * - `changed` (): what prw_surface_can_show() says has changed
 */
#define PRW_TYPE_SURFACE (prw_surface_get_type ())
G_DECLARE_INTERFACE (PrwSurface, prw_surface, PRW, SURFACE, GObject)

struct _PrwSurfaceInterface
{
  GTypeInterface parent;
  gboolean (*can_show) (PrwSurface *self, PrwPromptQuestion *question);
  void (*show) (PrwSurface *self, PrwPromptQuestion *question);
  void (*close) (PrwSurface *self, PrwPromptQuestion *question);
  void (*refuse) (PrwSurface *self, PrwPromptQuestion *question, const char *message);
};

/** prw_surface_can_show: whether @question can be shown and answered there now */
gboolean prw_surface_can_show (PrwSurface *self, PrwPromptQuestion *question);
/** prw_surface_show: shows @question, and keeps a reference to it. At most one is shown at a time. */
void prw_surface_show (PrwSurface *self, PrwPromptQuestion *question);
/** prw_surface_close: takes @question away, wiping every code; nothing happens when it is not shown. */
void prw_surface_close (PrwSurface *self, PrwPromptQuestion *question);
/** prw_surface_refuse: the answer was no good, @message says why, in words; the question stays open and can be answered again. */
void prw_surface_refuse (PrwSurface *self, PrwPromptQuestion *question, const char *message);

/** prw_surface_answered: for implementations: emits `answered`. */
void prw_surface_answered (PrwSurface *self, PrwPromptQuestion *question, PrwPromptAnswer answer, const char *code);
/** prw_surface_given_up: for implementations: emits `given-up`. */
void prw_surface_given_up (PrwSurface *self, PrwPromptQuestion *question);
/** prw_surface_changed: for implementations: emits `changed`. */
void prw_surface_changed (PrwSurface *self);

G_END_DECLS
