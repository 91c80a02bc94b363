/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel/mgmt.h"

G_BEGIN_DECLS

/** PrwHciChannel: which of the kernel's HCI sockets (Linux, include/net/bluetooth/hci_sock.h). */
typedef enum
{
  PRW_HCI_CHANNEL_USER = 1, /* one controller, past the kernel: packets as on a line, each with its H4 type first */
  PRW_HCI_CHANNEL_CONTROL = 3,
} PrwHciChannel;

/**
 * prw_hci_channel_open:
 * @index: of the controller; PRW_MGMT_INDEX_NONE for the control channel
 *
 * Returns: a socket that does not block and is closed on exec; -1 with errno
 */
int prw_hci_channel_open (guint16 index, PrwHciChannel channel);

/**
 * prw_mgmt_ask:
 * @fd: a control channel that does not block
 * @timeout: ms to wait for the answer; this blocks
 * @stop: a descriptor, or -1: nobody waits any longer when something can be read from it
 * @frame: (array length=size): room for the answer, which @event points into
 *
 * Gives one command and waits for its answer; whatever else comes is passed over.
 *
 * Returns: whether there is an answer: a COMMAND_COMPLETE or COMMAND_STATUS, of any status
 */
gboolean prw_mgmt_ask (int fd, const PrwMgmtCommand *command, guint timeout, int stop, guint8 *frame, gsize size, PrwMgmtEvent *event);

/** prw_mgmt_wait: the same for a command that was given already */
gboolean prw_mgmt_wait (int fd, const PrwMgmtCommand *command, guint timeout, int stop, guint8 *frame, gsize size, PrwMgmtEvent *event);

G_END_DECLS
