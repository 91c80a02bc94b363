/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "policy/address.h"

G_BEGIN_DECLS

/*
 * Numbers and addresses as HCI and the management interface write them: least significant octet first. Whoever calls
 * has checked that the bytes are there.
 */

/** PRW_ADDRESS_BYTES: octets of a Bluetooth address. */
#define PRW_ADDRESS_BYTES 6

static inline guint16
prw_bytes_get_le16 (const guint8 *bytes)
{
  return (guint16) (bytes[0] | bytes[1] << 8);
}

static inline guint32
prw_bytes_get_le32 (const guint8 *bytes)
{
  return prw_bytes_get_le16 (bytes) | (guint32) prw_bytes_get_le16 (bytes + 2) << 16;
}

static inline void
prw_bytes_put_le16 (guint8 *bytes, guint16 value)
{
  bytes[0] = value & 0xff;
  bytes[1] = value >> 8;
}

/** prw_bytes_get_address: @out: at least PRW_ADDRESS_LEN + 1 bytes; gets the normal form */
static inline void
prw_bytes_get_address (const guint8 *bytes, char *out)
{
  g_snprintf (out, PRW_ADDRESS_LEN + 1, "%02X:%02X:%02X:%02X:%02X:%02X", bytes[5], bytes[4], bytes[3], bytes[2], bytes[1], bytes[0]);
}

/** prw_bytes_put_address: FALSE when @address is no address; then nothing is written. */
static inline gboolean
prw_bytes_put_address (guint8 *bytes, const char *address)
{
  char normal[PRW_ADDRESS_LEN + 1];

  if (!prw_address_normalize (address, normal))
    return FALSE;
  for (guint i = 0; i < PRW_ADDRESS_BYTES; i++)
    bytes[PRW_ADDRESS_BYTES - 1 - i] = (guint8) (g_ascii_xdigit_value (normal[3 * i]) << 4 | g_ascii_xdigit_value (normal[3 * i + 1]));
  return TRUE;
}

G_END_DECLS
