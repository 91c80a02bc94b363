/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/boards.h"

#include <stdlib.h>
#include <string.h>

/*
 * A controller on a serial port is below it: …/ttyACM0/hci1; on one that is no device (a PTY) it is virtual. One that the kernel has by itself
 * has its own name for a port. Where nothing can be seen the record is believed.
 */
static gboolean
may_be_on (const PrwRecord *record, const char *sysfs)
{
  g_autofree char *link = g_build_filename (sysfs, "class/bluetooth", record->device, NULL);
  g_autofree char *part = g_strdup_printf ("/%s/", record->tty);
  char *path = realpath (link, NULL);
  gboolean by_itself = g_str_equal (record->tty, record->device);
  gboolean may_be = path == NULL || (by_itself ? strstr (path, "/tty/") == NULL : strstr (path, part) != NULL) ||
                    strstr (path, "/devices/virtual/") != NULL;

  free (path);
  return may_be;
}

static char *
firmware (const PrwRecord *record)
{
  if (*record->firmware != '\0' && *record->chip != '\0')
    return g_strdup_printf ("%s on %s", record->firmware, record->chip);
  return g_strdup (*record->firmware != '\0' ? record->firmware : record->chip);
}

GPtrArray *
prw_board_infos (GPtrArray *records, const char *sysfs)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_board_info_free);

  for (guint i = 0; i < records->len; i++)
    {
      const PrwRecord *record = records->pdata[i];
      g_autofree char *text = NULL;

      if (record->state != PRW_RECORD_ATTACHED || *record->device == '\0' || !may_be_on (record, sysfs))
        continue;
      text = firmware (record);
      g_ptr_array_add (infos, prw_board_info_new (record->device, record->tty, record->usb, record->own_address, text));
    }
  return infos;
}
