/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config/layers.h"

#include <glib/gi18n.h>
#include <string.h>

#include "policy/text.h"

#define BOM "\357\273\277"

/*
 * GKeyFile merges a group that is given twice, lets the last of two equal keys win, has no line numbers and repeats the
 * line in its messages, which could hold a PIN. So the form is checked here, and GKeyFile keeps and unescapes.
 */
typedef struct
{
  const char *path;
  GKeyFile *keyfile;
  const PrwGroup *group;
  char *group_name;
  guint line;
} Scan;

char *
prw_layer_path_for_people (const char *path)
{
  char *text = g_filename_display_name (path);

  for (char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = '?';
  return text;
}

gboolean
prw_layer_fail (const char *path, const char *group, const char *key, const char *value, const char *reason, GError **error)
{
  g_autofree char *file = prw_layer_path_for_people (path);
  g_autoptr (GString) text = g_string_new (file);
  g_autofree char *shown = prw_text_sanitize (value);
  g_autofree char *said = prw_text_sanitize (reason); /* reasons of others quote the value, unescaped */

  g_string_append (text, ": ");
  if (group != NULL)
    g_string_append_printf (text, "[%s]%s", group, key != NULL ? " " : ": ");
  if (key != NULL && value != NULL)
    g_string_append_printf (text, "%s=%s: ", key, prw_key_name_is_secret (key) ? PRW_CONFIG_MASK : shown);
  else if (key != NULL)
    g_string_append_printf (text, "%s: ", key);
  g_string_append (text, said);
  if (key != NULL && value != NULL && strchr (value, '#') != NULL)
    g_string_append (text, _(" (a comment has a line of its own)"));
  g_set_error_literal (error, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_INVALID, text->str);
  return FALSE;
}

/* An error of form: the line's text is not repeated, it may hold a secret. */
static gboolean
fail_at_line (const Scan *scan, const char *reason, GError **error)
{
  g_autofree char *text = g_strdup_printf (_("line %u: %s"), scan->line, reason);

  return prw_layer_fail (scan->path, scan->group_name, NULL, NULL, text, error);
}

/* @text is what follows `[`. */
static gboolean
scan_group (Scan *scan, const char *text, GError **error)
{
  const char *end = strchr (text, ']');
  g_autofree char *header = end != NULL ? g_strndup (text, end - text) : NULL;
  g_autofree char *shown = prw_text_sanitize (header);
  g_autoptr (GError) reason = NULL;

  g_clear_pointer (&scan->group_name, g_free);
  if (header == NULL || strpbrk (header, "[\t") != NULL)
    return fail_at_line (scan, _("not a [Group]"), error);
  if (end[1] != '\0')
    return fail_at_line (scan, end[1 + strspn (end + 1, " \t")] == '#' ? _("a comment has a line of its own") : _("text after the [Group]"),
                         error);
  scan->group = prw_group_find (header, &scan->group_name, &reason);
  if (scan->group == NULL)
    return prw_layer_fail (scan->path, shown, NULL, NULL, reason->message, error);
  if (g_key_file_has_group (scan->keyfile, scan->group_name))
    return fail_at_line (scan, _("the group is in this file already"), error);
  /* The only way to make an empty group. */
  g_key_file_set_value (scan->keyfile, scan->group_name, "x", "");
  g_key_file_remove_key (scan->keyfile, scan->group_name, "x", NULL);
  return TRUE;
}

static gboolean
scan_key (Scan *scan, char *line, GError **error)
{
  char *equals = strchr (line, '=');
  g_autoptr (GError) reason = NULL;
  g_autofree char *shown = NULL;
  const char *value;

  if (equals == NULL || equals == line)
    return fail_at_line (scan, _("neither a [Group], nor Key=value, nor a # comment"), error);
  *equals = '\0';
  value = g_strchug (equals + 1);
  g_strchomp (line);
  shown = prw_text_sanitize (line);
  if (scan->group == NULL)
    return prw_layer_fail (scan->path, NULL, shown, value, _("stands before any [Group]"), error);
  if (prw_key_find (scan->group, line, &reason) == NULL)
    return prw_layer_fail (scan->path, scan->group_name, shown, value, reason->message, error);
  if (g_key_file_has_key (scan->keyfile, scan->group_name, line, NULL))
    return prw_layer_fail (scan->path, scan->group_name, line, value, _("the key is in this group already"), error);
  g_key_file_set_value (scan->keyfile, scan->group_name, line, value);
  return TRUE;
}

static gboolean
scan_line (Scan *scan, char *line, GError **error)
{
  gsize length = strlen (line);

  scan->line++;
  if (length > 0 && line[length - 1] == '\r')
    line[length - 1] = '\0';
  for (const char *p = line; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) && *p != '\t')
      return fail_at_line (scan, _("a control character"), error);
  g_strstrip (line);
  if (line[0] == '\0' || line[0] == '#')
    return TRUE;
  if (line[0] == '[')
    return scan_group (scan, line + 1, error);
  return scan_key (scan, line, error);
}

static gboolean
scan_text (Scan *scan, const char *data, gsize length, GError **error)
{
  const char *end;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (length == 0)
    return TRUE;
  if (length > PRW_LAYER_MAX)
    return prw_layer_fail (scan->path, NULL, NULL, NULL, _("larger than 1 MiB"), error);
  if (!g_utf8_validate_len (data, length, &end))
    {
      for (const char *p = data; p < end; p++)
        scan->line += *p == '\n' ? 1 : 0;
      scan->line++;
      return fail_at_line (scan, _("not UTF-8 text"), error);
    }
  if (length >= strlen (BOM) && memcmp (data, BOM, strlen (BOM)) == 0)
    {
      data += strlen (BOM);
      length -= strlen (BOM);
    }
  text = g_strndup (data, length);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!scan_line (scan, lines[i], error))
      return FALSE;
  return TRUE;
}

PrwLayer *
prw_layer_new (const char *path, const char *data, gsize length, guint mode, GError **error)
{
  g_autoptr (PrwLayer) layer = g_new0 (PrwLayer, 1);
  Scan scan = { NULL, NULL, NULL, NULL, 0 };
  gboolean good;

  layer->path = prw_layer_path_for_people (path);
  layer->keyfile = g_key_file_new ();
  layer->mode = mode;
  scan.path = layer->path;
  scan.keyfile = layer->keyfile;
  good = scan_text (&scan, data, length, error);
  g_free (scan.group_name);
  return good ? g_steal_pointer (&layer) : NULL;
}

void
prw_layer_free (PrwLayer *layer)
{
  g_free (layer->path);
  g_key_file_unref (layer->keyfile);
  g_free (layer);
}
