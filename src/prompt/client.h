/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "prompt/question.h"

G_BEGIN_DECLS

/**
 * PrwPromptClient:
 *
 * The daemon, as a handler of questions sees it. It starts the daemon by its name, registers again when the daemon or the bus
 * has come back, and takes up questions that are open already. When the daemon goes, every question closes (`unavailable`).
 *
 * Signal `question-added` (PrwPromptQuestion *): complete, with its passkey. It closes by itself, see its `closed`.
 */
#define PRW_TYPE_PROMPT_CLIENT (prw_prompt_client_get_type ())
G_DECLARE_FINAL_TYPE (PrwPromptClient, prw_prompt_client, PRW, PROMPT_CLIENT, GObject)

/** prw_prompt_client_new: @bus: G_BUS_TYPE_SYSTEM, or G_BUS_TYPE_SESSION for the user's own daemon. Nothing happens yet. */
PrwPromptClient *prw_prompt_client_new (GBusType bus);
/** prw_prompt_client_set_kinds: what can be answered here, bit 1 << PrwPromptKind; registers for the events of those that are complete. */
void prw_prompt_client_set_kinds (PrwPromptClient *self, guint kinds);

G_END_DECLS
