/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/board.h"
#include "attach/h4.h"

G_BEGIN_DECLS

/** PrwProbeVerdict: what is at the other end. */
typedef enum
{
  PRW_PROBE_PENDING,
  PRW_PROBE_CONTROLLER, /* an HCI controller: what it told is in the board */
  PRW_PROBE_SILENT,     /* nothing at all */
  PRW_PROBE_NOT_HCI,    /* it speaks, and what it says is text, or an echo: a modem, a console */
  PRW_PROBE_NOISE,      /* it speaks, and it makes no sense: another speed, most likely */
  PRW_PROBE_DEAF,       /* it sends events, and answers nothing */
  PRW_PROBE_STOPPED,    /* it stopped in the middle */
  PRW_PROBE_REFUSED,    /* it does not let itself be reset, or does not say what it is */
  PRW_PROBE_MALFORMED,  /* its answers are not what HCI says */
} PrwProbeVerdict;

/** PRW_PROBE_NOISE_MAX: octets that make no sense, after which nobody listens any longer. */
#define PRW_PROBE_NOISE_MAX 4096
/** PRW_PROBE_TRIES: how often a command is sent: one that found the controller in the middle of another is lost. */
#define PRW_PROBE_TRIES 3
/** PRW_PROBE_WAIT: µs that an answer may take. */
#define PRW_PROBE_WAIT (500 * G_TIME_SPAN_MILLISECOND)

/**
 * PrwProbe:
 *
 * Asks whether a controller is there and what it is. It is told what came and what time it is, tells what to send and until
 * when it waits, and does nothing by itself.
 *
 * The first that is sent is an HCI Reset (`01 03 0c 00`: no line of text ends in it), and nothing else before it has been
 * answered as HCI says. Then it only reads.
 */
typedef struct _PrwProbe PrwProbe;

/** prw_probe_new: @now: µs of any clock. The Reset is to be sent. */
PrwProbe *prw_probe_new (gint64 now);
void prw_probe_free (PrwProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwProbe, prw_probe_free)

/** prw_probe_feed: @data: what came; it is wiped, since identity roots may be in it. */
PrwProbeVerdict prw_probe_feed (PrwProbe *self, guint8 *data, gsize size, gint64 now);
/** prw_probe_wake: nothing more came until @now. Before the deadline it changes nothing. */
PrwProbeVerdict prw_probe_wake (PrwProbe *self, gint64 now);

/**
 * prw_probe_take_command:
 * @out: at least PRW_H4_COMMAND_MAX octets
 *
 * Returns: how many octets are to be sent now; 0: nothing. They are given once.
 */
gsize prw_probe_take_command (PrwProbe *self, guint8 *out);
/**
 * prw_probe_write_address:
 * @address: a public address, for a controller that has PRW_HCI_ZEPHYR_WRITE_BD_ADDR and was found
 *
 * The verdict is pending once more, until the controller has taken it. It forgets it when it loses power.
 */
void prw_probe_write_address (PrwProbe *self, const char *address, gint64 now);
/** prw_probe_get_deadline: when prw_probe_wake() has something to do. */
gint64 prw_probe_get_deadline (const PrwProbe *self);
PrwProbeVerdict prw_probe_get_verdict (const PrwProbe *self);
/** prw_probe_get_board: what it told so far. */
const PrwBoard *prw_probe_get_board (const PrwProbe *self);
/** prw_probe_explain: Returns: (transfer full): the verdict for a person: the rest of a sentence that begins with the port's name and a colon */
char *prw_probe_explain (const PrwProbe *self);

G_END_DECLS
