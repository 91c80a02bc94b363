/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "hci-kernel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hex.h"

#define CHIPS_OWN "C0:11:22:33:44:55"

HciKernel hci_kernel;

static void
note (const char *what)
{
  g_mutex_lock (&hci_kernel.lock);
  g_string_append (hci_kernel.log, what);
  g_cond_broadcast (&hci_kernel.changed);
  g_mutex_unlock (&hci_kernel.lock);
}

void
hci_kernel_wait_log (const char *expected)
{
  gint64 until = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&hci_kernel.lock);
  while (!g_str_equal (hci_kernel.log->str, expected) && g_cond_wait_until (&hci_kernel.changed, &hci_kernel.lock, until))
    ;
  g_assert_cmpstr (hci_kernel.log->str, ==, expected);
  g_mutex_unlock (&hci_kernel.lock);
}

static void
tell_to_end (void)
{
  if (hci_kernel.ends_us != 0)
    g_assert_cmpint (write (hci_kernel.ends_us, "", 1), ==, 1);
}

static void
reply (int fd, guint8 code, const guint8 *command, const char *rest)
{
  guint length = (guint) strlen (rest) / 2 + 2;
  g_autofree char *head = g_strdup_printf ("%02x000000%02x%02x%02x%02x%s", code, length & 0xff, length >> 8, command[0], command[1], rest);
  GByteArray *frame = hex_bytes (head);

  g_assert_true (send (fd, frame->data, frame->len, MSG_NOSIGNAL) == frame->len || errno == EPIPE); /* who asked need not wait */
  g_byte_array_unref (frame);
}

static void
tell_information (int fd, const guint8 *command)
{
  g_autofree char *address = hci_kernel.public_address != NULL ? hex_address (hci_kernel.public_address) : g_strdup ("000000000000");
  g_autofree char *rest = g_strdup_printf ("00%s0df105ffffff00%02x020000%0524d", address, hci_kernel.powered, 0);

  if (hci_kernel.unlisted)
    reply (fd, 2, command, "11");
  else
    reply (fd, 1, command, rest);
}

static void
tell_connections (int fd, const guint8 *command)
{
  g_autoptr (GString) rest = g_string_new (NULL);

  g_string_printf (rest, "00%02x00", hci_kernel.links);
  for (guint i = 0; i < hci_kernel.links; i++)
    g_string_append_printf (rest, hci_kernel.cut ? "%02x44" : "%02x44332211c102", i);
  reply (fd, 1, command, rest->str);
}

static gpointer
manage (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  guint8 command[64];

  while (recv (fd, command, sizeof command, 0) > 0)
    {
      /* something else that is told in between */
      reply (fd, 6, command, "000000");
      if (command[0] == 0x04)
        tell_information (fd, command);
      else if (command[0] == 0x15)
        tell_connections (fd, command);
      else if (command[0] == 0x2b)
        {
          note (command[6 + 5] == 0xc0 && command[6] == 0x55 ? "static;" : "another address;");
          reply (fd, 1, command, "0000000000");
        }
      else if (hci_kernel.denied)
        reply (fd, 2, command, "14");
      else
        {
          hci_kernel.powered = command[6];
          note (hci_kernel.powered ? "on;" : "off;");
          if (hci_kernel.hangs)
            {
              tell_to_end ();
              continue;
            }
          reply (fd, 1, command, hci_kernel.powered ? "0001000000" : "0000000000");
        }
    }
  close (fd);
  return NULL;
}

static char *
chip_answers (guint16 opcode)
{
  g_autofree char *own = hex_address (CHIPS_OWN);

  switch (opcode)
    {
    case 0x0c03:
      return g_strdup ("040e0401030c00");
    case 0x1001:
      return g_strdup ("040e0c010110000d00000df105ffff");
    case 0x1009:
      return g_strdup (hci_kernel.liar ? "040e0a01091000554433221100" : "040e0a01091000000000000000");
    case 0xfc01:
      return g_strdup ("040e100101fc0002000200000307000000000000");
    case 0xfc02:
      return g_strdup_printf ("040e440102fc002101%0124d", 0);
    default:
      return g_strdup_printf ("040e1b0109fc0001%s%032d", own, 0);
    }
}

static gpointer
be_chip (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  guint8 command[64];

  while (recv (fd, command, sizeof command, 0) >= 4 && !hci_kernel.dies)
    {
      g_autofree char *text = chip_answers ((guint16) (command[1] | command[2] << 8));
      GByteArray *answer = hex_bytes (text);

      g_assert_cmpuint (command[0], ==, 1);
      if (!hci_kernel.silent)
        g_assert_cmpint (send (fd, answer->data, answer->len, MSG_NOSIGNAL), ==, answer->len);
      g_byte_array_unref (answer);
    }
  close (fd);
  note ("given back;");
  return NULL;
}

int
hci_kernel_open (guint16 index, PrwHciChannel channel)
{
  int fds[2];

  if (channel == PRW_HCI_CHANNEL_USER)
    {
      int code = hci_kernel.open_errors[hci_kernel.n_opened++];

      g_assert_cmpuint (hci_kernel.n_opened, <, G_N_ELEMENTS (hci_kernel.open_errors));
      g_assert_cmpuint (index, ==, 0);
      g_assert_false (hci_kernel.powered);
      note (code == 0 ? "taken;" : "refused;");
      tell_to_end ();
      errno = code;
      if (code != 0)
        return -1;
    }
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_ptr_array_add (hci_kernel.threads,
                   g_thread_new ("kernel", channel == PRW_HCI_CHANNEL_USER ? be_chip : manage, GINT_TO_POINTER (fds[1])));
  return fds[0];
}
