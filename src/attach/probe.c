/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/probe.h"

#include <string.h>

#include <glib/gi18n.h>

#include "kernel/bytes.h"

#define EVENT_COMMAND_COMPLETE 0x0e
#define EVENT_COMMAND_STATUS 0x0f
#define HEARD_MAX 256

/* @name: for people. @needed: without a good answer it is no controller for us. */
typedef struct
{
  PrwHciOpcode opcode;
  const char *name;
  gboolean needed;
} Step;

static const Step steps[] = {
  { PRW_HCI_RESET, "Reset", TRUE },
  { PRW_HCI_READ_LOCAL_VERSION, "Read Local Version Information", TRUE },
  { PRW_HCI_READ_BD_ADDR, "Read BD_ADDR", TRUE },
  { PRW_HCI_ZEPHYR_READ_VERSION, "Zephyr Read Version Information", FALSE },
  { PRW_HCI_ZEPHYR_READ_COMMANDS, "Zephyr Read Supported Commands", FALSE },
  { PRW_HCI_ZEPHYR_READ_BUILD, "Zephyr Read Build Information", FALSE },
  { PRW_HCI_ZEPHYR_READ_STATIC_ADDRESSES, "Zephyr Read Static Addresses", FALSE },
  { PRW_HCI_ZEPHYR_READ_TEMPERATURE, "Zephyr Read Chip Temperature", FALSE },
  /* not asked for by itself */
  { PRW_HCI_ZEPHYR_WRITE_BD_ADDR, "Zephyr Write BD_ADDR", TRUE },
};
#define STEP_WRITE (G_N_ELEMENTS (steps) - 1)

/* @step: the command whose answer is waited for. @address: what is to be written. @credits: commands that the controller takes now.
 * @due: it has not been sent yet. @heard: the first octets that made no sense. @half: an answer to a Reset had begun when time was up.
 * @owed: answers with identity roots that are still to come. @draining: nothing else is waited for. */
struct _PrwProbe
{
  PrwProbeVerdict verdict;
  PrwBoard board;
  PrwH4 h4;
  gint64 deadline;
  guint step, tries;
  guint8 status;
  guint8 address[PRW_ADDRESS_BYTES];
  gboolean due, half, draining;
  guint credits, owed;
  gsize n_noise, n_text, n_events;
  char heard[HEARD_MAX];
};

PrwProbe *
prw_probe_new (gint64 now)
{
  PrwProbe *self = g_new0 (PrwProbe, 1);

  self->due = TRUE;
  self->tries = 1;
  self->credits = 1;
  self->deadline = now + PRW_PROBE_WAIT;
  return self;
}

void
prw_probe_free (PrwProbe *self)
{
  /* an answer that had lost its beginning may be in what was heard */
  explicit_bzero (self, sizeof *self);
  g_free (self);
}

static gboolean
is_wanted (const PrwProbe *self, PrwHciOpcode opcode)
{
  if (opcode == PRW_HCI_ZEPHYR_READ_VERSION)
    return prw_board_may_be_zephyr (&self->board);
  if (opcode == PRW_HCI_ZEPHYR_READ_COMMANDS)
    return self->board.is_zephyr;
  return opcode < PRW_HCI_ZEPHYR_READ_VERSION || (self->board.is_zephyr && prw_board_has_command (&self->board, opcode));
}

static void
finish (PrwProbe *self, PrwProbeVerdict verdict)
{
  self->verdict = verdict;
  self->due = FALSE;
  prw_h4_clear (&self->h4);
}

/*
 * What was asked twice is answered twice. The second answer, with the chip's identity root in it, must not find the kernel reading: it would
 * show it to whoever has a monitor socket. One that was lost is not waited for without end.
 */
static void
be_done (PrwProbe *self, gint64 now)
{
  self->draining = self->owed > 0;
  self->due = FALSE;
  self->deadline = now + PRW_PROBE_TRIES * PRW_PROBE_WAIT;
  if (!self->draining)
    finish (self, PRW_PROBE_CONTROLLER);
}

static void
go_on (PrwProbe *self, gint64 now)
{
  do
    self->step++;
  while (self->step < STEP_WRITE && !is_wanted (self, steps[self->step].opcode));
  self->tries = 1;
  self->due = TRUE;
  self->deadline = now + PRW_PROBE_WAIT;
  if (self->step >= STEP_WRITE)
    be_done (self, now);
}

/* @parameters: from the status on */
static void
take_answer (PrwProbe *self, const guint8 *parameters, gsize size, gint64 now)
{
  const Step *step = &steps[self->step];

  if (prw_board_read (&self->board, step->opcode, parameters, size) || !step->needed)
    {
      if (step->opcode == PRW_HCI_ZEPHYR_WRITE_BD_ADDR)
        prw_bytes_get_address (self->address, self->board.public_address);
      go_on (self, now);
      return;
    }
  self->status = size > 0 ? parameters[0] : 0;
  finish (self, self->status != 0 ? PRW_PROBE_REFUSED : PRW_PROBE_MALFORMED);
}

/* Command Complete (Core 5.4 Vol 4 Part E 7.7.14) and Command Status (7.7.15): of another command, they are answers to a Reset
 * that was repeated, or to what somebody asked before us. One with opcode 0 only says how many commands may come. */
static void
take_event (PrwProbe *self, const PrwH4Packet *packet, gint64 now)
{
  const guint8 *p = packet->parameters;
  gboolean complete = packet->code == EVENT_COMMAND_COMPLETE;
  guint16 opcode;

  self->n_events++;
  if (!complete && packet->code != EVENT_COMMAND_STATUS)
    return;
  if (packet->n_parameters < (complete ? 3 : 4) || (!complete && packet->n_parameters != 4))
    return;
  self->credits = p[complete ? 0 : 1];
  opcode = prw_bytes_get_le16 (p + (complete ? 1 : 2));
  if (opcode == PRW_HCI_ZEPHYR_READ_STATIC_ADDRESSES && self->owed > 0 && (complete || p[0] != 0))
    self->owed--;
  if (self->draining)
    {
      if (self->owed == 0)
        finish (self, PRW_PROBE_CONTROLLER);
      return;
    }
  if (opcode != (guint16) steps[self->step].opcode || self->due)
    return;
  if (complete)
    take_answer (self, p + 3, packet->n_parameters - 3, now);
  else if (p[0] != 0)
    take_answer (self, p, 1, now);
}

static gboolean
is_text (guint8 octet)
{
  return (octet >= ' ' && octet <= '~') || (octet >= '\a' && octet <= '\r') || octet == 0x1b;
}

/* Later than at a Reset, what has no sense may be half an answer with an identity root in it: it is counted, and not kept. */
static void
take_noise (PrwProbe *self, guint8 octet)
{
  if (self->step == 0 && self->n_noise < sizeof self->heard)
    self->heard[self->n_noise] = (char) octet;
  self->n_noise++;
  self->n_text += is_text (octet);
}

static gboolean
heard (const PrwProbe *self, const void *what, gsize size)
{
  gsize n = MIN (self->n_noise, sizeof self->heard);

  return n >= size && memmem (self->heard, n, what, size) != NULL;
}

/* A terminal line that echoes shows control characters as they are or, as Unix does, with a caret. */
static gboolean
echoes (const PrwProbe *self)
{
  static const char reset[] = { 0x01, 0x03, 0x0c, 0x00 };

  return heard (self, reset, sizeof reset) || heard (self, "^A^C", 4) || heard (self, "^A^L", 4);
}

static PrwProbeVerdict
judge_noise (const PrwProbe *self)
{
  if (echoes (self) || self->n_text * 10 >= self->n_noise * 8)
    return PRW_PROBE_NOT_HCI;
  return PRW_PROBE_NOISE;
}

static void
take_packets (PrwProbe *self, gint64 now)
{
  PrwH4Packet packet;
  PrwH4Result result;

  while (self->verdict == PRW_PROBE_PENDING && (result = prw_h4_take (&self->h4, &packet)) != PRW_H4_MORE)
    switch (result)
      {
      case PRW_H4_EVENT:
        take_event (self, &packet, now);
        break;
      case PRW_H4_NOISE:
        take_noise (self, packet.code);
        if (self->n_noise >= PRW_PROBE_NOISE_MAX)
          finish (self, judge_noise (self));
        break;
      case PRW_H4_DATA:
      case PRW_H4_MORE:
        break;
      }
}

/* What has begun and did not go on was no packet, or one that lost its end: the answer may be behind its first octet. */
static void
search_rest (PrwProbe *self, gint64 now)
{
  const guint8 *begun;
  gsize n = prw_h4_get_begun (&self->h4, &begun);

  if (n >= 2 && begun[0] == 0x04 && (begun[1] == EVENT_COMMAND_COMPLETE || begun[1] == EVENT_COMMAND_STATUS))
    self->half = TRUE;
  while (self->verdict == PRW_PROBE_PENDING && prw_h4_get_begun (&self->h4, &begun) > 0)
    {
      take_noise (self, begun[0]);
      prw_h4_resync (&self->h4);
      take_packets (self, now);
    }
}

static PrwProbeVerdict
judge_no_answer (const PrwProbe *self)
{
  if (self->step > 0 || self->half)
    return PRW_PROBE_STOPPED;
  /* in noise there is something like an event now and then */
  if (self->n_events > self->n_noise)
    return PRW_PROBE_DEAF;
  return self->n_noise > 0 ? judge_noise (self) : PRW_PROBE_SILENT;
}

PrwProbeVerdict
prw_probe_wake (PrwProbe *self, gint64 now)
{
  guint step = self->step;

  if (self->verdict != PRW_PROBE_PENDING || now < self->deadline)
    return self->verdict;
  search_rest (self, now);
  if (self->verdict != PRW_PROBE_PENDING || self->step != step)
    return self->verdict;
  if (self->draining)
    {
      self->owed = 0;
      finish (self, PRW_PROBE_CONTROLLER);
      return self->verdict;
    }
  if (self->tries == PRW_PROBE_TRIES)
    {
      finish (self, judge_no_answer (self));
      return self->verdict;
    }
  self->tries++;
  self->due = TRUE;
  self->credits = 1; /* an answer that was lost took its credit with it */
  self->deadline = now + PRW_PROBE_WAIT;
  return self->verdict;
}

PrwProbeVerdict
prw_probe_feed (PrwProbe *self, guint8 *data, gsize size, gint64 now)
{
  gsize done = 0;

  /* What a closed account still gets is wiped all the same. */
  while (done < size && self->verdict == PRW_PROBE_PENDING)
    {
      done += prw_h4_put (&self->h4, data + done, size - done);
      take_packets (self, now);
    }
  if (size > 0)
    explicit_bzero (data, size);
  /* an endless stream never lets its reader be idle */
  return prw_probe_wake (self, now);
}

gsize
prw_probe_take_command (PrwProbe *self, guint8 *out)
{
  if (!self->due || self->credits == 0)
    return 0;
  self->due = FALSE;
  self->owed += steps[self->step].opcode == PRW_HCI_ZEPHYR_READ_STATIC_ADDRESSES;
  if (self->step == STEP_WRITE)
    return prw_h4_command (out, (guint16) steps[self->step].opcode, self->address, sizeof self->address);
  return prw_h4_command (out, (guint16) steps[self->step].opcode, NULL, 0);
}

void
prw_probe_write_address (PrwProbe *self, const char *address, gint64 now)
{
  g_return_if_fail (self->verdict == PRW_PROBE_CONTROLLER && prw_board_has_command (&self->board, PRW_HCI_ZEPHYR_WRITE_BD_ADDR));

  if (!prw_bytes_put_address (self->address, address))
    g_return_if_reached ();
  self->verdict = PRW_PROBE_PENDING;
  self->draining = FALSE;
  self->step = STEP_WRITE;
  self->tries = 1;
  self->due = TRUE;
  self->deadline = now + PRW_PROBE_WAIT;
}

gint64
prw_probe_get_deadline (const PrwProbe *self)
{
  return self->deadline;
}

PrwProbeVerdict
prw_probe_get_verdict (const PrwProbe *self)
{
  return self->verdict;
}

const PrwBoard *
prw_probe_get_board (const PrwProbe *self)
{
  return &self->board;
}

static char *
explain_text (const PrwProbe *self)
{
  if (echoes (self))
    return g_strdup (_("no HCI controller: it echoes what is sent to it, as a console or a modem does"));
  if (heard (self, "ERROR", 5) || heard (self, "AT\r", 3))
    return g_strdup (_("no HCI controller: it answers as a modem does"));
  return g_strdup (_("no HCI controller: it sends text, as a console does; flash firmware with HCI over UART (Zephyr's sample hci_uart)"));
}

char *
prw_probe_explain (const PrwProbe *self)
{
  const char *name = steps[MIN (self->step, STEP_WRITE)].name;

  switch (self->verdict)
    {
    case PRW_PROBE_PENDING:
      return g_strdup (_("being asked"));
    case PRW_PROBE_CONTROLLER:
      return prw_board_describe (&self->board);
    case PRW_PROBE_SILENT:
      return g_strdup (_("nothing answers"));
    case PRW_PROBE_NOT_HCI:
      return explain_text (self);
    case PRW_PROBE_NOISE:
      return g_strdup (_("it sends what makes no sense: another speed, or no HCI controller"));
    case PRW_PROBE_DEAF:
      return g_strdup (_("it sends HCI events and does not answer: it does not hear us, look at TX and at flow control"));
    case PRW_PROBE_STOPPED:
      return g_strdup_printf (_("it stopped in the middle of an answer or did not answer to \"%s\": unplug it and plug it in again"), name);
    case PRW_PROBE_REFUSED:
      return g_strdup_printf (_("an HCI controller that refuses \"%s\" (status 0x%02x): unplug it and plug it in again, or flash it anew"),
                              name, self->status);
    case PRW_PROBE_MALFORMED:
      return g_strdup_printf (_("an HCI controller whose answer to \"%s\" is malformed: flash other firmware"), name);
    }
  g_return_val_if_reached (NULL);
}
