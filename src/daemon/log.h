/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PRW_LOG_SYSLOG: where a syslog daemon listens. */
#define PRW_LOG_SYSLOG "/dev/log"

/**
 * prw_log_init:
 * @verbose: debug messages too
 * @syslog: PRW_LOG_SYSLOG
 *
 * Sends what is logged to the journal, with its fields, where stderr is connected to it; else as one line to stderr; and where that is
 * /dev/null (or was closed), to syslog. GLib's own writer formats a local time for each line, which costs more than a decision.
 */
void prw_log_init (gboolean verbose, const char *syslog);
/** prw_log_failure: the line with which the daemon ends: to stderr whatever there is, or to syslog where stderr is nowhere. */
void prw_log_failure (const char *message);

G_END_DECLS
