/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config-fixture.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>

static int
remove_one (const char *path, const struct stat *status G_GNUC_UNUSED, int type G_GNUC_UNUSED, struct FTW *where G_GNUC_UNUSED)
{
  return g_remove (path);
}

void
fixture_set_up (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;

  fixture->top = g_dir_make_tmp ("prw-config-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->shipped = g_build_filename (fixture->top, "shipped", NULL);
  fixture->etc = g_build_filename (fixture->top, "etc", NULL);
  folder = g_build_filename (fixture->etc, "conf.d", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  fixture->source.shipped_dir = fixture->shipped;
  fixture->source.system_dir = fixture->etc;
}

void
fixture_remove (const char *folder)
{
  g_assert_cmpint (nftw (folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), ==, 0);
}

void
fixture_tear_down (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  fixture_remove (fixture->top);
  g_free (fixture->top);
  g_free (fixture->shipped);
  g_free (fixture->etc);
}

char *
fixture_path (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->top, name, NULL);
}

void
fixture_write_data (Fixture *fixture, const char *name, const char *data, gssize length)
{
  g_autofree char *path = fixture_path (fixture, name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
}

void
fixture_write (Fixture *fixture, const char *name, const char *text)
{
  fixture_write_data (fixture, name, text, -1);
}

PrwSettings *
fixture_load (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  PrwSettings *settings = prw_config_load (&fixture->source, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (settings);
  return settings;
}

char *
fixture_fail (Fixture *fixture, PrwConfigError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) dump_error = NULL;
  g_autoptr (GPtrArray) warnings = NULL;

  g_assert_null (prw_config_load (&fixture->source, &warnings, &error));
  g_assert_null (warnings);
  g_assert_error (error, PRW_CONFIG_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  /* What cannot be loaded cannot be shown, for the same reason. */
  g_assert_null (prw_config_dump (&fixture->source, &dump_error));
  g_assert_error (dump_error, PRW_CONFIG_ERROR, (int) code);
  g_assert_cmpstr (dump_error->message, ==, error->message);
  return g_strdup (error->message);
}

char *
fixture_fail_text (Fixture *fixture, const char *text)
{
  g_autofree char *path = fixture_path (fixture, "etc/pairward.conf");
  g_autofree char *start = g_strconcat (path, ": ", NULL);
  char *message;

  fixture_write (fixture, "etc/pairward.conf", text);
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (message, start));
  return message;
}

const PrwRule *
fixture_rule (Fixture *fixture, const char *line, PrwSettings **settings)
{
  g_autofree char *text = g_strconcat ("[Rule x]\n", line, "\n", NULL);

  g_clear_pointer (settings, prw_settings_unref);
  fixture_write (fixture, "etc/pairward.conf", text);
  *settings = fixture_load (fixture);
  g_assert_cmpuint (prw_policy_get_n_rules ((*settings)->policy), ==, 1);
  return prw_policy_get_rule ((*settings)->policy, 0);
}
