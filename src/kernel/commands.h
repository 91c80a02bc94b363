/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/clock.h"
#include "kernel/mgmt.h"

G_BEGIN_DECLS

/** PRW_COMMANDS_TIMEOUT: µs from when a command was given until it ends at the latest, sent or not. */
#define PRW_COMMANDS_TIMEOUT (2 * G_USEC_PER_SEC)
/** PRW_COMMANDS_MAX: how many may wait. */
#define PRW_COMMANDS_MAX 32

/** PrwCommandsSendFunc: puts a command on the control channel. It may fail: the command's time runs out then. */
typedef void (*PrwCommandsSendFunc) (const PrwMgmtCommand *command, gpointer data);

/**
 * PrwCommandFunc:
 * @reply: (nullable): what the kernel answered, with success
 * @error: (nullable): PRW_ERROR, when it did not: NOT_SUPPORTED, NOT_READY, TIMEOUT, INVALID_ARGUMENTS, FAILED
 * @status: of the kernel's answer, a #PrwMgmtStatus among others; 0 when there is none
 *
 * How a command ended. Called exactly once, one of @reply and @error is set.
 */
typedef void (*PrwCommandFunc) (const PrwMgmtEvent *reply, guint8 status, const GError *error, gpointer data);

/**
 * PrwCommands:
 *
 * The management commands for one controller, one at a time: the kernel tells replies apart by command alone, and
 * refuses a second one that needs the controller while the first goes on.
 */
typedef struct _PrwCommands PrwCommands;

PrwCommands *prw_commands_new (PrwClock *clock, PrwCommandsSendFunc send, gpointer data);
/** prw_commands_free: what still waits must have been ended by prw_commands_fail(). */
void prw_commands_free (PrwCommands *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwCommands, prw_commands_free)

void prw_commands_add (PrwCommands *self, const PrwMgmtCommand *command, PrwCommandFunc func, gpointer data);
/** prw_commands_reply: @reply: COMMAND_COMPLETE or COMMAND_STATUS; one that answers nothing that was sent is ignored */
void prw_commands_reply (PrwCommands *self, const PrwMgmtEvent *reply);
/** prw_commands_fail: ends all there are with NOT_READY. */
void prw_commands_fail (PrwCommands *self, const char *message);

G_END_DECLS
