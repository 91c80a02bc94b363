/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/wire.h"

#include <string.h>

#include <glib/gi18n.h>

#define HEADER_FIXED 16
/* D-Bus specification: an array, and so the header fields, is at most 64 MiB; real ones have a few hundred bytes. */
#define HEADER_MAX (64 * 1024)
#define FIELD_REPLY_SERIAL 5
#define FIELD_SIGNATURE 8

static const guchar byte_order = G_BYTE_ORDER == G_LITTLE_ENDIAN ? 'l' : 'B';

void
prw_wire_init (PrwWire *self, GInputStream *stream, guint timeout_ms, GCancellable *cancellable)
{
  memset (self, 0, sizeof *self);
  self->stream = stream;
  self->cancellable = cancellable;
  self->deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
}

static gboolean
malformed (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("A malformed message came from the bus"));
  return FALSE;
}

static gboolean
fill (PrwWire *self, GError **error)
{
  gssize n;

  if (self->begin < self->end)
    return TRUE;
  if (g_get_monotonic_time () > self->deadline)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _("bluetoothd does not answer"));
      return FALSE;
    }
  n = g_input_stream_read (self->stream, self->buffer, sizeof self->buffer, self->cancellable, error);
  if (n == 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _("The message bus closed the connection"));
  self->begin = 0;
  self->end = n > 0 ? (gsize) n : 0;
  return n > 0;
}

/* @out: (nullable): NULL skips */
static gboolean
take (PrwWire *self, guchar *out, guint64 size, GError **error)
{
  while (size > 0)
    {
      gsize n;

      if (!fill (self, error))
        return FALSE;
      n = (gsize) MIN (size, (guint64) (self->end - self->begin));
      if (out != NULL)
        {
          memcpy (out, self->buffer + self->begin, n);
          out += n;
        }
      self->begin += n;
      size -= n;
    }
  return TRUE;
}

gboolean
prw_wire_read_line (PrwWire *self, char *out, gsize size, GError **error)
{
  for (gsize i = 0; i < size; i++)
    {
      guchar c;

      if (!take (self, &c, 1, error))
        return FALSE;
      out[i] = (char) c;
      if (c == '\n')
        {
          out[i > 0 && out[i - 1] == '\r' ? i - 1 : i] = '\0';
          return TRUE;
        }
    }
  return malformed (error);
}

guint64
prw_wire_left (const PrwWire *self)
{
  return self->limit - self->position;
}

gboolean
prw_wire_read (PrwWire *self, gpointer out, gsize size, GError **error)
{
  if (size > prw_wire_left (self))
    return malformed (error);
  self->position += size;
  return take (self, out, size, error);
}

gboolean
prw_wire_skip (PrwWire *self, guint64 size, GError **error)
{
  if (size > prw_wire_left (self))
    return malformed (error);
  self->position += size;
  return take (self, NULL, size, error);
}

gboolean
prw_wire_align (PrwWire *self, guint alignment, GError **error)
{
  return prw_wire_skip (self, -self->position & (alignment - 1), error);
}

gboolean
prw_wire_enter (PrwWire *self, guint64 *outer, GError **error)
{
  guint32 length;

  if (!prw_wire_align (self, 4, error) || !prw_wire_read (self, &length, sizeof length, error) || !prw_wire_align (self, 8, error))
    return FALSE;
  if (length > prw_wire_left (self))
    return malformed (error);
  *outer = self->limit;
  self->limit = self->position + length;
  return TRUE;
}

void
prw_wire_leave (PrwWire *self, guint64 outer)
{
  self->limit = outer;
}

gboolean
prw_wire_read_string (PrwWire *self, char *out, gsize size, GError **error)
{
  guint32 length;

  if (!prw_wire_align (self, 4, error) || !prw_wire_read (self, &length, sizeof length, error))
    return FALSE;
  if (length >= size)
    return malformed (error);
  if (!prw_wire_read (self, out, (gsize) length + 1, error))
    return FALSE;
  return out[length] == '\0' && strlen (out) == length ? TRUE : malformed (error);
}

/* --- values in memory --- */

typedef struct
{
  const guchar *bytes;
  gsize size;
  gsize position;
} Cursor;

static gboolean
cursor_skip (Cursor *cursor, gsize alignment, gsize size)
{
  const gsize padding = -cursor->position & (alignment - 1);

  if (padding > cursor->size - cursor->position || size > cursor->size - cursor->position - padding)
    return FALSE;
  cursor->position += padding + size;
  return TRUE;
}

static gboolean
cursor_u32 (Cursor *cursor, guint32 *out)
{
  if (!cursor_skip (cursor, 4, sizeof *out))
    return FALSE;
  memcpy (out, cursor->bytes + cursor->position - sizeof *out, sizeof *out);
  return TRUE;
}

/* A text that begins here, has @length bytes and then its terminator. */
static const char *
cursor_text (Cursor *cursor, gsize length)
{
  const char *text = (const char *) cursor->bytes + cursor->position;

  if (!cursor_skip (cursor, 1, length) || !cursor_skip (cursor, 1, 1) || memchr (text, '\0', length + 1) != text + length)
    return NULL;
  return text;
}

static const char *
cursor_string (Cursor *cursor)
{
  guint32 length;

  return cursor_u32 (cursor, &length) ? cursor_text (cursor, length) : NULL;
}

static const char *
cursor_signature (Cursor *cursor)
{
  if (!cursor_skip (cursor, 1, 1))
    return NULL;
  return cursor_text (cursor, cursor->bytes[cursor->position - 1]);
}

static gsize
alignment_of (char type)
{
  switch (type)
    {
    case 'y':
    case 'g':
    case 'v':
      return 1;
    case 'n':
    case 'q':
      return 2;
    case 'b':
    case 'u':
    case 'i':
    case 'h':
    case 's':
    case 'o':
    case 'a':
      return 4;
    default: /* x t d ( { */
      return 8;
    }
}

/* Returns: FALSE for what goes beyond the end, or is not simple: a structure, a variant in a variant */
static gboolean
cursor_skip_value (Cursor *cursor, const char *signature)
{
  const gsize alignment = alignment_of (signature[0]);
  guint32 length;

  if (signature[0] == 'a')
    return cursor_u32 (cursor, &length) && cursor_skip (cursor, alignment_of (signature[1]), length);
  if (signature[0] == '\0' || signature[1] != '\0' || strchr ("v({", signature[0]) != NULL)
    return FALSE;
  if (signature[0] == 's' || signature[0] == 'o')
    return cursor_u32 (cursor, &length) && cursor_skip (cursor, 1, length) && cursor_skip (cursor, 1, 1);
  if (signature[0] == 'g')
    return cursor_skip (cursor, 1, 1) && cursor_skip (cursor, 1, (gsize) cursor->bytes[cursor->position - 1] + 1);
  return cursor_skip (cursor, alignment, alignment);
}

gboolean
prw_wire_may_have_true (const guchar *bytes, gsize size, const char *const *names)
{
  Cursor cursor = { .bytes = bytes, .size = size };

  while (cursor.position < size)
    {
      const char *name, *signature;
      guint32 value;

      if (!cursor_skip (&cursor, 8, 0) || (name = cursor_string (&cursor)) == NULL ||
          (signature = cursor_signature (&cursor)) == NULL)
        return TRUE;
      if (g_str_equal (signature, "b") && g_strv_contains (names, name))
        {
          if (!cursor_u32 (&cursor, &value) || value != 0)
            return TRUE;
        }
      else if (!cursor_skip_value (&cursor, signature))
        return TRUE;
    }
  return FALSE;
}

GVariant *
prw_wire_decode_properties (const guchar *bytes, gsize size, GError **error)
{
  g_autoptr (GDBusMessage) empty = g_dbus_message_new_signal ("/", "a.a", "a");
  g_autoptr (GDBusMessage) message = NULL;
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_autofree guchar *blob = NULL;
  const guint32 length = (guint32) size;
  const guint32 body_length = length + 8;
  gsize blob_size;

  /* The message of an empty a{sv}: its body is the length of the array, and four bytes up to the first element. */
  g_dbus_message_set_serial (empty, 1);
  g_dbus_message_set_body (empty, g_variant_new ("(a{sv})", NULL));
  blob = g_dbus_message_to_blob (empty, &blob_size, G_DBUS_CAPABILITY_FLAGS_NONE, error);
  if (blob == NULL)
    return NULL;
  memcpy (blob + 4, &body_length, sizeof body_length);
  memcpy (blob + blob_size - 8, &length, sizeof length);
  g_byte_array_append (whole, blob, (guint) blob_size);
  g_byte_array_append (whole, bytes, length);
  message = g_dbus_message_new_from_blob (whole->data, whole->len, G_DBUS_CAPABILITY_FLAGS_NONE, error);
  return message != NULL ? g_variant_get_child_value (g_dbus_message_get_body (message), 0) : NULL;
}

/* --- headers --- */

void
prw_wire_header_clear (PrwWireHeader *header)
{
  g_clear_pointer (&header->signature, g_free);
  g_clear_pointer (&header->bytes, g_byte_array_unref);
}

/* The fields are an array of (yv) that begins, like the message, at a multiple of 8. */
static gboolean
parse_fields (PrwWireHeader *header, const guchar *bytes, gsize size)
{
  Cursor cursor = { .bytes = bytes, .size = size };

  while (cursor.position < size)
    {
      const char *signature, *text;
      guchar code;

      if (!cursor_skip (&cursor, 8, 1))
        return FALSE;
      code = bytes[cursor.position - 1];
      signature = cursor_signature (&cursor);
      if (signature == NULL)
        return FALSE;
      if (code == FIELD_REPLY_SERIAL && g_str_equal (signature, "u"))
        {
          if (!cursor_u32 (&cursor, &header->reply_serial))
            return FALSE;
        }
      else if (code == FIELD_SIGNATURE && g_str_equal (signature, "g"))
        {
          text = cursor_signature (&cursor);
          if (text == NULL)
            return FALSE;
          g_free (header->signature);
          header->signature = g_strdup (text);
        }
      else if (!cursor_skip_value (&cursor, signature))
        return FALSE;
    }
  return TRUE;
}

gboolean
prw_wire_read_header (PrwWire *self, PrwWireHeader *header, GError **error)
{
  guchar fixed[HEADER_FIXED];
  guint32 fields;

  if (!take (self, fixed, sizeof fixed, error))
    return FALSE;
  memcpy (&header->body_length, fixed + 4, sizeof header->body_length);
  memcpy (&fields, fixed + 12, sizeof fields);
  if (fixed[0] != byte_order || fields > HEADER_MAX)
    return malformed (error);
  header->type = fixed[1];
  header->bytes = g_byte_array_new ();
  g_byte_array_append (header->bytes, fixed, sizeof fixed);
  g_byte_array_set_size (header->bytes, HEADER_FIXED + ((fields + 7) & ~7u));
  if (!take (self, header->bytes->data + HEADER_FIXED, header->bytes->len - HEADER_FIXED, error))
    return FALSE;
  self->position = 0;
  self->limit = header->body_length;
  return parse_fields (header, header->bytes->data + HEADER_FIXED, fields) ? TRUE : malformed (error);
}

GDBusMessage *
prw_wire_decode_message (PrwWire *self, const PrwWireHeader *header, GError **error)
{
  g_autoptr (GByteArray) whole = g_byte_array_sized_new (header->bytes->len + header->body_length);

  g_byte_array_append (whole, header->bytes->data, header->bytes->len);
  g_byte_array_set_size (whole, header->bytes->len + header->body_length);
  if (!prw_wire_read (self, whole->data + header->bytes->len, header->body_length, error))
    return NULL;
  return g_dbus_message_new_from_blob (whole->data, whole->len, G_DBUS_CAPABILITY_FLAGS_NONE, error);
}
