/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/security-manager.h"
#include "core/services.h"

G_BEGIN_DECLS

/**
 * PrwArbiter:
 *
 * Answers bluetoothd's questions: gathers the facts, has policy decide, and where policy says `ask`, puts the question.
 */
typedef struct _PrwArbiter PrwArbiter;

/** PrwPeerFunc: Returns: (transfer none): the security manager of an org.bluez device path, made when there is none */
typedef PrwSecurityManager *(*PrwPeerFunc) (const char *device_path, gpointer user_data);

PrwArbiter *prw_arbiter_new (PrwServices *services, PrwPeerFunc peer_func, gpointer user_data);
void prw_arbiter_free (PrwArbiter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwArbiter, prw_arbiter_free)

/** prw_arbiter_judge: @call is answered, now or later, exactly once. */
void prw_arbiter_judge (PrwArbiter *self, PrwAgentCall *call);
/** prw_arbiter_shutdown: calls that are still being looked at are rejected. */
void prw_arbiter_shutdown (PrwArbiter *self);

G_END_DECLS
