/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A message of the kernel about a device: the input is the message. */
#include "config.h"

#include "attach/uevent.h"
#include "fuzz.h"

#include <string.h>

#define INPUT_MAX 8192

static void
check_within (const char *text, const char *data, gsize size)
{
  g_assert_true (text >= data && text < data + size);
  g_assert_nonnull (memchr (text, '\0', (gsize) (data + size - text)));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize length = MIN (size, INPUT_MAX);
  g_autofree char *message = g_memdup2 (data, length); /* of just this size, for the sanitizers */
  PrwUevent uevent = { 0 };

  if (!prw_uevent_parse (message, length, &uevent))
    {
      g_assert_null (uevent.action);
      return 0;
    }
  check_within (uevent.action, message, length);
  check_within (uevent.subsystem, message, length);
  check_within (uevent.devpath, message, length);
  if (uevent.devname != NULL)
    check_within (uevent.devname, message, length);
  prw_uevent_is_wanted (&uevent);
  return 0;
}
