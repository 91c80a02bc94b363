/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/plan.h"

#include "policy/text.h"

const char *
prw_plan_nick (PrwPlan plan)
{
  switch (plan)
    {
    case PRW_PLAN_NOTHING:
      break;
    case PRW_PLAN_NEVER:
      return "never";
    case PRW_PLAN_WHEN_TOLD:
      return "when-told";
    case PRW_PLAN_ATTACH:
      return "attach";
    }
  return "nothing";
}

/* "ttyACM*" or "/dev/ttyACM*" */
static gboolean
matches_tty (const char *pattern, const char *name)
{
  g_autofree char *path = g_build_filename ("/dev", name, NULL);

  return prw_text_glob (pattern, name) || prw_text_glob (pattern, path);
}

static gboolean
matches (const PrwControllerSettings *controller, const PrwPort *port)
{
  if (controller->match_tty == NULL && controller->match_usb == NULL)
    return FALSE;
  if (controller->match_tty != NULL && !matches_tty (controller->match_tty, port->name))
    return FALSE;
  return controller->match_usb == NULL || (port->usb != NULL && prw_text_glob (controller->match_usb, port->usb));
}

static const char *
find_group (const PrwPort *port, const PrwSettings *settings)
{
  for (guint i = 0; settings != NULL && i < settings->controllers->len; i++)
    {
      const PrwControllerSettings *controller = settings->controllers->pdata[i];

      if (matches (controller, port))
        return controller->name;
    }
  return NULL;
}

/* That it speaks HCI is known of a controller: the kernel talked to it. */
static PrwPlan
plan_for_controller (PrwPortKind kind)
{
  return kind == PRW_PORT_KIND_NORDIC_ZEPHYR || kind == PRW_PORT_KIND_NORDIC_OTHER ? PRW_PLAN_ATTACH : PRW_PLAN_NOTHING;
}

static PrwPlan
plan_by_kind (PrwPortKind kind)
{
  switch (kind)
    {
    case PRW_PORT_KIND_UNKNOWN:
    case PRW_PORT_KIND_OTHER:
      return PRW_PLAN_NOTHING;
    case PRW_PORT_KIND_NORDIC_OTHER:
    case PRW_PORT_KIND_JLINK:
    case PRW_PORT_KIND_DAPLINK:
      return PRW_PLAN_WHEN_TOLD;
    case PRW_PORT_KIND_NORDIC_ZEPHYR:
      return PRW_PLAN_ATTACH;
    case PRW_PORT_KIND_DFU_BOOTLOADER:
      break;
    }
  return PRW_PLAN_NEVER;
}

PrwPlan
prw_plan_make (const PrwPort *port, const PrwSettings *settings, const char **group)
{
  gboolean is_controller = g_strcmp0 (port->hci, port->name) == 0;
  PrwPlan plan = is_controller ? plan_for_controller (port->kind) : port->console ? PRW_PLAN_NEVER : plan_by_kind (port->kind);
  const char *name = plan != PRW_PLAN_NEVER ? find_group (port, settings) : NULL;

  if (group != NULL)
    *group = name;
  return name != NULL ? PRW_PLAN_ATTACH : plan;
}
