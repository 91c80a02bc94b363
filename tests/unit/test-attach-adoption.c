/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* A board and its address, without a bluetoothd and with one that is played: what is in BlueZ's file at which moment. The test is the board, and the kernel's line. */
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach-pty.h"
#include "attach/addresses.h"
#include "attach/adoption.h"
#include "attach/tty.h"
#include "bus/fake-bluez.h"
#include "hex.h"

/* @wanted: of the command line. @listed: what BlueZ's file had when the controller came. @joined: the kernel's list with it. */
typedef struct
{
  AttachPty *pty;
  PrwAttach *attach;
  PrwAdoption *adoption;
  char *dir, *addresses, *state, *run;
  const char *wanted, *own, *serial, *place;
  char *listed;
  FakeBluez *bluez;
  const guint16 *joined;
  guint settled, starts, input;
  gboolean ended;
  GError *error;
} Fixture;

static char *
content (const Fixture *f)
{
  char *text = NULL;

  g_file_get_contents (f->addresses, &text, NULL, NULL);
  return text;
}

#define OURS "C0:11:22:33:44:55"
#define FOREIGN "E6:00:00:00:00:01"
#define OTHER "E6:00:00:00:00:02"

static const guint16 *kernel_has; /* ends with 0xffff */

static gssize
list_indexes (guint16 *indexes)
{
  gssize n = 0;

  for (; kernel_has != NULL && kernel_has[n] != 0xffff; n++)
    indexes[n] = kernel_has[n];
  return kernel_has != NULL ? n : -1;
}

static void
have_adapter (FakeBluez *bluez, gboolean is_told, guint index, const char *address)
{
  g_autofree char *path = g_strdup_printf ("/org/bluez/hci%u", index);
  g_autofree char *properties = g_strdup_printf ("{'Address': <'%s'>}", address);

  (is_told ? fake_bluez_announce : fake_bluez_add) (bluez, path, "org.bluez.Adapter1", properties);
}

static gboolean
line_open (int fd, gpointer data, GError **error)
{
  return TRUE;
}

static gboolean
line_start (int fd, guint *index, gpointer data, GError **error)
{
  Fixture *f = data;

  g_free (f->listed);
  f->listed = content (f);
  f->starts++;
  if (f->joined != NULL)
    {
      kernel_has = f->joined;
      have_adapter (f->bluez, FALSE, 5, OURS);
    }
  *index = 5;
  return TRUE;
}

static gboolean
line_is_there (int fd, guint index, gpointer data)
{
  return TRUE;
}

static void
line_close (int fd, gpointer data)
{
}

static void
found (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;

  prw_adoption_found (f->adoption, "2fe3:0004", f->serial, f->place, f->wanted);
}

static void
opened (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;

  prw_adoption_opened (f->adoption);
}

static void
attached (PrwAttach *attach, gpointer data)
{
  Fixture *f = data;

  prw_adoption_attached (f->adoption);
}

static void
settled (gpointer data)
{
  Fixture *f = data;

  f->settled++;
}

static void
ended (PrwAttach *attach, const GError *error, gpointer data)
{
  Fixture *f = data;

  f->ended = TRUE;
  f->error = error != NULL ? g_error_copy (error) : NULL;
}

/* A board of Zephyr's with this static address, which can be given a public one. */
static gboolean
hear (int fd, GIOCondition condition, gpointer data)
{
  Fixture *f = data;
  guint8 octets[64];
  GByteArray *answer;
  g_autofree char *own = f->own != NULL ? hex_address (f->own) : NULL;
  g_autofree char *text = NULL;

  if (read (fd, octets, sizeof octets) < 4)
    return G_SOURCE_CONTINUE;
  switch (octets[1] | octets[2] << 8)
    {
    case 0x0c03:
      text = g_strdup ("040e0401030c00");
      break;
    case 0x1001:
      text = g_strdup ("040e0c010110000d00000df105ffff");
      break;
    case 0x1009:
      text = g_strdup ("040e0a01091000000000000000");
      break;
    case 0xfc01:
      text = g_strdup ("040e100101fc0002000200000307000000000000");
      break;
    case 0xfc02:
      text = g_strdup_printf ("040e440102fc0021%s%0124d", f->own != NULL ? "01" : "00", 0);
      break;
    case 0xfc06:
      text = g_strdup ("040e040106fc00");
      break;
    default:
      text = g_strdup_printf ("040e1b0109fc0001%s%032d", own != NULL ? own : "000000000000", 0);
      break;
    }
  answer = hex_bytes (text);
  g_assert_cmpint (write (fd, answer->data, answer->len), ==, answer->len);
  g_byte_array_unref (answer);
  return G_SOURCE_CONTINUE;
}

static Fixture *
fixture_new_with (const char *own, const char *wanted, PrwIndexesFunc indexes)
{
  static const PrwAttachFuncs funcs = { found, opened, attached, ended };
  static const guint speed = 1000000;
  Fixture *f = g_new0 (Fixture, 1);
  PrwLine line = { line_open, line_start, line_is_there, line_close, f };
  PrwClaimPaths paths;

  f->own = own;
  f->wanted = wanted;
  f->dir = g_dir_make_tmp ("prw-adoption-XXXXXX", NULL);
  f->addresses = g_build_filename (f->dir, "addresses", NULL);
  f->state = g_build_filename (f->dir, "boards", NULL);
  f->run = g_build_filename (f->dir, "run", NULL);
  f->pty = attach_pty_new ();
  f->attach = prw_attach_new (prw_tty_as_wire (prw_tty_open (f->pty->path, NULL)), &speed, 1, TRUE, &line, &funcs, f);
  paths = (PrwClaimPaths) { .addresses = f->addresses, .state = f->state, .run = f->run };
  f->adoption = prw_adoption_new (f->attach, &paths, indexes, settled, f);
  f->input = g_unix_fd_add (f->pty->master, G_IO_IN, hear, f);
  return f;
}

static Fixture *
fixture_new (const char *own, const char *wanted)
{
  return fixture_new_with (own, wanted, NULL);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
fixture_free (Fixture *f)
{
  g_source_remove (f->input);
  g_clear_pointer (&f->adoption, prw_adoption_free);
  prw_attach_free (f->attach);
  attach_pty_assert_restored (f->pty);
  attach_pty_free (f->pty);
  remove_tree (f->dir);
  g_free (f->dir);
  g_free (f->addresses);
  g_free (f->state);
  g_free (f->run);
  g_free (f->listed);
  g_clear_error (&f->error);
  g_free (f);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
run (Fixture *f)
{
  prw_attach_start (f->attach);
  while (f->settled == 0 && !f->ended)
    g_main_context_iteration (NULL, TRUE);
}

/* Ends it; the text of BlueZ's file afterwards. */
static char *
end (Fixture *f)
{
  prw_attach_stop (f->attach);
  while (!f->ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (f->error);
  g_clear_pointer (&f->adoption, prw_adoption_free);
  return content (f);
}

static void
assert_listed (const char *text, const char *address, gboolean listed)
{
  if ((text != NULL && strstr (text, address) != NULL) != listed)
    g_error ("%s: expected %s in \"%s\"", address, listed ? "it" : "it not", text != NULL ? text : "");
}

static void
test_factory (void)
{
  g_autoptr (Fixture) f = fixture_new ("C0:11:22:33:44:55", NULL);
  g_autofree char *after = NULL;

  run (f);
  assert_listed (f->listed, "0x05f1=C0:11:22:33:44:55", TRUE);
  g_assert_cmpstr (prw_adoption_get_address (f->adoption), ==, "C0:11:22:33:44:55");
  g_assert_cmpuint (f->settled, ==, 1);
  after = end (f);
  assert_listed (after, "C0:11:22:33:44:55", FALSE);
}

static void
test_configured (void)
{
  g_autoptr (Fixture) f = fixture_new ("C0:11:22:33:44:55", "E6:00:00:00:00:01");

  run (f);
  assert_listed (f->listed, "0x05f1=E6:00:00:00:00:01", TRUE);
  assert_listed (f->listed, "C0:11:22:33:44:55", FALSE);
}

static void
test_none (void)
{
  g_autoptr (Fixture) f = fixture_new ("C0:11:22:33:44:55", "none");

  run (f);
  assert_listed (f->listed, "C0:11:22:33:44:55", FALSE);
  g_assert_cmpstr (prw_adoption_get_address (f->adoption), ==, "");
}

/* A public one is in the chip before the kernel looks; BlueZ's file has nothing to do with it. */
static void
test_public (void)
{
  g_autoptr (Fixture) f = fixture_new ("C0:11:22:33:44:55", "00:11:22:33:44:55");

  run (f);
  g_assert_null (f->listed);
  g_assert_cmpstr (prw_board_get_address (prw_attach_get_board (f->attach)), ==, "00:11:22:33:44:55");
}

/* Of a board that tells no address one is made, once. */
static void
test_kept (void)
{
  g_autoptr (Fixture) f = fixture_new (NULL, "auto");
  g_autofree char *address = NULL;

  f->serial = "D5A3";
  run (f);
  g_assert_no_error (f->error);
  address = g_strdup (prw_adoption_get_address (f->adoption));
  g_assert_true (prw_identity_is_static (address));
  assert_listed (f->listed, address, TRUE);
}

/* It has no serial number either: it is known by where it is plugged in. */
static void
test_kept_by_place (void)
{
  g_autoptr (Fixture) f = fixture_new (NULL, NULL);
  g_autofree char *address = NULL;

  f->place = "1-1.2";
  run (f);
  g_assert_no_error (f->error);
  address = g_strdup (prw_adoption_get_address (f->adoption));
  g_assert_true (prw_identity_is_static (address));
  assert_listed (f->listed, address, TRUE);
}

/* A file that is not BlueZ's as it should be is left, and the board with it. */
static void
test_malformed (void)
{
  g_autoptr (Fixture) f = fixture_new ("C0:11:22:33:44:55", NULL);
  g_autofree char *after = NULL;

  g_assert_true (g_file_set_contents (f->addresses, "0x05f1=what\n", -1, NULL));
  run (f);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_NO_ADDRESS);
  g_assert_null (f->listed);
  after = content (f);
  g_assert_cmpstr (after, ==, "0x05f1=what\n");
}

/* It is told to stop while it waits for its claim. */
static void
test_stopped (void)
{
  g_autoptr (Fixture) f = fixture_new ("C0:11:22:33:44:55", NULL);

  prw_attach_start (f->attach);
  while (!prw_attach_is_known (f->attach))
    g_main_context_iteration (NULL, TRUE);
  prw_attach_stop (f->attach);
  while (!f->ended)
    g_main_context_iteration (NULL, TRUE);
  g_clear_pointer (&f->adoption, prw_adoption_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (f->listed);
  g_assert_cmpuint (f->settled, ==, 0);
}

/* How this manufacturer's list is now. */
static gboolean
list_is (const Fixture *f, const char *addresses)
{
  g_auto (GStrv) list = prw_addresses_file_list (f->addresses, 0x05f1, NULL);
  g_autofree char *text = list != NULL ? g_strjoinv (" ", list) : NULL;

  return g_strcmp0 (text, addresses) == 0;
}

static FakeBluez *
play_bluez (GTestDBus **bus)
{
  *bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (*bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (*bus), TRUE);
  return fake_bluez_new (g_test_dbus_get_bus_address (*bus));
}

static void
stop_bus (GTestDBus *bus)
{
  g_test_dbus_stop (bus);
  g_object_unref (bus);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* hci3 is another controller of this manufacturer; the board is hci5 as soon as it is a controller. */
static Fixture *
fixture_new_beside (FakeBluez *bluez)
{
  static const guint16 without[] = { 3, 0xffff }, with[] = { 5, 3, 0xffff };
  Fixture *f = fixture_new_with (OURS, NULL, list_indexes);

  g_assert_true (g_file_set_contents (f->addresses, "[Static]\n0x05f1=" OTHER ";" FOREIGN "\n", -1, NULL));
  kernel_has = without;
  f->joined = with;
  f->bluez = bluez;
  have_adapter (bluez, FALSE, 3, FOREIGN);
  run (f);
  g_assert_no_error (f->error);
  return f;
}

/* Other controllers come after it and go again: a bluetoothd that is restarted finds the kernel's order. */
static void
test_foreign (void)
{
  static const guint16 three[] = { 6, 5, 3, 0xffff };
  GTestDBus *bus;
  FakeBluez *bluez = play_bluez (&bus);
  Fixture *f = fixture_new_beside (bluez);
  g_autofree char *after = NULL;

  g_assert_true (list_is (f, OURS " " FOREIGN " " OTHER));
  kernel_has = three;
  have_adapter (bluez, TRUE, 6, OTHER);
  fake_wait_until (list_is (f, OTHER " " OURS " " FOREIGN));
  kernel_has = f->joined;
  fake_bluez_remove (bluez, "/org/bluez/hci6", "org.bluez.Adapter1");
  fake_wait_until (list_is (f, OURS " " FOREIGN " " OTHER));
  g_assert_cmpuint (f->starts, ==, 1);
  after = end (f);
  assert_listed (after, OURS, FALSE);
  fixture_free (f);
  fake_bluez_die (bluez);
  stop_bus (bus);
}

/* A bluetoothd that was restarted gave it another address: it begins anew, and has its own again. */
static void
test_exchanged (void)
{
  GTestDBus *bus;
  FakeBluez *bluez = play_bluez (&bus);
  Fixture *f = fixture_new_beside (bluez);

  have_adapter (bluez, TRUE, 5, OTHER);
  fake_wait_until (f->starts == 2 && f->settled == 2);
  g_assert_cmpstr (prw_adoption_get_address (f->adoption), ==, OURS);
  g_assert_true (list_is (f, OURS " " FOREIGN " " OTHER));
  g_free (end (f));
  fixture_free (f);
  fake_bluez_die (bluez);
  stop_bus (bus);
}

/* An adapter that is there has the address, and keeps it. */
static void
test_taken (void)
{
  static const guint16 taken[] = { 3, 0xffff };
  GTestDBus *bus;
  FakeBluez *bluez = play_bluez (&bus);
  Fixture *f = fixture_new_with (OURS, NULL, list_indexes);

  kernel_has = taken;
  have_adapter (bluez, FALSE, 3, OURS);
  run (f);
  g_assert_error (f->error, PRW_PROBLEM, PRW_PROBLEM_NO_ADDRESS);
  g_assert_cmpuint (f->starts, ==, 0);
  fixture_free (f);
  fake_bluez_die (bluez);
  stop_bus (bus);
}

/* A bus, and nobody on it; then not even the kernel's order is known. */
static void
test_without_bluetoothd (void)
{
  GTestDBus *bus;

  fake_bluez_die (play_bluez (&bus));
  for (guint i = 0; i < 2; i++)
    {
      static const guint16 alone[] = { 5, 0xffff };
      Fixture *f = fixture_new_with (OURS, NULL, list_indexes);

      kernel_has = i == 0 ? alone : NULL;
      run (f);
      g_assert_no_error (f->error);
      g_assert_cmpuint (f->settled, ==, 1);
      g_assert_true (list_is (f, OURS));
      fixture_free (f);
    }
  stop_bus (bus);
}

/* What the kernel says in between is no answer. */
static void
test_indexes (void)
{
  static const char *const frames[] = { "0400" "0700" "0000", "0100" "ffff" "0900" "0100" "00" "011500010002", "0100" "ffff" "0900" "0300" "00" "0200" "0500" "0300" };
  guint16 indexes[PRW_INDEXES_MAX];
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), ==, 0);
  g_assert_cmpint (prw_indexes_ask (fds[0], indexes), ==, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      GByteArray *frame = hex_bytes (frames[i]);

      g_assert_cmpint (write (fds[1], frame->data, frame->len), ==, frame->len);
      g_byte_array_unref (frame);
    }
  g_assert_cmpint (prw_indexes_ask (fds[0], indexes), ==, 2);
  g_assert_cmpuint (indexes[0], ==, 5);
  g_assert_cmpuint (indexes[1], ==, 3);
  close (fds[0]);
  close (fds[1]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attach/adoption/factory", test_factory);
  g_test_add_func ("/attach/adoption/configured", test_configured);
  g_test_add_func ("/attach/adoption/none", test_none);
  g_test_add_func ("/attach/adoption/public", test_public);
  g_test_add_func ("/attach/adoption/kept", test_kept);
  g_test_add_func ("/attach/adoption/kept-by-place", test_kept_by_place);
  g_test_add_func ("/attach/adoption/malformed", test_malformed);
  g_test_add_func ("/attach/adoption/stopped", test_stopped);
  g_test_add_func ("/attach/adoption/indexes", test_indexes);
  g_test_add_func ("/attach/adoption/foreign", test_foreign);
  g_test_add_func ("/attach/adoption/exchanged", test_exchanged);
  g_test_add_func ("/attach/adoption/taken", test_taken);
  g_test_add_func ("/attach/adoption/without-bluetoothd", test_without_bluetoothd);
  return g_test_run ();
}
