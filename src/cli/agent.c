/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/agent.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "cli/output.h"
#include "cli/question.h"
#include "cli/verbs.h"
#include "policy/text.h"

static const char *const all_events[] = { "passkey-display-required", "passkey-required", "peripheral-security-request",
                                          "pairing-authorization-required", "service-authorization-required", NULL };

/* Longer than any answer: a longer line is none. */
#define LINE_MAX_BYTES 256
/* Room for an answer beside the prompt. */
#define ANSWER_COLUMNS 20
/* Nobody reads a question in this time: a line that comes sooner was meant for something else. */
#define READING_TIME (500 * G_TIME_SPAN_MILLISECOND)

struct _PrwTerminalAgent
{
  PrwClient *client;
  char *peer; /* NULL: all */
  GMainLoop *loop;
  void (*ready) (gpointer data); /* (nullable): until it was called */
  gpointer ready_data;
  GQueue questions; /* of PrwCliQuestion; the first is shown */
  gint64 shown_at;  /* monotonic, µs */
  guint signal_id, closed_id, entered_id, watch_id, stdin_id, tick_id;
  gboolean terminal, was_there; /* was_there: the daemon, at least once */
  GString *line;    /* of stdin, as far as it has come */
  GError *error;
};

static PrwCliQuestion *
current (PrwTerminalAgent *self)
{
  return g_queue_peek_head (&self->questions);
}

static GList *
find (PrwTerminalAgent *self, const char *path)
{
  for (GList *l = self->questions.head; l != NULL; l = l->next)
    if (g_str_equal (((PrwCliQuestion *) l->data)->path, path))
      return l;
  return NULL;
}

static void
print_prompt (PrwTerminalAgent *self)
{
  if (self->terminal)
    g_print ("[%3u s] %s: ", prw_cli_question_seconds_left (current (self)), prw_cli_question_hint (current (self)));
}

/* Whether prompt and answer fit into a line: in a line that wraps, going back to its start is not going to the prompt. */
static gboolean
fits (const PrwCliQuestion *question)
{
  struct winsize size = { .ws_col = 0 };

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
         size.ws_col >= strlen ("[123 s] : ") + prw_text_width (prw_cli_question_hint (question)) + ANSWER_COLUMNS;
}

/* The seconds stand at the start of the line, so that counting down leaves what is being typed alone. */
static gboolean
on_tick (gpointer data)
{
  PrwTerminalAgent *self = data;

  if (current (self) != NULL && fits (current (self)))
    g_print ("\0337\r[%3u s]\0338", prw_cli_question_seconds_left (current (self)));
  return G_SOURCE_CONTINUE;
}

static void
show_current (PrwTerminalAgent *self)
{
  PrwCliQuestion *question = current (self);

  if (question == NULL)
    {
      g_clear_handle_id (&self->tick_id, g_source_remove);
      return;
    }
  if (self->terminal)
    {
      /* What was typed so far was meant for the question before. */
      tcflush (STDIN_FILENO, TCIFLUSH);
      g_string_truncate (self->line, 0);
    }
  else
    g_print ("request %u %s\n", prw_cli_question_number (question), question->kind);
  prw_cli_question_show (question);
  print_prompt (self);
  self->shown_at = g_get_monotonic_time ();
  if (self->terminal && prw_output_is_smart () && self->tick_id == 0)
    self->tick_id = g_timeout_add_seconds (1, on_tick, self);
}

/* Takes @question: it is shown at once, or when those before it are done with. */
static void
take_question (PrwTerminalAgent *self, PrwCliQuestion *question)
{
  g_queue_push_tail (&self->questions, question);
  if (self->questions.length == 1)
    show_current (self);
}

/* Questions that are closed meanwhile, or known already, are not taken. */
static void
read_question (PrwTerminalAgent *self, const char *path)
{
  g_autoptr (PrwCliQuestion) question = find (self, path) == NULL ? prw_cli_question_read (self->client, path, NULL) : NULL;

  if (question != NULL && question->open && (self->peer == NULL || g_str_equal (self->peer, question->peer)))
    take_question (self, g_steal_pointer (&question));
}

static void
on_closed (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  PrwTerminalAgent *self = data;
  GList *link = find (self, path);
  g_autoptr (PrwCliQuestion) question = NULL;
  gboolean shown = link != NULL && link->data == current (self);
  const char *outcome;

  if (link == NULL || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(s)")))
    return;
  question = link->data;
  g_queue_delete_link (&self->questions, link);
  if (!shown)
    return;
  g_variant_get (parameters, "(&s)", &outcome);
  g_print ("%s%s: %s\n", self->terminal ? "\n" : "", question->peer_name, prw_words_closed (outcome));
  show_current (self);
}

static void
on_entered (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  PrwTerminalAgent *self = data;
  g_autoptr (GVariant) changed = NULL;
  guint16 entered;

  if (current (self) == NULL || !g_str_equal (current (self)->path, path) || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  changed = g_variant_get_child_value (parameters, 1);
  if (!g_variant_lookup (changed, "Entered", "q", &entered))
    return;
  g_print (_("%s  %u of 6 digits typed there\n"), self->terminal ? "\n" : "", entered);
  print_prompt (self);
}

/* Every question is a signal whose arguments begin with the request; what it is about is read from there. */
static void
on_question (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  g_autoptr (GVariant) request = g_variant_n_children (parameters) > 0 ? g_variant_get_child_value (parameters, 0) : NULL;

  if (request != NULL && g_variant_is_of_type (request, G_VARIANT_TYPE_OBJECT_PATH))
    read_question (data, g_variant_get_string (request, NULL));
}

/* Those that were asked before we came. */
static void
take_open_questions (PrwTerminalAgent *self)
{
  g_autoptr (GVariant) properties = prw_client_get_all (self->client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, NULL);
  g_autofree const char **open = NULL;

  if (properties == NULL || !g_variant_lookup (properties, "Requests", "^a&o", &open))
    return;
  for (guint i = 0; open[i] != NULL; i++)
    read_question (self, open[i]);
}

static void
answer_current (PrwTerminalAgent *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean late;

  if (current (self) == NULL)
    return;
  if (self->terminal && *text != '\0' && g_get_monotonic_time () < self->shown_at + READING_TIME)
    g_print ("  %s\n", _("That came too soon to be about this question. Once more, please."));
  else if (*text != '\0' && prw_cli_question_answer (self->client, current (self), text, &late, &error))
    {
      /* Closed() of our own answer comes later and finds it gone. */
      prw_cli_question_free (g_queue_pop_head (&self->questions));
      g_print ("  %s\n", late ? _("It was closed already.") : _("Answered."));
      show_current (self);
      return;
    }
  if (error != NULL)
    {
      g_dbus_error_strip_remote_error (error);
      g_print ("  %s\n", error->message);
    }
  print_prompt (self);
}

/* Takes the lines that @buffer completes. A line that is too long, or has a zero byte, is as good as empty. */
static void
take_input (PrwTerminalAgent *self, const char *buffer, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      gboolean usable = self->line->len < LINE_MAX_BYTES && strlen (self->line->str) == self->line->len;

      if (buffer[i] != '\n')
        {
          if (usable)
            g_string_append_c (self->line, buffer[i]);
          continue;
        }
      answer_current (self, usable ? g_strchomp (self->line->str) : "");
      explicit_bzero (self->line->str, self->line->allocated_len);
      g_string_truncate (self->line, 0);
    }
}

static gboolean
on_stdin (int fd, GIOCondition condition, gpointer data)
{
  PrwTerminalAgent *self = data;
  char buffer[LINE_MAX_BYTES];
  gssize n = read (fd, buffer, sizeof buffer);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      self->stdin_id = 0;
      g_main_loop_quit (self->loop);
      return G_SOURCE_REMOVE;
    }
  take_input (self, buffer, (gsize) n);
  explicit_bzero (buffer, sizeof buffer);
  return G_SOURCE_CONTINUE;
}

static void
say_ready (PrwTerminalAgent *self)
{
  void (*ready) (gpointer data) = g_steal_pointer (&self->ready);

  if (ready != NULL)
    ready (self->ready_data);
}

static void
on_daemon_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
  PrwTerminalAgent *self = data;
  const char *const peers[] = { self->peer, NULL };
  g_autoptr (GVariant) reply = prw_client_call (self->client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, "RegisterHandler",
                                                g_variant_new ("(^as^ao)", all_events, peers), NULL, PRW_AUTHORIZED_TIMEOUT, &self->error);

  /* Input is read from now on: it is nothing to end for before it is known whether there is anything to do. */
  if (!self->was_there)
    self->stdin_id = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_stdin, self);
  self->was_there = TRUE;
  if (reply == NULL && self->peer != NULL)
    g_clear_error (&self->error);
  else if (reply == NULL)
    g_main_loop_quit (self->loop);
  else
    {
      if (self->peer == NULL)
        g_print ("%s\n", _("Ready: questions come here. Ctrl-C ends."));
      take_open_questions (self);
    }
  say_ready (self);
}

static void
on_daemon_vanished (GDBusConnection *bus, const char *name, gpointer data)
{
  PrwTerminalAgent *self = data;
  gboolean useless = bus == NULL || !self->was_there;

  if (current (self) != NULL && self->terminal)
    g_print ("\n");
  g_queue_clear_full (&self->questions, (GDestroyNotify) prw_cli_question_free);
  show_current (self);
  if (self->peer != NULL)
    {
      say_ready (self); /* the pairing tells by itself */
      return;
    }
  if (!useless)
    {
      g_print ("%s\n", _("pairwardd is not running; waiting for it."));
      return;
    }
  if (self->error == NULL)
    self->error = g_dbus_error_new_for_dbus_error ("org.freedesktop.DBus.Error.ServiceUnknown", "");
  g_main_loop_quit (self->loop);
}

PrwTerminalAgent *
prw_terminal_agent_new (PrwClient *client, const char *peer, GMainLoop *loop, void (*ready) (gpointer data), gpointer data)
{
  PrwTerminalAgent *self = g_new0 (PrwTerminalAgent, 1);
  GDBusConnection *bus = client->bus;

  self->client = client;
  self->peer = g_strdup (peer);
  self->loop = loop;
  self->ready = ready;
  self->ready_data = data;
  self->terminal = isatty (STDIN_FILENO) && prw_output_is_terminal ();
  self->line = g_string_sized_new (LINE_MAX_BYTES);
  g_queue_init (&self->questions);
  self->signal_id = g_dbus_connection_signal_subscribe (bus, PRW_BUS_NAME, PRW_PEER_IFACE, NULL, peer, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                        on_question, self, NULL);
  self->closed_id = g_dbus_connection_signal_subscribe (bus, PRW_BUS_NAME, PRW_REQUEST_IFACE, "Closed", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                        on_closed, self, NULL);
  self->entered_id = g_dbus_connection_signal_subscribe (bus, PRW_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
                                                         PRW_REQUEST_IFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_entered, self, NULL);
  self->watch_id = g_bus_watch_name_on_connection (bus, PRW_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_AUTO_START, on_daemon_appeared,
                                                   on_daemon_vanished, self, NULL);
  return self;
}

void
prw_terminal_agent_free (PrwTerminalAgent *self)
{
  GDBusConnection *bus = self->client->bus;

  g_bus_unwatch_name (self->watch_id);
  g_dbus_connection_signal_unsubscribe (bus, self->signal_id);
  g_dbus_connection_signal_unsubscribe (bus, self->closed_id);
  g_dbus_connection_signal_unsubscribe (bus, self->entered_id);
  g_clear_handle_id (&self->stdin_id, g_source_remove);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_queue_clear_full (&self->questions, (GDestroyNotify) prw_cli_question_free);
  explicit_bzero (self->line->str, self->line->allocated_len);
  g_string_free (self->line, TRUE);
  g_clear_error (&self->error);
  g_free (self->peer);
  g_free (self);
}

const GError *
prw_terminal_agent_get_error (PrwTerminalAgent *self)
{
  return self->error;
}

PrwExit
prw_verb_agent (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (PrwTerminalAgent) agent = NULL;
  g_autoptr (GError) error = NULL;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 0, 0, &status))
    return status;
  if (client->json)
    return prw_client_usage ("%s", _("agent talks with people; programs register as a handler on D-Bus instead of --json"));
  if (!prw_client_connect (client, &error))
    return prw_client_fail (client, error);
  loop = g_main_loop_new (NULL, FALSE);
  prw_client_quit_on_signals (loop);
  agent = prw_terminal_agent_new (client, NULL, loop, NULL, NULL);
  g_main_loop_run (loop);
  if (prw_terminal_agent_get_error (agent) != NULL)
    return prw_client_fail (client, prw_terminal_agent_get_error (agent));
  g_print ("\n");
  return PRW_EXIT_DONE;
}
