/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Bytes in, values out, and back: by tables of frames. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hex.h"
#include "kernel/ask.h"
#include "kernel/bytes.h"
#include "kernel/mgmt.h"
#include "kernel/monitor.h"
#include "kernel/smp.h"

typedef struct
{
  const char *why;
  const char *frame;
  gboolean is_event;
  PrwLinkEvent event;
} MonitorRow;

#define IO(capability) .io_capability = PRW_IO_CAPABILITY_##capability
#define SMP(...) { .transport = PRW_TRANSPORT_LE, __VA_ARGS__ }

static const MonitorRow monitor_rows[] = {
  { "Security Request: bonding, MITM", "0500 0000 0a00 4020 0600 0200 0600 0b05", TRUE,
    SMP (.type = PRW_LINK_EVENT_SECURITY_REQUEST, .features = { .bond = TRUE, .mitm = TRUE }) },
  { "Security Request: Secure Connections, keypress; of bonding the reserved bit alone", "0500 0000 0a00 4020 0600 0200 0600 0b1a", TRUE,
    SMP (.type = PRW_LINK_EVENT_SECURITY_REQUEST, .features = { .lesc = TRUE, .keypress = TRUE }) },
  { "Pairing Request that we send: KeyboardDisplay", "0400 0000 0f00 4000 0b00 0700 0600 01 04 00 0d 10 0f 0f", TRUE,
    SMP (.type = PRW_LINK_EVENT_PAIRING_REQUEST, .sent = TRUE, .features = { IO (KEYBOARD_DISPLAY), .bond = TRUE, .mitm = TRUE, .lesc = TRUE }) },
  { "Pairing Response with OOB, cut off by the filter", "0500 0000 0f00 4020 0b00 0700 0600 02 00 01 01", TRUE,
    SMP (.type = PRW_LINK_EVENT_PAIRING_RESPONSE, .features = { IO (DISPLAY_ONLY), .oob = TRUE, .bond = TRUE }) },
  { "a reserved capability pairs as none", "0500 0000 0f00 4020 0b00 0700 0600 01 05 02 00 10 00 00", TRUE,
    SMP (.type = PRW_LINK_EVENT_PAIRING_REQUEST, .features = { IO (NONE) }) },
  { "Pairing Failed", "0500 0000 0a00 4020 0600 0200 0600 0504", TRUE, SMP (.type = PRW_LINK_EVENT_PAIRING_FAILED, .reason = 4) },
  { "Pairing Failed without a reason: the kernel gives up all the same", "0500 0000 0900 4020 0500 0100 0600 05", TRUE,
    SMP (.type = PRW_LINK_EVENT_PAIRING_FAILED) },
  { "the first fragment of a Public Key", "0500 0000 1f00 4020 1b00 4100 0600 0c", TRUE, SMP (.type = PRW_LINK_EVENT_SMP) },
  { "Keypress Notification", "0400 0000 0a00 4000 0600 0200 0600 0e00", TRUE, SMP (.type = PRW_LINK_EVENT_SMP, .sent = TRUE) },
  { "Encryption Change: on", "0300 0000 0600 0804 00 4000 01", TRUE, { .type = PRW_LINK_EVENT_ENCRYPTION, .encrypted = TRUE } },
  { "Encryption Change: on, BR/EDR's AES", "0300 0000 0600 0804 00 4000 02", TRUE, { .type = PRW_LINK_EVENT_ENCRYPTION, .encrypted = TRUE } },
  { "Encryption Change: off", "0300 0000 0600 0804 00 4000 00", TRUE, { .type = PRW_LINK_EVENT_ENCRYPTION } },
  { "Encryption Change: key missing", "0300 0000 0600 0804 06 4000 00", TRUE, { .type = PRW_LINK_EVENT_ENCRYPTION, .reason = 6 } },
  { "a failure is no encryption, whatever else it says", "0300 0000 0600 0804 06 4000 01", TRUE,
    { .type = PRW_LINK_EVENT_ENCRYPTION, .reason = 6 } },
  { "Encryption Key Refresh Complete", "0300 0000 0500 3003 00 4000", TRUE, { .type = PRW_LINK_EVENT_ENCRYPTION, .encrypted = TRUE } },
  { "Encryption Key Refresh Complete: failed", "0300 0000 0500 3003 08 4000", TRUE, { .type = PRW_LINK_EVENT_ENCRYPTION, .reason = 8 } },
  { "Encryption Change v2", "0300 0000 0700 5905 00 4000 01 10", TRUE, { .type = PRW_LINK_EVENT_ENCRYPTION, .encrypted = TRUE } },
  /* A peer that cuts its messages into crumbs: the kernel puts them together and obeys. */
  { "hidden: nothing of L2CAP", "0500 0000 0400 4020 0000", TRUE, SMP (.type = PRW_LINK_EVENT_SECURITY_REQUEST) },
  { "hidden: the channel", "0500 0000 0600 4020 0200 0200", TRUE, SMP (.type = PRW_LINK_EVENT_SECURITY_REQUEST) },
  { "hidden: the code", "0500 0000 0800 4020 0400 0200 0600", TRUE, SMP (.type = PRW_LINK_EVENT_SECURITY_REQUEST) },
  { "hidden: a Security Request's flags", "0500 0000 0900 4020 0500 0200 0600 0b", TRUE, SMP (.type = PRW_LINK_EVENT_SECURITY_REQUEST) },
  { "hidden: a Pairing Request's flags", "0500 0000 0a00 4020 0600 0700 0600 0101", TRUE,
    SMP (.type = PRW_LINK_EVENT_PAIRING_REQUEST, .features = { IO (DISPLAY_YESNO) }) },
  { "hidden: all of a Pairing Request but its code", "0500 0000 0900 4020 0500 0700 0600 01", TRUE,
    SMP (.type = PRW_LINK_EVENT_PAIRING_REQUEST, .features = { IO (NONE) }) },
  { "what we send is never cut so", "0400 0000 0600 4000 0200 0200", FALSE, { 0 } },
  /* What the kernel refuses, or drops. */
  { "Security Request without its flags", "0500 0000 0900 4020 0500 0100 0600 0b", FALSE, { 0 } },
  { "Pairing Request that is too short", "0500 0000 0e00 4020 0a00 0600 0600 01 04 00 0d 10 0f", FALSE, { 0 } },
  { "an empty message", "0500 0000 0800 4020 0400 0000 0600", FALSE, { 0 } },
  { "more than L2CAP says", "0500 0000 0b00 4020 0700 0200 0600 0b0500", FALSE, { 0 } },
  { "code 0", "0500 0000 0a00 4020 0600 0200 0600 0005", FALSE, { 0 } },
  { "a code that nobody has defined", "0500 0000 0a00 4020 0600 0200 0600 0f05", FALSE, { 0 } },
  /* What the filter drops, and what is no frame. */
  { "a fragment", "0500 0000 0a00 4010 0600 0200 0600 0b05", FALSE, { 0 } },
  { "ATT", "0500 0000 0b00 4020 0700 0300 0400 0a0300", FALSE, { 0 } },
  { "another event", "0300 0000 0600 0e04 00 4000 01", FALSE, { 0 } },
  { "an event that is too short", "0300 0000 0500 0803 00 4000", FALSE, { 0 } },
  { "an event that is not all there", "0300 0000 0600 0804 00 40", FALSE, { 0 } },
  { "a command", "0200 0000 0600 0804 00 4000 01", FALSE, { 0 } },
  { "longer than it says", "0300 0000 0500 0804 00 4000 01", FALSE, { 0 } },
  { "half an ACL header", "0500 0000 0200 4020", FALSE, { 0 } },
  { "an ACL frame of which the L2CAP header is cut off", "0500 0000 0a00 4020 0600 02", FALSE, { 0 } },
  { "half a header", "0500 00", FALSE, { 0 } },
};

static gboolean
equal_events (const PrwLinkEvent *a, const PrwLinkEvent *b)
{
  const PrwSmpFeatures *f = &a->features, *g = &b->features;

  return a->type == b->type && a->transport == b->transport && a->sent == b->sent && a->reason == b->reason &&
         a->encrypted == b->encrypted && f->io_capability == g->io_capability && f->oob == g->oob && f->bond == g->bond &&
         f->mitm == g->mitm && f->lesc == g->lesc && f->keypress == g->keypress;
}

static void
test_monitor (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (monitor_rows); i++)
    {
      const MonitorRow *row = &monitor_rows[i];
      g_autoptr (GByteArray) frame = hex_bytes (row->frame);
      PrwMonitorEvent seen;
      gboolean is_event = prw_monitor_parse (frame->data, frame->len, &seen);

      if (is_event == row->is_event && (!is_event || (seen.handle == 0x40 && seen.index == 0 && equal_events (&seen.event, &row->event))))
        continue;
      g_test_message ("%s", row->why);
      g_test_fail ();
    }
}

static void
test_monitor_numbers (void)
{
  g_autoptr (GByteArray) acl = hex_bytes ("0500 0301 0a00 ff2e 0600 0200 0600 0b05");
  g_autoptr (GByteArray) event = hex_bytes ("0300 feff 0600 0804 00 fff0 01");
  PrwMonitorEvent seen;

  g_assert_true (prw_monitor_parse (acl->data, acl->len, &seen));
  g_assert_cmphex (seen.index, ==, 0x0103);
  g_assert_cmphex (seen.handle, ==, 0x0eff);
  g_assert_true (prw_monitor_parse (event->data, event->len, &seen));
  g_assert_cmphex (seen.index, ==, 0xfffe);
  g_assert_cmphex (seen.handle, ==, 0x00ff);
}

static gboolean
parse_mgmt (const char *text, PrwMgmtEvent *event)
{
  g_autoptr (GByteArray) frame = hex_bytes (text);

  return prw_mgmt_parse (frame->data, frame->len, event);
}

static void
test_mgmt_devices (void)
{
  PrwMgmtEvent e;

  g_assert_true (parse_mgmt ("0b00 0100 0d00 060504030201 02 08000000 0000", &e));
  g_assert_cmpint (e.code, ==, PRW_MGMT_DEVICE_CONNECTED);
  g_assert_cmpuint (e.index, ==, 1);
  g_assert_cmpstr (e.address.address, ==, "01:02:03:04:05:06");
  g_assert_cmpint (e.address.transport, ==, PRW_TRANSPORT_LE);
  g_assert_cmpint (e.address.type, ==, PRW_ADDRESS_TYPE_RANDOM);
  g_assert_true (e.initiated);
  g_assert_true (parse_mgmt ("0b00 0000 0d00 060504030201 01 00000000 0000", &e));
  g_assert_cmpint (e.address.type, ==, PRW_ADDRESS_TYPE_PUBLIC);
  g_assert_false (e.initiated);
  g_assert_true (parse_mgmt ("0c00 0000 0800 060504030201 00 04", &e));
  g_assert_cmpint (e.address.transport, ==, PRW_TRANSPORT_BREDR);
  g_assert_cmpint (e.address.type, ==, PRW_ADDRESS_TYPE_PUBLIC);
  g_assert_cmpuint (e.reason, ==, 4);
  g_assert_true (parse_mgmt ("1100 0000 0800 060504030201 00 05", &e));
  g_assert_cmpuint (e.status, ==, 5);
  g_assert_true (parse_mgmt ("1800 0000 1e00 01 060504030241 0605040302c1 02", &e)); /* the key cut off */
  g_assert_cmpstr (e.random_address, ==, "41:02:03:04:05:06");
  g_assert_cmpstr (e.address.address, ==, "C1:02:03:04:05:06");
  g_assert_true (parse_mgmt ("1800 0000 1e00 01 000000000000 0605040302c1 02", &e));
  g_assert_cmpstr (e.random_address, ==, "");
  g_assert_true (parse_mgmt ("0600 0000 0400 81ca0200", &e));
  g_assert_cmphex (e.settings, ==, 0x0002ca81);
  g_assert_true (parse_mgmt ("0400 0000 0000", &e));
  g_assert_true (parse_mgmt ("0500 0000 0000", &e));
}

/* The level by key type; 9 is NO SUCH TYPE. */
static void
test_mgmt_keys (void)
{
  static const int long_term[] = { 2, 3, 2, 4, 2, 9 }, link[] = { 2, 2, 2, 2, 2, 3, 2, 2, 4, 9 };
  PrwMgmtEvent e;

  for (guint type = 0; type < G_N_ELEMENTS (long_term); type++)
    {
      g_autofree char *text = g_strdup_printf ("0a00 0000 2500 01 060504030201 01 %02x", type);

      g_assert_true (parse_mgmt (text, &e) == (long_term[type] != 9));
      if (long_term[type] == 9)
        continue;
      g_assert_cmpint (e.level, ==, long_term[type]);
      g_assert_true (e.stored && e.debug_key == (type == 4) && e.address.transport == PRW_TRANSPORT_LE);
    }
  for (guint type = 0; type < G_N_ELEMENTS (link); type++)
    {
      g_autofree char *text = g_strdup_printf ("0900 0000 1a00 00 060504030201 00 %02x", type);

      g_assert_true (parse_mgmt (text, &e) == (link[type] != 9));
      if (link[type] == 9)
        continue;
      g_assert_cmpint (e.level, ==, link[type]);
      g_assert_true (!e.stored && e.debug_key == (type == 3) && e.address.transport == PRW_TRANSPORT_BREDR);
    }
}

static void
test_mgmt_malformed (void)
{
  static const char *const frames[] = {
    "",
    "0b00 0000 0d",
    "0b00 0000 0d00",                                  /* nothing after the header */
    "0b00 0000 0d00 060504030201 02 080000",           /* its flags are not all there */
    "0b00 0000 0c00 060504030201 02 08000000",         /* shorter than one is */
    "0b00 0000 0d00 060504030201 03 08000000 0000",    /* no such address type */
    "0b00 0000 0d00 060504030201 02 08000000 0000 00", /* longer than it says */
    "0c00 0000 0700 060504030201 01",
    "0a00 0000 2500 01 060504030201 00 03",            /* a long term key on BR/EDR */
    "0a00 0000 2400 01 060504030201 01 03",            /* one without all of its key */
    "0a00 0000 2500 01 060504030201 01",
    "0900 0000 1a00 01 060504030201 01 05",            /* a link key on LE */
    "0900 0000 1900 01 060504030201 00 05",
    "1800 0000 1e00 01 060504030241 0605040302c1 00",  /* an identity on BR/EDR */
    "1800 0000 1e00 01 060504030241 0605040302c1",
    "1800 0000 1d00 01 060504030241 0605040302c1 02",
    "0600 0000 0300 81ca02",
    "0100 0000 0200 0300",
    "0100 0000 0700 0300 00 0100",                     /* of a reply nothing may be missing */
    "1200 0000 0e00 060504030201 01 00 00000000 0000", /* Device Found */
    "0300 0000 0100 01",                               /* Controller Error */
    "ffff 0000 0000",
  };
  PrwMgmtEvent e;

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    if (parse_mgmt (frames[i], &e))
      {
        g_test_message ("taken for an event: %s", frames[i]);
        g_test_fail ();
      }
}

/* @parameters: what follows status in a Command Complete */
static PrwMgmtEvent
reply_of (guint16 opcode, const GByteArray *parameters)
{
  return (PrwMgmtEvent) {
    .code = PRW_MGMT_COMMAND_COMPLETE, .opcode = opcode, .parameters = parameters->data, .n_parameters = parameters->len
  };
}

static void
test_mgmt_lists (void)
{
  g_autoptr (GByteArray) indexes = hex_bytes ("0200 0000 0501"), short_list = hex_bytes ("0300 0000 0501");
  g_autoptr (GByteArray) long_list = hex_bytes ("0100 0000 0501");
  g_autoptr (GByteArray) nothing = hex_bytes ("00");
  g_autoptr (GByteArray) devices = hex_bytes ("0300 060504030201 01 060504030201 07 0605040302c1 02");
  PrwMgmtEvent e = reply_of (PRW_MGMT_READ_INDEX_LIST, indexes);
  PrwMgmtAddress addresses[3];
  guint16 out[2];

  g_assert_cmpuint (prw_mgmt_parse_index_list (&e, out, 2), ==, 2);
  g_assert_cmphex (out[1], ==, 0x0105);
  g_assert_cmpuint (prw_mgmt_parse_index_list (&e, out, 1), ==, 1);
  e = reply_of (PRW_MGMT_READ_INDEX_LIST, short_list);
  g_assert_cmpuint (prw_mgmt_parse_index_list (&e, out, 2), ==, 0);
  e = reply_of (PRW_MGMT_READ_INDEX_LIST, long_list);
  g_assert_cmpuint (prw_mgmt_parse_index_list (&e, out, 2), ==, 0);
  e = reply_of (PRW_MGMT_READ_INDEX_LIST, nothing);
  g_assert_cmpuint (prw_mgmt_parse_index_list (&e, out, 2), ==, 0);
  e = reply_of (PRW_MGMT_GET_CONNECTIONS, devices); /* one of a type that does not exist */
  g_assert_cmpuint (prw_mgmt_parse_connections (&e, addresses, 3), ==, 2);
  g_assert_cmpstr (addresses[1].address, ==, "C1:02:03:04:05:06");
  g_assert_cmpuint (prw_mgmt_parse_connections (&e, addresses, 1), ==, 1);
}

static void
test_mgmt_controller (void)
{
  g_autoptr (GByteArray) information = hex_bytes ("060504030201 0a f105 ffbf0100 81ca0000 000000"), settings = hex_bytes ("81ca0000");
  PrwMgmtEvent e = reply_of (PRW_MGMT_READ_CONTROLLER_INFORMATION, information);
  guint32 current;

  g_assert_true (prw_mgmt_parse_controller (&e, &current));
  g_assert_cmphex (current, ==, 0xca81);
  e.n_parameters = 16;
  g_assert_false (prw_mgmt_parse_controller (&e, &current));
  e = reply_of (PRW_MGMT_SET_DEBUG_KEYS, settings);
  g_assert_true (prw_mgmt_parse_settings (&e, &current));
  e.n_parameters = 3;
  g_assert_false (prw_mgmt_parse_settings (&e, &current));
}

#define BLOCK(digit) digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit
#define A BLOCK ("aa")
#define B BLOCK ("bb")
#define C BLOCK ("cc")
#define D BLOCK ("dd")

static gboolean
parse_oob (guint16 opcode, const char *text, PrwOobData *data)
{
  g_autoptr (GByteArray) parameters = hex_bytes (text);
  PrwMgmtEvent e = reply_of (opcode, parameters);

  *data = (PrwOobData) { 0 };
  return prw_mgmt_parse_local_oob (&e, data);
}

static void
test_mgmt_oob (void)
{
  PrwOobData d;

  g_assert_true (parse_oob (PRW_MGMT_READ_LOCAL_OOB, A B, &d));
  g_assert_true (d.has_192 && !d.has_256 && d.hash_192[15] == 0xaa && d.randomizer_192[0] == 0xbb);
  g_assert_true (parse_oob (PRW_MGMT_READ_LOCAL_OOB, A B C D, &d));
  g_assert_true (d.has_192 && d.has_256 && d.hash_256[15] == 0xcc && d.randomizer_256[0] == 0xdd);
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB, A B C, &d));
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB, "", &d));
  /* LE: address, role, confirm, random, flags */
  g_assert_true (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "06 3300 08 1b 060504030201 01 02 1c 02 11 22" A "11 23" B "02 01 06", &d));
  g_assert_true (!d.has_192 && d.has_256 && d.hash_256[0] == 0xaa && d.randomizer_256[15] == 0xbb);
  /* BR/EDR: class, C-192, R-192, C-256, R-256 */
  g_assert_true (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "01 4d00 04 0d 000000 11 0e" A "11 0f" B "11 1d" C "11 1e" D, &d));
  g_assert_true (d.has_192 && d.has_256 && d.hash_192[0] == 0xaa && d.randomizer_256[0] == 0xdd);
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "06 1200 11 22" A, &d)); /* one without the other */
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "06 0300 02 01 06", &d));
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "06 0000", &d));
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "06 2400 11 22" A "11 23", &d));     /* not all there */
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "06 1400 11 22" A "11 23", &d));     /* ends in the middle */
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "06 2500 00 11 22" A "11 23" B, &d)); /* a 0 ends it */
  g_assert_false (parse_oob (PRW_MGMT_READ_LOCAL_OOB_EXTENDED, "06 01", &d));
}

static void
assert_command (const PrwMgmtCommand *command, const char *text)
{
  g_autoptr (GByteArray) expected = hex_bytes (text);

  g_assert_cmpmem (command->frame, command->size, expected->data, expected->len);
  g_assert_cmpuint (command->opcode, ==, prw_bytes_get_le16 (command->frame));
  g_assert_cmpuint (command->index, ==, prw_bytes_get_le16 (command->frame + 2));
}

#define Z BLOCK ("00")

static void
test_mgmt_commands (void)
{
  PrwMgmtAddress le = { "C1:02:03:04:05:06", PRW_TRANSPORT_LE, PRW_ADDRESS_TYPE_RANDOM };
  PrwMgmtAddress bredr = { "01:02:03:04:05:06", PRW_TRANSPORT_BREDR, PRW_ADDRESS_TYPE_PUBLIC };
  PrwOobData data = { .has_192 = TRUE, .has_256 = TRUE };
  PrwMgmtCommand c = prw_mgmt_command_plain (PRW_MGMT_READ_INDEX_LIST, PRW_MGMT_INDEX_NONE);

  memset (data.hash_192, 0xaa, 16);
  memset (data.randomizer_192, 0xbb, 16);
  memset (data.hash_256, 0xcc, 16);
  memset (data.randomizer_256, 0xdd, 16);
  assert_command (&c, "0300 ffff 0000");
  c = prw_mgmt_command_octet (PRW_MGMT_SET_SECURE_CONNECTIONS, 0x0102, 2);
  assert_command (&c, "2d00 0201 0100 02");
  g_assert_true (prw_mgmt_command_static_address (0, "c1-02-03-04-05-06", &c));
  assert_command (&c, "2b00 0000 0600 0605040302c1");
  g_assert_false (prw_mgmt_command_static_address (0, "c1:02:03:04:05", &c));
  g_assert_true (prw_mgmt_command_device (PRW_MGMT_DISCONNECT, 0, &le, &c));
  assert_command (&c, "1400 0000 0700 0605040302c1 02");
  g_assert_true (prw_mgmt_command_device (PRW_MGMT_REMOVE_REMOTE_OOB, 0, &bredr, &c));
  assert_command (&c, "2200 0000 0700 060504030201 00");
  g_assert_true (prw_mgmt_command_remote_oob (0, &bredr, &data, &c));
  assert_command (&c, "2100 0000 4700 060504030201 00" A B C D);
  g_assert_true (prw_mgmt_command_remote_oob (0, &le, &data, &c)); /* the kernel refuses P-192 there */
  assert_command (&c, "2100 0000 4700 0605040302c1 02" Z Z C D);
  le.type = PRW_ADDRESS_TYPE_UNKNOWN;
  g_assert_false (prw_mgmt_command_device (PRW_MGMT_DISCONNECT, 0, &le, &c));
  bredr.transport = PRW_TRANSPORT_UNKNOWN;
  g_assert_false (prw_mgmt_command_device (PRW_MGMT_DISCONNECT, 0, &bredr, &c));
}

static void
tell (int fd, const char *text, guint times)
{
  GByteArray *frame = hex_bytes (text);

  for (guint i = 0; i < times; i++)
    g_assert_cmpint (write (fd, frame->data, frame->len), ==, frame->len);
  g_byte_array_unref (frame);
}

/* Whatever else is told, and be it without end, the time that was given ends it. */
static void
test_ask (void)
{
  static const char other[] = "0600 0000 0400 00000000", answer[] = "0100 0000 0300 1500 00";
  const PrwMgmtCommand command = prw_mgmt_command_plain (PRW_MGMT_GET_CONNECTIONS, 0);
  guint8 frame[64];
  PrwMgmtEvent event;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), ==, 0);
  tell (fds[1], other, 5);
  tell (fds[1], answer, 1);
  g_assert_true (prw_mgmt_ask (fds[0], &command, 0, -1, frame, sizeof frame, &event));
  g_assert_cmpuint (event.code, ==, PRW_MGMT_COMMAND_COMPLETE);
  tell (fds[1], other, 100);
  tell (fds[1], answer, 1);
  g_assert_false (prw_mgmt_ask (fds[0], &command, 0, -1, frame, sizeof frame, &event));
  close (fds[1]);
  g_assert_false (prw_mgmt_ask (fds[0], &command, 0, -1, frame, sizeof frame, &event));
  close (fds[0]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel/codecs/monitor", test_monitor);
  g_test_add_func ("/kernel/codecs/monitor-numbers", test_monitor_numbers);
  g_test_add_func ("/kernel/codecs/mgmt-devices", test_mgmt_devices);
  g_test_add_func ("/kernel/codecs/mgmt-keys", test_mgmt_keys);
  g_test_add_func ("/kernel/codecs/mgmt-malformed", test_mgmt_malformed);
  g_test_add_func ("/kernel/codecs/mgmt-lists", test_mgmt_lists);
  g_test_add_func ("/kernel/codecs/mgmt-controller", test_mgmt_controller);
  g_test_add_func ("/kernel/codecs/mgmt-oob", test_mgmt_oob);
  g_test_add_func ("/kernel/codecs/mgmt-commands", test_mgmt_commands);
  g_test_add_func ("/kernel/codecs/ask", test_ask);
  return g_test_run ();
}
