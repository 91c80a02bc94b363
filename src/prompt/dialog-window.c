/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/dialog-window.h"

#include <string.h>

#include <glib/gi18n.h>

#include "prompt/dialog-entry.h"
#include "prompt/dialog-guard.h"
#include "prompt/dialog-lead.h"
#include "prompt/dialog-time.h"

/* Of text, at which lines are broken. */
#define WIDTH_CHARS 44
#define NAME_CHARS 26
#define NAME_LINES 3
/* Between parts, pixels: usually, and where the screen is small. */
#define SPACING 20
#define SPACING_TIGHT 8
/* Of a screen's height, pixels: what a title bar and a panel need beside a dialog. */
#define SPARE 72
#define SCROLLED_MIN 120

struct _PrwDialogWindow
{
  GtkWindow parent;
  PrwPromptQuestion *question;
  GtkWidget *content; /* all of it; insensitive while an answer is under way */
  GtkWidget *upper;   /* what is above time and buttons */
  GtkWidget *lead;    /* NULL where there is an entry */
  GtkWidget *entry;   /* NULL where nothing is typed */
  GtkWidget *send;    /* the button that sends what is typed, or NULL */
  GtkWidget *problem;
  gboolean closed;    /* by the person, while an answer was under way */
  gboolean answered;
};

G_DEFINE_FINAL_TYPE (PrwDialogWindow, prw_dialog_window, GTK_TYPE_WINDOW)

enum { SIGNAL_ANSWERED, SIGNAL_OVER, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
answer (PrwDialogWindow *self, PrwPromptAnswer said, const char *code)
{
  if (self->answered)
    return;
  self->answered = TRUE;
  gtk_window_set_focus (GTK_WINDOW (self), NULL); /* GTK forgets to tell an entry that it lost the focus by becoming insensitive */
  gtk_widget_set_sensitive (self->content, FALSE);
  gtk_widget_set_visible (self->problem, FALSE);
  g_signal_emit (self, signals[SIGNAL_ANSWERED], 0, said, code);
}

/* By the window manager, by Escape. It goes from the screen at once, and is destroyed when the question is closed. */
static gboolean
prw_dialog_window_close_request (GtkWindow *window)
{
  PrwDialogWindow *self = PRW_DIALOG_WINDOW (window);

  self->closed = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  answer (self, PRW_PROMPT_ANSWER_REJECT, NULL);
  return TRUE;
}

static void
prw_dialog_window_dispose (GObject *object)
{
  g_clear_object (&PRW_DIALOG_WINDOW (object)->question);
  G_OBJECT_CLASS (prw_dialog_window_parent_class)->dispose (object);
}

static void
prw_dialog_window_class_init (PrwDialogWindowClass *class)
{
  GType type = G_TYPE_FROM_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = prw_dialog_window_dispose;
  GTK_WINDOW_CLASS (class)->close_request = prw_dialog_window_close_request;
  g_signal_new_class_handler ("close-by-key", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (gtk_window_close), NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
  gtk_widget_class_add_binding_signal (GTK_WIDGET_CLASS (class), GDK_KEY_Escape, 0, "close-by-key", NULL);
  signals[SIGNAL_ANSWERED] = g_signal_new ("answered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT,
                                           G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE); /* a code is not copied by the emission */
  signals[SIGNAL_OVER] = g_signal_new ("over", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
prw_dialog_window_init (PrwDialogWindow *self)
{
  gtk_window_set_resizable (GTK_WINDOW (self), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "prw-dialog");
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), WIDTH_CHARS);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* The icon's name is bluetoothd's, and a theme need not have it. */
static GtkWidget *
make_icon (const char *icon)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());
  gboolean plain = *icon != '\0' && strspn (icon, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (icon);
  g_autofree char *symbolic = g_strconcat (icon, "-symbolic", NULL);
  const char *names[] = { plain ? symbolic : "", plain ? icon : "", "bluetooth-symbolic", "bluetooth-active-symbolic", "bluetooth" };
  GtkWidget *tile = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *image = gtk_image_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (*names[i] != '\0' && gtk_icon_theme_has_icon (theme, names[i]))
      {
        gtk_image_set_from_icon_name (GTK_IMAGE (image), names[i]);
        break;
      }
  gtk_widget_add_css_class (tile, "tile");
  gtk_widget_set_valign (tile, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (tile), image);
  /* The words beside it say what it is. */
  gtk_accessible_update_state (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_widget_set_visible (tile, gtk_image_get_storage_type (GTK_IMAGE (image)) != GTK_IMAGE_EMPTY);
  return tile;
}

/* A name from the air may be 248 bytes of anything: it gets three lines, and nothing of it is drawn outside of them. */
static GtkWidget *
make_name (const char *name)
{
  GtkWidget *label = make_label (name, "name");
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE)); /* they would be no part of the name */
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), NAME_LINES);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), NAME_CHARS);
  gtk_widget_set_overflow (label, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_tooltip_text (label, name);
  return label;
}

/* Which device: name, what it is, address. */
static GtkWidget *
make_device (PrwPromptQuestion *question)
{
  const char *icon = prw_prompt_question_get_icon (question), *name = prw_prompt_question_get_name (question);
  const char *address = prw_prompt_question_get_address (question);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 16), *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *what = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10), *number = make_label (address, "address");

  gtk_box_append (GTK_BOX (row), make_icon (icon));
  gtk_widget_set_valign (column, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (column, TRUE);
  gtk_box_append (GTK_BOX (column), make_name (name));
  if (*icon != '\0')
    {
      GtkWidget *word = make_label (prw_words_device (icon), NULL);

      gtk_label_set_ellipsize (GTK_LABEL (word), PANGO_ELLIPSIZE_END);
      gtk_label_set_lines (GTK_LABEL (word), 1);
      gtk_box_append (GTK_BOX (what), word);
    }
  gtk_widget_set_direction (number, GTK_TEXT_DIR_LTR);
  gtk_widget_set_visible (number, !g_str_equal (name, address));
  gtk_box_append (GTK_BOX (what), number);
  gtk_widget_add_css_class (what, "what");
  gtk_box_append (GTK_BOX (column), what);
  gtk_box_append (GTK_BOX (row), column);
  return row;
}

/* What may go wrong. Returns: (nullable) */
static GtkWidget *
make_risk (PrwPromptQuestion *question)
{
  g_autofree char *risk = prw_words_risk (prw_prompt_question_get_words (question));
  PrwPromptKind kind = prw_prompt_question_get_kind (question);
  gboolean warn = prw_prompt_question_get_bonded (question) && kind != PRW_PROMPT_SERVICE && kind != PRW_PROMPT_SECURITY_REQUEST;
  GtkWidget *row, *image, *column;
  g_auto (GStrv) lines = NULL;

  if (risk == NULL)
    return NULL;
  lines = g_strsplit (risk, "\n", -1);
  row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  image = gtk_image_new_from_icon_name (warn ? "dialog-warning-symbolic" : "dialog-information-symbolic");
  column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_hexpand (column, TRUE);
  for (guint i = 0; lines[i] != NULL; i++)
    gtk_box_append (GTK_BOX (column), make_label (lines[i], NULL));
  gtk_widget_set_valign (image, GTK_ALIGN_START);
  gtk_accessible_update_state (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_box_append (GTK_BOX (row), image);
  gtk_box_append (GTK_BOX (row), column);
  gtk_widget_add_css_class (row, "risk");
  if (warn)
    gtk_widget_add_css_class (row, "warning");
  return row;
}

static void
on_button (GtkButton *button, PrwDialogWindow *self)
{
  answer (self, (PrwPromptAnswer) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "prw-answer")), NULL);
}

static void
send_code (PrwDialogWindow *self)
{
  if (prw_dialog_entry_is_complete (PRW_DIALOG_ENTRY (self->entry)))
    answer (self, PRW_PROMPT_ANSWER_CODE, prw_dialog_entry_get_code (PRW_DIALOG_ENTRY (self->entry)));
}

static GtkWidget *
make_button (PrwDialogWindow *self, const char *label, PrwPromptAnswer said, const char *css_class)
{
  GtkWidget *button = gtk_button_new_with_label (label), *child = gtk_button_get_child (GTK_BUTTON (button));

  gtk_label_set_wrap (GTK_LABEL (child), TRUE);
  gtk_label_set_justify (GTK_LABEL (child), GTK_JUSTIFY_CENTER);
  gtk_widget_set_hexpand (button, TRUE);
  if (css_class != NULL)
    gtk_widget_add_css_class (button, css_class);
  if (said == PRW_PROMPT_ANSWER_CODE)
    {
      self->send = button;
      gtk_widget_set_sensitive (button, FALSE);
      g_signal_connect_swapped (button, "clicked", G_CALLBACK (send_code), self);
      return button;
    }
  g_object_set_data (G_OBJECT (button), "prw-answer", GINT_TO_POINTER ((int) said));
  g_signal_connect (button, "clicked", G_CALLBACK (on_button), self);
  return button;
}

/* In rows of two, the no first. */
static GtkWidget *
make_buttons (PrwDialogWindow *self)
{
  const struct { PrwPromptKind kind; const char *label; PrwPromptAnswer said; } table[] = {
    { PRW_PROMPT_COMPARE, _("They differ"), PRW_PROMPT_ANSWER_REJECT },
    { PRW_PROMPT_COMPARE, _("They match"), PRW_PROMPT_ANSWER_ACCEPT },
    { PRW_PROMPT_DISPLAY, _("Stop pairing"), PRW_PROMPT_ANSWER_REJECT },
    { PRW_PROMPT_PASSKEY, _("Stop pairing"), PRW_PROMPT_ANSWER_REJECT },
    { PRW_PROMPT_PASSKEY, _("Pair"), PRW_PROMPT_ANSWER_CODE },
    { PRW_PROMPT_PIN, _("Stop pairing"), PRW_PROMPT_ANSWER_REJECT },
    { PRW_PROMPT_PIN, _("Pair"), PRW_PROMPT_ANSWER_CODE },
    { PRW_PROMPT_AUTHORIZE, _("Reject"), PRW_PROMPT_ANSWER_REJECT },
    { PRW_PROMPT_AUTHORIZE, _("Pair"), PRW_PROMPT_ANSWER_ACCEPT },
    { PRW_PROMPT_SECURITY_REQUEST, _("Reject"), PRW_PROMPT_ANSWER_REJECT },
    { PRW_PROMPT_SECURITY_REQUEST, _("Accept"), PRW_PROMPT_ANSWER_ACCEPT },
    { PRW_PROMPT_SECURITY_REQUEST, _("Pair anew"), PRW_PROMPT_ANSWER_REPAIR },
    { PRW_PROMPT_SERVICE, _("Not now"), PRW_PROMPT_ANSWER_REJECT },
    { PRW_PROMPT_SERVICE, _("Allow once"), PRW_PROMPT_ANSWER_ACCEPT },
    { PRW_PROMPT_SERVICE, _("Never allow"), PRW_PROMPT_ANSWER_NEVER },
    { PRW_PROMPT_SERVICE, _("Always allow"), PRW_PROMPT_ANSWER_ALWAYS },
  };
  PrwPromptKind kind = prw_prompt_question_get_kind (self->question);
  gboolean bonded = prw_prompt_question_get_bonded (self->question);
  GtkWidget *grid = gtk_grid_new ();
  int n = 0;

  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 10);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 10);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].kind == kind && (bonded || table[i].said != PRW_PROMPT_ANSWER_REPAIR))
      {
        gboolean yes = table[i].said == PRW_PROMPT_ANSWER_ACCEPT || table[i].said == PRW_PROMPT_ANSWER_CODE;
        /* What replaces a bond is not what the eye should fall on first. */
        gboolean suggested = yes && (!bonded || kind == PRW_PROMPT_SERVICE || kind == PRW_PROMPT_SECURITY_REQUEST);
        GtkWidget *button = make_button (self, table[i].label, table[i].said, suggested ? "suggested-action" : NULL);
        gboolean alone = kind == PRW_PROMPT_DISPLAY || table[i].said == PRW_PROMPT_ANSWER_REPAIR;

        gtk_grid_attach (GTK_GRID (grid), button, n % 2, n / 2, alone ? 2 : 1, 1);
        n++;
      }
  return grid;
}

static void
on_entry_changed (PrwDialogWindow *self)
{
  gtk_widget_set_sensitive (self->send, prw_dialog_entry_is_complete (PRW_DIALOG_ENTRY (self->entry)));
  gtk_widget_set_visible (self->problem, FALSE);
}

/* A click beside the entry means the entry: there is nothing else to type into. */
static void
on_click (GtkGestureClick *click, int presses, double x, double y, PrwDialogWindow *self)
{
  if (gtk_window_get_focus (GTK_WINDOW (self)) == NULL)
    gtk_widget_grab_focus (self->entry);
}

static GtkWidget *
make_entry (PrwDialogWindow *self, const char *ask)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_box_append (GTK_BOX (column), make_label (ask, "ask"));
  self->entry = prw_dialog_entry_new (prw_prompt_question_get_kind (self->question) == PRW_PROMPT_PIN, ask);
  gtk_box_append (GTK_BOX (column), self->entry);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (on_entry_changed), self);
  g_signal_connect_swapped (self->entry, "submit", G_CALLBACK (send_code), self);
  g_signal_connect (click, "pressed", G_CALLBACK (on_click), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  return column;
}

static void
on_entered (PrwPromptQuestion *question, GParamSpec *pspec, PrwDialogWindow *self)
{
  prw_dialog_lead_set_entered (PRW_DIALOG_LEAD (self->lead), prw_prompt_question_get_entered (question));
}

static GtkWidget *
make_lead (PrwDialogWindow *self, const char *ask)
{
  self->lead = prw_dialog_lead_new (ask, prw_prompt_question_get_passkey (self->question),
                                    prw_prompt_question_get_kind (self->question) == PRW_PROMPT_DISPLAY);
  g_signal_connect_object (self->question, "notify::entered", G_CALLBACK (on_entered), self, 0);
  on_entered (self->question, NULL, self);
  return self->lead;
}

static void
on_over (PrwDialogWindow *self)
{
  g_signal_emit (self, signals[SIGNAL_OVER], 0);
}

static void
fill (PrwDialogWindow *self)
{
  const PrwWordsQuestion *words = prw_prompt_question_get_words (self->question);
  g_autofree char *title = prw_words_title (words), *ask = prw_words_ask (words), *risk = prw_words_risk (words);
  g_autofree char *all = g_strjoin ("\n", ask, risk, NULL);
  gboolean types = words->kind == PRW_PROMPT_PASSKEY || words->kind == PRW_PROMPT_PIN;
  GtkWidget *time = prw_dialog_time_new (self->question);
  GtkWidget *parts[] = { make_device (self->question), types ? make_entry (self, ask) : make_lead (self, ask), make_risk (self->question),
                         self->problem = make_label (NULL, "problem") };

  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, all, -1);
  self->content = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING);
  self->upper = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING);
  gtk_widget_add_css_class (self->content, "content");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL)
      gtk_box_append (GTK_BOX (self->upper), parts[i]);
  gtk_box_append (GTK_BOX (self->content), self->upper);
  gtk_box_append (GTK_BOX (self->content), time);
  gtk_box_append (GTK_BOX (self->content), make_buttons (self));
  gtk_widget_set_visible (self->problem, FALSE);
  g_signal_connect_swapped (time, "over", G_CALLBACK (on_over), self);
  gtk_window_set_child (GTK_WINDOW (self), self->content);
}

PrwDialogWindow *
prw_dialog_window_new (PrwPromptQuestion *question)
{
  PrwDialogWindow *self = g_object_new (PRW_TYPE_DIALOG_WINDOW, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT_DIALOG, NULL);

  self->question = g_object_ref (question);
  fill (self);
  prw_dialog_guard (GTK_WINDOW (self));
  return self;
}

/* Of the lowest screen: which one it comes up on is the window manager's. 0: not known */
static int
screen_height (GtkWidget *widget)
{
  GListModel *monitors = gdk_display_get_monitors (gtk_widget_get_display (widget));
  int height = 0;

  for (guint i = 0; i < g_list_model_get_n_items (monitors); i++)
    {
      g_autoptr (GdkMonitor) monitor = g_list_model_get_item (monitors, i);
      GdkRectangle place;

      gdk_monitor_get_geometry (monitor, &place);
      height = height == 0 ? place.height : MIN (height, place.height);
    }
  return height;
}

static int
height_of (GtkWidget *widget, int width)
{
  int height;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  return height;
}

/* At first the digits or the entry are in view, not the name: that is the window's title too. Waits for the first layout. */
static gboolean
on_tick (GtkWidget *scrolled, GdkFrameClock *clock, gpointer data)
{
  PrwDialogWindow *self = data;
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  graphene_rect_t box;

  if (gtk_adjustment_get_page_size (place) <= 0)
    return G_SOURCE_CONTINUE;
  if (gtk_widget_compute_bounds (self->lead != NULL ? self->lead : gtk_widget_get_parent (self->entry), self->upper, &box))
    gtk_adjustment_set_value (place, (double) box.origin.y);
  return G_SOURCE_REMOVE;
}

/* In large text on a small screen: the buttons stay on it, and what is above them is scrolled. */
static void
fit (PrwDialogWindow *self)
{
  int height = screen_height (GTK_WIDGET (self)) - SPARE, width, over;
  GtkWidget *scrolled;

  gtk_widget_measure (self->content, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  if (height <= 0 || height_of (self->content, width) <= height || gtk_widget_get_parent (self->upper) != self->content)
    return;
  gtk_widget_add_css_class (self->content, "tight");
  gtk_box_set_spacing (GTK_BOX (self->content), SPACING_TIGHT);
  gtk_box_set_spacing (GTK_BOX (self->upper), SPACING_TIGHT);
  over = height_of (self->content, width) - height;
  if (over <= 0)
    return;
  scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scrolled), FALSE); /* that there is more is seen at once */
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), MAX (SCROLLED_MIN, height_of (self->upper, width) - over));
  gtk_widget_add_tick_callback (scrolled, on_tick, self, NULL);
  g_object_ref (self->upper);
  gtk_box_remove (GTK_BOX (self->content), self->upper);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->upper);
  g_object_unref (self->upper);
  gtk_box_prepend (GTK_BOX (self->content), scrolled);
}

void
prw_dialog_window_show (PrwDialogWindow *self)
{
  fit (self);
  prw_dialog_ask_no_focus (GTK_WINDOW (self));
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE); /* not gtk_window_present(), which asks for the keyboard */
}

void
prw_dialog_window_refuse (PrwDialogWindow *self, const char *message)
{
  self->answered = FALSE;
  if (self->closed)
    {
      answer (self, PRW_PROMPT_ANSWER_REJECT, NULL);
      return;
    }
  gtk_widget_set_sensitive (self->content, TRUE);
  gtk_label_set_text (GTK_LABEL (self->problem), message);
  gtk_widget_set_visible (self->problem, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->problem), GTK_ACCESSIBLE_PROPERTY_LABEL, message, -1);
  if (self->entry == NULL)
    return;
  g_signal_handlers_block_by_func (self->entry, on_entry_changed, self);
  prw_dialog_entry_wipe (PRW_DIALOG_ENTRY (self->entry));
  g_signal_handlers_unblock_by_func (self->entry, on_entry_changed, self);
  gtk_widget_set_sensitive (self->send, FALSE);
  if (gtk_window_is_active (GTK_WINDOW (self)))
    gtk_widget_grab_focus (self->entry);
}

void
prw_dialog_window_wipe (PrwDialogWindow *self)
{
  if (self->entry != NULL)
    prw_dialog_entry_wipe (PRW_DIALOG_ENTRY (self->entry));
  if (self->lead != NULL)
    prw_dialog_lead_wipe (PRW_DIALOG_LEAD (self->lead));
}
