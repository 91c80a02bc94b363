/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* How a pairing with one peer goes on, and how it ends; encryption with a stored key too. */
#include "core/security-manager-private.h"

#include "core/audit.h"

/* A question is open for less than a minute: bluetoothd's limit (src/agent.c of BlueZ). */
#define QUESTION_DEADLINE (60 * G_USEC_PER_SEC)
/* SMP gives up 30 s after the last message (Core 5.4 Vol 3 Part H 3.4). A pairing that shows no end by then, with the
 * link still up, ended unseen: bluetoothd signals nothing when an existing bond is replaced. */
#define PAIRING_DEADLINE (35 * G_USEC_PER_SEC)
/* bluetoothd took its question back: what comes of it, a disconnection most of the time, comes at once. */
#define FAILING_DELAY (2 * G_USEC_PER_SEC)

void
prw_security_manager_set_level (PrwSecurityManager *self, PrwSecurityLevel level)
{
  if (self->level == level)
    return;
  self->level = level;
  g_object_notify (G_OBJECT (self), "security-level");
  g_signal_emit_by_name (self, "security-level-changed", (guint) level);
}

void
prw_security_manager_clear_alarms (PrwSecurityManager *self)
{
  prw_clock_clear_alarm (self->services->clock, &self->pairing_alarm);
  prw_clock_clear_alarm (self->services->clock, &self->bonded_alarm);
  prw_clock_clear_alarm (self->services->clock, &self->encryption_alarm);
}

/* The pairing is over, however: questions about it are moot. */
static void
end_pairing (PrwSecurityManager *self)
{
  prw_security_manager_clear_alarms (self);
  self->pairing = (PrwPairing) { 0 };
  self->let_in = FALSE;
  self->knocked_at = 0;
  prw_link_pairing_done (&self->le);
  prw_link_pairing_done (&self->bredr);
  g_clear_object (&self->display);
  prw_broker_close (self->services->broker, self->path, PRW_EVENT_PAIRING, PRW_REQUEST_STATE_COMPLETED);
  prw_security_manager_update_in_process (self);
}

static gboolean
is_strong_enough (PrwSecurityManager *self, PrwSecurityLevel level)
{
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };

  prw_security_manager_fill_facts (self, &facts);
  return prw_policy_check_level (self->services->policy, &facts, level);
}

static void
trust_if_said (PrwSecurityManager *self)
{
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };

  prw_security_manager_fill_facts (self, &facts);
  if (self->device != NULL && !self->device->trusted && prw_policy_trusts (self->services->policy, &facts))
    prw_host_set_trusted_async (self->services->host, self->bluez_path, TRUE, NULL, NULL);
}

/* A failure of the peer counts against it, and one that nobody here answered against its adapter. Those of another
 * program's pairings do not, nor the end of bluetoothd or of the controller. */
static void
count_failure (PrwSecurityManager *self)
{
  const PrwPairing *pairing = &self->pairing;
  gboolean unanswered = pairing->failure == PRW_SECURITY_STATUS_TIMEOUT ||
                        (pairing->failure == PRW_SECURITY_STATUS_SUCCESS && !pairing->consented);

  if (!pairing->unasked && prw_host_is_available (self->services->host) &&
      prw_host_find_adapter (self->services->host, self->adapter) != NULL)
    prw_lockout_fail (self->services->lockout, self->adapter, self->address, unanswered);
}

static void
complete (PrwSecurityManager *self, PrwSecurityStatus status, PrwSecurityProcess process)
{
  prw_audit_outcome (self, status, self->level, process);
  g_signal_emit_by_name (self, "pairing-complete", (guint) status, (guint) self->level, (guint) process);
}

void
prw_security_manager_finish_encryption (PrwSecurityManager *self, PrwSecurityStatus status)
{
  gboolean ok = status == PRW_SECURITY_STATUS_SUCCESS;
  PrwSecurityLevel level;

  prw_clock_clear_alarm (self->services->clock, &self->encryption_alarm);
  self->let_in = FALSE;
  level = prw_security_manager_settled_level (self);
  /* A link that could not be encrypted is about to go, whatever bond there is. */
  prw_security_manager_set_level (self, ok ? level : MIN (level, PRW_SECURITY_LEVEL_OPEN));
  if (ok)
    prw_security_manager_set_bond_suspect (self, FALSE);
  prw_security_manager_update_in_process (self);
  complete (self, status, PRW_SECURITY_PROCESS_ENCRYPTION);
}

static void
fail_pairing (PrwSecurityManager *self, PrwSecurityStatus status)
{
  prw_security_manager_set_level (self, prw_security_manager_settled_level (self));
  end_pairing (self);
  complete (self, status, PRW_SECURITY_PROCESS_PAIRING);
}

/* A bond weaker than the rule requires is removed again: it must not be there for the next connection. And this one ends:
 * RemoveDevice() by itself waits two seconds for the profiles. */
static void
refuse_weak_bond (PrwSecurityManager *self, PrwSecurityProcess process)
{
  g_message ("%s: the new bond is weaker than the rule requires; removing it", self->path);
  end_pairing (self);
  g_signal_emit_by_name (self, "pairing-request-rejected", (guint) PRW_REJECTED_REASON_INSUFFICIENT_SECURITY);
  complete (self, PRW_SECURITY_STATUS_AUTH_REQ, process);
  if (self->linked)
    prw_security_manager_turn_away (self);
  prw_host_remove_device_async (self->services->host, self->bluez_path, NULL, NULL);
}

/* @level: of the keys that are in use now. Returns: the status that was told */
static PrwSecurityStatus
succeed_pairing (PrwSecurityManager *self, PrwSecurityProcess process, PrwSecurityLevel level)
{
  gboolean strong = is_strong_enough (self, prw_security_manager_pairing_level (self));
  const PrwLink *link = prw_security_manager_get_link (self);

  self->bond_level = level;
  if (process == PRW_SECURITY_PROCESS_BONDING && link->stage == PRW_LINK_STAGE_KEYED)
    prw_security_manager_record_bond (self, level, link->debug_key);
  prw_security_manager_set_level (self, prw_security_manager_settled_level (self));
  if (!strong && !self->pairing.unasked)
    {
      refuse_weak_bond (self, process);
      return PRW_SECURITY_STATUS_AUTH_REQ;
    }
  if (self->pairing.own)
    prw_security_manager_note_result (self, level);
  prw_security_manager_set_bond_suspect (self, FALSE);
  prw_lockout_succeed (self->services->lockout, self->adapter, self->address);
  if (process == PRW_SECURITY_PROCESS_BONDING)
    {
      prw_security_manager_forget_services (self);
      if (strong)
        trust_if_said (self);
      if (!self->pairing.own && self->services->settings->window_close_after_bond)
        prw_window_close (self->services->window);
    }
  self->keys_told = !prw_device_has_keys (self->device);
  end_pairing (self);
  complete (self, PRW_SECURITY_STATUS_SUCCESS, process);
  return PRW_SECURITY_STATUS_SUCCESS;
}

PrwSecurityStatus
prw_security_manager_finish (PrwSecurityManager *self, PrwSecurityStatus status, PrwSecurityProcess process)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);

  self->procedure = NULL;
  prw_security_manager_set_step (self, PRW_PAIRING_STEP_NONE);
  if (!prw_security_manager_is_connected (self))
    prw_security_manager_set_role (self, PRW_ROLE_UNKNOWN);
  if (process == PRW_SECURITY_PROCESS_ENCRYPTION)
    prw_security_manager_finish_encryption (self, status);
  else if (status == PRW_SECURITY_STATUS_SUCCESS)
    status = succeed_pairing (self, process, prw_security_manager_pairing_level (self));
  else
    fail_pairing (self, status);
  return status;
}

void
prw_security_manager_fail (PrwSecurityManager *self, PrwSecurityStatus status)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);

  count_failure (self);
  fail_pairing (self, status);
}

/* Where the kernel shows the keys it says whether they are kept: an old bond says nothing of them, and a busy bluetoothd
 * may not have shown the new one yet. */
static gboolean
has_bonded (PrwSecurityManager *self)
{
  const PrwLink *link = prw_security_manager_get_link (self);

  return link->stage == PRW_LINK_STAGE_KEYED ? link->stored : prw_security_manager_get_bonded (self);
}

void
prw_security_manager_finish_seen (PrwSecurityManager *self)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);

  succeed_pairing (self, has_bonded (self) ? PRW_SECURITY_PROCESS_BONDING : PRW_SECURITY_PROCESS_PAIRING,
                   prw_security_manager_pairing_level (self));
}

/* Whether the bond was replaced nobody knows: the old key may be the one in use, and no more is claimed than it gives. */
static void
finish_unseen (PrwSecurityManager *self)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);
  PrwSecurityLevel before = MAX (self->bond_level, PRW_SECURITY_LEVEL_JUST_WORKS);

  succeed_pairing (self, PRW_SECURITY_PROCESS_BONDING, MIN (before, prw_security_manager_pairing_level (self)));
}

void
prw_security_manager_reject (PrwSecurityManager *self, PrwRejectedReason reason)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);

  self->refused_at = prw_clock_now (self->services->clock);
  /* What policy refuses, or nobody was there to answer, is no failure of the peer. */
  if (reason == PRW_REJECTED_REASON_USER_REJECTED || reason == PRW_REJECTED_REASON_TIMEOUT)
    count_failure (self);
  if (self->pairing.on && !self->pairing.own)
    end_pairing (self);
  g_signal_emit_by_name (self, "pairing-request-rejected", (guint) reason);
}

void
prw_security_manager_reject_service (PrwSecurityManager *self, PrwRejectedReason reason)
{
  g_signal_emit_by_name (self, "pairing-request-rejected", (guint) reason);
}

static gboolean
on_pairing_deadline (gpointer data)
{
  PrwSecurityManager *self = data;
  const PrwPairing *pairing = &self->pairing;

  self->pairing_alarm = 0;
  if (pairing->own)
    return G_SOURCE_REMOVE; /* the procedure has time limits */
  if (pairing->failing)
    prw_security_manager_fail (self, prw_security_manager_guess_failure (self, FALSE));
  else if (pairing->consented && pairing->was_bonded && prw_security_manager_is_connected (self))
    finish_unseen (self);
  else
    prw_security_manager_fail (self, PRW_SECURITY_STATUS_TIMEOUT);
  return G_SOURCE_REMOVE;
}

static void
set_deadline (PrwSecurityManager *self, gint64 delay)
{
  prw_clock_clear_alarm (self->services->clock, &self->pairing_alarm);
  self->pairing_alarm = prw_clock_add_alarm (self->services->clock, delay, on_pairing_deadline, self);
}

PrwRequest *
prw_security_manager_get_display (PrwSecurityManager *self)
{
  if (self->display != NULL && prw_request_get_state (self->display) != PRW_REQUEST_STATE_OPEN)
    g_clear_object (&self->display);
  return self->display;
}

void
prw_security_manager_set_display (PrwSecurityManager *self, PrwRequest *request)
{
  g_set_object (&self->display, request);
  self->pairing.consented = TRUE; /* nobody has to say yes to it */
}

/* A code that is shown is moot as soon as bluetoothd asks something else. */
static void
close_display (PrwSecurityManager *self)
{
  g_autoptr (PrwRequest) display = g_steal_pointer (&self->display);

  if (display != NULL)
    prw_request_close (display, PRW_REQUEST_STATE_COMPLETED);
}

void
prw_security_manager_begin_pairing (PrwSecurityManager *self, PrwAssociationModel model)
{
  close_display (self);
  if (!self->pairing.on)
    self->pairing = (PrwPairing) { .on = TRUE, .was_bonded = prw_security_manager_get_bonded (self) };
  self->refused_at = 0;
  self->keys_told = FALSE;
  self->pairing.own = self->pairing.own || prw_security_manager_get_pairing_procedure (self) != NULL;
  self->pairing.consented = FALSE;
  self->pairing.unasked = FALSE; /* whoever only sees it says so after this */
  self->pairing.asked_at = prw_clock_now (self->services->clock);
  if (model != PRW_ASSOCIATION_MODEL_UNKNOWN)
    self->pairing.model = model;
  set_deadline (self, QUESTION_DEADLINE);
  prw_security_manager_update_in_process (self);
}

gboolean
prw_security_manager_was_bonded (PrwSecurityManager *self)
{
  return self->pairing.was_bonded;
}

void
prw_security_manager_note_consent (PrwSecurityManager *self)
{
  self->pairing.consented = TRUE;
  set_deadline (self, PAIRING_DEADLINE);
}

void
prw_security_manager_note_refusal (PrwSecurityManager *self, PrwSecurityStatus status)
{
  if (self->pairing.on)
    self->pairing.failure = status;
  self->refused_at = prw_clock_now (self->services->clock);
}

void
prw_security_manager_note_cancelled (PrwSecurityManager *self)
{
  self->pairing.failing = TRUE;
  set_deadline (self, FAILING_DELAY);
}
