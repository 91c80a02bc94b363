/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Which address a board has, and the ones that are made here once and kept. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "attach/boards-state.h"
#include "attach/identity.h"

#define NONE "00:00:00:00:00:00"
#define CHIP "C0:11:22:33:44:55"
#define OTHER "FE:DC:BA:98:76:54"
#define PUBLIC "00:11:22:33:44:55"
#define PUBLIC2 "00:11:22:33:44:66"
#define SERIAL "serial%202fe3:000b%20D5A3"

static const char *const factory[] = { CHIP, OTHER, NULL };
static const char *const bad_factory[] = { NONE, "FF:FF:FF:FF:FF:FF", "C0:00:00:00:00:00", "41:11:22:33:44:55", "nonsense", OTHER, NULL };

static const struct
{
  const char *what;
  PrwIdentityFacts facts;
  const char *wanted, *wanted_public;
  PrwIdentitySource source;
  const char *address;
  gboolean needs_claim;
  const char *key;
  gboolean has_hint;
} decisions[] = {
  { "a public address stays", { .public_address = PUBLIC, .factory = factory }, "auto", NULL, PRW_IDENTITY_PUBLIC, PUBLIC, FALSE, NULL, FALSE },
  { "whatever is wanted", { .public_address = PUBLIC, .may_write = TRUE }, OTHER, PUBLIC, PRW_IDENTITY_PUBLIC, PUBLIC, FALSE, NULL, FALSE },
  { "another one is written over it", { .public_address = PUBLIC2, .may_write = TRUE }, "auto", PUBLIC, PRW_IDENTITY_WRITTEN, PUBLIC, FALSE, NULL,
    FALSE },
  { "none is none", { .public_address = NONE, .factory = factory }, "auto", NULL, PRW_IDENTITY_FACTORY, CHIP, TRUE, NULL, FALSE },
  { "nor is all ones", { .public_address = "FF:FF:FF:FF:FF:FF", .factory = factory }, NULL, NULL, PRW_IDENTITY_FACTORY, CHIP, TRUE, NULL, FALSE },
  { "unknown", { .factory = factory }, NULL, NULL, PRW_IDENTITY_FACTORY, CHIP, TRUE, NULL, FALSE },
  { "what is no static address is passed over", { .factory = bad_factory }, "auto", NULL, PRW_IDENTITY_FACTORY, OTHER, TRUE, NULL, FALSE },
  { "by serial number", { .usb = "2fe3:000b", .serial = "D5A3", .port = "1-1" }, "auto", NULL, PRW_IDENTITY_KEPT, "", TRUE, SERIAL, FALSE },
  { "by port", { .usb = "0d28:0204", .serial = "", .port = "1-1.2" }, "auto", NULL, PRW_IDENTITY_KEPT, "", TRUE, "port%200d28:0204%201-1.2", TRUE },
  { "by port, no USB", { .port = "ttyAMA0" }, "auto", NULL, PRW_IDENTITY_KEPT, "", TRUE, "port%20-%20ttyAMA0", TRUE },
  { "a serial number of anything", { .usb = "2fe3:000b", .serial = "[a]=\n;" }, "auto", NULL, PRW_IDENTITY_KEPT, "", TRUE,
    "serial%202fe3:000b%20%5Ba%5D%3D%0A%3B", FALSE },
  { "known by nothing", { .usb = "2fe3:000b" }, "auto", NULL, PRW_IDENTITY_NONE, "", TRUE, NULL, TRUE },
  { "configured", { .factory = factory, .serial = "x" }, "fe:dc:ba:98:76:54", NULL, PRW_IDENTITY_CONFIGURED, OTHER, TRUE, NULL, FALSE },
  { "none, please", { .factory = factory, .serial = "x" }, "none", NULL, PRW_IDENTITY_NONE, "", TRUE, NULL, TRUE },
  { "written", { .factory = factory, .may_write = TRUE }, "auto", PUBLIC, PRW_IDENTITY_WRITTEN, PUBLIC, FALSE, NULL, FALSE },
};

static void
test_decide (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (decisions); i++)
    {
      g_auto (PrwIdentity) identity = { 0 };
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", decisions[i].what);
      g_assert_true (prw_identity_decide (&decisions[i].facts, decisions[i].wanted, decisions[i].wanted_public, &identity, &error));
      g_assert_no_error (error);
      g_assert_cmpint (identity.source, ==, decisions[i].source);
      g_assert_cmpstr (identity.address, ==, decisions[i].address);
      g_assert_cmpint (identity.needs_claim, ==, decisions[i].needs_claim);
      g_assert_cmpstr (identity.key, ==, decisions[i].key);
      g_assert_cmpint (identity.hint != NULL, ==, decisions[i].has_hint);
    }
}

static void
assert_refused_of (const char *public_address, gboolean may_write, const char *wanted, const char *wanted_public, int code, const char *word)
{
  PrwIdentityFacts facts = { .public_address = public_address, .may_write = may_write };
  g_auto (PrwIdentity) identity = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (prw_identity_decide (&facts, wanted, wanted_public, &identity, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
assert_refused (gboolean may_write, const char *wanted, const char *wanted_public, int code, const char *word)
{
  assert_refused_of (NONE, may_write, wanted, wanted_public, code, word);
}

static void
test_refused (void)
{
  assert_refused (TRUE, PUBLIC, NULL, G_IO_ERROR_INVALID_ARGUMENT, PUBLIC);
  assert_refused (TRUE, "C0:00:00:00:00:00", NULL, G_IO_ERROR_INVALID_ARGUMENT, "C0 to FF");
  assert_refused (TRUE, "FF:FF:FF:FF:FF:FF", NULL, G_IO_ERROR_INVALID_ARGUMENT, "C0 to FF");
  assert_refused (TRUE, "AUTO", NULL, G_IO_ERROR_INVALID_ARGUMENT, "AUTO");
  assert_refused (TRUE, "", NULL, G_IO_ERROR_INVALID_ARGUMENT, "C0 to FF");
  assert_refused (TRUE, "auto", NONE, G_IO_ERROR_INVALID_ARGUMENT, "public");
  assert_refused (TRUE, "auto", "nonsense", G_IO_ERROR_INVALID_ARGUMENT, "nonsense");
  assert_refused (FALSE, "auto", PUBLIC, G_IO_ERROR_NOT_SUPPORTED, "Write BD_ADDR");
  assert_refused_of (PUBLIC2, FALSE, "auto", PUBLIC, G_IO_ERROR_NOT_SUPPORTED, "another public address");
}

/* Made once, for each board another one, and the same ever after. */
static void
test_kept (void)
{
  g_autofree char *top = g_dir_make_tmp ("prw-identity-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (top, "pairward", NULL), *path = g_build_filename (folder, "boards", NULL);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;
  char first[PRW_ADDRESS_LEN + 1], again[PRW_ADDRESS_LEN + 1], other[PRW_ADDRESS_LEN + 1];
  struct stat status;

  g_assert_true (prw_boards_state_kept (path, SERIAL, first, &error));
  g_assert_true (prw_identity_is_static (first));
  g_assert_true (prw_boards_state_kept (path, "port%20-%20ttyAMA0", other, &error));
  g_assert_cmpstr (first, !=, other);
  prw_boards_state_set_listed (path, 0x05f1, first, TRUE);
  g_assert_true (prw_boards_state_is_listed (path, 0x05f1, first));
  g_assert_false (prw_boards_state_is_listed (path, 0x0059, first));
  g_assert_false (prw_boards_state_is_listed (path, 0x05f1, other));
  prw_boards_state_set_listed (path, 0x05f1, first, FALSE);
  g_assert_false (prw_boards_state_is_listed (path, 0x05f1, first));
  g_assert_true (prw_boards_state_kept (path, SERIAL, again, &error));
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0600);
  /* one that cannot be read is not written over: there are addresses in it */
  g_assert_true (g_file_set_contents (path, "rubbish\n", -1, NULL));
  g_assert_false (prw_boards_state_kept (path, SERIAL, again, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_cmpstr (again, ==, "");
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, "rubbish\n");
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "[Kept]\n" SERIAL "=" PUBLIC "\n", -1, NULL));
  g_assert_false (prw_boards_state_kept (path, SERIAL, again, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_remove (path);
  g_rmdir (folder);
  g_assert_cmpint (g_rmdir (top), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attach/identity/decide", test_decide);
  g_test_add_func ("/attach/identity/refused", test_refused);
  g_test_add_func ("/attach/identity/kept", test_kept);
  return g_test_run ();
}
