/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/context.h"

G_BEGIN_DECLS

/** PrwBluezDevices: readings of remote devices, and the few that are watched. */
typedef struct _PrwBluezDevices PrwBluezDevices;

PrwBluezDevices *prw_bluez_devices_new (PrwBluezContext *context);
void prw_bluez_devices_free (PrwBluezDevices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwBluezDevices, prw_bluez_devices_free)

/** prw_bluez_devices_watch: counted; its changes are signalled from its first reading on, which is made if nobody makes it. */
void prw_bluez_devices_watch (PrwBluezDevices *self, const char *path);
void prw_bluez_devices_unwatch (PrwBluezDevices *self, const char *path);
/** prw_bluez_devices_read: one GetAll: a GTask of the host with a PrwDevice. NOT_FOUND: there is no such device. */
void prw_bluez_devices_read (PrwBluezDevices *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data);
PrwDevice *prw_bluez_devices_read_finish (GAsyncResult *result, GError **error);

/** prw_bluez_devices_appeared: there is a bluetoothd: what is watched is read from it. */
void prw_bluez_devices_appeared (PrwBluezDevices *self);
/** prw_bluez_devices_vanished: forgets the readings; the watches stay. */
void prw_bluez_devices_vanished (PrwBluezDevices *self);

/* What bluetoothd signals; of devices that are not watched it is ignored. */
void prw_bluez_devices_added (PrwBluezDevices *self, const char *path, GVariant *properties);
void prw_bluez_devices_removed (PrwBluezDevices *self, const char *path);
void prw_bluez_devices_changed (PrwBluezDevices *self, const char *path, GVariant *changed, GVariant *invalidated);

G_END_DECLS
