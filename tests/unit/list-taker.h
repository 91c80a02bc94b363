/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/*
 * The kernel and bluetoothd, as far as addresses go: which controllers there are, the newest first (list_add() in
 * hci_register_dev()), and which address each gets (get_static_addr() of BlueZ 5.87, src/adapter.c), written anew from that.
 */
typedef struct
{
  const char *name;
  guint16 manufacturer;
  char *address; /* NULL: it has none yet, or bluetoothd is not there */
} Controller;

typedef struct
{
  char *file;
  gboolean running;
  GPtrArray *controllers; /* of Controller, the newest first */
  guint made_up;
} Taker;

void taker_init (Taker *self, const char *file);
void taker_clear (Taker *self);
/** taker_add: Returns: (transfer none): its address, when bluetoothd is running */
const char *taker_add (Taker *self, const char *name, guint16 manufacturer);
void taker_remove (Taker *self, const char *name);
void taker_start (Taker *self);
void taker_stop (Taker *self);
/** taker_get: Returns: (transfer none) (nullable) */
const char *taker_get (const Taker *self, const char *name);
/** taker_list: Returns: (transfer container): the addresses of all adapters, the newest first; none while bluetoothd is not there */
GStrv taker_list (const Taker *self);
