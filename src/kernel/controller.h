/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/kernel.h"
#include "kernel/commands.h"
#include "kernel/connections.h"

G_BEGIN_DECLS

/**
 * PrwControllerOwn:
 * @only: Secure Connections Only
 * @use_debug_key: it pairs with the debug key; the kernel shows no more than that such keys are kept
 * @static_address: or ""
 */
typedef struct
{
  gboolean only, use_debug_key;
  char static_address[PRW_ADDRESS_LEN + 1];
} PrwControllerOwn;

/**
 * PrwController:
 * @name: "hciN"
 * @ready: what it can do has been read
 * @counted: the connections that were there before we looked have been told
 * @settings: PrwMgmtSettings, and others
 * @own: what we made it and the kernel does not show
 */
typedef struct
{
  guint16 index;
  char *name;
  gboolean ready, counted;
  guint32 settings;
  PrwControllerOwn own;
  PrwConnections *connections;
  PrwCommands *commands;
} PrwController;

/** prw_controller_new: takes @commands. */
PrwController *prw_controller_new (guint16 index, PrwConnections *connections, PrwCommands *commands);
void prw_controller_free (PrwController *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwController, prw_controller_free)

/** prw_controller_state: what is known of its switches; FALSE, and *@state zero, before it is ready. */
gboolean prw_controller_state (const PrwController *self, PrwControllerState *state);
/** prw_controller_set_settings: of @own the two switches count as long as what the kernel shows of them is on. */
void prw_controller_set_settings (PrwController *self, guint32 settings, PrwControllerOwn own);

G_END_DECLS
