/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine.h"
#include "fake-clock.h"
#include "fake-host.h"
#include "fake-kernel.h"

G_BEGIN_DECLS

/** Stage: an engine over a fake host and a fake clock, with FAKE_DEVICE's security manager held. */
typedef struct
{
  PrwFakeClock *clock;
  PrwFakeHost *host;
  PrwFakeKernel *kernel; /* (nullable): there is a kernel link */
  PrwEngine *engine;
  PrwSecurityManager *peer;
  GString *story; /* the model's signals of the peer, as they come */
  GString *answer; /* (nullable): to a question that outlives who asked it; freed with the stage */
} Stage;

/** Setup: what differs from: nothing refused, nobody to ask, WithoutHandler=reject, peers that bond with a passcode. */
typedef struct
{
  PrwPairingPolicy floor;
  PrwWithoutHandler without_handler;
  gboolean window_required;
  PrwRule *rule; /* (transfer full) (nullable) */
  gboolean kernel_link;
} Setup;

/** stage_settings: Returns: (transfer full): the settings of @setup */
PrwSettings *stage_settings (Setup setup);
void stage_open (Stage *stage, Setup setup);
/** stage_close: ends the daemon; nothing of it may be left, no alarm and no reference. */
void stage_close (Stage *stage);

/** stage_close_engine: only that, to see what it leaves to whom; stage_close() does the rest. */
void stage_close_engine (Stage *stage);

/** stage_handler: somebody registers for all events */
void stage_handler (Stage *stage);
/** stage_question: Returns: (transfer none): the one question that is open */
PrwRequest *stage_question (Stage *stage);
guint stage_count_questions (Stage *stage);
/** stage_appear: bluetoothd knows FAKE_DEVICE, with these PrwFakeFlags; the story begins here. */
void stage_appear (Stage *stage, guint flags);
/** stage_change: the flags of FAKE_DEVICE change */
void stage_change (Stage *stage, guint flags);
/** stage_show: the kernel shows @event of FAKE_DEVICE. */
void stage_show (Stage *stage, PrwLinkEvent event);
/** stage_assert_kernel_calls: what the kernel was told since the last time */
void stage_assert_kernel_calls (Stage *stage, const char *expected);
/** stage_assert_story: what was signalled since the last time */
void stage_assert_story (Stage *stage, const char *expected);
/** stage_assert_calls: what bluetoothd was asked to change since the last time */
void stage_assert_calls (Stage *stage, const char *expected);
/** stage_forget_calls: what bluetoothd was asked so far is no matter */
void stage_forget_calls (Stage *stage);
/** stage_on_held: a GAsyncReadyCallback of prw_engine_hold_peer_async(); @data: PrwSecurityManager ** */
void stage_on_held (GObject *source, GAsyncResult *result, gpointer data);
gboolean stage_get_boolean (Stage *stage, const char *property);

/** Outcome: how one call ended; @error is cleared by outcome_assert_error(). */
typedef struct
{
  gboolean ended;
  PrwPairingResult result;
  GError *error;
} Outcome;

/** stage_pair: somebody calls Pair(); @outcome outlives the call */
void stage_pair (Stage *stage, gboolean force, Outcome *outcome);
/** stage_delete: somebody calls DeleteBondingData() */
void stage_delete (Stage *stage, Outcome *outcome);
void outcome_assert (Outcome *outcome, PrwSecurityStatus status, PrwSecurityLevel level, PrwSecurityProcess process);
void outcome_assert_error (Outcome *outcome, int code);

G_END_DECLS
