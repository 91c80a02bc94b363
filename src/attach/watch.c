/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/watch.h"

#include <string.h>

#include "attach/problem.h"

#define EXIT_REFUSED 1
#define EXIT_USAGE 2

G_DEFINE_INTERFACE (PrwWatchHost, prw_watch_host, G_TYPE_OBJECT)

static void
prw_watch_host_default_init (PrwWatchHostInterface *iface)
{
}

struct _PrwWatch
{
  GObject parent;
  PrwWatchHost *host;
  PrwClock *clock;
  GHashTable *boards; /* tty → Board */
  guint settle_alarm;
  gboolean stopping;
};

G_DEFINE_FINAL_TYPE (PrwWatch, prw_watch, G_TYPE_OBJECT)

enum
{
  SIGNAL_STOPPED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* A port that is there, or whose process still runs. */
typedef struct
{
  PrwWatch *watch;
  char *tty;
  guint64 instance;  /* 0: it went, and if it is there it is another one */
  gboolean there;
  gboolean taken;    /* a port that has a controller, which somebody else attached unless we run */
  gboolean running;
  gboolean ending;   /* was told to */
  gboolean replaced; /* another instance took its name while the process of the old one runs */
  gboolean refused;
  guint busy;        /* so often, one after the other, was the port in use */
  guint back_off;    /* seconds */
  gint64 started;
  guint alarm;       /* running: until it is killed; else: until it is tried again */
} Board;

static void
free_board (Board *board)
{
  prw_clock_clear_alarm (board->watch->clock, &board->alarm);
  g_free (board->tty);
  g_free (board);
}

static gboolean
on_grace_over (gpointer data)
{
  Board *board = data;

  board->alarm = 0;
  g_message ("%s: its process does not end: killed", board->tty);
  PRW_WATCH_HOST_GET_IFACE (board->watch->host)->stop (board->watch->host, board->tty, TRUE);
  return G_SOURCE_REMOVE;
}

static void
end_process (Board *board)
{
  if (board->ending)
    return;
  board->ending = TRUE;
  prw_clock_clear_alarm (board->watch->clock, &board->alarm);
  board->alarm = prw_clock_add_alarm (board->watch->clock, PRW_WATCH_GRACE, on_grace_over, board);
  PRW_WATCH_HOST_GET_IFACE (board->watch->host)->stop (board->watch->host, board->tty, FALSE);
}

static gboolean
on_back_off_over (gpointer data)
{
  Board *board = data;

  board->alarm = 0;
  /* Not at once: the board may have gone, which is why the line died. Frees @board then. */
  prw_watch_look (board->watch);
  return G_SOURCE_REMOVE;
}

static void
back_off (Board *board)
{
  board->back_off = board->back_off == 0 ? 1 : MIN (board->back_off * 2, PRW_WATCH_BACK_OFF_MAX);
  board->alarm = prw_clock_add_alarm (board->watch->clock, board->back_off * G_TIME_SPAN_SECOND, on_back_off_over, board);
}

static void
start_process (Board *board)
{
  PrwWatchHost *host = board->watch->host;
  g_autoptr (GError) error = NULL;

  board->started = prw_clock_now (board->watch->clock);
  board->running = PRW_WATCH_HOST_GET_IFACE (host)->spawn (host, board->tty, &error);
  if (board->running)
    return;
  g_message ("%s: %s", board->tty, error->message);
  back_off (board);
}

/* Brings the process in line with the board. Returns: FALSE: there is neither, the board can be forgotten */
static gboolean
settle (Board *board)
{
  if (board->running)
    {
      if (!board->there || board->replaced || board->watch->stopping)
        end_process (board);
      return TRUE;
    }
  if (!board->there && board->refused)
    PRW_WATCH_HOST_GET_IFACE (board->watch->host)->forget (board->watch->host, board->tty);
  if (!board->there || board->watch->stopping)
    return FALSE;
  if (!board->refused && !board->taken && board->alarm == 0)
    start_process (board);
  return TRUE;
}

static void
settle_all (PrwWatch *self)
{
  GHashTableIter iter;
  gpointer board;

  g_hash_table_iter_init (&iter, self->boards);
  while (g_hash_table_iter_next (&iter, NULL, &board))
    if (!settle (board))
      g_hash_table_iter_remove (&iter);
}

/* A board that came: what was held against the one before it is not held against this one. */
static void
renew (Board *board, guint64 instance)
{
  board->instance = instance;
  board->replaced = board->running;
  board->refused = FALSE;
  board->busy = 0;
  board->back_off = 0;
  if (!board->running)
    prw_clock_clear_alarm (board->watch->clock, &board->alarm);
}

static void
see (PrwWatch *self, const PrwPort *port)
{
  Board *board = g_hash_table_lookup (self->boards, port->name);

  if (board == NULL)
    {
      board = g_new0 (Board, 1);
      board->watch = self;
      board->tty = g_strdup (port->name);
      g_hash_table_insert (self->boards, board->tty, board);
    }
  if (board->instance != port->instance)
    renew (board, port->instance);
  board->there = TRUE;
  board->taken = port->hci != NULL && !g_str_equal (port->hci, port->name);
}

void
prw_watch_look (PrwWatch *self)
{
  g_autoptr (GPtrArray) ports = NULL;
  GHashTableIter iter;
  gpointer board;

  if (self->stopping)
    return;
  prw_clock_clear_alarm (self->clock, &self->settle_alarm);
  ports = PRW_WATCH_HOST_GET_IFACE (self->host)->scan (self->host);
  g_hash_table_iter_init (&iter, self->boards);
  while (g_hash_table_iter_next (&iter, NULL, &board))
    ((Board *) board)->there = FALSE;
  for (guint i = 0; i < ports->len; i++)
    see (self, ports->pdata[i]);
  settle_all (self);
}

static gboolean
on_settled (gpointer data)
{
  PrwWatch *self = data;

  self->settle_alarm = 0;
  prw_watch_look (self);
  return G_SOURCE_REMOVE;
}

static void
look_soon (PrwWatch *self)
{
  if (self->settle_alarm == 0 && !self->stopping)
    self->settle_alarm = prw_clock_add_alarm (self->clock, PRW_WATCH_SETTLE, on_settled, self);
}

void
prw_watch_feed (PrwWatch *self, const PrwUevent *uevent)
{
  Board *board;

  if (uevent != NULL && !prw_uevent_is_wanted (uevent))
    return;
  /* It went, even if another one has its name by the time of the scan. */
  board = uevent != NULL && strcmp (uevent->action, "remove") == 0 ? g_hash_table_lookup (self->boards, prw_uevent_get_name (uevent)) : NULL;
  if (board != NULL)
    board->instance = 0;
  look_soon (self);
}

static void
note_end (Board *board, int status)
{
  gboolean told = board->ending;

  prw_clock_clear_alarm (board->watch->clock, &board->alarm);
  board->running = board->ending = FALSE;
  if (board->replaced)
    {
      board->replaced = FALSE;
      look_soon (board->watch); /* whether it is taken was last seen while the old one was there */
      return;
    }
  board->busy = status == PRW_PROBLEM_EXIT_BUSY ? board->busy + 1 : 0;
  if (!told && (status == EXIT_REFUSED || status == EXIT_USAGE || status == PRW_PROBLEM_EXIT_NOTHING || board->busy >= PRW_WATCH_BUSY_TRIES))
    {
      board->refused = TRUE;
      return;
    }
  if (prw_clock_now (board->watch->clock) - board->started >= PRW_WATCH_BACK_OFF_MAX * G_TIME_SPAN_SECOND)
    board->back_off = 0;
  back_off (board);
}

static void
check_stopped (PrwWatch *self)
{
  if (self->stopping && g_hash_table_size (self->boards) == 0)
    g_signal_emit (self, signals[SIGNAL_STOPPED], 0);
}

void
prw_watch_ended (PrwWatch *self, const char *tty, int status)
{
  Board *board = g_hash_table_lookup (self->boards, tty);

  if (board == NULL || !board->running)
    return;
  note_end (board, status);
  if (!settle (board))
    g_hash_table_remove (self->boards, tty);
  check_stopped (self);
}

void
prw_watch_stop (PrwWatch *self)
{
  self->stopping = TRUE;
  prw_clock_clear_alarm (self->clock, &self->settle_alarm);
  settle_all (self);
  check_stopped (self);
}

static void
prw_watch_finalize (GObject *object)
{
  PrwWatch *self = PRW_WATCH (object);

  prw_clock_clear_alarm (self->clock, &self->settle_alarm);
  g_hash_table_unref (self->boards);
  g_object_unref (self->clock);
  g_object_unref (self->host);
  G_OBJECT_CLASS (prw_watch_parent_class)->finalize (object);
}

static void
prw_watch_class_init (PrwWatchClass *class)
{
  G_OBJECT_CLASS (class)->finalize = prw_watch_finalize;
  signals[SIGNAL_STOPPED] = g_signal_new ("stopped", PRW_TYPE_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
prw_watch_init (PrwWatch *self)
{
  self->boards = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) free_board);
}

PrwWatch *
prw_watch_new (PrwWatchHost *host, PrwClock *clock)
{
  PrwWatch *self = g_object_new (PRW_TYPE_WATCH, NULL);

  self->host = g_object_ref (host);
  self->clock = g_object_ref (clock);
  return self;
}
