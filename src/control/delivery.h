/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "control/authority.h"
#include "core/engine.h"

G_BEGIN_DECLS

/**
 * PrwDeliveries:
 *
 * Questions on their way to the handlers. Each handler gets one when it may, and is a handler still, and the question is open
 * still; and it gets them in the order in which they were asked, whatever order the authority answers in. So a question comes
 * before its Closed, or never.
 */
typedef struct _PrwDeliveries PrwDeliveries;

PrwDeliveries *prw_deliveries_new (PrwEngine *engine, GDBusConnection *connection, PrwAuthority *authority);
/** prw_deliveries_free: what is under way stays so, as long as somebody waits for it. */
void prw_deliveries_free (PrwDeliveries *self);

/**
 * prw_deliveries_send:
 * @signal: of org.pairward.SecurityManager1
 * @parameters: its arguments; floating is taken
 *
 * bluetoothd's question is open by now, and its deadline runs: nobody but the handlers waits for the authority. When none of them
 * may hear it, it is as good as if there were none.
 */
void prw_deliveries_send (PrwDeliveries *self, PrwRequest *request, const char *signal, GVariant *parameters);

G_END_DECLS
