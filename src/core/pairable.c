/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/pairable.h"

#define SETTLE_TIME (2 * G_USEC_PER_SEC)
/* How often Pairable is written back when somebody keeps flipping it: a fight is bounded, the last word is ours. A
 * bluetoothd that does not switch at all is asked again after twice the time, each time. */
#define ENFORCE_INTERVAL (G_USEC_PER_SEC / 4)
#define MAX_ENFORCE_INTERVAL (64 * G_USEC_PER_SEC)

typedef struct
{
  PrwPairable *owner;
  char *adapter;
  gboolean borrowed;
  gboolean on;      /* while borrowed */
  GTask *settling;  /* (nullable): the borrower that waits for the switch */
  guint settle_alarm;
  guint enforce_alarm;
  gint64 enforce_interval; /* µs, until the next try */
} Switch;

struct _PrwPairable
{
  GObject parent;
  PrwHost *host;
  PrwClock *clock;
  PrwPairableFunc wanted;
  gpointer wanted_data;
  GHashTable *switches; /* "hciN" → Switch */
};

G_DEFINE_FINAL_TYPE (PrwPairable, prw_pairable, G_TYPE_OBJECT)

static void
switch_free (Switch *sw)
{
  prw_clock_clear_alarm (sw->owner->clock, &sw->settle_alarm);
  prw_clock_clear_alarm (sw->owner->clock, &sw->enforce_alarm);
  g_clear_object (&sw->settling);
  g_free (sw->adapter);
  g_free (sw);
}

static Switch *
ensure_switch (PrwPairable *self, const char *adapter)
{
  Switch *sw = g_hash_table_lookup (self->switches, adapter);

  if (sw == NULL)
    {
      sw = g_new0 (Switch, 1);
      sw->owner = self;
      sw->adapter = g_strdup (adapter);
      sw->enforce_interval = ENFORCE_INTERVAL;
      g_hash_table_insert (self->switches, sw->adapter, sw);
    }
  return sw;
}

static gboolean
switch_goal (Switch *sw)
{
  return sw->borrowed ? sw->on : sw->owner->wanted (sw->adapter, sw->owner->wanted_data);
}

static void
settled (Switch *sw)
{
  g_autoptr (GTask) task = g_steal_pointer (&sw->settling);

  prw_clock_clear_alarm (sw->owner->clock, &sw->settle_alarm);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static gboolean
on_settle_alarm (gpointer data)
{
  Switch *sw = data;

  sw->settle_alarm = 0;
  g_warning ("%s: bluetoothd does not switch Pairable; going on with what there is", sw->adapter);
  settled (sw);
  return G_SOURCE_REMOVE;
}

static gboolean
on_enforce_alarm (gpointer data)
{
  Switch *sw = data;
  PrwAdapter *adapter = prw_host_find_adapter (sw->owner->host, sw->adapter);

  sw->enforce_alarm = 0;
  if (adapter != NULL && adapter->pairable != switch_goal (sw))
    prw_pairable_enforce (sw->owner, adapter);
  return G_SOURCE_REMOVE;
}

void
prw_pairable_enforce (PrwPairable *self, const PrwAdapter *adapter)
{
  Switch *sw = ensure_switch (self, adapter->name);
  gboolean goal = switch_goal (sw);

  if (adapter->pairable == goal)
    {
      sw->enforce_interval = ENFORCE_INTERVAL;
      settled (sw);
      return;
    }
  if (sw->enforce_alarm != 0)
    return;
  sw->enforce_alarm = prw_clock_add_alarm (self->clock, sw->enforce_interval, on_enforce_alarm, sw);
  sw->enforce_interval = MIN (2 * sw->enforce_interval, MAX_ENFORCE_INTERVAL);
  prw_host_set_pairable (self->host, adapter->name, goal);
}

/* A change of what is wanted is written at once, whatever was written a moment ago. */
static void
apply_goal (PrwPairable *self, Switch *sw)
{
  PrwAdapter *adapter = prw_host_find_adapter (self->host, sw->adapter);

  prw_clock_clear_alarm (self->clock, &sw->enforce_alarm);
  sw->enforce_interval = ENFORCE_INTERVAL;
  if (adapter != NULL)
    prw_pairable_enforce (self, adapter);
}

void
prw_pairable_update (PrwPairable *self)
{
  g_autoptr (GList) switches = g_hash_table_get_values (self->switches);

  for (GList *l = switches; l != NULL; l = l->next)
    apply_goal (self, l->data);
}

void
prw_pairable_forget (PrwPairable *self, const char *adapter)
{
  Switch *sw = g_hash_table_lookup (self->switches, adapter);

  if (sw != NULL && !sw->borrowed)
    g_hash_table_remove (self->switches, adapter);
}

void
prw_pairable_borrow_async (PrwPairable *self, const char *adapter_name, gboolean on, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Switch *sw = ensure_switch (self, adapter_name);
  PrwAdapter *adapter = prw_host_find_adapter (self->host, adapter_name);

  settled (sw);
  sw->borrowed = TRUE;
  sw->on = on;
  if (adapter == NULL || adapter->pairable == on)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  sw->settling = g_steal_pointer (&task);
  sw->settle_alarm = prw_clock_add_alarm (self->clock, SETTLE_TIME, on_settle_alarm, sw);
  apply_goal (self, sw);
}

gboolean
prw_pairable_borrow_finish (PrwPairable *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
prw_pairable_hurry (PrwPairable *self, const char *adapter)
{
  settled (ensure_switch (self, adapter));
}

void
prw_pairable_give_back (PrwPairable *self, const char *adapter)
{
  Switch *sw = ensure_switch (self, adapter);

  sw->borrowed = FALSE;
  apply_goal (self, sw);
}

static void
prw_pairable_finalize (GObject *object)
{
  PrwPairable *self = PRW_PAIRABLE (object);

  g_clear_pointer (&self->switches, g_hash_table_unref);
  g_clear_object (&self->host);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (prw_pairable_parent_class)->finalize (object);
}

static void
prw_pairable_class_init (PrwPairableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_pairable_finalize;
}

static void
prw_pairable_init (PrwPairable *self)
{
  self->switches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) switch_free);
}

PrwPairable *
prw_pairable_new (PrwHost *host, PrwClock *clock, PrwPairableFunc wanted, gpointer user_data)
{
  PrwPairable *self = g_object_new (PRW_TYPE_PAIRABLE, NULL);

  self->host = g_object_ref (host);
  self->clock = g_object_ref (clock);
  self->wanted = wanted;
  self->wanted_data = user_data;
  return self;
}
