/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/problem.h"

G_BEGIN_DECLS

/**
 * PrwLine:
 * @open: makes the port a line to a controller: from then on nobody reads or writes it but the kernel
 * @start: has the kernel make a controller of it; @index: its number, the N of hciN
 * @is_there: whether that controller is still there
 * @close: ends it, and makes the port a port again
 * @data: for these
 *
 * What the kernel does with a port; tests have one that does not need a kernel with Bluetooth.
 */
typedef struct
{
  gboolean (*open) (int fd, gpointer data, GError **error);
  gboolean (*start) (int fd, guint *index, gpointer data, GError **error);
  gboolean (*is_there) (int fd, guint index, gpointer data);
  void (*close) (int fd, gpointer data);
  gpointer data;
} PrwLine;

/** prw_line_kernel: the real one: the line discipline N_HCI with H4 (Linux, drivers/bluetooth/hci_ldisc.c) */
extern const PrwLine prw_line_kernel;

G_END_DECLS
