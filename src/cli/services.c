/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What was answered "always" or "never" about services. */
#include "cli/services.h"

#include <glib/gi18n.h>

#include "cli/output.h"
#include "cli/verbs.h"
#include "policy/policy.h"
#include "policy/text.h"
#include "words/words.h"

static GVariant *
get_remembered (GVariant *properties)
{
  GVariant *services = g_variant_lookup_value (properties, "RememberedServices", G_VARIANT_TYPE ("a{sb}"));

  return services != NULL ? services : g_variant_ref_sink (g_variant_new ("a{sb}", NULL));
}

void
prw_services_print (GVariant *properties)
{
  g_autoptr (GVariant) services = get_remembered (properties);
  GVariantIter iter;
  const char *uuid;
  gboolean allow;

  g_variant_iter_init (&iter, services);
  while (g_variant_iter_next (&iter, "{&sb}", &uuid, &allow))
    {
      g_autofree char *safe = prw_text_sanitize (uuid), *service = prw_words_service (safe);

      prw_output_pair (allow ? _("Always allowed") : _("Never allowed"), service);
    }
}

static PrwExit
show (PrwClient *client, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) properties = prw_client_get_all (client, path, PRW_PEER_IFACE, &error), services = NULL;

  if (properties == NULL)
    return prw_client_fail (client, error);
  services = get_remembered (properties);
  if (client->json)
    prw_output_json (services);
  else if (g_variant_n_children (services) == 0)
    g_print ("%s\n", _("Nothing is remembered: each service is asked about, or decided by a rule."));
  else
    prw_services_print (properties);
  return PRW_EXIT_DONE;
}

/* @service: "": all of them */
static PrwExit
forget (PrwClient *client, const char *path, const char *service)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = prw_client_call (client, path, PRW_PEER_IFACE, "ForgetService", g_variant_new ("(s)", service), NULL,
                                                PRW_AUTHORIZED_TIMEOUT, &error);

  return reply != NULL ? show (client, path) : prw_client_fail (client, error);
}

PrwExit
prw_verb_services (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL, *uuid = NULL;
  gboolean all = FALSE;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 1, 3, &status))
    return status;
  if (argc > 2 && (argc != 4 || !g_str_equal (argv[2], "forget")))
    return prw_client_usage (_("services takes PEER, or PEER forget SERVICE, or PEER forget all"));
  all = argc == 4 && g_str_equal (argv[3], "all");
  if (argc == 4 && !all && (uuid = prw_service_uuid (argv[3], &error)) == NULL)
    return prw_client_usage ("%s", error->message);
  path = prw_client_resolve_peer (client, argv[1], &error);
  if (path == NULL)
    return prw_client_fail (client, error);
  return argc < 4 ? show (client, path) : forget (client, path, all ? "" : uuid);
}
