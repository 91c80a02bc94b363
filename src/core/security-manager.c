/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/security-manager-private.h"

/* In this order: who it is, how it stands with it, its parameters (see get_property). */
enum
{
  PROP_PATH = 1, PROP_ADAPTER, PROP_ADDRESS, PROP_ADDRESS_TYPE, PROP_NAME, PROP_BLUEZ_DEVICE, PROP_ROLE,
  PROP_IS_PREVIOUSLY_BONDED, PROP_BONDED, PROP_BOND_SUSPECT, PROP_PAIRING_IN_PROCESS, PROP_SECURITY_LEVEL,
  PROP_PAIRING_STEP, PROP_DEBUG_LESC_KEY, PROP_DEBUG_KEY_BOND, PROP_REMEMBERED_SERVICES,
  PROP_PASSCODE_PAIRING, PROP_IO_CAPABILITIES, PROP_BOND, PROP_OUT_OF_BAND, PROP_REJECT_PAIRING_REQUESTS,
  PROP_LESC_PAIRING, N_PROPS
};
static GParamSpec *props[N_PROPS];

enum
{
  SECURITY_LEVEL_CHANGED, PAIRING_COMPLETE, PAIRING_REQUEST_REJECTED, PASSKEY_DISPLAY_REQUIRED, PASSKEY_REQUIRED,
  PERIPHERAL_SECURITY_REQUEST, PAIRING_AUTHORIZATION_REQUIRED, SERVICE_AUTHORIZATION_REQUIRED, DECIDED, N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PrwSecurityManager, prw_security_manager, G_TYPE_OBJECT)

static void
notify (PrwSecurityManager *self, guint prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

gboolean
prw_security_manager_get_bonded (PrwSecurityManager *self)
{
  return self->device != NULL && self->device->bonded;
}

const PrwSecurityParameters *
prw_security_manager_get_parameters (PrwSecurityManager *self)
{
  return self->has_own_parameters ? &self->parameters : prw_policy_get_peer_defaults (self->services->policy);
}

const char *
prw_security_manager_get_path (PrwSecurityManager *self)
{
  return self->path;
}

const char *
prw_security_manager_get_adapter (PrwSecurityManager *self)
{
  return self->adapter;
}

const char *
prw_security_manager_get_address (PrwSecurityManager *self)
{
  return self->address;
}

const char *
prw_security_manager_get_name (PrwSecurityManager *self)
{
  return self->device != NULL ? self->device->name : "";
}

const char *
prw_security_manager_get_bluez_path (PrwSecurityManager *self)
{
  return self->bluez_path;
}

const PrwDevice *
prw_security_manager_get_device (PrwSecurityManager *self)
{
  return self->device;
}

PrwServices *
prw_security_manager_get_services (PrwSecurityManager *self)
{
  return self->services;
}

gboolean
prw_security_manager_is_busy (PrwSecurityManager *self)
{
  return self->pairing.on || self->procedure != NULL;
}

gboolean
prw_security_manager_get_pairing_in_process (PrwSecurityManager *self)
{
  return prw_security_manager_is_busy (self) || self->encryption_alarm != 0;
}

void
prw_security_manager_update_in_process (PrwSecurityManager *self)
{
  gboolean now = prw_security_manager_get_pairing_in_process (self);

  if (self->in_process == now)
    return;
  self->in_process = now;
  notify (self, PROP_PAIRING_IN_PROCESS);
}

PrwSecurityLevel
prw_security_manager_get_level (PrwSecurityManager *self)
{
  return self->level;
}

static void
notify_parameters (PrwSecurityManager *self, const PrwSecurityParameters *old)
{
  const PrwSecurityParameters *new = prw_security_manager_get_parameters (self);

  g_object_freeze_notify (G_OBJECT (self));
  if (!old->passcode_pairing != !new->passcode_pairing)
    notify (self, PROP_PASSCODE_PAIRING);
  if (old->io_capabilities != new->io_capabilities)
    notify (self, PROP_IO_CAPABILITIES);
  if (!old->bond != !new->bond)
    notify (self, PROP_BOND);
  if (!old->out_of_band != !new->out_of_band)
    notify (self, PROP_OUT_OF_BAND);
  if (old->reject_pairing_requests != new->reject_pairing_requests)
    notify (self, PROP_REJECT_PAIRING_REQUESTS);
  if (!old->lesc_pairing != !new->lesc_pairing)
    notify (self, PROP_LESC_PAIRING);
  g_object_thaw_notify (G_OBJECT (self));
}

void
prw_security_manager_set_parameters (PrwSecurityManager *self, const PrwSecurityParameters *parameters)
{
  PrwSecurityParameters old = *prw_security_manager_get_parameters (self);

  self->parameters = *parameters;
  self->has_own_parameters = TRUE;
  notify_parameters (self, &old);
}

void
prw_security_manager_defaults_changed (PrwSecurityManager *self, const PrwSecurityParameters *old)
{
  if (!self->has_own_parameters)
    notify_parameters (self, old);
}

PrwProcedure *
prw_security_manager_get_procedure (PrwSecurityManager *self)
{
  return self->procedure;
}

PrwProcedure *
prw_security_manager_get_pairing_procedure (PrwSecurityManager *self)
{
  return self->procedure != NULL && prw_procedure_is_pairing (self->procedure) ? self->procedure : NULL;
}

void
prw_security_manager_hold (PrwSecurityManager *self)
{
  self->holds++;
}

void
prw_security_manager_unhold (PrwSecurityManager *self)
{
  g_return_if_fail (self->holds > 0);
  self->holds--;
}

gboolean
prw_security_manager_is_needed (PrwSecurityManager *self)
{
  return self->holds > 0 || self->has_own_parameters || self->debug_key || self->oob != NULL || prw_security_manager_get_pairing_in_process (self) ||
         prw_security_manager_get_bonded (self) || prw_security_manager_is_connected (self) || self->le.connected ||
         self->bredr.connected;
}

static void
get_parameter (PrwSecurityManager *self, guint id, GValue *value)
{
  const PrwSecurityParameters *parameters = prw_security_manager_get_parameters (self);

  if (id == PROP_PASSCODE_PAIRING)
    g_value_set_boolean (value, parameters->passcode_pairing);
  else if (id == PROP_IO_CAPABILITIES)
    g_value_set_uint (value, parameters->io_capabilities);
  else if (id == PROP_BOND)
    g_value_set_boolean (value, parameters->bond);
  else if (id == PROP_OUT_OF_BAND)
    g_value_set_boolean (value, parameters->out_of_band);
  else if (id == PROP_REJECT_PAIRING_REQUESTS)
    g_value_set_uint (value, parameters->reject_pairing_requests);
  else
    g_value_set_boolean (value, parameters->lesc_pairing);
}

/* Who it is. */
static void
get_text (PrwSecurityManager *self, guint id, GValue *value)
{
  switch (id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_ADAPTER:
      g_value_set_string (value, self->adapter);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_ADDRESS_TYPE:
      g_value_set_string (value, self->device == NULL || self->device->address_type == PRW_ADDRESS_TYPE_UNKNOWN
                                 ? "" : prw_address_type_to_string (self->device->address_type));
      break;
    case PROP_NAME:
      g_value_set_string (value, prw_security_manager_get_name (self));
      break;
    case PROP_BLUEZ_DEVICE:
      g_value_set_string (value, self->device != NULL ? self->bluez_path : "/");
      break;
    }
}

/* How it stands with it. */
static void
get_state (PrwSecurityManager *self, guint id, GValue *value)
{
  switch (id)
    {
    case PROP_ROLE:
      g_value_set_uint (value, self->role);
      break;
    case PROP_IS_PREVIOUSLY_BONDED:
      g_value_set_boolean (value, self->is_previously_bonded);
      break;
    case PROP_BONDED:
      g_value_set_boolean (value, prw_security_manager_get_bonded (self));
      break;
    case PROP_BOND_SUSPECT:
      g_value_set_boolean (value, self->bond_suspect);
      break;
    case PROP_PAIRING_IN_PROCESS:
      g_value_set_boolean (value, prw_security_manager_get_pairing_in_process (self));
      break;
    case PROP_SECURITY_LEVEL:
      g_value_set_uint (value, self->level);
      break;
    case PROP_PAIRING_STEP:
      g_value_set_uint (value, self->step);
      break;
    case PROP_DEBUG_LESC_KEY:
      g_value_set_boolean (value, self->debug_key);
      break;
    case PROP_DEBUG_KEY_BOND:
      g_value_set_boolean (value, self->debug_key_bond);
      break;
    case PROP_REMEMBERED_SERVICES:
      g_value_set_variant (value, prw_security_manager_get_remembered_services (self));
      break;
    }
}

static void
prw_security_manager_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  PrwSecurityManager *self = PRW_SECURITY_MANAGER (object);

  if (id < PROP_ROLE)
    get_text (self, id, value);
  else if (id < PROP_PASSCODE_PAIRING)
    get_state (self, id, value);
  else if (id < N_PROPS)
    get_parameter (self, id, value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
prw_security_manager_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  PrwSecurityManager *self = PRW_SECURITY_MANAGER (object);
  PrwSecurityParameters parameters = *prw_security_manager_get_parameters (self);

  if (id == PROP_PASSCODE_PAIRING)
    parameters.passcode_pairing = g_value_get_boolean (value);
  else if (id == PROP_IO_CAPABILITIES)
    parameters.io_capabilities = g_value_get_uint (value);
  else if (id == PROP_BOND)
    parameters.bond = g_value_get_boolean (value);
  else if (id == PROP_OUT_OF_BAND)
    parameters.out_of_band = g_value_get_boolean (value);
  else if (id == PROP_REJECT_PAIRING_REQUESTS)
    parameters.reject_pairing_requests = g_value_get_uint (value);
  else if (id == PROP_LESC_PAIRING)
    parameters.lesc_pairing = g_value_get_boolean (value);
  else
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  prw_security_manager_set_parameters (self, &parameters);
}

static void
prw_security_manager_finalize (GObject *object)
{
  PrwSecurityManager *self = PRW_SECURITY_MANAGER (object);

  prw_security_manager_clear_alarms (self);
  prw_security_manager_clear_oob (self);
  prw_host_unwatch_device (self->services->host, self->bluez_path);
  g_clear_object (&self->display);
  g_clear_object (&self->security_request);
  g_clear_pointer (&self->device, prw_device_unref);
  g_clear_pointer (&self->services, prw_services_unref);
  g_free (self->path);
  g_free (self->adapter);
  g_free (self->address);
  g_free (self->bluez_path);
  g_free (self->identity);
  G_OBJECT_CLASS (prw_security_manager_parent_class)->finalize (object);
}

static GParamSpec *
read_string (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
boolean (const char *name, GParamFlags access)
{
  return g_param_spec_boolean (name, NULL, NULL, FALSE, access | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static GParamSpec *
number (const char *name, guint max, GParamFlags access)
{
  return g_param_spec_uint (name, NULL, NULL, 0, max, 0, access | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_properties (GObjectClass *klass)
{
  props[PROP_PATH] = read_string ("path");
  props[PROP_ADAPTER] = read_string ("adapter");
  props[PROP_ADDRESS] = read_string ("address");
  props[PROP_ADDRESS_TYPE] = read_string ("address-type");
  props[PROP_NAME] = read_string ("name");
  props[PROP_BLUEZ_DEVICE] = read_string ("bluez-device");
  props[PROP_ROLE] = number ("role", PRW_ROLE_PERIPHERAL, G_PARAM_READABLE);
  props[PROP_IS_PREVIOUSLY_BONDED] = boolean ("is-previously-bonded", G_PARAM_READABLE);
  props[PROP_BONDED] = boolean ("bonded", G_PARAM_READABLE);
  props[PROP_BOND_SUSPECT] = boolean ("bond-suspect", G_PARAM_READABLE);
  props[PROP_PAIRING_IN_PROCESS] = boolean ("pairing-in-process", G_PARAM_READABLE);
  props[PROP_SECURITY_LEVEL] = number ("security-level", PRW_SECURITY_LEVEL_LESC_MITM, G_PARAM_READABLE);
  props[PROP_PAIRING_STEP] = number ("pairing-step", PRW_PAIRING_STEP_ENCRYPTING, G_PARAM_READABLE);
  props[PROP_DEBUG_LESC_KEY] = boolean ("debug-lesc-key", G_PARAM_READABLE);
  props[PROP_DEBUG_KEY_BOND] = boolean ("debug-key-bond", G_PARAM_READABLE);
  props[PROP_REMEMBERED_SERVICES] = g_param_spec_variant ("remembered-services", NULL, NULL, G_VARIANT_TYPE ("a{sb}"), NULL,
                                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_PASSCODE_PAIRING] = boolean ("passcode-pairing", G_PARAM_READWRITE);
  props[PROP_IO_CAPABILITIES] = number ("io-capabilities", PRW_IO_CAPABILITY_KEYBOARD_DISPLAY, G_PARAM_READWRITE);
  props[PROP_BOND] = boolean ("bond", G_PARAM_READWRITE);
  props[PROP_OUT_OF_BAND] = boolean ("out-of-band", G_PARAM_READWRITE);
  props[PROP_REJECT_PAIRING_REQUESTS] = number ("reject-pairing-requests", PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS, G_PARAM_READWRITE);
  props[PROP_LESC_PAIRING] = boolean ("lesc-pairing", G_PARAM_READWRITE);
  g_object_class_install_properties (klass, N_PROPS, props);
}

static guint
model_signal (GType type, const char *name, guint n_params, ...)
{
  va_list params;
  guint id;

  va_start (params, n_params);
  id = g_signal_new_valist (name, type, G_SIGNAL_RUN_LAST, NULL, NULL, NULL, NULL, G_TYPE_NONE, n_params, params);
  va_end (params);
  return id;
}

static void
prw_security_manager_class_init (PrwSecurityManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = PRW_TYPE_SECURITY_MANAGER;

  object_class->get_property = prw_security_manager_get_property;
  object_class->set_property = prw_security_manager_set_property;
  object_class->finalize = prw_security_manager_finalize;
  install_properties (object_class);
  signals[SECURITY_LEVEL_CHANGED] = model_signal (type, "security-level-changed", 1, G_TYPE_UINT);
  signals[PAIRING_COMPLETE] = model_signal (type, "pairing-complete", 3, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_UINT);
  signals[PAIRING_REQUEST_REJECTED] = model_signal (type, "pairing-request-rejected", 1, G_TYPE_UINT);
  signals[PASSKEY_DISPLAY_REQUIRED] =
    model_signal (type, "passkey-display-required", 3, PRW_TYPE_REQUEST, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[PASSKEY_REQUIRED] = model_signal (type, "passkey-required", 2, PRW_TYPE_REQUEST, G_TYPE_BOOLEAN);
  signals[PERIPHERAL_SECURITY_REQUEST] =
    model_signal (type, "peripheral-security-request", 6, PRW_TYPE_REQUEST, G_TYPE_BOOLEAN, G_TYPE_BOOLEAN, G_TYPE_BOOLEAN,
                  G_TYPE_BOOLEAN, G_TYPE_BOOLEAN);
  signals[PAIRING_AUTHORIZATION_REQUIRED] = model_signal (type, "pairing-authorization-required", 1, PRW_TYPE_REQUEST);
  signals[SERVICE_AUTHORIZATION_REQUIRED] =
    model_signal (type, "service-authorization-required", 2, PRW_TYPE_REQUEST, G_TYPE_STRING);
  signals[DECIDED] = model_signal (type, "decided", 2, G_TYPE_POINTER, G_TYPE_POINTER);
}

static void
prw_security_manager_init (PrwSecurityManager *self)
{
}

PrwSecurityManager *
prw_security_manager_new (PrwServices *services, const char *adapter, const char *address, const char *bluez_path)
{
  PrwSecurityManager *self = g_object_new (PRW_TYPE_SECURITY_MANAGER, NULL);

  self->services = prw_services_ref (services);
  self->adapter = g_strdup (adapter);
  self->address = g_strdup (address);
  self->bluez_path = g_strdup (bluez_path);
  self->path = g_strconcat ("/org/pairward", strstr (bluez_path, "/hci"), NULL);
  prw_host_watch_device (services->host, bluez_path);
  return self;
}
