/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "control/authority.h"

#include "core/error.h"

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

/* Who forgets to say who may, lets nobody. */
static void
check_nobody (PrwAuthority *self, const char *sender, gboolean interactive, GTask *task)
{
  prw_authority_deny (task, "nobody may do this");
}

static void
prw_authority_default_init (PrwAuthorityInterface *iface)
{
  iface->check = check_nobody;
}

void
prw_authority_check_async (PrwAuthority *self, const char *sender, PrwRight right, gboolean interactive, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, prw_authority_check_async);
  g_task_set_task_data (task, GUINT_TO_POINTER (right), NULL);
  if (right == PRW_RIGHT_OPEN)
    g_task_return_boolean (task, TRUE);
  else
    PRW_AUTHORITY_GET_IFACE (self)->check (self, sender, interactive, task);
}

gboolean
prw_authority_check_finish (PrwAuthority *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

PrwRight
prw_authority_task_right (GTask *task)
{
  return GPOINTER_TO_UINT (g_task_get_task_data (task));
}

void
prw_authority_deny (GTask *task, const char *why)
{
  g_task_return_new_error (task, PRW_ERROR, PRW_ERROR_NOT_AUTHORIZED, "%s", why);
}

#define PRW_TYPE_TRUSTING_AUTHORITY (prw_trusting_authority_get_type ())
G_DECLARE_FINAL_TYPE (PrwTrustingAuthority, prw_trusting_authority, PRW, TRUSTING_AUTHORITY, GObject)

struct _PrwTrustingAuthority
{
  GObject parent;
};

static void
check_anybody (PrwAuthority *self, const char *sender, gboolean interactive, GTask *task)
{
  g_task_return_boolean (task, TRUE);
}

static void
prw_trusting_authority_iface_init (PrwAuthorityInterface *iface)
{
  iface->check = check_anybody;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwTrustingAuthority, prw_trusting_authority, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PRW_TYPE_AUTHORITY, prw_trusting_authority_iface_init))

static void
prw_trusting_authority_class_init (PrwTrustingAuthorityClass *klass)
{
}

static void
prw_trusting_authority_init (PrwTrustingAuthority *self)
{
}

PrwAuthority *
prw_trusting_authority_new (void)
{
  return g_object_new (PRW_TYPE_TRUSTING_AUTHORITY, NULL);
}
