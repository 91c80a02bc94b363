/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A keyfile, from its bytes to what `config show` prints. */
#include "config.h"

#include "config/layers.h"
#include "fuzz.h"

#include <string.h>

static void
check_error (const GError *error)
{
  g_assert_true (error != NULL && error->domain == PRW_CONFIG_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strpbrk (error->message, "\n\r\x1b"));
  g_assert_cmpuint (strlen (error->message), <=, 1024);
}

/* What our scan takes, GKeyFile takes too, and reads the same in it. */
static void
check_like_glib (const PrwLayer *layer, const char *data, gsize size)
{
  g_autoptr (GKeyFile) keyfile = g_key_file_new ();
  g_auto (GStrv) groups = g_key_file_get_groups (layer->keyfile, NULL);
  gboolean bom = size >= 3 && memcmp (data, "\357\273\277", 3) == 0;
  g_autoptr (GString) text = g_string_new_len (bom ? data + 3 : data, bom ? size - 3 : size);

  /* A CR at the end of the file is part of the line to GKeyFile. */
  g_string_append_c (text, '\n');
  g_assert_true (g_key_file_load_from_data (keyfile, text->str, text->len, G_KEY_FILE_NONE, NULL));
  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (layer->keyfile, groups[i], NULL, NULL);

      /* Blanks in the names of rules are counted by GKeyFile alone. */
      for (gsize j = 0; g_key_file_has_group (keyfile, groups[i]) && keys[j] != NULL; j++)
        {
          g_autofree char *ours = g_key_file_get_value (layer->keyfile, groups[i], keys[j], NULL);
          g_autofree char *theirs = g_key_file_get_value (keyfile, groups[i], keys[j], NULL);

          g_assert_nonnull (theirs);
          g_assert_cmpstr (ours, ==, g_strchomp (theirs));
        }
    }
}

static GPtrArray *
one_layer (const char *data, gsize size, GError **error)
{
  g_autoptr (GPtrArray) layers = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_layer_free);
  PrwLayer *layer = prw_layer_new ("fuzz", data, size, 0600, error);

  if (layer == NULL)
    return NULL;
  g_ptr_array_add (layers, layer);
  return g_steal_pointer (&layers);
}

/* The text without its comments, which say where values are from. */
static char *
without_comments (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *rest = g_string_new (NULL);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '#')
      g_string_append_printf (rest, "%s\n", lines[i]);
  return g_string_free (rest, FALSE);
}

static gboolean
has_secrets (const PrwSettings *settings)
{
  for (guint i = 0; i < prw_policy_get_n_rules (settings->policy); i++)
    {
      const PrwRule *rule = prw_policy_get_rule (settings->policy, i);

      if (rule->has_passkey || rule->pin != NULL)
        return TRUE;
    }
  return FALSE;
}

/* What is shown says the same when it is loaded; with secrets masked, it is refused. */
static void
check_dump (GPtrArray *layers, const PrwSettings *settings)
{
  g_autofree char *dump = prw_layers_dump (layers, settings);
  g_autoptr (GPtrArray) again = one_layer (dump, strlen (dump), NULL);
  g_autoptr (PrwSettings) loaded = NULL;
  g_autofree char *second = NULL, *a = NULL, *b = NULL;

  g_assert_nonnull (again);
  loaded = prw_layers_apply (again, NULL, NULL);
  g_assert_true ((loaded == NULL) == has_secrets (settings));
  if (loaded == NULL)
    return;
  second = prw_layers_dump (again, loaded);
  a = without_comments (dump);
  b = without_comments (second);
  g_assert_cmpstr (a, ==, b);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) layers = one_layer ((const char *) data, size, &error);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PrwSettings) settings = NULL;

  if (layers == NULL)
    {
      check_error (error);
      return 0;
    }
  check_like_glib (g_ptr_array_index (layers, 0), (const char *) data, size);
  settings = prw_layers_apply (layers, warnings, &error);
  if (settings == NULL)
    check_error (error);
  else
    check_dump (layers, settings);
  return 0;
}
