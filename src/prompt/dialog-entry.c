/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/dialog-entry.h"

#include <string.h>

#include <glib/gi18n.h>

#include "policy/text.h"

#define DIGITS 6
#define PIN_BYTES 16

struct _PrwDialogEntry
{
  GtkWidget parent;
  GtkWidget *entry;
  GtkWidget *hint;
  GtkEditable *text; /* what GTK has inside of the entry */
  gulong inserting;
  gboolean pin;
};

G_DEFINE_FINAL_TYPE (PrwDialogEntry, prw_dialog_entry, GTK_TYPE_WIDGET)

enum { SIGNAL_CHANGED, SIGNAL_SUBMIT, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
prw_dialog_entry_dispose (GObject *object)
{
  PrwDialogEntry *self = PRW_DIALOG_ENTRY (object);

  g_clear_pointer (&self->entry, gtk_widget_unparent);
  g_clear_pointer (&self->hint, gtk_widget_unparent);
  self->text = NULL;
  G_OBJECT_CLASS (prw_dialog_entry_parent_class)->dispose (object);
}

static gboolean
prw_dialog_entry_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (PRW_DIALOG_ENTRY (widget)->entry);
}

static void
prw_dialog_entry_class_init (PrwDialogEntryClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GType type = G_TYPE_FROM_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = prw_dialog_entry_dispose;
  widget_class->grab_focus = prw_dialog_entry_grab_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "codeentry");
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SUBMIT] = g_signal_new ("submit", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
prw_dialog_entry_init (PrwDialogEntry *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 6);
}

static void
say (PrwDialogEntry *self, const char *words, gboolean wrong)
{
  gtk_label_set_text (GTK_LABEL (self->hint), words);
  if (wrong)
    gtk_widget_add_css_class (self->hint, "wrong");
  else
    gtk_widget_remove_css_class (self->hint, "wrong");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

static void
say_what_is_missing (PrwDialogEntry *self)
{
  guint bytes = (guint) strlen (prw_dialog_entry_get_code (self));
  g_autofree char *words = NULL;

  if (self->pin)
    words = g_strdup_printf (ngettext ("%u of 16 bytes left", "%u of 16 bytes left", PIN_BYTES - bytes), PIN_BYTES - bytes);
  else if (bytes == 0)
    words = g_strdup (_("If it shows fewer than six digits, type zeros before them"));
  else if (bytes < DIGITS)
    words = g_strdup_printf (ngettext ("%u digit is missing", "%u digits are missing", DIGITS - bytes), DIGITS - bytes);
  else
    words = g_strdup (_("All six digits are there"));
  say (self, words, FALSE);
}

/* Digits of any script become ASCII ones; blanks and dashes between them are left out. Returns: NULL when there is something else. */
static char *
only_digits (const char *text, gsize length)
{
  char *digits = g_malloc0 (length + 1);
  gsize n = 0;

  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isdigit (c))
        digits[n++] = (char) ('0' + g_unichar_digit_value (c));
      else if (!g_unichar_isspace (c) && c != '-')
        {
          explicit_bzero (digits, n);
          g_free (digits);
          return NULL;
        }
    }
  return digits;
}

static gboolean
has_control (const char *text, gsize length)
{
  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

/* What is typed or pasted is taken whole or not at all: half of a code is a wrong one. */
static void
on_insert (GtkEditable *text, const char *new_text, int length, int *position, PrwDialogEntry *self)
{
  gsize before = strlen (prw_dialog_entry_get_code (self)), size = length < 0 ? strlen (new_text) : (gsize) length;
  char *digits;

  if (self->pin)
    {
      if (before + size <= PIN_BYTES && !has_control (new_text, size))
        return;
      g_signal_stop_emission_by_name (text, "insert-text");
      say (self, _("That does not fit: a PIN has at most 16 bytes"), TRUE);
      return;
    }
  g_signal_stop_emission_by_name (text, "insert-text");
  digits = only_digits (new_text, size);
  if (digits == NULL || before + strlen (digits) > DIGITS)
    say (self, digits == NULL ? _("Only digits can be typed here") : _("That is more than six digits"), TRUE);
  else
    {
      g_signal_handler_block (text, self->inserting);
      gtk_editable_insert_text (text, digits, -1, position);
      g_signal_handler_unblock (text, self->inserting);
    }
  if (digits != NULL)
    explicit_bzero (digits, strlen (digits));
  g_free (digits);
}

/* What is selected goes to the clipboard of the middle button by itself. */
static void
on_selection (GtkEditable *text, GParamSpec *pspec, PrwDialogEntry *self)
{
  if (gtk_editable_get_selection_bounds (text, NULL, NULL))
    gtk_editable_set_position (text, gtk_editable_get_position (text));
}

static void
on_middle_button (GtkGestureClick *click, int presses, double x, double y, gpointer data)
{
  gtk_gesture_set_state (GTK_GESTURE (click), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
on_changed (GtkEditable *text, PrwDialogEntry *self)
{
  say_what_is_missing (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_activate (GtkEditable *text, PrwDialogEntry *self)
{
  if (prw_dialog_entry_is_complete (self))
    g_signal_emit (self, signals[SIGNAL_SUBMIT], 0);
}

static GtkWidget *
make_entry (gboolean pin)
{
  g_autoptr (GtkEntryBuffer) buffer = NULL;
  GtkWidget *entry;

  if (pin)
    {
      entry = gtk_password_entry_new ();
      gtk_password_entry_set_show_peek_icon (GTK_PASSWORD_ENTRY (entry), TRUE);
      return entry;
    }
  buffer = gtk_password_entry_buffer_new ();
  entry = gtk_entry_new_with_buffer (buffer);
  gtk_editable_set_alignment (GTK_EDITABLE (entry), 0.5);
  gtk_widget_set_direction (entry, GTK_TEXT_DIR_LTR);
  gtk_widget_add_css_class (entry, "passkey");
  return entry;
}

static void
listen (PrwDialogEntry *self)
{
  GtkGesture *middle = gtk_gesture_click_new ();

  self->inserting = g_signal_connect (self->text, "insert-text", G_CALLBACK (on_insert), self);
  g_signal_connect (self->text, "notify::selection-bound", G_CALLBACK (on_selection), self);
  g_signal_connect (self->text, "notify::cursor-position", G_CALLBACK (on_selection), self);
  g_signal_connect (self->text, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect (self->text, "activate", G_CALLBACK (on_activate), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (middle), GDK_BUTTON_MIDDLE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (middle), GTK_PHASE_CAPTURE);
  g_signal_connect (middle, "pressed", G_CALLBACK (on_middle_button), NULL);
  gtk_widget_add_controller (self->entry, GTK_EVENT_CONTROLLER (middle));
}

GtkWidget *
prw_dialog_entry_new (gboolean pin, const char *ask)
{
  PrwDialogEntry *self = g_object_new (PRW_TYPE_DIALOG_ENTRY, NULL);

  self->pin = pin;
  self->entry = make_entry (pin);
  self->hint = gtk_label_new (NULL);
  self->text = gtk_editable_get_delegate (GTK_EDITABLE (self->entry));
  g_object_set (self->text, "input-purpose", pin ? GTK_INPUT_PURPOSE_PASSWORD : GTK_INPUT_PURPOSE_DIGITS,
                "input-hints", GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_NO_EMOJI | GTK_INPUT_HINT_PRIVATE, "enable-undo", FALSE, NULL);
  gtk_widget_set_parent (self->entry, GTK_WIDGET (self));
  gtk_widget_set_parent (self->hint, GTK_WIDGET (self));
  gtk_widget_add_css_class (self->hint, "small");
  gtk_label_set_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->hint), 44);
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, ask, -1);
  listen (self);
  say_what_is_missing (self);
  return GTK_WIDGET (self);
}

const char *
prw_dialog_entry_get_code (PrwDialogEntry *self)
{
  return gtk_entry_buffer_get_text (gtk_text_get_buffer (GTK_TEXT (self->text)));
}

gboolean
prw_dialog_entry_is_complete (PrwDialogEntry *self)
{
  const char *code = prw_dialog_entry_get_code (self);

  return self->pin ? prw_pin_check (code, NULL) : strlen (code) == DIGITS;
}

void
prw_dialog_entry_wipe (PrwDialogEntry *self)
{
  gtk_entry_buffer_set_text (gtk_text_get_buffer (GTK_TEXT (self->text)), "", 0);
}
