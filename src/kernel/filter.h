/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <linux/filter.h>

G_BEGIN_DECLS

/*
 * Classic BPF programs for the two sockets, run by the kernel for every frame before it is queued: what they drop wakes
 * nobody, and what they cut off never enters this process. No program lets an octet of a key through.
 */

/**
 * prw_filter_monitor:
 *
 * Only what begins an SMP message, and how an encryption went: HCI events 0x08, 0x30, 0x59, and ACL frames that begin an
 * L2CAP PDU on channel 6. Of an SMP message only its code passes; of those that hold no secret, and say something, what
 * prw_smp_parse() reads. The rest of a message in fragments does not pass: nothing in it is needed. A frame from the peer
 * that begins a PDU and is too short to show its channel or its code passes: a peer that cuts its messages up so small
 * wants to hide them, see prw_smp_parse().
 */
extern const struct sock_fprog prw_filter_monitor;

/**
 * prw_filter_control:
 *
 * Only the events of PrwMgmtCode; each device that advertises raises others. The keys' events end before the key.
 */
extern const struct sock_fprog prw_filter_control;

/** prw_filter_attach: puts a program on a socket, for good: it cannot be taken off any more. */
gboolean prw_filter_attach (int fd, const struct sock_fprog *program, GError **error);

G_END_DECLS
