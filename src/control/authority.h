/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PrwRight: what a caller may be allowed to do. */
typedef enum
{
  PRW_RIGHT_RESPOND,
  PRW_RIGHT_PAIR,
  PRW_RIGHT_MANAGE_BONDS,
  PRW_RIGHT_SET_PARAMETERS,
  PRW_RIGHT_SET_POLICY,
  PRW_RIGHT_MANAGE_CONTROLLER,
  PRW_RIGHT_OPEN, /* anybody */
} PrwRight;

/** prw_right_to_string: "org.pairward.respond" and so on; "open". */
const char *prw_right_to_string (PrwRight right);

/**
 * PrwAuthority:
 *
 * Who may do what. Asked asynchronously; an error means no.
 */
#define PRW_TYPE_AUTHORITY (prw_authority_get_type ())
G_DECLARE_INTERFACE (PrwAuthority, prw_authority, PRW, AUTHORITY, GObject)

struct _PrwAuthorityInterface
{
  GTypeInterface parent;
  void (*check) (PrwAuthority *self, const char *sender, PrwRight right, GAsyncReadyCallback callback, gpointer user_data);
  gboolean (*check_finish) (PrwAuthority *self, GAsyncResult *result, GError **error);
};

/** prw_authority_check_async: may the connection @sender (a unique name) use @right? */
void prw_authority_check_async (PrwAuthority *self, const char *sender, PrwRight right, GAsyncReadyCallback callback, gpointer user_data);
gboolean prw_authority_check_finish (PrwAuthority *self, GAsyncResult *result, GError **error);

#define PRW_TYPE_UID_AUTHORITY (prw_uid_authority_get_type ())
G_DECLARE_FINAL_TYPE (PrwUidAuthority, prw_uid_authority, PRW, UID_AUTHORITY, GObject)
/**
 * prw_uid_authority_new:
 * @trust_all: everybody on this bus is trusted (a user's own session bus)
 *
 * Returns: (transfer full): lets root and the daemon's own uid do everything, others nothing
 */
PrwAuthority *prw_uid_authority_new (GDBusConnection *connection, gboolean trust_all);

G_END_DECLS
