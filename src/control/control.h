/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "control/gate.h"
#include "core/engine.h"

G_BEGIN_DECLS

/** PrwControlReloadFunc: reads the keyfiles again; FALSE with @error leaves everything as it was. */
typedef gboolean (*PrwControlReloadFunc) (gpointer user_data, GError **error);

/**
 * PrwControl:
 *
 * org.pairward on a message bus.
 */
#define PRW_TYPE_CONTROL (prw_control_get_type ())
G_DECLARE_FINAL_TYPE (PrwControl, prw_control, PRW, CONTROL, GObject)

PrwControl *prw_control_new (PrwEngine *engine, GDBusConnection *connection, PrwGate *gate, PrwControlReloadFunc reload, gpointer user_data);
/** prw_control_export: puts the objects on the bus; before the name is owned. */
gboolean prw_control_export (PrwControl *self, GError **error);

G_END_DECLS
