/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/sysfs.h"
#include "core/settings.h"

G_BEGIN_DECLS

/**
 * PrwPlan:
 * @PRW_PLAN_NOTHING: there is no reason to think of a controller
 * @PRW_PLAN_NEVER: the bootloader, or the kernel's console: not even when the keyfile matches it
 * @PRW_PLAN_WHEN_TOLD: there may be a controller: when somebody names the port, on the command line or in the keyfile
 * @PRW_PLAN_ATTACH: it is attached when it appears
 *
 * To attach a controller that the kernel has by itself is to give it the address of its chip.
 *
 * What `pairward-attach --watch` does with a port, and udev's rules, which do not read the keyfile.
 */
typedef enum
{
  PRW_PLAN_NOTHING,
  PRW_PLAN_NEVER,
  PRW_PLAN_WHEN_TOLD,
  PRW_PLAN_ATTACH,
} PrwPlan;

/** prw_plan_nick: Returns: (transfer none): "attach" and so on, for JSON */
const char *prw_plan_nick (PrwPlan plan);

/**
 * prw_plan_make:
 * @settings: (nullable): the keyfile's
 * @group: (out) (optional) (transfer none): the name of the [Controller NAME] that says so, belongs to @settings; NULL: none does
 *
 * Whether something is attached there already does not count: see PrwPort.hci. A group matches by MatchTty= and MatchUsb=, each
 * that it has. An address is known only of a board that was asked: MatchAddress= beside these is left to whoever asks it
 * (prw_settings_pick_controller()), alone it matches no port.
 */
PrwPlan prw_plan_make (const PrwPort *port, const PrwSettings *settings, const char **group);

G_END_DECLS
