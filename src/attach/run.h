/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/options.h"

G_BEGIN_DECLS

/**
 * prw_attach_run:
 *
 * `pairward-attach TTY`, with --probe or without: until it has been looked at, or until the board goes, or SIGTERM or SIGINT.
 *
 * Returns: the exit status: 0; 1 when the board is refused
 */
int prw_attach_run (const PrwAttachOptions *options);

G_END_DECLS
