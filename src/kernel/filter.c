/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/filter.h"

#include <errno.h>
#include <sys/socket.h>

#include "kernel/mgmt.h"
#include "kernel/monitor.h"
#include "kernel/smp.h"

/* BPF loads are big-endian, the frames little-endian. */
#define SWAPPED(value) ((((value) & 0xffu) << 8) | ((value) >> 8))

#define LOAD_LENGTH BPF_STMT (BPF_LD | BPF_W | BPF_LEN, 0)
#define LOAD_OCTET(at) BPF_STMT (BPF_LD | BPF_B | BPF_ABS, (at))
#define LOAD_TWO(at) BPF_STMT (BPF_LD | BPF_H | BPF_ABS, (at)) /* a load beyond the end drops the frame */
#define AND(mask) BPF_STMT (BPF_ALU | BPF_AND | BPF_K, (mask))
#define EQUAL(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define AT_LEAST(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, (value), (yes), (no))
#define PASS(octets) BPF_STMT (BPF_RET | BPF_K, (octets)) /* that many at most */
#define DROP PASS (0)
#define PASS_ALL PASS (0xffff)

/* Where things are in a frame of the monitor channel. */
#define AT_HCI_EVENT PRW_MONITOR_HEADER
#define AT_BOUNDARY (PRW_MONITOR_HEADER + 1)
#define AT_CHANNEL (PRW_MONITOR_HEADER + PRW_ACL_HEADER + 2)
#define AT_SMP (PRW_MONITOR_HEADER + PRW_ACL_HEADER + PRW_L2CAP_HEADER)
#define END_OF_HCI_EVENT (PRW_MONITOR_HEADER + PRW_HCI_EVENT_HEADER + 5) /* of the longest, 0x59 */

/* The numbers in comments are the lines that jumps count by. */
static struct sock_filter monitor_code[] = {
  /*  0 */ LOAD_TWO (0),
  /*  1 */ EQUAL (SWAPPED (PRW_MONITOR_EVENT), 2, 0),  /* → 4 */
  /*  2 */ EQUAL (SWAPPED (PRW_MONITOR_ACL_RX), 5, 0), /* → 8 */
  /*  3 */ EQUAL (SWAPPED (PRW_MONITOR_ACL_TX), 9, 25), /* → 13, else drop */
  /* an HCI event */
  /*  4 */ LOAD_OCTET (AT_HCI_EVENT),
  /*  5 */ EQUAL (PRW_HCI_ENCRYPTION_CHANGE, 22, 0),
  /*  6 */ EQUAL (PRW_HCI_ENCRYPTION_KEY_REFRESH, 21, 0),
  /*  7 */ EQUAL (PRW_HCI_ENCRYPTION_CHANGE_V2, 20, 21),
  /* ACL data from the peer: too short to show its channel passes */
  /*  8 */ LOAD_OCTET (AT_BOUNDARY),
  /*  9 */ AND (PRW_ACL_BOUNDARY),
  /* 10 */ EQUAL (PRW_ACL_CONTINUATION, 18, 0),
  /* 11 */ LOAD_LENGTH,
  /* 12 */ AT_LEAST (AT_SMP, 3, 14), /* → 16, else what there is */
  /* ACL data to the peer: the kernel's own fragments are never so short */
  /* 13 */ LOAD_OCTET (AT_BOUNDARY),
  /* 14 */ AND (PRW_ACL_BOUNDARY),
  /* 15 */ EQUAL (PRW_ACL_CONTINUATION, 13, 0),
  /* the beginning of an L2CAP PDU */
  /* 16 */ LOAD_TWO (AT_CHANNEL),
  /* 17 */ EQUAL (SWAPPED (PRW_L2CAP_SMP), 0, 11),
  /* 18 */ LOAD_LENGTH,
  /* 19 */ AT_LEAST (AT_SMP + 1, 0, 7),
  /* 20 */ LOAD_OCTET (AT_SMP),
  /* 21 */ EQUAL (PRW_SMP_PAIRING_REQUEST, 4, 0),
  /* 22 */ EQUAL (PRW_SMP_PAIRING_RESPONSE, 3, 0),
  /* 23 */ EQUAL (PRW_SMP_PAIRING_FAILED, 2, 0),
  /* 24 */ EQUAL (PRW_SMP_SECURITY_REQUEST, 1, 0),
  /* 25 */ PASS (AT_SMP + 1), /* may hold a key, or what one is made of: its code alone */
  /* 26 */ PASS (AT_SMP + PRW_SMP_SHOWN),
  /* 27 */ PASS (AT_SMP), /* shows no code */
  /* 28 */ PASS (END_OF_HCI_EVENT),
  /* 29 */ DROP,
};
const struct sock_fprog prw_filter_monitor = { G_N_ELEMENTS (monitor_code), monitor_code };

static struct sock_filter control_code[] = {
  /*  0 */ LOAD_TWO (0),
  /*  1 */ EQUAL (SWAPPED (PRW_MGMT_COMMAND_COMPLETE), 15, 0),
  /*  2 */ EQUAL (SWAPPED (PRW_MGMT_COMMAND_STATUS), 14, 0),
  /*  3 */ EQUAL (SWAPPED (PRW_MGMT_INDEX_ADDED), 13, 0),
  /*  4 */ EQUAL (SWAPPED (PRW_MGMT_INDEX_REMOVED), 12, 0),
  /*  5 */ EQUAL (SWAPPED (PRW_MGMT_NEW_SETTINGS), 11, 0),
  /*  6 */ EQUAL (SWAPPED (PRW_MGMT_DEVICE_DISCONNECTED), 10, 0),
  /*  7 */ EQUAL (SWAPPED (PRW_MGMT_AUTHENTICATION_FAILED), 9, 0),
  /*  8 */ EQUAL (SWAPPED (PRW_MGMT_DEVICE_CONNECTED), 4, 0),
  /*  9 */ EQUAL (SWAPPED (PRW_MGMT_NEW_LINK_KEY), 4, 0),
  /* 10 */ EQUAL (SWAPPED (PRW_MGMT_NEW_LONG_TERM_KEY), 4, 0),
  /* 11 */ EQUAL (SWAPPED (PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY), 4, 0),
  /* 12 */ DROP,
  /* 13 */ PASS (PRW_MGMT_HEADER + PRW_MGMT_SHOWN_CONNECTED), /* what it advertised follows */
  /* 14 */ PASS (PRW_MGMT_HEADER + PRW_MGMT_SHOWN_LINK_KEY),
  /* 15 */ PASS (PRW_MGMT_HEADER + PRW_MGMT_SHOWN_LONG_TERM_KEY),
  /* 16 */ PASS (PRW_MGMT_HEADER + PRW_MGMT_SHOWN_IDENTITY_RESOLVING_KEY),
  /* 17 */ PASS_ALL,
};
const struct sock_fprog prw_filter_control = { G_N_ELEMENTS (control_code), control_code };

gboolean
prw_filter_attach (int fd, const struct sock_fprog *program, GError **error)
{
  const int on = 1;

  if (setsockopt (fd, SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof *program) == 0 &&
      setsockopt (fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "no filter for a Bluetooth socket: %s", g_strerror (errno));
  return FALSE;
}
