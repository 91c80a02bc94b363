/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/error.h"

G_BEGIN_DECLS

/** prw_errors_return: answers @invocation, which it takes, with @error, which it does not. Errors of other domains are Failed. */
void prw_errors_return (GDBusMethodInvocation *invocation, const GError *error);

/** prw_errors_return_outcome: answers @invocation, which it takes: with nothing, or with @error (nullable), which it does not take. */
void prw_errors_return_outcome (GDBusMethodInvocation *invocation, const GError *error);

/** prw_errors_return_new: answers @invocation with an error made here. */
void prw_errors_return_new (GDBusMethodInvocation *invocation, PrwError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
