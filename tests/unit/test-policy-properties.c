/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must be true of every policy and every request, whatever the vectors say of single ones. */
#include "config.h"

#include "policy/policy.h"

/* How a rule that asks for a name stands to the facts. */
typedef enum
{
  MATCHES,
  MAY_MATCH,
  N_MATCHES,
} Match;

typedef struct
{
  PrwPairingPolicy floor;
  PrwWithoutHandler without_handler;
  PrwAction action; /* of the one rule */
  PrwPairingPolicy bits;
  PrwSecurityLevel require;
  gboolean passkey;
} Shape;

typedef void (*Check) (const Shape *shape, Match match, const PrwFacts *facts);

static PrwPolicy *
policy_of (const Shape *shape, gboolean with_rule)
{
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();

  prw_policy_builder_set_floor (builder, shape->floor);
  prw_policy_builder_set_without_handler (builder, shape->without_handler);
  prw_policy_builder_set_window_required (builder, TRUE);
  if (with_rule)
    {
      PrwRule *rule = prw_rule_new ("rule");

      rule->match_name = g_strdup ("named");
      rule->action = shape->action;
      rule->pairing_policy = shape->bits;
      rule->require = shape->require;
      rule->has_passkey = shape->passkey;
      prw_policy_builder_add_rule (builder, rule);
    }
  return prw_policy_builder_build (builder);
}

static PrwPolicy *with_rule, *without_rule, *with_all_bits;

/* Every request that differs in what a decision looks at. */
static void
for_each_request (const Shape *shape, Check check)
{
  for (guint i = 0; i < 8 * 3 * 3 * 2 * 2 * 2 * N_MATCHES; i++)
    {
      guint n = i;
      PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };
      Match match;

#define NEXT(size) (n % (size)); n /= (size)
      facts.association_model = (PrwAssociationModel) NEXT (8);
      facts.bonded = (PrwTristate) NEXT (3);
      facts.role = (PrwRole) NEXT (3);
      facts.initiator = (PrwInitiator) NEXT (2); /* unknown, local */
      facts.has_handler = NEXT (2);
      facts.window_open = NEXT (2);
      match = (Match) NEXT (N_MATCHES);
#undef NEXT
      facts.name = match == MATCHES ? "named" : NULL;
      check (shape, match, &facts);
    }
}

static void
for_each (Check check)
{
  static const PrwPairingPolicy floors[] = { 0, 8 }, bits[] = { 0, 1, 2, 4, 6, 8, 9, 15 };

  for (guint i = 0; i < G_N_ELEMENTS (floors) * 3 * 4 * G_N_ELEMENTS (bits) * 5 * 2; i++)
    {
      guint n = i;
      Shape shape = { 0 };

#define NEXT(size) (n % (size)); n /= (size)
      shape.passkey = NEXT (2);
      shape.require = (PrwSecurityLevel) NEXT (5);
      shape.bits = bits[n % G_N_ELEMENTS (bits)]; n /= G_N_ELEMENTS (bits);
      shape.action = (PrwAction) NEXT (4);
      shape.without_handler = (PrwWithoutHandler) NEXT (3);
#undef NEXT
      shape.floor = floors[n];
      with_rule = policy_of (&shape, TRUE);
      without_rule = policy_of (&shape, FALSE);
      with_all_bits = prw_policy_with_floor (with_rule, PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS);
      for_each_request (&shape, check);
      g_clear_pointer (&with_rule, prw_policy_unref);
      g_clear_pointer (&without_rule, prw_policy_unref);
      g_clear_pointer (&with_all_bits, prw_policy_unref);
    }
}

static int
severity (PrwVerdict verdict)
{
  switch (verdict)
    {
    case PRW_VERDICT_ACCEPT:
      return 0;
    case PRW_VERDICT_ASK:
      return 1;
    case PRW_VERDICT_REJECT:
      break;
    }
  return 2;
}

/* Pairable may be off only when nothing incoming could be accepted. (Out of band data is given by somebody who is here.) */
static void
check_pairable (const Shape *shape, Match match, const PrwFacts *facts)
{
  gboolean anyone = facts->has_handler || shape->without_handler != PRW_WITHOUT_HANDLER_REJECT;

  if (facts->initiator == PRW_INITIATOR_LOCAL || facts->association_model == PRW_ASSOCIATION_MODEL_OOB ||
      prw_policy_evaluate (with_rule, facts).verdict == PRW_VERDICT_REJECT)
    return;
  if (!prw_policy_may_accept_incoming (with_rule, facts->window_open, anyone))
    {
      g_autofree char *text = prw_facts_to_string (facts);

      g_error ("floor %u, WithoutHandler=%s, Action=%s, bits %u, Require=%s, match %u: Pairable would be off, but not refused: %s",
               shape->floor, prw_without_handler_to_string (shape->without_handler), prw_action_to_string (shape->action), shape->bits,
               prw_security_level_to_string (shape->require), match, text);
    }
}

/* A rule that may match never lets in what would be refused, or asked about, without it. */
static void
check_doubt (const Shape *shape, Match match, const PrwFacts *facts)
{
  if (match == MAY_MATCH)
    g_assert_cmpint (severity (prw_policy_evaluate (with_rule, facts).verdict), >=,
                     severity (prw_policy_evaluate (without_rule, facts).verdict));
}

/* Nothing says yes to a comparison, a display or a code, but a code of the rule. */
static void
check_forgery (const Shape *shape, Match match, const PrwFacts *facts)
{
  PrwDecision decision = prw_policy_evaluate (with_rule, facts);

  if (decision.verdict != PRW_VERDICT_ACCEPT)
    return;
  switch (facts->association_model)
    {
    case PRW_ASSOCIATION_MODEL_UNKNOWN:
      g_assert_cmpint (facts->initiator, ==, PRW_INITIATOR_LOCAL);
      break;
    case PRW_ASSOCIATION_MODEL_JUST_WORKS:
    case PRW_ASSOCIATION_MODEL_OOB:
      break;
    case PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY:
      g_assert_true (decision.use_secret && shape->passkey && match == MATCHES);
      break;
    case PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON:
    case PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PIN_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PIN_ENTRY:
      g_assert_not_reached ();
    }
}

/* Bits, window and lockout are for others: what is ours is decided as if they were not there. */
static void
check_own (const Shape *shape, Match match, const PrwFacts *facts)
{
  PrwFacts own = *facts, open = *facts;

  own.initiator = open.initiator = PRW_INITIATOR_LOCAL;
  own.locked_out = TRUE;
  own.window_open = FALSE;
  open.window_open = TRUE;
  g_assert_cmpint (prw_policy_evaluate (with_all_bits, &own).verdict, ==, prw_policy_evaluate (with_rule, &open).verdict);
}

/* More bits, a lockout or a closed window never help anybody in. */
static void
check_stricter (const Shape *shape, Match match, const PrwFacts *facts)
{
  PrwFacts locked = *facts, closed = *facts;
  int as_it_is = severity (prw_policy_evaluate (with_rule, facts).verdict);

  locked.locked_out = TRUE;
  closed.window_open = FALSE;
  g_assert_cmpint (severity (prw_policy_evaluate (with_all_bits, facts).verdict), >=, as_it_is);
  g_assert_cmpint (severity (prw_policy_evaluate (with_rule, &locked).verdict), >=, as_it_is);
  g_assert_cmpint (severity (prw_policy_evaluate (with_rule, &closed).verdict), >=, as_it_is);
}

/* Nothing is accepted that cannot be as strong as the rule requires. */
static void
check_require (const Shape *shape, Match match, const PrwFacts *facts)
{
  if (facts->association_model == PRW_ASSOCIATION_MODEL_JUST_WORKS && shape->require > PRW_SECURITY_LEVEL_JUST_WORKS)
    g_assert_cmpint (prw_policy_evaluate (with_rule, facts).verdict, ==, PRW_VERDICT_REJECT);
}

static void
run (gconstpointer check)
{
  for_each ((Check) check);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/policy/properties/pairable", (gconstpointer) check_pairable, run);
  g_test_add_data_func ("/policy/properties/doubt", (gconstpointer) check_doubt, run);
  g_test_add_data_func ("/policy/properties/forgery", (gconstpointer) check_forgery, run);
  g_test_add_data_func ("/policy/properties/own", (gconstpointer) check_own, run);
  g_test_add_data_func ("/policy/properties/stricter", (gconstpointer) check_stricter, run);
  g_test_add_data_func ("/policy/properties/require", (gconstpointer) check_require, run);
  return g_test_run ();
}
