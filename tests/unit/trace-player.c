/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "trace-player.h"

#include <string.h>
#include <sys/socket.h>

#include "kernel/bytes.h"
#include "kernel/monitor.h"
#include "trace-reducer.h"

typedef struct
{
  KernelFixture *kernel;
  TraceFunc after;
  gpointer data;
} TracePlayer;

/* The kernel knows who is connected by the controller's events; the trace has those, the filter does not let them through. */
static void
follow_hci_event (TracePlayer *self, const BtsnoopRecord *record)
{
  const guint8 *d = record->data;
  char address[PRW_ADDRESS_LEN + 1];

  if (record->size >= 13 && d[0] == TRACE_HCI_LE_META && d[3] == 0 &&
      (d[2] == TRACE_LE_CONNECTION_COMPLETE || d[2] == TRACE_LE_ENHANCED_CONNECTION_COMPLETE || d[2] == TRACE_LE_ENHANCED_CONNECTION_COMPLETE_V2))
    {
      prw_bytes_get_address (d + 8, address);
      kernel_fixture_list (self->kernel, record->index, prw_bytes_get_le16 (d + 4), address, PRW_TRANSPORT_LE, d[6] == 0, FALSE);
    }
  else if (record->size >= 13 && d[0] == TRACE_HCI_CONNECTION_COMPLETE && d[2] == 0 && d[11] == 1)
    {
      prw_bytes_get_address (d + 5, address);
      kernel_fixture_list (self->kernel, record->index, prw_bytes_get_le16 (d + 3), address, PRW_TRANSPORT_BREDR, FALSE, FALSE);
    }
  else if (record->size >= 6 && d[0] == TRACE_HCI_DISCONNECTION_COMPLETE && d[2] == 0)
    kernel_fixture_unlist (self->kernel, record->index, prw_bytes_get_le16 (d + 3));
}

/* The kernel's list has a device's identity as soon as the kernel knows it. */
static void
follow_mgmt_event (TracePlayer *self, const PrwMgmtEvent *event)
{
  PrwListedConnection *last = NULL;

  for (guint i = 0; i < self->kernel->listed->len; i++)
    {
      Listed *listed = &g_array_index (self->kernel->listed, Listed, i);

      if (listed->index != event->index || listed->connection.transport != event->address.transport)
        continue;
      last = &listed->connection;
      if (event->code == PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY && g_str_equal (last->address, event->random_address))
        g_strlcpy (last->address, event->address.address, sizeof last->address);
    }
  if (event->code == PRW_MGMT_DEVICE_CONNECTED && last != NULL) /* it is the newest */
    g_strlcpy (last->address, event->address.address, sizeof last->address);
}

/* As the control socket gets it; a record has a cookie and the code before the parameters. */
static void
play_mgmt_event (TracePlayer *self, const BtsnoopRecord *record)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  PrwMgmtEvent event;

  g_byte_array_set_size (frame, PRW_MGMT_HEADER);
  memcpy (frame->data, record->data + 4, 2);
  prw_bytes_put_le16 (frame->data + 2, record->index);
  prw_bytes_put_le16 (frame->data + 4, (guint16) (record->original - BTSNOOP_CONTROL_HEADER));
  g_byte_array_append (frame, record->data + BTSNOOP_CONTROL_HEADER, (guint) (record->size - BTSNOOP_CONTROL_HEADER));
  if (prw_mgmt_parse (frame->data, frame->len, &event))
    follow_mgmt_event (self, &event);
  kernel_fixture_send_control (self->kernel, frame->data, frame->len);
}

/* What the link asks when it meets a controller. */
static void
answer (TracePlayer *self)
{
  guint8 command[PRW_MGMT_COMMAND_MAX];

  while (recv (self->kernel->control, command, sizeof command, MSG_DONTWAIT) > 0)
    {
      guint16 opcode = prw_bytes_get_le16 (command), index = prw_bytes_get_le16 (command + 2);

      if (opcode == PRW_MGMT_READ_CONTROLLER_INFORMATION)
        kernel_fixture_reply (self->kernel, opcode, index, 0, "000000000000 0a f105 ffff0000 810a0000 000000");
      else if (opcode == PRW_MGMT_GET_CONNECTIONS)
        kernel_fixture_reply (self->kernel, opcode, index, 0, "0000");
    }
}

static void
play (const BtsnoopRecord *record, gpointer data)
{
  TracePlayer *self = data;
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  if (record->opcode == PRW_MONITOR_EVENT)
    follow_hci_event (self, record);
  if (record->opcode == BTSNOOP_CONTROL_EVENT && record->size >= BTSNOOP_CONTROL_HEADER)
    play_mgmt_event (self, record);
  else
    {
      g_byte_array_set_size (frame, PRW_MONITOR_HEADER);
      prw_bytes_put_le16 (frame->data, record->opcode);
      prw_bytes_put_le16 (frame->data + 2, record->index);
      prw_bytes_put_le16 (frame->data + 4, (guint16) record->original);
      g_byte_array_append (frame, record->data, (guint) record->size);
      kernel_fixture_send_monitor (self->kernel, frame->data, frame->len);
    }
  do
    {
      kernel_fixture_run (self->kernel);
      answer (self);
    }
  while (g_main_context_pending (NULL));
  if (self->after != NULL)
    self->after (self->data);
}

void
trace_play (const char *path, KernelFixture *kernel, TraceFunc after, gpointer data)
{
  TracePlayer self = { kernel, after, data };
  g_autoptr (GError) error = NULL;

  kernel_fixture_reply (kernel, PRW_MGMT_READ_INDEX_LIST, PRW_MGMT_INDEX_NONE, 0, "0000");
  btsnoop_read (path, play, &self, &error);
  g_assert_no_error (error);
}

char *
trace_path (const char *name)
{
  const char *top = g_getenv ("top_srcdir");

  return g_build_filename (top != NULL ? top : ".", "tests", "data", "traces", name, NULL);
}
