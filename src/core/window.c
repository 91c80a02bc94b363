/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/window.h"

#include <glib/gi18n.h>

#include "core/audit.h"
#include "core/error.h"

struct _PrwWindow
{
  GObject parent;
  PrwClock *clock;
  guint max_seconds;
  gint64 until;
  guint alarm;
};

enum { PROP_UNTIL = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (PrwWindow, prw_window, G_TYPE_OBJECT)

static void
set_until (PrwWindow *self, gint64 until)
{
  if (self->until == until)
    return;
  self->until = until;
  prw_audit_window (until == 0 ? 0 : (until - prw_clock_now (self->clock)) / G_USEC_PER_SEC);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_UNTIL]);
}

static gboolean
on_alarm (gpointer data)
{
  PrwWindow *self = data;

  self->alarm = 0;
  set_until (self, 0);
  return G_SOURCE_REMOVE;
}

void
prw_window_set_max_seconds (PrwWindow *self, guint seconds)
{
  self->max_seconds = seconds;
}

gboolean
prw_window_open (PrwWindow *self, guint seconds, GError **error)
{
  gint64 length = (gint64) seconds * G_USEC_PER_SEC;

  if (seconds < 1 || seconds > self->max_seconds)
    {
      g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, _("a window of %u s: it can be open for 1 to %u s (MaxSeconds=)"),
                   seconds, self->max_seconds);
      return FALSE;
    }
  prw_clock_clear_alarm (self->clock, &self->alarm);
  self->alarm = prw_clock_add_alarm (self->clock, length, on_alarm, self);
  set_until (self, prw_clock_now (self->clock) + length);
  return TRUE;
}

void
prw_window_close (PrwWindow *self)
{
  prw_clock_clear_alarm (self->clock, &self->alarm);
  set_until (self, 0);
}

gboolean
prw_window_is_open (PrwWindow *self)
{
  /* The alarm may be late after the machine slept. */
  return self->until != 0 && prw_clock_now (self->clock) < self->until;
}

gint64
prw_window_get_until (PrwWindow *self)
{
  return prw_window_is_open (self) ? self->until : 0;
}

static void
prw_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_UNTIL)
    g_value_set_int64 (value, prw_window_get_until (PRW_WINDOW (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
prw_window_finalize (GObject *object)
{
  PrwWindow *self = PRW_WINDOW (object);

  prw_clock_clear_alarm (self->clock, &self->alarm);
  g_object_unref (self->clock);
  G_OBJECT_CLASS (prw_window_parent_class)->finalize (object);
}

static void
prw_window_class_init (PrwWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = prw_window_get_property;
  object_class->finalize = prw_window_finalize;
  props[PROP_UNTIL] = g_param_spec_int64 ("until", NULL, NULL, 0, G_MAXINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
prw_window_init (PrwWindow *self)
{
  self->max_seconds = 300;
}

PrwWindow *
prw_window_new (PrwClock *clock)
{
  PrwWindow *self = g_object_new (PRW_TYPE_WINDOW, NULL);

  self->clock = g_object_ref (clock);
  return self;
}
