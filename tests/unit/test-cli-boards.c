/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What pairwardctl says of controllers and boards: one row, one thing that is wrong. */
#include <string.h>

#include "cli/boards.h"

/* Row: what differs from a controller of LE with a public address, and from its board; @expected: "verdict topic" and a part of the text */
typedef struct
{
  const char *what;
  const char *controller; /* (nullable): a{sv} as text; NULL: it is no controller */
  const char *record;     /* (nullable): the keyfile's lines; NULL: nobody attached it */
  const char *expected;   /* "" nothing */
  const char *text;
} Row;

#define LE "'Transports': <['le']>"
#define BOTH "'Transports': <['le', 'bredr']>"
#define PUBLIC "'Address': <'00:11:22:33:44:55'>, 'AddressType': <'public'>"
#define STATIC "'Address': <'C0:11:22:33:44:55'>, 'AddressType': <'random'>"
#define FAILED "State=failed\n"
#define ATTACHED "State=attached\nDevice=hci1\n"

static const Row rows[] = {
  { "nothing is wrong", "{" PUBLIC ", " BOTH "}", NULL, "", NULL },
  { "nobody knows for what it is", "{" PUBLIC "}", NULL, "", NULL },
  { "LE only", "{" PUBLIC ", " LE "}", NULL, "note radio;", "headsets" },
  { "settings", "{" PUBLIC ", " BOTH ", 'Unapplied': <{'StaticAddress': 'it is on'}>}", NULL, "problem settings;", "StaticAddress= of the keyfile is not in force: it is on" },
  { "no address", "{'Address': <'00:00:00:00:00:00'>, 'AddressType': <'public'>}", NULL, "problem address;", "StaticAddress=" },
  { "the chip's own", "{" STATIC "}", ATTACHED "Address=c0:11:22:33:44:55\n", "", NULL },
  { "bluetoothd took another", "{" STATIC "}", ATTACHED "Address=D0:11:22:33:44:55\n", "problem address;", "D0:11:22:33:44:55" },
  { "made up", "{" STATIC "}", ATTACHED, "note address;", "made one up" },
  { "made up, and on USB", "{" STATIC ", 'Manufacturer': <uint16 0x05f1>}", NULL, "note address;", "another board" },
  { "somebody else's static address", "{" STATIC ", 'Manufacturer': <uint16 2>}", NULL, "", NULL },
  { "attached, with a problem", "{" PUBLIC ", " LE "}", ATTACHED "Problem=no-address\n", "problem board;note radio;", NULL },
  { "no network core", NULL, ATTACHED "Chip=nRF53\n", "problem board;", "network core" },
  { "no adapter", NULL, ATTACHED "Chip=nRF52\n", "problem board;", "Adapters=" },
  { "wrong speed", NULL, FAILED "Problem=wrong-speed\n", "problem board;", "Speed=" },
  { "flow control", NULL, FAILED "Problem=flow-control\n", "problem board;", "FlowControl=" },
  { "busy", NULL, FAILED "Problem=busy\nMessage=ttyACM0 is ModemManager's\n", "problem board;", "(ttyACM0 is ModemManager's)" },
  { "no HCI", NULL, FAILED "Problem=not-hci\n", "problem board;", "flash firmware for HCI" },
  { "bootloader", NULL, FAILED "Problem=forbidden\nUsb=1915:521f\n", "problem board;", "press reset if there is some" },
  { "silent behind a J-Link", NULL, FAILED "Problem=silent\nUsb=1366:1015\n", "problem board;", "nRF5340" },
  { "silent", NULL, FAILED "Problem=silent\nUsb=2fe3:0004\n", "problem board;", "Speed=" },
  { "another pairward-attach", NULL, FAILED "Problem=eaten\nMessage=the dog ate it\n", "problem board;", "the dog ate it" },
  { "nothing is said", NULL, FAILED, "problem board;", "the log of pairward-attach" },
};

static PrwRecord *
parse (const char *lines)
{
  g_autofree char *text = g_strconcat ("[Board]\nTty=ttyACM0\n", lines, NULL);
  g_autoptr (GError) error = NULL;
  PrwRecord *record = prw_record_parse ("ttyACM0", text, strlen (text), &error);

  g_assert_no_error (error);
  return record;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GVariant) controller = row->controller != NULL ? g_variant_ref_sink (g_variant_new_parsed (row->controller)) : NULL;
  g_autoptr (PrwRecord) record = row->record != NULL ? parse (row->record) : NULL;
  PrwSeenController *seen = prw_seen_controller_new ("hci1", controller, record);
  g_autoptr (GPtrArray) findings = prw_boards_judge (seen);
  g_autoptr (GString) story = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const PrwFinding *finding = findings->pdata[i];

      g_string_append_printf (story, "%s %s;", prw_finding_verdict_to_string (finding->verdict), finding->topic);
    }
  g_assert_cmpstr (story->str, ==, row->expected);
  if (row->text != NULL && strstr (((const PrwFinding *) findings->pdata[0])->text, row->text) == NULL)
    g_error ("\"%s\" is not in \"%s\"", row->text, ((const PrwFinding *) findings->pdata[0])->text);
  prw_seen_controller_free (seen);
}

static void
test_gather (void)
{
  g_autoptr (GHashTable) controllers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_record_free), all = NULL;
  g_autoptr (GString) story = g_string_new (NULL);

  g_hash_table_insert (controllers, (gpointer) "/org/pairward/hci1", g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}")));
  g_hash_table_insert (controllers, (gpointer) "/org/pairward/hci0", g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}")));
  g_ptr_array_add (records, parse (FAILED));
  g_ptr_array_add (records, parse (ATTACHED));
  all = prw_boards_gather (controllers, records);
  for (guint i = 0; i < all->len; i++)
    {
      const PrwSeenController *seen = all->pdata[i];

      g_string_append_printf (story, "%s %s;", seen->name, seen->record != NULL ? "board" : "-");
    }
  g_assert_cmpstr (story->str, ==, "hci0 -;hci1 board;ttyACM0 board;");
}

static void
assert_doctor (GPtrArray *records, PrwFindingVerdict verdict, const char *text)
{
  PrwFinding *finding = prw_boards_judge_failed (records);
  g_autoptr (GPtrArray) findings = prw_findings_new ();

  g_assert_nonnull (finding);
  g_ptr_array_add (findings, finding);
  g_assert_cmpint (finding->verdict, ==, verdict);
  if (strstr (finding->text, text) == NULL)
    g_error ("\"%s\" is not in \"%s\"", text, finding->text);
}

static void
test_doctor (void)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_record_free);

  g_assert_null (prw_boards_judge_failed (records)); /* most machines have none */
  g_ptr_array_add (records, parse (ATTACHED));
  assert_doctor (records, PRW_FINDING_OK, "1 board");
  g_ptr_array_add (records, parse (FAILED "Problem=silent\n"));
  assert_doctor (records, PRW_FINDING_PROBLEM, "ttyACM0: nothing answers");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/cli/boards/%s", rows[i].what);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/cli/boards/gather", test_gather);
  g_test_add_func ("/cli/boards/doctor", test_doctor);
  return g_test_run ();
}
