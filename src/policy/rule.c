/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/policy.h"

#include "policy/policy-private.h"
#include "policy/text.h"

#include <string.h>

#include <glib/gi18n.h>

#define CLASS_MASK_ALL 0xffffffu
#define UUID_LEN 36
#define BASE_UUID_TAIL "-0000-1000-8000-00805f9b34fb" /* Core 5.4 Vol 3 Part B 2.5.1 */

PrwRule *
prw_rule_new (const char *name)
{
  PrwRule *rule = g_new0 (PrwRule, 1);

  rule->name = g_strdup (name);
  rule->match_class = -1;
  rule->match_class_mask = CLASS_MASK_ALL;
  return rule;
}

/** prw_rule_free: @rule: (nullable) (transfer full): its passkey and PIN are wiped */
void
prw_rule_free (PrwRule *rule)
{
  if (rule == NULL)
    return;
  g_free (rule->name);
  g_free (rule->match_address);
  g_free (rule->match_name);
  g_free (rule->match_icon);
  g_free (rule->match_uuid);
  g_free (rule->match_adapter);
  g_strfreev (rule->allow_services);
  g_strfreev (rule->deny_services);
  if (rule->pin != NULL)
    explicit_bzero (rule->pin, strlen (rule->pin));
  g_free (rule->pin);
  explicit_bzero (rule, sizeof *rule); /* the passkey */
  g_free (rule);
}

gboolean
prw_rule_lists_service (char **services, const char *service)
{
  for (gsize i = 0; services != NULL && services[i] != NULL; i++)
    if (g_ascii_strcasecmp (services[i], service) == 0)
      return TRUE;
  return FALSE;
}

/* How one Match key stands: YES also when it was not given. An empty text is one that was not told. */
static PrwTristate
match_text (const char *pattern, const char *text)
{
  if (pattern == NULL)
    return PRW_TRISTATE_YES;
  if (text == NULL || *text == '\0')
    return PRW_TRISTATE_UNKNOWN;
  return prw_text_glob (pattern, text) ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
}

static PrwTristate
match_adapter (const PrwRule *rule, const PrwFacts *facts)
{
  PrwTristate by_name = match_text (rule->match_adapter, facts->adapter);
  PrwTristate by_address = match_text (rule->match_adapter, facts->adapter_address);

  if (by_name == PRW_TRISTATE_YES || by_address == PRW_TRISTATE_YES)
    return PRW_TRISTATE_YES;
  return by_name == PRW_TRISTATE_NO && by_address == PRW_TRISTATE_NO ? PRW_TRISTATE_NO : PRW_TRISTATE_UNKNOWN;
}

/* No UUIDs at all is what a device shows whose services nobody has looked at. */
static PrwTristate
match_uuids (const char *pattern, const char *const *uuids)
{
  if (pattern == NULL)
    return PRW_TRISTATE_YES;
  if (uuids == NULL || uuids[0] == NULL)
    return PRW_TRISTATE_UNKNOWN;
  for (gsize i = 0; uuids[i] != NULL; i++)
    if (prw_text_glob (pattern, uuids[i]))
      return PRW_TRISTATE_YES;
  return PRW_TRISTATE_NO;
}

static PrwTristate
match_class (const PrwRule *rule, gint64 device_class)
{
  guint32 wanted;

  if (rule->match_class < 0)
    return PRW_TRISTATE_YES;
  if (device_class <= 0)
    return PRW_TRISTATE_UNKNOWN;
  wanted = (guint32) rule->match_class & rule->match_class_mask;
  return ((guint32) device_class & rule->match_class_mask) == wanted ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
}

/* Enumerations whose zero is "unknown" in a fact and "not given" in a rule. */
static PrwTristate
match_value (guint wanted, guint value)
{
  if (wanted == 0)
    return PRW_TRISTATE_YES;
  if (value == 0)
    return PRW_TRISTATE_UNKNOWN;
  return wanted == value ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
}

PrwTristate
prw_rule_matches (const PrwRule *rule, const PrwFacts *facts)
{
  const PrwTristate keys[] = {
    match_text (rule->match_address, facts->address),
    match_value (rule->match_address_type, facts->address_type),
    match_text (rule->match_name, facts->name),
    match_text (rule->match_icon, facts->icon),
    match_class (rule, facts->device_class),
    match_uuids (rule->match_uuid, facts->uuids),
    match_adapter (rule, facts),
    match_value (rule->match_transport, facts->transport),
  };
  PrwTristate matches = PRW_TRISTATE_YES;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      if (keys[i] == PRW_TRISTATE_NO)
        return PRW_TRISTATE_NO;
      if (keys[i] == PRW_TRISTATE_UNKNOWN)
        matches = PRW_TRISTATE_UNKNOWN;
    }
  return matches;
}

/* Short names of services (Assigned Numbers 3.3 and 3.4). */
static const struct
{
  const char *name;
  guint16 uuid;
} service_names[] = {
  { "spp", 0x1101 },         { "dun", 0x1103 },      { "opp", 0x1105 },     { "ftp", 0x1106 },
  { "hsp-hs", 0x1108 },      { "a2dp-source", 0x110a }, { "a2dp-sink", 0x110b }, { "avrcp-target", 0x110c },
  { "a2dp", 0x110d },        { "avrcp", 0x110e },    { "hsp-ag", 0x1112 },  { "pan-u", 0x1115 },
  { "pan-nap", 0x1116 },     { "pan-gn", 0x1117 },   { "hfp-hf", 0x111e },  { "hfp-ag", 0x111f },
  { "hid", 0x1124 },         { "sap", 0x112d },      { "pbap-pce", 0x112e }, { "pbap", 0x112f },
  { "map", 0x1132 },         { "map-mns", 0x1133 },  { "battery", 0x180f }, { "hog", 0x1812 },
};

static gboolean
is_uuid (const char *text)
{
  gsize i;

  for (i = 0; i < UUID_LEN; i++)
    {
      gboolean dash = i == 8 || i == 13 || i == 18 || i == 23;

      if (dash ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
        return FALSE;
    }
  return text[i] == '\0';
}

char *
prw_service_uuid (const char *text, GError **error)
{
  const char *hex = text != NULL && g_ascii_strncasecmp (text, "0x", 2) == 0 ? text + 2 : text;
  guint64 number;

  for (gsize i = 0; text != NULL && i < G_N_ELEMENTS (service_names); i++)
    if (g_ascii_strcasecmp (text, service_names[i].name) == 0)
      return g_strdup_printf ("%08x" BASE_UUID_TAIL, (guint) service_names[i].uuid);
  if (text != NULL && is_uuid (text))
    return g_ascii_strdown (text, -1);
  if (hex != NULL && (strlen (hex) == 4 || strlen (hex) == 8) &&
      g_ascii_string_to_unsigned (hex, 16, 0, G_MAXUINT32, &number, NULL))
    return g_strdup_printf ("%08x" BASE_UUID_TAIL, (guint) number);
  g_set_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_UNKNOWN, _("\"%s\" is not a service: neither a UUID nor a known name"),
               text != NULL ? text : "");
  return NULL;
}

const char *
prw_service_name (const char *uuid)
{
  for (gsize i = 0; i < G_N_ELEMENTS (service_names); i++)
    {
      g_autofree char *named = g_strdup_printf ("%08x" BASE_UUID_TAIL, (guint) service_names[i].uuid);

      if (g_ascii_strcasecmp (uuid, named) == 0)
        return service_names[i].name;
    }
  return NULL;
}

gboolean
prw_rule_matches_everything (const PrwRule *rule)
{
  return rule->match_address == NULL && rule->match_name == NULL && rule->match_icon == NULL &&
         rule->match_uuid == NULL && rule->match_adapter == NULL && rule->match_class < 0 &&
         rule->match_address_type == PRW_ADDRESS_TYPE_UNKNOWN && rule->match_transport == PRW_TRANSPORT_UNKNOWN;
}
