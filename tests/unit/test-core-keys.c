/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* The published debug key, out-of-band data, and what of a pairing of ours is seen while it goes on. */
#include <stdio.h>
#include <string.h>

#include "core-stage.h"
#include "core/error.h"

#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

static const PrwLinkEvent as_central = { .type = PRW_LINK_EVENT_CONNECTED, .role = PRW_ROLE_CENTRAL };
static const PrwLinkEvent we_send = { .type = PRW_LINK_EVENT_PAIRING_REQUEST, .sent = TRUE };
static const PrwLinkEvent encrypted = { .type = PRW_LINK_EVENT_ENCRYPTION, .encrypted = TRUE };
static const PrwLinkEvent strong_key = { .type = PRW_LINK_EVENT_KEY, .level = PRW_SECURITY_LEVEL_LESC_MITM, .stored = TRUE };
static const PrwLinkEvent debug_key = { .type = PRW_LINK_EVENT_KEY, .level = PRW_SECURITY_LEVEL_JUST_WORKS, .stored = TRUE, .debug_key = TRUE };

static void
open_stage (Stage *stage, PrwRule *rule)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* warnings are part of it */
  stage_open (stage, (Setup) { .kernel_link = TRUE, .rule = rule });
}

static void
set_parameters (Stage *stage, gboolean oob)
{
  PrwSecurityParameters parameters = PRW_SECURITY_PARAMETERS_DEFAULT;

  parameters.bond = parameters.lesc_pairing = parameters.passcode_pairing = TRUE;
  parameters.out_of_band = oob;
  prw_security_manager_set_parameters (stage->peer, &parameters);
}

/* The pairing that has begun ends well, with @key. */
static void
finish_pairing (Stage *stage, PrwLinkEvent key)
{
  stage_show (stage, as_central);
  stage_change (stage, FAKE_CONNECTED);
  stage_show (stage, we_send);
  stage_show (stage, encrypted);
  stage_show (stage, key);
  stage_change (stage, BONDED);
  prw_fake_host_finish (stage->host, -1);
}

static PrwOobData *
some_data (void)
{
  PrwOobData *data = prw_oob_data_new ();

  data->has_256 = TRUE;
  memset (data->hash_256, 1, sizeof data->hash_256);
  memset (data->randomizer_256, 2, sizeof data->randomizer_256);
  return data;
}

static void
test_no_link (void)
{
  Stage stage;
  g_autoptr (GError) error = NULL;

  stage_open (&stage, (Setup) { 0 });
  g_assert_false (prw_security_manager_use_debug_key (stage.peer, TRUE, &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "CAP_NET_ADMIN"));
  g_clear_error (&error);
  g_assert_false (prw_security_manager_set_remote_oob (stage.peer, some_data (), &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED);
  g_assert_false (stage_get_boolean (&stage, "debug-lesc-key"));
  stage_close (&stage);
}

static void
test_debug_key (void)
{
  Stage stage;
  Outcome outcome;

  open_stage (&stage, NULL);
  set_parameters (&stage, FALSE);
  stage_appear (&stage, 0);
  g_assert_true (prw_security_manager_use_debug_key (stage.peer, TRUE, NULL));
  g_assert_true (stage_get_boolean (&stage, "debug-lesc-key"));
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_kernel_calls (&stage, "debug-keys 2");
  finish_pairing (&stage, debug_key);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_JUST_WORKS, PRW_SECURITY_PROCESS_BONDING);
  stage_assert_kernel_calls (&stage, "debug-keys 0");
  g_assert_true (stage_get_boolean (&stage, "debug-key-bond"));
  /* and off again: the next bond is no such one */
  g_assert_true (prw_security_manager_use_debug_key (stage.peer, FALSE, NULL));
  stage_pair (&stage, TRUE, &outcome);
  g_assert_false (stage_get_boolean (&stage, "debug-key-bond"));
  prw_fake_host_set_device (stage.host, FAKE_DEVICE, "A peer", 0);
  prw_fake_host_finish (stage.host, -1);
  stage_assert_kernel_calls (&stage, "");
  finish_pairing (&stage, strong_key);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_LESC_MITM, PRW_SECURITY_PROCESS_BONDING);
  g_assert_false (stage_get_boolean (&stage, "debug-key-bond"));
  stage_close (&stage);
}

/* No Require= takes such a key for more than Just Works, and no bond is given up for it. */
static void
test_debug_key_refused (void)
{
  static const struct { PrwSecurityLevel require; gboolean refused; } table[] = {
    { PRW_SECURITY_LEVEL_LESC_MITM, TRUE }, { PRW_SECURITY_LEVEL_MITM, TRUE }, { PRW_SECURITY_LEVEL_JUST_WORKS, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Stage stage;
      g_autoptr (PrwSettings) settings = NULL;
      g_autoptr (GError) error = NULL;
      PrwRule *rule = prw_rule_new ("strict"), *later = prw_rule_new ("strict");
      Outcome outcome;

      rule->require = later->require = table[i].require;
      open_stage (&stage, rule);
      stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
      g_assert_true (prw_security_manager_use_debug_key (stage.peer, TRUE, &error) == !table[i].refused);
      g_assert_true (g_error_matches (error, PRW_ERROR, PRW_ERROR_REJECTED) == table[i].refused);
      /* the rule came later */
      settings = stage_settings ((Setup) { 0 });
      prw_engine_set_settings (stage.engine, settings);
      g_assert_true (prw_security_manager_use_debug_key (stage.peer, TRUE, NULL));
      g_clear_pointer (&settings, prw_settings_unref);
      settings = stage_settings ((Setup) { .rule = later });
      prw_engine_set_settings (stage.engine, settings);
      stage_forget_calls (&stage);
      stage_pair (&stage, TRUE, &outcome);
      stage_assert_calls (&stage, table[i].refused ? "" : "remove; find " FAKE_ADDRESS);
      if (table[i].refused)
        outcome_assert_error (&outcome, PRW_ERROR_REJECTED);
      else
        prw_fake_host_finish (stage.host, PRW_HOST_ERROR_TIMEOUT);
      g_clear_error (&outcome.error);
      stage_close (&stage);
    }
}

/* The other side alone used the debug key: as weak, and marked; where more is required it is removed. */
static void
test_their_debug_key (void)
{
  Stage stage;
  PrwRule *rule = prw_rule_new ("strict");
  Outcome outcome;

  rule->require = PRW_SECURITY_LEVEL_MITM;
  open_stage (&stage, rule);
  set_parameters (&stage, FALSE);
  stage_appear (&stage, 0);
  stage_pair (&stage, FALSE, &outcome);
  finish_pairing (&stage, debug_key);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_AUTH_REQ, PRW_SECURITY_LEVEL_NO_ACCESS, PRW_SECURITY_PROCESS_BONDING);
  g_assert_false (prw_security_manager_get_bonded (stage.peer));
  g_assert_false (stage_get_boolean (&stage, "debug-key-bond"));
  stage_close (&stage);
}

static void
test_remote_oob (void)
{
  Stage stage;
  Outcome outcome;

  open_stage (&stage, NULL);
  set_parameters (&stage, FALSE);
  stage_appear (&stage, 0);
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, some_data (), NULL));
  /* the parameter decides whether it is used */
  stage_pair (&stage, FALSE, &outcome);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
  outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
  stage_assert_kernel_calls (&stage, "");
  set_parameters (&stage, TRUE);
  /* a pairing that fails leaves it for the next try */
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_kernel_calls (&stage, "add-oob " FAKE_ADDRESS " random le");
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
  outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
  stage_assert_kernel_calls (&stage, "clear-oob");
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_kernel_calls (&stage, "add-oob " FAKE_ADDRESS " random le");
  finish_pairing (&stage, strong_key);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_LESC_MITM, PRW_SECURITY_PROCESS_BONDING);
  stage_assert_kernel_calls (&stage, "clear-oob");
  /* it is good for one pairing */
  stage_change (&stage, FAKE_CONNECTED);
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_kernel_calls (&stage, "");
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
  outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
  stage_close (&stage);
}

static void
test_bredr_oob (void)
{
  Stage stage;
  Outcome outcome;
  PrwOobData *data = some_data ();

  open_stage (&stage, NULL);
  set_parameters (&stage, TRUE);
  data->has_192 = TRUE;
  stage_appear (&stage, FAKE_BREDR);
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, data, NULL));
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_kernel_calls (&stage, "add-oob " FAKE_ADDRESS " public bredr");
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
  outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
  stage_close (&stage);
}

/* A secret is not kept for ever, and there are not any number of them. */
static void
test_oob_ends (void)
{
  Stage stage;
  GPtrArray *others = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  open_stage (&stage, NULL);
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, some_data (), NULL));
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, some_data (), NULL)); /* replaced */
  for (guint i = 1; i <= PRW_OOB_MAX; i++)
    {
      g_autofree char *address = g_strdup_printf ("C0:00:00:00:01:%02X", i);
      PrwSecurityManager *peer = NULL;
      gboolean set;

      prw_engine_hold_peer_async (stage.engine, "hci0", address, stage_on_held, &peer);
      fake_pump ();
      g_ptr_array_add (others, peer);
      set = prw_security_manager_set_remote_oob (peer, some_data (), &error);
      g_assert_true (set == (i < PRW_OOB_MAX));
    }
  g_assert_error (error, PRW_ERROR, PRW_ERROR_NOT_READY);
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, NULL, NULL)); /* forgotten */
  g_assert_true (prw_security_manager_set_remote_oob (others->pdata[PRW_OOB_MAX - 1], some_data (), NULL));
  prw_fake_clock_advance_seconds (stage.clock, PRW_OOB_SECONDS);
  g_assert_cmpuint (prw_fake_clock_count_alarms (stage.clock), ==, 0);
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, some_data (), NULL));
  for (guint i = 0; i < others->len; i++)
    {
      prw_engine_release_peer (stage.engine, others->pdata[i]);
      g_object_unref (others->pdata[i]);
    }
  g_ptr_array_unref (others);
  stage_close (&stage);
}

typedef struct
{
  PrwOobData *data;
  GError *error;
} Local;

static void
on_local (GObject *source, GAsyncResult *result, gpointer data)
{
  Local *local = data;

  local->data = prw_security_manager_read_local_oob_finish (PRW_SECURITY_MANAGER (source), result, &local->error);
}

static void
test_local_oob (void)
{
  Stage stage;
  Local local = { NULL };

  open_stage (&stage, NULL);
  prw_security_manager_read_local_oob_async (stage.peer, on_local, &local);
  fake_pump ();
  stage_assert_kernel_calls (&stage, "read-oob le");
  g_assert_no_error (local.error);
  g_assert_true (local.data->has_256);
  g_clear_pointer (&local.data, prw_oob_data_free);
  /* a controller for LE only */
  prw_fake_kernel_fail (stage.kernel, "read-oob");
  prw_security_manager_read_local_oob_async (stage.peer, on_local, &local);
  fake_pump ();
  g_assert_error (local.error, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (local.error->message, "LE only"));
  g_clear_error (&local.error);
  stage_close (&stage);
}

static void
on_step (PrwSecurityManager *peer, GParamSpec *pspec, GString *steps)
{
  guint step;

  g_object_get (peer, "pairing-step", &step, NULL);
  g_string_append_printf (steps, "%s; ", prw_pairing_step_to_string (step));
}

static void
test_steps (void)
{
  Stage stage;
  g_autoptr (GString) steps = g_string_new (NULL);
  Outcome outcome;

  open_stage (&stage, NULL);
  stage_appear (&stage, FAKE_PAIRED | FAKE_BONDED);
  g_signal_connect (stage.peer, "notify::pairing-step", G_CALLBACK (on_step), steps);
  stage_pair (&stage, FALSE, &outcome);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
  outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
  g_assert_cmpstr (steps->str, ==, "encrypting; ; ");
  g_string_truncate (steps, 0);
  stage_pair (&stage, TRUE, &outcome);
  stage_change (&stage, 0);
  prw_fake_host_finish (stage.host, -1);
  finish_pairing (&stage, strong_key);
  outcome_assert (&outcome, PRW_SECURITY_STATUS_SUCCESS, PRW_SECURITY_LEVEL_LESC_MITM, PRW_SECURITY_PROCESS_BONDING);
  g_assert_cmpstr (steps->str, ==, "forgetting; searching; pairing; ; ");
  g_signal_handlers_disconnect_by_data (stage.peer, steps);
  stage_close (&stage);
}

/* bluetoothd may know of an adapter before the kernel link does. */
static void
test_recovered_late (void)
{
  Stage stage;
  g_autofree char *folder = g_dir_make_tmp ("prw-keys-XXXXXX", NULL), *journal = g_build_filename (folder, "restore", NULL);
  g_autoptr (PrwSettings) settings = stage_settings ((Setup) { 0 });
  PrwAdapter *adapter;
  g_autofree char *text = NULL;

  open_stage (&stage, NULL);
  adapter = prw_host_find_adapter (PRW_HOST (stage.host), "hci0");
  text = g_strdup_printf ("[%s]\nsecure-connections=on\n", adapter->address);
  g_assert_true (g_file_set_contents (journal, text, -1, NULL));
  stage_close_engine (&stage);
  prw_fake_kernel_hide (stage.kernel, TRUE);
  stage.engine = prw_engine_new (settings, PRW_HOST (stage.host), PRW_KERNEL (stage.kernel), PRW_CLOCK (stage.clock), folder);
  g_signal_emit_by_name (stage.host, "adapter-added", adapter);
  fake_pump ();
  stage_assert_kernel_calls (&stage, "");
  prw_fake_kernel_hide (stage.kernel, FALSE);
  fake_pump ();
  stage_assert_kernel_calls (&stage, "secure-connections on");
  prw_engine_shutdown (stage.engine);
  fake_pump ();
  g_assert_finalize_object (g_steal_pointer (&stage.engine));
  stage_close (&stage);
  remove (journal);
  g_assert_cmpint (remove (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keys/no-link", test_no_link);
  g_test_add_func ("/keys/debug-key", test_debug_key);
  g_test_add_func ("/keys/debug-key-refused", test_debug_key_refused);
  g_test_add_func ("/keys/their-debug-key", test_their_debug_key);
  g_test_add_func ("/keys/remote-oob", test_remote_oob);
  g_test_add_func ("/keys/bredr-oob", test_bredr_oob);
  g_test_add_func ("/keys/oob-ends", test_oob_ends);
  g_test_add_func ("/keys/local-oob", test_local_oob);
  g_test_add_func ("/keys/steps", test_steps);
  g_test_add_func ("/keys/recovered-late", test_recovered_late);
  return g_test_run ();
}
