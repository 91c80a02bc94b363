/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/boards.h"

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

      if (record->state != PRW_RECORD_ATTACHED || *record->device == '\0' || !prw_record_may_be_on (record, sysfs))
        continue;
      text = firmware (record);
      g_ptr_array_add (infos, prw_board_info_new (record->device, record->tty, record->usb, record->own_address, text));
    }
  return infos;
}
