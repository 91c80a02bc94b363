/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "kernel/connections.h"

G_BEGIN_DECLS

/**
 * PrwKernelSockets: what is opened while the rights are there; all of it works on without them.
 * @control: the management interface; needs CAP_NET_ADMIN, or the kernel keeps most of it back
 * @monitor: what goes between host and controllers; needs CAP_NET_RAW
 * @query: unbound, for HCIGETCONNLIST, which the other two refuse; needs no right
 */
typedef struct
{
  int control, monitor, query;
} PrwKernelSockets;

#define PRW_KERNEL_SOCKETS_NONE ((PrwKernelSockets) { -1, -1, -1 })

/**
 * prw_kernel_sockets_open:
 *
 * Opens all three, non-blocking and close-on-exec, the filters attached before anything can come in. Errors say what is missing:
 * G_IO_ERROR_PERMISSION_DENIED a capability, G_IO_ERROR_NOT_SUPPORTED Bluetooth.
 */
gboolean prw_kernel_sockets_open (PrwKernelSockets *sockets, GError **error);
/** prw_kernel_sockets_close: those that are open. */
void prw_kernel_sockets_close (PrwKernelSockets *sockets);

/**
 * prw_kernel_sockets_list:
 *
 * The LE and BR/EDR connections that controller @index has now. Empty when there is no such controller.
 *
 * Returns: (transfer full) (element-type PrwListedConnection)
 */
GArray *prw_kernel_sockets_list (int query, guint16 index);

G_END_DECLS
