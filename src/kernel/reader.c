/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/reader.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

/* One socket, and the frame that was read from it and waits for the other's to be compared. */
typedef struct
{
  int fd;
  gpointer tag;
  gsize size; /* 0: none */
  struct timespec time;
  guint8 frame[PRW_READER_FRAME_MAX];
} Slot;

typedef struct
{
  GSource source;
  PrwReaderFuncs funcs;
  gpointer data;
  Slot slots[PRW_KERNEL_N_CHANNELS];
} Reader;

/*
 * Bluetooth stamps each frame where it comes up: hci_recv_frame(), hci_send_frame(), mgmt_send_event_skb(). So that is
 * only asked for: SO_TIMESTAMPNS would have every packet of the machine's network stamped. It is taken where somebody
 * has set it, all the same.
 */
static void
ask_for_time (int fd)
{
  const int flags = SOF_TIMESTAMPING_SOFTWARE;

  if (setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) != 0)
    g_debug ("no times from the kernel, the order is that of reading: %s", g_strerror (errno));
}

static void
take_time (struct msghdr *message, struct timespec *time)
{
  clock_gettime (CLOCK_REALTIME, time);
  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL; c = CMSG_NXTHDR (message, c))
    if (c->cmsg_level == SOL_SOCKET && (c->cmsg_type == SCM_TIMESTAMPING || c->cmsg_type == SCM_TIMESTAMPNS))
      memcpy (time, CMSG_DATA (c), sizeof *time); /* the first of three, or the only one */
}

/* Reads the next frame, if there is one. Returns: 0, or what is wrong with the socket. */
static int
fill (Slot *slot)
{
  union
  {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (sizeof (struct scm_timestamping)) + CMSG_SPACE (sizeof (struct timespec))];
  } control;
  struct iovec vector = { slot->frame, sizeof slot->frame };
  struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
  gssize got;

  do
    got = recvmsg (slot->fd, &message, MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  if (got == 0)
    return EPIPE;
  if (got < 0)
    return errno == EAGAIN ? 0 : errno;
  slot->size = (gsize) got;
  take_time (&message, &slot->time);
  if (message.msg_flags & MSG_TRUNC)
    {
      explicit_bzero (slot->frame, sizeof slot->frame);
      slot->size = 0;
    }
  return 0;
}

static gboolean
is_later (const struct timespec *a, const struct timespec *b)
{
  return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* Of two of the same time the control channel's goes first: it is what names the other's peer. */
static Slot *
oldest (Reader *self)
{
  Slot *control = &self->slots[PRW_KERNEL_CHANNEL_CONTROL], *monitor = &self->slots[PRW_KERNEL_CHANNEL_MONITOR];

  if (control->size == 0 || monitor->size == 0)
    return control->size > 0 ? control : monitor->size > 0 ? monitor : NULL;
  return is_later (&control->time, &monitor->time) ? monitor : control;
}

static void
hand_on (Reader *self, Slot *slot)
{
  gsize size = slot->size;

  self->funcs.frame ((PrwKernelChannel) (slot - self->slots), slot->frame, size, self->data);
  explicit_bzero (slot->frame, size);
  slot->size = 0;
}

static gboolean
reader_waits (Reader *self)
{
  return self->slots[PRW_KERNEL_CHANNEL_CONTROL].size > 0 || self->slots[PRW_KERNEL_CHANNEL_MONITOR].size > 0;
}

static gboolean
reader_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return reader_waits ((Reader *) source);
}

static gboolean
reader_check (GSource *source)
{
  Reader *self = (Reader *) source;

  for (guint i = 0; i < PRW_KERNEL_N_CHANNELS; i++)
    if (g_source_query_unix_fd (source, self->slots[i].tag) != 0)
      return TRUE;
  return reader_waits (self);
}

static gboolean
lose (Reader *self, int error)
{
  g_autofree char *message = g_strdup_printf ("the kernel's Bluetooth socket died: %s", g_strerror (error));

  self->funcs.lost (message, self->data);
  return G_SOURCE_REMOVE;
}

static gboolean
reader_dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  Reader *self = (Reader *) source;
  Slot *next;

  for (guint n = 0; n < PRW_READER_BATCH && !g_source_is_destroyed (source); n++)
    {
      for (guint i = 0; i < PRW_KERNEL_N_CHANNELS; i++)
        {
          int error = self->slots[i].size == 0 ? fill (&self->slots[i]) : 0;

          if (error != 0)
            return lose (self, error);
        }
      next = oldest (self);
      if (next == NULL)
        {
          /* what poll() found, recvmsg() did not: it would be found again at once, for ever */
          for (guint i = 0; i < PRW_KERNEL_N_CHANNELS; i++)
            if (n == 0 && (g_source_query_unix_fd (source, self->slots[i].tag) & (G_IO_HUP | G_IO_ERR | G_IO_NVAL)) != 0)
              return lose (self, EPIPE);
          break;
        }
      hand_on (self, next);
    }
  return G_SOURCE_CONTINUE;
}

static void
reader_finalize (GSource *source)
{
  Reader *self = (Reader *) source;

  explicit_bzero (self->slots, sizeof self->slots);
}

GSource *
prw_reader_source_new (int control, int monitor, const PrwReaderFuncs *funcs, gpointer data)
{
  static GSourceFuncs source_funcs = { reader_prepare, reader_check, reader_dispatch, reader_finalize, NULL, NULL };
  GSource *source = g_source_new (&source_funcs, sizeof (Reader));
  Reader *self = (Reader *) source;
  const int fds[] = { [PRW_KERNEL_CHANNEL_CONTROL] = control, [PRW_KERNEL_CHANNEL_MONITOR] = monitor };

  self->funcs = *funcs;
  self->data = data;
  for (guint i = 0; i < PRW_KERNEL_N_CHANNELS; i++)
    {
      self->slots[i].fd = fds[i];
      self->slots[i].tag = g_source_add_unix_fd (source, fds[i], G_IO_IN | G_IO_ERR | G_IO_HUP);
      ask_for_time (fds[i]);
    }
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_static_name (source, "pairward kernel link");
  return source;
}
