/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/security-manager.h"
#include "core/services.h"

G_BEGIN_DECLS

/**
 * prw_security_request_judge:
 *
 * @manager's peer, a peripheral, has sent a Security Request, which the kernel shows and answers by itself: with the key
 * of the bond, or by beginning a pairing. Policy decides about it, or a handler that listens for
 * peripheral-security-request. Refused: a bonded peer is disconnected; what bluetoothd asks about the pairing of another
 * one is refused, and its keys are removed should they come all the same.
 */
void prw_security_request_judge (PrwServices *services, PrwSecurityManager *manager);

G_END_DECLS
