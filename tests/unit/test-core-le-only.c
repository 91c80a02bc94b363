/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* A controller without BR/EDR: what works all the same, and what says that it does not, before anything is lost. */
#include <string.h>

#include "core-stage.h"
#include "core/error.h"

#define BONDED (FAKE_CONNECTED | FAKE_PAIRED | FAKE_BONDED)

static void
open_stage (Stage *stage)
{
  stage_open (stage, (Setup) { .kernel_link = TRUE });
  prw_fake_kernel_get_state (stage->kernel)->bredr = FALSE;
}

static PrwOobData *
some_data (gboolean has_192, gboolean has_256)
{
  PrwOobData *data = prw_oob_data_new ();

  data->has_192 = has_192;
  data->has_256 = has_256;
  memset (data->hash_256, 1, sizeof data->hash_256);
  memset (data->randomizer_256, 2, sizeof data->randomizer_256);
  return data;
}

static void
assert_says (Outcome *outcome, int code, const char *part)
{
  g_assert_true (outcome->ended);
  g_assert_error (outcome->error, PRW_ERROR, code);
  if (strstr (outcome->error->message, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, outcome->error->message);
  g_clear_error (&outcome->error);
}

static void
test_remote_oob (void)
{
  Stage stage;
  g_autoptr (GError) error = NULL;

  open_stage (&stage);
  g_assert_false (prw_security_manager_set_remote_oob (stage.peer, some_data (TRUE, FALSE), &error));
  g_assert_error (error, PRW_ERROR, PRW_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "r256 and c256"));
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, some_data (FALSE, TRUE), NULL));
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, some_data (TRUE, TRUE), NULL)); /* the half is used */
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, NULL, NULL));
  /* with BR/EDR, and where nobody knows, they are taken */
  prw_fake_kernel_get_state (stage.kernel)->bredr = TRUE;
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, some_data (TRUE, FALSE), NULL));
  prw_fake_kernel_hide (stage.kernel, TRUE);
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, some_data (TRUE, FALSE), NULL));
  g_assert_true (prw_security_manager_set_remote_oob (stage.peer, NULL, NULL));
  stage_close (&stage);
}

/* Pair() in each state of a headset; what it had stays. */
static void
test_bredr_device (void)
{
  static const guint states[] = { FAKE_BREDR, FAKE_BREDR | FAKE_CONNECTED, FAKE_BREDR | FAKE_PAIRED | FAKE_BONDED };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (states); i++)
    {
      Stage stage;
      Outcome outcome;

      open_stage (&stage);
      stage_appear (&stage, states[i / 2]);
      stage_pair (&stage, i % 2 == 1, &outcome);
      assert_says (&outcome, PRW_ERROR_NOT_SUPPORTED, "hci0 is LE only");
      stage_assert_calls (&stage, "");
      stage_assert_kernel_calls (&stage, "");
      stage_close (&stage);
    }
}

static void
test_found_later (void)
{
  Stage stage;
  Outcome outcome;

  open_stage (&stage);
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_calls (&stage, "find " FAKE_ADDRESS);
  stage_change (&stage, FAKE_BREDR);
  prw_fake_host_finish (stage.host, -1);
  assert_says (&outcome, PRW_ERROR_NOT_SUPPORTED, "needs an adapter that has BR/EDR");
  stage_assert_calls (&stage, "");
  stage_close (&stage);
}

static void
test_not_heard (void)
{
  Stage stage;
  Outcome outcome;

  for (guint bredr = 0; bredr <= 1; bredr++)
    {
      open_stage (&stage);
      prw_fake_kernel_get_state (stage.kernel)->bredr = bredr == 1;
      stage_pair (&stage, FALSE, &outcome);
      prw_fake_host_finish (stage.host, PRW_HOST_ERROR_TIMEOUT);
      g_assert_true (outcome.ended);
      g_assert_true ((strstr (outcome.error->message, "LE only") != NULL) == (bredr == 0));
      outcome_assert_error (&outcome, PRW_ERROR_NOT_FOUND);
      stage_forget_calls (&stage);
      stage_close (&stage);
    }
}

/* A phone has both radios: it is tried. So is whatever the kernel says nothing about. */
static void
test_tried (void)
{
  for (guint known = 0; known <= 1; known++)
    {
      Stage stage;
      Outcome outcome;

      open_stage (&stage);
      prw_fake_kernel_hide (stage.kernel, known == 0);
      stage_appear (&stage, known ? FAKE_BREDR | FAKE_GATT : FAKE_BREDR);
      stage_pair (&stage, FALSE, &outcome);
      stage_assert_calls (&stage, "pairable 1; pair keyboard-display");
      prw_fake_host_finish (stage.host, PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED);
      outcome_assert_error (&outcome, PRW_ERROR_CONNECTION_FAILED);
      stage_close (&stage);
    }
}

/* A device of LE pairs with each of the parameters; a bond is encrypted, paired anew and deleted. */
static void
test_works (void)
{
  PrwSecurityParameters parameters = PRW_SECURITY_PARAMETERS_DEFAULT;
  Stage stage;
  Outcome outcome;

  open_stage (&stage);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* the debug key is warned of */
  parameters.bond = parameters.passcode_pairing = TRUE; /* legacy pairing */
  prw_security_manager_set_parameters (stage.peer, &parameters);
  g_assert_true (prw_security_manager_use_debug_key (stage.peer, TRUE, NULL));
  stage_appear (&stage, FAKE_CONNECTED);
  stage_pair (&stage, FALSE, &outcome);
  stage_assert_kernel_calls (&stage, "secure-connections off; debug-keys 2");
  stage_change (&stage, BONDED);
  prw_fake_host_finish (stage.host, -1);
  fake_pump ();
  g_assert_true (outcome.ended);
  g_assert_no_error (outcome.error);
  stage_assert_kernel_calls (&stage, "debug-keys 0; secure-connections on");
  stage_forget_calls (&stage);
  stage_pair (&stage, TRUE, &outcome);
  stage_assert_calls (&stage, "remove; find " FAKE_ADDRESS);
  prw_fake_host_finish (stage.host, PRW_HOST_ERROR_TIMEOUT);
  outcome_assert_error (&outcome, PRW_ERROR_NOT_FOUND);
  stage_change (&stage, BONDED);
  stage_forget_calls (&stage);
  stage_delete (&stage, &outcome);
  g_assert_true (outcome.ended);
  g_assert_no_error (outcome.error);
  stage_close (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/le-only/remote-oob", test_remote_oob);
  g_test_add_func ("/le-only/bredr-device", test_bredr_device);
  g_test_add_func ("/le-only/found-later", test_found_later);
  g_test_add_func ("/le-only/not-heard", test_not_heard);
  g_test_add_func ("/le-only/tried", test_tried);
  g_test_add_func ("/le-only/works", test_works);
  return g_test_run ();
}
