/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/policy.h"

#include "policy/policy-private.h"

struct _PrwPolicy
{
  gatomicrefcount ref_count;
  PrwPairingPolicy floor;
  PrwWithoutHandler without_handler;
  gboolean window_required;
  PrwSecurityParameters peer_defaults;
  GPtrArray *rules;  /* (element-type PrwRule): shared with the policies made by prw_policy_with_floor() */
  GPtrArray *labels; /* (element-type utf8): "rule NAME", in step with @rules and shared too */
};

struct _PrwPolicyBuilder
{
  PrwPolicy *policy; /* nobody else has it yet, so it may be changed */
};

static GPtrArray *
new_rules (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) prw_rule_free);
}

/* The model's defaults: everything is allowed and what nobody can answer is accepted. */
static PrwPolicy *
policy_new (void)
{
  PrwPolicy *policy = g_new0 (PrwPolicy, 1);

  g_atomic_ref_count_init (&policy->ref_count);
  policy->without_handler = PRW_WITHOUT_HANDLER_ACCEPT;
  policy->peer_defaults = PRW_SECURITY_PARAMETERS_DEFAULT;
  policy->rules = new_rules ();
  policy->labels = g_ptr_array_new_with_free_func (g_free);
  return policy;
}

/** prw_policy_builder_new: Returns: (transfer full): a builder at the model's defaults: floor allow-all, WithoutHandler=accept, no rules */
PrwPolicyBuilder *
prw_policy_builder_new (void)
{
  PrwPolicyBuilder *builder = g_new0 (PrwPolicyBuilder, 1);

  builder->policy = policy_new ();
  return builder;
}

/** prw_policy_builder_free: @builder: (nullable) (transfer full): with the rules that were not built into a policy */
void
prw_policy_builder_free (PrwPolicyBuilder *builder)
{
  if (builder == NULL)
    return;
  prw_policy_unref (builder->policy);
  g_free (builder);
}

/** prw_policy_builder_set_floor: what is refused of everybody, whatever rules, peers and handlers say */
void
prw_policy_builder_set_floor (PrwPolicyBuilder *builder, PrwPairingPolicy floor)
{
  builder->policy->floor = floor;
}

/** prw_policy_builder_set_without_handler: what becomes of a question that nobody is registered for */
void
prw_policy_builder_set_without_handler (PrwPolicyBuilder *builder, PrwWithoutHandler value)
{
  builder->policy->without_handler = value;
}

/** prw_policy_builder_set_window_required: whether others may pair while the window is open only */
void
prw_policy_builder_set_window_required (PrwPolicyBuilder *builder, gboolean required)
{
  builder->policy->window_required = required;
}

/** prw_policy_builder_set_peer_defaults: the parameters of peers that have none of their own; copied */
void
prw_policy_builder_set_peer_defaults (PrwPolicyBuilder *builder, const PrwSecurityParameters *defaults)
{
  builder->policy->peer_defaults = *defaults;
}

void
prw_policy_builder_add_rule (PrwPolicyBuilder *builder, PrwRule *rule)
{
  g_ptr_array_add (builder->policy->labels, g_strdup_printf ("rule %s", rule->name));
  g_ptr_array_add (builder->policy->rules, rule);
}

PrwPolicy *
prw_policy_builder_build (PrwPolicyBuilder *builder)
{
  PrwPolicy *policy = builder->policy;

  builder->policy = policy_new ();
  return policy;
}

/** prw_policy_ref: Returns: (transfer full): @policy; safe from any thread */
PrwPolicy *
prw_policy_ref (PrwPolicy *policy)
{
  g_atomic_ref_count_inc (&policy->ref_count);
  return policy;
}

/** prw_policy_unref: @policy: (nullable) (transfer full): freed with its rules, whose secrets are wiped, when it was the last */
void
prw_policy_unref (PrwPolicy *policy)
{
  if (policy == NULL || !g_atomic_ref_count_dec (&policy->ref_count))
    return;
  g_ptr_array_unref (policy->rules);
  g_ptr_array_unref (policy->labels);
  g_free (policy);
}

/** prw_policy_get_floor: Returns: what is refused of everybody */
PrwPairingPolicy
prw_policy_get_floor (const PrwPolicy *policy)
{
  return policy->floor;
}

PrwPolicy *
prw_policy_with_floor (PrwPolicy *policy, PrwPairingPolicy floor)
{
  PrwPolicy *copy = g_new0 (PrwPolicy, 1);

  *copy = *policy;
  g_atomic_ref_count_init (&copy->ref_count);
  copy->floor = floor;
  g_ptr_array_ref (copy->rules);
  g_ptr_array_ref (copy->labels);
  return copy;
}

/** prw_policy_get_window_required: Returns: whether others may pair while the window is open only */
gboolean
prw_policy_get_window_required (const PrwPolicy *policy)
{
  return policy->window_required;
}

/** prw_policy_get_without_handler: Returns: what becomes of a question that nobody is registered for */
PrwWithoutHandler
prw_policy_get_without_handler (const PrwPolicy *policy)
{
  return policy->without_handler;
}

/** prw_policy_get_peer_defaults: Returns: (transfer none): the parameters of peers that have none of their own */
const PrwSecurityParameters *
prw_policy_get_peer_defaults (const PrwPolicy *policy)
{
  return &policy->peer_defaults;
}

/** prw_policy_get_n_rules: Returns: how many rules there are */
guint
prw_policy_get_n_rules (const PrwPolicy *policy)
{
  return policy->rules->len;
}

/** prw_policy_get_rule: Returns: (transfer none): the rule that is tried as number @index, from 0 */
const PrwRule *
prw_policy_get_rule (const PrwPolicy *policy, guint index)
{
  g_return_val_if_fail (index < policy->rules->len, NULL);
  return g_ptr_array_index (policy->rules, index);
}

/* A service that is not known may be any of those that are denied. */
static gboolean
denies_service (const PrwRule *rule, const char *service)
{
  if (rule->deny_services == NULL || rule->deny_services[0] == NULL)
    return FALSE;
  return service == NULL || prw_rule_lists_service (rule->deny_services, service);
}

PrwRuling
prw_policy_consult (const PrwPolicy *policy, const PrwFacts *facts)
{
  PrwRuling ruling = { NULL };

  for (guint i = 0; i < policy->rules->len && ruling.rule == NULL; i++)
    {
      const PrwRule *rule = g_ptr_array_index (policy->rules, i);
      const char *label = g_ptr_array_index (policy->labels, i);
      PrwTristate matches = prw_rule_matches (rule, facts);

      if (matches == PRW_TRISTATE_NO)
        continue;
      ruling.bits |= rule->pairing_policy;
      ruling.require = MAX (ruling.require, rule->require);
      if (rule->action == PRW_ACTION_REJECT && ruling.rejecting == NULL)
        ruling.rejecting = label;
      ruling.denies = ruling.denies || denies_service (rule, facts->service);
      if (matches == PRW_TRISTATE_UNKNOWN)
        {
          ruling.doubtful = TRUE;
          continue;
        }
      ruling.rule = rule;
      ruling.label = label;
    }
  return ruling;
}

gboolean
prw_policy_trusts (const PrwPolicy *policy, const PrwFacts *facts)
{
  PrwRuling ruling = prw_policy_consult (policy, facts);

  return ruling.rule != NULL && ruling.rule->trust == PRW_TRISTATE_YES && !ruling.doubtful;
}

/* Whether the rule answers some passkey or PIN question without anybody. */
static gboolean
rule_has_secret (const PrwRule *rule)
{
  switch (rule->action)
    {
    case PRW_ACTION_REJECT:
    case PRW_ACTION_ASK:
      return FALSE;
    case PRW_ACTION_UNSET:
    case PRW_ACTION_ACCEPT:
      break;
    }
  return rule->has_passkey || rule->pin != NULL;
}

PrwIoCapability
prw_policy_static_capability (const PrwPolicy *policy)
{
  for (guint i = 0; i < policy->rules->len; i++)
    if (rule_has_secret (g_ptr_array_index (policy->rules, i)))
      return PRW_IO_CAPABILITY_KEYBOARD_ONLY;
  return PRW_IO_CAPABILITY_NONE;
}

/* The two bits that between them refuse every incoming bond: a new one of either role (1 refuses a peripheral's
 * Security Request as well) and one that replaces another (8). Neither of the peripheral bits adds to that. */
static gboolean
refuses_every_bond (PrwPairingPolicy bits)
{
  const guint both = PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS |
                     PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS;

  return ((guint) bits & both) == both;
}

/* Whether some pairing that this rule decides could be accepted. */
static gboolean
rule_may_accept (const PrwRule *rule, PrwPairingPolicy floor, gboolean anyone_to_ask)
{
  if (refuses_every_bond (floor | rule->pairing_policy))
    return FALSE;
  switch (rule->action)
    {
    case PRW_ACTION_REJECT:
      return FALSE;
    case PRW_ACTION_ASK:
      return anyone_to_ask;
    case PRW_ACTION_ACCEPT:
      /* what it accepts by itself is Just Works, which a Require= above that refuses */
      return anyone_to_ask || rule->require <= PRW_SECURITY_LEVEL_JUST_WORKS || rule_has_secret (rule);
    case PRW_ACTION_UNSET:
      break;
    }
  return anyone_to_ask || rule_has_secret (rule);
}

gboolean
prw_policy_may_accept_incoming (const PrwPolicy *policy, gboolean window_open, gboolean anyone_to_ask)
{
  if (policy->window_required && !window_open)
    return FALSE;
  /* rules only add bits; the bits of a peer are its own and may be looser than the defaults, so they do not count */
  if (refuses_every_bond (policy->floor))
    return FALSE;
  for (guint i = 0; i < policy->rules->len; i++)
    {
      const PrwRule *rule = g_ptr_array_index (policy->rules, i);

      if (rule_may_accept (rule, policy->floor, anyone_to_ask))
        return TRUE;
      if (prw_rule_matches_everything (rule))
        return FALSE; /* nothing gets past it */
    }
  return anyone_to_ask;
}

gboolean
prw_policy_check_level (const PrwPolicy *policy, const PrwFacts *facts, PrwSecurityLevel level)
{
  return level >= prw_policy_consult (policy, facts).require;
}
