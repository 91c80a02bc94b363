/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/settings.h"

G_BEGIN_DECLS

/**
 * prw_choose_controller:
 * @tty: its name in /dev, "ttyACM0"
 * @usb: (nullable): "2fe3:0004", where it is on USB
 * @address: (nullable): NULL: not known yet
 *
 * Returns: (transfer none) (nullable): the first `[Controller NAME]` all of whose Match…= keys match; a key about what is not
 *   known matches nothing
 */
const PrwControllerSettings *prw_choose_controller (const PrwSettings *settings, const char *tty, const char *usb, const char *address);

G_END_DECLS
