/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PrwFakeSysfs: a tree in a temporary folder, with folders and relative links as the kernel has them.
 */
typedef struct
{
  char *root;
} PrwFakeSysfs;

PrwFakeSysfs *prw_fake_sysfs_new (void);
void prw_fake_sysfs_free (PrwFakeSysfs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwFakeSysfs, prw_fake_sysfs_free)

/** prw_fake_sysfs_write: @path below the root; folders are made. */
void prw_fake_sysfs_write (PrwFakeSysfs *self, const char *path, const char *content, gssize length);
/** prw_fake_sysfs_link: @path is a link to @target, both below the root: relative, like the kernel's. */
void prw_fake_sysfs_link (PrwFakeSysfs *self, const char *path, const char *target);
/** prw_fake_sysfs_remove: @path and all below it, without following links. */
void prw_fake_sysfs_remove (PrwFakeSysfs *self, const char *path);

/**
 * prw_fake_sysfs_add_usb:
 * @port: "1-2": the device is devices/pci0000:00/0000:00:14.0/usb1/1-2
 * @product: (nullable): none: the device has no such string
 */
void prw_fake_sysfs_add_usb (PrwFakeSysfs *self, const char *port, const char *vid, const char *pid, const char *product);
/** prw_fake_sysfs_add_acm: a tty of cdc_acm on interface @interface of the USB device at @port. */
void prw_fake_sysfs_add_acm (PrwFakeSysfs *self, const char *port, guint interface, const char *tty);
/** prw_fake_sysfs_add_board: Zephyr's hci_uart on a USB port, with its tty. */
void prw_fake_sysfs_add_board (PrwFakeSysfs *self, const char *port, const char *tty);
/** prw_fake_sysfs_add_uart: a port of the board, not on USB. */
void prw_fake_sysfs_add_uart (PrwFakeSysfs *self, const char *tty);
/** prw_fake_sysfs_add_btusb: a controller of the kernel's btusb. */
void prw_fake_sysfs_add_btusb (PrwFakeSysfs *self, const char *port, const char *hci);
/** prw_fake_sysfs_attach: a controller by way of the line discipline: below the port's own folder. */
void prw_fake_sysfs_attach (PrwFakeSysfs *self, const char *tty, const char *hci);

G_END_DECLS
