/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/host.h"

#include <string.h>

#include "core/audit.h"

G_DEFINE_QUARK (prw-host-error-quark, prw_host_error)

PrwError
prw_host_error_code (const GError *error)
{
  switch ((PrwHostError) error->code)
    {
    case PRW_HOST_ERROR_NOT_READY:
      return PRW_ERROR_NOT_READY;
    case PRW_HOST_ERROR_NOT_FOUND:
      return PRW_ERROR_NOT_FOUND;
    case PRW_HOST_ERROR_TIMEOUT:
      return PRW_ERROR_TIMEOUT;
    case PRW_HOST_ERROR_CANCELLED:
    case PRW_HOST_ERROR_AUTHENTICATION_CANCELED:
      return PRW_ERROR_CANCELED;
    case PRW_HOST_ERROR_IN_PROGRESS:
      return PRW_ERROR_INVALID_OPERATION;
    case PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED:
    case PRW_HOST_ERROR_NOT_AVAILABLE:
      return PRW_ERROR_CONNECTION_FAILED;
    case PRW_HOST_ERROR_AUTHENTICATION_FAILED:
    case PRW_HOST_ERROR_AUTHENTICATION_REJECTED:
    case PRW_HOST_ERROR_AUTHENTICATION_TIMEOUT:
      return PRW_ERROR_AUTHENTICATION_FAILED;
    case PRW_HOST_ERROR_FAILED:
    case PRW_HOST_ERROR_ALREADY_EXISTS:
      return PRW_ERROR_FAILED;
    }
  return PRW_ERROR_FAILED;
}

PrwDevice *
prw_device_new (void)
{
  PrwDevice *device = g_new0 (PrwDevice, 1);

  g_atomic_ref_count_init (&device->ref_count);
  return device;
}

PrwDevice *
prw_device_ref (PrwDevice *device)
{
  g_atomic_ref_count_inc (&device->ref_count);
  return device;
}

void
prw_device_unref (PrwDevice *device)
{
  if (!g_atomic_ref_count_dec (&device->ref_count))
    return;
  g_free (device->path);
  g_free (device->adapter);
  g_free (device->address);
  g_free (device->name);
  g_free (device->icon);
  g_strfreev (device->uuids);
  g_free (device);
}

gboolean
prw_device_has_keys (const PrwDevice *device)
{
  return device != NULL && (device->paired || device->bonded);
}

PrwAdapter *
prw_adapter_new (void)
{
  PrwAdapter *adapter = g_new0 (PrwAdapter, 1);

  g_atomic_ref_count_init (&adapter->ref_count);
  return adapter;
}

PrwAdapter *
prw_adapter_ref (PrwAdapter *adapter)
{
  g_atomic_ref_count_inc (&adapter->ref_count);
  return adapter;
}

void
prw_adapter_unref (PrwAdapter *adapter)
{
  if (!g_atomic_ref_count_dec (&adapter->ref_count))
    return;
  g_free (adapter->path);
  g_free (adapter->name);
  g_free (adapter->address);
  g_free (adapter->address_type);
  g_free (adapter);
}

PrwAgentCall *
prw_agent_call_new (PrwAgentMethod method, const char *device_path, PrwReply *reply)
{
  PrwAgentCall *call = g_new0 (PrwAgentCall, 1);

  g_ref_count_init (&call->ref_count);
  call->method = method;
  call->device_path = g_strdup (device_path);
  call->reply = prw_reply_ref (reply);
  return call;
}

PrwAgentCall *
prw_agent_call_ref (PrwAgentCall *call)
{
  g_ref_count_inc (&call->ref_count);
  return call;
}

void
prw_agent_call_unref (PrwAgentCall *call)
{
  if (!g_ref_count_dec (&call->ref_count))
    return;
  if (call->weak != NULL)
    *call->weak = NULL;
  if (!prw_reply_is_answered (call->reply))
    prw_audit_dropped (call->device_path, "It ended without a verdict");
  if (call->pin != NULL)
    explicit_bzero (call->pin, strlen (call->pin));
  g_free (call->pin);
  g_free (call->uuid);
  g_free (call->device_path);
  prw_reply_unref (call->reply);
  g_free (call);
}

void
prw_agent_call_set_cancelled (PrwAgentCall *call, void (*func) (gpointer), gpointer data)
{
  call->cancelled_func = func;
  call->cancelled_data = data;
}

void
prw_agent_call_cancel (PrwAgentCall *call)
{
  G_GNUC_UNUSED g_autoptr (PrwAgentCall) alive = prw_agent_call_ref (call);

  call->cancelled = TRUE;
  if (call->cancelled_func != NULL)
    call->cancelled_func (call->cancelled_data);
  prw_reply_cancel (call->reply);
}

const char *
prw_agent_state_to_string (PrwAgentState state)
{
  switch (state)
    {
    case PRW_AGENT_STATE_UNAVAILABLE:
      return "unavailable";
    case PRW_AGENT_STATE_REGISTERED:
      return "registered";
    case PRW_AGENT_STATE_DEFAULT:
      return "default";
    }
  return "invalid";
}

G_DEFINE_INTERFACE (PrwHost, prw_host, G_TYPE_OBJECT)

static void
prw_host_default_init (PrwHostInterface *iface)
{
  static const struct { const char *name; GType type; } table[] = {
    { "available-changed", G_TYPE_NONE }, { "agent-state-changed", G_TYPE_NONE },
    { "adapter-added", G_TYPE_POINTER }, { "adapter-changed", G_TYPE_POINTER }, { "adapter-removed", G_TYPE_POINTER },
    { "device-changed", G_TYPE_POINTER }, { "device-removed", G_TYPE_STRING }, { "agent-call", G_TYPE_POINTER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].type == G_TYPE_NONE)
      g_signal_new (table[i].name, PRW_TYPE_HOST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    else
      g_signal_new (table[i].name, PRW_TYPE_HOST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, table[i].type);
}

gboolean
prw_host_is_available (PrwHost *self)
{
  return PRW_HOST_GET_IFACE (self)->is_available (self);
}

void
prw_host_settle_async (PrwHost *self, GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->settle (self, callback, data);
}

PrwAgentState
prw_host_get_agent_state (PrwHost *self)
{
  return PRW_HOST_GET_IFACE (self)->get_agent_state (self);
}

GPtrArray *
prw_host_get_adapters (PrwHost *self)
{
  return PRW_HOST_GET_IFACE (self)->get_adapters (self);
}

PrwAdapter *
prw_host_find_adapter (PrwHost *self, const char *name)
{
  GPtrArray *adapters = prw_host_get_adapters (self);

  for (guint i = 0; i < adapters->len; i++)
    if (g_str_equal (((PrwAdapter *) adapters->pdata[i])->name, name))
      return adapters->pdata[i];
  return NULL;
}

void
prw_host_set_capability (PrwHost *self, PrwIoCapability capability)
{
  PRW_HOST_GET_IFACE (self)->set_capability (self, capability);
}

void
prw_host_set_pairable (PrwHost *self, const char *adapter, gboolean pairable)
{
  PRW_HOST_GET_IFACE (self)->set_pairable (self, adapter, pairable);
}

void
prw_host_set_discoverable (PrwHost *self, const char *adapter, gboolean discoverable)
{
  PRW_HOST_GET_IFACE (self)->set_discoverable (self, adapter, discoverable);
}

void
prw_host_watch_device (PrwHost *self, const char *path)
{
  PRW_HOST_GET_IFACE (self)->watch_device (self, path);
}

void
prw_host_unwatch_device (PrwHost *self, const char *path)
{
  PRW_HOST_GET_IFACE (self)->unwatch_device (self, path);
}

void
prw_host_read_device_async (PrwHost *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->read_device (self, path, cancellable, callback, data);
}

PrwDevice *
prw_host_read_device_finish (PrwHost *self, GAsyncResult *result, GError **error)
{
  return PRW_HOST_GET_IFACE (self)->read_device_finish (self, result, error);
}

void
prw_host_list_devices_async (PrwHost *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->list_devices (self, cancellable, callback, data);
}

GPtrArray *
prw_host_list_devices_finish (PrwHost *self, GAsyncResult *result, GError **error)
{
  return PRW_HOST_GET_IFACE (self)->list_devices_finish (self, result, error);
}

void
prw_host_find_device_async (PrwHost *self, const char *adapter, const char *address, guint seconds, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->find_device (self, adapter, address, seconds, cancellable, callback, data);
}

PrwDevice *
prw_host_find_device_finish (PrwHost *self, GAsyncResult *result, GError **error)
{
  return PRW_HOST_GET_IFACE (self)->find_device_finish (self, result, error);
}

void
prw_host_pair_async (PrwHost *self, const char *path, PrwIoCapability capability, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->pair (self, path, capability, cancellable, callback, data);
}

void
prw_host_connect_device_async (PrwHost *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->connect_device (self, path, cancellable, callback, data);
}

void
prw_host_disconnect_device_async (PrwHost *self, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->disconnect_device (self, path, callback, data);
}

void
prw_host_remove_device_async (PrwHost *self, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->remove_device (self, path, callback, data);
}

void
prw_host_set_trusted_async (PrwHost *self, const char *path, gboolean trusted, GAsyncReadyCallback callback, gpointer data)
{
  PRW_HOST_GET_IFACE (self)->set_trusted (self, path, trusted, callback, data);
}

gboolean
prw_host_call_finish (PrwHost *self, GAsyncResult *result, GError **error)
{
  return PRW_HOST_GET_IFACE (self)->call_finish (self, result, error);
}
