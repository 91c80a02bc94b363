/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/agent-manager.h"

G_BEGIN_DECLS

/** PrwBluezPairings: the Pair() calls of ours that are under way. */
typedef struct _PrwBluezPairings PrwBluezPairings;

PrwBluezPairings *prw_bluez_pairings_new (PrwBluezContext *context, PrwAgentManager *manager);
void prw_bluez_pairings_free (PrwBluezPairings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwBluezPairings, prw_bluez_pairings_free)

/** prw_bluez_pairings_pair: a GTask of the host with a boolean. */
void prw_bluez_pairings_pair (PrwBluezPairings *self, const char *path, PrwIoCapability capability, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);

/** prw_bluez_pairings_drop: what the agents of the pairings were asked is moot: bluetoothd is gone, or we go. */
void prw_bluez_pairings_drop (PrwBluezPairings *self);

G_END_DECLS
