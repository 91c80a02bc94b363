/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/watch.h"
#include "fake-clock.h"

#include <string.h>

/* A host with ports and processes that are only noted: "+ttyACM0" started, "-ttyACM0" told to end, "!ttyACM0" killed,
 * "~ttyACM0" forgotten. */
#define FAKE_TYPE_HOST (fake_host_get_type ())
G_DECLARE_FINAL_TYPE (FakeHost, fake_host, FAKE, HOST, GObject)

struct _FakeHost
{
  GObject parent;
  GHashTable *ports; /* tty → PrwPort */
  GString *done;
  guint scans;
  gboolean cannot_spawn;
};

static GPtrArray *
scan (PrwWatchHost *host)
{
  FakeHost *self = FAKE_HOST (host);
  GPtrArray *ports = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_port_free);
  GHashTableIter iter;
  gpointer value;

  self->scans++;
  g_hash_table_iter_init (&iter, self->ports);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const PrwPort *port = value;
      PrwPort *copy = g_new0 (PrwPort, 1);

      copy->name = g_strdup (port->name);
      copy->instance = port->instance;
      copy->hci = g_strdup (port->hci);
      g_ptr_array_add (ports, copy);
    }
  return ports;
}

static gboolean
spawn (PrwWatchHost *host, const char *tty, GError **error)
{
  FakeHost *self = FAKE_HOST (host);

  g_string_append_printf (self->done, "%s%s ", self->cannot_spawn ? "?" : "+", tty);
  if (self->cannot_spawn)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no more processes");
  return !self->cannot_spawn;
}

static void
stop (PrwWatchHost *host, const char *tty, gboolean force)
{
  g_string_append_printf (FAKE_HOST (host)->done, "%c%s ", force ? '!' : '-', tty);
}

static void
forget (PrwWatchHost *host, const char *tty)
{
  g_string_append_printf (FAKE_HOST (host)->done, "~%s ", tty);
}

static void
fake_host_init_host (PrwWatchHostInterface *iface)
{
  iface->scan = scan;
  iface->spawn = spawn;
  iface->stop = stop;
  iface->forget = forget;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeHost, fake_host, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PRW_TYPE_WATCH_HOST, fake_host_init_host))

static void
fake_host_finalize (GObject *object)
{
  FakeHost *self = FAKE_HOST (object);

  g_hash_table_unref (self->ports);
  g_string_free (self->done, TRUE);
  G_OBJECT_CLASS (fake_host_parent_class)->finalize (object);
}

static void
fake_host_class_init (FakeHostClass *class)
{
  G_OBJECT_CLASS (class)->finalize = fake_host_finalize;
}

static void
fake_host_init (FakeHost *self)
{
  self->ports = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) prw_port_free);
  self->done = g_string_new (NULL);
}

typedef struct
{
  FakeHost *host;
  PrwFakeClock *clock;
  PrwWatch *watch;
  guint64 last_instance;
  guint stopped;
} Stage;

static void
on_stopped (PrwWatch *watch, gpointer data)
{
  ((Stage *) data)->stopped++;
}

static void
set_up (Stage *stage, gconstpointer data)
{
  stage->host = g_object_new (FAKE_TYPE_HOST, NULL);
  stage->clock = prw_fake_clock_new ();
  stage->watch = prw_watch_new (PRW_WATCH_HOST (stage->host), PRW_CLOCK (stage->clock));
  g_signal_connect (stage->watch, "stopped", G_CALLBACK (on_stopped), stage);
}

/* Nothing is left waiting when the object goes. */
static void
tear_down (Stage *stage, gconstpointer data)
{
  g_assert_finalize_object (stage->watch);
  g_assert_cmpuint (prw_fake_clock_count_alarms (stage->clock), ==, 0);
  g_assert_finalize_object (stage->host);
  g_assert_finalize_object (stage->clock);
}

static void
plug_in (Stage *stage, const char *tty)
{
  PrwPort *port = g_new0 (PrwPort, 1);

  port->name = g_strdup (tty);
  port->instance = ++stage->last_instance;
  g_hash_table_replace (stage->host->ports, port->name, port);
}

static void
pull_out (Stage *stage, const char *tty)
{
  g_assert_true (g_hash_table_remove (stage->host->ports, tty));
}

static void
set_hci (Stage *stage, const char *tty, const char *hci)
{
  PrwPort *port = g_hash_table_lookup (stage->host->ports, tty);

  g_free (port->hci);
  port->hci = g_strdup (hci);
}

static void
hear (Stage *stage, const char *action, const char *subsystem, const char *name)
{
  g_autofree char *devpath = g_strconcat ("/devices/x/", name, NULL);
  PrwUevent uevent = { action, subsystem, strcmp (subsystem, "tty") == 0 ? name : NULL, devpath };

  prw_watch_feed (stage->watch, &uevent);
}

static void
settle (Stage *stage)
{
  prw_fake_clock_advance (stage->clock, PRW_WATCH_SETTLE);
}

/* What the host was told since the last time. */
static void
assert_done (Stage *stage, const char *expected)
{
  g_autofree char *done = g_strdup (g_strchomp (stage->host->done->str));

  g_string_truncate (stage->host->done, 0);
  g_assert_cmpstr (done, ==, expected);
}

/* A port is there when it is looked at. */
static void
begin_with (Stage *stage, const char *tty)
{
  plug_in (stage, tty);
  prw_watch_look (stage->watch);
}

static void
test_start (Stage *stage, gconstpointer data)
{
  plug_in (stage, "ttyACM0");
  assert_done (stage, "");
  prw_watch_look (stage->watch);
  assert_done (stage, "+ttyACM0");
  prw_watch_look (stage->watch);
  assert_done (stage, "");
}

static void
test_hotplug (Stage *stage, gconstpointer data)
{
  prw_watch_look (stage->watch);
  plug_in (stage, "ttyACM0");
  hear (stage, "add", "tty", "ttyACM0");
  assert_done (stage, "");
  settle (stage);
  assert_done (stage, "+ttyACM0");
  pull_out (stage, "ttyACM0");
  hear (stage, "remove", "bluetooth", "hci1");
  hear (stage, "remove", "tty", "ttyACM0");
  settle (stage);
  assert_done (stage, "-ttyACM0");
  prw_watch_ended (stage->watch, "ttyACM0", 0);
  plug_in (stage, "ttyACM0");
  hear (stage, "add", "tty", "ttyACM0");
  settle (stage);
  assert_done (stage, "+ttyACM0");
}

/* A burst is one look; what is not wanted is none. */
static void
test_coalesced (Stage *stage, gconstpointer data)
{
  prw_watch_look (stage->watch);
  for (guint i = 0; i < 100; i++)
    hear (stage, "add", "tty", "ttyACM0");
  prw_watch_feed (stage->watch, NULL);
  settle (stage);
  g_assert_cmpuint (stage->host->scans, ==, 2);
  hear (stage, "add", "usb", "1-2");
  hear (stage, "add", "bluetooth", "hci0:64");
  hear (stage, "change", "tty", "ttyACM0");
  settle (stage);
  g_assert_cmpuint (stage->host->scans, ==, 2);
  g_assert_cmpuint (prw_fake_clock_count_alarms (stage->clock), ==, 0);
}

static void
test_overflow (Stage *stage, gconstpointer data)
{
  prw_watch_look (stage->watch);
  plug_in (stage, "ttyACM0");
  prw_watch_feed (stage->watch, NULL);
  settle (stage);
  assert_done (stage, "+ttyACM0");
}

/* The line went down because the board went, and its process ended before we heard of it. */
static void
test_ended_first (Stage *stage, gconstpointer data)
{
  begin_with (stage, "ttyACM0");
  pull_out (stage, "ttyACM0");
  prw_watch_ended (stage->watch, "ttyACM0", 0);
  prw_fake_clock_advance_seconds (stage->clock, 1);
  assert_done (stage, "+ttyACM0");
  prw_fake_clock_advance_seconds (stage->clock, 100);
  assert_done (stage, "");
}

static void
test_refused (Stage *stage, gconstpointer data)
{
  begin_with (stage, "ttyACM0");
  prw_watch_ended (stage->watch, "ttyACM0", 1);
  prw_fake_clock_advance_seconds (stage->clock, 3600);
  prw_watch_look (stage->watch);
  assert_done (stage, "+ttyACM0");
  /* Out and in: with a look between, or without one. */
  pull_out (stage, "ttyACM0");
  prw_watch_look (stage->watch);
  assert_done (stage, "~ttyACM0");
  begin_with (stage, "ttyACM0");
  assert_done (stage, "+ttyACM0");
  prw_watch_ended (stage->watch, "ttyACM0", 2);
  begin_with (stage, "ttyACM0");
  assert_done (stage, "+ttyACM0");
}

/* The kernel says that it went, and then it looks as it did. */
static void
test_refused_then_removed (Stage *stage, gconstpointer data)
{
  begin_with (stage, "ttyACM0");
  prw_watch_ended (stage->watch, "ttyACM0", 1);
  assert_done (stage, "+ttyACM0");
  hear (stage, "remove", "tty", "ttyACM0");
  hear (stage, "add", "tty", "ttyACM0");
  settle (stage);
  assert_done (stage, "+ttyACM0");
}

/* A controller that the kernel has is no port that somebody has taken. One for which there is nothing to do is left alone until it comes anew. */
static void
test_controller (Stage *stage, gconstpointer data)
{
  plug_in (stage, "hci0");
  set_hci (stage, "hci0", "hci0");
  prw_watch_look (stage->watch);
  assert_done (stage, "+hci0");
  prw_watch_ended (stage->watch, "hci0", 3);
  prw_fake_clock_advance (stage->clock, 120 * G_TIME_SPAN_SECOND);
  prw_watch_look (stage->watch);
  assert_done (stage, "");
  hear (stage, "remove", "bluetooth", "hci0");
  hear (stage, "add", "bluetooth", "hci0");
  settle (stage);
  assert_done (stage, "+hci0");
}

/* Something looks at each new port for a moment; what keeps it longer has it. */
static void
test_busy (Stage *stage, gconstpointer data)
{
  const guint delays[] = { 1, 2, 4, 8, 16 };

  begin_with (stage, "ttyACM0");
  for (gsize i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      assert_done (stage, "+ttyACM0");
      prw_watch_ended (stage->watch, "ttyACM0", 75);
      prw_fake_clock_advance (stage->clock, delays[i] * G_USEC_PER_SEC - 1);
      assert_done (stage, "");
      prw_fake_clock_advance (stage->clock, 1);
    }
  assert_done (stage, "+ttyACM0");
  prw_watch_ended (stage->watch, "ttyACM0", 75);
  prw_fake_clock_advance_seconds (stage->clock, 3600);
  assert_done (stage, "");
  pull_out (stage, "ttyACM0");
  prw_watch_look (stage->watch);
  assert_done (stage, "~ttyACM0");
  begin_with (stage, "ttyACM0");
  assert_done (stage, "+ttyACM0");
  prw_watch_ended (stage->watch, "ttyACM0", 75);
  prw_fake_clock_advance_seconds (stage->clock, 1);
  assert_done (stage, "+ttyACM0");
}

static void
test_back_off (Stage *stage, gconstpointer data)
{
  const guint delays[] = { 1, 2, 4, 8, 16, 32, 60, 60 };

  begin_with (stage, "ttyACM0");
  for (gsize i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      assert_done (stage, "+ttyACM0");
      prw_watch_ended (stage->watch, "ttyACM0", i % 2 == 0 ? 0 : -1);
      hear (stage, "remove", "bluetooth", "hci1"); /* does not make it any sooner */
      prw_fake_clock_advance (stage->clock, delays[i] * G_USEC_PER_SEC - 1);
      assert_done (stage, "");
      prw_fake_clock_advance (stage->clock, 1);
    }
  /* It was well for a while: that was the old trouble. */
  assert_done (stage, "+ttyACM0");
  prw_fake_clock_advance_seconds (stage->clock, 60);
  prw_watch_ended (stage->watch, "ttyACM0", 0);
  prw_fake_clock_advance_seconds (stage->clock, 1);
  assert_done (stage, "+ttyACM0");
}

static void
test_cannot_spawn (Stage *stage, gconstpointer data)
{
  stage->host->cannot_spawn = TRUE;
  begin_with (stage, "ttyACM0");
  assert_done (stage, "?ttyACM0");
  stage->host->cannot_spawn = FALSE;
  prw_fake_clock_advance_seconds (stage->clock, 1);
  assert_done (stage, "+ttyACM0");
}

/* Another board has the name while the first one's process still winds up: never two for one port. */
static void
test_replaced (Stage *stage, gconstpointer data)
{
  begin_with (stage, "ttyACM0");
  begin_with (stage, "ttyACM0");
  assert_done (stage, "+ttyACM0 -ttyACM0");
  prw_watch_look (stage->watch);
  assert_done (stage, "");
  prw_watch_ended (stage->watch, "ttyACM0", 1);
  assert_done (stage, "+ttyACM0");
  settle (stage);
  assert_done (stage, "");
}

static void
test_replaced_while_attached (Stage *stage, gconstpointer data)
{
  begin_with (stage, "ttyACM0");
  plug_in (stage, "ttyACM0");
  set_hci (stage, "ttyACM0", "hci1");
  prw_watch_look (stage->watch);
  set_hci (stage, "ttyACM0", NULL);
  prw_watch_ended (stage->watch, "ttyACM0", 0);
  assert_done (stage, "+ttyACM0 -ttyACM0");
  settle (stage);
  assert_done (stage, "+ttyACM0");
}

/* btattach has it: left alone until it lets go. */
static void
test_taken (Stage *stage, gconstpointer data)
{
  plug_in (stage, "ttyACM0");
  set_hci (stage, "ttyACM0", "hci1");
  prw_watch_look (stage->watch);
  assert_done (stage, "");
  set_hci (stage, "ttyACM0", NULL);
  hear (stage, "remove", "bluetooth", "hci1");
  settle (stage);
  assert_done (stage, "+ttyACM0");
  set_hci (stage, "ttyACM0", "hci1"); /* ours */
  hear (stage, "add", "bluetooth", "hci1");
  settle (stage);
  assert_done (stage, "");
}

static void
test_two_boards (Stage *stage, gconstpointer data)
{
  begin_with (stage, "ttyACM0");
  begin_with (stage, "ttyACM1");
  assert_done (stage, "+ttyACM0 +ttyACM1");
  prw_watch_ended (stage->watch, "ttyACM0", 1);
  pull_out (stage, "ttyACM1");
  prw_watch_look (stage->watch);
  assert_done (stage, "-ttyACM1");
}

static void
test_killed_when_it_does_not_end (Stage *stage, gconstpointer data)
{
  begin_with (stage, "ttyACM0");
  pull_out (stage, "ttyACM0");
  prw_watch_look (stage->watch);
  prw_fake_clock_advance (stage->clock, PRW_WATCH_GRACE - 1);
  assert_done (stage, "+ttyACM0 -ttyACM0");
  prw_fake_clock_advance (stage->clock, 1);
  assert_done (stage, "!ttyACM0");
  prw_watch_ended (stage->watch, "ttyACM0", -1);
  prw_fake_clock_advance_seconds (stage->clock, 100);
  assert_done (stage, "");
}

static void
test_stop (Stage *stage, gconstpointer data)
{
  begin_with (stage, "ttyACM0");
  begin_with (stage, "ttyACM1");
  begin_with (stage, "ttyACM2");
  prw_watch_ended (stage->watch, "ttyACM2", 0); /* waits for its next try */
  prw_watch_stop (stage->watch);
  g_assert_cmpuint (stage->stopped, ==, 0);
  prw_watch_ended (stage->watch, "ttyACM0", 0);
  g_assert_cmpuint (stage->stopped, ==, 0);
  g_assert_nonnull (strstr (stage->host->done->str, "-ttyACM0"));
  g_assert_nonnull (strstr (stage->host->done->str, "-ttyACM1"));
  g_assert_null (strstr (stage->host->done->str, "-ttyACM2"));
  g_string_truncate (stage->host->done, 0);
  /* What happens meanwhile starts nothing. */
  plug_in (stage, "ttyACM0");
  hear (stage, "add", "tty", "ttyACM0");
  prw_watch_look (stage->watch);
  prw_fake_clock_advance (stage->clock, PRW_WATCH_GRACE);
  assert_done (stage, "!ttyACM1");
  prw_watch_ended (stage->watch, "ttyACM1", -1);
  g_assert_cmpuint (stage->stopped, ==, 1);
  prw_watch_ended (stage->watch, "ttyACM1", -1); /* told twice: known no more */
  assert_done (stage, "");
}

static void
test_stop_with_nothing (Stage *stage, gconstpointer data)
{
  prw_watch_look (stage->watch);
  hear (stage, "add", "tty", "ttyACM0");
  prw_watch_stop (stage->watch);
  g_assert_cmpuint (stage->stopped, ==, 1);
}

#define ADD(name, func) g_test_add ("/attach/watch/" name, Stage, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("start", test_start);
  ADD ("hotplug", test_hotplug);
  ADD ("coalesced", test_coalesced);
  ADD ("overflow", test_overflow);
  ADD ("ended-first", test_ended_first);
  ADD ("refused", test_refused);
  ADD ("refused-then-removed", test_refused_then_removed);
  ADD ("controller", test_controller);
  ADD ("busy", test_busy);
  ADD ("back-off", test_back_off);
  ADD ("cannot-spawn", test_cannot_spawn);
  ADD ("replaced", test_replaced);
  ADD ("replaced-while-attached", test_replaced_while_attached);
  ADD ("taken", test_taken);
  ADD ("two-boards", test_two_boards);
  ADD ("killed-when-it-does-not-end", test_killed_when_it_does_not_end);
  ADD ("stop", test_stop);
  ADD ("stop-with-nothing", test_stop_with_nothing);
  return g_test_run ();
}
