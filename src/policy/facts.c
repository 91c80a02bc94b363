/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/facts.h"

#include "policy/address.h"
#include "policy/policy.h"
#include "policy/text.h"

#include <glib/gi18n.h>

#define CLASS_MAX 0xffffffu /* 24 bits: Assigned Numbers 2.8 */

/* One fact as text: each setter reports only that the value is bad (%NULL or a sub-error); prw_facts_set() says where. */
typedef struct
{
  const char *name;
  gboolean (*set) (PrwFacts *facts, GStringChunk *pool, const char *value, GError **error);
} PrwFactName;

static gboolean
bad_value (const char *value, const char *what, GError **error)
{
  g_set_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID, _("\"%s\" is wrong here; it wants: %s"), value, what);
  return FALSE;
}

const char *
prw_request_kind_to_string (PrwRequestKind kind)
{
  switch (kind)
    {
    case PRW_REQUEST_KIND_PAIRING:
      return "pairing";
    case PRW_REQUEST_KIND_SECURITY_REQUEST:
      return "security-request";
    case PRW_REQUEST_KIND_SERVICE:
      return "service";
    }
  return "invalid";
}

static gboolean
set_kind (PrwFacts *facts, GStringChunk *pool G_GNUC_UNUSED, const char *value, GError **error)
{
  static const PrwRequestKind kinds[] = { PRW_REQUEST_KIND_PAIRING, PRW_REQUEST_KIND_SECURITY_REQUEST,
                                          PRW_REQUEST_KIND_SERVICE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (value, prw_request_kind_to_string (kinds[i])) == 0)
      {
        facts->kind = kinds[i];
        return TRUE;
      }
  return bad_value (value, _("the kind of request (pairing, security-request, service)"), error);
}

/* A name as BlueZ gives it (hci0), or the adapter's address. */
static gboolean
set_adapter (PrwFacts *facts, GStringChunk *pool, const char *value, GError **error G_GNUC_UNUSED)
{
  char address[PRW_ADDRESS_LEN + 1];

  if (prw_address_normalize (value, address))
    facts->adapter_address = g_string_chunk_insert (pool, address);
  else
    facts->adapter = g_string_chunk_insert (pool, value);
  return TRUE;
}

static gboolean
set_address (PrwFacts *facts, GStringChunk *pool, const char *value, GError **error)
{
  char address[PRW_ADDRESS_LEN + 1];

  if (!prw_address_normalize (value, address))
    return bad_value (value, _("an address"), error);
  facts->address = g_string_chunk_insert (pool, address);
  return TRUE;
}

static gboolean
set_name (PrwFacts *facts, GStringChunk *pool, const char *value, GError **error G_GNUC_UNUSED)
{
  g_autofree char *name = prw_text_sanitize (value);

  facts->name = g_string_chunk_insert (pool, name);
  return TRUE;
}

static gboolean
set_class (PrwFacts *facts, GStringChunk *pool G_GNUC_UNUSED, const char *value, GError **error)
{
  gboolean hex = value[0] == '0' && (value[1] == 'x' || value[1] == 'X');
  guint64 number;

  if (!g_ascii_string_to_unsigned (hex ? value + 2 : value, hex ? 16 : 10, 0, CLASS_MAX, &number, NULL))
    return bad_value (value, _("a class of device (24 bits)"), error);
  facts->device_class = (gint64) number;
  return TRUE;
}

static gboolean
set_icon (PrwFacts *facts, GStringChunk *pool, const char *value, GError **error G_GNUC_UNUSED)
{
  facts->icon = g_string_chunk_insert (pool, value);
  return TRUE;
}

/* Room for @n pointers that lives as long as the pool. The pool packs strings without gaps, so one is added to align. */
static const char **
pool_pointers (GStringChunk *pool, gsize n)
{
  gsize size = (n + 1) * sizeof (char *);
  g_autofree char *zeros = g_malloc0 (size);
  guintptr address = (guintptr) g_string_chunk_insert_len (pool, zeros, (gssize) size);

  return (const char **) ((address + sizeof (char *) - 1) & ~(guintptr) (sizeof (char *) - 1));
}

static gboolean
set_uuids (PrwFacts *facts, GStringChunk *pool, const char *value, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (value, ";", -1);
  const char **uuids = pool_pointers (pool, g_strv_length (parts) + 1);
  gsize n = 0;

  for (char **part = parts; *part != NULL; part++)
    {
      g_autofree char *uuid = NULL;

      if (*g_strstrip (*part) == '\0')
        continue;
      uuid = prw_service_uuid (*part, error);
      if (uuid == NULL)
        return FALSE;
      uuids[n++] = g_string_chunk_insert (pool, uuid);
    }
  facts->uuids = uuids;
  return TRUE;
}

static gboolean
set_service (PrwFacts *facts, GStringChunk *pool, const char *value, GError **error)
{
  g_autofree char *uuid = prw_service_uuid (value, error);

  if (uuid == NULL)
    return FALSE;
  facts->service = g_string_chunk_insert (pool, uuid);
  return TRUE;
}

static gboolean
parse_boolean (const char *value, gboolean *out, GError **error)
{
  PrwTristate tristate;

  if (!prw_tristate_from_string (value, &tristate, NULL) || tristate == PRW_TRISTATE_UNKNOWN)
    return bad_value (value, _("yes or no"), error);
  *out = tristate == PRW_TRISTATE_YES;
  return TRUE;
}

static gboolean
set_window (PrwFacts *facts, GStringChunk *pool G_GNUC_UNUSED, const char *value, GError **error)
{
  gboolean open = g_ascii_strcasecmp (value, "open") == 0;

  if (!open && g_ascii_strcasecmp (value, "closed") != 0)
    return bad_value (value, _("the state of the window (open, closed)"), error);
  facts->window_open = open;
  return TRUE;
}

#define DEFINE_SET(func, member, parse) \
  static gboolean \
  func (PrwFacts *facts, GStringChunk *pool G_GNUC_UNUSED, const char *value, GError **error) \
  { \
    return parse (value, &facts->member, error); \
  }

DEFINE_SET (set_address_type, address_type, prw_address_type_from_string)
DEFINE_SET (set_transport, transport, prw_transport_from_string)
DEFINE_SET (set_role, role, prw_role_from_string)
DEFINE_SET (set_initiator, initiator, prw_initiator_from_string)
DEFINE_SET (set_bonded, bonded, prw_tristate_from_string)
DEFINE_SET (set_paired, paired, prw_tristate_from_string)
DEFINE_SET (set_association_model, association_model, prw_association_model_from_string)
DEFINE_SET (set_bond, asks_bond, prw_tristate_from_string)
DEFINE_SET (set_mitm, asks_mitm, prw_tristate_from_string)
DEFINE_SET (set_lesc, asks_lesc, prw_tristate_from_string)
DEFINE_SET (set_keypress, asks_keypress, prw_tristate_from_string)
DEFINE_SET (set_remembered, remembered, prw_tristate_from_string)
DEFINE_SET (set_locked_out, locked_out, parse_boolean)
DEFINE_SET (set_handler, has_handler, parse_boolean)

static const PrwFactName fact_names[] = {
  { "kind", set_kind },
  { "adapter", set_adapter },
  { "address", set_address },
  { "address-type", set_address_type },
  { "name", set_name },
  { "class", set_class },
  { "icon", set_icon },
  { "uuids", set_uuids },
  { "transport", set_transport },
  { "role", set_role },
  { "initiator", set_initiator },
  { "bonded", set_bonded },
  { "paired", set_paired },
  { "association-model", set_association_model },
  { "bond", set_bond },
  { "mitm", set_mitm },
  { "lesc", set_lesc },
  { "keypress", set_keypress },
  { "service", set_service },
  { "remembered", set_remembered },
  { "window", set_window },
  { "locked-out", set_locked_out },
  { "handler", set_handler },
};

const char *const *
prw_facts_names (void)
{
  static const char *names[G_N_ELEMENTS (fact_names) + 1];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (fact_names); i++)
        names[i] = fact_names[i].name;
      g_once_init_leave (&ready, 1);
    }
  return names;
}

gboolean
prw_facts_set (PrwFacts *facts, GStringChunk *pool, const char *name, const char *value, GError **error)
{
  g_autofree char *names = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (fact_names); i++)
    if (g_strcmp0 (name, fact_names[i].name) == 0)
      {
        g_autoptr (GError) reason = NULL;

        if (value != NULL && fact_names[i].set (facts, pool, value, &reason))
          return TRUE;
        g_set_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID, _("Fact \"%s\": %s"), name,
                     reason != NULL ? reason->message : _("it has no value"));
        return FALSE;
      }
  names = g_strjoinv (", ", (char **) prw_facts_names ());
  g_set_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_UNKNOWN, _("\"%s\" is not a fact; the facts are %s"),
               name != NULL ? name : "", names);
  return FALSE;
}

static void
append_word (GString *text, const char *name, const char *value)
{
  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, name);
  g_string_append_c (text, '=');
  g_string_append (text, value);
}

static void
append_yes_no (GString *text, const char *name, gboolean value)
{
  append_word (text, name, value ? "yes" : "no");
}

static void
append_quoted (GString *text, const char *name, const char *value)
{
  g_autofree char *clean = NULL;
  g_autoptr (GString) quoted = NULL;

  if (value == NULL)
    {
      append_word (text, name, "unknown");
      return;
    }
  /* the line is one of evidence: sanitised once more, so that no caller can be forgotten */
  clean = prw_text_sanitize (value);
  quoted = g_string_new ("\"");
  for (const char *p = clean; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *p);
    }
  g_string_append_c (quoted, '"');
  append_word (text, name, quoted->str);
}

static void
append_uuids (GString *text, const char *const *uuids)
{
  g_autofree char *joined = uuids != NULL ? g_strjoinv (";", (char **) uuids) : NULL;

  append_quoted (text, "uuids", joined);
}

static void
append_device (GString *text, const PrwFacts *facts)
{
  g_autofree char *class = facts->device_class > 0 ? g_strdup_printf ("0x%06x", (guint) facts->device_class) : NULL;

  append_quoted (text, "adapter", facts->adapter);
  append_quoted (text, "adapter-address", facts->adapter_address);
  append_quoted (text, "address", facts->address);
  append_word (text, "address-type", prw_address_type_to_string (facts->address_type));
  append_quoted (text, "name", facts->name);
  append_word (text, "class", class != NULL ? class : "unknown");
  append_quoted (text, "icon", facts->icon);
  append_uuids (text, facts->uuids);
}

char *
prw_facts_to_string (const PrwFacts *facts)
{
  GString *text = g_string_new (NULL);

  append_word (text, "kind", prw_request_kind_to_string (facts->kind));
  append_device (text, facts);
  append_word (text, "transport", prw_transport_to_string (facts->transport));
  append_word (text, "role", prw_role_to_string (facts->role));
  append_word (text, "initiator", prw_initiator_to_string (facts->initiator));
  append_word (text, "bonded", prw_tristate_to_string (facts->bonded));
  append_word (text, "paired", prw_tristate_to_string (facts->paired));
  append_word (text, "association-model", prw_association_model_to_string (facts->association_model));
  append_word (text, "bond", prw_tristate_to_string (facts->asks_bond));
  append_word (text, "mitm", prw_tristate_to_string (facts->asks_mitm));
  append_word (text, "lesc", prw_tristate_to_string (facts->asks_lesc));
  append_word (text, "keypress", prw_tristate_to_string (facts->asks_keypress));
  append_quoted (text, "service", facts->service);
  append_word (text, "remembered", prw_tristate_to_string (facts->remembered));
  append_word (text, "window", facts->window_open ? "open" : "closed");
  append_yes_no (text, "locked-out", facts->locked_out);
  append_yes_no (text, "security-request-accepted", facts->security_request_accepted);
  append_yes_no (text, "handler", facts->has_handler);
  return g_string_free (text, FALSE);
}

static PrwEvent
event_for_model (PrwAssociationModel model)
{
  switch (model)
    {
    case PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON:
    case PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY:
    case PRW_ASSOCIATION_MODEL_PIN_DISPLAY:
      return PRW_EVENT_PASSKEY_DISPLAY_REQUIRED;
    case PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY:
    case PRW_ASSOCIATION_MODEL_PIN_ENTRY:
      return PRW_EVENT_PASSKEY_REQUIRED;
    case PRW_ASSOCIATION_MODEL_UNKNOWN:
    case PRW_ASSOCIATION_MODEL_JUST_WORKS:
    case PRW_ASSOCIATION_MODEL_OOB:
      break;
    }
  return PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED;
}

PrwEvent
prw_event_for (const PrwFacts *facts)
{
  switch (facts->kind)
    {
    case PRW_REQUEST_KIND_SECURITY_REQUEST:
      return PRW_EVENT_PERIPHERAL_SECURITY_REQUEST;
    case PRW_REQUEST_KIND_SERVICE:
      return PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED;
    case PRW_REQUEST_KIND_PAIRING:
      break;
    }
  return event_for_model (facts->association_model);
}
