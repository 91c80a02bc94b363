/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What a PrwKernel is asked to do: each call is one command of the management interface. */
#include "kernel/link-private.h"

#include <string.h>

#include "core/error.h"
#include "policy/address.h"

#define NO_ADDRESS "00:00:00:00:00:00"

/* How often the kernel is asked to end a link that it says it has ended, and how long after one another. */
#define DISCONNECT_TRIES 10
#define DISCONNECT_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

/* A call on its way: @value and @device are what was asked for. Its task holds the link. */
typedef struct
{
  GTask *task;
  guint16 index;
  guint value;
  PrwMgmtAddress device;
} Call;

/* Takes @task. Returns: (nullable): the controller of "hciN"; without one the task is ended */
static PrwController *
begin (PrwKernel *kernel, const char *adapter, GTask *task)
{
  PrwKernelLink *self = PRW_KERNEL_LINK (kernel);
  PrwController *controller = NULL;
  guint16 index;

  if (!self->lost && prw_adapter_parse_name (adapter, &index))
    controller = prw_kernel_link_find (self, index);
  if (controller != NULL)
    return controller;
  if (self->lost)
    g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED, "the kernel link is gone");
  else
    g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_NOT_READY, "the kernel has no controller %s", adapter);
  g_object_unref (task);
  return NULL;
}

/* Takes @task. */
static void
refuse (GTask *task, const char *message)
{
  g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, "%s", message);
  g_object_unref (task);
}

/* Takes @task, and wipes *@command. */
static void
give (PrwController *controller, PrwMgmtCommand *command, PrwCommandFunc func, GTask *task, guint value, const PrwMgmtAddress *device)
{
  Call *call = g_new0 (Call, 1);

  call->task = task;
  call->index = controller->index;
  call->value = value;
  if (device != NULL)
    call->device = *device;
  prw_commands_add (controller->commands, command, func, call);
  explicit_bzero (command, sizeof *command);
}

/* The controller may have gone since. */
static PrwController *
controller_of (Call *call)
{
  return prw_kernel_link_find (g_task_get_source_object (call->task), call->index);
}

static void
call_free (Call *call)
{
  g_object_unref (call->task);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
finish (Call *call, const GError *error)
{
  if (error != NULL)
    g_task_return_error (call->task, g_error_copy (error));
  else
    g_task_return_boolean (call->task, TRUE);
}

static void
on_done (const PrwMgmtEvent *reply, guint8 status, const GError *error, gpointer data)
{
  g_autoptr (Call) call = data;

  finish (call, error);
}

/* The kernel tells everybody but who asked: that one has the settings in the reply. */
static void
on_switched (const PrwMgmtEvent *reply, guint8 status, const GError *error, gpointer data)
{
  g_autoptr (Call) call = data;
  PrwController *controller = controller_of (call);
  guint32 settings;

  if (reply != NULL && controller != NULL && prw_mgmt_parse_settings (reply, &settings))
    {
      PrwControllerOwn own = controller->own;

      if (reply->opcode == PRW_MGMT_SET_SECURE_CONNECTIONS)
        own.only = call->value == PRW_SECURE_CONNECTIONS_ONLY;
      if (reply->opcode == PRW_MGMT_SET_DEBUG_KEYS)
        own.use_debug_key = call->value == PRW_DEBUG_KEYS_USE;
      if (reply->opcode == PRW_MGMT_SET_STATIC_ADDRESS)
        g_strlcpy (own.static_address, call->device.address, sizeof own.static_address);
      prw_kernel_link_take_settings (g_task_get_source_object (call->task), controller, settings, own);
    }
  finish (call, error);
}

static void
set_secure_connections (PrwKernel *kernel, const char *adapter, PrwSecureConnections value, GTask *task)
{
  PrwController *controller = begin (kernel, adapter, task);
  PrwMgmtCommand command;

  if (controller == NULL)
    return;
  if (value == PRW_SECURE_CONNECTIONS_UNKNOWN)
    {
      refuse (task, "Secure Connections are off, on or only");
      return;
    }
  command = prw_mgmt_command_octet (PRW_MGMT_SET_SECURE_CONNECTIONS, controller->index, (guint8) (value - PRW_SECURE_CONNECTIONS_OFF));
  give (controller, &command, on_switched, task, value, NULL);
}

static void
set_debug_keys (PrwKernel *kernel, const char *adapter, PrwDebugKeys value, GTask *task)
{
  PrwController *controller = begin (kernel, adapter, task);
  PrwMgmtCommand command;

  if (controller == NULL)
    return;
  command = prw_mgmt_command_octet (PRW_MGMT_SET_DEBUG_KEYS, controller->index, (guint8) value);
  give (controller, &command, on_switched, task, value, NULL);
}

static void
set_static_address (PrwKernel *kernel, const char *adapter, const char *address, GTask *task)
{
  PrwController *controller = begin (kernel, adapter, task);
  PrwMgmtAddress device = { .transport = PRW_TRANSPORT_LE };
  PrwMgmtCommand command;

  if (controller == NULL)
    return;
  g_strlcpy (device.address, address, sizeof device.address);
  if (prw_mgmt_command_static_address (controller->index, *address != '\0' ? address : NO_ADDRESS, &command))
    give (controller, &command, on_switched, task, 0, &device);
  else
    refuse (task, "that is no address");
}

static void
on_local_oob (const PrwMgmtEvent *reply, guint8 status, const GError *error, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (PrwOobData) oob = prw_oob_data_new ();

  if (error != NULL)
    g_task_return_error (call->task, g_error_copy (error));
  else if (prw_mgmt_parse_local_oob (reply, oob))
    g_task_return_pointer (call->task, g_steal_pointer (&oob), (GDestroyNotify) prw_oob_data_free);
  else
    g_task_return_new_error (call->task, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED,
                             "the controller gave no out-of-band data; are its Secure Connections on?");
}

static void
read_local_oob (PrwKernel *kernel, const char *adapter, PrwTransport transport, GTask *task)
{
  PrwController *controller = begin (kernel, adapter, task);
  PrwMgmtCommand command;

  if (controller == NULL)
    return;
  if (transport == PRW_TRANSPORT_LE)
    command = prw_mgmt_command_octet (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, controller->index, PRW_MGMT_OOB_OF_LE);
  else
    command = prw_mgmt_command_plain (PRW_MGMT_READ_LOCAL_OOB, controller->index);
  give (controller, &command, on_local_oob, task, 0, NULL);
}

/* The address and type that the kernel knows a connected device by. */
static PrwMgmtAddress
device_of (PrwController *controller, const char *address, PrwTransport transport, PrwAddressType type)
{
  PrwConnection *connection = prw_connections_find (controller->connections, transport, address);
  PrwMgmtAddress device = { .transport = transport };

  if (connection != NULL)
    device = connection->device;
  else
    g_strlcpy (device.address, address, sizeof device.address);
  if (device.type == PRW_ADDRESS_TYPE_UNKNOWN)
    device.type = type;
  return device;
}

static void
add_remote_oob (PrwKernel *kernel, const char *adapter, const char *address, PrwTransport transport, PrwAddressType type,
                const PrwOobData *data, GTask *task)
{
  PrwController *controller = begin (kernel, adapter, task);
  PrwMgmtCommand command;
  PrwMgmtAddress device;

  if (controller == NULL)
    return;
  device = device_of (controller, address, transport, type);
  if (!data->has_256 && (transport == PRW_TRANSPORT_LE || !data->has_192))
    refuse (task, transport == PRW_TRANSPORT_LE ? "LE needs r256 and c256" : "there is no out-of-band data");
  else if (prw_mgmt_command_remote_oob (controller->index, &device, data, &command))
    give (controller, &command, on_done, task, 0, NULL);
  else
    refuse (task, "that is no address, or its type is not known");
}

/* All of both radios: for a single one the kernel refuses LE (remove_remote_oob_data() in its mgmt.c). */
static void
clear_remote_oob (PrwKernel *kernel, const char *adapter, GTask *task)
{
  const PrwMgmtAddress all = { .address = NO_ADDRESS, .transport = PRW_TRANSPORT_BREDR, .type = PRW_ADDRESS_TYPE_PUBLIC };
  PrwController *controller = begin (kernel, adapter, task);
  PrwMgmtCommand command;

  if (controller != NULL && prw_mgmt_command_device (PRW_MGMT_REMOVE_REMOTE_OOB, controller->index, &all, &command))
    give (controller, &command, on_done, task, 0, NULL);
}

static gboolean
is_listed (Call *call)
{
  PrwKernelLink *self = g_task_get_source_object (call->task);
  g_autoptr (GArray) now = self->list (call->index, self->list_data);

  for (guint i = 0; i < now->len; i++)
    {
      const PrwListedConnection *listed = &g_array_index (now, PrwListedConnection, i);

      if (listed->transport == call->device.transport && g_str_equal (listed->address, call->device.address))
        return TRUE;
    }
  return FALSE;
}

static void send_disconnect (PrwController *controller, Call *call);

static gboolean
on_disconnect_again (gpointer data)
{
  g_autoptr (Call) call = data;
  PrwController *controller = controller_of (call);

  if (controller == NULL)
    g_task_return_new_error (call->task, PRW_ERROR, PRW_ERROR_NOT_READY, "the controller is gone");
  else
    send_disconnect (controller, g_steal_pointer (&call));
  return G_SOURCE_REMOVE;
}

/*
 * Some kernels tell everybody but who asked. One that is not connected is what was wanted. Kernels with 227a0cdf4a02
 * ("Fix not generating command complete for MGMT_OP_DISCONNECT") say success whatever came of it, and now and then the link
 * lives on: so it is looked at.
 */
static void
on_disconnected (const PrwMgmtEvent *reply, guint8 status, const GError *error, gpointer data)
{
  g_autoptr (Call) call = data;
  PrwKernelLink *self = g_task_get_source_object (call->task);
  PrwController *controller = controller_of (call);

  if (status == PRW_MGMT_STATUS_NOT_CONNECTED)
    error = NULL;
  if (error != NULL || controller == NULL)
    finish (call, error);
  else if (!is_listed (call))
    {
      prw_kernel_link_disconnected (self, controller, &call->device, PRW_MGMT_REASON_LOCAL_HOST);
      finish (call, NULL);
    }
  else if (call->value < DISCONNECT_TRIES)
    prw_clock_add_alarm (self->clock, DISCONNECT_INTERVAL, on_disconnect_again, g_steal_pointer (&call));
  else
    {
      g_warning ("%s: the kernel does not end the link to %s, though it says so", controller->name, call->device.address);
      g_task_return_new_error (call->task, PRW_ERROR, PRW_ERROR_FAILED, "the kernel does not end the link");
    }
}

/* Takes @call; its value counts the tries. */
static void
send_disconnect (PrwController *controller, Call *call)
{
  PrwMgmtCommand command;

  call->value++;
  prw_mgmt_command_device (PRW_MGMT_DISCONNECT, call->index, &call->device, &command);
  prw_commands_add (controller->commands, &command, on_disconnected, call);
}

static void
disconnect_peer (PrwKernel *kernel, const char *adapter, const char *address, PrwTransport transport, PrwAddressType type, GTask *task)
{
  PrwController *controller = begin (kernel, adapter, task);
  PrwMgmtCommand command;
  PrwMgmtAddress device;

  if (controller == NULL)
    return;
  device = device_of (controller, address, transport, type);
  if (prw_mgmt_command_device (PRW_MGMT_DISCONNECT, controller->index, &device, &command))
    give (controller, &command, on_disconnected, task, 1, &device);
  else
    refuse (task, "that is no address, or its type is not known");
}

void
prw_kernel_link_calls_init (PrwKernelInterface *iface)
{
  iface->set_secure_connections = set_secure_connections;
  iface->set_debug_keys = set_debug_keys;
  iface->set_static_address = set_static_address;
  iface->read_local_oob = read_local_oob;
  iface->add_remote_oob = add_remote_oob;
  iface->clear_remote_oob = clear_remote_oob;
  iface->disconnect_peer = disconnect_peer;
}
