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

/** prw_right_to_string: "org.pairward.respond" and so on, which are polkit's actions too; "open". */
const char *prw_right_to_string (PrwRight right);

/**
 * PrwAuthority:
 *
 * Who may do what. Asked asynchronously, every time anew: what somebody may can change while it is being asked.
 */
#define PRW_TYPE_AUTHORITY (prw_authority_get_type ())
G_DECLARE_INTERFACE (PrwAuthority, prw_authority, PRW, AUTHORITY, GObject)

struct _PrwAuthorityInterface
{
  GTypeInterface parent;
  void (*check) (PrwAuthority *self, const char *sender, gboolean interactive, GTask *task);
};

/**
 * prw_authority_check_async:
 * @sender: the unique name of a connection
 * @interactive: somebody may be asked for a password: that can take as long as they need, and ends when @sender leaves the bus
 *
 * May @sender use @right? Many checks can run at a time.
 */
void prw_authority_check_async (PrwAuthority *self, const char *sender, PrwRight right, gboolean interactive, GAsyncReadyCallback callback,
                                gpointer user_data);
/** prw_authority_check_finish: Returns: whether; if not, @error is PRW_ERROR_NOT_AUTHORIZED and says what to do, for the caller to read */
gboolean prw_authority_check_finish (PrwAuthority *self, GAsyncResult *result, GError **error);

/** prw_authority_task_right: for implementations: the right that @task is about. */
PrwRight prw_authority_task_right (GTask *task);
/** prw_authority_deny: for implementations: answers @task, which it does not take, with no; @why is for the caller to read. */
void prw_authority_deny (GTask *task, const char *why);

/** prw_trusting_authority_new: Returns: (transfer full): lets everybody do everything, which is right on a user's own session bus only */
PrwAuthority *prw_trusting_authority_new (void);

#define PRW_TYPE_GROUP_AUTHORITY (prw_group_authority_get_type ())
G_DECLARE_FINAL_TYPE (PrwGroupAuthority, prw_group_authority, PRW, GROUP_AUTHORITY, GObject)
/**
 * prw_group_authority_new:
 * @group: (nullable): the name of a group
 *
 * Returns: (transfer full): lets root, the daemon's own uid and who is in @group do everything, others nothing
 */
PrwAuthority *prw_group_authority_new (GDBusConnection *connection, const char *group);

/** PRW_POLKIT_TIME_LIMIT: of a check in which nobody is asked, ms; the bus may have to start polkitd first. */
#define PRW_POLKIT_TIME_LIMIT 10000

#define PRW_TYPE_POLKIT_AUTHORITY (prw_polkit_authority_get_type ())
G_DECLARE_FINAL_TYPE (PrwPolkitAuthority, prw_polkit_authority, PRW, POLKIT_AUTHORITY, GObject)
/**
 * prw_polkit_authority_new:
 * @connection: the system bus
 * @time_limit: PRW_POLKIT_TIME_LIMIT
 *
 * Returns: (transfer full): lets root and the daemon's own uid do everything, others what polkit says; nothing while it says nothing
 */
PrwAuthority *prw_polkit_authority_new (GDBusConnection *connection, guint time_limit);

G_END_DECLS
