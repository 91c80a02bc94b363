/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine.h"

G_BEGIN_DECLS

/** PRW_CLIENT_MAX_HOLDS: peers one caller may hold by GetPeer. */
#define PRW_CLIENT_MAX_HOLDS 64
/**
 * PRW_CLIENTS_MAX_HOLDS: peers that callers who may do nothing else may hold together. Each peer held takes two match rules,
 * and the host lets itself have 240 before it has to let the signals of every device through (src/bluez/matches.h): strangers
 * must not bring that about.
 */
#define PRW_CLIENTS_MAX_HOLDS 64

/**
 * PrwClients:
 *
 * The connections that left something with us, handlers and holders of peers: all of it goes when they leave the bus, the last
 * peers a while later (prw_engine_leave_peer()).
 */
typedef struct _PrwClients PrwClients;

PrwClients *prw_clients_new (PrwEngine *engine, GDBusConnection *connection);
void prw_clients_free (PrwClients *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwClients, prw_clients_free)

/** prw_clients_register_handler: @owner is a handler until it leaves. */
void prw_clients_register_handler (PrwClients *self, const char *owner, guint events, const char *const *peers);
gboolean prw_clients_unregister_handler (PrwClients *self, const char *owner);
/** prw_clients_is_full: whether PRW_CLIENTS_MAX_HOLDS is reached. */
gboolean prw_clients_is_full (PrwClients *self);
/** prw_clients_reserve: a place for a peer that @owner is about to hold; PRW_ERROR_FAILED when it has as many as it may. */
gboolean prw_clients_reserve (PrwClients *self, const char *owner, GError **error);
/**
 * prw_clients_take_hold:
 * @peer: (transfer full) (nullable): held by prw_engine_hold_peer_finish(); %NULL when that failed
 *
 * Takes what was reserved: @peer is left when @owner leaves, at once when it left already, and released when it holds it already.
 */
void prw_clients_take_hold (PrwClients *self, const char *owner, PrwSecurityManager *peer);

G_END_DECLS
