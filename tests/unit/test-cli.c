/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/findings.h"
#include "cli/story.h"

#include <string.h>

/* Decided, its facts as one line of GVariant text. */
static PrwStoryEvent *
tell_decided (const char *verdict, const char *rule, const char *reason, const char *facts)
{
  g_autoptr (GVariant) parsed = g_variant_ref_sink (g_variant_new_parsed (facts));
  g_autoptr (GVariant) parameters = g_variant_ref_sink (g_variant_new ("(ssss@a{sv})", verdict, rule, reason, "So it is", parsed));

  return prw_story_tell ("Decided", parameters, "");
}

static void
test_decisions (void)
{
  static const struct
  {
    const char *verdict, *rule, *reason, *facts, *words;
  } table[] = {
    { "reject", "policy-floor", "non-bonded-peripheral-request",
      "{'kind': <'security-request'>, 'role': <'central'>, 'initiator': <'remote'>, 'bond': <'yes'>, 'mitm': <'yes'>, 'lesc': <'yes'>, 'keypress': <'no'>}",
      "sends a Security Request (we are central, it wants bond, mitm, lesc): refused, non-bonded-peripheral-request (policy-floor: So it is)" },
    { "ask", "handler", "", "{'kind': <'security-request'>, 'role': <'central'>, 'bond': <'no'>, 'mitm': <'no'>}",
      "sends a Security Request (we are central, it wants nothing in particular): somebody is asked (handler: So it is)" },
    { "accept", "rule kiosk", "", "{'kind': <'pairing'>, 'role': <'peripheral'>, 'bonded': <'yes'>, 'association-model': <'passkey-entry'>}",
      "wants to pair anew (we are peripheral, passkey-entry): accepted (rule kiosk: So it is)" },
    { "accept", "own-pairing", "", "{'kind': <'pairing'>, 'initiator': <'local'>}", "we want to pair: accepted (own-pairing: So it is)" },
    { "reject", "default", "rule", "{'kind': <'service'>, 'service': <'hid'>}", "wants to use the service hid: refused, rule (default: So it is)" },
    { "accept", "remembered", "", "{'kind': <'service'>, 'association-model': <'unknown'>, 'service': <'00001124-0000-1000-8000-00805f9b34fb'>}",
      "wants to use the service keyboard, mouse or game controller (hid): accepted (remembered: So it is)" },
    { "ask", "rule a\033[2Jb", "", "@a{sv} {}", "wants to pair: somebody is asked (rule a[2Jb: So it is)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (PrwStoryEvent) event = tell_decided (table[i].verdict, table[i].rule, table[i].reason, table[i].facts);
      const char *rule = NULL;

      g_assert_nonnull (event);
      g_assert_cmpstr (event->words, ==, table[i].words);
      g_assert_true (g_variant_lookup (event->details, "rule", "&s", &rule));
      g_assert_cmpstr (rule, ==, table[i].rule);
    }
}

static void
test_endings (void)
{
  static const struct
  {
    guint status, level, process;
    const char *role, *words;
  } table[] = {
    { PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_MITM, PRW_SECURITY_PROCESS_ENCRYPTION, "peripheral",
      "encrypted with the stored key, level mitm (we are peripheral)" },
    { PRW_SECURITY_STATUS_UNSPECIFIED, PRW_SECURITY_LEVEL_OPEN, PRW_SECURITY_PROCESS_ENCRYPTION, "unknown", "could not be encrypted: unspecified" },
    { PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_LESC_MITM, PRW_SECURITY_PROCESS_BONDING, "central",
      "bonding succeeded, level lesc-mitm (we are central)" },
    { PRW_SECURITY_STATUS_NUM_COMP_FAILURE, PRW_SECURITY_LEVEL_OPEN, PRW_SECURITY_PROCESS_PAIRING, "", "pairing failed: num-comp-failure, level open" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GVariant) parameters = g_variant_ref_sink (g_variant_new ("(uuu)", table[i].status, table[i].level, table[i].process));
      g_autoptr (PrwStoryEvent) event = prw_story_tell ("PairingComplete", parameters, table[i].role);

      g_assert_cmpstr (event->words, ==, table[i].words);
    }
}

/* What is not ours, or would be a secret, is not told. */
static void
test_not_told (void)
{
  g_autoptr (GVariant) display = g_variant_ref_sink (g_variant_new ("(osb)", "/org/pairward/requests/1", "123456", TRUE));
  g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new ("(u)", 3));

  g_assert_null (prw_story_tell ("PasskeyDisplayRequired", display, ""));
  g_assert_null (prw_story_tell ("PairingComplete", number, ""));
  g_assert_null (prw_story_tell ("Decided", display, ""));
  g_assert_null (prw_story_tell ("Closed", number, ""));
  g_assert_null (prw_story_tell ("Unheard", number, ""));
}

/* All is well, but for notes. */
static PrwSeen
healthy (void)
{
  static const PrwSeenAdapter adapter = { .name = "hci0", .address = "00:AA:01:00:00:01", .powered = TRUE, .pairable = TRUE };

  return (PrwSeen) {
    .bluez_runs = TRUE, .bluez_answers = TRUE, .bluez_version = 0x0542, .adapters = &adapter, .n_adapters = 1,
    .daemon_runs = TRUE, .agent_state = "default", .floor = PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS,
    .kernel_link = TRUE, .handlers = 1, .settings = prw_settings_new (), .desktop = TRUE, .notifications = TRUE, .prompt = TRUE,
  };
}

/* Expects the topic's finding. */
static void
expect (PrwSeen *seen, const char *topic, PrwFindingVerdict verdict, const char *words)
{
  g_autoptr (GPtrArray) findings = prw_findings_judge (seen);

  for (guint i = 0; i < findings->len; i++)
    {
      const PrwFinding *finding = findings->pdata[i];

      if (!g_str_equal (finding->topic, topic))
        continue;
      g_assert_nonnull (strstr (finding->text, words));
      g_assert_cmpstr (prw_finding_verdict_to_string (finding->verdict), ==, prw_finding_verdict_to_string (verdict));
      return;
    }
  g_error ("nothing is said about %s", topic);
}

static void
test_well (void)
{
  PrwSeen seen = healthy ();
  g_autoptr (GPtrArray) findings = prw_findings_judge (&seen);

  for (guint i = 0; i < findings->len; i++)
    g_assert_cmpint (((PrwFinding *) findings->pdata[i])->verdict, !=, PRW_FINDING_PROBLEM);
  expect (&seen, "bluetoothd", PRW_FINDING_OK, "5.66");
  expect (&seen, "handlers", PRW_FINDING_OK, "1 program ");
  prw_settings_unref (seen.settings);
}

static void
test_bluez_and_agent (void)
{
  PrwSeen seen = healthy ();

  seen.bluez_version = 0x0540;
  expect (&seen, "bluetoothd", PRW_FINDING_PROBLEM, "5.64");
  seen.bluez_version = 0;
  expect (&seen, "bluetoothd", PRW_FINDING_OK, "does not say");
  seen.bluez_answers = FALSE;
  expect (&seen, "bluetoothd", PRW_FINDING_PROBLEM, "does not answer");
  seen.bluez_runs = FALSE;
  expect (&seen, "bluetoothd", PRW_FINDING_PROBLEM, "not running");
  seen.other_agents = "bluetoothctl";
  expect (&seen, "other-agents", PRW_FINDING_NOTE, "bluetoothctl");
  seen.agent_state = "registered";
  expect (&seen, "agent", PRW_FINDING_PROBLEM, "(bluetoothctl)");
  seen.daemon_runs = FALSE;
  expect (&seen, "pairwardd", PRW_FINDING_PROBLEM, "run pairwardd as root");
  seen.session = TRUE;
  expect (&seen, "pairwardd", PRW_FINDING_PROBLEM, "--session");
  prw_settings_unref (seen.settings);
}

static void
test_main_conf (void)
{
  PrwSeen seen = healthy ();

  expect (&seen, "just-works-repairing", PRW_FINDING_OK, "never");
  seen.just_works_repairing = "always";
  expect (&seen, "just-works-repairing", PRW_FINDING_PROBLEM, "without asking");
  seen.floor = PRW_PAIRING_POLICY_ALLOW_ALL;
  expect (&seen, "just-works-repairing", PRW_FINDING_NOTE, "as the policy allows");
  seen.just_works_repairing = "confirm";
  expect (&seen, "just-works-repairing", PRW_FINDING_OK, "pairward decides");
  seen.just_works_repairing = "sometimes";
  expect (&seen, "just-works-repairing", PRW_FINDING_PROBLEM, "sometimes");
  expect (&seen, "secure-connections", PRW_FINDING_OK, "on");
  seen.secure_connections = "off";
  expect (&seen, "secure-connections", PRW_FINDING_NOTE, "mitm");
  seen.main_conf_problem = "Permission denied";
  expect (&seen, "main.conf", PRW_FINDING_NOTE, "Permission denied");
  prw_settings_unref (seen.settings);
}

static void
test_adapters (void)
{
  PrwSeen seen = healthy ();
  PrwSeenAdapter adapter = *seen.adapters;

  seen.adapters = &adapter;
  adapter.pairable = FALSE;
  expect (&seen, "hci0", PRW_FINDING_NOTE, "not pairable now");
  seen.floor = PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS;
  expect (&seen, "hci0", PRW_FINDING_OK, "no request could be accepted");
  adapter.pairable = TRUE;
  expect (&seen, "hci0", PRW_FINDING_PROBLEM, "should not be");
  adapter.powered = FALSE;
  expect (&seen, "hci0", PRW_FINDING_PROBLEM, "bluetoothctl power on");
  seen.n_adapters = 0;
  expect (&seen, "adapters", PRW_FINDING_PROBLEM, "no Bluetooth controller");
  prw_settings_unref (seen.settings);
}

static void
test_daemon (void)
{
  PrwSeen seen = healthy ();

  seen.kernel_link = FALSE;
  expect (&seen, "kernel-link", PRW_FINDING_NOTE, "CAP_NET_ADMIN");
  seen.daemon_options = "/usr/libexec/pairwardd --no-kernel-link";
  expect (&seen, "kernel-link", PRW_FINDING_NOTE, "started with --no-kernel-link");
  seen.session = TRUE;
  expect (&seen, "kernel-link", PRW_FINDING_NOTE, "user's own");
  seen.handlers = 0;
  expect (&seen, "handlers", PRW_FINDING_NOTE, "WithoutHandler=accept"); /* the model's default */
  prw_settings_unref (g_steal_pointer (&seen.settings));
  seen.settings_problem = "/etc/pairward/pairward.conf: bad";
  expect (&seen, "keyfile", PRW_FINDING_PROBLEM, "bad");
  seen.settings_denied = TRUE;
  expect (&seen, "keyfile", PRW_FINDING_NOTE, "sudo");
  seen.prompt = FALSE;
  expect (&seen, "notifications", PRW_FINDING_NOTE, "not pairward-prompt");
  seen.notifications = FALSE;
  expect (&seen, "notifications", PRW_FINDING_NOTE, "no notification server");
  seen.desktop = FALSE;
  expect (&seen, "notifications", PRW_FINDING_NOTE, "no session bus");
}

static void
test_polkit (void)
{
  PrwSeen seen = healthy ();

  seen.session = FALSE;
  seen.polkit = FALSE;
  expect (&seen, "polkit", PRW_FINDING_NOTE, "not there");
  seen.polkit = TRUE;
  expect (&seen, "polkit", PRW_FINDING_PROBLEM, "org.pairward.policy");
  seen.may_respond = PRW_POLKIT_NO;
  expect (&seen, "polkit", PRW_FINDING_NOTE, "may not answer");
  seen.may_respond = PRW_POLKIT_PASSWORD;
  expect (&seen, "polkit", PRW_FINDING_NOTE, "administrator's password");
  seen.may_respond = PRW_POLKIT_YES;
  expect (&seen, "polkit", PRW_FINDING_OK, "you may answer");
  seen.root = TRUE;
  expect (&seen, "polkit", PRW_FINDING_OK, "root may do everything");
  seen.group = "";
  expect (&seen, "polkit", PRW_FINDING_NOTE, "does not use it: root may");
  seen.group = "bluetooth";
  expect (&seen, "polkit", PRW_FINDING_NOTE, "the group bluetooth");
  seen.session = TRUE;
  expect (&seen, "polkit", PRW_FINDING_OK, "own daemon");
  prw_settings_unref (seen.settings);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/story/decisions", test_decisions);
  g_test_add_func ("/cli/story/endings", test_endings);
  g_test_add_func ("/cli/story/not-told", test_not_told);
  g_test_add_func ("/cli/doctor/well", test_well);
  g_test_add_func ("/cli/doctor/bluez-and-agent", test_bluez_and_agent);
  g_test_add_func ("/cli/doctor/main-conf", test_main_conf);
  g_test_add_func ("/cli/doctor/adapters", test_adapters);
  g_test_add_func ("/cli/doctor/daemon", test_daemon);
  g_test_add_func ("/cli/doctor/polkit", test_polkit);
  return g_test_run ();
}
