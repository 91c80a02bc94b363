/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BENCH_ADAPTER_PATH "/org/bluez/hci0"

/**
 * BenchDevices:
 *
 * What the bench's BlueZ knows: one adapter and any number of LE devices. Devices never change, and all replies about them
 * are built beforehand, so that serving them costs next to nothing while an agent is measured. After it is made, only the
 * adapter's properties change; the caller locks.
 */
typedef struct _BenchDevices BenchDevices;

/**
 * bench_devices_new:
 * @count: devices BlueZ has seen advertising; none is paired or bonded
 * @connected: how many of them, from the first on, are connected
 */
BenchDevices *bench_devices_new (guint count, guint connected);
void bench_devices_free (BenchDevices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchDevices, bench_devices_free)

guint bench_devices_count (const BenchDevices *self);
const char *bench_devices_path (const BenchDevices *self, guint index);
/** bench_devices_lookup: Returns: (transfer none) (nullable): a{sv} of the device, NULL if @path is none */
GVariant *bench_devices_lookup (const BenchDevices *self, const char *path);
/** bench_devices_adapter: Returns: (transfer full): a{sv} of the adapter */
GVariant *bench_devices_adapter (const BenchDevices *self);
/** bench_devices_set_adapter: Returns: TRUE if the value was another one */
gboolean bench_devices_set_adapter (BenchDevices *self, const char *property, GVariant *value);
/** bench_devices_managed: Returns: (transfer floating): the reply to GetManagedObjects */
GVariant *bench_devices_managed (const BenchDevices *self);
/** bench_devices_introspect: Returns: (transfer floating): (s) for any path */
GVariant *bench_devices_introspect (const BenchDevices *self, const char *path);

G_END_DECLS
