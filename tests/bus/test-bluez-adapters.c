/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adapters, their switches, and looking for a device on one. */
#include "config.h"

#include <string.h>

#include "bus/bluez-fixture.h"

static void
test_adapters (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  PrwAdapter *adapter;

  fixture_start (f);
  adapter = prw_host_find_adapter (f->host, "hci0");
  g_assert_cmpstr (adapter->path, ==, HCI0);
  g_assert_cmpstr (adapter->address, ==, "00:11:22:33:44:55");
  g_assert_cmpstr (adapter->address_type, ==, "public");
  g_assert_cmpuint (adapter->manufacturer, ==, 89);
  g_assert_true (adapter->powered && adapter->pairable && !adapter->discoverable && !adapter->discovering);
  fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Powered': <false>, 'UUIDs': <@as []>}", "[]");
  fake_wait_until (fixture_count_events (f, "~hci0") == 1);
  fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'UUIDs': <@as []>, 'Discovering': <false>, 'Pairable': <'x'>}", "[]");
  fake_bluez_announce (f->bluez, "/org/bluez/hci3", ADAPTER, "{'Powered': <true>}");
  fake_wait_until (fixture_count_events (f, "+hci3") == 1);
  /* above those expected: met by its first change */
  fake_bluez_announce (f->bluez, "/org/bluez/hci40", ADAPTER, "{'Powered': <false>}");
  fake_bluez_change (f->bluez, "/org/bluez/hci40", ADAPTER, "{'Powered': <false>}", "[]");
  fake_wait_until (fixture_count_events (f, "+hci40") == 1);
  g_assert_cmpuint (prw_host_get_adapters (f->host)->len, ==, 3);
  fake_bluez_remove (f->bluez, "/org/bluez/hci40", ADAPTER);
  fake_bluez_remove (f->bluez, "/org/bluez/hci3", ADAPTER);
  fake_wait_until (fixture_count_events (f, "-hci40") == 1 && fixture_count_events (f, "-hci3") == 1);
  g_assert_cmpuint (prw_host_get_adapters (f->host)->len, ==, 1);
  g_assert_cmpuint (fixture_count_events (f, "~hci0"), ==, 1);
  /* one that is known is not added again */
  fake_bluez_announce (f->bluez, HCI0, ADAPTER, "{'Powered': <true>}");
  fake_wait_until (fixture_count_events (f, "~hci0") == 2);
  g_assert_cmpuint (fixture_count_events (f, "+hci0"), ==, 1);
}

static void
emit (Fixture *f, const char *path, const char *interface, const char *name, const char *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = g_variant_parse (NULL, parameters, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (g_dbus_connection_emit_signal (f->bluez->connection, NULL, path, interface, name, value, &error));
}

/* Values and signals of another shape than BlueZ's change nothing. */
static void
test_odd (void)
{
  static const char manager[] = "org.freedesktop.DBus.ObjectManager", properties[] = "org.freedesktop.DBus.Properties";
  g_autoptr (Fixture) f = fixture_new ();
  PrwAdapter *odd;

  fixture_start (f);
  fake_bluez_announce (f->bluez, "/org/bluez/hci1", ADAPTER,
                       "{'Address': <'no address'>, 'AddressType': <3>, 'Powered': <'yes'>, 'Pairable': <1>, 'Discoverable': <['x']>,"
                       " 'Discovering': <0.5>, 'Manufacturer': <'x'>}");
  fake_wait_until (prw_host_find_adapter (f->host, "hci1") != NULL);
  odd = prw_host_find_adapter (f->host, "hci1");
  g_assert_cmpstr (odd->address, ==, "");
  g_assert_cmpuint (odd->manufacturer, ==, 0);
  g_assert_false (odd->powered || odd->pairable || odd->discoverable || odd->discovering);
  fake_bluez_announce (f->bluez, "/org/bluez/hci2", "org.bluez.Media1", "@a{sv} {}");
  fake_bluez_announce (f->bluez, "/org/bluez/hciX", ADAPTER, "{'Powered': <true>}");
  fake_bluez_change (f->bluez, "/org/bluez/hciX", ADAPTER, "{'Powered': <true>}", "[]");
  emit (f, "/", manager, "InterfacesAdded", "(@o '/org/bluez/hci3',)");
  emit (f, "/", manager, "InterfacesAdded", "(@o '/org/bluez/hci3', {'" ADAPTER "': 1})");
  emit (f, "/", manager, "InterfacesRemoved", "(@o '" HCI0 "',)");
  emit (f, "/", manager, "InterfacesRemoved", "(@o '" HCI0 "', '" ADAPTER "')");
  emit (f, "/", manager, "InterfacesRemoved", "(@o '" HCI0 "', ['org.bluez.Media1'])");
  emit (f, HCI0, properties, "PropertiesChanged", "('" ADAPTER "',)");
  emit (f, HCI0, properties, "PropertiesChanged", "('" ADAPTER "', {'Powered': false}, @as [])");
  fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Powered': <'no'>}", "['Powered']");
  fixture_sync (f);
  g_assert_cmpuint (prw_host_get_adapters (f->host)->len, ==, 2);
  g_assert_true (prw_host_find_adapter (f->host, "hci0")->powered);
  g_assert_cmpuint (fixture_count_events (f, "~hci0"), ==, 0);
}

/* Switches: nothing is sent for what is so already, one call at a time, the latest wish holds. */
static void
test_switches (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeCall) first = NULL;
  g_autoptr (FakeCall) second = NULL;

  fixture_start (f);
  fake_bluez_forget (f->bluez, "");
  prw_host_set_pairable (f->host, "hci0", TRUE);
  prw_host_set_discoverable (f->host, "hci0", FALSE);
  prw_host_set_pairable (f->host, "hci9", TRUE);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "Set"), ==, 0);
  prw_host_set_discoverable (f->host, "hci0", TRUE);
  fake_wait_until (prw_host_find_adapter (f->host, "hci0")->discoverable);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "Set"), ==, 1);

  fake_bluez_hold (f->bluez, "Set");
  prw_host_set_pairable (f->host, "hci0", FALSE);
  first = fake_bluez_expect (f->bluez, "Set");
  g_assert_cmpstr (first->arguments, ==, "('org.bluez.Adapter1', 'Pairable', <false>)");
  for (guint i = 0; i < 7; i++)
    prw_host_set_pairable (f->host, "hci0", i % 2 == 0);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "Set"), ==, 0);
  fake_bluez_answer (f->bluez, first, NULL);
  second = fake_bluez_expect (f->bluez, "Set");
  g_assert_cmpstr (second->arguments, ==, "('org.bluez.Adapter1', 'Pairable', <true>)");
  fake_bluez_answer_error (f->bluez, second, "org.bluez.Error.NotReady");
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "Set"), ==, 0);
}

/* bluetoothd has switched, and its signal has not come yet: the reading is as it said, and a wish for the former state is one. */
static void
test_switch_before_signal (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeCall) off = NULL;
  g_autoptr (FakeCall) on = NULL;

  fixture_start (f);
  fake_bluez_hold (f->bluez, "Set");
  prw_host_set_pairable (f->host, "hci0", FALSE);
  off = fake_bluez_expect (f->bluez, "Set");
  fake_bluez_answer (f->bluez, off, NULL);
  fake_wait_until (!prw_host_find_adapter (f->host, "hci0")->pairable);
  prw_host_set_pairable (f->host, "hci0", TRUE);
  on = fake_bluez_expect (f->bluez, "Set");
  g_assert_cmpstr (on->arguments, ==, "('org.bluez.Adapter1', 'Pairable', <true>)");
  fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Pairable': <false>}", "[]");
  fake_bluez_answer (f->bluez, on, NULL);
  fake_wait_until (prw_host_find_adapter (f->host, "hci0")->pairable);
  /* bluetoothd sends one signal for two changes in a row, with the value at its end */
  prw_host_set_pairable (f->host, "hci0", FALSE);
  g_clear_pointer (&off, fake_call_free);
  off = fake_bluez_expect (f->bluez, "Set");
  fake_bluez_answer (f->bluez, off, NULL);
  fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Pairable': <true>}", "[]");
  fake_wait_until (fixture_count_events (f, "~hci0") == 4);
  g_assert_true (prw_host_find_adapter (f->host, "hci0")->pairable);
}

/* Two adapters: each has its own switch. */
static void
test_switches_of_two (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (FakeCall) set = NULL;

  fixture_start_bluez (f);
  fake_bluez_add (f->bluez, "/org/bluez/hci1", ADAPTER, "{'Powered': <true>, 'Pairable': <true>}");
  fixture_start (f);
  fake_wait_until (prw_host_find_adapter (f->host, "hci1") != NULL);
  prw_host_set_pairable (f->host, "hci1", FALSE);
  set = fake_bluez_expect (f->bluez, "Set");
  g_assert_cmpstr (set->path, ==, "/org/bluez/hci1");
  fake_wait_until (!prw_host_find_adapter (f->host, "hci1")->pairable);
  g_assert_true (prw_host_find_adapter (f->host, "hci0")->pairable);
  fake_bluez_remove (f->bluez, "/org/bluez/hci1", ADAPTER);
  fake_wait_until (prw_host_find_adapter (f->host, "hci1") == NULL);
  prw_host_set_pairable (f->host, "hci1", TRUE);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "Set"), ==, 0);
}

/* A bluetoothd that hangs, or fails, as its adapters are looked for: looked for again. */
static void
test_look_again (void)
{
  static const char *const methods[] = { "Introspect", "GetAll" };

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (Fixture) f = fixture_new ();
      g_autoptr (GAsyncResult) settled = NULL;
      g_autoptr (FakeCall) look = NULL;

      fixture_times (f)->call = 50;
      fixture_times (f)->retry = 50;
      fixture_start_bluez (f);
      fake_bluez_hold (f->bluez, methods[i]);
      prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
      look = fake_bluez_expect (f->bluez, methods[i]);
      prw_host_settle_async (f->host, fixture_result, (gpointer) &settled);
      fake_wait_until (settled != NULL);
      g_assert_null (prw_host_find_adapter (f->host, "hci0"));
      g_hash_table_remove_all (f->bluez->held);
      fixture_times (f)->call = 5000;
      fake_wait_until (prw_host_find_adapter (f->host, "hci0") != NULL);
    }
}

/* --- looking for one --- */

typedef struct
{
  GAsyncResult *result;
  GCancellable *cancellable;
} Find;

static void
find (Fixture *f, guint seconds, Find *out)
{
  out->result = NULL;
  out->cancellable = g_cancellable_new ();
  prw_host_find_device_async (f->host, "hci0", "AA:BB:CC:00:00:02", seconds, out->cancellable, fixture_result, &out->result);
}

static PrwDevice *
find_end (Fixture *f, Find *in, GError **error)
{
  PrwDevice *device;

  fake_wait_until (in->result != NULL);
  device = prw_host_find_device_finish (f->host, in->result, error);
  g_clear_object (&in->result);
  g_clear_object (&in->cancellable);
  return device;
}

static void
test_find_known (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = NULL;
  Find look;

  fixture_start (f);
  fake_bluez_add (f->bluez, OTHER, DEVICE, "{'Address': <'AA:BB:CC:00:00:02'>}");
  find (f, 5, &look);
  device = find_end (f, &look, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (device->path, ==, OTHER);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StartDiscovery"), ==, 0);
}

static void
test_find_heard (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = NULL;
  g_autoptr (FakeCall) filter = NULL;
  g_autoptr (FakeCall) start = NULL;
  Find look;
  int before;

  fixture_start (f);
  fake_bluez_fail (f->bluez, "SetDiscoveryFilter", "org.bluez.Error.NotSupported");
  find (f, 5, &look);
  filter = fake_bluez_expect (f->bluez, "SetDiscoveryFilter");
  g_assert_nonnull (strstr (filter->arguments, "'auto'"));
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  before = g_atomic_int_get (&f->signals);
  /* others are heard too: their signals do not arrive */
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *path = g_strdup_printf (HCI0 "/dev_AA_BB_CC_00_01_%02X", i);

      fake_bluez_announce (f->bluez, path, DEVICE, "{'Paired': <false>}");
    }
  fake_bluez_announce (f->bluez, OTHER, DEVICE, "{'Address': <'AA:BB:CC:00:00:02'>, 'Name': <'Heard'>}");
  device = find_end (f, &look, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (device->name, ==, "Heard");
  g_assert_cmpint (g_atomic_int_get (&f->signals), ==, before + 1);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StopDiscovery"), ==, 1);
}

static void
test_find_fails (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) unheard = NULL;
  g_autoptr (GError) off = NULL;
  g_autoptr (GError) cancelled = NULL;
  g_autoptr (GError) dead = NULL;
  g_autoptr (FakeCall) start = NULL;
  Find look;

  find (f, 5, &look);
  g_assert_null (find_end (f, &look, &none));
  g_assert_error (none, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY);
  fixture_start (f);
  find (f, 1, &look);
  g_assert_null (find_end (f, &look, &unheard));
  g_assert_error (unheard, PRW_HOST_ERROR, PRW_HOST_ERROR_TIMEOUT);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StopDiscovery"), ==, 1);
  fake_bluez_fail (f->bluez, "StartDiscovery", "org.bluez.Error.NotReady");
  find (f, 5, &look);
  g_assert_null (find_end (f, &look, &off));
  g_assert_error (off, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY);
  fake_bluez_forget (f->bluez, "");
  find (f, 5, &look);
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  g_cancellable_cancel (look.cancellable);
  g_assert_null (find_end (f, &look, &cancelled));
  g_assert_error (cancelled, PRW_HOST_ERROR, PRW_HOST_ERROR_CANCELLED);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StopDiscovery"), ==, 1);
  find (f, 5, &look);
  g_clear_pointer (&start, fake_call_free);
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  fixture_kill_bluez (f);
  g_assert_null (find_end (f, &look, &dead));
  g_assert_error (dead, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY);
}

/* Two at once: one discovery, begun by the first and ended by the last. */
static void
test_find_two (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = NULL;
  g_autoptr (FakeCall) start = NULL;
  Find one, two;

  fixture_start (f);
  find (f, 5, &one);
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  find (f, 5, &two);
  fixture_sync (f);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StartDiscovery"), ==, 0);
  g_cancellable_cancel (one.cancellable);
  g_assert_null (find_end (f, &one, &error));
  g_clear_error (&error);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StopDiscovery"), ==, 0);
  fake_bluez_announce (f->bluez, OTHER, DEVICE, "{'Name': <'Heard'>}");
  device = find_end (f, &two, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StopDiscovery"), ==, 1);
}

/* The end of a former discovery is still being worked off: tried again; one that never began needs no end. */
static void
test_find_busy (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = NULL;
  g_autoptr (FakeCall) start = NULL;
  Find look;

  fixture_times (f)->discovery_retry = 50;
  fixture_start (f);
  fake_bluez_fail (f->bluez, "StartDiscovery", "org.bluez.Error.InProgress");
  find (f, 5, &look);
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  g_clear_pointer (&start, fake_call_free);
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  fake_bluez_announce (f->bluez, OTHER, DEVICE, "{'Name': <'Heard'>}");
  device = find_end (f, &look, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StopDiscovery"), ==, 1);

  fake_bluez_remove (f->bluez, OTHER, DEVICE);
  fixture_times (f)->discovery_retry = 10000;
  fake_bluez_fail (f->bluez, "StartDiscovery", "org.bluez.Error.InProgress");
  find (f, 5, &look);
  g_clear_pointer (&start, fake_call_free);
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  fixture_sync (f); /* what it answered has arrived */
  g_cancellable_cancel (look.cancellable);
  g_assert_null (find_end (f, &look, &error));
  g_assert_error (error, PRW_HOST_ERROR, PRW_HOST_ERROR_CANCELLED);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StopDiscovery"), ==, 0);
}

/* The adapter is switched off, or goes, while a device is looked for on it; what goes on on another one does not matter. */
static void
test_find_adapter_goes (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  Find look;

  fixture_start (f);
  fake_bluez_announce (f->bluez, "/org/bluez/hci1", ADAPTER, "{'Powered': <true>}");
  fake_wait_until (prw_host_find_adapter (f->host, "hci1") != NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FakeCall) start = NULL;

      find (f, 5, &look);
      start = fake_bluez_expect (f->bluez, "StartDiscovery");
      fake_bluez_change (f->bluez, "/org/bluez/hci1", ADAPTER, i == 0 ? "{'Powered': <false>}" : "{'Powered': <true>}", "[]");
      fake_bluez_change (f->bluez, HCI0, ADAPTER, i == 0 ? "{'Discovering': <true>}" : "{'Discovering': <false>}", "[]");
      fake_wait_ms (20);
      g_assert_null (look.result);
      if (i == 0)
        fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Powered': <false>}", "[]");
      else
        fake_bluez_remove (f->bluez, HCI0, ADAPTER);
      g_assert_null (find_end (f, &look, &error));
      g_assert_error (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY);
      g_assert_cmpuint (fake_bluez_forget (f->bluez, "StopDiscovery"), ==, 0);
      if (i == 0)
        fake_bluez_change (f->bluez, HCI0, ADAPTER, "{'Powered': <true>}", "[]");
    }
}

/* On two adapters at once: each has its own discovery, and its own device of that address. */
static void
test_find_two_adapters (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = NULL;
  g_autoptr (FakeCall) start = NULL;
  g_autoptr (FakeCall) stop = NULL;
  g_autoptr (GAsyncResult) other = NULL;
  g_autoptr (PrwDevice) there = NULL;
  Find look;

  fixture_start (f);
  find (f, 5, &look);
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  g_clear_pointer (&start, fake_call_free);
  prw_host_find_device_async (f->host, "hci1", "AA:BB:CC:00:00:02", 5, NULL, fixture_result, (gpointer) &other);
  start = fake_bluez_expect (f->bluez, "StartDiscovery");
  g_assert_cmpstr (start->path, ==, "/org/bluez/hci1");
  fake_bluez_announce (f->bluez, OTHER, DEVICE, "{'Name': <'Here'>}");
  device = find_end (f, &look, &error);
  g_assert_no_error (error);
  stop = fake_bluez_expect (f->bluez, "StopDiscovery");
  g_assert_cmpstr (stop->path, ==, HCI0);
  g_assert_null (other);
  fake_bluez_announce (f->bluez, "/org/bluez/hci1/dev_AA_BB_CC_00_00_02", DEVICE, "{'Name': <'There'>}");
  fake_wait_until (other != NULL);
  there = prw_host_find_device_finish (f->host, other, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (there->name, ==, "There");
}

/* It ends before there is a discovery: bluetoothd does not answer, or it was cancelled all along. */
static void
test_find_ends_early (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) hung = NULL;
  g_autoptr (GError) cancelled = NULL;
  Find look;

  fixture_start (f);
  fixture_times (f)->call = 50;
  fake_bluez_hold (f->bluez, "GetAll");
  find (f, 5, &look);
  g_assert_null (find_end (f, &look, &hung));
  g_assert_error (hung, PRW_HOST_ERROR, PRW_HOST_ERROR_TIMEOUT);
  fixture_times (f)->call = 5000;
  look = (Find) { .cancellable = g_cancellable_new () };
  g_cancellable_cancel (look.cancellable);
  prw_host_find_device_async (f->host, "hci0", "AA:BB:CC:00:00:02", 5, look.cancellable, fixture_result, &look.result);
  g_assert_null (find_end (f, &look, &cancelled));
  g_assert_error (cancelled, PRW_HOST_ERROR, PRW_HOST_ERROR_CANCELLED);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "StartDiscovery"), ==, 0);
}

static gboolean
cancel_and_look (gpointer data)
{
  Find *look = data;

  g_cancellable_cancel (look->cancellable);
  g_assert_null (look->result);
  return G_SOURCE_REMOVE;
}

/* Who cancels is not called back within the call, with or without a discovery to end. */
static void
test_find_cancelled_later (void)
{
  static const char *const at[] = { "GetAll", "StartDiscovery" };
  g_autoptr (Fixture) f = fixture_new ();
  Find look;

  fixture_start (f);
  for (gsize i = 0; i < G_N_ELEMENTS (at); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FakeCall) call = NULL;

      fake_bluez_forget (f->bluez, "");
      fake_bluez_hold (f->bluez, at[i]);
      find (f, 5, &look);
      call = fake_bluez_expect (f->bluez, at[i]);
      g_idle_add (cancel_and_look, &look);
      g_assert_null (find_end (f, &look, &error));
      g_assert_error (error, PRW_HOST_ERROR, PRW_HOST_ERROR_CANCELLED);
      g_hash_table_remove_all (f->bluez->held);
      fake_bluez_answer_error (f->bluez, call, "org.freedesktop.DBus.Error.UnknownObject");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  g_test_add_func ("/bluez/adapters/readings", test_adapters);
  g_test_add_func ("/bluez/adapters/odd", test_odd);
  g_test_add_func ("/bluez/adapters/switches", test_switches);
  g_test_add_func ("/bluez/adapters/switch-before-signal", test_switch_before_signal);
  g_test_add_func ("/bluez/adapters/switches-of-two", test_switches_of_two);
  g_test_add_func ("/bluez/adapters/look-again", test_look_again);
  g_test_add_func ("/bluez/adapters/find-known", test_find_known);
  g_test_add_func ("/bluez/adapters/find-heard", test_find_heard);
  g_test_add_func ("/bluez/adapters/find-fails", test_find_fails);
  g_test_add_func ("/bluez/adapters/find-two", test_find_two);
  g_test_add_func ("/bluez/adapters/find-busy", test_find_busy);
  g_test_add_func ("/bluez/adapters/find-adapter-goes", test_find_adapter_goes);
  g_test_add_func ("/bluez/adapters/find-two-adapters", test_find_two_adapters);
  g_test_add_func ("/bluez/adapters/find-ends-early", test_find_ends_early);
  g_test_add_func ("/bluez/adapters/find-cancelled-later", test_find_cancelled_later);
  return fixture_run ();
}
