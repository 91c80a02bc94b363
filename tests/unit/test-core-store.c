/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What is kept in the state directory: written by a thread, whole, and readable whenever the daemon ends. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/bonds.h"
#include "core/store.h"
#include "fake-host.h"

#define HERE "00:00:00:00:00:01"
#define PEER "C0:00:00:00:00:01"

static guint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  n_warnings += (level & G_LOG_LEVEL_WARNING) != 0;
  return g_log_writer_default (level, fields, n_fields, data);
}

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("prw-store-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_folder (char *folder, const char *name)
{
  g_autofree char *file = g_build_filename (folder, name, NULL);

  g_remove (file);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  GString *story = data;
  g_autoptr (GError) error = NULL;

  g_string_append (story, prw_store_save_finish (PRW_STORE (source), result, &error) ? "saved " : "failed ");
}

static void
wait_for (GString *story, const char *what)
{
  while (!g_str_equal (story->str, what))
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_kept (const char *folder, const char *value)
{
  g_autoptr (PrwStore) store = prw_store_new (folder, "things");
  g_autofree char *kept = g_key_file_get_string (prw_store_get (store), "group", "key", NULL);

  g_assert_cmpstr (kept, ==, value);
}

/* Saves that come while one is on its way are one more write, and the last word is on disk. */
static void
test_saves (void)
{
  char *folder = make_folder ();
  g_autoptr (PrwStore) store = prw_store_new (folder, "things");
  g_autoptr (GString) story = g_string_new (NULL);
  g_autofree char *file = g_build_filename (folder, "things", NULL);
  struct stat status;

  for (int i = 1; i <= 3; i++)
    {
      g_key_file_set_integer (prw_store_get (store), "group", "key", i);
      prw_store_save_async (store, on_saved, story);
    }
  wait_for (story, "saved saved saved ");
  assert_kept (folder, "3");
  g_assert_cmpint (g_stat (file, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0600);
  g_assert_cmpuint (prw_store_count_keys (store), ==, 1);
  remove_folder (folder, "things");
}

/* The daemon ends: what was to be kept is there, though no thread's end was waited for. */
static void
test_flush (void)
{
  char *folder = make_folder ();
  PrwStore *store = prw_store_new (folder, "things");

  g_key_file_set_string (prw_store_get (store), "group", "key", "first");
  prw_store_save (store);
  g_key_file_set_string (prw_store_get (store), "group", "key", "last");
  prw_store_save (store);
  prw_store_flush (store);
  assert_kept (folder, "last");
  fake_pump ();
  g_object_unref (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_kept (folder, "last");
  remove_folder (folder, "things");
}

/* The disk was full for a while: what could not be written is, at the latest, at the end. */
static void
test_flush_after_failure (void)
{
  char *folder = make_folder ();
  g_autofree char *place = g_build_filename (folder, "state", NULL);
  g_autoptr (PrwStore) store = prw_store_new (place, "things");
  g_autoptr (GString) story = g_string_new (NULL);

  g_assert_true (g_file_set_contents (place, "in the way", -1, NULL));
  g_key_file_set_string (prw_store_get (store), "group", "key", "value");
  prw_store_save_async (store, on_saved, story);
  wait_for (story, "failed ");
  g_assert_cmpint (g_remove (place), ==, 0);
  prw_store_flush (store);
  assert_kept (place, "value");
  remove_folder (g_steal_pointer (&place), "things");
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

/* A file that nobody can make sense of may be somebody's: it is not overwritten. */
static void
test_unreadable (void)
{
  char *folder = make_folder ();
  g_autofree char *file = g_build_filename (folder, "things", NULL);
  g_autofree char *text = NULL;
  g_autoptr (PrwStore) store = NULL;
  g_autoptr (GString) story = g_string_new (NULL);

  g_assert_true (g_file_set_contents (file, "no keyfile", -1, NULL));
  n_warnings = 0;
  store = prw_store_new (folder, "things");
  g_assert_cmpuint (n_warnings, ==, 1);
  g_key_file_set_string (prw_store_get (store), "group", "key", "value");
  prw_store_save_async (store, on_saved, story);
  wait_for (story, "saved ");
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "no keyfile");
  remove_folder (folder, "things");
}

/* A folder that is none: said once, and nobody is kept waiting. */
static void
test_unwritable (void)
{
  char *folder = make_folder ();
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autoptr (PrwStore) store = NULL;
  g_autoptr (GString) story = g_string_new (NULL);

  g_assert_true (g_file_set_contents (file, "", -1, NULL));
  n_warnings = 0;
  store = prw_store_new (file, "things");
  g_assert_cmpuint (n_warnings, ==, 1);
  prw_store_save_async (store, on_saved, story);
  wait_for (story, "saved ");
  remove_folder (folder, "file");
}

static void
test_bonds (void)
{
  char *folder = make_folder ();
  PrwBonds *bonds = prw_bonds_new (folder);
  PrwBond bond;

  g_assert_false (prw_bonds_get (bonds, HERE, PEER, &bond));
  prw_bonds_set (bonds, HERE, PEER, &(PrwBond) { .level = PRW_SECURITY_LEVEL_LESC_MITM });
  prw_bonds_set (bonds, HERE, "C0:00:00:00:00:02", &(PrwBond) { .level = PRW_SECURITY_LEVEL_JUST_WORKS, .debug_key = TRUE });
  prw_bonds_flush (bonds);
  fake_pump ();
  prw_bonds_free (bonds);
  bonds = prw_bonds_new (folder);
  g_assert_true (prw_bonds_get (bonds, HERE, PEER, &bond));
  g_assert_cmpint (bond.level, ==, PRW_SECURITY_LEVEL_LESC_MITM);
  g_assert_false (bond.debug_key);
  g_assert_true (prw_bonds_get (bonds, HERE, "C0:00:00:00:00:02", &bond));
  g_assert_true (bond.debug_key);
  g_assert_false (prw_bonds_get (bonds, "00:00:00:00:00:02", PEER, &bond)); /* another adapter, another bond */
  prw_bonds_set (bonds, HERE, "C0:00:00:00:00:02", &(PrwBond) { .level = PRW_SECURITY_LEVEL_MITM });
  g_assert_true (prw_bonds_get (bonds, HERE, "C0:00:00:00:00:02", &bond));
  g_assert_false (bond.debug_key); /* a new bond, another key */
  prw_bonds_forget (bonds, HERE, PEER);
  g_assert_false (prw_bonds_get (bonds, HERE, PEER, &bond));
  prw_bonds_flush (bonds);
  fake_pump ();
  prw_bonds_free (bonds);
  remove_folder (folder, "bonds");
}

/* What was written by hand and means nothing is no level. */
static void
test_bonds_nonsense (void)
{
  char *folder = make_folder ();
  g_autofree char *file = g_build_filename (folder, "bonds", NULL);
  g_autoptr (PrwBonds) bonds = NULL;
  PrwBond bond;

  g_assert_true (g_file_set_contents (file, "[" HERE " " PEER "]\nlevel=best\n[" HERE " C0:00:00:00:00:02]\nlevel=open\n", -1, NULL));
  bonds = prw_bonds_new (folder);
  g_assert_false (prw_bonds_get (bonds, HERE, PEER, &bond));
  g_assert_false (prw_bonds_get (bonds, HERE, "C0:00:00:00:00:02", &bond));
  remove_folder (folder, "bonds");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_add_func ("/store/saves", test_saves);
  g_test_add_func ("/store/flush", test_flush);
  g_test_add_func ("/store/flush-after-failure", test_flush_after_failure);
  g_test_add_func ("/store/unreadable", test_unreadable);
  g_test_add_func ("/store/unwritable", test_unwritable);
  g_test_add_func ("/store/bonds", test_bonds);
  g_test_add_func ("/store/bonds-nonsense", test_bonds_nonsense);
  return g_test_run ();
}
