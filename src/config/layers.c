/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "config/layers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/prw-config-resource.h"

#define FILE_NAME "pairward.conf"
#define RESOURCE_PATH "/org/pairward/" FILE_NAME

G_DEFINE_QUARK (prw-config-error-quark, prw_config_error)

static gboolean
fail_to_read (const char *path, int number, GError **error)
{
  g_autofree char *shown = prw_layer_path_for_people (path);

  g_set_error (error, PRW_CONFIG_ERROR, number == EACCES ? PRW_CONFIG_ERROR_DENIED : PRW_CONFIG_ERROR_MISSING,
               _("%s: cannot read: %s"), shown, g_strerror (number));
  return FALSE;
}

/* Reads one byte more than allowed at most: the caller sees that it is too much. */
static gboolean
read_all (int fd, const char *path, GByteArray *content, GError **error)
{
  guint8 buffer[4096];

  while (content->len <= PRW_LAYER_MAX)
    {
      ssize_t n = read (fd, buffer, sizeof buffer);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail_to_read (path, errno, error);
      if (n == 0)
        break;
      g_byte_array_append (content, buffer, (guint) n);
    }
  return TRUE;
}

/* A file that is missing is fine. A link to nothing is not missing: somebody wanted something to be there. */
static gboolean
pass_if_missing (const char *path, int number, GError **error)
{
  struct stat status;

  return (number == ENOENT && lstat (path, &status) != 0) || fail_to_read (path, number, error);
}

/* *layer stays NULL where there is no file. The permissions looked at are those of the file that is read. */
static gboolean
read_file (const char *path, PrwLayer **layer, GError **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  struct stat status;
  gboolean good;
  int fd;

  /* Non-blocking: opening a FIFO would wait for a writer. */
  fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  if (fd < 0)
    return pass_if_missing (path, errno, error);
  good = fstat (fd, &status) == 0 || fail_to_read (path, errno, error);
  if (good && !S_ISREG (status.st_mode))
    good = prw_layer_fail (path, NULL, NULL, NULL,
                           S_ISDIR (status.st_mode) ? _("is a folder, not a file") : _("is not a regular file"), error);
  good = good && read_all (fd, path, content, error);
  close (fd);
  if (!good)
    return FALSE;
  *layer = prw_layer_new (path, (const char *) content->data, content->len, status.st_mode & 07777, error);
  return *layer != NULL;
}

static gboolean
add_file (GPtrArray *layers, const char *path, gboolean *found, GError **error)
{
  PrwLayer *layer = NULL;

  if (!read_file (path, &layer, error))
    return FALSE;
  if (layer != NULL)
    g_ptr_array_add (layers, layer);
  if (found != NULL)
    *found = layer != NULL;
  return TRUE;
}

/* What editors and package managers leave (hidden files, other endings) is passed over. */
static int
is_layer (const struct dirent *entry)
{
  return entry->d_name[0] != '.' && g_str_has_suffix (entry->d_name, ".conf");
}

/* Not alphasort(): the order is the same in every locale. */
static int
compare_names (const struct dirent **a, const struct dirent **b)
{
  return strcmp ((*a)->d_name, (*b)->d_name);
}

/* conf.d/ *.conf */
static gboolean
add_folder (GPtrArray *layers, const char *path, GError **error)
{
  struct dirent **entries = NULL;
  int n = scandir (path, &entries, is_layer, compare_names);
  gboolean good = TRUE;

  if (n < 0)
    return pass_if_missing (path, errno, error);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *file = g_build_filename (path, entries[i]->d_name, NULL);

      good = good && add_file (layers, file, NULL, error);
      free (entries[i]);
    }
  free (entries);
  return good;
}

/* DIR/pairward.conf and DIR/conf.d */
static gboolean
add_place (GPtrArray *layers, const char *place, GError **error)
{
  g_autofree char *file = g_build_filename (place, FILE_NAME, NULL);
  g_autofree char *folder = g_build_filename (place, "conf.d", NULL);

  return add_file (layers, file, NULL, error) && add_folder (layers, folder, error);
}

static gboolean
add_shipped (GPtrArray *layers, const char *place, GError **error)
{
  g_autofree char *file = g_build_filename (place, FILE_NAME, NULL);
  g_autoptr (GBytes) built_in = NULL;
  PrwLayer *layer;
  gboolean found;

  if (!add_file (layers, file, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  built_in = g_resource_lookup_data (prw_config_get_resource (), RESOURCE_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (built_in == NULL)
    return FALSE;
  layer = prw_layer_new ("resource://" RESOURCE_PATH, g_bytes_get_data (built_in, NULL), g_bytes_get_size (built_in), 0444, error);
  if (layer == NULL)
    return FALSE;
  g_ptr_array_add (layers, layer);
  return TRUE;
}

static gboolean
add_named (GPtrArray *layers, const char *path, GError **error)
{
  gboolean found;

  if (!add_file (layers, path, &found, error))
    return FALSE;
  return found || fail_to_read (path, ENOENT, error);
}

GPtrArray *
prw_layers_read (const PrwConfigSource *source, GError **error)
{
  g_autoptr (GPtrArray) layers = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_layer_free);
  g_autofree char *own = source->session ? g_build_filename (g_get_user_config_dir (), "pairward", NULL) : NULL;

  if (!add_shipped (layers, source->shipped_dir != NULL ? source->shipped_dir : PRW_SHIPPEDDIR, error))
    return NULL;
  if (source->file != NULL)
    return add_named (layers, source->file, error) ? g_steal_pointer (&layers) : NULL;
  if (!add_place (layers, source->system_dir != NULL ? source->system_dir : PRW_SYSCONFDIR, error))
    return NULL;
  if (own != NULL && !add_place (layers, own, error))
    return NULL;
  return g_steal_pointer (&layers);
}
