/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/controller.h"

PrwController *
prw_controller_new (guint16 index, PrwConnections *connections, PrwCommands *commands)
{
  PrwController *self = g_new0 (PrwController, 1);

  self->index = index;
  self->name = g_strdup_printf ("hci%u", index);
  self->connections = connections;
  self->commands = commands;
  return self;
}

void
prw_controller_free (PrwController *self)
{
  prw_commands_free (self->commands);
  prw_connections_free (self->connections);
  g_free (self->name);
  g_free (self);
}

static gboolean
is_on (const PrwController *self, PrwMgmtSettings setting)
{
  return (self->settings & setting) != 0;
}

gboolean
prw_controller_state (const PrwController *self, PrwControllerState *state)
{
  *state = (PrwControllerState) { 0 };
  if (!self->ready)
    return FALSE;
  state->powered = is_on (self, PRW_MGMT_SETTING_POWERED);
  state->le = is_on (self, PRW_MGMT_SETTING_LE);
  state->bredr = is_on (self, PRW_MGMT_SETTING_BREDR);
  state->static_address = is_on (self, PRW_MGMT_SETTING_STATIC_ADDRESS);
  g_strlcpy (state->written_static_address, self->own.static_address, sizeof state->written_static_address);
  state->secure_connections = PRW_SECURE_CONNECTIONS_OFF;
  if (is_on (self, PRW_MGMT_SETTING_SECURE_CONNECTIONS))
    state->secure_connections = self->own.only ? PRW_SECURE_CONNECTIONS_ONLY : PRW_SECURE_CONNECTIONS_ON;
  state->debug_keys = PRW_DEBUG_KEYS_DISCARD;
  if (is_on (self, PRW_MGMT_SETTING_DEBUG_KEYS))
    state->debug_keys = self->own.use_debug_key ? PRW_DEBUG_KEYS_USE : PRW_DEBUG_KEYS_KEEP;
  return TRUE;
}

void
prw_controller_set_settings (PrwController *self, guint32 settings, PrwControllerOwn own)
{
  self->settings = settings;
  self->own = own;
  self->own.only = own.only && is_on (self, PRW_MGMT_SETTING_SECURE_CONNECTIONS);
  self->own.use_debug_key = own.use_debug_key && is_on (self, PRW_MGMT_SETTING_DEBUG_KEYS);
}
