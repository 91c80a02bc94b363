/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/connections.h"

struct _PrwConnections
{
  guint16 index;
  PrwConnectionsListFunc list;
  gpointer list_data;
  GPtrArray *all;   /* of PrwConnection, the oldest first */
  guint generation; /* grows when somebody comes or goes */
};

PrwConnections *
prw_connections_new (guint16 index, PrwConnectionsListFunc list, gpointer data)
{
  PrwConnections *self = g_new0 (PrwConnections, 1);

  self->index = index;
  self->list = list;
  self->list_data = data;
  self->all = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
prw_connections_free (PrwConnections *self)
{
  g_ptr_array_unref (self->all);
  g_free (self);
}

PrwConnection *
prw_connections_find (PrwConnections *self, PrwTransport transport, const char *address)
{
  for (guint i = self->all->len; i > 0; i--)
    {
      PrwConnection *c = self->all->pdata[i - 1];

      if (c->device.transport == transport && (g_str_equal (c->device.address, address) || g_str_equal (c->random_address, address)))
        return c;
    }
  return NULL;
}

/* The oldest that has ended goes first; with none ended, the oldest: its frames will find it again in the kernel's list. */
static void
make_room (PrwConnections *self)
{
  guint victim = 0;

  if (self->all->len < PRW_CONNECTIONS_MAX)
    return;
  for (guint i = 0; i < self->all->len; i++)
    if (!((PrwConnection *) self->all->pdata[i])->connected)
      {
        victim = i;
        break;
      }
  g_ptr_array_remove_index (self->all, victim);
}

static PrwConnection *
add (PrwConnections *self, PrwTransport transport, const char *address, PrwAddressType type)
{
  PrwConnection *c = g_new0 (PrwConnection, 1);

  make_room (self);
  g_strlcpy (c->device.address, address, sizeof c->device.address);
  c->device.transport = transport;
  c->device.type = type;
  c->handle = -1;
  g_ptr_array_add (self->all, c);
  return c;
}

/* A handle is one connection's at a time: who had it before has it no more. */
static void
set_handle (PrwConnections *self, PrwConnection *connection, guint16 handle)
{
  for (guint i = 0; i < self->all->len; i++)
    {
      PrwConnection *c = self->all->pdata[i];

      if (c->handle == handle)
        c->handle = -1;
    }
  connection->handle = handle;
  connection->verified = self->generation;
}

static void
take_listed (PrwConnections *self, const PrwListedConnection *listed)
{
  PrwConnection *c = prw_connections_find (self, listed->transport, listed->address);

  if (c == NULL)
    c = add (self, listed->transport, listed->address,
             listed->transport == PRW_TRANSPORT_BREDR ? PRW_ADDRESS_TYPE_PUBLIC : PRW_ADDRESS_TYPE_UNKNOWN);
  c->connected = TRUE;
  c->encrypted = listed->encrypted;
  if (listed->transport == PRW_TRANSPORT_LE)
    c->role = listed->central ? PRW_ROLE_CENTRAL : PRW_ROLE_PERIPHERAL;
  set_handle (self, c, listed->handle);
}

/* What the kernel has now. One place is left for whom the caller has just added. */
static void
refresh (PrwConnections *self)
{
  g_autoptr (GArray) now = self->list (self->index, self->list_data);

  for (guint i = 0; i < MIN (now->len, PRW_CONNECTIONS_MAX - 1); i++)
    take_listed (self, &g_array_index (now, PrwListedConnection, i));
}

PrwConnection *
prw_connections_connected (PrwConnections *self, const PrwMgmtAddress *device, gboolean initiated)
{
  PrwConnection *c = prw_connections_find (self, device->transport, device->address);

  self->generation++;
  if (c != NULL && !c->connected)
    {
      /* it is back: the last connection's frames are history */
      g_ptr_array_remove (self->all, c);
      c = NULL;
    }
  if (c == NULL)
    {
      c = add (self, device->transport, device->address, device->type);
      c->connected = TRUE;
      if (device->transport == PRW_TRANSPORT_LE)
        c->role = initiated ? PRW_ROLE_CENTRAL : PRW_ROLE_UNKNOWN; /* older kernels never say that we did */
    }
  c->device.type = device->type;
  refresh (self);
  return prw_connections_find (self, device->transport, device->address);
}

static PrwConnection *
with_handle (PrwConnections *self, guint16 handle)
{
  for (guint i = 0; i < self->all->len; i++)
    {
      PrwConnection *c = self->all->pdata[i];

      if (c->handle == handle)
        return c;
    }
  return NULL;
}

PrwConnection *
prw_connections_find_handle (PrwConnections *self, guint16 handle)
{
  PrwConnection *c = with_handle (self, handle);

  if (c != NULL && c->connected && c->verified == self->generation)
    return c;
  /* One that has ended keeps its handle until somebody else has it in the kernel's list. */
  refresh (self);
  return with_handle (self, handle);
}

static void
end (PrwConnections *self, PrwConnection *connection)
{
  self->generation++;
  connection->connected = FALSE;
}

PrwConnection *
prw_connections_disconnected (PrwConnections *self, const PrwMgmtAddress *device)
{
  PrwConnection *c = prw_connections_find (self, device->transport, device->address);

  if (c != NULL)
    end (self, c);
  return c;
}

void
prw_connections_identified (PrwConnections *self, const char *random_address, const PrwMgmtAddress *identity,
                            char before[PRW_ADDRESS_LEN + 1])
{
  PrwConnection *c = prw_connections_find (self, identity->transport, random_address);

  g_strlcpy (before, c != NULL ? c->device.address : random_address, PRW_ADDRESS_LEN + 1);
  if (c == NULL || g_str_equal (c->device.address, identity->address))
    return;
  for (guint i = 0; i < self->all->len; i++)
    {
      PrwConnection *other = self->all->pdata[i];

      /* it was here before under its identity, and left */
      if (other != c && other->device.transport == identity->transport && g_str_equal (other->device.address, identity->address))
        g_ptr_array_remove_index (self->all, i--);
    }
  g_strlcpy (c->random_address, random_address, sizeof c->random_address);
  c->device = *identity;
}

PrwConnection *
prw_connections_end_next (PrwConnections *self)
{
  for (guint i = 0; i < self->all->len; i++)
    {
      PrwConnection *c = self->all->pdata[i];

      if (c->connected || c->announced)
        {
          end (self, c);
          return c;
        }
    }
  return NULL;
}
