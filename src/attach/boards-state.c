/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/boards-state.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/random.h>

#include "attach/atomic.h"
#include "attach/identity.h"

#define MAX_BYTES (256 * 1024)
#define KEPT "Kept"

static GKeyFile *
load (const char *text, gsize len, GError **error)
{
  g_autoptr (GKeyFile) keyfile = g_key_file_new ();

  if (len == 0 || g_key_file_load_from_data (keyfile, text, len, G_KEY_FILE_KEEP_COMMENTS, NULL))
    return g_steal_pointer (&keyfile);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("not a keyfile: look into it, addresses of boards are in it"));
  return NULL;
}

static GKeyFile *
load_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  GKeyFile *keyfile;
  gsize len;

  if (!prw_atomic_read (path, MAX_BYTES, &text, &len, error))
    return NULL;
  keyfile = load (text, len, error);
  if (keyfile == NULL)
    g_prefix_error (error, "%s: ", path);
  return keyfile;
}

typedef struct
{
  const char *key;
  char *address; /* PRW_ADDRESS_LEN + 1 bytes; the one to be kept, then the one that is */
} Keep;

/* The one that is there counts, not one that is made now. */
static char *
keep (const char *text, gsize len, gpointer data, GError **error)
{
  Keep *self = data;
  g_autoptr (GKeyFile) keyfile = load (text, len, error);
  g_autofree char *kept = NULL;

  if (keyfile == NULL)
    return NULL;
  kept = g_key_file_get_string (keyfile, KEPT, self->key, NULL);
  if (kept == NULL)
    {
      g_key_file_set_string (keyfile, KEPT, self->key, self->address);
      return g_key_file_to_data (keyfile, NULL, NULL);
    }
  if (prw_identity_is_static (kept) && prw_address_normalize (kept, self->address))
    return g_strndup (text, len);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("[%s] %s: no static random address"), KEPT, self->key);
  return NULL;
}

/* 46 random bits: that two are the same is not looked for. */
static gboolean
make_address (char *address, GError **error)
{
  guint8 octets[6];

  do
    {
      gssize n = getrandom (octets, sizeof octets, 0);

      if (n < 0 && errno != EINTR)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "getrandom: %s", g_strerror (errno));
          return FALSE;
        }
      octets[0] |= 0xc0;
      g_snprintf (address, PRW_ADDRESS_LEN + 1, "%02X:%02X:%02X:%02X:%02X:%02X", octets[0], octets[1], octets[2], octets[3], octets[4], octets[5]);
      if (n != sizeof octets)
        address[0] = '\0';
    }
  while (!prw_identity_is_static (address));
  return TRUE;
}

gboolean
prw_boards_state_kept (const char *path, const char *key, char address[PRW_ADDRESS_LEN + 1], GError **error)
{
  Keep data = { key, address };

  if (make_address (address, error) && prw_atomic_edit (path, MAX_BYTES, keep, &data, NULL, error))
    return TRUE;
  address[0] = '\0';
  return FALSE;
}

static char *
listed_group (guint16 manufacturer)
{
  return g_strdup_printf ("Listed 0x%04x", manufacturer);
}

char **
prw_boards_state_listed (const char *path, guint16 manufacturer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GKeyFile) keyfile = load_file (path, &error);
  g_autofree char *group = listed_group (manufacturer);
  g_auto (GStrv) keys = keyfile != NULL ? g_key_file_get_keys (keyfile, group, NULL, NULL) : NULL;
  char **listed = g_new0 (char *, (keys != NULL ? g_strv_length (keys) : 0) + 1);
  guint n = 0;

  if (keyfile == NULL)
    g_warning ("%s", error->message);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (prw_identity_is_static (keys[i]) && strchr (keys[i], ':') != NULL)
      listed[n++] = g_ascii_strup (keys[i], -1);
  return listed;
}

gboolean
prw_boards_state_is_listed (const char *path, guint16 manufacturer, const char *address)
{
  g_auto (GStrv) listed = prw_boards_state_listed (path, manufacturer);

  return g_strv_contains ((const char *const *) listed, address);
}

typedef struct
{
  const char *group, *address;
  gboolean listed;
} List;

static char *
list (const char *text, gsize len, gpointer data, GError **error)
{
  const List *self = data;
  g_autoptr (GKeyFile) keyfile = load (text, len, error);
  G_GNUC_UNUSED g_auto (GStrv) keys = NULL;
  gsize n_keys = 0;

  if (keyfile == NULL)
    return NULL;
  if (g_key_file_has_key (keyfile, self->group, self->address, NULL) == self->listed)
    return g_strndup (len > 0 ? text : "", len);
  if (self->listed)
    g_key_file_set_boolean (keyfile, self->group, self->address, TRUE);
  else
    g_key_file_remove_key (keyfile, self->group, self->address, NULL);
  keys = g_key_file_get_keys (keyfile, self->group, &n_keys, NULL);
  if (n_keys == 0)
    g_key_file_remove_group (keyfile, self->group, NULL);
  return g_key_file_to_data (keyfile, NULL, NULL);
}

void
prw_boards_state_set_listed (const char *path, guint16 manufacturer, const char *address, gboolean listed)
{
  g_autofree char *group = listed_group (manufacturer);
  List data = { group, address, listed };
  g_autoptr (GError) error = NULL;

  if (!prw_atomic_edit (path, MAX_BYTES, list, &data, NULL, &error))
    g_warning ("%s; the address %s stays in BlueZ's list when its board goes", error->message, address);
}
