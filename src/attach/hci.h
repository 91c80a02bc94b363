/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/line.h"
#include "attach/wire.h"
#include "kernel/ask.h"

G_BEGIN_DECLS

/**
 * PrwHci: a controller that the kernel has by itself (btusb, or another program's line), while it is asked past the kernel.
 *
 * The kernel lends it to one program at a time, through HCI_CHANNEL_USER, while it is down (Linux, net/bluetooth/hci_sock.c,
 * hci_sock_bind()): bluetoothd is told that it has gone (Index Removed). When it is given back (Index Added) bluetoothd has to
 * set it up anew, and takes an address from its list for it (src/adapter.c, read_info_complete() and set_static_addr()): so
 * giving it back is to such a controller what setting the line discipline is to a serial port, and the rest is as in claim.h.
 */
typedef struct _PrwHci PrwHci;

/**
 * PrwHciSystem: the kernel, or what a test has
 * @open: prw_hci_channel_open()
 * @sysfs: PRW_SYSFS_ROOT
 * @locks: a folder that nobody else may open files of (PrwClaimPaths.run)
 * @wait, @answer, @grace: PRW_HCI_WAIT, PRW_HCI_ANSWER, PRW_HCI_GRACE
 * @stop: a descriptor from which something can be read once we are told to end, or -1; it is not read here
 */
typedef struct
{
  int (*open) (guint16 index, PrwHciChannel channel);
  const char *sysfs, *locks;
  gint64 wait;
  guint answer, grace;
  int stop;
} PrwHciSystem;

/** PRW_HCI_WAIT: µs that a controller may take until it can be had: when it was plugged in the kernel sets it up first. */
#define PRW_HCI_WAIT (10 * G_TIME_SPAN_SECOND)
/** PRW_HCI_ANSWER: ms that the kernel may take to answer: to take it down it asks the chip several things, each for 2 s (HCI_CMD_TIMEOUT). */
#define PRW_HCI_ANSWER 10000
/** PRW_HCI_GRACE: ms that it may still take when we are told to end while it goes down: with a chip that works it needs less. */
#define PRW_HCI_GRACE 500

/**
 * prw_hci_open:
 * @system: (transfer none): as long as it is open
 * @name: "hci0"
 * @may_power_off: where it is up it is taken down, unless devices are connected; else that is PRW_PROBLEM_BUSY
 *
 * Takes it from the kernel; blocks, about PRW_HCI_WAIT at the most, and less than a second once we are told to end, which is
 * PRW_PROBLEM_STOPPED_BY_US then. Where it fails the controller is as it was.
 *
 * Returns: (transfer full) (nullable): %NULL with PRW_PROBLEM, which names it; PRW_PROBLEM_NOTHING_TO_DO when it has a public address
 */
PrwHci *prw_hci_open (const PrwHciSystem *system, const char *name, gboolean may_power_off, GError **error);
/** prw_hci_close: gives it back, and powers it again if it was, as far as that was not done; frees it. */
void prw_hci_close (PrwHci *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwHci, prw_hci_close)

/** prw_hci_as_wire: Returns: (transfer none): the same; who closes the one has closed the other */
PrwWire *prw_hci_as_wire (PrwHci *self);
/** prw_hci_get_line: giving it back, as the line of a #PrwAttach that has it as its wire */
PrwLine prw_hci_get_line (PrwHci *self);
/**
 * prw_hci_restore_power:
 * @address: that it has now; "" when that is not known
 *
 * It is powered again if it was, after bluetoothd has set it up: by itself that does not power each (AutoEnable=).
 */
void prw_hci_restore_power (PrwHci *self, const char *address);

G_END_DECLS
