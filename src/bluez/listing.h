/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/context.h"
#include "bluez/wire.h"

G_BEGIN_DECLS

/**
 * prw_bluez_list:
 *
 * The devices that are bonded, paired or connected, from one GetManagedObjects.
 *
 * That reply has everything bluetoothd ever heard of: with 10,000 devices it is 10 MB, from which GDBus makes a tree of
 * 130 MB that GLib 2.74's slices never give back. Introspecting the adapters and reading one device after the other takes
 * 2 s of CPU of ours alone, a third of that of the bus, and 0.7 MB that stay. So the reply is read on a connection of its
 * own in a thread of its own, a device at a time, and only what may be kept becomes a GVariant: 20 ms, and nothing stays.
 */
void prw_bluez_list (PrwBluezContext *context, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** prw_bluez_list_finish: Returns: (transfer full) (element-type PrwDevice) */
GPtrArray *prw_bluez_list_finish (GAsyncResult *result, GError **error);

/** PRW_BLUEZ_LIST_SERIAL: the serial of the call that is replied to. */
#define PRW_BLUEZ_LIST_SERIAL 2

/**
 * prw_bluez_list_read:
 *
 * Reads messages up to the reply, an error to any call of the connection, or what no bus sends. Blocks; for the thread, and
 * for a fuzzer.
 *
 * Returns: (transfer full) (element-type PrwDevice)
 */
GPtrArray *prw_bluez_list_read (PrwWire *wire, GError **error);

G_END_DECLS
