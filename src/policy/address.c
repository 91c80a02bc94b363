/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/address.h"

#include <string.h>

#define DEVICE_PREFIX "dev_"
#define ADAPTER_PREFIX "hci"
#define ADAPTER_INDEX_MAX 0xfffe

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

gboolean
prw_adapter_parse_name (const char *name, guint16 *index)
{
  const char *digits = name + strlen (ADAPTER_PREFIX);
  guint64 number;

  if (!g_str_has_prefix (name, ADAPTER_PREFIX) || (digits[0] == '0' && digits[1] != '\0') ||
      !g_ascii_string_to_unsigned (digits, 10, 0, ADAPTER_INDEX_MAX, &number, NULL))
    return FALSE;
  if (index != NULL)
    *index = (guint16) number;
  return TRUE;
}

char *
prw_adapter_from_path (const char *path)
{
  if (path == NULL)
    return NULL;
  for (const char *p = strchr (path, '/'); p != NULL; p = strchr (p, '/'))
    {
      g_autofree char *name = NULL;

      p++;
      name = g_strndup (p, strcspn (p, "/"));
      if (prw_adapter_parse_name (name, NULL))
        return g_steal_pointer (&name);
    }
  return NULL;
}
