/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What concerns a controller. */
#include "cli/verbs.h"

#include <string.h>

#include <glib/gi18n.h>

#include "cli/output.h"
#include "policy/types.h"

#define CONTROLLER_IFACE "org.pairward.Controller1"

/* Returns: (transfer full) (nullable) (element-type GVariant): a{sv} of each, with its Name */
static GPtrArray *
get_controllers (PrwClient *client, GError **error)
{
  g_autoptr (GHashTable) objects = prw_client_get_objects (client, CONTROLLER_IFACE, error);
  g_autoptr (GList) paths = NULL;
  GPtrArray *controllers;

  if (objects == NULL)
    return NULL;
  controllers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  paths = g_list_sort (g_hash_table_get_keys (objects), (GCompareFunc) strcmp);
  for (GList *l = paths; l != NULL; l = l->next)
    {
      const char *path = l->data;
      GVariantDict dict;

      g_variant_dict_init (&dict, g_hash_table_lookup (objects, path));
      g_variant_dict_insert (&dict, "Name", "s", path + strlen (PRW_ROOT_PATH "/"));
      g_ptr_array_add (controllers, g_variant_ref_sink (g_variant_dict_end (&dict)));
    }
  return controllers;
}

static void
print_controller (GVariant *p)
{
  static const struct { const char *label, *property; } texts[] = {
    { N_("Address"), "Address" }, { N_("Address type"), "AddressType" }, { N_("Firmware"), "Firmware" },
    { N_("Secure Connections"), "SecureConnections" }, { N_("Static address"), "StaticAddress" },
  };
  g_autofree char *name = prw_output_text (p, "Name"), *number = NULL;
  guint16 manufacturer = 0;

  g_variant_lookup (p, "Manufacturer", "q", &manufacturer);
  number = g_strdup_printf ("0x%04x", manufacturer);
  g_print ("%s%s%s\n", prw_output_bold (), name, prw_output_plain ());
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = prw_output_text (p, texts[i].property);

      prw_output_pair (_(texts[i].label), text);
    }
  prw_output_pair (_("Manufacturer"), number);
  prw_output_pair (_("Debug keys"), prw_output_yes_no (prw_output_flag (p, "DebugKeys")));
  if (prw_output_flag (p, "DebugKeys"))
    g_print ("%s\n", _("Whoever listens can read links that are paired now: turn it off with debug-keys=no."));
}

static PrwExit
show_all (PrwClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) controllers = get_controllers (client, &error);
  GVariantBuilder list;

  if (controllers == NULL)
    return prw_client_fail (client, error);
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < controllers->len; i++)
    {
      g_variant_builder_add_value (&list, controllers->pdata[i]);
      if (!client->json)
        print_controller (controllers->pdata[i]);
    }
  if (client->json)
    prw_output_json (g_variant_builder_end (&list));
  else
    g_variant_builder_clear (&list);
  if (controllers->len == 0)
    prw_output_said (client->json, "%s", _("There are no controllers, or bluetoothd is not running."));
  return PRW_EXIT_DONE;
}

/* The one that goes by @name, which is hciN or an address. Returns: (transfer full) (nullable) */
static GVariant *
find_controller (PrwClient *client, const char *name, GError **error)
{
  g_autoptr (GPtrArray) controllers = get_controllers (client, error);

  for (guint i = 0; controllers != NULL && i < controllers->len; i++)
    {
      g_autofree char *its_name = prw_output_text (controllers->pdata[i], "Name");
      g_autofree char *address = prw_output_text (controllers->pdata[i], "Address");

      if (g_str_equal (its_name, name) || g_ascii_strcasecmp (address, name) == 0)
        return g_variant_ref (controllers->pdata[i]);
    }
  if (controllers != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("there is no controller %s; \"pairwardctl controller\" shows those there are"), name);
  return NULL;
}

/* The value for a property write, floating; NULL with @error. */
static GVariant *
parse_switch (const char *key, const char *text, const char **property, GError **error)
{
  static const char *const texts[] = { "SecureConnections", "StaticAddress" };
  PrwTristate value;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (prw_verbs_same_key (key, texts[i]))
      {
        *property = texts[i];
        if (g_utf8_validate (text, -1, NULL))
          return g_variant_new_string (text);
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("the value of %s is no text"), key);
        return NULL;
      }
  if (prw_verbs_same_key (key, "DebugKeys"))
    {
      *property = "DebugKeys";
      if (!prw_tristate_from_string (text, &value, error))
        return NULL;
      if (value != PRW_TRISTATE_UNKNOWN)
        return g_variant_new_boolean (value == PRW_TRISTATE_YES);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("%s is yes or no, not \"%s\""), key, text);
      return NULL;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               _("a controller has no \"%s\"; there are secure-connections, debug-keys, static-address"), key);
  return NULL;
}

static PrwExit
show_one (PrwClient *client, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) controller = find_controller (client, name, &error);

  if (controller == NULL)
    return prw_client_fail (client, error);
  if (client->json)
    prw_output_json (controller);
  else
    print_controller (controller);
  return PRW_EXIT_DONE;
}

PrwExit
prw_verb_controller (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GPtrArray) assignments = NULL;
  g_autoptr (GVariant) controller = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL, *path = NULL;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, N_("[NAME [KEY=VALUE…]]"), 0, -1, &status))
    return status;
  if (argc == 1)
    return show_all (client);
  assignments = prw_verbs_parse_assignments (argv + 2, parse_switch);
  if (assignments == NULL)
    return PRW_EXIT_USAGE;
  controller = find_controller (client, argv[1], &error);
  if (controller == NULL)
    return prw_client_fail (client, error);
  name = prw_output_text (controller, "Name");
  path = g_strconcat (PRW_ROOT_PATH "/", name, NULL);
  if (!prw_verbs_assign (client, path, CONTROLLER_IFACE, assignments, &error))
    return prw_client_fail (client, error);
  return show_one (client, name);
}
