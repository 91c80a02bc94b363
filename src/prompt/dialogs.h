/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "prompt/surface.h"

G_BEGIN_DECLS

/** prw_dialogs_new: Returns: (transfer full) (nullable): dialogs of GTK; NULL where there is no display */
PrwSurface *prw_dialogs_new (void);

G_END_DECLS
