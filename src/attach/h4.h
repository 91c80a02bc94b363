/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * HCI over a serial line: a packet is one octet that says its kind and then what HCI itself says of its length (Core 5.4
 * Vol 4 Part A 2). Nothing in it tells where a packet begins, so whoever listens from the middle on has to guess.
 */

/** PRW_H4_COMMAND_MAX: octets of the longest command that is sent here. */
#define PRW_H4_COMMAND_MAX 16
/** PRW_H4_DATA_MAX: octets of data in the longest data packet that is believed; one that claims more is noise. */
#define PRW_H4_DATA_MAX 1024
#define PRW_H4_PACKET_MAX (1 + 4 + PRW_H4_DATA_MAX)

/** PrwH4Result: what prw_h4_take() found. */
typedef enum
{
  PRW_H4_MORE,  /* nothing whole yet */
  PRW_H4_EVENT, /* an event */
  PRW_H4_DATA,  /* a data packet, which says nothing here */
  PRW_H4_NOISE, /* an octet that begins no packet; it is in @code */
} PrwH4Result;

/**
 * PrwH4Packet:
 * @code: of an event: which; of noise: the octet
 * @parameters: of an event; good until the next call
 */
typedef struct
{
  guint8 code;
  const guint8 *parameters;
  gsize n_parameters;
} PrwH4Packet;

/** PrwH4: octets that came and are no whole packet yet. All zero is a good beginning. */
typedef struct
{
  guint8 buffer[PRW_H4_PACKET_MAX];
  gsize used; /* octets in it */
  gsize told; /* of these, at the front: what the last call gave away */
} PrwH4;

/** prw_h4_put: Returns: how many octets of @data were taken: prw_h4_take() makes room for the others */
gsize prw_h4_put (PrwH4 *self, const guint8 *data, gsize size);
/** prw_h4_take: cuts off what is at the front. What the call before gave away is wiped. */
PrwH4Result prw_h4_take (PrwH4 *self, PrwH4Packet *packet);
/**
 * prw_h4_resync: nothing more came of the packet at the front, so that it was none: its first octet is thrown away, and
 * prw_h4_take() looks at the next ones.
 *
 * Returns: whether there was one
 */
gboolean prw_h4_resync (PrwH4 *self);
/** prw_h4_get_begun: what there is of a packet that has begun. Returns: how many octets are at *@data */
gsize prw_h4_get_begun (const PrwH4 *self, const guint8 **data);
/** prw_h4_clear: wipes all. */
void prw_h4_clear (PrwH4 *self);

/**
 * prw_h4_command:
 * @out: at least PRW_H4_COMMAND_MAX octets
 * @n_parameters: at most PRW_H4_COMMAND_MAX - 4
 *
 * Returns: the octets of the command in @out
 */
gsize prw_h4_command (guint8 *out, guint16 opcode, const guint8 *parameters, guint8 n_parameters);

G_END_DECLS
