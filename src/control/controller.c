/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "control/absent.h"
#include "control/errors.h"
#include "control/objects.h"
#include "policy/address.h"

struct _PrwControllerObject
{
  PrwEngine *engine;
  GDBusObjectManagerServer *server;
  PrwAdapter *adapter; /* as bluetoothd had it last */
  char *path;
  PrwDbusController1 *skeleton;
  guint absent_id; /* of peers that are not there */
};

static const char *
static_address (const PrwControllerState *state, const PrwAdapter *adapter)
{
  if (*state->written_static_address != '\0')
    return state->written_static_address;
  return state->static_address ? adapter->address : "";
}

static void
sync_properties (PrwControllerObject *self)
{
  PrwControllers *controllers = prw_engine_get_controllers (self->engine);
  const PrwBoardInfo *board = prw_controllers_get_board (controllers, self->adapter->name);
  PrwDbusController1 *s = self->skeleton;
  const char *transports[3] = { NULL };
  PrwControllerState state;
  guint n = 0;

  /* all zero where it is not known */
  prw_kernel_get_controller (prw_engine_get_kernel (self->engine), self->adapter->name, &state);
  prw_dbus_controller1_set_address (s, self->adapter->address);
  prw_dbus_controller1_set_address_type (s, self->adapter->address_type);
  prw_dbus_controller1_set_manufacturer (s, self->adapter->manufacturer);
  prw_dbus_controller1_set_secure_connections (s, prw_secure_connections_to_string (state.secure_connections));
  /* The kernel shows no more than that such keys are kept: unless we know better, they may be in use. */
  prw_dbus_controller1_set_debug_keys (s, state.debug_keys != PRW_DEBUG_KEYS_DISCARD);
  prw_dbus_controller1_set_static_address (s, static_address (&state, self->adapter));
  prw_dbus_controller1_set_firmware (s, board != NULL ? board->firmware : "");
  if (state.le)
    transports[n++] = prw_transport_to_string (PRW_TRANSPORT_LE);
  if (state.bredr)
    transports[n++] = prw_transport_to_string (PRW_TRANSPORT_BREDR);
  prw_dbus_controller1_set_transports (s, transports);
  prw_dbus_controller1_set_unapplied (s, prw_controllers_dup_unapplied (controllers, self->adapter->name));
}

static void
on_changed (PrwControllerObject *self, const char *adapter)
{
  if (!g_str_equal (adapter, self->adapter->name))
    return;
  sync_properties (self);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->skeleton)); /* before whoever wrote is answered */
}

/* A write that the kernel has been asked for. @lacking: (nullable): what it means when the controller cannot */
typedef struct
{
  GDBusMethodInvocation *invocation;
  const char *lacking;
} Write;

static Write *
write_new (PrwControllerObject *self, GDBusMethodInvocation *invocation, const char *lacking)
{
  Write *write = g_new0 (Write, 1);

  write->invocation = invocation;
  write->lacking = prw_kernel_is_linked (prw_engine_get_kernel (self->engine)) ? lacking : NULL;
  return write;
}

static void
end_write (Write *write, GError *error)
{
  if (write->lacking != NULL && g_error_matches (error, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED))
    prw_errors_return_new (write->invocation, PRW_ERROR_NOT_SUPPORTED, "%s (%s)", write->lacking, error->message);
  else
    prw_errors_return_outcome (write->invocation, error);
  g_free (write);
}

static void
on_switched (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  prw_leases_set_finish (PRW_LEASES (source), result, &error);
  end_write (data, error);
}

static void
write_secure_connections (PrwControllerObject *self, GDBusMethodInvocation *invocation, const char *text)
{
  g_autoptr (GError) error = NULL;
  PrwSecureConnections value;

  if (prw_secure_connections_from_string (text, &value, &error))
    prw_leases_set_secure_connections_async (prw_engine_get_leases (self->engine), self->adapter->name, value, on_switched,
                                             write_new (self, invocation, _("this controller has no Secure Connections: pairings reach the level "
                                                                          "mitm at best, and everything else works")));
  else
    prw_errors_return (invocation, error);
}

static void
on_static_address (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  prw_kernel_call_finish (PRW_KERNEL (source), result, &error);
  end_write (data, error);
}

/* Two bits say that it is static, and of the rest not all are alike (Core 5.4 Vol 6 Part B 1.3.2.1). */
static gboolean
is_static_address (const char *text, char *address)
{
  static const char digits[] = "CDEF";

  return prw_address_normalize (text, address) && strchr (digits, *address) != NULL &&
         strcmp (address, "FF:FF:FF:FF:FF:FF") != 0 && strcmp (address, "C0:00:00:00:00:00") != 0;
}

static void
write_static_address (PrwControllerObject *self, GDBusMethodInvocation *invocation, const char *text)
{
  PrwKernel *kernel = prw_engine_get_kernel (self->engine);
  char address[PRW_ADDRESS_LEN + 1] = "";
  PrwControllerState state;

  if (*text != '\0' && !is_static_address (text, address))
    prw_errors_return_new (invocation, PRW_ERROR_INVALID_ARGUMENTS,
                           _("StaticAddress is no static random address: one begins with C, D, E or F; \"\" is none"));
  else if (prw_kernel_get_controller (kernel, self->adapter->name, &state) && state.powered)
    prw_errors_return_new (invocation, PRW_ERROR_NOT_READY, _("StaticAddress can be written only while %s is powered off"), self->adapter->name);
  else if (*text == '\0' && g_str_equal (self->adapter->address_type, "random"))
    prw_errors_return_new (invocation, PRW_ERROR_INVALID_OPERATION,
                           _("%s has no public address: without a static one it could not be powered on again until it is plugged in anew"),
                           self->adapter->name);
  else
    prw_kernel_set_static_address_async (kernel, self->adapter->name, address, on_static_address,
                                         write_new (self, invocation, _("this controller has no LE, which alone has static addresses; its public "
                                                                      "address stays its identity")));
}

static void
on_write (GDBusMethodInvocation *invocation, const char *property, GVariant *value, gpointer data)
{
  PrwControllerObject *self = data;
  PrwDebugKeys debug_keys;

  if (g_str_equal (property, "SecureConnections"))
    write_secure_connections (self, invocation, g_variant_get_string (value, NULL));
  else if (g_str_equal (property, "StaticAddress"))
    write_static_address (self, invocation, g_variant_get_string (value, NULL));
  else
    {
      debug_keys = g_variant_get_boolean (value) ? PRW_DEBUG_KEYS_USE : PRW_DEBUG_KEYS_DISCARD;
      prw_leases_set_debug_keys_async (prw_engine_get_leases (self->engine), self->adapter->name, debug_keys, on_switched,
                                       write_new (self, invocation, _("this kernel does not let the debug key be used; pairings with secret keys "
                                                                    "work")));
    }
}

void
prw_controller_object_update (PrwControllerObject *self, PrwAdapter *adapter)
{
  prw_adapter_ref (adapter);
  g_clear_pointer (&self->adapter, prw_adapter_unref);
  self->adapter = adapter;
  sync_properties (self);
}

PrwControllerObject *
prw_controller_object_new (PrwEngine *engine, GDBusObjectManagerServer *server, PrwGate *gate, PrwAdapter *adapter)
{
  PrwControllerObject *self = g_new0 (PrwControllerObject, 1);
  g_autoptr (GDBusConnection) connection = g_dbus_object_manager_server_get_connection (server);
  g_autoptr (PrwDbusObjectSkeleton) object = NULL;

  self->engine = g_object_ref (engine);
  self->server = g_object_ref (server);
  self->path = g_strconcat ("/org/pairward/", adapter->name, NULL);
  self->skeleton = prw_gate_skeleton_new (gate, prw_gated_controller_get_type (), on_write, self);
  prw_controller_object_update (self, adapter);
  g_signal_connect_swapped (prw_engine_get_kernel (engine), "controller-changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (prw_engine_get_controllers (engine), "changed", G_CALLBACK (on_changed), self);
  object = prw_dbus_object_skeleton_new (self->path);
  prw_dbus_object_skeleton_set_controller1 (object, self->skeleton);
  g_dbus_object_manager_server_export (server, G_DBUS_OBJECT_SKELETON (object));
  self->absent_id = prw_absent_register (connection, self->path, prw_dbus_security_manager1_interface_info (), NULL, NULL, NULL);
  return self;
}

void
prw_controller_object_free (PrwControllerObject *self)
{
  g_autoptr (GDBusConnection) connection = g_dbus_object_manager_server_get_connection (self->server);

  g_signal_handlers_disconnect_by_data (prw_engine_get_kernel (self->engine), self);
  g_signal_handlers_disconnect_by_data (prw_engine_get_controllers (self->engine), self);
  if (self->absent_id != 0)
    g_dbus_connection_unregister_subtree (connection, self->absent_id);
  prw_gate_skeleton_detach (self->skeleton);
  g_dbus_object_manager_server_unexport (self->server, self->path);
  g_object_unref (self->skeleton);
  g_object_unref (self->server);
  prw_adapter_unref (self->adapter);
  g_object_unref (self->engine);
  g_free (self->path);
  g_free (self);
}
