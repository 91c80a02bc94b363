/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What policy is told of one peer. */
#include "core/security-manager-private.h"

/* A device of BR/EDR has a public address and tells its class, in its inquiry response or as it connects. */
gboolean
prw_security_manager_may_be_bredr (PrwSecurityManager *self)
{
  return self->device != NULL && self->device->address_type != PRW_ADDRESS_TYPE_RANDOM && self->device->device_class != 0;
}

static void
fill_from_device (PrwFacts *facts, const PrwDevice *device)
{
  /* Once the identity of a private device is known, it is that, and not the address the path keeps. */
  facts->address = device->address;
  facts->address_type = device->address_type;
  facts->name = device->name;
  facts->icon = device->icon;
  facts->device_class = device->device_class;
  facts->uuids = (const char *const *) device->uuids;
  facts->bonded = device->bonded ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
  facts->paired = device->paired ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
}

/* LE has no PIN, bluetoothd authorises BR/EDR profiles only, and BR/EDR has no random addresses: else nobody knows. */
static PrwTransport
guess_transport (const PrwFacts *facts)
{
  gboolean pin = facts->association_model == PRW_ASSOCIATION_MODEL_PIN_ENTRY ||
                 facts->association_model == PRW_ASSOCIATION_MODEL_PIN_DISPLAY;

  if (pin || facts->kind == PRW_REQUEST_KIND_SERVICE)
    return PRW_TRANSPORT_BREDR;
  return facts->address_type == PRW_ADDRESS_TYPE_RANDOM ? PRW_TRANSPORT_LE : PRW_TRANSPORT_UNKNOWN;
}

static PrwTristate
tristate (gboolean value)
{
  return value ? PRW_TRISTATE_YES : PRW_TRISTATE_NO;
}

/* What only the kernel shows: the air. */
static void
fill_from_link (PrwFacts *facts, const PrwLink *link)
{
  facts->transport = link->transport;
  facts->role = link->role;
  facts->initiator = link->initiator;
  if (!link->has_asks)
    return;
  facts->asks_bond = tristate (link->asks.bond);
  facts->asks_mitm = tristate (link->asks.mitm);
  facts->asks_lesc = tristate (link->asks.lesc);
  facts->asks_keypress = tristate (link->asks.keypress);
}

void
prw_security_manager_fill_facts (PrwSecurityManager *self, PrwFacts *facts)
{
  PrwServices *services = self->services;
  PrwAdapter *adapter = prw_host_find_adapter (services->host, self->adapter);

  facts->adapter = self->adapter;
  facts->adapter_address = adapter != NULL ? adapter->address : NULL;
  facts->address = self->address;
  if (self->device != NULL)
    fill_from_device (facts, self->device);
  facts->transport = guess_transport (facts);
  facts->role = self->role;
  if (self->linked && facts->kind != PRW_REQUEST_KIND_SERVICE)
    fill_from_link (facts, prw_security_manager_get_link (self));
  /* A bonded peripheral may ask in the same moment for the encryption that we were told to begin. */
  if (prw_security_manager_get_pairing_procedure (self) != NULL ||
      (facts->kind == PRW_REQUEST_KIND_SECURITY_REQUEST && self->procedure != NULL))
    facts->initiator = PRW_INITIATOR_LOCAL;
  facts->security_request_accepted = self->let_in;
  facts->window_open = prw_window_is_open (services->window);
  facts->locked_out = prw_lockout_is_locked (services->lockout, self->adapter, self->address);
  facts->has_handler = prw_handlers_can_answer (services->handlers, prw_event_for (facts), self->path);
  facts->peer_parameters = prw_security_manager_get_parameters (self);
  if (facts->kind == PRW_REQUEST_KIND_SERVICE && facts->service != NULL)
    facts->remembered = prw_security_manager_recall_service (self, facts->service);
}
