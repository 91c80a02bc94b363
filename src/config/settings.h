/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/settings.h"

G_BEGIN_DECLS

#define PRW_CONFIG_ERROR (prw_config_error_quark ())
GQuark prw_config_error_quark (void);

typedef enum
{
  PRW_CONFIG_ERROR_MISSING, /* a file that was named is not there or cannot be read */
  PRW_CONFIG_ERROR_DENIED,  /* a file is there, and this user may not read it */
  PRW_CONFIG_ERROR_INVALID, /* malformed, unknown group or key, bad value; the message names file, group, key, value */
} PrwConfigError;

/**
 * PrwConfigSource:
 * @file: (nullable): `--config FILE`: that file over the shipped defaults instead of the layers
 * @session: also `$XDG_CONFIG_HOME/pairward/`
 * @shipped_dir: (nullable): where the shipped pairward.conf is; NULL: PRW_SHIPPEDDIR
 * @system_dir: (nullable): NULL: PRW_SYSCONFDIR
 *
 * Where settings come from.
 */
typedef struct
{
  const char *file;
  gboolean session;
  const char *shipped_dir;
  const char *system_dir;
} PrwConfigSource;

/**
 * prw_config_load:
 * @source: where to read
 * @warnings: (out) (optional) (transfer full): things to tell the administrator, one line each
 * @error: PRW_CONFIG_ERROR
 *
 * Reads all layers. A missing layer is normal (the shipped one is compiled in too, as a resource).
 *
 * Returns: (transfer full) (nullable): the settings
 */
PrwSettings *prw_config_load (const PrwConfigSource *source, GPtrArray **warnings, GError **error);

/**
 * prw_config_dump:
 *
 * All that is in force, as one keyfile with comments that name the file each value came from; Passkey= and Pin= are masked.
 *
 * Returns: (transfer full) (nullable): the text
 */
char *prw_config_dump (const PrwConfigSource *source, GError **error);

G_END_DECLS
