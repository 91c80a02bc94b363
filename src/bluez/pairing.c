/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bluez/pairing.h"

#include <glib/gi18n.h>

#include "bluez/errors.h"

struct _PrwBluezPairings
{
  PrwBluezContext *context;
  PrwAgentManager *manager;
  GList *running; /* of GTask, each holds itself until it completes */
};

/*
 * Task data of one Pair(). bluetoothd asks the agent of the connection that called it and knows one agent per connection, so
 * a capability of its own takes a connection of its own; and it aborts the pairing when that connection goes.
 */
typedef struct
{
  PrwBluezPairings *pairings;
  char *path;
  PrwIoCapability capability;
  guint epoch;
  PrwAgent1 *agent; /* (nullable) */
  GCancellable *cancellable;
  gulong cancelled_id;
  gboolean cancelled;
  gboolean pending;       /* Pair() is under way */
  guint replies;          /* still to come: Pair(), and CancelPairing once that is sent */
  guint grace_source;
  gboolean cancel_worked; /* CancelPairing said so: whatever Pair() says, there is no bond */
  GError *error;          /* (nullable): what Pair() ended with */
  gboolean over;
} Pairing;

static void
pairing_free (gpointer data)
{
  Pairing *pairing = data;

  g_clear_object (&pairing->cancellable);
  g_clear_error (&pairing->error);
  g_free (pairing->path);
  g_free (pairing);
}

static void
complete (GTask *task, GError *error)
{
  Pairing *pairing = g_task_get_task_data (task);
  PrwBluezPairings *self = pairing->pairings;

  pairing->over = TRUE;
  self->running = g_list_remove (self->running, task);
  g_clear_handle_id (&pairing->grace_source, g_source_remove);
  g_clear_signal_handler (&pairing->cancelled_id, pairing->cancellable);
  if (pairing->agent != NULL)
    {
      prw_agent_manager_expect_flip (self->manager);
      /* Leaving the bus unregisters the agent, and aborts a Pair() that still hangs. */
      g_clear_pointer (&pairing->agent, prw_agent1_discard);
    }
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, prw_bluez_error_translate (error));
  g_object_unref (task);
}

static GError *
cancelled_error (void)
{
  return g_error_new_literal (PRW_HOST_ERROR, PRW_HOST_ERROR_CANCELLED, _("The pairing was cancelled"));
}

/*
 * With CancelPairing sent, both answers are waited for: a Pair() that succeeded first was undone by it (CancelPairing without
 * a pairing under way unpairs).
 */
static void
on_replies (GTask *task)
{
  Pairing *pairing = g_task_get_task_data (task);

  if (pairing->over || --pairing->replies > 0)
    return;
  if (pairing->cancelled && (pairing->error != NULL || pairing->cancel_worked))
    complete (task, cancelled_error ());
  else
    complete (task, g_steal_pointer (&pairing->error));
}

static void
on_paired (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Pairing *pairing = g_task_get_task_data (task);

  pairing->pending = FALSE;
  pairing->error = prw_bluez_context_call_end (source, result);
  on_replies (task);
}

static void
on_pairing_cancelled (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);
  Pairing *pairing = g_task_get_task_data (task);

  if (error != NULL)
    g_info ("Cancelling a pairing: %s", error->message);
  pairing->cancel_worked = error == NULL;
  on_replies (task);
}

static gboolean
on_grace_over (gpointer data)
{
  GTask *task = data;
  Pairing *pairing = g_task_get_task_data (task);

  pairing->grace_source = 0;
  g_warning ("%s: bluetoothd does not end the pairing; leaving it", pairing->path);
  complete (task, cancelled_error ());
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  GTask *task = data;
  Pairing *pairing = g_task_get_task_data (task);
  PrwBluezContext *context = pairing->pairings->context;

  (void) cancellable;
  if (pairing->over || pairing->cancelled)
    return;
  pairing->cancelled = TRUE;
  /* Before Pair() is sent there is nothing to cancel, and trying would unpair; the next step sees the flag. */
  if (!pairing->pending || pairing->epoch != context->epoch || context->owner == NULL)
    return;
  pairing->replies++;
  pairing->grace_source = g_timeout_add (context->times.cancel_grace, on_grace_over, task);
  prw_bluez_context_call (context, prw_agent1_get_connection (pairing->agent), pairing->path, PRW_BLUEZ_DEVICE,
                          "CancelPairing", NULL, NULL, context->times.call, NULL, on_pairing_cancelled, g_object_ref (task));
}

/* Returns: (nullable): why the next step is not taken */
static GError *
obstacle (Pairing *pairing)
{
  PrwBluezContext *context = pairing->pairings->context;

  if (pairing->cancelled)
    return cancelled_error ();
  if (pairing->epoch != context->epoch || context->owner == NULL || context->stopping)
    return prw_bluez_error_gone ();
  return NULL;
}

/* Only with the agent in place: without one the default agent would be asked, with its own capability. */
static void
on_registered (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Pairing *pairing = g_task_get_task_data (task);
  PrwBluezContext *context = pairing->pairings->context;
  GDBusConnection *connection = G_DBUS_CONNECTION (source);
  g_autoptr (GError) error = prw_bluez_context_call_end (source, result);

  prw_agent_manager_expect_flip (pairing->pairings->manager);
  if (error == NULL)
    error = obstacle (pairing);
  if (error != NULL)
    {
      complete (task, g_steal_pointer (&error));
      return;
    }
  pairing->pending = TRUE;
  pairing->replies = 1;
  prw_bluez_context_call (context, connection, pairing->path, PRW_BLUEZ_DEVICE, "Pair", NULL, NULL, context->times.pair, NULL,
                          on_paired, g_object_ref (task));
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Pairing *pairing = g_task_get_task_data (task);
  PrwBluezContext *context = pairing->pairings->context;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = prw_bluez_context_connect_finish (result, &error);

  (void) source;
  if (error == NULL)
    error = obstacle (pairing);
  if (error == NULL)
    pairing->agent = prw_agent1_new (context, connection, NULL, NULL, &error);
  if (error != NULL)
    {
      if (connection != NULL)
        g_dbus_connection_close (connection, NULL, NULL, NULL);
      complete (task, g_steal_pointer (&error));
      return;
    }
  prw_agent_manager_expect_flip (pairing->pairings->manager);
  prw_bluez_context_call (context, connection, "/org/bluez", PRW_BLUEZ_AGENT_MANAGER, "RegisterAgent",
                          g_variant_new ("(os)", prw_agent1_get_path (pairing->agent),
                                         prw_io_capability_to_bluez (pairing->capability)),
                          NULL, context->times.call, NULL, on_registered, task);
}

void
prw_bluez_pairings_pair (PrwBluezPairings *self, const char *path, PrwIoCapability capability, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  PrwBluezContext *context = self->context;
  GTask *task = g_task_new (context->host, NULL, callback, data);
  Pairing *pairing = g_new0 (Pairing, 1);

  pairing->pairings = self;
  pairing->path = g_strdup (path);
  pairing->capability = capability;
  pairing->epoch = context->epoch;
  g_task_set_source_tag (task, prw_bluez_pairings_pair);
  g_task_set_task_data (task, pairing, pairing_free);
  self->running = g_list_prepend (self->running, task);
  if (cancellable != NULL)
    {
      pairing->cancellable = g_object_ref (cancellable);
      pairing->cancelled = g_cancellable_is_cancelled (cancellable);
      pairing->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), task);
    }
  if (context->owner == NULL || pairing->cancelled)
    complete (task, obstacle (pairing));
  else
    prw_bluez_context_connect (context, on_connected, task);
}

void
prw_bluez_pairings_drop (PrwBluezPairings *self)
{
  g_autoptr (GList) running = g_list_copy_deep (self->running, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);

  for (GList *l = running; l != NULL; l = l->next)
    {
      Pairing *pairing = g_task_get_task_data (l->data);

      if (pairing->agent != NULL)
        prw_agent1_cancel_calls (pairing->agent);
      g_object_unref (l->data);
    }
}

PrwBluezPairings *
prw_bluez_pairings_new (PrwBluezContext *context, PrwAgentManager *manager)
{
  PrwBluezPairings *self = g_new0 (PrwBluezPairings, 1);

  self->context = context;
  self->manager = manager;
  return self;
}

void
prw_bluez_pairings_free (PrwBluezPairings *self)
{
  g_return_if_fail (self->running == NULL); /* each holds the host, and so this */
  g_free (self);
}
