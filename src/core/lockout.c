/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/lockout.h"

#include "core/audit.h"

typedef struct
{
  PrwLockout *owner;
  guint failures;
  gint64 last; /* of them, CLOCK_BOOTTIME µs */
  guint alarm; /* the end of the lock of an adapter */
} Entry;

struct _PrwLockout
{
  PrwClock *clock;
  PrwLockoutFunc changed; /* (nullable) */
  gpointer changed_data;
  guint failures;
  gint64 length;        /* µs */
  GHashTable *peers;    /* "hci0 AA:BB:…" → Entry */
  GHashTable *adapters; /* "hci0" → Entry */
};

static void
entry_free (Entry *entry)
{
  prw_clock_clear_alarm (entry->owner->clock, &entry->alarm);
  g_free (entry);
}

PrwLockout *
prw_lockout_new (PrwClock *clock, PrwLockoutFunc changed, gpointer user_data)
{
  PrwLockout *self = g_new0 (PrwLockout, 1);

  self->clock = g_object_ref (clock);
  self->changed = changed;
  self->changed_data = user_data;
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) entry_free);
  self->adapters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) entry_free);
  return self;
}

void
prw_lockout_free (PrwLockout *self)
{
  g_hash_table_unref (self->peers);
  g_hash_table_unref (self->adapters);
  g_object_unref (self->clock);
  g_free (self);
}

void
prw_lockout_configure (PrwLockout *self, guint failures, guint seconds)
{
  self->failures = failures;
  self->length = (gint64) seconds * G_USEC_PER_SEC;
}

static char *
peer_key (const char *adapter, const char *address)
{
  return g_strconcat (adapter, " ", address, NULL);
}

static gboolean
is_stale (PrwLockout *self, Entry *entry)
{
  return prw_clock_now (self->clock) - entry->last >= self->length;
}

static gboolean
is_locked (PrwLockout *self, GHashTable *entries, const char *key)
{
  Entry *entry = g_hash_table_lookup (entries, key);

  return self->failures > 0 && entry != NULL && entry->failures >= self->failures && !is_stale (self, entry);
}

static void
notify_changed (PrwLockout *self)
{
  if (self->changed != NULL)
    self->changed (self->changed_data);
}

static gboolean
on_lock_over (gpointer data)
{
  Entry *entry = data;

  entry->alarm = 0;
  notify_changed (entry->owner);
  return G_SOURCE_REMOVE;
}

/* Those of adapters stay: there are few, and no flood of addresses may unlock one. */
static void
make_room (PrwLockout *self)
{
  GHashTableIter iter;
  gpointer key, value, oldest = NULL;
  gint64 oldest_time = G_MAXINT64;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (is_stale (self, value))
        g_hash_table_iter_remove (&iter);
      else if (((Entry *) value)->last < oldest_time)
        {
          oldest = key;
          oldest_time = ((Entry *) value)->last;
        }
    }
  if (oldest != NULL && g_hash_table_size (self->peers) >= PRW_LOCKOUT_MAX_ENTRIES)
    g_hash_table_remove (self->peers, oldest);
}

static Entry *
count (PrwLockout *self, GHashTable *entries, const char *key)
{
  Entry *entry = g_hash_table_lookup (entries, key);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->owner = self;
      g_hash_table_insert (entries, g_strdup (key), entry);
    }
  else if (is_stale (self, entry))
    entry->failures = 0;
  entry->failures++;
  entry->last = prw_clock_now (self->clock);
  if (entry->failures == self->failures)
    prw_audit_lockout (key, self->length / G_USEC_PER_SEC, entry->failures);
  return entry;
}

static void
count_unanswered (PrwLockout *self, const char *adapter)
{
  Entry *entry = count (self, self->adapters, adapter);

  if (!is_locked (self, self->adapters, adapter))
    return;
  prw_clock_clear_alarm (self->clock, &entry->alarm);
  entry->alarm = prw_clock_add_alarm (self->clock, self->length, on_lock_over, entry);
  notify_changed (self);
}

void
prw_lockout_fail (PrwLockout *self, const char *adapter, const char *address, gboolean unanswered)
{
  g_autofree char *key = peer_key (adapter, address);

  if (self->failures == 0 || self->length == 0)
    return;
  if (g_hash_table_size (self->peers) >= PRW_LOCKOUT_MAX_ENTRIES && !g_hash_table_contains (self->peers, key))
    make_room (self);
  count (self, self->peers, key);
  if (unanswered)
    count_unanswered (self, adapter);
}

void
prw_lockout_succeed (PrwLockout *self, const char *adapter, const char *address)
{
  g_autofree char *key = peer_key (adapter, address);
  gboolean was_locked = prw_lockout_is_adapter_locked (self, adapter);

  g_hash_table_remove (self->peers, key);
  g_hash_table_remove (self->adapters, adapter);
  if (was_locked)
    notify_changed (self);
}

gboolean
prw_lockout_is_adapter_locked (PrwLockout *self, const char *adapter)
{
  return is_locked (self, self->adapters, adapter);
}

gboolean
prw_lockout_is_locked (PrwLockout *self, const char *adapter, const char *address)
{
  g_autofree char *key = NULL;

  if (prw_lockout_is_adapter_locked (self, adapter))
    return TRUE;
  if (g_hash_table_size (self->peers) == 0)
    return FALSE;
  key = peer_key (adapter, address);
  return is_locked (self, self->peers, key);
}

void
prw_lockout_clear (PrwLockout *self, const char *adapter, const char *address)
{
  if (adapter != NULL)
    {
      prw_lockout_succeed (self, adapter, address);
      return;
    }
  g_hash_table_remove_all (self->peers);
  g_hash_table_remove_all (self->adapters);
  notify_changed (self);
}
