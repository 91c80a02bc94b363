/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/problem.h"

G_BEGIN_DECLS

/**
 * PrwWire: what is between us and a board while it is asked: a serial port (tty.h), or a controller that the kernel has (hci.h).
 * Packets have their H4 type first on both.
 */
typedef struct _PrwWire PrwWire;

/**
 * PrwWireFuncs:
 * @close: frees it
 * @get_fd: what can be read from, or -1 when there is nothing any more
 * @get_name: (transfer none): "ttyACM0", "hci0"
 * @prepare: before it is asked, at @speed bits per second; 0 where there is no such thing
 * @restore: it is asked no more: as it was
 * @is_gone: it was unplugged
 * @is_blocked: it does not let us send
 * @read: octets read, 0 when there are none now, -1 with an error
 * @write: all of it, without waiting
 *
 * Errors are of PRW_PROBLEM and name the wire.
 */
typedef struct
{
  void (*close) (PrwWire *self);
  int (*get_fd) (const PrwWire *self);
  const char *(*get_name) (const PrwWire *self);
  gboolean (*prepare) (PrwWire *self, guint speed, gboolean flow_control, GError **error);
  void (*restore) (PrwWire *self);
  gboolean (*is_gone) (const PrwWire *self);
  gboolean (*is_blocked) (const PrwWire *self);
  gssize (*read) (PrwWire *self, guint8 *data, gsize size, GError **error);
  gboolean (*write) (PrwWire *self, const guint8 *data, gsize size, GError **error);
} PrwWireFuncs;

struct _PrwWire
{
  const PrwWireFuncs *funcs;
};

G_END_DECLS
