/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/settings.h"

#include <string.h>

#include "policy/text.h"

PrwSettings *
prw_settings_new (void)
{
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
  PrwSettings *self = g_new0 (PrwSettings, 1);

  g_atomic_ref_count_init (&self->ref_count);
  /* The model refuses nothing and asks nobody (blatann's SecurityParameters and PairingPolicy defaults). */
  prw_policy_builder_set_without_handler (builder, PRW_WITHOUT_HANDLER_ACCEPT);
  prw_policy_builder_set_peer_defaults (builder, &PRW_SECURITY_PARAMETERS_DEFAULT);
  self->policy = prw_policy_builder_build (builder);
  self->auto_capability = TRUE;
  self->capability = PRW_IO_CAPABILITY_NONE;
  self->adapters = g_strsplit ("*", ";", -1);
  self->window_max_seconds = 300;
  self->window_discoverable = TRUE;
  self->window_close_after_bond = TRUE;
  self->lockout_failures = 3;
  self->lockout_seconds = 60;
  self->controllers = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_controller_settings_free);
  return self;
}

PrwSettings *
prw_settings_ref (PrwSettings *settings)
{
  g_atomic_ref_count_inc (&settings->ref_count);
  return settings;
}

void
prw_settings_unref (PrwSettings *settings)
{
  if (!g_atomic_ref_count_dec (&settings->ref_count))
    return;
  g_clear_pointer (&settings->policy, prw_policy_unref);
  g_strfreev (settings->adapters);
  g_ptr_array_unref (settings->controllers);
  g_free (settings);
}

PrwControllerSettings *
prw_controller_settings_new (const char *name)
{
  PrwControllerSettings *controller = g_new0 (PrwControllerSettings, 1);

  controller->name = g_strdup (name);
  controller->flow_control = TRUE;
  return controller;
}

void
prw_controller_settings_free (PrwControllerSettings *controller)
{
  g_free (controller->name);
  g_free (controller->match_tty);
  g_free (controller->match_address);
  g_free (controller->match_usb);
  g_free (controller->static_address);
  g_free (controller->secure_connections);
  g_free (controller);
}

gboolean
prw_settings_serves_adapter (const PrwSettings *settings, const char *name, const char *address)
{
  for (guint i = 0; settings->adapters[i] != NULL; i++)
    if ((name != NULL && prw_text_glob (settings->adapters[i], name)) ||
        (address != NULL && prw_text_glob (settings->adapters[i], address)))
      return TRUE;
  return FALSE;
}

/* Whether the key is not given, or is about what is known, and matches it. */
static gboolean
matches (const char *pattern, const char *fact)
{
  return pattern == NULL || (fact != NULL && fact[0] != '\0' && prw_text_glob (pattern, fact));
}

/* A pattern without a folder is about the name alone. */
static gboolean
matches_tty (const char *pattern, const char *tty)
{
  const char *slash = tty != NULL ? strrchr (tty, '/') : NULL;

  return matches (pattern, tty) || (slash != NULL && matches (pattern, slash + 1));
}

const PrwControllerSettings *
prw_settings_pick_board (const PrwSettings *settings, const char *tty, const char *address, const char *own_address, const char *usb)
{
  for (guint i = 0; i < settings->controllers->len; i++)
    {
      const PrwControllerSettings *controller = settings->controllers->pdata[i];

      if (matches_tty (controller->match_tty, tty) && matches (controller->match_usb, usb) &&
          (matches (controller->match_address, address) || matches (controller->match_address, own_address)))
        return controller;
    }
  return NULL;
}

const PrwControllerSettings *
prw_settings_pick_controller (const PrwSettings *settings, const char *tty, const char *address, const char *usb)
{
  return prw_settings_pick_board (settings, tty, address, NULL, usb);
}
