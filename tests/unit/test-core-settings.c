/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Which [Controller NAME] is a board's. */
#include "core/settings.h"

static const struct
{
  const char *name, *tty, *address, *usb;
} groups[] = {
  { "all", "ttyACM9", "C0:*", "2fe3:000b" },
  { "link", "/dev/serial/by-id/*Nordic*", NULL, NULL },
  { "tty", "ttyACM*", NULL, NULL },
  { "address", NULL, "C0:11:22:33:44:*", NULL },
  { "usb", NULL, NULL, "2fe3:*" },
  { "all but", "ttyS*", NULL, NULL },
  { "later", "ttyS0", NULL, NULL },
};

static const struct
{
  const char *what, *tty, *address, *usb, *expected;
} boards[] = {
  { "every key", "ttyACM9", "C0:00:00:00:00:01", "2fe3:000b", "all" },
  { "one of them does not match", "ttyACM9", "C1:00:00:00:00:01", "2fe3:000b", "tty" },
  { "one of them is not known", "ttyACM9", NULL, "2fe3:000b", "tty" },
  { "nor is an empty one", "ttyACM9", "", "2fe3:000b", "tty" },
  { "with its folder", "/dev/ttyACM0", NULL, NULL, "tty" },
  { "a link", "/dev/serial/by-id/usb-Nordic-1", NULL, NULL, "link" },
  { "by address", "ttyUSB0", "c0:11:22:33:44:55", NULL, "address" },
  { "by usb", "ttyUSB0", NULL, "2FE3:0100", "usb" },
  { "USB alone", NULL, NULL, "2fe3:0100", "usb" },
  { "the first one", "ttyS0", NULL, NULL, "all but" },
  { "none of them", "ttyUSB0", "D0:00:00:00:00:00", "1366:1015", NULL },
  { "nothing known", NULL, NULL, NULL, NULL },
};

static void
test_pick (void)
{
  g_autoptr (PrwSettings) settings = prw_settings_new ();

  g_assert_null (prw_settings_pick_controller (settings, "ttyACM0", NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      PrwControllerSettings *controller = prw_controller_settings_new (groups[i].name);

      controller->match_tty = g_strdup (groups[i].tty);
      controller->match_address = g_strdup (groups[i].address);
      controller->match_usb = g_strdup (groups[i].usb);
      g_ptr_array_add (settings->controllers, controller);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (boards); i++)
    {
      const PrwControllerSettings *found = prw_settings_pick_controller (settings, boards[i].tty, boards[i].address, boards[i].usb);

      g_test_message ("%s", boards[i].what);
      g_assert_cmpstr (found != NULL ? found->name : NULL, ==, boards[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/settings/pick-controller", test_pick);
  return g_test_run ();
}
