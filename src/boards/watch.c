/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "boards/watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#define IN_IT (IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define ABOVE (IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define SELF_GONE (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_Q_OVERFLOW | IN_UNMOUNT)
#define FOLDERS_MAX 32

/*
 * Not GFileMonitor: for a folder that is not there it looks again every four seconds, for ever, and most machines have no board.
 * Here, what is above it is watched until it comes.
 */
struct _PrwBoards
{
  GObject parent;
  char *dir;
  GPtrArray *records;
  int fd;    /* of inotify; -1: none */
  int watch; /* the folder, or the nearest one above it that is there; -1: none */
  gboolean in_it;
  GSource *source;
};

G_DEFINE_FINAL_TYPE (PrwBoards, prw_boards, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Watches @folder, or what is above it; @below: what of it is on the way to the records. */
static gboolean
watch_nearest (PrwBoards *self, char **below)
{
  g_autofree char *folder = g_strdup (self->dir);

  *below = NULL;
  for (guint i = 0; i < FOLDERS_MAX; i++)
    {
      char *above;

      self->watch = inotify_add_watch (self->fd, folder, *below == NULL ? IN_IT : ABOVE);
      if (self->watch >= 0 || (errno != ENOENT && errno != ENOTDIR) || g_str_equal (folder, "/") || g_str_equal (folder, "."))
        break;
      above = g_path_get_dirname (folder);
      g_free (*below);
      *below = folder;
      folder = above;
    }
  self->in_it = *below == NULL && self->watch >= 0;
  return self->watch >= 0;
}

static void
begin_watch (PrwBoards *self)
{
  for (guint i = 0; i < FOLDERS_MAX; i++)
    {
      g_autofree char *below = NULL;

      if (self->watch >= 0)
        inotify_rm_watch (self->fd, self->watch);
      if (!watch_nearest (self, &below))
        {
          g_warning ("%s: cannot be watched: %s; new boards are not seen", self->dir, g_strerror (errno));
          return;
        }
      /* It may have come between the two calls. */
      if (below == NULL || !g_file_test (below, G_FILE_TEST_IS_DIR))
        return;
    }
}

/* Names with a dot are files that are being written. @gone: what was watched is not what it was. */
static gboolean
read_events (PrwBoards *self, gboolean *gone)
{
  char buffer[4096] __attribute__ ((aligned (__alignof__ (struct inotify_event))));
  gboolean any = FALSE;
  gssize n;

  *gone = FALSE;
  while ((n = read (self->fd, buffer, sizeof buffer)) > 0)
    for (char *at = buffer; at < buffer + n;)
      {
        const struct inotify_event *event = (gpointer) at;

        at += sizeof *event + event->len;
        if ((event->mask & IN_Q_OVERFLOW) == 0 && event->wd != self->watch)
          continue; /* of a watch that was taken away */
        *gone |= (event->mask & SELF_GONE) != 0;
        any |= event->len == 0 || event->name[0] != '.';
      }
  return any || *gone;
}

static gboolean
on_events (int fd, GIOCondition condition, gpointer data)
{
  PrwBoards *self = data;
  gboolean was_in_it = self->in_it, gone;

  (void) fd, (void) condition;
  if (!read_events (self, &gone))
    return G_SOURCE_CONTINUE;
  if (gone || !self->in_it)
    begin_watch (self);
  if (!was_in_it && !self->in_it)
    return G_SOURCE_CONTINUE;
  g_ptr_array_unref (self->records);
  self->records = prw_records_list (self->dir);
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

static void
prw_boards_finalize (GObject *object)
{
  PrwBoards *self = PRW_BOARDS (object);

  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  if (self->fd >= 0)
    close (self->fd);
  g_ptr_array_unref (self->records);
  g_free (self->dir);
  G_OBJECT_CLASS (prw_boards_parent_class)->finalize (object);
}

static void
prw_boards_class_init (PrwBoardsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = prw_boards_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
prw_boards_init (PrwBoards *self)
{
  self->fd = self->watch = -1;
}

PrwBoards *
prw_boards_new (const char *dir)
{
  PrwBoards *self = g_object_new (PRW_TYPE_BOARDS, NULL);

  self->dir = g_strdup (dir);
  self->fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (self->fd >= 0)
    {
      begin_watch (self);
      self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
      g_source_set_callback (self->source, G_SOURCE_FUNC (on_events), self, NULL);
      g_source_attach (self->source, g_main_context_get_thread_default ());
    }
  else
    g_warning ("%s: cannot be watched: %s; new boards are not seen", dir, g_strerror (errno));
  /* After the watch: nothing is missed. */
  self->records = prw_records_list (dir);
  return self;
}

GPtrArray *
prw_boards_get (PrwBoards *self)
{
  return self->records;
}
