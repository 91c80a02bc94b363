/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config/values.h"

#include <glib/gi18n.h>
#include <string.h>

#include "policy/address.h"
#include "policy/text.h"

#define CLASS_MAX 0xffffff /* the class of device has 24 bits */

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list arguments;

  va_start (arguments, format);
  reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_INVALID, reason);
  return FALSE;
}

static void
set_text (const PrwKey *key, gpointer target, const char *text)
{
  char **member = G_STRUCT_MEMBER_P (target, key->offset);

  g_free (*member);
  *member = g_strdup (text);
}

/* Takes the list. */
static void
set_list (const PrwKey *key, gpointer target, GPtrArray *list)
{
  char ***member = G_STRUCT_MEMBER_P (target, key->offset);

  g_ptr_array_add (list, NULL);
  g_strfreev (*member);
  *member = (char **) g_ptr_array_free (list, FALSE);
}

static gboolean
is_pattern (const char *text)
{
  return strpbrk (text, "*?") != NULL;
}

static gboolean
boolean_from_text (const char *text, gboolean *out, GError **error)
{
  if (g_str_equal (text, "true") || g_str_equal (text, "1"))
    *out = TRUE;
  else if (g_str_equal (text, "false") || g_str_equal (text, "0"))
    *out = FALSE;
  else
    return refuse (error, _("neither true nor false"));
  return TRUE;
}

/* What stands before the first wildcard is the beginning of an address: any other pattern would never match. */
static gboolean
is_address_pattern (const char *text)
{
  gsize fixed = strcspn (text, "*?");

  if (text[fixed] == '\0' || fixed > PRW_ADDRESS_LEN || text[strspn (text, "0123456789ABCDEF:*?")] != '\0')
    return FALSE;
  for (gsize i = 0; i < fixed; i++)
    if ((text[i] == ':') != (i % 3 == 2))
      return FALSE;
  return TRUE;
}

/* An address, or a pattern of one: upper case and colons, as BlueZ writes them. */
static char *
address_pattern_from_text (const char *text, GError **error)
{
  char address[PRW_ADDRESS_LEN + 1];
  g_autofree char *pattern = NULL;

  if (prw_address_normalize (text, address))
    return g_strdup (address);
  pattern = g_ascii_strup (text, -1);
  g_strdelimit (pattern, "-_", ':');
  if (is_address_pattern (pattern))
    return g_steal_pointer (&pattern);
  refuse (error, _("neither an address like AA:BB:CC:DD:EE:FF nor a pattern of one, like AA:BB:CC:*"));
  return NULL;
}

/* A name like hci0, an address, or a pattern of one of them. Names begin with a letter that stands in no address. */
static char *
adapter_pattern_from_text (const char *text, GError **error)
{
  char *address = address_pattern_from_text (text, NULL);

  if (address != NULL)
    return address;
  if (g_ascii_strncasecmp (text, "hci", strlen ("hci")) == 0)
    return g_strdup (text);
  refuse (error, _("neither the name of an adapter like hci0, nor an address, nor a pattern of one of them"));
  return NULL;
}

gboolean
prw_parse_boolean (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  return boolean_from_text (items[0], G_STRUCT_MEMBER_P (target, key->offset), error);
}

gboolean
prw_parse_number (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  guint *member = G_STRUCT_MEMBER_P (target, key->offset);
  guint64 number;

  /* It takes leading zeros, which look octal to some: the number is decimal. */
  if (!g_ascii_string_to_unsigned (items[0], 10, key->min, key->max, &number, NULL))
    return refuse (error, _("not a number between %u and %u"), key->min, key->max);
  *member = (guint) number;
  return TRUE;
}

gboolean
prw_parse_text (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  if (items[0][0] == '\0')
    return refuse (error, _("empty; leave the key out instead"));
  set_text (key, target, items[0]);
  return TRUE;
}

static gboolean
policy_from_text (const char *text, PrwPairingPolicy *out, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (prw_pairing_policy_from_string (text, out, &reason))
    return TRUE;
  return refuse (error, _("%s; the shipped pairward.conf lists them all"), reason->message);
}

gboolean
prw_parse_policy (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  return policy_from_text (items[0], G_STRUCT_MEMBER_P (target, key->offset), error);
}

gboolean
prw_parse_io_capability (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  if (prw_io_capability_from_string (items[0], G_STRUCT_MEMBER_P (target, key->offset), NULL))
    return TRUE;
  return refuse (error, _("not one of display-only, display-yesno, keyboard-only, none, keyboard-display"));
}

gboolean
prw_parse_address_pattern (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  g_autofree char *pattern = address_pattern_from_text (items[0], error);

  if (pattern == NULL)
    return FALSE;
  set_text (key, target, pattern);
  return TRUE;
}

gboolean
prw_parse_capability (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwDraft *draft = target;

  if (g_ascii_strcasecmp (items[0], "auto") == 0)
    {
      draft->auto_capability = TRUE;
      return TRUE;
    }
  if (!prw_io_capability_from_string (items[0], &draft->capability, NULL))
    return refuse (error, _("not one of auto, display-only, display-yesno, keyboard-only, none, keyboard-display"));
  draft->auto_capability = FALSE;
  return TRUE;
}

gboolean
prw_parse_without_handler (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwDraft *draft = target;

  return prw_without_handler_from_string (items[0], &draft->without_handler, NULL) || refuse (error, _("not one of accept, reject, wait"));
}

gboolean
prw_parse_adapters (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  g_autoptr (GPtrArray) adapters = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; items[i] != NULL; i++)
    {
      char *adapter = NULL;

      if (items[i][0] == '\0')
        return refuse (error, _("an empty entry"));
      adapter = adapter_pattern_from_text (items[i], error);
      if (adapter == NULL)
        return FALSE;
      g_ptr_array_add (adapters, adapter);
    }
  if (adapters->len == 0)
    return refuse (error, _("no adapter at all; * is every adapter"));
  set_list (key, target, g_steal_pointer (&adapters));
  return TRUE;
}

gboolean
prw_parse_adapter (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  g_autofree char *adapter = adapter_pattern_from_text (items[0], error);

  if (adapter == NULL)
    return FALSE;
  set_text (key, target, adapter);
  return TRUE;
}

gboolean
prw_parse_address_type (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwRule *rule = target;
  PrwAddressType type;

  if (!prw_address_type_from_string (items[0], &type, NULL) || type == PRW_ADDRESS_TYPE_UNKNOWN)
    return refuse (error, _("neither public nor random"));
  rule->match_address_type = type;
  return TRUE;
}

gboolean
prw_parse_transport (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwRule *rule = target;
  PrwTransport transport;

  if (!prw_transport_from_string (items[0], &transport, NULL) || transport == PRW_TRANSPORT_UNKNOWN)
    return refuse (error, _("neither le nor bredr"));
  rule->match_transport = transport;
  return TRUE;
}

static gboolean
class_bits_from_text (const char *text, guint32 *out)
{
  gboolean hex = g_ascii_strncasecmp (text, "0x", 2) == 0;
  guint64 number;

  if (!g_ascii_string_to_unsigned (hex ? text + 2 : text, hex ? 16 : 10, 0, CLASS_MAX, &number, NULL))
    return FALSE;
  *out = (guint32) number;
  return TRUE;
}

/* CLASS or CLASS/MASK, e.g. 0x000540/0x001fc0 for keyboards of any service class. */
gboolean
prw_parse_class (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (items[0], "/", 2);
  guint32 bits = 0, mask = CLASS_MAX;
  PrwRule *rule = target;

  if (parts[0] == NULL || !class_bits_from_text (parts[0], &bits) ||
      (parts[1] != NULL && !class_bits_from_text (parts[1], &mask)))
    return refuse (error, _("not a class of device like 0x000540, nor a class and mask like 0x000540/0x001fc0"));
  if (mask == 0 || (parts[1] == NULL && bits == 0))
    return refuse (error, _("0 is no class of device"));
  if ((bits & ~mask) != 0)
    return refuse (error, _("can never match: the class has bits that the mask has not"));
  rule->match_class = bits;
  rule->match_class_mask = mask;
  return TRUE;
}

gboolean
prw_parse_uuid_pattern (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  g_autofree char *uuid = NULL;

  if (is_pattern (items[0]))
    {
      uuid = g_ascii_strdown (items[0], -1);
      if (uuid[strspn (uuid, "0123456789abcdef-*?")] != '\0')
        return refuse (error, _("not a pattern of a UUID"));
    }
  else
    {
      uuid = prw_service_uuid (items[0], error);
      if (uuid == NULL)
        return FALSE;
    }
  set_text (key, target, uuid);
  return TRUE;
}

gboolean
prw_parse_action (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwRule *rule = target;
  PrwAction action;

  if (!prw_action_from_string (items[0], &action, NULL) || action == PRW_ACTION_UNSET)
    return refuse (error, _("not one of accept, reject, ask"));
  rule->action = action;
  return TRUE;
}

gboolean
prw_parse_rule_policy (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwRule *rule = target;

  return policy_from_text (items[0], &rule->pairing_policy, error);
}

gboolean
prw_parse_require (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwRule *rule = target;
  PrwSecurityLevel level;

  /* No bond is weaker than just-works: a lower level would require nothing and look as if it did. */
  if (!prw_security_level_from_string (items[0], &level, NULL) || level < PRW_SECURITY_LEVEL_JUST_WORKS)
    return refuse (error, _("not one of just-works, mitm, lesc-mitm"));
  rule->require = level;
  return TRUE;
}

gboolean
prw_parse_passkey (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwRule *rule = target;

  if (!prw_passkey_parse (items[0], &rule->passkey, NULL))
    return refuse (error, _("not a passkey of 1 to 6 digits"));
  rule->has_passkey = TRUE;
  return TRUE;
}

gboolean
prw_parse_pin (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  if (g_str_equal (items[0], PRW_CONFIG_MASK))
    return refuse (error, _("this is what is shown in place of a PIN: write the PIN"));
  if (!prw_pin_check (items[0], NULL))
    return refuse (error, _("not a PIN of 1 to 16 bytes"));
  set_text (key, target, items[0]);
  return TRUE;
}

gboolean
prw_parse_services (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  g_autoptr (GPtrArray) services = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; items[i] != NULL; i++)
    {
      char *uuid = prw_service_uuid (items[i], error);

      if (uuid == NULL)
        return FALSE;
      g_ptr_array_add (services, uuid);
    }
  if (services->len == 0)
    return refuse (error, _("empty; leave the key out instead"));
  set_list (key, target, g_steal_pointer (&services));
  return TRUE;
}

gboolean
prw_parse_trust (const PrwKey *key G_GNUC_UNUSED, char *const *items, gpointer target, GError **error)
{
  PrwRule *rule = target;
  gboolean trust;

  if (!boolean_from_text (items[0], &trust, error))
    return FALSE;
  rule->trust = trust ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
  return TRUE;
}

gboolean
prw_parse_usb_pattern (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  g_autofree char *pattern = g_ascii_strdown (items[0], -1);
  const char *colon = strchr (pattern, ':');

  if (colon == NULL || colon == pattern || colon[1] == '\0' || strchr (colon + 1, ':') != NULL ||
      pattern[strspn (pattern, "0123456789abcdef:*?")] != '\0')
    return refuse (error, _("not VENDOR:PRODUCT in hexadecimal, like 2fe3:000b or 2fe3:*"));
  set_text (key, target, pattern);
  return TRUE;
}

gboolean
prw_parse_static_address (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  char address[PRW_ADDRESS_LEN + 1];

  if (g_ascii_strcasecmp (items[0], "auto") == 0 || g_ascii_strcasecmp (items[0], "none") == 0)
    {
      set_text (key, target, g_ascii_strcasecmp (items[0], "auto") == 0 ? "auto" : "none");
      return TRUE;
    }
  if (!prw_address_normalize (items[0], address))
    return refuse (error, _("neither auto, nor none, nor an address"));
  /* Core 5.4 Vol 6 Part B 1.3.2.1: the two highest bits are 1, the others neither all 0 nor all 1. */
  if (strchr ("CDEF", address[0]) == NULL || g_str_equal (address, "C0:00:00:00:00:00") ||
      g_str_equal (address, "FF:FF:FF:FF:FF:FF"))
    return refuse (error, _("no static random address: the first octet is C0 to FF, the rest not all 0 or all 1"));
  set_text (key, target, address);
  return TRUE;
}

gboolean
prw_parse_secure_connections (const PrwKey *key, char *const *items, gpointer target, GError **error)
{
  static const char *const modes[] = { "off", "on", "only", NULL };

  if (!g_strv_contains (modes, items[0]))
    return refuse (error, _("not one of off, on, only"));
  set_text (key, target, items[0]);
  return TRUE;
}
