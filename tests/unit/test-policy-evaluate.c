/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules, questions, Require=, services and what follows from a policy as a whole. */
#include "config.h"

#include "policy/policy.h"

#include <string.h>

#define HID "00001124-0000-1000-8000-00805f9b34fb"
#define SPP "00001101-0000-1000-8000-00805f9b34fb"

/* A accept, S accept by answering with the secret, ? ask, n no-handler, x rule, i insufficient-security,
 * u user-rejected, and the bits of the policy c p b r */
static char
letter (const PrwDecision *decision)
{
  static const char reasons[] = "-cpbruwlxint";

  g_assert_nonnull (decision->decided_by);
  g_assert_nonnull (decision->why);
  switch (decision->verdict)
    {
    case PRW_VERDICT_ACCEPT:
      return decision->use_secret ? 'S' : 'A';
    case PRW_VERDICT_ASK:
      g_assert_false (decision->use_secret);
      return '?';
    case PRW_VERDICT_REJECT:
      break;
    }
  g_assert_false (decision->use_secret);
  return reasons[decision->reason];
}

/* (transfer full): a policy with one rule, or none */
static PrwPolicy *
policy_of (PrwRule *rule, PrwWithoutHandler without_handler)
{
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();

  prw_policy_builder_set_without_handler (builder, without_handler);
  if (rule != NULL)
    prw_policy_builder_add_rule (builder, rule);
  return prw_policy_builder_build (builder);
}

typedef enum
{
  REJECT,
  ACCEPT,
  WAIT,
  HANDLER, /* somebody is there; WithoutHandler=reject */
} Asked;

/* @letters: one per association model: unknown, just-works, numeric-comparison, passkey-display, passkey-entry,
 * pin-display, pin-entry, oob */
static const struct
{
  const char *what;
  PrwAction action;
  gboolean passkey, pin;
  PrwSecurityLevel require;
  PrwTristate lesc;
  gboolean own;
  Asked asked;
  const char *letters;
} models[] = {
  { "no action, somebody there", PRW_ACTION_UNSET, 0, 0, 0, 0, 0, HANDLER, "????????" },
  { "no action, nobody there", PRW_ACTION_UNSET, 0, 0, 0, 0, 0, REJECT, "nnnnnnnn" },
  { "WithoutHandler=accept forges nothing", PRW_ACTION_UNSET, 0, 0, 0, 0, 0, ACCEPT, "nAnnnnnA" },
  { "WithoutHandler=wait asks", PRW_ACTION_UNSET, 0, 0, 0, 0, 0, WAIT, "????????" },
  { "ask", PRW_ACTION_ASK, 0, 0, 0, 0, 0, HANDLER, "????????" },
  { "ask, nobody there", PRW_ACTION_ASK, 0, 0, 0, 0, 0, REJECT, "nnnnnnnn" },
  { "reject", PRW_ACTION_REJECT, 0, 0, 0, 0, 0, HANDLER, "xxxxxxxx" },
  { "reject, though it has secrets", PRW_ACTION_REJECT, 1, 1, 0, 0, 0, HANDLER, "xxxxxxxx" },
  { "accept", PRW_ACTION_ACCEPT, 0, 0, 0, 0, 0, HANDLER, "?A?????A" },
  { "accept, nobody there", PRW_ACTION_ACCEPT, 0, 0, 0, 0, 0, REJECT, "nAnnnnnA" },
  { "accept, nobody there, accept", PRW_ACTION_ACCEPT, 0, 0, 0, 0, 0, ACCEPT, "nAnnnnnA" },
  { "accept, somebody may come", PRW_ACTION_ACCEPT, 0, 0, 0, 0, 0, WAIT, "?A?????A" },
  { "Passkey= answers passkey entry alone", PRW_ACTION_UNSET, 1, 0, 0, 0, 0, REJECT, "nnnnSnnn" },
  { "Pin= answers PIN entry alone", PRW_ACTION_UNSET, 0, 1, 0, 0, 0, HANDLER, "??????S?" },
  { "both, with Action=accept", PRW_ACTION_ACCEPT, 1, 1, 0, 0, 0, REJECT, "nAnnSnSA" },
  { "both, with Action=ask: a person decides", PRW_ACTION_ASK, 1, 1, 0, 0, 0, HANDLER, "????????" },
  { "ours: a yes is given, codes are asked for", PRW_ACTION_UNSET, 0, 0, 0, 0, 1, HANDLER, "AA?????A" },
  { "ours, nobody there", PRW_ACTION_UNSET, 0, 0, 0, 0, 1, REJECT, "AAnnnnnA" },
  { "ours, nobody there, accept", PRW_ACTION_UNSET, 0, 0, 0, 0, 1, ACCEPT, "AAnnnnnA" },
  { "ours, with a rule's passkey", PRW_ACTION_UNSET, 1, 0, 0, 0, 1, REJECT, "AAnnSnnA" },
  { "ours, Action=ask: whoever called Pair() was asked", PRW_ACTION_ASK, 0, 0, 0, 0, 1, REJECT, "AAnnnnnA" },
  { "ours, and the rule refuses the device", PRW_ACTION_REJECT, 0, 0, 0, 0, 1, HANDLER, "xxxxxxxx" },
  { "Require=just-works", PRW_ACTION_ACCEPT, 0, 0, PRW_SECURITY_LEVEL_JUST_WORKS, 0, 0, HANDLER, "?A?????A" },
  { "Require=mitm: no Just Works, what is unknown may be it, and a PIN is found by who listens", PRW_ACTION_ACCEPT, 0, 0,
    PRW_SECURITY_LEVEL_MITM, 0, 0, HANDLER, "ii???iiA" },
  { "Require=mitm beside Pin=", PRW_ACTION_UNSET, 1, 1, PRW_SECURITY_LEVEL_MITM, 0, 0, HANDLER, "ii??Sii?" },
  { "Require=mitm is for ours too", PRW_ACTION_UNSET, 0, 0, PRW_SECURITY_LEVEL_MITM, 0, 1, HANDLER, "Ai???iiA" },
  { "Require=lesc-mitm: no PIN either", PRW_ACTION_UNSET, 0, 1, PRW_SECURITY_LEVEL_LESC_MITM, 0, 0, HANDLER, "ii???ii?" },
  { "Require=lesc-mitm, they can Secure Connections", PRW_ACTION_UNSET, 0, 0, PRW_SECURITY_LEVEL_LESC_MITM,
    PRW_TRISTATE_YES, 0, HANDLER, "ii???ii?" },
  { "Require=lesc-mitm, they cannot", PRW_ACTION_UNSET, 0, 0, PRW_SECURITY_LEVEL_LESC_MITM, PRW_TRISTATE_NO, 0,
    HANDLER, "iiiiiiii" },
  { "Require=lesc-mitm, ours, they cannot", PRW_ACTION_UNSET, 0, 0, PRW_SECURITY_LEVEL_LESC_MITM, PRW_TRISTATE_NO, 1,
    HANDLER, "iiiiiiii" },
  { "Require=mitm, they cannot Secure Connections", PRW_ACTION_UNSET, 0, 0, PRW_SECURITY_LEVEL_MITM, PRW_TRISTATE_NO, 0,
    HANDLER, "ii???ii?" },
};

static void
test_models (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (models); row++)
    for (PrwAssociationModel model = PRW_ASSOCIATION_MODEL_UNKNOWN; model <= PRW_ASSOCIATION_MODEL_OOB; model++)
      {
        PrwRule *rule = prw_rule_new ("row");
        g_autoptr (PrwPolicy) policy = NULL;
        PrwFacts facts = { .association_model = model, .bonded = PRW_TRISTATE_NO, .asks_lesc = models[row].lesc };
        PrwDecision decision;

        rule->action = models[row].action;
        rule->require = models[row].require;
        rule->has_passkey = models[row].passkey;
        rule->pin = models[row].pin ? g_strdup ("0000") : NULL;
        policy = policy_of (rule, models[row].asked == HANDLER ? PRW_WITHOUT_HANDLER_REJECT
                                                               : (PrwWithoutHandler) models[row].asked);
        facts.initiator = models[row].own ? PRW_INITIATOR_LOCAL : PRW_INITIATOR_REMOTE;
        facts.has_handler = models[row].asked == HANDLER;
        decision = prw_policy_evaluate (policy, &facts);
        if (letter (&decision) != models[row].letters[model])
          g_error ("%s: %s: expected %c, got %c (%s)", models[row].what, prw_association_model_to_string (model),
                   models[row].letters[model], letter (&decision), decision.why);
        g_assert_true (decision.rule == rule);
      }
}

/* Security Requests: @letters are for a new peripheral and for a bonded one */
static const struct
{
  const char *what;
  PrwAction action;
  PrwSecurityLevel require;
  PrwTristate lesc;
  PrwPairingPolicy peer;
  gboolean handler;
  const char *letters;
  const char *decided_by; /* for the new one */
} security_requests[] = {
  { "nobody there: it may pair, and that is decided later", PRW_ACTION_UNSET, 0, 0, 0, FALSE, "AA", "default" },
  { "ask, nobody there: the same", PRW_ACTION_ASK, 0, 0, 0, FALSE, "AA", "default" },
  { "reject: not a bonded one that encrypts", PRW_ACTION_REJECT, 0, 0, 0, FALSE, "xA", "rule row" },
  { "reject is before any handler", PRW_ACTION_REJECT, 0, 0, 0, TRUE, "x?", "rule row" },
  { "accept spares the handler", PRW_ACTION_ACCEPT, 0, 0, 0, TRUE, "AA", "rule row" },
  { "ask", PRW_ACTION_ASK, 0, 0, 0, TRUE, "??", "rule row" },
  { "no action", PRW_ACTION_UNSET, 0, 0, 0, TRUE, "??", "handler" },
  { "accept does not outweigh the peer's own bits", PRW_ACTION_ACCEPT, 0, 0, 6, FALSE, "pb", "policy-peer" },
  { "with a handler, which decides in their place", PRW_ACTION_ACCEPT, 0, 0, 6, TRUE, "??", "handler" },
  { "lesc-mitm, and it has no Secure Connections", PRW_ACTION_UNSET, PRW_SECURITY_LEVEL_LESC_MITM, PRW_TRISTATE_NO, 0,
    FALSE, "iA", "require" },
  { "mitm can still come out", PRW_ACTION_UNSET, PRW_SECURITY_LEVEL_MITM, PRW_TRISTATE_NO, 0, FALSE, "AA", "default" },
  { "lesc-mitm may still come out", PRW_ACTION_UNSET, PRW_SECURITY_LEVEL_LESC_MITM, 0, 0, FALSE, "AA", "default" },
};

static void
test_security_requests (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (security_requests); row++)
    for (guint bonded = 0; bonded < 2; bonded++)
      {
        PrwRule *rule = prw_rule_new ("row");
        g_autoptr (PrwPolicy) policy = policy_of (rule, PRW_WITHOUT_HANDLER_REJECT);
        PrwSecurityParameters parameters = PRW_SECURITY_PARAMETERS_DEFAULT;
        PrwFacts facts = { .kind = PRW_REQUEST_KIND_SECURITY_REQUEST, .peer_parameters = &parameters };
        PrwDecision decision;

        rule->action = security_requests[row].action;
        rule->require = security_requests[row].require;
        parameters.reject_pairing_requests = security_requests[row].peer;
        facts.asks_lesc = security_requests[row].lesc;
        facts.has_handler = security_requests[row].handler;
        facts.bonded = bonded ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
        decision = prw_policy_evaluate (policy, &facts);
        if (letter (&decision) != security_requests[row].letters[bonded])
          g_error ("%s: bonded %u: got %c (%s)", security_requests[row].what, bonded, letter (&decision), decision.why);
        if (!bonded)
          g_assert_cmpstr (decision.decided_by, ==, security_requests[row].decided_by);
      }
}

static void
test_security_request_accepted (void)
{
  PrwRule *rule = prw_rule_new ("strict");
  g_autoptr (PrwPolicy) strict = policy_of (rule, PRW_WITHOUT_HANDLER_REJECT);
  g_autoptr (PrwPolicy) plain = policy_of (NULL, PRW_WITHOUT_HANDLER_REJECT);
  PrwFacts facts = { .role = PRW_ROLE_CENTRAL, .bonded = PRW_TRISTATE_NO, .security_request_accepted = TRUE };
  PrwDecision decision;

  rule->require = PRW_SECURITY_LEVEL_MITM;
  facts.association_model = PRW_ASSOCIATION_MODEL_JUST_WORKS;
  decision = prw_policy_evaluate (plain, &facts);
  g_assert_cmpint (letter (&decision), ==, 'A');
  g_assert_cmpstr (decision.decided_by, ==, "handler");
  decision = prw_policy_evaluate (strict, &facts);
  g_assert_cmpint (letter (&decision), ==, 'i');
  facts.association_model = PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON;
  decision = prw_policy_evaluate (plain, &facts);
  g_assert_cmpint (letter (&decision), ==, 'n');
  facts.has_handler = TRUE;
  decision = prw_policy_evaluate (plain, &facts);
  g_assert_cmpint (letter (&decision), ==, '?');
}

/* Services. The rule denies spp and, where it does, allows hid. */
static const struct
{
  const char *what;
  gboolean deny, allow;
  const char *service;
  PrwTristate paired, remembered;
  Asked asked;
  char expected;
  const char *decided_by;
} services[] = {
  { "not paired", TRUE, TRUE, HID, PRW_TRISTATE_NO, PRW_TRISTATE_YES, HANDLER, 'i', "not-paired" },
  { "perhaps not paired", TRUE, TRUE, HID, PRW_TRISTATE_UNKNOWN, PRW_TRISTATE_YES, HANDLER, 'i', "not-paired" },
  { "denied, though remembered", TRUE, TRUE, SPP, PRW_TRISTATE_YES, PRW_TRISTATE_YES, HANDLER, 'x', "deny-services" },
  { "allowed, though never", TRUE, TRUE, HID, PRW_TRISTATE_YES, PRW_TRISTATE_NO, REJECT, 'A', "allow-services" },
  { "case does not count", TRUE, TRUE, "00001101-0000-1000-8000-00805F9B34FB", PRW_TRISTATE_YES, 0, HANDLER, 'x',
    "deny-services" },
  { "unknown service, some denied", TRUE, TRUE, NULL, PRW_TRISTATE_YES, PRW_TRISTATE_YES, HANDLER, 'x', "deny-services" },
  { "unknown service, some allowed", FALSE, TRUE, NULL, PRW_TRISTATE_YES, 0, HANDLER, '?', "handler" },
  { "always", FALSE, FALSE, HID, PRW_TRISTATE_YES, PRW_TRISTATE_YES, REJECT, 'A', "remembered" },
  { "never", FALSE, FALSE, HID, PRW_TRISTATE_YES, PRW_TRISTATE_NO, HANDLER, 'u', "remembered" },
  { "asked", FALSE, FALSE, HID, PRW_TRISTATE_YES, 0, HANDLER, '?', "handler" },
  { "nobody there", FALSE, FALSE, HID, PRW_TRISTATE_YES, 0, REJECT, 'n', "without-handler" },
  { "nobody there, accept", FALSE, FALSE, HID, PRW_TRISTATE_YES, 0, ACCEPT, 'A', "without-handler" },
  { "somebody may come", FALSE, FALSE, HID, PRW_TRISTATE_YES, 0, WAIT, '?', "without-handler" },
};

static void
test_services (void)
{
  static const char *const hid[] = { HID, NULL }, *const spp[] = { SPP, NULL };

  for (guint row = 0; row < G_N_ELEMENTS (services); row++)
    {
      PrwRule *rule = prw_rule_new ("row");
      gboolean handler = services[row].asked == HANDLER;
      g_autoptr (PrwPolicy) policy = policy_of (rule, handler ? PRW_WITHOUT_HANDLER_REJECT
                                                              : (PrwWithoutHandler) services[row].asked);
      PrwFacts facts = { .kind = PRW_REQUEST_KIND_SERVICE, .has_handler = handler, .locked_out = TRUE };
      PrwDecision decision;

      rule->deny_services = services[row].deny ? g_strdupv ((char **) spp) : NULL;
      rule->allow_services = services[row].allow ? g_strdupv ((char **) hid) : NULL;
      facts.service = services[row].service;
      facts.paired = services[row].paired;
      facts.remembered = services[row].remembered;
      decision = prw_policy_evaluate (policy, &facts);
      if (letter (&decision) != services[row].expected)
        g_error ("%s: got %c (%s)", services[row].what, letter (&decision), decision.why);
      g_assert_cmpstr (decision.decided_by, ==, services[row].decided_by);
    }
}

static void
test_first_rule_supplies_everything (void)
{
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
  g_autoptr (PrwPolicy) policy = NULL;
  g_autoptr (PrwPolicy) other = NULL;
  PrwRule *first = prw_rule_new ("first");
  PrwRule *second = prw_rule_new ("second");
  PrwFacts facts = { .address = "AA:BB:CC:DD:EE:FF", .association_model = PRW_ASSOCIATION_MODEL_JUST_WORKS };
  PrwDecision decision;

  first->match_address = g_strdup ("aa:bb:*");
  first->action = PRW_ACTION_ACCEPT;
  second->action = PRW_ACTION_REJECT;
  second->require = PRW_SECURITY_LEVEL_MITM;
  prw_policy_builder_add_rule (builder, first);
  prw_policy_builder_add_rule (builder, second);
  policy = prw_policy_builder_build (builder);
  g_assert_cmpuint (prw_policy_get_n_rules (policy), ==, 2);

  decision = prw_policy_evaluate (policy, &facts);
  g_assert_cmpint (letter (&decision), ==, 'A');
  g_assert_cmpstr (decision.decided_by, ==, "rule first");
  g_assert_true (prw_policy_check_level (policy, &facts, PRW_SECURITY_LEVEL_NO_ACCESS));
  facts.address = "AB:BB:CC:DD:EE:FF";
  decision = prw_policy_evaluate (policy, &facts);
  g_assert_cmpint (letter (&decision), ==, 'x');
  g_assert_cmpstr (decision.decided_by, ==, "rule second");
  g_assert_true (decision.rule == prw_policy_get_rule (policy, 1));
  g_assert_false (prw_policy_check_level (policy, &facts, PRW_SECURITY_LEVEL_NO_ACCESS));
  g_assert_false (prw_policy_check_level (policy, &facts, PRW_SECURITY_LEVEL_JUST_WORKS));
  g_assert_true (prw_policy_check_level (policy, &facts, PRW_SECURITY_LEVEL_MITM));
  g_assert_true (prw_policy_check_level (policy, &facts, PRW_SECURITY_LEVEL_LESC_MITM));

  /* the floor of one policy is not the floor of the other, the rules are the same */
  other = prw_policy_with_floor (policy, PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS);
  g_assert_cmpint (prw_policy_get_floor (policy), ==, 0);
  g_assert_cmpint (prw_policy_get_floor (other), ==, 15);
  g_assert_true (prw_policy_get_rule (policy, 0) == prw_policy_get_rule (other, 0));
  g_clear_pointer (&policy, prw_policy_unref);
  decision = prw_policy_evaluate (other, &facts);
  g_assert_cmpint (letter (&decision), ==, 'c');
  g_assert_cmpstr (decision.decided_by, ==, "policy-floor");

  /* an emptied builder is at the defaults */
  g_clear_pointer (&other, prw_policy_unref);
  other = prw_policy_builder_build (builder);
  g_assert_cmpuint (prw_policy_get_n_rules (other), ==, 0);
  g_assert_cmpint (prw_policy_get_without_handler (other), ==, PRW_WITHOUT_HANDLER_ACCEPT);
  g_assert_false (prw_policy_get_window_required (other));
  g_assert_true (prw_security_parameters_equal (prw_policy_get_peer_defaults (other), &PRW_SECURITY_PARAMETERS_DEFAULT));
}

/* Two rules: the first asks for a name, which is not known; the second matches everybody. What the first refuses is
 * refused, and for the rest the second decides, as if the first were not there. */
static const struct
{
  const char *what;
  PrwAction action;
  PrwPairingPolicy bits;
  PrwSecurityLevel require;
  gboolean passkey;
  PrwAction second;
  PrwAssociationModel model;
  char expected;
  const char *decided_by;
} unknown[] = {
  { "accept does not match", PRW_ACTION_ACCEPT, 0, 0, 0, PRW_ACTION_UNSET, PRW_ASSOCIATION_MODEL_JUST_WORKS, 'n', "without-handler" },
  { "reject does", PRW_ACTION_REJECT, 0, 0, 0, PRW_ACTION_ACCEPT, PRW_ASSOCIATION_MODEL_JUST_WORKS, 'x', "rule named" },
  { "ask does not match", PRW_ACTION_ASK, 0, 0, 0, PRW_ACTION_ACCEPT, PRW_ASSOCIATION_MODEL_JUST_WORKS, 'A', "rule all" },
  { "its bits count", PRW_ACTION_UNSET, PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS, 0, 0, PRW_ACTION_ACCEPT,
    PRW_ASSOCIATION_MODEL_JUST_WORKS, 'c', "policy-rule" },
  { "those of one that accepts too", PRW_ACTION_ACCEPT, PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS, 0, 0,
    PRW_ACTION_ACCEPT, PRW_ASSOCIATION_MODEL_JUST_WORKS, 'c', "policy-rule" },
  { "bits that do not refuse this one leave it to the next", PRW_ACTION_UNSET,
    PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS, 0, 0, PRW_ACTION_REJECT, PRW_ASSOCIATION_MODEL_JUST_WORKS,
    'x', "rule all" },
  { "its Require= counts", PRW_ACTION_UNSET, 0, PRW_SECURITY_LEVEL_MITM, 0, PRW_ACTION_ACCEPT,
    PRW_ASSOCIATION_MODEL_JUST_WORKS, 'i', "require" },
  { "hiding its name gets nobody past the next rule", PRW_ACTION_UNSET, 0, PRW_SECURITY_LEVEL_MITM, 0, PRW_ACTION_REJECT,
    PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON, 'x', "rule all" },
  { "its passkey is not given away", PRW_ACTION_ACCEPT, 0, 0, TRUE, PRW_ACTION_ACCEPT, PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY,
    'n', "without-handler" },
};

static void
test_unknown_match (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (unknown); row++)
    {
      g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
      g_autoptr (PrwPolicy) policy = NULL;
      PrwRule *named = prw_rule_new ("named"), *all = prw_rule_new ("all");
      PrwFacts facts = { .role = PRW_ROLE_PERIPHERAL, .bonded = PRW_TRISTATE_NO, .association_model = unknown[row].model };
      PrwDecision decision;

      named->match_name = g_strdup ("*");
      named->action = unknown[row].action;
      named->pairing_policy = unknown[row].bits;
      named->require = unknown[row].require;
      named->has_passkey = unknown[row].passkey;
      all->action = unknown[row].second;
      prw_policy_builder_set_without_handler (builder, PRW_WITHOUT_HANDLER_REJECT);
      prw_policy_builder_add_rule (builder, named);
      prw_policy_builder_add_rule (builder, all);
      policy = prw_policy_builder_build (builder);
      decision = prw_policy_evaluate (policy, &facts);
      if (letter (&decision) != unknown[row].expected)
        g_error ("%s: got %c (%s)", unknown[row].what, letter (&decision), decision.why);
      g_assert_cmpstr (decision.decided_by, ==, unknown[row].decided_by);
      g_assert_true (decision.rule == all);
      g_assert_true (prw_policy_check_level (policy, &facts, unknown[row].require));
      g_assert_cmpint (prw_policy_check_level (policy, &facts, PRW_SECURITY_LEVEL_NO_ACCESS), ==, unknown[row].require == 0);
      facts.name = "known"; /* now it is the first that matches */
      decision = prw_policy_evaluate (policy, &facts);
      g_assert_true (decision.rule == named);
    }
}

/* What may be denied is denied, what may be allowed is not; and no trust while a rule may forbid what it lets by. */
static void
test_unknown_match_services (void)
{
  static const char *const hid[] = { HID, NULL }, *const spp[] = { SPP, NULL };
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
  g_autoptr (PrwPolicy) policy = NULL;
  PrwRule *named = prw_rule_new ("named"), *all = prw_rule_new ("all");
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_SERVICE, .paired = PRW_TRISTATE_YES, .service = SPP };
  PrwDecision decision;

  named->match_name = g_strdup ("box");
  named->action = PRW_ACTION_REJECT; /* says nothing of services */
  named->deny_services = g_strdupv ((char **) spp);
  named->allow_services = g_strdupv ((char **) hid);
  all->trust = PRW_TRISTATE_YES;
  prw_policy_builder_set_without_handler (builder, PRW_WITHOUT_HANDLER_REJECT);
  prw_policy_builder_add_rule (builder, named);
  prw_policy_builder_add_rule (builder, all);
  policy = prw_policy_builder_build (builder);
  decision = prw_policy_evaluate (policy, &facts);
  g_assert_cmpint (letter (&decision), ==, 'x');
  facts.service = HID;
  decision = prw_policy_evaluate (policy, &facts);
  g_assert_cmpint (letter (&decision), ==, 'n');
  g_assert_false (prw_policy_trusts (policy, &facts));
  facts.name = "box";
  decision = prw_policy_evaluate (policy, &facts);
  g_assert_cmpint (letter (&decision), ==, 'A');
  g_assert_false (prw_policy_trusts (policy, &facts));
  facts.name = "another";
  decision = prw_policy_evaluate (policy, &facts);
  g_assert_cmpint (letter (&decision), ==, 'n');
  g_assert_true (prw_policy_trusts (policy, &facts));
}

/* May anything be accepted? @rule: what the first rule says; it matches one address, or everybody */
static const struct
{
  const char *what;
  PrwPairingPolicy floor;
  gboolean window_required, window_open, anyone;
  gboolean rule, everybody;
  PrwAction action;
  PrwPairingPolicy bits;
  PrwSecurityLevel require;
  gboolean passkey;
  gboolean expected;
} incoming[] = {
  { "nothing said, somebody there", 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, TRUE },
  { "nobody to ask", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, FALSE },
  { "window closed", 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, FALSE },
  { "window open", 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, TRUE },
  { "closed but not required", 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, TRUE },
  { "only new ones refused: a bonded one may pair anew", 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, TRUE },
  { "only re-pairing refused", 8, 0, 0, 1, 0, 0, 0, 0, 0, 0, TRUE },
  { "peripherals refused", 6, 0, 0, 1, 0, 0, 0, 0, 0, 0, TRUE },
  { "7: a bonded central may", 7, 0, 0, 1, 0, 0, 0, 0, 0, 0, TRUE },
  { "14: a new central may", 14, 0, 0, 1, 0, 0, 0, 0, 0, 0, TRUE },
  { "9 is all", 9, 0, 0, 1, 0, 0, 0, 0, 0, 0, FALSE },
  { "15", 15, 0, 0, 1, 0, 0, 0, 0, 0, 0, FALSE },
  { "no rule accepts what the floor refuses", 9, 0, 0, 1, 1, 0, PRW_ACTION_ACCEPT, 0, 0, 0, FALSE },
  { "nor past a closed window", 0, 1, 0, 1, 1, 0, PRW_ACTION_ACCEPT, 0, 0, 0, FALSE },
  { "a rule accepts one device, nobody there", 0, 0, 0, 0, 1, 0, PRW_ACTION_ACCEPT, 0, 0, 0, TRUE },
  { "a rule refuses one device", 0, 0, 0, 1, 1, 0, PRW_ACTION_REJECT, 0, 0, 0, TRUE },
  { "a rule refuses everybody", 0, 0, 0, 1, 1, 1, PRW_ACTION_REJECT, 0, 0, 0, FALSE },
  { "a rule's bits refuse everybody", 0, 0, 0, 1, 1, 1, PRW_ACTION_ACCEPT, 9, 0, 0, FALSE },
  { "a rule's bits and the floor's do", 1, 0, 0, 1, 1, 1, PRW_ACTION_UNSET, 8, 0, 0, FALSE },
  { "a rule's bits refuse one", 0, 0, 0, 1, 1, 0, PRW_ACTION_UNSET, 15, 0, 0, TRUE },
  { "a rule asks, nobody there", 0, 0, 0, 0, 1, 1, PRW_ACTION_ASK, 0, 0, 0, FALSE },
  { "a rule asks, somebody there", 0, 0, 0, 1, 1, 1, PRW_ACTION_ASK, 0, 0, 0, TRUE },
  { "a passkey needs nobody", 0, 0, 0, 0, 1, 0, PRW_ACTION_UNSET, 0, PRW_SECURITY_LEVEL_MITM, 1, TRUE },
  { "accept with Require=mitm and nobody: only Just Works could be", 0, 0, 0, 0, 1, 0, PRW_ACTION_ACCEPT, 0,
    PRW_SECURITY_LEVEL_MITM, 0, FALSE },
  { "accept with Require=just-works and nobody", 0, 0, 0, 0, 1, 0, PRW_ACTION_ACCEPT, 0,
    PRW_SECURITY_LEVEL_JUST_WORKS, 0, TRUE },
  { "with somebody", 0, 0, 0, 1, 1, 1, PRW_ACTION_ACCEPT, 0, PRW_SECURITY_LEVEL_MITM, 0, TRUE },
};

static void
test_may_accept_incoming (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (incoming); row++)
    {
      g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
      g_autoptr (PrwPolicy) policy = NULL;

      prw_policy_builder_set_floor (builder, incoming[row].floor);
      prw_policy_builder_set_window_required (builder, incoming[row].window_required);
      if (incoming[row].rule)
        {
          PrwRule *rule = prw_rule_new ("row");

          rule->match_address = incoming[row].everybody ? NULL : g_strdup ("AA:*");
          rule->action = incoming[row].action;
          rule->pairing_policy = incoming[row].bits;
          rule->require = incoming[row].require;
          rule->has_passkey = incoming[row].passkey;
          prw_policy_builder_add_rule (builder, rule);
        }
      policy = prw_policy_builder_build (builder);
      if (prw_policy_may_accept_incoming (policy, incoming[row].window_open, incoming[row].anyone) !=
          incoming[row].expected)
        g_error ("%s: expected %d", incoming[row].what, incoming[row].expected);
    }
}

/* A rule that refuses one class of device, even class 0, lets the others by. */
static void
test_may_accept_beside_class (void)
{
  PrwRule *rule = prw_rule_new ("class");
  g_autoptr (PrwPolicy) policy = policy_of (rule, PRW_WITHOUT_HANDLER_REJECT);

  rule->action = PRW_ACTION_REJECT;
  g_assert_false (prw_policy_may_accept_incoming (policy, FALSE, TRUE));
  rule->match_class = 0;
  g_assert_true (prw_policy_may_accept_incoming (policy, FALSE, TRUE));
}

static void
test_service_without_rules (void)
{
  g_autoptr (PrwPolicy) policy = policy_of (NULL, PRW_WITHOUT_HANDLER_REJECT);
  const PrwFacts facts = { .kind = PRW_REQUEST_KIND_SERVICE, .paired = PRW_TRISTATE_YES, .has_handler = TRUE };
  PrwDecision decision = prw_policy_evaluate (policy, &facts);

  g_assert_cmpint (letter (&decision), ==, '?');
  g_assert_null (decision.rule);
  g_assert_true (prw_policy_check_level (policy, &facts, PRW_SECURITY_LEVEL_NO_ACCESS));
}

/* What is unbuilt or built, referenced or absent is freed once; the sanitizers watch. */
static void
test_ownership (void)
{
  PrwPolicyBuilder *builder = prw_policy_builder_new ();
  g_autoptr (PrwPolicy) policy = NULL;

  prw_policy_builder_add_rule (builder, prw_rule_new ("unbuilt"));
  prw_policy_builder_free (builder);
  prw_policy_builder_free (NULL);
  prw_policy_unref (NULL);
  prw_rule_free (NULL);
  policy = policy_of (prw_rule_new ("built"), PRW_WITHOUT_HANDLER_REJECT);
  prw_policy_unref (prw_policy_ref (policy));
  g_assert_cmpstr (prw_policy_get_rule (policy, 0)->name, ==, "built");
}

static void
test_static_capability (void)
{
  for (PrwAction action = PRW_ACTION_UNSET; action <= PRW_ACTION_ASK; action++)
    {
      gboolean answers = action == PRW_ACTION_UNSET || action == PRW_ACTION_ACCEPT;
      PrwRule *rule = prw_rule_new ("secret");
      g_autoptr (PrwPolicy) policy = policy_of (rule, PRW_WITHOUT_HANDLER_REJECT);

      rule->action = action;
      g_assert_cmpint (prw_policy_static_capability (policy), ==, PRW_IO_CAPABILITY_NONE);
      rule->pin = g_strdup ("0000");
      g_assert_cmpint (prw_policy_static_capability (policy), ==,
                       answers ? PRW_IO_CAPABILITY_KEYBOARD_ONLY : PRW_IO_CAPABILITY_NONE);
    }
}

/* A kind that does not exist is refused, and says why. */
static void
test_undecided (void)
{
  g_autoptr (PrwPolicy) policy = policy_of (NULL, PRW_WITHOUT_HANDLER_ACCEPT);
  volatile int kind = 3;
  PrwFacts facts = { .kind = (PrwRequestKind) kind, .has_handler = TRUE };
  PrwDecision decision = prw_policy_evaluate (policy, &facts);

  g_assert_cmpint (letter (&decision), ==, 'x');
  g_assert_cmpstr (decision.decided_by, ==, "default");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/evaluate/models", test_models);
  g_test_add_func ("/policy/evaluate/security-requests", test_security_requests);
  g_test_add_func ("/policy/evaluate/security-request-accepted", test_security_request_accepted);
  g_test_add_func ("/policy/evaluate/services", test_services);
  g_test_add_func ("/policy/evaluate/first-rule", test_first_rule_supplies_everything);
  g_test_add_func ("/policy/evaluate/unknown-match", test_unknown_match);
  g_test_add_func ("/policy/evaluate/unknown-match-services", test_unknown_match_services);
  g_test_add_func ("/policy/evaluate/may-accept-incoming", test_may_accept_incoming);
  g_test_add_func ("/policy/evaluate/may-accept-beside-class", test_may_accept_beside_class);
  g_test_add_func ("/policy/evaluate/service-without-rules", test_service_without_rules);
  g_test_add_func ("/policy/evaluate/ownership", test_ownership);
  g_test_add_func ("/policy/evaluate/static-capability", test_static_capability);
  g_test_add_func ("/policy/evaluate/undecided", test_undecided);
  return g_test_run ();
}
