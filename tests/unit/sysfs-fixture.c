/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sysfs-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define USB "devices/pci0000:00/0000:00:14.0/usb1"

static char *
get_path (PrwFakeSysfs *self, const char *path)
{
  return g_build_filename (self->root, path, NULL);
}

static void
make_parent (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
}

PrwFakeSysfs *
prw_fake_sysfs_new (void)
{
  PrwFakeSysfs *self = g_new0 (PrwFakeSysfs, 1);

  self->root = g_dir_make_tmp ("prw-sysfs-XXXXXX", NULL);
  g_assert_nonnull (self->root);
  prw_fake_sysfs_write (self, USB "/idVendor", "1d6b\n", -1); /* the root hub is a USB device too */
  prw_fake_sysfs_write (self, USB "/idProduct", "0002\n", -1);
  prw_fake_sysfs_write (self, USB "/product", "xHCI Host Controller\n", -1);
  return self;
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

void
prw_fake_sysfs_free (PrwFakeSysfs *self)
{
  remove_tree (self->root);
  g_free (self->root);
  g_free (self);
}

void
prw_fake_sysfs_remove (PrwFakeSysfs *self, const char *path)
{
  g_autofree char *full = get_path (self, path);

  remove_tree (full);
}

void
prw_fake_sysfs_write (PrwFakeSysfs *self, const char *path, const char *content, gssize length)
{
  g_autofree char *full = get_path (self, path);

  make_parent (full);
  g_assert_true (g_file_set_contents (full, content, length, NULL));
}

void
prw_fake_sysfs_link (PrwFakeSysfs *self, const char *path, const char *target)
{
  g_autofree char *full = get_path (self, path);
  g_autoptr (GString) relative = g_string_new (NULL);

  make_parent (full);
  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    g_string_append (relative, "../");
  g_string_append (relative, target);
  g_assert_cmpint (symlink (relative->str, full), ==, 0);
}

void
prw_fake_sysfs_add_usb (PrwFakeSysfs *self, const char *port, const char *vid, const char *pid, const char *product)
{
  const char *const files[][2] = { { "idVendor", vid }, { "idProduct", pid }, { "product", product }, { "manufacturer", "ZEPHYR" }, { "serial", "E1A5" } };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_strdup_printf (USB "/%s/%s", port, files[i][0]);
      g_autofree char *line = g_strdup_printf ("%s\n", files[i][1]);

      if (files[i][1] != NULL)
        prw_fake_sysfs_write (self, path, line, -1);
    }
}

/* The links of a device in its class. */
static void
add_device (PrwFakeSysfs *self, const char *class, const char *name, const char *folder, const char *hardware)
{
  g_autofree char *in_class = g_strdup_printf ("class/%s/%s", class, name), *of_class = g_strdup_printf ("class/%s", class);
  g_autofree char *device = g_build_filename (folder, "device", NULL), *subsystem = g_build_filename (folder, "subsystem", NULL);
  g_autofree char *uevent = g_build_filename (folder, "uevent", NULL);

  prw_fake_sysfs_write (self, uevent, "", 0);
  prw_fake_sysfs_link (self, in_class, folder);
  prw_fake_sysfs_link (self, subsystem, of_class);
  if (hardware != NULL)
    prw_fake_sysfs_link (self, device, hardware);
}

static char *
add_interface (PrwFakeSysfs *self, const char *port, guint interface, const char *driver)
{
  g_autofree char *folder = g_strdup_printf (USB "/%s/%s:1.%u", port, port, interface);
  g_autofree char *link = g_build_filename (folder, "driver", NULL), *target = g_strdup_printf ("bus/usb/drivers/%s", driver);
  g_autofree char *uevent = g_build_filename (target, "uevent", NULL);

  prw_fake_sysfs_write (self, uevent, "", 0);
  prw_fake_sysfs_link (self, link, target);
  return g_steal_pointer (&folder);
}

void
prw_fake_sysfs_add_acm (PrwFakeSysfs *self, const char *port, guint interface, const char *tty)
{
  g_autofree char *hardware = add_interface (self, port, interface, "cdc_acm");
  g_autofree char *folder = g_build_filename (hardware, "tty", tty, NULL);

  add_device (self, "tty", tty, folder, hardware);
}

void
prw_fake_sysfs_add_board (PrwFakeSysfs *self, const char *port, const char *tty)
{
  prw_fake_sysfs_add_usb (self, port, "2fe3", "0004", "Zephyr HCI UART sample");
  prw_fake_sysfs_add_acm (self, port, 0, tty);
}

void
prw_fake_sysfs_add_uart (PrwFakeSysfs *self, const char *tty)
{
  g_autofree char *hardware = g_strdup_printf ("devices/pnp0/00:%s/00:%s:0.0", tty, tty);
  g_autofree char *folder = g_build_filename (hardware, "tty", tty, NULL);
  g_autofree char *link = g_build_filename (hardware, "driver", NULL);

  prw_fake_sysfs_write (self, "bus/serial-base/drivers/port/uevent", "", 0);
  prw_fake_sysfs_link (self, link, "bus/serial-base/drivers/port");
  add_device (self, "tty", tty, folder, hardware);
}

void
prw_fake_sysfs_add_btusb (PrwFakeSysfs *self, const char *port, const char *hci)
{
  g_autofree char *hardware = add_interface (self, port, 0, "btusb");
  g_autofree char *folder = g_build_filename (hardware, "bluetooth", hci, NULL);

  add_device (self, "bluetooth", hci, folder, hardware);
}

void
prw_fake_sysfs_attach (PrwFakeSysfs *self, const char *tty, const char *hci)
{
  g_autofree char *link = g_build_filename (self->root, "class", "tty", tty, NULL), *target = g_file_read_link (link, NULL);
  g_autofree char *folder = NULL;

  g_assert_nonnull (target);
  folder = g_build_filename (target + strlen ("../../"), hci, NULL);
  add_device (self, "bluetooth", hci, folder, NULL);
}
