/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* How the state of one peer follows from what bluetoothd shows and what is decided. */
#include "core/security-manager-private.h"

#include "core/audit.h"

/* A question is open for less than a minute: bluetoothd's limit (src/agent.c of BlueZ). */
#define QUESTION_DEADLINE (60 * G_USEC_PER_SEC)
/* SMP gives up 30 s after the last message (Core 5.4 Vol 3 Part H 3.4). A pairing that shows no end by then, with the
 * link still up, ended unseen: bluetoothd signals nothing when an existing bond is replaced. */
#define PAIRING_DEADLINE (35 * G_USEC_PER_SEC)
/* bluetoothd took its question back: what comes of it, a disconnection most of the time, comes at once. */
#define FAILING_DELAY (2 * G_USEC_PER_SEC)
/* How soon after a refusal keys that appear are those that were refused, and not of somebody's next try. */
#define REFUSED_DELAY (5 * G_USEC_PER_SEC)
/* Bonded comes a moment after Paired, and after the kernel's keys. */
#define BONDED_DELAY (1500 * G_TIME_SPAN_MILLISECOND)
/* Keys come in company: legacy pairing makes two, cross-transport derivation one for the other radio. */
#define KEYS_DELAY (200 * G_TIME_SPAN_MILLISECOND)
/* bluetoothd encrypts a bonded link as it connects; a link that is still there after this has been encrypted. */
#define ENCRYPTION_DELAY (700 * G_TIME_SPAN_MILLISECOND)

gboolean
prw_security_manager_is_connected (PrwSecurityManager *self)
{
  if (self->device == NULL)
    return FALSE;
  return self->linked ? self->le.connected || self->bredr.connected : self->device->connected;
}

static gboolean
has_keys (const PrwDevice *device)
{
  return device != NULL && (device->paired || device->bonded);
}

static void
set_level (PrwSecurityManager *self, PrwSecurityLevel level)
{
  if (self->level == level)
    return;
  self->level = level;
  g_object_notify (G_OBJECT (self), "security-level");
  g_signal_emit_by_name (self, "security-level-changed", (guint) level);
}

gboolean
prw_security_manager_connected_since (PrwSecurityManager *self, gint64 since)
{
  return self->connected_at >= since;
}

void
prw_security_manager_set_role (PrwSecurityManager *self, PrwRole role)
{
  if (self->role == role)
    return;
  self->role = role;
  g_object_notify (G_OBJECT (self), "role");
}

void
prw_security_manager_set_connecting (PrwSecurityManager *self)
{
  if (!prw_security_manager_is_connected (self) && !prw_security_manager_may_be_bredr (self))
    prw_security_manager_set_role (self, PRW_ROLE_CENTRAL);
}

void
prw_security_manager_set_procedure (PrwSecurityManager *self, PrwProcedure *procedure)
{
  self->procedure = procedure;
  if (procedure == NULL)
    prw_security_manager_set_step (self, PRW_PAIRING_STEP_NONE);
  if (procedure == NULL && !prw_security_manager_is_connected (self))
    prw_security_manager_set_role (self, PRW_ROLE_UNKNOWN);
  prw_security_manager_update_in_process (self);
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

static void
finish_encryption (PrwSecurityManager *self, PrwSecurityStatus status)
{
  gboolean ok = status == PRW_SECURITY_STATUS_SUCCESS;

  prw_clock_clear_alarm (self->services->clock, &self->encryption_alarm);
  self->let_in = FALSE;
  /* A link that could not be encrypted is about to go, whatever bond there is. */
  set_level (self, ok ? prw_security_manager_settled_level (self) : MIN (prw_security_manager_settled_level (self), PRW_SECURITY_LEVEL_OPEN));
  if (ok)
    prw_security_manager_set_bond_suspect (self, FALSE);
  prw_security_manager_update_in_process (self);
  complete (self, status, PRW_SECURITY_PROCESS_ENCRYPTION);
}

static void
fail_pairing (PrwSecurityManager *self, PrwSecurityStatus status)
{
  set_level (self, prw_security_manager_settled_level (self));
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
  set_level (self, prw_security_manager_settled_level (self));
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
  self->keys_told = !has_keys (self->device);
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
    finish_encryption (self, status);
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

static void
finish_seen (PrwSecurityManager *self)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);

  succeed_pairing (self, has_bonded (self) ? PRW_SECURITY_PROCESS_BONDING : PRW_SECURITY_PROCESS_PAIRING, prw_security_manager_pairing_level (self));
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

static gboolean
on_bonded_alarm (gpointer data)
{
  PrwSecurityManager *self = data;

  self->bonded_alarm = 0;
  if (self->pairing.on && !self->pairing.own)
    finish_seen (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_encryption_alarm (gpointer data)
{
  PrwSecurityManager *self = data;

  self->encryption_alarm = 0;
  if (!self->pairing.on && prw_security_manager_is_connected (self))
    finish_encryption (self, PRW_SECURITY_STATUS_SUCCESS);
  prw_security_manager_update_in_process (self);
  return G_SOURCE_REMOVE;
}

/* @old: (nullable): NULL: we come upon a connection that may be an old one, whose encryption is none of our business */
static void
connection_began (PrwSecurityManager *self, const PrwDevice *old)
{
  gboolean bonded = old != NULL ? old->bonded : self->device->bonded;

  self->connected_at = prw_clock_now (self->services->clock);
  if (self->is_previously_bonded != bonded)
    {
      self->is_previously_bonded = bonded;
      g_object_notify (G_OBJECT (self), "is-previously-bonded");
    }
  /* Where the kernel shows encryption nobody has to guess when it has come. */
  if (self->linked || !bonded || (old == NULL && self->procedure == NULL))
    set_level (self, prw_security_manager_settled_level (self));
  else if (self->procedure == NULL)
    self->encryption_alarm = prw_clock_add_alarm (self->services->clock, ENCRYPTION_DELAY, on_encryption_alarm, self);
  prw_security_manager_update_in_process (self);
}

static void
connection_ended (PrwSecurityManager *self)
{
  PrwRequestState how = self->device != NULL                                 ? PRW_REQUEST_STATE_DISCONNECTED
                        : prw_host_is_available (self->services->host) ? PRW_REQUEST_STATE_REMOVED
                                                                             : PRW_REQUEST_STATE_UNAVAILABLE;

  prw_clock_clear_alarm (self->services->clock, &self->encryption_alarm);
  if (self->cut_at != 0)
    g_message ("%s: disconnected %" G_GINT64_FORMAT " ms after it was refused", self->path,
               (prw_clock_now (self->services->clock) - self->cut_at) / G_TIME_SPAN_MILLISECOND);
  self->refused_at = self->cut_at = 0;
  self->turned_away = self->let_in = FALSE;
  if (self->procedure == NULL)
    prw_security_manager_set_role (self, PRW_ROLE_UNKNOWN);
  set_level (self, PRW_SECURITY_LEVEL_NO_ACCESS);
  prw_broker_close (self->services->broker, self->path, PRW_EVENT_ALL, how);
  if (self->pairing.on && !self->pairing.own && self->bonded_alarm != 0)
    finish_seen (self); /* it had paired, and was not to bond */
  else if (self->pairing.on && !self->pairing.own)
    prw_security_manager_fail (self, prw_security_manager_guess_failure (self, TRUE));
  else if (self->procedure != NULL)
    prw_procedure_disconnected (self->procedure);
  prw_security_manager_update_in_process (self);
}

void
prw_security_manager_update_connected (PrwSecurityManager *self, const PrwDevice *old)
{
  gboolean was = self->connected;

  self->connected = prw_security_manager_is_connected (self);
  if (self->connected && !was)
    connection_began (self, old);
  else if (!self->connected && (was || (old != NULL && self->device == NULL)))
    connection_ended (self);
  else if (!prw_security_manager_get_pairing_in_process (self))
    set_level (self, prw_security_manager_settled_level (self));
}

/* Keys that came although we had refused: whoever made them, they go again. */
static gboolean
undo_refused (PrwSecurityManager *self)
{
  gint64 since = prw_clock_now (self->services->clock) - self->refused_at;

  if (!self->turned_away && (self->refused_at == 0 || since >= REFUSED_DELAY))
    return FALSE;
  g_message ("%s: paired %" G_GINT64_FORMAT " ms after it was refused; removing it", self->path, since / G_TIME_SPAN_MILLISECOND);
  prw_host_remove_device_async (self->services->host, self->bluez_path, NULL, NULL);
  return TRUE;
}

/* On LE the keys come over the encrypted link. On BR/EDR the key comes first, and the link is encrypted with it next. */
static gboolean
is_encrypted_last (PrwSecurityManager *self)
{
  const PrwLink *link = prw_security_manager_get_link (self);

  return link->transport == PRW_TRANSPORT_BREDR && link->connected && link->stage == PRW_LINK_STAGE_KEYED && !link->encrypted;
}

void
prw_security_manager_encrypted (PrwSecurityManager *self, PrwSecurityStatus status)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);

  if (self->pairing.on && !self->pairing.own && self->bonded_alarm != 0 && prw_security_manager_get_bonded (self))
    finish_seen (self);
  else if (!self->pairing.on && self->procedure == NULL && self->is_previously_bonded && !self->turned_away)
    finish_encryption (self, status);
  else if (!self->pairing.on)
    {
      set_level (self, prw_security_manager_settled_level (self));
      if (self->procedure != NULL)
        prw_procedure_encrypted (self->procedure, status);
    }
}

void
prw_security_manager_keys_came (PrwSecurityManager *self)
{
  const PrwLink *link = prw_security_manager_get_link (self);
  gboolean waits = (link->stored && !prw_security_manager_get_bonded (self)) || is_encrypted_last (self);

  if (prw_security_manager_get_pairing_procedure (self) != NULL)
    prw_procedure_keys_came (self->procedure);
  if (self->pairing.own || undo_refused (self))
    return;
  if (!self->pairing.on)
    {
      prw_security_manager_begin_pairing (self, PRW_ASSOCIATION_MODEL_UNKNOWN);
      self->pairing.unasked = TRUE;
    }
  if (self->bonded_alarm == 0)
    self->bonded_alarm = prw_clock_add_alarm (self->services->clock, waits ? BONDED_DELAY : KEYS_DELAY, on_bonded_alarm, self);
}

/* The end of a pairing that is not ours, as far as the properties of Device1 show it. One that nobody asked us about is
 * reported, and stays: another program's agent may have been asked. */
static void
watch_pairing (PrwSecurityManager *self, const PrwDevice *old)
{
  gboolean appeared = old != NULL && !has_keys (old) && has_keys (self->device);

  if (appeared && prw_security_manager_get_pairing_procedure (self) != NULL)
    prw_procedure_keys_came (self->procedure);
  if (self->pairing.own || self->device == NULL || old == NULL || (appeared && undo_refused (self)))
    return;
  if (appeared && self->keys_told)
    {
      self->keys_told = FALSE;
      return;
    }
  if (appeared && !self->pairing.on)
    {
      prw_security_manager_begin_pairing (self, PRW_ASSOCIATION_MODEL_UNKNOWN);
      self->pairing.unasked = TRUE;
    }
  if (!self->pairing.on)
    return;
  if (self->device->bonded && !old->bonded && !is_encrypted_last (self))
    finish_seen (self);
  else if (has_keys (self->device) && !(old->paired && old->bonded) && self->bonded_alarm == 0)
    self->bonded_alarm = prw_clock_add_alarm (self->services->clock, BONDED_DELAY, on_bonded_alarm, self);
}

static void
notify_differences (PrwSecurityManager *self, const PrwDevice *old)
{
  const PrwDevice *new = self->device;

  if ((old == NULL) != (new == NULL))
    g_object_notify (G_OBJECT (self), "bluez-device");
  /* The icon is no property of its own here: whoever shows it looks again at all there is. */
  if (g_strcmp0 (old ? old->name : "", new ? new->name : "") != 0 || g_strcmp0 (old ? old->icon : "", new ? new->icon : "") != 0)
    g_object_notify (G_OBJECT (self), "name");
  if ((old ? old->address_type : PRW_ADDRESS_TYPE_UNKNOWN) != (new ? new->address_type : PRW_ADDRESS_TYPE_UNKNOWN))
    g_object_notify (G_OBJECT (self), "address-type");
  if ((old && old->bonded) != (new && new->bonded))
    g_object_notify (G_OBJECT (self), "bonded");
}

void
prw_security_manager_apply_device (PrwSecurityManager *self, const PrwDevice *device)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);
  g_autoptr (PrwDevice) old = g_steal_pointer (&self->device);

  self->device = device != NULL ? prw_device_ref ((PrwDevice *) device) : NULL;
  notify_differences (self, old);
  if (old != NULL && old->bonded && !prw_security_manager_get_bonded (self))
    {
      prw_security_manager_set_bond_suspect (self, FALSE);
      prw_security_manager_lose_bond (self, old);
    }
  else if (prw_security_manager_get_bonded (self) && self->bond_level == PRW_SECURITY_LEVEL_NO_ACCESS)
    prw_security_manager_recall_bond (self);
  if (old != NULL && !old->bonded && prw_security_manager_get_bonded (self))
    prw_security_manager_forget_services (self);
  watch_pairing (self, old);
  prw_security_manager_update_connected (self, old);
}

void
prw_security_manager_lost_adapter (PrwSecurityManager *self)
{
  G_GNUC_UNUSED g_autoptr (PrwSecurityManager) alive = g_object_ref (self);

  if (self->procedure != NULL)
    prw_procedure_lose_adapter (self->procedure);
  prw_security_manager_apply_device (self, NULL);
}
