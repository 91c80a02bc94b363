/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/dialog-lead.h"

#include <string.h>

#include <glib/gi18n.h>

#define DIGITS 6

struct _PrwDialogLead
{
  GtkWidget parent;
  GtkWidget *ask;
  GPtrArray *letters; /* GtkLabel, one letter each */
  GPtrArray *marks;   /* GtkWidget; as many as letters, or none */
  GtkWidget *typed;   /* how many, in words; NULL without marks */
};

G_DEFINE_FINAL_TYPE (PrwDialogLead, prw_dialog_lead, GTK_TYPE_WIDGET)

static void
prw_dialog_lead_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (prw_dialog_lead_parent_class)->dispose (object);
}

static void
prw_dialog_lead_finalize (GObject *object)
{
  PrwDialogLead *self = PRW_DIALOG_LEAD (object);

  g_ptr_array_unref (self->letters);
  g_ptr_array_unref (self->marks);
  G_OBJECT_CLASS (prw_dialog_lead_parent_class)->finalize (object);
}

static void
prw_dialog_lead_class_init (PrwDialogLeadClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = prw_dialog_lead_dispose;
  object_class->finalize = prw_dialog_lead_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "lead");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
prw_dialog_lead_init (PrwDialogLead *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  self->letters = g_ptr_array_new ();
  self->marks = g_ptr_array_new ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 12);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

/* One letter, with its mark below. */
static GtkWidget *
make_cell (PrwDialogLead *self, const char *letter, gboolean marks)
{
  GtkWidget *cell = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *label = gtk_label_new (letter), *mark;

  gtk_widget_set_direction (cell, GTK_TEXT_DIR_LTR);
  gtk_widget_add_css_class (label, "letter");
  gtk_box_append (GTK_BOX (cell), label);
  g_ptr_array_add (self->letters, label);
  if (!marks)
    return cell;
  mark = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (mark, "mark");
  gtk_box_append (GTK_BOX (cell), mark);
  g_ptr_array_add (self->marks, mark);
  return cell;
}

static GtkWidget *
make_code (PrwDialogLead *self, const char *code, gboolean marks)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gboolean passkey = strlen (code) == DIGITS && strspn (code, "0123456789") == DIGITS;
  char letter[7] = "";

  gtk_widget_set_direction (row, GTK_TEXT_DIR_LTR); /* digits are read so in every script */
  gtk_widget_set_halign (row, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (row, "code");
  if (g_utf8_strlen (code, -1) > DIGITS)
    gtk_widget_add_css_class (row, "long");
  for (const char *p = code; *p != '\0'; p = g_utf8_next_char (p))
    {
      GtkWidget *cell;

      letter[g_unichar_to_utf8 (g_utf8_get_char (p), letter)] = '\0';
      cell = make_cell (self, letter, marks && passkey);
      gtk_widget_set_margin_start (cell, passkey && p == code + DIGITS / 2 ? 18 : 0);
      gtk_box_append (GTK_BOX (row), cell);
    }
  explicit_bzero (letter, sizeof letter);
  return row;
}

/* Its name is what is asked and then each letter, as the labels say them. */
static void
name_it (PrwDialogLead *self)
{
  GtkAccessibleRelation relation = GTK_ACCESSIBLE_RELATION_LABELLED_BY;
  g_autoptr (GList) labels = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  for (guint i = self->letters->len; i > 0; i--)
    labels = g_list_prepend (labels, g_ptr_array_index (self->letters, i - 1));
  labels = g_list_prepend (labels, self->ask);
  gtk_accessible_relation_init_value (relation, &value);
  g_value_set_pointer (&value, g_steal_pointer (&labels));
  gtk_accessible_update_relation_value (GTK_ACCESSIBLE (self), 1, &relation, &value);
}

GtkWidget *
prw_dialog_lead_new (const char *ask, const char *code, gboolean marks)
{
  PrwDialogLead *self = g_object_new (PRW_TYPE_DIALOG_LEAD, NULL);

  self->ask = gtk_label_new (ask);
  gtk_widget_add_css_class (self->ask, "ask");
  gtk_label_set_wrap (GTK_LABEL (self->ask), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->ask), 44);
  gtk_label_set_xalign (GTK_LABEL (self->ask), code != NULL ? 0.5f : 0);
  gtk_label_set_justify (GTK_LABEL (self->ask), code != NULL ? GTK_JUSTIFY_CENTER : GTK_JUSTIFY_LEFT);
  gtk_widget_set_parent (self->ask, GTK_WIDGET (self));
  if (code != NULL)
    gtk_widget_set_parent (make_code (self, code, marks), GTK_WIDGET (self));
  if (self->marks->len > 0)
    {
      self->typed = gtk_label_new (NULL);
      gtk_widget_add_css_class (self->typed, "small");
      gtk_widget_set_parent (self->typed, GTK_WIDGET (self));
      prw_dialog_lead_set_entered (self, 0);
    }
  name_it (self);
  return GTK_WIDGET (self);
}

void
prw_dialog_lead_set_entered (PrwDialogLead *self, guint entered)
{
  g_autofree char *text = NULL;

  if (self->typed == NULL)
    return;
  for (guint i = 0; i < self->marks->len; i++)
    if (i < entered)
      gtk_widget_add_css_class (g_ptr_array_index (self->marks, i), "typed");
    else
      gtk_widget_remove_css_class (g_ptr_array_index (self->marks, i), "typed");
  text = entered == 0 ? g_strdup (_("Nothing has been typed there yet"))
                      : g_strdup_printf (ngettext ("%u of 6 digits typed there", "%u of 6 digits typed there", entered), entered);
  gtk_label_set_text (GTK_LABEL (self->typed), text);
}

void
prw_dialog_lead_wipe (PrwDialogLead *self)
{
  for (guint i = 0; i < self->letters->len; i++)
    gtk_label_set_text (g_ptr_array_index (self->letters, i), "");
}
