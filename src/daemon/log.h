/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * prw_log_init:
 * @verbose: debug messages too
 *
 * Sends what is logged to the journal where stderr is connected to it, else as one line to stderr. GLib's own writer
 * formats a local time for each line, which costs more than a decision.
 */
void prw_log_init (gboolean verbose);

G_END_DECLS
