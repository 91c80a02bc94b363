/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/context.h"

G_BEGIN_DECLS

/**
 * PrwAgent1:
 *
 * An org.bluez.Agent1 object on a connection. It turns what bluetoothd asks into `agent-call` of the host and the answers
 * into replies; it decides nothing, and it listens to nobody but bluetoothd.
 */
typedef struct _PrwAgent1 PrwAgent1;
typedef void (*PrwAgent1Func) (PrwAgent1 *agent, gpointer data);

/**
 * prw_agent1_new:
 * @released: (nullable): bluetoothd said Release: it does not know this agent any more
 *
 * Returns: (transfer full) (nullable): the agent, exported at a path of its own
 */
PrwAgent1 *prw_agent1_new (PrwBluezContext *context, GDBusConnection *connection, PrwAgent1Func released, gpointer data,
                           GError **error);
/** prw_agent1_free: open questions are cancelled, the object is gone. */
void prw_agent1_free (PrwAgent1 *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwAgent1, prw_agent1_free)
/** prw_agent1_discard: frees it and closes its connection, unless that is the host's own. */
void prw_agent1_discard (PrwAgent1 *self);

const char *prw_agent1_get_path (PrwAgent1 *self);
GDBusConnection *prw_agent1_get_connection (PrwAgent1 *self);
gboolean prw_agent1_is_busy (PrwAgent1 *self);
/** prw_agent1_set_idle_func: @func is called once, when the last open question is answered. */
void prw_agent1_set_idle_func (PrwAgent1 *self, PrwAgent1Func func, gpointer data);
/** prw_agent1_cancel_calls: the open questions are moot: those who decide are told, bluetoothd gets Canceled. */
void prw_agent1_cancel_calls (PrwAgent1 *self);

G_END_DECLS
