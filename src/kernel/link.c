/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/link-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/error.h"
#include "kernel/monitor.h"
#include "kernel/reader.h"
#include "policy/address.h"

#define INDEXES_MAX 64

/* There is no SMP on BR/EDR: all that the kernel says of a failure there is that it was one (Core 5.4 Vol 3 Part H 3.5.5). */
#define SMP_REASON_UNSPECIFIED 0x08

PrwController *
prw_kernel_link_find (PrwKernelLink *self, guint16 index)
{
  for (guint i = 0; i < self->controllers->len; i++)
    {
      PrwController *controller = self->controllers->pdata[i];

      if (controller->index == index)
        return controller;
    }
  return NULL;
}

static void
emit (PrwKernelLink *self, PrwController *controller, const PrwMgmtAddress *device, const PrwLinkEvent *event)
{
  g_signal_emit_by_name (self, "link-event", controller->name, device->address, (guint) device->type, event);
}

/* @found: it was there before anybody looked, and how it came to be encrypted nobody saw */
static void
announce (PrwKernelLink *self, PrwController *controller, PrwConnection *connection, gboolean found)
{
  PrwLinkEvent event = {
    .type = PRW_LINK_EVENT_CONNECTED, .transport = connection->device.transport, .role = connection->role, .found = found
  };

  if (connection->announced)
    return;
  connection->announced = TRUE;
  emit (self, controller, &connection->device, &event);
  if (!found || !connection->encrypted)
    return;
  event = (PrwLinkEvent) {
    .type = PRW_LINK_EVENT_ENCRYPTION, .transport = connection->device.transport, .encrypted = TRUE, .found = TRUE
  };
  emit (self, controller, &connection->device, &event);
}

static void
announce_end (PrwKernelLink *self, PrwController *controller, PrwConnection *connection, guint8 reason)
{
  PrwLinkEvent event = { .type = PRW_LINK_EVENT_DISCONNECTED, .transport = connection->device.transport, .reason = reason };

  if (!connection->announced)
    return;
  connection->announced = FALSE;
  emit (self, controller, &connection->device, &event);
}

void
prw_kernel_link_disconnected (PrwKernelLink *self, PrwController *controller, const PrwMgmtAddress *device, guint8 reason)
{
  PrwConnection *connection = prw_connections_disconnected (controller->connections, device);

  if (connection != NULL)
    announce_end (self, controller, connection, reason);
}

static void
disconnect_all (PrwKernelLink *self, PrwController *controller)
{
  PrwConnection *connection;

  while ((connection = prw_connections_end_next (controller->connections)) != NULL)
    announce_end (self, controller, connection, PRW_MGMT_REASON_LOCAL_HOST);
}

void
prw_kernel_link_take_settings (PrwKernelLink *self, PrwController *controller, guint32 settings, PrwControllerOwn own)
{
  PrwControllerState before, after;

  prw_controller_state (controller, &before);
  prw_controller_set_settings (controller, settings, own);
  prw_controller_state (controller, &after);
  if (before.powered && !after.powered)
    disconnect_all (self, controller);
  if (memcmp (&before, &after, sizeof before) != 0)
    g_signal_emit_by_name (self, "controller-changed", controller->name);
}

static void
send_command (const PrwMgmtCommand *command, gpointer data)
{
  PrwKernelLink *self = data;

  if (send (self->sockets.control, command->frame, command->size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_message ("kernel: command 0x%04x was not sent: %s", command->opcode, g_strerror (errno));
}

static void
remove_controller (PrwKernelLink *self, PrwController *controller)
{
  guint at;

  if (!g_ptr_array_find (self->controllers, controller, &at))
    return;
  /* Out of the list first: whoever hears of its end cannot give it another command. */
  g_ptr_array_steal_index (self->controllers, at);
  disconnect_all (self, controller);
  prw_commands_fail (controller->commands, "the controller is gone");
  g_signal_emit_by_name (self, "controller-changed", controller->name);
  prw_controller_free (controller);
}

/* What is asked of a controller when it comes: whose answer it is. */
typedef struct
{
  PrwKernelLink *link;
  guint16 index;
} Question;

static void
ask (PrwKernelLink *self, PrwController *controller, PrwMgmtOpcode opcode, PrwCommandFunc func)
{
  PrwMgmtCommand command = prw_mgmt_command_plain (opcode, controller->index);
  Question *question = g_new0 (Question, 1);

  question->link = self;
  question->index = controller->index;
  prw_commands_add (controller->commands, &command, func, question);
}

static void
on_connections (const PrwMgmtEvent *reply, guint8 status, const GError *error, gpointer data)
{
  g_autofree Question *question = data;
  PrwController *controller = prw_kernel_link_find (question->link, question->index);
  PrwMgmtAddress devices[PRW_CONNECTIONS_MAX];
  gsize n = reply != NULL ? prw_mgmt_parse_connections (reply, devices, G_N_ELEMENTS (devices)) : 0;

  if (controller == NULL || question->link->lost)
    return;
  if (error != NULL && status != PRW_MGMT_STATUS_NOT_POWERED)
    g_message ("%s: which connections there are is not known: %s", controller->name, error->message);
  for (gsize i = 0; i < n; i++)
    announce (question->link, controller, prw_connections_connected (controller->connections, &devices[i], FALSE), TRUE);
  controller->counted = TRUE;
}

static void
on_information (const PrwMgmtEvent *reply, guint8 status, const GError *error, gpointer data)
{
  g_autofree Question *question = data;
  PrwKernelLink *self = question->link;
  PrwController *controller = prw_kernel_link_find (self, question->index);
  guint32 settings;

  if (controller == NULL || self->lost)
    return;
  if (reply != NULL && prw_mgmt_parse_controller (reply, &settings))
    {
      controller->ready = TRUE;
      prw_controller_set_settings (controller, settings, controller->own);
      g_signal_emit_by_name (self, "controller-changed", controller->name);
      ask (self, controller, PRW_MGMT_GET_CONNECTIONS, on_connections);
    }
  else if (status == PRW_MGMT_STATUS_INVALID_INDEX)
    remove_controller (self, controller); /* a frame of one that is gone, or not ready for hosts */
  else
    g_message ("%s: its settings are not known: %s", controller->name, error != NULL ? error->message : "the kernel's answer is malformed");
}

/* The control channel tells of a controller when it comes; its frames may be seen before the list of those there were. */
static PrwController *
ensure_controller (PrwKernelLink *self, guint16 index)
{
  PrwController *controller = prw_kernel_link_find (self, index);

  if (controller != NULL || index == PRW_MGMT_INDEX_NONE || self->controllers->len >= INDEXES_MAX)
    return controller;
  controller = prw_controller_new (index, prw_connections_new (index, self->list, self->list_data),
                                   prw_commands_new (self->clock, send_command, self));
  g_ptr_array_add (self->controllers, controller);
  ask (self, controller, PRW_MGMT_READ_CONTROLLER_INFORMATION, on_information);
  return controller;
}

static void
on_index_list (const PrwMgmtEvent *reply, guint8 status, const GError *error, gpointer data)
{
  PrwKernelLink *self = data;
  guint16 indexes[INDEXES_MAX];
  gsize n = reply != NULL ? prw_mgmt_parse_index_list (reply, indexes, G_N_ELEMENTS (indexes)) : 0;

  if (self->lost)
    return;
  if (error != NULL)
    g_message ("kernel: which controllers there are is not known: %s", error->message);
  for (gsize i = 0; i < n; i++)
    ensure_controller (self, indexes[i]);
}

static void
on_settings (PrwKernelLink *self, PrwController *controller, guint32 settings)
{
  prw_kernel_link_take_settings (self, controller, settings, controller->own);
  if (!controller->ready)
    ask (self, controller, PRW_MGMT_READ_CONTROLLER_INFORMATION, on_information); /* the first answer did not come */
}

/* Of a device, perhaps one that is connected: then under the address that it is known by now. */
static void
on_device (PrwKernelLink *self, PrwController *controller, const PrwMgmtAddress *device, const PrwLinkEvent *event)
{
  PrwConnection *connection = prw_connections_find (controller->connections, device->transport, device->address);

  if (connection != NULL && connection->device.type == PRW_ADDRESS_TYPE_UNKNOWN)
    connection->device.type = device->type;
  if (connection != NULL && connection->connected)
    announce (self, controller, connection, !controller->counted);
  emit (self, controller, connection != NULL ? &connection->device : device, event);
}

static void
on_key (PrwKernelLink *self, PrwController *controller, const PrwMgmtEvent *event)
{
  PrwLinkEvent key = { .type = PRW_LINK_EVENT_KEY,
                       .transport = event->address.transport,
                       .level = event->level,
                       .stored = event->stored,
                       .debug_key = event->debug_key };

  on_device (self, controller, &event->address, &key);
}

/* On LE the Pairing Failed was on the air, with its reason. */
static void
on_authentication_failed (PrwKernelLink *self, PrwController *controller, const PrwMgmtEvent *event)
{
  PrwLinkEvent failed = { .type = PRW_LINK_EVENT_PAIRING_FAILED, .transport = PRW_TRANSPORT_BREDR, .reason = SMP_REASON_UNSPECIFIED };

  if (event->address.transport == PRW_TRANSPORT_BREDR)
    on_device (self, controller, &event->address, &failed);
}

static void
on_identity (PrwKernelLink *self, PrwController *controller, const PrwMgmtEvent *event)
{
  char before[PRW_ADDRESS_LEN + 1];

  if (event->random_address[0] == '\0')
    return;
  prw_connections_identified (controller->connections, event->random_address, &event->address, before);
  if (!g_str_equal (before, event->address.address))
    g_signal_emit_by_name (self, "identity-resolved", controller->name, before, event->address.address, (guint) event->address.type);
}

static void
on_controller_event (PrwKernelLink *self, PrwController *controller, const PrwMgmtEvent *event)
{
  switch (event->code)
    {
    case PRW_MGMT_COMMAND_COMPLETE:
    case PRW_MGMT_COMMAND_STATUS:
      prw_commands_reply (controller->commands, event);
      break;
    case PRW_MGMT_INDEX_ADDED:
      break;
    case PRW_MGMT_INDEX_REMOVED:
      remove_controller (self, controller);
      break;
    case PRW_MGMT_NEW_SETTINGS:
      on_settings (self, controller, event->settings);
      break;
    case PRW_MGMT_NEW_LINK_KEY:
    case PRW_MGMT_NEW_LONG_TERM_KEY:
      on_key (self, controller, event);
      break;
    case PRW_MGMT_DEVICE_CONNECTED:
      announce (self, controller, prw_connections_connected (controller->connections, &event->address, event->initiated), FALSE);
      break;
    case PRW_MGMT_DEVICE_DISCONNECTED:
      prw_kernel_link_disconnected (self, controller, &event->address, event->reason);
      break;
    case PRW_MGMT_AUTHENTICATION_FAILED:
      on_authentication_failed (self, controller, event);
      break;
    case PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY:
      on_identity (self, controller, event);
      break;
    }
}

static void
on_control_frame (PrwKernelLink *self, const guint8 *frame, gsize size)
{
  PrwController *controller;
  PrwMgmtEvent event;

  if (!prw_mgmt_parse (frame, size, &event))
    return;
  if (event.index == PRW_MGMT_INDEX_NONE)
    {
      prw_commands_reply (self->commands, &event);
      return;
    }
  controller = prw_kernel_link_find (self, event.index);
  if (controller != NULL && event.code == PRW_MGMT_INDEX_ADDED)
    {
      /* its end was not seen: nothing that was known holds */
      remove_controller (self, controller);
      controller = NULL;
    }
  /* A late reply, or its end, makes no controller. */
  if (controller == NULL && event.code != PRW_MGMT_INDEX_REMOVED && event.code != PRW_MGMT_COMMAND_COMPLETE &&
      event.code != PRW_MGMT_COMMAND_STATUS)
    controller = ensure_controller (self, event.index);
  if (controller != NULL)
    on_controller_event (self, controller, &event);
}

static void
on_monitor_frame (PrwKernelLink *self, const guint8 *frame, gsize size)
{
  PrwMonitorEvent seen;
  PrwController *controller = prw_monitor_parse (frame, size, &seen) ? ensure_controller (self, seen.index) : NULL;
  PrwConnection *connection = controller != NULL ? prw_connections_find_handle (controller->connections, seen.handle) : NULL;

  if (connection == NULL)
    return;
  if (seen.event.transport == PRW_TRANSPORT_UNKNOWN)
    seen.event.transport = connection->device.transport;
  if (seen.event.transport != connection->device.transport)
    return; /* nobody listens on LE's channel for SMP there */
  if (connection->connected)
    announce (self, controller, connection, !controller->counted);
  else if (seen.event.encrypted)
    return; /* it has ended in the meantime: only how it failed is of use */
  emit (self, controller, &connection->device, &seen.event);
}

static void
on_frame (PrwKernelChannel channel, const guint8 *frame, gsize size, gpointer data)
{
  g_autoptr (PrwKernelLink) self = g_object_ref (data);

  switch (channel)
    {
    case PRW_KERNEL_CHANNEL_CONTROL:
      on_control_frame (self, frame, size);
      break;
    case PRW_KERNEL_CHANNEL_MONITOR:
      on_monitor_frame (self, frame, size);
      break;
    }
}

/* Ends all that waits, and lets nothing new begin. */
static void
let_go (PrwKernelLink *self)
{
  self->lost = TRUE;
  if (self->reader != NULL)
    g_source_destroy (self->reader);
  g_clear_pointer (&self->reader, g_source_unref);
  prw_commands_fail (self->commands, "the kernel link is gone");
  for (guint i = 0; i < self->controllers->len; i++)
    prw_commands_fail (((PrwController *) self->controllers->pdata[i])->commands, "the kernel link is gone");
}

static void
on_lost (const char *message, gpointer data)
{
  g_autoptr (PrwKernelLink) self = g_object_ref (data);

  let_go (self);
  g_signal_emit_by_name (self, "lost", message);
}

void
prw_kernel_link_start (PrwKernelLink *self)
{
  static const PrwReaderFuncs funcs = { on_frame, on_lost };
  PrwMgmtCommand command = prw_mgmt_command_plain (PRW_MGMT_READ_INDEX_LIST, PRW_MGMT_INDEX_NONE);

  g_return_if_fail (self->reader == NULL && !self->lost);
  self->reader = prw_reader_source_new (self->sockets.control, self->sockets.monitor, &funcs, self);
  g_source_attach (self->reader, NULL);
  prw_commands_add (self->commands, &command, on_index_list, self);
}

static gboolean
is_linked (PrwKernel *kernel)
{
  return !PRW_KERNEL_LINK (kernel)->lost;
}

static gboolean
get_controller (PrwKernel *kernel, const char *adapter, PrwControllerState *state)
{
  PrwKernelLink *self = PRW_KERNEL_LINK (kernel);
  PrwController *controller = NULL;
  guint16 index;

  if (!self->lost && prw_adapter_parse_name (adapter, &index))
    controller = prw_kernel_link_find (self, index);
  return controller != NULL && prw_controller_state (controller, state);
}

static void
prw_kernel_link_kernel_init (PrwKernelInterface *iface)
{
  iface->is_linked = is_linked;
  iface->get_controller = get_controller;
  prw_kernel_link_calls_init (iface);
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwKernelLink, prw_kernel_link, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_KERNEL, prw_kernel_link_kernel_init))

static void
prw_kernel_link_dispose (GObject *object)
{
  let_go (PRW_KERNEL_LINK (object));
  G_OBJECT_CLASS (prw_kernel_link_parent_class)->dispose (object);
}

static void
prw_kernel_link_finalize (GObject *object)
{
  PrwKernelLink *self = PRW_KERNEL_LINK (object);

  g_ptr_array_unref (self->controllers);
  prw_commands_free (self->commands);
  g_object_unref (self->clock);
  prw_kernel_sockets_close (&self->sockets);
  G_OBJECT_CLASS (prw_kernel_link_parent_class)->finalize (object);
}

static void
prw_kernel_link_class_init (PrwKernelLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = prw_kernel_link_dispose;
  G_OBJECT_CLASS (klass)->finalize = prw_kernel_link_finalize;
}

static void
prw_kernel_link_init (PrwKernelLink *self)
{
  self->sockets = PRW_KERNEL_SOCKETS_NONE;
  self->controllers = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_controller_free);
}

PrwKernelLink *
prw_kernel_link_new_for_fds (int control, int monitor, PrwConnectionsListFunc list, gpointer data, PrwClock *clock)
{
  PrwKernelLink *self = g_object_new (PRW_TYPE_KERNEL_LINK, NULL);

  self->sockets.control = control;
  self->sockets.monitor = monitor;
  self->list = list;
  self->list_data = data;
  self->clock = g_object_ref (clock);
  self->commands = prw_commands_new (clock, send_command, self);
  return self;
}

static GArray *
list_connections (guint16 index, gpointer data)
{
  return prw_kernel_sockets_list (((PrwKernelLink *) data)->sockets.query, index);
}

PrwKernelLink *
prw_kernel_link_open (GError **error)
{
  g_autoptr (PrwClock) clock = prw_system_clock_new ();
  PrwKernelSockets sockets;
  PrwKernelLink *self;

  if (!prw_kernel_sockets_open (&sockets, error))
    return NULL;
  self = prw_kernel_link_new_for_fds (sockets.control, sockets.monitor, list_connections, NULL, clock);
  self->list_data = self;
  self->sockets.query = sockets.query;
  return self;
}
