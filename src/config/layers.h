/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "config/keys.h"

G_BEGIN_DECLS

/** PRW_LAYER_MAX: bytes a file may have. */
#define PRW_LAYER_MAX (1024 * 1024)

/**
 * PrwLayer:
 * @path: for people: valid UTF-8 without control characters
 * @keyfile: known groups and keys only, each once; values as they were written
 * @mode: permissions
 *
 * One file, checked for its form but not yet for its values.
 */
typedef struct
{
  char *path;
  GKeyFile *keyfile;
  guint mode;
} PrwLayer;

/**
 * prw_layer_new:
 * @path: where @data is from
 * @data: (array length=length): content of the file
 * @length: bytes in @data
 * @mode: permissions of the file
 * @error: PRW_CONFIG_ERROR
 *
 * Returns: (transfer full) (nullable): the layer
 */
PrwLayer *prw_layer_new (const char *path, const char *data, gsize length, guint mode, GError **error);
void prw_layer_free (PrwLayer *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwLayer, prw_layer_free)

/** prw_layer_path_for_people: Returns: (transfer full): @path, which may be any bytes, as one line of UTF-8 */
char *prw_layer_path_for_people (const char *path);

/**
 * prw_layer_fail:
 * @path: the file
 * @group: (nullable): the group
 * @key: (nullable): the key
 * @value: (nullable): its value; masked here when @key may be a secret
 * @reason: what is wrong, not repeating the value
 *
 * Sets the one line that says what is wrong where.
 *
 * Returns: FALSE
 */
gboolean prw_layer_fail (const char *path, const char *group, const char *key, const char *value, const char *reason, GError **error);

/**
 * prw_layers_read:
 *
 * Returns: (transfer full) (element-type PrwLayer) (nullable): the files of @source, those that win last
 */
GPtrArray *prw_layers_read (const PrwConfigSource *source, GError **error);

/**
 * prw_layers_apply:
 * @layers: (element-type PrwLayer): what was read
 * @warnings: (element-type utf8) (nullable): lines are added
 * @error: PRW_CONFIG_ERROR
 *
 * Returns: (transfer full) (nullable): the settings
 */
PrwSettings *prw_layers_apply (GPtrArray *layers, GPtrArray *warnings, GError **error);

/**
 * prw_layers_dump:
 * @layers: (element-type PrwLayer): what was read
 * @settings: what prw_layers_apply() made of it
 *
 * Returns: (transfer full): one keyfile with what is in force, secrets masked
 */
char *prw_layers_dump (GPtrArray *layers, const PrwSettings *settings);

G_END_DECLS
