/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/question.h"

#include <string.h>

#include <glib/gi18n.h>

#include "cli/output.h"
#include "policy/address.h"
#include "policy/text.h"

void
prw_cli_question_free (PrwCliQuestion *question)
{
  if (question->passkey != NULL)
    explicit_bzero (question->passkey, strlen (question->passkey));
  g_free (question->passkey);
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

static gboolean
is_kind (const PrwCliQuestion *question, const char *kind)
{
  return g_str_equal (question->kind, kind);
}

gboolean
prw_cli_question_wants_code (const PrwCliQuestion *question)
{
  return is_kind (question, "passkey-required");
}

/* Whether a PIN is wanted or a passkey is no property: the wrong method is told to be wrong, and a PIN is never empty. */
static gboolean
read_code_kind (PrwClient *client, PrwCliQuestion *question, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GVariant) reply = prw_client_call (client, question->path, PRW_REQUEST_IFACE, "EnterPin", g_variant_new ("(s)", ""), NULL,
                                                PRW_AUTHORIZED_TIMEOUT, &problem);
  g_autofree char *remote = problem != NULL ? g_dbus_error_get_remote_error (problem) : NULL;

  question->pin = reply != NULL || g_strcmp0 (remote, "org.pairward.Error.InvalidArguments") == 0;
  if (question->pin || g_strcmp0 (remote, "org.pairward.Error.InvalidOperation") == 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
read_passkey (PrwClient *client, PrwCliQuestion *question, GError **error)
{
  g_autoptr (GVariant) reply = prw_client_call (client, question->path, PRW_REQUEST_IFACE, "GetPasskey", NULL, "(s)", PRW_AUTHORIZED_TIMEOUT, error);

  if (reply != NULL)
    g_variant_get (reply, "(s)", &question->passkey);
  return reply != NULL;
}

PrwCliQuestion *
prw_cli_question_read (PrwClient *client, const char *path, GError **error)
{
  g_autoptr (GVariant) properties = prw_client_get_all (client, path, PRW_REQUEST_IFACE, error);
  g_autoptr (PrwCliQuestion) question = NULL;
  g_autofree char *state = NULL;

  if (properties == NULL)
    return NULL;
  question = g_new0 (PrwCliQuestion, 1);
  question->path = g_strdup (path);
  question->kind = prw_output_text (properties, "Kind");
  question->peer = prw_output_text (properties, "Peer");
  question->peer_name = prw_output_text (properties, "PeerName");
  question->service = prw_output_text (properties, "Service");
  question->match = prw_output_flag (properties, "MatchRequest");
  g_variant_lookup (properties, "Expires", "t", &question->expires);
  read_peer (client, question);
  state = prw_output_text (properties, "State");
  question->open = g_str_equal (state, "open");
  if (question->open && is_kind (question, "passkey-display-required") && !read_passkey (client, question, error))
    return NULL;
  if (question->open && prw_cli_question_wants_code (question) && !read_code_kind (client, question, error))
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
  return prw_output_seconds_until (question->expires);
}

static gboolean
is_about_service (const PrwCliQuestion *question)
{
  return is_kind (question, "service-authorization-required");
}

/* Words for the icons that bluetoothd derives from class and appearance. */
static const char *
device_word (const char *icon)
{
  static const struct { const char *icon, *word; } table[] = {
    { "phone", N_("phone") }, { "computer", N_("computer") }, { "audio-headset", N_("headset") }, { "audio-headphones", N_("headphones") },
    { "audio-card", N_("audio device") }, { "input-keyboard", N_("keyboard") }, { "input-mouse", N_("mouse") },
    { "input-tablet", N_("tablet") }, { "input-gaming", N_("game controller") }, { "printer", N_("printer") }, { "scanner", N_("scanner") },
    { "camera-photo", N_("camera") }, { "camera-video", N_("video camera") }, { "video-display", N_("display") },
    { "multimedia-player", N_("player") }, { "modem", N_("modem") }, { "network-wireless", N_("network device") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (icon, table[i].icon))
      return _(table[i].word);
  return icon;
}

void
prw_cli_question_show (const PrwCliQuestion *question)
{
  const char *bold = prw_output_bold (), *plain = prw_output_plain ();

  g_print (_("\n%s%s%s (%s%s%s) asks:\n"), bold, question->peer_name, plain, question->address, *question->icon != '\0' ? ", " : "",
           device_word (question->icon));
  if (question->passkey != NULL)
    {
      g_autofree char *digits = prw_output_passkey (question->passkey);

      g_print (question->match ? _("  Does it show these digits?  %s%s%s\n  Only say yes when they are the same: somebody may be in between.\n")
                               : _("  Type these digits on it:  %s%s%s\n  Nothing is to be answered here; \"no\" stops the pairing.\n"),
               bold, digits, plain);
    }
  else if (prw_cli_question_wants_code (question))
    g_print ("  %s\n", question->pin ? _("What is its PIN? (1 to 16 characters; often 0000 or 1234)") : _("Which six digits does it show?"));
  else if (is_kind (question, "pairing-authorization-required"))
    g_print ("  %s\n  %s\n", _("May it pair with this computer?"),
             _("Nothing proves that it is the device you think it is: only say yes when you have just started the pairing."));
  else if (is_about_service (question))
    {
      g_autofree char *service = prw_output_service (question->service);

      g_print (_("  May it use the service %s?\n"), service);
    }
  else
    g_print ("  %s\n", _("It wants a secure connection. Shall they pair?"));
  if (question->bonded && !is_about_service (question))
    g_print ("  %s\n", _("There is a bond with it already: this would replace it. Somebody may pretend to be it."));
}

/* TRANSLATORS: the words yes, no, repair, always, never are typed as they are: leave them in English. */
const char *
prw_cli_question_hint (const PrwCliQuestion *question)
{
  if (prw_cli_question_wants_code (question))
    return question->pin ? _("PIN, or \"no\"") : _("six digits, or \"no\"");
  if (is_kind (question, "passkey-display-required") && !question->match)
    return _("\"no\" stops it");
  if (is_about_service (question))
    return _("yes, no, always or never");
  if (is_kind (question, "peripheral-security-request"))
    return _("yes, no or repair");
  return _("yes or no");
}

/* The method of Request1 for a word; NULL when it is no answer to this. */
static const char *
method_for (const PrwCliQuestion *question, const char *text)
{
  static const struct { const char *kind, *word; char letter; const char *method; } table[] = {
    { "passkey-display-required", "yes", 'y', "MatchConfirm" },
    { "pairing-authorization-required", "yes", 'y', "Accept" },
    { "peripheral-security-request", "yes", 'y', "Accept" },
    { "peripheral-security-request", "repair", 'r', "ForceRepair" },
    { "service-authorization-required", "yes", 'y', "Accept" },
    { "service-authorization-required", "always", 'a', "AcceptAlways" },
    { "service-authorization-required", "never", '\0', "RejectAlways" }, /* "n" is no */
    { NULL, "no", 'n', "Reject" },
  };

  if (prw_cli_question_wants_code (question)) /* "n" may be a PIN */
    return g_ascii_strcasecmp (text, "no") == 0 ? "Reject" : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      gboolean fits = table[i].kind == NULL || is_kind (question, table[i].kind);
      gboolean said = g_ascii_strcasecmp (text, table[i].word) == 0 || (text[0] != '\0' && text[0] == table[i].letter && text[1] == '\0');

      if (fits && said && (question->match || !g_str_equal (table[i].method, "MatchConfirm")))
        return table[i].method;
    }
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
  static const char *const too_late[] = { "org.pairward.Error.AlreadyAnswered", "org.pairward.Error.Canceled", "org.pairward.Error.NotFound", NULL };
  g_autoptr (GError) problem = NULL;
  g_autoptr (GVariant) reply = prw_client_call (client, question->path, PRW_REQUEST_IFACE, method, parameters, NULL, PRW_AUTHORIZED_TIMEOUT, &problem);
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

  if (question->pin ? prw_pin_check (text, &problem) : prw_passkey_parse (text, &passkey, &problem))
    return call (client, question, question->pin ? "EnterPin" : "EnterPasskey",
                 question->pin ? g_variant_new ("(s)", text) : g_variant_new ("(u)", passkey), late, error);
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
