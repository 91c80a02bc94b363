/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/*
 * Recorded traces, played to the kernel link through its filters, and what it tells of them, with what that means
 * (PrwLink): compared with the file TRACE.expected beside each. `test-kernel-replay TRACE` prints it, and
 * `test-kernel-replay --reduce RAW TRACE` makes a trace of what btmon recorded (tests/data/traces/README.md).
 */
#include <stdio.h>

#include "trace-player.h"
#include "trace-reducer.h"

typedef struct
{
  KernelFixture *kernel;
  GHashTable *pairings; /* "adapter address" to PrwLink */
} Replay;

static char *
key_of (const char *adapter, const char *address)
{
  return g_strconcat (adapter, " ", address, NULL);
}

static void
on_link_event (PrwKernel *kernel, const char *adapter, const char *address, guint type, const PrwLinkEvent *event, gpointer data)
{
  Replay *self = data;
  g_autofree char *key = key_of (adapter, address);
  PrwLink *pairing = g_hash_table_lookup (self->pairings, key);
  PrwLinkStage before;

  if (pairing == NULL)
    {
      pairing = g_new0 (PrwLink, 1);
      g_hash_table_insert (self->pairings, g_steal_pointer (&key), pairing);
    }
  before = pairing->stage;
  prw_link_feed (pairing, event);
  if (pairing->stage != before)
    g_string_append_printf (self->kernel->told, "  pairing %s: %s began it, we are %s, status %s, level %s%s%s\n",
                            prw_link_stage_to_string (pairing->stage), prw_initiator_to_string (pairing->initiator),
                            prw_role_to_string (pairing->role), prw_security_status_to_string (pairing->status),
                            prw_security_level_to_string (pairing->level), pairing->stored ? ", stored" : "",
                            pairing->debug_key ? ", debug key" : "");
}

static void
on_identity (PrwKernel *kernel, const char *adapter, const char *random, const char *address, guint type, gpointer data)
{
  Replay *self = data;
  g_autofree char *old = key_of (adapter, random);
  gpointer stolen, pairing;

  if (g_hash_table_steal_extended (self->pairings, old, &stolen, &pairing))
    {
      g_free (stolen);
      g_hash_table_insert (self->pairings, key_of (adapter, address), pairing);
    }
}

/* Returns: (transfer full): what was told, a line each */
static char *
replay (const char *path)
{
  Replay self = { .kernel = kernel_fixture_new () };
  char *told;

  self.pairings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_signal_connect (self.kernel->link, "link-event", G_CALLBACK (on_link_event), &self);
  g_signal_connect (self.kernel->link, "identity-resolved", G_CALLBACK (on_identity), &self);
  trace_play (path, self.kernel, NULL, NULL);
  g_signal_handlers_disconnect_by_data (self.kernel->link, &self);
  told = g_strdup (self.kernel->told->str);
  kernel_fixture_free (self.kernel);
  g_hash_table_unref (self.pairings);
  return told;
}

static void
test_trace (gconstpointer data)
{
  const char *path = data;
  g_autofree char *expected_path = g_strconcat (path, ".expected", NULL), *expected = NULL;
  g_autofree char *told = replay (path);
  g_autoptr (GError) error = NULL;

  g_file_get_contents (expected_path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (told, ==, expected);
}

/* A recorded trace has nothing that the filters would not let through: no key, and nothing that the link does not need. */
static void
test_reduced (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) reduced = trace_reduce (data, 0, &error);
  g_autofree char *content = NULL;
  gsize size;

  g_assert_no_error (error);
  g_file_get_contents (data, &content, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (reduced->data, reduced->len, content, size);
}

static void
ignore (const BtsnoopRecord *record, gpointer data)
{
}

/* What is no trace is said to be none. */
static void
test_no_trace (gconstpointer data)
{
  g_autofree char *expected = g_strconcat (data, ".expected", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (btsnoop_read (expected, ignore, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* Returns: (transfer full) (element-type filename): the traces there are */
static GPtrArray *
find_traces (void)
{
  g_autofree char *folder = trace_path (NULL);
  GPtrArray *traces = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".btsnoop"))
      g_ptr_array_add (traces, g_build_filename (folder, name, NULL));
  return traces;
}

/* What is asked for on the command line. Returns: the exit status */
static int
reduce (const char *raw, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) trace = trace_reduce (raw, 0, &error);

  if (trace != NULL && g_file_set_contents (path, (const char *) trace->data, trace->len, &error))
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}

static void
add_tests (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *played = g_strconcat ("/kernel/replay/", name, NULL), *reduced = g_strconcat ("/kernel/reduced/", name, NULL);

  g_test_add_data_func (played, path, test_trace);
  if (!g_str_has_prefix (name, "synthetic-")) /* those have what the filters are to stop */
    g_test_add_data_func (reduced, path, test_reduced);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GPtrArray) traces = NULL;

  if (argc == 4 && g_str_equal (argv[1], "--reduce"))
    return reduce (argv[2], argv[3]);
  if (argc == 2 && argv[1][0] != '-')
    {
      g_autofree char *told = replay (argv[1]);

      fputs (told, stdout);
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  traces = find_traces ();
  g_assert_cmpuint (traces->len, >, 0);
  g_test_add_data_func ("/kernel/replay/no-trace", traces->pdata[0], test_no_trace);
  for (guint i = 0; i < traces->len; i++)
    add_tests (traces->pdata[i]);
  return g_test_run ();
}
