/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/agent-manager.h"

#include "bluez/errors.h"

struct _PrwAgentManager
{
  PrwBluezContext *context;
  PrwIoCapability wanted;
  PrwIoCapability registered; /* what current has */
  PrwAgentState state;
  PrwAgent1 *current;         /* (nullable): the registered agent */
  GPtrArray *leaving;         /* of PrwAgent1: replaced, perhaps with a question of bluetoothd still open */
  gboolean main_taken;        /* bluetoothd knows an agent of the host's connection that we do not know */
  gboolean registering;
  guint retry_source;
  guint claim_source;
  gint64 last_claim;          /* monotonic, µs; 0 never: of the default place, beyond the one when registering */
  gint64 own_flip_until;      /* monotonic, µs */
};

/* One attempt to register. Holds the host; moot once another bluetoothd runs. */
typedef struct
{
  PrwAgentManager *manager;
  PrwHost *host;
  guint epoch;
  PrwAgent1 *agent; /* (nullable) */
  PrwIoCapability capability;
  guint replies;    /* that are still to come */
  GError *register_error;
  GError *default_error;
} Attempt;

static void
attempt_free (Attempt *attempt)
{
  g_clear_pointer (&attempt->agent, prw_agent1_discard);
  g_clear_error (&attempt->register_error);
  g_clear_error (&attempt->default_error);
  g_object_unref (attempt->host);
  g_free (attempt);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

/* A call on behalf of an agent that is being left, or a claim. */
typedef struct
{
  PrwAgentManager *manager;
  PrwHost *host;
  guint epoch;
  PrwAgent1 *agent; /* not a reference: compare only */
} Errand;

static Errand *
errand_new (PrwAgentManager *self, PrwAgent1 *agent)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->manager = self;
  errand->host = g_object_ref (self->context->host);
  errand->epoch = self->context->epoch;
  errand->agent = agent;
  return errand;
}

static void
errand_free (Errand *errand)
{
  g_object_unref (errand->host);
  g_free (errand);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

static void
set_state (PrwAgentManager *self, PrwAgentState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_info ("The pairing agent is %s now", prw_agent_state_to_string (state));
  g_signal_emit_by_name (self->context->host, "agent-state-changed");
}

void
prw_agent_manager_expect_flip (PrwAgentManager *self)
{
  self->own_flip_until = g_get_monotonic_time () + (gint64) self->context->times.own_flip * 1000;
}

static void
call_manager (PrwAgentManager *self, PrwAgent1 *agent, const char *method, GVariant *parameters, guint timeout,
              GAsyncReadyCallback callback, gpointer data)
{
  prw_agent_manager_expect_flip (self);
  prw_bluez_context_call (self->context, prw_agent1_get_connection (agent), "/org/bluez", PRW_BLUEZ_AGENT_MANAGER, method,
                          parameters, NULL, timeout, NULL, callback, data);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);
  PrwAgentManager *self = errand->manager;

  if (errand->epoch != self->context->epoch || self->context->stopping)
    return;
  if (error != NULL)
    g_info ("Unregistering the former pairing agent: %s", error->message);
  prw_agent_manager_expect_flip (self);
  if (g_ptr_array_remove_fast (self->leaving, errand->agent))
    prw_agent1_discard (errand->agent);
}

static void
leave (PrwAgent1 *agent, gpointer data)
{
  PrwAgentManager *self = data;

  if (self->context->owner != NULL && !self->context->stopping)
    call_manager (self, agent, "UnregisterAgent", g_variant_new ("(o)", prw_agent1_get_path (agent)), self->context->times.call,
                  on_left, errand_new (self, agent));
}

static void
on_caught_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);
  PrwAgentManager *self = errand->manager;

  if (errand->epoch != self->context->epoch || self->context->stopping)
    return;
  if (error != NULL)
    g_info ("The bus does not answer the former pairing agent: %s", error->message);
  if (prw_agent1_is_busy (errand->agent))
    prw_agent1_set_idle_func (errand->agent, leave, self);
  else
    leave (errand->agent, self);
}

/*
 * BlueZ drops the question of an agent that unregisters, and the pairing with it: let it be answered first. Such a question
 * may still be on its way, on another connection than the answer that brought us here: whatever bluetoothd sent before that
 * answer has come when the bus has answered us on the agent's own connection.
 */
static void
retire (PrwAgentManager *self, PrwAgent1 *agent)
{
  g_ptr_array_add (self->leaving, agent);
  g_dbus_connection_call (prw_agent1_get_connection (agent), "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
                          (int) self->context->times.call, NULL, on_caught_up, errand_new (self, agent));
}

static void begin (PrwAgentManager *self);

static gboolean
on_retry (gpointer data)
{
  PrwAgentManager *self = data;

  self->retry_source = 0;
  begin (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry (PrwAgentManager *self)
{
  if (self->retry_source == 0)
    self->retry_source = g_timeout_add (self->context->times.retry, on_retry, self);
}

static void schedule_claim (PrwAgentManager *self);

/* @error: (nullable): why the agent is not the default one */
static void
set_claimed (PrwAgentManager *self, const GError *error)
{
  g_clear_handle_id (&self->claim_source, g_source_remove);
  if (error != NULL)
    {
      g_warning ("bluetoothd does not make this its default agent: %s", error->message);
      self->last_claim = g_get_monotonic_time ();
      schedule_claim (self);
    }
  set_state (self, error == NULL ? PRW_AGENT_STATE_DEFAULT : PRW_AGENT_STATE_REGISTERED);
}

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);
  PrwAgentManager *self = errand->manager;

  if (errand->epoch != self->context->epoch || errand->agent != self->current || self->context->stopping)
    return;
  prw_agent_manager_expect_flip (self);
  set_claimed (self, error);
}

static gboolean
on_claim (gpointer data)
{
  PrwAgentManager *self = data;

  self->claim_source = 0;
  if (self->current == NULL || self->context->owner == NULL || self->context->stopping)
    return G_SOURCE_REMOVE;
  self->last_claim = g_get_monotonic_time ();
  call_manager (self, self->current, "RequestDefaultAgent", g_variant_new ("(o)", prw_agent1_get_path (self->current)),
                self->context->times.call, on_claimed, errand_new (self, self->current));
  return G_SOURCE_REMOVE;
}

static void
schedule_claim (PrwAgentManager *self)
{
  const gint64 interval = (gint64) self->context->times.claim_interval * 1000;
  gint64 due = self->last_claim != 0 ? self->last_claim + interval - g_get_monotonic_time () : 0;

  if (self->claim_source == 0)
    self->claim_source = g_timeout_add ((guint) (MAX (due, 0) / 1000), on_claim, self);
}

void
prw_agent_manager_flipped (PrwAgentManager *self)
{
  if (self->state != PRW_AGENT_STATE_DEFAULT || self->registering || g_get_monotonic_time () < self->own_flip_until)
    return;
  g_message ("Pairable was switched by somebody else: another agent may be the default one now; claiming the place again");
  set_state (self, PRW_AGENT_STATE_REGISTERED);
  schedule_claim (self);
}

static void
on_released (PrwAgent1 *agent, gpointer data)
{
  PrwAgentManager *self = data;

  g_message ("bluetoothd released the pairing agent");
  if (agent != self->current)
    return;
  g_ptr_array_add (self->leaving, g_steal_pointer (&self->current));
  set_state (self, PRW_AGENT_STATE_UNAVAILABLE);
  /* It is about to leave the bus; should it stay after all, be its agent again. */
  schedule_retry (self);
}

static void
registered (PrwAgentManager *self, Attempt *attempt)
{
  PrwAgent1 *former = g_steal_pointer (&self->current);

  self->current = g_steal_pointer (&attempt->agent);
  self->registered = attempt->capability;
  if (former != NULL)
    retire (self, former);
  set_claimed (self, attempt->default_error);
  begin (self); /* the capability may have changed meanwhile */
}

static void
failed (PrwAgentManager *self, Attempt *attempt)
{
  if (prw_bluez_error_is (attempt->register_error, "org.bluez.Error.AlreadyExists") && !self->main_taken)
    {
      g_warning ("bluetoothd says this connection has an agent already; registering on another one");
      self->main_taken = TRUE;
      begin (self);
      return;
    }
  g_warning ("Registering the pairing agent: %s", attempt->register_error->message);
  /* A registration that timed out may yet be worked off: take it back behind it. */
  if (attempt->agent != NULL && g_error_matches (attempt->register_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    call_manager (self, attempt->agent, "UnregisterAgent", g_variant_new ("(o)", prw_agent1_get_path (attempt->agent)),
                  self->context->times.call, NULL, NULL);
  schedule_retry (self);
}

static void
attempt_reply (Attempt *pointer)
{
  g_autoptr (Attempt) attempt = pointer;
  PrwAgentManager *self = attempt->manager;

  if (--attempt->replies > 0)
    {
      g_steal_pointer (&attempt);
      return;
    }
  if (attempt->epoch != self->context->epoch || self->context->stopping)
    return;
  self->registering = FALSE;
  prw_agent_manager_expect_flip (self);
  if (attempt->register_error == NULL)
    registered (self, attempt);
  else
    failed (self, attempt);
}

static void
on_register_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  Attempt *attempt = data;

  attempt->register_error = prw_bluez_context_call_end (source, result);
  attempt_reply (attempt);
}

static void
on_default_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  Attempt *attempt = data;

  attempt->default_error = prw_bluez_context_call_end (source, result);
  attempt_reply (attempt);
}

/* Both calls are sent at once: bluetoothd works through them in order. */
static void
attempt_on (Attempt *attempt, GDBusConnection *connection)
{
  PrwAgentManager *self = attempt->manager;
  const char *path;

  attempt->replies = 1;
  attempt->agent = prw_agent1_new (self->context, connection, on_released, self, &attempt->register_error);
  if (attempt->agent == NULL)
    {
      attempt_reply (attempt);
      return;
    }
  path = prw_agent1_get_path (attempt->agent);
  attempt->replies = 2;
  call_manager (self, attempt->agent, "RegisterAgent",
                g_variant_new ("(os)", path, prw_io_capability_to_bluez (attempt->capability)), self->context->times.call,
                on_register_reply, attempt);
  call_manager (self, attempt->agent, "RequestDefaultAgent", g_variant_new ("(o)", path), self->context->times.call,
                on_default_reply, attempt);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Attempt *attempt = data;
  g_autoptr (GDBusConnection) connection = prw_bluez_context_connect_finish (result, &attempt->register_error);

  (void) source;
  if (connection != NULL && attempt->epoch == attempt->manager->context->epoch && !attempt->manager->context->stopping)
    {
      attempt_on (attempt, connection);
      return;
    }
  if (connection != NULL)
    g_dbus_connection_close (connection, NULL, NULL, NULL);
  attempt->replies = 1;
  attempt_reply (attempt);
}

static gboolean
main_connection_is_free (PrwAgentManager *self)
{
  if (self->main_taken || (self->current != NULL && prw_agent1_get_connection (self->current) == self->context->connection))
    return FALSE;
  for (guint i = 0; i < self->leaving->len; i++)
    if (prw_agent1_get_connection (self->leaving->pdata[i]) == self->context->connection)
      return FALSE;
  return TRUE;
}

/*
 * Registers, or registers anew when the capability has changed: the new agent first, on a connection that has none, so that
 * there is no moment without one; the former one leaves after that.
 */
static void
begin (PrwAgentManager *self)
{
  Attempt *attempt;

  if (self->registering || self->context->owner == NULL || self->context->stopping ||
      (self->current != NULL && self->registered == self->wanted))
    return;
  self->registering = TRUE;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  attempt = g_new0 (Attempt, 1);
  attempt->manager = self;
  attempt->host = g_object_ref (self->context->host);
  attempt->epoch = self->context->epoch;
  attempt->capability = self->wanted;
  if (main_connection_is_free (self))
    attempt_on (attempt, self->context->connection);
  else
    prw_bluez_context_connect (self->context, on_connected, attempt);
}

void
prw_agent_manager_set_capability (PrwAgentManager *self, PrwIoCapability capability)
{
  self->wanted = capability;
  begin (self);
}

void
prw_agent_manager_appeared (PrwAgentManager *self)
{
  begin (self);
}

static void
drop_agents (PrwAgentManager *self)
{
  g_autoptr (GPtrArray) agents = g_steal_pointer (&self->leaving);

  self->leaving = g_ptr_array_new ();
  if (self->current != NULL)
    g_ptr_array_add (agents, g_steal_pointer (&self->current));
  g_ptr_array_set_free_func (agents, (GDestroyNotify) prw_agent1_discard);
}

static void
clear_sources (PrwAgentManager *self)
{
  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_clear_handle_id (&self->claim_source, g_source_remove);
}

void
prw_agent_manager_vanished (PrwAgentManager *self)
{
  clear_sources (self);
  self->registering = FALSE;
  self->main_taken = FALSE;
  drop_agents (self);
  set_state (self, PRW_AGENT_STATE_UNAVAILABLE);
}

typedef struct
{
  PrwAgentManager *manager;
  PrwHost *host;
  guint replies;
  GSourceFunc done;
  gpointer data;
} Stop;

static gboolean
stop_reply (gpointer data)
{
  Stop *stop = data;

  if (--stop->replies > 0)
    return G_SOURCE_REMOVE;
  drop_agents (stop->manager);
  set_state (stop->manager, PRW_AGENT_STATE_UNAVAILABLE);
  stop->done (stop->data);
  g_object_unref (stop->host);
  g_free (stop);
  return G_SOURCE_REMOVE;
}

static void
on_stop_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);

  if (error != NULL)
    g_info ("Unregistering the pairing agent: %s", error->message);
  stop_reply (data);
}

static void
stop_agent (PrwAgentManager *self, PrwAgent1 *agent, Stop *stop)
{
  prw_agent1_set_idle_func (agent, NULL, NULL);
  prw_agent1_cancel_calls (agent);
  if (self->context->owner == NULL)
    return;
  stop->replies++;
  call_manager (self, agent, "UnregisterAgent", g_variant_new ("(o)", prw_agent1_get_path (agent)), self->context->times.stop,
                on_stop_reply, stop);
}

void
prw_agent_manager_stop (PrwAgentManager *self, GSourceFunc done, gpointer data)
{
  Stop *stop = g_new0 (Stop, 1);

  clear_sources (self);
  stop->manager = self;
  stop->host = g_object_ref (self->context->host);
  stop->done = done;
  stop->data = data;
  stop->replies = 1;
  if (self->current != NULL)
    stop_agent (self, self->current, stop);
  for (guint i = 0; i < self->leaving->len; i++)
    stop_agent (self, self->leaving->pdata[i], stop);
  g_idle_add (stop_reply, stop);
}

PrwAgentState
prw_agent_manager_get_state (PrwAgentManager *self)
{
  return self->state;
}

PrwAgentManager *
prw_agent_manager_new (PrwBluezContext *context)
{
  PrwAgentManager *self = g_new0 (PrwAgentManager, 1);

  self->context = context;
  self->wanted = PRW_IO_CAPABILITY_NONE;
  self->leaving = g_ptr_array_new ();
  return self;
}

void
prw_agent_manager_free (PrwAgentManager *self)
{
  clear_sources (self);
  drop_agents (self);
  g_ptr_array_unref (self->leaving);
  g_free (self);
}
