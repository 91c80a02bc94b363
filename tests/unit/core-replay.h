/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core-stage.h"
#include "trace-player.h"

G_BEGIN_DECLS

typedef struct _Replay Replay;

/** Step: once the link has told a line with @cue in it (NULL: along with the step before), this happens. */
typedef struct
{
  const char *cue;
  void (*happen) (Replay *self);
} Step;

/** TraceHow: @JUST_WORKS: the lab had PasscodePairing=false; @BREDR: the other host was known by BR/EDR; @WINDOW: a window is required */
typedef enum
{
  PLAIN = 0,
  JUST_WORKS = 1 << 0,
  BREDR = 1 << 1,
  WINDOW = 1 << 2,
} TraceHow;

struct _Replay
{
  KernelFixture *kernel;
  PrwFakeHost *host;
  PrwEngine *engine;
  PrwSecurityManager *peer;
  const Step *next;
  gsize read; /* of what the link has told */
  guint flags; /* PrwFakeFlags: what bluetoothd says of the device */
  guint radio; /* those that say what it is */
  GString *answer; /* (nullable): bluetoothd waits for it */
  GString *story;
};

/** replay_open: an engine over the real kernel link and a fake bluetoothd that knows the other host of the lab; a handler of all events */
void replay_open (Replay *self, TraceHow how, const Step *steps);
/** replay_run: plays the trace with this name; each of the steps happens */
void replay_run (Replay *self, const char *name);
void replay_close (Replay *self);

/* What happened meanwhile: calls of Pair(), what bluetoothd did, what people answered. */
void we_pair (Replay *self);
void we_force (Replay *self);
void bluetoothd_finds (Replay *self);
void bluetoothd_stores (Replay *self);
void bluetoothd_forgets (Replay *self);
void bluetoothd_succeeds (Replay *self);
void bluetoothd_fails (Replay *self);
void bluetoothd_cannot_connect (Replay *self);
void bluetoothd_wants_authorization (Replay *self);
void bluetoothd_wants_comparison (Replay *self);
void bluetoothd_wants_passkey (Replay *self);
void bluetoothd_wants_pin (Replay *self);
void bluetoothd_shows_passkey (Replay *self);
void bluetoothd_cancels (Replay *self);
void bluetoothd_is_answered (Replay *self); /* with nobody asked */
void handler_accepts (Replay *self);
void handler_rejects (Replay *self);
void handler_confirms (Replay *self);
void handler_denies (Replay *self);
void handler_enters (Replay *self);
void handler_enters_pin (Replay *self);
void nothing (Replay *self);
void two_seconds_pass (Replay *self);

G_END_DECLS
