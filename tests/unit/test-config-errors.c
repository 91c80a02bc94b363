/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One bad value each: the message names file, group, key and value, and says what was expected. */
static const struct
{
  const char *group, *key, *value, *reason;
} bad_values[] = {
  { "Daemon", "Capability", "psychic", "not one of auto, display-only" },
  { "Daemon", "Capability", "5", "not one of auto, display-only" },
  { "Daemon", "Capability", "", "not one of auto, display-only" },
  { "Daemon", "PairingPolicy", "reject-all-request", "reject-all-request" }, /* a letter is missing */
  { "Daemon", "PairingPolicy", "16", "above 8" },
  { "Daemon", "PairingPolicy", "allow-all|nonsense", "\"nonsense\"" },
  { "Daemon", "PairingPolicy", "-1", "there are: reject-all-requests, " },
  { "Daemon", "WithoutHandler", "maybe", "not one of accept, reject, wait" },
  { "Daemon", "WithoutHandler", "reject # quietly", "a comment has a line of its own" },
  { "Daemon", "Adapters", "", "no adapter at all" },
  { "Daemon", "Adapters", "hci0;;hci1", "empty entry" },
  { "Daemon", "Adapters", "hci\\0", "backslash" },
  { "Daemon", "Adapters", "hci0;AA:BB:CC", "neither the name of an adapter" }, /* the * is missing: would never match */
  { "Daemon", "Adapters", "ttyACM0", "neither the name of an adapter" },
  { "SecurityParameters", "PasscodePairing", "yes", "neither true nor false" },
  { "SecurityParameters", "IoCapabilities", "auto", "not one of display-only" }, /* only the agent's may be auto */
  { "SecurityParameters", "Bond", "", "neither true nor false" },
  { "SecurityParameters", "OutOfBand", "TRUE ", "neither true nor false" },
  { "SecurityParameters", "RejectPairingRequests", "0x10", "above 8" },
  { "SecurityParameters", "LescPairing", "2", "neither true nor false" },
  { "Window", "Required", "true true", "neither true nor false" },
  { "Window", "MaxSeconds", "0x", "not a number between 1 and 3600" },
  { "Window", "MaxSeconds", "0", "not a number between 1 and 3600" },
  { "Window", "MaxSeconds", "3601", "not a number between 1 and 3600" },
  { "Window", "MaxSeconds", "-5", "not a number between 1 and 3600" },
  { "Window", "MaxSeconds", "+5", "not a number between 1 and 3600" },
  { "Window", "MaxSeconds", "4294967297", "not a number between 1 and 3600" }, /* 1, when cut to 32 bits */
  { "Window", "MaxSeconds", "99999999999999999999", "not a number between 1 and 3600" },
  { "Window", "MaxSeconds", "60 seconds", "not a number between 1 and 3600" },
  { "Window", "Discoverable", "on", "neither true nor false" },
  { "Window", "CloseAfterBond", "no", "neither true nor false" },
  { "Lockout", "Failures", "1001", "not a number between 0 and 1000" },
  { "Lockout", "Seconds", "0", "not a number between 1 and 86400" },
  { "Rule x", "MatchAddress", "AA:BB:CC", "neither an address" }, /* the * is missing: would never match */
  { "Rule x", "MatchAddress", "AA:BB:CC:DD:EE:GG", "neither an address" },
  { "Rule x", "MatchAddress", "hci0*", "neither an address" },
  { "Rule x", "MatchAddress", "", "neither an address" },
  { "Rule x", "MatchAddress", "AABBCC*", "neither an address" }, /* no colons: would never match either */
  { "Rule x", "MatchAddress", "AA:BBC*", "neither an address" },
  { "Rule x", "MatchAddress", "AA:BB:CC:DD:EE:FF:*", "neither an address" },
  { "Rule x", "MatchAddressType", "unknown", "neither public nor random" },
  { "Rule x", "MatchAddressType", "static", "neither public nor random" },
  { "Rule x", "MatchName", "", "empty" },
  { "Rule x", "MatchName", "a\\qb", "backslash" },
  { "Rule x", "MatchName", "a\\", "backslash" },
  { "Rule x", "MatchName", "a\\qb\\", "backslash" }, /* two: GKeyFile itself would warn */
  { "Rule x", "MatchIcon", "", "empty" },
  { "Rule x", "MatchClass", "keyboard", "not a class of device" },
  { "Rule x", "MatchClass", "0x1000000", "not a class of device" }, /* 25 bits */
  { "Rule x", "MatchClass", "0x2540/", "not a class of device" },
  { "Rule x", "MatchClass", "0x2540/0", "0 is no class" },
  { "Rule x", "MatchClass", "0", "0 is no class" },
  { "Rule x", "MatchClass", "0x2540/0x00ff/1", "not a class of device" },
  { "Rule x", "MatchClass", "0x2540/0x00ff", "can never match" },
  { "Rule x", "MatchUUID", "teleport", "teleport" },
  { "Rule x", "MatchUUID", "hid*", "not a pattern of a UUID" },
  { "Rule x", "MatchAdapter", "", "neither the name of an adapter" },
  { "Rule x", "MatchAdapter", "AA:BB", "neither the name of an adapter" },
  { "Rule x", "MatchTransport", "wifi", "neither le nor bredr" },
  { "Rule x", "Action", "allow", "not one of accept, reject, ask" },
  { "Rule x", "Action", "", "not one of accept, reject, ask" },
  { "Rule x", "PairingPolicy", "sometimes", "\"sometimes\"" },
  { "Rule x", "Require", "no-access", "not one of just-works, mitm, lesc-mitm" },
  { "Rule x", "Require", "1", "not one of just-works, mitm, lesc-mitm" },
  { "Rule x", "Require", "strong", "not one of just-works, mitm, lesc-mitm" },
  { "Rule x", "AllowServices", "", "empty" },
  { "Rule x", "AllowServices", "hid;teleport", "teleport" },
  { "Rule x", "DenyServices", "hid;;opp", "\"\"" },
  { "Rule x", "DenyServices", "0000110b-0000-1000-8000-00805f9b34f", "0000110b" }, /* a digit is missing */
  { "Rule x", "Trust", "maybe", "neither true nor false" },
  { "Controller x", "MatchTty", "", "empty" },
  { "Controller x", "MatchAddress", "C0", "neither an address" },
  { "Controller x", "MatchUsb", "2fe3", "not VENDOR:PRODUCT" },
  { "Controller x", "MatchUsb", "nordic:*", "not VENDOR:PRODUCT" },
  { "Controller x", "MatchUsb", "1:2:3", "not VENDOR:PRODUCT" },
  { "Controller x", "MatchUsb", ":*", "not VENDOR:PRODUCT" },
  { "Controller x", "StaticAddress", "random", "neither auto, nor none, nor an address" },
  { "Controller x", "StaticAddress", "AA:BB:CC:DD:EE:FF", "no static random address" },
  { "Controller x", "StaticAddress", "FF:FF:FF:FF:FF:FF", "no static random address" },
  { "Controller x", "SecureConnections", "true", "not one of off, on, only" },
  { "Controller x", "Speed", "0", "not a number between 1200 and 12000000" },
  { "Controller x", "FlowControl", "rts", "neither true nor false" },
};

static void
test_bad_values (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_values); i++)
    {
      g_autofree char *text = g_strdup_printf ("[%s]\n%s=%s\n", bad_values[i].group, bad_values[i].key, bad_values[i].value);
      g_autofree char *shown = g_strchomp (g_strdup (bad_values[i].value));
      g_autofree char *where = g_strdup_printf (": [%s] %s=%s: ", bad_values[i].group, bad_values[i].key, shown);
      g_autofree char *message = fixture_fail_text (fixture, text);

      assert_has (message, where);
      assert_has (message, bad_values[i].reason);
    }
}

/* Bad form; `@` stands for the file. */
static const struct
{
  const char *text, *message;
} bad_forms[] = {
  { "Capability=auto\n[Daemon]\n", "Capability=auto: stands before any [Group]" },
  { "Passkey=123456\n", "Passkey=***: stands before any [Group]" },
  { "[Deamon]\n", "[Deamon]: no such group; perhaps [Daemon] is meant" },
  { "[daemon]\n", "[daemon]: no such group; perhaps [Daemon] is meant" },
  { "[ Daemon]\n", "[Daemon]: no such group" },
  { "[Daemon x]\n", "[Daemon x]: no such group; perhaps [Daemon] is meant" },
  { "[Teleport]\n", "[Teleport]: no such group; the groups are [Daemon]" },
  { "[]\n", ": no such group" },
  { "[Rule]\n", "[Rule]: a name is missing: [Rule NAME]" },
  { "[Rule  ]\n", "a name is missing: [Rule NAME]" },
  { "[Rules x]\n", "[Rules x]: no such group; perhaps [Rule NAME] is meant" },
  { "[Rule a\342\200\256b]\n", "cannot be shown" }, /* U+202E, right-to-left override */
  { "[Daemon\n", "line 1: not a [Group]" },
  { "[Dae[mon]\n", "line 1: not a [Group]" },
  { "[Rule a\tb]\n", "line 1: not a [Group]" },
  { "[Daemon] # the daemon\n", "line 1: a comment has a line of its own" },
  { "[Daemon] Capability=auto\n", "line 1: text after the [Group]" },
  { "[Daemon]=auto\n", "line 1: text after the [Group]" },
  { "[Daemon]\nCapability=auto\n[Daemon]\n", "[Daemon]: line 3: the group is in this file already" },
  { "[Daemon]\n[Window]\n[Daemon]\n", "[Daemon]: line 3: the group is in this file already" }, /* empty the first time */
  { "[Rule a]\n[Rule  a ]\n", "[Rule a]: line 2: the group is in this file already" },
  { "[Daemon]\nCapability=auto\nCapability=none\n", "[Daemon] Capability=none: the key is in this group already" },
  { "[Rule a]\nPin=1111\nPin=2222\n", "[Rule a] Pin=***: the key is in this group already" },
  { "[Daemon]\nCapabilty=auto\n", "[Daemon] Capabilty=auto: no such key; perhaps Capability is meant" },
  { "[Daemon]\ncapability=auto\n", "[Daemon] capability=auto: no such key; perhaps Capability is meant" },
  { "[Daemon]\nCapability[de]=auto\n", "[Daemon] Capability[de]=auto: no such key" },
  { "[Daemon]\nMaxSeconds=5\n", "[Daemon] MaxSeconds=5: no such key in this group; it belongs in [Window]" },
  { "[Daemon]\nPasskey=123456\n", "[Daemon] Passkey=***: no such key in this group; it belongs in [Rule NAME]" },
  { "[Daemon]\nTeleport=true\n", "[Daemon] Teleport=true: no such key" },
  { "[Daemon]\nCapability\n", "[Daemon]: line 2: neither a [Group], nor Key=value, nor a # comment" },
  { "[Daemon]\n=auto\n", "[Daemon]: line 2: neither a [Group], nor Key=value, nor a # comment" },
  { "[Daemon]\n; comment\n", "[Daemon]: line 2: neither a [Group], nor Key=value, nor a # comment" },
  { "[Daemon]\n\nCapability=au\033[31mto\n", "[Daemon]: line 3: a control character" },
  { "[Daemon]\rCapability=auto\r", "line 1: a control character" }, /* lines ended by CR alone */
  { "[Daemon]\n\n\nCapability=\377\n", "line 4: not UTF-8 text" },
  { "\377\376[\0D\0", "line 1: not UTF-8 text" }, /* UTF-16 */
  { "[Controller x]\nSpeed=115200\n", "[Controller x]: needs MatchTty=, MatchAddress= or MatchUsb=" },
  { "[Controller x]\n", "[Controller x]: needs MatchTty=, MatchAddress= or MatchUsb=" },
  { "[Rule x]\nTrust=true\nAllowServices=hid\n", "[Rule x] Trust=true: cannot stand beside AllowServices=" },
  { "[Rule x]\nDenyServices=hid\nTrust=1\n", "[Rule x] Trust=1: cannot stand beside AllowServices= or DenyServices=" },
};

static void
test_bad_forms (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_forms); i++)
    {
      g_autofree char *message = fixture_fail_text (fixture, bad_forms[i].text);

      assert_has (message, bad_forms[i].message);
    }
}

/* However a secret gets into a bad file, no message repeats it. */
static void
test_secrets_are_not_repeated (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const texts[] = {
    "[Rule x]\nPasskey=SESAME\n",
    "[Rule x]\nPasskey=SESAME # of the kiosk\n",
    "[Rule x]\nPin=SESAME6789abcdef0\n", /* 17 bytes */
    "[Rule x]\nPin=SESAME\\q\n",
    "[Rule x]\nPasscode=SESAME\n",
    "[Rule x]\npin=SESAME\n",
    "[Rule x]\nPIN=SESAME\n",
    "[Rule x]\nPinn=SESAME\n",
    "[Rule x]\nPaskey=SESAME\n",
    "[Rule x]\nPasskey SESAME\n",
    "[Rule x]\nPasskey:SESAME\n",
    "[Window]\nPin=SESAME\n",
    "Pin=SESAME\n",
    "[Rule x] Pin=SESAME\n",
    "[Rule x]\nPin=SESAME\nPin=0000\n",
    "[Rule x]\nPin=0000\nPin=SESAME\n",
    "[Rule x]\nPin=SESAME\nAction=perhaps\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *message = fixture_fail_text (fixture, texts[i]);

      assert_has_not (message, "SESAME");
    }
}

static void
test_bad_secrets (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const struct
  {
    const char *line, *message;
  } rows[] = {
    { "Passkey=1000000", "[Rule x] Passkey=***: not a passkey of 1 to 6 digits" },
    { "Passkey=", "[Rule x] Passkey=***: not a passkey of 1 to 6 digits" },
    { "Passkey=-1", "[Rule x] Passkey=***: not a passkey of 1 to 6 digits" },
    { "Pin=", "[Rule x] Pin=***: not a PIN of 1 to 16 bytes" },
    { "Pin=12345678901234567", "[Rule x] Pin=***: not a PIN of 1 to 16 bytes" },
    { "Pin=***", "[Rule x] Pin=***: this is what is shown in place of a PIN" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("[Rule x]\n%s\n", rows[i].line);
      g_autofree char *message = fixture_fail_text (fixture, text);

      assert_has (message, rows[i].message);
    }
}

/* A value's escapes must not make a second line of the message, nor hide a part of it. */
static void
test_hostile_values (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *newline = fixture_fail_text (fixture, "[Daemon]\nWithoutHandler=a\\nok\n");
  g_autofree char *bidi = fixture_fail_text (fixture, "[Daemon]\nWithoutHandler=a\342\200\256b\n");
  g_autofree char *filler = g_strnfill (100000, 'x');
  g_autofree char *text = g_strdup_printf ("[Daemon]\nWithoutHandler=%s\n", filler);
  g_autofree char *large = fixture_fail_text (fixture, text);

  assert_has (newline, "[Daemon] WithoutHandler=a\\nok: ");
  assert_has_not (bidi, "\342\200\256");
  g_assert_cmpuint (strlen (large), <, 2000);
}

static void
test_permissions (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const secrets[] = { "Passkey=123456", "Pin=0000" };
  g_autofree char *path = fixture_path (fixture, "etc/pairward.conf");

  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      g_autoptr (PrwSettings) settings = NULL;
      g_autofree char *message = NULL;

      fixture_rule (fixture, secrets[i], &settings); /* 0600 */
      g_chmod (path, 0640);
      prw_settings_unref (g_steal_pointer (&settings));
      settings = fixture_load (fixture);
      g_chmod (path, 0644);
      message = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
      assert_has (message, "=***: everybody may read this file");
      assert_has (message, path);
    }
}

/* The link is private, what it leads to is not. */
static void
test_permissions_of_a_link (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = fixture_path (fixture, "etc/pairward.conf");
  g_autofree char *target = fixture_path (fixture, "elsewhere");
  g_autoptr (PrwSettings) settings = NULL;
  g_autofree char *message = NULL;

  fixture_write (fixture, "elsewhere", "[Rule x]\nPin=0000\n");
  g_assert_cmpint (symlink (target, path), ==, 0);
  settings = fixture_load (fixture);
  g_chmod (target, 0604);
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (message, "everybody may read this file");
}

static void
test_odd_files (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = fixture_path (fixture, "etc/conf.d/10-x.conf");
  g_autofree char *folder = fixture_path (fixture, "etc/conf.d");
  g_autofree char *large = g_strnfill (1024 * 1024 + 1, '#');
  g_autofree char *message = NULL;
  g_autoptr (PrwSettings) settings = NULL;

  g_assert_cmpint (symlink ("nowhere", path), ==, 0);
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_MISSING);
  assert_has (message, path);
  g_remove (path);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_free (message);
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (message, "10-x.conf: is a folder");
  g_remove (path);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_free (message);
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (message, "10-x.conf: is not a regular file");
  g_remove (path);

  fixture_write (fixture, "etc/conf.d/10-x.conf", large);
  g_free (message);
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (message, "10-x.conf: larger than 1 MiB");
  fixture_write_data (fixture, "etc/conf.d/10-x.conf", large, 1024 * 1024);
  settings = fixture_load (fixture);
  g_remove (path);

  g_remove (folder);
  fixture_write (fixture, "etc/conf.d", "[Daemon]\n");
  g_free (message);
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_MISSING);
  assert_has (message, "etc/conf.d: cannot read: ");
}

/* Control characters in a file's name do not get into the message. */
static void
test_odd_file_name (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = fixture_path (fixture, "etc/conf.d/a\nb\377.conf");
  g_autofree char *content = NULL, *link = NULL, *folder = NULL;

  fixture_write (fixture, "etc/conf.d/a\nb\377.conf", "[Nothing]\n");
  content = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (content, "etc/conf.d/a?b");
  g_remove (path);
  g_assert_cmpint (symlink ("nowhere", path), ==, 0);
  link = fixture_fail (fixture, PRW_CONFIG_ERROR_MISSING);
  assert_has (link, "etc/conf.d/a?b");
  g_remove (path);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  folder = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (folder, "etc/conf.d/a?b");
}

/* Links that lead in a circle or to nothing, as a file and as the folder. */
static void
test_odd_links (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *file = fixture_path (fixture, "etc/conf.d/10-x.conf");
  g_autofree char *folder = fixture_path (fixture, "etc/conf.d");
  g_autofree char *looped_file = NULL, *looped_folder = NULL, *dangling_folder = NULL;

  g_assert_cmpint (symlink ("10-x.conf", file), ==, 0);
  looped_file = fixture_fail (fixture, PRW_CONFIG_ERROR_MISSING);
  assert_has (looped_file, "10-x.conf: cannot read: ");
  assert_has (looped_file, g_strerror (ELOOP));
  g_remove (file);
  g_remove (folder);
  g_assert_cmpint (symlink ("conf.d", folder), ==, 0);
  looped_folder = fixture_fail (fixture, PRW_CONFIG_ERROR_MISSING);
  assert_has (looped_folder, g_strerror (ELOOP));
  g_remove (folder);
  g_assert_cmpint (symlink ("nowhere", folder), ==, 0);
  dangling_folder = fixture_fail (fixture, PRW_CONFIG_ERROR_MISSING);
  assert_has (dangling_folder, "etc/conf.d: cannot read: ");
}

/* What cannot be read may forbid something: it is not passed over. */
static void
test_unreadable (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *file = fixture_path (fixture, "etc/pairward.conf");
  g_autofree char *folder = fixture_path (fixture, "etc/conf.d");
  g_autofree char *of_file = NULL, *of_folder = NULL;
  gboolean root = geteuid () == 0;

  g_assert_cmpint (g_chmod (fixture->top, 0711), ==, 0);
  g_assert_cmpint (g_chmod (fixture->etc, 0711), ==, 0);
  fixture_write (fixture, "etc/pairward.conf", "");
  g_assert_cmpint (g_chmod (file, 0), ==, 0);
  /* Root may read everything. */
  g_assert_true (!root || seteuid (65534) == 0);
  of_file = fixture_fail (fixture, PRW_CONFIG_ERROR_DENIED);
  g_assert_true (!root || seteuid (0) == 0);
  assert_has (of_file, "etc/pairward.conf: cannot read: ");
  assert_has (of_file, g_strerror (EACCES));
  g_remove (file);
  g_assert_cmpint (g_chmod (folder, 0), ==, 0);
  g_assert_true (!root || seteuid (65534) == 0);
  of_folder = fixture_fail (fixture, PRW_CONFIG_ERROR_DENIED);
  g_assert_true (!root || seteuid (0) == 0);
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
  assert_has (of_folder, "etc/conf.d: cannot read: ");
  assert_has (of_folder, g_strerror (EACCES));
}

/* A NUL ends text in C: what follows it would be lost without a word. */
static void
test_nul (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const char text[] = "[Daemon]\nWithoutHandler=accept\0\n[Rule x]\nAction=reject\n";
  g_autofree char *message = NULL;

  fixture_write_data (fixture, "etc/pairward.conf", text, sizeof text - 1);
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (message, "etc/pairward.conf: line 2: not UTF-8 text");
}

static void
test_missing_named_file (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = fixture_path (fixture, "none.conf");
  g_autofree char *message = NULL;

  fixture->source.file = path;
  message = fixture_fail (fixture, PRW_CONFIG_ERROR_MISSING);
  assert_has (message, path);
}

/* A value that a later file replaces must be good all the same. */
static void
test_every_layer_is_checked (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *key = NULL, *rule = NULL, *shipped = NULL;

  fixture_write (fixture, "etc/pairward.conf", "[Window]\nMaxSeconds=0x\n");
  fixture_write (fixture, "etc/conf.d/10.conf", "[Window]\nMaxSeconds=5\n[Rule x]\nAction=ask\n");
  key = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (key, "etc/pairward.conf: [Window] MaxSeconds=0x: ");
  fixture_write (fixture, "etc/pairward.conf", "[Rule x]\nAction=dance\n");
  rule = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (rule, "etc/pairward.conf: [Rule x] Action=dance: ");
  fixture_write (fixture, "shipped/pairward.conf", "[Daemon]\nAdapters=\n");
  shipped = fixture_fail (fixture, PRW_CONFIG_ERROR_INVALID);
  assert_has (shipped, "shipped/pairward.conf: [Daemon] Adapters=: ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  FIXTURE_ADD ("/config/errors/values", test_bad_values);
  FIXTURE_ADD ("/config/errors/forms", test_bad_forms);
  FIXTURE_ADD ("/config/errors/secrets-are-not-repeated", test_secrets_are_not_repeated);
  FIXTURE_ADD ("/config/errors/secrets", test_bad_secrets);
  FIXTURE_ADD ("/config/errors/hostile-values", test_hostile_values);
  FIXTURE_ADD ("/config/errors/permissions", test_permissions);
  FIXTURE_ADD ("/config/errors/permissions-of-a-link", test_permissions_of_a_link);
  FIXTURE_ADD ("/config/errors/odd-files", test_odd_files);
  FIXTURE_ADD ("/config/errors/odd-file-name", test_odd_file_name);
  FIXTURE_ADD ("/config/errors/odd-links", test_odd_links);
  FIXTURE_ADD ("/config/errors/unreadable", test_unreadable);
  FIXTURE_ADD ("/config/errors/nul", test_nul);
  FIXTURE_ADD ("/config/errors/missing-named-file", test_missing_named_file);
  FIXTURE_ADD ("/config/errors/every-layer", test_every_layer_is_checked);
  return g_test_run ();
}
