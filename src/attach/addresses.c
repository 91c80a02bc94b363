/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/addresses.h"

#include <glib/gi18n.h>
#include <string.h>

#include "attach/atomic.h"

#define GROUP "Static"
#define BOM "\357\273\277"
#define KEY_SIZE sizeof "0x05f1"

/*
 * bluetoothd reads the file with GKeyFile, and would write it anew without its comments. Here GKeyFile says what the file means,
 * before and after, and one line is changed in the text.
 */
typedef struct
{
  const char *text;
  gsize len;
  char key[KEY_SIZE];
  GKeyFile *keyfile;
  char **list;        /* as bluetoothd reads it; NULL: the key is not there */
  guint n_keys;       /* lines with the key */
  guint line;         /* of the last of these, which is the one that counts */
  gsize line_start, value_start, value_end, line_end;
  gboolean has_group;
  gsize insert_at;    /* where a line with the key would go: behind the last key of the last group of this name */
  const char *newline;
} Scan;

static void
scan_clear (Scan *scan)
{
  g_clear_pointer (&scan->keyfile, g_key_file_unref);
  g_strfreev (scan->list);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scan, scan_clear)

static gboolean
fail (GError **error, guint line, const char *reason)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("line %u: %s"), line, reason);
  return FALSE;
}

/* Where the line at @start ends, with its line end. */
static gsize
line_end (const char *text, gsize len, gsize start)
{
  const char *newline = memchr (text + start, '\n', len - start);

  return newline != NULL ? (gsize) (newline - text) + 1 : len;
}

static gboolean
parses (const char *text, gsize len)
{
  g_autoptr (GKeyFile) keyfile = g_key_file_new ();

  return len == 0 || g_key_file_load_from_data (keyfile, text, len, G_KEY_FILE_NONE, NULL);
}

/* GKeyFile does not say where it stopped. It reads line by line, so what follows a bad line changes nothing. */
static guint
find_bad_line (const char *text, gsize len)
{
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  guint good = 0, bad;

  for (gsize at = 0; at < len;)
    {
      at = line_end (text, len, at);
      g_array_append_val (ends, at);
    }
  for (bad = ends->len; good + 1 < bad;)
    {
      guint middle = good + (bad - good) / 2;

      if (parses (text, g_array_index (ends, gsize, middle - 1)))
        good = middle;
      else
        bad = middle;
    }
  return bad;
}

/* Just as BlueZ's bachk() does: upper or lower case, no blanks. */
static gboolean
is_address (const char *text)
{
  char normal[PRW_ADDRESS_LEN + 1];

  return prw_address_normalize (text, normal) && text[2] == ':';
}

static gboolean
names (const char *entry, const char *address)
{
  return address != NULL && g_ascii_strcasecmp (entry, address) == 0;
}

static gboolean
names_one_of (const char *entry, const char *const *addresses)
{
  for (gsize i = 0; addresses != NULL && addresses[i] != NULL; i++)
    if (names (entry, addresses[i]))
      return TRUE;
  return FALSE;
}

/* A line as GKeyFile takes it apart; it is known to be a good one. */
static void
scan_line (Scan *scan, guint line, gsize start, gsize end, gboolean *in_group)
{
  const char *text = scan->text;
  gsize at = start, stop = end, equals, key_end;

  if (stop > at && text[stop - 1] == '\n')
    stop -= stop - at > 1 && text[stop - 2] == '\r' ? 2 : 1;
  if (line == 1 && stop - at >= strlen (BOM) && memcmp (text + at, BOM, strlen (BOM)) == 0)
    at += strlen (BOM);
  while (at < stop && g_ascii_isspace (text[at]))
    at++;
  if (at == stop || text[at] == '#')
    return;
  if (text[at] == '[')
    {
      *in_group = stop - at > strlen ("[" GROUP) && memcmp (text + at, "[" GROUP "]", strlen ("[" GROUP "]")) == 0;
      scan->has_group |= *in_group;
    }
  if (*in_group)
    {
      scan->insert_at = end;
      scan->newline = end - stop == 2 ? "\r\n" : "\n";
    }
  if (!*in_group || text[at] == '[')
    return;
  equals = (gsize) ((const char *) memchr (text + at, '=', stop - at) - text);
  for (key_end = equals; key_end > at && g_ascii_isspace (text[key_end - 1]);)
    key_end--;
  if (key_end - at != strlen (scan->key) || memcmp (text + at, scan->key, key_end - at) != 0)
    return;
  scan->n_keys++;
  scan->line = line;
  scan->line_start = start;
  scan->line_end = end;
  for (scan->value_start = equals + 1; scan->value_start < stop && g_ascii_isspace (text[scan->value_start]);)
    scan->value_start++;
  scan->value_end = stop;
}

static gboolean
check_list (Scan *scan, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (scan->n_keys == 0)
    return TRUE;
  scan->list = g_key_file_get_string_list (scan->keyfile, GROUP, scan->key, NULL, &reason);
  if (scan->list == NULL)
    return fail (error, scan->line, _("not a list of addresses"));
  for (gsize i = 0; scan->list[i] != NULL; i++)
    if (!is_address (scan->list[i]))
      return fail (error, scan->line, _("something in the list is no address: bluetoothd would take it for 00:00:00:00:00:00"));
  return TRUE;
}

static gboolean
scan_text (Scan *scan, const char *text, gsize len, guint16 manufacturer, GError **error)
{
  gboolean in_group = FALSE;
  const char *nul = len > 0 ? memchr (text, '\0', len) : NULL;
  guint line = 0;

  g_snprintf (scan->key, sizeof scan->key, "0x%04x", manufacturer);
  scan->text = len > 0 ? text : "";
  scan->len = len;
  scan->newline = "\n";
  scan->keyfile = g_key_file_new ();
  if (len > PRW_ADDRESSES_MAX_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   ngettext ("larger than %u byte: this is not what bluetoothd wrote", "larger than %u bytes: this is not what bluetoothd wrote",
                             PRW_ADDRESSES_MAX_BYTES), PRW_ADDRESSES_MAX_BYTES);
      return FALSE;
    }
  if (nul != NULL)
    {
      for (gsize at = 0; at <= (gsize) (nul - text); line++)
        at = line_end (text, len, at);
      return fail (error, line, _("a zero byte"));
    }
  if (len > 0 && !g_key_file_load_from_data (scan->keyfile, text, len, G_KEY_FILE_NONE, NULL))
    return fail (error, find_bad_line (text, len), _("neither a [Group], nor key=value within one, nor a # comment"));
  for (gsize at = 0, end; at < len; at = end)
    {
      end = line_end (text, len, at);
      scan_line (scan, ++line, at, end, &in_group);
    }
  return check_list (scan, error);
}

char **
prw_addresses_list (const char *text, gsize len, guint16 manufacturer, GError **error)
{
  g_auto (Scan) scan = { 0 };

  if (!scan_text (&scan, text, len, manufacturer, error))
    return NULL;
  return scan.list != NULL ? g_steal_pointer (&scan.list) : g_new0 (char *, 1);
}

static gboolean
has (const GPtrArray *list, const char *address)
{
  for (guint i = 0; i < list->len; i++)
    if (names (list->pdata[i], address))
      return TRUE;
  return FALSE;
}

static GPtrArray *
arrange (char **list, const PrwAddressesOrder *order)
{
  GPtrArray *new = g_ptr_array_new ();

  if (order->own != NULL)
    g_ptr_array_add (new, (gpointer) order->own);
  for (gsize i = 0; order->present != NULL && order->present[i] != NULL; i++)
    if (names_one_of (order->present[i], (const char *const *) list) && !has (new, order->present[i]) &&
        !names (order->present[i], order->last) && !names_one_of (order->present[i], order->absent))
      g_ptr_array_add (new, (gpointer) order->present[i]);
  for (gsize i = 0; list != NULL && list[i] != NULL; i++)
    if (!names (list[i], order->own) && !names (list[i], order->last) && !names_one_of (list[i], order->absent) &&
        !names_one_of (list[i], order->present))
      g_ptr_array_add (new, list[i]);
  if (order->last != NULL)
    g_ptr_array_add (new, (gpointer) order->last);
  g_ptr_array_add (new, NULL);
  return new;
}

static gboolean
same_list (char **a, char **b)
{
  gsize i;

  for (i = 0; a != NULL && a[i] != NULL; i++)
    if (b == NULL || b[i] == NULL || g_ascii_strcasecmp (a[i], b[i]) != 0)
      return FALSE;
  return b == NULL || b[i] == NULL;
}

/* A line that would uncover an older one of the same key stays, and says that the list is empty. */
static void
change_line (const Scan *scan, const char *value, GString *new)
{
  gboolean whole = value[0] == '\0' && scan->n_keys == 1;
  gsize from = whole ? scan->line_start : scan->value_start, to = whole ? scan->line_end : scan->value_end;

  /* `=` may be the last byte before the line end, blanks and all. */
  g_string_append_len (new, scan->text, (gssize) from);
  g_string_append (new, value);
  g_string_append_len (new, scan->text + to, (gssize) (scan->len - to));
}

static void
add_line (const Scan *scan, const char *value, GString *new)
{
  gsize at = scan->has_group ? scan->insert_at : scan->len;

  g_string_append_len (new, scan->text, (gssize) at);
  if (at > 0 && new->str[at - 1] != '\n')
    g_string_append_c (new, '\n');
  if (!scan->has_group)
    g_string_append_printf (new, "%s[" GROUP "]\n", at > 0 ? "\n" : "");
  g_string_append_printf (new, "%s=%s%s", scan->key, value, scan->newline);
  g_string_append_len (new, scan->text + at, (gssize) (scan->len - at));
}

static guint
count_keys (GKeyFile *keyfile)
{
  g_auto (GStrv) groups = g_key_file_get_groups (keyfile, NULL);
  guint n = 0;

  for (guint i = 0; groups[i] != NULL; i++)
    {
      G_GNUC_UNUSED g_auto (GStrv) keys = NULL;
      gsize n_keys = 0;

      keys = g_key_file_get_keys (keyfile, groups[i], &n_keys, NULL);
      n += (guint) n_keys;
    }
  return n;
}

/* Whether all that @old says beside the list is in @new. */
static gboolean
says_the_rest (const Scan *new, const Scan *old)
{
  g_auto (GStrv) groups = g_key_file_get_groups (old->keyfile, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (old->keyfile, groups[i], NULL, NULL);

      for (guint j = 0; keys != NULL && keys[j] != NULL; j++)
        {
          g_autofree char *before = g_key_file_get_value (old->keyfile, groups[i], keys[j], NULL);
          g_autofree char *after = g_key_file_get_value (new->keyfile, groups[i], keys[j], NULL);

          if (!(g_str_equal (groups[i], GROUP) && g_str_equal (keys[j], old->key)) && g_strcmp0 (before, after) != 0)
            return FALSE;
        }
    }
  return count_keys (new->keyfile) - (new->n_keys > 0) == count_keys (old->keyfile) - (old->n_keys > 0);
}

/* The text is changed by hand: nothing is written that GKeyFile does not read as it was meant. */
static gboolean
check_result (const GString *text, const Scan *old, char **list, guint16 manufacturer, GError **error)
{
  g_auto (Scan) new = { 0 };

  if (!scan_text (&new, text->str, text->len, manufacturer, error))
    return FALSE;
  if (same_list (new.list, list) && says_the_rest (&new, old))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("written in a way that could not be changed safely"));
  return FALSE;
}

static gboolean
check_address (const char *address, GError **error)
{
  if (address == NULL || is_address (address))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("\"%s\" is no address"), address);
  return FALSE;
}

static gboolean
check_order (const PrwAddressesOrder *order, GError **error)
{
  for (gsize i = 0; order->present != NULL && order->present[i] != NULL; i++)
    if (!check_address (order->present[i], error))
      return FALSE;
  return check_address (order->own, error) && check_address (order->last, error);
}

char *
prw_addresses_arrange (const char *text, gsize len, guint16 manufacturer, const PrwAddressesOrder *order, GError **error)
{
  g_auto (Scan) scan = { 0 };
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GString) value = g_string_new (NULL);
  g_autoptr (GString) new = NULL;

  if (!check_order (order, error) || !scan_text (&scan, text, len, manufacturer, error))
    return NULL;
  list = arrange (scan.list, order);
  if (same_list (scan.list, (char **) list->pdata))
    return g_strndup (len > 0 ? text : "", len);
  /* As bluetoothd writes it: each one with a semicolon behind it. */
  for (guint i = 0; list->pdata[i] != NULL; i++)
    g_string_append_printf (value, "%s;", (char *) list->pdata[i]);
  new = g_string_sized_new (len + value->len);
  if (scan.n_keys > 0)
    change_line (&scan, value->str, new);
  else
    add_line (&scan, value->str, new);
  if (!check_result (new, &scan, (char **) list->pdata, manufacturer, error))
    return NULL;
  return g_string_free (g_steal_pointer (&new), FALSE);
}

typedef struct
{
  guint16 manufacturer;
  const PrwAddressesOrder *order;
} Edit;

static char *
edit (const char *text, gsize len, gpointer data, GError **error)
{
  const Edit *self = data;

  return prw_addresses_arrange (text, len, self->manufacturer, self->order, error);
}

gboolean
prw_addresses_file_arrange (const char *path, guint16 manufacturer, const PrwAddressesOrder *order, gboolean *changed, GError **error)
{
  Edit data = { manufacturer, order };

  return prw_atomic_edit (path, PRW_ADDRESSES_MAX_BYTES, edit, &data, changed, error);
}

char **
prw_addresses_file_list (const char *path, guint16 manufacturer, GError **error)
{
  g_autofree char *text = NULL;
  char **list;
  gsize len;

  if (!prw_atomic_read (path, PRW_ADDRESSES_MAX_BYTES, &text, &len, error))
    return NULL;
  list = prw_addresses_list (text, len, manufacturer, error);
  if (list == NULL)
    g_prefix_error (error, "%s: ", path);
  return list;
}
