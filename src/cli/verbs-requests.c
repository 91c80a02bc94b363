/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Questions, one by one. */
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "cli/output.h"
#include "cli/question.h"

static GVariant *
get_open (PrwClient *client, GError **error)
{
  g_autoptr (GVariant) properties = prw_client_get_all (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, error);

  return properties != NULL ? g_variant_lookup_value (properties, "Requests", G_VARIANT_TYPE_OBJECT_PATH_ARRAY) : NULL;
}

static void
add_request (GVariantBuilder *json, const char *path, GVariant *properties)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, properties);
  g_variant_dict_insert (&dict, "Path", "o", path);
  g_variant_dict_insert (&dict, "Number", "u", (guint) g_ascii_strtoull (strrchr (path, '/') + 1, NULL, 10));
  g_variant_builder_add_value (json, g_variant_dict_end (&dict));
}

static void
print_request (const char *path, GVariant *properties)
{
  g_autofree char *kind = prw_output_text (properties, "Kind"), *name = prw_output_text (properties, "PeerName");
  g_autofree char *uuid = prw_output_text (properties, "Service"), *service = prw_words_service (uuid);

  g_print ("%s  %s  %s%s%s%s%s\n", strrchr (path, '/') + 1, kind, prw_output_bold (), name, prw_output_plain (), *service != '\0' ? "  " : "",
           service);
}

PrwExit
prw_verb_requests (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) open = NULL;
  g_auto (GVariantBuilder) json = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 0, 0, &status))
    return status;
  open = get_open (client, &error);
  if (open == NULL)
    return error != NULL ? prw_client_fail (client, error) : PRW_EXIT_FAILED;
  if (!client->json && g_variant_n_children (open) == 0)
    g_print ("%s\n", _("There are no open questions."));
  for (gsize i = 0; i < g_variant_n_children (open); i++)
    {
      const char *path;
      g_autoptr (GVariant) properties = NULL;

      g_variant_get_child (open, i, "&o", &path);
      properties = prw_client_get_all (client, path, PRW_REQUEST_IFACE, NULL);
      if (properties == NULL)
        continue; /* closed meanwhile */
      if (client->json)
        add_request (&json, path, properties);
      else
        print_request (path, properties);
    }
  if (client->json)
    prw_output_json (g_variant_builder_end (&json));
  return PRW_EXIT_DONE;
}

/* A line of stdin without its end. One that is too long, or has a zero byte, is as good as empty. */
static char *
read_line (const char *prompt)
{
  char buffer[128] = "";
  char *line;
  gsize n = 0;
  int c;

  if (isatty (STDIN_FILENO))
    g_printerr ("%s: ", prompt);
  while ((c = getchar ()) != EOF && c != '\n')
    if (c == '\0' || n >= sizeof buffer - 1)
      n = sizeof buffer;
    else
      buffer[n++] = (char) c;
  buffer[n < sizeof buffer ? n : 0] = '\0';
  buffer[strcspn (buffer, "\r")] = '\0';
  line = g_strdup (buffer);
  explicit_bzero (buffer, sizeof buffer);
  return line;
}

/* @done: it was this answer that counted. */
static PrwExit
say_answered (PrwClient *client, const PrwCliQuestion *question, gboolean done)
{
  if (client->json)
    prw_output_json (g_variant_new_parsed ("{'Number': <%u>, 'Answered': <%b>}", prw_cli_question_number (question), done));
  else
    g_print ("%s\n", done ? _("Answered.") : _("The question was closed already."));
  return PRW_EXIT_DONE;
}

static PrwExit
answer (PrwClient *client, const PrwCliQuestion *question, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  gboolean late, done;

  if (!question->open)
    return say_answered (client, question, FALSE);
  if (word != NULL && !prw_cli_question_takes_word (question, word))
    return prw_cli_question_wants_code (question)
             ? prw_client_usage ("%s", _("codes are not given on the command line, where everybody can read them: leave it out and type it when asked"))
             : prw_client_usage (_("\"%s\" is no answer to this; say %s"), word, prw_cli_question_hint (question));
  if (word == NULL && !client->json)
    prw_cli_question_show (question);
  if (word == NULL)
    line = read_line (prw_cli_question_hint (question));
  done = prw_cli_question_answer (client, question, word != NULL ? word : line, &late, &error);
  if (line != NULL)
    explicit_bzero (line, strlen (line));
  return done ? say_answered (client, question, !late) : prw_client_fail (client, error);
}

PrwExit
prw_verb_answer (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwCliQuestion) question = NULL;
  g_autofree char *path = NULL, *remote = NULL;
  guint64 number;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 1, 2, &status))
    return status;
  if (!g_ascii_string_to_unsigned (argv[1], 10, 1, G_MAXUINT32, &number, NULL))
    return prw_client_usage (_("\"%s\" is no number of a question; \"pairwardctl requests\" lists them"), argv[1]);
  path = g_strdup_printf ("/org/pairward/requests/%u", (guint) number);
  question = prw_cli_question_read (client, path, &error);
  if (question != NULL)
    return answer (client, question, argv[2]);
  remote = g_dbus_error_get_remote_error (error);
  if (g_strcmp0 (remote, "org.pairward.Error.NotFound") != 0)
    return prw_client_fail (client, error);
  g_printerr (_("pairwardctl: there is no question %u; \"pairwardctl requests\" lists those there are\n"), (guint) number);
  return PRW_EXIT_FAILED;
}
