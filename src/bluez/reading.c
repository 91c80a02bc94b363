/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/reading.h"

#include <string.h>

#include "policy/address.h"
#include "policy/text.h"

/* A device may announce as many services as it likes; nobody asks a rule about more than these. */
#define UUIDS_MAX 256

#define ROOT "/org/bluez/"

static void
take_string (char **field, char *value)
{
  g_free (*field);
  *field = value;
}

static void
take_boolean (gboolean *field, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    *field = g_variant_get_boolean (value);
}

static void
take_address (char **field, GVariant *value)
{
  char address[PRW_ADDRESS_LEN + 1];

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && prw_address_normalize (g_variant_get_string (value, NULL), address))
    take_string (field, g_strdup (address));
}

static PrwAddressType
address_type (GVariant *value)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return PRW_ADDRESS_TYPE_UNKNOWN;
  if (g_str_equal (g_variant_get_string (value, NULL), "public"))
    return PRW_ADDRESS_TYPE_PUBLIC;
  if (g_str_equal (g_variant_get_string (value, NULL), "random"))
    return PRW_ADDRESS_TYPE_RANDOM;
  return PRW_ADDRESS_TYPE_UNKNOWN;
}

static char **
read_uuids (GVariant *value)
{
  const gsize n = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY) ? MIN (g_variant_n_children (value), UUIDS_MAX) : 0;
  char **uuids = g_new0 (char *, n + 1);
  gsize kept = 0;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) uuid = g_variant_get_child_value (value, i);

      if (g_uuid_string_is_valid (g_variant_get_string (uuid, NULL)))
        uuids[kept++] = g_ascii_strdown (g_variant_get_string (uuid, NULL), -1);
    }
  return uuids;
}

/* BlueZ makes the alias of a nameless device from its address, "AA-BB-CC-DD-EE-FF": that is no name. */
static char *
read_alias (const char *alias)
{
  char address[PRW_ADDRESS_LEN + 1];

  return prw_address_normalize (alias, address) ? g_strdup ("") : prw_text_sanitize (alias);
}

typedef enum
{
  KEY_ADDRESS,
  KEY_ADDRESS_TYPE,
  KEY_ALIAS,
  KEY_BONDED,
  KEY_CLASS,
  KEY_CONNECTED,
  KEY_ICON,
  KEY_NAME,
  KEY_PAIRED,
  KEY_TRUSTED,
  KEY_UUIDS,
  KEY_OTHER,
} DeviceKey;

static const char *const device_keys[] = {
  "Address", "AddressType", "Alias", "Bonded", "Class", "Connected", "Icon", "Name", "Paired", "Trusted", "UUIDs",
};
G_STATIC_ASSERT (G_N_ELEMENTS (device_keys) == KEY_OTHER);

static DeviceKey
device_key (const char *name)
{
  for (guint i = 0; i < KEY_OTHER; i++)
    if (g_str_equal (name, device_keys[i]))
      return (DeviceKey) i;
  return KEY_OTHER;
}

static void
take_device_property (PrwDevice *device, DeviceKey key, GVariant *value, gboolean *named, GVariant **alias)
{
  const gboolean is_string = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING);

  switch (key)
    {
    case KEY_ADDRESS:
      take_address (&device->address, value);
      break;
    case KEY_ADDRESS_TYPE:
      device->address_type = address_type (value);
      break;
    case KEY_ALIAS:
      if (is_string && *alias == NULL)
        *alias = g_variant_ref (value);
      break;
    case KEY_BONDED:
      take_boolean (&device->bonded, value);
      break;
    case KEY_CLASS:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
        device->device_class = g_variant_get_uint32 (value);
      break;
    case KEY_CONNECTED:
      take_boolean (&device->connected, value);
      break;
    case KEY_ICON:
      if (is_string)
        take_string (&device->icon, prw_text_sanitize (g_variant_get_string (value, NULL)));
      break;
    case KEY_NAME:
      if (is_string)
        {
          take_string (&device->name, prw_text_sanitize (g_variant_get_string (value, NULL)));
          *named = *device->name != '\0';
        }
      break;
    case KEY_PAIRED:
      take_boolean (&device->paired, value);
      break;
    case KEY_TRUSTED:
      take_boolean (&device->trusted, value);
      break;
    case KEY_UUIDS:
      g_strfreev (device->uuids);
      device->uuids = read_uuids (value);
      break;
    case KEY_OTHER:
      break;
    }
}

/*
 * In the path of every decision: by hand, because the varargs of g_variant_get() and its like cost five times as much here.
 */
static void
take_device_properties (PrwDevice *device, GVariant *properties, gboolean *named)
{
  const gsize n = g_variant_n_children (properties);
  g_autoptr (GVariant) alias = NULL;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (properties, i);
      g_autoptr (GVariant) name = g_variant_get_child_value (entry, 0);
      DeviceKey key = device_key (g_variant_get_string (name, NULL));

      if (key != KEY_OTHER)
        {
          g_autoptr (GVariant) boxed = g_variant_get_child_value (entry, 1);
          g_autoptr (GVariant) value = g_variant_get_variant (boxed);

          take_device_property (device, key, value, named, &alias);
        }
    }
  if (alias != NULL && !*named)
    take_string (&device->name, read_alias (g_variant_get_string (alias, NULL)));
}

static PrwDevice *
blank_device (const char *path)
{
  PrwDevice *device = prw_device_new ();

  take_string (&device->path, g_strdup (path));
  take_string (&device->name, g_strdup (""));
  take_string (&device->icon, g_strdup (""));
  return device;
}

PrwDevice *
prw_bluez_read_device (const char *path, GVariant *properties, gboolean *named)
{
  g_autoptr (PrwDevice) device = NULL;
  gboolean is_named = FALSE;
  char address[PRW_ADDRESS_LEN + 1];

  if (!prw_address_from_path (path, address))
    return NULL;
  device = blank_device (path);
  take_string (&device->adapter, prw_adapter_from_path (path));
  /* Address may differ from the path: the path keeps the first random address of a private device. */
  take_string (&device->address, g_strdup (address));
  if (device->adapter == NULL)
    return NULL;
  take_device_properties (device, properties, &is_named);
  if (device->uuids == NULL)
    device->uuids = g_new0 (char *, 1);
  if (named != NULL)
    *named = is_named;
  return g_steal_pointer (&device);
}

static PrwDevice *
copy_device (const PrwDevice *from)
{
  PrwDevice *device = blank_device (from->path);

  take_string (&device->adapter, g_strdup (from->adapter));
  take_string (&device->address, g_strdup (from->address));
  take_string (&device->name, g_strdup (from->name));
  take_string (&device->icon, g_strdup (from->icon));
  device->address_type = from->address_type;
  device->device_class = from->device_class;
  g_strfreev (device->uuids);
  device->uuids = g_strdupv (from->uuids);
  device->paired = from->paired;
  device->bonded = from->bonded;
  device->connected = from->connected;
  device->trusted = from->trusted;
  return device;
}

static gboolean
device_equal (const PrwDevice *a, const PrwDevice *b)
{
  return g_str_equal (a->path, b->path) && g_str_equal (a->address, b->address) && a->address_type == b->address_type &&
         g_str_equal (a->name, b->name) && g_str_equal (a->icon, b->icon) && a->device_class == b->device_class &&
         a->paired == b->paired && a->bonded == b->bonded && a->connected == b->connected && a->trusted == b->trusted &&
         g_strv_equal ((const char *const *) a->uuids, (const char *const *) b->uuids);
}

gboolean
prw_bluez_keeps_any_changed (GVariant *changed)
{
  const gsize n = g_variant_n_children (changed);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (changed, i);
      g_autoptr (GVariant) name = g_variant_get_child_value (entry, 0);

      if (device_key (g_variant_get_string (name, NULL)) != KEY_OTHER)
        return TRUE;
    }
  return FALSE;
}

gboolean
prw_bluez_keeps_any_invalidated (GVariant *invalidated)
{
  const gsize n = g_variant_n_children (invalidated);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) name = g_variant_get_child_value (invalidated, i);

      if (device_key (g_variant_get_string (name, NULL)) != KEY_OTHER)
        return TRUE;
    }
  return FALSE;
}

PrwDevice *
prw_bluez_apply_device (const PrwDevice *last, GVariant *changed, gboolean *named)
{
  g_autoptr (PrwDevice) device = copy_device (last);

  take_device_properties (device, changed, named);
  return device_equal (last, device) ? NULL : g_steal_pointer (&device);
}

const char *
prw_bluez_adapter_name (const char *path)
{
  const char *name = g_str_has_prefix (path, ROOT) ? path + strlen (ROOT) : "";

  return prw_adapter_parse_name (name, NULL) ? name : NULL;
}

static void
take_adapter_properties (PrwAdapter *adapter, GVariant *properties)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      if (g_str_equal (name, "Address"))
        take_address (&adapter->address, value);
      else if (g_str_equal (name, "AddressType") && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        take_string (&adapter->address_type, g_strdup (prw_address_type_to_string (address_type (value))));
      else if (g_str_equal (name, "Manufacturer") && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT16))
        adapter->manufacturer = g_variant_get_uint16 (value);
      else if (g_str_equal (name, "Powered"))
        take_boolean (&adapter->powered, value);
      else if (g_str_equal (name, "Pairable"))
        take_boolean (&adapter->pairable, value);
      else if (g_str_equal (name, "Discoverable"))
        take_boolean (&adapter->discoverable, value);
      else if (g_str_equal (name, "Discovering"))
        take_boolean (&adapter->discovering, value);
    }
}

PrwAdapter *
prw_bluez_read_adapter (const char *path, GVariant *properties)
{
  const char *name = prw_bluez_adapter_name (path);
  PrwAdapter *adapter;

  if (name == NULL)
    return NULL;
  adapter = prw_adapter_new ();
  take_string (&adapter->path, g_strdup (path));
  take_string (&adapter->name, g_strdup (name));
  take_string (&adapter->address, g_strdup (""));
  take_string (&adapter->address_type, g_strdup (""));
  take_adapter_properties (adapter, properties);
  return adapter;
}

static gboolean
adapter_equal (const PrwAdapter *a, const PrwAdapter *b)
{
  return g_str_equal (a->address, b->address) && g_str_equal (a->address_type, b->address_type) &&
         a->manufacturer == b->manufacturer && a->powered == b->powered && a->pairable == b->pairable &&
         a->discoverable == b->discoverable && a->discovering == b->discovering;
}

PrwAdapter *
prw_bluez_apply_adapter (const PrwAdapter *last, GVariant *changed)
{
  g_autoptr (PrwAdapter) adapter = prw_adapter_new ();

  take_string (&adapter->path, g_strdup (last->path));
  take_string (&adapter->name, g_strdup (last->name));
  take_string (&adapter->address, g_strdup (last->address));
  take_string (&adapter->address_type, g_strdup (last->address_type));
  adapter->manufacturer = last->manufacturer;
  adapter->powered = last->powered;
  adapter->pairable = last->pairable;
  adapter->discoverable = last->discoverable;
  adapter->discovering = last->discovering;
  take_adapter_properties (adapter, changed);
  return adapter_equal (last, adapter) ? NULL : g_steal_pointer (&adapter);
}
