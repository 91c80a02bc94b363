/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A board's record: whatever is in the file, what is read of it can be shown, and is what its writer would have written. */
#include "config.h"

#include <string.h>

#include "boards/record.h"
#include "fuzz.h"
#include "policy/text.h"

static void
check_text (const char *text, gboolean is_message)
{
  g_autofree char *clean = is_message ? prw_record_clean (text) : prw_text_sanitize (text);

  g_assert_cmpstr (clean, ==, text);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_malloc (MAX (size, 1));
  g_autoptr (PrwRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  if (size > 0)
    memcpy (text, data, size);
  record = prw_record_parse ("ttyACM0", text, size, &error);
  if (record == NULL)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  g_assert_no_error (error);
  check_text (record->device, FALSE);
  check_text (record->usb, FALSE);
  check_text (record->product, FALSE);
  check_text (record->chip, FALSE);
  check_text (record->firmware, FALSE);
  check_text (record->address, FALSE);
  check_text (record->problem, FALSE);
  check_text (record->message, TRUE);
  g_assert_true (record->state == PRW_RECORD_FAILED || g_str_has_prefix (record->device, "hci"));
  g_assert_cmpint (record->manufacturer, >=, -1);
  g_assert_cmpint (record->manufacturer, <=, G_MAXUINT16);
  return 0;
}
