/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/text.h"

#include "policy/types.h"

#include <string.h>

#include <glib/gi18n.h>

/* Marks in a row on one letter: enough for Vietnamese, Thai and Hebrew, too few to paint over the lines around. */
#define MARKS_MAX 3

#define PASSKEY_MAX 999999u
#define PASSKEY_DIGITS 6
#define PIN_MAX 16

/* Letters and symbols that draw nothing: with them two names that differ would look the same, and a name of them alone
 * would look empty (Unicode: Default_Ignorable_Code_Point that is not of category Cf, and the empty Braille cell). */
static gboolean
is_invisible (gunichar c)
{
  return c == 0x034f || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5 || (c >= 0x180b && c <= 0x180f) ||
         c == 0x2800 || c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xffa0 || (c >= 0xe0100 && c <= 0xe01ef);
}

typedef enum
{
  TEXT_DROP,
  TEXT_LETTER,
  TEXT_MARK,
  TEXT_BLANK,
} TextClass;

static TextClass
classify (gunichar c)
{
  if (is_invisible (c))
    return TEXT_DROP;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: /* the bidi controls are among these */
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TEXT_DROP;
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_NON_SPACING_MARK:
      return TEXT_MARK;
    case G_UNICODE_SPACE_SEPARATOR:
      return TEXT_BLANK;
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
    case G_UNICODE_CONNECT_PUNCTUATION:
    case G_UNICODE_DASH_PUNCTUATION:
    case G_UNICODE_CLOSE_PUNCTUATION:
    case G_UNICODE_FINAL_PUNCTUATION:
    case G_UNICODE_INITIAL_PUNCTUATION:
    case G_UNICODE_OTHER_PUNCTUATION:
    case G_UNICODE_OPEN_PUNCTUATION:
    case G_UNICODE_CURRENCY_SYMBOL:
    case G_UNICODE_MODIFIER_SYMBOL:
    case G_UNICODE_MATH_SYMBOL:
    case G_UNICODE_OTHER_SYMBOL:
      return TEXT_LETTER;
    }
  return TEXT_DROP;
}

/* Most text is plain ASCII with nothing to change; each decision sanitises a dozen texts. */
static gboolean
is_plain (const char *text)
{
  gsize n = 0;

  while (n <= PRW_NAME_MAX && text[n] >= ' ' && text[n] <= '~')
    n++;
  return n <= PRW_NAME_MAX && text[n] == '\0' && text[0] != ' ' && (n == 0 || text[n - 1] != ' ');
}

static char *
sanitize (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) out = g_string_sized_new (PRW_NAME_MAX);
  guint marks = 0;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      TextClass class = classify (c);

      if (class == TEXT_BLANK)
        c = ' ';
      if (class == TEXT_DROP || (out->len == 0 && class != TEXT_LETTER))
        continue;
      marks = class == TEXT_MARK ? marks + 1 : 0;
      if (marks > MARKS_MAX)
        continue;
      if (out->len + (gsize) g_unichar_to_utf8 (c, NULL) > PRW_NAME_MAX)
        break;
      g_string_append_unichar (out, c);
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
prw_text_sanitize (const char *text)
{
  if (text == NULL)
    return g_strdup ("");
  return is_plain (text) ? g_strdup (text) : sanitize (text);
}

/* The byte after the character at @p; safe on broken UTF-8 too. */
static const char *
next_char (const char *p)
{
  do
    p++;
  while ((*p & 0xc0) == 0x80);
  return p;
}

guint
prw_text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

char *
prw_text_column (const char *text, guint width)
{
  guint used = prw_text_width (text);

  return used < width ? g_strdup_printf ("%s%*s", text, (int) (width - used), "") : g_strdup_printf ("%s\n%*s", text, (int) width, "");
}

gboolean
prw_text_glob (const char *pattern, const char *text)
{
  const char *star = NULL; /* what follows the last star */
  const char *retry = NULL;

  if (pattern == NULL || text == NULL)
    return FALSE;
  while (*text != '\0')
    {
      if (*pattern == '*')
        {
          star = ++pattern;
          retry = text;
        }
      else if (*pattern == '?')
        {
          pattern++;
          text = next_char (text);
        }
      else if (g_ascii_tolower (*pattern) == g_ascii_tolower (*text))
        {
          pattern++;
          text++;
        }
      else if (star != NULL)
        {
          /* only the last star needs to be tried again: the ones before it took the least they could */
          pattern = star;
          text = retry = next_char (retry);
        }
      else
        return FALSE;
    }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

gboolean
prw_passkey_check (guint32 passkey, GError **error)
{
  if (passkey <= PASSKEY_MAX)
    return TRUE;
  g_set_error_literal (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID, _("A passkey is a number from 0 to 999999"));
  return FALSE;
}

gboolean
prw_passkey_parse (const char *text, guint32 *out, GError **error)
{
  gsize length = text != NULL ? strlen (text) : 0;
  guint32 passkey = 0;

  if (length == 0 || length > PASSKEY_DIGITS || strspn (text, "0123456789") != length)
    {
      g_set_error_literal (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID, _("A passkey has one to six decimal digits"));
      return FALSE;
    }
  for (gsize i = 0; i < length; i++)
    passkey = passkey * 10 + (guint32) g_ascii_digit_value (text[i]);
  *out = passkey;
  return TRUE;
}

gboolean
prw_pin_check (const char *pin, GError **error)
{
  gsize length = pin != NULL ? strlen (pin) : 0;

  if (length >= 1 && length <= PIN_MAX && g_utf8_validate (pin, (gssize) length, NULL))
    return TRUE;
  g_set_error_literal (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID, _("A PIN has 1 to 16 bytes of UTF-8"));
  return FALSE;
}
