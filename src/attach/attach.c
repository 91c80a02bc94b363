/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/attach.h"

#include <string.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

typedef enum
{
  STATE_NEW,
  STATE_PROBING,
  STATE_FOUND,
  STATE_WRITING, /* an address, into the controller */
  STATE_OPENED,
  STATE_ATTACHED,
  STATE_ENDED,
} State;

/* @noisy: at a speed that is over something came. @line_open: the port is the kernel's. */
struct _PrwAttach
{
  PrwWire *wire;
  guint speeds[PRW_ATTACH_SPEEDS_MAX];
  guint n_speeds, speed;
  gboolean flow_control, noisy, known, line_open;
  PrwLine line;
  PrwAttachFuncs funcs;
  gpointer data;
  State state;
  PrwProbe *probe;
  PrwBoard board;
  guint index;
  guint input, timer, end;
  GError *error;
};

PrwAttach *
prw_attach_new (PrwWire *wire, const guint *speeds, guint n_speeds, gboolean flow_control, const PrwLine *line, const PrwAttachFuncs *funcs,
                gpointer data)
{
  PrwAttach *self = g_new0 (PrwAttach, 1);

  g_assert (n_speeds > 0);
  self->wire = wire;
  self->n_speeds = MIN (n_speeds, PRW_ATTACH_SPEEDS_MAX);
  memcpy (self->speeds, speeds, self->n_speeds * sizeof *speeds);
  self->flow_control = flow_control;
  self->line = *line;
  self->funcs = *funcs;
  self->data = data;
  return self;
}

static void
let_go (PrwAttach *self)
{
  g_clear_handle_id (&self->input, g_source_remove);
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->line_open)
    self->line.close (self->wire->funcs->get_fd (self->wire), self->line.data);
  self->line_open = FALSE;
  g_clear_pointer (&self->probe, prw_probe_free);
  self->wire->funcs->restore (self->wire);
}

void
prw_attach_free (PrwAttach *self)
{
  let_go (self);
  g_clear_handle_id (&self->end, g_source_remove);
  g_clear_error (&self->error);
  self->wire->funcs->close (self->wire);
  g_free (self);
}

static gboolean
tell_end (gpointer data)
{
  PrwAttach *self = data;

  self->end = 0;
  self->funcs.ended (self, self->error, self->data);
  return G_SOURCE_REMOVE;
}

/* @error: (transfer full) (nullable) */
static void
end_with (PrwAttach *self, GError *error)
{
  self->state = STATE_ENDED;
  self->error = error;
  let_go (self);
  self->end = g_idle_add (tell_end, self);
}

/* What line and identity say does not name the port; what the port says does. */
static void
end_with_named (PrwAttach *self, GError *error)
{
  g_prefix_error (&error, "%s: ", self->wire->funcs->get_name (self->wire));
  end_with (self, error);
}

static gboolean
look (gpointer data)
{
  PrwAttach *self = data;

  if (self->line.is_there (self->wire->funcs->get_fd (self->wire), self->index, self->line.data))
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  end_with (self, NULL);
  return G_SOURCE_REMOVE;
}

/* Does not look at a controller that is not there yet, but at the port. */
static gboolean
look_at_line (gpointer data)
{
  PrwAttach *self = data;

  if (!self->wire->funcs->is_gone (self->wire))
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  end_with (self, g_error_new (PRW_PROBLEM, PRW_PROBLEM_GONE, _("%s: went away; plug the board in again"), self->wire->funcs->get_name (self->wire)));
  return G_SOURCE_REMOVE;
}

/* From here on the kernel reads the port. Nothing wakes who waits for its end: the line discipline does not poll (Linux,
 * drivers/bluetooth/hci_ldisc.c), so somebody has to look now and then. */
static void
open_line (PrwAttach *self)
{
  GError *error = NULL;

  g_clear_handle_id (&self->input, g_source_remove);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->probe, prw_probe_free);
  self->line_open = self->line.open (self->wire->funcs->get_fd (self->wire), self->line.data, &error);
  if (!self->line_open)
    {
      end_with_named (self, error);
      return;
    }
  self->state = STATE_OPENED;
  self->timer = g_timeout_add (PRW_ATTACH_LOOK, look_at_line, self);
  self->funcs.opened (self, self->data);
}

void
prw_attach_bring_up (PrwAttach *self)
{
  GError *error = NULL;

  g_return_if_fail (self->state == STATE_OPENED);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (!self->line.start (self->wire->funcs->get_fd (self->wire), &self->index, self->line.data, &error))
    {
      end_with_named (self, error);
      return;
    }
  self->state = STATE_ATTACHED;
  self->timer = g_timeout_add (PRW_ATTACH_LOOK, look, self);
  self->funcs.attached (self, self->data);
}

void
prw_attach_reopen (PrwAttach *self)
{
  g_return_if_fail (self->state == STATE_ATTACHED);

  self->line.close (self->wire->funcs->get_fd (self->wire), self->line.data);
  self->line_open = FALSE;
  open_line (self);
}

static char *
list_speeds (const PrwAttach *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->n_speeds; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? ", " : "", self->speeds[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Nothing sensible at any speed. */
static void
end_without_answer (PrwAttach *self)
{
  const char *name = self->wire->funcs->get_name (self->wire);
  g_autofree char *tried = list_speeds (self);

  if (!prw_attach_is_serial (self))
    end_with (self, g_error_new (PRW_PROBLEM, PRW_PROBLEM_SILENT,
                                 _("%s: the controller does not answer: unplug the board and plug it in again, or flash its firmware anew"), name));
  else if (self->noisy)
    end_with (self, g_error_new (PRW_PROBLEM, PRW_PROBLEM_WRONG_SPEED,
                                 _("%s: what it sends makes no sense (tried %s bits per second): tell the firmware's --speed, or it is no "
                                   "HCI controller"),
                                 name, tried));
  else if (self->flow_control && self->wire->funcs->is_blocked (self->wire))
    end_with (self, g_error_new (PRW_PROBLEM, PRW_PROBLEM_FLOW_CONTROL,
                                 _("%s: nothing answers, and it does not let us send (CTS is off): try --flow-control no"), name));
  else
    end_with (self, g_error_new (PRW_PROBLEM, PRW_PROBLEM_SILENT,
                                 _("%s: nothing answers (tried %s bits per second): flash firmware with HCI over UART (Zephyr's hci_uart; on an "
                                   "nRF5340 its network core too), or tell its --speed"), name, tried));
}

/* It answered as it must, once more when it was given an address. */
static void
go_on (PrwAttach *self)
{
  self->board = *prw_probe_get_board (self->probe);
  self->known = TRUE;
  if (self->state == STATE_WRITING)
    open_line (self);
  else
    {
      self->state = STATE_FOUND;
      self->funcs.found (self, self->data);
    }
}

/* Returns: whether there is a next speed, and it is tried */
static gboolean
try_next_speed (PrwAttach *self)
{
  GError *error = NULL;

  if (self->speed + 1 >= self->n_speeds)
    return FALSE;
  self->speed++;
  prw_probe_free (self->probe);
  self->probe = prw_probe_new (g_get_monotonic_time ());
  if (!self->wire->funcs->prepare (self->wire, self->speeds[self->speed], self->flow_control, &error))
    end_with (self, error);
  return TRUE;
}

/* A verdict; only where nothing sensible came another speed may help, and only there it does no harm to try. */
static void
conclude (PrwAttach *self)
{
  PrwProbeVerdict verdict = prw_probe_get_verdict (self->probe);
  g_autofree char *text = NULL;

  switch (verdict)
    {
    case PRW_PROBE_PENDING:
      return;
    case PRW_PROBE_CONTROLLER:
      go_on (self);
      return;
    case PRW_PROBE_NOISE:
    case PRW_PROBE_SILENT:
      self->noisy = self->noisy || verdict == PRW_PROBE_NOISE;
      if (!try_next_speed (self))
        end_without_answer (self);
      return;
    case PRW_PROBE_NOT_HCI:
    case PRW_PROBE_DEAF:
    case PRW_PROBE_STOPPED:
    case PRW_PROBE_REFUSED:
    case PRW_PROBE_MALFORMED:
      text = prw_probe_explain (self->probe);
      end_with_named (self, g_error_new_literal (PRW_PROBLEM, (int) prw_problem_of_verdict (verdict), text));
      return;
    }
}

/* What has come or not come until now is judged; what is due is sent; and when the wait is over this is called again. */
static gboolean
step (gpointer data)
{
  PrwAttach *self = data;
  guint8 command[PRW_H4_COMMAND_MAX];
  GError *error = NULL;
  gint64 left;
  gsize n;

  g_clear_handle_id (&self->timer, g_source_remove);
  prw_probe_wake (self->probe, g_get_monotonic_time ());
  while ((self->state == STATE_PROBING || self->state == STATE_WRITING) && prw_probe_get_verdict (self->probe) != PRW_PROBE_PENDING)
    conclude (self);
  if (self->state != STATE_PROBING && self->state != STATE_WRITING)
    return G_SOURCE_REMOVE;
  n = prw_probe_take_command (self->probe, command);
  if (n > 0 && !self->wire->funcs->write (self->wire, command, n, &error))
    {
      end_with (self, error);
      return G_SOURCE_REMOVE;
    }
  /* when it was found its user may have gone on at once, from within conclude () */
  g_clear_handle_id (&self->timer, g_source_remove);
  left = prw_probe_get_deadline (self->probe) - g_get_monotonic_time ();
  self->timer = g_timeout_add ((guint) (MAX (left, 0) / G_TIME_SPAN_MILLISECOND + 1), step, self);
  return G_SOURCE_REMOVE;
}

void
prw_attach_go (PrwAttach *self, const char *write)
{
  g_return_if_fail (self->state == STATE_FOUND);

  if (write == NULL)
    {
      open_line (self);
      return;
    }
  self->state = STATE_WRITING;
  prw_probe_write_address (self->probe, write, g_get_monotonic_time ());
  step (self);
}

/* While somebody thinks about what was found, only the end of the port matters: what else comes is swallowed. */
static gboolean
read_input (int fd, GIOCondition condition, gpointer data)
{
  PrwAttach *self = data;
  guint8 octets[1024];
  GError *error = NULL;
  gssize n = self->wire->funcs->read (self->wire, octets, sizeof octets, &error);

  if (n < 0)
    end_with (self, error);
  else if (n > 0)
    {
      prw_probe_feed (self->probe, octets, (gsize) n, g_get_monotonic_time ());
      if (self->state != STATE_FOUND)
        step (self);
    }
  return self->input != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
prw_attach_start (PrwAttach *self)
{
  GError *error = NULL;

  g_return_if_fail (self->state == STATE_NEW);

  self->state = STATE_PROBING;
  if (!self->wire->funcs->prepare (self->wire, self->speeds[0], self->flow_control, &error))
    {
      end_with (self, error);
      return;
    }
  self->probe = prw_probe_new (g_get_monotonic_time ());
  self->input = g_unix_fd_add (self->wire->funcs->get_fd (self->wire), G_IO_IN | G_IO_HUP | G_IO_ERR, read_input, self);
  step (self);
}

void
prw_attach_stop (PrwAttach *self)
{
  GError *error = NULL;

  if (self->state == STATE_ENDED)
    return;
  if (self->state != STATE_ATTACHED)
    error = g_error_new (PRW_PROBLEM, PRW_PROBLEM_STOPPED_BY_US, _("%s: was told to stop"), self->wire->funcs->get_name (self->wire));
  end_with (self, error);
}

void
prw_attach_refuse (PrwAttach *self, GError *error)
{
  if (self->state == STATE_ENDED)
    g_clear_error (&error);
  else if (error != NULL)
    end_with_named (self, error);
  else
    end_with (self, NULL);
}

const char *
prw_attach_get_name (const PrwAttach *self)
{
  return self->wire->funcs->get_name (self->wire);
}

gboolean
prw_attach_has_ended (const PrwAttach *self)
{
  return self->state == STATE_ENDED;
}

gboolean
prw_attach_is_known (const PrwAttach *self)
{
  return self->known;
}

const PrwBoard *
prw_attach_get_board (const PrwAttach *self)
{
  return &self->board;
}

gboolean
prw_attach_is_serial (const PrwAttach *self)
{
  return self->speeds[0] > 0;
}

guint
prw_attach_get_speed (const PrwAttach *self)
{
  return self->speeds[self->speed];
}

gboolean
prw_attach_get_flow_control (const PrwAttach *self)
{
  return self->flow_control;
}

guint
prw_attach_get_index (const PrwAttach *self)
{
  return self->index;
}
