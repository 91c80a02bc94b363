/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** prw_privileges_suffice_for_link: CAP_NET_ADMIN and CAP_NET_RAW are in effect. */
gboolean prw_privileges_suffice_for_link (void);

/**
 * prw_privileges_drop:
 * @user: whom to become, from root
 * @folder: (nullable): the state directory: made when it is not there, and given to @user with what is in it, when it
 *   was root's
 * @stays_root: (out): there is no such user: it is uid 0 still, without any capability
 *
 * Gives up everything: all capabilities (effective, permitted, inheritable, ambient; the bounding set where that is
 * allowed), the supplementary groups, and root itself for @user. There is no way back: no_new_privs is set, and the
 * securebits that would make uid 0 anything special are locked. Not root: the same without a change of user.
 *
 * Before there is a second thread: capabilities are each thread's own. It fails rather than leave anything: the caller ends then.
 */
gboolean prw_privileges_drop (const char *user, const char *folder, gboolean *stays_root, GError **error);

G_END_DECLS
