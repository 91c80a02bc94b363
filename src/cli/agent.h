/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/client.h"

G_BEGIN_DECLS

/**
 * PrwTerminalAgent:
 *
 * A handler that asks at the terminal: one question at a time, the others wait.
 */
typedef struct _PrwTerminalAgent PrwTerminalAgent;

/**
 * prw_terminal_agent_new:
 * @peer: (nullable): only questions about this peer, while somebody else pairs with it; what fails is not said then
 * @loop: quit when there is nothing more to read on stdin, and when it is of no use any more
 * @ready: (nullable): called once, when it has registered or could not: what leads to questions begins here
 *
 * Registers whenever the daemon is there, and again when it comes back; takes the questions that are open then.
 */
PrwTerminalAgent *prw_terminal_agent_new (PrwClient *client, const char *peer, GMainLoop *loop, void (*ready) (gpointer data), gpointer data);
/** prw_terminal_agent_free: the daemon forgets the handler with the connection; questions stay open for other handlers. */
void prw_terminal_agent_free (PrwTerminalAgent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwTerminalAgent, prw_terminal_agent_free)
/** prw_terminal_agent_get_error: (nullable): why it is of no use */
const GError *prw_terminal_agent_get_error (PrwTerminalAgent *self);

G_END_DECLS
