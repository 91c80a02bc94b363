/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "prompt/surface.h"

G_BEGIN_DECLS

/**
 * PrwNotifier:
 *
 * A #PrwSurface: notifications with actions, for what is answered without reading or typing digits. It speaks
 * org.freedesktop.Notifications itself: every call has a time limit, nothing blocks, and only the server that took the
 * notification is listened to.
 *
 * Signal `settled` (): once, when it is known whether there is a server that can do actions
 */
#define PRW_TYPE_NOTIFIER (prw_notifier_get_type ())
G_DECLARE_FINAL_TYPE (PrwNotifier, prw_notifier, PRW, NOTIFIER, GObject)

/** prw_notifier_new: @bus: the session bus. The server is started if need be. */
PrwNotifier *prw_notifier_new (GDBusConnection *bus);

G_END_DECLS
