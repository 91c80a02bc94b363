/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/smp.h"

/* Core 5.4 Vol 3 Part H 3.5.1, 3.6.7: AuthReq. Of the two bonding bits the kernel looks at this one. */
#define AUTH_BONDING 0x01
#define AUTH_MITM 0x04
#define AUTH_SC 0x08
#define AUTH_KEYPRESS 0x10

#define OOB_PRESENT 0x01
#define PAIRING_LENGTH 7 /* of a Pairing Request or Response, with its code */

static void
read_auth_req (guint8 auth, PrwSmpFeatures *features)
{
  features->bond = (auth & AUTH_BONDING) != 0;
  features->mitm = (auth & AUTH_MITM) != 0;
  features->lesc = (auth & AUTH_SC) != 0;
  features->keypress = (auth & AUTH_KEYPRESS) != 0;
}

/* What is in a later fragment is not known: then nothing is claimed, and the capability is the one that can do least. */
static void
read_pairing (const guint8 *pdu, gsize size, PrwSmpFeatures *features)
{
  features->io_capability = PRW_IO_CAPABILITY_NONE;
  /* The kernel pairs with a reserved capability as with none: get_auth_method() in its smp.c. */
  if (size > 1 && pdu[1] <= PRW_IO_CAPABILITY_KEYBOARD_DISPLAY)
    features->io_capability = (PrwIoCapability) pdu[1];
  features->oob = size > 2 && pdu[2] == OOB_PRESENT;
  if (size > 3)
    read_auth_req (pdu[3], features);
}

gboolean
prw_smp_parse (const guint8 *pdu, gsize size, gsize length, gboolean sent, PrwLinkEvent *event)
{
  guint code;

  if (length == 0 || (size == 0 && sent))
    return FALSE;
  size = MIN (size, length);
  code = size > 0 ? pdu[0] : PRW_SMP_SECURITY_REQUEST;
  *event = (PrwLinkEvent) { .type = PRW_LINK_EVENT_SMP, .transport = PRW_TRANSPORT_LE, .sent = sent };
  if (code == PRW_SMP_PAIRING_REQUEST || code == PRW_SMP_PAIRING_RESPONSE)
    {
      event->type = code == PRW_SMP_PAIRING_REQUEST ? PRW_LINK_EVENT_PAIRING_REQUEST : PRW_LINK_EVENT_PAIRING_RESPONSE;
      read_pairing (pdu, size, &event->features);
      return length >= PAIRING_LENGTH;
    }
  if (code == PRW_SMP_PAIRING_FAILED)
    {
      /* The kernel gives up on one without a reason too. */
      event->type = PRW_LINK_EVENT_PAIRING_FAILED;
      event->reason = size > 1 ? pdu[1] : 0;
      return TRUE;
    }
  if (code == PRW_SMP_SECURITY_REQUEST)
    {
      event->type = PRW_LINK_EVENT_SECURITY_REQUEST;
      if (size > 1)
        read_auth_req (pdu[1], &event->features);
      return size == 0 || length > 1;
    }
  return code > 0 && code <= PRW_SMP_LAST_CODE;
}
