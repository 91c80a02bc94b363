/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core-replay.h"

#include <string.h>

/* The other host of the lab, as its controller calls itself. */
#define ADDRESS "00:AA:01:01:00:42"
#define DEVICE "/org/bluez/hci0/dev_00_AA_01_01_00_42"

static void
on_level (PrwSecurityManager *peer, guint level, Replay *self)
{
  g_string_append_printf (self->story, "level %s; ", prw_security_level_to_string (level));
}

static void
on_complete (PrwSecurityManager *peer, guint status, guint level, guint process, Replay *self)
{
  guint role;

  g_object_get (peer, "role", &role, NULL);
  g_string_append_printf (self->story, "%s as %s %s %s; ", prw_security_process_to_string (process), prw_role_to_string (role),
                          prw_security_status_to_string (status), prw_security_level_to_string (level));
}

static void
on_rejected (PrwSecurityManager *peer, guint reason, Replay *self)
{
  g_string_append_printf (self->story, "refused %s; ", prw_rejected_reason_to_string (reason));
}

static void
on_suspect (PrwSecurityManager *peer, GParamSpec *spec, Replay *self)
{
  gboolean suspect;

  g_object_get (peer, "bond-suspect", &suspect, NULL);
  g_string_append (self->story, suspect ? "suspect; " : "not suspect; ");
}

static void
on_asked (PrwBroker *broker, PrwRequest *request, Replay *self)
{
  g_string_append_printf (self->story, "%s?; ", prw_event_to_string (prw_request_get_event (request)));
}

static void
on_paired (GObject *source, GAsyncResult *result, gpointer data)
{
  Replay *self = data;
  g_autoptr (GError) error = NULL;
  PrwPairingResult ended;

  prw_security_manager_pair_finish (PRW_SECURITY_MANAGER (source), result, &ended, &error);
  g_assert_no_error (error);
  g_string_append_printf (self->story, "Pair() %s; ", prw_security_status_to_string (ended.status));
}

static PrwRequest *
open_question (Replay *self)
{
  g_autoptr (GPtrArray) open = prw_broker_get_open (prw_engine_get_broker (self->engine));

  g_assert_cmpuint (open->len, ==, 1);
  return open->pdata[0]; /* the broker keeps it */
}

/* What happened meanwhile: calls of Pair(), what bluetoothd did, what people answered. */

void
we_pair (Replay *self)
{
  prw_security_manager_pair_async (self->peer, FALSE, on_paired, self);
}

void
we_force (Replay *self)
{
  prw_security_manager_pair_async (self->peer, TRUE, on_paired, self);
}

static void
set_flags (Replay *self, guint flags)
{
  self->flags = flags;
  prw_fake_host_set_device (self->host, DEVICE, "lab", flags | self->radio);
}

void
bluetoothd_finds (Replay *self)
{
  set_flags (self, 0);
  prw_fake_host_finish (self->host, -1);
}

void
bluetoothd_stores (Replay *self)
{
  set_flags (self, self->flags | FAKE_PAIRED | FAKE_BONDED);
}

/* Another program removed it. */
void
bluetoothd_forgets (Replay *self)
{
  self->flags = 0;
  prw_fake_host_remove (self->host, DEVICE);
}

void
bluetoothd_succeeds (Replay *self)
{
  prw_fake_host_finish (self->host, -1);
}

void
bluetoothd_fails (Replay *self)
{
  prw_fake_host_finish (self->host, PRW_HOST_ERROR_AUTHENTICATION_FAILED);
}

void
bluetoothd_cannot_connect (Replay *self)
{
  prw_fake_host_finish (self->host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
}

static void
ask (Replay *self, PrwAgentMethod method)
{
  g_assert_null (self->answer);
  self->answer = prw_fake_host_ask_about (self->host, DEVICE, method, 123456, NULL);
}

void
bluetoothd_wants_authorization (Replay *self)
{
  ask (self, PRW_AGENT_METHOD_REQUEST_AUTHORIZATION);
}

void
bluetoothd_wants_comparison (Replay *self)
{
  ask (self, PRW_AGENT_METHOD_REQUEST_CONFIRMATION);
}

void
bluetoothd_wants_passkey (Replay *self)
{
  ask (self, PRW_AGENT_METHOD_REQUEST_PASSKEY);
}

void
bluetoothd_wants_pin (Replay *self)
{
  ask (self, PRW_AGENT_METHOD_REQUEST_PIN_CODE);
}

void
bluetoothd_shows_passkey (Replay *self)
{
  ask (self, PRW_AGENT_METHOD_DISPLAY_PASSKEY);
  fake_clear_answer (&self->answer);
}

void
bluetoothd_cancels (Replay *self)
{
  prw_fake_host_cancel (self->host);
  fake_clear_answer (&self->answer);
}

void
bluetoothd_is_answered (Replay *self)
{
  fake_pump ();
  g_assert_nonnull (self->answer);
  g_string_append_printf (self->story, "%s; ", self->answer->str);
  fake_clear_answer (&self->answer);
}

void
handler_accepts (Replay *self)
{
  g_assert_true (prw_request_accept (open_question (self), NULL));
  bluetoothd_is_answered (self);
}

void
handler_rejects (Replay *self)
{
  g_assert_true (prw_request_reject (open_question (self), NULL));
  bluetoothd_is_answered (self);
}

void
handler_confirms (Replay *self)
{
  g_assert_true (prw_request_match_confirm (open_question (self), TRUE, NULL));
  bluetoothd_is_answered (self);
}

void
handler_denies (Replay *self)
{
  g_assert_true (prw_request_match_confirm (open_question (self), FALSE, NULL));
  bluetoothd_is_answered (self);
}

void
handler_enters (Replay *self)
{
  g_assert_true (prw_request_enter_passkey (open_question (self), 123456, NULL));
  bluetoothd_is_answered (self);
}

void
handler_enters_pin (Replay *self)
{
  g_assert_true (prw_request_enter_pin (open_question (self), "4711", NULL));
  bluetoothd_is_answered (self);
}

void
nothing (Replay *self)
{
}

void
two_seconds_pass (Replay *self)
{
  prw_fake_clock_advance_seconds (self->kernel->clock, 2);
}

/* A moment after the kernel, bluetoothd shows who is connected. */
static void
follow (Replay *self, const char *news)
{
  if (strstr (news, " connected ") != NULL)
    set_flags (self, self->flags | FAKE_CONNECTED);
  if (strstr (news, " disconnected ") != NULL)
    set_flags (self, self->flags & ~(guint) FAKE_CONNECTED);
}

static void
after_record (gpointer data)
{
  Replay *self = data;
  g_autofree char *news = g_strdup (self->kernel->told->str + self->read);

  self->read = self->kernel->told->len;
  follow (self, news);
  if (self->next->happen == NULL || strstr (news, self->next->cue) == NULL)
    return;
  do
    {
      self->next->happen (self);
      fake_pump ();
      self->next++;
    }
  while (self->next->happen != NULL && self->next->cue == NULL);
}

void
replay_open (Replay *self, TraceHow how, const Step *steps)
{
  g_autoptr (PrwSettings) settings = stage_settings ((Setup) { .kernel_link = TRUE, .window_required = (how & WINDOW) != 0 });
  PrwSecurityParameters parameters = PRW_SECURITY_PARAMETERS_DEFAULT;
  PrwAdapter *adapter;

  parameters.bond = TRUE;
  parameters.passcode_pairing = (how & JUST_WORKS) == 0;
  parameters.lesc_pairing = TRUE;
  *self = (Replay) { .kernel = kernel_fixture_new (), .host = prw_fake_host_new (), .next = steps, .story = g_string_new (NULL) };
  self->engine = prw_engine_new (settings, PRW_HOST (self->host), PRW_KERNEL (self->kernel->link), PRW_CLOCK (self->kernel->clock), NULL);
  adapter = prw_host_find_adapter (PRW_HOST (self->host), "hci0");
  g_signal_emit_by_name (self->host, "adapter-added", adapter);
  prw_engine_hold_peer_async (self->engine, "hci0", ADDRESS, stage_on_held, &self->peer);
  fake_pump ();
  g_assert_nonnull (self->peer);
  prw_security_manager_set_parameters (self->peer, &parameters);
  prw_handlers_set (prw_engine_get_handlers (self->engine), ":1.1", PRW_EVENT_ALL, NULL);
  g_signal_connect (self->peer, "security-level-changed", G_CALLBACK (on_level), self);
  g_signal_connect (self->peer, "pairing-complete", G_CALLBACK (on_complete), self);
  g_signal_connect (self->peer, "pairing-request-rejected", G_CALLBACK (on_rejected), self);
  g_signal_connect (self->peer, "notify::bond-suspect", G_CALLBACK (on_suspect), self);
  g_signal_connect (prw_engine_get_broker (self->engine), "request-opened", G_CALLBACK (on_asked), self);
  self->radio = how & BREDR ? FAKE_BREDR : 0;
  set_flags (self, 0);
  g_string_truncate (self->story, 0);
}

void
replay_close (Replay *self)
{
  g_signal_handlers_disconnect_by_data (self->peer, self);
  g_signal_handlers_disconnect_by_data (prw_engine_get_broker (self->engine), self);
  prw_engine_shutdown (self->engine);
  prw_engine_release_peer (self->engine, self->peer);
  g_clear_object (&self->peer);
  fake_pump ();
  g_assert_finalize_object (self->engine);
  g_assert_finalize_object (self->host);
  kernel_fixture_free (self->kernel);
  g_string_free (self->story, TRUE);
}

void
replay_run (Replay *self, const char *name)
{
  g_autofree char *path = trace_path (name);

  trace_play (path, self->kernel, after_record, self);
  g_assert_null (self->next->happen); /* all of it has happened */
  g_assert_null (self->answer);
}
