/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "hex.h"

#include "kernel/bytes.h"

GByteArray *
hex_bytes (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; *text != '\0'; text++)
    if (!g_ascii_isspace (*text))
      {
        guint8 byte = (guint8) (g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));

        g_assert_true (g_ascii_isxdigit (text[0]) && g_ascii_isxdigit (text[1]));
        g_byte_array_append (bytes, &byte, 1);
        text++;
      }
  return bytes;
}

char *
hex_address (const char *address)
{
  guint8 b[PRW_ADDRESS_BYTES];

  g_assert_true (prw_bytes_put_address (b, address));
  return g_strdup_printf ("%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
}
