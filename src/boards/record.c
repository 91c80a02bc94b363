/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "boards/record.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/address.h"
#include "policy/text.h"

#define GROUP "Board"
#define MESSAGE_MAX 1000 /* bytes; a sentence or three */

PrwRecord *
prw_record_new (const char *tty)
{
  PrwRecord *record = g_new0 (PrwRecord, 1);

  record->tty = g_strdup (tty);
  record->manufacturer = -1;
  record->temperature = G_MININT;
  record->state = PRW_RECORD_FAILED;
  return record;
}

void
prw_record_free (PrwRecord *record)
{
  g_free (record->tty);
  g_free (record->device);
  g_free (record->usb);
  g_free (record->product);
  g_free (record->chip);
  g_free (record->firmware);
  g_free (record->address);
  g_free (record->address_type);
  g_free (record->own_address);
  g_free (record->problem);
  g_free (record->message);
  g_free (record);
}

static gboolean
fail (const char *key, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s= is not what it should be"), key);
  return FALSE;
}

char *
prw_record_clean (const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", " ", MESSAGE_MAX);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *word = prw_text_sanitize (words[i]);

      if (word[0] == '\0' || clean->len + 1 + strlen (word) > MESSAGE_MAX)
        continue;
      g_string_append (clean, clean->len > 0 ? " " : "");
      g_string_append (clean, word);
    }
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

/* %NULL: not there. */
static char *
get (GKeyFile *keyfile, const char *key)
{
  g_autofree char *value = g_key_file_get_string (keyfile, GROUP, key, NULL);

  return value != NULL ? prw_text_sanitize (value) : NULL;
}

static char *
get_message (GKeyFile *keyfile)
{
  g_autofree char *value = g_key_file_get_string (keyfile, GROUP, "Message", NULL);

  return prw_record_clean (value);
}

static char *
get_text (GKeyFile *keyfile, const char *key)
{
  char *value = get (keyfile, key);

  return value != NULL ? value : g_strdup ("");
}

/* A word of ASCII letters, digits and @others, or nothing. */
static gboolean
get_word (GKeyFile *keyfile, const char *key, const char *others, char **out, GError **error)
{
  *out = get_text (keyfile, key);
  for (const char *p = *out; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (others, *p) == NULL)
      return fail (key, error);
  return TRUE;
}

static gboolean
get_number (GKeyFile *keyfile, const char *key, gint64 min, gint64 max, gint64 missing, gint64 *out, GError **error)
{
  g_autofree char *value = get (keyfile, key);

  *out = missing;
  if (value == NULL || value[0] == '\0')
    return TRUE;
  return g_ascii_string_to_signed (value, 10, min, max, out, NULL) || fail (key, error);
}

/* "0x05f1" */
static gboolean
get_manufacturer (GKeyFile *keyfile, PrwRecord *record, GError **error)
{
  g_autofree char *value = get_text (keyfile, "Manufacturer");
  guint64 number;

  if (value[0] == '\0')
    return TRUE;
  if (!g_str_has_prefix (value, "0x") || !g_ascii_string_to_unsigned (value + 2, 16, 0, G_MAXUINT16, &number, NULL))
    return fail ("Manufacturer", error);
  record->manufacturer = (int) number;
  return TRUE;
}

static gboolean
get_address (GKeyFile *keyfile, const char *key, char **out, GError **error)
{
  g_autofree char *value = get_text (keyfile, key);
  char normal[PRW_ADDRESS_LEN + 1] = "";

  if (value[0] != '\0' && !prw_address_normalize (value, normal))
    return fail (key, error);
  *out = g_strdup (normal);
  return TRUE;
}

static gboolean
get_addresses (GKeyFile *keyfile, PrwRecord *record, GError **error)
{
  record->address_type = get_text (keyfile, "AddressType");
  if (!get_address (keyfile, "Address", &record->address, error) || !get_address (keyfile, "OwnAddress", &record->own_address, error))
    return FALSE;
  if (record->address_type[0] != '\0' && !g_str_equal (record->address_type, "public") && !g_str_equal (record->address_type, "random"))
    return fail ("AddressType", error);
  return TRUE;
}

static gboolean
get_numbers (GKeyFile *keyfile, PrwRecord *record, GError **error)
{
  gint64 temperature, speed;
  g_autofree char *flow_control = get_text (keyfile, "FlowControl");

  /* Chips do not live at what is not within these. */
  if (!get_number (keyfile, "Temperature", -128, 255, G_MININT, &temperature, error) ||
      !get_number (keyfile, "Speed", 0, G_MAXINT, 0, &speed, error) ||
      !get_number (keyfile, "Since", 0, G_MAXINT64, 0, &record->since, error))
    return FALSE;
  record->temperature = (int) temperature;
  record->speed = (guint) speed;
  if (flow_control[0] != '\0' && !g_str_equal (flow_control, "true") && !g_str_equal (flow_control, "false"))
    return fail ("FlowControl", error);
  record->flow_control = g_str_equal (flow_control, "true");
  return TRUE;
}

/* A controller, or nothing */
static gboolean
get_device (GKeyFile *keyfile, PrwRecord *record, GError **error)
{
  record->device = get_text (keyfile, "Device");
  return record->device[0] == '\0' || prw_adapter_parse_name (record->device, NULL) || fail ("Device", error);
}

static gboolean
get_state (GKeyFile *keyfile, PrwRecord *record, GError **error)
{
  g_autofree char *state = get_text (keyfile, "State");

  if (!g_str_equal (state, "attached") && !g_str_equal (state, "failed"))
    return fail ("State", error);
  record->state = g_str_equal (state, "attached") ? PRW_RECORD_ATTACHED : PRW_RECORD_FAILED;
  return record->state == PRW_RECORD_FAILED || record->device[0] != '\0' || fail ("Device", error);
}

static gboolean
take (GKeyFile *keyfile, PrwRecord *record, GError **error)
{
  g_autofree char *tty = get_text (keyfile, "Tty");

  if (!g_str_equal (tty, record->tty))
    return fail ("Tty", error);
  record->product = get_text (keyfile, "Product");
  record->chip = get_text (keyfile, "Chip");
  record->firmware = get_text (keyfile, "Firmware");
  record->message = get_message (keyfile);
  return get_word (keyfile, "Usb", ":", &record->usb, error) && get_word (keyfile, "Problem", "-", &record->problem, error) &&
         get_device (keyfile, record, error) && get_manufacturer (keyfile, record, error) && get_addresses (keyfile, record, error) &&
         get_numbers (keyfile, record, error) && get_state (keyfile, record, error);
}

PrwRecord *
prw_record_parse (const char *tty, const char *text, gsize len, GError **error)
{
  g_autoptr (GKeyFile) keyfile = g_key_file_new ();
  g_autoptr (PrwRecord) record = prw_record_new (tty);

  /* GKeyFile's own messages quote the text. */
  if (len == 0 || len > PRW_RECORD_MAX_BYTES || memchr (text, '\0', len) != NULL ||
      !g_key_file_load_from_data (keyfile, text, len, G_KEY_FILE_NONE, NULL) || !g_key_file_has_group (keyfile, GROUP))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("not a record of a board"));
      return NULL;
    }
  return take (keyfile, record, error) ? g_steal_pointer (&record) : NULL;
}

static gboolean
fail_errno (int code, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
  return FALSE;
}

/* A file of at most PRW_RECORD_MAX_BYTES; nothing else is opened for good, a pipe would be waited for. */
static gboolean
read_file (const char *path, char *text, gsize *len, GError **error)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat status;
  gssize n = 0;

  if (fd < 0)
    return fail_errno (errno, error);
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    {
      close (fd);
      return fail_errno (EINVAL, error);
    }
  for (*len = 0; *len < PRW_RECORD_MAX_BYTES + 1; *len += (gsize) n)
    {
      n = read (fd, text + *len, PRW_RECORD_MAX_BYTES + 1 - *len);
      if (n <= 0)
        break;
    }
  close (fd);
  return n >= 0 || fail_errno (errno, error);
}

gboolean
prw_record_is_name (const char *tty)
{
  return tty != NULL && tty[0] != '\0' && tty[0] != '.' && strlen (tty) <= 64 &&
         strspn (tty, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+:@") == strlen (tty);
}

PrwRecord *
prw_record_read (const char *dir, const char *tty, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  gsize len;

  if (!prw_record_is_name (tty))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME, _("not the name of a tty"));
      return NULL;
    }
  path = g_build_filename (dir, tty, NULL);
  text = g_malloc (PRW_RECORD_MAX_BYTES + 1);
  return read_file (path, text, &len, error) ? prw_record_parse (tty, text, len, error) : NULL;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const PrwRecord *const *left = a, *const *right = b;

  return strcmp ((*left)->tty, (*right)->tty);
}

GPtrArray *
prw_records_list (const char *dir)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_record_free);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GDir) files = g_dir_open (dir, 0, &reason);
  const char *name;

  if (files == NULL && !g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_warning ("%s: %s; nothing is known of boards", dir, reason->message);
  while (files != NULL && records->len < PRW_RECORDS_MAX && (name = g_dir_read_name (files)) != NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *shown = NULL;
      PrwRecord *record;

      if (name[0] == '.') /* one that is being written */
        continue;
      record = prw_record_read (dir, name, &error);
      shown = prw_text_sanitize (name);
      if (record != NULL)
        g_ptr_array_add (records, record);
      else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) /* removed meanwhile */
        g_warning ("%s/%s: %s; it is passed over", dir, shown, error->message);
    }
  g_ptr_array_sort (records, compare);
  return records;
}

/* A controller on a serial port is below it: …/ttyACM0/hci1; on one that is no device (a PTY) it is virtual. One that the kernel has by
 * itself has its own name for a port. */
gboolean
prw_record_may_be_on (const PrwRecord *record, const char *sysfs)
{
  g_autofree char *link = g_build_filename (sysfs, "class/bluetooth", record->device, NULL);
  g_autofree char *part = g_strdup_printf ("/%s/", record->tty);
  char *path = realpath (link, NULL);
  gboolean by_itself = g_str_equal (record->tty, record->device);
  gboolean may_be = path == NULL || (by_itself ? strstr (path, "/tty/") == NULL : strstr (path, part) != NULL) ||
                    strstr (path, "/devices/virtual/") != NULL;

  free (path);
  return may_be;
}

/* Something with this name is there. In the name of a record "-" may be the "/" of "pts/3". */
static gboolean
is_present (const PrwRecord *record, const char *sysfs, const char *dev)
{
  g_autofree char *folded = g_strdelimit (g_strdup (record->tty), "-", '/');
  g_autofree char *device = g_build_filename (sysfs, "class/tty", record->tty, NULL);
  g_autofree char *controller = g_build_filename (sysfs, "class/bluetooth", record->tty, NULL);
  g_autofree char *node = g_build_filename (dev, record->tty, NULL), *deep_node = g_build_filename (dev, folded, NULL);

  return g_file_test (device, G_FILE_TEST_EXISTS) || g_file_test (controller, G_FILE_TEST_EXISTS) || g_file_test (node, G_FILE_TEST_EXISTS) ||
         g_file_test (deep_node, G_FILE_TEST_EXISTS);
}

GPtrArray *
prw_records_list_present (const char *dir, const char *sysfs, const char *dev)
{
  GPtrArray *records = prw_records_list (dir);

  for (guint i = records->len; i > 0; i--)
    {
      const PrwRecord *record = records->pdata[i - 1];

      if (!is_present (record, sysfs, dev) || (record->state == PRW_RECORD_ATTACHED && !prw_record_may_be_on (record, sysfs)))
        g_ptr_array_remove_index (records, i - 1);
    }
  return records;
}

const PrwRecord *
prw_records_find (GPtrArray *records, const char *device)
{
  for (guint i = 0; i < records->len; i++)
    {
      const PrwRecord *record = records->pdata[i];

      if (record->state == PRW_RECORD_ATTACHED && g_str_equal (record->device, device))
        return record;
    }
  return NULL;
}
