/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/broker.h"

/* bluetoothd has one question to us at a time for each of its agents; more than this is not questions but a flood. */
#define MAX_OPEN 64

/* What the broker keeps of a request. */
typedef struct
{
  PrwBroker *broker;
  PrwRequest *request;
  gboolean waits; /* stays open with nobody to ask */
  guint alarm;    /* its deadline while open, then when to forget it */
} Entry;

struct _PrwBroker
{
  GObject parent;
  PrwClock *clock;
  PrwHandlers *handlers;
  GHashTable *entries; /* id → Entry */
  guint next_id;
  guint n_open;
};

enum { PROP_OPEN_REQUESTS = 1, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { REQUEST_OPENED, REQUEST_CLOSED, REQUEST_FORGOTTEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PrwBroker, prw_broker, G_TYPE_OBJECT)

static void
entry_free (Entry *entry)
{
  prw_clock_clear_alarm (entry->broker->clock, &entry->alarm);
  g_signal_handlers_disconnect_by_data (entry->request, entry);
  g_object_unref (entry->request);
  g_free (entry);
}

static gboolean
on_forget (gpointer data)
{
  Entry *entry = data;
  PrwBroker *self = entry->broker;
  g_autoptr (PrwRequest) request = g_object_ref (entry->request);

  entry->alarm = 0;
  g_hash_table_remove (self->entries, GUINT_TO_POINTER (prw_request_get_id (request)));
  g_signal_emit (self, signals[REQUEST_FORGOTTEN], 0, request);
  return G_SOURCE_REMOVE;
}

static void
on_request_closed (PrwRequest *request, guint state, Entry *entry)
{
  PrwBroker *self = entry->broker;

  prw_clock_clear_alarm (self->clock, &entry->alarm);
  entry->alarm = prw_clock_add_alarm (self->clock, PRW_REQUEST_KEEP, on_forget, entry);
  self->n_open--;
  g_signal_emit (self, signals[REQUEST_CLOSED], 0, request);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OPEN_REQUESTS]);
}

static gboolean
on_deadline (gpointer data)
{
  Entry *entry = data;

  entry->alarm = 0;
  prw_request_close (entry->request, PRW_REQUEST_STATE_EXPIRED);
  return G_SOURCE_REMOVE;
}

static gboolean
is_unattended (Entry *entry)
{
  return !entry->waits && !prw_handlers_can_answer (entry->broker->handlers, prw_request_get_event (entry->request),
                                                    prw_request_get_peer (entry->request));
}

PrwRequest *
prw_broker_ask (PrwBroker *self, const PrwQuestion *question, gboolean without_handler, PrwRequestFunc func, gpointer user_data,
                GDestroyNotify destroy)
{
  PrwRequest *request = prw_request_new (++self->next_id, question, prw_clock_now (self->clock) + question->lifetime, func, user_data, destroy);
  Entry *entry = g_new0 (Entry, 1);

  entry->broker = self;
  entry->request = request;
  entry->waits = without_handler;
  g_hash_table_insert (self->entries, GUINT_TO_POINTER (self->next_id), entry);
  g_signal_connect (request, "closed", G_CALLBACK (on_request_closed), entry);
  self->n_open++;
  g_object_ref (request);
  g_message ("request %u: %s, about %s (%s)", self->next_id, prw_event_to_string (question->event), question->peer, question->peer_name);
  if (self->n_open > MAX_OPEN)
    prw_request_close (request, PRW_REQUEST_STATE_UNAVAILABLE);
  else if (is_unattended (entry))
    prw_request_close (request, PRW_REQUEST_STATE_NO_HANDLER);
  else
    {
      entry->alarm = prw_clock_add_alarm (self->clock, question->lifetime, on_deadline, entry);
      g_signal_emit (self, signals[REQUEST_OPENED], 0, request);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OPEN_REQUESTS]);
    }
  return request;
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  guint first = prw_request_get_id (*(PrwRequest *const *) a), second = prw_request_get_id (*(PrwRequest *const *) b);

  return (first > second) - (first < second);
}

GPtrArray *
prw_broker_get_open (PrwBroker *self)
{
  GPtrArray *open = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (prw_request_get_state (((Entry *) value)->request) == PRW_REQUEST_STATE_OPEN)
      g_ptr_array_add (open, g_object_ref (((Entry *) value)->request));
  g_ptr_array_sort (open, by_number);
  return open;
}

void
prw_broker_close (PrwBroker *self, const char *peer, guint events, PrwRequestState state)
{
  g_autoptr (GPtrArray) open = NULL;

  if (self->n_open == 0)
    return;
  open = prw_broker_get_open (self);
  for (guint i = 0; i < open->len; i++)
    if ((peer == NULL || g_str_equal (peer, prw_request_get_peer (open->pdata[i]))) &&
        (prw_request_get_event (open->pdata[i]) & events) != 0)
      prw_request_close (open->pdata[i], state);
}

void
prw_broker_give_up (PrwBroker *self, PrwRequest *request)
{
  Entry *entry = g_hash_table_lookup (self->entries, GUINT_TO_POINTER (prw_request_get_id (request)));

  if (entry != NULL && !entry->waits)
    prw_request_close (request, PRW_REQUEST_STATE_NO_HANDLER);
}

static void
on_handlers_changed (PrwBroker *self)
{
  g_autoptr (GPtrArray) open = prw_broker_get_open (self);

  for (guint i = 0; i < open->len; i++)
    {
      Entry *entry = g_hash_table_lookup (self->entries, GUINT_TO_POINTER (prw_request_get_id (open->pdata[i])));

      if (entry != NULL && is_unattended (entry))
        prw_request_close (entry->request, PRW_REQUEST_STATE_NO_HANDLER);
    }
}

static void
prw_broker_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_OPEN_REQUESTS)
    g_value_set_uint (value, PRW_BROKER (object)->n_open);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
prw_broker_dispose (GObject *object)
{
  PrwBroker *self = PRW_BROKER (object);

  if (self->handlers != NULL)
    g_signal_handlers_disconnect_by_data (self->handlers, self);
  prw_broker_close (self, NULL, PRW_EVENT_ALL, PRW_REQUEST_STATE_UNAVAILABLE);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_object (&self->handlers);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (prw_broker_parent_class)->dispose (object);
}

static void
prw_broker_class_init (PrwBrokerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const char *const names[N_SIGNALS] = { "request-opened", "request-closed", "request-forgotten" };

  object_class->get_property = prw_broker_get_property;
  object_class->dispose = prw_broker_dispose;
  props[PROP_OPEN_REQUESTS] =
    g_param_spec_uint ("open-requests", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], PRW_TYPE_BROKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, PRW_TYPE_REQUEST);
}

static void
prw_broker_init (PrwBroker *self)
{
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) entry_free);
}

PrwBroker *
prw_broker_new (PrwClock *clock, PrwHandlers *handlers)
{
  PrwBroker *self = g_object_new (PRW_TYPE_BROKER, NULL);

  self->clock = g_object_ref (clock);
  self->handlers = g_object_ref (handlers);
  g_signal_connect_swapped (handlers, "changed", G_CALLBACK (on_handlers_changed), self);
  return self;
}
