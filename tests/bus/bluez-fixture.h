/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/host.h"
#include "bus/fake-bluez.h"

G_BEGIN_DECLS

#define ADAPTER "org.bluez.Adapter1"
#define DEVICE "org.bluez.Device1"
#define HCI0 "/org/bluez/hci0"
#define PEER HCI0 "/dev_AA_BB_CC_00_00_01"
#define OTHER HCI0 "/dev_AA_BB_CC_00_00_02"
#define PEER_PROPERTIES \
  "{'Address': <'AA:BB:CC:00:00:01'>, 'AddressType': <'random'>, 'Name': <'Lamp'>, 'Alias': <'Lamp'>, 'Icon': <'light'>," \
  " 'Class': <@u 1234>, 'Paired': <false>, 'Bonded': <false>, 'Connected': <true>, 'Trusted': <false>," \
  " 'UUIDs': <['0000110B-0000-1000-8000-00805f9b34fb']>, 'RSSI': <@n -40>}"

/** Fixture: a host on a bus of its own with a bluetoothd that has one adapter and one device, and what the host signalled. */
typedef struct
{
  GDBusConnection *connection;
  FakeBluez *bluez; /* (nullable) */
  PrwHost *host;
  GPtrArray *calls;        /* of PrwAgentCall: only when keep_calls */
  gboolean keep_calls;
  guint n_calls;
  GPtrArray *changes;      /* of PrwDevice */
  GPtrArray *removals;     /* of char */
  GPtrArray *events;       /* of char: "+hci0", "~hci0", "-hci0", "available", "state" */
  int signals;             /* atomic: signals that reached the host's connection from bluetoothd */
  GMutex lock;
  GHashTable *rules;       /* under the lock: match rule → how often it is in force; those for signals of a bluetoothd */
  guint filter;
} Fixture;

/** fixture_init: the bus of the whole program; call it after g_test_init(). */
void fixture_init (void);
/** fixture_run: g_test_run() and the end of the bus. */
int fixture_run (void);

Fixture *fixture_new (void);
/** fixture_free: stops and frees the host, and checks that nobody keeps it. */
void fixture_free (Fixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

/** fixture_start: starts bluetoothd (unless it runs) and the host, and waits until the agent is the default one and the adapter is known. */
void fixture_start (Fixture *self);
/** fixture_start_bluez: a bluetoothd with the adapter and the device. */
void fixture_start_bluez (Fixture *self);
void fixture_kill_bluez (Fixture *self);
/** fixture_times: the host's time limits, for a test to shorten */
PrwBluezTimes *fixture_times (Fixture *self);
/** fixture_default_agent: Returns: the agent bluetoothd would ask */
const FakeAgent *fixture_default_agent (Fixture *self);
/** fixture_ask: bluetoothd asks the default agent; waits until the host has signalled it. */
FakeQuestion *fixture_ask (Fixture *self, const char *method, GVariant *parameters);
/** fixture_sync: until the host has worked off all that bluetoothd has sent it, and bluetoothd all that the host has sent. */
void fixture_sync (Fixture *self);
/** fixture_last_call: Returns: (transfer none): the last agent-call */
PrwAgentCall *fixture_last_call (Fixture *self);
guint fixture_count_events (Fixture *self, const char *event);
/** fixture_count_rules: the match rules the bus keeps for the host now, of this bluetoothd and of those before. */
guint fixture_count_rules (Fixture *self);

/** fixture_result: a GAsyncReadyCallback; data is a GAsyncResult ** */
void fixture_result (GObject *source, GAsyncResult *result, gpointer data);

G_END_DECLS
