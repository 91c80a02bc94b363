/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config/settings.h"

#include <glib/gi18n.h>

#include "config/layers.h"

static void
dump_key (GString *text, const PrwKey *key, const PrwLayer *layer, const char *group)
{
  g_autofree char *value = g_key_file_get_value (layer->keyfile, group, key->name, NULL);

  if (value != NULL)
    g_string_append_printf (text, "# %s\n%s=%s\n", layer->path, key->name, key->secret ? PRW_CONFIG_MASK : value);
}

/* The last layer that has @key in @group, or @group itself where @key is NULL. */
static const PrwLayer *
find_layer (GPtrArray *layers, const char *group, const char *key)
{
  for (guint i = layers->len; i > 0; i--)
    {
      const PrwLayer *layer = g_ptr_array_index (layers, i - 1);

      if (key != NULL ? g_key_file_has_key (layer->keyfile, group, key, NULL) : g_key_file_has_group (layer->keyfile, group))
        return layer;
    }
  return NULL;
}

/* Each key by itself: a later file's wins. */
static void
dump_merged (GString *text, GPtrArray *layers, const char *name, const PrwGroup *group)
{
  g_string_append_printf (text, "\n[%s]\n", name);
  for (const PrwKey *key = group->keys; key->name != NULL; key++)
    {
      const PrwLayer *layer = find_layer (layers, name, key->name);

      if (layer != NULL)
        dump_key (text, key, layer, name);
      else if (key->fallback != NULL)
        g_string_append_printf (text, "# %s\n%s=%s\n", _("compiled in"), key->name, key->fallback);
    }
}

static void
dump_rule (GString *text, GPtrArray *layers, const char *name, const PrwGroup *group)
{
  const PrwLayer *layer = find_layer (layers, name, NULL);

  g_string_append_printf (text, "\n[%s]\n", name);
  for (const PrwKey *key = group->keys; key->name != NULL; key++)
    dump_key (text, key, layer, name);
}

static void
dump_rules (GString *text, GPtrArray *layers, const PrwGroup *group, const PrwSettings *settings)
{
  for (guint i = 0; i < prw_policy_get_n_rules (settings->policy); i++)
    {
      g_autofree char *name = g_strconcat (group->name, " ", prw_policy_get_rule (settings->policy, i)->name, NULL);

      dump_rule (text, layers, name, group);
    }
}

static void
dump_controllers (GString *text, GPtrArray *layers, const PrwGroup *group, const PrwSettings *settings)
{
  for (guint i = 0; i < settings->controllers->len; i++)
    {
      const PrwControllerSettings *controller = g_ptr_array_index (settings->controllers, i);
      g_autofree char *name = g_strconcat (group->name, " ", controller->name, NULL);

      dump_merged (text, layers, name, group);
    }
}

char *
prw_layers_dump (GPtrArray *layers, const PrwSettings *settings)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "# %s\n", _("What is in force. Files that were read, the last one wins:"));
  for (guint i = 0; i < layers->len; i++)
    g_string_append_printf (text, "#   %s\n", ((const PrwLayer *) g_ptr_array_index (layers, i))->path);
  for (const PrwGroup *group = prw_groups; group->name != NULL; group++)
    switch (group->kind)
      {
      case PRW_GROUP_KIND_SETTINGS:
        dump_merged (text, layers, group->name, group);
        break;
      case PRW_GROUP_KIND_RULE:
        dump_rules (text, layers, group, settings);
        break;
      case PRW_GROUP_KIND_CONTROLLER:
        dump_controllers (text, layers, group, settings);
        break;
      }
  return g_string_free (text, FALSE);
}

char *
prw_config_dump (const PrwConfigSource *source, GError **error)
{
  g_autoptr (PrwSettings) settings = NULL;
  g_autoptr (GPtrArray) layers = prw_layers_read (source, error);

  if (layers == NULL)
    return NULL;
  settings = prw_layers_apply (layers, NULL, error);
  return settings != NULL ? prw_layers_dump (layers, settings) : NULL;
}
