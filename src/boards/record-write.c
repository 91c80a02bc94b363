/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "boards/record.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/text.h"

#define GROUP "Board"

static void
set (GKeyFile *keyfile, const char *key, const char *value)
{
  g_autofree char *clean = prw_text_sanitize (value);

  if (clean[0] != '\0')
    g_key_file_set_string (keyfile, GROUP, key, clean);
}

static char *
to_text (const PrwRecord *record)
{
  g_autoptr (GKeyFile) keyfile = g_key_file_new ();
  g_autofree char *manufacturer = g_strdup_printf ("0x%04x", record->manufacturer);
  g_autofree char *message = prw_record_clean (record->message);

  set (keyfile, "Tty", record->tty);
  set (keyfile, "State", record->state == PRW_RECORD_ATTACHED ? "attached" : "failed");
  set (keyfile, "Device", record->device);
  set (keyfile, "Usb", record->usb);
  set (keyfile, "Product", record->product);
  set (keyfile, "Chip", record->chip);
  set (keyfile, "Firmware", record->firmware);
  if (record->manufacturer >= 0)
    set (keyfile, "Manufacturer", manufacturer);
  set (keyfile, "Address", record->address);
  set (keyfile, "AddressType", record->address_type);
  set (keyfile, "OwnAddress", record->own_address);
  if (record->temperature != G_MININT)
    g_key_file_set_integer (keyfile, GROUP, "Temperature", record->temperature);
  if (record->speed > 0)
    g_key_file_set_uint64 (keyfile, GROUP, "Speed", record->speed);
  g_key_file_set_boolean (keyfile, GROUP, "FlowControl", record->flow_control);
  if (record->since > 0)
    g_key_file_set_int64 (keyfile, GROUP, "Since", record->since);
  set (keyfile, "Problem", record->problem);
  if (message[0] != '\0')
    g_key_file_set_string (keyfile, GROUP, "Message", message);
  return g_key_file_to_data (keyfile, NULL, NULL);
}

/* Everybody may read it, whatever the umask. */
static gboolean
make_folder (const char *dir, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (dir);

  if ((g_mkdir (parent, 0755) == 0 ? g_chmod (parent, 0755) : errno == EEXIST ? 0 : -1) == 0 &&
      (g_mkdir (dir, 0755) == 0 ? g_chmod (dir, 0755) : errno == EEXIST ? 0 : -1) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", dir, g_strerror (errno));
  return FALSE;
}

static char *
make_path (const char *dir, const char *tty, GError **error)
{
  if (prw_record_is_name (tty))
    return g_build_filename (dir, tty, NULL);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME, _("not the name of a tty"));
  return NULL;
}

static gboolean
fail_errno (const char *path, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

/* Not fsynced: /run does not outlive the machine. A name with a dot is read by nobody. */
static gboolean
write_temporary (const char *temporary, const PrwRecord *record, GError **error)
{
  g_autofree char *text = to_text (record);
  int code;

  g_unlink (temporary);
  if (g_file_set_contents_full (temporary, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, error))
    {
      if (g_chmod (temporary, 0644) == 0)
        return TRUE;
      code = errno;
      fail_errno (temporary, code, error);
    }
  g_unlink (temporary);
  return FALSE;
}

gboolean
prw_record_write (const char *dir, const PrwRecord *record, GError **error)
{
  g_autofree char *path = make_path (dir, record->tty, error);
  g_autofree char *temporary = NULL;
  int code;

  if (path == NULL || !make_folder (dir, error))
    return FALSE;
  temporary = g_strdup_printf ("%s/.%s", dir, record->tty); /* each tty has one writer */
  if (!write_temporary (temporary, record, error))
    return FALSE;
  if (g_rename (temporary, path) == 0)
    return TRUE;
  code = errno;
  g_unlink (temporary);
  return fail_errno (path, code, error);
}

gboolean
prw_record_add (const char *dir, const PrwRecord *record, GError **error)
{
  g_autofree char *path = make_path (dir, record->tty, error);
  g_autofree char *temporary = NULL;
  int code;

  if (path == NULL || !make_folder (dir, error))
    return FALSE;
  temporary = g_strdup_printf ("%s/.%s.%d", dir, record->tty, (int) getpid ());
  if (!write_temporary (temporary, record, error))
    return FALSE;
  code = link (temporary, path) == 0 || errno == EEXIST ? 0 : errno;
  g_unlink (temporary);
  return code == 0 || fail_errno (path, code, error);
}

gboolean
prw_record_remove (const char *dir, const char *tty, GError **error)
{
  g_autofree char *path = make_path (dir, tty, error);

  if (path == NULL)
    return FALSE;
  return g_unlink (path) == 0 || errno == ENOENT || errno == ENOTDIR || fail_errno (path, errno, error);
}
