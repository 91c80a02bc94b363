/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Keys that pairings begun here use beyond the parameters: the published debug key, and out-of-band data. */
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "cli/output.h"

#define BLOCK 16
/* More than four keys with their values take, in any writing. */
#define INPUT_MAX 4096

PrwExit
prw_verb_debug_key (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autofree char *path = NULL;
  gboolean on;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 2, 2, &status))
    return status;
  on = g_str_equal (argv[2], "on");
  if (!on && !g_str_equal (argv[2], "off"))
    return prw_client_usage (_("debug-key is on or off, not \"%s\""), argv[2]);
  path = prw_client_resolve_peer (client, argv[1], &error);
  if (path != NULL)
    reply = prw_client_call (client, path, PRW_PEER_IFACE, "UseDebugLescKey", g_variant_new ("(b)", on), NULL, PRW_AUTHORIZED_TIMEOUT, &error);
  if (reply == NULL)
    return prw_client_fail (client, error);
  if (client->json)
    prw_output_json (g_variant_new_parsed ("{'DebugLescKey': <%b>}", on));
  if (on)
    g_printerr (_("Warning: pairings with %s that begin here use a key that everybody knows. Whoever listens can read such a link. "
                  "\"pairwardctl debug-key %s off\" ends that.\n"), argv[1], argv[1]);
  else
    prw_output_said (client->json, _("Pairings with %s that begin here use a secret key."), argv[1]);
  return PRW_EXIT_DONE;
}

/* --- out of band --- */

static char *
hex_of (GVariant *bytes)
{
  gsize n;
  const guint8 *data = g_variant_get_fixed_array (bytes, &n, 1);
  GString *hex = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

static PrwExit
read_local (PrwClient *client, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = prw_client_call (client, path, PRW_PEER_IFACE, "ReadLocalOobData", NULL, "(a{sv})", PRW_AUTHORIZED_TIMEOUT, &error);
  g_autoptr (GVariantIter) iter = NULL;
  GVariantDict json;
  const char *key;
  GVariant *value;

  if (reply == NULL)
    return prw_client_fail (client, error);
  g_variant_dict_init (&json, NULL);
  g_variant_get (reply, "(a{sv})", &iter);
  while (g_variant_iter_loop (iter, "{&sv}", &key, &value))
    {
      g_autofree char *hex = g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING) ? hex_of (value) : g_strdup ("");

      g_variant_dict_insert (&json, key, "s", hex);
      if (!client->json)
        g_print ("%s=%s\n", key, hex);
    }
  if (client->json)
    prw_output_json (g_variant_dict_end (&json));
  else
    g_variant_dict_clear (&json);
  return PRW_EXIT_DONE;
}

/* One key with its value. The text is never quoted: it is a secret. */
static gboolean
take (GVariantDict *data, const char *key, const char *hex, GError **error)
{
  guint8 bytes[BLOCK];
  gsize length = strlen (hex);

  for (gsize i = 0; i < BLOCK && length == 2 * BLOCK; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]), low = g_ascii_xdigit_value (hex[2 * i + 1]);

      if (high < 0 || low < 0)
        length = 0;
      bytes[i] = (guint8) (high * 16 + low);
    }
  if (length == 2 * BLOCK && g_utf8_validate (key, -1, NULL))
    g_variant_dict_insert_value (data, key, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, BLOCK, 1));
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("r192, c192, r256 and c256 have 32 hexadecimal digits each"));
  explicit_bzero (bytes, sizeof bytes);
  return length == 2 * BLOCK;
}

/* Lines of KEY=HEX, as `oob PEER` prints them. */
static gboolean
parse_lines (GVariantDict *data, char *text, GError **error)
{
  char *rest = NULL;

  for (char *line = strtok_r (text, "\r\n", &rest); line != NULL; line = strtok_r (NULL, "\r\n", &rest))
    {
      char *equals = strchr (g_strstrip (line), '=');

      if (*line == '\0')
        continue;
      if (equals == NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("what is not KEY=HEX was read; KEY is one of r192, c192, r256, c256"));
          return FALSE;
        }
      *equals = '\0';
      if (!take (data, line, equals + 1, error))
        return FALSE;
    }
  return TRUE;
}

/* An object of such strings, as `--json oob PEER` prints it. */
static gboolean
parse_json (GVariantDict *data, const char *text, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  if (!json_parser_load_from_data (parser, text, -1, NULL) || json_parser_get_root (parser) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("what was read is no JSON object"));
      return FALSE;
    }
  json_object_iter_init (&iter, json_node_get_object (json_parser_get_root (parser)));
  while (json_object_iter_next (&iter, &key, &node))
    if (!take (data, key, json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "", error))
      return FALSE;
  return TRUE;
}

static PrwExit
send_remote (PrwClient *client, const char *path, GVariant *data, const char *said)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = prw_client_call (client, path, PRW_PEER_IFACE, "SetRemoteOobData", g_variant_new ("(@a{sv})", data), NULL,
                                                PRW_AUTHORIZED_TIMEOUT, &error);

  if (reply == NULL)
    return prw_client_fail (client, error);
  if (client->json)
    prw_output_json (g_variant_new_parsed ("@a{sv} {}"));
  prw_output_said (client->json, "%s", said);
  return PRW_EXIT_DONE;
}

static PrwExit
set_remote (PrwClient *client, const char *path)
{
  char input[INPUT_MAX + 1];
  g_autoptr (GError) error = NULL;
  GVariantDict data;
  gboolean good;
  gsize n;

  if (isatty (STDIN_FILENO))
    g_printerr ("%s\n", _("The other side's r256=... and c256=..., a line each; then Ctrl-D:"));
  n = fread (input, 1, sizeof input, stdin);
  input[MIN (n, INPUT_MAX)] = '\0';
  g_variant_dict_init (&data, NULL);
  good = n <= INPUT_MAX && (client->json ? parse_json (&data, input, &error) : parse_lines (&data, input, &error));
  explicit_bzero (input, sizeof input);
  if (good)
    return send_remote (client, path, g_variant_dict_end (&data),
                        _("It is used by the next pairing, if out-of-band of the peer's parameters is yes."));
  g_variant_dict_clear (&data);
  return prw_client_usage ("oob: %s", error != NULL ? error->message : _("too much was read"));
}

PrwExit
prw_verb_oob (PrwClient *client, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  GVariantDict none;
  PrwExit status;

  if (!prw_verbs_parse (&argc, &argv, NULL, 1, 2, &status))
    return status;
  if (argc == 3 && !g_str_equal (argv[2], "set") && !g_str_equal (argv[2], "clear"))
    return prw_client_usage (_("oob reads our data; \"set\" reads the peer's from stdin, \"clear\" forgets it; there is no \"%s\""),
                             /* somebody may have put the secret there */ strlen (argv[2]) < 2 * BLOCK ? argv[2] : "...");
  path = prw_client_resolve_peer (client, argv[1], &error);
  if (path == NULL)
    return prw_client_fail (client, error);
  if (argc == 2)
    return read_local (client, path);
  if (g_str_equal (argv[2], "set"))
    return set_remote (client, path);
  g_variant_dict_init (&none, NULL);
  return send_remote (client, path, g_variant_dict_end (&none), _("Forgotten."));
}
