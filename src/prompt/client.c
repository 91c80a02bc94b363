/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "prompt/client.h"

#include "prompt/request.h"

#define NAME "org.pairward"
#define ROOT "/org/pairward"
#define MANAGER "org.pairward.Manager1"
#define PEER "org.pairward.SecurityManager1"
/* Of calls that nobody has to think about, ms. */
#define TIMEOUT 20000
/* After which a bus or a daemon that could not be had is tried again, s. */
#define RETRY 2
/* The same for a daemon that does not take us, twice as long each time, up to this: a session may become the active one. */
#define RETRY_MAX 64

struct _PrwPromptClient
{
  GObject parent;
  GBusType type;
  guint kinds;
  GCancellable *connecting;
  GDBusConnection *bus;   /* NULL: none now */
  GCancellable *daemon;   /* of every call to this daemon; NULL: there is none */
  char *owner;            /* its unique name */
  GHashTable *questions;  /* path → PrwPromptQuestion, or NULL while it is read */
  guint watch_id, peer_id, closed_id, entered_id, retry_id;
  guint wait; /* s, before registering again; 0: it was not refused */
};

enum { SIGNAL_QUESTION_ADDED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PrwPromptClient, prw_prompt_client, G_TYPE_OBJECT)

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PrwPromptClient) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwPromptQuestion) question = prw_prompt_request_read_finish (result, &error);
  const char *path = prw_prompt_request_read_path (result);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !g_hash_table_contains (self->questions, path))
    return; /* the daemon went, or the question closed meanwhile */
  if (question == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
        g_message ("%s cannot be read: %s", path, error->message);
      g_hash_table_remove (self->questions, path);
      return;
    }
  if ((self->kinds & (1u << prw_prompt_question_get_kind (question))) == 0) /* another handler's */
    {
      g_hash_table_remove (self->questions, path);
      return;
    }
  g_hash_table_insert (self->questions, g_strdup (path), g_object_ref (question));
  g_signal_emit (self, signals[SIGNAL_QUESTION_ADDED], 0, question);
}

static void
take (PrwPromptClient *self, const char *path)
{
  if (!g_str_has_prefix (path, ROOT "/requests/") || g_hash_table_contains (self->questions, path))
    return;
  g_hash_table_insert (self->questions, g_strdup (path), NULL);
  prw_prompt_request_read_async (self->bus, self->owner, path, self->daemon, on_read, g_object_ref (self));
}

static gboolean
is_daemon (PrwPromptClient *self, const char *sender)
{
  return self->owner != NULL && g_strcmp0 (sender, self->owner) == 0;
}

/* Every question is a signal whose arguments begin with the request; what it is about is read from there. */
static void
on_peer_signal (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters,
                gpointer data)
{
  PrwPromptClient *self = data;
  g_autoptr (GVariant) request = g_variant_n_children (parameters) > 0 ? g_variant_get_child_value (parameters, 0) : NULL;

  if (is_daemon (self, sender) && request != NULL && g_variant_is_of_type (request, G_VARIANT_TYPE_OBJECT_PATH))
    take (self, g_variant_get_string (request, NULL));
}

static void
on_closed (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  PrwPromptClient *self = data;
  g_autoptr (PrwPromptQuestion) question = NULL;
  g_autofree char *key = NULL;
  const char *outcome;

  if (!is_daemon (self, sender) || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(s)")) ||
      !g_hash_table_steal_extended (self->questions, path, (gpointer *) &key, (gpointer *) &question) || question == NULL)
    return;
  g_variant_get (parameters, "(&s)", &outcome);
  prw_prompt_question_close (question, outcome);
}

static void
on_properties (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters,
               gpointer data)
{
  PrwPromptClient *self = data;
  PrwPromptQuestion *question = is_daemon (self, sender) ? g_hash_table_lookup (self->questions, path) : NULL;
  g_autoptr (GVariant) changed = NULL;
  guint16 entered;

  if (question == NULL || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  changed = g_variant_get_child_value (parameters, 1);
  if (g_variant_lookup (changed, "Entered", "q", &entered))
    prw_prompt_question_set_entered (question, entered);
}

static void
on_open_questions (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PrwPromptClient) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error), value = NULL;
  g_autofree const char **open = NULL;

  if (reply == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_message ("pairwardd does not tell its open questions: %s", error->message);
      return;
    }
  g_variant_get (reply, "(v)", &value);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH_ARRAY))
    return;
  open = g_variant_get_objv (value, NULL);
  for (guint i = 0; open[i] != NULL; i++)
    take (self, open[i]);
}

static void register_handler (PrwPromptClient *self);

static gboolean
on_register_again (gpointer data)
{
  PrwPromptClient *self = data;

  self->retry_id = 0;
  if (self->owner != NULL)
    register_handler (self);
  return G_SOURCE_REMOVE;
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PrwPromptClient) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    {
      self->wait = 0;
      g_message ("asks for pairwardd");
      g_dbus_connection_call (self->bus, self->owner, ROOT, "org.freedesktop.DBus.Properties", "Get", g_variant_new ("(ss)", MANAGER, "Requests"),
                              G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, self->daemon, on_open_questions, g_object_ref (self));
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      if (self->wait == 0)
        g_message ("pairwardd does not let us answer: %s", error->message);
      self->wait = self->wait == 0 ? RETRY : MIN (self->wait * 2, RETRY_MAX);
      if (self->retry_id == 0)
        self->retry_id = g_timeout_add_seconds (self->wait, on_register_again, self);
    }
}

/* The daemon promises to bluetoothd what its handlers can do: an event is heard only when all that it may ask can be answered. */
static void
add_events (PrwPromptClient *self, GVariantBuilder *events)
{
  static const struct { const char *event; guint kinds; } table[] = {
    { "passkey-display-required", 1u << PRW_PROMPT_COMPARE | 1u << PRW_PROMPT_DISPLAY },
    { "passkey-required", 1u << PRW_PROMPT_PASSKEY | 1u << PRW_PROMPT_PIN },
    { "peripheral-security-request", 1u << PRW_PROMPT_SECURITY_REQUEST },
    { "pairing-authorization-required", 1u << PRW_PROMPT_AUTHORIZE },
    { "service-authorization-required", 1u << PRW_PROMPT_SERVICE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if ((self->kinds & table[i].kinds) == table[i].kinds)
      g_variant_builder_add (events, "s", table[i].event);
}

static void
register_handler (PrwPromptClient *self)
{
  g_auto (GVariantBuilder) events = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  if (self->kinds == 0)
    {
      g_dbus_connection_call (self->bus, self->owner, ROOT, MANAGER, "UnregisterHandler", NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT,
                              self->daemon, NULL, NULL);
      return;
    }
  add_events (self, &events);
  g_dbus_connection_call (self->bus, self->owner, ROOT, MANAGER, "RegisterHandler", g_variant_new ("(asao)", &events, NULL), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, self->daemon, on_registered, g_object_ref (self));
}

static void
lose_daemon (PrwPromptClient *self)
{
  g_autoptr (GHashTable) lost = g_steal_pointer (&self->questions);
  GHashTableIter iter;
  gpointer question;

  self->questions = g_hash_table_new_similar (lost);
  if (self->daemon != NULL)
    g_cancellable_cancel (self->daemon);
  g_clear_object (&self->daemon);
  g_clear_pointer (&self->owner, g_free);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  self->wait = 0;
  g_hash_table_iter_init (&iter, lost);
  while (g_hash_table_iter_next (&iter, NULL, &question))
    if (question != NULL)
      prw_prompt_question_close (question, "unavailable");
}

static void
on_daemon_vanished (GDBusConnection *bus, const char *name, gpointer data)
{
  g_message ("pairwardd is not running; waiting for it");
  lose_daemon (data);
}

static void
on_daemon_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
  PrwPromptClient *self = data;

  lose_daemon (self);
  self->owner = g_strdup (owner);
  self->daemon = g_cancellable_new ();
  register_handler (self);
}

static void
lose_bus (PrwPromptClient *self)
{
  if (self->bus == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->bus, self);
  g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
  g_dbus_connection_signal_unsubscribe (self->bus, self->peer_id);
  g_dbus_connection_signal_unsubscribe (self->bus, self->closed_id);
  g_dbus_connection_signal_unsubscribe (self->bus, self->entered_id);
  g_clear_object (&self->bus);
  lose_daemon (self);
}

static void connect_bus (PrwPromptClient *self);

static gboolean
on_connect_again (gpointer data)
{
  PrwPromptClient *self = data;

  self->retry_id = 0;
  connect_bus (self);
  return G_SOURCE_REMOVE;
}

static void
on_bus_closed (GDBusConnection *bus, gboolean vanished, GError *error, gpointer data)
{
  PrwPromptClient *self = data;

  g_message ("the message bus went away; waiting for it");
  lose_bus (self);
  self->retry_id = g_timeout_add_seconds (RETRY, on_connect_again, self);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PrwPromptClient) self = data;
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_dbus_connection_new_for_address_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->connecting);
  if (bus == NULL)
    {
      g_debug ("the message bus cannot be reached: %s", error->message);
      self->retry_id = g_timeout_add_seconds (RETRY, on_connect_again, self);
      return;
    }
  self->bus = bus;
  g_signal_connect (bus, "closed", G_CALLBACK (on_bus_closed), self);
  self->peer_id = g_dbus_connection_signal_subscribe (bus, NAME, PEER, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_peer_signal, self, NULL);
  self->closed_id = g_dbus_connection_signal_subscribe (bus, NAME, PRW_PROMPT_REQUEST_IFACE, "Closed", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                        on_closed, self, NULL);
  self->entered_id = g_dbus_connection_signal_subscribe (bus, NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
                                                         PRW_PROMPT_REQUEST_IFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_properties, self, NULL);
  self->watch_id = g_bus_watch_name_on_connection (bus, NAME, G_BUS_NAME_WATCHER_FLAGS_AUTO_START, on_daemon_appeared, on_daemon_vanished, self, NULL);
}

/* A connection of our own: the shared one stays broken once its bus has gone. */
static void
connect_bus (PrwPromptClient *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (self->type, NULL, &error);

  if (address == NULL)
    {
      g_message ("%s", error->message);
      return;
    }
  self->connecting = g_cancellable_new ();
  g_dbus_connection_new_for_address (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, self->connecting, on_connected, g_object_ref (self));
}

static void
prw_prompt_client_dispose (GObject *object)
{
  PrwPromptClient *self = PRW_PROMPT_CLIENT (object);

  if (self->connecting != NULL)
    g_cancellable_cancel (self->connecting);
  g_clear_object (&self->connecting);
  lose_bus (self);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  G_OBJECT_CLASS (prw_prompt_client_parent_class)->dispose (object);
}

static void
prw_prompt_client_finalize (GObject *object)
{
  g_hash_table_unref (PRW_PROMPT_CLIENT (object)->questions);
  G_OBJECT_CLASS (prw_prompt_client_parent_class)->finalize (object);
}

static void
prw_prompt_client_class_init (PrwPromptClientClass *class)
{
  G_OBJECT_CLASS (class)->dispose = prw_prompt_client_dispose;
  G_OBJECT_CLASS (class)->finalize = prw_prompt_client_finalize;
  signals[SIGNAL_QUESTION_ADDED] = g_signal_new ("question-added", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                 G_TYPE_NONE, 1, PRW_TYPE_PROMPT_QUESTION);
}

static void
unref_question (gpointer question)
{
  if (question != NULL)
    g_object_unref (question);
}

static void
prw_prompt_client_init (PrwPromptClient *self)
{
  self->questions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_question);
}

PrwPromptClient *
prw_prompt_client_new (GBusType bus)
{
  PrwPromptClient *self = g_object_new (PRW_TYPE_PROMPT_CLIENT, NULL);

  self->type = bus;
  return self;
}

void
prw_prompt_client_set_kinds (PrwPromptClient *self, guint kinds)
{
  if (self->kinds == kinds)
    return;
  self->kinds = kinds;
  if (self->owner != NULL)
    register_handler (self);
  else if (self->bus == NULL && self->connecting == NULL && self->retry_id == 0)
    connect_bus (self);
}
