/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What concerns one peer. */
#include "cli/verbs.h"

#include <glib/gi18n.h>

#include "cli/output.h"
#include "cli/services.h"
#include "policy/parameters.h"

PrwExit
prw_verb_list (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL, bonds = NULL;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 0, 0, &status))
    return status;
  reply = prw_client_call (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, "ListBonds", NULL, "(aa{sv})", PRW_CALL_TIMEOUT, &error);
  if (reply == NULL)
    return prw_client_fail (client, error);
  bonds = g_variant_get_child_value (reply, 0);
  if (client->json)
    {
      prw_output_json (g_steal_pointer (&bonds));
      return PRW_EXIT_DONE;
    }
  if (g_variant_n_children (bonds) == 0)
    g_print ("%s\n", _("There are no bonds. \"pairwardctl pair ADDRESS\" makes one."));
  for (gsize i = 0; i < g_variant_n_children (bonds); i++)
    {
      g_autoptr (GVariant) bond = g_variant_get_child_value (bonds, i);
      g_autofree char *adapter = prw_output_text (bond, "Adapter"), *address = prw_output_text (bond, "Address");
      g_autofree char *name = prw_output_text (bond, "Name");
      gboolean connected = prw_output_flag (bond, "Connected");
      const char *const states[] = { _("not here"), "just-works  ", NULL };
      g_autofree char *state = prw_output_cell (connected ? prw_security_level_to_string (prw_output_number (bond, "SecurityLevel")) : states[0],
                                                states);

      g_print ("%s  %s  %s  %s%s%s%s\n", adapter, address, state, prw_output_bold (), name, prw_output_plain (),
               prw_output_flag (bond, "DebugKey") ? _("  (debug key: a sniffer can read it)") : "");
    }
  return PRW_EXIT_DONE;
}

static void
print_peer (GVariant *p)
{
  static const struct { const char *label, *property; } texts[] = {
    { N_("Adapter"), "Adapter" }, { N_("Address"), "Address" }, { N_("Address type"), "AddressType" }, { N_("Name"), "Name" },
    { N_("Icon"), "Icon" }, { N_("Our role"), "Role" }, { N_("Pairing step"), "PairingStep" },
   { N_("I/O capabilities"), "IoCapabilities" },
  };
  static const struct { const char *label, *property; } flags[] = {
    { N_("Bonded"), "Bonded" }, { N_("Bonded before"), "IsPreviouslyBonded" }, { N_("Bond suspect"), "BondSuspect" },
    { N_("Debug key bond"), "DebugKeyBond" }, { N_("Use the debug key"), "DebugLescKey" },
    { N_("Pairing now"), "PairingInProcess" }, { N_("Passcode pairing"), "PasscodePairing" }, { N_("Bond"), "Bond" },
    { N_("Out of band"), "OutOfBand" }, { N_("LE Secure Connections"), "LescPairing" },
  };
  g_autofree char *refuse = prw_pairing_policy_to_string (prw_output_number (p, "RejectPairingRequests"));

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = prw_output_text (p, texts[i].property);

      if (*text != '\0') /* not known, or nothing goes on */
        prw_output_pair (_(texts[i].label), text);
    }
  prw_output_pair (_("Security level"), prw_security_level_to_string (prw_output_number (p, "SecurityLevel")));
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    prw_output_pair (_(flags[i].label), prw_output_yes_no (prw_output_flag (p, flags[i].property)));
  prw_output_pair (_("Refused requests"), refuse);
  prw_services_print (p);
  if (prw_output_flag (p, "DebugKeyBond"))
    g_print ("%s\n", _("The bond was made with the published debug key: whoever listens can read the link."));
  if (prw_output_flag (p, "BondSuspect"))
    g_print ("%s\n", _("The other side seems to have lost its key: \"pairwardctl pair PEER --force\" makes a new bond."));
}

static PrwExit
show_peer (PrwClient *client, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) properties = prw_client_get_all (client, path, PRW_PEER_IFACE, &error);

  if (properties == NULL)
    return prw_client_fail (client, error);
  if (client->json)
    prw_output_json (g_steal_pointer (&properties));
  else
    print_peer (properties);
  return PRW_EXIT_DONE;
}

PrwExit
prw_verb_show (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 1, 1, &status))
    return status;
  path = prw_client_resolve_peer (client, argv[1], &error);
  return path != NULL ? show_peer (client, path) : prw_client_fail (client, error);
}

/* The value for a property write, floating; NULL with @error. */
static GVariant *
parse_parameter (const char *key, const char *text, const char **property, GError **error)
{
  static const char *const booleans[] = { "PasscodePairing", "Bond", "OutOfBand", "LescPairing" };
  PrwIoCapability capability;
  PrwPairingPolicy policy;
  PrwTristate value;

  for (guint i = 0; i < G_N_ELEMENTS (booleans); i++)
    if (prw_verbs_same_key (key, booleans[i]))
      {
        *property = booleans[i];
        if (prw_tristate_from_string (text, &value, NULL) && value != PRW_TRISTATE_UNKNOWN)
          return g_variant_new_boolean (value == PRW_TRISTATE_YES);
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("%s is yes or no, not \"%s\""), key, text);
        return NULL;
      }
  if (prw_verbs_same_key (key, "IoCapabilities"))
    {
      *property = "IoCapabilities";
      return prw_io_capability_from_string (text, &capability, error) ? g_variant_new_string (prw_io_capability_to_string (capability)) : NULL;
    }
  if (prw_verbs_same_key (key, "RejectPairingRequests"))
    {
      *property = "RejectPairingRequests";
      return prw_pairing_policy_from_string (text, &policy, error) ? g_variant_new_uint32 (policy) : NULL;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               _("there is no parameter \"%s\"; there are passcode-pairing, io-capabilities, bond, out-of-band, "
                 "reject-pairing-requests, lesc-pairing"), key);
  return NULL;
}

PrwExit
prw_verb_params (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GPtrArray) assignments = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 1, -1, &status))
    return status;
  assignments = prw_verbs_parse_assignments (argv + 2, parse_parameter);
  if (assignments == NULL)
    return PRW_EXIT_USAGE;
  path = prw_client_resolve_peer (client, argv[1], &error);
  if (path == NULL)
    return prw_client_fail (client, error);
  if (!prw_verbs_assign (client, path, PRW_PEER_IFACE, assignments, &error))
    return prw_client_fail (client, error);
  return show_peer (client, path);
}

/* What was deleted, as JSON: a list of object paths. */
static void
print_deleted (PrwClient *client, const GPtrArray *paths)
{
  if (client->json)
    prw_output_json (g_variant_new_objv ((const char *const *) paths->pdata, (gssize) paths->len));
}

static PrwExit
delete_one (PrwClient *client, const char *path, const char *name, GPtrArray *deleted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = prw_client_call (client, path, PRW_PEER_IFACE, "DeleteBondingData", NULL, NULL, PRW_AUTHORIZED_TIMEOUT, &error);

  if (reply == NULL)
    return prw_client_fail (client, error);
  g_ptr_array_add (deleted, g_strdup (path));
  prw_output_said (client->json, _("%s is forgotten."), name);
  return PRW_EXIT_DONE;
}

static PrwExit
delete_all (PrwClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = prw_client_call (client, PRW_ROOT_PATH, PRW_MANAGER_IFACE, "ListBonds", NULL, "(aa{sv})", PRW_CALL_TIMEOUT, &error);
  g_autoptr (GPtrArray) deleted = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GVariant) bonds = NULL;
  PrwExit status = PRW_EXIT_DONE;

  if (reply == NULL)
    return prw_client_fail (client, error);
  bonds = g_variant_get_child_value (reply, 0);
  if (g_variant_n_children (bonds) == 0)
    prw_output_said (client->json, "%s", _("There are no bonds."));
  for (gsize i = 0; i < g_variant_n_children (bonds) && status == PRW_EXIT_DONE; i++)
    {
      g_autoptr (GVariant) bond = g_variant_get_child_value (bonds, i);
      g_autofree char *path = prw_output_text (bond, "Path"), *address = prw_output_text (bond, "Address");

      status = delete_one (client, path, address, deleted);
    }
  print_deleted (client, deleted);
  return status;
}

static PrwExit
delete_named (PrwClient *client, const char *name)
{
  g_autoptr (GPtrArray) deleted = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = prw_client_resolve_peer (client, name, &error);
  PrwExit status = PRW_EXIT_DONE;

  properties = path != NULL ? prw_client_get_all (client, path, PRW_PEER_IFACE, &error) : NULL;
  if (properties == NULL)
    return prw_client_fail (client, error);
  if (prw_output_flag (properties, "Bonded"))
    status = delete_one (client, path, name, deleted);
  else
    prw_output_said (client->json, _("There is no bond with %s: nothing is done."), name);
  if (status == PRW_EXIT_DONE)
    print_deleted (client, deleted);
  return status;
}

PrwExit
prw_verb_delete (PrwClient *client, int argc, char **argv)
{
  gboolean all = FALSE;
  const GOptionEntry entries[] = { { "all", 0, 0, G_OPTION_ARG_NONE, &all, N_("Delete all bonds"), NULL }, G_OPTION_ENTRY_NULL };
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, entries, 0, 1, &status))
    return status;
  if (all == (argc == 2))
    return prw_client_usage ("%s", _("delete needs a PEER, or --all"));
  return all ? delete_all (client) : delete_named (client, argv[1]);
}
