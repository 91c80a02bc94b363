/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/list.h"

#include <stdio.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "config/settings.h"

static gboolean
is_listed (const PrwPort *port, const PrwSettings *settings, gboolean all)
{
  return all || prw_plan_make (port, settings, NULL) != PRW_PLAN_NOTHING;
}

/* What is a console and nothing else is left out, though it is never attached: who would think so? */
static gboolean
is_dull (const PrwPort *port)
{
  return port->console && (port->kind == PRW_PORT_KIND_UNKNOWN || port->kind == PRW_PORT_KIND_OTHER);
}

GPtrArray *
prw_attach_list (const char *root, const PrwSettings *settings, gboolean all)
{
  g_autoptr (GPtrArray) ttys = prw_sysfs_list_ttys (root), controllers = prw_sysfs_list_usb_controllers (root);
  GPtrArray *listed = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_port_free);

  g_ptr_array_extend_and_steal (ttys, g_steal_pointer (&controllers));
  while (ttys->len > 0)
    {
      PrwPort *port = g_ptr_array_steal_index (ttys, 0);

      if (is_listed (port, settings, all) && (all || !is_dull (port)))
        g_ptr_array_add (listed, port);
      else
        prw_port_free (port);
    }
  return listed;
}

static const char *
describe_kind (const PrwPort *port)
{
  if (port->console)
    return _("the kernel's console");
  switch (port->kind)
    {
    case PRW_PORT_KIND_UNKNOWN:
      break;
    case PRW_PORT_KIND_OTHER:
      return _("another USB device");
    case PRW_PORT_KIND_NORDIC_ZEPHYR:
      return _("Nordic or Zephyr board with HCI firmware");
    case PRW_PORT_KIND_NORDIC_OTHER:
      return _("Nordic or Zephyr board that says nothing of HCI");
    case PRW_PORT_KIND_JLINK:
      return _("J-Link debugger");
    case PRW_PORT_KIND_DAPLINK:
      return _("DAPLink debugger, as on a micro:bit");
    case PRW_PORT_KIND_DFU_BOOTLOADER:
      return _("Nordic's bootloader");
    }
  return _("serial port");
}

/* The kernel has it, whatever we do: what is ours is its address. */
static char *
describe_controller_plan (const PrwPort *port, const PrwSettings *settings)
{
  const char *group;

  if (prw_plan_make (port, settings, &group) != PRW_PLAN_ATTACH)
    return g_strdup_printf (_("the kernel has it; its chip's own address by pairward-attach %s"), port->name);
  if (group != NULL && prw_plan_make (port, NULL, NULL) != PRW_PLAN_ATTACH)
    return g_strdup_printf (_("the kernel has it; given its address by --watch ([Controller %s])"), group);
  if (group != NULL)
    return g_strdup_printf (_("the kernel has it; given its address when it appears ([Controller %s])"), group);
  return g_strdup (_("the kernel has it; given its chip's own address when it appears"));
}

/* What happens with it, and what to do. */
static char *
describe_plan (const PrwPort *port, const PrwSettings *settings)
{
  const char *group;
  PrwPlan plan = prw_plan_make (port, settings, &group);

  if (g_strcmp0 (port->hci, port->name) == 0)
    return describe_controller_plan (port, settings);
  if (port->hci != NULL)
    return g_strdup_printf (_("is %s already"), port->hci);
  /* udev's rules do not read the keyfile. */
  if (group != NULL && prw_plan_make (port, NULL, NULL) != PRW_PLAN_ATTACH)
    return g_strdup_printf (_("attached by --watch ([Controller %s])"), group);
  if (group != NULL)
    return g_strdup_printf (_("attached when it appears ([Controller %s])"), group);
  switch (plan)
    {
    case PRW_PLAN_NOTHING:
      return g_strdup (_("left alone"));
    case PRW_PLAN_NEVER:
      return g_strdup (port->console ? _("never attached") : _("never attached: write HCI firmware to it first"));
    case PRW_PLAN_WHEN_TOLD:
      return g_strdup_printf (_("only when told: pairward-attach /dev/%s; for each time it appears see pairward-attach(8)"), port->name);
    case PRW_PLAN_ATTACH:
      break;
    }
  return g_strdup (_("attached when it appears"));
}

char *
prw_attach_list_line (const PrwPort *port, const PrwSettings *settings)
{
  g_autofree char *todo = describe_plan (port, settings);

  return g_strdup_printf ("%-8s  %-9s  %s%s%s: %s", port->name, port->usb != NULL ? port->usb : "-", port->product != NULL ? port->product : "",
                          port->product != NULL ? "  " : "", describe_kind (port), todo);
}

static void
add_text (GVariantDict *dict, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert (dict, key, "s", text);
}

GVariant *
prw_attach_list_json (const PrwPort *port, const PrwSettings *settings)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gboolean is_tty = port->hci == NULL || !g_str_equal (port->hci, port->name);
  const char *group = NULL;
  PrwPlan plan = prw_plan_make (port, settings, &group);

  add_text (&dict, "tty", is_tty ? port->name : NULL);
  add_text (&dict, "usb", port->usb);
  add_text (&dict, "product", port->product);
  add_text (&dict, "manufacturer", port->manufacturer);
  add_text (&dict, "serial", port->serial);
  add_text (&dict, "driver", port->driver);
  add_text (&dict, "hci", port->hci);
  g_variant_dict_insert (&dict, "console", "b", port->console);
  add_text (&dict, "kind", prw_port_kind_nick (port->kind));
  add_text (&dict, "plan", prw_plan_nick (plan));
  add_text (&dict, "controller", group);
  return g_variant_dict_end (&dict);
}

static void
print_json (GPtrArray *ports, const PrwSettings *settings)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) all = NULL;
  g_autofree char *text = NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < ports->len; i++)
    g_variant_builder_add_value (&builder, prw_attach_list_json (ports->pdata[i], settings));
  all = g_variant_ref_sink (g_variant_builder_end (&builder));
  text = json_gvariant_serialize_data (all, NULL);
  /* Not g_print(): JSON is UTF-8 in every locale. */
  puts (text);
}

static void
print_lines (GPtrArray *ports, const PrwSettings *settings, gboolean verbose)
{
  for (guint i = 0; i < ports->len; i++)
    {
      g_autofree char *line = prw_attach_list_line (ports->pdata[i], settings);

      g_print ("%s\n", line);
    }
  if (ports->len == 0)
    g_print ("%s\n", verbose ? _("There is no serial port.") : _("No serial port looks like a controller; --verbose lists them all."));
}

int
prw_attach_list_run (const char *config_file, gboolean json, gboolean verbose)
{
  const PrwConfigSource source = { .file = config_file };
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwSettings) settings = prw_config_load (&source, NULL, &error);
  g_autoptr (GPtrArray) ports = NULL;

  /* A person who may not read a keyfile with codes in it can still be told what is plugged in. */
  if (settings == NULL && (config_file != NULL || !g_error_matches (error, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_DENIED)))
    {
      g_printerr ("pairward-attach: %s\n", error->message);
      return 1;
    }
  if (settings == NULL)
    g_printerr (_("pairward-attach: %s; listed as if it were empty\n"), error->message);
  ports = prw_attach_list (PRW_SYSFS_ROOT, settings, verbose);
  if (json)
    print_json (ports, settings);
  else
    print_lines (ports, settings, verbose);
  return 0;
}
