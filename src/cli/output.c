/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "policy/text.h"

void
prw_output_json (GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  g_autofree char *text = json_gvariant_serialize_data (owned, NULL);

  /* Not g_print(): JSON is UTF-8 in every locale. */
  puts (text);
  fflush (stdout);
}

char *
prw_output_printable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (out, g_unichar_isprint (g_utf8_get_char (p)) ? g_utf8_get_char (p) : '?');
  return g_string_free (out, FALSE);
}

void
prw_output_said (gboolean json, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (!json)
    g_print ("%s\n", text);
}

gboolean
prw_output_is_terminal (void)
{
  return isatty (STDOUT_FILENO);
}

gboolean
prw_output_is_smart (void)
{
  return prw_output_is_terminal () && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

static gboolean
wants_colour (void)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return prw_output_is_smart () && (no_color == NULL || *no_color == '\0');
}

const char *
prw_output_bold (void)
{
  return wants_colour () ? "\033[1m" : "";
}

const char *
prw_output_plain (void)
{
  return wants_colour () ? "\033[0m" : "";
}

void
prw_output_pair (const char *label, const char *value)
{
  g_autofree char *named = g_strconcat (label, ":", NULL), *column = prw_text_column (named, 25);

  g_print ("%s%s\n", column, value);
}

char *
prw_output_cell (const char *text, const char *const *all)
{
  guint width = prw_text_width (text), widest = width;

  for (; *all != NULL; all++)
    widest = MAX (widest, prw_text_width (*all));
  return g_strdup_printf ("%s%*s", text, (int) (widest - width), "");
}

static const char *
verdict_words (PrwFindingVerdict verdict)
{
  switch (verdict)
    {
    case PRW_FINDING_OK:
      return C_("verdict", "ok");
    case PRW_FINDING_NOTE:
      return C_("verdict", "note");
    case PRW_FINDING_PROBLEM:
      break;
    }
  return C_("verdict", "problem");
}

void
prw_output_finding (const PrwFinding *finding)
{
  const char *const all[] = { verdict_words (PRW_FINDING_OK), verdict_words (PRW_FINDING_NOTE), verdict_words (PRW_FINDING_PROBLEM), NULL };
  const char *bold = finding->verdict == PRW_FINDING_PROBLEM ? prw_output_bold () : "";
  g_autofree char *verdict = prw_output_cell (verdict_words (finding->verdict), all), *text = prw_output_printable (finding->text);

  g_print ("%s%s%s %s: %s\n", bold, verdict, *bold != '\0' ? prw_output_plain () : "", finding->topic, text);
}

char *
prw_output_text (GVariant *properties, const char *name)
{
  const char *text = "";

  if (!g_variant_lookup (properties, name, "&s", &text))
    g_variant_lookup (properties, name, "&o", &text);
  return prw_text_sanitize (text);
}

guint
prw_output_number (GVariant *properties, const char *name)
{
  guint number = 0;

  g_variant_lookup (properties, name, "u", &number);
  return number;
}

gboolean
prw_output_flag (GVariant *properties, const char *name)
{
  gboolean flag = FALSE;

  g_variant_lookup (properties, name, "b", &flag);
  return flag;
}

const char *
prw_output_yes_no (gboolean value)
{
  return value ? _("yes") : _("no");
}
