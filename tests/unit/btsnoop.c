/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "btsnoop.h"

#include <string.h>

/* BlueZ's doc/btsnoop.txt; numbers are big-endian. */
#define FILE_HEADER 16
#define DATALINK_MONITOR 2001
#define RECORD_HEADER 24

static guint32
get_be32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static void
append_be32 (GByteArray *trace, guint32 value)
{
  const guint8 bytes[] = { (guint8) (value >> 24), (guint8) (value >> 16), (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (trace, bytes, sizeof bytes);
}

/* original length, length, index and opcode, drops, time; Returns: how long it is with its header, or 0 */
static gsize
read_record (const guint8 *bytes, gsize size, BtsnoopRecord *record)
{
  if (size < RECORD_HEADER || get_be32 (bytes + 4) > size - RECORD_HEADER || get_be32 (bytes) < get_be32 (bytes + 4))
    return 0;
  record->original = get_be32 (bytes);
  record->size = get_be32 (bytes + 4);
  record->index = (guint16) (get_be32 (bytes + 8) >> 16);
  record->opcode = (guint16) (get_be32 (bytes + 8) & 0xffff);
  record->time = (guint64) get_be32 (bytes + 16) << 32 | get_be32 (bytes + 20);
  record->data = bytes + RECORD_HEADER;
  return RECORD_HEADER + record->size;
}

gboolean
btsnoop_read (const char *path, BtsnoopFunc func, gpointer data, GError **error)
{
  g_autofree char *content = NULL;
  const guint8 *bytes;
  gsize size;

  if (!g_file_get_contents (path, &content, &size, error))
    return FALSE;
  bytes = (const guint8 *) content;
  if (size < FILE_HEADER || memcmp (bytes, "btsnoop", 8) != 0 || get_be32 (bytes + 8) != 1 || get_be32 (bytes + 12) != DATALINK_MONITOR)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is no trace of the monitor channel", path);
      return FALSE;
    }
  for (gsize at = FILE_HEADER; at < size;)
    {
      BtsnoopRecord record;
      gsize length = read_record (bytes + at, size - at, &record);

      if (length == 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "%s ends in the middle", path);
          return FALSE;
        }
      func (&record, data);
      at += length;
    }
  return TRUE;
}

GByteArray *
btsnoop_begin (void)
{
  GByteArray *trace = g_byte_array_append (g_byte_array_new (), (const guint8 *) "btsnoop", 8);

  append_be32 (trace, 1);
  append_be32 (trace, DATALINK_MONITOR);
  return trace;
}

void
btsnoop_append (GByteArray *trace, const BtsnoopRecord *record)
{
  append_be32 (trace, (guint32) record->original);
  append_be32 (trace, (guint32) record->size);
  append_be32 (trace, (guint32) record->index << 16 | record->opcode);
  append_be32 (trace, 0);
  append_be32 (trace, (guint32) (record->time >> 32));
  append_be32 (trace, (guint32) record->time);
  g_byte_array_append (trace, record->data, (guint) record->size);
}
