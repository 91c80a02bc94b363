/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything in src/policy that reads text from outside. Each line of the input goes to each parser. */
#include "config.h"

#include "fuzz.h"
#include "policy/address.h"
#include "policy/policy.h"
#include "policy/text.h"

#include <string.h>

#define INPUT_MAX 4096

static void
check_sanitize (const char *text)
{
  g_autofree char *clean = prw_text_sanitize (text);
  g_autofree char *again = prw_text_sanitize (clean);

  g_assert_true (g_utf8_validate (clean, -1, NULL));
  g_assert_cmpuint (strlen (clean), <=, PRW_NAME_MAX);
  g_assert_cmpstr (clean, ==, again);
  for (const char *p = clean; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
}

static void
check_glob (const char *pattern, const char *text)
{
  g_assert_true (prw_text_glob ("*", text));
  prw_text_glob (pattern, text);
  prw_text_glob (text, pattern);
  if (strpbrk (text, "*?") == NULL)
    g_assert_true (prw_text_glob (text, text));
}

static void
check_policy (const char *text)
{
  PrwPairingPolicy policy, back;
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = NULL;

  if (!prw_pairing_policy_from_string (text, &policy, &error))
    {
      g_assert_nonnull (error);
      return;
    }
  g_assert_cmpuint (policy, <=, 15);
  printed = prw_pairing_policy_to_string (policy);
  g_assert_true (prw_pairing_policy_from_string (printed, &back, NULL));
  g_assert_cmpuint (policy, ==, back);
}

static void
check_values (const char *text)
{
  char address[PRW_ADDRESS_LEN + 1];
  g_autofree char *adapter = prw_adapter_from_path (text);
  g_autofree char *uuid = prw_service_uuid (text, NULL);
  guint32 passkey;

  if (adapter != NULL)
    g_assert_nonnull (strstr (text, adapter));
  if (uuid != NULL)
    g_assert_cmpuint (strlen (uuid), ==, 36);
  if (prw_passkey_parse (text, &passkey, NULL))
    g_assert_true (prw_passkey_check (passkey, NULL));
  if (prw_pin_check (text, NULL))
    g_assert_cmpuint (strlen (text), <=, 16);
  if (prw_address_normalize (text, address) || prw_address_from_path (text, address))
    g_assert_cmpuint (strlen (address), ==, PRW_ADDRESS_LEN);
}

/* `name=value`, as Explain() takes them */
static void
set_fact (PrwFacts *facts, GStringChunk *pool, const char *line)
{
  const char *equals = strchr (line, '=');
  g_autofree char *name = equals != NULL ? g_strndup (line, (gsize) (equals - line)) : g_strdup (line);
  g_autoptr (GError) error = NULL;

  g_assert_true (prw_facts_set (facts, pool, name, equals != NULL ? equals + 1 : NULL, &error) == (error == NULL));
}

/* A rule that asks for the name, shaped by the first bytes of the input. */
static PrwRule *
shape_rule (const char *text)
{
  PrwRule *rule = prw_rule_new ("fuzz");
  const guint8 *bytes = (const guint8 *) text;
  gsize length = strlen (text);

  rule->match_name = g_strdup ("*a*");
  rule->require = PRW_SECURITY_LEVEL_MITM;
  if (length > 0)
    rule->action = (PrwAction) (bytes[0] % 4);
  if (length > 1)
    rule->pairing_policy = (PrwPairingPolicy) (bytes[1] % 16);
  if (length > 2)
    rule->require = (PrwSecurityLevel) (bytes[2] % 5);
  rule->has_passkey = length > 3 && bytes[3] % 2 == 1;
  return rule;
}

static void
check_decision (const PrwFacts *facts, const char *text)
{
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
  g_autoptr (PrwPolicy) policy = NULL, plain = prw_policy_builder_build (builder);
  g_autofree char *line = prw_facts_to_string (facts);
  PrwRule *rule = shape_rule (text);
  PrwDecision decision, without;

  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_null (strpbrk (line, "\n\r\x1b"));
  prw_policy_builder_add_rule (builder, rule);
  policy = prw_policy_builder_build (builder);
  decision = prw_policy_evaluate (policy, facts);
  without = prw_policy_evaluate (plain, facts);
  g_assert_nonnull (decision.why);
  g_assert_true ((decision.verdict == PRW_VERDICT_REJECT) == (decision.reason != PRW_REJECTED_REASON_NONE));
  /* what may match lets nothing in */
  if (prw_rule_matches (rule, facts) != PRW_TRISTATE_YES && without.verdict == PRW_VERDICT_REJECT)
    g_assert_cmpint (decision.verdict, ==, PRW_VERDICT_REJECT);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, MIN (size, INPUT_MAX));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GStringChunk) pool = g_string_chunk_new (64);
  PrwFacts facts = { .device_class = -1 };

  check_sanitize (text);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      check_glob (lines[0], lines[i]);
      check_policy (lines[i]);
      check_values (lines[i]);
      set_fact (&facts, pool, lines[i]);
    }
  check_decision (&facts, text);
  return 0;
}
