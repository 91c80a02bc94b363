/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One dialog, for tests: shows the question that the options tell, prints what is answered, and does what stdin says, line by line:
 * entered N, refuse MESSAGE, close, show. Ends when stdin does.
 */
#include "config.h"

#include <locale.h>
#include <string.h>
#include <time.h>

#include <gtk/gtk.h>

#include "prompt/dialogs.h"

static char *kind_name, *name, *address, *icon, *passkey, *service;
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
