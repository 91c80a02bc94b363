/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What is told of boards: written, read by those who do not trust it, and watched. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boards/watch.h"

typedef struct
{
  char *top, *dir;
} Place;

static guint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  n_warnings += (level & G_LOG_LEVEL_WARNING) != 0;
  return (level & G_LOG_LEVEL_WARNING) != 0 ? G_LOG_WRITER_HANDLED : g_log_writer_default (level, fields, n_fields, data);
}

static void
place_up (Place *place, gconstpointer data)
{
  (void) data;
  n_warnings = 0;
  place->top = g_dir_make_tmp ("prw-boards-XXXXXX", NULL);
  place->dir = g_build_filename (place->top, "pairward", "boards", NULL);
}

static void
empty (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        empty (path);
      else
        g_remove (path);
    }
  g_rmdir (folder);
}

static void
place_down (Place *place, gconstpointer data)
{
  (void) data;
  empty (place->top);
  g_assert_false (g_file_test (place->top, G_FILE_TEST_EXISTS));
  g_free (place->top);
  g_free (place->dir);
}

static void
put (const Place *place, const char *name, const char *text, gssize len)
{
  g_autofree char *path = g_build_filename (place->dir, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (place->dir, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, len, NULL));
}

static PrwRecord *
make_record (const char *tty, const char *device)
{
  PrwRecord *record = prw_record_new (tty);

  record->device = g_strdup (device);
  record->usb = g_strdup ("2fe3:000b");
  record->product = g_strdup (" Zephyr; HCI = \"UART\" \\ sample\n[Board]\nTty=evil \xe2\x80\xae");
  record->chip = g_strdup ("nRF52840");
  record->firmware = g_strdup ("Zephyr 3.7");
  record->manufacturer = 0x05f1;
  record->address = g_strdup ("c0:11:22:33:44:55");
  record->address_type = g_strdup ("random");
  record->own_address = g_strdup ("C0:11:22:33:44:66");
  record->temperature = -7;
  record->speed = 1000000;
  record->flow_control = TRUE;
  record->since = 123456789012;
  record->state = PRW_RECORD_ATTACHED;
  return record;
}

static void
test_round_trip (Place *place, gconstpointer data)
{
  g_autoptr (PrwRecord) record = make_record ("ttyACM0", "hci1"), back = NULL;
  g_autofree char *path = g_build_filename (place->dir, "ttyACM0", NULL);
  g_autoptr (GError) error = NULL;
  struct stat status;

  (void) data;
  g_assert_true (prw_record_write (place->dir, record, &error));
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0644);
  back = prw_record_read (place->dir, "ttyACM0", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->tty, ==, "ttyACM0");
  g_assert_cmpstr (back->device, ==, "hci1");
  g_assert_cmpstr (back->usb, ==, "2fe3:000b");
  g_assert_cmpstr (back->product, ==, "Zephyr; HCI = \"UART\" \\ sample[Board]Tty=evil");
  g_assert_cmpstr (back->chip, ==, "nRF52840");
  g_assert_cmpstr (back->firmware, ==, "Zephyr 3.7");
  g_assert_cmpint (back->manufacturer, ==, 0x05f1);
  g_assert_cmpstr (back->address, ==, "C0:11:22:33:44:55");
  g_assert_cmpstr (back->address_type, ==, "random");
  g_assert_cmpstr (back->own_address, ==, "C0:11:22:33:44:66");
  g_assert_cmpint (back->temperature, ==, -7);
  g_assert_cmpuint (back->speed, ==, 1000000);
  g_assert_true (back->flow_control);
  g_assert_cmpint (back->since, ==, 123456789012);
  g_assert_cmpint (back->state, ==, PRW_RECORD_ATTACHED);
  g_assert_cmpstr (back->problem, ==, "");
  g_assert_cmpstr (back->message, ==, "");
  g_assert_true (prw_record_remove (place->dir, "ttyACM0", &error));
  g_assert_true (prw_record_remove (place->dir, "ttyACM0", &error));
  g_assert_null (prw_record_read (place->dir, "ttyACM0", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* What is not known is told as such; a long message is not cut at the length of a name. */
static void
test_failed (Place *place, gconstpointer data)
{
  g_autoptr (PrwRecord) record = prw_record_new ("ttyUSB0"), back = NULL;
  g_autoptr (GString) message = g_string_new (NULL);

  (void) data;
  while (message->len < 600)
    g_string_append (message, message->len > 0 ? " word" : "word");
  record->problem = g_strdup ("wrong-speed");
  record->message = g_strdup (message->str);
  g_assert_true (prw_record_write (place->dir, record, NULL));
  back = prw_record_read (place->dir, "ttyUSB0", NULL);
  g_assert_cmpint (back->state, ==, PRW_RECORD_FAILED);
  g_assert_cmpint (back->manufacturer, ==, -1);
  g_assert_cmpint (back->temperature, ==, G_MININT);
  g_assert_cmpuint (back->speed, ==, 0);
  g_assert_cmpstr (back->device, ==, "");
  g_assert_cmpstr (back->problem, ==, "wrong-speed");
  g_assert_cmpstr (back->message, ==, message->str);
}

#define GOOD "[Board]\nTty=ttyACM0\nState=attached\nDevice=hci1\n"

static const struct
{
  const char *what, *text, *word;
} bad[] = {
  { "empty", "", "record" },
  { "rubbish", "rubbish\n", "record" },
  { "another group", "[Other]\nTty=ttyACM0\n", "record" },
  { "another tty", "[Board]\nTty=ttyACM1\nState=failed\n", "Tty" },
  { "no state", "[Board]\nTty=ttyACM0\n", "State" },
  { "an unknown state", "[Board]\nTty=ttyACM0\nState=odd\n", "State" },
  { "attached as nothing", "[Board]\nTty=ttyACM0\nState=attached\n", "Device" },
  { "no device", GOOD "Device=hci\n", "Device" },
  { "a path for a device", GOOD "Device=hci0/../x\n", "Device" },
  { "an address", GOOD "Address=C0:00\n", "Address" },
  { "an address type", GOOD "AddressType=odd\n", "AddressType" },
  { "an address of its own", GOOD "OwnAddress=C0:11\n", "OwnAddress" },
  { "a temperature", GOOD "Temperature=1000\n", "Temperature" },
  { "a temperature in words", GOOD "Temperature=warm\n", "Temperature" },
  { "a speed", GOOD "Speed=-1\n", "Speed" },
  { "a manufacturer", GOOD "Manufacturer=0x12345\n", "Manufacturer" },
  { "a manufacturer without its 0x", GOOD "Manufacturer=59\n", "Manufacturer" },
  { "flow control", GOOD "FlowControl=1\n", "FlowControl" },
  { "a usb id", GOOD "Usb=../..\n", "Usb" },
  { "a problem", GOOD "Problem=a b\n", "Problem" },
};

static void
test_bad (Place *place, gconstpointer data)
{
  g_autofree char *huge = g_strnfill (PRW_RECORD_MAX_BYTES + 1, '\n');
  static const char zero[] = GOOD "Chip=a\0b\n";
  PrwRecord *record;
  GError *error = NULL;

  (void) place, (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i].what);
      g_assert_null (prw_record_parse ("ttyACM0", bad[i].text, strlen (bad[i].text), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, bad[i].word));
      g_clear_error (&error);
    }
  g_assert_null (prw_record_parse ("ttyACM0", huge, PRW_RECORD_MAX_BYTES + 1, NULL));
  g_assert_null (prw_record_parse ("ttyACM0", zero, sizeof zero - 1, NULL));
  /* hostile texts are shown, cleaned; what a newer writer tells is passed over */
  record = prw_record_parse ("ttyACM0", GOOD "Chip=\\n\x1b[31mnRF\xe2\x80\xae\nNew=1\n[More]\nx=1\n",
                             strlen (GOOD "Chip=\\n\x1b[31mnRF\xe2\x80\xae\nNew=1\n[More]\nx=1\n"), NULL);
  g_assert_cmpstr (record->chip, ==, "[31mnRF");
  prw_record_free (record);
}

static void
test_list (Place *place, gconstpointer data)
{
  g_autoptr (GPtrArray) none = prw_records_list (place->dir);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (PrwRecord) first = make_record ("ttyUSB0", "hci0"), second = make_record ("ttyACM0", "hci2");
  g_autofree char *huge = g_strnfill (100000, 'x'), *fifo = NULL, *link = NULL, *folder = NULL;

  (void) data;
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_true (prw_record_write (place->dir, first, NULL));
  g_assert_true (prw_record_write (place->dir, second, NULL));
  g_assert_cmpuint (n_warnings, ==, 0);
  put (place, "ttyS0", huge, -1);
  put (place, "ttyS1", "rubbish", -1);
  put (place, "tty S2", GOOD, -1);
  put (place, ".ttyS3", GOOD, -1);
  fifo = g_build_filename (place->dir, "ttyS4", NULL);
  g_assert_cmpint (mkfifo (fifo, 0666), ==, 0);
  link = g_build_filename (place->dir, "ttyS5", NULL);
  g_assert_cmpint (symlink ("ttyACM0", link), ==, 0);
  folder = g_build_filename (place->dir, "ttyS6", NULL);
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  records = prw_records_list (place->dir);
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_cmpuint (n_warnings, ==, 6);
  g_assert_cmpstr (((PrwRecord *) records->pdata[0])->tty, ==, "ttyACM0");
  g_assert_true (prw_records_find (records, "hci0") == records->pdata[1]);
  g_assert_null (prw_records_find (records, "hci1"));
}

/* Boards that were pulled out and left their records behind are not told of, nor those whose process was killed: hci1 is another by now. */
static void
test_present (Place *place, gconstpointer data)
{
  static const char *const boards[][2] = { { "ttyACM0", NULL }, { "ttyACM1", "hci2" }, { "ttyACM2", NULL }, { "ttyACM3", "hci1" },
                                           { "pts-3", "hci3" }, { "pts-4", NULL },    { "hci0", "hci0" },  { "hci1", "hci1" } };
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *sys = g_build_filename (place->top, "sys/class/tty/ttyACM1", NULL), *pts = g_build_filename (place->top, "dev/pts", NULL);
  g_autofree char *controller = g_build_filename (place->top, "sys/class/bluetooth/hci1", NULL);
  g_autofree char *killed = g_build_filename (place->top, "sys/class/tty/ttyACM3", NULL);
  g_autofree char *dev = g_build_filename (place->top, "dev", NULL), *sysfs = g_build_filename (place->top, "sys", NULL);
  g_autofree char *node = g_build_filename (pts, "3", NULL), *other = g_build_filename (dev, "ttyACM2", NULL);

  (void) data;
  g_assert_cmpint (g_mkdir_with_parents (sys, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (controller, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (killed, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (pts, 0755), ==, 0);
  g_assert_true (g_file_set_contents (node, "", 0, NULL) && g_file_set_contents (other, "", 0, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (boards); i++)
    {
      g_autoptr (PrwRecord) record = boards[i][1] == NULL ? prw_record_new (boards[i][0]) : make_record (boards[i][0], boards[i][1]);

      g_assert_true (prw_record_write (place->dir, record, NULL));
    }
  records = prw_records_list_present (place->dir, sysfs, dev);
  for (guint i = 0; i < records->len; i++)
    g_string_append_printf (names, "%s ", ((PrwRecord *) records->pdata[i])->tty);
  g_assert_cmpstr (names->str, ==, "hci1 pts-3 ttyACM1 ttyACM2 ");
}

/* Where the disk is full nothing is left, and what was there stays. */
static void
test_full (Place *place, gconstpointer data)
{
  g_autoptr (PrwRecord) old = make_record ("ttyACM0", "hci0"), new = make_record ("ttyACM0", "hci1");
  g_autoptr (PrwRecord) back = NULL;
  g_autoptr (GError) error = NULL, other = NULL;
  g_autoptr (GDir) files = NULL;
  struct rlimit before, none;

  (void) data;
  g_assert_true (prw_record_write (place->dir, old, NULL));
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  none = before;
  none.rlim_cur = 0;
  setrlimit (RLIMIT_FSIZE, &none);
  prw_record_write (place->dir, new, &error);
  prw_record_add (place->dir, new, &other);
  setrlimit (RLIMIT_FSIZE, &before);
  g_assert_nonnull (error);
  g_assert_nonnull (other);
  back = prw_record_read (place->dir, "ttyACM0", NULL);
  g_assert_cmpstr (back->device, ==, "hci0");
  files = g_dir_open (place->dir, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (files), ==, "ttyACM0");
  g_assert_null (g_dir_read_name (files));
}

/* Who does not have the port takes nobody's record away. */
static void
test_add (Place *place, gconstpointer data)
{
  g_autoptr (PrwRecord) first = make_record ("ttyACM0", "hci0"), second = make_record ("ttyACM0", "hci1");
  g_autoptr (PrwRecord) back = NULL;

  (void) data;
  g_assert_true (prw_record_add (place->dir, first, NULL));
  g_assert_true (prw_record_add (place->dir, second, NULL));
  back = prw_record_read (place->dir, "ttyACM0", NULL);
  g_assert_cmpstr (back->device, ==, "hci0");
}

static void
test_many (Place *place, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL;

  (void) data;
  for (guint i = 0; i < PRW_RECORDS_MAX + 10; i++)
    {
      g_autofree char *tty = g_strdup_printf ("ttyS%u", i);
      g_autoptr (PrwRecord) record = make_record (tty, "hci0");

      g_assert_true (prw_record_write (place->dir, record, NULL));
    }
  records = prw_records_list (place->dir);
  g_assert_cmpuint (records->len, ==, PRW_RECORDS_MAX);
}

static void
test_names (Place *place, gconstpointer data)
{
  static const char *const names[] = { "", ".", "..", ".tty", "a/b", "/dev/ttyS0", "a b", "a\nb", "t\xc3\xbc" };

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (PrwRecord) record = prw_record_new (names[i]);
      GError *error = NULL;

      g_assert_false (prw_record_write (place->dir, record, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
      g_clear_error (&error);
      g_assert_false (prw_record_remove (place->dir, names[i], NULL));
      g_assert_null (prw_record_read (place->dir, names[i], NULL));
    }
}

/* One reader and one writer: what is read is a whole record, always. */
static void
test_whole (Place *place, gconstpointer data)
{
  g_autoptr (PrwRecord) record = make_record ("ttyACM0", "hci1");

  (void) data;
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (PrwRecord) back = NULL;
      g_autoptr (GPtrArray) all = NULL;

      record->temperature = (int) (i % 100);
      g_assert_true (prw_record_write (place->dir, record, NULL));
      all = prw_records_list (place->dir);
      g_assert_cmpuint (all->len, ==, 1);
      back = prw_record_read (place->dir, "ttyACM0", NULL);
      g_assert_cmpint (back->temperature, ==, record->temperature);
    }
}

static void
on_changed (PrwBoards *boards, gpointer data)
{
  guint *n = data;

  (void) boards;
  (*n)++;
}

static void
wait_for_records (PrwBoards *boards, guint n)
{
  while (prw_boards_get (boards)->len != n)
    g_main_context_iteration (NULL, TRUE);
}

/* The folders come and go, and come once more. */
static void
test_watch (Place *place, gconstpointer data)
{
  g_autoptr (PrwBoards) boards = prw_boards_new (place->dir);
  g_autoptr (PrwRecord) record = make_record ("ttyACM0", "hci1"), other = make_record ("ttyACM1", "hci2");
  g_autofree char *above = g_path_get_dirname (place->dir), *aside = g_build_filename (place->top, "aside", NULL);
  guint n_changes = 0;

  (void) data;
  g_signal_connect (boards, "changed", G_CALLBACK (on_changed), &n_changes);
  g_assert_cmpuint (prw_boards_get (boards)->len, ==, 0);
  g_assert_true (prw_record_write (place->dir, record, NULL));
  wait_for_records (boards, 1);
  g_assert_true (prw_record_write (place->dir, other, NULL));
  wait_for_records (boards, 2);
  g_assert_true (prw_record_remove (place->dir, "ttyACM0", NULL));
  wait_for_records (boards, 1);
  g_assert_cmpint (g_rename (above, aside), ==, 0);
  empty (aside);
  wait_for_records (boards, 0);
  g_assert_true (prw_record_write (place->dir, record, NULL));
  wait_for_records (boards, 1);
  g_assert_cmpuint (n_changes, >=, 5);
  g_assert_cmpuint (n_warnings, ==, 0);
}

/* What happens beside the folder, or is being written in it, is no change. */
static void
test_quiet (Place *place, gconstpointer data)
{
  g_autoptr (PrwBoards) boards = prw_boards_new (place->dir);
  g_autofree char *beside = g_build_filename (place->top, "beside", NULL);
  guint n_changes = 0;

  (void) data;
  g_signal_connect (boards, "changed", G_CALLBACK (on_changed), &n_changes);
  g_assert_cmpint (g_mkdir (beside, 0755), ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_changes, ==, 0);
}

int
main (int argc, char **argv)
{
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/boards/record/" name, Place, NULL, place_up, function, place_down)
  ADD ("round-trip", test_round_trip);
  ADD ("failed", test_failed);
  ADD ("bad", test_bad);
  ADD ("list", test_list);
  ADD ("present", test_present);
  ADD ("full", test_full);
  ADD ("add", test_add);
  ADD ("many", test_many);
  ADD ("names", test_names);
  ADD ("whole", test_whole);
  ADD ("watch", test_watch);
  ADD ("quiet", test_quiet);
  return g_test_run ();
}
