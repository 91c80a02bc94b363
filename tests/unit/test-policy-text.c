/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/address.h"
#include "policy/text.h"
#include "policy/types.h"

#include <string.h>

static const struct
{
  const char *what, *text, *expected;
} names[] = {
  { "nothing", NULL, "" },
  { "empty", "", "" },
  { "plain", "Kiosk Keyboard", "Kiosk Keyboard" },
  { "letters of the world", "Müllers Hörgerät 耳机 наушники", "Müllers Hörgerät 耳机 наушники" },
  { "emoji", "\xf0\x9f\x8e\xa7 buds", "\xf0\x9f\x8e\xa7 buds" },
  { "controls", "a\x01\x02\x1b[31mb\x7f\tc\n", "a[31mbc" },
  { "C1 controls", "a\xc2\x9b" "31mb\xc2\x85", "a31mb" },
  { "bidi embedding and isolates", "\xe2\x80\xaegpj.exe\xe2\x80\xac \xe2\x81\xa6x\xe2\x81\xa9", "gpj.exe x" },
  { "bidi marks", "\xe2\x80\x8e" "a\xe2\x80\x8f\xd8\x9c" "b", "ab" },
  { "zero width", "a\xe2\x80\x8b" "b\xe2\x80\x8d" "c\xef\xbb\xbf", "abc" },
  { "tags", "a\xf3\xa0\x81\xa5" "b", "ab" },
  { "line and paragraph separators", "a\xe2\x80\xa8" "b\xe2\x80\xa9", "ab" },
  { "private use", "a\xee\x80\x80\xf3\xb0\x80\x80", "a" },
  { "not a character", "a\xef\xbf\xbf\xef\xb7\x90", "a" },
  { "broken UTF-8", "a\xff" "b\xc3", "a\xef\xbf\xbd" "b\xef\xbf\xbd" },
  { "an encoded surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
  { "overlong slash", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
  { "other blanks are blanks", "a\xc2\xa0" "b\xe3\x80\x80" "c", "a b c" },
  { "blanks at the ends", " \xc2\xa0 a b \xe2\x80\x83 ", "a b" },
  { "only blanks", " \xe3\x80\x80 ", "" },
  { "fillers draw nothing", "\xe3\x85\xa4\xe1\x85\x9f\xef\xbe\xa0\xe2\xa0\x80", "" },
  { "variation selectors", "a\xef\xb8\x8f\xf3\xa0\x84\x80", "a" },
  { "one mark stays", "e\xcc\x81", "e\xcc\x81" },
  { "a run of marks is cut", "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85" "b\xcc\x81", "a\xcc\x81\xcc\x82\xcc\x83" "b\xcc\x81" },
  { "marks with nothing under them", " \xcc\x81\xcc\x82" "a", "a" },
};

static void
test_sanitize (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = prw_text_sanitize (names[i].text);
      g_autofree char *again = prw_text_sanitize (text);

      g_test_message ("%s", names[i].what);
      g_assert_cmpstr (text, ==, names[i].expected);
      g_assert_cmpstr (again, ==, text);
    }
}

static void
test_sanitize_length (void)
{
  g_autofree char *ascii = g_strnfill (1000, 'x');
  g_autofree char *cut = prw_text_sanitize (ascii);
  g_autoptr (GString) wide = g_string_new ("ab");
  g_autoptr (GString) blank = g_string_new (NULL);
  g_autofree char *cut_wide = NULL;
  g_autofree char *cut_blank = NULL;

  g_assert_cmpuint (strlen (cut), ==, PRW_NAME_MAX);
  /* 2 + 82 × 3 is 248; one more letter of three bytes would end in its middle */
  for (guint i = 0; i < 100; i++)
    g_string_append (wide, "\xe2\x82\xac");
  cut_wide = prw_text_sanitize (wide->str);
  g_assert_cmpuint (strlen (cut_wide), ==, 248);
  g_string_prepend_c (wide, 'c');
  g_free (cut_wide);
  cut_wide = prw_text_sanitize (wide->str);
  g_assert_cmpuint (strlen (cut_wide), ==, 246);
  g_assert_true (g_utf8_validate (cut_wide, -1, NULL));
  /* cut right after a blank */
  for (guint i = 0; i < 247; i++)
    g_string_append_c (blank, 'x');
  g_string_append (blank, " y");
  cut_blank = prw_text_sanitize (blank->str);
  g_assert_cmpuint (strlen (cut_blank), ==, 247);
}

static const struct
{
  const char *pattern, *text;
  gboolean expected;
} globs[] = {
  { "", "", TRUE },
  { "", "a", FALSE },
  { "*", "", TRUE },
  { "*", "anything", TRUE },
  { "**", "", TRUE },
  { "?", "", FALSE },
  { "?", "a", TRUE },
  { "?", "\xe2\x82\xac", TRUE },
  { "??", "\xe2\x82\xac", FALSE },
  { "*?", "\xe2\x82\xac", TRUE },
  { "*??", "\xe2\x82\xac", FALSE },
  { "a?c", "a\xc3\xbc" "c", TRUE },
  { "AA:BB:CC:*", "aa:bb:cc:dd:ee:ff", TRUE },
  { "AA:BB:CC:*", "aa:bb:cd:dd:ee:ff", FALSE },
  { "*keyboard", "My Keyboard", TRUE },
  { "*keyboard", "keyboard 2", FALSE },
  { "*a*b*c*", "xxaxxbxxcxx", TRUE },
  { "*a*b*c*", "xxcxxbxxaxx", FALSE },
  { "*ab", "aab", TRUE },
  { "a*a", "a", FALSE },
  { "[a-z]", "b", FALSE },
  { "[a-z]", "[A-Z]", TRUE },
  { "\\*", "\\anything", TRUE },
  { "\xc3\xbc", "\xc3\x9c", FALSE }, /* ASCII case only */
  { "?", "\xff", TRUE },
};

static void
test_column (void)
{
  g_autofree char *plain = prw_text_column ("Zeit:", 8), *umlauts = prw_text_column ("Gerät ä:", 10), *wide = prw_text_column ("長い:", 8);
  g_autofree char *marked = prw_text_column ("a\xcc\x88:", 4), *full = prw_text_column ("Adresse:", 8), *longer = prw_text_column ("Geschwindigkeit:", 3);

  g_assert_cmpuint (prw_text_width (""), ==, 0);
  g_assert_cmpstr (plain, ==, "Zeit:   ");
  g_assert_cmpstr (umlauts, ==, "Gerät ä:  ");
  g_assert_cmpstr (wide, ==, "長い:   ");
  g_assert_cmpstr (marked, ==, "a\xcc\x88:  ");
  g_assert_cmpstr (full, ==, "Adresse:\n        ");
  g_assert_cmpstr (longer, ==, "Geschwindigkeit:\n   ");
}

static void
test_glob (void)
{
  g_autofree char *text = g_strnfill (20000, 'a');
  g_autofree char *pattern = g_strdup ("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");

  for (gsize i = 0; i < G_N_ELEMENTS (globs); i++)
    {
      g_test_message ("%s against %s", globs[i].pattern, globs[i].text);
      g_assert_cmpint (prw_text_glob (globs[i].pattern, globs[i].text), ==, globs[i].expected);
    }
  g_assert_false (prw_text_glob (NULL, ""));
  g_assert_false (prw_text_glob ("*", NULL));
  g_assert_false (prw_text_glob (pattern, text)); /* at once: a naive matcher would never end */
}

static void
test_passkey (void)
{
  static const struct
  {
    const char *text;
    guint32 value;
  } good[] = { { "0", 0 }, { "000000", 0 }, { "000007", 7 }, { "42", 42 }, { "999999", 999999 } };
  static const char *const bad[] = { "", "1000000", "0000001", "-1", "+1", " 1", "1 ", "12a", "0x1", "1e3", "\xd9\xa1" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      guint32 value = 77;

      g_assert_true (prw_passkey_parse (good[i].text, &value, NULL));
      g_assert_cmpuint (value, ==, good[i].value);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      guint32 value = 77;

      g_assert_false (prw_passkey_parse (bad[i], &value, &error));
      g_assert_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID);
      g_assert_cmpuint (value, ==, 77);
    }
  g_assert_false (prw_passkey_parse (NULL, &(guint32) { 0 }, NULL));
}

static void
test_passkey_check (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (prw_passkey_check (0, NULL));
  g_assert_true (prw_passkey_check (999999, NULL));
  g_assert_false (prw_passkey_check (G_MAXUINT32, NULL));
  g_assert_false (prw_passkey_check (1000000, &error));
  g_assert_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID);
  g_assert_null (strstr (error->message, "1000000")); /* no secret in a message */
}

static void
test_pin (void)
{
  static const char *const good[] = { "0", "0000", "1234567890123456", "\xc3\xbc\xc3\xbc" };
  static const char *const bad[] = { "", "12345678901234567", "\xff", "123456789012345\xc3\xbc" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (prw_pin_check (good[i], NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (prw_pin_check (bad[i], &error));
      g_assert_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID);
      g_assert_true (bad[i][0] == '\0' || strstr (error->message, bad[i]) == NULL);
    }
  g_assert_false (prw_pin_check (NULL, NULL));
}

static void
test_address (void)
{
  static const char *const good[] = { "aa:bb:cc:dd:ee:0f", "AA-BB-CC-DD-EE-0F", "Aa_Bb_Cc_Dd_Ee_0f" };
  static const char *const bad[] = { "", "aa:bb:cc:dd:ee", "aa:bb:cc:dd:ee:0", "aa:bb:cc:dd:ee:0f:", "aa:bb:cc:dd:ee:0g",
                                     "aa:bb-cc:dd:ee:0f", "aabbccddee0f", " aa:bb:cc:dd:ee:0f", "aa.bb.cc.dd.ee.0f",
                                     "a:bb:cc:dd:ee:0ff" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      char out[PRW_ADDRESS_LEN + 1] = "";

      g_assert_true (prw_address_normalize (good[i], out));
      g_assert_cmpstr (out, ==, "AA:BB:CC:DD:EE:0F");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      char out[PRW_ADDRESS_LEN + 1] = "as before";

      g_assert_false (prw_address_normalize (bad[i], out));
      g_assert_cmpstr (out, ==, "as before");
    }
  g_assert_false (prw_address_normalize (NULL, NULL));
}

static const struct
{
  const char *path, *adapter, *address;
} paths[] = {
  { "/org/bluez/hci0/dev_AA_BB_CC_DD_EE_0F", "hci0", "AA:BB:CC:DD:EE:0F" },
  { "/org/pairward/hci12/dev_aa_bb_cc_dd_ee_0f", "hci12", "AA:BB:CC:DD:EE:0F" },
  { "/org/bluez/hci0", "hci0", NULL },
  { "/org/bluez/hci0/dev_AA_BB_CC_DD_EE_0F/service0001", "hci0", NULL },
  { "/hci0/hci1", "hci0", NULL },
  { "/org/bluez/hci", NULL, NULL },
  { "/org/bluez/hci0x/dev_AA_BB_CC_DD_EE", NULL, NULL },
  { "/org/bluez/hci0/dev_AA:BB:CC:DD:EE:0F", "hci0", NULL },
  { "/org/bluez/hci0/dev_AA_BB_CC_DD_EE_0F_", "hci0", NULL },
  { "/xhci0/dev_", NULL, NULL },
  { "/", NULL, NULL },
  { "", NULL, NULL },
  { "hci0", NULL, NULL },
  { "dev_AA_BB_CC_DD_EE_0F", NULL, NULL },
  { NULL, NULL, NULL },
};

static void
test_paths (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *adapter = prw_adapter_from_path (paths[i].path);
      char address[PRW_ADDRESS_LEN + 1] = "as before";

      g_assert_cmpstr (adapter, ==, paths[i].adapter);
      g_assert_true (prw_address_from_path (paths[i].path, address) == (paths[i].address != NULL));
      g_assert_cmpstr (address, ==, paths[i].address != NULL ? paths[i].address : "as before");
    }
}

static const struct
{
  const char *name;
  int index; /* -1: no controller's name */
} adapter_names[] = {
  { "hci0", 0 },
  { "hci10", 10 },
  { "hci65534", 65534 },
  { "hci65535", -1 }, /* HCI_DEV_NONE */
  { "hci65536", -1 }, /* not hci0 */
  { "hci18446744073709551616", -1 },
  { "hci01", -1 }, /* not hci1 under another name */
  { "hci00", -1 },
  { "hci-1", -1 },
  { "hci+1", -1 },
  { "hci 1", -1 },
  { "hci0x1", -1 },
  { "hci1 ", -1 },
  { "hci0:64", -1 },
  { "hci0/", -1 },
  { "hci", -1 },
  { "HCI0", -1 },
  { "xhci0", -1 },
  { "", -1 },
};

static void
test_adapter_names (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (adapter_names); i++)
    {
      guint16 index = 4711;

      g_assert_true (prw_adapter_parse_name (adapter_names[i].name, &index) == (adapter_names[i].index >= 0));
      g_assert_cmpuint (index, ==, adapter_names[i].index >= 0 ? (guint) adapter_names[i].index : 4711);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/text/sanitize", test_sanitize);
  g_test_add_func ("/policy/text/sanitize-length", test_sanitize_length);
  g_test_add_func ("/policy/text/column", test_column);
  g_test_add_func ("/policy/text/glob", test_glob);
  g_test_add_func ("/policy/text/adapter-names", test_adapter_names);
  g_test_add_func ("/policy/text/passkey", test_passkey);
  g_test_add_func ("/policy/text/passkey-check", test_passkey_check);
  g_test_add_func ("/policy/text/pin", test_pin);
  g_test_add_func ("/policy/address/normalize", test_address);
  g_test_add_func ("/policy/address/paths", test_paths);
  return g_test_run ();
}
