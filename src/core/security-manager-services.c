/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What is remembered of a peer's services: it holds for one bond, and goes with it. */
#include "core/security-manager-private.h"

#include <glib/gi18n.h>

#include "core/error.h"
#include "policy/policy.h"

/* Returns: (nullable): the address it is remembered under; NULL: without a bond nothing is remembered */
static const char *
remembered_as (PrwSecurityManager *self)
{
  gboolean holds = prw_security_manager_get_bonded (self) && *prw_security_manager_get_adapter_address (self) != '\0';

  return holds ? self->device->address : NULL;
}

void
prw_security_manager_remember_service (PrwSecurityManager *self, const char *service, gboolean allow)
{
  const char *address = remembered_as (self);

  if (address == NULL)
    {
      g_message ("%s is not bonded: what was said about its service is not remembered", self->path);
      return;
    }
  prw_memory_remember (self->services->memory, prw_security_manager_get_adapter_address (self), address, service, allow);
  g_object_notify (G_OBJECT (self), "remembered-services");
}

PrwTristate
prw_security_manager_recall_service (PrwSecurityManager *self, const char *service)
{
  const char *address = remembered_as (self);

  if (address == NULL)
    return PRW_TRISTATE_UNKNOWN;
  return prw_memory_lookup (self->services->memory, prw_security_manager_get_adapter_address (self), address, service);
}

GVariant *
prw_security_manager_get_remembered_services (PrwSecurityManager *self)
{
  const char *address = remembered_as (self);

  if (address == NULL)
    return g_variant_new ("a{sb}", NULL);
  return prw_memory_list (self->services->memory, prw_security_manager_get_adapter_address (self), address);
}

void
prw_security_manager_forget_services (PrwSecurityManager *self)
{
  const char *address = remembered_as (self);

  if (address != NULL &&
      prw_memory_forget (self->services->memory, prw_security_manager_get_adapter_address (self), address, NULL))
    g_object_notify (G_OBJECT (self), "remembered-services");
}

gboolean
prw_security_manager_forget_service (PrwSecurityManager *self, const char *service, GError **error)
{
  const char *address = remembered_as (self);
  g_autofree char *uuid = NULL;
  g_autoptr (GError) problem = NULL;

  if (*service == '\0')
    {
      prw_security_manager_forget_services (self);
      return TRUE;
    }
  uuid = prw_service_uuid (service, &problem);
  if (uuid == NULL)
    {
      g_set_error_literal (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, problem->message);
      return FALSE;
    }
  if (address == NULL ||
      !prw_memory_forget (self->services->memory, prw_security_manager_get_adapter_address (self), address, uuid))
    {
      g_set_error (error, PRW_ERROR, PRW_ERROR_NOT_FOUND, _("nothing is remembered of %s's service %s"), self->address, uuid);
      return FALSE;
    }
  g_object_notify (G_OBJECT (self), "remembered-services");
  return TRUE;
}
