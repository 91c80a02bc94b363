/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What the link is asked to do: the command that goes out, and how the call ends. */
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "kernel-fixture.h"
#include "kernel/commands.h"

#define PEER "C1:02:03:04:05:06"
#define PEER_HEX "0605040302c1"
#define BLOCK(digit) digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit
#define Z BLOCK ("00")

/** Outcome: how a call ended, and how often. */
typedef struct
{
  guint ended;
  int error; /* PRW_ERROR, or -1 */
  PrwOobData *oob;
} Outcome;

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *o = data;
  g_autoptr (GError) error = NULL;

  o->ended++;
  prw_kernel_call_finish (PRW_KERNEL (source), result, &error);
  g_assert_true (error == NULL || (error->domain == PRW_ERROR && error->message[0] != '\0'));
  o->error = error != NULL ? error->code : -1;
}

static void
on_oob (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *o = data;
  g_autoptr (GError) error = NULL;

  o->ended++;
  o->oob = prw_kernel_read_local_oob_finish (PRW_KERNEL (source), result, &error);
  o->error = error != NULL ? error->code : -1;
}

/* It has not ended before, and now it has, so. */
static void
assert_ends (KernelFixture *f, Outcome *o, int error)
{
  g_assert_cmpuint (o->ended, ==, 0);
  kernel_fixture_run (f);
  g_assert_cmpuint (o->ended, ==, 1);
  g_assert_cmpint (o->error, ==, error);
  *o = (Outcome) { 0 };
}

static void
test_secure_connections (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  Outcome o = { 0 };

  prw_kernel_set_secure_connections_async (kernel, "hci0", PRW_SECURE_CONNECTIONS_ONLY, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_SET_SECURE_CONNECTIONS, 0, "02");
  kernel_fixture_reply (f, PRW_MGMT_SET_SECURE_CONNECTIONS, 0, 0, "810a0000");
  assert_ends (f, &o, -1);
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=only debug=0\n");
  /* somebody switches something else: it stays; and off, and on: it is what the kernel shows */
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_SETTINGS, 0, "911a0000");
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=only debug=1\n");
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_SETTINGS, 0, "91020000");
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_SETTINGS, 0, "910a0000");
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=off debug=0\nhci0 powered le bredr sc=on debug=0\n");
  prw_kernel_set_secure_connections_async (kernel, "hci0", PRW_SECURE_CONNECTIONS_OFF, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_SET_SECURE_CONNECTIONS, 0, "00");
  kernel_fixture_mgmt (f, PRW_MGMT_COMMAND_STATUS, 0, "2d00 0c");
  assert_ends (f, &o, PRW_ERROR_NOT_SUPPORTED);
  kernel_fixture_expect_told (f, "");
  prw_kernel_set_secure_connections_async (kernel, "hci0", PRW_SECURE_CONNECTIONS_UNKNOWN, on_ended, &o);
  assert_ends (f, &o, PRW_ERROR_INVALID_ARGUMENTS);
  kernel_fixture_expect_nothing (f);
}

static void
test_debug_keys (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  Outcome o = { 0 };

  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_USE, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_SET_DEBUG_KEYS, 0, "02");
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 0, 0, "81120000");
  assert_ends (f, &o, -1);
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=off debug=2\n");
  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_KEEP, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_SET_DEBUG_KEYS, 0, "01");
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 0, 0, "81120000"); /* the kernel shows no difference */
  assert_ends (f, &o, -1);
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=off debug=1\n");
  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_DISCARD, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_SET_DEBUG_KEYS, 0, "00");
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 0, 0, "81020000");
  assert_ends (f, &o, -1);
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=off debug=0\n");
}

static void
test_static_address (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  Outcome o = { 0 };

  prw_kernel_set_static_address_async (kernel, "hci0", PEER, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_SET_STATIC_ADDRESS, 0, PEER_HEX);
  kernel_fixture_mgmt (f, PRW_MGMT_COMMAND_STATUS, 0, "2b00 0b"); /* it is on */
  assert_ends (f, &o, PRW_ERROR_NOT_READY);
  prw_kernel_set_static_address_async (kernel, "hci0", "", on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_SET_STATIC_ADDRESS, 0, "000000000000");
  kernel_fixture_reply (f, PRW_MGMT_SET_STATIC_ADDRESS, 0, 0, "80820000");
  assert_ends (f, &o, -1);
  kernel_fixture_expect_told (f, "hci0 le bredr static sc=off debug=0\n");
  prw_kernel_set_static_address_async (kernel, "hci0", "C1:02", on_ended, &o);
  assert_ends (f, &o, PRW_ERROR_INVALID_ARGUMENTS);
}

static void
test_local_oob (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  g_autoptr (PrwOobData) le = NULL, bredr = NULL;
  Outcome o = { 0 };

  prw_kernel_read_local_oob_async (kernel, "hci0", PRW_TRANSPORT_LE, on_oob, &o);
  kernel_fixture_expect (f, PRW_MGMT_READ_LOCAL_OOB_EXTENDED, 0, "06");
  kernel_fixture_reply (f, PRW_MGMT_READ_LOCAL_OOB_EXTENDED, 0, 0, "06 2400 11 22" BLOCK ("ab") "11 23" BLOCK ("cd"));
  kernel_fixture_run (f);
  le = o.oob;
  g_assert_true (le->has_256 && !le->has_192 && le->hash_256[3] == 0xab && le->randomizer_256[3] == 0xcd);
  o = (Outcome) { 0 };
  prw_kernel_read_local_oob_async (kernel, "hci0", PRW_TRANSPORT_BREDR, on_oob, &o);
  kernel_fixture_expect (f, PRW_MGMT_READ_LOCAL_OOB, 0, "");
  kernel_fixture_reply (f, PRW_MGMT_READ_LOCAL_OOB, 0, 0, BLOCK ("01") BLOCK ("02"));
  kernel_fixture_run (f);
  bredr = o.oob;
  g_assert_true (bredr->has_192 && !bredr->has_256 && bredr->hash_192[0] == 1 && bredr->randomizer_192[15] == 2);
  /* an LE-only controller; one with Secure Connections off; one that is off */
  o = (Outcome) { 0 };
  prw_kernel_read_local_oob_async (kernel, "hci0", PRW_TRANSPORT_LE, on_oob, &o);
  kernel_fixture_reply (f, PRW_MGMT_READ_LOCAL_OOB_EXTENDED, 0, PRW_MGMT_STATUS_NOT_SUPPORTED, "06 0000");
  assert_ends (f, &o, PRW_ERROR_NOT_SUPPORTED);
  prw_kernel_read_local_oob_async (kernel, "hci0", PRW_TRANSPORT_LE, on_oob, &o);
  kernel_fixture_reply (f, PRW_MGMT_READ_LOCAL_OOB_EXTENDED, 0, 0, "06 0300 02 01 06");
  assert_ends (f, &o, PRW_ERROR_NOT_SUPPORTED);
  prw_kernel_read_local_oob_async (kernel, "hci0", PRW_TRANSPORT_LE, on_oob, &o);
  kernel_fixture_reply (f, PRW_MGMT_READ_LOCAL_OOB_EXTENDED, 0, PRW_MGMT_STATUS_NOT_POWERED, "06 0000");
  assert_ends (f, &o, PRW_ERROR_NOT_READY);
}

static void
test_remote_oob (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  PrwOobData data = { .has_256 = TRUE }, nothing = { 0 }, old = { .has_192 = TRUE };
  Outcome o = { 0 };

  memset (data.hash_256, 0xab, sizeof data.hash_256);
  memset (data.randomizer_256, 0xcd, sizeof data.randomizer_256);
  prw_kernel_add_remote_oob_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, &data, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_ADD_REMOTE_OOB, 0, PEER_HEX "02" Z Z BLOCK ("ab") BLOCK ("cd"));
  kernel_fixture_reply (f, PRW_MGMT_ADD_REMOTE_OOB, 0, 0, PEER_HEX "02");
  assert_ends (f, &o, -1);
  prw_kernel_clear_remote_oob_async (kernel, "hci0", on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_REMOVE_REMOTE_OOB, 0, "000000000000 00");
  kernel_fixture_reply (f, PRW_MGMT_REMOVE_REMOTE_OOB, 0, 0, "000000000000 00");
  assert_ends (f, &o, -1);
  prw_kernel_clear_remote_oob_async (kernel, "hci1", on_ended, &o);
  assert_ends (f, &o, PRW_ERROR_NOT_READY);
  prw_kernel_add_remote_oob_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, &nothing, on_ended, &o);
  assert_ends (f, &o, PRW_ERROR_INVALID_ARGUMENTS);
  prw_kernel_add_remote_oob_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, &old, on_ended, &o);
  assert_ends (f, &o, PRW_ERROR_INVALID_ARGUMENTS);
  prw_kernel_add_remote_oob_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_UNKNOWN, &data, on_ended, &o);
  assert_ends (f, &o, PRW_ERROR_INVALID_ARGUMENTS);
  kernel_fixture_expect_nothing (f);
}

static void
test_disconnect (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  Outcome o = { 0 };

  kernel_fixture_mgmt (f, PRW_MGMT_DEVICE_CONNECTED, 0, PEER_HEX "02 08000000 0000");
  kernel_fixture_expect_told (f, "hci0 " PEER " random le connected central\n");
  /* the type is known here; the kernel tells everybody of the end but who asked for it */
  prw_kernel_disconnect_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_UNKNOWN, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_DISCONNECT, 0, PEER_HEX "02");
  kernel_fixture_reply (f, PRW_MGMT_DISCONNECT, 0, 0, PEER_HEX "02");
  assert_ends (f, &o, -1);
  kernel_fixture_expect_told (f, "hci0 " PEER " random le disconnected 2\n");
  /* that it is not connected is what was wanted */
  prw_kernel_disconnect_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_DISCONNECT, 0, PEER_HEX "02");
  kernel_fixture_reply (f, PRW_MGMT_DISCONNECT, 0, PRW_MGMT_STATUS_NOT_CONNECTED, PEER_HEX "02");
  assert_ends (f, &o, -1);
  prw_kernel_disconnect_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, on_ended, &o);
  kernel_fixture_reply (f, PRW_MGMT_DISCONNECT, 0, 0x03, PEER_HEX "02");
  assert_ends (f, &o, PRW_ERROR_FAILED);
  kernel_fixture_expect_told (f, "");
  prw_kernel_disconnect_async (kernel, "hci0", PEER, PRW_TRANSPORT_UNKNOWN, PRW_ADDRESS_TYPE_RANDOM, on_ended, &o);
  assert_ends (f, &o, PRW_ERROR_INVALID_ARGUMENTS);
}

/* The kernel says that it ended the link, and it is there: it is asked again, until it is gone, or for a second. */
static void
test_disconnect_again (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  Outcome o = { 0 };

  kernel_fixture_list (f, 0, 42, PEER, PRW_TRANSPORT_LE, TRUE, FALSE);
  kernel_fixture_mgmt (f, PRW_MGMT_DEVICE_CONNECTED, 0, PEER_HEX "02 08000000 0000");
  kernel_fixture_expect_told (f, "hci0 " PEER " random le connected central\n");
  prw_kernel_disconnect_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, on_ended, &o);
  for (guint i = 0; i < 3; i++)
    {
      kernel_fixture_expect (f, PRW_MGMT_DISCONNECT, 0, PEER_HEX "02");
      kernel_fixture_reply (f, PRW_MGMT_DISCONNECT, 0, 0, PEER_HEX "02");
      kernel_fixture_expect_told (f, "");
      prw_fake_clock_advance (f->clock, 100 * G_TIME_SPAN_MILLISECOND);
    }
  kernel_fixture_expect (f, PRW_MGMT_DISCONNECT, 0, PEER_HEX "02");
  kernel_fixture_unlist (f, 0, 42);
  kernel_fixture_reply (f, PRW_MGMT_DISCONNECT, 0, PRW_MGMT_STATUS_NOT_CONNECTED, PEER_HEX "02");
  assert_ends (f, &o, -1);
  kernel_fixture_expect_told (f, "hci0 " PEER " random le disconnected 2\n");

  kernel_fixture_list (f, 0, 42, PEER, PRW_TRANSPORT_LE, TRUE, FALSE);
  kernel_fixture_mgmt (f, PRW_MGMT_DEVICE_CONNECTED, 0, PEER_HEX "02 08000000 0000");
  kernel_fixture_expect_told (f, "hci0 " PEER " random le connected central\n");
  prw_kernel_disconnect_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, on_ended, &o);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* that is warned of */
  for (guint i = 0; i < 10; i++)
    {
      kernel_fixture_run (f);
      prw_fake_clock_advance (f->clock, 100 * G_TIME_SPAN_MILLISECOND);
      kernel_fixture_expect (f, PRW_MGMT_DISCONNECT, 0, PEER_HEX "02");
      kernel_fixture_reply (f, PRW_MGMT_DISCONNECT, 0, 0, PEER_HEX "02");
    }
  assert_ends (f, &o, PRW_ERROR_FAILED);
  kernel_fixture_expect_told (f, ""); /* it is not told to have ended */
}

/* Under the address that the kernel knows it by. */
static void
test_disconnect_by_old_address (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  Outcome o = { 0 };

  kernel_fixture_mgmt (f, PRW_MGMT_DEVICE_CONNECTED, 0, "0c0000000041 02 08000000 0000");
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY, 0, "01 0c0000000041" PEER_HEX "02" BLOCK ("ee"));
  kernel_fixture_run (f);
  prw_kernel_disconnect_async (PRW_KERNEL (f->link), "hci0", "41:00:00:00:00:0C", PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, on_ended, &o);
  kernel_fixture_expect (f, PRW_MGMT_DISCONNECT, 0, PEER_HEX "02");
  kernel_fixture_reply (f, PRW_MGMT_DISCONNECT, 0, 0, PEER_HEX "02");
  assert_ends (f, &o, -1);
}

/* One at a time for each controller; those of another do not wait. */
static void
test_queue (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  Outcome a = { 0 }, b = { 0 }, c = { 0 };

  kernel_fixture_mgmt (f, PRW_MGMT_INDEX_ADDED, 1, " ");
  kernel_fixture_run (f);
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 1, "");
  kernel_fixture_reply (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 1, 0x03, "");
  kernel_fixture_run (f);
  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_USE, on_ended, &a);
  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_DISCARD, on_ended, &b);
  prw_kernel_set_debug_keys_async (kernel, "hci1", PRW_DEBUG_KEYS_KEEP, on_ended, &c);
  kernel_fixture_expect (f, PRW_MGMT_SET_DEBUG_KEYS, 0, "02");
  kernel_fixture_expect (f, PRW_MGMT_SET_DEBUG_KEYS, 1, "01");
  kernel_fixture_expect_nothing (f);
  /* what answers something else, and what only says that it has begun, ends nothing */
  kernel_fixture_reply (f, PRW_MGMT_SET_SECURE_CONNECTIONS, 0, 0, "81120000");
  kernel_fixture_mgmt (f, PRW_MGMT_COMMAND_STATUS, 0, "2e00 00");
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 2, 0, "81120000");
  kernel_fixture_run (f);
  g_assert_cmpuint (a.ended + b.ended + c.ended, ==, 0);
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 0, 0, "81120000");
  assert_ends (f, &a, -1);
  g_assert_cmpuint (b.ended + c.ended, ==, 0);
  kernel_fixture_expect (f, PRW_MGMT_SET_DEBUG_KEYS, 0, "00");
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 0, PRW_MGMT_STATUS_BUSY, "");
  assert_ends (f, &b, PRW_ERROR_NOT_READY);
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 1, 0, "81120000");
  assert_ends (f, &c, -1);
}

static void
test_queue_is_bounded (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  Outcome many = { 0 }, last = { 0 };

  for (guint i = 0; i < PRW_COMMANDS_MAX; i++)
    prw_kernel_set_debug_keys_async (PRW_KERNEL (f->link), "hci0", PRW_DEBUG_KEYS_USE, on_ended, &many);
  prw_kernel_set_debug_keys_async (PRW_KERNEL (f->link), "hci0", PRW_DEBUG_KEYS_USE, on_ended, &last);
  assert_ends (f, &last, PRW_ERROR_NOT_READY);
  g_assert_cmpuint (many.ended, ==, 0);
  prw_fake_clock_advance (f->clock, PRW_COMMANDS_TIMEOUT);
  kernel_fixture_run (f);
  g_assert_cmpuint (many.ended, ==, PRW_COMMANDS_MAX);
  g_assert_cmpint (many.error, ==, PRW_ERROR_TIMEOUT);
}

static void
test_timeout (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  Outcome a = { 0 }, b = { 0 };

  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_USE, on_ended, &a);
  kernel_fixture_expect (f, PRW_MGMT_SET_DEBUG_KEYS, 0, "02");
  prw_fake_clock_advance (f->clock, PRW_COMMANDS_TIMEOUT / 2);
  prw_kernel_set_secure_connections_async (kernel, "hci0", PRW_SECURE_CONNECTIONS_ON, on_ended, &b);
  prw_fake_clock_advance (f->clock, PRW_COMMANDS_TIMEOUT / 2 - 1);
  kernel_fixture_run (f);
  g_assert_cmpuint (a.ended, ==, 0);
  prw_fake_clock_advance (f->clock, 1);
  assert_ends (f, &a, PRW_ERROR_TIMEOUT);
  /* the next has its turn, and the late answer is nobody's */
  kernel_fixture_expect (f, PRW_MGMT_SET_SECURE_CONNECTIONS, 0, "01");
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 0, 0, "81120000");
  kernel_fixture_run (f);
  g_assert_cmpuint (b.ended, ==, 0);
  kernel_fixture_reply (f, PRW_MGMT_SET_SECURE_CONNECTIONS, 0, 0, "811a0000");
  assert_ends (f, &b, -1);
  prw_fake_clock_advance_seconds (f->clock, 10);
  kernel_fixture_run (f);
  g_assert_cmpuint (a.ended + b.ended, ==, 0);
}

static void
test_statuses (void)
{
  static const struct
  {
    guint8 status;
    int error;
  } rows[] = {
    { PRW_MGMT_STATUS_UNKNOWN_COMMAND, PRW_ERROR_NOT_SUPPORTED }, { PRW_MGMT_STATUS_PERMISSION_DENIED, PRW_ERROR_NOT_SUPPORTED },
    { PRW_MGMT_STATUS_TIMEOUT, PRW_ERROR_TIMEOUT },               { PRW_MGMT_STATUS_INVALID_INDEX, PRW_ERROR_NOT_READY },
    { PRW_MGMT_STATUS_RFKILLED, PRW_ERROR_NOT_READY },            { PRW_MGMT_STATUS_INVALID_PARAMETERS, PRW_ERROR_INVALID_ARGUMENTS },
    { 0x03, PRW_ERROR_FAILED },                                   { 0x15, PRW_ERROR_FAILED },
    { 0xff, PRW_ERROR_FAILED },
  };
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Outcome o = { 0 };

      prw_kernel_set_debug_keys_async (PRW_KERNEL (f->link), "hci0", PRW_DEBUG_KEYS_USE, on_ended, &o);
      kernel_fixture_mgmt (f, PRW_MGMT_COMMAND_STATUS, 0, "2e00 %02x", rows[i].status);
      assert_ends (f, &o, rows[i].error);
    }
}

/* All that waits ends when its controller does, and when the link does. */
static void
test_ends (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwKernel *kernel = PRW_KERNEL (f->link);
  Outcome a = { 0 }, b = { 0 };

  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_USE, on_ended, &a);
  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_USE, on_ended, &b);
  kernel_fixture_mgmt (f, PRW_MGMT_INDEX_REMOVED, 0, " ");
  assert_ends (f, &a, PRW_ERROR_NOT_READY);
  g_assert_cmpuint (b.ended, ==, 1);
  b = (Outcome) { 0 };
  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_USE, on_ended, &a);
  assert_ends (f, &a, PRW_ERROR_NOT_READY);
  prw_kernel_set_debug_keys_async (kernel, "bluetooth", PRW_DEBUG_KEYS_USE, on_ended, &a);
  assert_ends (f, &a, PRW_ERROR_NOT_READY);
  kernel_fixture_mgmt (f, PRW_MGMT_INDEX_ADDED, 0, " ");
  kernel_fixture_run (f);
  prw_kernel_disconnect_async (kernel, "hci0", PEER, PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM, on_ended, &a);
  close (f->control);
  f->control = -1;
  assert_ends (f, &a, PRW_ERROR_NOT_READY);
  prw_kernel_set_debug_keys_async (kernel, "hci0", PRW_DEBUG_KEYS_USE, on_ended, &a);
  assert_ends (f, &a, PRW_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel/calls/secure-connections", test_secure_connections);
  g_test_add_func ("/kernel/calls/debug-keys", test_debug_keys);
  g_test_add_func ("/kernel/calls/static-address", test_static_address);
  g_test_add_func ("/kernel/calls/local-oob", test_local_oob);
  g_test_add_func ("/kernel/calls/remote-oob", test_remote_oob);
  g_test_add_func ("/kernel/calls/disconnect", test_disconnect);
  g_test_add_func ("/kernel/calls/disconnect-again", test_disconnect_again);
  g_test_add_func ("/kernel/calls/disconnect-by-old-address", test_disconnect_by_old_address);
  g_test_add_func ("/kernel/calls/queue", test_queue);
  g_test_add_func ("/kernel/calls/queue-is-bounded", test_queue_is_bounded);
  g_test_add_func ("/kernel/calls/timeout", test_timeout);
  g_test_add_func ("/kernel/calls/statuses", test_statuses);
  g_test_add_func ("/kernel/calls/ends", test_ends);
  return g_test_run ();
}
