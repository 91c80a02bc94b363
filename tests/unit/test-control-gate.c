/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What is not in the gate's table is denied, also when everybody may do everything. */
#include "control/gate.h"
#include "fake-authorities.h"

#define PATH "/org/pairward"

/* A daemon that offers more than its table of rights knows. */
static const char xml[] =
  "<node><interface name='org.pairward.Manager1'>"
  "<method name='Forgotten'/><property name='Forgotten' type='u' access='readwrite'/>"
  "</interface></node>";

typedef struct
{
  guint n_closed, n_written;
  GVariant *reply;
  GError *error;
} World;

static gboolean
on_close (PrwDbusManager1 *skeleton, GDBusMethodInvocation *invocation, World *world)
{
  world->n_closed++;
  prw_dbus_manager1_complete_close_pairing_window (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_write (GDBusMethodInvocation *invocation, const char *property, GVariant *value, gpointer data)
{
  (void) property, (void) value;
  ((World *) data)->n_written++;
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  World *world = data;

  world->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &world->error);
}

/* NULL: it went through; else the name of the error, until the next. */
static const char *
call (FakeAuthorities *fake, World *world, const char *interface, const char *method, GVariant *parameters)
{
  static char *name;

  g_clear_pointer (&world->reply, g_variant_unref);
  g_clear_error (&world->error);
  g_clear_pointer (&name, g_free);
  g_dbus_connection_call (fake->server, NULL, PATH, interface, method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_reply, world);
  while (world->reply == NULL && world->error == NULL)
    g_main_context_iteration (NULL, TRUE);
  name = world->error != NULL ? g_dbus_error_get_remote_error (world->error) : NULL;
  return name;
}

/* The methods that are listed are the generated ones: the skeleton knows more of them than GDBus does. */
static void
test_not_listed (void)
{
  g_autoptr (FakeAuthorities) fake = fake_authorities_new ();
  g_autoptr (PrwAuthority) everybody = prw_trusting_authority_new ();
  g_autoptr (PrwGate) gate = prw_gate_new (everybody);
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, NULL);
  World world = { .n_closed = 0 };
  g_autoptr (PrwDbusManager1) skeleton = prw_gate_skeleton_new (gate, prw_gated_manager_get_type (), on_write, &world);
  GDBusMethodInfo *methods[] = { g_dbus_interface_info_lookup_method (prw_dbus_manager1_interface_info (), "ClosePairingWindow"),
                                 node->interfaces[0]->methods[0], NULL };
  GDBusPropertyInfo *properties[] = { g_dbus_interface_info_lookup_property (prw_dbus_manager1_interface_info (), "PairingPolicy"),
                                      node->interfaces[0]->properties[0], NULL };
  GDBusInterfaceInfo offered = { .ref_count = -1, .name = (char *) "org.pairward.Manager1", .methods = methods, .properties = properties };
  const GDBusInterfaceVTable *vtable = g_dbus_interface_skeleton_get_vtable (G_DBUS_INTERFACE_SKELETON (skeleton));
  guint id = g_dbus_connection_register_object (fake->bus, PATH, &offered, vtable, skeleton, NULL, NULL);

  g_assert_cmpuint (id, !=, 0);
  g_signal_connect (skeleton, "handle-close-pairing-window", G_CALLBACK (on_close), &world);
  g_assert_cmpstr (call (fake, &world, "org.pairward.Manager1", "ClosePairingWindow", NULL), ==, NULL);
  g_assert_cmpstr (call (fake, &world, "org.freedesktop.DBus.Properties", "Set",
                         g_variant_new ("(ssv)", "org.pairward.Manager1", "PairingPolicy", g_variant_new_uint32 (0))), ==, NULL);
  g_assert_cmpuint (world.n_closed + world.n_written, ==, 2);
  g_assert_cmpstr (call (fake, &world, "org.pairward.Manager1", "Forgotten", NULL), ==, "org.pairward.Error.NotAuthorized");
  g_assert_cmpstr (call (fake, &world, "org.freedesktop.DBus.Properties", "Set",
                         g_variant_new ("(ssv)", "org.pairward.Manager1", "Forgotten", g_variant_new_uint32 (0))), ==,
                   "org.pairward.Error.NotAuthorized");
  g_assert_cmpuint (world.n_closed + world.n_written, ==, 2);
  g_clear_error (&world.error);
  g_clear_pointer (&world.reply, g_variant_unref);
  g_dbus_connection_unregister_object (fake->bus, id);
  prw_gate_skeleton_detach (skeleton);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/gate/not-listed", test_not_listed);
  return g_test_run ();
}
