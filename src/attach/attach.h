/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/line.h"
#include "attach/wire.h"

G_BEGIN_DECLS

/** PRW_ATTACH_SPEEDS_MAX: so many are tried. */
#define PRW_ATTACH_SPEEDS_MAX 8
/** PRW_ATTACH_LOOK: ms between two looks whether the controller is still there. */
#define PRW_ATTACH_LOOK 250

typedef struct _PrwAttach PrwAttach;

/**
 * PrwAttachFuncs: what happens to a board. None of them may free it.
 * @found: what it is is known. Nothing more happens before prw_attach_go(), now or later
 * @opened: the kernel agreed to the line. Nothing more happens before prw_attach_bring_up(), now or later
 * @attached: it is a controller of the kernel
 * @ended: it is over; the port is as it was. @error: (nullable): why; NULL after an end as it should be (unplugged, stopped)
 *
 * Each wait may be ended with prw_attach_stop() or prw_attach_refuse() too.
 */
typedef struct
{
  void (*found) (PrwAttach *self, gpointer data);
  void (*opened) (PrwAttach *self, gpointer data);
  void (*attached) (PrwAttach *self, gpointer data);
  void (*ended) (PrwAttach *self, const GError *error, gpointer data);
} PrwAttachFuncs;

/**
 * prw_attach_new:
 * @wire: (transfer full): the port
 * @speeds: (array length=n_speeds): bits per second, tried one after the other as long as nothing sensible comes; 0 where there is no speed
 * @flow_control: RTS and CTS
 *
 * One board from its first octet to its end, on the default main context; nothing blocks but the kernel's own ioctls, and taking a controller
 * from it anew (hci.h).
 */
PrwAttach *prw_attach_new (PrwWire *wire, const guint *speeds, guint n_speeds, gboolean flow_control, const PrwLine *line,
                           const PrwAttachFuncs *funcs, gpointer data);
/** prw_attach_free: ends it, without calling anybody. */
void prw_attach_free (PrwAttach *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwAttach, prw_attach_free)

/** prw_attach_start: once. @ended is called once after it, never before it returns. */
void prw_attach_start (PrwAttach *self);
/** prw_attach_go: @write: (nullable): a public address that the controller, which can, is given first. The port becomes a line. */
void prw_attach_go (PrwAttach *self, const char *write);
/** prw_attach_bring_up: the line becomes a controller. */
void prw_attach_bring_up (PrwAttach *self);
/** prw_attach_reopen: an attached one is taken down and becomes a line anew: @opened follows. */
void prw_attach_reopen (PrwAttach *self);
/** prw_attach_stop: ends it; before the board is attached with PRW_PROBLEM_STOPPED_BY_US. */
void prw_attach_stop (PrwAttach *self);
/** prw_attach_refuse: @error: (transfer full) (nullable): ends it with this; its message does not name the port yet. */
void prw_attach_refuse (PrwAttach *self, GError *error);

/** prw_attach_get_name: Returns: (transfer none): of the port, "ttyACM0" */
const char *prw_attach_get_name (const PrwAttach *self);
/** prw_attach_has_ended: it is over, told or not yet. */
gboolean prw_attach_has_ended (const PrwAttach *self);
/** prw_attach_is_known: what is at the other end is a controller. */
gboolean prw_attach_is_known (const PrwAttach *self);
/** prw_attach_get_board: what is known of it; all zero as long as nothing is. */
const PrwBoard *prw_attach_get_board (const PrwAttach *self);
/** prw_attach_is_serial: there is a speed: it is a serial port, and not a controller that the kernel has by itself. */
gboolean prw_attach_is_serial (const PrwAttach *self);
/** prw_attach_get_speed: at which it answered, or is asked now. */
guint prw_attach_get_speed (const PrwAttach *self);
gboolean prw_attach_get_flow_control (const PrwAttach *self);
/** prw_attach_get_index: the N of hciN, once attached. */
guint prw_attach_get_index (const PrwAttach *self);

G_END_DECLS
