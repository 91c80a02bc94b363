/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/devices.h"

G_BEGIN_DECLS

/** PrwBluezDiscovery: waits for single devices to be heard. Several may be looked for on one adapter at once. */
typedef struct _PrwBluezDiscovery PrwBluezDiscovery;

PrwBluezDiscovery *prw_bluez_discovery_new (PrwBluezContext *context, PrwBluezDevices *devices);
void prw_bluez_discovery_free (PrwBluezDiscovery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwBluezDiscovery, prw_bluez_discovery_free)

/**
 * prw_bluez_discovery_find:
 * @adapter: "hciN"
 * @address: normal form; the one in the device's path, which is not its identity while a private device is not bonded
 * @seconds: how long to wait for a device that bluetoothd does not know
 *
 * A GTask of the host with a PrwDevice; discovery has ended when it completes, which is never within this call or a
 * cancellation. PRW_HOST_ERROR_TIMEOUT: it was not heard; NOT_READY: the adapter is off, or went off or away meanwhile.
 */
void prw_bluez_discovery_find (PrwBluezDiscovery *self, const char *adapter, const char *address, guint seconds,
                               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
PrwDevice *prw_bluez_discovery_find_finish (GAsyncResult *result, GError **error);

/** prw_bluez_discovery_vanished: nothing can be heard any more. */
void prw_bluez_discovery_vanished (PrwBluezDiscovery *self);
/** prw_bluez_discovery_added: bluetoothd signals a device. */
void prw_bluez_discovery_added (PrwBluezDiscovery *self, const char *path, GVariant *properties);

G_END_DECLS
