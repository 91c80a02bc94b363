/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/errors.h"

#include <glib/gi18n.h>

/* BlueZ's src/error.c, doc/device-api.txt and doc/adapter-api.txt; the bus's own from the D-Bus specification. */
static const struct
{
  const char *name;
  PrwHostError code;
} names[] = {
  { "org.bluez.Error.Failed", PRW_HOST_ERROR_FAILED },
  { "org.bluez.Error.InvalidArguments", PRW_HOST_ERROR_FAILED },
  { "org.bluez.Error.NotSupported", PRW_HOST_ERROR_NOT_AVAILABLE },
  { "org.bluez.Error.NotAvailable", PRW_HOST_ERROR_NOT_AVAILABLE },
  { "org.bluez.Error.NotReady", PRW_HOST_ERROR_NOT_READY },
  { "org.bluez.Error.NotConnected", PRW_HOST_ERROR_NOT_READY },
  { "org.bluez.Error.DoesNotExist", PRW_HOST_ERROR_NOT_FOUND },
  { "org.bluez.Error.InProgress", PRW_HOST_ERROR_IN_PROGRESS },
  { "org.bluez.Error.AlreadyExists", PRW_HOST_ERROR_ALREADY_EXISTS },
  { "org.bluez.Error.ConnectionAttemptFailed", PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED },
  { "org.bluez.Error.AuthenticationFailed", PRW_HOST_ERROR_AUTHENTICATION_FAILED },
  { "org.bluez.Error.AuthenticationTimeout", PRW_HOST_ERROR_AUTHENTICATION_TIMEOUT },
  { "org.bluez.Error.AuthenticationRejected", PRW_HOST_ERROR_AUTHENTICATION_REJECTED },
  { "org.bluez.Error.AuthenticationCanceled", PRW_HOST_ERROR_AUTHENTICATION_CANCELED },
  /* No such object, or it has lost the interface: bluetoothd exports Device1 and Adapter1 for as long as the thing exists. */
  { "org.freedesktop.DBus.Error.UnknownObject", PRW_HOST_ERROR_NOT_FOUND },
  { "org.freedesktop.DBus.Error.UnknownInterface", PRW_HOST_ERROR_NOT_FOUND },
  { "org.freedesktop.DBus.Error.UnknownMethod", PRW_HOST_ERROR_NOT_FOUND },
  { "org.freedesktop.DBus.Error.InvalidArgs", PRW_HOST_ERROR_NOT_FOUND },
  /* The bus answers NoReply for a callee that left before it answered. */
  { "org.freedesktop.DBus.Error.NoReply", PRW_HOST_ERROR_NOT_READY },
  { "org.freedesktop.DBus.Error.ServiceUnknown", PRW_HOST_ERROR_NOT_READY },
  { "org.freedesktop.DBus.Error.NameHasNoOwner", PRW_HOST_ERROR_NOT_READY },
  { "org.freedesktop.DBus.Error.Disconnected", PRW_HOST_ERROR_NOT_READY },
};

static PrwHostError
local_code (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return PRW_HOST_ERROR_CANCELLED;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return PRW_HOST_ERROR_TIMEOUT;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return PRW_HOST_ERROR_NOT_READY;
  return PRW_HOST_ERROR_FAILED;
}

GError *
prw_bluez_error_translate (GError *error)
{
  g_autofree char *name = NULL;
  PrwHostError code;

  if (error->domain == PRW_HOST_ERROR)
    return error;
  name = g_dbus_error_get_remote_error (error);
  code = name == NULL ? local_code (error) : PRW_HOST_ERROR_FAILED;
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i].name))
      code = names[i].code;
  g_dbus_error_strip_remote_error (error);
  error->domain = PRW_HOST_ERROR;
  error->code = code;
  return error;
}

gboolean
prw_bluez_error_is (const GError *error, const char *name)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (remote, name) == 0;
}

GError *
prw_bluez_error_gone (void)
{
  return g_error_new_literal (PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_READY, _("bluetoothd is not running"));
}
