/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/request.h"

#include <glib/gi18n.h>

#include "policy/address.h"
#include "policy/text.h"

#define PEER "org.pairward.SecurityManager1"
#define TIMEOUT 20000 /* ms */
/* Somebody may have to type a password first, ms. */
#define AUTHORIZED_TIMEOUT 120000

typedef struct
{
  GDBusConnection *bus;
  char *owner, *path;
  GVariant *request, *peer; /* a{sv}; peer may stay NULL */
  PrwPromptKind kind;
} Reading;

static void
reading_free (Reading *reading)
{
  g_object_unref (reading->bus);
  g_free (reading->owner);
  g_free (reading->path);
  g_clear_pointer (&reading->request, g_variant_unref);
  g_clear_pointer (&reading->peer, g_variant_unref);
  g_free (reading);
}

/* Too late, for whatever reason: not an error to tell anybody. */
static gboolean
is_late (const GError *error)
{
  static const char *const late[] = { "org.pairward.Error.AlreadyAnswered", "org.pairward.Error.Canceled", "org.pairward.Error.NotFound",
                                      "org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.UnknownMethod",
                                      "org.freedesktop.DBus.Error.UnknownInterface", "org.freedesktop.DBus.Error.ServiceUnknown",
                                      "org.freedesktop.DBus.Error.NameHasNoOwner", NULL };
  g_autofree char *remote = g_dbus_error_get_remote_error (error);

  return remote != NULL && g_strv_contains (late, remote);
}

/* Takes @error. */
static void
fail (GTask *task, GError *error)
{
  if (is_late (error))
    {
      g_error_free (error);
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the question is closed");
      return;
    }
  g_dbus_error_strip_remote_error (error);
  g_task_return_error (task, error);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autofree char *remote = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else if (g_strcmp0 (remote, "org.pairward.Error.InvalidArguments") == 0)
    {
      g_dbus_error_strip_remote_error (error);
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s", error->message);
      g_error_free (error);
    }
  else
    fail (task, error);
}

/* NULL, with an error in words, for a code that is none. */
static GVariant *
code_parameters (PrwPromptKind kind, const char *code, GError **error)
{
  guint32 passkey;

  if (kind == PRW_PROMPT_PIN && prw_pin_check (code, NULL))
    return g_variant_new ("(s)", code);
  if (kind == PRW_PROMPT_PASSKEY && prw_passkey_parse (code, &passkey, NULL))
    return g_variant_new ("(u)", passkey);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       kind == PRW_PROMPT_PIN ? _("A PIN has 1 to 16 characters.") : _("A passkey has six digits, and nothing else."));
  return NULL;
}

static const char *
method_for (PrwPromptKind kind, PrwPromptAnswer answer)
{
  switch (answer)
    {
    case PRW_PROMPT_ANSWER_REJECT:
      return "Reject";
    case PRW_PROMPT_ANSWER_ACCEPT:
      return kind == PRW_PROMPT_COMPARE ? "MatchConfirm" : "Accept";
    case PRW_PROMPT_ANSWER_REPAIR:
      return "ForceRepair";
    case PRW_PROMPT_ANSWER_ALWAYS:
      return "AcceptAlways";
    case PRW_PROMPT_ANSWER_NEVER:
      return "RejectAlways";
    case PRW_PROMPT_ANSWER_CODE:
      return kind == PRW_PROMPT_PIN ? "EnterPin" : "EnterPasskey";
    }
  return "Reject";
}

/* PrwPromptAnswerFunc; @data is the Reading the question was made from. */
static void
tell (PrwPromptQuestion *question, PrwPromptAnswer answer, const char *code, GTask *task, gpointer data)
{
  Reading *reading = data;
  const char *method = method_for (reading->kind, answer);
  GVariant *parameters = g_str_equal (method, "MatchConfirm") ? g_variant_new ("(b)", TRUE) : NULL;
  GError *error = NULL;

  if (answer == PRW_PROMPT_ANSWER_CODE && (parameters = code_parameters (reading->kind, code, &error)) == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_dbus_connection_call (reading->bus, reading->owner, reading->path, PRW_PROMPT_REQUEST_IFACE, method, parameters, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START | G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, AUTHORIZED_TIMEOUT, NULL,
                          on_answered, task);
}

static const char *
text_of (GVariant *properties, const char *name)
{
  const char *text = "";

  if (properties != NULL)
    g_variant_lookup (properties, name, "&s", &text);
  return text;
}

static void
finish (GTask *task, const char *passkey)
{
  Reading *reading = g_task_get_task_data (task), *kept = g_new0 (Reading, 1);
  const char *peer = "";
  char address[PRW_ADDRESS_LEN + 1] = "";
  guint64 expires = 0;
  guint16 entered = 0;
  PrwPromptFacts facts = { .path = reading->path, .kind = reading->kind, .passkey = passkey };
  PrwPromptQuestion *question;

  if (g_variant_lookup (reading->request, "Peer", "&o", &peer))
    prw_address_from_path (peer, address);
  g_variant_lookup (reading->request, "Expires", "t", &expires);
  g_variant_lookup (reading->request, "Entered", "q", &entered);
  facts.name = text_of (reading->request, "PeerName");
  facts.address = address;
  facts.icon = text_of (reading->peer, "Icon");
  facts.service = text_of (reading->request, "Service");
  facts.expires = (gint64) MIN (expires, (guint64) G_MAXINT64);
  if (reading->peer != NULL)
    g_variant_lookup (reading->peer, "Bonded", "b", &facts.bonded);
  question = prw_prompt_question_new (&facts);
  prw_prompt_question_set_entered (question, entered);
  *kept = (Reading) { .bus = g_object_ref (reading->bus), .owner = g_strdup (reading->owner), .path = g_strdup (reading->path), .kind = reading->kind };
  prw_prompt_question_set_answer_func (question, tell, kept, (GDestroyNotify) reading_free);
  g_task_return_pointer (task, question, g_object_unref);
}

static void
on_passkey (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  char *passkey;

  if (reply == NULL)
    {
      fail (task, error);
      return;
    }
  g_variant_get (reply, "(s)", &passkey);
  finish (task, passkey);
  prw_words_wipe (passkey);
}

static void
on_peer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Reading *reading = g_task_get_task_data (task);
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  if (reply != NULL)
    g_variant_get (reply, "(@a{sv})", &reading->peer);
  if (reading->kind != PRW_PROMPT_COMPARE && reading->kind != PRW_PROMPT_DISPLAY)
    {
      finish (task, NULL);
      return;
    }
  g_dbus_connection_call (reading->bus, reading->owner, reading->path, PRW_PROMPT_REQUEST_IFACE, "GetPasskey", NULL, G_VARIANT_TYPE ("(s)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, g_task_get_cancellable (task), on_passkey, g_object_ref (task));
}

static void
on_request (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  const char *peer = "/", *event;
  gboolean match = FALSE;

  if (reply == NULL)
    {
      fail (task, error);
      return;
    }
  g_variant_get (reply, "(@a{sv})", &reading->request);
  g_variant_lookup (reading->request, "Peer", "&o", &peer);
  g_variant_lookup (reading->request, "MatchRequest", "b", &match);
  event = text_of (reading->request, "Kind");
  if (!g_str_equal (text_of (reading->request, "State"), "open"))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the question is closed");
  else if (!prw_words_kind (event, match, text_of (reading->request, "EntryKind"), &reading->kind))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "it is of an unknown kind");
  else
    g_dbus_connection_call (reading->bus, reading->owner, peer, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", PEER),
                            G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, g_task_get_cancellable (task), on_peer,
                            g_object_ref (task));
}

void
prw_prompt_request_read_async (GDBusConnection *bus, const char *owner, const char *path, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (bus, cancellable, callback, data);
  Reading *reading = g_new0 (Reading, 1);

  *reading = (Reading) { .bus = g_object_ref (bus), .owner = g_strdup (owner), .path = g_strdup (path) };
  g_task_set_task_data (task, reading, (GDestroyNotify) reading_free);
  g_dbus_connection_call (bus, owner, path, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", PRW_PROMPT_REQUEST_IFACE),
                          G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, cancellable, on_request, task);
}

PrwPromptQuestion *
prw_prompt_request_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
prw_prompt_request_read_path (GAsyncResult *result)
{
  return ((Reading *) g_task_get_task_data (G_TASK (result)))->path;
}
