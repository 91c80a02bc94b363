/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/link.h"

G_BEGIN_DECLS

/** PrwSmpCode: the messages of the Security Manager Protocol that are told apart (Core 5.4 Vol 3 Part H 3.3). */
typedef enum
{
  PRW_SMP_PAIRING_REQUEST = 0x01,
  PRW_SMP_PAIRING_RESPONSE = 0x02,
  PRW_SMP_PAIRING_FAILED = 0x05,
  PRW_SMP_SECURITY_REQUEST = 0x0b,
} PrwSmpCode;

/** PRW_SMP_LAST_CODE: the highest that is defined (Keypress Notification); the kernel answers others with "not supported". */
#define PRW_SMP_LAST_CODE 0x0e

/** PRW_SMP_SHOWN: octets of a message that this codec looks at, at most: none of them is part of a key. */
#define PRW_SMP_SHOWN 4

/**
 * prw_smp_parse:
 * @pdu: the octets of a message that are at hand
 * @size: how many
 * @length: how long the message is by its L2CAP header; when @size is less, the rest is in other fragments
 * @sent: by this side
 * @event: (out): filled, all of it, when there is an event
 *
 * What an SMP message says. A whole message that is too short for its kind says nothing: the kernel refuses it. A
 * message of the peer whose kind is in a later fragment counts as a Security Request: the kernel puts it together and
 * obeys, and a peer must not be able to hide that it asked; no honest one sends fragments that small.
 *
 * Returns: whether there is an event
 */
gboolean prw_smp_parse (const guint8 *pdu, gsize size, gsize length, gboolean sent, PrwLinkEvent *event);

G_END_DECLS
