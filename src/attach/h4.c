/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/h4.h"

#include <string.h>

#include "kernel/bytes.h"

typedef enum
{
  KIND_COMMAND = 0x01,
  KIND_ACL = 0x02,
  KIND_EVENT = 0x04,
  KIND_ISO = 0x05,
} Kind;

#define EVENT_HEADER 3 /* kind, code, length */
#define DATA_HEADER 5  /* kind, handle and flags, length */

gsize
prw_h4_put (PrwH4 *self, const guint8 *data, gsize size)
{
  gsize n = MIN (size, sizeof self->buffer - self->used);

  if (n > 0)
    memcpy (self->buffer + self->used, data, n);
  self->used += n;
  return n;
}

/* What is thrown away may be an identity root: it must not stay behind the end. */
static void
drop (PrwH4 *self, gsize n)
{
  memmove (self->buffer, self->buffer + n, self->used - n);
  explicit_bzero (self->buffer + self->used - n, n);
  self->used -= n;
  self->told = 0;
}

/* The octets of the packet at the front; 0: not known yet. A kind that a controller never sends, or data of a length that
 * none has here, is @noise. SCO is noise too: no board of those that are meant has it, and the echo of a Reset looks like it. */
static gsize
packet_size (const PrwH4 *self, gboolean *noise)
{
  gsize length;

  *noise = FALSE;
  switch (self->buffer[0])
    {
    case KIND_EVENT:
      return self->used < EVENT_HEADER ? 0 : (gsize) EVENT_HEADER + self->buffer[2];
    case KIND_ACL:
    case KIND_ISO:
      if (self->used < DATA_HEADER)
        return 0;
      length = prw_bytes_get_le16 (self->buffer + 3);
      if (self->buffer[0] == KIND_ISO)
        length &= 0x3fff; /* Core 5.4 Vol 4 Part E 5.4.5 */
      *noise = length == 0 || length > PRW_H4_DATA_MAX;
      return DATA_HEADER + length;
    default:
      *noise = TRUE;
      return 1;
    }
}

PrwH4Result
prw_h4_take (PrwH4 *self, PrwH4Packet *packet)
{
  gboolean noise;
  gsize size;

  memset (packet, 0, sizeof *packet);
  if (self->told > 0)
    drop (self, self->told);
  if (self->used == 0)
    return PRW_H4_MORE;
  size = packet_size (self, &noise);
  if (noise)
    {
      packet->code = self->buffer[0];
      self->told = 1;
      return PRW_H4_NOISE;
    }
  if (size == 0 || size > self->used)
    return PRW_H4_MORE;
  self->told = size;
  if (self->buffer[0] != KIND_EVENT)
    return PRW_H4_DATA;
  packet->code = self->buffer[1];
  packet->parameters = self->buffer + EVENT_HEADER;
  packet->n_parameters = size - EVENT_HEADER;
  return PRW_H4_EVENT;
}

gboolean
prw_h4_resync (PrwH4 *self)
{
  if (self->told > 0)
    drop (self, self->told);
  if (self->used == 0)
    return FALSE;
  drop (self, 1);
  return TRUE;
}

gsize
prw_h4_get_begun (const PrwH4 *self, const guint8 **data)
{
  *data = self->buffer + self->told;
  return self->used - self->told;
}

void
prw_h4_clear (PrwH4 *self)
{
  explicit_bzero (self, sizeof *self);
}

gsize
prw_h4_command (guint8 *out, guint16 opcode, const guint8 *parameters, guint8 n_parameters)
{
  g_return_val_if_fail (n_parameters <= PRW_H4_COMMAND_MAX - 4, 0);

  out[0] = KIND_COMMAND;
  prw_bytes_put_le16 (out + 1, opcode);
  out[3] = n_parameters;
  if (n_parameters > 0)
    memcpy (out + 4, parameters, n_parameters);
  return (gsize) n_parameters + 4;
}
