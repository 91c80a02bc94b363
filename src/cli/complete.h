/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/verbs.h"

G_BEGIN_DECLS

/**
 * prw_complete_run:
 * @words: (array zero-terminated=1): the command line after the program's name, as far as it is typed; the last word is the one
 *   to complete, and may be ""
 *
 * The hidden verb `complete`: prints what may stand in place of the last word, a line each: VALUE, a tab, a description. A line
 * without a VALUE whose description is "file" stands for the files there are. Says nothing when there is no daemon.
 */
PrwExit prw_complete_run (PrwClient *client, char **words);

G_END_DECLS
