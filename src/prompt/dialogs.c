/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/dialogs.h"

#include <gtk/gtk.h>

#include "prompt/dialog-window.h"
#include "prompt/prw-dialog-resource.h"

struct _PrwDialogs
{
  GObject parent;
  PrwPromptQuestion *question; /* that is shown, or NULL */
  PrwDialogWindow *window;
};

static void prw_dialogs_surface_init (PrwSurfaceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwDialogs, prw_dialogs, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PRW_TYPE_SURFACE, prw_dialogs_surface_init))

static void
take_away (PrwDialogs *self)
{
  PrwDialogWindow *window = g_steal_pointer (&self->window);

  g_clear_object (&self->question);
  if (window == NULL)
    return;
  g_signal_handlers_disconnect_by_data (window, self);
  prw_dialog_window_wipe (window);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
on_answered (PrwDialogWindow *window, PrwPromptAnswer answer, const char *code, PrwDialogs *self)
{
  g_autoptr (PrwPromptQuestion) question = g_object_ref (self->question); /* it may be taken away meanwhile */

  prw_surface_answered (PRW_SURFACE (self), question, answer, code);
}

/* The daemon closes it at that time; if it does not, nothing said here counts any more. */
static void
on_over (PrwDialogWindow *window, PrwDialogs *self)
{
  g_autoptr (PrwPromptQuestion) question = g_object_ref (self->question);

  take_away (self);
  prw_surface_given_up (PRW_SURFACE (self), question);
}

static gboolean
prw_dialogs_can_show (PrwSurface *surface, PrwPromptQuestion *question)
{
  return TRUE;
}

static void
prw_dialogs_show (PrwSurface *surface, PrwPromptQuestion *question)
{
  PrwDialogs *self = PRW_DIALOGS (surface);

  g_return_if_fail (self->question == NULL);
  self->question = g_object_ref (question);
  self->window = prw_dialog_window_new (question);
  g_signal_connect (self->window, "answered", G_CALLBACK (on_answered), self);
  g_signal_connect (self->window, "over", G_CALLBACK (on_over), self);
  prw_dialog_window_show (self->window);
}

static void
prw_dialogs_close (PrwSurface *surface, PrwPromptQuestion *question)
{
  if (PRW_DIALOGS (surface)->question == question)
    take_away (PRW_DIALOGS (surface));
}

static void
prw_dialogs_refuse (PrwSurface *surface, PrwPromptQuestion *question, const char *message)
{
  if (PRW_DIALOGS (surface)->question == question)
    prw_dialog_window_refuse (PRW_DIALOGS (surface)->window, message);
}

static void
prw_dialogs_surface_init (PrwSurfaceInterface *iface)
{
  iface->can_show = prw_dialogs_can_show;
  iface->show = prw_dialogs_show;
  iface->close = prw_dialogs_close;
  iface->refuse = prw_dialogs_refuse;
}

static void
prw_dialogs_dispose (GObject *object)
{
  take_away (PRW_DIALOGS (object));
  G_OBJECT_CLASS (prw_dialogs_parent_class)->dispose (object);
}

static void
prw_dialogs_class_init (PrwDialogsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = prw_dialogs_dispose;
}

static void
prw_dialogs_init (PrwDialogs *self)
{
}

PrwSurface *
prw_dialogs_new (void)
{
  g_autoptr (GtkCssProvider) style = NULL;

  if (!gtk_init_check ())
    return NULL;
  prw_dialog_register_resource ();
  style = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (style, "/org/pairward/prompt/dialog.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (style), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  return g_object_new (PRW_TYPE_DIALOGS, NULL);
}
