/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Without polkit: root, the daemon's own uid, and one group. */
#include "control/authority.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <glib/gi18n.h>

#define BUS_TIMEOUT 5000 /* ms */
/* Nobody is in more groups (the kernel's NGROUPS_MAX). */
#define MAX_GROUPS 65536
/* How many are looked up at a time: the system's users may come from a network, and whoever asks need not wait for an answer. */
#define MAX_LOOKUPS 512
/* The longest entry of a user or a group that is read, bytes. */
#define MAX_ENTRY (1 << 20)

struct _PrwGroupAuthority
{
  GObject parent;
  GDBusConnection *connection;
  char *group;     /* (nullable) */
  guint n_lookups;
};

/* Who asks, as the bus saw them log in; what is read of the system's users is read in a thread: it may take a network. */
typedef struct
{
  char *group;
  uid_t uid;
  GArray *groups; /* (nullable): of guint32; the bus does not say */
} Caller;

static void
caller_free (Caller *caller)
{
  g_clear_pointer (&caller->groups, g_array_unref);
  g_free (caller->group);
  g_free (caller);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Caller, caller_free)

static gboolean
find_group (const char *name, gid_t *gid)
{
  for (gsize size = 4096; size <= MAX_ENTRY; size *= 2)
    {
      g_autofree char *buffer = g_malloc (size);
      struct group entry, *found = NULL;
      int problem = getgrnam_r (name, &entry, buffer, size, &found);

      if (found != NULL)
        *gid = found->gr_gid;
      if (problem != ERANGE)
        return found != NULL;
    }
  return FALSE;
}

static gboolean
groups_of_user (const struct passwd *user, gid_t wanted)
{
  int n = 64;

  while (n > 0 && n <= MAX_GROUPS)
    {
      int room = n;
      g_autofree gid_t *groups = g_new (gid_t, n);

      if (getgrouplist (user->pw_name, user->pw_gid, groups, &n) >= 0)
        {
          for (int i = 0; i < n; i++)
            if (groups[i] == wanted)
              return TRUE;
          return FALSE;
        }
      n = MAX (n, 2 * room);
    }
  return FALSE;
}

static gboolean
user_is_in (uid_t uid, gid_t wanted)
{
  for (gsize size = 4096; size <= MAX_ENTRY; size *= 2)
    {
      g_autofree char *buffer = g_malloc (size);
      struct passwd entry, *found = NULL;
      int problem = getpwuid_r (uid, &entry, buffer, size, &found);

      if (problem != ERANGE)
        return found != NULL && groups_of_user (found, wanted);
    }
  return FALSE;
}

static gboolean
has (GArray *groups, gid_t wanted)
{
  for (guint i = 0; i < groups->len; i++)
    if (g_array_index (groups, guint32, i) == wanted)
      return TRUE;
  return FALSE;
}

static void
look_up (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Caller *caller = data;
  gid_t gid = 0;

  if (!find_group (caller->group, &gid))
    g_task_return_boolean (task, FALSE);
  else if (caller->groups != NULL)
    g_task_return_boolean (task, has (caller->groups, gid));
  else
    g_task_return_boolean (task, user_is_in (caller->uid, gid));
}

static void
deny (PrwGroupAuthority *self, GTask *task)
{
  const char *right = prw_right_to_string (prw_authority_task_right (task));
  g_autofree char *why = self->group != NULL ? g_strdup_printf (_("%s needs authorisation: use sudo, or be in the group %s"), right, self->group)
                                             : g_strdup_printf (_("%s needs authorisation: use sudo"), right);

  prw_authority_deny (task, why);
}

static void
deny_for_now (GTask *task)
{
  g_autofree char *why = g_strdup_printf (_("%s needs authorisation, and too many ask for theirs at a time; try again"),
                                          prw_right_to_string (prw_authority_task_right (task)));

  prw_authority_deny (task, why);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwGroupAuthority *self = PRW_GROUP_AUTHORITY (source);
  g_autoptr (GTask) task = data;

  self->n_lookups--;
  if (g_task_propagate_boolean (G_TASK (result), NULL))
    g_task_return_boolean (task, TRUE);
  else
    deny (self, task);
}

/* %NULL: the bus knows no groups of it. */
static GArray *
groups_of (GVariant *credentials)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (credentials, "UnixGroupIDs", G_VARIANT_TYPE ("au"));
  gconstpointer groups;
  gsize n;

  if (list == NULL)
    return NULL;
  groups = g_variant_get_fixed_array (list, &n, sizeof (guint32));
  return g_array_append_vals (g_array_new (FALSE, FALSE, sizeof (guint32)), groups, (guint) n);
}

static void
on_credentials (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  PrwGroupAuthority *self = g_task_get_source_object (task);
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (GVariant) credentials = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GTask) lookup = NULL;
  Caller *caller;
  guint32 uid;

  if (credentials == NULL || !g_variant_lookup (credentials, "UnixUserID", "u", &uid))
    deny (self, task);
  else if (uid == 0 || uid == getuid ())
    g_task_return_boolean (task, TRUE);
  else if (self->group == NULL)
    deny (self, task);
  else if (self->n_lookups >= MAX_LOOKUPS)
    deny_for_now (task);
  else
    {
      self->n_lookups++;
      caller = g_new0 (Caller, 1);
      caller->group = g_strdup (self->group);
      caller->uid = uid;
      caller->groups = groups_of (credentials);
      lookup = g_task_new (self, NULL, on_looked_up, g_steal_pointer (&task));
      g_task_set_task_data (lookup, caller, (GDestroyNotify) caller_free);
      g_task_run_in_thread (lookup, look_up);
    }
}

static void
group_check (PrwAuthority *authority, const char *sender, gboolean interactive, GTask *task)
{
  PrwGroupAuthority *self = PRW_GROUP_AUTHORITY (authority);

  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionCredentials",
                          g_variant_new ("(s)", sender), G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, BUS_TIMEOUT, NULL,
                          on_credentials, g_object_ref (task));
}

static void
prw_group_authority_iface_init (PrwAuthorityInterface *iface)
{
  iface->check = group_check;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwGroupAuthority, prw_group_authority, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_AUTHORITY, prw_group_authority_iface_init))

static void
prw_group_authority_finalize (GObject *object)
{
  PrwGroupAuthority *self = PRW_GROUP_AUTHORITY (object);

  g_object_unref (self->connection);
  g_free (self->group);
  G_OBJECT_CLASS (prw_group_authority_parent_class)->finalize (object);
}

static void
prw_group_authority_class_init (PrwGroupAuthorityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_group_authority_finalize;
}

static void
prw_group_authority_init (PrwGroupAuthority *self)
{
}

PrwAuthority *
prw_group_authority_new (GDBusConnection *connection, const char *group)
{
  PrwGroupAuthority *self = g_object_new (PRW_TYPE_GROUP_AUTHORITY, NULL);

  self->connection = g_object_ref (connection);
  self->group = g_strdup (group);
  return PRW_AUTHORITY (self);
}
