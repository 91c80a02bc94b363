/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/security-manager.h"

G_BEGIN_DECLS

/**
 * PrwProcedure:
 *
 * One Pair() of ours, from looking for the device to its result. Lives until its result is delivered; whoever asked for
 * it while it goes on gets the same result.
 */
typedef struct _PrwProcedure PrwProcedure;

/** prw_procedure_run: starts it; @task: (transfer full): gets the result. */
void prw_procedure_run (PrwSecurityManager *manager, gboolean force, GTask *task);
/**
 * prw_procedure_join:
 * @force: the bond is to be replaced: one that was only to be encrypted with is forgotten then, and paired anew
 * @task: (transfer full): gets the result too
 */
void prw_procedure_join (PrwProcedure *self, gboolean force, GTask *task);
/* What ends it from outside, now or a moment later: @self may be gone afterwards. */

/** prw_procedure_cancel: somebody here wants it to end: PRW_ERROR_CANCELED. */
void prw_procedure_cancel (PrwProcedure *self);
/** prw_procedure_refuse: what the pairing shows was refused here: it ends with @status, and no bond stays. */
void prw_procedure_refuse (PrwProcedure *self, PrwSecurityStatus status);
/** prw_procedure_lose_adapter: the controller, or bluetoothd, is gone: PRW_ERROR_NOT_READY. */
void prw_procedure_lose_adapter (PrwProcedure *self);

/** prw_procedure_keys_came: the pairing is done, on the air; bluetoothd may yet say so. */
void prw_procedure_keys_came (PrwProcedure *self);
/** prw_procedure_encrypted: the kernel shows how the encryption of a bonded link went. */
void prw_procedure_encrypted (PrwProcedure *self, PrwSecurityStatus status);

/** prw_procedure_disconnected: the link is gone: nothing will be encrypted. @self is perhaps gone afterwards. */
void prw_procedure_disconnected (PrwProcedure *self);
/** prw_procedure_is_pairing: whether Device1.Pair() is pending: then what the agent is asked about this peer is ours. */
gboolean prw_procedure_is_pairing (PrwProcedure *self);

G_END_DECLS
