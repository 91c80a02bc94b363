/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PrwPolkitWord: what polkit says of this program's rights. */
typedef enum
{
  PRW_POLKIT_UNKNOWN, /* it does not answer, or does not know the action */
  PRW_POLKIT_NO,
  PRW_POLKIT_PASSWORD, /* with an administrator's */
  PRW_POLKIT_YES,
} PrwPolkitWord;

/**
 * prw_polkit_ask:
 * @interactive: somebody may be asked for a password, which takes as long as it takes
 */
PrwPolkitWord prw_polkit_ask (GDBusConnection *system_bus, const char *action, gboolean interactive);

/**
 * prw_polkit_open_agent:
 *
 * Where a person sits at a terminal, and is not root: polkit can ask them for a password there, when nothing else in their
 * session does that. Nothing happens where polkit's program for it is missing. Once is enough.
 */
void prw_polkit_open_agent (void);
/** prw_polkit_close_agent: ends what prw_polkit_open_agent() began. */
void prw_polkit_close_agent (void);

G_END_DECLS
