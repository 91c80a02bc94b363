/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readings of devices, those watched, and the signals that must not even arrive. */
#include "config.h"

#include <string.h>

#include "bus/bluez-fixture.h"
#include "policy/text.h"

#define UUID "0000110b-0000-1000-8000-00805f9b34fb"

static PrwDevice *
read_device (Fixture *f, const char *path, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  prw_host_read_device_async (f->host, path, NULL, fixture_result, (gpointer) &result);
  fake_wait_until (result != NULL);
  return prw_host_read_device_finish (f->host, result, error);
}

static void
change (Fixture *f, const char *path, const char *changed)
{
  fake_bluez_change (f->bluez, path, DEVICE, changed, "[]");
}

static PrwDevice *
last_change (Fixture *f)
{
  g_assert_cmpuint (f->changes->len, >, 0);
  return f->changes->pdata[f->changes->len - 1];
}

/* --- reading --- */

static void
test_read (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = NULL;

  fixture_start (f);
  fake_bluez_forget (f->bluez, "");
  device = read_device (f, PEER, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (device->path, ==, PEER);
  g_assert_cmpstr (device->adapter, ==, "hci0");
  g_assert_cmpstr (device->address, ==, "AA:BB:CC:00:00:01");
  g_assert_cmpint (device->address_type, ==, PRW_ADDRESS_TYPE_RANDOM);
  g_assert_cmpstr (device->name, ==, "Lamp");
  g_assert_cmpstr (device->icon, ==, "light");
  g_assert_cmpuint (device->device_class, ==, 1234);
  g_assert_cmpuint (g_strv_length (device->uuids), ==, 1);
  g_assert_cmpstr (device->uuids[0], ==, UUID);
  g_assert_true (device->connected);
  g_assert_false (device->paired || device->bonded || device->trusted);
  /* one message, and no other */
  g_assert_cmpuint (f->bluez->calls.length, ==, 1);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "GetAll"), ==, 1);
}

static const struct
{
  const char *name;
  const char *properties;
  const char *expected_name;
  const char *expected_address;
} odd_rows[] = {
  /* nothing at all: the path has the address */
  { "empty", "@a{sv} {}", "", "AA:BB:CC:00:00:01" },
  /* every type wrong */
  { "types", "{'Address': <1>, 'AddressType': <true>, 'Name': <['x']>, 'Alias': <2>, 'Icon': <3>, 'Class': <'c'>,"
             " 'Paired': <'yes'>, 'Bonded': <1>, 'Connected': <'no'>, 'Trusted': <0.5>, 'UUIDs': <'u'>}", "", "AA:BB:CC:00:00:01" },
  { "address", "{'Address': <'nonsense'>, 'AddressType': <'quantum'>}", "", "AA:BB:CC:00:00:01" },
  /* a private device: the path keeps its first address */
  { "identity", "{'Address': <'11:22:33:44:55:66'>}", "", "11:22:33:44:55:66" },
  { "alias", "{'Alias': <'Mine'>}", "Mine", "AA:BB:CC:00:00:01" },
  { "alias-address", "{'Alias': <'AA-BB-CC-00-00-01'>}", "", "AA:BB:CC:00:00:01" },
  { "name-first", "{'Alias': <'Mine'>, 'Name': <'Lamp'>}", "Lamp", "AA:BB:CC:00:00:01" },
  { "name-empty", "{'Name': <''>, 'Alias': <'Mine'>}", "Mine", "AA:BB:CC:00:00:01" },
  /* hostile text */
  { "bidi", "{'Name': <'a\\u202eb\\u0007c\\n'>}", "abc", "AA:BB:CC:00:00:01" },
  { "uuids", "{'UUIDs': <['no uuid', '\\u202e', '']>}", "", "AA:BB:CC:00:00:01" },
  { "control", "{'Name': <'\\u0001\\u001b[31mred'>}", "[31mred", "AA:BB:CC:00:00:01" },
  { "invisible", "{'Name': <'\\u200b\\ufeff'>, 'Alias': <'\\u2066x'>}", "x", "AA:BB:CC:00:00:01" },
};

static void
test_odd (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = NULL;

  fixture_start (f);
  fake_bluez_add (f->bluez, PEER, DEVICE, odd_rows[i].properties);
  device = read_device (f, PEER, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (device->name, ==, odd_rows[i].expected_name);
  g_assert_cmpstr (device->address, ==, odd_rows[i].expected_address);
  g_assert_cmpstr (device->icon, ==, "");
  g_assert_cmpuint (g_strv_length (device->uuids), ==, 0);
  g_assert_false (device->paired || device->bonded || device->trusted || device->connected);
}

/* More than any device could send: cut, and still one reading. */
static void
test_huge (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = NULL;
  g_autoptr (GString) properties = g_string_new ("{'Name': <'");

  fixture_start (f);
  for (guint i = 0; i < 100000; i++)
    g_string_append (properties, "\u00e4");
  g_string_append (properties, "'>, 'UUIDs': <['" UUID "'");
  for (guint i = 0; i < 1000; i++)
    g_string_append (properties, ", '" UUID "'");
  g_string_append (properties, "]>}");
  fake_bluez_add (f->bluez, PEER, DEVICE, properties->str);
  device = read_device (f, PEER, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (device->name), ==, PRW_NAME_MAX);
  g_assert_true (g_utf8_validate (device->name, -1, NULL));
  g_assert_cmpuint (g_strv_length (device->uuids), ==, 256);
}

static void
test_read_errors (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GError) adapter = NULL;
  g_autoptr (GError) hung = NULL;
  g_autoptr (GError) cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_null (read_device (f, PEER, &none));
  g_assert_error (none, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY);
  fixture_start (f);
  g_assert_null (read_device (f, OTHER, &unknown));
  g_assert_error (unknown, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND);
  g_assert_null (read_device (f, HCI0, &adapter));
  g_assert_error (adapter, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND);
  fixture_times (f)->call = 50;
  fake_bluez_hold (f->bluez, "GetAll");
  g_assert_null (read_device (f, PEER, &hung));
  g_assert_error (hung, PRW_HOST_ERROR, PRW_HOST_ERROR_TIMEOUT);
  fixture_times (f)->call = 5000;
  prw_host_read_device_async (f->host, PEER, cancellable, fixture_result, (gpointer) &result);
  g_cancellable_cancel (cancellable);
  fake_wait_until (result != NULL);
  g_assert_null (prw_host_read_device_finish (f->host, result, &cancelled));
  g_assert_error (cancelled, PRW_HOST_ERROR, PRW_HOST_ERROR_CANCELLED);
}

/* bluetoothd dies with a call under way. */
static void
test_read_death (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  fixture_start (f);
  fake_bluez_hold (f->bluez, "GetAll");
  prw_host_read_device_async (f->host, PEER, NULL, fixture_result, (gpointer) &result);
  fake_wait_ms (20);
  fixture_kill_bluez (f);
  fake_wait_until (result != NULL);
  g_assert_null (prw_host_read_device_finish (f->host, result, &error));
  g_assert_error (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY);
}

/* --- all --- */

static void
test_list (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = NULL;

  fixture_start (f);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *path = g_strdup_printf (HCI0 "/dev_00_00_00_00_%02X_%02X", i / 256, i % 256);

      fake_bluez_add (f->bluez, path, DEVICE, i == 7 ? "{'Bonded': <true>, 'Paired': <true>}" : "{'Paired': <false>, 'RSSI': <@n -1>}");
    }
  fake_bluez_add (f->bluez, "/org/bluez/hci1/dev_00_00_00_00_00_01", DEVICE, "{'Paired': <true>}");
  fake_bluez_add (f->bluez, "/org/bluez/hci1/dev_00_00_00_00_00_02", "org.bluez.Battery1", "{'Percentage': <@y 3>}");
  prw_host_list_devices_async (f->host, NULL, fixture_result, (gpointer) &result);
  fake_wait_until (result != NULL);
  devices = prw_host_list_devices_finish (f->host, result, &error);
  g_assert_no_error (error);
  /* one bonded, one paired on another adapter, one connected */
  g_assert_cmpuint (devices->len, ==, 3);
}

static void
expect_list_error (Fixture *f, GAsyncResult **result, PrwHostError code)
{
  g_autoptr (GError) error = NULL;

  fake_wait_until (*result != NULL);
  g_assert_null (prw_host_list_devices_finish (f->host, *result, &error));
  g_assert_error (error, PRW_HOST_ERROR, (int) code);
  g_clear_object (result);
}

/* Asks, and waits until bluetoothd has the question; it does not answer. */
static FakeCall *
list_held (Fixture *f, GCancellable *cancellable, GAsyncResult **result)
{
  fake_bluez_forget (f->bluez, "");
  fake_bluez_hold (f->bluez, "GetManagedObjects");
  prw_host_list_devices_async (f->host, cancellable, fixture_result, result);
  return fake_bluez_expect (f->bluez, "GetManagedObjects");
}

static void
test_list_errors (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FakeCall) odd = NULL;
  g_autoptr (FakeCall) hung = NULL;
  g_autoptr (FakeCall) cancelled = NULL;
  g_autoptr (FakeCall) dies = NULL;
  GAsyncResult *result = NULL;

  prw_host_list_devices_async (f->host, NULL, fixture_result, &result);
  expect_list_error (f, &result, PRW_HOST_ERROR_NOT_READY);
  fixture_start (f);
  fake_bluez_fail (f->bluez, "GetManagedObjects", "org.bluez.Error.Failed");
  prw_host_list_devices_async (f->host, NULL, fixture_result, &result);
  expect_list_error (f, &result, PRW_HOST_ERROR_FAILED);
  odd = list_held (f, NULL, &result);
  fake_bluez_answer (f->bluez, odd, g_variant_new ("(s)", "no objects"));
  expect_list_error (f, &result, PRW_HOST_ERROR_FAILED);
  cancelled = list_held (f, cancellable, &result);
  g_cancellable_cancel (cancellable);
  expect_list_error (f, &result, PRW_HOST_ERROR_CANCELLED);
  fixture_times (f)->list = 200;
  hung = list_held (f, NULL, &result);
  expect_list_error (f, &result, PRW_HOST_ERROR_TIMEOUT);
  fixture_times (f)->list = 15000;
  dies = list_held (f, NULL, &result);
  fixture_kill_bluez (f);
  expect_list_error (f, &result, PRW_HOST_ERROR_NOT_READY);
}

/* --- watched --- */

/* Signals of devices nobody watches are kept away by the bus; of a watched one only those that change a reading are told. */
static void
test_traffic (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (PrwDevice) device = NULL;
  int before;

  fixture_times (f)->first_read = 100000;
  fixture_start (f);
  fake_bluez_add (f->bluez, OTHER, DEVICE, PEER_PROPERTIES);
  device = read_device (f, PEER, NULL);
  before = g_atomic_int_get (&f->signals);
  for (guint i = 0; i < 100; i++)
    {
      change (f, PEER, "{'RSSI': <@n -41>}");
      change (f, OTHER, "{'Paired': <true>}");
      fake_bluez_announce (f->bluez, OTHER, DEVICE, PEER_PROPERTIES);
      fake_bluez_remove (f->bluez, OTHER, DEVICE);
    }
  fixture_sync (f);
  g_assert_cmpint (g_atomic_int_get (&f->signals), ==, before);

  prw_host_watch_device (f->host, PEER);
  g_clear_pointer (&device, prw_device_unref);
  device = read_device (f, PEER, NULL);
  for (guint i = 0; i < 10; i++)
    {
      change (f, PEER, "{'RSSI': <@n -42>, 'ManufacturerData': <{@q 1: <[@y 1]>}>}");
      change (f, OTHER, "{'Paired': <true>}");
    }
  fixture_sync (f);
  g_assert_cmpint (g_atomic_int_get (&f->signals), ==, before + 10);
  g_assert_cmpuint (f->changes->len, ==, 0);
  change (f, PEER, "{'RSSI': <@n -43>, 'Connected': <true>}");
  change (f, PEER, "{'Connected': <false>}");
  fake_wait_until (f->changes->len == 1);
  g_assert_false (last_change (f)->connected);
  g_assert_cmpstr (last_change (f)->name, ==, "Lamp");

  prw_host_unwatch_device (f->host, PEER);
  fixture_sync (f);
  before = g_atomic_int_get (&f->signals);
  change (f, PEER, "{'Connected': <true>}");
  fixture_sync (f);
  g_assert_cmpint (g_atomic_int_get (&f->signals), ==, before);
}

/* Each property a reading has. */
static void
test_changes (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  g_autoptr (PrwDevice) device = NULL;

  fixture_times (f)->first_read = 100000;
  fixture_start (f);
  prw_host_watch_device (f->host, PEER);
  device = read_device (f, PEER, NULL);
  change (f, PEER, "{'Paired': <true>, 'Bonded': <true>, 'Trusted': <true>, 'Class': <@u 5>, 'Icon': <'phone'>,"
                   " 'AddressType': <'public'>, 'Address': <'AA:BB:CC:00:00:09'>, 'UUIDs': <@as []>}");
  fake_wait_until (f->changes->len == 1);
  g_assert_true (last_change (f)->paired && last_change (f)->bonded && last_change (f)->trusted && last_change (f)->connected);
  g_assert_cmpuint (last_change (f)->device_class, ==, 5);
  g_assert_cmpstr (last_change (f)->icon, ==, "phone");
  g_assert_cmpint (last_change (f)->address_type, ==, PRW_ADDRESS_TYPE_PUBLIC);
  g_assert_cmpstr (last_change (f)->address, ==, "AA:BB:CC:00:00:09");
  g_assert_cmpuint (g_strv_length (last_change (f)->uuids), ==, 0);
  /* the alias of a named device is not its name */
  change (f, PEER, "{'Alias': <'Mine'>}");
  change (f, PEER, "{'Name': <'Torch'>, 'Alias': <'Mine'>}");
  fake_wait_until (f->changes->len == 2);
  g_assert_cmpstr (last_change (f)->name, ==, "Torch");
  /* wrong types change nothing */
  change (f, PEER, "{'Paired': <'x'>, 'Connected': <1>}");
  /* a property that went away is read again */
  fake_bluez_forget (f->bluez, "");
  fake_bluez_change (f->bluez, PEER, DEVICE, "@a{sv} {}", "['RSSI']");
  fake_bluez_change (f->bluez, PEER, DEVICE, "@a{sv} {}", "['Name']");
  fake_wait_until (f->changes->len == 3);
  g_assert_cmpstr (last_change (f)->name, ==, "Lamp");
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "GetAll"), ==, 1);
}

/* Watched and read by nobody: read here, once, also when changes come before that. */
static void
test_first_reading (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_start (f);
  fake_bluez_forget (f->bluez, "");
  prw_host_watch_device (f->host, PEER);
  prw_host_watch_device (f->host, PEER);
  fake_wait_until (f->changes->len == 1);
  g_assert_cmpstr (last_change (f)->name, ==, "Lamp");
  prw_host_unwatch_device (f->host, PEER);
  change (f, PEER, "{'Connected': <false>}");
  fake_wait_until (f->changes->len == 2);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "GetAll"), ==, 1);
  prw_host_unwatch_device (f->host, PEER);

  fixture_times (f)->first_read = 10000;
  prw_host_watch_device (f->host, PEER);
  for (guint i = 0; i < 5; i++)
    change (f, PEER, "{'Connected': <false>}");
  fake_wait_until (f->changes->len == 3);
  g_assert_cmpuint (fake_bluez_forget (f->bluez, "GetAll"), ==, 1);
  prw_host_unwatch_device (f->host, PEER);
  /* a hung reading does not stop the next */
  fixture_times (f)->call = 30;
  fake_bluez_hold (f->bluez, "GetAll");
  prw_host_watch_device (f->host, PEER);
  change (f, PEER, "{'Connected': <false>}");
  fake_wait_ms (100);
  g_hash_table_remove_all (f->bluez->held);
  fixture_times (f)->call = 5000;
  change (f, PEER, "{'Connected': <false>}");
  fake_wait_until (f->changes->len == 4);
  prw_host_unwatch_device (f->host, PEER);
}

/* The device goes and comes back. */
static void
test_removed (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  fixture_start (f);
  prw_host_watch_device (f->host, PEER);
  fake_wait_until (f->changes->len == 1);
  fake_bluez_remove (f->bluez, PEER, "org.bluez.Battery1");
  fake_bluez_remove (f->bluez, PEER, DEVICE);
  fake_wait_until (f->removals->len == 1);
  g_assert_cmpstr (f->removals->pdata[0], ==, PEER);
  fake_bluez_announce (f->bluez, PEER, DEVICE, "{'Name': <'Again'>}");
  fake_wait_until (f->changes->len == 2);
  g_assert_cmpstr (last_change (f)->name, ==, "Again");
  change (f, PEER, "{'Paired': <true>}");
  fake_wait_until (f->changes->len == 3);
  g_assert_true (last_change (f)->paired);
  prw_host_unwatch_device (f->host, PEER);
}

/* A watch outlives bluetoothd. */
static void
test_watch_death (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  prw_host_watch_device (f->host, PEER);
  fixture_start (f);
  fake_wait_until (f->changes->len == 1);
  fixture_kill_bluez (f);
  fake_wait_until (!prw_host_is_available (f->host));
  fixture_start_bluez (f);
  fake_wait_until (f->changes->len == 2);
  change (f, PEER, "{'Connected': <false>}");
  fake_wait_until (f->changes->len == 3);
  prw_host_unwatch_device (f->host, PEER);
  g_assert_cmpuint (f->removals->len, ==, 0);
}

/* --- match rules --- */

static void
device_path (guint i, char *out)
{
  g_snprintf (out, sizeof PEER, HCI0 "/dev_AA_BB_CC_01_%02X_%02X", i / 256, i % 256);
}

/* However often bluetoothd comes and goes, and whatever is going on then: the bus keeps no rule for one that is gone. */
static void
test_rules (void)
{
  g_autoptr (Fixture) f = fixture_new ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GAsyncResult) found = NULL;
      guint before;

      fixture_start_bluez (f);
      if (i == 0)
        prw_bluez_host_start (PRW_BLUEZ_HOST (f->host));
      fake_wait_until (prw_host_find_adapter (f->host, "hci0") != NULL);
      before = fixture_count_rules (f);
      prw_host_watch_device (f->host, PEER);
      prw_host_watch_device (f->host, PEER);
      prw_host_find_device_async (f->host, "hci0", "AA:BB:CC:00:00:02", 5, NULL, fixture_result, (gpointer) &found);
      fake_bluez_announce (f->bluez, "/org/bluez/hci40", ADAPTER, "{'Powered': <false>}");
      fake_bluez_change (f->bluez, "/org/bluez/hci40", ADAPTER, "{'Powered': <false>}", "[]");
      fake_wait_until (prw_host_find_adapter (f->host, "hci40") != NULL);
      g_assert_cmpuint (fixture_count_rules (f), ==, before + 4);
      fixture_kill_bluez (f);
      fake_wait_until (found != NULL);
      fake_wait_until (!prw_host_is_available (f->host));
      g_assert_cmpuint (fixture_count_rules (f), ==, 0);
      prw_host_unwatch_device (f->host, PEER);
      prw_host_unwatch_device (f->host, PEER);
    }
}

/* The bus bounds the rules of a connection: beyond that every device is heard rather than one missed. */
static void
test_many_watched (void)
{
  g_autoptr (Fixture) f = fixture_new ();
  const guint n = PRW_BLUEZ_MATCHES_MAX;
  char path[sizeof PEER];
  guint before;

  fixture_start (f);
  fixture_times (f)->first_read = 10;
  before = fixture_count_rules (f);
  for (guint i = 0; i < n; i++)
    {
      device_path (i, path);
      fake_bluez_add (f->bluez, path, DEVICE, "{'Connected': <true>}");
      prw_host_watch_device (f->host, path);
    }
  fake_wait_until (f->changes->len == n);
  g_assert_cmpuint (fixture_count_rules (f), <=, PRW_BLUEZ_MATCHES_MAX + 3);
  change (f, path, "{'Connected': <false>}");
  fake_wait_until (f->changes->len == n + 1);
  g_assert_cmpstr (last_change (f)->path, ==, path);
  fake_bluez_remove (f->bluez, path, DEVICE);
  fake_wait_until (f->removals->len == 1);
  /* others are heard now, and ignored */
  change (f, PEER, "{'Connected': <false>}");
  fake_bluez_announce (f->bluez, OTHER, DEVICE, PEER_PROPERTIES);
  fixture_sync (f);
  g_assert_cmpuint (f->changes->len, ==, n + 1);
  fixture_kill_bluez (f);
  fake_wait_until (!prw_host_is_available (f->host));
  g_assert_cmpuint (fixture_count_rules (f), ==, 0);
  fixture_start_bluez (f);
  fake_wait_until (prw_host_is_available (f->host));
  for (guint i = 0; i < n; i++)
    {
      device_path (i, path);
      prw_host_unwatch_device (f->host, path);
    }
  g_assert_cmpuint (fixture_count_rules (f), ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  g_test_add_func ("/bluez/devices/read", test_read);
  for (guint i = 0; i < G_N_ELEMENTS (odd_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/bluez/devices/odd/", odd_rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_odd);
    }
  g_test_add_func ("/bluez/devices/huge", test_huge);
  g_test_add_func ("/bluez/devices/read-errors", test_read_errors);
  g_test_add_func ("/bluez/devices/read-death", test_read_death);
  g_test_add_func ("/bluez/devices/list", test_list);
  g_test_add_func ("/bluez/devices/list-errors", test_list_errors);
  g_test_add_func ("/bluez/devices/traffic", test_traffic);
  g_test_add_func ("/bluez/devices/changes", test_changes);
  g_test_add_func ("/bluez/devices/first-reading", test_first_reading);
  g_test_add_func ("/bluez/devices/removed", test_removed);
  g_test_add_func ("/bluez/devices/watch-death", test_watch_death);
  g_test_add_func ("/bluez/devices/rules", test_rules);
  g_test_add_func ("/bluez/devices/many-watched", test_many_watched);
  return fixture_run ();
}
