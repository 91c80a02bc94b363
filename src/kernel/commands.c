/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/commands.h"

#include <string.h>

#include "core/error.h"

struct _PrwCommands
{
  PrwClock *clock;
  PrwCommandsSendFunc send;
  gpointer send_data;
  GQueue waiting; /* of Pending; the head is the one that was sent */
};

typedef struct
{
  PrwCommands *commands;
  PrwMgmtCommand command;
  gboolean sent;
  PrwCommandFunc func;
  gpointer data;
  guint alarm;
} Pending;

PrwCommands *
prw_commands_new (PrwClock *clock, PrwCommandsSendFunc send, gpointer data)
{
  PrwCommands *self = g_new0 (PrwCommands, 1);

  self->clock = g_object_ref (clock);
  self->send = send;
  self->send_data = data;
  g_queue_init (&self->waiting);
  return self;
}

void
prw_commands_free (PrwCommands *self)
{
  g_assert (g_queue_is_empty (&self->waiting));
  g_object_unref (self->clock);
  g_free (self);
}

/* Takes @pending, which is in no queue any more. What @func does may end the whole queue: nothing of it is touched after it. */
static void
end (Pending *pending, const PrwMgmtEvent *reply, guint8 status, const GError *error)
{
  prw_clock_clear_alarm (pending->commands->clock, &pending->alarm);
  pending->func (reply, status, error, pending->data);
  explicit_bzero (pending, sizeof *pending); /* it may hold out-of-band data */
  g_free (pending);
}

static void
send_next (PrwCommands *self)
{
  Pending *head = g_queue_peek_head (&self->waiting);

  if (head == NULL || head->sent)
    return;
  head->sent = TRUE;
  self->send (&head->command, self->send_data);
}

static gboolean
on_timeout (gpointer data)
{
  Pending *pending = data;
  PrwCommands *self = pending->commands;
  g_autoptr (GError) error =
    g_error_new (PRW_ERROR, PRW_ERROR_TIMEOUT, "the kernel did not answer command 0x%04x", pending->command.opcode);

  pending->alarm = 0;
  g_queue_remove (&self->waiting, pending);
  send_next (self);
  end (pending, NULL, 0, error);
  return G_SOURCE_REMOVE;
}

void
prw_commands_add (PrwCommands *self, const PrwMgmtCommand *command, PrwCommandFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;
  Pending *pending;

  if (g_queue_get_length (&self->waiting) >= PRW_COMMANDS_MAX)
    {
      g_set_error_literal (&error, PRW_ERROR, PRW_ERROR_NOT_READY, "too many commands wait for the kernel");
      func (NULL, 0, error, data);
      return;
    }
  pending = g_new0 (Pending, 1);
  pending->commands = self;
  pending->command = *command;
  pending->func = func;
  pending->data = data;
  pending->alarm = prw_clock_add_alarm (self->clock, PRW_COMMANDS_TIMEOUT, on_timeout, pending);
  g_queue_push_tail (&self->waiting, pending);
  send_next (self);
}

static PrwError
error_of (guint8 status)
{
  switch (status)
    {
    case PRW_MGMT_STATUS_UNKNOWN_COMMAND:
    case PRW_MGMT_STATUS_NOT_SUPPORTED:
    case PRW_MGMT_STATUS_PERMISSION_DENIED:
      return PRW_ERROR_NOT_SUPPORTED;
    case PRW_MGMT_STATUS_BUSY:
    case PRW_MGMT_STATUS_REJECTED: /* Set Static Address while powered */
    case PRW_MGMT_STATUS_NOT_POWERED:
    case PRW_MGMT_STATUS_INVALID_INDEX:
    case PRW_MGMT_STATUS_RFKILLED:
      return PRW_ERROR_NOT_READY;
    case PRW_MGMT_STATUS_TIMEOUT:
      return PRW_ERROR_TIMEOUT;
    case PRW_MGMT_STATUS_INVALID_PARAMETERS:
      return PRW_ERROR_INVALID_ARGUMENTS;
    default:
      return PRW_ERROR_FAILED;
    }
}

static const char *
status_text (guint8 status)
{
  /* doc/mgmt-protocol.rst, Error Codes */
  static const char *const texts[] = {
    "success", "unknown command", "not connected", "failed", "connect failed", "authentication failed", "not paired", "no resources",
    "timeout", "already connected", "busy", "rejected", "not supported", "invalid parameters", "disconnected", "not powered",
    "cancelled", "invalid index", "rfkilled", "already paired", "permission denied",
  };

  return status < G_N_ELEMENTS (texts) ? texts[status] : "unknown";
}

void
prw_commands_reply (PrwCommands *self, const PrwMgmtEvent *reply)
{
  Pending *head = g_queue_peek_head (&self->waiting);
  g_autoptr (GError) error = NULL;

  /* A successful Command Status only says that it has begun. */
  if (head == NULL || !head->sent || head->command.opcode != reply->opcode ||
      (reply->code == PRW_MGMT_COMMAND_STATUS && reply->status == PRW_MGMT_STATUS_SUCCESS))
    return;
  if (reply->status != PRW_MGMT_STATUS_SUCCESS)
    g_set_error (&error, PRW_ERROR, (int) error_of (reply->status), "the kernel says: %s (0x%02x)", status_text (reply->status),
                 reply->status);
  g_queue_pop_head (&self->waiting);
  send_next (self);
  end (head, error == NULL ? reply : NULL, reply->status, error);
}

void
prw_commands_fail (PrwCommands *self, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (PRW_ERROR, PRW_ERROR_NOT_READY, message);
  GQueue ended = self->waiting;
  Pending *pending;

  g_queue_init (&self->waiting);
  while ((pending = g_queue_pop_head (&ended)) != NULL)
    end (pending, NULL, 0, error);
}
