/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel link under any order of frames, of connections in the kernel's list and of time. An input is records: an
 * octet that says what, an octet with the length, and so many octets.
 */
#include "config.h"

#include "fuzz.h"
#include "kernel-fixture.h"

#include <string.h>
#include <sys/socket.h>

#define RECORDS_MAX 48 /* fewer than connections are remembered */

/* Who is connected, by what was told. */
typedef struct
{
  KernelFixture *kernel;
  GHashTable *connected; /* of "adapter address transport" */
  guint called, ended;
} Fuzz;

static char *
key_of (const char *adapter, const char *address, PrwTransport transport)
{
  return g_strdup_printf ("%s %s %d", adapter, address, transport);
}

static void
on_link_event (PrwKernel *kernel, const char *adapter, const char *address, guint type, const PrwLinkEvent *event, gpointer data)
{
  Fuzz *self = data;
  g_autofree char *key = key_of (adapter, address, event->transport);
  char normal[PRW_ADDRESS_LEN + 1];

  g_assert_true (prw_address_normalize (address, normal) && g_str_equal (normal, address));
  g_assert_cmpuint (type, <=, PRW_ADDRESS_TYPE_RANDOM);
  g_assert_true (event->transport != PRW_TRANSPORT_UNKNOWN);
  g_assert_false (event->encrypted && !g_hash_table_contains (self->connected, key));
  if (event->type == PRW_LINK_EVENT_CONNECTED)
    g_assert_true (g_hash_table_add (self->connected, g_steal_pointer (&key)));
  else if (event->type == PRW_LINK_EVENT_DISCONNECTED)
    g_assert_true (g_hash_table_remove (self->connected, key));
}

static void
on_identity (PrwKernel *kernel, const char *adapter, const char *random, const char *address, guint type, gpointer data)
{
  Fuzz *self = data;
  g_autofree char *old = key_of (adapter, random, PRW_TRANSPORT_LE);

  if (g_hash_table_remove (self->connected, old))
    g_hash_table_add (self->connected, key_of (adapter, address, PRW_TRANSPORT_LE));
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  Fuzz *self = data;
  g_autoptr (GError) error = NULL;

  g_assert_true (prw_kernel_call_finish (PRW_KERNEL (source), result, &error) == (error == NULL));
  self->ended++;
}

/* The kernel's list gains a connection, or loses one: handle, address, flags. */
static void
change_list (Fuzz *self, const guint8 *data, gsize size)
{
  g_autofree char *address = NULL;

  if (size < 4)
    return;
  address = g_strdup_printf ("C1:00:00:00:00:%02X", data[2]);
  if (data[3] & 0x80)
    kernel_fixture_unlist (self->kernel, 0, data[0]);
  else
    kernel_fixture_list (self->kernel, 0, data[0], address, data[3] & 0x01 ? PRW_TRANSPORT_BREDR : PRW_TRANSPORT_LE, data[3] & 0x02,
                         data[3] & 0x04);
}

static void
take_record (Fuzz *self, guint8 what, const guint8 *data, gsize size)
{
  guint8 command[PRW_MGMT_COMMAND_MAX];

  switch (what % 6)
    {
    case 0:
      if (size > 0)
        kernel_fixture_send_control (self->kernel, data, size);
      break;
    case 1:
      if (size > 0)
        kernel_fixture_send_monitor (self->kernel, data, size);
      break;
    case 2:
      change_list (self, data, size);
      break;
    case 3:
      prw_fake_clock_advance (self->kernel->clock, (gint64) size * 100 * 1000);
      break;
    case 4:
      prw_kernel_disconnect_async (PRW_KERNEL (self->kernel->link), "hci0", "C1:00:00:00:00:0A", PRW_TRANSPORT_LE,
                                   PRW_ADDRESS_TYPE_RANDOM, on_ended, self);
      self->called++;
      break;
    default:
      kernel_fixture_run (self->kernel);
    }
  while (recv (self->kernel->control, command, sizeof command, MSG_DONTWAIT) > 0)
    ;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Fuzz self = { .kernel = kernel_fixture_new_with_controller (),
                .connected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  g_signal_connect (self.kernel->link, "link-event", G_CALLBACK (on_link_event), &self);
  g_signal_connect (self.kernel->link, "identity-resolved", G_CALLBACK (on_identity), &self);
  for (guint n = 0; n < RECORDS_MAX && size >= 2; n++)
    {
      gsize length = MIN (data[1], size - 2);

      take_record (&self, data[0], data + 2, length);
      data += 2 + length;
      size -= 2 + length;
    }
  kernel_fixture_run (self.kernel);
  g_assert_true (prw_kernel_is_linked (PRW_KERNEL (self.kernel->link)));
  prw_fake_clock_advance_seconds (self.kernel->clock, 10);
  kernel_fixture_run (self.kernel);
  g_assert_cmpuint (self.ended, ==, self.called);
  g_signal_handlers_disconnect_by_data (self.kernel->link, &self);
  kernel_fixture_free (self.kernel);
  g_hash_table_unref (self.connected);
  return 0;
}
