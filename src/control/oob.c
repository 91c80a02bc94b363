/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/oob.h"

#include <string.h>

#include <glib/gi18n.h>

#include "core/error.h"

#define BLOCK 16
G_STATIC_ASSERT (sizeof ((PrwOobData *) NULL)->hash_256 == BLOCK);

/* The randomizer and then the hash, which D-Bus calls the confirm value, of either curve. */
static const char *const keys[] = { "r192", "c192", "r256", "c256" };
#define N_KEYS G_N_ELEMENTS (keys)

static guint8 *
block (PrwOobData *data, guint key)
{
  guint8 *const blocks[N_KEYS] = { data->randomizer_192, data->hash_192, data->randomizer_256, data->hash_256 };

  return blocks[key];
}

GVariant *
prw_oob_to_variant (const PrwOobData *data)
{
  PrwOobData *source = (PrwOobData *) data;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < N_KEYS; i++)
    if (i < 2 ? data->has_192 : data->has_256)
      g_variant_builder_add (&builder, "{sv}", keys[i], g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, block (source, i), BLOCK, 1));
  return g_variant_builder_end (&builder);
}

static gboolean
fail (GError **error, const char *key, const char *what)
{
  g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, "%s: %s", key, what);
  return FALSE;
}

static gboolean
take (PrwOobData *data, gboolean seen[N_KEYS], const char *key, GVariant *value, GError **error)
{
  gconstpointer bytes;
  gsize n;

  for (guint i = 0; i < N_KEYS; i++)
    {
      if (!g_str_equal (key, keys[i]))
        continue;
      if (seen[i])
        return fail (error, key, _("is there twice"));
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
        return fail (error, key, _("is no array of bytes"));
      bytes = g_variant_get_fixed_array (value, &n, 1);
      if (n != BLOCK)
        return fail (error, key, _("must have 16 bytes"));
      memcpy (block (data, i), bytes, BLOCK);
      seen[i] = TRUE;
      return TRUE;
    }
  g_set_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS, _("there is no key \"%.32s\"; there are r192, c192, r256, c256"), key);
  return FALSE;
}

gboolean
prw_oob_from_variant (GVariant *dictionary, PrwOobData **out, GError **error)
{
  g_autoptr (PrwOobData) data = prw_oob_data_new ();
  gboolean seen[N_KEYS] = { FALSE };
  GVariantIter iter;
  const char *key;
  GVariant *value;
  gboolean good = TRUE;

  g_variant_iter_init (&iter, dictionary);
  while (good && g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      good = take (data, seen, key, value, error);
      g_variant_unref (value);
    }
  if (!good)
    return FALSE;
  for (guint i = 0; i < N_KEYS; i++)
    if (seen[i] && !seen[i ^ 1])
      return fail (error, keys[i ^ 1], "is missing");
  data->has_192 = seen[0];
  data->has_256 = seen[2];
  *out = data->has_192 || data->has_256 ? g_steal_pointer (&data) : NULL;
  return TRUE;
}
