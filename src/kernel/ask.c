/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/ask.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's include/net/bluetooth: bluetooth.h, hci_sock.h. */
#define BTPROTO_HCI 1
/* So many frames are looked at when the time is over: the answer may be among what came while we did not run. */
#define LATE_MAX 32

struct sockaddr_hci
{
  sa_family_t hci_family;
  guint16 hci_dev;
  guint16 hci_channel;
};

int
prw_hci_channel_open (guint16 index, PrwHciChannel channel)
{
  const struct sockaddr_hci address = { .hci_family = AF_BLUETOOTH, .hci_dev = index, .hci_channel = (guint16) channel };
  int fd = socket (AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_HCI);
  int code;

  if (fd < 0 || bind (fd, (const struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  code = errno;
  close (fd);
  errno = code;
  return -1;
}

/* Returns: whether something can be read before @deadline, µs of g_get_monotonic_time(), and before @stop says so. poll() passes over
 * a descriptor of -1. */
static gboolean
wait_for (int fd, int stop, gint64 deadline)
{
  struct pollfd poller[] = { { .fd = fd, .events = POLLIN }, { .fd = stop, .events = POLLIN } };
  gint64 left;
  int n;

  do
    {
      left = MAX (deadline - g_get_monotonic_time (), 0);
      n = poll (poller, G_N_ELEMENTS (poller), (int) (left / G_TIME_SPAN_MILLISECOND));
    }
  while (n < 0 && errno == EINTR);
  return n > 0 && poller[0].revents != 0;
}

gboolean
prw_mgmt_wait (int fd, const PrwMgmtCommand *command, guint timeout, int stop, guint8 *frame, gsize size, PrwMgmtEvent *event)
{
  gint64 deadline = g_get_monotonic_time () + timeout * G_TIME_SPAN_MILLISECOND;
  guint late = 0;

  while (late < LATE_MAX && wait_for (fd, stop, deadline))
    {
      ssize_t n = recv (fd, frame, size, MSG_DONTWAIT);

      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return FALSE;
      if (n > 0 && prw_mgmt_parse (frame, (gsize) n, event) && event->index == command->index && event->opcode == command->opcode &&
          (event->code == PRW_MGMT_COMMAND_COMPLETE || event->code == PRW_MGMT_COMMAND_STATUS))
        return TRUE;
      late += g_get_monotonic_time () >= deadline;
    }
  return FALSE;
}

gboolean
prw_mgmt_ask (int fd, const PrwMgmtCommand *command, guint timeout, int stop, guint8 *frame, gsize size, PrwMgmtEvent *event)
{
  return send (fd, command->frame, command->size, MSG_NOSIGNAL) == (ssize_t) command->size &&
         prw_mgmt_wait (fd, command, timeout, stop, frame, size, event);
}
