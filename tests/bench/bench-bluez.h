/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bench-devices.h"

G_BEGIN_DECLS

/**
 * BenchAgent:
 * @owner: (owned): the agent's unique name
 * @path: (owned): its object
 * @seen: when its RegisterAgent arrived, CLOCK_MONOTONIC, ns
 */
typedef struct
{
  char *owner;
  char *path;
  gint64 seen;
} BenchAgent;

void bench_agent_clear (BenchAgent *self);

/**
 * BenchBluez:
 *
 * Plays org.bluez, in a message filter: calls are answered in GDBus's worker thread as they arrive, without a main loop.
 */
typedef struct _BenchBluez BenchBluez;

/** bench_bluez_new: connects to @address, owns org.bluez and serves @devices (transfer full). */
BenchBluez *bench_bluez_new (const char *address, BenchDevices *devices, gboolean verbose, GError **error);
void bench_bluez_free (BenchBluez *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchBluez, bench_bluez_free)

/** bench_bluez_connection: Returns: (transfer none): the connection that owns org.bluez */
GDBusConnection *bench_bluez_connection (BenchBluez *self);
/** bench_bluez_devices: Returns: (transfer none): those served now; only bench_bluez_set_devices() changes them */
const BenchDevices *bench_bluez_devices (BenchBluez *self);
/** bench_bluez_set_devices: another world, between subjects; takes @devices. */
void bench_bluez_set_devices (BenchBluez *self, BenchDevices *devices);
/** bench_bluez_expect_agent: the next RegisterAgent is the one to wait for; Pairable is off, as after a start. */
void bench_bluez_expect_agent (BenchBluez *self);
/** bench_bluez_wait_agent: Returns: FALSE if none registered in @timeout_ms (then wait again); @agent is to be cleared */
gboolean bench_bluez_wait_agent (BenchBluez *self, guint timeout_ms, BenchAgent *agent);
/** bench_bluez_calls: how many method calls BlueZ got so far. */
guint64 bench_bluez_calls (BenchBluez *self);
/** bench_bluez_advertise: @count RSSI changes, @rate a second, over all devices in turn. */
void bench_bluez_advertise (BenchBluez *self, guint count, guint rate);

G_END_DECLS
