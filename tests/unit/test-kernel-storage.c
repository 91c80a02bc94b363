/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What bluetoothd keeps, in a folder of the test's: good, broken and hostile. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "kernel/storage.h"

#define ADAPTER "AA:00:00:00:00:01"
#define KEY "Key=00112233445566778899AABBCCDDEEFF\n"

typedef struct
{
  const char *why;
  const char *info;
  PrwSecurityLevel level; /* NO_ACCESS: no bond */
  gboolean debug_key;
} Row;

static const Row rows[] = {
  { "legacy Just Works", "[General]\nName=x\n\n[LongTermKey]\n" KEY "Authenticated=0\nEncSize=16\n", PRW_SECURITY_LEVEL_JUST_WORKS, FALSE },
  { "legacy passkey, both keys", "[LongTermKey]\n" KEY "Authenticated=1\n[PeripheralLongTermKey]\n" KEY "Authenticated=1\n",
    PRW_SECURITY_LEVEL_MITM, FALSE },
  { "the peripheral's key alone, as older BlueZ names it", "[SlaveLongTermKey]\n" KEY "Authenticated=1\n", PRW_SECURITY_LEVEL_MITM, FALSE },
  { "Secure Connections, unauthenticated", "[LongTermKey]\nAuthenticated=2\n", PRW_SECURITY_LEVEL_JUST_WORKS, FALSE },
  { "Secure Connections, authenticated", "[LongTermKey]\nAuthenticated=3\n", PRW_SECURITY_LEVEL_LESC_MITM, FALSE },
  { "the debug key", "[LongTermKey]\nAuthenticated=4\n", PRW_SECURITY_LEVEL_JUST_WORKS, TRUE },
  { "BR/EDR, comparison", "[LinkKey]\n" KEY "Type=5\nPINLength=0\n", PRW_SECURITY_LEVEL_MITM, FALSE },
  { "BR/EDR, a debug combination", "[LinkKey]\nType=3\n", PRW_SECURITY_LEVEL_JUST_WORKS, TRUE },
  { "two radios: the weaker counts", "[LinkKey]\nType=4\n[LongTermKey]\nAuthenticated=3\n", PRW_SECURITY_LEVEL_JUST_WORKS, FALSE },
  { "blanks and no last line feed", "  [LongTermKey]  \r\n Authenticated =  3 \r", PRW_SECURITY_LEVEL_LESC_MITM, FALSE },
  { "known, not bonded", "[General]\nName=x\nTrusted=false\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "in another group", "[General]\nAuthenticated=3\nType=8\n[LinkKey]\nAuthenticated=3\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "before any group", "Authenticated=3\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "a comment", "[LongTermKey]\n#Authenticated=3\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "no such type", "[LongTermKey]\nAuthenticated=5\n[LinkKey]\nType=9\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "no number", "[LongTermKey]\nAuthenticated=true\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "not all of it a number", "[LongTermKey]\nAuthenticated=3x\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "a number that does not fit", "[LongTermKey]\nAuthenticated=4294967299\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "nothing", "[LongTermKey]\nAuthenticated=\n[LinkKey]\nType\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "an unclosed group", "[LongTermKey\nAuthenticated=3\n", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
  { "an empty file", "", PRW_SECURITY_LEVEL_NO_ACCESS, FALSE },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PrwBond bond;
      gboolean found = prw_kernel_storage_parse (rows[i].info, strlen (rows[i].info), &bond);

      if (found == (rows[i].level != PRW_SECURITY_LEVEL_NO_ACCESS) && bond.level == rows[i].level && bond.debug_key == rows[i].debug_key)
        continue;
      g_test_message ("%s: %d %s", rows[i].why, bond.level, bond.debug_key ? "debug" : "");
      g_test_fail ();
    }
}

/* Returns: (transfer full): the path of ADAPTER/PEER below @root, made */
static char *
make_peer (const char *root, const char *adapter, const char *peer)
{
  char *path = g_build_filename (root, adapter, peer, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  return path;
}

static void
write_info (const char *root, const char *adapter, const char *peer, const char *content, gssize size)
{
  g_autofree char *path = make_peer (root, adapter, peer);
  g_autofree char *info = g_build_filename (path, "info", NULL);

  g_assert_true (g_file_set_contents (info, content, size, NULL));
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
assert_bond (GPtrArray *bonds, const char *adapter, const char *address, PrwSecurityLevel level, gboolean debug_key)
{
  guint found = 0;

  for (guint i = 0; i < bonds->len; i++)
    {
      const PrwStoredBond *bond = bonds->pdata[i];

      if (!g_str_equal (bond->adapter_address, adapter) || !g_str_equal (bond->address, address))
        continue;
      g_assert_cmpint (bond->bond.level, ==, level);
      g_assert_cmpint (bond->bond.debug_key, ==, debug_key);
      found++;
    }
  g_assert_cmpuint (found, ==, 1);
}

static void
test_read (void)
{
  g_autofree char *root = g_dir_make_tmp ("prw-storage-XXXXXX", NULL);
  g_autoptr (GPtrArray) bonds = NULL;

  write_info (root, ADAPTER, "C1:00:00:00:00:0A", "[LongTermKey]\nAuthenticated=3\n", -1);
  write_info (root, ADAPTER, "C1:00:00:00:00:0B", "[LongTermKey]\nAuthenticated=4\n", -1);
  write_info (root, ADAPTER, "C1:00:00:00:00:0C", "[General]\nName=not bonded\n", -1);
  write_info (root, "AA:00:00:00:00:02", "C1:00:00:00:00:0A", "[LinkKey]\nType=4\n", -1);
  write_info (root, ADAPTER, "cache", "[LongTermKey]\nAuthenticated=3\n", -1);                /* no address */
  write_info (root, ADAPTER, "c1:00:00:00:00:0d", "[LongTermKey]\nAuthenticated=3\n", -1);    /* not as bluetoothd writes it */
  write_info (root, "settings", "C1:00:00:00:00:0A", "[LongTermKey]\nAuthenticated=3\n", -1);
  /* An adapter whose identity is a static random address, as an nRF board's. */
  write_info (root, "static-C2:00:00:00:00:03", "C1:00:00:00:00:0A", "[LongTermKey]\nAuthenticated=2\n", -1);
  write_info (root, "static-C2:00:00:00:00:03", "static-C1:00:00:00:00:0B", "[LongTermKey]\nAuthenticated=2\n", -1); /* a peer */
  write_info (root, "static-static-C2:00:00:00:00:04", "C1:00:00:00:00:0A", "[LongTermKey]\nAuthenticated=2\n", -1);
  bonds = prw_kernel_storage_read (root);
  g_assert_cmpuint (bonds->len, ==, 4);
  assert_bond (bonds, ADAPTER, "C1:00:00:00:00:0A", PRW_SECURITY_LEVEL_LESC_MITM, FALSE);
  assert_bond (bonds, ADAPTER, "C1:00:00:00:00:0B", PRW_SECURITY_LEVEL_JUST_WORKS, TRUE);
  assert_bond (bonds, "AA:00:00:00:00:02", "C1:00:00:00:00:0A", PRW_SECURITY_LEVEL_JUST_WORKS, FALSE);
  assert_bond (bonds, "C2:00:00:00:00:03", "C1:00:00:00:00:0A", PRW_SECURITY_LEVEL_JUST_WORKS, FALSE);
  remove_tree (root);
}

static guint n_messages;

static GLogWriterOutput
count_messages (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  n_messages += (level & G_LOG_LEVEL_MESSAGE) != 0;
  return g_log_writer_default (level, fields, n_fields, data);
}

/* Links to what is right elsewhere: the file, its folder, its adapter's. */
static void
make_links (const char *root, const char *outside)
{
  static const char good[] = "[LongTermKey]\nAuthenticated=3\n";
  const char *const targets[][2] = { { ADAPTER "/C1:00:00:00:00:09/info", ADAPTER "/C1:00:00:00:00:02/info" },
                                     { ADAPTER "/C1:00:00:00:00:09", ADAPTER "/C1:00:00:00:00:05" },
                                     { ADAPTER, "AA:00:00:00:00:02" } };

  write_info (outside, ADAPTER, "C1:00:00:00:00:09", good, -1);
  g_free (make_peer (root, ADAPTER, "C1:00:00:00:00:02"));
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *target = g_build_filename (outside, targets[i][0], NULL), *name = g_build_filename (root, targets[i][1], NULL);

      g_assert_cmpint (symlink (target, name), ==, 0);
    }
}

/* Nothing of it is followed, waited for or read for ever; each is a line in the log. */
static void
test_hostile (void)
{
  g_autofree char *root = g_dir_make_tmp ("prw-storage-XXXXXX", NULL), *outside = g_dir_make_tmp ("prw-outside-XXXXXX", NULL);
  g_autofree char *large = g_malloc0 (200 * 1024);
  g_autofree char *peer = make_peer (root, ADAPTER, "C1:00:00:00:00:04"), *fifo = g_build_filename (peer, "info", NULL);
  g_autoptr (GPtrArray) bonds = NULL;

  g_strlcpy (large, "[LongTermKey]\nAuthenticated=3\n", 200 * 1024);
  write_info (root, ADAPTER, "C1:00:00:00:00:01", large, 200 * 1024);
  g_free (make_peer (root, ADAPTER, "C1:00:00:00:00:03/info"));
  make_links (root, outside);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  n_messages = 0;
  bonds = prw_kernel_storage_read (root);
  g_assert_cmpuint (n_messages, ==, 6);
  g_assert_cmpuint (bonds->len, ==, 0);
  remove_tree (root);
  remove_tree (outside);
}

static void
test_nothing_there (void)
{
  g_autoptr (GPtrArray) none = prw_kernel_storage_read ("/nonexistent/bluetooth"), file = prw_kernel_storage_read ("/etc/passwd");

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (file->len, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_messages, NULL, NULL);
  g_test_add_func ("/kernel/storage/parse", test_parse);
  g_test_add_func ("/kernel/storage/read", test_read);
  g_test_add_func ("/kernel/storage/hostile", test_hostile);
  g_test_add_func ("/kernel/storage/nothing-there", test_nothing_there);
  return g_test_run ();
}
