/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One dialog, for tests: shows the question that the options tell, prints what is answered, and does what stdin says, line by line:
 * entered N, refuse MESSAGE, close, show, look (what of its text cannot be read). Ends when stdin does.
 */
#include "config.h"

#include <locale.h>
#include <string.h>
#include <time.h>

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "prompt/dialogs.h"

static char *kind_name, *name, *address, *icon, *passkey, *service, *locale_dir;
static gboolean bonded;
static int seconds;

static const GOptionEntry options[] = {
  { "kind", 0, 0, G_OPTION_ARG_STRING, &kind_name, "compare, display, passkey, pin, authorize, security-request, service", "KIND" },
  { "name", 0, 0, G_OPTION_ARG_STRING, &name, "of the peer", "TEXT" },
  { "address", 0, 0, G_OPTION_ARG_STRING, &address, "of the peer", "ADDRESS" },
  { "icon", 0, 0, G_OPTION_ARG_STRING, &icon, "of the peer", "NAME" },
  { "passkey", 0, 0, G_OPTION_ARG_STRING, &passkey, "to be shown", "CODE" },
  { "service", 0, 0, G_OPTION_ARG_STRING, &service, "that is asked for", "UUID" },
  { "bonded", 0, 0, G_OPTION_ARG_NONE, &bonded, "there is a bond", NULL },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "until it closes", "N" },
  { "locale-dir", 0, 0, G_OPTION_ARG_STRING, &locale_dir, "of other catalogs than the installed ones", "DIR" },
  { NULL, 0, 0, 0, NULL, NULL, NULL },
};

typedef struct
{
  GMainLoop *loop;
  PrwSurface *dialogs;
  PrwPromptQuestion *question;
} Show;

static PrwPromptQuestion *
make_question (void)
{
  static const char *const kinds[] = { "compare", "display", "passkey", "pin", "authorize", "security-request", "service", NULL };
  PrwPromptFacts facts = { .path = "/org/pairward/requests/1", .name = name, .address = address, .icon = icon, .passkey = passkey,
                           .service = service, .bonded = bonded };
  struct timespec now;

  for (guint i = 0; kinds[i] != NULL; i++)
    if (g_strcmp0 (kind_name, kinds[i]) == 0)
      facts.kind = (PrwPromptKind) i;
  clock_gettime (CLOCK_BOOTTIME, &now);
  if (seconds != 0)
    facts.expires = now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 + seconds * G_USEC_PER_SEC;
  return prw_prompt_question_new (&facts);
}

static void
on_answered (PrwSurface *dialogs, PrwPromptQuestion *question, PrwPromptAnswer answer, const char *code, Show *show)
{
  static const char *const words[] = { "reject", "accept", "repair", "always", "never", "code" };

  g_assert (question == show->question);
  g_print ("%s%s%s\n", words[answer], code != NULL ? " " : "", code != NULL ? code : "");
}

static void
on_given_up (PrwSurface *dialogs, PrwPromptQuestion *question, Show *show)
{
  g_print ("given-up\n");
}

/* A name from the air may be cut; nothing that we say may. */
static void
look_at_label (GtkWidget *window, GtkLabel *label)
{
  PangoLayout *layout = gtk_label_get_layout (label);
  const char *what = NULL;
  graphene_rect_t box;
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  if (!gtk_widget_compute_bounds (GTK_WIDGET (label), window, &box))
    what = "nowhere";
  else if (gtk_widget_get_ancestor (GTK_WIDGET (label), GTK_TYPE_SCROLLED_WINDOW) != NULL)
    what = width > gtk_widget_get_width (GTK_WIDGET (label)) ? "cut" : NULL; /* it can be brought into view */
  else if (box.origin.x < 0 || box.origin.y < 0 || box.origin.x + box.size.width > (float) gtk_widget_get_width (window) ||
           box.origin.y + box.size.height > (float) gtk_widget_get_height (window))
    what = "outside";
  else if (pango_layout_is_ellipsized (layout) && !gtk_widget_has_css_class (GTK_WIDGET (label), "name"))
    what = "ellipsized";
  else if (width > gtk_widget_get_width (GTK_WIDGET (label)) || height > gtk_widget_get_height (GTK_WIDGET (label)))
    what = "cut";
  if (what != NULL)
    g_print ("%s: %s\n", what, gtk_label_get_text (label));
}

static void
look (GtkWidget *window, GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget))
    look_at_label (window, GTK_LABEL (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    look (window, child);
}

static void
look_at_windows (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      look (window, window);
    }
}

static gboolean
on_line (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  Show *show = data;
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (show->loop);
      return G_SOURCE_REMOVE;
    }
  g_strchomp (line);
  if (g_str_has_prefix (line, "entered "))
    prw_prompt_question_set_entered (show->question, (guint) g_ascii_strtoull (line + strlen ("entered "), NULL, 10));
  else if (g_str_has_prefix (line, "refuse "))
    prw_surface_refuse (show->dialogs, show->question, line + strlen ("refuse "));
  else if (g_str_equal (line, "look"))
    look_at_windows ();
  else if (g_str_equal (line, "close"))
    prw_surface_close (show->dialogs, show->question);
  else if (g_str_equal (line, "show"))
    prw_surface_show (show->dialogs, show->question);
  g_print ("done\n");
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (PrwSurface) dialogs = NULL;
  g_autoptr (PrwPromptQuestion) question = NULL;
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (0);
  Show show = { loop, NULL, NULL };

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL))
    return 2;
  if (locale_dir != NULL)
    {
      bindtextdomain (GETTEXT_PACKAGE, locale_dir);
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
      textdomain (GETTEXT_PACKAGE);
    }
  dialogs = show.dialogs = prw_dialogs_new ();
  if (dialogs == NULL)
    {
      g_print ("no display\n");
      return 1;
    }
  question = show.question = make_question ();
  g_signal_connect (dialogs, "answered", G_CALLBACK (on_answered), &show);
  g_signal_connect (dialogs, "given-up", G_CALLBACK (on_given_up), &show);
  prw_surface_show (dialogs, question);
  g_print ("shown\n");
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, on_line, &show);
  g_main_loop_run (loop);
  prw_surface_close (dialogs, question);
  return 0;
}
