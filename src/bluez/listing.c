/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/listing.h"

#include <string.h>
#include <unistd.h>

#include "bluez/errors.h"
#include "bluez/reading.h"

#define HELLO_SERIAL 1
#define REPLY_SIGNATURE "a{oa{sa{sv}}}"
/* Longer than any path or interface name of bluetoothd. */
#define NAME_MAX_BYTES 1024
/* The properties of one device; ManufacturerData and ServiceData are all that could be long. */
#define DEVICE_MAX_BYTES (256 * 1024)
#define ERROR_MAX_BYTES (64 * 1024)

/* What the thread needs; nothing of it is shared with the main thread. */
typedef struct
{
  char *owner;
  guint timeout;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->owner);
  g_free (request);
}

/* --- to the bus --- */

static gboolean
append_message (GByteArray *out, GDBusMessage *message, guint32 serial, GError **error)
{
  g_autofree guchar *blob = NULL;
  gsize size;

  g_dbus_message_set_serial (message, serial);
  blob = g_dbus_message_to_blob (message, &size, G_DBUS_CAPABILITY_FLAGS_NONE, error);
  if (blob != NULL)
    g_byte_array_append (out, blob, (guint) size);
  return blob != NULL;
}

/* Hello and the question, sent in one go. */
static GByteArray *
make_messages (const Request *request, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GDBusMessage) hello = NULL;
  g_autoptr (GDBusMessage) list = NULL;

  hello = g_dbus_message_new_method_call ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello");
  list = g_dbus_message_new_method_call (request->owner, "/", PRW_BLUEZ_OBJECT_MANAGER, "GetManagedObjects");
  g_dbus_message_set_flags (list, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  if (!append_message (out, hello, HELLO_SERIAL, error) || !append_message (out, list, PRW_BLUEZ_LIST_SERIAL, error))
    return NULL;
  return g_steal_pointer (&out);
}

/* D-Bus specification, "Authentication Protocol": our uid in decimal, each digit in hexadecimal. */
static gboolean
authenticate (GIOStream *stream, PrwWire *wire, GError **error)
{
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  g_autoptr (GString) line = g_string_new ("AUTH EXTERNAL ");
  g_autofree char *uid = g_strdup_printf ("%u", (guint) geteuid ());
  char answer[256];

  for (const char *p = uid; *p != '\0'; p++)
    g_string_append_printf (line, "%02x", (guint) *p);
  g_string_append (line, "\r\n");
  if (!g_output_stream_write_all (output, "\0", 1, NULL, NULL, error) ||
      !g_output_stream_write_all (output, line->str, line->len, NULL, NULL, error) ||
      !prw_wire_read_line (wire, answer, sizeof answer, error))
    return FALSE;
  if (!g_str_has_prefix (answer, "OK "))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "The message bus does not accept this user");
      return FALSE;
    }
  return g_output_stream_write_all (output, "BEGIN\r\n", strlen ("BEGIN\r\n"), NULL, NULL, error);
}

/* --- from bluetoothd --- */

static void
add_if_ours (GPtrArray *devices, const char *path, GVariant *properties)
{
  gboolean paired = FALSE, bonded = FALSE, connected = FALSE;
  PrwDevice *device;

  g_variant_lookup (properties, "Paired", "b", &paired);
  g_variant_lookup (properties, "Bonded", "b", &bonded);
  g_variant_lookup (properties, "Connected", "b", &connected);
  if (!paired && !bonded && !connected)
    return;
  device = prw_bluez_read_device (path, properties, NULL);
  if (device != NULL)
    g_ptr_array_add (devices, device);
}

/* The a{sv} of a device. */
static gboolean
read_properties (PrwWire *wire, const char *path, GPtrArray *devices, GError **error)
{
  static const char *const wanted[] = { "Paired", "Bonded", "Connected", NULL };
  const gsize length = (gsize) prw_wire_left (wire);
  g_autofree guchar *bytes = g_malloc (MAX (length, 1));
  g_autoptr (GVariant) properties = NULL;

  if (!prw_wire_read (wire, bytes, length, error))
    return FALSE;
  if (!prw_wire_may_have_true (bytes, length, wanted))
    return TRUE;
  properties = prw_wire_decode_properties (bytes, length, error);
  if (properties == NULL)
    return FALSE;
  add_if_ours (devices, path, properties);
  return TRUE;
}

static gboolean
read_interface (PrwWire *wire, const char *path, GPtrArray *devices, GError **error)
{
  char interface[NAME_MAX_BYTES];
  guint64 outer;
  gboolean ok;

  if (!prw_wire_align (wire, 8, error) || !prw_wire_read_string (wire, interface, sizeof interface, error) ||
      !prw_wire_enter (wire, &outer, error))
    return FALSE;
  if (g_str_equal (interface, PRW_BLUEZ_DEVICE) && prw_wire_left (wire) <= DEVICE_MAX_BYTES)
    ok = read_properties (wire, path, devices, error);
  else
    ok = prw_wire_skip (wire, prw_wire_left (wire), error);
  prw_wire_leave (wire, outer);
  return ok;
}

static gboolean
read_object (PrwWire *wire, GPtrArray *devices, GError **error)
{
  char path[NAME_MAX_BYTES];
  guint64 outer;

  if (!prw_wire_align (wire, 8, error) || !prw_wire_read_string (wire, path, sizeof path, error) ||
      !prw_wire_enter (wire, &outer, error))
    return FALSE;
  while (prw_wire_left (wire) > 0)
    if (!read_interface (wire, path, devices, error))
      return FALSE;
  prw_wire_leave (wire, outer);
  return TRUE;
}

static GPtrArray *
read_objects (PrwWire *wire, GError **error)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_device_unref);
  guint64 outer;

  if (!prw_wire_enter (wire, &outer, error))
    return NULL;
  while (prw_wire_left (wire) > 0)
    if (!read_object (wire, devices, error))
      return NULL;
  prw_wire_leave (wire, outer);
  return g_steal_pointer (&devices);
}

static GPtrArray *
read_reply (PrwWire *wire, const PrwWireHeader *header, GError **error)
{
  if (g_strcmp0 (header->signature, REPLY_SIGNATURE) == 0)
    return read_objects (wire, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "bluetoothd answers GetManagedObjects with something else");
  return NULL;
}

static void
read_error (PrwWire *wire, const PrwWireHeader *header, GError **error)
{
  g_autoptr (GDBusMessage) message = NULL;

  if (header->body_length > ERROR_MAX_BYTES)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "An error of %u bytes came from the bus", header->body_length);
  else if ((message = prw_wire_decode_message (wire, header, error)) != NULL)
    g_dbus_message_to_gerror (message, error);
}

GPtrArray *
prw_bluez_list_read (PrwWire *wire, GError **error)
{
  for (;;)
    {
      g_auto (PrwWireHeader) header = { 0 };

      if (!prw_wire_read_header (wire, &header, error))
        return NULL;
      if (header.type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN && header.reply_serial == PRW_BLUEZ_LIST_SERIAL)
        return read_reply (wire, &header, error);
      if (header.type == G_DBUS_MESSAGE_TYPE_ERROR)
        {
          read_error (wire, &header, error);
          return NULL;
        }
      /* the reply to Hello, and what the bus says by itself */
      if (!prw_wire_skip (wire, header.body_length, error))
        return NULL;
    }
}

static GPtrArray *
list (GIOStream *stream, const Request *request, GCancellable *cancellable, GError **error)
{
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  g_autoptr (GByteArray) messages = make_messages (request, error);
  PrwWire wire;

  prw_wire_init (&wire, g_io_stream_get_input_stream (stream), request->timeout, cancellable);
  if (messages == NULL || !authenticate (stream, &wire, error) ||
      !g_output_stream_write_all (output, messages->data, messages->len, NULL, cancellable, error))
    return NULL;
  return prw_bluez_list_read (&wire, error);
}

static void
list_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, cancellable, &error);
  GPtrArray *devices = NULL;

  (void) source;
  if (address != NULL)
    stream = g_dbus_address_get_stream_sync (address, NULL, cancellable, &error);
  if (stream != NULL)
    {
      if (G_IS_SOCKET_CONNECTION (stream))
        g_socket_set_timeout (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), MAX (request->timeout / 1000, 1));
      devices = list (stream, request, cancellable, &error);
      g_io_stream_close (stream, NULL, NULL);
    }
  if (devices != NULL)
    g_task_return_pointer (task, devices, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, prw_bluez_error_translate (g_steal_pointer (&error)));
}

void
prw_bluez_list (PrwBluezContext *context, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (context->host, cancellable, callback, data);
  Request *request = g_new0 (Request, 1);

  g_task_set_source_tag (task, prw_bluez_list);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, request, request_free);
  if (context->owner == NULL)
    {
      g_task_return_error (task, prw_bluez_error_gone ());
      return;
    }
  request->owner = g_strdup (context->owner);
  request->timeout = context->times.list;
  g_task_run_in_thread (task, list_in_thread);
}

GPtrArray *
prw_bluez_list_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
