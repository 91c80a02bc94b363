/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/list.h"
#include "attach/sysfs.h"
#include "sysfs-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICE "devices/pci0000:00/0000:00:14.0/usb1/1-2"

typedef PrwFakeSysfs Tree;

static void
set_up (Tree **tree, gconstpointer data)
{
  *tree = prw_fake_sysfs_new ();
}

static void
tear_down (Tree **tree, gconstpointer data)
{
  prw_fake_sysfs_free (*tree);
}

static void
test_acm (Tree **tree, gconstpointer data)
{
  g_autoptr (PrwPort) port = NULL, again = NULL;

  prw_fake_sysfs_add_board (*tree, "1-2", "ttyACM0");
  port = prw_sysfs_describe_tty ((*tree)->root, "ttyACM0");
  g_assert_nonnull (port);
  g_assert_cmpstr (port->name, ==, "ttyACM0");
  g_assert_cmphex (port->vid, ==, 0x2fe3);
  g_assert_cmphex (port->pid, ==, 0x0004);
  g_assert_cmpstr (port->usb, ==, "2fe3:0004");
  g_assert_cmpstr (port->product, ==, "Zephyr HCI UART sample");
  g_assert_cmpstr (port->manufacturer, ==, "ZEPHYR");
  g_assert_cmpstr (port->serial, ==, "E1A5");
  g_assert_cmpstr (port->place, ==, "1-2");
  g_assert_cmpstr (port->driver, ==, "cdc_acm");
  g_assert_cmpint (port->kind, ==, PRW_PORT_KIND_NORDIC_ZEPHYR);
  g_assert_null (port->hci);
  g_assert_false (port->console);
  again = prw_sysfs_describe_tty ((*tree)->root, "ttyACM0");
  g_assert_true (port->instance == again->instance && port->instance != 0);
}

static void
test_kinds (void)
{
  const struct
  {
    guint16 vid, pid;
    const char *product;
    PrwPortKind kind;
  } rows[] = {
    { 0, 0, NULL, PRW_PORT_KIND_UNKNOWN },
    { 0x2fe3, 0x0004, "Zephyr HCI UART sample", PRW_PORT_KIND_NORDIC_ZEPHYR },
    { 0x2fe3, 0x000b, "Zephyr HCI USB sample", PRW_PORT_KIND_NORDIC_ZEPHYR },
    { 0x2fe3, 0x0004, "Zephyr USB console sample", PRW_PORT_KIND_NORDIC_OTHER },
    { 0x2fe3, 0x0004, NULL, PRW_PORT_KIND_NORDIC_OTHER },
    { 0x1915, 0x1234, "Our HCI controller", PRW_PORT_KIND_NORDIC_ZEPHYR },
    { 0x1915, 0xc00a, "PPK2", PRW_PORT_KIND_NORDIC_OTHER },
    { 0x1915, 0x521f, "Open DFU Bootloader", PRW_PORT_KIND_DFU_BOOTLOADER },
    { 0x1915, 0x521f, "HCI", PRW_PORT_KIND_DFU_BOOTLOADER }, /* whatever it says */
    { 0x1366, 0x1051, "J-Link", PRW_PORT_KIND_JLINK },
    { 0x1366, 0x1015, "HCI", PRW_PORT_KIND_JLINK },
    { 0x0d28, 0x0204, "BBC micro:bit CMSIS-DAP", PRW_PORT_KIND_DAPLINK },
    { 0x2c7c, 0x0125, "HCI modem", PRW_PORT_KIND_OTHER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (prw_port_kind_of (rows[i].vid, rows[i].pid, rows[i].product), ==, rows[i].kind);
}

/* Below the hub, and above the interface: the nearest device counts. */
static void
test_behind_hub (Tree **tree, gconstpointer data)
{
  g_autoptr (PrwPort) port = NULL;

  prw_fake_sysfs_add_usb (*tree, "1-2", "05e3", "0610", "USB2.1 Hub");
  prw_fake_sysfs_add_usb (*tree, "1-2/1-2.4", "1915", "521f", "Open DFU Bootloader");
  prw_fake_sysfs_write (*tree, DEVICE "/1-2.4/1-2.4:1.0/tty/ttyACM3/uevent", "", 0);
  prw_fake_sysfs_link (*tree, DEVICE "/1-2.4/1-2.4:1.0/tty/ttyACM3/device", DEVICE "/1-2.4/1-2.4:1.0");
  prw_fake_sysfs_link (*tree, "class/tty/ttyACM3", DEVICE "/1-2.4/1-2.4:1.0/tty/ttyACM3");
  port = prw_sysfs_describe_tty ((*tree)->root, "ttyACM3");
  g_assert_cmpstr (port->usb, ==, "1915:521f");
  g_assert_cmpstr (port->place, ==, "1-2.4");
  g_assert_cmpint (port->kind, ==, PRW_PORT_KIND_DFU_BOOTLOADER);
  g_assert_null (port->driver);
}

static void
test_uart (Tree **tree, gconstpointer data)
{
  g_autoptr (PrwPort) s0 = NULL, s1 = NULL;

  prw_fake_sysfs_add_uart (*tree, "ttyS0");
  prw_fake_sysfs_add_uart (*tree, "ttyS1");
  prw_fake_sysfs_write (*tree, "class/tty/console/active", "tty0 ttyS0\n", -1);
  s0 = prw_sysfs_describe_tty ((*tree)->root, "ttyS0");
  s1 = prw_sysfs_describe_tty ((*tree)->root, "ttyS1");
  g_assert_cmpint (s0->kind, ==, PRW_PORT_KIND_UNKNOWN);
  g_assert_null (s0->usb);
  g_assert_cmpstr (s0->driver, ==, "port");
  g_assert_cmpstr (s0->place, ==, "ttyS0");
  g_assert_true (s0->console);
  g_assert_false (s1->console);
}

static void
test_controllers (Tree **tree, gconstpointer data)
{
  g_autofree char *tty = NULL, *none = NULL, *hci = NULL, *no_hci = NULL;
  g_autoptr (GPtrArray) controllers = NULL;
  g_autoptr (PrwPort) on_tty = NULL;

  prw_fake_sysfs_add_board (*tree, "1-2", "ttyACM0");
  prw_fake_sysfs_add_acm (*tree, "1-2", 2, "ttyACM1");
  prw_fake_sysfs_attach (*tree, "ttyACM1", "hci1");
  prw_fake_sysfs_add_usb (*tree, "1-3", "2fe3", "000b", "Zephyr HCI USB sample");
  prw_fake_sysfs_add_btusb (*tree, "1-3", "hci0");
  prw_fake_sysfs_link (*tree, "class/bluetooth/hci0:64", DEVICE "/../1-3/1-3:1.0/bluetooth/hci0");
  prw_fake_sysfs_write (*tree, "devices/virtual/bluetooth/hci2/uevent", "", 0);
  prw_fake_sysfs_link (*tree, "class/bluetooth/hci2", "devices/virtual/bluetooth/hci2");
  tty = prw_sysfs_tty_of_hci ((*tree)->root, "hci1");
  g_assert_cmpstr (tty, ==, "ttyACM1");
  none = prw_sysfs_tty_of_hci ((*tree)->root, "hci0");
  g_assert_null (none);
  hci = prw_sysfs_hci_of_tty ((*tree)->root, "ttyACM1");
  g_assert_cmpstr (hci, ==, "hci1");
  no_hci = prw_sysfs_hci_of_tty ((*tree)->root, "ttyACM0");
  g_assert_null (no_hci);
  controllers = prw_sysfs_list_usb_controllers ((*tree)->root);
  g_assert_cmpuint (controllers->len, ==, 1);
  g_assert_cmpstr (((PrwPort *) controllers->pdata[0])->name, ==, "hci0");
  g_assert_cmpstr (((PrwPort *) controllers->pdata[0])->hci, ==, "hci0");
  on_tty = prw_sysfs_describe_hci ((*tree)->root, "hci1");
  g_assert_cmpstr (on_tty->hci, ==, "hci1");
  g_assert_null (prw_sysfs_describe_hci ((*tree)->root, "hci0:64"));
  g_assert_null (prw_sysfs_describe_hci ((*tree)->root, "hci99"));
  g_assert_null (prw_sysfs_describe_hci ((*tree)->root, "hci"));
}

/* Strings of a device are whatever its maker, or somebody who plugs it in, likes. */
static void
test_hostile (Tree **tree, gconstpointer data)
{
  static const char product[] = "HCI\033[2J\nok 1\xff\xe2\x80\xae \0hidden\n";
  g_autofree char *large = g_strnfill (100000, 'A');
  g_autoptr (PrwPort) port = NULL;
  g_autofree char *line = NULL;

  prw_fake_sysfs_add_usb (*tree, "1-2", "2FE3", "0004", NULL);
  prw_fake_sysfs_write (*tree, DEVICE "/product", product, sizeof product - 1);
  prw_fake_sysfs_write (*tree, DEVICE "/serial", large, -1);
  prw_fake_sysfs_write (*tree, DEVICE "/manufacturer", "\n", -1);
  prw_fake_sysfs_add_acm (*tree, "1-2", 0, "ttyACM0");
  port = prw_sysfs_describe_tty ((*tree)->root, "ttyACM0");
  g_assert_cmpstr (port->usb, ==, "2fe3:0004");
  g_assert_true (g_utf8_validate (port->product, -1, NULL));
  g_assert_null (strpbrk (port->product, "\033\n"));
  g_assert_null (strstr (port->product, "\xe2\x80\xae"));
  g_assert_null (strstr (port->product, "hidden"));
  g_assert_cmpuint (strlen (port->serial), <=, 248);
  g_assert_null (port->manufacturer);
  line = prw_attach_list_line (port, NULL);
  g_assert_null (strpbrk (line, "\033\n"));
}

/* What is no tree of a kernel: nothing leads out of it, nothing waits, nothing is believed. */
static void
test_malformed (Tree **tree, gconstpointer data)
{
  const char *const bad_ids[] = { "", "2fe", "2fe3x", "0x2f", "-123", "2fe3 ", "ghij" };
  const char *const names[] = { "", ".", "..", "../tty/ttyACM0", "/dev/ttyACM0", "ttyACM9", "ttyOUT", "ttyLOOP" };
  g_autofree char *out = g_build_filename ((*tree)->root, "class", "tty", "ttyOUT", NULL);
  g_autofree char *fifo = g_build_filename ((*tree)->root, DEVICE, "product", NULL);
  g_autoptr (PrwPort) port = NULL;

  prw_fake_sysfs_add_usb (*tree, "1-2", "2fe3", "0004", NULL);
  prw_fake_sysfs_add_acm (*tree, "1-2", 0, "ttyACM0");
  g_assert_cmpint (symlink ("/tmp", out), ==, 0);
  prw_fake_sysfs_link (*tree, "class/tty/ttyLOOP", "class/tty/ttyLOOP");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_null (prw_sysfs_describe_tty ((*tree)->root, names[i]));
  g_assert_null (prw_sysfs_describe_tty ("/nonexistent/sys", "ttyACM0"));
  for (gsize i = 0; i < G_N_ELEMENTS (bad_ids); i++)
    {
      g_autoptr (PrwPort) bad = NULL;

      prw_fake_sysfs_write (*tree, DEVICE "/idProduct", bad_ids[i], -1);
      bad = prw_sysfs_describe_tty ((*tree)->root, "ttyACM0");
      g_assert_cmpint (bad->kind, !=, PRW_PORT_KIND_NORDIC_ZEPHYR);
    }
  prw_fake_sysfs_write (*tree, DEVICE "/idProduct", "0004\n", -1);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  port = prw_sysfs_describe_tty ((*tree)->root, "ttyACM0");
  g_assert_cmpint (port->kind, ==, PRW_PORT_KIND_NORDIC_OTHER);
  g_assert_null (port->product);
}

/* A vendor of the device with a product of the hub above it would be a chimera. */
static void
test_half_ids (Tree **tree, gconstpointer data)
{
  g_autoptr (PrwPort) port = NULL;

  prw_fake_sysfs_add_usb (*tree, "1-2", "2fe3", "what", "Zephyr HCI UART sample");
  prw_fake_sysfs_add_acm (*tree, "1-2", 0, "ttyACM0");
  port = prw_sysfs_describe_tty ((*tree)->root, "ttyACM0");
  g_assert_cmpstr (port->usb, ==, "1d6b:0002");
  g_assert_cmpint (port->kind, ==, PRW_PORT_KIND_OTHER);
}

static void
add_many (Tree *tree)
{
  prw_fake_sysfs_add_board (tree, "1-2", "ttyACM10");
  prw_fake_sysfs_add_usb (tree, "1-3", "1366", "1051", "J-Link");
  prw_fake_sysfs_add_acm (tree, "1-3", 0, "ttyACM2");
  prw_fake_sysfs_add_acm (tree, "1-3", 2, "ttyACM3");
  prw_fake_sysfs_add_usb (tree, "1-4", "1915", "521f", "Open DFU Bootloader");
  prw_fake_sysfs_add_acm (tree, "1-4", 0, "ttyACM4");
  prw_fake_sysfs_add_usb (tree, "1-5", "2c7c", "0125", "LTE modem");
  prw_fake_sysfs_add_acm (tree, "1-5", 0, "ttyACM5");
  prw_fake_sysfs_add_usb (tree, "1-6", "2fe3", "000b", "Zephyr HCI USB sample");
  prw_fake_sysfs_add_btusb (tree, "1-6", "hci0");
  prw_fake_sysfs_add_usb (tree, "1-7", "8087", "0026", "Intel");
  prw_fake_sysfs_add_btusb (tree, "1-7", "hci2");
  prw_fake_sysfs_add_uart (tree, "ttyS0");
  prw_fake_sysfs_add_uart (tree, "ttyS1");
  prw_fake_sysfs_write (tree, "class/tty/console/active", "tty0 ttyS0\n", -1);
  prw_fake_sysfs_write (tree, "devices/virtual/tty/tty1/uevent", "", 0); /* a virtual console has no device */
  prw_fake_sysfs_link (tree, "class/tty/tty1", "devices/virtual/tty/tty1");
  prw_fake_sysfs_attach (tree, "ttyACM3", "hci1");
}

static void
assert_lines (GPtrArray *ports, const PrwSettings *settings, const char *const *expected)
{
  for (guint i = 0; i < ports->len; i++)
    {
      g_autofree char *line = prw_attach_list_line (ports->pdata[i], settings);

      g_assert_cmpstr (line, ==, expected[i]);
    }
  g_assert_null (expected[ports->len]);
}

static void
test_list (Tree **tree, gconstpointer data)
{
  const char *const few[] = {
    "ttyACM2   1366:1051  J-Link  J-Link debugger: only when told: pairward-attach /dev/ttyACM2; for each time it appears see pairward-attach(8)",
    "ttyACM3   1366:1051  J-Link  J-Link debugger: is hci1 already",
    "ttyACM4   1915:521f  Open DFU Bootloader  Nordic's bootloader: never attached: write HCI firmware to it first",
    "ttyACM10  2fe3:0004  Zephyr HCI UART sample  Nordic or Zephyr board with HCI firmware: attached when it appears",
    "hci0      2fe3:000b  Zephyr HCI USB sample  Nordic or Zephyr board with HCI firmware: the kernel has it; given its chip's own address when it appears",
    NULL,
  };
  g_autoptr (GPtrArray) ports = NULL, all = NULL;

  add_many (*tree);
  ports = prw_attach_list ((*tree)->root, NULL, FALSE);
  assert_lines (ports, NULL, few);
  all = prw_attach_list ((*tree)->root, NULL, TRUE);
  g_assert_cmpuint (all->len, ==, ports->len + 4); /* the modem, two UARTs, another controller */
}

static PrwSettings *
make_settings (void)
{
  PrwSettings *settings = prw_settings_new ();
  PrwControllerSettings *by_address = prw_controller_settings_new ("address"), *by_both = prw_controller_settings_new ("both");
  PrwControllerSettings *by_tty = prw_controller_settings_new ("all");

  by_address->match_address = g_strdup ("*");
  by_both->match_tty = g_strdup ("ttyACM?");
  by_both->match_usb = g_strdup ("1366:*");
  by_tty->match_tty = g_strdup ("tty*");
  g_ptr_array_add (settings->controllers, by_address);
  g_ptr_array_add (settings->controllers, by_both);
  g_ptr_array_add (settings->controllers, by_tty);
  return settings;
}

/* The keyfile adds ports, but neither the bootloader nor a console, whatever it says. */
static void
test_list_with_keyfile (Tree **tree, gconstpointer data)
{
  const char *const expected[] = {
    "ttyACM2   1366:1051  J-Link  J-Link debugger: attached by --watch ([Controller both])",
    "ttyACM3   1366:1051  J-Link  J-Link debugger: is hci1 already",
    "ttyACM4   1915:521f  Open DFU Bootloader  Nordic's bootloader: never attached: write HCI firmware to it first",
    "ttyACM5   2c7c:0125  LTE modem  another USB device: attached by --watch ([Controller all])",
    "ttyACM10  2fe3:0004  Zephyr HCI UART sample  Nordic or Zephyr board with HCI firmware: attached when it appears ([Controller all])",
    "ttyS1     -          serial port: attached by --watch ([Controller all])",
    "hci0      2fe3:000b  Zephyr HCI USB sample  Nordic or Zephyr board with HCI firmware: the kernel has it; given its chip's own address when it appears",
    NULL,
  };
  g_autoptr (PrwSettings) settings = make_settings ();
  g_autoptr (GPtrArray) ports = NULL;

  add_many (*tree);
  ports = prw_attach_list ((*tree)->root, settings, FALSE);
  assert_lines (ports, settings, expected);
}

static void
test_plan_by_keyfile (void)
{
  const struct
  {
    const char *tty, *usb, *address;
    gboolean attached;
  } rows[] = {
    { "ttyACM2", NULL, NULL, TRUE },
    { "/dev/ttyACM?", NULL, NULL, TRUE },
    { "ACM2", NULL, NULL, FALSE },
    { "/dev/ttyS*", NULL, NULL, FALSE },
    { NULL, "1366:*", NULL, TRUE },
    { "ttyACM2", "1366:1051", NULL, TRUE },
    { "ttyACM2", "2fe3:*", NULL, FALSE },
    { "ttyACM3", "1366:1051", NULL, FALSE },
    { "ttyACM2", NULL, "C0:*", TRUE }, /* the board has to be asked */
    { NULL, NULL, "C0:*", FALSE },
  };
  char name[] = "ttyACM2", usb[] = "1366:1051";
  const PrwPort port = { .name = name, .vid = 0x1366, .pid = 0x1051, .usb = usb, .kind = PRW_PORT_KIND_JLINK };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PrwSettings) settings = prw_settings_new ();
      PrwControllerSettings *controller = prw_controller_settings_new ("nrf");
      const char *group;

      controller->match_tty = g_strdup (rows[i].tty);
      controller->match_usb = g_strdup (rows[i].usb);
      controller->match_address = g_strdup (rows[i].address);
      g_ptr_array_add (settings->controllers, controller);
      g_assert_cmpint (prw_plan_make (&port, settings, &group), ==, rows[i].attached ? PRW_PLAN_ATTACH : PRW_PLAN_WHEN_TOLD);
      g_assert_cmpstr (group, ==, rows[i].attached ? "nrf" : NULL);
    }
}

/* The kernel talked HCI to a controller, whatever its product says; the keyfile names others by their ids. */
static void
test_plan_of_controller (void)
{
  const struct
  {
    PrwPortKind kind;
    const char *match;
    PrwPlan plan;
  } rows[] = {
    { PRW_PORT_KIND_NORDIC_ZEPHYR, NULL, PRW_PLAN_ATTACH },
    { PRW_PORT_KIND_NORDIC_OTHER, NULL, PRW_PLAN_ATTACH },
    { PRW_PORT_KIND_OTHER, NULL, PRW_PLAN_NOTHING },
    { PRW_PORT_KIND_OTHER, "8087:*", PRW_PLAN_ATTACH },
    { PRW_PORT_KIND_OTHER, "2fe3:*", PRW_PLAN_NOTHING },
  };
  char name[] = "hci0", usb[] = "8087:0026";

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const PrwPort port = { .name = name, .hci = name, .usb = usb, .kind = rows[i].kind };
      g_autoptr (PrwSettings) settings = prw_settings_new ();
      PrwControllerSettings *controller = prw_controller_settings_new ("usb");

      controller->match_usb = g_strdup (rows[i].match);
      g_ptr_array_add (settings->controllers, controller);
      g_assert_cmpint (prw_plan_make (&port, settings, NULL), ==, rows[i].plan);
    }
}

static void
test_list_json (Tree **tree, gconstpointer data)
{
  const char *const expected[] = {
    "{'kind': <'jlink'>, 'plan': <'when-told'>, 'tty': <'ttyACM2'>, 'usb': <'1366:1051'>}",
    "{'hci': <'hci1'>, 'kind': <'jlink'>, 'plan': <'when-told'>, 'tty': <'ttyACM3'>, 'usb': <'1366:1051'>}",
    "{'kind': <'dfu-bootloader'>, 'plan': <'never'>, 'tty': <'ttyACM4'>, 'usb': <'1915:521f'>}",
    "{'kind': <'nordic-zephyr'>, 'plan': <'attach'>, 'tty': <'ttyACM10'>, 'usb': <'2fe3:0004'>}",
    "{'hci': <'hci0'>, 'kind': <'nordic-zephyr'>, 'plan': <'attach'>, 'usb': <'2fe3:000b'>}",
  };
  g_autoptr (GPtrArray) ports = NULL;

  add_many (*tree);
  ports = prw_attach_list ((*tree)->root, NULL, FALSE);
  g_assert_cmpuint (ports->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < ports->len; i++)
    {
      g_autoptr (GVariant) json = g_variant_ref_sink (prw_attach_list_json (ports->pdata[i], NULL));
      g_autoptr (GVariant) wanted = g_variant_ref_sink (g_variant_new_parsed (expected[i]));
      GVariantIter iter;
      const char *key;
      GVariant *value;

      g_variant_iter_init (&iter, wanted);
      while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
        {
          g_autoptr (GVariant) found = g_variant_lookup_value (json, key, NULL);

          g_assert_true (found != NULL && g_variant_equal (found, value));
        }
      g_assert_true (g_variant_lookup (json, "tty", "&s", &key) == (i < 4));
    }
}

static void
test_another_instance (Tree **tree, gconstpointer data)
{
  g_autoptr (PrwPort) first = NULL, second = NULL;

  prw_fake_sysfs_add_board (*tree, "1-2", "ttyACM0");
  first = prw_sysfs_describe_tty ((*tree)->root, "ttyACM0");
  prw_fake_sysfs_remove (*tree, "class/tty/ttyACM0");
  prw_fake_sysfs_add_board (*tree, "1-3", "ttyACM0");
  second = prw_sysfs_describe_tty ((*tree)->root, "ttyACM0");
  g_assert_true (first->instance != second->instance);
}

#define ADD(name, func) g_test_add ("/attach/sysfs/" name, Tree *, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attach/sysfs/kinds", test_kinds);
  g_test_add_func ("/attach/sysfs/plan-by-keyfile", test_plan_by_keyfile);
  g_test_add_func ("/attach/sysfs/plan-of-controller", test_plan_of_controller);
  ADD ("acm", test_acm);
  ADD ("behind-hub", test_behind_hub);
  ADD ("uart", test_uart);
  ADD ("controllers", test_controllers);
  ADD ("hostile", test_hostile);
  ADD ("malformed", test_malformed);
  ADD ("half-ids", test_half_ids);
  ADD ("another-instance", test_another_instance);
  ADD ("list", test_list);
  ADD ("list-with-keyfile", test_list_with_keyfile);
  ADD ("list-json", test_list_json);
  return g_test_run ();
}
