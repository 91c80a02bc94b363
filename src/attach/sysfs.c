/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/address.h"
#include "policy/text.h"

/* Longer than any string descriptor of USB (126 characters, USB 2.0 9.6.7), and than the list of consoles. */
#define ATTRIBUTE_MAX 1024

#define VENDOR_ZEPHYR 0x2fe3
#define VENDOR_NORDIC 0x1915
#define VENDOR_SEGGER 0x1366
#define VENDOR_ARM 0x0d28
#define NORDIC_DFU 0x521f /* the nRF52840 dongle's bootloader */

const char *
prw_port_kind_nick (PrwPortKind kind)
{
  switch (kind)
    {
    case PRW_PORT_KIND_UNKNOWN:
      break;
    case PRW_PORT_KIND_OTHER:
      return "other";
    case PRW_PORT_KIND_NORDIC_ZEPHYR:
      return "nordic-zephyr";
    case PRW_PORT_KIND_NORDIC_OTHER:
      return "nordic-other";
    case PRW_PORT_KIND_JLINK:
      return "jlink";
    case PRW_PORT_KIND_DAPLINK:
      return "daplink";
    case PRW_PORT_KIND_DFU_BOOTLOADER:
      return "dfu-bootloader";
    }
  return "unknown";
}

/* Both vendors' ids are also those of sniffers, power profilers and consoles, to which an HCI command may mean something
 * else (0x0c switches the supply of a PPK2, 1915:c00a): so the product must say HCI, as Zephyr's hci_uart and hci_usb do
 * ("Zephyr HCI UART sample", samples/bluetooth/hci_uart/boards/nrf52840dongle_nrf52840.conf). The udev rules say the same. */
PrwPortKind
prw_port_kind_of (guint16 vid, guint16 pid, const char *product)
{
  switch (vid)
    {
    case 0:
      return PRW_PORT_KIND_UNKNOWN;
    case VENDOR_SEGGER:
      return PRW_PORT_KIND_JLINK;
    case VENDOR_ARM:
      return PRW_PORT_KIND_DAPLINK;
    case VENDOR_NORDIC:
    case VENDOR_ZEPHYR:
      if (vid == VENDOR_NORDIC && pid == NORDIC_DFU)
        return PRW_PORT_KIND_DFU_BOOTLOADER;
      return product != NULL && strstr (product, "HCI") != NULL ? PRW_PORT_KIND_NORDIC_ZEPHYR : PRW_PORT_KIND_NORDIC_OTHER;
    default:
      return PRW_PORT_KIND_OTHER;
    }
}

void
prw_port_free (PrwPort *port)
{
  g_free (port->name);
  g_free (port->usb);
  g_free (port->product);
  g_free (port->manufacturer);
  g_free (port->serial);
  g_free (port->place);
  g_free (port->driver);
  g_free (port->hci);
  g_free (port);
}

/* A name, and no way out of the folder that it is looked for in. */
static gboolean
is_name (const char *name)
{
  return *name != '\0' && *name != '.' && strchr (name, '/') == NULL && strlen (name) <= NAME_MAX;
}

/* Returns: (transfer full) (nullable): where the link leads, if that is below @root */
static char *
resolve (const char *root, const char *path)
{
  g_autofree char *top = realpath (root, NULL), *target = top != NULL ? realpath (path, NULL) : NULL;

  return target != NULL && g_str_has_prefix (target, top) && target[strlen (top)] == '/' ? g_strdup (target) : NULL;
}

/* Returns: (transfer full) (nullable): the folder of a device of @class, "/sys/devices/…/tty/ttyACM0" */
static char *
find_device (const char *root, const char *class, const char *name)
{
  g_autofree char *path = is_name (name) ? g_build_filename (root, "class", class, name, NULL) : NULL;

  return path != NULL ? resolve (root, path) : NULL;
}

/* Returns: (transfer full) (nullable): the content, up to a NUL, without the line feed that the kernel adds */
static char *
read_attribute (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char buffer[ATTRIBUTE_MAX + 1];
  struct stat status;
  ssize_t n;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    return NULL;
  n = fstat (fd, &status) == 0 && S_ISREG (status.st_mode) ? read (fd, buffer, ATTRIBUTE_MAX) : -1;
  close (fd);
  if (n < 0)
    return NULL;
  buffer[n] = '\0';
  return g_strdup (g_strchomp (buffer));
}

/* Text from the device: hostile. */
static char *
read_text (const char *folder, const char *name)
{
  g_autofree char *raw = read_attribute (folder, name);
  g_autofree char *text = raw != NULL ? prw_text_sanitize (raw) : NULL;

  return text != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

/* Four hexadecimal digits. */
static gboolean
read_id (const char *folder, const char *name, guint16 *id)
{
  g_autofree char *text = read_attribute (folder, name);

  if (text == NULL || strlen (text) != 4 || strspn (text, "0123456789abcdefABCDEF") != 4)
    return FALSE;
  *id = (guint16) g_ascii_strtoull (text, NULL, 16);
  return TRUE;
}

/* Returns: (transfer full) (nullable): the name of what the link leads to */
static char *
read_link_name (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *target = g_file_read_link (path, NULL);

  return target != NULL ? g_path_get_basename (target) : NULL;
}

/* The parent device, "…/1-2/1-2:1.0" of "…/1-2/1-2:1.0/tty/ttyACM0"; NULL at the top of sysfs's devices. */
static char *
get_parent (const char *root, const char *folder)
{
  g_autofree char *parent = g_path_get_dirname (folder), *top = realpath (root, NULL);

  return top != NULL && strlen (parent) > strlen (top) ? g_steal_pointer (&parent) : NULL;
}

/* The USB device that @folder is part of: the nearest above it that has ids (an interface has none). */
static void
read_usb (const char *root, const char *folder, PrwPort *port)
{
  g_autofree char *at = g_strdup (folder);

  while (at != NULL)
    {
      char *parent;

      if (read_id (at, "idVendor", &port->vid) && read_id (at, "idProduct", &port->pid))
        {
          port->usb = g_strdup_printf ("%04x:%04x", port->vid, port->pid);
          port->product = read_text (at, "product");
          port->manufacturer = read_text (at, "manufacturer");
          port->serial = read_text (at, "serial");
          port->place = g_path_get_basename (at);
          break;
        }
      port->vid = 0;
      parent = get_parent (root, at);
      g_free (at);
      at = parent;
    }
  port->kind = prw_port_kind_of (port->vid, port->pid, port->product);
}

/* The names of consoles, the last first: "tty0 ttyS0" (Documentation/ABI/testing/sysfs-tty). */
static gboolean
is_console (const char *root, const char *tty)
{
  g_autofree char *folder = g_build_filename (root, "class", "tty", "console", NULL);
  g_autofree char *text = read_attribute (folder, "active");
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "", " ", -1);

  return g_strv_contains ((const char *const *) names, tty);
}

/* @folder: of the device in its class, which has a link to the hardware. */
static PrwPort *
describe (const char *root, const char *folder, const char *name)
{
  g_autofree char *link = g_build_filename (folder, "device", NULL), *hardware = resolve (root, link);
  struct stat status;
  PrwPort *port;

  if (stat (folder, &status) != 0)
    return NULL;
  port = g_new0 (PrwPort, 1);
  port->name = g_strdup (name);
  port->instance = MAX (status.st_ino, 1);
  if (hardware != NULL)
    {
      port->driver = read_link_name (hardware, "driver");
      read_usb (root, hardware, port);
    }
  return port;
}

PrwPort *
prw_sysfs_describe_tty (const char *root, const char *tty)
{
  g_autofree char *folder = find_device (root, "tty", tty);
  PrwPort *port = folder != NULL ? describe (root, folder, tty) : NULL;

  if (port != NULL)
    {
      port->console = is_console (root, tty);
      port->hci = prw_sysfs_hci_of_tty (root, tty);
      /* a USB tty's name goes to whichever is plugged in first, and a pseudo terminal's to anybody */
      if (port->usb == NULL && port->driver != NULL)
        port->place = g_strdup (tty);
    }
  return port;
}

PrwPort *
prw_sysfs_describe_hci (const char *root, const char *hci)
{
  g_autofree char *folder = prw_adapter_parse_name (hci, NULL) ? find_device (root, "bluetooth", hci) : NULL;
  PrwPort *port = folder != NULL ? describe (root, folder, hci) : NULL;

  if (port != NULL)
    port->hci = g_strdup (hci);
  return port;
}

static int
compare_ports (gconstpointer a, gconstpointer b)
{
  const PrwPort *const *x = a, *const *y = b;

  return strverscmp ((*x)->name, (*y)->name);
}

/* Returns: (transfer full): the names of a class; none when the class is not there */
static GPtrArray *
list_class (const char *root, const char *class)
{
  g_autofree char *path = g_build_filename (root, "class", class, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  return names;
}

GPtrArray *
prw_sysfs_list_ttys (const char *root)
{
  g_autoptr (GPtrArray) names = list_class (root, "tty");
  GPtrArray *ports = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_port_free);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *link = g_build_filename (root, "class", "tty", names->pdata[i], "device", NULL);
      PrwPort *port = g_file_test (link, G_FILE_TEST_EXISTS) ? prw_sysfs_describe_tty (root, names->pdata[i]) : NULL;

      if (port != NULL)
        g_ptr_array_add (ports, port);
    }
  g_ptr_array_sort (ports, compare_ports);
  return ports;
}

GPtrArray *
prw_sysfs_list_usb_controllers (const char *root)
{
  g_autoptr (GPtrArray) names = list_class (root, "bluetooth");
  GPtrArray *ports = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_port_free);

  for (guint i = 0; i < names->len; i++)
    {
      const char *hci = names->pdata[i];
      g_autofree char *tty = prw_sysfs_tty_of_hci (root, hci);
      g_autoptr (PrwPort) port = tty == NULL ? prw_sysfs_describe_hci (root, hci) : NULL;

      if (port != NULL && port->usb != NULL)
        g_ptr_array_add (ports, g_steal_pointer (&port));
    }
  g_ptr_array_sort (ports, compare_ports);
  return ports;
}

/* The kernel puts the controller below the port: …/tty/ttyACM0/hci1 (hci_ldisc.c, SET_HCIDEV_DEV). */
char *
prw_sysfs_tty_of_hci (const char *root, const char *hci)
{
  g_autofree char *at = prw_adapter_parse_name (hci, NULL) ? find_device (root, "bluetooth", hci) : NULL;

  while (at != NULL)
    {
      g_autofree char *subsystem = read_link_name (at, "subsystem");
      char *parent;

      if (g_strcmp0 (subsystem, "tty") == 0)
        return g_path_get_basename (at);
      parent = get_parent (root, at);
      g_free (at);
      at = parent;
    }
  return NULL;
}

char *
prw_sysfs_hci_of_tty (const char *root, const char *tty)
{
  g_autoptr (GPtrArray) names = list_class (root, "bluetooth");

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *of = prw_sysfs_tty_of_hci (root, names->pdata[i]);

      if (g_strcmp0 (of, tty) == 0)
        return g_strdup (names->pdata[i]);
    }
  return NULL;
}
