/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/kernel.h"

G_BEGIN_DECLS

/** prw_oob_to_variant: Returns: floating: a{sv} with what @data has of r192, c192, r256, c256, each ay of 16 */
GVariant *prw_oob_to_variant (const PrwOobData *data);
/**
 * prw_oob_from_variant:
 * @dictionary: a{sv}
 * @out: (out) (transfer full) (nullable): NULL when it is empty
 *
 * PRW_ERROR_INVALID_ARGUMENTS names the key that is unknown, twice, not 16 bytes, or without its other half.
 */
gboolean prw_oob_from_variant (GVariant *dictionary, PrwOobData **out, GError **error);

G_END_DECLS
