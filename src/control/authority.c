/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/authority.h"

#include <unistd.h>

#define BUS_TIMEOUT 5000 /* ms */

const char *
prw_right_to_string (PrwRight right)
{
  switch (right)
    {
    case PRW_RIGHT_RESPOND:
      return "org.pairward.respond";
    case PRW_RIGHT_PAIR:
      return "org.pairward.pair";
    case PRW_RIGHT_MANAGE_BONDS:
      return "org.pairward.manage-bonds";
    case PRW_RIGHT_SET_PARAMETERS:
      return "org.pairward.set-parameters";
    case PRW_RIGHT_SET_POLICY:
      return "org.pairward.set-policy";
    case PRW_RIGHT_MANAGE_CONTROLLER:
      return "org.pairward.manage-controller";
    case PRW_RIGHT_OPEN:
      return "open";
    }
  return "invalid";
}

G_DEFINE_INTERFACE (PrwAuthority, prw_authority, G_TYPE_OBJECT)

static void
prw_authority_default_init (PrwAuthorityInterface *iface)
{
}

void
prw_authority_check_async (PrwAuthority *self, const char *sender, PrwRight right, GAsyncReadyCallback callback, gpointer user_data)
{
  PRW_AUTHORITY_GET_IFACE (self)->check (self, sender, right, callback, user_data);
}

gboolean
prw_authority_check_finish (PrwAuthority *self, GAsyncResult *result, GError **error)
{
  return PRW_AUTHORITY_GET_IFACE (self)->check_finish (self, result, error);
}

struct _PrwUidAuthority
{
  GObject parent;
  GDBusConnection *connection;
  gboolean trust_all;
};

static void
on_uid (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint32 uid;

  if (reply == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_variant_get (reply, "(u)", &uid);
  g_task_return_boolean (task, uid == 0 || uid == getuid ());
}

static void
uid_check (PrwAuthority *authority, const char *sender, PrwRight right, GAsyncReadyCallback callback, gpointer user_data)
{
  PrwUidAuthority *self = PRW_UID_AUTHORITY (authority);
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  if (self->trust_all || right == PRW_RIGHT_OPEN)
    g_task_return_boolean (task, TRUE);
  else
    g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixUser",
                            g_variant_new ("(s)", sender), G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, BUS_TIMEOUT, NULL,
                            on_uid, g_steal_pointer (&task));
}

static gboolean
uid_check_finish (PrwAuthority *authority, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, authority), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
prw_uid_authority_iface_init (PrwAuthorityInterface *iface)
{
  iface->check = uid_check;
  iface->check_finish = uid_check_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwUidAuthority, prw_uid_authority, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_AUTHORITY, prw_uid_authority_iface_init))

static void
prw_uid_authority_finalize (GObject *object)
{
  g_object_unref (PRW_UID_AUTHORITY (object)->connection);
  G_OBJECT_CLASS (prw_uid_authority_parent_class)->finalize (object);
}

static void
prw_uid_authority_class_init (PrwUidAuthorityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_uid_authority_finalize;
}

static void
prw_uid_authority_init (PrwUidAuthority *self)
{
}

PrwAuthority *
prw_uid_authority_new (GDBusConnection *connection, gboolean trust_all)
{
  PrwUidAuthority *self = g_object_new (PRW_TYPE_UID_AUTHORITY, NULL);

  self->connection = g_object_ref (connection);
  self->trust_all = trust_all;
  return PRW_AUTHORITY (self);
}
