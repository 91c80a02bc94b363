/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "control/authority.h"

G_BEGIN_DECLS

/** prw_daemon_authority_new: Returns: (transfer full): who says who may do what on the system bus; configure chooses */
PrwAuthority *prw_daemon_authority_new (GDBusConnection *system_bus);

G_END_DECLS
