/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "prompt/surface.h"

G_BEGIN_DECLS

/**
 * PrwDialogs:
 *
 * The #PrwSurface of GTK 4: a window for the question that is shown. It can show every kind.
 */
#define PRW_TYPE_DIALOGS (prw_dialogs_get_type ())
G_DECLARE_FINAL_TYPE (PrwDialogs, prw_dialogs, PRW, DIALOGS, GObject)

/** prw_dialogs_new: Returns: (transfer full) (nullable): dialogs of GTK; NULL where there is no display */
PrwSurface *prw_dialogs_new (void);

G_END_DECLS
