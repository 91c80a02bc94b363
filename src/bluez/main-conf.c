/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/main-conf.h"

gboolean
prw_bluez_repairs_unasked (const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *value = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  value = g_key_file_get_string (file, "General", "JustWorksRepairing", NULL);
  return value != NULL && g_str_equal (g_strchomp (value), "always");
}
