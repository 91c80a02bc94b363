/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/procedure.h"

#include "core/audit.h"
#include "core/error.h"
#include "core/security-manager-private.h"

/* How long a peer is looked for, in seconds: discovery takes a third of a second, sometimes ten. */
#define SEARCH_SECONDS 30
/* Bonded is signalled when the keys are stored, a moment around the end of Pair(). */
#define BONDED_DELAY (1500 * G_TIME_SPAN_MILLISECOND)
/* bluetoothd answers Pair() when it has also read what services the device has, which one that stalls can delay for
 * minutes (src/device.c, device_bonding_complete()). The pairing is done when its keys are there. */
#define ANSWER_DELAY (10 * G_USEC_PER_SEC)
/* How long the kernel may take to show that a bonded link, which bluetoothd encrypts as it connects, is encrypted. */
#define ENCRYPTION_DELAY (5 * G_USEC_PER_SEC)

struct _PrwProcedure
{
  PrwSecurityManager *manager;
  PrwServices *services;
  GCancellable *cancellable; /* of the call to bluetoothd that is pending */
  GPtrArray *tasks;          /* of GTask: all get the result */
  gboolean force;
  gboolean began;            /* Device1.Pair() was called */
  gboolean pairing;          /* and is pending */
  gboolean over;             /* Device1.Pair() is still pending, and all that is left */
  gboolean leased;           /* the adapter */
  gboolean forgot;           /* the bond there was */
  gboolean lost_adapter;
  PrwSecurityStatus refused; /* with what, here, while it went on; SUCCESS: it was not */
  gint64 connecting_since;   /* CLOCK_BOOTTIME µs */
  guint answer_alarm, bonded_alarm, encryption_alarm;
};

static void
procedure_free (PrwProcedure *self)
{
  prw_clock_clear_alarm (self->services->clock, &self->answer_alarm);
  prw_clock_clear_alarm (self->services->clock, &self->bonded_alarm);
  prw_clock_clear_alarm (self->services->clock, &self->encryption_alarm);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->manager);
  g_clear_pointer (&self->services, prw_services_unref);
  g_ptr_array_unref (self->tasks);
  g_free (self);
}

static void
give_back (PrwProcedure *self)
{
  if (self->leased)
    prw_leases_end (self->services->leases, prw_security_manager_get_adapter (self->manager));
  self->leased = FALSE;
}

/* Takes @self: it is over. */
static G_GNUC_PRINTF (3, 4) void
end_with_error (PrwProcedure *self, PrwError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  give_back (self);
  self->pairing = FALSE;
  if (self->began)
    prw_security_manager_finish (self->manager, PRW_SECURITY_STATUS_UNSPECIFIED, PRW_SECURITY_PROCESS_PAIRING);
  else
    prw_security_manager_set_procedure (self->manager, NULL);
  for (guint i = 0; i < self->tasks->len; i++)
    g_task_return_new_error (self->tasks->pdata[i], PRW_ERROR, code, "%s%s", message, self->forgot ? "; the old bond is gone" : "");
  procedure_free (self);
}

/* Takes @self: it is over. */
static void
end_with_result (PrwProcedure *self, PrwSecurityStatus status, PrwSecurityProcess process)
{
  PrwPairingResult result = { .process = process };

  give_back (self);
  self->pairing = FALSE;
  result.status = prw_security_manager_finish (self->manager, status, process);
  result.level = prw_security_manager_get_level (self->manager);
  for (guint i = 0; i < self->tasks->len; i++)
    g_task_return_pointer (self->tasks->pdata[i], g_memdup2 (&result, sizeof result), g_free);
  if (!self->over)
    procedure_free (self);
}

static gboolean
is_stopped (PrwProcedure *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

/* Takes @self, which was told to end. */
static void
end_stopped (PrwProcedure *self)
{
  if (self->lost_adapter)
    end_with_error (self, PRW_ERROR_NOT_READY, "%s, or bluetoothd, is gone", prw_security_manager_get_adapter (self->manager));
  else if (self->refused != PRW_SECURITY_STATUS_SUCCESS)
    end_with_result (self, self->refused, PRW_SECURITY_PROCESS_PAIRING);
  else
    end_with_error (self, PRW_ERROR_CANCELED, "cancelled");
}

/* Takes @self: what bluetoothd said is no outcome of SMP. */
static void
end_with_host_error (PrwProcedure *self, const GError *error)
{
  if (is_stopped (self))
    end_stopped (self);
  else
    end_with_error (self, prw_host_error_code (error), "%s", error->message);
}

/* Takes @self. @device: (nullable): what bluetoothd has of it now */
static void
end_paired (PrwProcedure *self, const PrwDevice *device)
{
  if (device != NULL)
    prw_security_manager_apply_device (self->manager, device);
  end_with_result (self, PRW_SECURITY_STATUS_SUCCESS,
                   prw_security_manager_get_bonded (self->manager) ? PRW_SECURITY_PROCESS_BONDING : PRW_SECURITY_PROCESS_PAIRING);
}

static void
on_last_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, NULL);

  end_paired (data, device);
}

/* To cancel Pair() now would unpair the device: it is left alone. */
static gboolean
on_answer_alarm (gpointer data)
{
  PrwProcedure *self = data;

  self->answer_alarm = 0;
  g_message ("%s: paired; bluetoothd is still reading its services", prw_security_manager_get_path (self->manager));
  self->over = TRUE;
  end_paired (self, NULL);
  return G_SOURCE_REMOVE;
}

void
prw_procedure_keys_came (PrwProcedure *self)
{
  if (self->pairing && self->answer_alarm == 0 && !is_stopped (self))
    self->answer_alarm = prw_clock_add_alarm (self->services->clock, ANSWER_DELAY, on_answer_alarm, self);
}

static gboolean
on_bonded_alarm (gpointer data)
{
  PrwProcedure *self = data;

  self->bonded_alarm = 0;
  prw_host_read_device_async (self->services->host, prw_security_manager_get_bluez_path (self->manager), NULL, on_last_read, self);
  return G_SOURCE_REMOVE;
}

static void
on_paired_device_read (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwProcedure *self = data;
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, NULL);

  if (device != NULL && !device->bonded && prw_security_manager_get_parameters (self->manager)->bond)
    self->bonded_alarm = prw_clock_add_alarm (self->services->clock, BONDED_DELAY, on_bonded_alarm, self);
  else
    end_paired (self, device);
}

/* Whether bluetoothd's error is an outcome of SMP, and which, as well as that can be told without the air. */
static gboolean
smp_failure (PrwProcedure *self, const GError *error, PrwSecurityStatus *status)
{
  switch ((PrwHostError) error->code)
    {
    case PRW_HOST_ERROR_AUTHENTICATION_TIMEOUT:
      *status = PRW_SECURITY_STATUS_TIMEOUT;
      return TRUE;
    case PRW_HOST_ERROR_AUTHENTICATION_CANCELED:
      /* Silence ends in a disconnection, which bluetoothd calls a cancellation. */
      *status = prw_security_manager_guess_failure (self->manager, TRUE);
      return TRUE;
    case PRW_HOST_ERROR_AUTHENTICATION_REJECTED:
    case PRW_HOST_ERROR_AUTHENTICATION_FAILED:
      *status = prw_security_manager_guess_failure (self->manager, FALSE);
      return TRUE;
    case PRW_HOST_ERROR_FAILED:
    case PRW_HOST_ERROR_NOT_READY:
    case PRW_HOST_ERROR_NOT_FOUND:
    case PRW_HOST_ERROR_NOT_AVAILABLE:
    case PRW_HOST_ERROR_TIMEOUT:
    case PRW_HOST_ERROR_CANCELLED:
    case PRW_HOST_ERROR_IN_PROGRESS:
    case PRW_HOST_ERROR_ALREADY_EXISTS:
    case PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED:
      break;
    }
  return FALSE;
}

static void
on_paired (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwProcedure *self = data;
  const char *path = prw_security_manager_get_bluez_path (self->manager);
  g_autoptr (GError) error = NULL;
  gboolean paired = prw_host_call_finish (PRW_HOST (source), result, &error);
  PrwSecurityStatus status;

  if (self->over)
    {
      procedure_free (self);
      return;
    }
  self->pairing = FALSE;
  prw_clock_clear_alarm (self->services->clock, &self->answer_alarm);
  if (paired && self->refused != PRW_SECURITY_STATUS_SUCCESS)
    {
      prw_host_remove_device_async (self->services->host, path, NULL, NULL); /* it was done before it could be stopped */
      end_stopped (self);
    }
  else if (paired)
    prw_host_read_device_async (self->services->host, path, NULL, on_paired_device_read, self);
  else if (!is_stopped (self) && smp_failure (self, error, &status))
    end_with_result (self, status, PRW_SECURITY_PROCESS_PAIRING);
  else
    end_with_host_error (self, error);
}

static PrwIoCapability
capability (PrwProcedure *self)
{
  return prw_security_parameters_capability (prw_security_manager_get_parameters (self->manager));
}

static void
on_leased (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwProcedure *self = data;
  g_autoptr (GError) error = NULL;

  self->leased = prw_leases_take_finish (PRW_LEASES (source), result, &error);
  if (is_stopped (self))
    {
      end_stopped (self);
      return;
    }
  if (!self->leased)
    {
      end_with_error (self, (PrwError) error->code, "%s", error->message);
      return;
    }
  self->began = self->pairing = TRUE;
  prw_security_manager_set_connecting (self->manager);
  prw_security_manager_begin_pairing (self->manager, PRW_ASSOCIATION_MODEL_UNKNOWN);
  prw_host_pair_async (self->services->host, prw_security_manager_get_bluez_path (self->manager), capability (self),
                       self->cancellable, on_paired, self);
}

/* What can be refused is refused before anything is done: the rule's Action=reject, and its Require= where the outcome is
 * certain (without MITM nothing better than Just Works can come). Takes @self where it returns FALSE. */
static gboolean
check_policy (PrwProcedure *self)
{
  gboolean just_works = capability (self) == PRW_IO_CAPABILITY_NONE;
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING,
                     .association_model = just_works ? PRW_ASSOCIATION_MODEL_JUST_WORKS : PRW_ASSOCIATION_MODEL_UNKNOWN };
  g_autoptr (GError) error = NULL;
  PrwDecision decision;

  prw_security_manager_fill_facts (self->manager, &facts);
  facts.initiator = PRW_INITIATOR_LOCAL;
  decision = prw_policy_evaluate (self->services->policy, &facts);
  prw_audit_decision (self->manager, &facts, &decision);
  if (decision.verdict == PRW_VERDICT_REJECT)
    end_with_error (self, PRW_ERROR_REJECTED, "%s is refused (%s): %s%s", facts.address, decision.decided_by, decision.why,
                    just_works && decision.reason == PRW_REJECTED_REASON_INSUFFICIENT_SECURITY ? "; set PasscodePairing to allow more" : "");
  else if (!prw_security_manager_check_debug_key (self->manager, &error))
    end_with_error (self, PRW_ERROR_REJECTED, "%s", error->message);
  else
    return TRUE;
  return FALSE;
}

static void
pair_device (PrwProcedure *self)
{
  g_autoptr (GError) error = NULL;
  PrwLeaseTerms terms;

  if (!prw_security_manager_check_radio (self->manager, &error))
    {
      end_with_error (self, (PrwError) error->code, "%s", error->message);
      return;
    }
  if (!check_policy (self))
    return;
  prw_security_manager_set_step (self->manager, PRW_PAIRING_STEP_PAIRING);
  prw_security_manager_fill_terms (self->manager, &terms);
  prw_leases_take_async (self->services->leases, prw_security_manager_get_adapter (self->manager), &terms, self->cancellable,
                         on_leased, self);
}

static const char *
hears_less (PrwProcedure *self)
{
  if (prw_kernel_is_le_only (self->services->kernel, prw_security_manager_get_adapter (self->manager)))
    return " This adapter is LE only, and hears no device of BR/EDR, as headsets are";
  return "";
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwProcedure *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = prw_host_find_device_finish (PRW_HOST (source), result, &error);

  if (is_stopped (self))
    end_stopped (self);
  else if (device != NULL)
    {
      prw_security_manager_apply_device (self->manager, device);
      pair_device (self);
    }
  else if (g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_TIMEOUT))
    end_with_error (self, PRW_ERROR_NOT_FOUND, "%s was not heard for %d s; is it near, on, and in pairing mode?%s",
                    prw_security_manager_get_address (self->manager), SEARCH_SECONDS, hears_less (self));
  else
    end_with_host_error (self, error);
}

static void
find_device (PrwProcedure *self)
{
  prw_security_manager_set_step (self->manager, PRW_PAIRING_STEP_SEARCHING);
  prw_host_find_device_async (self->services->host, prw_security_manager_get_adapter (self->manager),
                              prw_security_manager_get_address (self->manager), SEARCH_SECONDS, self->cancellable, on_found, self);
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwProcedure *self = data;
  g_autoptr (GError) error = NULL;

  self->forgot = prw_host_call_finish (PRW_HOST (source), result, &error);
  if (!self->forgot && !g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND))
    end_with_host_error (self, error);
  else if (is_stopped (self))
    end_stopped (self);
  else
    find_device (self);
}

static void
forget_device (PrwProcedure *self)
{
  /* Before, so that no bond is lost for a pairing that policy refuses anyway. */
  if (!check_policy (self))
    return;
  prw_security_manager_set_step (self->manager, PRW_PAIRING_STEP_FORGETTING);
  prw_host_remove_device_async (self->services->host, prw_security_manager_get_bluez_path (self->manager), on_forgotten, self);
}

/* Nothing is waited for any more; who wants the peer paired anew has asked meanwhile, perhaps. Takes @self. */
static void
end_wait (PrwProcedure *self, PrwSecurityStatus status)
{
  prw_clock_clear_alarm (self->services->clock, &self->encryption_alarm);
  if (is_stopped (self))
    end_stopped (self);
  else if (self->force)
    forget_device (self);
  else if (prw_security_manager_is_connected (self->manager))
    end_with_result (self, status, PRW_SECURITY_PROCESS_ENCRYPTION);
  else
    end_with_error (self, PRW_ERROR_CONNECTION_FAILED, "%s did not stay connected: the link was lost before it was encrypted",
                    prw_security_manager_get_address (self->manager));
}

static gboolean
on_encryption_alarm (gpointer data)
{
  PrwProcedure *self = data;

  self->encryption_alarm = 0;
  end_wait (self, PRW_SECURITY_STATUS_TIMEOUT);
  return G_SOURCE_REMOVE;
}

/* The link is there. Where the kernel shows encryption it is waited for; else it has come by the time bluetoothd shows the
 * link. Takes @self. */
static void
await_encryption (PrwProcedure *self)
{
  if (prw_security_manager_is_unencrypted (self->manager))
    self->encryption_alarm = prw_clock_add_alarm (self->services->clock, ENCRYPTION_DELAY, on_encryption_alarm, self);
  else
    end_with_result (self, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_PROCESS_ENCRYPTION);
}

void
prw_procedure_encrypted (PrwProcedure *self, PrwSecurityStatus status)
{
  if (self->encryption_alarm != 0)
    end_wait (self, status);
}

void
prw_procedure_disconnected (PrwProcedure *self)
{
  if (self->encryption_alarm != 0)
    end_wait (self, PRW_SECURITY_STATUS_UNSPECIFIED);
}

static void
on_encrypted (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwProcedure *self = data;
  g_autoptr (GError) error = NULL;
  gboolean connected = prw_host_call_finish (PRW_HOST (source), result, &error) &&
                       prw_security_manager_is_connected (self->manager); /* or it is gone again: no encryption */

  if (is_stopped (self))
    {
      /* Connect() goes on in bluetoothd when nobody waits for it any more. */
      prw_host_disconnect_device_async (self->services->host, prw_security_manager_get_bluez_path (self->manager), NULL, NULL);
      end_stopped (self);
    }
  else if (self->force)
    forget_device (self);
  else if (connected)
    await_encryption (self);
  else if (error != NULL && (error->code == PRW_HOST_ERROR_NOT_READY || error->code == PRW_HOST_ERROR_NOT_FOUND))
    end_with_host_error (self, error);
  else if (prw_security_manager_connected_since (self->manager, self->connecting_since))
    {
      /* The link came up and Connect() failed all the same (bluetoothd: le-connection-abort-by-local): no encryption. */
      prw_security_manager_set_bond_suspect (self->manager, TRUE);
      end_with_result (self, PRW_SECURITY_STATUS_UNSPECIFIED, PRW_SECURITY_PROCESS_ENCRYPTION);
    }
  else
    end_with_error (self, PRW_ERROR_CONNECTION_FAILED, "%s did not connect: %s",
                    prw_security_manager_get_address (self->manager), error != NULL ? error->message : "the link was lost");
}

static void
encrypt_device (PrwProcedure *self, const PrwDevice *device)
{
  prw_security_manager_set_step (self->manager, PRW_PAIRING_STEP_ENCRYPTING);
  if (device->connected)
    {
      await_encryption (self);
      return;
    }
  self->connecting_since = prw_clock_now (self->services->clock);
  prw_security_manager_set_connecting (self->manager);
  prw_host_connect_device_async (self->services->host, device->path, self->cancellable, on_encrypted, self);
}

static void
on_device_read (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwProcedure *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwDevice) device = prw_host_read_device_finish (PRW_HOST (source), result, &error);

  if (is_stopped (self))
    end_stopped (self);
  else if (device == NULL && !g_error_matches (error, PRW_HOST_ERROR, PRW_HOST_ERROR_NOT_FOUND))
    end_with_host_error (self, error);
  else
    {
      prw_security_manager_apply_device (self->manager, device);
      if (device == NULL)
        find_device (self);
      else if (!prw_security_manager_check_radio (self->manager, &error)) /* before the bond is touched, too */
        end_with_error (self, (PrwError) error->code, "%s", error->message);
      else if (self->force && (device->bonded || device->paired))
        forget_device (self);
      else if (device->bonded)
        encrypt_device (self, device);
      else
        pair_device (self);
    }
}

void
prw_procedure_run (PrwSecurityManager *manager, gboolean force, GTask *task)
{
  PrwProcedure *self = g_new0 (PrwProcedure, 1);
  PrwAdapter *adapter;

  self->manager = g_object_ref (manager);
  self->services = prw_services_ref (prw_security_manager_get_services (manager));
  self->cancellable = g_cancellable_new ();
  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->force = force;
  g_ptr_array_add (self->tasks, task);
  adapter = prw_host_find_adapter (self->services->host, prw_security_manager_get_adapter (manager));
  prw_security_manager_set_procedure (manager, self);
  if (!prw_host_is_available (self->services->host))
    end_with_error (self, PRW_ERROR_NOT_READY, "bluetoothd is not running");
  else if (adapter == NULL)
    end_with_error (self, PRW_ERROR_NOT_READY, "%s is not there", prw_security_manager_get_adapter (manager));
  else if (!adapter->powered)
    end_with_error (self, PRW_ERROR_NOT_READY, "%s is powered off", adapter->name);
  else
    prw_host_read_device_async (self->services->host, prw_security_manager_get_bluez_path (manager), self->cancellable,
                                on_device_read, self);
}

void
prw_procedure_join (PrwProcedure *self, gboolean force, GTask *task)
{
  self->force = self->force || force;
  g_ptr_array_add (self->tasks, task);
}

/* The end may come within: @self is perhaps gone afterwards. */
static void
stop (PrwProcedure *self)
{
  g_autoptr (PrwServices) services = prw_services_ref (self->services);
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);
  g_autofree char *adapter = g_strdup (prw_security_manager_get_adapter (self->manager));
  gboolean waits = self->encryption_alarm != 0; /* for the kernel, which no call to bluetoothd ends */

  prw_clock_clear_alarm (services->clock, &self->answer_alarm);
  g_cancellable_cancel (cancellable);
  prw_leases_end_cancelled (services->leases, adapter);
  if (waits)
    end_wait (self, PRW_SECURITY_STATUS_UNSPECIFIED);
}

void
prw_procedure_cancel (PrwProcedure *self)
{
  stop (self);
}

void
prw_procedure_refuse (PrwProcedure *self, PrwSecurityStatus status)
{
  self->refused = status;
  stop (self);
}

void
prw_procedure_lose_adapter (PrwProcedure *self)
{
  self->lost_adapter = TRUE;
  stop (self);
}

gboolean
prw_procedure_is_pairing (PrwProcedure *self)
{
  return self->pairing;
}
