/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>

#include "base/program.h"
#include "prompt/client.h"
#ifdef HAVE_GTK
#include "prompt/dialogs.h"
#endif
#include "prompt/notifier.h"
#include "prompt/presenter.h"

#define OUR_NAME "org.pairward.Prompt"

typedef struct
{
  GMainLoop *loop;
  GDBusConnection *bus; /* the session's */
  gboolean session, no_dialogs;
  int status;
  GPtrArray *surfaces;
  PrwNotifier *notifier;
  PrwPresenter *presenter;
  PrwPromptClient *client;
} Prompt;

static void
end (Prompt *self, int status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
}

/* Which kinds can be answered here now. */
static guint
kinds (Prompt *self)
{
  guint found = 0;

  for (guint kind = PRW_PROMPT_COMPARE; kind <= PRW_PROMPT_SERVICE; kind++)
    {
      PrwPromptFacts facts = { .path = "/", .kind = kind };
      g_autoptr (PrwPromptQuestion) example = prw_prompt_question_new (&facts);

      for (guint i = 0; i < self->surfaces->len; i++)
        if (prw_surface_can_show (g_ptr_array_index (self->surfaces, i), example))
          found |= 1u << kind;
    }
  return found;
}

static void
on_surface_changed (PrwSurface *surface, Prompt *self)
{
  if (self->client != NULL)
    prw_prompt_client_set_kinds (self->client, kinds (self));
}

static void
start_client (Prompt *self)
{
  if (self->client != NULL)
    return;
  self->client = prw_prompt_client_new (self->session ? G_BUS_TYPE_SESSION : G_BUS_TYPE_SYSTEM);
  g_signal_connect_swapped (self->client, "question-added", G_CALLBACK (prw_presenter_add), self->presenter);
  prw_prompt_client_set_kinds (self->client, kinds (self));
}

/* What there is to ask with is known. */
static void
on_settled (PrwNotifier *notifier, Prompt *self)
{
#ifdef HAVE_GTK
  gboolean notifies_only = self->no_dialogs;
#else
  gboolean notifies_only = TRUE; /* whether there is a display has not been looked at */
#endif

  if (kinds (self) == 0)
    {
      g_printerr ("pairward-prompt: %s\n", notifies_only
                                             ? _("there is no notification server that takes answers; start one, or run \"pairwardctl agent\" "
                                                 "in a terminal")
                                             : _("there is no display and no notification server that takes answers: run it in a desktop session, "
                                                 "or run \"pairwardctl agent\" in a terminal"));
      end (self, 1);
      return;
    }
  start_client (self);
}

static void
add_surface (Prompt *self, PrwSurface *surface)
{
  g_ptr_array_add (self->surfaces, surface);
  g_signal_connect (surface, "changed", G_CALLBACK (on_surface_changed), self);
}

static void
on_name_acquired (GDBusConnection *bus, const char *name, gpointer data)
{
  Prompt *self = data;

  if (self->presenter != NULL)
    return;
  self->notifier = prw_notifier_new (bus);
  g_signal_connect (self->notifier, "settled", G_CALLBACK (on_settled), self);
  add_surface (self, PRW_SURFACE (self->notifier));
#ifdef HAVE_GTK
  PrwSurface *dialogs = self->no_dialogs ? NULL : prw_dialogs_new ();
  if (dialogs != NULL)
    add_surface (self, dialogs);
#endif
  self->presenter = prw_presenter_new (self->surfaces);
  if (kinds (self) != 0) /* dialogs need not wait for a notification server, which may hang, or take half a minute to start */
    start_client (self);
}

static void
on_name_lost (GDBusConnection *bus, const char *name, gpointer data)
{
  Prompt *self = data;

  if (self->presenter != NULL) /* the bus went */
    return;
  g_printerr ("pairward-prompt: %s\n", _("it is running already in this session"));
  end (self, 0);
}

/* The session's end. Where it was not, the unit starts us again. */
static void
on_bus_closed (GDBusConnection *bus, gboolean vanished, GError *error, gpointer data)
{
  g_printerr ("pairward-prompt: %s\n", _("the session's message bus went away"));
  end (data, 1);
}

static gboolean
on_signal (gpointer data)
{
  end (data, 0);
  return G_SOURCE_CONTINUE;
}

static int
run (Prompt *self)
{
  g_autoptr (GError) error = NULL;
  guint name_id;

  self->bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (self->bus == NULL)
    {
      g_printerr (_("pairward-prompt: there is no desktop session here (%s); run \"pairwardctl agent\" in a terminal\n"), error->message);
      return 1;
    }
  g_dbus_connection_set_exit_on_close (self->bus, FALSE);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->surfaces = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect (self->bus, "closed", G_CALLBACK (on_bus_closed), self);
  g_unix_signal_add (SIGINT, on_signal, self);
  g_unix_signal_add (SIGTERM, on_signal, self);
  name_id = g_bus_own_name_on_connection (self->bus, OUR_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, on_name_acquired, on_name_lost, self, NULL);
  g_main_loop_run (self->loop);
  /* The questions first: they are taken off the screen. */
  g_clear_object (&self->client);
  g_clear_object (&self->presenter);
  g_ptr_array_unref (self->surfaces);
  g_bus_unown_name (name_id);
  g_dbus_connection_flush_sync (self->bus, NULL, NULL);
  g_object_unref (self->bus);
  g_main_loop_unref (self->loop);
  return self->status;
}

int
main (int argc, char *argv[])
{
  Prompt self = { 0 };
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_NONE, &self.session, N_("Ask for this user's own daemon on the session bus"), NULL },
    { "no-dialogs", 0, 0, G_OPTION_ARG_NONE, &self.no_dialogs, N_("Notify only: no question that needs digits is asked here"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version and exit"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;

  prw_program_begin (LOCALEDIR);
  g_set_prgname ("pairward-prompt");
  context = g_option_context_new (NULL);
  g_option_context_set_summary (context, _("Asks what Bluetooth pairings need to know, by notifications and dialogs on the desktop."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      g_printerr (_("pairward-prompt: %s\nTry \"pairward-prompt --help\".\n"), error != NULL ? error->message : _("it takes no arguments"));
      return 2;
    }
  if (version)
    {
      g_print ("%s\n", PACKAGE_STRING);
      return prw_program_end ("pairward-prompt", 0);
    }
  return run (&self);
}
