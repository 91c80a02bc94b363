/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/host.h"

G_BEGIN_DECLS

/*
 * From bluetoothd's properties (a{sv}) to readings. A property of an unexpected type counts as absent; text is made safe.
 */

/**
 * prw_bluez_read_device:
 * @named: (out) (optional): whether the name is Name, not Alias
 *
 * Returns: (transfer full) (nullable): NULL when there is no valid address
 */
PrwDevice *prw_bluez_read_device (const char *path, GVariant *properties, gboolean *named);

/**
 * prw_bluez_apply_device:
 * @named: (inout): as prw_bluez_read_device() left it
 *
 * Returns: (transfer full) (nullable): @last with the changes, or NULL when nothing we keep changed
 */
PrwDevice *prw_bluez_apply_device (const PrwDevice *last, GVariant *changed, gboolean *named);

/** prw_bluez_keeps_any_changed: whether a change (a{sv}) concerns a property that readings keep. */
gboolean prw_bluez_keeps_any_changed (GVariant *changed);
/** prw_bluez_keeps_any_invalidated: the same of the names (as) of a PropertiesChanged. */
gboolean prw_bluez_keeps_any_invalidated (GVariant *invalidated);

/** prw_bluez_read_adapter: Returns: (transfer full) (nullable): NULL when @path is not an adapter's */
PrwAdapter *prw_bluez_read_adapter (const char *path, GVariant *properties);
/** prw_bluez_apply_adapter: Returns: (transfer full) (nullable): NULL when nothing we keep changed */
PrwAdapter *prw_bluez_apply_adapter (const PrwAdapter *last, GVariant *changed);

/** prw_bluez_adapter_name: Returns: (nullable): the "hciN" within @path when it is exactly /org/bluez/hciN */
const char *prw_bluez_adapter_name (const char *path);

G_END_DECLS
