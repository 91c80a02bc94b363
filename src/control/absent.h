/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * prw_absent_register:
 * @parent: an object path
 * @info: (transfer none): the interface that children of @parent have; static
 * @enumerate: (nullable): names the children there are; needed where @parent is no object itself, for its introspection
 *
 * Calls to a child of @parent that is not there are answered with NotFound instead of GDBus's UnknownMethod.
 *
 * Returns: for g_dbus_connection_unregister_subtree(); 0 with @error
 */
guint prw_absent_register (GDBusConnection *connection, const char *parent, GDBusInterfaceInfo *info, GDBusSubtreeEnumerateFunc enumerate,
                           gpointer user_data, GError **error);

G_END_DECLS
