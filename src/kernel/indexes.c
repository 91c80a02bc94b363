/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/indexes.h"

#include <sys/socket.h>
#include <unistd.h>

#include "kernel/ask.h"

/* Events that may come before the answer. */
#define FRAMES_MAX 256

gssize
prw_indexes_ask (int fd, guint16 *indexes)
{
  const PrwMgmtCommand command = prw_mgmt_command_plain (PRW_MGMT_READ_INDEX_LIST, PRW_MGMT_INDEX_NONE);
  guint8 frame[1024];
  PrwMgmtEvent event;

  if (send (fd, command.frame, command.size, MSG_NOSIGNAL) != (ssize_t) command.size)
    return -1;
  for (guint i = 0; i < FRAMES_MAX; i++)
    {
      ssize_t size = recv (fd, frame, sizeof frame, 0);

      if (size <= 0)
        return -1;
      if (!prw_mgmt_parse (frame, (gsize) size, &event) || event.opcode != PRW_MGMT_READ_INDEX_LIST)
        continue;
      if (event.code == PRW_MGMT_COMMAND_COMPLETE)
        return event.status == PRW_MGMT_STATUS_SUCCESS ? (gssize) prw_mgmt_parse_index_list (&event, indexes, PRW_INDEXES_MAX) : -1;
      if (event.code == PRW_MGMT_COMMAND_STATUS)
        return -1;
    }
  return -1;
}

gssize
prw_indexes_read (guint16 *indexes)
{
  int fd = prw_hci_channel_open (PRW_MGMT_INDEX_NONE, PRW_HCI_CHANNEL_CONTROL);
  gssize n;

  if (fd < 0)
    return -1;
  n = prw_indexes_ask (fd, indexes);
  close (fd);
  return n;
}
