/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What is remembered of services: for one bond, on one adapter, over the end of the daemon, and whatever the file says. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core-stage.h"
#include "core/error.h"
#include "core/memory.h"

#define HERE "00:00:00:00:00:01"
#define THERE "00:00:00:00:00:02"
#define PEER "C0:00:00:00:00:01"
#define OTHER "C0:00:00:00:00:02"
#define HID "00001124-0000-1000-8000-00805f9b34fb"
#define OPP "00001105-0000-1000-8000-00805f9b34fb"

static GString *warnings; /* what was warned of */

static GLogWriterOutput
keep_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; level & G_LOG_LEVEL_WARNING && i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      g_string_append_printf (warnings, "%s\n", (const char *) fields[i].value);
  return g_log_writer_default (level, fields, n_fields, data);
}

/* Returns: how often it was warned since the last time, each time naming @file */
static guint
count_warnings (const char *file)
{
  g_auto (GStrv) lines = g_strsplit (warnings->str, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++, n++)
    {
      g_assert_nonnull (strstr (lines[i], file));
      g_assert_null (strchr (lines[i], '\033')); /* what is quoted of the file does nothing to a terminal */
    }
  g_string_truncate (warnings, 0);
  return n;
}

typedef struct
{
  char *folder, *file;
} State;

static void
state_open (State *state)
{
  g_autoptr (GError) error = NULL;

  state->folder = g_dir_make_tmp ("prw-services-XXXXXX", &error);
  g_assert_no_error (error);
  state->file = g_build_filename (state->folder, "services", NULL);
}

static void
state_close (State *state)
{
  g_remove (state->file);
  g_assert_cmpint (g_rmdir (state->folder), ==, 0);
  g_free (state->file);
  g_free (state->folder);
}

static void
state_write (State *state, const char *text)
{
  g_assert_true (g_file_set_contents (state->file, text, -1, NULL));
}

static void
assert_file (State *state, const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (state->file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

/* As at the daemon's end. */
static void
memory_end (PrwMemory *memory)
{
  prw_memory_flush (memory);
  prw_memory_free (memory);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
assert_list (GVariant *list, const char *expected)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (list);
  g_autofree char *text = g_variant_print (owned, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_memory (void)
{
  State state;
  PrwMemory *memory;

  state_open (&state);
  memory = prw_memory_new (state.folder);
  g_assert_cmpint (prw_memory_lookup (memory, HERE, PEER, HID), ==, PRW_TRISTATE_UNKNOWN);
  prw_memory_remember (memory, HERE, PEER, HID, TRUE);
  prw_memory_remember (memory, HERE, PEER, OPP, TRUE);
  prw_memory_remember (memory, HERE, PEER, OPP, FALSE); /* thought better of it */
  prw_memory_remember (memory, HERE, OTHER, HID, FALSE);
  memory_end (memory);
  memory = prw_memory_new (state.folder);
  assert_list (prw_memory_list (memory, HERE, PEER), "{'" HID "': true, '" OPP "': false}");
  assert_list (prw_memory_list (memory, THERE, PEER), "{}"); /* the same peer at another dongle, whatever its number */
  g_assert_cmpint (prw_memory_lookup (memory, HERE, OTHER, HID), ==, PRW_TRISTATE_NO);
  g_assert_cmpint (prw_memory_lookup (memory, THERE, OTHER, HID), ==, PRW_TRISTATE_UNKNOWN);
  g_assert_cmpint (prw_memory_lookup (memory, HERE, PEER, "00001124-0000-1000-8000-00805F9B34FB"), ==, PRW_TRISTATE_YES);
  g_assert_true (prw_memory_forget (memory, HERE, PEER, "00001124-0000-1000-8000-00805F9B34FB"));
  g_assert_false (prw_memory_forget (memory, HERE, PEER, HID));
  g_assert_true (prw_memory_forget (memory, HERE, OTHER, NULL));
  g_assert_false (prw_memory_forget (memory, HERE, OTHER, NULL));
  memory_end (memory);
  assert_file (&state, "[" HERE " " PEER "]\n" OPP "=false\n");
  g_assert_cmpuint (count_warnings (state.file), ==, 0);
  state_close (&state);
}

/* Of what somebody wrote by hand, or something broke, that counts which could have been written here. */
static void
test_odd_entries (void)
{
  State state;
  PrwMemory *memory;

  state_open (&state);
  state_write (&state, "[hci0 " PEER "]\n" HID "=true\n"              /* by number */
                       "[" HERE "]\n" HID "=true\n"                   /* of nobody */
                       "[" HERE " c0:00:00:00:00:01]\n" HID "=true\n" /* no normal form */
                       "[" HERE " " OTHER "]\n" HID "=maybe\n" OPP "=1\nhid=true\n"
                       "[" HERE " " PEER "]\n" HID "=false\n[empty]\n");
  memory = prw_memory_new (state.folder);
  g_assert_cmpuint (count_warnings (state.file), ==, 1);
  assert_list (prw_memory_list (memory, HERE, PEER), "{'" HID "': false}");
  assert_list (prw_memory_list (memory, HERE, OTHER), "{}");
  g_assert_cmpint (prw_memory_lookup (memory, HERE, OTHER, "hid"), ==, PRW_TRISTATE_UNKNOWN);
  prw_memory_remember (memory, HERE, PEER, OPP, TRUE);
  memory_end (memory);
  assert_file (&state, "[" HERE " " PEER "]\n" HID "=false\n" OPP "=true\n");
  state_close (&state);
}

/* No answer is worth waiting for a pipe, or taking something huge in: named once, left alone, and it works without. */
static void
assert_survived (State *state)
{
  PrwMemory *memory = prw_memory_new (state->folder);

  g_assert_cmpuint (count_warnings (state->file), ==, 1);
  g_assert_cmpint (prw_memory_lookup (memory, HERE, PEER, HID), ==, PRW_TRISTATE_UNKNOWN);
  prw_memory_remember (memory, HERE, PEER, HID, TRUE);
  g_assert_cmpint (prw_memory_lookup (memory, HERE, PEER, HID), ==, PRW_TRISTATE_YES);
  memory_end (memory);
}

static void
test_odd_files (void)
{
  static const char broken[] = "[" HERE " " PEER "]\n" HID "=true\n\033[2Jnonsense\n";
  State state;
  g_autofree char *huge = NULL;

  state_open (&state);
  state_write (&state, broken); /* what stands before the mistake counts no more than what comes after it */
  assert_survived (&state);
  assert_file (&state, broken);
  huge = g_strnfill (PRW_STORE_MAX_BYTES + 1, '\n');
  state_write (&state, huge);
  assert_survived (&state);
  assert_file (&state, huge);
  g_remove (state.file);
  g_assert_cmpint (mkfifo (state.file, 0600), ==, 0);
  assert_survived (&state);
  g_remove (state.file);
  g_assert_cmpint (g_mkdir (state.file, 0700), ==, 0);
  assert_survived (&state);
  state_close (&state);
}

/* Bounded, in memory and in the file, whoever wrote that. */
static void
test_full (void)
{
  State state;
  PrwMemory *memory;
  g_autoptr (GString) text = g_string_new ("[" HERE " " PEER "]\n");

  state_open (&state);
  for (guint i = 0; i <= PRW_MEMORY_MAX; i++)
    g_string_append_printf (text, "%08x-0000-1000-8000-00805f9b34fb=true\n", 0x10000 + i);
  state_write (&state, text->str);
  memory = prw_memory_new (state.folder);
  g_assert_cmpuint (count_warnings (state.file), ==, 1);
  g_assert_cmpint (prw_memory_lookup (memory, HERE, PEER, "00010400-0000-1000-8000-00805f9b34fb"), ==, PRW_TRISTATE_UNKNOWN);
  prw_memory_remember (memory, HERE, PEER, HID, TRUE);
  g_assert_cmpuint (count_warnings (PEER), ==, 1);
  g_assert_cmpint (prw_memory_lookup (memory, HERE, PEER, HID), ==, PRW_TRISTATE_UNKNOWN);
  prw_memory_remember (memory, HERE, PEER, "00010000-0000-1000-8000-00805f9b34fb", FALSE); /* one that is there can change */
  g_assert_cmpint (prw_memory_lookup (memory, HERE, PEER, "00010000-0000-1000-8000-00805f9b34fb"), ==, PRW_TRISTATE_NO);
  g_assert_true (prw_memory_forget (memory, HERE, PEER, NULL));
  prw_memory_remember (memory, HERE, PEER, HID, TRUE);
  g_assert_cmpint (prw_memory_lookup (memory, HERE, PEER, HID), ==, PRW_TRISTATE_YES);
  memory_end (memory);
  state_close (&state);
}

/* Bonds that went while the daemon did not run take what was said about them with them. */
static void
test_lost_meanwhile (void)
{
  State state;
  g_autoptr (PrwSettings) settings = stage_settings ((Setup) { 0 });
  g_autoptr (PrwFakeClock) clock = prw_fake_clock_new ();
  g_autoptr (PrwFakeHost) host = prw_fake_host_new ();
  g_autoptr (PrwKernel) kernel = prw_null_kernel_new ();
  g_autoptr (PrwEngine) engine = NULL;

  state_open (&state);
  state_write (&state, "[" HERE " " PEER "]\n" HID "=true\n[" HERE " " OTHER "]\n" HID "=true\n[" THERE " " OTHER "]\n" HID "=true\n");
  prw_fake_host_set_device (host, FAKE_DEVICE, "A peer", FAKE_PAIRED | FAKE_BONDED);
  engine = prw_engine_new (settings, PRW_HOST (host), kernel, PRW_CLOCK (clock), state.folder);
  prw_fake_host_set_plugged (host, TRUE);
  prw_engine_shutdown (engine);
  g_assert_finalize_object (g_steal_pointer (&engine));
  fake_pump ();
  assert_file (&state, "[" HERE " " PEER "]\n" HID "=true\n\n[" THERE " " OTHER "]\n" HID "=true\n");
  state_close (&state);
}

#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  (*(guint *) data)++;
}

/* A bonded peer about whose HID somebody has said "always". */
static void
stage_open_remembered (Stage *stage)
{
  g_autoptr (GString) answer = NULL;

  stage_open (stage, (Setup) { 0 });
  stage_handler (stage);
  stage_appear (stage, BONDED);
  answer = prw_fake_host_ask (stage->host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  g_assert_true (prw_request_accept_always (stage_question (stage), NULL));
  fake_assert_answer (answer, "accept");
  assert_list (prw_security_manager_get_remembered_services (stage->peer), "{'" HID "': true}");
}

static void
test_forget (void)
{
  Stage stage;
  guint notified = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) never = NULL, again = NULL;

  stage_open_remembered (&stage);
  g_signal_connect (stage.peer, "notify::remembered-services", G_CALLBACK (count_notify), &notified);
  never = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, OPP);
  g_assert_true (prw_request_reject_always (stage_question (&stage), NULL));
  fake_assert_answer (never, "reject");
  stage_assert_story (&stage, "refused user-rejected; ");
  g_assert_cmpuint (notified, ==, 1);
  assert_list (prw_security_manager_get_remembered_services (stage.peer), "{'" HID "': true, '" OPP "': false}");
  g_assert_false (prw_security_manager_forget_service (stage.peer, "no such thing", &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_INVALID_ARGUMENTS);
  g_clear_error (&error);
  g_assert_false (prw_security_manager_forget_service (stage.peer, "spp", &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_NOT_FOUND);
  g_assert_cmpuint (notified, ==, 1);
  g_assert_true (prw_security_manager_forget_service (stage.peer, "opp", NULL));
  g_assert_cmpuint (notified, ==, 2);
  assert_list (prw_security_manager_get_remembered_services (stage.peer), "{'" HID "': true}");
  g_assert_true (prw_security_manager_forget_service (stage.peer, "", NULL));
  g_assert_true (prw_security_manager_forget_service (stage.peer, "", NULL)); /* nothing is there, and nothing to complain of */
  g_assert_cmpuint (notified, ==, 3);
  again = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  fake_assert_answer (again, ""); /* it is asked again */
  stage_close (&stage);
}

/* What was said holds for the bond there was. */
static void
test_new_bond (void)
{
  static const struct { const char *how; guint flags; gboolean removed; } table[] = {
    { "the keys go and the device stays", FAKE_CONNECTED, FALSE },
    { "the device goes", 0, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      g_autoptr (GString) answer = NULL;

      g_test_message ("%s", table[i].how);
      stage_open_remembered (&stage);
      if (table[i].removed)
        prw_fake_host_remove (stage.host, FAKE_DEVICE);
      else
        stage_change (&stage, table[i].flags);
      fake_pump ();
      assert_list (prw_security_manager_get_remembered_services (stage.peer), "{}");
      stage_appear (&stage, BONDED); /* with another program, while nobody looked */
      assert_list (prw_security_manager_get_remembered_services (stage.peer), "{}");
      answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
      fake_assert_answer (answer, "");
      stage_close (&stage);
    }
}

/* BlueZ takes the devices away before the adapter: a dongle that is pulled, or a bluetoothd that stops, ends no bond. */
static void
test_unplugged (void)
{
  Stage stage;

  stage_open_remembered (&stage);
  prw_fake_host_hold (stage.host, FAKE_HOLD_READS);
  prw_fake_host_remove (stage.host, FAKE_DEVICE);
  prw_fake_host_set_plugged (stage.host, FALSE);
  prw_fake_host_hold (stage.host, 0);
  assert_list (prw_security_manager_get_remembered_services (stage.peer), "{}");
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  prw_fake_host_set_plugged (stage.host, TRUE);
  assert_list (prw_security_manager_get_remembered_services (stage.peer), "{'" HID "': true}");
  prw_fake_host_hold (stage.host, FAKE_HOLD_READS);
  prw_fake_host_remove (stage.host, FAKE_DEVICE);
  prw_fake_host_set_available (stage.host, FALSE);
  prw_fake_host_hold (stage.host, 0);
  stage_change (&stage, FAKE_PAIRED | FAKE_BONDED);
  prw_fake_host_set_available (stage.host, TRUE);
  assert_list (prw_security_manager_get_remembered_services (stage.peer), "{'" HID "': true}");
  stage_close (&stage);
}

/* Paired without a bond: gone at the disconnection, and whoever comes next with that address may be anybody. */
static void
test_without_bond (void)
{
  Stage stage;
  g_autoptr (GString) answer = NULL, again = NULL;

  stage_open (&stage, (Setup) { 0 });
  stage_handler (&stage);
  stage_appear (&stage, FAKE_CONNECTED | FAKE_PAIRED);
  answer = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  g_assert_true (prw_request_accept_always (stage_question (&stage), NULL));
  fake_assert_answer (answer, "accept"); /* this once */
  assert_list (prw_security_manager_get_remembered_services (stage.peer), "{}");
  again = prw_fake_host_ask (stage.host, PRW_AGENT_METHOD_AUTHORIZE_SERVICE, 0, HID);
  fake_assert_answer (again, "");
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  warnings = g_string_new (NULL);
  g_log_set_writer_func (keep_warnings, NULL, NULL);
  g_test_add_func ("/services/memory", test_memory);
  g_test_add_func ("/services/odd-entries", test_odd_entries);
  g_test_add_func ("/services/odd-files", test_odd_files);
  g_test_add_func ("/services/full", test_full);
  g_test_add_func ("/services/lost-meanwhile", test_lost_meanwhile);
  g_test_add_func ("/services/forget", test_forget);
  g_test_add_func ("/services/new-bond", test_new_bond);
  g_test_add_func ("/services/unplugged", test_unplugged);
  g_test_add_func ("/services/without-bond", test_without_bond);
  return g_test_run ();
}
