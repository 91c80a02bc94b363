/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/watch-run.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "attach/plan.h"
#include "attach/uevents.h"
#include "attach/watch.h"
#include "boards/record.h"
#include "config/settings.h"

/* Seconds between two looks where the kernel's uevents cannot be heard. */
#define POLL_SECONDS 1

/* The real PrwWatchHost: sysfs and processes. */
#define PRW_TYPE_WATCH_RUN (prw_watch_run_get_type ())
G_DECLARE_FINAL_TYPE (PrwWatchRun, prw_watch_run, PRW, WATCH_RUN, GObject)

struct _PrwWatchRun
{
  GObject parent;
  char *root;
  PrwSettings *settings;
  GSubprocessLauncher *launcher;
  GPtrArray *arguments;  /* but for the port */
  GHashTable *processes; /* tty → GSubprocess */
  PrwWatch *watch;       /* (transfer none) (nullable) */
};

typedef struct
{
  PrwWatchRun *run;
  char *tty;
} Running;

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  GSubprocess *process = G_SUBPROCESS (source);
  Running *running = data;
  PrwWatchRun *self = running->run;

  g_subprocess_wait_finish (process, result, NULL);
  g_hash_table_remove (self->processes, running->tty);
  if (self->watch != NULL)
    prw_watch_ended (self->watch, running->tty, g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1);
  g_free (running->tty);
  g_free (running);
  g_object_unref (self);
}

static gboolean
spawn (PrwWatchHost *host, const char *tty, GError **error)
{
  PrwWatchRun *self = PRW_WATCH_RUN (host);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *path = g_build_filename ("/dev", tty, NULL);
  GSubprocess *process;
  Running *running;

  g_ptr_array_extend (arguments, self->arguments, NULL, NULL);
  g_ptr_array_add (arguments, path);
  g_ptr_array_add (arguments, NULL);
  process = g_subprocess_launcher_spawnv (self->launcher, (const char *const *) arguments->pdata, error);
  if (process == NULL)
    return FALSE;
  g_message ("%s: started, process %s", tty, g_subprocess_get_identifier (process));
  g_hash_table_replace (self->processes, g_strdup (tty), process);
  running = g_new0 (Running, 1);
  running->run = g_object_ref (self);
  running->tty = g_strdup (tty);
  g_subprocess_wait_async (process, NULL, on_ended, running);
  return TRUE;
}

static void
stop (PrwWatchHost *host, const char *tty, gboolean force)
{
  GSubprocess *process = g_hash_table_lookup (PRW_WATCH_RUN (host)->processes, tty);

  if (process != NULL)
    g_subprocess_send_signal (process, force ? SIGKILL : SIGTERM);
}

static void
forget (PrwWatchHost *host, const char *tty)
{
  g_autoptr (GError) error = NULL;

  if (!prw_record_remove (PRW_BOARDS_DIR, tty, &error))
    g_message ("%s: its record cannot be removed: %s", tty, error->message);
}

static GPtrArray *
scan (PrwWatchHost *host)
{
  GPtrArray *ports = prw_sysfs_list_ttys (PRW_WATCH_RUN (host)->root);

  g_ptr_array_extend_and_steal (ports, prw_sysfs_list_usb_controllers (PRW_WATCH_RUN (host)->root));
  for (guint i = ports->len; i > 0; i--)
    if (prw_plan_make (ports->pdata[i - 1], PRW_WATCH_RUN (host)->settings, NULL) != PRW_PLAN_ATTACH)
      g_ptr_array_remove_index (ports, i - 1);
  return ports;
}

static void
prw_watch_run_init_host (PrwWatchHostInterface *iface)
{
  iface->scan = scan;
  iface->spawn = spawn;
  iface->stop = stop;
  iface->forget = forget;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrwWatchRun, prw_watch_run, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PRW_TYPE_WATCH_HOST, prw_watch_run_init_host))

static void
prw_watch_run_finalize (GObject *object)
{
  PrwWatchRun *self = PRW_WATCH_RUN (object);

  g_free (self->root);
  g_clear_pointer (&self->settings, prw_settings_unref);
  g_clear_object (&self->launcher);
  g_ptr_array_unref (self->arguments);
  g_hash_table_unref (self->processes);
  G_OBJECT_CLASS (prw_watch_run_parent_class)->finalize (object);
}

static void
prw_watch_run_class_init (PrwWatchRunClass *class)
{
  G_OBJECT_CLASS (class)->finalize = prw_watch_run_finalize;
}

static void
prw_watch_run_init (PrwWatchRun *self)
{
  self->arguments = g_ptr_array_new_with_free_func (g_free);
  self->processes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

/* In the child, before it runs the program: only what is safe there. If we are killed, it is told to end. */
static void
bind_to_parent (gpointer parent)
{
  if (prctl (PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid () != GPOINTER_TO_INT (parent))
    _exit (EXIT_FAILURE);
}

static PrwWatchRun *
make_host (const char *root, const char *self_path, const char *config_file, gboolean verbose, GError **error)
{
  const PrwConfigSource source = { .file = config_file };
  g_autoptr (PrwSettings) settings = prw_config_load (&source, NULL, error);
  PrwWatchRun *self;

  if (settings == NULL)
    return NULL;
  self = g_object_new (PRW_TYPE_WATCH_RUN, NULL);
  self->root = g_strdup (root);
  self->settings = g_steal_pointer (&settings);
  self->launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_set_child_setup (self->launcher, bind_to_parent, GINT_TO_POINTER (getpid ()), NULL);
  g_ptr_array_add (self->arguments, g_strdup (self_path));
  if (verbose)
    g_ptr_array_add (self->arguments, g_strdup ("--verbose"));
  if (config_file != NULL)
    {
      g_ptr_array_add (self->arguments, g_strdup ("--config"));
      g_ptr_array_add (self->arguments, g_strdup (config_file));
    }
  return self;
}

static void
on_uevent (const PrwUevent *uevent, gpointer watch)
{
  if (uevent == NULL)
    g_message ("some of the kernel's messages were lost: everything is looked at anew");
  prw_watch_feed (watch, uevent);
}

static gboolean
on_poll (gpointer watch)
{
  prw_watch_look (watch);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_signal (gpointer watch)
{
  prw_watch_stop (watch);
  return G_SOURCE_CONTINUE;
}

/* Returns: (nullable): what listens; NULL: a timer looks instead, and it was said */
static PrwUevents *
listen (PrwWatch *watch, guint *timer)
{
  g_autoptr (GError) error = NULL;
  PrwUevents *uevents = prw_uevents_open (on_uevent, watch, &error);

  if (uevents != NULL)
    return uevents;
  g_printerr (_("pairward-attach: %s; looks at /sys once a second instead\n"), error->message);
  /* In seconds: such timers go off together, and wake the processor once. */
  *timer = g_timeout_add_seconds (POLL_SECONDS, on_poll, watch);
  return NULL;
}

int
prw_attach_watch_run_at (const char *root, const char *self_path, const char *config_file, gboolean verbose)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PrwWatchRun) host = make_host (root, self_path, config_file, verbose, &error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (PrwClock) clock = prw_system_clock_new ();
  g_autoptr (PrwWatch) watch = NULL;
  g_autoptr (PrwUevents) uevents = NULL;
  guint on_term, on_int, on_hup, timer = 0;

  if (host == NULL)
    {
      g_printerr ("pairward-attach: %s\n", error->message);
      return 1;
    }
  watch = prw_watch_new (PRW_WATCH_HOST (host), clock);
  host->watch = watch;
  g_signal_connect_swapped (watch, "stopped", G_CALLBACK (g_main_loop_quit), loop);
  on_term = g_unix_signal_add (SIGTERM, on_signal, watch);
  on_int = g_unix_signal_add (SIGINT, on_signal, watch);
  on_hup = g_unix_signal_add (SIGHUP, on_signal, watch); /* its terminal was closed */
  uevents = listen (watch, &timer);
  prw_watch_look (watch);
  g_main_loop_run (loop);
  if (timer != 0)
    g_source_remove (timer);
  g_source_remove (on_term);
  g_source_remove (on_int);
  g_source_remove (on_hup);
  host->watch = NULL;
  return 0;
}

int
prw_attach_watch_run (const char *self_path, const char *config_file, gboolean verbose)
{
  return prw_attach_watch_run_at (PRW_SYSFS_ROOT, self_path, config_file, verbose);
}
