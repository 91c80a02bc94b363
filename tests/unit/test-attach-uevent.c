/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/uevent.h"
#include "attach/uevents.h"

#include <string.h>

#define TTY "/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/tty/ttyACM0"
#define MESSAGE(text) text, sizeof text /* with the last NUL */

static void
test_tty (void)
{
  PrwUevent uevent;

  g_assert_true (prw_uevent_parse (MESSAGE ("add@" TTY "\0ACTION=add\0DEVPATH=" TTY "\0SUBSYSTEM=tty\0MAJOR=166\0MINOR=0\0DEVNAME=ttyACM0\0SEQNUM=4711"), &uevent));
  g_assert_cmpstr (uevent.action, ==, "add");
  g_assert_cmpstr (uevent.subsystem, ==, "tty");
  g_assert_cmpstr (uevent.devname, ==, "ttyACM0");
  g_assert_cmpstr (uevent.devpath, ==, TTY);
  g_assert_true (prw_uevent_is_wanted (&uevent));
}

static void
test_wanted (void)
{
  const struct
  {
    PrwUevent uevent;
    gboolean wanted;
  } rows[] = {
    { { "remove", "tty", "ttyACM0", TTY }, TRUE },
    { { "change", "tty", "ttyACM0", TTY }, FALSE },
    { { "add", "bluetooth", NULL, TTY "/hci1" }, TRUE },
    { { "remove", "bluetooth", NULL, TTY "/hci1" }, TRUE },
    { { "add", "bluetooth", NULL, TTY "/hci1/hci1:64" }, FALSE },
    { { "add", "bluetooth", NULL, "" }, FALSE },
    { { "add", "usb", "bus/usb/001/004", "/devices/usb1/1-2" }, FALSE },
    { { "add", "ttyprintk", NULL, TTY }, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (prw_uevent_is_wanted (&rows[i].uevent), ==, rows[i].wanted);
}

#define KEYS "ACTION=add\0DEVPATH=/d/x\0SUBSYSTEM=tty"

static void
test_refused (void)
{
  static const struct
  {
    const char *data;
    gsize length;
  } rows[] = {
    { "", 0 },
    { "", 1 },
    { "add@/d/x", 8 },                                      /* no end */
    { "add@/d/x\0" KEYS, sizeof "add@/d/x\0" KEYS - 1 },    /* the last key is cut off */
    { MESSAGE ("add@/d/x") },                               /* no keys */
    { MESSAGE ("add@/d/x\0ACTION=add\0DEVPATH=/d/x") },     /* one is missing */
    { MESSAGE ("add@/d/y\0" KEYS) },                        /* header and keys differ */
    { MESSAGE ("remove@/d/x\0" KEYS) },
    { MESSAGE ("add/d/x\0" KEYS) },                         /* no header */
    { MESSAGE ("libudev\0\xfe\xed\xca\xfe" KEYS) },         /* udevd's */
    { MESSAGE ("@\0ACTION=\0DEVPATH=\0SUBSYSTEM") },        /* no '=' */
    { MESSAGE ("add@/d/x\0ACTIONS=add\0DEVPATH=/d/x\0SUBSYSTEM=tty") },
  };
  PrwUevent uevent;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_false (prw_uevent_parse (rows[i].data, rows[i].length, &uevent));
}

static void
test_first_counts (void)
{
  PrwUevent uevent;

  g_assert_true (prw_uevent_parse (MESSAGE ("add@/d/x\0" KEYS "\0SUBSYSTEM=usb\0\0DEVNAME=a\0DEVNAME=b"), &uevent));
  g_assert_cmpstr (uevent.subsystem, ==, "tty");
  g_assert_cmpstr (uevent.devname, ==, "a");
}

/* Each part of a message, in a buffer of just its size: reading beyond it is seen by the sanitizers. */
static void
test_every_length (void)
{
  static const char message[] = "add@" TTY "\0ACTION=add\0DEVPATH=" TTY "\0SUBSYSTEM=tty\0DEVNAME=ttyACM0";

  for (gsize length = 0; length < sizeof message; length++)
    {
      g_autofree char *part = g_memdup2 (message, length);
      PrwUevent uevent;

      if (prw_uevent_parse (part, length, &uevent))
        g_assert_cmpuint (length, ==, sizeof message - sizeof "DEVNAME=ttyACM0"); /* that one need not be there */
    }
}

static void
on_uevent (const PrwUevent *uevent, gpointer data)
{
}

/* With libnl the socket opens for everybody; without, the reason is said. */
static void
test_open (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwUevents) uevents = prw_uevents_open (on_uevent, NULL, &error);

#ifdef HAVE_LIBNL
  g_assert_no_error (error);
  g_assert_nonnull (uevents);
  while (g_main_context_iteration (NULL, FALSE))
    ;
#else
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_null (uevents);
#endif
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attach/uevent/tty", test_tty);
  g_test_add_func ("/attach/uevent/wanted", test_wanted);
  g_test_add_func ("/attach/uevent/refused", test_refused);
  g_test_add_func ("/attach/uevent/first-counts", test_first_counts);
  g_test_add_func ("/attach/uevent/every-length", test_every_length);
  g_test_add_func ("/attach/uevent/open", test_open);
  return g_test_run ();
}
