/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/story.h"

#include <glib/gi18n.h>

#include "policy/text.h"
#include "policy/types.h"
#include "words/words.h"

static char *
text_of (GVariant *facts, const char *name)
{
  const char *text = "";

  g_variant_lookup (facts, name, "&s", &text);
  return prw_text_sanitize (text);
}

static gboolean
says (GVariant *facts, const char *name, const char *expected)
{
  const char *text = "";

  return g_variant_lookup (facts, name, "&s", &text) && g_str_equal (text, expected);
}

static const char *
role_words (const char *role)
{
  if (g_str_equal (role, "central"))
    return _("we are central");
  return g_str_equal (role, "peripheral") ? _("we are peripheral") : NULL;
}

/* "it wants bond, mitm", or NULL when it is not known what it wants. */
static char *
wishes (GVariant *facts)
{
  static const char *const names[] = { "bond", "mitm", "lesc", "keypress" };
  g_autoptr (GString) list = g_string_new (NULL);
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      known = known || says (facts, names[i], "no") || says (facts, names[i], "yes");
      if (says (facts, names[i], "yes"))
        g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", names[i]);
    }
  if (!known)
    return NULL;
  /* Translators: a list of what is not translated: bond, mitm, lesc */
  return list->len > 0 ? g_strdup_printf (_("it wants %s"), list->str) : g_strdup (_("it wants nothing in particular"));
}

/* Who wants what. */
static char *
wanted (GVariant *facts)
{
  g_autofree char *uuid = text_of (facts, "service"), *service = prw_words_service (uuid);

  if (says (facts, "kind", "service"))
    return g_strdup_printf (_("wants to use the service %s"), service);
  if (says (facts, "kind", "security-request"))
    return g_strdup (_("sends a Security Request"));
  if (says (facts, "initiator", "local"))
    return g_strdup (_("we want to pair"));
  return g_strdup (says (facts, "bonded", "yes") ? _("wants to pair anew") : _("wants to pair"));
}

/* " (we are central, numeric-comparison, it wants bond, mitm)", or "". */
static char *
circumstances (GVariant *facts)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *role = text_of (facts, "role"), *model = text_of (facts, "association-model"), *joined = NULL;
  char *wants = wishes (facts);

  if (role_words (role) != NULL)
    g_ptr_array_add (parts, g_strdup (role_words (role)));
  if (*model != '\0' && !says (facts, "kind", "service"))
    g_ptr_array_add (parts, g_strdup (model));
  if (wants != NULL)
    g_ptr_array_add (parts, wants);
  if (parts->len == 0)
    return g_strdup ("");
  g_ptr_array_add (parts, NULL);
  joined = g_strjoinv (", ", (char **) parts->pdata);
  return g_strdup_printf (" (%s)", joined);
}

static PrwStoryEvent *
event_new (char *words, GVariantDict *details)
{
  PrwStoryEvent *event = g_new0 (PrwStoryEvent, 1);

  event->words = words;
  event->details = g_variant_ref_sink (g_variant_dict_end (details));
  return event;
}

static PrwStoryEvent *
tell_decision (GVariant *parameters)
{
  g_autoptr (GVariant) facts = g_variant_get_child_value (parameters, 4);
  g_autofree char *what = wanted (facts), *how = circumstances (facts), *ends = NULL, *rule = NULL, *why = NULL;
  const char *verdict, *raw_rule, *reason, *raw_why;
  GVariantDict details;

  g_variant_get_child (parameters, 0, "&s", &verdict);
  g_variant_get_child (parameters, 1, "&s", &raw_rule);
  g_variant_get_child (parameters, 2, "&s", &reason);
  g_variant_get_child (parameters, 3, "&s", &raw_why);
  rule = prw_text_sanitize (raw_rule);
  why = prw_text_sanitize (*raw_why != '\0' ? _(raw_why) : ""); /* it is one of evaluate.c's texts */
  if (g_str_equal (verdict, "accept"))
    ends = g_strdup (_("accepted"));
  else if (g_str_equal (verdict, "ask"))
    ends = g_strdup (_("somebody is asked"));
  else
    ends = g_strdup_printf (_("refused, %s"), reason);
  g_variant_dict_init (&details, facts);
  g_variant_dict_insert (&details, "verdict", "s", verdict);
  g_variant_dict_insert (&details, "rule", "s", raw_rule);
  g_variant_dict_insert (&details, "reason", "s", reason);
  g_variant_dict_insert (&details, "why", "s", raw_why);
  /* Translators: what was wanted, its circumstances in brackets or nothing, how it was decided, by which rule, and why:
   * wants to pair (we are peripheral): refused, rule (rule kiosk: A rule that matches says Action=reject) */
  return event_new (g_strdup_printf (_("%s%s: %s (%s: %s)"), what, how, ends, rule, why), &details);
}

static char *
ending_words (PrwSecurityStatus status, PrwSecurityLevel level, PrwSecurityProcess process, const char *role)
{
  const char *ours = role_words (role);
  g_autofree char *ends = NULL;

  if (process == PRW_SECURITY_PROCESS_ENCRYPTION)
    ends = status == PRW_SECURITY_STATUS_SUCCESS ? g_strdup_printf (_("encrypted with the stored key, level %s"), prw_security_level_to_string (level))
                                                 : g_strdup_printf (_("could not be encrypted: %s"), prw_security_status_to_string (status));
  else
    ends = status == PRW_SECURITY_STATUS_SUCCESS
           ? g_strdup_printf (_("%s succeeded, level %s"), prw_security_process_to_string (process), prw_security_level_to_string (level))
           : g_strdup_printf (_("%s failed: %s, level %s"), prw_security_process_to_string (process), prw_security_status_to_string (status),
                              prw_security_level_to_string (level));
  return ours != NULL ? g_strdup_printf ("%s (%s)", ends, ours) : g_steal_pointer (&ends);
}

static PrwStoryEvent *
tell_ending (GVariant *parameters, const char *role)
{
  guint status, level, process;
  GVariantDict details;

  g_variant_get (parameters, "(uuu)", &status, &level, &process);
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "status", "s", prw_security_status_to_string (status));
  g_variant_dict_insert (&details, "level", "s", prw_security_level_to_string (level));
  g_variant_dict_insert (&details, "process", "s", prw_security_process_to_string (process));
  g_variant_dict_insert (&details, "role", "s", role);
  return event_new (ending_words (status, level, process, role), &details);
}

/* Takes @words. */
static PrwStoryEvent *
tell_name (const char *detail, const char *name, char *words)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, detail, "s", name);
  return event_new (words, &details);
}

static PrwStoryEvent *
tell_closing (GVariant *parameters)
{
  g_autofree char *outcome = NULL;
  const char *raw;

  g_variant_get (parameters, "(&s)", &raw);
  outcome = prw_text_sanitize (raw);
  return tell_name ("outcome", outcome, g_strdup_printf (_("closed: %s"), outcome));
}

static PrwStoryEvent *
tell_level (guint number)
{
  const char *level = prw_security_level_to_string (number);

  return tell_name ("level", level, g_strdup_printf (_("security level is now %s"), level));
}

static PrwStoryEvent *
tell_refusal (guint number)
{
  const char *reason = prw_rejected_reason_to_string (number);

  return tell_name ("reason", reason, g_strdup_printf (_("request refused: %s"), reason));
}

PrwStoryEvent *
prw_story_tell (const char *signal, GVariant *parameters, const char *role)
{
  const char *type = g_variant_get_type_string (parameters);
  guint number;

  if (g_str_equal (signal, "Decided") && g_str_equal (type, "(ssssa{sv})"))
    return tell_decision (parameters);
  if (g_str_equal (signal, "PairingComplete") && g_str_equal (type, "(uuu)"))
    return tell_ending (parameters, role);
  if (g_str_equal (signal, "Closed") && g_str_equal (type, "(s)"))
    return tell_closing (parameters);
  if (!g_str_equal (type, "(u)"))
    return NULL;
  g_variant_get (parameters, "(u)", &number);
  if (g_str_equal (signal, "SecurityLevelChanged"))
    return tell_level (number);
  if (g_str_equal (signal, "PairingRequestRejected"))
    return tell_refusal (number);
  return NULL;
}

void
prw_story_event_free (PrwStoryEvent *event)
{
  g_free (event->words);
  g_variant_unref (event->details);
  g_free (event);
}
