/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/bonds.h"
#include "core/broker.h"
#include "core/controllers.h"
#include "core/host.h"
#include "core/kernel.h"
#include "core/lease.h"
#include "core/security-manager.h"
#include "core/settings.h"
#include "core/window.h"

G_BEGIN_DECLS

/**
 * PrwEngine:
 *
 * The core put together over its interfaces: what the control API controls.
 *
 * Properties (notify): `agent-state` (uint, PrwAgentState), `effective-capability` (uint), `pairing-policy` (uint, the
 * floor), `auto-capability` (boolean).
 *
 * Signals: `peer-added`, `peer-removed` (PrwSecurityManager *): a security manager came or went;
 * `adapter-added`, `adapter-changed`, `adapter-removed` (PrwAdapter *): the served ones.
 */
#define PRW_TYPE_ENGINE (prw_engine_get_type ())
G_DECLARE_FINAL_TYPE (PrwEngine, prw_engine, PRW, ENGINE, GObject)

/** prw_engine_new: @state_dir: (nullable): where answers about services are kept; NULL: nowhere */
PrwEngine *prw_engine_new (PrwSettings *settings, PrwHost *host, PrwKernel *kernel, PrwClock *clock, const char *state_dir);

PrwHost *prw_engine_get_host (PrwEngine *self);
PrwKernel *prw_engine_get_kernel (PrwEngine *self);
PrwLeases *prw_engine_get_leases (PrwEngine *self);
PrwHandlers *prw_engine_get_handlers (PrwEngine *self);
PrwBroker *prw_engine_get_broker (PrwEngine *self);
PrwWindow *prw_engine_get_window (PrwEngine *self);
PrwControllers *prw_engine_get_controllers (PrwEngine *self);

/** prw_engine_set_settings: puts new settings in force; the floor and the capability written at run time are gone. */
void prw_engine_set_settings (PrwEngine *self, PrwSettings *settings);
PrwPairingPolicy prw_engine_get_floor (PrwEngine *self);
void prw_engine_set_floor (PrwEngine *self, PrwPairingPolicy floor);
/** prw_engine_set_capability: @automatic: follow handlers and rules; else @capability. */
void prw_engine_set_capability (PrwEngine *self, gboolean automatic, PrwIoCapability capability);
gboolean prw_engine_get_auto_capability (PrwEngine *self);
PrwIoCapability prw_engine_get_effective_capability (PrwEngine *self);

/** prw_engine_get_peers: Returns: (transfer container) (element-type PrwSecurityManager) */
GPtrArray *prw_engine_get_peers (PrwEngine *self);
/** prw_engine_find_peer: Returns: (transfer none) (nullable): by our object path */
PrwSecurityManager *prw_engine_find_peer (PrwEngine *self, const char *path);
/**
 * prw_engine_hold_peer:
 * @adapter: "hciN" or "" for whichever has it (else the first served adapter)
 * @address: an address
 *
 * The security manager of a peer, made when there is none, held until prw_engine_release_peer(). PRW_ERROR_NOT_FOUND for an adapter
 * that is not there, PRW_ERROR_INVALID_ARGUMENTS for what is no address.
 */
void prw_engine_hold_peer_async (PrwEngine *self, const char *adapter, const char *address, GAsyncReadyCallback callback, gpointer user_data);
/** prw_engine_hold_peer_finish: Returns: (transfer full) (nullable) */
PrwSecurityManager *prw_engine_hold_peer_finish (PrwEngine *self, GAsyncResult *result, GError **error);
void prw_engine_release_peer (PrwEngine *self, PrwSecurityManager *peer);
/**
 * prw_engine_leave_peer: as prw_engine_release_peer(), but in a minute, or when eight others were left since: a shell script has a
 * connection for each call, so the caller of GetPeer() has left before the peer is used.
 */
void prw_engine_leave_peer (PrwEngine *self, PrwSecurityManager *peer);
/** prw_engine_count_left_peers: those that are kept so. */
guint prw_engine_count_left_peers (PrwEngine *self);

/**
 * prw_engine_list_bonds_async: fresh from bluetoothd; finish gives (element-type PrwDevice) the bonded ones.
 */
void prw_engine_list_bonds_async (PrwEngine *self, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *prw_engine_list_bonds_finish (PrwEngine *self, GAsyncResult *result, GError **error);

/**
 * prw_engine_explain_async:
 * @peer: (nullable): NULL: the given facts only
 * @names: (array zero-terminated=1): names of facts
 * @values: (array zero-terminated=1): their texts
 *
 * What would be decided. finish gives verdict nickname, the rule or step that decided and the reason (nickname and sentence).
 */
void prw_engine_explain_async (PrwEngine *self, PrwSecurityManager *peer, const char *const *names, const char *const *values,
                               GAsyncReadyCallback callback, gpointer user_data);
gboolean prw_engine_explain_finish (PrwEngine *self, GAsyncResult *result, char **verdict, char **rule, char **reason, GError **error);

/** prw_engine_get_bond: what we know of how the bond with @device was made; FALSE, and *@bond zero: nothing. */
gboolean prw_engine_get_bond (PrwEngine *self, const PrwDevice *device, PrwBond *bond);
/** prw_engine_learn_bond: what somebody else has stored of a bond; what we have seen ourselves counts more. */
void prw_engine_learn_bond (PrwEngine *self, const char *adapter_address, const char *address, const PrwBond *bond);
/** prw_engine_clear_lockout: @peer NULL: all. */
void prw_engine_clear_lockout (PrwEngine *self, PrwSecurityManager *peer);
/** prw_engine_shutdown: every open question is rejected and closed, nothing is asked any more, what we began is cancelled and the window closes. */
void prw_engine_shutdown (PrwEngine *self);

/** prw_engine_our_path: Returns: (transfer full) (nullable): our object path of an org.bluez device path */
char *prw_engine_our_path (const char *bluez_path);

G_END_DECLS
