/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/link.h"

G_BEGIN_DECLS

/*
 * Frames of the monitor channel: le16 opcode, le16 index, le16 length, then the packet as the controller gives or gets
 * it (the kernel's include/net/bluetooth/hci_mon.h). The filter in filter.c and this codec share these offsets.
 */
#define PRW_MONITOR_HEADER 6
#define PRW_MONITOR_EVENT 3 /* HCI event from the controller */
#define PRW_MONITOR_ACL_TX 4
#define PRW_MONITOR_ACL_RX 5

/* HCI events: code, length, parameters (Core 5.4 Vol 4 Part E 7.7.8, 7.7.39). */
#define PRW_HCI_EVENT_HEADER 2
#define PRW_HCI_ENCRYPTION_CHANGE 0x08
#define PRW_HCI_ENCRYPTION_KEY_REFRESH 0x30
#define PRW_HCI_ENCRYPTION_CHANGE_V2 0x59

/* ACL data: le16 handle with two flags, le16 length (Core 5.4 Vol 4 Part E 5.4.2); L2CAP: le16 length, le16 channel. */
#define PRW_ACL_HEADER 4
#define PRW_ACL_BOUNDARY 0x30     /* of the handle's upper octet */
#define PRW_ACL_CONTINUATION 0x10 /* a fragment that does not begin an L2CAP PDU */
#define PRW_L2CAP_HEADER 4
#define PRW_L2CAP_SMP 0x0006      /* the Security Manager's channel on LE (Core 5.4 Vol 3 Part A 2.1) */

/** PrwMonitorEvent: @event.transport is UNKNOWN for ENCRYPTION: the handle's link says it. */
typedef struct
{
  guint16 index;
  guint16 handle;
  PrwLinkEvent event;
} PrwMonitorEvent;

/**
 * prw_monitor_parse:
 *
 * What a frame of the monitor channel says of a link. SMP on a BR/EDR handle is none; the codec cannot know that.
 * @size may be less than the frame was: the filter cuts off what nobody has to read.
 *
 * Returns: whether there is an event
 */
gboolean prw_monitor_parse (const guint8 *frame, gsize size, PrwMonitorEvent *out);

G_END_DECLS
