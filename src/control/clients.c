/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/clients.h"

#include <glib/gi18n.h>

#include "core/error.h"

typedef struct
{
  PrwClients *owner;
  char *name;
  guint watch;
  gboolean is_handler;
  guint reserved;    /* holds on their way */
  GHashTable *holds; /* set of PrwSecurityManager */
} Client;

struct _PrwClients
{
  PrwEngine *engine;
  GDBusConnection *connection;
  GHashTable *clients; /* unique name → Client */
  guint n_holds;       /* of all of them, with those on their way */
};

static guint
count_holds (Client *client)
{
  return client->reserved + g_hash_table_size (client->holds);
}

static void
client_free (Client *client)
{
  PrwEngine *engine = client->owner->engine;
  GHashTableIter iter;
  gpointer peer;

  client->owner->n_holds -= count_holds (client);
  g_bus_unwatch_name (client->watch);
  prw_handlers_remove (prw_engine_get_handlers (engine), client->name);
  g_hash_table_iter_init (&iter, client->holds);
  while (g_hash_table_iter_next (&iter, &peer, NULL))
    prw_engine_leave_peer (engine, peer);
  g_hash_table_unref (client->holds);
  g_free (client->name);
  g_free (client);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer data)
{
  Client *client = data;

  g_hash_table_remove (client->owner->clients, client->name);
}

static Client *
ensure_client (PrwClients *self, const char *name)
{
  Client *client = g_hash_table_lookup (self->clients, name);

  if (client != NULL)
    return client;
  client = g_new0 (Client, 1);
  client->owner = self;
  client->name = g_strdup (name);
  client->holds = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  /* A caller that has left already is seen to be gone by the watch itself. */
  client->watch = g_bus_watch_name_on_connection (self->connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_vanished, client, NULL);
  g_hash_table_insert (self->clients, client->name, client);
  return client;
}

static void
forget_if_idle (PrwClients *self, Client *client)
{
  if (!client->is_handler && count_holds (client) == 0)
    g_hash_table_remove (self->clients, client->name);
}

void
prw_clients_register_handler (PrwClients *self, const char *owner, guint events, const char *const *peers)
{
  ensure_client (self, owner)->is_handler = TRUE;
  prw_handlers_set (prw_engine_get_handlers (self->engine), owner, events, peers);
}

gboolean
prw_clients_unregister_handler (PrwClients *self, const char *owner)
{
  Client *client = g_hash_table_lookup (self->clients, owner);

  if (client == NULL || !client->is_handler)
    return FALSE;
  client->is_handler = FALSE;
  prw_handlers_remove (prw_engine_get_handlers (self->engine), owner);
  forget_if_idle (self, client);
  return TRUE;
}

gboolean
prw_clients_is_full (PrwClients *self)
{
  return self->n_holds + prw_engine_count_left_peers (self->engine) >= PRW_CLIENTS_MAX_HOLDS;
}

gboolean
prw_clients_reserve (PrwClients *self, const char *owner, GError **error)
{
  Client *client = ensure_client (self, owner);

  if (count_holds (client) >= PRW_CLIENT_MAX_HOLDS)
    {
      g_set_error (error, PRW_ERROR, PRW_ERROR_FAILED,
                   ngettext ("one caller may hold %d peer; leave the bus to release it",
                             "one caller may hold %d peers; leave the bus to release them", PRW_CLIENT_MAX_HOLDS),
                   PRW_CLIENT_MAX_HOLDS);
      return FALSE;
    }
  client->reserved++;
  self->n_holds++;
  return TRUE;
}

void
prw_clients_take_hold (PrwClients *self, const char *owner, PrwSecurityManager *peer)
{
  Client *client = g_hash_table_lookup (self->clients, owner);
  gboolean keep = client != NULL && peer != NULL && !g_hash_table_contains (client->holds, peer);

  if (client != NULL)
    client->reserved--;
  if (keep)
    {
      g_hash_table_add (client->holds, peer);
      return;
    }
  if (peer != NULL && client != NULL)
    prw_engine_release_peer (self->engine, peer);
  else if (peer != NULL)
    prw_engine_leave_peer (self->engine, peer);
  g_clear_object (&peer);
  if (client != NULL)
    {
      self->n_holds--;
      forget_if_idle (self, client);
    }
}

PrwClients *
prw_clients_new (PrwEngine *engine, GDBusConnection *connection)
{
  PrwClients *self = g_new0 (PrwClients, 1);

  self->engine = g_object_ref (engine);
  self->connection = g_object_ref (connection);
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) client_free);
  return self;
}

void
prw_clients_free (PrwClients *self)
{
  g_hash_table_unref (self->clients);
  g_object_unref (self->engine);
  g_object_unref (self->connection);
  g_free (self);
}
