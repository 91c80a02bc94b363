/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BlueZ's `addresses`: whatever is in it, one list is changed and every byte beside that line is kept. */
#include "config.h"

#include <string.h>

#include "attach/addresses.h"
#include "fuzz.h"

#define OWN "C0:00:00:00:00:0A"
#define MANUFACTURER 0x05f1

static const char *const just_own[] = { OWN, NULL };
static const PrwAddressesOrder first = { .own = OWN }, last = { .last = OWN }, removed = { .absent = just_own };

/* What is the same from the start and from the end; what is between is no more than one line (its end may be within). */
static void
check_kept (const char *before, gsize len, const char *after)
{
  gsize after_len = strlen (after), start = 0, end = 0;
  const char *newline;

  while (start < len && start < after_len && before[start] == after[start])
    start++;
  while (end < len - start && end < after_len - start && before[len - 1 - end] == after[after_len - 1 - end])
    end++;
  newline = len > 0 ? memchr (before + start, '\n', len - start - end) : NULL;
  if (newline != NULL)
    g_assert_null (memchr (newline + 1, '\n', (gsize) (before + len - end - newline - 1)));
}

static void
check (const char *text, gsize len, const PrwAddressesOrder *order)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *after = prw_addresses_arrange (text, len, MANUFACTURER, order, &error);
  g_autofree char *again = NULL;
  g_auto (GStrv) before_list = NULL, list = NULL;
  gsize n_kept = 0, n;

  if (after == NULL)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  g_assert_no_error (error);
  check_kept (text, len, after);
  again = prw_addresses_arrange (after, strlen (after), MANUFACTURER, order, &error);
  g_assert_cmpstr (again, ==, after);
  before_list = prw_addresses_list (text, len, MANUFACTURER, NULL);
  list = prw_addresses_list (after, strlen (after), MANUFACTURER, NULL);
  n = g_strv_length (list);
  for (guint i = 0; before_list[i] != NULL; i++)
    if (g_ascii_strcasecmp (before_list[i], OWN) != 0)
      {
        g_assert_true (g_strv_contains ((const char *const *) list, before_list[i]));
        n_kept++;
      }
  g_assert_cmpuint (n, ==, n_kept + (order != &removed));
  if (order != &removed)
    g_assert_true (g_ascii_strcasecmp (list[order == &first ? 0 : n - 1], OWN) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_malloc (MAX (size, 1)); /* just as long: what is read behind it is found */

  if (size > 0)
    memcpy (text, data, size);
  check (text, size, &first);
  check (text, size, &last);
  check (text, size, &removed);
  return 0;
}
