/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel-fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/bytes.h"
#include "kernel/filter.h"
#include "kernel/monitor.h"

static void
append_features (GString *text, const PrwSmpFeatures *features)
{
  g_string_append_printf (text, "%s%s%s%s%s", features->bond ? " bond" : "", features->mitm ? " mitm" : "", features->lesc ? " lesc" : "",
                          features->keypress ? " keypress" : "", features->oob ? " oob" : "");
}

static void
append_event (GString *text, const PrwLinkEvent *event)
{
  switch (event->type)
    {
    case PRW_LINK_EVENT_CONNECTED:
      g_string_append_printf (text, " %s", prw_role_to_string (event->role));
      break;
    case PRW_LINK_EVENT_DISCONNECTED:
      g_string_append_printf (text, " %u", event->reason);
      break;
    case PRW_LINK_EVENT_PAIRING_REQUEST:
    case PRW_LINK_EVENT_PAIRING_RESPONSE:
      g_string_append_printf (text, " %s", prw_io_capability_to_string (event->features.io_capability));
      append_features (text, &event->features);
      break;
    case PRW_LINK_EVENT_SECURITY_REQUEST:
      append_features (text, &event->features);
      break;
    case PRW_LINK_EVENT_PAIRING_FAILED:
      g_string_append_printf (text, " 0x%02x", event->reason);
      break;
    case PRW_LINK_EVENT_SMP:
      break;
    case PRW_LINK_EVENT_KEY:
      g_string_append_printf (text, " %s%s%s", prw_security_level_to_string (event->level), event->stored ? " stored" : "",
                              event->debug_key ? " debug" : "");
      break;
    case PRW_LINK_EVENT_ENCRYPTION:
      if (event->reason != 0)
        g_string_append_printf (text, " failed 0x%02x", event->reason);
      else
        g_string_append (text, event->encrypted ? " on" : " off");
      break;
    }
}

static void
on_link_event (PrwKernel *kernel, const char *adapter, const char *address, guint type, const PrwLinkEvent *event, gpointer data)
{
  KernelFixture *f = data;

  g_string_append_printf (f->told, "%s %s %s %s %s%s", adapter, address, prw_address_type_to_string ((PrwAddressType) type),
                          prw_transport_to_string (event->transport), event->sent ? "sent " : "",
                          prw_link_event_type_to_string (event->type));
  append_event (f->told, event);
  g_string_append (f->told, event->found ? " already\n" : "\n");
}

static void
on_identity (PrwKernel *kernel, const char *adapter, const char *random, const char *address, guint type, gpointer data)
{
  KernelFixture *f = data;

  g_string_append_printf (f->told, "%s %s is %s %s\n", adapter, random, address, prw_address_type_to_string ((PrwAddressType) type));
}

static void
on_changed (PrwKernel *kernel, const char *adapter, gpointer data)
{
  KernelFixture *f = data;
  PrwControllerState s;

  g_string_append_printf (f->told, "%s", adapter);
  if (!prw_kernel_get_controller (kernel, adapter, &s))
    g_string_append (f->told, " gone");
  else
    g_string_append_printf (f->told, "%s%s%s%s sc=%s debug=%d", s.powered ? " powered" : "", s.le ? " le" : "", s.bredr ? " bredr" : "",
                            s.static_address ? " static" : "", prw_secure_connections_to_string (s.secure_connections), s.debug_keys);
  g_string_append_c (f->told, '\n');
}

static void
on_lost (PrwKernel *kernel, const char *message, gpointer data)
{
  KernelFixture *f = data;

  g_assert_nonnull (message);
  g_assert_false (prw_kernel_is_linked (kernel));
  g_string_append (f->told, "lost\n");
}

static GArray *
list (guint16 index, gpointer data)
{
  KernelFixture *f = data;
  GArray *now = g_array_new (FALSE, FALSE, sizeof (PrwListedConnection));

  f->lookups++;
  for (guint i = 0; i < f->listed->len; i++)
    if (g_array_index (f->listed, Listed, i).index == index)
      g_array_append_val (now, g_array_index (f->listed, Listed, i).connection);
  return now;
}

/* Message boundaries as on an HCI socket, and a hang-up. Returns: the link's end */
static int
make_pair (int *ours, const struct sock_fprog *filter)
{
  const int on = 1;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), ==, 0);
  g_assert_true (prw_filter_attach (pair[1], filter, NULL));
  g_assert_cmpint (setsockopt (pair[1], SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on), ==, 0);
  *ours = pair[0];
  return pair[1];
}

KernelFixture *
kernel_fixture_new (void)
{
  KernelFixture *f = g_new0 (KernelFixture, 1);
  int control = make_pair (&f->control, &prw_filter_control), monitor = make_pair (&f->monitor, &prw_filter_monitor);

  f->clock = prw_fake_clock_new ();
  f->listed = g_array_new (FALSE, FALSE, sizeof (Listed));
  f->told = g_string_new ("");
  f->link = prw_kernel_link_new_for_fds (control, monitor, list, f, PRW_CLOCK (f->clock));
  g_signal_connect (f->link, "link-event", G_CALLBACK (on_link_event), f);
  g_signal_connect (f->link, "identity-resolved", G_CALLBACK (on_identity), f);
  g_signal_connect (f->link, "controller-changed", G_CALLBACK (on_changed), f);
  g_signal_connect (f->link, "lost", G_CALLBACK (on_lost), f);
  prw_kernel_link_start (f->link);
  kernel_fixture_expect (f, PRW_MGMT_READ_INDEX_LIST, PRW_MGMT_INDEX_NONE, "");
  return f;
}

KernelFixture *
kernel_fixture_new_with_controller (void)
{
  KernelFixture *f = kernel_fixture_new ();
  g_autofree char *names = g_strnfill (2 * (3 + 249 + 11), '0');
  g_autofree char *information = g_strconcat ("010000000000 0a f105 ffff0000 81020000", names, NULL);

  kernel_fixture_reply (f, PRW_MGMT_READ_INDEX_LIST, PRW_MGMT_INDEX_NONE, 0, "0100 0000");
  kernel_fixture_run (f);
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, "");
  kernel_fixture_reply (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, 0, information);
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=off debug=0\n");
  kernel_fixture_expect (f, PRW_MGMT_GET_CONNECTIONS, 0, "");
  kernel_fixture_reply (f, PRW_MGMT_GET_CONNECTIONS, 0, 0, "0000");
  kernel_fixture_expect_told (f, "");
  return f;
}

void
kernel_fixture_free (KernelFixture *f)
{
  g_signal_handlers_disconnect_by_data (f->link, f);
  g_assert_finalize_object (f->link);
  g_object_unref (f->clock);
  g_array_unref (f->listed);
  g_string_free (f->told, TRUE);
  if (f->control >= 0)
    close (f->control);
  if (f->monitor >= 0)
    close (f->monitor);
  g_free (f);
}

void
kernel_fixture_run (KernelFixture *f)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
kernel_fixture_unlist (KernelFixture *f, guint16 index, guint16 handle)
{
  for (guint i = f->listed->len; i > 0; i--)
    {
      Listed *l = &g_array_index (f->listed, Listed, i - 1);

      if (l->index == index && l->connection.handle == handle)
        g_array_remove_index (f->listed, i - 1);
    }
}

void
kernel_fixture_list (KernelFixture *f, guint16 index, guint16 handle, const char *address, PrwTransport transport, gboolean central,
                     gboolean encrypted)
{
  Listed l = { .index = index, .connection = { .handle = handle, .transport = transport, .central = central, .encrypted = encrypted } };

  kernel_fixture_unlist (f, index, handle);
  g_strlcpy (l.connection.address, address, sizeof l.connection.address);
  g_array_append_val (f->listed, l);
}

void
kernel_fixture_send_control (KernelFixture *f, const guint8 *frame, gsize size)
{
  g_assert_cmpint (send (f->control, frame, size, 0), ==, size);
}

void
kernel_fixture_send_monitor (KernelFixture *f, const guint8 *frame, gsize size)
{
  g_assert_cmpint (send (f->monitor, frame, size, 0), ==, size);
}

/* Three le16 and what follows. */
static GByteArray *
make_frame (guint16 code, guint16 index, const GByteArray *parameters)
{
  GByteArray *frame = g_byte_array_new ();

  g_byte_array_set_size (frame, 6);
  prw_bytes_put_le16 (frame->data, code);
  prw_bytes_put_le16 (frame->data + 2, index);
  prw_bytes_put_le16 (frame->data + 4, (guint16) parameters->len);
  g_byte_array_append (frame, parameters->data, parameters->len);
  return frame;
}

void
kernel_fixture_mgmt (KernelFixture *f, guint16 code, guint16 index, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;
  g_autoptr (GByteArray) parameters = NULL, frame = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  parameters = hex_bytes (text);
  frame = make_frame (code, index, parameters);
  kernel_fixture_send_control (f, frame->data, frame->len);
}

void
kernel_fixture_reply (KernelFixture *f, guint16 opcode, guint16 index, guint8 status, const char *parameters)
{
  kernel_fixture_mgmt (f, PRW_MGMT_COMMAND_COMPLETE, index, "%02x%02x%02x%s", opcode & 0xff, opcode >> 8, status, parameters);
}

void
kernel_fixture_smp (KernelFixture *f, guint16 index, guint16 handle, gboolean sent, const char *pdu)
{
  g_autoptr (GByteArray) bytes = hex_bytes (pdu), packet = g_byte_array_new (), frame = NULL;

  g_byte_array_set_size (packet, 8);
  prw_bytes_put_le16 (packet->data, handle | (sent ? 0x0000 : 0x2000));
  prw_bytes_put_le16 (packet->data + 2, (guint16) (4 + bytes->len));
  prw_bytes_put_le16 (packet->data + 4, (guint16) bytes->len);
  prw_bytes_put_le16 (packet->data + 6, PRW_L2CAP_SMP);
  g_byte_array_append (packet, bytes->data, bytes->len);
  frame = make_frame (sent ? PRW_MONITOR_ACL_TX : PRW_MONITOR_ACL_RX, index, packet);
  kernel_fixture_send_monitor (f, frame->data, frame->len);
}

void
kernel_fixture_encryption (KernelFixture *f, guint16 index, guint16 handle, guint8 status, gboolean on)
{
  const guint8 bytes[] = { PRW_HCI_ENCRYPTION_CHANGE, 4, status, handle & 0xff, (guint8) (handle >> 8), on };
  g_autoptr (GByteArray) packet = g_byte_array_append (g_byte_array_new (), bytes, sizeof bytes);
  g_autoptr (GByteArray) frame = make_frame (PRW_MONITOR_EVENT, index, packet);

  kernel_fixture_send_monitor (f, frame->data, frame->len);
}

void
kernel_fixture_expect (KernelFixture *f, guint16 opcode, guint16 index, const char *parameters)
{
  g_autoptr (GByteArray) bytes = hex_bytes (parameters), frame = make_frame (opcode, index, bytes);
  guint8 got[PRW_MGMT_COMMAND_MAX + 1];
  gssize size = recv (f->control, got, sizeof got, MSG_DONTWAIT);

  g_assert_cmpint (size, >, 0);
  g_assert_cmpmem (got, (gsize) size, frame->data, frame->len);
}

void
kernel_fixture_expect_nothing (KernelFixture *f)
{
  guint8 got[PRW_MGMT_COMMAND_MAX];

  g_assert_cmpint (recv (f->control, got, sizeof got, MSG_DONTWAIT), <, 0);
}

void
kernel_fixture_expect_told (KernelFixture *f, const char *lines)
{
  kernel_fixture_run (f);
  g_assert_cmpstr (f->told->str, ==, lines);
  g_string_truncate (f->told, 0);
}
