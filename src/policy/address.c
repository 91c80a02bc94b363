/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "address.h"

#include <string.h>

#define DEVICE_PREFIX "dev_"
#define ADAPTER_PREFIX "hci"

gboolean
prw_address_normalize (const char *text, char *out)
{
  char normal[PRW_ADDRESS_LEN + 1];
  gsize i;

  if (text == NULL)
    return FALSE;
  for (i = 0; i < PRW_ADDRESS_LEN; i++)
    {
      if (i % 3 == 2)
        {
          /* the same separator all along */
          if ((text[i] != ':' && text[i] != '-' && text[i] != '_') || text[i] != text[2])
            return FALSE;
          normal[i] = ':';
          continue;
        }
      if (!g_ascii_isxdigit (text[i]))
        return FALSE;
      normal[i] = g_ascii_toupper (text[i]);
    }
  if (text[i] != '\0')
    return FALSE;
  normal[i] = '\0';
  memcpy (out, normal, sizeof normal);
  return TRUE;
}

gboolean
prw_address_from_path (const char *path, char *out)
{
  const char *last = path != NULL ? strrchr (path, '/') : NULL;

  if (last == NULL || !g_str_has_prefix (last + 1, DEVICE_PREFIX))
    return FALSE;
  last += 1 + strlen (DEVICE_PREFIX);
  return strchr (last, ':') == NULL && strchr (last, '-') == NULL && prw_address_normalize (last, out);
}

char *
prw_adapter_from_path (const char *path)
{
  if (path == NULL)
    return NULL;
  for (const char *p = strchr (path, '/'); p != NULL; p = strchr (p, '/'))
    {
      gsize digits;

      p++;
      if (!g_str_has_prefix (p, ADAPTER_PREFIX))
        continue;
      digits = strspn (p + strlen (ADAPTER_PREFIX), "0123456789");
      if (digits > 0 && strchr ("/", p[strlen (ADAPTER_PREFIX) + digits]) != NULL)
        return g_strndup (p, strlen (ADAPTER_PREFIX) + digits);
    }
  return NULL;
}
