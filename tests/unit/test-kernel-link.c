/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What the link tells of what the kernel shows, as stories. */
#include <sys/socket.h>
#include <unistd.h>

#include "kernel-fixture.h"
#include "kernel/monitor.h"
#include "kernel/reader.h"

#define ALICE "C1:00:00:00:00:0A"
#define ALICE_HEX "0a00000000c1"
#define BOB "C1:00:00:00:00:0B"
#define BOB_HEX "0b00000000c1"
#define RPA "41:00:00:00:00:0C"
#define RPA_HEX "0c0000000041"
#define PHONE "00:11:22:33:44:55"
#define PHONE_HEX "554433221100"

static void
connected (KernelFixture *f, const char *address, guint type, gboolean initiated)
{
  kernel_fixture_mgmt (f, PRW_MGMT_DEVICE_CONNECTED, 0, "%s %02x %02x000000 0000", address, type, initiated ? 8 : 0);
}

static void
disconnected (KernelFixture *f, const char *address, guint type, guint reason)
{
  kernel_fixture_mgmt (f, PRW_MGMT_DEVICE_DISCONNECTED, 0, "%s %02x %02x", address, type, reason);
}

static void
long_term_key (KernelFixture *f, const char *address, guint type, guint stored)
{
  g_autofree char *secret = g_strnfill (56, 'e');

  kernel_fixture_mgmt (f, PRW_MGMT_NEW_LONG_TERM_KEY, 0, "%02x %s 02 %02x %s", stored, address, type, secret);
}

/* Those that were there before: whether they are encrypted nobody saw. */
static void
test_start (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new ();

  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, FALSE, TRUE);
  kernel_fixture_list (f, 0, 0x0b, PHONE, PRW_TRANSPORT_BREDR, TRUE, FALSE);
  kernel_fixture_reply (f, PRW_MGMT_READ_INDEX_LIST, PRW_MGMT_INDEX_NONE, 0, "0200 0000 0100");
  kernel_fixture_expect_told (f, "");
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, "");
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 1, "");
  kernel_fixture_reply (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 1, 0, "010000000000 0a f105 ffff0000 00820000 000000");
  kernel_fixture_expect_told (f, "hci1 le static sc=off debug=0\n");
  kernel_fixture_reply (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, 0, "010000000000 0a f105 ffff0000 811a0000 000000");
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=on debug=1\n");
  kernel_fixture_expect (f, PRW_MGMT_GET_CONNECTIONS, 1, "");
  kernel_fixture_reply (f, PRW_MGMT_GET_CONNECTIONS, 1, PRW_MGMT_STATUS_NOT_POWERED, "");
  kernel_fixture_expect (f, PRW_MGMT_GET_CONNECTIONS, 0, "");
  /* one that comes meanwhile was not there before */
  kernel_fixture_list (f, 0, 0x42, RPA, PRW_TRANSPORT_LE, TRUE, TRUE);
  connected (f, RPA_HEX, 2, TRUE);
  kernel_fixture_expect_told (f, "hci0 " RPA " random le connected central\n");
  kernel_fixture_reply (f, PRW_MGMT_GET_CONNECTIONS, 0, 0, "0200 " ALICE_HEX "02 " PHONE_HEX "00");
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected peripheral already\n"
                                 "hci0 " ALICE " random le encryption on already\n"
                                 "hci0 " PHONE " public bredr connected unknown already\n");
  /* from then on they are new */
  kernel_fixture_list (f, 0, 0x41, BOB, PRW_TRANSPORT_LE, TRUE, FALSE);
  connected (f, BOB_HEX, 2, TRUE);
  kernel_fixture_encryption (f, 0, 0x41, 0, TRUE);
  kernel_fixture_expect_told (f, "hci0 " BOB " random le connected central\n"
                                 "hci0 " BOB " random le encryption on\n");
}

static void
test_we_pair (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, TRUE, FALSE);
  connected (f, ALICE_HEX, 2, TRUE);
  kernel_fixture_smp (f, 0, 0x40, TRUE, "01 04 00 0d 10 0f 0f");
  kernel_fixture_smp (f, 0, 0x40, FALSE, "02 01 00 09 10 0f 0f");
  kernel_fixture_smp (f, 0, 0x40, TRUE, "0c eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
  kernel_fixture_encryption (f, 0, 0x40, 0, TRUE);
  long_term_key (f, ALICE_HEX, 3, 1);
  disconnected (f, ALICE_HEX, 2, 3);
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected central\n"
                                 "hci0 " ALICE " random le sent pairing-request keyboard-display bond mitm lesc\n"
                                 "hci0 " ALICE " random le pairing-response display-yesno bond lesc\n"
                                 "hci0 " ALICE " random le sent smp\n"
                                 "hci0 " ALICE " random le encryption on\n"
                                 "hci0 " ALICE " random le key lesc-mitm stored\n"
                                 "hci0 " ALICE " random le disconnected 3\n");
  g_assert_cmpuint (f->lookups, ==, 1); /* its handle was looked up when it connected, and believed */
}

/* All of it waits in two queues before any of it is read. */
static void
test_order_of_both_sockets (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, FALSE, FALSE);
  for (guint i = 0; i < 40; i++)
    {
      connected (f, ALICE_HEX, 2, FALSE);
      kernel_fixture_smp (f, 0, 0x40, FALSE, "01 03 00 01 10 03 03");
      kernel_fixture_smp (f, 0, 0x40, TRUE, "05 05");
      disconnected (f, ALICE_HEX, 2, 2);
    }
  g_assert_cmpuint (40, >, PRW_READER_BATCH);
  kernel_fixture_run (f);
  for (guint i = 0; i < 40; i++)
    {
      static const char story[] = "hci0 " ALICE " random le connected peripheral\n"
                                  "hci0 " ALICE " random le pairing-request none bond\n"
                                  "hci0 " ALICE " random le sent pairing-failed 0x05\n"
                                  "hci0 " ALICE " random le disconnected 2\n";

      g_assert_true (g_str_has_prefix (f->told->str, story));
      g_string_erase (f->told, 0, sizeof story - 1);
    }
  g_assert_cmpstr (f->told->str, ==, "");
}

static void
test_role (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  /* a kernel that does not say that we initiated it */
  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, TRUE, FALSE);
  connected (f, ALICE_HEX, 2, FALSE);
  /* gone from the kernel's list before we could ask */
  connected (f, BOB_HEX, 2, TRUE);
  connected (f, RPA_HEX, 2, FALSE);
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected central\n"
                                 "hci0 " BOB " random le connected central\n"
                                 "hci0 " RPA " random le connected unknown\n");
  /* the next connection is another one */
  disconnected (f, BOB_HEX, 2, 3);
  connected (f, BOB_HEX, 2, FALSE);
  kernel_fixture_expect_told (f, "hci0 " BOB " random le disconnected 3\n"
                                 "hci0 " BOB " random le connected unknown\n");
}

/* We are late: the kernel has it encrypted already, which the next frame says, in its turn. */
static void
test_encryption_in_its_turn (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  connected (f, ALICE_HEX, 2, TRUE);
  kernel_fixture_smp (f, 0, 0x40, TRUE, "01 03 00 01 10 03 03");
  kernel_fixture_encryption (f, 0, 0x40, 0, TRUE);
  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, TRUE, TRUE);
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected central\n"
                                 "hci0 " ALICE " random le sent pairing-request none bond\n"
                                 "hci0 " ALICE " random le encryption on\n");
}

/* A handle passes to somebody else. */
static void
test_handles (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, FALSE, FALSE);
  connected (f, ALICE_HEX, 2, FALSE);
  kernel_fixture_smp (f, 0, 0x40, TRUE, "0b01");
  kernel_fixture_smp (f, 0, 0x41, FALSE, "0b01"); /* nobody's */
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected peripheral\n"
                                 "hci0 " ALICE " random le sent security-request bond\n");
  /* a frame that comes late is still hers, and nothing makes a link that has ended encrypted */
  kernel_fixture_unlist (f, 0, 0x40);
  disconnected (f, ALICE_HEX, 2, 4);
  kernel_fixture_smp (f, 0, 0x40, FALSE, "0508");
  kernel_fixture_encryption (f, 0, 0x40, 0, TRUE);
  kernel_fixture_encryption (f, 0, 0x40, 0x06, FALSE);
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le disconnected 4\n"
                                 "hci0 " ALICE " random le pairing-failed 0x08\n"
                                 "hci0 " ALICE " random le encryption failed 0x06\n");
  /* his first frame comes before the word that he is connected */
  kernel_fixture_list (f, 0, 0x40, BOB, PRW_TRANSPORT_LE, TRUE, FALSE);
  kernel_fixture_smp (f, 0, 0x40, FALSE, "0b05");
  connected (f, BOB_HEX, 2, TRUE);
  kernel_fixture_smp (f, 0, 0x40, FALSE, "0b01");
  kernel_fixture_expect_told (f, "hci0 " BOB " unknown le connected central\n"
                                 "hci0 " BOB " unknown le security-request bond mitm\n"
                                 "hci0 " BOB " random le security-request bond\n");
  /* she is back, with another handle */
  kernel_fixture_list (f, 0, 0x42, ALICE, PRW_TRANSPORT_LE, FALSE, FALSE);
  connected (f, ALICE_HEX, 2, FALSE);
  kernel_fixture_smp (f, 0, 0x42, FALSE, "01 03 00 01 10 03 03");
  kernel_fixture_smp (f, 0, 0x40, FALSE, "0503");
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected peripheral\n"
                                 "hci0 " ALICE " random le pairing-request none bond\n"
                                 "hci0 " BOB " random le pairing-failed 0x03\n");
}

/* Cached: the kernel is asked once for each that comes or goes, not for each frame. */
static void
test_handles_are_cached (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  guint before;

  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, FALSE, FALSE);
  connected (f, ALICE_HEX, 2, FALSE);
  kernel_fixture_run (f);
  before = f->lookups;
  for (guint i = 0; i < 20; i++)
    kernel_fixture_smp (f, 0, 0x40, FALSE, "0d eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
  kernel_fixture_run (f);
  g_assert_cmpuint (f->lookups, ==, before);
}

/* A resolvable address, and the identity that pairing shows. */
static void
test_identity (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  kernel_fixture_list (f, 0, 0x40, RPA, PRW_TRANSPORT_LE, FALSE, FALSE);
  connected (f, RPA_HEX, 2, FALSE);
  kernel_fixture_smp (f, 0, 0x40, FALSE, "01 03 00 0d 10 0f 0f");
  kernel_fixture_expect_told (f, "hci0 " RPA " random le connected peripheral\n"
                                 "hci0 " RPA " random le pairing-request none bond mitm lesc\n");
  kernel_fixture_list (f, 0, 0x40, PHONE, PRW_TRANSPORT_LE, FALSE, TRUE);
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY, 0, "01 " RPA_HEX PHONE_HEX "01 eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_LONG_TERM_KEY, 0,
                       "01 " PHONE_HEX "01 03 00 10 0000 0000000000000000 eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
  kernel_fixture_smp (f, 0, 0x40, TRUE, "0e00");
  disconnected (f, PHONE_HEX, 1, 3);
  kernel_fixture_expect_told (f, "hci0 " RPA " is " PHONE " public\n"
                                 "hci0 " PHONE " public le key lesc-mitm stored\n"
                                 "hci0 " PHONE " public le sent smp\n"
                                 "hci0 " PHONE " public le disconnected 3\n");
  /* one that has nothing to hide */
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY, 0, "01 000000000000" PHONE_HEX "01 eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
  kernel_fixture_expect_told (f, "");
}

/* What comes by the old address after that is told under the new one: the kernel may be late itself. */
static void
test_identity_of_late_events (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  connected (f, RPA_HEX, 2, TRUE);
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY, 0, "01 " RPA_HEX ALICE_HEX "02 eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
  kernel_fixture_run (f);
  g_string_truncate (f->told, 0);
  long_term_key (f, RPA_HEX, 0, 0);
  disconnected (f, RPA_HEX, 2, 1);
  disconnected (f, ALICE_HEX, 2, 1);
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le key just-works\n"
                                 "hci0 " ALICE " random le disconnected 1\n");
}

/* BR/EDR has no SMP to see; a dual-mode device is two links. */
static void
test_bredr (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  kernel_fixture_list (f, 0, 0x0b, PHONE, PRW_TRANSPORT_BREDR, FALSE, FALSE);
  kernel_fixture_list (f, 0, 0x40, PHONE, PRW_TRANSPORT_LE, FALSE, FALSE);
  connected (f, PHONE_HEX, 0, FALSE);
  kernel_fixture_smp (f, 0, 0x0b, FALSE, "0b05"); /* the kernel has nobody listen there */
  kernel_fixture_encryption (f, 0, 0x0b, 0, TRUE);
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_LINK_KEY, 0, "01 " PHONE_HEX "00 05 eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee 00");
  kernel_fixture_mgmt (f, PRW_MGMT_AUTHENTICATION_FAILED, 0, PHONE_HEX "00 05");
  kernel_fixture_mgmt (f, PRW_MGMT_AUTHENTICATION_FAILED, 0, PHONE_HEX "01 05"); /* on LE the air says more */
  disconnected (f, PHONE_HEX, 0, 3);
  kernel_fixture_expect_told (f, "hci0 " PHONE " public bredr connected unknown\n"
                                 "hci0 " PHONE " public bredr encryption on\n"
                                 "hci0 " PHONE " public bredr key mitm stored\n"
                                 "hci0 " PHONE " public bredr pairing-failed 0x08\n"
                                 "hci0 " PHONE " public bredr disconnected 3\n");
}

/* The key for the other radio comes without a link there. */
static void
test_cross_transport_key (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  kernel_fixture_list (f, 0, 0x40, PHONE, PRW_TRANSPORT_LE, FALSE, FALSE);
  connected (f, PHONE_HEX, 1, FALSE);
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_LINK_KEY, 0, "01 " PHONE_HEX "00 08 eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee 00");
  kernel_fixture_expect_told (f, "hci0 " PHONE " public le connected peripheral\n"
                                 "hci0 " PHONE " public bredr key lesc-mitm stored\n");
}

/* A peer that cuts its Security Request into crumbs does not get around being seen to ask. */
static void
test_hidden_request (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  g_autoptr (GByteArray) first = hex_bytes ("0500 0000 0600 4020 0200 0200"), second = hex_bytes ("0500 0000 0800 4010 0400 0600 0b01");

  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, TRUE, FALSE);
  connected (f, ALICE_HEX, 2, TRUE);
  kernel_fixture_send_monitor (f, first->data, first->len);
  kernel_fixture_send_monitor (f, second->data, second->len);
  kernel_fixture_smp (f, 0, 0x40, TRUE, "01 03 00 01 10 0f 0f");
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected central\n"
                                 "hci0 " ALICE " random le security-request\n"
                                 "hci0 " ALICE " random le sent pairing-request none bond\n");
}

static void
test_controllers_come_and_go (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwControllerState state;

  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, FALSE, FALSE);
  connected (f, ALICE_HEX, 2, FALSE);
  kernel_fixture_mgmt (f, PRW_MGMT_INDEX_REMOVED, 0, " ");
  kernel_fixture_mgmt (f, PRW_MGMT_INDEX_REMOVED, 7, " ");
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected peripheral\n"
                                 "hci0 " ALICE " random le disconnected 2\n"
                                 "hci0 gone\n");
  g_assert_false (prw_kernel_get_controller (PRW_KERNEL (f->link), "hci0", &state));
  /* it is plugged in again, with another inside */
  kernel_fixture_mgmt (f, PRW_MGMT_INDEX_ADDED, 0, " ");
  kernel_fixture_expect_told (f, "");
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, "");
  kernel_fixture_reply (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, 0, "010000000000 0a f105 ffff0000 01020000 000000");
  kernel_fixture_expect_told (f, "hci0 powered le sc=off debug=0\n");
  kernel_fixture_expect (f, PRW_MGMT_GET_CONNECTIONS, 0, "");
  /* its end was not seen */
  kernel_fixture_mgmt (f, PRW_MGMT_INDEX_ADDED, 0, " ");
  kernel_fixture_expect_told (f, "hci0 gone\n");
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, "");
}

/* A frame of one that nobody has named: asked for, and forgotten when the kernel does not know it either. */
static void
test_unknown_controller (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  kernel_fixture_list (f, 3, 0x40, ALICE, PRW_TRANSPORT_LE, FALSE, TRUE);
  kernel_fixture_smp (f, 3, 0x40, FALSE, "0b01");
  kernel_fixture_expect_told (f, "hci3 " ALICE " unknown le connected peripheral already\n"
                                 "hci3 " ALICE " unknown le encryption on already\n" /* since when nobody saw */
                                 "hci3 " ALICE " unknown le security-request bond\n");
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 3, "");
  kernel_fixture_mgmt (f, PRW_MGMT_COMMAND_STATUS, 3, "0400 11");
  kernel_fixture_expect_told (f, "hci3 " ALICE " unknown le disconnected 2\n"
                                 "hci3 gone\n");
  kernel_fixture_reply (f, PRW_MGMT_SET_DEBUG_KEYS, 4, 0, "81020000"); /* a reply that nobody waits for makes none */
  kernel_fixture_expect_told (f, "");
  kernel_fixture_expect_nothing (f);
}

static void
test_settings (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  PrwControllerState state;

  kernel_fixture_mgmt (f, PRW_MGMT_NEW_SETTINGS, 0, "91020000"); /* bondable: not ours */
  kernel_fixture_expect_told (f, "");
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_SETTINGS, 0, "919a0000");
  kernel_fixture_expect_told (f, "hci0 powered le bredr static sc=on debug=1\n");
  g_assert_false (prw_kernel_get_controller (PRW_KERNEL (f->link), "hci1", &state));
  g_assert_false (prw_kernel_get_controller (PRW_KERNEL (f->link), "hci00x", &state));
  g_assert_false (prw_kernel_get_controller (PRW_KERNEL (f->link), "", &state));
  /* whoever is connected when it is switched off is not after it */
  connected (f, ALICE_HEX, 2, TRUE);
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_SETTINGS, 0, "909a0000");
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected central\n"
                                 "hci0 " ALICE " random le disconnected 2\n"
                                 "hci0 le bredr static sc=on debug=1\n");
}

/* The first answer did not come: asked again when something shows that it is there. */
static void
test_information_again (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new ();

  kernel_fixture_reply (f, PRW_MGMT_READ_INDEX_LIST, PRW_MGMT_INDEX_NONE, 0, "0100 0000");
  kernel_fixture_run (f);
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, "");
  prw_fake_clock_advance_seconds (f->clock, 3);
  kernel_fixture_mgmt (f, PRW_MGMT_NEW_SETTINGS, 0, "81020000");
  kernel_fixture_run (f);
  kernel_fixture_expect (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, "");
  kernel_fixture_reply (f, PRW_MGMT_READ_CONTROLLER_INFORMATION, 0, 0, "010000000000 0a f105 ffff0000 81020000 000000");
  kernel_fixture_expect_told (f, "hci0 powered le bredr sc=off debug=0\n");
}

/* More come than there is room for: those that have ended are forgotten first, and nobody's handle is mistaken. */
static void
test_many_connections (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  kernel_fixture_list (f, 0, 0x40, ALICE, PRW_TRANSPORT_LE, TRUE, FALSE);
  connected (f, ALICE_HEX, 2, TRUE);
  for (guint i = 0; i < 4 * PRW_CONNECTIONS_MAX; i++)
    {
      g_autofree char *address = g_strdup_printf ("C2:00:00:00:%02X:%02X", i >> 8, i & 0xff);
      g_autofree char *bytes = hex_address (address);

      kernel_fixture_list (f, 0, 0x41, address, PRW_TRANSPORT_LE, TRUE, FALSE);
      connected (f, bytes, 2, TRUE);
      kernel_fixture_run (f);
      kernel_fixture_unlist (f, 0, 0x41);
      disconnected (f, bytes, 2, 3);
      kernel_fixture_run (f);
    }
  g_string_truncate (f->told, 0);
  kernel_fixture_smp (f, 0, 0x40, FALSE, "0b01");
  disconnected (f, ALICE_HEX, 2, 3);
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le security-request bond\n"
                                 "hci0 " ALICE " random le disconnected 3\n");
}

static void
test_crowded_kernel (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  for (guint i = 0; i < 2 * PRW_CONNECTIONS_MAX; i++)
    {
      g_autofree char *address = g_strdup_printf ("C2:00:00:00:00:%02X", i);

      kernel_fixture_list (f, 0, (guint16) (0x100 + i), address, PRW_TRANSPORT_LE, TRUE, FALSE);
    }
  connected (f, ALICE_HEX, 2, TRUE);
  kernel_fixture_expect_told (f, "hci0 " ALICE " random le connected central\n");
}

/* Whatever comes, nothing is told of it that is not there, and the link lives on. */
static void
test_garbage (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();

  for (guint i = 0; i < 3000; i++)
    {
      guint8 frame[64];
      gsize size = (gsize) g_test_rand_int_range (1, sizeof frame);

      for (gsize at = 0; at < size; at++)
        frame[at] = (guint8) g_test_rand_int_range (0, 256);
      if (size > 1 && i % 2 == 0)
        {
          frame[0] = (guint8) g_test_rand_int_range (0, 0x20);
          frame[1] = 0;
        }
      if (i % 4 < 2)
        kernel_fixture_send_control (f, frame, size);
      else
        kernel_fixture_send_monitor (f, frame, size);
      if (i % 16 == 0)
        kernel_fixture_run (f);
      while (recv (f->control, frame, sizeof frame, MSG_DONTWAIT) > 0)
        ;
    }
  kernel_fixture_run (f);
  g_assert_true (prw_kernel_is_linked (PRW_KERNEL (f->link)));
}

/* More than a frame can be: not taken in part. */
static void
test_oversized (void)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  g_autoptr (GByteArray) frame = hex_bytes ("0600 0000 0400 00000000");

  g_byte_array_set_size (frame, PRW_READER_FRAME_MAX + 1);
  kernel_fixture_send_control (f, frame->data, frame->len);
  kernel_fixture_expect_told (f, "");
  g_assert_true (prw_kernel_is_linked (PRW_KERNEL (f->link)));
}

static void
check_lost (gboolean control)
{
  g_autoptr (KernelFixture) f = kernel_fixture_new_with_controller ();
  int *fd = control ? &f->control : &f->monitor;
  PrwControllerState state;

  g_assert_true (prw_kernel_is_linked (PRW_KERNEL (f->link)));
  close (*fd);
  *fd = -1;
  kernel_fixture_expect_told (f, "lost\n");
  g_assert_false (prw_kernel_get_controller (PRW_KERNEL (f->link), "hci0", &state));
  kernel_fixture_expect_told (f, "");
}

static void
test_lost (void)
{
  check_lost (TRUE);
  check_lost (FALSE);
}

/* Whoever hears of the end may let go of the link at once. */
static void
on_lost_let_go (PrwKernel *kernel, const char *message, PrwKernelLink **link)
{
  g_clear_object (link);
}

static void
test_let_go_when_lost (void)
{
  KernelFixture *f = kernel_fixture_new_with_controller ();
  PrwKernelLink *link = f->link;

  g_object_add_weak_pointer (G_OBJECT (link), (gpointer *) &link);
  g_signal_handlers_disconnect_by_data (link, f);
  g_signal_connect (link, "lost", G_CALLBACK (on_lost_let_go), &f->link);
  close (f->monitor);
  f->monitor = -1;
  kernel_fixture_run (f);
  g_assert_null (link);
  f->link = prw_kernel_link_new_for_fds (-1, -1, NULL, NULL, PRW_CLOCK (f->clock));
  kernel_fixture_free (f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel/link/start", test_start);
  g_test_add_func ("/kernel/link/we-pair", test_we_pair);
  g_test_add_func ("/kernel/link/order-of-both-sockets", test_order_of_both_sockets);
  g_test_add_func ("/kernel/link/role", test_role);
  g_test_add_func ("/kernel/link/encryption-in-its-turn", test_encryption_in_its_turn);
  g_test_add_func ("/kernel/link/handles", test_handles);
  g_test_add_func ("/kernel/link/handles-are-cached", test_handles_are_cached);
  g_test_add_func ("/kernel/link/identity", test_identity);
  g_test_add_func ("/kernel/link/identity-of-late-events", test_identity_of_late_events);
  g_test_add_func ("/kernel/link/bredr", test_bredr);
  g_test_add_func ("/kernel/link/cross-transport-key", test_cross_transport_key);
  g_test_add_func ("/kernel/link/hidden-request", test_hidden_request);
  g_test_add_func ("/kernel/link/controllers-come-and-go", test_controllers_come_and_go);
  g_test_add_func ("/kernel/link/unknown-controller", test_unknown_controller);
  g_test_add_func ("/kernel/link/settings", test_settings);
  g_test_add_func ("/kernel/link/information-again", test_information_again);
  g_test_add_func ("/kernel/link/many-connections", test_many_connections);
  g_test_add_func ("/kernel/link/crowded-kernel", test_crowded_kernel);
  g_test_add_func ("/kernel/link/garbage", test_garbage);
  g_test_add_func ("/kernel/link/oversized", test_oversized);
  g_test_add_func ("/kernel/link/lost", test_lost);
  g_test_add_func ("/kernel/link/let-go-when-lost", test_let_go_when_lost);
  return g_test_run ();
}
