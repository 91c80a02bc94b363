/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/uevents.h"

#include <glib/gi18n.h>

#ifdef HAVE_LIBNL

#include <glib-unix.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The kernel's group; udevd's is 2. */
#define GROUP_KERNEL 1
/* A hub with everything on it is a burst of some hundred messages of at most 2 KiB. */
#define RECEIVE_BUFFER (1024 * 1024)
/* In one go, so that a flood keeps nothing else waiting. */
#define MESSAGES_MAX 64

struct _PrwUevents
{
  struct nl_sock *socket;
  GSource *source;
  PrwUeventFunc func;
  gpointer data;
};

/* Only the kernel has port 0 and process 0; anybody with CAP_NET_ADMIN may send to the group. */
static gboolean
is_from_kernel (const struct sockaddr_nl *sender, const struct ucred *credentials)
{
  return sender->nl_pid == 0 && credentials != NULL && credentials->pid == 0;
}

/* Returns: whether there may be more */
static gboolean
receive (PrwUevents *self)
{
  struct sockaddr_nl sender = { 0 };
  struct ucred *credentials = NULL;
  unsigned char *data = NULL;
  PrwUevent uevent;
  /* Not nl_recvmsgs(): these messages have no netlink header. */
  int n = nl_recv (self->socket, &sender, &data, &credentials);

  if (n > 0 && is_from_kernel (&sender, credentials) && prw_uevent_parse ((const char *) data, (gsize) n, &uevent))
    self->func (&uevent, self->data);
  /* ENOBUFS, which libnl calls NLE_NOMEM: the socket's buffer was full. Whatever else it is, something was not heard. */
  else if (n < 0 && n != -NLE_AGAIN && n != -NLE_INTR)
    self->func (NULL, self->data);
  free (data);
  free (credentials);
  return n > 0;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  for (guint i = 0; i < MESSAGES_MAX && receive (data); i++)
    ;
  return G_SOURCE_CONTINUE;
}

static gboolean
set_up (struct nl_sock *socket, GError **error)
{
  int status;

  nl_socket_disable_seq_check (socket);
  nl_join_groups (socket, GROUP_KERNEL);
  status = nl_connect (socket, NETLINK_KOBJECT_UEVENT);
  if (status == 0)
    status = nl_socket_set_passcred (socket, 1);
  if (status == 0)
    status = nl_socket_set_nonblocking (socket);
  if (status == 0)
    status = nl_socket_set_buffer_size (socket, RECEIVE_BUFFER, 0);
  if (status != 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("cannot listen to the kernel's uevents: %s"), nl_geterror (status));
  return status == 0;
}

PrwUevents *
prw_uevents_open (PrwUeventFunc func, gpointer data, GError **error)
{
  struct nl_sock *socket = nl_socket_alloc ();
  PrwUevents *self;

  if (socket == NULL || !set_up (socket, error))
    {
      if (socket == NULL)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("there is no memory for a netlink socket"));
      nl_socket_free (socket);
      return NULL;
    }
  self = g_new0 (PrwUevents, 1);
  self->socket = socket;
  self->func = func;
  self->data = data;
  self->source = g_unix_fd_source_new (nl_socket_get_fd (socket), G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
prw_uevents_close (PrwUevents *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  nl_socket_free (self->socket);
  g_free (self);
}

#else /* HAVE_LIBNL */

PrwUevents *
prw_uevents_open (PrwUeventFunc func, gpointer data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("pairward was built without libnl (configure --with-libnl)"));
  return NULL;
}

void
prw_uevents_close (PrwUevents *self)
{
  g_assert (self == NULL); /* none was ever opened */
}

#endif /* HAVE_LIBNL */
