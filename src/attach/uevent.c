/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/uevent.h"

#include <string.h>

/* A key that is there twice keeps its first value. */
static void
take (const char *line, const char *key, const char **value)
{
  gsize length = strlen (key);

  if (*value == NULL && strncmp (line, key, length) == 0 && line[length] == '=')
    *value = line + length + 1;
}

gboolean
prw_uevent_parse (const char *data, gsize length, PrwUevent *uevent)
{
  PrwUevent found = { 0 };
  const char *at;

  /* All that follows relies on this: each text has its end within the message. */
  if (length == 0 || data[length - 1] != '\0')
    return FALSE;
  for (const char *line = data + strlen (data) + 1; line < data + length; line += strlen (line) + 1)
    {
      take (line, "ACTION", &found.action);
      take (line, "SUBSYSTEM", &found.subsystem);
      take (line, "DEVNAME", &found.devname);
      take (line, "DEVPATH", &found.devpath);
    }
  if (found.action == NULL || found.subsystem == NULL || found.devpath == NULL)
    return FALSE;
  /* udevd's messages, which are not for us, begin with "libudev". */
  at = data + strlen (found.action);
  if (!g_str_has_prefix (data, found.action) || *at != '@' || strcmp (at + 1, found.devpath) != 0)
    return FALSE;
  *uevent = found;
  return TRUE;
}

const char *
prw_uevent_get_name (const PrwUevent *uevent)
{
  const char *slash = strrchr (uevent->devpath, '/');

  if (uevent->devname != NULL)
    return uevent->devname;
  return slash != NULL ? slash + 1 : "";
}

gboolean
prw_uevent_is_wanted (const PrwUevent *uevent)
{
  if (strcmp (uevent->action, "add") != 0 && strcmp (uevent->action, "remove") != 0)
    return FALSE;
  if (strcmp (uevent->subsystem, "tty") == 0)
    return TRUE;
  /* "hci0:64" is a connection: these come and go all day. */
  return strcmp (uevent->subsystem, "bluetooth") == 0 && *prw_uevent_get_name (uevent) != '\0' &&
         strchr (prw_uevent_get_name (uevent), ':') == NULL;
}
