/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "config/keys.h"

G_BEGIN_DECLS

/*
 * The parsers of the key table. Each writes the member at PrwKey.offset of its target, or the members its key stands
 * for; on error it leaves the target alone. They free what a member held before.
 */
gboolean prw_parse_boolean (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_number (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_text (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_policy (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_io_capability (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_address_pattern (const PrwKey *key, char *const *items, gpointer target, GError **error);

/* Of a PrwDraft. */
gboolean prw_parse_capability (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_without_handler (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_adapters (const PrwKey *key, char *const *items, gpointer target, GError **error);

/* Of a PrwRule. */
gboolean prw_parse_adapter (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_address_type (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_transport (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_class (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_uuid_pattern (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_action (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_rule_policy (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_require (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_passkey (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_pin (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_services (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_trust (const PrwKey *key, char *const *items, gpointer target, GError **error);

/* Of a PrwControllerSettings. */
gboolean prw_parse_usb_pattern (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_static_address (const PrwKey *key, char *const *items, gpointer target, GError **error);
gboolean prw_parse_secure_connections (const PrwKey *key, char *const *items, gpointer target, GError **error);

G_END_DECLS
