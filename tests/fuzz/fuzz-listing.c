/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our own reader of what the bus sends after GetManagedObjects. The input is that stream, after the authentication. Where
 * GLib's reader can make something of it, ours must find the same devices.
 */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "bluez/listing.h"
#include "bluez/reading.h"

/* Ours refuses longer names of objects and interfaces. */
#define NAME_MAX_BYTES 1024

typedef enum
{
  EXPECT_NOTHING_SURE,
  EXPECT_ERROR,
  EXPECT_DEVICES,
} Expectation;

static gboolean
is_ours (GVariant *properties)
{
  static const char *const names[] = { "Paired", "Bonded", "Connected" };
  gboolean any = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gboolean value = FALSE;

      any = (g_variant_lookup (properties, names[i], "b", &value) && value) || any;
    }
  return any;
}

/* Returns: FALSE when a name is longer than ours takes */
static gboolean
expect_object (const char *path, GVariantIter *interfaces, GPtrArray *expected)
{
  const char *interface;
  GVariant *properties;
  gboolean fine = strlen (path) < NAME_MAX_BYTES;

  while (g_variant_iter_loop (interfaces, "{&s@a{sv}}", &interface, &properties))
    {
      PrwDevice *device = NULL;

      fine = fine && strlen (interface) < NAME_MAX_BYTES;
      if (g_str_equal (interface, PRW_BLUEZ_DEVICE) && is_ours (properties))
        device = prw_bluez_read_device (path, properties, NULL);
      if (device != NULL)
        g_ptr_array_add (expected, device);
    }
  return fine;
}

static Expectation
expect_reply (GVariant *body, GPtrArray *expected)
{
  g_autoptr (GVariantIter) objects = NULL;
  GVariantIter *interfaces;
  const char *path;
  gboolean fine = TRUE;

  if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(a{oa{sa{sv}}})")))
    return EXPECT_ERROR;
  g_variant_get (body, "(a{oa{sa{sv}}})", &objects);
  while (g_variant_iter_loop (objects, "{&oa{sa{sv}}}", &path, &interfaces))
    fine = expect_object (path, interfaces, expected) && fine;
  return fine ? EXPECT_DEVICES : EXPECT_NOTHING_SURE;
}

/*
 * What GLib's reader makes of it, message by message, and the same messages in @stream as GLib writes them: it reads much that
 * is not by the book, which ours need not.
 */
static Expectation
expect (const guint8 *data, gsize size, GByteArray *stream, GPtrArray *expected)
{
  while (size >= 16)
    {
      gssize needed = g_dbus_message_bytes_needed ((guchar *) data, size, NULL);
      g_autoptr (GDBusMessage) message = NULL;
      g_autofree guchar *blob = NULL;
      gsize length;

      if (needed <= 0 || (gsize) needed > size)
        return EXPECT_NOTHING_SURE;
      message = g_dbus_message_new_from_blob ((guchar *) data, (gsize) needed, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
      if (message == NULL)
        return EXPECT_NOTHING_SURE;
      g_dbus_message_set_byte_order (message, G_BYTE_ORDER == G_LITTLE_ENDIAN ? G_DBUS_MESSAGE_BYTE_ORDER_LITTLE_ENDIAN
                                                                              : G_DBUS_MESSAGE_BYTE_ORDER_BIG_ENDIAN);
      blob = g_dbus_message_to_blob (message, &length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
      if (blob == NULL)
        return EXPECT_NOTHING_SURE;
      g_byte_array_append (stream, blob, (guint) length);
      if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_ERROR)
        return EXPECT_ERROR;
      if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN &&
          g_dbus_message_get_reply_serial (message) == PRW_BLUEZ_LIST_SERIAL)
        return expect_reply (g_dbus_message_get_body (message), expected);
      data += needed;
      size -= (gsize) needed;
    }
  return EXPECT_ERROR;
}

static GPtrArray *
read_stream (const guint8 *data, gsize size)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_autoptr (GError) error = NULL;
  GPtrArray *devices;
  PrwWire wire;

  prw_wire_init (&wire, stream, 60000, NULL);
  devices = prw_bluez_list_read (&wire, &error);
  g_assert_true ((devices == NULL) == (error != NULL));
  return devices;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_device_unref);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  G_GNUC_UNUSED g_autoptr (GPtrArray) as_it_is = read_stream (data, size);
  g_autoptr (GPtrArray) devices = NULL;
  Expectation expectation = expect (data, size, stream, expected);

  if (expectation == EXPECT_NOTHING_SURE)
    return 0;
  devices = read_stream (stream->data, stream->len);
  g_assert_true ((devices != NULL) == (expectation == EXPECT_DEVICES));
  if (devices == NULL)
    return 0;
  g_assert_cmpuint (devices->len, ==, expected->len);
  for (guint i = 0; i < devices->len; i++)
    {
      const PrwDevice *ours = devices->pdata[i], *theirs = expected->pdata[i];

      g_assert_cmpstr (ours->path, ==, theirs->path);
      g_assert_cmpstr (ours->name, ==, theirs->name);
      g_assert_true (ours->paired == theirs->paired && ours->bonded == theirs->bonded && ours->connected == theirs->connected);
    }
  return 0;
}
