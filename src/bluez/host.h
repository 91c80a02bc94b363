/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/context.h"
#include "core/host.h"

G_BEGIN_DECLS

/**
 * PrwBluezHost:
 *
 * The PrwHost that is bluetoothd on the system bus, however often it comes and goes.
 */
#define PRW_TYPE_BLUEZ_HOST (prw_bluez_host_get_type ())
G_DECLARE_FINAL_TYPE (PrwBluezHost, prw_bluez_host, PRW, BLUEZ_HOST, GObject)

/** prw_bluez_host_new: Returns: (transfer full): a host that does nothing before prw_bluez_host_start() */
PrwHost *prw_bluez_host_new (GDBusConnection *system_bus);

/** prw_bluez_host_start: looks for bluetoothd, registers as its agent first, then reads. */
void prw_bluez_host_start (PrwBluezHost *self);

/**
 * prw_bluez_host_stop_async:
 *
 * Gives the agents back to bluetoothd; what it asked and nobody answered is refused. Ends within a second, whatever
 * bluetoothd does; nothing is asked or signalled after it.
 */
void prw_bluez_host_stop_async (PrwBluezHost *self, GAsyncReadyCallback callback, gpointer data);
/** prw_bluez_host_stop_finish: Returns: TRUE */
gboolean prw_bluez_host_stop_finish (PrwBluezHost *self, GAsyncResult *result, GError **error);

/** prw_bluez_host_get_times: Returns: (transfer none): the time limits, to be changed before the start (tests only) */
PrwBluezTimes *prw_bluez_host_get_times (PrwBluezHost *self);

G_END_DECLS
