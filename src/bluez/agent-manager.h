/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/agent1.h"

G_BEGIN_DECLS

/**
 * PrwAgentManager:
 *
 * Keeps our agent registered and, as far as can be seen, the default one.
 */
typedef struct _PrwAgentManager PrwAgentManager;

PrwAgentManager *prw_agent_manager_new (PrwBluezContext *context);
void prw_agent_manager_free (PrwAgentManager *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwAgentManager, prw_agent_manager_free)

PrwAgentState prw_agent_manager_get_state (PrwAgentManager *self);
void prw_agent_manager_set_capability (PrwAgentManager *self, PrwIoCapability capability);

/** prw_agent_manager_appeared: there is a bluetoothd: registers. */
void prw_agent_manager_appeared (PrwAgentManager *self);
/** prw_agent_manager_vanished: bluetoothd is gone, and with it what it asked. */
void prw_agent_manager_vanished (PrwAgentManager *self);
/** prw_agent_manager_stop: open questions are refused, the agents unregistered; @done is called once bluetoothd said so. */
void prw_agent_manager_stop (PrwAgentManager *self, GSourceFunc done, gpointer data);

/** prw_agent_manager_expect_flip: an agent of ours comes or goes: bluetoothd will switch Pairable itself. */
void prw_agent_manager_expect_flip (PrwAgentManager *self);
/** prw_agent_manager_flipped: Pairable changed though nobody here asked for it: perhaps another agent took our place. */
void prw_agent_manager_flipped (PrwAgentManager *self);

G_END_DECLS
