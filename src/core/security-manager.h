/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/host.h"
#include "core/kernel.h"
#include "policy/parameters.h"

G_BEGIN_DECLS

/** PrwPairingStep: what a pairing of ours does now. */
typedef enum
{
  PRW_PAIRING_STEP_NONE,       /* there is none */
  PRW_PAIRING_STEP_FORGETTING, /* the old bond, which is to be replaced */
  PRW_PAIRING_STEP_SEARCHING,
  PRW_PAIRING_STEP_PAIRING,
  PRW_PAIRING_STEP_ENCRYPTING, /* with the key there is */
} PrwPairingStep;
const char *prw_pairing_step_to_string (PrwPairingStep step); /* "", forgetting, searching, pairing, encrypting */

/** PrwPairingResult: how a procedure that began ended. */
typedef struct
{
  PrwSecurityStatus status;
  PrwSecurityLevel level;
  PrwSecurityProcess process;
} PrwPairingResult;

/**
 * PrwSecurityManager:
 *
 * The security of one peer: blatann's SecurityManager.
 *
 * Properties (all notify): `path` (object path of ours), `adapter`, `address`, `address-type`, `name`, `bluez-device`
 * ("/" when none), `role` (PrwRole as uint), `is-previously-bonded`, `bonded`, `bond-suspect`, `pairing-in-process`,
 * `security-level` (uint), `pairing-step` (PrwPairingStep as uint), `debug-lesc-key` (pairings of ours use the published
 * debug key), `debug-key-bond` (the bond was made with it), `remembered-services` (GVariant a{sb}); and the parameters
 * `passcode-pairing`, `io-capabilities` (uint), `bond`, `out-of-band`, `reject-pairing-requests` (uint), `lesc-pairing`, which can
 * be written; writes out of range are refused by the caller (src/control), see prw_security_manager_set_parameters().
 *
 * Signals, as in the model:
 * - `security-level-changed` (guint level)
 * - `pairing-complete` (guint status, guint level, guint process): after security-level-changed
 * - `pairing-request-rejected` (guint reason)
 * - `passkey-display-required` (PrwRequest *, const char *passkey, gboolean match_request)
 * - `passkey-required` (PrwRequest *, gboolean pin)
 * - `peripheral-security-request` (PrwRequest *, gboolean bond, mitm, lesc, keypress, is_bonded_device)
 * - `pairing-authorization-required` (PrwRequest *)
 * - `service-authorization-required` (PrwRequest *, const char *uuid)
 *
 * And not in the model:
 * - `decided` (const PrwFacts *, const PrwDecision *): policy was asked about this peer
 */
#define PRW_TYPE_SECURITY_MANAGER (prw_security_manager_get_type ())
G_DECLARE_FINAL_TYPE (PrwSecurityManager, prw_security_manager, PRW, SECURITY_MANAGER, GObject)

const char *prw_security_manager_get_path (PrwSecurityManager *self);
const char *prw_security_manager_get_adapter (PrwSecurityManager *self);
const char *prw_security_manager_get_address (PrwSecurityManager *self);
const char *prw_security_manager_get_name (PrwSecurityManager *self);
const char *prw_security_manager_get_bluez_path (PrwSecurityManager *self);
/** prw_security_manager_get_device: Returns: (transfer none) (nullable): the last reading */
const PrwDevice *prw_security_manager_get_device (PrwSecurityManager *self);
gboolean prw_security_manager_get_bonded (PrwSecurityManager *self);
gboolean prw_security_manager_get_pairing_in_process (PrwSecurityManager *self);
PrwSecurityLevel prw_security_manager_get_level (PrwSecurityManager *self);
/** prw_security_manager_get_parameters: Returns: (transfer none) */
const PrwSecurityParameters *prw_security_manager_get_parameters (PrwSecurityManager *self);
/** prw_security_manager_set_parameters: sets all; from then on the peer has parameters of its own. */
void prw_security_manager_set_parameters (PrwSecurityManager *self, const PrwSecurityParameters *parameters);

/**
 * prw_security_manager_pair_async:
 * @force_repairing: forget the bond, find the peer again and pair anew
 *
 * Not bonded: pairs. Bonded: encrypts with the stored key, connecting if need be. Joins a procedure of ours that goes on.
 * A procedure that began gives its result, good or bad; one that could not begin, or was cancelled here, gives PRW_ERROR.
 * Goes on when the caller loses interest.
 */
void prw_security_manager_pair_async (PrwSecurityManager *self, gboolean force_repairing, GAsyncReadyCallback callback, gpointer user_data);
gboolean prw_security_manager_pair_finish (PrwSecurityManager *self, GAsyncResult *result, PrwPairingResult *out, GError **error);
/** prw_security_manager_cancel_pairing: PRW_ERROR_INVALID_OPERATION when nothing goes on that can be cancelled. */
gboolean prw_security_manager_cancel_pairing (PrwSecurityManager *self, GError **error);
/** prw_security_manager_delete_bonding_data_async: no bond: nothing happens; while pairing: PRW_ERROR_INVALID_OPERATION. */
void prw_security_manager_delete_bonding_data_async (PrwSecurityManager *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean prw_security_manager_delete_bonding_data_finish (PrwSecurityManager *self, GAsyncResult *result, GError **error);

/**
 * prw_security_manager_use_debug_key:
 *
 * Pairings of ours with it use the published debug key, or a secret one again. PRW_ERROR_NOT_SUPPORTED without a kernel
 * link; PRW_ERROR_REJECTED where the rule's Require= is more than such a key is worth, just-works.
 */
gboolean prw_security_manager_use_debug_key (PrwSecurityManager *self, gboolean enable, GError **error);
/** PRW_OOB_SECONDS: how long the data of a peer is kept for a pairing. */
#define PRW_OOB_SECONDS 600
/** PRW_OOB_MAX: of how many peers at a time it is. */
#define PRW_OOB_MAX 32
/**
 * prw_security_manager_set_remote_oob:
 * @data: (transfer full) (nullable): what the peer said out of band; NULL: forget it
 *
 * Kept until a pairing of ours that used it ended well, and for PRW_OOB_SECONDS at most. PRW_ERROR_NOT_SUPPORTED without a
 * kernel link, PRW_ERROR_NOT_READY when there is data of PRW_OOB_MAX others.
 */
gboolean prw_security_manager_set_remote_oob (PrwSecurityManager *self, PrwOobData *data, GError **error);
/** prw_security_manager_read_local_oob_async: ours, for the peer; each time new. Errors are those of #PrwKernel. */
void prw_security_manager_read_local_oob_async (PrwSecurityManager *self, GAsyncReadyCallback callback, gpointer user_data);
/** prw_security_manager_read_local_oob_finish: Returns: (transfer full) (nullable) */
PrwOobData *prw_security_manager_read_local_oob_finish (PrwSecurityManager *self, GAsyncResult *result, GError **error);
/** prw_security_manager_get_remembered_services: Returns: (transfer floating): a{sb}: full UUIDs, and whether "always" was said or "never" */
GVariant *prw_security_manager_get_remembered_services (PrwSecurityManager *self);
/**
 * prw_security_manager_forget_service:
 * @service: as prw_service_uuid() takes it; "": all of them
 *
 * What was answered "always" or "never" is asked again. PRW_ERROR_INVALID_ARGUMENTS for what is no service, PRW_ERROR_NOT_FOUND when nothing is
 * remembered of it; "" forgets what there is.
 */
gboolean prw_security_manager_forget_service (PrwSecurityManager *self, const char *service, GError **error);

G_END_DECLS
