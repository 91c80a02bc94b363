/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/notifier.h"

#include <glib/gi18n.h>

#define SERVER "org.freedesktop.Notifications"
#define SERVER_PATH "/org/freedesktop/Notifications"
/* For the server's answer, ms: after that the question goes to the next surface. */
#define TIMEOUT 5000
#define URGENCY_CRITICAL 2
/* Reasons of NotificationClosed (Desktop Notifications Specification 1.2). */
#define REASON_DISMISSED 2
/* Ids that were closed before Notify told us ours; a server that tells more of them is not worth more. */
#define EARLY_MAX 16

struct _PrwNotifier
{
  GObject parent;
  GDBusConnection *bus;
  GCancellable *asking;        /* GetCapabilities */
  GCancellable *notifying;     /* Notify, until its reply */
  char *owner;                 /* unique name of the server; NULL: none */
  gboolean ready, markup, settled;
  guint watch_id, signal_id, lost_id, slow_id;
  PrwPromptQuestion *question; /* shown, or NULL */
  guint32 id;                  /* of its notification; 0: not known yet */
  guint32 nonce;               /* in its actions: what is pressed on an older notification answers nothing, whatever number it has */
  guint32 early[EARLY_MAX];    /* closed while no id is known */
  guint n_early;
  gboolean answered;
};

typedef struct { const char *id; PrwPromptAnswer answer; const char *label; } Action;
static const Action actions[] = {
  { "accept", PRW_PROMPT_ANSWER_ACCEPT, N_("Accept") },
  { "repair", PRW_PROMPT_ANSWER_REPAIR, N_("Pair anew") },
  { "always", PRW_PROMPT_ANSWER_ALWAYS, N_("Always") },
  { "reject", PRW_PROMPT_ANSWER_REJECT, N_("Reject") },
};

enum { SIGNAL_SETTLED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void notifier_surface_init (PrwSurfaceInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (PrwNotifier, prw_notifier, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PRW_TYPE_SURFACE, notifier_surface_init))

static void
forget_question (PrwNotifier *self)
{
  if (self->notifying != NULL)
    g_cancellable_cancel (self->notifying);
  g_clear_object (&self->notifying);
  g_clear_handle_id (&self->slow_id, g_source_remove);
  g_clear_object (&self->question);
  self->id = 0;
  self->n_early = 0;
  self->answered = FALSE;
}

static void
take_away (PrwNotifier *self, guint32 id)
{
  if (id != 0 && self->owner != NULL)
    g_dbus_connection_call (self->bus, self->owner, SERVER_PATH, SERVER, "CloseNotification", g_variant_new ("(u)", id), NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, NULL, NULL, NULL);
}

static void
give_up (PrwNotifier *self)
{
  g_autoptr (PrwPromptQuestion) question = g_steal_pointer (&self->question);

  if (question == NULL)
    return;
  forget_question (self);
  prw_surface_given_up (PRW_SURFACE (self), question);
}

static void
answer (PrwNotifier *self, PrwPromptAnswer said)
{
  g_autoptr (PrwPromptQuestion) question = g_object_ref (self->question);

  self->answered = TRUE;
  prw_surface_answered (PRW_SURFACE (self), question, said, NULL);
}

static gboolean
is_offered (PrwPromptQuestion *question, const Action *action)
{
  return prw_prompt_question_allows (question, action->answer) &&
         (action->answer != PRW_PROMPT_ANSWER_REPAIR || prw_prompt_question_get_bonded (question));
}

static char *
key_of (PrwNotifier *self, const Action *action)
{
  return g_strdup_printf ("%s-%08x", action->id, self->nonce);
}

static void
on_action (PrwNotifier *self, const char *pressed)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autofree char *key = key_of (self, &actions[i]);

      if (g_str_equal (key, pressed) && is_offered (self->question, &actions[i]))
        {
          answer (self, actions[i].answer);
          return;
        }
    }
}

/* That may be ours: its number is not known yet. */
static void
remember_early (PrwNotifier *self, guint32 id)
{
  if (self->notifying != NULL && self->n_early < EARLY_MAX)
    self->early[self->n_early++] = id;
}

static gboolean
went_early (PrwNotifier *self, guint32 id)
{
  for (guint i = 0; i < self->n_early; i++)
    if (self->early[i] == id)
      return TRUE;
  return FALSE;
}

/* The sender is compared here too: anybody can send a signal to our connection alone. */
static void
on_signal (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  PrwNotifier *self = data;
  gboolean invoked = g_str_equal (signal, "ActionInvoked") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(us)"));
  gboolean closed = g_str_equal (signal, "NotificationClosed") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uu)"));
  guint32 id, reason;
  const char *key;

  if (self->question == NULL || self->answered || g_strcmp0 (sender, self->owner) != 0 || !(invoked || closed))
    return;
  g_variant_get_child (parameters, 0, "u", &id);
  if (self->id == 0 && closed)
    remember_early (self, id);
  if (self->id == 0 || id != self->id)
    return;
  if (invoked)
    {
      g_variant_get_child (parameters, 1, "&s", &key);
      on_action (self, key);
    }
  else
    {
      g_variant_get_child (parameters, 1, "u", &reason);
      self->id = 0; /* it is gone there */
      if (reason == REASON_DISMISSED)
        answer (self, PRW_PROMPT_ANSWER_REJECT);
      else
        give_up (self);
    }
}

/* A text from the air is never markup. Where the server takes markup it is escaped; one that says it does not, and does
 * all the same, gets nothing that could be any. */
static char *
safe_text (const char *text, gboolean markup)
{
  g_autoptr (GString) safe = g_string_new (text);

  if (markup)
    return g_markup_escape_text (text, -1);
  g_string_replace (safe, "<", "‹", 0);
  g_string_replace (safe, "&", "+", 0); /* not U+FF06, which many fonts lack */
  return g_string_free (g_steal_pointer (&safe), FALSE);
}

static char *
body_of (PrwNotifier *self, const PrwWordsQuestion *words)
{
  g_autofree char *ask = prw_words_ask (words), *risk = prw_words_risk (words), *text = NULL;
  const char *device = prw_words_device (words->icon);

  /* Isolated: in or beside a name from right to left the address would be read in another order. */
  text = g_strdup_printf ("\u2068%s\u2069 (\u2066%s\u2069%s%s)\n%s%s%s", words->name, words->address, *device != '\0' ? ", " : "", device, ask,
                          risk != NULL ? "\n" : "", risk != NULL ? risk : "");
  return safe_text (text, self->markup);
}

static GVariant *
notification (PrwNotifier *self, PrwPromptQuestion *question)
{
  const PrwWordsQuestion *words = prw_prompt_question_get_words (question);
  g_autofree char *title = prw_words_title (words), *summary = safe_text (title, FALSE), *body = body_of (self, words);
  g_auto (GVariantBuilder) buttons = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY), hints = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (is_offered (question, &actions[i]))
      {
        g_variant_builder_add_value (&buttons, g_variant_new_take_string (key_of (self, &actions[i])));
        g_variant_builder_add (&buttons, "s", _(actions[i].label));
      }
  g_variant_builder_add (&hints, "{sv}", "urgency", g_variant_new_byte (URGENCY_CRITICAL));
  g_variant_builder_add (&hints, "{sv}", "resident", g_variant_new_boolean (FALSE));
  g_variant_builder_add (&hints, "{sv}", "category", g_variant_new_string ("device"));
  g_variant_builder_add (&hints, "{sv}", "desktop-entry", g_variant_new_string ("org.pairward.Prompt"));
  return g_variant_new ("(susssasa{sv}i)", "pairward", 0, *words->icon != '\0' ? words->icon : "bluetooth", summary, body, &buttons, &hints, 0);
}

typedef struct { PrwNotifier *self; GCancellable *cancellable; char *owner; } Notifying;

static void
on_notified (GObject *source, GAsyncResult *result, gpointer data)
{
  Notifying *n = data;
  g_autoptr (PrwNotifier) self = n->self;
  g_autoptr (GCancellable) cancellable = n->cancellable;
  g_autofree char *owner = n->owner;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint32 id = 0;

  g_free (n);
  if (reply != NULL)
    g_variant_get (reply, "(u)", &id);
  if (self->notifying != cancellable) /* closed, or given up, meanwhile */
    {
      if (g_strcmp0 (owner, self->owner) == 0)
        take_away (self, id);
      return;
    }
  g_clear_object (&self->notifying);
  g_clear_handle_id (&self->slow_id, g_source_remove);
  if (id != 0 && !went_early (self, id))
    {
      self->id = id;
      return;
    }
  g_message ("the notification server did not take a notification: %s",
             error != NULL ? error->message : id == 0 ? "it gives no number" : "it closed it at once");
  give_up (self);
}

static gboolean
on_slow (gpointer data)
{
  PrwNotifier *self = data;

  self->slow_id = 0;
  g_message ("the notification server did not take a notification: it does not answer");
  give_up (self);
  return G_SOURCE_REMOVE;
}

static gboolean
notifier_can_show (PrwSurface *surface, PrwPromptQuestion *question)
{
  if (!PRW_NOTIFIER (surface)->ready)
    return FALSE;
  switch (prw_prompt_question_get_kind (question))
    {
    case PRW_PROMPT_AUTHORIZE:
    case PRW_PROMPT_SECURITY_REQUEST:
    case PRW_PROMPT_SERVICE:
      return TRUE;
    case PRW_PROMPT_COMPARE: /* codes are never given to the server, which may log what it shows, or show it on a locked screen */
    case PRW_PROMPT_DISPLAY:
    case PRW_PROMPT_PASSKEY:
    case PRW_PROMPT_PIN:
      return FALSE;
    }
  return FALSE;
}

static void
notifier_show (PrwSurface *surface, PrwPromptQuestion *question)
{
  PrwNotifier *self = PRW_NOTIFIER (surface);
  Notifying *n = g_new0 (Notifying, 1);

  forget_question (self);
  self->question = g_object_ref (question);
  self->nonce = g_random_int ();
  self->notifying = g_cancellable_new ();
  n->self = g_object_ref (self);
  n->cancellable = g_object_ref (self->notifying);
  n->owner = g_strdup (self->owner);
  self->slow_id = g_timeout_add (TIMEOUT, on_slow, self);
  /* Without the cancellable and without a limit: a call that ends here is made all the same, and nobody would take its notification away. */
  g_dbus_connection_call (self->bus, self->owner, SERVER_PATH, SERVER, "Notify", notification (self, question), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL, on_notified, n);
}

static void
notifier_close (PrwSurface *surface, PrwPromptQuestion *question)
{
  PrwNotifier *self = PRW_NOTIFIER (surface);

  if (self->question != question)
    return;
  take_away (self, self->id);
  forget_question (self);
}

/* A notification cannot be answered again: most servers have closed it. */
static void
notifier_refuse (PrwSurface *surface, PrwPromptQuestion *question, const char *message)
{
  PrwNotifier *self = PRW_NOTIFIER (surface);

  if (self->question != question)
    return;
  g_message ("%s", message);
  take_away (self, self->id);
  give_up (self);
}

static void
notifier_surface_init (PrwSurfaceInterface *iface)
{
  iface->can_show = notifier_can_show;
  iface->show = notifier_show;
  iface->close = notifier_close;
  iface->refuse = notifier_refuse;
}

/* What there is now to ask with, and, after another server, to ask again with. */
static void
settle (PrwNotifier *self, gboolean ready)
{
  self->ready = ready;
  prw_surface_changed (PRW_SURFACE (self));
  if (self->settled)
    return;
  self->settled = TRUE;
  g_signal_emit (self, signals[SIGNAL_SETTLED], 0);
}

static void
on_capabilities (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PrwNotifier) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autofree const char **capabilities = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply != NULL)
    g_variant_get (reply, "(^a&s)", &capabilities);
  else
    g_message ("the notification server does not tell what it can do: %s", error->message);
  self->markup = capabilities != NULL && g_strv_contains (capabilities, "body-markup");
  settle (self, capabilities != NULL && g_strv_contains (capabilities, "actions"));
}

static void
lose_server (PrwNotifier *self)
{
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  if (self->signal_id != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->signal_id);
  self->signal_id = 0;
  g_clear_pointer (&self->owner, g_free);
}

/* Its notifications went with it. */
static void
drop_server (PrwNotifier *self)
{
  lose_server (self);
  self->ready = FALSE; /* before the question looks for another place */
  give_up (self);
}

static gboolean
on_lost (gpointer data)
{
  PrwNotifier *self = data;

  self->lost_id = 0;
  settle (self, FALSE);
  return G_SOURCE_REMOVE;
}

/* Nobody is told at once: where another one took the name, which is told next, questions wait for what that can do. */
static void
on_server_vanished (GDBusConnection *bus, const char *name, gpointer data)
{
  PrwNotifier *self = data;

  drop_server (self);
  if (self->lost_id == 0)
    self->lost_id = g_idle_add (on_lost, self);
}

static void
on_server_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
  PrwNotifier *self = data;

  drop_server (self); /* one may take the name of another */
  g_clear_handle_id (&self->lost_id, g_source_remove);
  self->owner = g_strdup (owner);
  self->asking = g_cancellable_new ();
  self->signal_id = g_dbus_connection_signal_subscribe (bus, owner, SERVER, NULL, SERVER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  g_dbus_connection_call (bus, owner, SERVER_PATH, SERVER, "GetCapabilities", NULL, G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          TIMEOUT, self->asking, on_capabilities, g_object_ref (self));
}

static void
prw_notifier_dispose (GObject *object)
{
  PrwNotifier *self = PRW_NOTIFIER (object);

  g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
  g_clear_handle_id (&self->lost_id, g_source_remove);
  if (self->question != NULL)
    take_away (self, self->id);
  forget_question (self);
  if (self->bus != NULL)
    lose_server (self);
  g_clear_object (&self->bus);
  G_OBJECT_CLASS (prw_notifier_parent_class)->dispose (object);
}

static void
prw_notifier_class_init (PrwNotifierClass *class)
{
  G_OBJECT_CLASS (class)->dispose = prw_notifier_dispose;
  signals[SIGNAL_SETTLED] = g_signal_new ("settled", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
prw_notifier_init (PrwNotifier *self)
{
}

PrwNotifier *
prw_notifier_new (GDBusConnection *bus)
{
  PrwNotifier *self = g_object_new (PRW_TYPE_NOTIFIER, NULL);

  self->bus = g_object_ref (bus);
  self->watch_id = g_bus_watch_name_on_connection (bus, SERVER, G_BUS_NAME_WATCHER_FLAGS_AUTO_START, on_server_appeared, on_server_vanished,
                                                   self, NULL);
  return self;
}
