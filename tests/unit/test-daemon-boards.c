/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What of the boards' records the core is told. */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "daemon/boards.h"

static PrwRecord *
parse (const char *tty, const char *lines)
{
  g_autofree char *text = g_strdup_printf ("[Board]\nTty=%s\n%s", tty, lines);
  g_autoptr (GError) error = NULL;
  PrwRecord *record = prw_record_parse (tty, text, strlen (text), &error);

  g_assert_no_error (error);
  return record;
}

static void
test_which (void)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_record_free), infos = NULL;
  const PrwBoardInfo *info;

  g_ptr_array_add (records, parse ("ttyACM0", "State=failed\nDevice=hci7\n"));
  g_ptr_array_add (records, parse ("ttyACM2", "State=attached\nDevice=hci1\nUsb=2fe3:000b\nOwnAddress=c0:11:22:33:44:55\nChip=nRF52\nFirmware=Zephyr 3.7\n"));
  g_ptr_array_add (records, parse ("ttyACM3", "State=attached\nDevice=hci2\nChip=nRF53\n"));
  infos = prw_board_infos (records, "/nowhere");
  g_assert_cmpuint (infos->len, ==, 2);
  info = infos->pdata[0];
  g_assert_cmpstr (info->device, ==, "hci1");
  g_assert_cmpstr (info->tty, ==, "ttyACM2");
  g_assert_cmpstr (info->usb, ==, "2fe3:000b");
  g_assert_cmpstr (info->own_address, ==, "C0:11:22:33:44:55");
  g_assert_cmpstr (info->firmware, ==, "Zephyr 3.7 on nRF52");
  g_assert_cmpstr (((const PrwBoardInfo *) infos->pdata[1])->firmware, ==, "nRF53");
}

/* Its pairward-attach was killed, and hci1 is another controller by now. */
static void
test_left_behind (void)
{
  static const struct { const char *place, *tty; guint n; } rows[] = {
    { "devices/pci0/usb1/1-1:1.0/tty/ttyACM2/hci1", "ttyACM2", 1 },
    { "devices/pci0/usb1/1-1:1.0/tty/ttyACM21/hci1", "ttyACM2", 0 },
    { "devices/pci0/usb1/1-2:1.0/bluetooth/hci1", "ttyACM2", 0 },
    { "devices/virtual/bluetooth/hci1", "ttyACM2", 1 }, /* of a port that is no device */
    { "devices/pci0/usb1/1-2:1.0/bluetooth/hci1", "hci1", 1 }, /* that the kernel has by itself */
    { "devices/pci0/usb1/1-1:1.0/tty/ttyACM2/hci1", "hci1", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *sysfs = g_dir_make_tmp ("prw-sysfs-XXXXXX", NULL);
      g_autofree char *classes = g_build_filename (sysfs, "class/bluetooth", NULL), *link = g_build_filename (classes, "hci1", NULL);
      g_autofree char *place = g_build_filename (sysfs, rows[i].place, NULL), *remove = g_strdup_printf ("rm -r %s", sysfs);
      g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_record_free), infos = NULL;

      g_assert_cmpint (g_mkdir_with_parents (classes, 0700), ==, 0);
      g_assert_cmpint (g_mkdir_with_parents (place, 0700), ==, 0);
      g_assert_cmpint (symlink (place, link), ==, 0);
      g_ptr_array_add (records, parse (rows[i].tty, "State=attached\nDevice=hci1\n"));
      infos = prw_board_infos (records, sysfs);
      g_assert_cmpuint (infos->len, ==, rows[i].n);
      g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/boards/which", test_which);
  g_test_add_func ("/daemon/boards/left-behind", test_left_behind);
  return g_test_run ();
}
