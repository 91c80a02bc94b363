/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bench-devices.h"

#include <string.h>

struct _BenchDevices
{
  GPtrArray *paths;       /* (element-type utf8) */
  GHashTable *properties; /* path, owned by paths → a{sv} */
  GVariant *managed;      /* a{oa{sa{sv}}} of the devices */
  GHashTable *adapter;    /* utf8 → GVariant */
};

#define PROPERTIES_XML "<interface name=\"org.freedesktop.DBus.Properties\"></interface>"

static GVariant *
manufacturer_data (guint index)
{
  const guint8 data[] = { 0x02, 0x15, index & 0xff, (index >> 8) & 0xff, 0x27, 0x01, 0x00, 0xc5 };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{qv}"));
  g_variant_builder_add (&builder, "{qv}", 0x0059,
                         g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, sizeof data, 1));
  return g_variant_builder_end (&builder);
}

/* The properties bluetoothd 5.66 shows of an LE peripheral it has seen advertising. */
static GVariant *
device_properties (guint index, gboolean connected)
{
  static const char *const uuids[] = { "00001800-0000-1000-8000-00805f9b34fb", "00001801-0000-1000-8000-00805f9b34fb",
                                       "0000180a-0000-1000-8000-00805f9b34fb", "00001812-0000-1000-8000-00805f9b34fb",
                                       NULL };
  g_autofree char *address = g_strdup_printf ("C0:00:00:%02X:%02X:%02X", (index >> 16) & 0xff, (index >> 8) & 0xff,
                                              index & 0xff);
  g_autofree char *name = g_strdup_printf ("Keyboard %u", index);
  const guint8 flags = 0x06;
  GVariantBuilder b;

  g_variant_builder_init (&b, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&b, "{sv}", "Address", g_variant_new_string (address));
  g_variant_builder_add (&b, "{sv}", "AddressType", g_variant_new_string ("random"));
  g_variant_builder_add (&b, "{sv}", "Name", g_variant_new_string (name));
  g_variant_builder_add (&b, "{sv}", "Alias", g_variant_new_string (name));
  g_variant_builder_add (&b, "{sv}", "Appearance", g_variant_new_uint16 (0x03c1));
  g_variant_builder_add (&b, "{sv}", "Icon", g_variant_new_string ("input-keyboard"));
  g_variant_builder_add (&b, "{sv}", "Paired", g_variant_new_boolean (FALSE));
  g_variant_builder_add (&b, "{sv}", "Bonded", g_variant_new_boolean (FALSE));
  g_variant_builder_add (&b, "{sv}", "Trusted", g_variant_new_boolean (FALSE));
  g_variant_builder_add (&b, "{sv}", "Blocked", g_variant_new_boolean (FALSE));
  g_variant_builder_add (&b, "{sv}", "LegacyPairing", g_variant_new_boolean (FALSE));
  if (!connected)
    g_variant_builder_add (&b, "{sv}", "RSSI", g_variant_new_int16 (-60));
  g_variant_builder_add (&b, "{sv}", "TxPower", g_variant_new_int16 (4));
  g_variant_builder_add (&b, "{sv}", "Connected", g_variant_new_boolean (connected));
  g_variant_builder_add (&b, "{sv}", "UUIDs", g_variant_new_strv (uuids, -1));
  g_variant_builder_add (&b, "{sv}", "Adapter", g_variant_new_object_path (BENCH_ADAPTER_PATH));
  g_variant_builder_add (&b, "{sv}", "ManufacturerData", manufacturer_data (index));
  g_variant_builder_add (&b, "{sv}", "AdvertisingFlags",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, &flags, 1, 1));
  g_variant_builder_add (&b, "{sv}", "ServicesResolved", g_variant_new_boolean (FALSE));
  return g_variant_ref_sink (g_variant_builder_end (&b));
}

static GHashTable *
adapter_properties (void)
{
  static const char *const uuids[] = { "00001800-0000-1000-8000-00805f9b34fb", "00001801-0000-1000-8000-00805f9b34fb",
                                       NULL };
  static const char *const roles[] = { "central", "peripheral", NULL };
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  const struct
  {
    const char *name;
    GVariant *value;
  } properties[] = {
    { "Address", g_variant_new_string ("00:AA:01:00:00:23") },
    { "AddressType", g_variant_new_string ("public") },
    { "Name", g_variant_new_string ("bench") },
    { "Alias", g_variant_new_string ("bench") },
    { "Class", g_variant_new_uint32 (0) },
    { "Powered", g_variant_new_boolean (TRUE) },
    { "Discoverable", g_variant_new_boolean (FALSE) },
    { "DiscoverableTimeout", g_variant_new_uint32 (180) },
    { "Pairable", g_variant_new_boolean (FALSE) },
    { "PairableTimeout", g_variant_new_uint32 (0) },
    { "Discovering", g_variant_new_boolean (FALSE) },
    { "UUIDs", g_variant_new_strv (uuids, -1) },
    { "Modalias", g_variant_new_string ("usb:v1D6Bp0246d0542") },
    { "Roles", g_variant_new_strv (roles, -1) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++)
    g_hash_table_insert (table, (char *) properties[i].name, g_variant_ref_sink (properties[i].value));
  return table;
}

/* {oa{sa{sv}}}: an object whose interesting interface is @interface. */
static GVariant *
managed_object (const char *path, const char *interface, GVariant *properties)
{
  GVariantBuilder b;

  g_variant_builder_init (&b, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&b, "{sa{sv}}", "org.freedesktop.DBus.Introspectable", NULL);
  if (interface != NULL)
    g_variant_builder_add (&b, "{s@a{sv}}", interface, properties);
  g_variant_builder_add (&b, "{sa{sv}}", "org.freedesktop.DBus.Properties", NULL);
  return g_variant_new ("{o@a{sa{sv}}}", path, g_variant_builder_end (&b));
}

BenchDevices *
bench_devices_new (guint count, guint connected)
{
  BenchDevices *self = g_new0 (BenchDevices, 1);
  GVariantBuilder managed;

  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->properties = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  self->adapter = adapter_properties ();
  g_variant_builder_init (&managed, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  for (guint i = 0; i < count; i++)
    {
      char *path = g_strdup_printf (BENCH_ADAPTER_PATH "/dev_C0_00_00_%02X_%02X_%02X", (i >> 16) & 0xff, (i >> 8) & 0xff,
                                    i & 0xff);
      GVariant *properties = device_properties (i, i < connected);

      g_ptr_array_add (self->paths, path);
      g_hash_table_insert (self->properties, path, properties);
      g_variant_builder_add_value (&managed, managed_object (path, "org.bluez.Device1", properties));
    }
  self->managed = g_variant_ref_sink (g_variant_builder_end (&managed));
  return self;
}

void
bench_devices_free (BenchDevices *self)
{
  g_hash_table_unref (self->properties);
  g_ptr_array_unref (self->paths);
  g_hash_table_unref (self->adapter);
  g_variant_unref (self->managed);
  g_free (self);
}

guint
bench_devices_count (const BenchDevices *self)
{
  return self->paths->len;
}

const char *
bench_devices_path (const BenchDevices *self, guint index)
{
  return g_ptr_array_index (self->paths, index);
}

GVariant *
bench_devices_lookup (const BenchDevices *self, const char *path)
{
  return g_hash_table_lookup (self->properties, path);
}

GVariant *
bench_devices_adapter (const BenchDevices *self)
{
  GVariantBuilder b;
  GHashTableIter iter;
  gpointer name, value;

  g_variant_builder_init (&b, G_VARIANT_TYPE_VARDICT);
  g_hash_table_iter_init (&iter, self->adapter);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_builder_add (&b, "{sv}", name, value);
  return g_variant_ref_sink (g_variant_builder_end (&b));
}

gboolean
bench_devices_set_adapter (BenchDevices *self, const char *property, GVariant *value)
{
  gpointer name, old;

  if (!g_hash_table_lookup_extended (self->adapter, property, &name, &old) || g_variant_equal (old, value))
    return FALSE;
  g_hash_table_insert (self->adapter, name, g_variant_ref_sink (value));
  return TRUE;
}

GVariant *
bench_devices_managed (const BenchDevices *self)
{
  g_autoptr (GVariant) adapter = bench_devices_adapter (self);
  GVariantBuilder b;
  GVariantIter iter;
  GVariant *child;

  g_variant_builder_init (&b, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  g_variant_builder_add_value (&b, managed_object ("/org/bluez", "org.bluez.AgentManager1",
                                                   g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)));
  g_variant_builder_add_value (&b, managed_object (BENCH_ADAPTER_PATH, "org.bluez.Adapter1", adapter));
  g_variant_iter_init (&iter, self->managed);
  while ((child = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (&b, child);
      g_variant_unref (child);
    }
  return g_variant_new ("(a{oa{sa{sv}}})", &b);
}

static void
append_node (GString *xml, const char *path)
{
  g_string_append_printf (xml, "<node name=\"%s\"/>", strrchr (path, '/') + 1);
}

/* Quotes and tags as bluetoothd writes them: bt-agent looks for <interface name="org.freedesktop.DBus.ObjectManager">. */
GVariant *
bench_devices_introspect (const BenchDevices *self, const char *path)
{
  g_autoptr (GString) xml = g_string_new ("<node>" PROPERTIES_XML);

  if (g_str_equal (path, "/"))
    g_string_append (xml, "<interface name=\"org.freedesktop.DBus.ObjectManager\"></interface><node name=\"org\"/>");
  else if (g_str_equal (path, "/org"))
    append_node (xml, "/org/bluez");
  else if (g_str_equal (path, "/org/bluez"))
    {
      g_string_append (xml, "<interface name=\"org.bluez.AgentManager1\"></interface>");
      append_node (xml, BENCH_ADAPTER_PATH);
    }
  else if (g_str_equal (path, BENCH_ADAPTER_PATH))
    {
      g_string_append (xml, "<interface name=\"org.bluez.Adapter1\"></interface>");
      for (guint i = 0; i < self->paths->len; i++)
        append_node (xml, g_ptr_array_index (self->paths, i));
    }
  else if (bench_devices_lookup (self, path) != NULL)
    g_string_append (xml, "<interface name=\"org.bluez.Device1\"></interface>");
  g_string_append (xml, "</node>");
  return g_variant_new ("(s)", xml->str);
}
