/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/kernel.h"

#include <string.h>

#include <glib/gi18n.h>

#include "core/error.h"

G_DEFINE_INTERFACE (PrwKernel, prw_kernel, G_TYPE_OBJECT)

static const char *const secure_connections_names[] = { "", "off", "on", "only" };

const char *
prw_secure_connections_to_string (PrwSecureConnections value)
{
  return (guint) value < G_N_ELEMENTS (secure_connections_names) ? secure_connections_names[value] : "";
}

gboolean
prw_secure_connections_from_string (const char *text, PrwSecureConnections *out, GError **error)
{
  for (guint i = PRW_SECURE_CONNECTIONS_OFF; i < G_N_ELEMENTS (secure_connections_names); i++)
    if (g_ascii_strcasecmp (text, secure_connections_names[i]) == 0)
      {
        *out = (PrwSecureConnections) i;
        return TRUE;
      }
  g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, _("\"%s\" is none of off, on, only"), text);
  return FALSE;
}

PrwOobData *
prw_oob_data_new (void)
{
  return g_new0 (PrwOobData, 1);
}

void
prw_oob_data_free (PrwOobData *data)
{
  if (data == NULL)
    return;
  explicit_bzero (data, sizeof *data);
  g_free (data);
}

static void
prw_kernel_default_init (PrwKernelInterface *iface)
{
  g_signal_new ("link-event", PRW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_POINTER);
  g_signal_new ("identity-resolved", PRW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT);
  g_signal_new ("controller-changed", PRW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("lost", PRW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

gboolean
prw_kernel_is_linked (PrwKernel *self)
{
  return PRW_KERNEL_GET_IFACE (self)->is_linked (self);
}

gboolean
prw_kernel_get_controller (PrwKernel *self, const char *adapter, PrwControllerState *state)
{
  *state = (PrwControllerState) { 0 };
  return PRW_KERNEL_GET_IFACE (self)->get_controller (self, adapter, state);
}

gboolean
prw_kernel_is_le_only (PrwKernel *self, const char *adapter)
{
  PrwControllerState state;

  return prw_kernel_get_controller (self, adapter, &state) && state.le && !state.bredr;
}

void
prw_kernel_set_secure_connections_async (PrwKernel *self, const char *adapter, PrwSecureConnections value,
                                         GAsyncReadyCallback callback, gpointer data)
{
  PRW_KERNEL_GET_IFACE (self)->set_secure_connections (self, adapter, value, g_task_new (self, NULL, callback, data));
}

void
prw_kernel_set_debug_keys_async (PrwKernel *self, const char *adapter, PrwDebugKeys value, GAsyncReadyCallback callback, gpointer data)
{
  PRW_KERNEL_GET_IFACE (self)->set_debug_keys (self, adapter, value, g_task_new (self, NULL, callback, data));
}

void
prw_kernel_set_static_address_async (PrwKernel *self, const char *adapter, const char *address, GAsyncReadyCallback callback, gpointer data)
{
  PRW_KERNEL_GET_IFACE (self)->set_static_address (self, adapter, address, g_task_new (self, NULL, callback, data));
}

void
prw_kernel_read_local_oob_async (PrwKernel *self, const char *adapter, PrwTransport transport, GAsyncReadyCallback callback, gpointer data)
{
  PRW_KERNEL_GET_IFACE (self)->read_local_oob (self, adapter, transport, g_task_new (self, NULL, callback, data));
}

PrwOobData *
prw_kernel_read_local_oob_finish (PrwKernel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
prw_kernel_add_remote_oob_async (PrwKernel *self, const char *adapter, const char *address, PrwTransport transport,
                                 PrwAddressType type, const PrwOobData *data, GAsyncReadyCallback callback, gpointer user_data)
{
  PRW_KERNEL_GET_IFACE (self)->add_remote_oob (self, adapter, address, transport, type, data,
                                               g_task_new (self, NULL, callback, user_data));
}

void
prw_kernel_clear_remote_oob_async (PrwKernel *self, const char *adapter, GAsyncReadyCallback callback, gpointer data)
{
  PRW_KERNEL_GET_IFACE (self)->clear_remote_oob (self, adapter, g_task_new (self, NULL, callback, data));
}

void
prw_kernel_disconnect_async (PrwKernel *self, const char *adapter, const char *address, PrwTransport transport,
                             PrwAddressType type, GAsyncReadyCallback callback, gpointer data)
{
  PRW_KERNEL_GET_IFACE (self)->disconnect_peer (self, adapter, address, transport, type, g_task_new (self, NULL, callback, data));
}

gboolean
prw_kernel_call_finish (PrwKernel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

struct _PrwNullKernel
{
  GObject parent;
};

static gboolean
null_is_linked (PrwKernel *self)
{
  return FALSE;
}

static gboolean
null_get_controller (PrwKernel *self, const char *adapter, PrwControllerState *state)
{
  return FALSE;
}

/* Takes @task. */
static void
not_supported (GTask *task)
{
  g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED,
                           _("this needs the kernel link, which this daemon does not have; start it with CAP_NET_ADMIN and CAP_NET_RAW"));
  g_object_unref (task);
}

static void
null_set_secure_connections (PrwKernel *self, const char *adapter, PrwSecureConnections value, GTask *task)
{
  not_supported (task);
}

static void
null_set_debug_keys (PrwKernel *self, const char *adapter, PrwDebugKeys value, GTask *task)
{
  not_supported (task);
}

static void
null_set_static_address (PrwKernel *self, const char *adapter, const char *address, GTask *task)
{
  not_supported (task);
}

static void
null_read_local_oob (PrwKernel *self, const char *adapter, PrwTransport transport, GTask *task)
{
  not_supported (task);
}

static void
null_add_remote_oob (PrwKernel *self, const char *adapter, const char *address, PrwTransport transport, PrwAddressType type,
                     const PrwOobData *data, GTask *task)
{
  not_supported (task);
}

static void
null_clear_remote_oob (PrwKernel *self, const char *adapter, GTask *task)
{
  not_supported (task);
}

static void
null_disconnect_peer (PrwKernel *self, const char *adapter, const char *address, PrwTransport transport, PrwAddressType type, GTask *task)
{
  not_supported (task);
}

static void
prw_null_kernel_iface_init (PrwKernelInterface *iface)
{
  iface->is_linked = null_is_linked;
  iface->get_controller = null_get_controller;
  iface->set_secure_connections = null_set_secure_connections;
  iface->set_debug_keys = null_set_debug_keys;
  iface->set_static_address = null_set_static_address;
  iface->read_local_oob = null_read_local_oob;
  iface->add_remote_oob = null_add_remote_oob;
  iface->clear_remote_oob = null_clear_remote_oob;
  iface->disconnect_peer = null_disconnect_peer;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwNullKernel, prw_null_kernel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_KERNEL, prw_null_kernel_iface_init))

static void
prw_null_kernel_class_init (PrwNullKernelClass *klass)
{
}

static void
prw_null_kernel_init (PrwNullKernel *self)
{
}

PrwKernel *
prw_null_kernel_new (void)
{
  return g_object_new (PRW_TYPE_NULL_KERNEL, NULL);
}
