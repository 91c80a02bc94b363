/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/dialog-guard.h"

#ifdef GDK_WINDOWING_X11
#include <gdk/x11/gdkx.h>
#endif

typedef struct
{
  GdkFrameClock *clock; /* NULL: not waiting for the first picture */
  gulong painted;
  gint64 from;    /* monotonic, µs: when it begins to hear; 0: not yet */
  gboolean awake; /* keys are heard */
} Guard;

static void
forget_clock (Guard *guard)
{
  if (guard->clock == NULL)
    return;
  g_signal_handler_disconnect (guard->clock, guard->painted);
  g_clear_object (&guard->clock);
}

static void
guard_free (gpointer data)
{
  forget_clock (data);
  g_free (data);
}

/* Not from the mapping: a busy machine shows the window long after it. */
static void
on_painted (GdkFrameClock *clock, Guard *guard)
{
  guard->from = g_get_monotonic_time () + PRW_DIALOG_QUIET * G_TIME_SPAN_MILLISECOND;
  forget_clock (guard);
}

static void
on_map (GtkWidget *window, Guard *guard)
{
  if (guard->clock != NULL || guard->from != 0)
    return;
  guard->clock = g_object_ref (gtk_widget_get_frame_clock (window));
  guard->painted = g_signal_connect (guard->clock, "after-paint", G_CALLBACK (on_painted), guard);
}

/* GTK gives it to the first widget by itself: a caret in an entry would promise that keys are heard. */
static void
on_focus (GtkWindow *window, GParamSpec *pspec, Guard *guard)
{
  if (!guard->awake && gtk_window_get_focus (window) != NULL)
    gtk_window_set_focus (window, NULL);
}

/* The keyboard went elsewhere. When it comes back, that may be no wish of the one who types. */
static void
on_active (GtkWindow *window, GParamSpec *pspec, Guard *guard)
{
  if (gtk_window_is_active (window))
    return;
  guard->awake = FALSE;
  gtk_window_set_focus (window, NULL);
}

static gboolean
is_tab (GdkEvent *event)
{
  guint key = gdk_key_event_get_keyval (event);
  GdkModifierType held = gdk_event_get_modifier_state (event) & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK);

  return held == 0 && (key == GDK_KEY_Tab || key == GDK_KEY_ISO_Left_Tab || key == GDK_KEY_KP_Tab);
}

/* Returns: whether nobody else hears of @event */
static gboolean
on_event (GtkEventControllerLegacy *controller, GdkEvent *event, Guard *guard)
{
  GdkEventType type = gdk_event_get_event_type (event);
  gboolean key = type == GDK_KEY_PRESS || type == GDK_KEY_RELEASE;
  gboolean press = type == GDK_BUTTON_PRESS || type == GDK_TOUCH_BEGIN;

  if (!key && !press && type != GDK_BUTTON_RELEASE && type != GDK_TOUCH_END)
    return FALSE;
  if (guard->from == 0 || g_get_monotonic_time () < guard->from)
    return TRUE;
  if (press || (type == GDK_KEY_PRESS && is_tab (event)))
    guard->awake = TRUE;
  return key && !guard->awake;
}

void
prw_dialog_guard (GtkWindow *window)
{
  GtkEventController *controller = gtk_event_controller_legacy_new ();
  Guard *guard = g_new0 (Guard, 1);

  g_object_set_data_full (G_OBJECT (window), "prw-dialog-guard", guard, guard_free);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect (controller, "event", G_CALLBACK (on_event), guard);
  gtk_widget_add_controller (GTK_WIDGET (window), controller);
  g_signal_connect_after (window, "map", G_CALLBACK (on_map), guard);
  g_signal_connect (window, "notify::focus-widget", G_CALLBACK (on_focus), guard);
  g_signal_connect (window, "notify::is-active", G_CALLBACK (on_active), guard);
}

void
prw_dialog_ask_no_focus (GtkWindow *window)
{
  /* On Wayland a window that nobody's click asked for gets the keyboard only if the compositor likes: there the guard is all. */
#ifdef GDK_WINDOWING_X11
  GdkSurface *surface;

  gtk_widget_realize (GTK_WIDGET (window));
  surface = gtk_native_get_surface (GTK_NATIVE (window));
  if (GDK_IS_X11_SURFACE (surface))
    gdk_x11_surface_set_user_time (surface, 0); /* _NET_WM_USER_TIME 0: EWMH's "do not focus it" */
#endif
}
