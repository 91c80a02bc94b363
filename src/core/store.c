/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/store.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "policy/text.h"

/* What the writing thread shares with the store. Versions only grow: an older one never overwrites a newer one. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex mutex;
  char *file;
  guint version; /* the newest on disk */
} Disk;

struct _PrwStore
{
  GObject parent;
  GKeyFile *keyfile;
  Disk *disk;      /* (nullable) */
  guint version;   /* of what is to be on disk */
  guint tried;     /* the newest that was or is on its way there */
  gboolean writing;
  GQueue waiting;  /* of GTask, for versions not on their way yet */
};

G_DEFINE_FINAL_TYPE (PrwStore, prw_store, G_TYPE_OBJECT)

/* One version on its way to disk. */
typedef struct
{
  Disk *disk;
  char *text;
  guint version;
  GQueue tasks; /* of GTask: those who wait for it */
} Write;

static Disk *
disk_new (const char *folder, const char *name)
{
  Disk *disk = g_new0 (Disk, 1);

  g_atomic_ref_count_init (&disk->ref_count);
  g_mutex_init (&disk->mutex);
  disk->file = g_build_filename (folder, name, NULL);
  return disk;
}

static void
disk_unref (Disk *disk)
{
  if (!g_atomic_ref_count_dec (&disk->ref_count))
    return;
  g_mutex_clear (&disk->mutex);
  g_free (disk->file);
  g_free (disk);
}

static gboolean
disk_write (Disk *disk, const char *text, guint version, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&disk->mutex);
  g_autofree char *folder = NULL;

  if (version <= disk->version)
    return TRUE;
  folder = g_path_get_dirname (disk->file);
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents_full (disk->file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return FALSE;
  disk->version = version;
  return TRUE;
}

static void
write_free (gpointer data)
{
  Write *job = data;

  disk_unref (job->disk);
  g_queue_clear_full (&job->tasks, g_object_unref);
  g_free (job->text);
  g_free (job);
}

static void
run_write (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Write *job = data;
  GError *error = NULL;

  (void) source, (void) cancellable;
  if (disk_write (job->disk, job->text, job->version, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void begin_write (PrwStore *self);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwStore *self = PRW_STORE (source);
  Write *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  GTask *task;

  (void) data;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_warning ("%s: %s; it is remembered until the daemon ends", self->disk->file, error->message);
  while ((task = g_queue_pop_head (&job->tasks)) != NULL)
    {
      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  self->writing = FALSE;
  begin_write (self);
}

static void
begin_write (PrwStore *self)
{
  g_autoptr (GTask) task = NULL;
  Write *job;

  if (self->writing || self->version == self->tried)
    return;
  job = g_new0 (Write, 1);
  g_atomic_ref_count_inc (&self->disk->ref_count);
  job->disk = self->disk;
  job->text = g_key_file_to_data (self->keyfile, NULL, NULL);
  job->version = self->tried = self->version;
  self->writing = TRUE;
  job->tasks = self->waiting;
  g_queue_init (&self->waiting);
  task = g_task_new (self, NULL, on_written, NULL);
  g_task_set_task_data (task, job, write_free);
  g_task_run_in_thread (task, run_write);
}

void
prw_store_save_async (PrwStore *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);

  if (self->disk == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  g_queue_push_tail (&self->waiting, task);
  self->version++;
  begin_write (self);
}

gboolean
prw_store_save_finish (PrwStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
prw_store_save (PrwStore *self)
{
  prw_store_save_async (self, NULL, NULL);
}

void
prw_store_flush (PrwStore *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (self->disk == NULL)
    return;
  /* What failed is tried once more: there may be room again. What is on disk is not written again. */
  text = g_key_file_to_data (self->keyfile, NULL, NULL);
  if (!disk_write (self->disk, text, self->version, &error))
    g_warning ("%s: %s", self->disk->file, error->message);
}

GKeyFile *
prw_store_get (PrwStore *self)
{
  return self->keyfile;
}

guint
prw_store_count_keys (PrwStore *self)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keyfile, NULL);
  guint count = 0;

  for (guint i = 0; groups[i] != NULL; i++)
    {
      gsize n = 0;
      G_GNUC_UNUSED g_auto (GStrv) keys = g_key_file_get_keys (self->keyfile, groups[i], &n, NULL);

      count += (guint) n;
    }
  return count;
}

const char *
prw_store_get_file (PrwStore *self)
{
  return self->disk != NULL ? self->disk->file : NULL;
}

void
prw_store_drop_empty_group (PrwStore *self, const char *group)
{
  gsize n = 0;
  G_GNUC_UNUSED g_auto (GStrv) keys = g_key_file_get_keys (self->keyfile, group, &n, NULL);

  if (n == 0)
    g_key_file_remove_group (self->keyfile, group, NULL);
}

void
prw_store_keep_only (PrwStore *self, const char *first, GHashTable *rest)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keyfile, NULL);
  g_autofree char *prefix = g_strconcat (first, " ", NULL);
  guint removed = 0;

  for (guint i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], prefix) && !g_hash_table_contains (rest, groups[i] + strlen (prefix)))
      removed += g_key_file_remove_group (self->keyfile, groups[i], NULL) ? 1 : 0;
  if (removed > 0)
    prw_store_save (self);
}

static void
prw_store_finalize (GObject *object)
{
  PrwStore *self = PRW_STORE (object);

  g_key_file_unref (self->keyfile);
  g_clear_pointer (&self->disk, disk_unref);
  G_OBJECT_CLASS (prw_store_parent_class)->finalize (object);
}

static void
prw_store_class_init (PrwStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_store_finalize;
}

static void
prw_store_init (PrwStore *self)
{
  self->keyfile = g_key_file_new ();
  g_queue_init (&self->waiting);
}

/* What is there may be anything: a pipe would be waited for, and something huge would be taken in whole. */
static gboolean
load (PrwStore *self, GError **error)
{
  GStatBuf status;

  if (g_stat (self->disk->file, &status) == 0 && (!S_ISREG (status.st_mode) || status.st_size > PRW_STORE_MAX_BYTES))
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "this is no file, or too large to be one of ours");
      return FALSE;
    }
  return g_key_file_load_from_file (self->keyfile, self->disk->file, G_KEY_FILE_NONE, error);
}

PrwStore *
prw_store_new (const char *folder, const char *name)
{
  PrwStore *self = g_object_new (PRW_TYPE_STORE, NULL);
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    return self;
  self->disk = disk_new (folder, name);
  if (!load (self, &error) && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_autofree char *why = prw_text_sanitize (error->message); /* it quotes the file, which may be anything */

      g_warning ("%s: %s; it is left as it is, and what it would keep is remembered until the daemon ends", self->disk->file, why);
      /* What came before the mistake is no more to be trusted than what comes after it. */
      g_key_file_unref (self->keyfile);
      self->keyfile = g_key_file_new ();
      g_clear_pointer (&self->disk, disk_unref);
    }
  return self;
}
