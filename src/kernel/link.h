/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"
#include "core/kernel.h"
#include "kernel/connections.h"

G_BEGIN_DECLS

/**
 * PrwKernelLink:
 *
 * The real #PrwKernel: two sockets to the kernel, opened while the rights are there.
 *
 * Its `link-event`s come in the order of the kernel's time stamps, so that those of both sockets are ordered. A
 * connection's first event is CONNECTED, whatever showed it first.
 */
#define PRW_TYPE_KERNEL_LINK (prw_kernel_link_get_type ())
G_DECLARE_FINAL_TYPE (PrwKernelLink, prw_kernel_link, PRW, KERNEL_LINK, GObject)

/**
 * prw_kernel_link_open:
 *
 * Opens the sockets: before rights are dropped, and before there is a thread. Nothing is read yet.
 *
 * Returns: (transfer full) (nullable): or NULL with G_IO_ERROR_PERMISSION_DENIED (a capability is missing),
 *   G_IO_ERROR_NOT_SUPPORTED (no Bluetooth in this kernel) or another G_IO_ERROR
 */
PrwKernelLink *prw_kernel_link_open (GError **error);
/**
 * prw_kernel_link_new_for_fds:
 * @control, @monitor: sockets that keep message boundaries; they are closed with the link
 * @list: what to ask for the connections there are
 * @clock: for time limits
 *
 * The same over any sockets.
 */
PrwKernelLink *prw_kernel_link_new_for_fds (int control, int monitor, PrwConnectionsListFunc list, gpointer data, PrwClock *clock);
/** prw_kernel_link_start: begins to read, on the default main context: the controllers there are, and their connections. */
void prw_kernel_link_start (PrwKernelLink *self);

G_END_DECLS
