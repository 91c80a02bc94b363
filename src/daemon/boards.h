/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "boards/record.h"
#include "core/controllers.h"

G_BEGIN_DECLS

/**
 * prw_board_infos:
 * @records: (element-type PrwRecord): those there are
 * @sysfs: "/sys": where the kernel says which controller is on which port
 *
 * What the core is told of boards. A record that was left behind by a pairward-attach that was killed is passed over where its
 * "hciN" is another controller by now.
 *
 * Returns: (transfer full) (element-type PrwBoardInfo): those that are controllers
 */
GPtrArray *prw_board_infos (GPtrArray *records, const char *sysfs);

G_END_DECLS
