/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* BlueZ's `addresses` as text: what is changed in it, and that nothing else is. */
#include <string.h>

#include "attach/addresses.h"

#define A "C0:00:00:00:00:0A"
#define B "C0:00:00:00:00:0B"
#define C "C0:00:00:00:00:0C"
#define ZEPHYR 0x05f1
#define NORDIC 0x0059

static const char *const just_a[] = { A, NULL };
static const PrwAddressesOrder a_first = { .own = A }, a_last = { .last = A }, a_removed = { .absent = just_a };

static const struct
{
  const char *what, *before, *first, *last, *removed;
} changes[] = {
  { "no file", "", "[Static]\n0x05f1=" A ";\n", "[Static]\n0x05f1=" A ";\n", "" },
  { "as BlueZ writes it", "[Static]\n0x05f1=" B ";" C ";\n", "[Static]\n0x05f1=" A ";" B ";" C ";\n",
    "[Static]\n0x05f1=" B ";" C ";" A ";\n", "[Static]\n0x05f1=" B ";" C ";\n" },
  { "in the middle", "[Static]\n0x05f1=" B ";" A ";" C ";\n", "[Static]\n0x05f1=" A ";" B ";" C ";\n",
    "[Static]\n0x05f1=" B ";" C ";" A ";\n", "[Static]\n0x05f1=" B ";" C ";\n" },
  { "alone", "[Static]\n0x05f1=" A ";\n", "[Static]\n0x05f1=" A ";\n", "[Static]\n0x05f1=" A ";\n", "[Static]\n" },
  { "alone, written by hand", "[Static]\n  0x05f1 = c0:00:00:00:00:0a\n", "[Static]\n  0x05f1 = c0:00:00:00:00:0a\n",
    "[Static]\n  0x05f1 = c0:00:00:00:00:0a\n", "[Static]\n" },
  { "the spelling of others stays", "[Static]\n0x05f1=c0:00:00:00:00:0b\n", "[Static]\n0x05f1=" A ";c0:00:00:00:00:0b;\n",
    "[Static]\n0x05f1=c0:00:00:00:00:0b;" A ";\n", "[Static]\n0x05f1=c0:00:00:00:00:0b\n" },
  { "twice", "[Static]\n0x05f1=" A ";" B ";" A ";\n", "[Static]\n0x05f1=" A ";" B ";\n", "[Static]\n0x05f1=" B ";" A ";\n",
    "[Static]\n0x05f1=" B ";\n" },
  { "an empty list", "[Static]\n0x05f1=\n", "[Static]\n0x05f1=" A ";\n", "[Static]\n0x05f1=" A ";\n", "[Static]\n0x05f1=\n" },
  { "another manufacturer, and other things",
    "# mine\n\n[Other]\nx = y \n[Static]\n# Nordic\n0x0059=" A ";" B ";\n\n[Last]\n0x05f1=z\n",
    "# mine\n\n[Other]\nx = y \n[Static]\n# Nordic\n0x0059=" A ";" B ";\n0x05f1=" A ";\n\n[Last]\n0x05f1=z\n",
    "# mine\n\n[Other]\nx = y \n[Static]\n# Nordic\n0x0059=" A ";" B ";\n0x05f1=" A ";\n\n[Last]\n0x05f1=z\n",
    "# mine\n\n[Other]\nx = y \n[Static]\n# Nordic\n0x0059=" A ";" B ";\n\n[Last]\n0x05f1=z\n" },
  { "no group, no newline", "# mine", "# mine\n\n[Static]\n0x05f1=" A ";\n", "# mine\n\n[Static]\n0x05f1=" A ";\n", "# mine" },
  { "no newline behind the group", "[Static]", "[Static]\n0x05f1=" A ";\n", "[Static]\n0x05f1=" A ";\n", "[Static]" },
  { "no newline behind the list", "[Static]\n0x05f1=" B, "[Static]\n0x05f1=" A ";" B ";", "[Static]\n0x05f1=" B ";" A ";", "[Static]\n0x05f1=" B },
  { "DOS line ends", "[Static]\r\n0x05f1=" B ";\r\n", "[Static]\r\n0x05f1=" A ";" B ";\r\n", "[Static]\r\n0x05f1=" B ";" A ";\r\n",
    "[Static]\r\n0x05f1=" B ";\r\n" },
  { "DOS line ends, a new key", "[Static]\r\n", "[Static]\r\n0x05f1=" A ";\r\n", "[Static]\r\n0x05f1=" A ";\r\n", "[Static]\r\n" },
  { "blanks about the group", " [Static]\t \n0x05f1=" B ";\n", " [Static]\t \n0x05f1=" A ";" B ";\n", " [Static]\t \n0x05f1=" B ";" A ";\n",
    " [Static]\t \n0x05f1=" B ";\n" },
  { "the group twice, the last key counts", "[Static]\n0x05f1=" B ";\n[x]\n[Static]\n0x05f1=" C ";\n",
    "[Static]\n0x05f1=" B ";\n[x]\n[Static]\n0x05f1=" A ";" C ";\n", "[Static]\n0x05f1=" B ";\n[x]\n[Static]\n0x05f1=" C ";" A ";\n",
    "[Static]\n0x05f1=" B ";\n[x]\n[Static]\n0x05f1=" C ";\n" },
  { "an older line must not come back", "[Static]\n0x05f1=" B ";\n0x05f1=" A ";\n", "[Static]\n0x05f1=" B ";\n0x05f1=" A ";\n",
    "[Static]\n0x05f1=" B ";\n0x05f1=" A ";\n", "[Static]\n0x05f1=" B ";\n0x05f1=\n" },
  { "the key's exact spelling", "[Static]\n0x05F1=" B ";\n0x5f1=" C ";\n", "[Static]\n0x05F1=" B ";\n0x5f1=" C ";\n0x05f1=" A ";\n",
    "[Static]\n0x05F1=" B ";\n0x5f1=" C ";\n0x05f1=" A ";\n", "[Static]\n0x05F1=" B ";\n0x5f1=" C ";\n" },
  { "a commented key", "[Static]\n#0x05f1=" B ";\n", "[Static]\n0x05f1=" A ";\n#0x05f1=" B ";\n", "[Static]\n0x05f1=" A ";\n#0x05f1=" B ";\n",
    "[Static]\n#0x05f1=" B ";\n" },
  { "a byte order mark", "\357\273\277[Static]\n0x05f1=" B ";\n", NULL, NULL, NULL },
};

/* What GKeyFile of this GLib does not read, BlueZ does not either: then it is refused. */
static void
check_change (const char *before, const char *expected, const PrwAddressesOrder *order)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *after = prw_addresses_arrange (before, strlen (before), ZEPHYR, order, &error);
  g_autofree char *again = NULL;

  if (expected == NULL && after == NULL)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      return;
    }
  g_assert_no_error (error);
  if (expected != NULL)
    g_assert_cmpstr (after, ==, expected);
  again = prw_addresses_arrange (after, strlen (after), ZEPHYR, order, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, after);
}

static void
test_changes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_test_message ("%s", changes[i].what);
      check_change (changes[i].before, changes[i].first, &a_first);
      check_change (changes[i].before, changes[i].last, &a_last);
      check_change (changes[i].before, changes[i].removed, &a_removed);
    }
}

static const struct
{
  const char *what, *text;
  guint line;
} malformed[] = {
  { "no group", "0x05f1=" A "\n", 1 },
  { "rubbish", "[Static]\n0x05f1=" A ";\nrubbish\n# more\n", 3 },
  { "rubbish at the end", "[Static]\n0x05f1=" A ";\n\n\nrubbish", 5 },
  { "an open group", "# a\n[Static\n", 2 },
  { "no key", "[Static]\n=" A "\n", 2 },
  { "text behind the group", "[Static] # mine\n", 1 },
  { "no address", "[Static]\n\n0x05f1=" A ";nonsense;\n", 3 },
  { "an address with dashes", "[Static]\n0x05f1=C0-00-00-00-00-0B;\n", 2 },
  { "a blank behind a semicolon", "[Static]\n0x05f1=" A "; " B ";\n", 2 },
  { "a blank at the end", "[Static]\n0x05f1=" A " \n", 2 },
  { "two semicolons", "[Static]\n0x05f1=" A ";;" B "\n", 2 },
  { "the comma is no separator", "[Static]\n0x05f1=" A "," B "\n", 2 },
  { "broken UTF-8", "[Static]\n0x05f1=\xff\n", 2 },
  { "a bad escape", "[Static]\n0x05f1=\\q\n", 2 },
  { "another encoding", "[Static]\nEncoding=latin1\n0x05f1=" B "\n", 2 },
};

static void
test_malformed (void)
{
  static const char zero[] = "[Static]\n# a\0b\n0x05f1=" A ";\n";
  g_autofree char *huge = g_strnfill (PRW_ADDRESSES_MAX_BYTES + 1, '\n');
  GError *error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *start = g_strdup_printf ("line %u: ", malformed[i].line);

      g_test_message ("%s", malformed[i].what);
      g_assert_null (prw_addresses_arrange (malformed[i].text, strlen (malformed[i].text), ZEPHYR, &a_first, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_true (g_str_has_prefix (error->message, start));
      g_clear_error (&error);
    }
  g_assert_null (prw_addresses_arrange (zero, sizeof zero - 1, ZEPHYR, &a_first, &error));
  g_assert_cmpstr (error->message, ==, "line 2: a zero byte");
  g_clear_error (&error);
  g_assert_null (prw_addresses_arrange (huge, PRW_ADDRESSES_MAX_BYTES + 1, ZEPHYR, &a_first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_null (prw_addresses_arrange ("", 0, ZEPHYR, &(PrwAddressesOrder) { .own = "C0:00" }, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
}

/* A mistake in the list of another manufacturer is not ours. */
static void
test_others (void)
{
  const char *text = "[Static]\n0x0059=nonsense\n";
  g_autoptr (GError) error = NULL;
  g_autofree char *after = prw_addresses_arrange (text, strlen (text), ZEPHYR, &a_first, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (after, ==, "[Static]\n0x0059=nonsense\n0x05f1=" A ";\n");
}

static void
test_arrange (void)
{
  const char *text = "[Static]\n0x0059=" A ";" B ";" C ";C0:00:00:00:00:0D;\n";
  const char *present[] = { C, "C0:00:00:00:00:0F", B, C, NULL }, *absent[] = { A, "C0:00:00:00:00:0E", NULL };
  PrwAddressesOrder order = { .own = "C0:00:00:00:00:01", .present = present, .absent = absent, .last = NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *after = prw_addresses_arrange (text, strlen (text), NORDIC, &order, &error);
  g_autofree char *same = NULL;
  g_auto (GStrv) list = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (after, ==, "[Static]\n0x0059=C0:00:00:00:00:01;" C ";" B ";C0:00:00:00:00:0D;\n");
  list = prw_addresses_list (after, strlen (after), NORDIC, &error);
  g_assert_cmpuint (g_strv_length (list), ==, 4);
  order = (PrwAddressesOrder) { .own = NULL };
  same = prw_addresses_arrange (text, strlen (text), NORDIC, &order, &error);
  g_assert_cmpstr (same, ==, text);
}

static void
test_list (void)
{
  const char *text = "[Static]\n0x05f1=" A ";" B "\n";
  g_auto (GStrv) list = prw_addresses_list (text, strlen (text), ZEPHYR, NULL);
  g_auto (GStrv) none = prw_addresses_list (text, strlen (text), NORDIC, NULL);
  g_auto (GStrv) nothing = prw_addresses_list (NULL, 0, NORDIC, NULL);

  g_assert_cmpuint (g_strv_length (list), ==, 2);
  g_assert_cmpstr (list[0], ==, A);
  g_assert_cmpstr (list[1], ==, B);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_cmpuint (g_strv_length (nothing), ==, 0);
}

/* BlueZ writes the file anew with what it made up: afterwards, our changes mean the same. */
static void
test_after_bluez (void)
{
  g_autoptr (GKeyFile) keyfile = g_key_file_new ();
  const char *made_up[] = { B, C };
  g_autofree char *text = NULL, *after = NULL;
  gsize len;

  g_key_file_set_string_list (keyfile, "Static", "0x05f1", made_up, 2);
  text = g_key_file_to_data (keyfile, &len, NULL);
  after = prw_addresses_arrange (text, len, ZEPHYR, &a_first, NULL);
  g_assert_cmpstr (after, ==, "[Static]\n0x05f1=" A ";" B ";" C ";\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attach/addresses/put", test_changes);
  g_test_add_func ("/attach/addresses/malformed", test_malformed);
  g_test_add_func ("/attach/addresses/others", test_others);
  g_test_add_func ("/attach/addresses/arrange", test_arrange);
  g_test_add_func ("/attach/addresses/list", test_list);
  g_test_add_func ("/attach/addresses/after-bluez", test_after_bluez);
  return g_test_run ();
}
