/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PrwWire:
 *
 * D-Bus messages read piecemeal from a stream, in this machine's byte order (both ends are on it). Blocks: for threads of
 * their own. What does not keep to the D-Bus specification ("Marshaling"), or goes beyond the message, is an error.
 */
typedef struct
{
  GInputStream *stream;      /* not a reference */
  GCancellable *cancellable; /* (nullable): not a reference */
  gint64 deadline;           /* monotonic, µs */
  guint64 position;          /* bytes of the body read so far */
  guint64 limit;             /* where the body ends, or the array that is being read */
  gsize begin, end;          /* what is in the buffer */
  guchar buffer[8192];
} PrwWire;

typedef struct
{
  guint8 type; /* GDBusMessageType */
  guint32 body_length;
  guint32 reply_serial; /* 0: none */
  char *signature;      /* (nullable) */
  GByteArray *bytes;    /* the header as it came */
} PrwWireHeader;

void prw_wire_init (PrwWire *self, GInputStream *stream, guint timeout_ms, GCancellable *cancellable);
/** prw_wire_read_line: a line of the authentication, without its end. */
gboolean prw_wire_read_line (PrwWire *self, char *out, gsize size, GError **error);

/** prw_wire_read_header: up to the body; what follows reads the body and cannot leave it. */
gboolean prw_wire_read_header (PrwWire *self, PrwWireHeader *header, GError **error);
void prw_wire_header_clear (PrwWireHeader *header);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PrwWireHeader, prw_wire_header_clear)
/** prw_wire_decode_message: Returns: (transfer full): the whole message, its body read now */
GDBusMessage *prw_wire_decode_message (PrwWire *self, const PrwWireHeader *header, GError **error);

gboolean prw_wire_read (PrwWire *self, gpointer out, gsize size, GError **error);
gboolean prw_wire_skip (PrwWire *self, guint64 size, GError **error);
gboolean prw_wire_align (PrwWire *self, guint alignment, GError **error);
/**
 * prw_wire_enter:
 * @outer: (out): for prw_wire_leave()
 *
 * Begins an array whose elements are aligned to 8; what follows reads them and cannot leave it.
 */
gboolean prw_wire_enter (PrwWire *self, guint64 *outer, GError **error);
/** prw_wire_leave: after the last element. */
void prw_wire_leave (PrwWire *self, guint64 outer);
/** prw_wire_left: bytes of the array, or of the body, that are still to be read. */
guint64 prw_wire_left (const PrwWire *self);
/** prw_wire_read_string: a string or object path, with its terminator; longer than @size is an error. */
gboolean prw_wire_read_string (PrwWire *self, char *out, gsize size, GError **error);

/**
 * prw_wire_may_have_true:
 * @bytes: the elements of an a{sv} as they were sent, beginning at a multiple of 8
 * @names: names of boolean properties
 *
 * Returns: FALSE when certainly none of @names is true; TRUE when one is, or it takes a full decoder to tell
 */
gboolean prw_wire_may_have_true (const guchar *bytes, gsize size, const char *const *names);
/** prw_wire_decode_properties: Returns: (transfer full): @bytes as above as an a{sv} */
GVariant *prw_wire_decode_properties (const guchar *bytes, gsize size, GError **error);

G_END_DECLS
