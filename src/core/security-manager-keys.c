/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What pairings of ours with a peer do with keys beyond its parameters: the published debug key, and data that was
 * exchanged out of band. */
#include "core/security-manager-private.h"

#include <glib/gi18n.h>

#include "core/error.h"

const char *
prw_pairing_step_to_string (PrwPairingStep step)
{
  switch (step)
    {
    case PRW_PAIRING_STEP_NONE:
      return "";
    case PRW_PAIRING_STEP_FORGETTING:
      return "forgetting";
    case PRW_PAIRING_STEP_SEARCHING:
      return "searching";
    case PRW_PAIRING_STEP_PAIRING:
      return "pairing";
    case PRW_PAIRING_STEP_ENCRYPTING:
      return "encrypting";
    }
  return "";
}

void
prw_security_manager_set_step (PrwSecurityManager *self, PrwPairingStep step)
{
  if (self->step == step)
    return;
  self->step = step;
  g_object_notify (G_OBJECT (self), "pairing-step");
}

static gboolean
check_linked (PrwSecurityManager *self, const char *what, GError **error)
{
  if (prw_kernel_is_linked (self->services->kernel))
    return TRUE;
  g_set_error (error, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED,
               _("%s needs the kernel link, which this daemon does not have; start it with CAP_NET_ADMIN and CAP_NET_RAW"), what);
  return FALSE;
}

/* --- the debug key --- */

/* Such a key hides nothing: no Require= takes it for more than Just Works. */
static gboolean
check_require (PrwSecurityManager *self, GError **error)
{
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };

  prw_security_manager_fill_facts (self, &facts);
  if (prw_policy_check_level (self->services->policy, &facts, PRW_SECURITY_LEVEL_JUST_WORKS))
    return TRUE;
  g_set_error (error, PRW_ERROR, PRW_ERROR_REJECTED,
               _("the published debug key protects nothing, and Require= of a rule asks more of %s; a rule for it alone, before the others and "
               "without Require=, allows it"), self->address);
  return FALSE;
}

gboolean
prw_security_manager_check_debug_key (PrwSecurityManager *self, GError **error)
{
  return !self->debug_key || check_require (self, error);
}

gboolean
prw_security_manager_use_debug_key (PrwSecurityManager *self, gboolean enable, GError **error)
{
  if (!check_linked (self, _("the debug key"), error) || (enable && !check_require (self, error)))
    return FALSE;
  if (!self->debug_key == !enable)
    return TRUE;
  self->debug_key = enable;
  if (enable)
    g_warning ("%s: pairings begun here use the published debug key from now on: whoever listens can read such a link", self->path);
  else
    g_message ("%s: pairings begun here use a secret key again", self->path);
  g_object_notify (G_OBJECT (self), "debug-lesc-key");
  return TRUE;
}

void
prw_security_manager_set_debug_key_bond (PrwSecurityManager *self, gboolean debug_key_bond)
{
  if (!self->debug_key_bond == !debug_key_bond)
    return;
  self->debug_key_bond = debug_key_bond;
  g_object_notify (G_OBJECT (self), "debug-key-bond");
}

/* --- out of band --- */

/* Whose data it is that is exchanged: that of the radio on which a pairing with it would go on. */
static PrwTransport
transport (PrwSecurityManager *self)
{
  return prw_security_manager_may_be_bredr (self) ? PRW_TRANSPORT_BREDR : PRW_TRANSPORT_LE;
}

void
prw_security_manager_clear_oob (PrwSecurityManager *self)
{
  prw_clock_clear_alarm (self->services->clock, &self->oob_alarm);
  if (self->oob != NULL)
    self->services->n_oob--;
  g_clear_pointer (&self->oob, prw_oob_data_free);
}

static gboolean
on_oob_alarm (gpointer data)
{
  PrwSecurityManager *self = data;

  self->oob_alarm = 0;
  g_message ("%s: no pairing used its out-of-band data for %d s: forgotten", self->path, PRW_OOB_SECONDS);
  prw_security_manager_clear_oob (self);
  return G_SOURCE_REMOVE;
}

gboolean
prw_security_manager_set_remote_oob (PrwSecurityManager *self, PrwOobData *data, GError **error)
{
  g_autoptr (PrwOobData) owned = data;

  if (!check_linked (self, _("out-of-band data"), error))
    return FALSE;
  if (data != NULL && !data->has_256 && prw_kernel_is_le_only (self->services->kernel, self->adapter))
    {
      g_set_error (error, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED,
                   _("%s is LE only and has no use for r192 and c192, which are for pairing on BR/EDR; r256 and c256 of the other side work"),
                   self->adapter);
      return FALSE;
    }
  if (data != NULL && self->oob == NULL && self->services->n_oob >= PRW_OOB_MAX)
    {
      g_set_error (error, PRW_ERROR, PRW_ERROR_NOT_READY,
                   ngettext ("there is out-of-band data of %d peer already; pair with it first",
                             "there is out-of-band data of %d peers already; pair with them first", PRW_OOB_MAX),
                   PRW_OOB_MAX);
      return FALSE;
    }
  prw_security_manager_clear_oob (self);
  if (data == NULL)
    return TRUE;
  self->oob = g_steal_pointer (&owned);
  self->services->n_oob++;
  self->oob_alarm = prw_clock_add_alarm (self->services->clock, PRW_OOB_SECONDS * G_USEC_PER_SEC, on_oob_alarm, self);
  return TRUE;
}

static void
on_local_oob (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  PrwSecurityManager *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwOobData) oob = prw_kernel_read_local_oob_finish (PRW_KERNEL (source), result, &error);

  if (oob != NULL)
    g_task_return_pointer (task, g_steal_pointer (&oob), (GDestroyNotify) prw_oob_data_free);
  else if (error->code == PRW_ERROR_NOT_SUPPORTED)
    g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED,
                             "%s has no out-of-band data of its own, as controllers for LE only; that of the other side can be used (%s)",
                             self->adapter, error->message);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
prw_security_manager_read_local_oob_async (PrwSecurityManager *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;

  if (check_linked (self, _("out-of-band data"), &error))
    prw_kernel_read_local_oob_async (self->services->kernel, self->adapter, transport (self), on_local_oob, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

PrwOobData *
prw_security_manager_read_local_oob_finish (PrwSecurityManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- a pairing of ours --- */

/* What has GATT's own services is found by LE too; phones tell them on BR/EDR as well (Core 5.4 Vol 3 Part C 9, 12 and 15). */
static gboolean
shows_le (const PrwDevice *device)
{
  return g_strv_contains ((const char *const *) device->uuids, "00001800-0000-1000-8000-00805f9b34fb") ||
         g_strv_contains ((const char *const *) device->uuids, "00001801-0000-1000-8000-00805f9b34fb");
}

gboolean
prw_security_manager_check_radio (PrwSecurityManager *self, GError **error)
{
  if (!prw_security_manager_may_be_bredr (self) || shows_le (self->device) || !prw_kernel_is_le_only (self->services->kernel, self->adapter))
    return TRUE;
  g_set_error (error, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED,
               _("%s is LE only, and %s is a device of BR/EDR, as headsets and many keyboards are: it needs an adapter that has BR/EDR; "
               "devices of LE can be paired on %s"), self->adapter, self->device->address, self->adapter);
  return FALSE;
}

void
prw_security_manager_fill_terms (PrwSecurityManager *self, PrwLeaseTerms *terms)
{
  const PrwSecurityParameters *parameters = prw_security_manager_get_parameters (self);

  *terms = (PrwLeaseTerms) {
    .bond = parameters->bond,
    .lesc = parameters->lesc_pairing,
    .debug_key = self->debug_key,
    .oob = parameters->out_of_band ? self->oob : NULL,
    .address = self->device != NULL ? self->device->address : self->address,
    .transport = transport (self),
    .address_type = self->device != NULL ? self->device->address_type : PRW_ADDRESS_TYPE_UNKNOWN,
  };
}

void
prw_security_manager_note_result (PrwSecurityManager *self, PrwSecurityLevel level)
{
  const PrwSecurityParameters *parameters = prw_security_manager_get_parameters (self);
  gboolean asked = prw_security_parameters_capability (parameters) != PRW_IO_CAPABILITY_NONE;

  if (parameters->out_of_band)
    prw_security_manager_clear_oob (self); /* it is good for one pairing */
  /* The kernel asks for MITM and does not insist (net/bluetooth/smp.c, tk_request() falls back to Just Works). */
  if (asked && level < PRW_SECURITY_LEVEL_MITM && !self->debug_key)
    g_message ("%s: no code was compared or entered, since the other side cannot: the level is %s; Require=mitm in a rule refuses that",
               self->path, prw_security_level_to_string (level));
}
