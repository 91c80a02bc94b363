/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/surface.h"

enum { SIGNAL_ANSWERED, SIGNAL_GIVEN_UP, SIGNAL_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (PrwSurface, prw_surface, G_TYPE_OBJECT)

static void
prw_surface_default_init (PrwSurfaceInterface *iface)
{
  GType type = G_TYPE_FROM_INTERFACE (iface);

  signals[SIGNAL_ANSWERED] = g_signal_new ("answered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, PRW_TYPE_PROMPT_QUESTION,
                                           G_TYPE_INT, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE); /* a code is not copied by the emission */
  signals[SIGNAL_GIVEN_UP] = g_signal_new ("given-up", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, PRW_TYPE_PROMPT_QUESTION);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

gboolean
prw_surface_can_show (PrwSurface *self, PrwPromptQuestion *question)
{
  return PRW_SURFACE_GET_IFACE (self)->can_show (self, question);
}

void
prw_surface_show (PrwSurface *self, PrwPromptQuestion *question)
{
  PRW_SURFACE_GET_IFACE (self)->show (self, question);
}

void
prw_surface_close (PrwSurface *self, PrwPromptQuestion *question)
{
  PRW_SURFACE_GET_IFACE (self)->close (self, question);
}

void
prw_surface_refuse (PrwSurface *self, PrwPromptQuestion *question, const char *message)
{
  PRW_SURFACE_GET_IFACE (self)->refuse (self, question, message);
}

void
prw_surface_answered (PrwSurface *self, PrwPromptQuestion *question, PrwPromptAnswer answer, const char *code)
{
  g_signal_emit (self, signals[SIGNAL_ANSWERED], 0, question, answer, code);
}

void
prw_surface_given_up (PrwSurface *self, PrwPromptQuestion *question)
{
  g_signal_emit (self, signals[SIGNAL_GIVEN_UP], 0, question);
}

void
prw_surface_changed (PrwSurface *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}
