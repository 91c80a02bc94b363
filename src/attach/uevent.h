/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PrwUevent:
 * @action: "add", "remove", …
 * @subsystem: "tty", "bluetooth", …
 * @devname: (nullable): the device node, without /dev; controllers have none
 * @devpath: the folder, without /sys
 *
 * What is wanted of a message of the kernel about a device. The texts are within the message that was parsed.
 */
typedef struct
{
  const char *action, *subsystem, *devname, *devpath;
} PrwUevent;

/**
 * prw_uevent_parse:
 * @data: (array length=length): a message of NETLINK_KOBJECT_UEVENT: `action@devpath\0KEY=value\0…` (lib/kobject_uevent.c)
 * @uevent: (out): what it says; points into @data
 *
 * Returns: FALSE for what the kernel does not send: no such header, something cut off, a header that says other than the keys
 */
gboolean prw_uevent_parse (const char *data, gsize length, PrwUevent *uevent);

/** prw_uevent_get_name: Returns: (transfer none): "ttyACM0", or the name of a device without a node: "hci0"; "" */
const char *prw_uevent_get_name (const PrwUevent *uevent);
/** prw_uevent_is_wanted: whether a serial port or a controller came or went. */
gboolean prw_uevent_is_wanted (const PrwUevent *uevent);

G_END_DECLS
