/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bus/fake-bluez.h"

#include <string.h>

gboolean
fake_tick (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

void
fake_wait_ms (guint ms)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;
  guint tick = g_timeout_add (5, fake_tick, NULL);

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

void
fake_call_free (FakeCall *call)
{
  g_object_unref (call->message);
  g_free (call->method);
  g_free (call->path);
  g_free (call->sender);
  g_free (call->arguments);
  g_free (call);
}

static void
fake_agent_free (gpointer data)
{
  FakeAgent *agent = data;

  g_free (agent->sender);
  g_free (agent->path);
  g_free (agent->capability);
  g_free (agent);
}

static void
send (FakeBluez *self, GDBusMessage *message)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, &error);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    g_assert_no_error (error);
}

void
fake_bluez_answer (FakeBluez *self, FakeCall *call, GVariant *value)
{
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (call->message);

  if (value != NULL)
    g_dbus_message_set_body (reply, value);
  send (self, reply);
}

void
fake_bluez_answer_error (FakeBluez *self, FakeCall *call, const char *error)
{
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_error_literal (call->message, error, "as the test wants it");

  send (self, reply);
}

static FakeAgent *
find_agent (FakeBluez *self, const char *sender)
{
  for (guint i = 0; i < self->agents->len; i++)
    if (g_str_equal (((FakeAgent *) self->agents->pdata[i])->sender, sender))
      return self->agents->pdata[i];
  return NULL;
}

static void
answer_register (FakeBluez *self, FakeCall *call)
{
  FakeAgent *agent;

  if (find_agent (self, call->sender) != NULL)
    {
      fake_bluez_answer_error (self, call, "org.bluez.Error.AlreadyExists");
      return;
    }
  agent = g_new0 (FakeAgent, 1);
  agent->sender = g_strdup (call->sender);
  g_variant_get (g_dbus_message_get_body (call->message), "(os)", &agent->path, &agent->capability);
  g_ptr_array_add (self->agents, agent);
  fake_bluez_answer (self, call, NULL);
}

static void
answer_default (FakeBluez *self, FakeCall *call)
{
  FakeAgent *agent = find_agent (self, call->sender);
  guint index = 0;

  if (agent == NULL)
    {
      fake_bluez_answer_error (self, call, "org.bluez.Error.DoesNotExist");
      return;
    }
  g_ptr_array_find (self->agents, agent, &index);
  g_ptr_array_steal_index (self->agents, index);
  g_ptr_array_insert (self->agents, 0, agent);
  fake_bluez_answer (self, call, NULL);
}

static void
answer_unregister (FakeBluez *self, FakeCall *call)
{
  FakeAgent *agent = find_agent (self, call->sender);

  if (agent == NULL)
    {
      fake_bluez_answer_error (self, call, "org.bluez.Error.DoesNotExist");
      return;
    }
  g_ptr_array_remove (self->agents, agent);
  fake_bluez_answer (self, call, NULL);
}

static void
answer_get_all (FakeBluez *self, FakeCall *call)
{
  GVariant *interfaces = g_hash_table_lookup (self->objects, call->path);
  g_autoptr (GVariant) properties = NULL;
  const char *interface;

  g_variant_get (g_dbus_message_get_body (call->message), "(&s)", &interface);
  if (interfaces != NULL)
    properties = g_variant_lookup_value (interfaces, interface, G_VARIANT_TYPE_VARDICT);
  if (properties != NULL)
    fake_bluez_answer (self, call, g_variant_new ("(@a{sv})", properties));
  else
    fake_bluez_answer_error (self, call, "org.freedesktop.DBus.Error.UnknownObject");
}

static void
answer_get (FakeBluez *self, FakeCall *call)
{
  GVariant *interfaces = g_hash_table_lookup (self->objects, call->path);
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *interface, *name;

  g_variant_get (g_dbus_message_get_body (call->message), "(&s&s)", &interface, &name);
  if (interfaces != NULL)
    properties = g_variant_lookup_value (interfaces, interface, G_VARIANT_TYPE_VARDICT);
  value = properties != NULL ? g_variant_lookup_value (properties, name, NULL) : NULL;
  if (value != NULL)
    fake_bluez_answer (self, call, g_variant_new ("(v)", value));
  else
    fake_bluez_answer_error (self, call, "org.freedesktop.DBus.Error.UnknownObject");
}

static void
answer_objects (FakeBluez *self, FakeCall *call)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer path, interfaces;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, &path, &interfaces))
    g_variant_builder_add (&builder, "{o@a{sa{sv}}}", path, interfaces);
  fake_bluez_answer (self, call, g_variant_new ("(a{oa{sa{sv}}})", &builder));
}

static void
answer_introspect (FakeBluez *self, FakeCall *call)
{
  g_autoptr (GString) xml = g_string_new ("<node>");
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (strchr ((char *) path + strlen ("/org/bluez/"), '/') == NULL)
      g_string_append_printf (xml, "<node name=\"%s\"/>", (char *) path + strlen ("/org/bluez/"));
  g_string_append (xml, "</node>");
  fake_bluez_answer (self, call, g_variant_new ("(s)", xml->str));
}

static void
answer_set (FakeBluez *self, FakeCall *call)
{
  const char *interface, *name;
  g_autoptr (GVariant) value = NULL;
  g_autofree char *changed = NULL;
  g_autofree char *text = NULL;

  g_variant_get (g_dbus_message_get_body (call->message), "(&s&sv)", &interface, &name, &value);
  fake_bluez_answer (self, call, NULL);
  text = g_variant_print (value, TRUE);
  changed = g_strdup_printf ("{'%s': <%s>}", name, text);
  fake_bluez_change (self, call->path, interface, changed, "[]");
}

static void
answer_nothing (FakeBluez *self, FakeCall *call)
{
  fake_bluez_answer (self, call, NULL);
}

static const struct
{
  const char *method;
  void (*answer) (FakeBluez *self, FakeCall *call);
} known[] = {
  { "RegisterAgent", answer_register },
  { "RequestDefaultAgent", answer_default },
  { "UnregisterAgent", answer_unregister },
  { "Get", answer_get },
  { "GetAll", answer_get_all },
  { "GetManagedObjects", answer_objects },
  { "Introspect", answer_introspect },
  { "Set", answer_set },
  { "Pair", answer_nothing },
  { "CancelPairing", answer_nothing },
  { "Connect", answer_nothing },
  { "Disconnect", answer_nothing },
  { "RemoveDevice", answer_nothing },
  { "StartDiscovery", answer_nothing },
  { "StopDiscovery", answer_nothing },
  { "SetDiscoveryFilter", answer_nothing },
};

static void
answer (FakeBluez *self, FakeCall *call)
{
  g_autofree char *method = NULL;
  g_autofree char *error = NULL;

  if (g_hash_table_contains (self->held, call->method))
    return;
  if (g_hash_table_steal_extended (self->errors, call->method, (gpointer *) &method, (gpointer *) &error))
    {
      fake_bluez_answer_error (self, call, error);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].method, call->method))
      {
        known[i].answer (self, call);
        return;
      }
  fake_bluez_answer_error (self, call, "org.freedesktop.DBus.Error.UnknownMethod");
}

typedef struct
{
  FakeBluez *bluez;
  GDBusMessage *message;
} Arrival;

static gboolean
on_arrival (gpointer data)
{
  g_autofree Arrival *arrival = data;
  GVariant *body = g_dbus_message_get_body (arrival->message);
  FakeCall *call = g_new0 (FakeCall, 1);

  call->message = arrival->message;
  call->method = g_strdup (g_dbus_message_get_member (call->message));
  call->path = g_strdup (g_dbus_message_get_path (call->message));
  call->sender = g_strdup (g_dbus_message_get_sender (call->message));
  call->arguments = body != NULL ? g_variant_print (body, FALSE) : g_strdup ("()");
  g_queue_push_tail (&arrival->bluez->calls, call);
  answer (arrival->bluez, call);
  return G_SOURCE_REMOVE;
}

/* In GDBus's thread. */
static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  Arrival *arrival;

  (void) connection;
  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  arrival = g_new0 (Arrival, 1);
  arrival->bluez = data;
  arrival->message = message;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_arrival, arrival, NULL);
  return NULL;
}

FakeBluez *
fake_bluez_new (const char *bus_address)
{
  FakeBluez *self = g_new0 (FakeBluez, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  self->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  self->agents = g_ptr_array_new_with_free_func (fake_agent_free);
  self->errors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->calls);
  self->connection = g_dbus_connection_new_for_address_sync (
      bus_address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL,
      &error);
  g_assert_no_error (error);
  self->filter = g_dbus_connection_add_filter (self->connection, on_message, self, NULL);
  reply = g_dbus_connection_call_sync (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", "org.bluez", 0u), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  return self;
}

void
fake_bluez_die (FakeBluez *self)
{
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_dbus_connection_remove_filter (self->connection, self->filter);
  fake_wait_ms (20);
  g_queue_clear_full (&self->calls, (GDestroyNotify) fake_call_free);
  g_object_unref (self->connection);
  g_hash_table_unref (self->objects);
  g_ptr_array_unref (self->agents);
  g_hash_table_unref (self->errors);
  g_hash_table_unref (self->held);
  g_free (self);
}

static GVariant *
parse (const char *type, const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (G_VARIANT_TYPE (type), text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

static GVariant *
interfaces_of (const char *interface, const char *properties)
{
  g_autoptr (GVariant) parsed = parse ("a{sv}", properties);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&builder, "{s@a{sv}}", interface, parsed);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

void
fake_bluez_add (FakeBluez *self, const char *path, const char *interface, const char *properties)
{
  g_hash_table_replace (self->objects, g_strdup (path), interfaces_of (interface, properties));
}

static void
emit (FakeBluez *self, const char *path, const char *interface, const char *name, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (self->connection, NULL, path, interface, name, parameters, &error);
  g_assert_no_error (error);
}

void
fake_bluez_announce (FakeBluez *self, const char *path, const char *interface, const char *properties)
{
  fake_bluez_add (self, path, interface, properties);
  emit (self, "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
        g_variant_new ("(o@a{sa{sv}})", path, g_hash_table_lookup (self->objects, path)));
}

void
fake_bluez_remove (FakeBluez *self, const char *path, const char *interface)
{
  const char *const interfaces[] = { interface, NULL };

  g_hash_table_remove (self->objects, path);
  emit (self, "/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", g_variant_new ("(o^as)", path, interfaces));
}

void
fake_bluez_change (FakeBluez *self, const char *path, const char *interface, const char *changed, const char *invalidated)
{
  g_autoptr (GVariant) dict = parse ("a{sv}", changed);
  g_autoptr (GVariant) names = parse ("as", invalidated);

  emit (self, path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
        g_variant_new ("(s@a{sv}@as)", interface, dict, names));
}

void
fake_bluez_fail (FakeBluez *self, const char *method, const char *error)
{
  g_hash_table_replace (self->errors, g_strdup (method), g_strdup (error));
}

void
fake_bluez_hold (FakeBluez *self, const char *method)
{
  g_hash_table_add (self->held, g_strdup (method));
}

static FakeCall *
pop (FakeBluez *self, const char *method)
{
  FakeCall *call;

  while ((call = g_queue_pop_head (&self->calls)) != NULL)
    {
      if (g_str_equal (call->method, method))
        return call;
      fake_call_free (call);
    }
  return NULL;
}

FakeCall *
fake_bluez_expect (FakeBluez *self, const char *method)
{
  FakeCall *call = NULL;
  gint64 deadline = g_get_monotonic_time () + FAKE_PATIENCE;

  while ((call = pop (self, method)) == NULL && g_get_monotonic_time () < deadline)
    fake_wait_ms (1);
  if (call == NULL)
    g_error ("%s was not called", method);
  return call;
}

guint
fake_bluez_forget (FakeBluez *self, const char *method)
{
  FakeCall *call;
  guint n = 0;

  fake_wait_ms (30);
  while ((call = pop (self, method)) != NULL)
    {
      n++;
      fake_call_free (call);
    }
  return n;
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  FakeQuestion *question = data;
  g_autoptr (GError) error = NULL;

  question->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  question->error = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;
  question->done = TRUE;
}

FakeQuestion *
fake_bluez_ask (FakeBluez *self, const FakeAgent *agent, const char *method, GVariant *parameters)
{
  FakeQuestion *question = g_new0 (FakeQuestion, 1);

  g_dbus_connection_call (self->connection, agent->sender, agent->path, "org.bluez.Agent1", method, parameters, NULL,
                          G_DBUS_CALL_FLAGS_NONE, FAKE_PATIENCE / 1000, NULL, on_answered, question);
  return question;
}

void
fake_question_wait (FakeQuestion *question)
{
  fake_wait_until (question->done);
}

void
fake_question_free (FakeQuestion *question)
{
  g_assert_true (question->done);
  g_clear_pointer (&question->reply, g_variant_unref);
  g_free (question->error);
  g_free (question);
}
