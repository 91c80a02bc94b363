/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/choose.h"

#include "policy/text.h"

static gboolean
matches (const char *pattern, const char *text)
{
  return pattern == NULL || (text != NULL && prw_text_glob (pattern, text));
}

const PrwControllerSettings *
prw_choose_controller (const PrwSettings *settings, const char *tty, const char *usb, const char *address)
{
  for (guint i = 0; i < settings->controllers->len; i++)
    {
      const PrwControllerSettings *controller = g_ptr_array_index (settings->controllers, i);

      if (matches (controller->match_tty, tty) && matches (controller->match_usb, usb) && matches (controller->match_address, address))
        return controller;
    }
  return NULL;
}
