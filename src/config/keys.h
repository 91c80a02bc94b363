/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "config/settings.h"

G_BEGIN_DECLS

/** PRW_CONFIG_MASK: what stands in place of a secret in everything that is shown; no Passkey= or Pin= may be this. */
#define PRW_CONFIG_MASK "***"

/**
 * PrwDraft:
 *
 * Target of the keys of the groups that exist once, while files are read.
 */
typedef struct
{
  gboolean auto_capability;
  PrwIoCapability capability;
  PrwPairingPolicy floor;
  PrwWithoutHandler without_handler;
  char **adapters;
  PrwSecurityParameters parameters;
  gboolean window_required;
  guint window_max_seconds;
  gboolean window_discoverable;
  gboolean window_close_after_bond;
  guint lockout_failures;
  guint lockout_seconds;
} PrwDraft;

typedef struct _PrwKey PrwKey;

/**
 * PrwParseFunc:
 * @key: the key that is read
 * @items: (array zero-terminated=1): the value's list; one item where the key takes no list
 * @target: a #PrwDraft, #PrwRule or #PrwControllerSettings, as the key's group says
 * @error: only the reason; where it was is added by the caller. Never repeats a secret.
 */
typedef gboolean (*PrwParseFunc) (const PrwKey *key, char *const *items, gpointer target, GError **error);

/**
 * PrwKey:
 * @name: as the keyfile spells it
 * @parse: reads it
 * @offset: where in the target, for the general parsers
 * @min: smallest number
 * @max: largest number
 * @fallback: (nullable): text of the compiled-in value
 * @list: `;` separates
 * @secret: never shown
 */
struct _PrwKey
{
  const char *name;
  PrwParseFunc parse;
  gsize offset;
  guint min, max;
  const char *fallback;
  gboolean list;
  gboolean secret;
};

typedef enum
{
  PRW_GROUP_KIND_SETTINGS,   /* there is one; keys go to the #PrwDraft */
  PRW_GROUP_KIND_RULE,       /* `[Rule NAME]` */
  PRW_GROUP_KIND_CONTROLLER, /* `[Controller NAME]` */
} PrwGroupKind;

/** PrwGroup: one kind of group and its keys, ended by a key without a name. */
typedef struct
{
  const char *name;
  PrwGroupKind kind;
  const PrwKey *keys;
} PrwGroup;

/** prw_groups: all groups, ended by one without a name. */
extern const PrwGroup prw_groups[];

/**
 * prw_group_find:
 * @header: what stands between the brackets
 * @canonical: (out) (transfer full): the group's name with one blank before the NAME of a rule or controller
 * @error: says what is wrong with @header, and what was perhaps meant
 *
 * Returns: (transfer none) (nullable): the group
 */
const PrwGroup *prw_group_find (const char *header, char **canonical, GError **error);

/** prw_group_instance_name: Returns: (transfer none): NAME of the canonical `Rule NAME` or `Controller NAME` */
const char *prw_group_instance_name (const PrwGroup *group, const char *canonical);

/** prw_key_find: Returns: (nullable): the key of @group; %NULL with an @error that says what was perhaps meant */
const PrwKey *prw_key_find (const PrwGroup *group, const char *name, GError **error);

/** prw_key_name_is_secret: whether a value under this name (misspelt, or in the wrong group) may be a secret. */
gboolean prw_key_name_is_secret (const char *name);

G_END_DECLS
