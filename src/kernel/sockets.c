/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/sockets.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/bytes.h"
#include "kernel/filter.h"
#include "kernel/privileges.h"

/* The kernel's include/net/bluetooth: bluetooth.h, hci.h, hci_sock.h. The packages that have them bring all of libbluetooth. */
#define BTPROTO_HCI 1
#define HCI_DEV_NONE 0xffff
#define HCI_CHANNEL_MONITOR 2
#define HCI_CHANNEL_CONTROL 3

struct sockaddr_hci
{
  sa_family_t hci_family;
  guint16 hci_dev;
  guint16 hci_channel;
};

#define HCIGETCONNLIST _IOR ('H', 212, int)
#define ACL_LINK 0x01
#define LE_LINK 0x80
#define LINK_CENTRAL 0x0001
#define LINK_ENCRYPTED 0x0004
/* Connected; still being set up, when there are frames already; being disconnected, when there are some still. */
#define BT_CONNECTED 1
#define BT_CONFIG 7
#define BT_DISCONN 8

struct hci_conn_info
{
  guint16 handle;
  guint8 address[PRW_ADDRESS_BYTES];
  guint8 type;
  guint8 out;
  guint16 state;
  guint32 link_mode;
};

struct hci_conn_list_req
{
  guint16 dev_id;
  guint16 conn_num;
  struct hci_conn_info conn_info[PRW_CONNECTIONS_MAX];
};

#define NEEDS "it needs CAP_NET_ADMIN and CAP_NET_RAW"

static int
open_socket (GError **error)
{
  int fd = socket (AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_HCI);

  if (fd >= 0)
    return fd;
  if (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                         "this kernel has no Bluetooth, or not in this network namespace or under this service's restrictions");
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "no Bluetooth socket: %s", g_strerror (errno));
  return -1;
}

static int
open_channel (guint16 channel, const struct sock_fprog *filter, GError **error)
{
  const struct sockaddr_hci address = { .hci_family = AF_BLUETOOTH, .hci_dev = HCI_DEV_NONE, .hci_channel = channel };
  int fd = open_socket (error);

  if (fd < 0)
    return -1;
  if (prw_filter_attach (fd, filter, error))
    {
      if (bind (fd, (const struct sockaddr *) &address, sizeof address) == 0)
        return fd;
      if (errno == EPERM || errno == EACCES)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, NEEDS);
      else
        g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "binding a Bluetooth socket: %s", g_strerror (errno));
    }
  close (fd);
  return -1;
}

/* Without CAP_NET_ADMIN the control channel opens all the same, and then tells next to nothing: so that is asked first. */
gboolean
prw_kernel_sockets_open (PrwKernelSockets *sockets, GError **error)
{
  *sockets = PRW_KERNEL_SOCKETS_NONE;
  if (!prw_privileges_suffice_for_link ())
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, NEEDS);
  else if ((sockets->query = open_socket (error)) >= 0 &&
           (sockets->monitor = open_channel (HCI_CHANNEL_MONITOR, &prw_filter_monitor, error)) >= 0 &&
           (sockets->control = open_channel (HCI_CHANNEL_CONTROL, &prw_filter_control, error)) >= 0)
    return TRUE;
  prw_kernel_sockets_close (sockets);
  return FALSE;
}

void
prw_kernel_sockets_close (PrwKernelSockets *sockets)
{
  const int fds[] = { sockets->control, sockets->monitor, sockets->query };

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      close (fds[i]);
  *sockets = PRW_KERNEL_SOCKETS_NONE;
}

static gboolean
is_link (const struct hci_conn_info *info)
{
  return (info->type == ACL_LINK || info->type == LE_LINK) &&
         (info->state == BT_CONNECTED || info->state == BT_CONFIG || info->state == BT_DISCONN);
}

GArray *
prw_kernel_sockets_list (int query, guint16 index)
{
  struct hci_conn_list_req request = { .dev_id = index, .conn_num = PRW_CONNECTIONS_MAX };
  GArray *list = g_array_new (FALSE, FALSE, sizeof (PrwListedConnection));

  if (ioctl (query, HCIGETCONNLIST, &request) != 0)
    return list;
  for (guint i = 0; i < MIN (request.conn_num, PRW_CONNECTIONS_MAX); i++)
    {
      const struct hci_conn_info *info = &request.conn_info[i];
      PrwListedConnection connection = { .handle = info->handle };

      if (!is_link (info))
        continue;
      prw_bytes_get_address (info->address, connection.address);
      connection.transport = info->type == LE_LINK ? PRW_TRANSPORT_LE : PRW_TRANSPORT_BREDR;
      connection.central = (info->link_mode & LINK_CENTRAL) != 0;
      connection.encrypted = (info->link_mode & LINK_ENCRYPTED) != 0;
      g_array_append_val (list, connection);
    }
  return list;
}
