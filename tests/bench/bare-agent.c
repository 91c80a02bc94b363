/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two limits of the benchmark: the least a pairing agent on GDBus can do. It accepts everything: a measuring stick,
 * not an agent to use. */
#include "config.h"

#include <gio/gio.h>
#include <stdlib.h>

#define AGENT_PATH "/org/pairward/bench/agent"

static const char agent_xml[] =
  "<node><interface name='org.bluez.Agent1'>"
  "<method name='Release'/>"
  "<method name='RequestAuthorization'><arg type='o' direction='in'/></method>"
  "<method name='Cancel'/>"
  "</interface></node>";

static gboolean opt_read;

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GError) error = NULL;
  gboolean paired = FALSE;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply == NULL)
    {
      g_dbus_method_invocation_return_dbus_error (invocation, "org.bluez.Error.Rejected", error->message);
      return;
    }

  /* A decision looks at something at least; the answer is yes all the same. */
  properties = g_variant_get_child_value (reply, 0);
  g_variant_lookup (properties, "Paired", "b", &paired);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
on_method_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                const char *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  const char *device;

  if (!opt_read || !g_str_equal (method, "RequestAuthorization"))
    {
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }

  g_variant_get (parameters, "(&o)", &device);
  g_dbus_connection_call (connection, "org.bluez", device, "org.freedesktop.DBus.Properties", "GetAll",
                          g_variant_new ("(s)", "org.bluez.Device1"), G_VARIANT_TYPE ("(a{sv})"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_read, invocation);
}

static const GDBusInterfaceVTable vtable = { .method_call = on_method_call };

static void
on_default (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply == NULL)
    g_printerr ("bare-agent: RequestDefaultAgent: %s\n", error->message);
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply == NULL)
    {
      g_printerr ("bare-agent: RegisterAgent: %s\n", error->message);
      exit (EXIT_FAILURE);
    }

  g_dbus_connection_call (G_DBUS_CONNECTION (source), "org.bluez", "/org/bluez", "org.bluez.AgentManager1",
                          "RequestDefaultAgent", g_variant_new ("(o)", AGENT_PATH), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_default, NULL);
}

int
main (int argc, char *argv[])
{
  gboolean at_once = FALSE;
  const GOptionEntry entries[] = {
    { "at-once", 0, 0, G_OPTION_ARG_NONE, &at_once, "Answer at once", NULL },
    { "read", 0, 0, G_OPTION_ARG_NONE, &opt_read, "Read the device before answering", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GDBusNodeInfo) info = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    goto fail;
  if (at_once == opt_read)
    {
      g_printerr ("bare-agent: say --at-once or --read\n");
      return 2;
    }

  connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  if (connection == NULL)
    goto fail;
  info = g_dbus_node_info_new_for_xml (agent_xml, &error);
  if (info == NULL)
    goto fail;
  if (g_dbus_connection_register_object (connection, AGENT_PATH, info->interfaces[0], &vtable, NULL, NULL, &error) == 0)
    goto fail;
  g_dbus_connection_call (connection, "org.bluez", "/org/bluez", "org.bluez.AgentManager1", "RegisterAgent",
                          g_variant_new ("(os)", AGENT_PATH, "NoInputNoOutput"), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_registered, NULL);
  g_main_loop_run (loop);
  return EXIT_SUCCESS;

fail:
  g_printerr ("bare-agent: %s\n", error->message);
  return EXIT_FAILURE;
}
