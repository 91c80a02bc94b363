/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "prompt/question.h"

G_BEGIN_DECLS

#define PRW_PROMPT_REQUEST_IFACE "org.pairward.Request1"

/**
 * prw_prompt_request_read_async:
 * @owner: unique name of the daemon
 * @path: of a Request1
 *
 * Reads a question and what is known of its peer, and fetches the passkey that is to be shown. The question tells its answers
 * to that daemon. G_IO_ERROR_CLOSED: it is closed already.
 */
void prw_prompt_request_read_async (GDBusConnection *bus, const char *owner, const char *path, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data);
/** prw_prompt_request_read_finish: Returns: (transfer full) (nullable) */
PrwPromptQuestion *prw_prompt_request_read_finish (GAsyncResult *result, GError **error);
/** prw_prompt_request_read_path: Returns: (transfer none): the @path that was asked for */
const char *prw_prompt_request_read_path (GAsyncResult *result);

G_END_DECLS
