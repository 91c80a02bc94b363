/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config/settings.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>

#include "config/layers.h"

/* What all files say so far. */
typedef struct
{
  PrwDraft draft;
  GPtrArray *rules;       /* PrwRule, in the order they are tried */
  GPtrArray *controllers; /* PrwControllerSettings, as they first appeared */
} Load;

static void
load_init (Load *load)
{
  g_autoptr (PrwSettings) settings = prw_settings_new ();

  load->draft.auto_capability = settings->auto_capability;
  load->draft.capability = settings->capability;
  load->draft.floor = prw_policy_get_floor (settings->policy);
  load->draft.without_handler = prw_policy_get_without_handler (settings->policy);
  load->draft.adapters = g_strdupv (settings->adapters);
  load->draft.parameters = *prw_policy_get_peer_defaults (settings->policy);
  load->draft.window_required = prw_policy_get_window_required (settings->policy);
  load->draft.window_max_seconds = settings->window_max_seconds;
  load->draft.window_discoverable = settings->window_discoverable;
  load->draft.window_close_after_bond = settings->window_close_after_bond;
  load->draft.lockout_failures = settings->lockout_failures;
  load->draft.lockout_seconds = settings->lockout_seconds;
  load->rules = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_rule_free);
  load->controllers = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_controller_settings_free);
}

static void
load_clear (Load *load)
{
  g_strfreev (load->draft.adapters);
  g_ptr_array_unref (load->rules);
  g_ptr_array_unref (load->controllers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Load, load_clear)

/* GKeyFile returns a text beside the error for some bad escapes, and warns of its own bug where there are two. */
static gboolean
escapes_are_good (const PrwKey *key, const char *written)
{
  for (const char *p = strchr (written, '\\'); p != NULL; p = strchr (p + 2, '\\'))
    if (p[1] == '\0' || strchr (key->list ? "sntr\\;" : "sntr\\", p[1]) == NULL)
      return FALSE;
  return TRUE;
}

/* The value's list, or the value alone; blanks around list entries do not count. */
static char **
get_items (const PrwLayer *layer, const char *group, const PrwKey *key)
{
  char **items;

  if (key->list)
    {
      items = g_key_file_get_string_list (layer->keyfile, group, key->name, NULL, NULL);
      for (guint i = 0; items != NULL && items[i] != NULL; i++)
        g_strstrip (items[i]);
      return items;
    }
  items = g_new0 (char *, 2);
  items[0] = g_key_file_get_string (layer->keyfile, group, key->name, NULL);
  return items;
}

static gboolean
apply_key (const PrwLayer *layer, const char *group, const PrwKey *key, gpointer target, GError **error)
{
  g_autofree char *written = g_key_file_get_value (layer->keyfile, group, key->name, NULL);
  g_auto (GStrv) items = NULL;
  g_autoptr (GError) reason = NULL;

  if (written == NULL)
    return TRUE;
  if (key->secret && (layer->mode & S_IROTH) != 0)
    return prw_layer_fail (layer->path, group, key->name, written,
                           _("everybody may read this file, so it must not hold secrets (chmod o-r)"), error);
  if (!escapes_are_good (key, written))
    return prw_layer_fail (layer->path, group, key->name, written, _("a backslash stands only in \\s \\n \\t \\r \\\\ (and \\; in lists)"),
                           error);
  items = get_items (layer, group, key);
  g_return_val_if_fail (items != NULL, FALSE);
  if (!key->parse (key, items, target, &reason))
    return prw_layer_fail (layer->path, group, key->name, written, reason->message, error);
  return TRUE;
}

static gboolean
apply_keys (const PrwLayer *layer, const char *name, const PrwGroup *group, gpointer target, GError **error)
{
  for (const PrwKey *key = group->keys; key->name != NULL; key++)
    if (!apply_key (layer, name, key, target, error))
      return FALSE;
  return TRUE;
}

static PrwRule *
read_rule (const PrwLayer *layer, const char *name, const PrwGroup *group, GError **error)
{
  g_autoptr (PrwRule) rule = prw_rule_new (prw_group_instance_name (group, name));

  if (!apply_keys (layer, name, group, rule, error))
    return NULL;
  if (rule->trust == PRW_TRISTATE_YES && (rule->allow_services != NULL || rule->deny_services != NULL))
    {
      g_autofree char *written = g_key_file_get_value (layer->keyfile, name, "Trust", NULL);

      prw_layer_fail (layer->path, name, "Trust", written,
                      _("cannot stand beside AllowServices= or DenyServices=: BlueZ never asks about services of a trusted device"), error);
      return NULL;
    }
  return g_steal_pointer (&rule);
}

static gboolean
apply_controller (Load *load, const PrwLayer *layer, const char *name, const PrwGroup *group, GError **error)
{
  const char *instance = prw_group_instance_name (group, name);
  PrwControllerSettings *controller = NULL;

  for (guint i = 0; i < load->controllers->len && controller == NULL; i++)
    {
      PrwControllerSettings *known = g_ptr_array_index (load->controllers, i);

      if (g_str_equal (known->name, instance))
        controller = known;
    }
  if (controller == NULL)
    {
      controller = prw_controller_settings_new (instance);
      g_ptr_array_add (load->controllers, controller);
    }
  if (!apply_keys (layer, name, group, controller, error))
    return FALSE;
  /* It would take every serial port for a controller. */
  if (controller->match_tty == NULL && controller->match_address == NULL && controller->match_usb == NULL)
    return prw_layer_fail (layer->path, name, NULL, NULL, _("needs MatchTty=, MatchAddress= or MatchUsb="), error);
  return TRUE;
}

/* Puts the rules of @layer before those of earlier files and takes away the ones they replace. */
static void
take_rules (Load *load, const PrwLayer *layer, GPtrArray *fresh)
{
  gsize n;
  g_autofree gpointer *rules = g_ptr_array_steal (load->rules, &n);

  for (gsize i = 0; i < n; i++)
    {
      PrwRule *rule = rules[i];
      g_autofree char *name = g_strconcat ("Rule ", rule->name, NULL);

      if (g_key_file_has_group (layer->keyfile, name))
        prw_rule_free (rule);
      else
        g_ptr_array_add (fresh, rule);
    }
  g_ptr_array_unref (load->rules);
  load->rules = g_ptr_array_ref (fresh);
}

static gboolean
apply_group (Load *load, const PrwLayer *layer, const char *name, GPtrArray *fresh, GError **error)
{
  g_autofree char *canonical = NULL;
  const PrwGroup *group = prw_group_find (name, &canonical, error);
  PrwRule *rule;

  if (group == NULL)
    return FALSE;
  switch (group->kind)
    {
    case PRW_GROUP_KIND_SETTINGS:
      return apply_keys (layer, name, group, &load->draft, error);
    case PRW_GROUP_KIND_CONTROLLER:
      return apply_controller (load, layer, name, group, error);
    case PRW_GROUP_KIND_RULE:
      rule = read_rule (layer, name, group, error);
      if (rule != NULL)
        g_ptr_array_add (fresh, rule);
      return rule != NULL;
    }
  g_return_val_if_reached (FALSE);
}

static gboolean
apply_layer (Load *load, const PrwLayer *layer, GError **error)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_rule_free);
  g_auto (GStrv) names = g_key_file_get_groups (layer->keyfile, NULL);

  for (guint i = 0; names[i] != NULL; i++)
    if (!apply_group (load, layer, names[i], fresh, error))
      return FALSE;
  take_rules (load, layer, fresh);
  return TRUE;
}

static void
add_warnings (const Load *load, GPtrArray *layers, GPtrArray *warnings)
{
  const PrwDraft *draft = &load->draft;
  gboolean takes_new = (draft->floor & PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS) == 0;

  for (guint i = 0; i < layers->len; i++)
    {
      const PrwLayer *layer = g_ptr_array_index (layers, i);

      if ((layer->mode & S_IWOTH) != 0)
        g_ptr_array_add (warnings, g_strdup_printf (_("%s: everybody may write to this file (chmod o-w)"), layer->path));
    }
  if (draft->without_handler == PRW_WITHOUT_HANDLER_ACCEPT && takes_new && !draft->window_required)
    g_ptr_array_add (warnings, g_strdup (_("[Daemon] WithoutHandler=accept: anybody nearby can pair while nobody is there to be asked")));
  for (guint i = 0; i + 1 < load->rules->len; i++)
    {
      const PrwRule *rule = g_ptr_array_index (load->rules, i);
      const PrwRule *next = g_ptr_array_index (load->rules, i + 1);

      if (!prw_rule_matches_everything (rule))
        continue;
      g_ptr_array_add (warnings, g_strdup_printf (_("[Rule %s] matches everything: [Rule %s] and those after it are never tried"), rule->name,
                                                  next->name));
      break;
    }
}

static PrwSettings *
finish (Load *load)
{
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
  PrwSettings *settings = prw_settings_new ();
  gsize n_rules;
  g_autofree gpointer *rules = g_ptr_array_steal (load->rules, &n_rules);

  prw_policy_builder_set_floor (builder, load->draft.floor);
  prw_policy_builder_set_without_handler (builder, load->draft.without_handler);
  prw_policy_builder_set_window_required (builder, load->draft.window_required);
  prw_policy_builder_set_peer_defaults (builder, &load->draft.parameters);
  for (gsize i = 0; i < n_rules; i++)
    prw_policy_builder_add_rule (builder, rules[i]);
  prw_policy_unref (settings->policy);
  settings->policy = prw_policy_builder_build (builder);
  settings->auto_capability = load->draft.auto_capability;
  settings->capability = load->draft.capability;
  g_strfreev (settings->adapters);
  settings->adapters = g_steal_pointer (&load->draft.adapters);
  settings->window_max_seconds = load->draft.window_max_seconds;
  settings->window_discoverable = load->draft.window_discoverable;
  settings->window_close_after_bond = load->draft.window_close_after_bond;
  settings->lockout_failures = load->draft.lockout_failures;
  settings->lockout_seconds = load->draft.lockout_seconds;
  g_ptr_array_unref (settings->controllers);
  settings->controllers = g_ptr_array_ref (load->controllers);
  return settings;
}

PrwSettings *
prw_layers_apply (GPtrArray *layers, GPtrArray *warnings, GError **error)
{
  g_auto (Load) load = { 0 };

  load_init (&load);
  for (guint i = 0; i < layers->len; i++)
    if (!apply_layer (&load, g_ptr_array_index (layers, i), error))
      return NULL;
  if (warnings != NULL)
    add_warnings (&load, layers, warnings);
  return finish (&load);
}

PrwSettings *
prw_config_load (const PrwConfigSource *source, GPtrArray **warnings, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) layers = prw_layers_read (source, error);
  PrwSettings *settings;

  if (layers == NULL)
    return NULL;
  settings = prw_layers_apply (layers, lines, error);
  if (settings != NULL && warnings != NULL)
    *warnings = g_steal_pointer (&lines);
  return settings;
}
