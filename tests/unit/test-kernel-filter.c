/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* The filters, run by this machine's kernel: frames in, and how much of each comes out. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hex.h"
#include "kernel/filter.h"

typedef struct
{
  const char *why;
  const char *frame; /* in hexadecimal */
  guint padding;     /* octets 0xee after it */
  int passes;        /* how many octets; 0: dropped; -1: all */
} Row;

/* Monitor channel: opcode, index, length; handle and flags, length; L2CAP length, channel; SMP. */
static const Row monitor_rows[] = {
  { "Security Request from the peer", "0500 0000 0a00 4020 0600 0200 0600 0b05", 0, -1 },
  { "Security Request that we send", "0400 0000 0a00 4000 0600 0200 0600 0b05", 0, -1 },
  { "Pairing Failed", "0500 0000 0a00 4020 0600 0200 0600 0505", 0, -1 },
  { "Pairing Request: as far as its AuthReq", "0500 0000 0f00 4020 0b00 0700 0600 01 03 00 0d 10 0f 0f", 0, 18 },
  { "Pairing Response: as far as its AuthReq", "0400 0100 0f00 4000 0b00 0700 0600 02 04 00 0d 10 0f 0f", 0, 18 },
  { "Pairing Confirm: its code", "0500 0000 1900 4020 1500 1100 0600 03", 16, 15 },
  { "Encryption Information, the long term key: its code", "0500 0000 1900 4020 1500 1100 0600 06", 16, 15 },
  { "Identity Information, the identity resolving key: its code", "0400 0000 1900 4000 1500 1100 0600 08", 16, 15 },
  { "Public Key, the first fragment of three: its code", "0500 0000 1f00 4020 1b00 4100 0600 0c", 22, 15 },
  { "DHKey Check that is not flushable: its code", "0400 0000 1900 4000 1500 1100 0600 0d", 16, 15 },
  { "a code that nobody has defined", "0500 0000 0900 4020 0500 0100 0600 ff", 0, -1 },
  { "an SMP message on another controller and the highest handle", "0500 0700 0a00 ff2e 0600 0200 0600 0b05", 0, -1 },
  { "the second fragment of a Public Key", "0500 0000 1f00 4010 1b00", 27, 0 },
  { "a fragment whose content looks like a Security Request", "0500 0000 0a00 4010 0600 0200 0600 0b05", 0, 0 },
  { "the same that we send", "0400 0000 0a00 4010 0600 0200 0600 0b05", 0, 0 },
  { "ATT", "0500 0000 0b00 4020 0700 0300 0400 0a0300", 0, 0 },
  { "LE signalling", "0400 0000 0e00 4000 0a00 0600 0500 120102000000", 0, 0 },
  { "SMP's channel on BR/EDR, of which nothing is needed", "0500 0000 0a00 4020 0600 0200 0700 0b05", 0, 0 },
  { "channel 0x0106", "0500 0000 0a00 4020 0600 0200 0601 0b05", 0, 0 },
  { "channel 0x0600", "0500 0000 0a00 4020 0600 0200 0006 0b05", 0, 0 },
  { "audio: an A2DP packet from the peer", "0500 0000 a303 0b20 9f03 9b03 4100 80600001", 923, 0 },
  { "audio: the same that we send", "0400 0000 a303 0b00 9f03 9b03 4100 80600001", 923, 0 },
  { "audio: the rest of one, in a fragment", "0500 0000 5800 0b10 5400", 84, 0 },
  { "audio: SCO", "0700 0000 3300 0b00 30", 48, 0 },
  { "audio: ISO", "1300 0000 6400 0b20 6000", 96, 0 },
  { "a peer that hides its channel: no payload", "0500 0000 0400 4020 0000", 0, -1 },
  { "a peer that hides its channel: half an L2CAP header", "0500 0000 0600 4020 0200 0200", 0, -1 },
  { "a peer that hides its channel: three octets", "0500 0000 0700 4020 0300 0200 06", 0, -1 },
  { "a peer that hides its code: the L2CAP header alone", "0500 0000 0800 4020 0400 0200 0600", 0, -1 },
  { "the header alone, for ATT", "0500 0000 0800 4020 0400 0200 0400", 0, 0 },
  { "our own fragments are never so short", "0400 0000 0600 4000 0200 0200", 0, 0 },
  { "Encryption Change", "0300 0000 0600 08 04 00 4000 01", 0, -1 },
  { "Encryption Key Refresh Complete", "0300 0000 0500 30 03 00 4000", 0, -1 },
  { "Encryption Change v2", "0300 0000 0700 59 05 00 4000 01 10", 0, -1 },
  { "Encryption Change, longer than it is", "0300 0000 0600 08 04 00 4000 01", 40, 13 },
  { "LE Advertising Report", "0300 0000 1000 3e 0e 02 01 00 00 010203040506 02 0101 c5", 0, 0 },
  { "LE Connection Complete", "0300 0000 1500 3e 13 01 00 4000 00 00 010203040506 1800 0000 2a00 00", 0, 0 },
  { "Number Of Completed Packets, one for each that is sent", "0300 0000 0700 13 05 01 4000 0100", 0, 0 },
  { "Link Key Notification: the key is in it", "0300 0000 1900 18 17 010203040506", 17, 0 },
  { "Link Key Request Reply, a command with a key", "0200 0000 1900 0b04 16 010203040506", 16, 0 },
  { "LE Enable Encryption, a command with a key", "0200 0000 1f00 1920 1c 4000 0000000000000000 0000", 16, 0 },
  { "the kernel's copy of a management event, with a key", "1100 0000 2b00 01000000 0a00 01", 36, 0 },
  { "New Index", "0000 0000 1000 00 00 010203040506 6863693000000000", 0, 0 },
  { "System Note", "0c00 ffff 0400 61626300", 0, 0 },
  /* loads beyond the end: the kernel ends the program and drops */
  { "nothing after the header: an event", "0300 0000 0000", 0, 0 },
  { "nothing after the header: ACL data", "0500 0000 0000", 0, 0 },
  { "one octet of ACL data", "0500 0000 0100 40", 0, 0 },
  { "half a header", "0500 00", 0, 0 },
  { "one octet", "05", 0, 0 },
};

/* Control channel: code, index, length, parameters. */
static const Row control_rows[] = {
  { "Command Complete: Read Index List", "0100 ffff 0700 0300 00 0100 0000", 0, -1 },
  { "Command Complete: Read Controller Information, all of it", "0100 0000 1b01 0400 00", 280, -1 },
  { "Command Complete: Read Local OOB, whose values are asked for", "0100 0000 4300 2000 00", 64, -1 },
  { "Command Status", "0200 0000 0300 2d00 0f", 0, -1 },
  { "Index Added", "0400 0000 0000", 0, -1 },
  { "Index Removed", "0500 0000 0000", 0, -1 },
  { "New Settings", "0600 0000 0400 810a0000", 0, -1 },
  { "New Link Key: as far as its type", "0900 0000 1a00 01 010203040506 00 08", 17, 15 },
  { "New Long Term Key: as far as its type", "0a00 0000 2500 01 010203040506 01 03", 28, 15 },
  { "Device Connected: not what it advertised", "0b00 0000 1d00 010203040506 01 08000000 1000", 16, 17 },
  { "Device Disconnected", "0c00 0000 0800 010203040506 01 03", 0, -1 },
  { "Authentication Failed", "1100 0000 0800 010203040506 00 05", 0, -1 },
  { "New Identity Resolving Key: as far as the identity", "1800 0000 1e00 01 010203040546 0102030405c6 02", 16, 20 },
  { "Device Found, for each advertiser", "1200 0000 2000 010203040506 01 c5 00000000 1200", 18, 0 },
  { "Discovering", "1300 0000 0200 06 01", 0, 0 },
  { "New Signature Resolving Key", "1900 0000 1900 01 010203040506 01 00", 16, 0 },
  { "PIN Code Request", "0e00 0000 0800 010203040506 00 00", 0, 0 },
  { "User Confirmation Request, with its value", "0f00 0000 0c00 010203040506 01 00 40e20100", 0, 0 },
  { "User Passkey Request", "1000 0000 0700 010203040506 01", 0, 0 },
  { "Passkey Notify, with its passkey", "1700 0000 0c00 010203040506 01 40e20100 00", 0, 0 },
  { "New Connection Parameter", "1c00 0000 1000 01 010203040506 01 1800 2800 0000 2a00", 0, 0 },
  { "Advertisement Monitor Device Found", "2f00 0000 2200 0100 010203040506 01 c5 00000000 1200", 18, 0 },
  { "Advertisement Monitor Device Lost", "3000 0000 0900 0100 010203040506 01", 0, 0 },
  { "Mesh Device Found", "3100 0000 1c00 010203040506 01 c5 0000000000000000 00000000 0600", 6, 0 },
  { "Local Name Changed", "0800 0000 0401", 260, 0 },
  { "0x0a00 is not 0x000a", "000a 0000 2500 01 010203040506 01 03", 28, 0 },
  { "one octet", "0a", 0, 0 },
};

/* Returns: how many octets of the frame come out, or -1 */
static int
run_filter (const struct sock_fprog *program, const guint8 *frame, gsize length)
{
  guint8 got[2048];
  int pair[2];
  gssize size;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_true (prw_filter_attach (pair[1], program, NULL));
  g_assert_cmpint (send (pair[0], frame, length, 0), ==, length);
  size = recv (pair[1], got, sizeof got, 0);
  if (size > 0)
    g_assert_cmpmem (got, (gsize) size, frame, (gsize) size);
  close (pair[0]);
  close (pair[1]);
  return (int) size;
}

static GByteArray *
frame_of (const Row *row)
{
  GByteArray *frame = hex_bytes (row->frame);

  for (guint i = 0; i < row->padding; i++)
    g_byte_array_append (frame, (const guint8 *) "\xee", 1);
  return frame;
}

static void
check_rows (const struct sock_fprog *program, const Row *rows, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) frame = frame_of (&rows[i]);
      int expected = rows[i].passes < 0 ? (int) frame->len : rows[i].passes == 0 ? -1 : rows[i].passes;
      int passes = run_filter (program, frame->data, frame->len);

      if (passes != expected)
        {
          g_test_message ("%s: %d octets pass, not %d", rows[i].why, passes, expected);
          g_test_fail ();
        }
    }
}

static void
test_monitor (void)
{
  check_rows (&prw_filter_monitor, monitor_rows, G_N_ELEMENTS (monitor_rows));
}

static void
test_control (void)
{
  check_rows (&prw_filter_control, control_rows, G_N_ELEMENTS (control_rows));
}

/* However much of a frame there is, no more of it passes than its AuthReq. */
static void
test_every_length (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (monitor_rows); i++)
    {
      g_autoptr (GByteArray) frame = frame_of (&monitor_rows[i]);

      for (gsize length = 1; length <= MIN (frame->len, 48); length++)
        g_assert_cmpint (run_filter (&prw_filter_monitor, frame->data, length), <=, 18);
    }
}

/* Nobody can take it off again, this process neither. */
static void
test_stays (void)
{
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), off = 0;
  g_autoptr (GError) error = NULL;

  g_assert_true (prw_filter_attach (fd, &prw_filter_monitor, &error));
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_DETACH_FILTER, &off, sizeof off), !=, 0);
  g_assert_false (prw_filter_attach (fd, &prw_filter_control, &error));
  g_assert_nonnull (error);
  close (fd);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel/filter/monitor", test_monitor);
  g_test_add_func ("/kernel/filter/control", test_control);
  g_test_add_func ("/kernel/filter/every-length", test_every_length);
  g_test_add_func ("/kernel/filter/stays", test_stays);
  return g_test_run ();
}
