/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BTSNOOP_CONTROL_EVENT 17 /* the opcode of a management event, as each control socket gets it */
#define BTSNOOP_CONTROL_HEADER 6 /* le32 the socket's number, le16 the event's code; its parameters follow */

/** BtsnoopRecord: one frame of a trace as `btmon -w` writes it: datalink 2001, the monitor channel. */
typedef struct
{
  guint16 opcode, index;
  guint64 time; /* µs, since whenever */
  const guint8 *data;
  gsize size;     /* of what is kept */
  gsize original; /* of the frame when it was recorded */
} BtsnoopRecord;

typedef void (*BtsnoopFunc) (const BtsnoopRecord *record, gpointer data);

/** btsnoop_read: @func is called for each record; FALSE with @error when @path is no such trace, or ends in the middle */
gboolean btsnoop_read (const char *path, BtsnoopFunc func, gpointer data, GError **error);
/** btsnoop_begin: Returns: (transfer full): a trace without records */
GByteArray *btsnoop_begin (void);
void btsnoop_append (GByteArray *trace, const BtsnoopRecord *record);

G_END_DECLS
