/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "trace-reducer.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/bytes.h"
#include "kernel/filter.h"
#include "kernel/mgmt.h"
#include "kernel/monitor.h"

#define CONNECTION_SHOWN 13 /* octets of an event that says who is connected: up to the address, or the link's type */
#define FRAME_MAX 0xffff

typedef struct
{
  guint16 index;
  int control[2], monitor[2]; /* with the real filters on the second end */
  GByteArray *trace;
  GByteArray *last; /* the management event before, with its time */
} Reducer;

static void
open_filter (int pair[2], const struct sock_fprog *filter)
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_true (prw_filter_attach (pair[1], filter, NULL));
}

/* Returns: how many octets of a frame with this header and @data pass the filter, the header's too */
static gsize
passing (const int pair[2], guint16 code, const BtsnoopRecord *record, const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  static guint8 got[FRAME_MAX];
  gssize passed;

  g_byte_array_set_size (frame, PRW_MONITOR_HEADER);
  prw_bytes_put_le16 (frame->data, code);
  prw_bytes_put_le16 (frame->data + 2, record->index);
  prw_bytes_put_le16 (frame->data + 4, (guint16) size);
  g_byte_array_append (frame, data, (guint) size);
  g_assert_cmpint (send (pair[0], frame->data, frame->len, 0), ==, frame->len);
  passed = recv (pair[1], got, sizeof got, MSG_DONTWAIT);
  return passed > 0 ? (gsize) passed : 0;
}

static gboolean
tells_connections (const BtsnoopRecord *record)
{
  const guint8 *d = record->data;

  if (record->opcode != PRW_MONITOR_EVENT || record->size < 3)
    return FALSE;
  return d[0] == TRACE_HCI_CONNECTION_COMPLETE || d[0] == TRACE_HCI_DISCONNECTION_COMPLETE ||
         (d[0] == TRACE_HCI_LE_META && (d[2] == TRACE_LE_CONNECTION_COMPLETE || d[2] == TRACE_LE_ENHANCED_CONNECTION_COMPLETE ||
                                        d[2] == TRACE_LE_ENHANCED_CONNECTION_COMPLETE_V2));
}

/* Answers are for who asked, and may hold secrets; whatever else a copy of was kept just now is no news. */
static gboolean
is_news (Reducer *self, const BtsnoopRecord *record, guint16 code)
{
  g_autoptr (GByteArray) stamped = g_byte_array_new ();
  gboolean same;

  if (code == PRW_MGMT_COMMAND_COMPLETE || code == PRW_MGMT_COMMAND_STATUS)
    return FALSE;
  g_byte_array_append (stamped, (const guint8 *) &record->time, sizeof record->time);
  g_byte_array_append (stamped, record->data + 4, (guint) (record->size - 4)); /* whose it is aside */
  same = stamped->len == self->last->len && memcmp (stamped->data, self->last->data, stamped->len) == 0;
  g_byte_array_unref (self->last);
  self->last = g_steal_pointer (&stamped);
  return !same;
}

static void
reduce_control (Reducer *self, BtsnoopRecord record)
{
  guint16 code;
  gsize passed;
  g_autofree guint8 *data = NULL;

  if (record.size < BTSNOOP_CONTROL_HEADER)
    return;
  code = prw_bytes_get_le16 (record.data + 4);
  if (!is_news (self, &record, code))
    return;
  passed = passing (self->control, code, &record, record.data + BTSNOOP_CONTROL_HEADER, record.size - BTSNOOP_CONTROL_HEADER);
  if (passed == 0)
    return;
  record.size = BTSNOOP_CONTROL_HEADER + passed - PRW_MGMT_HEADER;
  data = g_memdup2 (record.data, record.size);
  memset (data, 0, 4);
  record.data = data;
  btsnoop_append (self->trace, &record);
}

static void
reduce (const BtsnoopRecord *original, gpointer data)
{
  Reducer *self = data;
  BtsnoopRecord record = *original;
  gsize passed;

  if (record.index != self->index || record.size > FRAME_MAX - PRW_MONITOR_HEADER)
    return;
  if (record.opcode == BTSNOOP_CONTROL_EVENT)
    {
      reduce_control (self, record);
      return;
    }
  if (tells_connections (&record))
    passed = PRW_MONITOR_HEADER + MIN (record.size, CONNECTION_SHOWN);
  else
    passed = passing (self->monitor, record.opcode, &record, record.data, record.size);
  if (passed == 0)
    return;
  record.size = passed - PRW_MONITOR_HEADER;
  btsnoop_append (self->trace, &record);
}

GByteArray *
trace_reduce (const char *path, guint16 index, GError **error)
{
  Reducer self = { .index = index, .trace = btsnoop_begin (), .last = g_byte_array_new () };
  gboolean read;

  open_filter (self.control, &prw_filter_control);
  open_filter (self.monitor, &prw_filter_monitor);
  read = btsnoop_read (path, reduce, &self, error);
  for (guint i = 0; i < 2; i++)
    {
      close (self.control[i]);
      close (self.monitor[i]);
    }
  g_byte_array_unref (self.last);
  if (!read)
    g_clear_pointer (&self.trace, g_byte_array_unref);
  return self.trace;
}
