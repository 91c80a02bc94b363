/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/dialog-time.h"

#include <glib/gi18n.h>

/* Seconds left from which it is urgent. */
#define SOON 10

struct _PrwDialogTime
{
  GtkWidget parent;
  PrwPromptQuestion *question;
  GtkWidget *bar;
  GtkWidget *words;
  guint whole; /* seconds that were left at first */
  guint told;  /* seconds left, as a screen reader heard last */
  guint timer;
};

G_DEFINE_FINAL_TYPE (PrwDialogTime, prw_dialog_time, GTK_TYPE_WIDGET)

static guint signal_over;

static void
prw_dialog_time_dispose (GObject *object)
{
  PrwDialogTime *self = PRW_DIALOG_TIME (object);
  GtkWidget *child;

  g_clear_handle_id (&self->timer, g_source_remove);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->question);
  G_OBJECT_CLASS (prw_dialog_time_parent_class)->dispose (object);
}

static void
prw_dialog_time_class_init (PrwDialogTimeClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = prw_dialog_time_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "timeleft");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_STATUS);
  signal_over = g_signal_new ("over", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
prw_dialog_time_init (PrwDialogTime *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 6);
  self->bar = gtk_progress_bar_new ();
  self->words = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->words, "small");
  gtk_label_set_xalign (GTK_LABEL (self->words), 0);
  gtk_widget_set_parent (self->bar, widget);
  gtk_widget_set_parent (self->words, widget);
  /* They change each second, and nobody wants to hear that: the name of this widget changes rarely. */
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->words), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
}

static void
tell (PrwDialogTime *self, guint left, const char *text)
{
  static const guint when[] = { 30, SOON, 5 };
  gboolean now = self->told == 0;

  for (guint i = 0; i < G_N_ELEMENTS (when); i++)
    now = now || (left <= when[i] && self->told > when[i]);
  if (!now)
    return;
  self->told = left;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
show (PrwDialogTime *self, guint left)
{
  g_autofree char *text = g_strdup_printf (ngettext ("%u second left", "%u seconds left", left), left);

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), MIN (1.0, (double) left / self->whole));
  gtk_label_set_text (GTK_LABEL (self->words), text);
  if (left <= SOON)
    gtk_widget_add_css_class (GTK_WIDGET (self), "soon");
  tell (self, left, text);
}

static gboolean
tick (gpointer data)
{
  g_autoptr (PrwDialogTime) self = g_object_ref (data);
  guint left = prw_prompt_question_seconds_left (self->question);

  if (left > 0)
    {
      show (self, left);
      return G_SOURCE_CONTINUE;
    }
  self->timer = 0;
  g_signal_emit (self, signal_over, 0);
  return G_SOURCE_REMOVE;
}

GtkWidget *
prw_dialog_time_new (PrwPromptQuestion *question)
{
  PrwDialogTime *self = g_object_new (PRW_TYPE_DIALOG_TIME, NULL);
  gboolean known = prw_prompt_question_get_expires (question) != 0;

  self->question = g_object_ref (question);
  gtk_widget_set_visible (GTK_WIDGET (self), known);
  if (!known)
    return GTK_WIDGET (self);
  self->whole = MAX (1, prw_prompt_question_seconds_left (question));
  show (self, self->whole);
  self->timer = g_timeout_add_seconds (1, tick, self);
  return GTK_WIDGET (self);
}
