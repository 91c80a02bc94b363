/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What is at the other end of a serial line: tables of answers in, verdicts and boards out. Time is told, nothing waits. */
#include <malloc.h>
#include <string.h>

#include "attach/probe.h"
#include "hex.h"

#define MS G_TIME_SPAN_MILLISECOND

/* The octets that come after a command, in hexadecimal; @delay: after how many ms. */
typedef struct
{
  guint16 opcode;
  const char *octets;
  guint delay;
} Answer;

typedef struct
{
  const char *why;
  PrwProbeVerdict verdict;
  const char *shown; /* of a controller its description, else a part of the explanation */
  const char *address;
  const char *asked; /* all commands, in hexadecimal */
  Answer answers[16];
} Row;

#define RESET_OK "040e0401030c00"
#define LOCAL_VERSION(version, manufacturer) "040e0c01011000" version "0000" version manufacturer "ffff"
#define NO_ADDRESS "040e0a01091000000000000000"
#define ADDRESS "040e0a01091000563412eeddcc"
#define ZEPHYR(variant, version) "040e100101fc00 0200" variant "00" version
#define Z8 "0000000000000000"
#define COMMANDS(first) "040e440102fc00" first "0000000000" Z8 Z8 Z8 Z8 Z8 Z8 Z8 "00"
#define ROOT "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
#define STATIC "040e1b0109fc0001 5544332211c0" ROOT
#define TEMPERATURE "040e05010bfc0019"
#define UNKNOWN(opcode) "040f040101" opcode

#define Z_ALL "0c03 1001 1009 fc01 fc02 fc08 fc09 fc0b"
#define FOREIGN_ANSWERS { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("0a", "f105") }, { 0x1009, ADDRESS }
#define BASE { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("0d", "f105") }, { 0x1009, NO_ADDRESS }, \
  { 0xfc01, ZEPHYR ("0200", "03070000000000") }
#define MORE { 0xfc02, COMMANDS ("a705") }, { 0xfc08, "040e150108fc00 5a6570687972204f532076332e372e3000" }, { 0xfc0b, TEMPERATURE }

static const Row rows[] = {
  { "Zephyr's link layer", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "C0:11:22:33:44:55", Z_ALL, { BASE, MORE, { 0xfc09, STATIC } } },
  { "the SoftDevice Controller", PRW_PROBE_CONTROLLER, "nRF53, SoftDevice Controller", "C0:11:22:33:44:55", "0c03 1001 1009 fc01 fc02 fc09 fc0b",
    { { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("0e", "5900") }, { 0x1009, NO_ADDRESS }, { 0xfc01, ZEPHYR ("0300", "d6dac7ee0eda72") },
      { 0xfc02, COMMANDS ("2307") }, { 0xfc09, STATIC }, { 0xfc0b, TEMPERATURE } } },
  { "a public address", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "CC:DD:EE:12:34:56", "0c03 1001 1009 fc01 fc02",
    { { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("0d", "f105") }, { 0x1009, ADDRESS }, { 0xfc01, ZEPHYR ("0200", "03070000000000") },
      { 0xfc02, COMMANDS ("0700") } } },
  { "an address of ones is none", PRW_PROBE_CONTROLLER, "manufacturer 0x05f1, HCI 5.4", "", "0c03 1001 1009 fc01",
    { { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("0d", "f105") }, { 0x1009, "040e0a01091000ffffffffffff" }, { 0xfc01, UNKNOWN ("01fc") } } },
  { "another maker's controller, with Command Status", PRW_PROBE_CONTROLLER, "manufacturer 0x05f1, HCI 5.1", "CC:DD:EE:12:34:56",
    "0c03 1001 1009 fc01", { FOREIGN_ANSWERS, { 0xfc01, UNKNOWN ("01fc") } } },
  { "another maker's controller, with Command Complete", PRW_PROBE_CONTROLLER, "manufacturer 0x05f1, HCI 5.1", "CC:DD:EE:12:34:56",
    "0c03 1001 1009 fc01", { FOREIGN_ANSWERS, { 0xfc01, "040e040101fc01" } } },
  { "one whose vendor commands are others is not asked", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56",
    "0c03 1001 1009", { { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "a version of HCI from the future", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI version 255", "CC:DD:EE:12:34:56",
    "0c03 1001 1009", { { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("ff", "0f00") }, { 0x1009, ADDRESS } } },
  { "Zephyr on something else", PRW_PROBE_CONTROLLER, "platform 3, Zephyr 4.1", "", "0c03 1001 1009 fc01 fc02",
    { { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("0d", "f105") }, { 0x1009, NO_ADDRESS },
      { 0xfc01, "040e100101fc00 0300 0200 00 04 0100 00000000" }, { 0xfc02, COMMANDS ("0700") } } },
  { "an nRF that came later", PRW_PROBE_CONTROLLER, "nRF (family 9), Zephyr 3.7", "", "0c03 1001 1009 fc01 fc02",
    { { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("0d", "f105") }, { 0x1009, NO_ADDRESS }, { 0xfc01, ZEPHYR ("0900", "03070000000000") },
      { 0xfc02, COMMANDS ("0700") } } },
  /* late, split, crowded */
  { "answers after 490 ms each", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56", "0c03 1001 1009",
    { { 0x0c03, RESET_OK, 490 }, { 0x1001, LOCAL_VERSION ("09", "0f00"), 490 }, { 0x1009, ADDRESS, 490 } } },
  { "wakes up for the third Reset", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56", "0c03 0c03 0c03 1001 1009",
    { { 0x0c03, "" }, { 0x0c03, "" }, { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "the answers to two Resets come at once", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56", "0c03 0c03 1001 1009",
    { { 0x0c03, "" }, { 0x0c03, RESET_OK RESET_OK }, { 0x1001, LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "a Reset's answer comes when something else was asked", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56",
    "0c03 1001 1009", { { 0x0c03, RESET_OK }, { 0x1001, RESET_OK LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "it says when it booted", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56", "0c03 1001 1009",
    { { 0x0c03, "2a2a2a20426f6f74696e67205a6570687972204f53202a2a2a0d0a" RESET_OK }, { 0x1001, LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "reports of advertisers and data come between", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56",
    "0c03 1001 1009", { { 0x0c03, "043e0c0201030055443322110000b0" "0240200500010004000a" RESET_OK },
      { 0x1001, "0501400200abcd" LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "noise that begins like a long event hides an answer", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56",
    "0c03 1001 1009", { { 0x0c03, "04ff80" RESET_OK }, { 0x1001, LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "an answer that was lost is asked for again", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56",
    "0c03 1001 1001 1009", { { 0x0c03, RESET_OK }, { 0x1001, "040e0c0101" }, { 0x1001, LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "it takes no more commands until it says so", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56", "0c03 1001 1009",
    { { 0x0c03, "040e0400030c00 040e03010000" }, { 0x1001, LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  { "Command Status first, then the answer", PRW_PROBE_CONTROLLER, "manufacturer 0x000f, HCI 5.0", "CC:DD:EE:12:34:56", "0c03 1001 1009",
    { { 0x0c03, "040f040001030c" RESET_OK }, { 0x1001, LOCAL_VERSION ("09", "0f00") }, { 0x1009, ADDRESS } } },
  /* vendor answers that are not as they must be */
  { "Zephyr's version is too short", PRW_PROBE_CONTROLLER, "manufacturer 0x05f1, HCI 5.1", "CC:DD:EE:12:34:56", "0c03 1001 1009 fc01",
    { FOREIGN_ANSWERS, { 0xfc01, "040e0f0101fc00020002000003070000000000" } } },
  { "two addresses are told, one is there", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "", Z_ALL,
    { BASE, MORE, { 0xfc09, "040e1b0109fc0002 5544332211c0" ROOT } } },
  { "an address that is not static is not taken, the next one is", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "C0:11:22:33:44:55", Z_ALL,
    { BASE, MORE, { 0xfc09, "040e310109fc0002 554433221140" ROOT "5544332211c0" ROOT } } },
  { "an address without a random bit", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "", Z_ALL,
    { BASE, MORE, { 0xfc09, "040e1b0109fc0001 0000000000c0" ROOT } } },
  { "no static address", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "", Z_ALL, { BASE, MORE, { 0xfc09, "040e050109fc0000" } } },
  { "the addresses are refused", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "", Z_ALL, { BASE, MORE, { 0xfc09, UNKNOWN ("09fc") } } },
  { "no mask of commands: nothing that may not be there is asked", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "", "0c03 1001 1009 fc01 fc02",
    { BASE, { 0xfc02, UNKNOWN ("02fc") } } },
  { "it builds a hostile name", PRW_PROBE_CONTROLLER, "nRF52, Zephyr 3.7", "", "0c03 1001 1009 fc01 fc02 fc08",
    { BASE, { 0xfc02, COMMANDS ("8700") }, { 0xfc08, "040e0f0108fc00 1b5b324aff0a0a41e280ae" } } },
  /* no controller */
  { "silence", PRW_PROBE_SILENT, "nothing answers", NULL, "0c03 0c03 0c03", { { 0 } } },
  { "a modem", PRW_PROBE_NOT_HCI, "modem", NULL, "0c03 0c03 0c03", { { 0x0c03, "41540d0a4552524f520d0a" } } },
  { "a console that echoes", PRW_PROBE_NOT_HCI, "echoes", NULL, "0c03 0c03 0c03",
    { { 0x0c03, "01030c00" }, { 0x0c03, "01030c00" }, { 0x0c03, "01030c00" } } },
  { "a shell that echoes as Unix does", PRW_PROBE_NOT_HCI, "echoes", NULL, "0c03 0c03 0c03", { { 0x0c03, "5e415e435e4c5e400d0a2420" } } },
  { "a shell prompt", PRW_PROBE_NOT_HCI, "text", NULL, "0c03 0c03 0c03", { { 0x0c03, "1b5b316d756172743a7e241b5b306d20" } } },
  { "another speed", PRW_PROBE_NOISE, "another speed", NULL, "0c03 0c03 0c03", { { 0x0c03, "f8e000fe1ce0f8" }, { 0x0c03, "f8e000fe1ce0f8" } } },
  { "noise in which there is something like an event", PRW_PROBE_NOISE, "another speed", NULL, "0c03 0c03 0c03",
    { { 0x0c03, "f8e0800400021ce0f8" } } },
  /* controllers that are none for us */
  { "half an answer", PRW_PROBE_STOPPED, "Reset", NULL, "0c03 0c03 0c03", { { 0x0c03, "040e04" } } },
  { "all of an answer but its last octet", PRW_PROBE_STOPPED, "Reset", NULL, "0c03 0c03 0c03",
    { { 0x0c03, "040e0401030c" }, { 0x0c03, "040e0401030c" }, { 0x0c03, "040e0401030c" } } },
  { "it stops after the Reset", PRW_PROBE_STOPPED, "Read Local Version Information", NULL, "0c03 1001 1001 1001", { { 0x0c03, RESET_OK } } },
  { "it stops at a vendor command", PRW_PROBE_STOPPED, "Zephyr Read Static Addresses", NULL, "0c03 1001 1009 fc01 fc02 fc08 fc09 fc09 fc09",
    { BASE, MORE } },
  { "events, and answers to nobody", PRW_PROBE_DEAF, "does not hear us", NULL, "0c03 0c03 0c03",
    { { 0x0c03, "043e0c0201030055443322110000b0" }, { 0x0c03, "043e0c0201030055443322110000b0" } } },
  { "an answer to another command", PRW_PROBE_DEAF, "does not hear us", NULL, "0c03 0c03 0c03", { { 0x0c03, "040e0401040c00" } } },
  { "an answer that is too short to be one", PRW_PROBE_DEAF, "does not hear us", NULL, "0c03 0c03 0c03", { { 0x0c03, "040e020103" } } },
  { "Reset is refused", PRW_PROBE_REFUSED, "status 0x0c", NULL, "0c03", { { 0x0c03, "040e0401030c0c" } } },
  { "Reset is unknown", PRW_PROBE_REFUSED, "status 0x01", NULL, "0c03", { { 0x0c03, UNKNOWN ("030c") } } },
  { "Reset is answered without a status", PRW_PROBE_MALFORMED, "Reset", NULL, "0c03", { { 0x0c03, "040e0301030c" } } },
  { "Reset is answered with too much", PRW_PROBE_MALFORMED, "Reset", NULL, "0c03", { { 0x0c03, "040e0501030c0000" } } },
  { "the version is too short", PRW_PROBE_MALFORMED, "Read Local Version Information", NULL, "0c03 1001",
    { { 0x0c03, RESET_OK }, { 0x1001, "040e0b010110000d00000df105ff" } } },
  { "the address is too long", PRW_PROBE_MALFORMED, "Read BD_ADDR", NULL, "0c03 1001 1009",
    { { 0x0c03, RESET_OK }, { 0x1001, LOCAL_VERSION ("0d", "f105") }, { 0x1009, "040e0b0109100056341200000000" } } },
};

/* What was fed is wiped. */
static void
feed (PrwProbe *probe, const guint8 *octets, gsize size, gint64 now)
{
  g_autofree guint8 *data = g_memdup2 (octets, size);

  prw_probe_feed (probe, data, size, now);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpuint (data[i], ==, 0);
}

/* The first answer to @opcode that has not been given. */
static const Answer *
find_answer (const Row *row, guint16 opcode, guint *given)
{
  for (guint i = 0; i < G_N_ELEMENTS (row->answers); i++)
    if (row->answers[i].octets != NULL && row->answers[i].opcode == opcode && (*given & 1u << i) == 0)
      {
        *given |= 1u << i;
        return &row->answers[i];
      }
  return NULL;
}

/* Of an identity root nothing is left when its answer is over. */
static void
answer (PrwProbe *probe, const Answer *how, gsize piece, gint64 *now)
{
  GByteArray *octets = hex_bytes (how->octets), *root = hex_bytes (ROOT);

  *now += how->delay * MS;
  for (gsize i = 0; i < octets->len; i += piece)
    feed (probe, octets->data + i, MIN (piece, octets->len - i), *now);
  g_assert_null (memmem (probe, malloc_usable_size (probe), root->data, root->len));
  g_byte_array_unref (octets);
  g_byte_array_unref (root);
}

/* Plays @row, its answers in pieces of so many octets. Returns the commands that were sent. */
static char *
play (const Row *row, gsize piece, PrwProbe *probe)
{
  g_autoptr (GString) asked = g_string_new (NULL);
  guint8 command[PRW_H4_COMMAND_MAX];
  gint64 now = 0;
  guint given = 0;
  gsize n;

  while (prw_probe_get_verdict (probe) == PRW_PROBE_PENDING)
    {
      const Answer *next = NULL;

      n = prw_probe_take_command (probe, command);
      if (n > 0)
        {
          guint16 opcode = (guint16) (command[1] | command[2] << 8);

          g_assert_cmpuint (n, ==, 4);
          g_assert_cmpuint (command[0], ==, 1);
          g_assert_cmpuint (command[3], ==, 0);
          g_string_append_printf (asked, "%s%04x", asked->len > 0 ? " " : "", opcode);
          next = find_answer (row, opcode, &given);
        }
      if (next != NULL && *next->octets != '\0')
        answer (probe, next, piece, &now);
      else
        {
          g_assert_cmpint (prw_probe_wake (probe, prw_probe_get_deadline (probe) - 1), ==, PRW_PROBE_PENDING);
          now = MAX (now, prw_probe_get_deadline (probe));
          prw_probe_wake (probe, now);
        }
    }
  g_assert_cmpuint (prw_probe_take_command (probe, command), ==, 0);
  g_assert_cmpint (now, <=, 20 * G_TIME_SPAN_SECOND);
  return g_string_free (g_steal_pointer (&asked), FALSE);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;

  for (gsize piece = 1; piece <= 4096; piece *= 16)
    {
      g_autoptr (PrwProbe) probe = prw_probe_new (0);
      g_autofree char *asked = play (row, piece, probe);
      g_autofree char *shown = prw_probe_explain (probe);

      g_assert_cmpint (prw_probe_get_verdict (probe), ==, row->verdict);
      g_assert_cmpstr (asked, ==, row->asked);
      if (row->verdict == PRW_PROBE_CONTROLLER)
        {
          g_assert_cmpstr (shown, ==, row->shown);
          g_assert_cmpstr (prw_board_get_address (prw_probe_get_board (probe)), ==, row->address);
        }
      else if (strstr (shown, row->shown) == NULL)
        g_error ("\"%s\" is not in \"%s\"", row->shown, shown);
    }
}

static void
test_details (void)
{
  g_autoptr (PrwProbe) probe = prw_probe_new (0);
  const PrwBoard *board = prw_probe_get_board (probe);
  g_autoptr (GVariant) details = NULL;
  g_autofree char *text = NULL;

  g_free (play (&rows[0], 1, probe));
  details = g_variant_ref_sink (prw_board_to_variant (board));
  text = g_variant_print (details, FALSE);
  g_assert_true (board->is_zephyr && board->has_temperature);
  g_assert_cmpint (board->temperature, ==, 25);
  g_assert_cmpstr (board->build, ==, "Zephyr OS v3.7.0");
  g_assert_cmpstr (prw_board_get_address_type (board), ==, "random");
  g_assert_true (prw_board_has_command (board, PRW_HCI_ZEPHYR_WRITE_BD_ADDR));
  g_assert_false (prw_board_has_command (board, PRW_HCI_RESET));
  g_assert_cmpstr (text, ==,
                   "{'Hci': <'HCI 5.4'>, 'HciVersion': <byte 0x0d>, 'Manufacturer': <uint16 1521>, 'Zephyr': <true>, 'Chip': <'nRF52'>, "
                   "'Firmware': <'Zephyr 3.7'>, 'Platform': <uint16 2>, 'Variant': <uint16 2>, 'FirmwareVariant': <byte 0x00>, "
                   "'FirmwareVersion': <'3.7.0'>, 'WritesAddress': <true>, 'Build': <'Zephyr OS v3.7.0'>, 'Temperature': <25>, "
                   "'Address': <'C0:11:22:33:44:55'>, 'AddressType': <'random'>, 'StaticAddresses': <['C0:11:22:33:44:55']>}");
}

static void
test_hostile_build (void)
{
  const Row *row = rows;
  g_autoptr (PrwProbe) probe = prw_probe_new (0);

  while (!g_str_equal (row->why, "it builds a hostile name"))
    row++;
  g_free (play (row, 4096, probe));
  g_assert_cmpstr (prw_probe_get_board (probe)->build, ==, "[2J\xef\xbf\xbd" "A");
}

/* Of a megabyte the first kilobytes are enough; the rest is wiped and not looked at. */
static void
check_megabyte (guint8 (*octet) (guint32 i), PrwProbeVerdict verdict)
{
  g_autoptr (PrwProbe) probe = prw_probe_new (0);
  g_autofree guint8 *noise = g_malloc (1024 * 1024);
  gint64 now = 0;

  for (guint32 i = 0; i < 1024 * 1024; i++)
    noise[i] = octet (i);
  for (gsize i = 0; i < 1024 * 1024; i += 4096, now += 40 * MS)
    feed (probe, noise + i, 4096, now);
  g_assert_cmpint (prw_probe_get_verdict (probe), ==, verdict);
  g_assert_cmpstr (prw_board_get_address (prw_probe_get_board (probe)), ==, "");
}

static guint8
random_octet (guint32 i)
{
  return (guint8) ((i * 2654435761u + (i >> 7) * 40503u) >> 13);
}

static guint8
letter (guint32 i)
{
  return (guint8) ('a' + i % 26);
}

/* Reports of advertisers without end: each is a good event, and time goes on. */
static guint8
report (guint32 i)
{
  static const guint8 event[] = { 0x04, 0x3e, 0x01, 0x02 };

  return event[i % sizeof event];
}

static void
test_megabyte (void)
{
  check_megabyte (random_octet, PRW_PROBE_NOISE);
  check_megabyte (letter, PRW_PROBE_NOT_HCI);
  check_megabyte (report, PRW_PROBE_DEAF);
}

/* What a verdict was given about is listened to no longer. */
static void
test_finished (void)
{
  g_autoptr (PrwProbe) probe = prw_probe_new (0);
  GByteArray *reset = hex_bytes ("040e0401030c0c");

  g_free (play (&rows[0], 1, probe));
  feed (probe, reset->data, reset->len, 1);
  g_assert_cmpint (prw_probe_get_verdict (probe), ==, PRW_PROBE_CONTROLLER);
  g_assert_cmpint (prw_probe_wake (probe, G_MAXINT64), ==, PRW_PROBE_CONTROLLER);
  g_byte_array_unref (reset);
}

/* Of an answer that lost its end or its beginning, with the chip's identity root in it, nothing stays. */
static void
test_half_secret (void)
{
#define OTHER_ROOT "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"
  static const char *const halves[] = { "040e200109fc0001 5544332211c0" OTHER_ROOT, "09fc0001 5544332211c0" OTHER_ROOT };

  for (gsize i = 0; i < G_N_ELEMENTS (halves); i++)
    {
      const Row row = { "half", PRW_PROBE_STOPPED, "", "", "", { BASE, MORE, { 0xfc09, halves[i] } } };
      g_autoptr (PrwProbe) probe = prw_probe_new (0);
      GByteArray *root = hex_bytes (OTHER_ROOT);

      g_free (play (&row, 4096, probe));
      g_assert_cmpint (prw_probe_get_verdict (probe), ==, row.verdict);
      g_assert_null (memmem (probe, malloc_usable_size (probe), root->data, root->len / 2));
      g_byte_array_unref (root);
    }
}

/* Feeds what comes to @probe, after it sent what it had to. */
static PrwProbeVerdict
hear (PrwProbe *probe, const char *octets, gint64 now)
{
  guint8 command[PRW_H4_COMMAND_MAX];
  GByteArray *bytes = hex_bytes (octets);

  prw_probe_take_command (probe, command);
  feed (probe, bytes->data, bytes->len, now);
  g_byte_array_unref (bytes);
  return prw_probe_get_verdict (probe);
}

/* Answers come so late that a command is sent again: nobody else may get the second one, with the identity root in it, nor wait for ever. */
static void
test_late_secret (void)
{
  for (guint lost = 0; lost < 2; lost++)
    {
      static const char *const answers[] = { RESET_OK, LOCAL_VERSION ("0d", "f105"), NO_ADDRESS, ZEPHYR ("0200", "03070000000000"),
                                             COMMANDS ("0105") };
      g_autoptr (PrwProbe) probe = prw_probe_new (0);
      guint8 command[PRW_H4_COMMAND_MAX];

      for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
        g_assert_cmpint (hear (probe, answers[i], 0), ==, PRW_PROBE_PENDING);
      g_assert_cmpuint (prw_probe_take_command (probe, command), ==, 4);
      g_assert_cmpuint (command[1], ==, 0x09);
      g_assert_cmpint (prw_probe_wake (probe, 500 * MS), ==, PRW_PROBE_PENDING);
      g_assert_cmpint (hear (probe, STATIC, 700 * MS), ==, PRW_PROBE_PENDING);
      g_assert_cmpint (hear (probe, TEMPERATURE, 701 * MS), ==, PRW_PROBE_PENDING);
      g_assert_cmpuint (prw_probe_take_command (probe, command), ==, 0);
      g_assert_cmpint (prw_probe_wake (probe, prw_probe_get_deadline (probe) - 1), ==, PRW_PROBE_PENDING);
      if (lost == 0)
        g_assert_cmpint (hear (probe, STATIC, 1200 * MS), ==, PRW_PROBE_CONTROLLER);
      else
        g_assert_cmpint (prw_probe_wake (probe, 2201 * MS), ==, PRW_PROBE_CONTROLLER);
      g_assert_cmpstr (prw_board_get_address (prw_probe_get_board (probe)), ==, "C0:11:22:33:44:55");
    }
}

/* The parser keeps nothing of what it gave away, and takes no more than it has room for. */
static void
test_h4 (void)
{
  PrwH4 h4 = { 0 };
  PrwH4Packet packet;
  GByteArray *octets = hex_bytes (STATIC);
  static const PrwH4 empty;
  static const guint8 data[2 * PRW_H4_PACKET_MAX] = { 0x02, 0x40, 0x20, 0x00, 0x04 };

  g_assert_cmpuint (prw_h4_put (&h4, octets->data, octets->len), ==, octets->len);
  g_assert_cmpint (prw_h4_take (&h4, &packet), ==, PRW_H4_EVENT);
  g_assert_cmpuint (packet.code, ==, 0x0e);
  g_assert_cmpmem (packet.parameters, packet.n_parameters, octets->data + 3, octets->len - 3);
  g_assert_cmpint (prw_h4_take (&h4, &packet), ==, PRW_H4_MORE);
  g_assert_cmpmem (&h4, sizeof h4, &empty, sizeof empty);
  g_assert_cmpuint (prw_h4_put (&h4, data, sizeof data), ==, PRW_H4_PACKET_MAX);
  g_assert_cmpint (prw_h4_take (&h4, &packet), ==, PRW_H4_DATA);
  g_assert_cmpint (prw_h4_take (&h4, &packet), ==, PRW_H4_MORE);
  g_assert_cmpuint (prw_h4_put (&h4, data, sizeof data), ==, PRW_H4_PACKET_MAX);
  g_assert_true (prw_h4_resync (&h4));
  g_assert_cmpint (prw_h4_take (&h4, &packet), ==, PRW_H4_NOISE);
  g_assert_cmpuint (packet.code, ==, 0x40);
  prw_h4_clear (&h4);
  g_assert_false (prw_h4_resync (&h4));
  g_byte_array_unref (octets);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/attach/probe/", rows[i].why, NULL);

      g_strdelimit (path + strlen ("/attach/probe/"), "/", '-');
      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/attach/probe/details", test_details);
  g_test_add_func ("/attach/probe/hostile-build", test_hostile_build);
  g_test_add_func ("/attach/probe/megabyte", test_megabyte);
  g_test_add_func ("/attach/probe/finished", test_finished);
  g_test_add_func ("/attach/probe/half-secret", test_half_secret);
  g_test_add_func ("/attach/probe/late-secret", test_late_secret);
  g_test_add_func ("/attach/h4", test_h4);
  return g_test_run ();
}
