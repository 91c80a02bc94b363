/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config/keys.h"

#include <glib/gi18n.h>
#include <string.h>

#include "config/values.h"
#include "policy/text.h"

#define NAME_MAX_SUGGESTED 64 /* longer names are not compared with known ones: the comparison is quadratic */

#define DRAFT(member) .offset = G_STRUCT_OFFSET (PrwDraft, member)
#define RULE(member) .offset = G_STRUCT_OFFSET (PrwRule, member)
#define CONTROLLER(member) .offset = G_STRUCT_OFFSET (PrwControllerSettings, member)
#define END { .name = NULL }

/* The fallbacks are the values of prw_settings_new(); a test compares them. */
static const PrwKey daemon_keys[] = {
  { .name = "Capability", .parse = prw_parse_capability, .fallback = "auto" },
  { .name = "PairingPolicy", .parse = prw_parse_policy, DRAFT (floor), .fallback = "allow-all" },
  { .name = "WithoutHandler", .parse = prw_parse_without_handler, .fallback = "accept" },
  { .name = "Adapters", .parse = prw_parse_adapters, DRAFT (adapters), .fallback = "*", .list = TRUE },
  END,
};

static const PrwKey parameters_keys[] = {
  { .name = "PasscodePairing", .parse = prw_parse_boolean, DRAFT (parameters.passcode_pairing), .fallback = "false" },
  { .name = "IoCapabilities", .parse = prw_parse_io_capability, DRAFT (parameters.io_capabilities), .fallback = "keyboard-display" },
  { .name = "Bond", .parse = prw_parse_boolean, DRAFT (parameters.bond), .fallback = "false" },
  { .name = "OutOfBand", .parse = prw_parse_boolean, DRAFT (parameters.out_of_band), .fallback = "false" },
  { .name = "RejectPairingRequests", .parse = prw_parse_policy, DRAFT (parameters.reject_pairing_requests), .fallback = "allow-all" },
  { .name = "LescPairing", .parse = prw_parse_boolean, DRAFT (parameters.lesc_pairing), .fallback = "false" },
  END,
};

static const PrwKey window_keys[] = {
  { .name = "Required", .parse = prw_parse_boolean, DRAFT (window_required), .fallback = "false" },
  { .name = "MaxSeconds", .parse = prw_parse_number, DRAFT (window_max_seconds), .min = 1, .max = 3600, .fallback = "300" },
  { .name = "Discoverable", .parse = prw_parse_boolean, DRAFT (window_discoverable), .fallback = "true" },
  { .name = "CloseAfterBond", .parse = prw_parse_boolean, DRAFT (window_close_after_bond), .fallback = "true" },
  END,
};

static const PrwKey lockout_keys[] = {
  { .name = "Failures", .parse = prw_parse_number, DRAFT (lockout_failures), .min = 0, .max = 1000, .fallback = "3" },
  { .name = "Seconds", .parse = prw_parse_number, DRAFT (lockout_seconds), .min = 1, .max = 86400, .fallback = "60" },
  END,
};

static const PrwKey rule_keys[] = {
  { .name = "MatchAddress", .parse = prw_parse_address_pattern, RULE (match_address) },
  { .name = "MatchAddressType", .parse = prw_parse_address_type },
  { .name = "MatchName", .parse = prw_parse_text, RULE (match_name) },
  { .name = "MatchIcon", .parse = prw_parse_text, RULE (match_icon) },
  { .name = "MatchClass", .parse = prw_parse_class },
  { .name = "MatchUUID", .parse = prw_parse_uuid_pattern, RULE (match_uuid) },
  { .name = "MatchAdapter", .parse = prw_parse_adapter, RULE (match_adapter) },
  { .name = "MatchTransport", .parse = prw_parse_transport },
  { .name = "Action", .parse = prw_parse_action },
  { .name = "PairingPolicy", .parse = prw_parse_rule_policy },
  { .name = "Require", .parse = prw_parse_require },
  { .name = "Passkey", .parse = prw_parse_passkey, .secret = TRUE },
  { .name = "Pin", .parse = prw_parse_pin, RULE (pin), .secret = TRUE },
  { .name = "AllowServices", .parse = prw_parse_services, RULE (allow_services), .list = TRUE },
  { .name = "DenyServices", .parse = prw_parse_services, RULE (deny_services), .list = TRUE },
  { .name = "Trust", .parse = prw_parse_trust },
  END,
};

static const PrwKey controller_keys[] = {
  { .name = "MatchTty", .parse = prw_parse_text, CONTROLLER (match_tty) },
  { .name = "MatchAddress", .parse = prw_parse_address_pattern, CONTROLLER (match_address) },
  { .name = "MatchUsb", .parse = prw_parse_usb_pattern, CONTROLLER (match_usb) },
  { .name = "StaticAddress", .parse = prw_parse_static_address, CONTROLLER (static_address) },
  { .name = "SecureConnections", .parse = prw_parse_secure_connections, CONTROLLER (secure_connections) },
  { .name = "Speed", .parse = prw_parse_number, CONTROLLER (speed), .min = 1200, .max = 12000000 },
  { .name = "FlowControl", .parse = prw_parse_boolean, CONTROLLER (flow_control) },
  END,
};

const PrwGroup prw_groups[] = {
  { "Daemon", PRW_GROUP_KIND_SETTINGS, daemon_keys },
  { "SecurityParameters", PRW_GROUP_KIND_SETTINGS, parameters_keys },
  { "Window", PRW_GROUP_KIND_SETTINGS, window_keys },
  { "Lockout", PRW_GROUP_KIND_SETTINGS, lockout_keys },
  { "Rule", PRW_GROUP_KIND_RULE, rule_keys },
  { "Controller", PRW_GROUP_KIND_CONTROLLER, controller_keys },
  { NULL, PRW_GROUP_KIND_SETTINGS, NULL },
};

/* How many letters must be added, removed or replaced to make @b of @a (Levenshtein), ASCII case ignored. */
static guint
distance (const char *a, const char *b)
{
  guint row[NAME_MAX_SUGGESTED + 1];
  guint a_len = strlen (a), b_len = strlen (b);

  g_return_val_if_fail (b_len <= NAME_MAX_SUGGESTED, G_MAXUINT);
  for (guint j = 0; j <= b_len; j++)
    row[j] = j;
  for (guint i = 1; i <= a_len; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (guint j = 1; j <= b_len; j++)
        {
          guint replaced = diagonal + (g_ascii_tolower (a[i - 1]) == g_ascii_tolower (b[j - 1]) ? 0 : 1);

          diagonal = row[j];
          row[j] = MIN (replaced, MIN (row[j - 1], row[j]) + 1);
        }
    }
  return row[b_len];
}

/* Whether @known is close enough to @text to be meant, and closer than *best. */
static gboolean
is_better (const char *text, const char *known, guint *best)
{
  guint far = strlen (text) <= NAME_MAX_SUGGESTED ? distance (text, known) : G_MAXUINT;

  if (far > 1 + strlen (known) / 4 || far >= *best)
    return FALSE;
  *best = far;
  return TRUE;
}

/* Returns NULL: no such group, no such key. */
G_GNUC_PRINTF (2, 3)
static gpointer
no_such (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_INVALID, format, arguments);
  va_end (arguments);
  return NULL;
}

/* What follows the group's name in a header. */
static const char *
name_of_instance (const PrwGroup *group)
{
  return group->kind == PRW_GROUP_KIND_SETTINGS ? "" : " NAME";
}

const PrwGroup *
prw_group_find (const char *header, char **canonical, GError **error)
{
  gsize word = strcspn (header, " ");
  g_autofree char *kind = g_strndup (header, word);
  g_autofree char *name = g_strstrip (g_strdup (header + word));
  g_autofree char *shown = prw_text_sanitize (name);
  const PrwGroup *meant = NULL;
  guint best = G_MAXUINT;

  for (const PrwGroup *group = prw_groups; group->name != NULL; group++)
    {
      gboolean named = group->kind != PRW_GROUP_KIND_SETTINGS;

      if (is_better (kind, group->name, &best))
        meant = group;
      if (!g_str_equal (kind, group->name) || (!named && header[word] != '\0'))
        continue;
      if (named && name[0] == '\0')
        return no_such (error, _("a name is missing: [%s NAME]"), kind);
      /* Names of rules are logged and sent on D-Bus. */
      if (named && !g_str_equal (name, shown))
        return no_such (error, _("the name is too long or cannot be shown"));
      *canonical = named ? g_strconcat (kind, " ", name, NULL) : g_strdup (kind);
      return group;
    }
  if (meant == NULL)
    return no_such (error, _("no such group; the groups are [Daemon], [SecurityParameters], [Window], [Lockout], [Rule NAME], [Controller NAME]"));
  return no_such (error, _("no such group; perhaps [%s%s] is meant"), meant->name, name_of_instance (meant));
}

const char *
prw_group_instance_name (const PrwGroup *group, const char *canonical)
{
  return canonical + strlen (group->name) + 1;
}

/* The group that has the key @name, when @group has not. */
static const PrwGroup *
home_of (const PrwGroup *group, const char *name)
{
  for (const PrwGroup *other = prw_groups; other->name != NULL; other++)
    for (const PrwKey *key = other->keys; other != group && key->name != NULL; key++)
      if (g_str_equal (key->name, name))
        return other;
  return NULL;
}

const PrwKey *
prw_key_find (const PrwGroup *group, const char *name, GError **error)
{
  const PrwGroup *home;
  const char *meant = NULL;
  guint best = G_MAXUINT;

  for (const PrwKey *key = group->keys; key->name != NULL; key++)
    {
      if (g_str_equal (key->name, name))
        return key;
      if (is_better (name, key->name, &best))
        meant = key->name;
    }
  home = home_of (group, name);
  if (home != NULL)
    return no_such (error, _("no such key in this group; it belongs in [%s%s]"), home->name, name_of_instance (home));
  if (meant != NULL)
    return no_such (error, _("no such key; perhaps %s is meant"), meant);
  return no_such (error, _("no such key; the shipped pairward.conf lists them all"));
}

gboolean
prw_key_name_is_secret (const char *name)
{
  static const char *const words[] = { "pass", "pin", "code", "secret", "key", NULL };
  g_autofree char *lower = g_ascii_strdown (name, -1);
  guint best = G_MAXUINT;

  for (const PrwGroup *group = prw_groups; group->name != NULL; group++)
    for (const PrwKey *key = group->keys; key->name != NULL; key++)
      if (g_str_equal (key->name, name))
        return key->secret;
  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return is_better (name, "Passkey", &best) || is_better (name, "Pin", &best);
}
