/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core-stage.h"

#include "core/error.h"

static void
on_level (PrwSecurityManager *peer, guint level, GString *story)
{
  g_string_append_printf (story, "level %s; ", prw_security_level_to_string (level));
}

static void
on_complete (PrwSecurityManager *peer, guint status, guint level, guint process, GString *story)
{
  g_string_append_printf (story, "%s %s %s; ", prw_security_process_to_string (process), prw_security_status_to_string (status),
                          prw_security_level_to_string (level));
}

static void
on_rejected (PrwSecurityManager *peer, guint reason, GString *story)
{
  g_string_append_printf (story, "refused %s; ", prw_rejected_reason_to_string (reason));
}

void
stage_on_held (GObject *source, GAsyncResult *result, gpointer data)
{
  PrwSecurityManager **peer = data;

  *peer = prw_engine_hold_peer_finish (PRW_ENGINE (source), result, NULL);
}

PrwSettings *
stage_settings (Setup setup)
{
  g_autoptr (PrwPolicyBuilder) builder = prw_policy_builder_new ();
  PrwSettings *settings = prw_settings_new ();
  PrwSecurityParameters parameters = PRW_SECURITY_PARAMETERS_DEFAULT;

  parameters.bond = TRUE;
  parameters.passcode_pairing = TRUE;
  prw_policy_builder_set_floor (builder, setup.floor);
  prw_policy_builder_set_without_handler (builder, setup.without_handler);
  prw_policy_builder_set_window_required (builder, setup.window_required);
  prw_policy_builder_set_peer_defaults (builder, &parameters);
  if (setup.rule != NULL)
    prw_policy_builder_add_rule (builder, setup.rule);
  prw_policy_unref (settings->policy);
  settings->policy = prw_policy_builder_build (builder);
  return settings;
}

void
stage_open (Stage *stage, Setup setup)
{
  g_autoptr (PrwSettings) settings = stage_settings (setup);
  g_autoptr (PrwKernel) kernel = setup.kernel_link ? PRW_KERNEL (prw_fake_kernel_new ()) : prw_null_kernel_new ();
  g_autoptr (PrwAdapter) adapter = NULL;

  *stage = (Stage) { .clock = prw_fake_clock_new (), .host = prw_fake_host_new (), .story = g_string_new (NULL) };
  if (setup.kernel_link)
    stage->kernel = PRW_FAKE_KERNEL (g_object_ref (kernel));
  stage->engine = prw_engine_new (settings, PRW_HOST (stage->host), kernel, PRW_CLOCK (stage->clock), NULL);
  adapter = prw_adapter_ref (prw_host_find_adapter (PRW_HOST (stage->host), "hci0"));
  g_signal_emit_by_name (stage->host, "adapter-added", adapter);
  fake_pump ();
  prw_engine_hold_peer_async (stage->engine, "", "c0:00:00:00:00:01", stage_on_held, &stage->peer);
  fake_pump ();
  g_assert_nonnull (stage->peer);
  g_assert_cmpstr (prw_security_manager_get_path (stage->peer), ==, FAKE_PEER);
  g_signal_connect (stage->peer, "security-level-changed", G_CALLBACK (on_level), stage->story);
  g_signal_connect (stage->peer, "pairing-complete", G_CALLBACK (on_complete), stage->story);
  g_signal_connect (stage->peer, "pairing-request-rejected", G_CALLBACK (on_rejected), stage->story);
  stage_forget_calls (stage);
}

void
stage_close_engine (Stage *stage)
{
  prw_engine_shutdown (stage->engine);
  g_signal_handlers_disconnect_by_data (stage->peer, stage->story);
  prw_engine_release_peer (stage->engine, stage->peer);
  g_clear_object (&stage->peer);
  fake_pump ();
  g_assert_finalize_object (g_steal_pointer (&stage->engine));
}

void
stage_close (Stage *stage)
{
  if (stage->engine != NULL)
    stage_close_engine (stage);
  g_assert_cmpuint (prw_fake_clock_count_alarms (stage->clock), ==, 0);
  g_assert_finalize_object (stage->host);
  if (stage->kernel != NULL)
    g_assert_finalize_object (stage->kernel);
  g_assert_finalize_object (stage->clock);
  g_string_free (stage->story, TRUE);
  if (stage->answer != NULL)
    g_string_free (stage->answer, TRUE);
}

void
stage_handler (Stage *stage)
{
  prw_handlers_set (prw_engine_get_handlers (stage->engine), ":1.1", PRW_EVENT_ALL, NULL);
}

guint
stage_count_questions (Stage *stage)
{
  g_autoptr (GPtrArray) open = prw_broker_get_open (prw_engine_get_broker (stage->engine));

  return open->len;
}

PrwRequest *
stage_question (Stage *stage)
{
  g_autoptr (GPtrArray) open = prw_broker_get_open (prw_engine_get_broker (stage->engine));

  g_assert_cmpuint (open->len, ==, 1);
  return open->pdata[0]; /* the broker keeps it */
}

void
stage_change (Stage *stage, guint flags)
{
  prw_fake_host_set_device (stage->host, FAKE_DEVICE, "A peer", flags);
}

void
stage_appear (Stage *stage, guint flags)
{
  stage_change (stage, flags);
  g_string_truncate (stage->story, 0);
}

void
stage_show (Stage *stage, PrwLinkEvent event)
{
  event.transport = PRW_TRANSPORT_LE;
  prw_fake_kernel_show (stage->kernel, FAKE_ADDRESS, event);
  fake_pump ();
}

void
stage_assert_kernel_calls (Stage *stage, const char *expected)
{
  g_autofree char *calls = prw_fake_kernel_take_calls (stage->kernel);

  g_assert_cmpstr (calls, ==, expected);
}

void
stage_assert_story (Stage *stage, const char *expected)
{
  fake_pump ();
  g_assert_cmpstr (stage->story->str, ==, expected);
  g_string_truncate (stage->story, 0);
}

void
stage_assert_calls (Stage *stage, const char *expected)
{
  g_autofree char *calls = prw_fake_host_take_calls (stage->host);

  g_assert_cmpstr (calls, ==, expected);
}

void
stage_forget_calls (Stage *stage)
{
  g_free (prw_fake_host_take_calls (stage->host));
}

gboolean
stage_get_boolean (Stage *stage, const char *property)
{
  gboolean value;

  g_object_get (stage->peer, property, &value, NULL);
  return value;
}

static void
on_paired (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->ended = TRUE;
  prw_security_manager_pair_finish (PRW_SECURITY_MANAGER (source), result, &outcome->result, &outcome->error);
}

void
stage_pair (Stage *stage, gboolean force, Outcome *outcome)
{
  *outcome = (Outcome) { 0 };
  prw_security_manager_pair_async (stage->peer, force, on_paired, outcome);
  fake_pump ();
}

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->ended = TRUE;
  prw_security_manager_delete_bonding_data_finish (PRW_SECURITY_MANAGER (source), result, &outcome->error);
}

void
stage_delete (Stage *stage, Outcome *outcome)
{
  *outcome = (Outcome) { 0 };
  prw_security_manager_delete_bonding_data_async (stage->peer, on_deleted, outcome);
  fake_pump ();
}

void
outcome_assert (Outcome *outcome, PrwSecurityStatus status, PrwSecurityLevel level, PrwSecurityProcess process)
{
  g_assert_true (outcome->ended);
  g_assert_no_error (outcome->error);
  g_assert_cmpint (outcome->result.status, ==, status);
  g_assert_cmpint (outcome->result.level, ==, level);
  g_assert_cmpint (outcome->result.process, ==, process);
}

void
outcome_assert_error (Outcome *outcome, int code)
{
  g_assert_true (outcome->ended);
  g_assert_error (outcome->error, PRW_ERROR, code);
  g_clear_error (&outcome->error);
}
