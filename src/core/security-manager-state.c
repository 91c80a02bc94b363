/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* How the state of one peer follows from what bluetoothd and the kernel show. */
#include "core/security-manager-private.h"

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

static gboolean
on_bonded_alarm (gpointer data)
{
  PrwSecurityManager *self = data;

  self->bonded_alarm = 0;
  if (self->pairing.on && !self->pairing.own)
    prw_security_manager_finish_seen (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_encryption_alarm (gpointer data)
{
  PrwSecurityManager *self = data;

  self->encryption_alarm = 0;
  if (!self->pairing.on && prw_security_manager_is_connected (self))
    prw_security_manager_finish_encryption (self, PRW_SECURITY_STATUS_SUCCESS);
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
    prw_security_manager_set_level (self, prw_security_manager_settled_level (self));
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
  prw_security_manager_set_level (self, PRW_SECURITY_LEVEL_NO_ACCESS);
  prw_broker_close (self->services->broker, self->path, PRW_EVENT_ALL, how);
  if (self->pairing.on && !self->pairing.own && self->bonded_alarm != 0)
    prw_security_manager_finish_seen (self); /* it had paired, and was not to bond */
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
    prw_security_manager_set_level (self, prw_security_manager_settled_level (self));
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
    prw_security_manager_finish_seen (self);
  else if (!self->pairing.on && self->procedure == NULL && self->is_previously_bonded && !self->turned_away)
    prw_security_manager_finish_encryption (self, status);
  else if (!self->pairing.on)
    {
      prw_security_manager_set_level (self, prw_security_manager_settled_level (self));
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
  gboolean appeared = old != NULL && !prw_device_has_keys (old) && prw_device_has_keys (self->device);

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
    prw_security_manager_finish_seen (self);
  else if (prw_device_has_keys (self->device) && !(old->paired && old->bonded) && self->bonded_alarm == 0)
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
