/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What concerns a controller. */
#include "cli/verbs.h"

#include <glib/gi18n.h>

#include "cli/boards.h"
#include "cli/output.h"
#include "policy/types.h"

/* What there is, and what pairward-attach tells of it. */
typedef struct
{
  GPtrArray *records; /* of PrwRecord */
  GPtrArray *all;     /* of PrwSeenController */
  GError *error;      /* (nullable): why there are only boards */
} Sight;

static void
sight_clear (Sight *sight)
{
  g_clear_pointer (&sight->all, g_ptr_array_unref);
  g_clear_pointer (&sight->records, g_ptr_array_unref);
  g_clear_error (&sight->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sight, sight_clear)

/* Boards that were not attached are known without the daemon. */
static void
look (Sight *sight, PrwClient *client, const char *boards_dir)
{
  g_autoptr (GHashTable) controllers = prw_client_get_objects (client, PRW_CONTROLLER_IFACE, &sight->error);

  if (controllers == NULL)
    controllers = g_hash_table_new (g_str_hash, g_str_equal);
  sight->records = prw_boards_records (boards_dir);
  sight->all = prw_boards_gather (controllers, sight->records);
}

/* --- one --- */

static GVariant *
to_variant (const PrwSeenController *seen)
{
  g_autoptr (GPtrArray) findings = prw_boards_judge (seen);
  const PrwRecord *r = seen->record;
  GVariantDict dict;

  g_variant_dict_init (&dict, seen->controller);
  g_variant_dict_insert (&dict, "Name", "s", seen->name);
  if (r != NULL)
    {
      const struct { const char *key, *text; } texts[] = {
        { "Tty", r->tty }, { "Usb", r->usb }, { "Product", r->product }, { "Chip", r->chip }, { "BoardFirmware", r->firmware },
        { "BoardAddress", r->address }, { "Problem", r->problem }, { "Message", r->message },
      };

      for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
        g_variant_dict_insert (&dict, texts[i].key, "s", texts[i].text);
      g_variant_dict_insert (&dict, "State", "s", r->state == PRW_RECORD_ATTACHED ? "attached" : "failed");
      g_variant_dict_insert (&dict, "Speed", "u", r->speed);
      g_variant_dict_insert (&dict, "FlowControl", "b", r->flow_control);
      if (r->temperature != G_MININT)
        g_variant_dict_insert (&dict, "Temperature", "i", r->temperature);
    }
  g_variant_dict_insert_value (&dict, "Findings", prw_findings_to_variant (findings));
  return g_variant_dict_end (&dict);
}

/* What is not known is not shown. */
static void
pair_unless_empty (const char *label, const char *value)
{
  if (*value != '\0')
    prw_output_pair (label, value);
}

static void
print_switches (GVariant *p)
{
  static const struct { const char *label, *property; } texts[] = {
    { N_("Address"), "Address" }, { N_("Address type"), "AddressType" }, { N_("Firmware"), "Firmware" },
    { N_("Secure Connections"), "SecureConnections" }, { N_("Static address"), "StaticAddress" },
  };
  g_autofree char *number = NULL;
  guint16 manufacturer = 0;

  g_variant_lookup (p, "Manufacturer", "q", &manufacturer);
  number = g_strdup_printf ("0x%04x", manufacturer);
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

/* @controller: (nullable): what has been printed already */
static void
print_board (const PrwRecord *record, GVariant *controller)
{
  g_autofree char *address = controller != NULL ? prw_output_text (controller, "Address") : g_strdup ("");
  g_autofree char *speed = g_strdup_printf ("%u", record->speed), *temperature = g_strdup_printf (_("%d °C"), record->temperature);

  pair_unless_empty (_("Port"), record->tty);
  pair_unless_empty (_("USB"), record->usb);
  pair_unless_empty (_("Product"), record->product);
  pair_unless_empty (_("Chip"), record->chip);
  if (controller == NULL)
    pair_unless_empty (_("Firmware"), record->firmware);
  if (g_ascii_strcasecmp (record->address, address) != 0)
    pair_unless_empty (_("Board's address"), record->address);
  if (record->temperature != G_MININT)
    prw_output_pair (_("Temperature"), temperature);
  if (record->speed != 0)
    {
      prw_output_pair (_("Speed"), speed);
      prw_output_pair (_("Flow control"), prw_output_yes_no (record->flow_control));
    }
}

static void
print_seen (const PrwSeenController *seen)
{
  g_autoptr (GPtrArray) findings = prw_boards_judge (seen);

  g_print ("%s%s%s\n", prw_output_bold (), seen->name, prw_output_plain ());
  if (seen->controller != NULL)
    print_switches (seen->controller);
  if (seen->record != NULL)
    print_board (seen->record, seen->controller);
  for (guint i = 0; i < findings->len; i++)
    prw_output_finding (findings->pdata[i]);
}

/* --- all --- */

static PrwExit
show_all (PrwClient *client, const char *boards_dir)
{
  g_auto (Sight) sight = { NULL };
  GVariantBuilder list;

  look (&sight, client, boards_dir);
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < sight.all->len; i++)
    if (client->json)
      g_variant_builder_add_value (&list, to_variant (sight.all->pdata[i]));
    else
      print_seen (sight.all->pdata[i]);
  if (client->json && (sight.error == NULL || sight.all->len > 0))
    prw_output_json (g_variant_builder_end (&list));
  else
    g_variant_builder_clear (&list);
  if (sight.error != NULL)
    return prw_client_fail (client, sight.error);
  if (sight.all->len == 0)
    prw_output_said (client->json, "%s", _("There are no controllers, or bluetoothd is not running."));
  return PRW_EXIT_DONE;
}

static gboolean
goes_by (const PrwSeenController *seen, const char *name)
{
  g_autofree char *address = seen->controller != NULL ? prw_output_text (seen->controller, "Address") : g_strdup ("");

  return g_str_equal (seen->name, name) || (*name != '\0' && g_ascii_strcasecmp (address, name) == 0) ||
         (seen->record != NULL && g_str_equal (seen->record->tty, name));
}

/* The one that goes by @name, which is hciN, an address or ttyX. Returns: (transfer none) (nullable) */
static const PrwSeenController *
find (const Sight *sight, const char *name, GError **error)
{
  for (guint i = 0; i < sight->all->len; i++)
    if (goes_by (sight->all->pdata[i], name))
      return sight->all->pdata[i];
  if (sight->error != NULL)
    g_propagate_error (error, g_error_copy (sight->error));
  else
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
      if (prw_tristate_from_string (text, &value, NULL) && value != PRW_TRISTATE_UNKNOWN)
        return g_variant_new_boolean (value == PRW_TRISTATE_YES);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("%s is yes or no, not \"%s\""), key, text);
      return NULL;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               _("a controller has no \"%s\"; there are secure-connections, debug-keys, static-address"), key);
  return NULL;
}

static PrwExit
show_one (PrwClient *client, const char *name, const char *boards_dir)
{
  g_auto (Sight) sight = { NULL };
  g_autoptr (GError) error = NULL;
  const PrwSeenController *seen;

  look (&sight, client, boards_dir);
  seen = find (&sight, name, &error);
  if (seen == NULL)
    return prw_client_fail (client, error);
  if (client->json)
    prw_output_json (to_variant (seen));
  else
    print_seen (seen);
  return PRW_EXIT_DONE;
}

static gboolean
assign (PrwClient *client, const char *name, GPtrArray *assignments, const char *boards_dir, GError **error)
{
  g_auto (Sight) sight = { NULL };
  const PrwSeenController *seen;
  g_autofree char *path = NULL;

  look (&sight, client, boards_dir);
  seen = find (&sight, name, error);
  if (seen == NULL)
    return FALSE;
  if (seen->controller == NULL && sight.error != NULL)
    g_propagate_error (error, g_error_copy (sight.error));
  else if (seen->controller == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 _("%s is no controller, so there is nothing to set; \"pairwardctl controller %s\" says why"), name, name);
  else
    {
      path = g_strconcat (PRW_ROOT_PATH "/", seen->name, NULL);
      return prw_verbs_assign (client, path, PRW_CONTROLLER_IFACE, assignments, error);
    }
  return FALSE;
}

PrwExit
prw_verb_controller (PrwClient *client, int argc, char **argv)
{
  g_autofree char *boards_dir = NULL;
  const GOptionEntry entries[] = {
    { "boards-dir", 0, 0, G_OPTION_ARG_FILENAME, &boards_dir, N_("What pairward-attach tells, where that is not in /run/pairward/boards"), N_("DIRECTORY") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GPtrArray) assignments = NULL;
  g_autoptr (GError) error = NULL;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, entries, 0, -1, &status))
    return status;
  if (argc == 1)
    return show_all (client, boards_dir);
  assignments = prw_verbs_parse_assignments (argv + 2, parse_switch);
  if (assignments == NULL)
    return PRW_EXIT_USAGE;
  if (assignments->len > 0 && !assign (client, argv[1], assignments, boards_dir, &error))
    return prw_client_fail (client, error);
  return show_one (client, argv[1], boards_dir);
}
