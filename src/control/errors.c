/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/errors.h"

#include <stdarg.h>

#define PREFIX "org.pairward.Error."

static const char *const names[] = {
  [PRW_ERROR_FAILED] = PREFIX "Failed",
  [PRW_ERROR_INVALID_ARGUMENTS] = PREFIX "InvalidArguments",
  [PRW_ERROR_INVALID_OPERATION] = PREFIX "InvalidOperation",
  [PRW_ERROR_NOT_FOUND] = PREFIX "NotFound",
  [PRW_ERROR_NOT_AUTHORIZED] = PREFIX "NotAuthorized",
  [PRW_ERROR_NOT_SUPPORTED] = PREFIX "NotSupported",
  [PRW_ERROR_ALREADY_ANSWERED] = PREFIX "AlreadyAnswered",
  [PRW_ERROR_NOT_READY] = PREFIX "NotReady",
  [PRW_ERROR_TIMEOUT] = PREFIX "Timeout",
  [PRW_ERROR_REJECTED] = PREFIX "Rejected",
  [PRW_ERROR_CANCELED] = PREFIX "Canceled",
  [PRW_ERROR_CONNECTION_FAILED] = PREFIX "ConnectionFailed",
  [PRW_ERROR_AUTHENTICATION_FAILED] = PREFIX "AuthenticationFailed",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == PRW_N_ERRORS);

static const char *
error_name (const GError *error)
{
  if (error->domain == PRW_ERROR && error->code >= 0 && error->code < PRW_N_ERRORS)
    return names[error->code];
  return names[PRW_ERROR_FAILED];
}

void
prw_errors_return (GDBusMethodInvocation *invocation, const GError *error)
{
  /* It may quote a file, which is any bytes. */
  g_autofree char *text = g_utf8_make_valid (error->message, -1);

  g_dbus_method_invocation_return_dbus_error (invocation, error_name (error), text);
}

void
prw_errors_return_outcome (GDBusMethodInvocation *invocation, const GError *error)
{
  if (error != NULL)
    prw_errors_return (invocation, error);
  else
    g_dbus_method_invocation_return_value (invocation, NULL);
}

void
prw_errors_return_new (GDBusMethodInvocation *invocation, PrwError code, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (PRW_ERROR, (int) code, format, args);
  va_end (args);
  prw_errors_return (invocation, error);
}
