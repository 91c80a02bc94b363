/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine.h"
#include "core/services.h"

G_BEGIN_DECLS

/** prw_engine_get_services: Returns: (transfer none) */
PrwServices *prw_engine_get_services (PrwEngine *self);
/** prw_engine_serves: whether Adapters= names it. */
gboolean prw_engine_serves (PrwEngine *self, const PrwAdapter *adapter);
/** prw_engine_schedule_sweep: some peer may have become one we have no business with. */
void prw_engine_schedule_sweep (PrwEngine *self);
/** prw_engine_follow_kernel: from now on what @kernel shows reaches the peers. */
void prw_engine_follow_kernel (PrwEngine *self, PrwKernel *kernel);
/** prw_engine_ensure_peer: Returns: (transfer none): of an org.bluez device path that prw_address_from_path() takes */
PrwSecurityManager *prw_engine_ensure_peer (PrwEngine *self, const char *bluez_path);

G_END_DECLS
