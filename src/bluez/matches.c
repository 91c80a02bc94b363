/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/matches.h"

#include "bluez/context.h"

struct _PrwBluezMatches
{
  GDBusConnection *connection;
  char *presence; /* the beginning of each rule of that kind, which alone is the rule for every object */
  char *changes;
  char *adapters;
  GHashTable *rules; /* text → Rule */
  guint sent;
  guint beyond;      /* rules for which there was no room */
};

typedef struct
{
  guint count;
  gboolean sent;
} Rule;

static void
send_rule (PrwBluezMatches *self, const char *method, const char *rule)
{
  /* Without a callback no reply is asked for. The bus works through our messages in order, so a call sent after this is
   * answered with the rule in force. */
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
                          g_variant_new ("(s)", rule), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void
send_wide_rules (PrwBluezMatches *self, const char *method)
{
  send_rule (self, method, self->presence);
  send_rule (self, method, self->changes);
}

static char *
rule_for (PrwBluezMatches *self, const char *path, PrwBluezMatch match)
{
  switch (match)
    {
    case PRW_BLUEZ_MATCH_PRESENCE:
      /* arg0path without a '/' at its end matches only this very path. */
      return g_strdup_printf ("%s,arg0path='%s'", self->presence, path);
    case PRW_BLUEZ_MATCH_CHANGES:
      return g_strdup_printf ("%s,path='%s'", self->changes, path);
    }
  return NULL;
}

void
prw_bluez_matches_add (PrwBluezMatches *self, const char *path, PrwBluezMatch match)
{
  g_autofree char *text = NULL;
  Rule *rule;

  if (self == NULL)
    return;
  text = rule_for (self, path, match);
  rule = g_hash_table_lookup (self->rules, text);
  if (rule == NULL)
    {
      rule = g_new0 (Rule, 1);
      rule->sent = self->sent < PRW_BLUEZ_MATCHES_MAX;
      if (rule->sent)
        {
          self->sent++;
          send_rule (self, "AddMatch", text);
        }
      else if (self->beyond++ == 0)
        send_wide_rules (self, "AddMatch");
      g_hash_table_insert (self->rules, g_steal_pointer (&text), rule);
    }
  rule->count++;
}

void
prw_bluez_matches_remove (PrwBluezMatches *self, const char *path, PrwBluezMatch match)
{
  g_autofree char *text = NULL;
  Rule *rule;

  if (self == NULL)
    return;
  text = rule_for (self, path, match);
  rule = g_hash_table_lookup (self->rules, text);
  g_return_if_fail (rule != NULL);
  if (--rule->count > 0)
    return;
  if (rule->sent)
    {
      self->sent--;
      send_rule (self, "RemoveMatch", text);
    }
  else if (--self->beyond == 0)
    send_wide_rules (self, "RemoveMatch");
  g_hash_table_remove (self->rules, text);
}

PrwBluezMatches *
prw_bluez_matches_new (GDBusConnection *connection, const char *owner)
{
  PrwBluezMatches *self = g_new0 (PrwBluezMatches, 1);

  self->connection = g_object_ref (connection);
  self->presence = g_strdup_printf ("type='signal',sender='%s',interface='" PRW_BLUEZ_OBJECT_MANAGER "',path='/'", owner);
  self->changes = g_strdup_printf ("type='signal',sender='%s',interface='" PRW_BLUEZ_PROPERTIES "',"
                                   "member='PropertiesChanged',arg0='" PRW_BLUEZ_DEVICE "'", owner);
  self->adapters = g_strdup_printf ("type='signal',sender='%s',interface='" PRW_BLUEZ_PROPERTIES "',"
                                    "member='PropertiesChanged',arg0='" PRW_BLUEZ_ADAPTER "'", owner);
  self->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  send_rule (self, "AddMatch", self->adapters);
  return self;
}

void
prw_bluez_matches_free (PrwBluezMatches *self)
{
  GHashTableIter iter;
  gpointer text, rule;

  g_hash_table_iter_init (&iter, self->rules);
  while (g_hash_table_iter_next (&iter, &text, &rule))
    if (((Rule *) rule)->sent)
      send_rule (self, "RemoveMatch", text);
  if (self->beyond > 0)
    send_wide_rules (self, "RemoveMatch");
  send_rule (self, "RemoveMatch", self->adapters);
  g_hash_table_unref (self->rules);
  g_free (self->presence);
  g_free (self->changes);
  g_free (self->adapters);
  g_object_unref (self->connection);
  g_free (self);
}
