/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/monitor.h"

#include "kernel/bytes.h"
#include "kernel/smp.h"

#define HANDLE_MASK 0x0fff

static gboolean
parse_hci_event (const guint8 *packet, gsize size, PrwMonitorEvent *out)
{
  const guint8 *parameters;
  gboolean refresh = size > 0 && packet[0] == PRW_HCI_ENCRYPTION_KEY_REFRESH;
  gsize needed = refresh ? 3 : 4;

  if (size < PRW_HCI_EVENT_HEADER + needed || packet[1] < needed)
    return FALSE;
  if (!refresh && packet[0] != PRW_HCI_ENCRYPTION_CHANGE && packet[0] != PRW_HCI_ENCRYPTION_CHANGE_V2)
    return FALSE;
  parameters = packet + PRW_HCI_EVENT_HEADER;
  out->handle = prw_bytes_get_le16 (parameters + 1) & HANDLE_MASK;
  out->event = (PrwLinkEvent) { .type = PRW_LINK_EVENT_ENCRYPTION, .reason = parameters[0] };
  out->event.encrypted = parameters[0] == 0 && (refresh || parameters[3] != 0);
  return TRUE;
}

static gboolean
parse_acl (const guint8 *packet, gsize size, gsize length, gboolean sent, PrwMonitorEvent *out)
{
  const guint8 *l2cap;
  gsize pdu_length;

  if (size < PRW_ACL_HEADER || (packet[1] & PRW_ACL_BOUNDARY) == PRW_ACL_CONTINUATION)
    return FALSE;
  out->handle = prw_bytes_get_le16 (packet) & HANDLE_MASK;
  l2cap = packet + PRW_ACL_HEADER;
  length -= PRW_ACL_HEADER;
  size -= PRW_ACL_HEADER;
  if (length < PRW_L2CAP_HEADER)
    return prw_smp_parse (NULL, 0, 1, sent, &out->event); /* it does not even show its channel: it may be */
  if (size < PRW_L2CAP_HEADER || prw_bytes_get_le16 (l2cap + 2) != PRW_L2CAP_SMP)
    return FALSE;
  pdu_length = prw_bytes_get_le16 (l2cap);
  if (length - PRW_L2CAP_HEADER > pdu_length)
    return FALSE; /* the kernel drops what is longer than it says */
  return prw_smp_parse (l2cap + PRW_L2CAP_HEADER, size - PRW_L2CAP_HEADER, pdu_length, sent, &out->event);
}

gboolean
prw_monitor_parse (const guint8 *frame, gsize size, PrwMonitorEvent *out)
{
  const guint8 *packet;
  gsize length;

  if (size < PRW_MONITOR_HEADER)
    return FALSE;
  packet = frame + PRW_MONITOR_HEADER;
  length = prw_bytes_get_le16 (frame + 4);
  size -= PRW_MONITOR_HEADER;
  if (size > length)
    return FALSE;
  out->index = prw_bytes_get_le16 (frame + 2);
  switch (prw_bytes_get_le16 (frame))
    {
    case PRW_MONITOR_EVENT:
      return parse_hci_event (packet, size, out);
    case PRW_MONITOR_ACL_TX:
      return parse_acl (packet, size, length, TRUE, out);
    case PRW_MONITOR_ACL_RX:
      return parse_acl (packet, size, length, FALSE, out);
    default:
      return FALSE;
    }
}
