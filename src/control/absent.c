/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/absent.h"

#include <glib/gi18n.h>

#include "control/errors.h"

typedef struct
{
  GDBusInterfaceInfo *info;
  GDBusSubtreeEnumerateFunc enumerate;
  gpointer user_data;
} Absent;

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method, GVariant *parameters,
         GDBusMethodInvocation *invocation, gpointer data)
{
  prw_errors_return_new (invocation, PRW_ERROR_NOT_FOUND, _("there is no %s"), path);
}

static char **
on_enumerate (GDBusConnection *connection, const char *sender, const char *parent, gpointer data)
{
  Absent *self = data;

  return self->enumerate != NULL ? self->enumerate (connection, sender, parent, self->user_data) : g_new0 (char *, 1);
}

static GDBusInterfaceInfo **
on_introspect (GDBusConnection *connection, const char *sender, const char *parent, const char *child, gpointer data)
{
  GDBusInterfaceInfo **interfaces;

  if (child == NULL)
    return NULL;
  interfaces = g_new0 (GDBusInterfaceInfo *, 2);
  interfaces[0] = g_dbus_interface_info_ref (((Absent *) data)->info);
  return interfaces;
}

static const GDBusInterfaceVTable *
on_dispatch (GDBusConnection *connection, const char *sender, const char *parent, const char *interface, const char *child, gpointer *out,
             gpointer data)
{
  /* Without get_property and set_property those come here too. */
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };

  return &vtable;
}

guint
prw_absent_register (GDBusConnection *connection, const char *parent, GDBusInterfaceInfo *info, GDBusSubtreeEnumerateFunc enumerate,
                     gpointer user_data, GError **error)
{
  static const GDBusSubtreeVTable vtable = { .enumerate = on_enumerate, .introspect = on_introspect, .dispatch = on_dispatch };
  Absent *self = g_new0 (Absent, 1);

  self->info = info;
  self->enumerate = enumerate;
  self->user_data = user_data;
  /* GDBus looks for an object of that very path first: what is there is not touched. */
  return g_dbus_connection_register_subtree (connection, parent, &vtable, G_DBUS_SUBTREE_FLAGS_DISPATCH_TO_UNENUMERATED_NODES, self, g_free,
                                             error);
}
