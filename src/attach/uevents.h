/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "attach/uevent.h"

G_BEGIN_DECLS

/** PrwUeventFunc: @uevent: (nullable): what the kernel said; NULL: some of it was lost. */
typedef void (*PrwUeventFunc) (const PrwUevent *uevent, gpointer data);

/**
 * PrwUevents:
 *
 * What the kernel says of devices that come and go, from its own netlink socket, with libnl. Needs no rights and no udev.
 */
typedef struct _PrwUevents PrwUevents;

/**
 * prw_uevents_open:
 * @func: called from the thread-default main context
 * @data: for @func
 * @error: G_IO_ERROR; G_IO_ERROR_NOT_SUPPORTED when pairward was built without libnl
 *
 * What happens after this returned is heard: look at what is there already after it, not before.
 *
 * Returns: (transfer full) (nullable): the socket
 */
PrwUevents *prw_uevents_open (PrwUeventFunc func, gpointer data, GError **error);
void prw_uevents_close (PrwUevents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwUevents, prw_uevents_close)

G_END_DECLS
