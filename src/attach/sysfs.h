/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PRW_SYSFS_ROOT: where the kernel shows its devices. */
#define PRW_SYSFS_ROOT "/sys"

/**
 * PrwPortKind:
 * @PRW_PORT_KIND_UNKNOWN: nothing is known: not on USB
 * @PRW_PORT_KIND_OTHER: some other USB device: a modem, an adapter cable
 * @PRW_PORT_KIND_NORDIC_ZEPHYR: Zephyr's or Nordic's USB vendor, and the product speaks of HCI
 * @PRW_PORT_KIND_NORDIC_OTHER: one of these vendors, and it does not: a console, a sniffer, a power profiler
 * @PRW_PORT_KIND_JLINK: a port of a J-Link debugger, as on Nordic's development kits: anything may be behind it
 * @PRW_PORT_KIND_DAPLINK: the same of Arm's DAPLink, as on a micro:bit
 * @PRW_PORT_KIND_DFU_BOOTLOADER: Nordic's bootloader, which waits for new firmware
 *
 * What a port is, as far as its USB ids and its product string tell. Only probing tells whether HCI is spoken there.
 */
typedef enum
{
  PRW_PORT_KIND_UNKNOWN,
  PRW_PORT_KIND_OTHER,
  PRW_PORT_KIND_NORDIC_ZEPHYR,
  PRW_PORT_KIND_NORDIC_OTHER,
  PRW_PORT_KIND_JLINK,
  PRW_PORT_KIND_DAPLINK,
  PRW_PORT_KIND_DFU_BOOTLOADER,
} PrwPortKind;

/** prw_port_kind_nick: Returns: (transfer none): "nordic-zephyr" and so on, for JSON */
const char *prw_port_kind_nick (PrwPortKind kind);

/** prw_port_kind_of: @vid and @pid are USB's, 0 where there is none; @product may be NULL. */
PrwPortKind prw_port_kind_of (guint16 vid, guint16 pid, const char *product);

/**
 * PrwPort:
 * @name: "ttyACM0"; of a board that the kernel's own driver has, its "hci0"
 * @instance: another number each time that the device appears (the inode of its folder), never 0
 * @vid: USB vendor, 0 when not on USB
 * @pid: USB product
 * @usb: (nullable): both, "2fe3:000b"
 * @product: (nullable): what the device says it is; safe to show, like the next two
 * @manufacturer: (nullable): and who made it
 * @serial: (nullable): and its serial number
 * @place: (nullable): where it is: the USB port as the kernel counts ("1-1.2"), or, where a UART is the machine's own, its name
 * @driver: (nullable): the kernel's driver, "cdc_acm"
 * @kind: what it is
 * @console: the kernel writes its messages there
 * @hci: (nullable): the controller that is attached there, "hci1"
 *
 * A serial port, or a controller on USB.
 */
typedef struct
{
  char *name;
  guint64 instance;
  guint16 vid, pid;
  char *usb;
  char *product, *manufacturer, *serial;
  char *place;
  char *driver;
  PrwPortKind kind;
  gboolean console;
  char *hci;
} PrwPort;

void prw_port_free (PrwPort *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwPort, prw_port_free)

/**
 * prw_sysfs_describe_tty:
 * @root: PRW_SYSFS_ROOT, or what a test made up
 * @tty: "ttyACM0", without a folder
 *
 * Opens no port: sysfs is read and nothing else.
 *
 * Returns: (transfer full) (nullable): the port; NULL when there is none of that name
 */
PrwPort *prw_sysfs_describe_tty (const char *root, const char *tty);

/** prw_sysfs_describe_hci: Returns: (transfer full) (nullable): the controller "hci0", whoever has it; its @hci is its @name */
PrwPort *prw_sysfs_describe_hci (const char *root, const char *hci);

/**
 * prw_sysfs_list_ttys:
 *
 * Those that are a device of their own: virtual consoles and pseudo terminals are not.
 *
 * Returns: (transfer full) (element-type PrwPort): by name, in the order of people (ttyS2 before ttyS10)
 */
GPtrArray *prw_sysfs_list_ttys (const char *root);

/**
 * prw_sysfs_list_usb_controllers:
 *
 * Controllers that are on USB and not on a serial port (the kernel's btusb has them).
 *
 * Returns: (transfer full) (element-type PrwPort): by name
 */
GPtrArray *prw_sysfs_list_usb_controllers (const char *root);

/** prw_sysfs_hci_of_tty: Returns: (transfer full) (nullable): the controller that is attached to @tty, "hci1" */
char *prw_sysfs_hci_of_tty (const char *root, const char *tty);
/** prw_sysfs_tty_of_hci: Returns: (transfer full) (nullable): the serial port that @hci is attached to */
char *prw_sysfs_tty_of_hci (const char *root, const char *hci);

G_END_DECLS
