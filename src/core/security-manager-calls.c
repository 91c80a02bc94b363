/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What a caller can have a security manager do. */
#include "core/security-manager-private.h"

#include <glib/gi18n.h>

#include "core/error.h"

void
prw_security_manager_pair_async (PrwSecurityManager *self, gboolean force_repairing, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  if (self->procedure != NULL)
    prw_procedure_join (self->procedure, force_repairing, task);
  else
    prw_procedure_run (self, force_repairing, task);
}

gboolean
prw_security_manager_pair_finish (PrwSecurityManager *self, GAsyncResult *result, PrwPairingResult *out, GError **error)
{
  g_autofree PrwPairingResult *outcome = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  outcome = g_task_propagate_pointer (G_TASK (result), error);
  if (outcome == NULL)
    return FALSE;
  *out = *outcome;
  return TRUE;
}

gboolean
prw_security_manager_cancel_pairing (PrwSecurityManager *self, GError **error)
{
  if (self->procedure != NULL)
    prw_procedure_cancel (self->procedure);
  else if (self->pairing.on && prw_security_manager_is_connected (self))
    {
      /* Not with CancelPairing: with no Pair() pending that one unpairs. Nobody's pairing survives its link. */
      prw_security_manager_note_refusal (self, PRW_SECURITY_STATUS_UNSPECIFIED);
      prw_broker_close (self->services->broker, self->path, PRW_EVENT_PAIRING, PRW_REQUEST_STATE_CANCELED);
      prw_host_disconnect_device_async (self->services->host, self->bluez_path, NULL, NULL);
    }
  else
    {
      g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_OPERATION, _("no pairing with %s goes on"), self->address);
      return FALSE;
    }
  return TRUE;
}

static void
on_bond_removed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;

  if (prw_host_call_finish (PRW_HOST (source), result, &error) || g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, PRW_ERROR, (int) prw_host_error_code (error), "the bond was not removed: %s", error->message);
}

static void
on_read_to_delete (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  PrwSecurityManager *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, &error);

  if (device == NULL && !g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND))
    g_task_return_new_error (task, PRW_ERROR, (int) prw_host_error_code (error), "bluetoothd cannot be asked: %s", error->message);
  else if (device == NULL || !device->bonded)
    g_task_return_boolean (task, TRUE);
  else if (prw_security_manager_is_busy (self))
    g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_INVALID_OPERATION, "a pairing with %s goes on", self->address);
  else
    prw_host_remove_device_async (PRW_HOST (source), self->bluez_path, on_bond_removed, g_steal_pointer (&task));
}

void
prw_security_manager_delete_bonding_data_async (PrwSecurityManager *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  if (prw_security_manager_is_busy (self))
    g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_INVALID_OPERATION,
                             "a pairing with %s goes on; cancel it first", self->address);
  else
    prw_host_read_device_async (self->services->host, self->bluez_path, NULL, on_read_to_delete, g_steal_pointer (&task));
}

gboolean
prw_security_manager_delete_bonding_data_finish (PrwSecurityManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
