/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* Adapters lent to pairings: what is switched, what is switched back, and in which order. */
#include <glib/gstdio.h>

#include "core/error.h"
#include "core/lease.h"
#include "fake-clock.h"
#include "fake-host.h"
#include "fake-kernel.h"

#define LENT -1
#define WAITING -2

typedef struct
{
  PrwFakeClock *clock;
  PrwFakeHost *host;
  PrwFakeKernel *kernel;
  PrwPairable *pairable;
  PrwLeases *leases;
  char *folder;
} Stage;

static const PrwLeaseTerms plain = { .bond = TRUE, .lesc = TRUE };
static const PrwLeaseTerms legacy = { .bond = TRUE };
static const PrwLeaseTerms debug = { .bond = TRUE, .lesc = TRUE, .debug_key = TRUE };

static gboolean
policy_wants (const char *adapter, gpointer data)
{
  return FALSE;
}

static void
stage_open_in (Stage *stage, char *folder)
{
  *stage = (Stage) { .clock = prw_fake_clock_new (), .host = prw_fake_host_new (), .kernel = prw_fake_kernel_new (), .folder = folder };
  stage->pairable = prw_pairable_new (PRW_HOST (stage->host), PRW_CLOCK (stage->clock), policy_wants, NULL);
  g_signal_connect_swapped (stage->host, "adapter-changed", G_CALLBACK (prw_pairable_enforce), stage->pairable);
  stage->leases = prw_leases_new (PRW_HOST (stage->host), PRW_KERNEL (stage->kernel), stage->pairable, folder);
}

static void
stage_open (Stage *stage)
{
  g_autoptr (GError) error = NULL;

  stage_open_in (stage, g_dir_make_tmp ("prw-lease-XXXXXX", &error));
  g_assert_no_error (error);
}

/* The files stay. */
static void
stage_end (Stage *stage)
{
  g_assert_finalize_object (stage->leases);
  g_signal_handlers_disconnect_by_data (stage->host, stage->pairable);
  g_object_unref (stage->pairable);
  g_object_unref (stage->kernel);
  g_object_unref (stage->host);
  g_object_unref (stage->clock);
}

static void
stage_close (Stage *stage)
{
  g_autofree char *journal = g_build_filename (stage->folder, "restore", NULL);

  prw_leases_flush (stage->leases);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  stage_end (stage);
  g_remove (journal);
  g_assert_cmpint (g_rmdir (stage->folder), ==, 0);
  g_free (stage->folder);
}

static void
on_taken (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(int *) data = prw_leases_take_finish (PRW_LEASES (source), result, &error) ? LENT : error->code;
}

/* The journal is written by a thread. */
static void
wait_for (int *outcome, int what)
{
  while (*outcome == WAITING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (*outcome, ==, what);
}

static void
assert_calls (Stage *stage, const char *expected)
{
  g_autofree char *calls = prw_fake_kernel_take_calls (stage->kernel);

  g_assert_cmpstr (calls, ==, expected);
}

static void
end (Stage *stage)
{
  prw_leases_end (stage->leases, "hci0");
  fake_pump ();
}

static void
test_plain (void)
{
  Stage stage;
  int outcome = WAITING;

  stage_open (&stage);
  prw_leases_take_async (stage.leases, "hci0", &plain, NULL, on_taken, &outcome);
  wait_for (&outcome, LENT);
  end (&stage);
  assert_calls (&stage, ""); /* nothing of the kernel's is needed */
  stage_close (&stage);
}

static void
test_switches (void)
{
  Stage stage;
  int first = WAITING, second = WAITING;

  stage_open (&stage);
  prw_leases_take_async (stage.leases, "hci0", &legacy, NULL, on_taken, &first);
  prw_leases_take_async (stage.leases, "hci0", &debug, NULL, on_taken, &second);
  wait_for (&first, LENT);
  fake_pump ();
  g_assert_cmpint (second, ==, WAITING); /* one at a time */
  assert_calls (&stage, "secure-connections off");
  end (&stage);
  wait_for (&second, LENT);
  assert_calls (&stage, "secure-connections on; debug-keys 2");
  end (&stage);
  assert_calls (&stage, "debug-keys 0");
  stage_close (&stage);
}

static void
test_failures (void)
{
  Stage stage;
  int outcome = WAITING;
  PrwLeaseTerms both = { .debug_key = TRUE };

  stage_open (&stage);
  /* a controller that cannot: what was switched before it is switched back */
  prw_fake_kernel_fail (stage.kernel, "debug-keys");
  prw_leases_take_async (stage.leases, "hci0", &both, NULL, on_taken, &outcome);
  wait_for (&outcome, PRW_ERROR_NOT_SUPPORTED);
  assert_calls (&stage, "secure-connections off; debug-keys 2; secure-connections on");
  /* and the adapter can be had again */
  outcome = WAITING;
  prw_leases_take_async (stage.leases, "hci0", &plain, NULL, on_taken, &outcome);
  wait_for (&outcome, LENT);
  end (&stage);
  /* legacy pairing on an adapter that is to have nothing weaker than Secure Connections */
  prw_fake_kernel_get_state (stage.kernel)->secure_connections = PRW_SECURE_CONNECTIONS_ONLY;
  outcome = WAITING;
  prw_leases_take_async (stage.leases, "hci0", &legacy, NULL, on_taken, &outcome);
  wait_for (&outcome, PRW_ERROR_INVALID_OPERATION);
  assert_calls (&stage, "");
  stage_close (&stage);
}

static void
test_oob (void)
{
  Stage stage;
  int outcome = WAITING;
  PrwOobData data = { .has_256 = TRUE };
  PrwLeaseTerms terms = { .bond = TRUE, .lesc = TRUE, .oob = &data, .address = "C0:00:00:00:00:01", .transport = PRW_TRANSPORT_LE,
                          .address_type = PRW_ADDRESS_TYPE_RANDOM };

  stage_open (&stage);
  prw_leases_take_async (stage.leases, "hci0", &terms, NULL, on_taken, &outcome);
  wait_for (&outcome, LENT);
  assert_calls (&stage, "add-oob C0:00:00:00:00:01 random le");
  end (&stage);
  assert_calls (&stage, "clear-oob");
  stage_close (&stage);
}

/* The daemon dies while an adapter is switched: the next one switches it back, once. */
static void
test_crash (void)
{
  Stage before, after;
  int outcome = WAITING;

  stage_open (&before);
  prw_leases_take_async (before.leases, "hci0", &(PrwLeaseTerms) { .debug_key = TRUE }, NULL, on_taken, &outcome);
  wait_for (&outcome, LENT);
  stage_end (&before); /* without prw_leases_end() */
  stage_open_in (&after, before.folder);
  prw_leases_recover (after.leases, prw_host_find_adapter (PRW_HOST (after.host), "hci0"));
  fake_pump ();
  assert_calls (&after, "debug-keys 0; secure-connections on");
  prw_leases_recover (after.leases, prw_host_find_adapter (PRW_HOST (after.host), "hci0"));
  fake_pump ();
  assert_calls (&after, "");
  stage_close (&after);
}

/* A pairing without Secure Connections, which then cannot be switched back; that is warned of. */
static void
leave_over (Stage *stage)
{
  int outcome = WAITING;

  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  stage_open (stage);
  prw_leases_take_async (stage->leases, "hci0", &legacy, NULL, on_taken, &outcome);
  wait_for (&outcome, LENT);
  prw_fake_kernel_fail (stage->kernel, "secure-connections on");
  end (stage);
  assert_calls (stage, "secure-connections off; secure-connections on");
}

/* What cannot be switched back stays in the journal for the next time the adapter comes. */
static void
test_left_over (void)
{
  Stage stage;

  leave_over (&stage);
  prw_leases_recover (stage.leases, prw_host_find_adapter (PRW_HOST (stage.host), "hci0"));
  fake_pump ();
  assert_calls (&stage, "secure-connections on");
  stage_close (&stage);
}

/* The next pairing makes it good too, whatever it needs itself, and takes nothing of what was there for what is to be. */
static void
test_left_over_before (void)
{
  Stage stage;
  int outcome = WAITING;

  leave_over (&stage);
  prw_leases_take_async (stage.leases, "hci0", &debug, NULL, on_taken, &outcome);
  wait_for (&outcome, LENT);
  end (&stage);
  assert_calls (&stage, "debug-keys 2; debug-keys 0; secure-connections on");
  prw_leases_recover (stage.leases, prw_host_find_adapter (PRW_HOST (stage.host), "hci0"));
  fake_pump ();
  assert_calls (&stage, "");
  stage_close (&stage);
}

static void
on_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(int *) data = prw_leases_set_finish (PRW_LEASES (source), result, &error) ? LENT : error->code;
}

/* What somebody here wants of a switch waits for the pairing that has it, and stays. */
static void
test_set (void)
{
  Stage stage;
  int lent = WAITING, set = WAITING, keys = WAITING, next = WAITING;

  stage_open (&stage);
  prw_leases_set_secure_connections_async (stage.leases, "hci0", PRW_SECURE_CONNECTIONS_ONLY, on_set, &set);
  wait_for (&set, LENT);
  prw_fake_kernel_fail (stage.kernel, "debug-keys");
  prw_leases_set_debug_keys_async (stage.leases, "hci0", PRW_DEBUG_KEYS_USE, on_set, &keys);
  wait_for (&keys, PRW_ERROR_NOT_SUPPORTED);
  prw_fake_kernel_get_state (stage.kernel)->secure_connections = PRW_SECURE_CONNECTIONS_ON;
  g_free (prw_fake_kernel_take_calls (stage.kernel));
  prw_leases_take_async (stage.leases, "hci0", &legacy, NULL, on_taken, &lent);
  wait_for (&lent, LENT);
  set = keys = WAITING;
  prw_leases_set_secure_connections_async (stage.leases, "hci0", PRW_SECURE_CONNECTIONS_ONLY, on_set, &set);
  prw_leases_set_debug_keys_async (stage.leases, "hci0", PRW_DEBUG_KEYS_USE, on_set, &keys);
  prw_leases_take_async (stage.leases, "hci0", &plain, NULL, on_taken, &next);
  fake_pump ();
  g_assert_cmpint (set, ==, WAITING);
  assert_calls (&stage, "secure-connections off");
  end (&stage);
  wait_for (&next, LENT);
  g_assert_cmpint (set, ==, LENT);
  g_assert_cmpint (keys, ==, LENT);
  assert_calls (&stage, "secure-connections on; secure-connections only; debug-keys 2");
  end (&stage);
  assert_calls (&stage, "");
  stage_close (&stage);
}

/* What could not be switched back is as somebody wants it now. */
static void
test_set_over_left_over (void)
{
  Stage stage;
  int outcome = WAITING, set = WAITING;

  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  stage_open (&stage);
  prw_leases_take_async (stage.leases, "hci0", &(PrwLeaseTerms) { .debug_key = TRUE }, NULL, on_taken, &outcome);
  wait_for (&outcome, LENT);
  prw_fake_kernel_fail (stage.kernel, "secure-connections on");
  end (&stage);
  prw_leases_set_secure_connections_async (stage.leases, "hci0", PRW_SECURE_CONNECTIONS_OFF, on_set, &set);
  wait_for (&set, LENT);
  g_free (prw_fake_kernel_take_calls (stage.kernel));
  prw_leases_recover (stage.leases, prw_host_find_adapter (PRW_HOST (stage.host), "hci0"));
  fake_pump ();
  assert_calls (&stage, "debug-keys 0");
  stage_close (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lease/plain", test_plain);
  g_test_add_func ("/lease/switches", test_switches);
  g_test_add_func ("/lease/failures", test_failures);
  g_test_add_func ("/lease/oob", test_oob);
  g_test_add_func ("/lease/crash", test_crash);
  g_test_add_func ("/lease/left-over", test_left_over);
  g_test_add_func ("/lease/left-over-before", test_left_over_before);
  g_test_add_func ("/lease/set", test_set);
  g_test_add_func ("/lease/set-over-left-over", test_set_over_left_over);
  return g_test_run ();
}
