/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/identity.h"

#include <glib/gi18n.h>
#include <string.h>

#include "policy/text.h"

#define NO_ADDRESS "00:00:00:00:00:00"
#define ALL_ONES "FF:FF:FF:FF:FF:FF"
#define FIRST_STATIC "C0:00:00:00:00:00"
/* Serial numbers of USB are at most 126 characters (USB 2.0, 9.6.7); a port is shorter. */
#define ID_MAX 126

void
prw_identity_clear (PrwIdentity *identity)
{
  g_clear_pointer (&identity->key, g_free);
  g_clear_pointer (&identity->hint, g_free);
}

gboolean
prw_identity_is_static (const char *address)
{
  char normal[PRW_ADDRESS_LEN + 1];

  return prw_address_normalize (address, normal) && strchr ("CDEF", normal[0]) != NULL && !g_str_equal (normal, FIRST_STATIC) &&
         !g_str_equal (normal, ALL_ONES);
}

static gboolean
fail (GError **error, GIOErrorEnum code, const char *value, const char *reason)
{
  g_autofree char *shown = prw_text_sanitize (value);

  g_set_error (error, G_IO_ERROR, code, "%s: %s", shown, reason);
  return FALSE;
}

static void
set (PrwIdentity *identity, PrwIdentitySource source, const char *address)
{
  identity->source = source;
  if (address != NULL)
    prw_address_normalize (address, identity->address);
}

static gboolean
is_public (const char *address)
{
  char normal[PRW_ADDRESS_LEN + 1];

  return prw_address_normalize (address, normal) && !g_str_equal (normal, NO_ADDRESS) && !g_str_equal (normal, ALL_ONES);
}

/* A board is known by its serial number, or, where it has none, by the place where it is plugged in. */
static char *
make_key (const PrwIdentityFacts *facts)
{
  const char *kind = facts->serial != NULL && facts->serial[0] != '\0' ? "serial" : "port";
  const char *id = g_str_equal (kind, "serial") ? facts->serial : facts->port;
  g_autofree char *text = NULL;

  if (id == NULL || id[0] == '\0' || strlen (id) > ID_MAX)
    return NULL;
  text = g_strdup_printf ("%s %s %s", kind, facts->usb != NULL ? facts->usb : "-", id);
  return g_uri_escape_bytes ((const guint8 *) text, strlen (text), ":-._");
}

static void
decide_auto (const PrwIdentityFacts *facts, PrwIdentity *identity)
{
  for (guint i = 0; facts->factory != NULL && facts->factory[i] != NULL; i++)
    if (prw_identity_is_static (facts->factory[i]))
      {
        set (identity, PRW_IDENTITY_FACTORY, facts->factory[i]);
        return;
      }
  identity->key = make_key (facts);
  set (identity, identity->key != NULL ? PRW_IDENTITY_KEPT : PRW_IDENTITY_NONE, NULL);
  if (identity->key == NULL)
    identity->hint = g_strdup (_("the board tells neither an address nor anything else it could be known by: bluetoothd gives it one that "
                                 "another such board may have had; StaticAddress= gives it one of its own"));
  else if (facts->serial == NULL || facts->serial[0] == '\0')
    identity->hint = g_strdup (_("the board tells neither an address nor a serial number: it is known by where it is plugged in, and a board "
                                 "that is plugged in there instead gets its address"));
}

static gboolean
decide_public (const PrwIdentityFacts *facts, const char *wanted, PrwIdentity *identity, GError **error)
{
  if (!is_public (wanted))
    return fail (error, G_IO_ERROR_INVALID_ARGUMENT, wanted, _("no public address"));
  if (!facts->may_write && is_public (facts->public_address))
    return fail (error, G_IO_ERROR_NOT_SUPPORTED, wanted,
                 _("the board has another public address, and its firmware cannot be given one (it has no Write BD_ADDR)"));
  if (!facts->may_write)
    return fail (error, G_IO_ERROR_NOT_SUPPORTED, wanted,
                 _("the firmware cannot be given a public address (it has no Write BD_ADDR): use a static random one"));
  set (identity, PRW_IDENTITY_WRITTEN, wanted);
  return TRUE;
}

gboolean
prw_identity_decide (const PrwIdentityFacts *facts, const char *wanted, const char *wanted_public, PrwIdentity *identity, GError **error)
{
  memset (identity, 0, sizeof *identity);
  if (is_public (facts->public_address) && (wanted_public == NULL || g_ascii_strcasecmp (wanted_public, facts->public_address) == 0))
    {
      set (identity, PRW_IDENTITY_PUBLIC, facts->public_address);
      return TRUE;
    }
  if (wanted_public != NULL)
    return decide_public (facts, wanted_public, identity, error);
  identity->needs_claim = TRUE;
  if (wanted == NULL || g_str_equal (wanted, "auto"))
    decide_auto (facts, identity);
  else if (g_str_equal (wanted, "none"))
    {
      set (identity, PRW_IDENTITY_NONE, NULL);
      identity->hint = g_strdup (_("bluetoothd gives it any address that is free, or makes one up"));
    }
  else if (prw_identity_is_static (wanted))
    set (identity, PRW_IDENTITY_CONFIGURED, wanted);
  else
    return fail (error, G_IO_ERROR_INVALID_ARGUMENT, wanted,
                 _("no static random address: the first octet is C0 to FF, the rest not all 0 or all 1"));
  return TRUE;
}
