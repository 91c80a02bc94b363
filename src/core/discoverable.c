/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/discoverable.h"

/* How long somebody else's "off" is respected before it is taken for bluetoothd's own timeout. */
#define PATIENCE (30 * G_USEC_PER_SEC)

struct _PrwDiscoverable
{
  PrwHost *host;
  PrwClock *clock;
  GHashTable *raised; /* "hciN" → gint64: when, CLOCK_BOOTTIME µs; 0: not since it is there */
};

PrwDiscoverable *
prw_discoverable_new (PrwHost *host, PrwClock *clock)
{
  PrwDiscoverable *self = g_new0 (PrwDiscoverable, 1);

  self->host = g_object_ref (host);
  self->clock = g_object_ref (clock);
  self->raised = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
prw_discoverable_free (PrwDiscoverable *self)
{
  g_hash_table_unref (self->raised);
  g_object_unref (self->clock);
  g_object_unref (self->host);
  g_free (self);
}

void
prw_discoverable_raise (PrwDiscoverable *self, const PrwAdapter *adapter)
{
  gint64 *when = g_hash_table_lookup (self->raised, adapter->name);
  gint64 now = prw_clock_now (self->clock);

  if (adapter->discoverable || !adapter->powered || (when != NULL && *when != 0 && now - *when < PATIENCE))
    return;
  g_hash_table_insert (self->raised, g_strdup (adapter->name), g_memdup2 (&now, sizeof now));
  prw_host_set_discoverable (self->host, adapter->name, TRUE);
}

void
prw_discoverable_lost (PrwDiscoverable *self, const char *adapter)
{
  gint64 *when = g_hash_table_lookup (self->raised, adapter);

  /* bluetoothd stores what was raised: after a restart of it the adapter comes back like that, and is ours to put back. */
  if (when != NULL)
    *when = 0;
}

void
prw_discoverable_restore (PrwDiscoverable *self)
{
  g_autoptr (GHashTable) raised = NULL;
  GHashTableIter iter;
  gpointer adapter;

  if (g_hash_table_size (self->raised) == 0)
    return;
  raised = g_steal_pointer (&self->raised);
  self->raised = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, raised);
  while (g_hash_table_iter_next (&iter, &adapter, NULL))
    prw_host_set_discoverable (self->host, adapter, FALSE);
}
