/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PRW_BLUEZ_MAIN_CONF: where bluetoothd has its main.conf. */
#define PRW_BLUEZ_MAIN_CONF "/etc/bluetooth/main.conf"

/**
 * prw_bluez_repairs_unasked:
 * @path: bluetoothd's main.conf
 *
 * Whether it says `JustWorksRepairing=always`: a device that is paired may then replace its key by Just Works, and no
 * agent is asked (BlueZ 5.66, src/main.conf and device_confirm_passkey() in src/device.c).
 *
 * Returns: FALSE also where there is no such file: the default is `never`
 */
gboolean prw_bluez_repairs_unasked (const char *path);

G_END_DECLS
