/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/question.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/boot-time.h"
#include "cli/output.h"
#include "policy/address.h"
#include "policy/text.h"

void
prw_cli_question_free (PrwCliQuestion *question)
{
  prw_words_wipe (question->passkey);
  g_free (question->owner);
  g_free (question->path);
  g_free (question->kind);
  g_free (question->peer);
  g_free (question->peer_name);
  g_free (question->address);
  g_free (question->icon);
  g_free (question->service);
  g_free (question);
}

static void
read_peer (PrwClient *client, PrwCliQuestion *question)
{
  g_autoptr (GVariant) properties = prw_client_get_all (client, question->peer, PRW_PEER_IFACE, NULL);
  char address[PRW_ADDRESS_LEN + 1] = "";

  prw_address_from_path (question->peer, address);
  question->address = properties != NULL ? prw_output_text (properties, "Address") : g_strdup (address);
  question->icon = properties != NULL ? prw_output_text (properties, "Icon") : g_strdup ("");
  question->bonded = properties != NULL && prw_output_flag (properties, "Bonded");
}

gboolean
prw_cli_question_wants_code (const PrwCliQuestion *question)
{
  return question->ask == PRW_PROMPT_PASSKEY || question->ask == PRW_PROMPT_PIN;
}

static gboolean
read_passkey (PrwClient *client, PrwCliQuestion *question, GError **error)
{
  g_autoptr (GVariant) reply = prw_client_call_owner (client, question->owner, question->path, PRW_REQUEST_IFACE, "GetPasskey", NULL, "(s)",
                                                      PRW_AUTHORIZED_TIMEOUT, error);

  if (reply != NULL)
    g_variant_get (reply, "(s)", &question->passkey);
  return reply != NULL;
}

PrwCliQuestion *
prw_cli_question_read (PrwClient *client, const char *path, GError **error)
{
  g_autoptr (GVariant) reply = NULL, properties = NULL;
  g_autoptr (PrwCliQuestion) question = NULL;
  g_autofree char *state = NULL, *entry = NULL, *owner = prw_client_get_owner (client, error);

  if (owner != NULL)
    reply = prw_client_call_owner (client, owner, path, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", PRW_REQUEST_IFACE),
                                   "(a{sv})", PRW_CALL_TIMEOUT, error);
  if (reply == NULL)
    return NULL;
  properties = g_variant_get_child_value (reply, 0);
  question = g_new0 (PrwCliQuestion, 1);
  question->owner = g_steal_pointer (&owner);
  question->path = g_strdup (path);
  question->kind = prw_output_text (properties, "Kind");
  question->peer = prw_output_text (properties, "Peer");
  question->peer_name = prw_output_text (properties, "PeerName");
  question->service = prw_output_text (properties, "Service");
  entry = prw_output_text (properties, "EntryKind");
  if (!prw_words_kind (question->kind, prw_output_flag (properties, "MatchRequest"), entry, &question->ask))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("the daemon asks something that this version does not know: %s"), question->kind);
      return NULL;
    }
  g_variant_lookup (properties, "Expires", "t", &question->expires);
  read_peer (client, question);
  state = prw_output_text (properties, "State");
  question->open = g_str_equal (state, "open");
  if (question->open && (question->ask == PRW_PROMPT_COMPARE || question->ask == PRW_PROMPT_DISPLAY) && !read_passkey (client, question, error))
    return NULL;
  return g_steal_pointer (&question);
}

guint
prw_cli_question_number (const PrwCliQuestion *question)
{
  return (guint) g_ascii_strtoull (strrchr (question->path, '/') + 1, NULL, 10);
}

guint
prw_cli_question_seconds_left (const PrwCliQuestion *question)
{
  return prw_boot_time_left ((gint64) question->expires);
}

static void
show_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_print ("  %s\n", lines[i]);
}

void
prw_cli_question_show (const PrwCliQuestion *question)
{
  const PrwWordsQuestion words = { question->ask, question->peer_name, question->address, question->icon, question->service, question->bonded };
  const char *bold = prw_output_bold (), *plain = prw_output_plain ();
  g_autofree char *ask = prw_words_ask (&words), *risk = prw_words_risk (&words);
  char *digits = question->passkey != NULL ? prw_words_passkey (question->passkey) : NULL;

  g_print (_("\n%s%s%s (%s%s%s) asks:\n"), bold, question->peer_name, plain, question->address, *question->icon != '\0' ? ", " : "",
           prw_words_device (question->icon));
  if (digits != NULL)
    g_print ("  %s  %s%s%s\n", ask, bold, digits, plain);
  else
    g_print ("  %s\n", ask);
  prw_words_wipe (digits);
  if (question->ask == PRW_PROMPT_DISPLAY)
    g_print ("  %s\n", _("Nothing is to be answered here; \"no\" stops the pairing."));
  if (risk != NULL)
    show_lines (risk);
}

/* TRANSLATORS: the words yes, no, repair, always, never are typed as they are: leave them in English. */
const char *
prw_cli_question_hint (const PrwCliQuestion *question)
{
  switch (question->ask)
    {
    case PRW_PROMPT_PIN:
      return _("PIN, or \"no\"");
    case PRW_PROMPT_PASSKEY:
      return _("six digits, or \"no\"");
    case PRW_PROMPT_DISPLAY:
      return _("\"no\" stops it");
    case PRW_PROMPT_SERVICE:
      return _("yes, no, always or never");
    case PRW_PROMPT_SECURITY_REQUEST:
      return _("yes, no or repair");
    case PRW_PROMPT_COMPARE:
    case PRW_PROMPT_AUTHORIZE:
      break;
    }
  return _("yes or no");
}

/* The method of Request1 for a word; NULL when it is no answer to this. */
static const char *
method_for (const PrwCliQuestion *question, const char *text)
{
  static const struct { PrwPromptKind ask; const char *word; char letter; const char *method; } table[] = {
    { PRW_PROMPT_COMPARE, "yes", 'y', "MatchConfirm" },
    { PRW_PROMPT_AUTHORIZE, "yes", 'y', "Accept" },
    { PRW_PROMPT_SECURITY_REQUEST, "yes", 'y', "Accept" },
    { PRW_PROMPT_SECURITY_REQUEST, "repair", 'r', "ForceRepair" },
    { PRW_PROMPT_SERVICE, "yes", 'y', "Accept" },
    { PRW_PROMPT_SERVICE, "always", 'a', "AcceptAlways" },
    { PRW_PROMPT_SERVICE, "never", '\0', "RejectAlways" }, /* "n" is no */
  };

  if (g_ascii_strcasecmp (text, "no") == 0 || (g_str_equal (text, "n") && !prw_cli_question_wants_code (question))) /* "n" may be a PIN */
    return "Reject";
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].ask == question->ask &&
        (g_ascii_strcasecmp (text, table[i].word) == 0 || (text[0] != '\0' && text[0] == table[i].letter && text[1] == '\0')))
      return table[i].method;
  return NULL;
}

gboolean
prw_cli_question_takes_word (const PrwCliQuestion *question, const char *text)
{
  return method_for (question, text) != NULL;
}

/* FALSE with *@late when somebody was quicker, else with @error. */
static gboolean
call (PrwClient *client, const PrwCliQuestion *question, const char *method, GVariant *parameters, gboolean *late, GError **error)
{
  static const char *const too_late[] = { "org.pairward.Error.AlreadyAnswered", "org.pairward.Error.Canceled", "org.pairward.Error.NotFound",
                                          /* the daemon that asked it is gone */
                                          "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner", NULL };
  g_autoptr (GError) problem = NULL;
  g_autoptr (GVariant) reply = prw_client_call_owner (client, question->owner, question->path, PRW_REQUEST_IFACE, method, parameters, NULL,
                                                      PRW_AUTHORIZED_TIMEOUT, &problem);
  g_autofree char *remote = problem != NULL ? g_dbus_error_get_remote_error (problem) : NULL;

  if (reply != NULL)
    return TRUE;
  *late = remote != NULL && g_strv_contains (too_late, remote);
  if (!*late)
    g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
answer_code (PrwClient *client, const PrwCliQuestion *question, const char *text, gboolean *late, GError **error)
{
  g_autoptr (GError) problem = NULL;
  guint32 passkey;
  gboolean pin = question->ask == PRW_PROMPT_PIN;

  if (pin ? prw_pin_check (text, &problem) : prw_passkey_parse (text, &passkey, &problem))
    return call (client, question, pin ? "EnterPin" : "EnterPasskey",
                 pin ? g_variant_new ("(s)", text) : g_variant_new ("(u)", passkey), late, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, problem->message);
  return FALSE;
}

gboolean
prw_cli_question_answer (PrwClient *client, const PrwCliQuestion *question, const char *text, gboolean *late, GError **error)
{
  const char *method = method_for (question, text);

  *late = FALSE;
  if (method != NULL)
    return call (client, question, method, g_str_equal (method, "MatchConfirm") ? g_variant_new ("(b)", TRUE) : NULL, late, error) || *late;
  if (prw_cli_question_wants_code (question))
    return answer_code (client, question, text, late, error) || *late;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("that is no answer to this; say %s"), prw_cli_question_hint (question));
  return FALSE;
}
