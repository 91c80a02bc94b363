/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/host.h"

G_BEGIN_DECLS

/**
 * prw_bluez_error_translate:
 * @error: (transfer full): what a D-Bus call to bluetoothd ended with
 *
 * Returns: (transfer full): the same in the PRW_HOST_ERROR domain, with the message of the original
 */
GError *prw_bluez_error_translate (GError *error);

/** prw_bluez_error_is: whether bluetoothd itself answered with the D-Bus error @name. */
gboolean prw_bluez_error_is (const GError *error, const char *name);

/** prw_bluez_error_gone: Returns: (transfer full): the error of calls that find no bluetoothd */
GError *prw_bluez_error_gone (void);

G_END_DECLS
