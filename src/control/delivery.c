/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/delivery.h"

struct _PrwDeliveries
{
  PrwEngine *engine;
  GDBusConnection *connection;
  PrwAuthority *authority;
  GHashTable *queues; /* handler → GQueue of Delivery, the oldest question first */
};

static void
deliveries_clear (gpointer data)
{
  PrwDeliveries *self = data;

  g_hash_table_unref (self->queues);
  g_object_unref (self->authority);
  g_object_unref (self->connection);
  g_object_unref (self->engine);
}

static void
deliveries_unref (PrwDeliveries *self)
{
  g_rc_box_release_full (self, deliveries_clear);
}

/* One question to all whom it concerns; held by each delivery. */
typedef struct
{
  PrwDeliveries *owner;
  PrwRequest *request;
  const char *signal;
  GVariant *parameters;
  GStrv handlers;
  gboolean heard; /* by one of them */
  gulong closed_id;
} Round;

/* One question to one handler; held by its queue, and by the check. */
typedef struct
{
  Round *round;
  const char *destination;
  gboolean answered; /* by the authority */
  GError *problem;   /* (nullable): why it may not hear it */
} Delivery;

static GStrv
concerned (Round *round)
{
  return prw_handlers_concerned (prw_engine_get_handlers (round->owner->engine), prw_request_get_event (round->request),
                                 prw_request_get_peer (round->request));
}

static gboolean
is_open (Round *round)
{
  return prw_request_get_state (round->request) == PRW_REQUEST_STATE_OPEN;
}

/* All that are concerned were denied it: as good as no handler, and bluetoothd asks nothing else meanwhile. Who has come since
 * finds the question among the open ones. */
static gboolean
is_unheard (Round *round)
{
  g_auto (GStrv) now = concerned (round);

  for (guint i = 0; now[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) round->handlers, now[i]))
      return FALSE;
  return !round->heard;
}

static void
round_clear (gpointer data)
{
  Round *round = data;

  g_signal_handler_disconnect (round->request, round->closed_id);
  if (is_open (round) && round->handlers[0] != NULL && is_unheard (round))
    {
      g_message ("no handler may answer request %u", prw_request_get_id (round->request));
      prw_broker_give_up (prw_engine_get_broker (round->owner->engine), round->request);
    }
  g_strfreev (round->handlers);
  g_variant_unref (round->parameters);
  g_object_unref (round->request);
  deliveries_unref (round->owner);
}

static void
round_unref (Round *round)
{
  g_rc_box_release_full (round, round_clear);
}

static void
delivery_clear (gpointer data)
{
  Delivery *delivery = data;

  g_clear_error (&delivery->problem);
  round_unref (delivery->round);
}

static void
delivery_unref (Delivery *delivery)
{
  g_rc_box_release_full (delivery, delivery_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Delivery, delivery_unref)

/* Its turn has come. */
static void
deliver (Delivery *delivery)
{
  Round *round = delivery->round;
  g_auto (GStrv) now = concerned (round);

  if (!is_open (round))
    return;
  if (delivery->problem != NULL)
    g_message ("%s is a handler and does not hear of request %u: %s", delivery->destination, prw_request_get_id (round->request),
               delivery->problem->message);
  else if (g_strv_contains ((const char *const *) now, delivery->destination))
    {
      round->heard = TRUE;
      g_dbus_connection_emit_signal (round->owner->connection, delivery->destination, prw_request_get_peer (round->request),
                                     "org.pairward.SecurityManager1", round->signal, round->parameters, NULL);
    }
}

static void
queue_free (gpointer queue)
{
  g_queue_free_full (queue, (GDestroyNotify) delivery_unref);
}

/* Nothing waits for the authority's word on a question that is closed. Nor longer than the authority takes at the most. */
static void
go_on (PrwDeliveries *self, const char *destination)
{
  GQueue *queue;

  while ((queue = g_hash_table_lookup (self->queues, destination)) != NULL)
    {
      Delivery *first = g_queue_peek_head (queue);

      if (is_open (first->round) && !first->answered)
        return;
      g_queue_pop_head (queue);
      if (queue->length == 0)
        g_hash_table_remove (self->queues, destination);
      deliver (first);
      delivery_unref (first);
    }
}

static void
on_closed (PrwRequest *request, guint state, Round *round)
{
  Round *held = g_rc_box_acquire (round); /* it may have waited for nothing else */

  for (guint i = 0; round->handlers[i] != NULL; i++)
    go_on (round->owner, round->handlers[i]);
  round_unref (held);
}

static void
on_may_hear (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Delivery) delivery = data;

  prw_authority_check_finish (PRW_AUTHORITY (source), result, &delivery->problem);
  delivery->answered = TRUE;
  go_on (delivery->round->owner, delivery->destination);
}

static void
enqueue (PrwDeliveries *self, Delivery *delivery)
{
  GQueue *queue = g_hash_table_lookup (self->queues, delivery->destination);

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (self->queues, g_strdup (delivery->destination), queue);
    }
  g_queue_push_tail (queue, g_rc_box_acquire (delivery));
}

void
prw_deliveries_send (PrwDeliveries *self, PrwRequest *request, const char *signal, GVariant *parameters)
{
  Round *round = g_rc_box_new0 (Round);

  round->owner = g_rc_box_acquire (self);
  round->request = g_object_ref (request);
  round->signal = signal;
  round->parameters = g_variant_ref_sink (parameters);
  round->handlers = concerned (round);
  round->closed_id = g_signal_connect (request, "closed", G_CALLBACK (on_closed), round);
  for (guint i = 0; round->handlers[i] != NULL; i++)
    {
      Delivery *delivery = g_rc_box_new0 (Delivery);

      delivery->round = g_rc_box_acquire (round);
      delivery->destination = round->handlers[i];
      enqueue (self, delivery);
      prw_authority_check_async (self->authority, delivery->destination, PRW_RIGHT_RESPOND, FALSE, on_may_hear, delivery);
    }
  round_unref (round);
}

PrwDeliveries *
prw_deliveries_new (PrwEngine *engine, GDBusConnection *connection, PrwAuthority *authority)
{
  PrwDeliveries *self = g_rc_box_new0 (PrwDeliveries);

  self->engine = g_object_ref (engine);
  self->connection = g_object_ref (connection);
  self->authority = g_object_ref (authority);
  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  return self;
}

void
prw_deliveries_free (PrwDeliveries *self)
{
  deliveries_unref (self);
}
