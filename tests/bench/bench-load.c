/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bench-load.h"
#include "bench-process.h"

#define NO_ANSWER (30 * G_TIME_SPAN_SECOND)

typedef struct
{
  guint32 serial; /* 0: nothing in flight */
  gint64 sent;
  guint turn;
} Slot;

struct _BenchLoad
{
  GDBusConnection *connection;
  guint filter;

  GMutex lock;
  GCond answered;
  const BenchAgent *agent;
  const BenchDevices *devices;
  guint asking;
  guint in_flight;
  guint to_send;
  guint to_answer;
  BenchRun *run;
  Slot slots[BENCH_IN_FLIGHT_MAX];
};

BenchRun *
bench_run_new (void)
{
  BenchRun *self = g_new0 (BenchRun, 1);

  self->latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

void
bench_run_free (BenchRun *self)
{
  g_array_unref (self->latencies);
  g_free (self);
}

static int
compare_int64 (gconstpointer a, gconstpointer b)
{
  const gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

gint64
bench_run_percentile (BenchRun *self, guint percent)
{
  if (self->latencies->len == 0)
    return 0;
  g_array_sort (self->latencies, compare_int64);
  return g_array_index (self->latencies, gint64, (guint64) (self->latencies->len - 1) * percent / 100);
}

/* With the lock held: a reply must find the serial in its slot. */
static void
send_next (BenchLoad *self, Slot *slot)
{
  g_autoptr (GDBusMessage) message = NULL;
  const guint index = (guint) (slot - self->slots) + self->in_flight * (slot->turn % (self->asking / self->in_flight));

  slot->turn++;
  slot->serial = 0;
  if (self->to_send == 0)
    return;

  self->to_send--;
  message = g_dbus_message_new_method_call (self->agent->owner, self->agent->path, "org.bluez.Agent1",
                                            "RequestAuthorization");
  g_dbus_message_set_body (message, g_variant_new ("(o)", bench_devices_path (self->devices, index)));
  slot->sent = bench_now ();
  g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, &slot->serial, NULL);
}

static Slot *
find_slot (BenchLoad *self, guint32 serial)
{
  for (guint i = 0; i < self->in_flight; i++)
    if (serial != 0 && self->slots[i].serial == serial)
      return &self->slots[i];
  return NULL;
}

/* Runs in GDBus's worker thread. */
static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  BenchLoad *self = user_data;
  const GDBusMessageType type = g_dbus_message_get_message_type (message);
  const gint64 now = bench_now ();
  Slot *slot;

  if (!incoming || (type != G_DBUS_MESSAGE_TYPE_METHOD_RETURN && type != G_DBUS_MESSAGE_TYPE_ERROR))
    return message;

  g_mutex_lock (&self->lock);
  slot = find_slot (self, g_dbus_message_get_reply_serial (message));
  if (slot != NULL)
    {
      const gint64 latency = now - slot->sent;

      if (self->run != NULL)
        {
          g_array_append_val (self->run->latencies, latency);
          self->run->refused += type == G_DBUS_MESSAGE_TYPE_ERROR;
        }
      send_next (self, slot);
      if (--self->to_answer == 0)
        g_cond_signal (&self->answered);
    }
  g_mutex_unlock (&self->lock);
  if (slot == NULL)
    return message;

  g_object_unref (message);
  return NULL;
}

BenchLoad *
bench_load_new (GDBusConnection *connection)
{
  BenchLoad *self = g_new0 (BenchLoad, 1);

  self->connection = g_object_ref (connection);
  g_mutex_init (&self->lock);
  g_cond_init (&self->answered);
  self->filter = g_dbus_connection_add_filter (connection, on_message, self, NULL);
  return self;
}

void
bench_load_free (BenchLoad *self)
{
  /* Nothing arrives any more after this, so that the filter cannot be running. */
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_dbus_connection_remove_filter (self->connection, self->filter);
  g_object_unref (self->connection);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->answered);
  g_free (self);
}

/* With the lock held. The limit is on the next answer, not on all. */
static gboolean
wait_answers (BenchLoad *self)
{
  while (self->to_answer > 0)
    {
      const guint before = self->to_answer;

      if (!g_cond_wait_until (&self->answered, &self->lock, g_get_monotonic_time () + NO_ANSWER) &&
          self->to_answer == before)
        return FALSE;
    }
  return TRUE;
}

gboolean
bench_load_run (BenchLoad *self, const BenchAgent *agent, const BenchDevices *devices, guint asking, guint calls,
                guint in_flight, BenchRun *run)
{
  gint64 started;
  gboolean all;

  g_return_val_if_fail (in_flight > 0 && in_flight <= BENCH_IN_FLIGHT_MAX, FALSE);
  g_return_val_if_fail (asking >= in_flight && asking <= bench_devices_count (devices), FALSE);

  g_mutex_lock (&self->lock);
  self->agent = agent;
  self->devices = devices;
  self->asking = asking;
  self->in_flight = in_flight;
  self->to_send = self->to_answer = calls;
  self->run = run;
  started = bench_now ();
  for (guint i = 0; i < in_flight; i++)
    {
      self->slots[i].turn = 0;
      send_next (self, &self->slots[i]);
    }
  all = wait_answers (self);
  if (run != NULL)
    run->elapsed += bench_now () - started;
  self->run = NULL;
  self->to_send = 0;
  for (guint i = 0; i < in_flight; i++)
    self->slots[i].serial = 0;
  g_mutex_unlock (&self->lock);
  return all;
}
