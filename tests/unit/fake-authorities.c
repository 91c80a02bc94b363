/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "fake-authorities.h"

#include <sys/socket.h>

static const char xml[] =
  "<node><interface name='org.freedesktop.DBus'>"
  "<method name='Hello'><arg type='s' direction='out'/></method>"
  "<method name='AddMatch'><arg type='s' direction='in'/></method>"
  "<method name='RemoveMatch'><arg type='s' direction='in'/></method>"
  "<method name='GetConnectionUnixUser'><arg type='s' direction='in'/><arg type='u' direction='out'/></method>"
  "<method name='GetConnectionCredentials'><arg type='s' direction='in'/><arg type='a{sv}' direction='out'/></method>"
  "</interface><interface name='org.freedesktop.PolicyKit1.Authority'>"
  "<method name='CheckAuthorization'><arg type='(sa{sv})' direction='in'/><arg type='s' direction='in'/><arg type='a{ss}' direction='in'/>"
  "<arg type='u' direction='in'/><arg type='s' direction='in'/><arg type='(bba{ss})' direction='out'/></method>"
  "<method name='CancelCheckAuthorization'><arg type='s' direction='in'/></method></interface></node>";

static void
answer (GDBusMethodInvocation *invocation, FakePolkit how)
{
  GVariantBuilder details;
  GDBusMessage *reply;

  switch (how)
    {
    case FAKE_POLKIT_YES:
    case FAKE_POLKIT_NO:
    case FAKE_POLKIT_CHALLENGE:
    case FAKE_POLKIT_DISMISSED:
      g_variant_builder_init (&details, G_VARIANT_TYPE ("a{ss}"));
      if (how == FAKE_POLKIT_DISMISSED)
        g_variant_builder_add (&details, "{ss}", "polkit.dismissed", "true");
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("((bba{ss}))", how == FAKE_POLKIT_YES, how == FAKE_POLKIT_CHALLENGE, &details));
      break;
    case FAKE_POLKIT_ERROR:
      g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.PolicyKit1.Error.Failed", "no such action");
      break;
    case FAKE_POLKIT_GARBAGE:
      reply = g_dbus_message_new_method_reply (g_dbus_method_invocation_get_message (invocation));
      g_dbus_message_set_body (reply, g_variant_new ("(b)", TRUE));
      g_dbus_connection_send_message (g_dbus_method_invocation_get_connection (invocation), reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
      g_object_unref (reply);
      g_object_unref (invocation);
      break;
    case FAKE_POLKIT_HANGS:
      g_assert_not_reached ();
    }
}

static void
on_check (FakeAuthorities *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) details = NULL;
  guint flags;

  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->action, g_free);
  g_clear_pointer (&self->cancellation_id, g_free);
  g_variant_get (parameters, "((s@a{sv})sa{ss}us)", &self->subject, &details, &self->action, NULL, &flags, &self->cancellation_id);
  g_assert_cmpstr (self->subject, ==, "system-bus-name");
  g_clear_pointer (&self->subject, g_free);
  g_assert_true (g_variant_lookup (details, "name", "s", &self->subject));
  g_assert_cmpuint (flags & ~1u, ==, 0);
  self->n_asked++;
  self->n_dialogs += flags;
  if (self->polkit == FAKE_POLKIT_HANGS)
    g_ptr_array_add (self->hanging, invocation);
  else
    answer (invocation, self->polkit);
}

static GVariant *
credentials (FakeAuthorities *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (self->uid != FAKE_UID_UNKNOWN)
    g_variant_dict_insert (&dict, "UnixUserID", "u", self->uid);
  if (self->groups != NULL)
    g_variant_dict_insert_value (&dict, "UnixGroupIDs", self->groups);
  return g_variant_new ("(@a{sv})", g_variant_dict_end (&dict));
}

static void
on_user (FakeAuthorities *self, gboolean all, GDBusMethodInvocation *invocation)
{
  self->n_named++;
  if (self->uid == FAKE_UID_GONE)
    g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.DBus.Error.NameHasNoOwner", "nobody");
  else if (all)
    g_dbus_method_invocation_return_value (invocation, credentials (self));
  else if (self->uid == FAKE_UID_UNKNOWN)
    g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.DBus.Error.Failed", "not known");
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", self->uid));
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method, GVariant *parameters,
         GDBusMethodInvocation *invocation, gpointer data)
{
  FakeAuthorities *self = data;
  char *id;

  (void) connection, (void) sender, (void) path, (void) interface;
  if (g_str_equal (method, "CheckAuthorization"))
    on_check (self, parameters, invocation);
  else if (g_str_has_prefix (method, "GetConnection"))
    on_user (self, g_str_has_suffix (method, "Credentials"), invocation);
  else
    {
      if (g_str_equal (method, "CancelCheckAuthorization"))
        {
          g_variant_get (parameters, "(s)", &id);
          g_ptr_array_add (self->cancelled, id);
        }
      g_dbus_method_invocation_return_value (invocation, g_str_equal (method, "Hello") ? g_variant_new ("(s)", ":1.1") : NULL);
    }
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) source;
  *(GDBusConnection **) data = g_dbus_connection_new_finish (result, &error);
  g_assert_no_error (error);
}

static GIOStream *
stream_of (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static void
publish (FakeAuthorities *self)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, NULL);
  const char *const paths[] = { "/org/freedesktop/DBus", "/org/freedesktop/PolicyKit1/Authority" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpuint (g_dbus_connection_register_object (self->server, paths[i], node->interfaces[i], &vtable, self, NULL, NULL), !=, 0);
  g_dbus_connection_start_message_processing (self->server);
}

FakeAuthorities *
fake_authorities_new (void)
{
  FakeAuthorities *self = g_new0 (FakeAuthorities, 1);
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GIOStream) here = NULL, there = NULL;
  int fds[2];

  self->hanging = g_ptr_array_new ();
  self->cancelled = g_ptr_array_new_with_free_func (g_free);
  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  here = stream_of (fds[0]);
  there = stream_of (fds[1]);
  g_dbus_connection_new (there, guid, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                         NULL, NULL, on_made, &self->server);
  g_dbus_connection_new (here, NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
                         NULL, on_made, &self->bus);
  while (self->server == NULL)
    g_main_context_iteration (NULL, TRUE);
  publish (self);
  while (self->bus == NULL)
    g_main_context_iteration (NULL, TRUE);
  return self;
}

void
fake_authorities_free (FakeAuthorities *self)
{
  while (self->hanging->len > 0)
    fake_authorities_answer (self, 0, FAKE_POLKIT_ERROR);
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  g_dbus_connection_close_sync (self->server, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->bus);
  g_object_unref (self->server);
  g_ptr_array_unref (self->hanging);
  g_ptr_array_unref (self->cancelled);
  g_clear_pointer (&self->groups, g_variant_unref);
  g_free (self->subject);
  g_free (self->action);
  g_free (self->cancellation_id);
  g_free (self);
}

void
fake_authorities_leave (FakeAuthorities *self, const char *name)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_signal ("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged");

  g_dbus_message_set_sender (message, "org.freedesktop.DBus");
  g_dbus_message_set_body (message, g_variant_new ("(sss)", name, name, ""));
  g_assert_true (g_dbus_connection_send_message (self->server, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL));
}

void
fake_authorities_answer (FakeAuthorities *self, guint index, FakePolkit how)
{
  answer (g_ptr_array_steal_index (self->hanging, index), how);
}
