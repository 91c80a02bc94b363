/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "config/keys.h"

static char *
rule_names (const PrwSettings *settings)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < prw_policy_get_n_rules (settings->policy); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", prw_policy_get_rule (settings->policy, i)->name);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
assert_rules (const PrwSettings *settings, const char *expected)
{
  g_autofree char *names = rule_names (settings);

  g_assert_cmpstr (names, ==, expected);
}

static void
assert_same_rule (const PrwRule *a, const PrwRule *b)
{
  g_assert_cmpstr (a->name, ==, b->name);
  g_assert_cmpstr (a->match_address, ==, b->match_address);
  g_assert_cmpstr (a->match_name, ==, b->match_name);
  g_assert_cmpstr (a->match_icon, ==, b->match_icon);
  g_assert_cmpstr (a->match_uuid, ==, b->match_uuid);
  g_assert_cmpstr (a->match_adapter, ==, b->match_adapter);
  g_assert_cmpint (a->match_address_type, ==, b->match_address_type);
  g_assert_cmpint (a->match_transport, ==, b->match_transport);
  g_assert_cmpint (a->match_class, ==, b->match_class);
  g_assert_cmpuint (a->match_class_mask, ==, b->match_class_mask);
  g_assert_cmpint (a->action, ==, b->action);
  g_assert_cmpint (a->pairing_policy, ==, b->pairing_policy);
  g_assert_cmpint (a->require, ==, b->require);
  g_assert_cmpint (a->has_passkey, ==, b->has_passkey);
  g_assert_cmpuint (a->passkey, ==, b->passkey);
  g_assert_cmpstr (a->pin, ==, b->pin);
  g_assert_cmpint (a->allow_services != NULL, ==, b->allow_services != NULL);
  g_assert_cmpint (a->deny_services != NULL, ==, b->deny_services != NULL);
  if (a->allow_services != NULL)
    g_assert_cmpstrv (a->allow_services, b->allow_services);
  if (a->deny_services != NULL)
    g_assert_cmpstrv (a->deny_services, b->deny_services);
  g_assert_cmpint (a->trust, ==, b->trust);
}

static void
assert_same_controller (const PrwControllerSettings *a, const PrwControllerSettings *b)
{
  g_assert_cmpstr (a->name, ==, b->name);
  g_assert_cmpstr (a->match_tty, ==, b->match_tty);
  g_assert_cmpstr (a->match_address, ==, b->match_address);
  g_assert_cmpstr (a->match_usb, ==, b->match_usb);
  g_assert_cmpstr (a->static_address, ==, b->static_address);
  g_assert_cmpstr (a->secure_connections, ==, b->secure_connections);
  g_assert_cmpuint (a->speed, ==, b->speed);
  g_assert_cmpint (a->flow_control, ==, b->flow_control);
}

static void
assert_same (const PrwSettings *a, const PrwSettings *b)
{
  g_assert_cmpint (prw_policy_get_floor (a->policy), ==, prw_policy_get_floor (b->policy));
  g_assert_cmpint (prw_policy_get_without_handler (a->policy), ==, prw_policy_get_without_handler (b->policy));
  g_assert_cmpint (prw_policy_get_window_required (a->policy), ==, prw_policy_get_window_required (b->policy));
  g_assert_true (prw_security_parameters_equal (prw_policy_get_peer_defaults (a->policy), prw_policy_get_peer_defaults (b->policy)));
  g_assert_cmpint (a->auto_capability, ==, b->auto_capability);
  g_assert_cmpint (a->capability, ==, b->capability);
  g_assert_cmpstrv (a->adapters, b->adapters);
  g_assert_cmpuint (a->window_max_seconds, ==, b->window_max_seconds);
  g_assert_cmpint (a->window_discoverable, ==, b->window_discoverable);
  g_assert_cmpint (a->window_close_after_bond, ==, b->window_close_after_bond);
  g_assert_cmpuint (a->lockout_failures, ==, b->lockout_failures);
  g_assert_cmpuint (a->lockout_seconds, ==, b->lockout_seconds);
  g_assert_cmpuint (prw_policy_get_n_rules (a->policy), ==, prw_policy_get_n_rules (b->policy));
  for (guint i = 0; i < prw_policy_get_n_rules (a->policy); i++)
    assert_same_rule (prw_policy_get_rule (a->policy, i), prw_policy_get_rule (b->policy, i));
  g_assert_cmpuint (a->controllers->len, ==, b->controllers->len);
  for (guint i = 0; i < a->controllers->len; i++)
    assert_same_controller (g_ptr_array_index (a->controllers, i), g_ptr_array_index (b->controllers, i));
}

/* With nothing on the disk: the shipped keyfile, as the manual has it. */
static void
test_shipped (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GPtrArray) warnings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwSettings) settings = prw_config_load (&fixture->source, &warnings, &error);
  const PrwSecurityParameters expected = { TRUE,  PRW_IO_CAPABILITY_KEYBOARD_DISPLAY, TRUE,
                                           FALSE, PRW_PAIRING_POLICY_ALLOW_ALL,       TRUE };

  g_assert_no_error (error);
  g_assert_cmpuint (warnings->len, ==, 0);
  g_assert_true (settings->auto_capability);
  g_assert_cmpint (prw_policy_get_floor (settings->policy), ==, PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS);
  g_assert_cmpint (prw_policy_get_without_handler (settings->policy), ==, PRW_WITHOUT_HANDLER_REJECT);
  g_assert_true (prw_settings_serves_adapter (settings, "hci7", NULL));
  g_assert_true (prw_security_parameters_equal (prw_policy_get_peer_defaults (settings->policy), &expected));
  g_assert_false (prw_policy_get_window_required (settings->policy));
  g_assert_cmpuint (settings->window_max_seconds, ==, 300);
  g_assert_true (settings->window_discoverable);
  g_assert_true (settings->window_close_after_bond);
  g_assert_cmpuint (settings->lockout_failures, ==, 3);
  g_assert_cmpuint (settings->lockout_seconds, ==, 60);
  assert_rules (settings, "");
  g_assert_cmpuint (settings->controllers->len, ==, 0);
}

static char *
text_of (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("top_srcdir"), name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* Every key there is stands in the shipped file, and the examples in its comments are good. */
static void
test_shipped_documents_all (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *text = text_of ("data/pairward.conf");
  g_autoptr (GRegex) example = g_regex_new ("^#(?=\\[|[A-Z][A-Za-z]+=)", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GRegex) trust = g_regex_new ("^Trust=.*$", G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *active = g_regex_replace_literal (example, text, -1, 0, "", 0, NULL);
  g_autofree char *loadable = g_regex_replace_literal (trust, active, -1, 0, "", 0, NULL);
  g_autoptr (PrwSettings) settings = NULL;

  for (const PrwGroup *group = prw_groups; group->name != NULL; group++)
    {
      g_autofree char *header = g_strdup_printf ("\n[%s%s", group->name, group->kind == PRW_GROUP_KIND_SETTINGS ? "]" : " ");
      const char *start = strstr (active, header);
      const char *end = start != NULL ? strstr (start + 1, "\n[") : NULL;
      g_autofree char *part = g_strndup (start, end != NULL ? (gsize) (end - start) : strlen (start));

      g_assert_nonnull (start);
      for (const PrwKey *key = group->keys; key->name != NULL; key++)
        {
          g_autofree char *line = g_strdup_printf ("\n%s=", key->name);

          assert_has (part, line);
        }
    }
  fixture_write (fixture, "etc/pairward.conf", loadable);
  settings = fixture_load (fixture);
  assert_rules (settings, "kiosk keyboard");
  g_assert_cmpuint (settings->controllers->len, ==, 1);
}

/* The example in the README is good, and what it says of itself is true. */
static void
test_readme (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *readme = text_of ("README.md");
  const char *section = strstr (readme, "\n## A first keyfile\n");
  g_auto (GStrv) lines = g_strsplit (section + 1, "\n", -1);
  g_autoptr (GString) keyfile = g_string_new (NULL);
  g_autoptr (PrwSettings) settings = NULL;

  for (guint i = 1; lines[i] != NULL && !g_str_has_prefix (lines[i], "## "); i++)
    if (g_str_has_prefix (lines[i], "    "))
      g_string_append_printf (keyfile, "%s\n", lines[i] + strlen ("    "));
  fixture_write (fixture, "etc/pairward.conf", keyfile->str);
  settings = fixture_load (fixture);
  assert_rules (settings, "kiosk keyboard");
  g_assert_true (prw_policy_get_window_required (settings->policy));
  g_assert_cmpint (prw_policy_get_floor (settings->policy), ==, PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS);
}

/* A file with nothing in it: the model's values, which the key table must know as well. */
static void
test_compiled_in (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (PrwSettings) model = prw_settings_new ();
  g_autoptr (PrwSettings) settings = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = NULL;

  fixture_write (fixture, "shipped/pairward.conf", "");
  settings = fixture_load (fixture);
  assert_same (settings, model);
  dump = prw_config_dump (&fixture->source, &error);
  g_assert_no_error (error);
  assert_has (dump, "# compiled in\nWithoutHandler=accept\n");
  fixture_write (fixture, "shipped/pairward.conf", dump);
  again = fixture_load (fixture);
  assert_same (again, model);
}

static void
test_precedence (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (PrwSettings) settings = NULL;

  fixture_write (fixture, "shipped/pairward.conf", "[Window]\nMaxSeconds=1\nRequired=true\n[Lockout]\nSeconds=1\nFailures=1\n");
  fixture_write (fixture, "etc/pairward.conf", "[Window]\nMaxSeconds=2\n[Lockout]\nSeconds=2\n[Daemon]\nCapability=none\n");
  fixture_write (fixture, "etc/conf.d/b.conf", "[Window]\nMaxSeconds=4\n");
  fixture_write (fixture, "etc/conf.d/a.conf", "[Window]\nMaxSeconds=3\n[Lockout]\nSeconds=3\n");
  fixture_write (fixture, "etc/conf.d/B.conf", "[Daemon]\nCapability=auto\n"); /* strcmp: before a and b */
  settings = fixture_load (fixture);
  g_assert_cmpuint (settings->window_max_seconds, ==, 4);
  g_assert_true (prw_policy_get_window_required (settings->policy));
  g_assert_cmpuint (settings->lockout_seconds, ==, 3);
  g_assert_cmpuint (settings->lockout_failures, ==, 1);
  g_assert_true (settings->auto_capability);
}

/* What package managers and editors leave behind is not read, and would be refused if it were. */
static void
test_ignored_files (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const names[] = { ".hidden.conf", "a.conf~", "a.conf.dpkg-old", "#a.conf#", "a.conf.bak", "README", "conf" };
  g_autofree char *lock = fixture_path (fixture, "etc/conf.d/.#a.conf");
  g_autoptr (PrwSettings) settings = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strconcat ("etc/conf.d/", names[i], NULL);

      fixture_write (fixture, name, "nonsense");
    }
  g_assert_cmpint (symlink ("user@host.1", lock), ==, 0); /* an Emacs lock */
  settings = fixture_load (fixture);
}

/* --config: that file over the shipped defaults; the layers are not even looked at. */
static void
test_named_file (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = fixture_path (fixture, "mine");
  g_autoptr (PrwSettings) settings = NULL;

  fixture_write (fixture, "etc/pairward.conf", "nonsense");
  fixture_write (fixture, "mine", "[Lockout]\nSeconds=7\n");
  fixture->source.file = path;
  settings = fixture_load (fixture);
  g_assert_cmpuint (settings->lockout_seconds, ==, 7);
  g_assert_cmpint (prw_policy_get_without_handler (settings->policy), ==, PRW_WITHOUT_HANDLER_REJECT);
}

static void
test_session (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "pairward", NULL);
  g_autofree char *path = g_build_filename (folder, "pairward.conf", NULL);
  g_autoptr (PrwSettings) before = NULL, system = NULL, session = NULL;
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, "etc/conf.d/x.conf", "[Lockout]\nSeconds=7\nFailures=7\n");
  fixture->source.session = TRUE;
  before = fixture_load (fixture); /* there is no such folder yet */
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, "[Lockout]\nSeconds=8\n", -1, &error);
  g_assert_no_error (error);
  session = fixture_load (fixture);
  fixture->source.session = FALSE;
  system = fixture_load (fixture);
  g_assert_cmpuint (before->lockout_seconds, ==, 7);
  g_assert_cmpuint (session->lockout_seconds, ==, 8);
  g_assert_cmpuint (session->lockout_failures, ==, 7);
  g_assert_cmpuint (system->lockout_seconds, ==, 7);
}

static void
test_rule_order (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (PrwSettings) settings = NULL;

  fixture_write (fixture, "shipped/pairward.conf", "[Rule s1]\n[Rule s2]\n");
  fixture_write (fixture, "etc/pairward.conf", "[Rule e1]\n[Rule e2]\n");
  fixture_write (fixture, "etc/conf.d/10.conf", "[Rule a1]\n[Rule a2]\n");
  fixture_write (fixture, "etc/conf.d/20.conf", "[Rule b2]\n[Rule b1]\n");
  settings = fixture_load (fixture);
  assert_rules (settings, "b2 b1 a1 a2 e1 e2 s1 s2");
}

/* As a whole: nothing of the earlier rule is left; and it is tried where the later one stands. */
static void
test_rule_replacement (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (PrwSettings) settings = NULL;
  const PrwRule *rule;

  fixture_write (fixture, "etc/pairward.conf",
                 "[Rule one]\nAction=accept\n[Rule two]\nMatchName=Kiosk\nAction=accept\nRequire=mitm\nPin=0000\n");
  fixture_write (fixture, "etc/conf.d/10.conf", "[Rule new]\n[Rule  two ]\nAction=reject\n[Rule Two]\n");
  settings = fixture_load (fixture);
  assert_rules (settings, "new two Two one");
  rule = prw_policy_get_rule (settings->policy, 1);
  g_assert_cmpint (rule->action, ==, PRW_ACTION_REJECT);
  g_assert_null (rule->match_name);
  g_assert_null (rule->pin);
  g_assert_cmpint (rule->require, ==, PRW_SECURITY_LEVEL_NO_ACCESS);
}

static void
test_rule_values (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (PrwSettings) settings = NULL;
  const PrwRule *rule;

  rule = fixture_rule (fixture, "", &settings);
  g_assert_cmpint (rule->action, ==, PRW_ACTION_UNSET);
  rule = fixture_rule (fixture, "MatchAddress=aa-bb-cc-dd-ee-0f", &settings);
  g_assert_cmpstr (rule->match_address, ==, "AA:BB:CC:DD:EE:0F");
  rule = fixture_rule (fixture, "MatchAddress=aa_bb:*", &settings);
  g_assert_cmpstr (rule->match_address, ==, "AA:BB:*");
  rule = fixture_rule (fixture, "MatchAddressType=Random\nMatchTransport=le\nMatchIcon=input-*\nMatchAdapter=hci?", &settings);
  g_assert_cmpint (rule->match_address_type, ==, PRW_ADDRESS_TYPE_RANDOM);
  g_assert_cmpint (rule->match_transport, ==, PRW_TRANSPORT_LE);
  g_assert_cmpstr (rule->match_icon, ==, "input-*");
  g_assert_cmpstr (rule->match_adapter, ==, "hci?");
  rule = fixture_rule (fixture, "MatchAdapter=aa-bb-cc-dd-ee-0f", &settings);
  g_assert_cmpstr (rule->match_adapter, ==, "AA:BB:CC:DD:EE:0F");
  rule = fixture_rule (fixture, "MatchAddress=?A:*:0f", &settings);
  g_assert_cmpstr (rule->match_address, ==, "?A:*:0F");
  rule = fixture_rule (fixture, "MatchName =  Kiosk #1; \\sthe = \\\\first\\s ", &settings);
  g_assert_cmpstr (rule->match_name, ==, "Kiosk #1;  the = \\first ");
  rule = fixture_rule (fixture, "MatchClass=0x002540", &settings);
  g_assert_cmpint (rule->match_class, ==, 0x2540);
  g_assert_cmpuint (rule->match_class_mask, ==, 0xffffff);
  rule = fixture_rule (fixture, "MatchClass=1344/0x1fc0", &settings);
  g_assert_cmpint (rule->match_class, ==, 0x540);
  g_assert_cmpuint (rule->match_class_mask, ==, 0x1fc0);
  rule = fixture_rule (fixture, "MatchUUID=0x1124", &settings);
  g_assert_cmpstr (rule->match_uuid, ==, "00001124-0000-1000-8000-00805f9b34fb");
  rule = fixture_rule (fixture, "MatchUUID=0000ABCD-*", &settings);
  g_assert_cmpstr (rule->match_uuid, ==, "0000abcd-*");
  rule = fixture_rule (fixture, "PairingPolicy=reject-new-pairing-requests;8\nRequire=lesc-mitm\nAction=ask", &settings);
  g_assert_cmpint (rule->pairing_policy, ==, 9);
  g_assert_cmpint (rule->require, ==, PRW_SECURITY_LEVEL_LESC_MITM);
  g_assert_cmpint (rule->action, ==, PRW_ACTION_ASK);
}

static void
test_rule_answers (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (PrwSettings) settings = NULL;
  const PrwRule *rule;

  rule = fixture_rule (fixture, "Passkey=000042\nPin=a\\sb\303\251", &settings);
  g_assert_true (rule->has_passkey);
  g_assert_cmpuint (rule->passkey, ==, 42);
  g_assert_cmpstr (rule->pin, ==, "a b\303\251");
  rule = fixture_rule (fixture, "AllowServices=0000110B-0000-1000-8000-00805f9b34fb; hid;\nDenyServices=1105", &settings);
  g_assert_cmpuint (g_strv_length (rule->allow_services), ==, 2);
  g_assert_cmpstr (rule->allow_services[0], ==, "0000110b-0000-1000-8000-00805f9b34fb");
  g_assert_cmpstr (rule->allow_services[1], ==, "00001124-0000-1000-8000-00805f9b34fb");
  g_assert_cmpstr (rule->deny_services[0], ==, "00001105-0000-1000-8000-00805f9b34fb");
  g_assert_cmpint (rule->trust, ==, PRW_TRISTATE_UNKNOWN);
  rule = fixture_rule (fixture, "AllowServices=hid\nTrust=false", &settings);
  g_assert_cmpint (rule->trust, ==, PRW_TRISTATE_NO);
  rule = fixture_rule (fixture, "Trust=true", &settings);
  g_assert_cmpint (rule->trust, ==, PRW_TRISTATE_YES);
}

static void
test_daemon_values (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (PrwSettings) settings = NULL;
  const PrwSecurityParameters expected = { FALSE, PRW_IO_CAPABILITY_KEYBOARD_ONLY, FALSE, TRUE, PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS,
                                           FALSE };

  fixture_write (fixture, "etc/pairward.conf",
                 "[Daemon]\nCapability=display-yesno\nPairingPolicy=reject-new-pairing-requests | 4\nWithoutHandler=wait\n"
                 "Adapters=hci1;aa_bb_cc_dd_ee_ff ;00:*\n"
                 "[SecurityParameters]\nPasscodePairing=0\nIoCapabilities=2\nBond=false\nOutOfBand=1\nRejectPairingRequests=true\n"
                 "LescPairing=false\n[Lockout]\nFailures=0\nSeconds=086400\n");
  settings = fixture_load (fixture);
  g_assert_false (settings->auto_capability);
  g_assert_cmpint (settings->capability, ==, PRW_IO_CAPABILITY_DISPLAY_YESNO);
  g_assert_cmpint (prw_policy_get_floor (settings->policy), ==, 5);
  g_assert_cmpint (prw_policy_get_without_handler (settings->policy), ==, PRW_WITHOUT_HANDLER_WAIT);
  g_assert_true (prw_settings_serves_adapter (settings, "hci1", "11:22:33:44:55:66"));
  g_assert_true (prw_settings_serves_adapter (settings, "hci2", "AA:BB:CC:DD:EE:FF"));
  g_assert_true (prw_settings_serves_adapter (settings, "hci2", "00:11:22:33:44:55"));
  g_assert_false (prw_settings_serves_adapter (settings, "hci2", "11:22:33:44:55:66"));
  g_assert_true (prw_security_parameters_equal (prw_policy_get_peer_defaults (settings->policy), &expected));
  g_assert_cmpuint (settings->lockout_failures, ==, 0);
  g_assert_cmpuint (settings->lockout_seconds, ==, 86400);
}

/* A later file's key wins, one by one, as everywhere but in rules. */
static void
test_controllers (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  const PrwControllerSettings nrf = { (char *) "nrf", (char *) "ttyACM*", NULL, (char *) "2fe3:*", (char *) "C1:22:33:44:55:66",
                                      (char *) "only", 1000000, FALSE };
  const PrwControllerSettings bit = { (char *) "micro bit", NULL, (char *) "C0:*", NULL, (char *) "auto", NULL, 115200, TRUE };
  g_autoptr (PrwSettings) settings = NULL;

  fixture_write (fixture, "etc/pairward.conf",
                 "[Controller nrf]\nMatchTty=ttyACM*\nMatchUsb=2FE3:*\nStaticAddress=auto\nSecureConnections=on\nSpeed=1000000\n");
  fixture_write (fixture, "etc/conf.d/10.conf",
                 "[Controller micro bit]\nMatchAddress=c0:*\nSpeed=115200\nStaticAddress=AUTO\n"
                 "[Controller nrf]\nSecureConnections=only\nFlowControl=false\nStaticAddress=c1-22-33-44-55-66\n[Controller theirs]\nMatchUsb=2fe3:*\nStaticAddress=None\n");
  settings = fixture_load (fixture);
  g_assert_cmpuint (settings->controllers->len, ==, 3);
  assert_same_controller (g_ptr_array_index (settings->controllers, 0), &nrf);
  assert_same_controller (g_ptr_array_index (settings->controllers, 1), &bit);
  g_assert_cmpstr (((const PrwControllerSettings *) g_ptr_array_index (settings->controllers, 2))->static_address, ==, "none");
}

/* What editors of other systems make of the same file. */
static void
test_forms (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const texts[] = {
    "[Lockout]\nSeconds=7\n",
    "[Lockout]\nSeconds=7",                                            /* no end of line */
    "[Lockout]\r\nSeconds=7\r\n",                                      /* CRLF */
    "\357\273\277[Lockout]\nSeconds=7\n",                              /* a byte order mark */
    "\357\273\277# a comment\r\n\r\n[Lockout]\r\nSeconds=7",           /* all of it */
    "# before\n\n  \n[Lockout]\n#Seconds=8\n  # indented\nSeconds=7\n", /* comments and blank lines */
    "  [Lockout]  \n\t Seconds \t=\t 7 \t\n",                          /* blanks around everything */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PrwSettings) settings = NULL;

      fixture_write (fixture, "etc/pairward.conf", texts[i]);
      settings = fixture_load (fixture);
      g_assert_cmpuint (settings->lockout_seconds, ==, 7);
    }
}

#define ALL_BUT_SECRETS \
  "[Daemon]\nCapability=none\nAdapters=hci0;hci1\nPairingPolicy=1|8\n[SecurityParameters]\nBond=true\n" \
  "[Window]\nRequired=true\nMaxSeconds=9\nDiscoverable=false\n[Lockout]\nFailures=0\n" \
  "[Rule b]\nMatchName=Kiosk\\s#1 \\\\ *\nMatchClass=0x540/0x1fc0\nMatchTransport=le\nMatchAddress=aa:*\nAction=ask\n" \
  "AllowServices=hid;opp\n[Rule a]\nMatchUUID=hid\nMatchAddressType=public\nTrust=true\nRequire=3\nPairingPolicy=0\n" \
  "[Controller nrf]\nMatchTty=ttyACM*\nFlowControl=false\n"

static void
test_dump_loads_again (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (PrwSettings) settings = NULL, again = NULL;
  g_autofree char *dump = NULL, *path = NULL, *etc = NULL, *conf_d = NULL;
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, "etc/pairward.conf", ALL_BUT_SECRETS);
  fixture_write (fixture, "etc/conf.d/10.conf", "[Rule c]\n[Rule a]\nAction=reject\n[Controller nrf]\nSpeed=115200\n[Controller x]\nMatchTty=x\n");
  settings = fixture_load (fixture);
  assert_rules (settings, "c a b");
  dump = prw_config_dump (&fixture->source, &error);
  g_assert_no_error (error);
  etc = g_strdup_printf ("# %s/pairward.conf\nCapability=none\n", fixture->etc);
  conf_d = g_strdup_printf ("[Rule a]\n# %s/conf.d/10.conf\nAction=reject\n\n", fixture->etc);
  assert_has (dump, etc);
  assert_has (dump, conf_d);
  assert_has (dump, "# resource:///org/pairward/pairward.conf\nWithoutHandler=reject\n");
  fixture_write (fixture, "dump", dump);
  path = fixture_path (fixture, "dump");
  fixture->source.file = path;
  again = fixture_load (fixture);
  assert_same (settings, again);
}

/* Secrets are masked, and a mask that is loaded by mistake becomes nobody's PIN. */
static void
test_dump_masks (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *dump = NULL, *message = NULL;
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, "etc/pairward.conf", "[Rule x]\nPasskey=314159\nPin=SESAME\n[Rule y]\nPin=SESAME\n");
  fixture_write (fixture, "etc/conf.d/10.conf", "[Rule y]\nPasskey=271828\n");
  dump = prw_config_dump (&fixture->source, &error);
  g_assert_no_error (error);
  assert_has (dump, "\nPasskey=***\n");
  assert_has (dump, "\nPin=***\n");
  assert_has_not (dump, "SESAME");
  assert_has_not (dump, "314159");
  assert_has_not (dump, "271828");
  message = fixture_fail_text (fixture, dump);
}

static void
assert_warnings (Fixture *fixture, const char *text, const char *expected)
{
  g_autoptr (GPtrArray) warnings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwSettings) settings = NULL;

  fixture_write (fixture, "etc/pairward.conf", text);
  settings = prw_config_load (&fixture->source, &warnings, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (warnings->len, ==, expected != NULL ? 1 : 0);
  if (expected != NULL)
    assert_has ((const char *) g_ptr_array_index (warnings, 0), expected);
}

static void
test_warnings (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = fixture_path (fixture, "etc/conf.d/10.conf");

  assert_warnings (fixture, "[Daemon]\nWithoutHandler=accept\n", "WithoutHandler=accept: anybody nearby can pair");
  /* New devices are refused, or only while the window is open. */
  assert_warnings (fixture, "[Daemon]\nWithoutHandler=accept\nPairingPolicy=reject-new-pairing-requests\n", NULL);
  assert_warnings (fixture, "[Daemon]\nWithoutHandler=accept\n[Window]\nRequired=true\n", NULL);
  assert_warnings (fixture, "[Daemon]\nWithoutHandler=wait\n", NULL);
  assert_warnings (fixture, "[Rule a]\nAction=ask\n[Rule b]\nMatchName=x\n", "[Rule a] matches everything: [Rule b]");
  /* The last one may. */
  assert_warnings (fixture, "[Rule a]\nMatchName=x\n[Rule b]\nAction=ask\n", NULL);
  fixture_write (fixture, "etc/conf.d/10.conf", "");
  g_chmod (path, 0666);
  assert_warnings (fixture, "", "10.conf: everybody may write to this file");
}

int
main (int argc, char **argv)
{
  g_autofree char *config_home = g_dir_make_tmp ("prw-config-home-XXXXXX", NULL);
  int status;

  /* Not G_TEST_OPTION_ISOLATE_DIRS: in GLib 2.74 it leaks, which LeakSanitizer reports. */
  g_assert_nonnull (config_home);
  g_setenv ("XDG_CONFIG_HOME", config_home, TRUE);
  g_test_init (&argc, &argv, NULL);
  FIXTURE_ADD ("/config/shipped", test_shipped);
  FIXTURE_ADD ("/config/shipped-documents-all", test_shipped_documents_all);
  FIXTURE_ADD ("/config/readme", test_readme);
  FIXTURE_ADD ("/config/compiled-in", test_compiled_in);
  FIXTURE_ADD ("/config/precedence", test_precedence);
  FIXTURE_ADD ("/config/ignored-files", test_ignored_files);
  FIXTURE_ADD ("/config/named-file", test_named_file);
  FIXTURE_ADD ("/config/session", test_session);
  FIXTURE_ADD ("/config/rule-order", test_rule_order);
  FIXTURE_ADD ("/config/rule-replacement", test_rule_replacement);
  FIXTURE_ADD ("/config/rule-values", test_rule_values);
  FIXTURE_ADD ("/config/rule-answers", test_rule_answers);
  FIXTURE_ADD ("/config/daemon-values", test_daemon_values);
  FIXTURE_ADD ("/config/controllers", test_controllers);
  FIXTURE_ADD ("/config/forms", test_forms);
  FIXTURE_ADD ("/config/dump-loads-again", test_dump_loads_again);
  FIXTURE_ADD ("/config/dump-masks", test_dump_masks);
  FIXTURE_ADD ("/config/warnings", test_warnings);
  status = g_test_run ();
  fixture_remove (config_home);
  return status;
}
