/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/lease.h"

#include <glib/gi18n.h>

#include "core/error.h"
#include "core/lease-journal.h"

/* What is done to an adapter, in this order, and undone in the reverse one. */
typedef enum
{
  STEP_JOURNAL,
  STEP_SECURE_CONNECTIONS,
  STEP_DEBUG_KEYS,
  STEP_OOB,
  STEP_PAIRABLE,
  N_STEPS
} Step;

/* What somebody waits for. A switch that is to stay otherwise, or the adapter as a pairing needs it. */
typedef enum
{
  WISH_LEASE,
  WISH_SECURE_CONNECTIONS,
  WISH_DEBUG_KEYS,
} WishKind;

typedef struct
{
  WishKind kind;
  PrwLeaseTerms terms; /* of LEASE; oob and address are the next two */
  PrwOobData *oob;
  char *address;
  PrwSecureConnections secure_connections;
  PrwDebugKeys debug_keys;
} Wish;

typedef struct
{
  PrwLeases *owner;
  char *adapter;
  char *adapter_address; /* of the present lease */
  gboolean taken;        /* lent, on the way there, or on the way back */
  gboolean undoing;
  int step;              /* a Step, or one beyond its ends */
  GTask *task;           /* (nullable): whoever waits for the adapter to be ready */
  GError *error;         /* what kept it from getting there */
  GQueue waiting;        /* of GTask */
  Wish *wish;
  PrwRestore restore;
  gboolean gave_oob, borrowed;
  gboolean left_over;    /* not everything could be switched back: the journal keeps it */
} Turn;

struct _PrwLeases
{
  GObject parent;
  PrwHost *host;
  PrwKernel *kernel;
  PrwPairable *pairable;
  PrwStore *journal;
  GHashTable *turns; /* "hciN" → Turn; never removed: callbacks point to them */
};

G_DEFINE_FINAL_TYPE (PrwLeases, prw_leases, G_TYPE_OBJECT)

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  prw_oob_data_free (wish->oob);
  g_free (wish->address);
  g_free (wish);
}

static Wish *
wish_new (const PrwLeaseTerms *terms)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->terms = *terms;
  wish->address = g_strdup (terms->address);
  wish->terms.address = wish->address;
  if (terms->oob != NULL)
    {
      wish->oob = prw_oob_data_new ();
      *wish->oob = *terms->oob;
    }
  wish->terms.oob = wish->oob;
  return wish;
}

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  g_clear_object (&turn->task);
  g_clear_error (&turn->error);
  g_queue_clear_full (&turn->waiting, g_object_unref);
  g_free (turn->adapter_address);
  g_free (turn->adapter);
  g_free (turn);
}

static Turn *
ensure_turn (PrwLeases *self, const char *adapter)
{
  Turn *turn = g_hash_table_lookup (self->turns, adapter);

  if (turn == NULL)
    {
      turn = g_new0 (Turn, 1);
      turn->owner = self;
      turn->adapter = g_strdup (adapter);
      g_queue_init (&turn->waiting);
      g_hash_table_insert (self->turns, turn->adapter, turn);
    }
  return turn;
}

static char *
address_of (PrwLeases *self, const char *adapter_name)
{
  PrwAdapter *adapter = prw_host_find_adapter (self->host, adapter_name);

  return g_strdup (adapter != NULL ? adapter->address : "");
}

/* --- the plan --- */

static gboolean
plan_secure_connections (Turn *turn, const PrwControllerState *state)
{
  if (turn->wish->terms.lesc || state->secure_connections == PRW_SECURE_CONNECTIONS_OFF)
    return TRUE;
  if (state->secure_connections == PRW_SECURE_CONNECTIONS_ONLY)
    {
      g_set_error (&turn->error, PRW_ERROR, PRW_ERROR_INVALID_OPERATION,
                   _("%s accepts Secure Connections only, and LescPairing of the peer is off"), turn->adapter);
      return FALSE;
    }
  turn->restore.secure_connections = state->secure_connections;
  return TRUE;
}

static gboolean
plan (Turn *turn)
{
  PrwLeases *self = turn->owner;
  PrwControllerState state;

  g_free (turn->adapter_address);
  turn->adapter_address = address_of (self, turn->adapter);
  prw_lease_journal_read (self->journal, turn->adapter_address, &turn->restore); /* what was left over is made good with it */
  turn->gave_oob = turn->left_over = FALSE;
  if (!prw_kernel_get_controller (self->kernel, turn->adapter, &state))
    return TRUE;
  if (!plan_secure_connections (turn, &state))
    return FALSE;
  if (turn->wish->terms.debug_key && state.debug_keys != PRW_DEBUG_KEYS_USE && !turn->restore.has_debug_keys)
    {
      turn->restore.has_debug_keys = TRUE;
      turn->restore.debug_keys = state.debug_keys;
    }
  return TRUE;
}

/* --- step by step --- */

static void go_on (Turn *turn);
static void begin (Turn *turn, GTask *task);

static void
step_done (Turn *turn)
{
  if (turn->undoing)
    turn->step--;
  else
    turn->step++;
  go_on (turn);
}

/* A step that fails on the way there is the end of the lease; on the way back the journal keeps what is left to do. */
static void
step_failed (Turn *turn, GError *error)
{
  if (turn->undoing)
    {
      g_warning ("%s is not switched back: %s; it is tried again when the adapter comes anew", turn->adapter, error->message);
      g_error_free (error);
      turn->left_over = TRUE;
    }
  else
    {
      turn->error = error;
      turn->undoing = TRUE;
    }
  step_done (turn);
}

static void
on_switched (GObject *source, GAsyncResult *result, gpointer data)
{
  G_GNUC_UNUSED g_autoptr (PrwLeases) self = ((Turn *) data)->owner; /* of hold() */
  GError *error = NULL;

  if (prw_kernel_call_finish (PRW_KERNEL (source), result, &error))
    step_done (data);
  else
    step_failed (data, error);
}

static void
on_journal_written (GObject *source, GAsyncResult *result, gpointer data)
{
  G_GNUC_UNUSED g_autoptr (PrwLeases) self = ((Turn *) data)->owner; /* of hold() */

  /* The store has warned already; a full disk is no reason not to pair. */
  prw_store_save_finish (PRW_STORE (source), result, NULL);
  step_done (data);
}

static void
on_borrowed (GObject *source, GAsyncResult *result, gpointer data)
{
  Turn *turn = data;
  G_GNUC_UNUSED g_autoptr (PrwLeases) self = turn->owner; /* of hold() */

  turn->borrowed = prw_pairable_borrow_finish (PRW_PAIRABLE (source), result, NULL);
  step_done (turn);
}

/* A turn on its way through a call: the leases stay until it ends. */
static Turn *
hold (Turn *turn)
{
  g_object_ref (turn->owner);
  return turn;
}

static void
do_oob (Turn *turn)
{
  const PrwLeaseTerms *terms = &turn->wish->terms;

  turn->gave_oob = TRUE;
  prw_kernel_add_remote_oob_async (turn->owner->kernel, turn->adapter, terms->address, terms->transport, terms->address_type,
                                   terms->oob, on_switched, hold (turn));
}

static void
do_step (Turn *turn)
{
  PrwLeases *self = turn->owner;

  switch ((Step) turn->step)
    {
    case STEP_JOURNAL:
      if (prw_restore_is_empty (&turn->restore))
        break;
      prw_lease_journal_write (self->journal, turn->adapter_address, &turn->restore);
      prw_store_save_async (self->journal, on_journal_written, hold (turn));
      return;
    case STEP_SECURE_CONNECTIONS:
      if (turn->wish->terms.lesc || turn->restore.secure_connections == PRW_SECURE_CONNECTIONS_UNKNOWN)
        break;
      prw_kernel_set_secure_connections_async (self->kernel, turn->adapter, PRW_SECURE_CONNECTIONS_OFF, on_switched, hold (turn));
      return;
    case STEP_DEBUG_KEYS:
      if (!turn->wish->terms.debug_key || !turn->restore.has_debug_keys)
        break;
      prw_kernel_set_debug_keys_async (self->kernel, turn->adapter, PRW_DEBUG_KEYS_USE, on_switched, hold (turn));
      return;
    case STEP_OOB:
      if (turn->wish->terms.oob == NULL)
        break;
      do_oob (turn);
      return;
    case STEP_PAIRABLE:
      prw_pairable_borrow_async (self->pairable, turn->adapter, turn->wish->terms.bond, on_borrowed, hold (turn));
      return;
    case N_STEPS:
      break;
    }
  step_done (turn);
}

static void
undo_step (Turn *turn)
{
  PrwLeases *self = turn->owner;

  switch ((Step) turn->step)
    {
    case STEP_JOURNAL:
      if (!turn->left_over)
        prw_lease_journal_forget (self->journal, turn->adapter_address);
      break;
    case STEP_SECURE_CONNECTIONS:
      if (turn->restore.secure_connections == PRW_SECURE_CONNECTIONS_UNKNOWN)
        break;
      prw_kernel_set_secure_connections_async (self->kernel, turn->adapter, turn->restore.secure_connections, on_switched, hold (turn));
      return;
    case STEP_DEBUG_KEYS:
      if (!turn->restore.has_debug_keys)
        break;
      prw_kernel_set_debug_keys_async (self->kernel, turn->adapter, turn->restore.debug_keys, on_switched, hold (turn));
      return;
    case STEP_OOB:
      if (!turn->gave_oob)
        break;
      prw_kernel_clear_remote_oob_async (self->kernel, turn->adapter, on_switched, hold (turn));
      return;
    case STEP_PAIRABLE: /* passed on to the next one, or given back when there is none */
    case N_STEPS:
      break;
    }
  step_done (turn);
}

/* The adapter is as it was: whoever asked for it in vain is told, and the next one's turn comes. */
static void
finished (Turn *turn)
{
  g_autoptr (GTask) failed = g_steal_pointer (&turn->task);
  g_autoptr (GTask) next = g_queue_pop_head (&turn->waiting);

  turn->taken = turn->undoing = FALSE;
  turn->wish = NULL;
  if (next == NULL && turn->borrowed)
    {
      turn->borrowed = FALSE;
      prw_pairable_give_back (turn->owner->pairable, turn->adapter);
    }
  if (failed != NULL)
    g_task_return_error (failed, g_steal_pointer (&turn->error));
  if (next != NULL)
    begin (turn, next);
}

static void
go_on (Turn *turn)
{
  g_autoptr (GTask) task = NULL;

  if (turn->undoing && turn->step < STEP_JOURNAL)
    finished (turn);
  else if (turn->undoing)
    undo_step (turn);
  else if (turn->step < N_STEPS)
    do_step (turn);
  else
    {
      task = g_steal_pointer (&turn->task);
      g_task_return_boolean (task, TRUE);
    }
}

static void
undo (Turn *turn)
{
  turn->undoing = TRUE;
  turn->step = N_STEPS - 1;
  go_on (turn);
}

/* A switch that could not be put back is as somebody wants it now: the next start has nothing to make good. */
static void
settle_journal (Turn *turn)
{
  g_autofree char *address = address_of (turn->owner, turn->adapter);
  PrwRestore left;

  if (!prw_lease_journal_read (turn->owner->journal, address, &left))
    return;
  if (turn->wish->kind == WISH_SECURE_CONNECTIONS)
    left.secure_connections = PRW_SECURE_CONNECTIONS_UNKNOWN;
  else
    left.has_debug_keys = FALSE;
  prw_lease_journal_write (turn->owner->journal, address, &left);
  prw_store_save (turn->owner->journal);
}

static void
on_set (GObject *source, GAsyncResult *result, gpointer data)
{
  Turn *turn = data;
  G_GNUC_UNUSED g_autoptr (PrwLeases) self = turn->owner; /* of hold() */
  g_autoptr (GTask) task = g_steal_pointer (&turn->task);
  GError *error = NULL;

  if (prw_kernel_call_finish (PRW_KERNEL (source), result, &error))
    {
      settle_journal (turn);
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, error);
  finished (turn);
}

static void
begin (Turn *turn, GTask *task)
{
  PrwKernel *kernel = turn->owner->kernel;

  turn->taken = TRUE;
  turn->undoing = FALSE;
  turn->task = g_object_ref (task);
  turn->wish = g_task_get_task_data (task);
  turn->step = STEP_JOURNAL;
  switch (turn->wish->kind)
    {
    case WISH_LEASE:
      if (plan (turn))
        go_on (turn);
      else
        finished (turn);
      break;
    case WISH_SECURE_CONNECTIONS:
      prw_kernel_set_secure_connections_async (kernel, turn->adapter, turn->wish->secure_connections, on_set, hold (turn));
      break;
    case WISH_DEBUG_KEYS:
      prw_kernel_set_debug_keys_async (kernel, turn->adapter, turn->wish->debug_keys, on_set, hold (turn));
      break;
    }
}

/* Takes @task and @wish. */
static void
queue (PrwLeases *self, const char *adapter, GTask *task, Wish *wish)
{
  Turn *turn = ensure_turn (self, adapter);
  g_autoptr (GTask) owned = task;

  /* Whoever gets the adapter must give it back: the borrower looks at its own cancellable. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, wish, wish_free);
  if (turn->taken)
    g_queue_push_tail (&turn->waiting, g_steal_pointer (&owned));
  else
    begin (turn, task);
}

void
prw_leases_take_async (PrwLeases *self, const char *adapter, const PrwLeaseTerms *terms, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
  queue (self, adapter, g_task_new (self, cancellable, callback, data), wish_new (terms));
}

gboolean
prw_leases_take_finish (PrwLeases *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
prw_leases_set_secure_connections_async (PrwLeases *self, const char *adapter, PrwSecureConnections value, GAsyncReadyCallback callback,
                                         gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->kind = WISH_SECURE_CONNECTIONS;
  wish->secure_connections = value;
  queue (self, adapter, g_task_new (self, NULL, callback, data), wish);
}

void
prw_leases_set_debug_keys_async (PrwLeases *self, const char *adapter, PrwDebugKeys value, GAsyncReadyCallback callback, gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->kind = WISH_DEBUG_KEYS;
  wish->debug_keys = value;
  queue (self, adapter, g_task_new (self, NULL, callback, data), wish);
}

gboolean
prw_leases_set_finish (PrwLeases *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
prw_leases_end_cancelled (PrwLeases *self, const char *adapter)
{
  Turn *turn = ensure_turn (self, adapter);
  GList *next;

  for (GList *l = turn->waiting.head; l != NULL; l = next)
    {
      g_autoptr (GTask) task = NULL;

      next = l->next;
      if (!g_cancellable_is_cancelled (g_task_get_cancellable (l->data)))
        continue;
      task = l->data;
      g_queue_delete_link (&turn->waiting, l);
      g_task_return_error_if_cancelled (task);
    }
  if (turn->task != NULL && g_cancellable_is_cancelled (g_task_get_cancellable (turn->task)))
    prw_pairable_hurry (self->pairable, adapter);
}

void
prw_leases_end (PrwLeases *self, const char *adapter)
{
  Turn *turn = ensure_turn (self, adapter);

  g_return_if_fail (turn->taken && turn->task == NULL && !turn->undoing);
  undo (turn);
}

void
prw_leases_recover (PrwLeases *self, const PrwAdapter *adapter)
{
  Turn *turn = ensure_turn (self, adapter->name);
  PrwControllerState state;

  if (turn->taken || !prw_kernel_get_controller (self->kernel, adapter->name, &state) ||
      !prw_lease_journal_read (self->journal, adapter->address, &turn->restore))
    return;
  g_free (turn->adapter_address);
  turn->adapter_address = g_strdup (adapter->address);
  turn->gave_oob = turn->left_over = FALSE;
  g_message ("%s was left switched for a pairing that did not end; switching it back", adapter->name);
  turn->taken = TRUE;
  undo (turn);
}

void
prw_leases_flush (PrwLeases *self)
{
  prw_store_flush (self->journal);
}

static void
prw_leases_finalize (GObject *object)
{
  PrwLeases *self = PRW_LEASES (object);

  g_clear_pointer (&self->turns, g_hash_table_unref);
  g_clear_object (&self->journal);
  g_clear_object (&self->pairable);
  g_clear_object (&self->kernel);
  g_clear_object (&self->host);
  G_OBJECT_CLASS (prw_leases_parent_class)->finalize (object);
}

static void
prw_leases_class_init (PrwLeasesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_leases_finalize;
}

static void
prw_leases_init (PrwLeases *self)
{
  self->turns = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, turn_free);
}

PrwLeases *
prw_leases_new (PrwHost *host, PrwKernel *kernel, PrwPairable *pairable, const char *folder)
{
  PrwLeases *self = g_object_new (PRW_TYPE_LEASES, NULL);

  self->host = g_object_ref (host);
  self->kernel = g_object_ref (kernel);
  self->pairable = g_object_ref (pairable);
  self->journal = prw_store_new (folder, "restore");
  return self;
}
