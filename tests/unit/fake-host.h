/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/host.h"

G_BEGIN_DECLS

/**
 * PrwFakeHost: a PrwHost that tests script. It has one adapter, hci0. Calls that change something are written down in
 * order as "verb argument"; pair, connect and find wait for prw_fake_host_finish(), everything else is done at once,
 * but see prw_fake_host_hold().
 */
#define PRW_TYPE_FAKE_HOST (prw_fake_host_get_type ())
G_DECLARE_FINAL_TYPE (PrwFakeHost, prw_fake_host, PRW, FAKE_HOST, GObject)

#define FAKE_DEVICE "/org/bluez/hci0/dev_C0_00_00_00_00_01"
#define FAKE_PEER "/org/pairward/hci0/dev_C0_00_00_00_00_01"
#define FAKE_ADDRESS "C0:00:00:00:00:01"

/** PrwFakeFlags: of a device. */
typedef enum
{
  FAKE_CONNECTED = 1 << 0,
  FAKE_PAIRED = 1 << 1,
  FAKE_BONDED = 1 << 2,
  FAKE_BREDR = 1 << 3, /* a public address and a class of device: BR/EDR, as far as D-Bus tells */
  FAKE_GATT = 1 << 4,  /* and GATT's own service */
} PrwFakeFlags;

/** PrwFakeHold: what is held back. */
typedef enum
{
  FAKE_HOLD_READS = 1 << 0,
  FAKE_HOLD_REMOVALS = 1 << 1,
  FAKE_HOLD_SWITCHES = 1 << 2, /* Pairable is not seen to change */
} PrwFakeHold;

PrwFakeHost *prw_fake_host_new (void);
/** prw_fake_host_set_device: the device is there from now on, as said; watchers are told. */
void prw_fake_host_set_device (PrwFakeHost *self, const char *path, const char *name, guint flags);
void prw_fake_host_remove (PrwFakeHost *self, const char *path);
/** prw_fake_host_set_settled: FALSE: bluetoothd has come, its adapter is not known yet. */
void prw_fake_host_set_settled (PrwFakeHost *self, gboolean settled);
/** prw_fake_host_hold: @what: a mask of PrwFakeHold; 0: what was held back meanwhile is done, cancelled or not. */
void prw_fake_host_hold (PrwFakeHost *self, guint what);
/** prw_fake_host_set_plugged: the adapter goes, or comes, as bluetoothd begins with one: pairable. Devices are read only while it is there. */
void prw_fake_host_set_plugged (PrwFakeHost *self, gboolean plugged);
/** prw_fake_host_set_available: bluetoothd ends, cancelling its question, or starts. */
void prw_fake_host_set_available (PrwFakeHost *self, gboolean available);
/** prw_fake_host_set_discoverable: somebody else changes it */
void prw_fake_host_set_discoverable (PrwFakeHost *self, gboolean discoverable);
void prw_fake_host_set_powered (PrwFakeHost *self, gboolean powered);
/** prw_fake_host_take_calls: Returns: (transfer full): what was called since the last time, joined by "; " */
char *prw_fake_host_take_calls (PrwFakeHost *self);
/** prw_fake_host_finish: ends the pair, connect or find that waits; @code -1: it succeeds. */
void prw_fake_host_finish (PrwFakeHost *self, int code);
/** prw_fake_host_is_cancelled: whether what waits was told to end */
gboolean prw_fake_host_is_cancelled (PrwFakeHost *self);

/**
 * prw_fake_host_ask: bluetoothd asks about FAKE_DEVICE.
 *
 * Returns: (transfer full): where the answer appears: "accept", "reject", "cancel", a passkey or PIN; "" before
 */
GString *prw_fake_host_ask (PrwFakeHost *self, PrwAgentMethod method, guint32 passkey, const char *text);
/** prw_fake_host_ask_about: the same about another device */
GString *prw_fake_host_ask_about (PrwFakeHost *self, const char *path, PrwAgentMethod method, guint32 passkey, const char *text);
/** prw_fake_host_typed: DisplayPasskey once more: the other side has typed @entered digits. */
void prw_fake_host_typed (PrwFakeHost *self, guint32 passkey, guint16 entered);
/** prw_fake_host_cancel: bluetoothd cancels its last question. */
void prw_fake_host_cancel (PrwFakeHost *self);

/** fake_assert_answer: what bluetoothd was answered so far */
void fake_assert_answer (GString *answer, const char *expected);

/** fake_clear_answer: for the next one */
void fake_clear_answer (GString **answer);

/** fake_pump: runs the main context until it is idle. */
void fake_pump (void);

G_END_DECLS
