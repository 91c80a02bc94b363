/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What [Controller NAME] says of an adapter: when it is put in force, when it is not, and who is told. */
#include <string.h>

#include "core-stage.h"

#define WANTED "C1:02:03:04:05:06"

typedef struct
{
  Stage stage;
  GString *changed; /* the adapters of which something changed */
} Scene;

static GPtrArray *warnings; /* of what was warned since the last look */

static GLogWriterOutput
keep_warnings (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  for (gsize i = 0; level == G_LOG_LEVEL_WARNING && i < n; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      g_ptr_array_add (warnings, g_strdup (fields[i].value));
  return G_LOG_WRITER_HANDLED;
}

static void
assert_warnings (guint n, const char *part)
{
  g_assert_cmpuint (warnings->len, ==, n);
  for (guint i = 0; i < n; i++)
    if (strstr (warnings->pdata[i], part) == NULL)
      g_error ("\"%s\" is not in \"%s\"", part, (const char *) warnings->pdata[i]);
  g_ptr_array_set_size (warnings, 0);
}

static void
on_changed (PrwControllers *controllers, const char *adapter, GString *story)
{
  g_string_append_printf (story, "%s;", adapter);
}

/* Takes each group. */
static PrwSettings *
settings_with (PrwControllerSettings *one, PrwControllerSettings *two)
{
  PrwSettings *settings = stage_settings ((Setup) { 0 });

  if (one != NULL)
    g_ptr_array_add (settings->controllers, one);
  if (two != NULL)
    g_ptr_array_add (settings->controllers, two);
  return settings;
}

static PrwControllerSettings *
group (const char *match_address, const char *secure_connections, const char *static_address)
{
  PrwControllerSettings *controller = prw_controller_settings_new ("nrf");

  controller->match_address = g_strdup (match_address);
  controller->secure_connections = g_strdup (secure_connections);
  controller->static_address = g_strdup (static_address);
  return controller;
}

static void
scene_open (Scene *scene, gboolean kernel_link)
{
  *scene = (Scene) { .changed = g_string_new (NULL) };
  stage_open (&scene->stage, (Setup) { .kernel_link = kernel_link });
  g_signal_connect (prw_engine_get_controllers (scene->stage.engine), "changed", G_CALLBACK (on_changed), scene->changed);
}

/* Reload. Takes @settings. */
static void
scene_use (Scene *scene, PrwSettings *settings)
{
  prw_engine_set_settings (scene->stage.engine, settings);
  prw_settings_unref (settings);
  fake_pump ();
}

static void
scene_close (Scene *scene)
{
  assert_warnings (0, "");
  stage_close (&scene->stage);
  g_string_free (scene->changed, TRUE);
}

static char *
unapplied (Scene *scene, const char *key)
{
  g_autoptr (GVariant) all = g_variant_ref_sink (prw_controllers_dup_unapplied (prw_engine_get_controllers (scene->stage.engine), "hci0"));
  char *text = NULL;

  g_variant_lookup (all, key, "s", &text);
  return text;
}

static void
assert_unapplied (Scene *scene, const char *key, const char *part)
{
  g_autofree char *text = unapplied (scene, key);

  if (part == NULL)
    g_assert_null (text);
  else if (text == NULL || strstr (text, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, text);
}

static void
replug (Scene *scene)
{
  prw_fake_host_set_plugged (scene->stage.host, FALSE);
  fake_pump ();
  prw_fake_host_set_plugged (scene->stage.host, TRUE);
  fake_pump ();
}

static void
set_boards (Scene *scene, PrwBoardInfo *board)
{
  GPtrArray *boards = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_board_info_free);

  if (board != NULL)
    g_ptr_array_add (boards, board);
  prw_controllers_set_boards (prw_engine_get_controllers (scene->stage.engine), boards);
  fake_pump ();
}

/* It becomes what bluetoothd has taken for it. */
static void
set_identity (Scene *scene, const char *address, const char *type)
{
  PrwAdapter *adapter = prw_host_find_adapter (PRW_HOST (scene->stage.host), "hci0");

  g_free (adapter->address);
  g_free (adapter->address_type);
  adapter->address = g_strdup (address);
  adapter->address_type = g_strdup (type);
}

static void
test_match (void)
{
  g_autoptr (PrwSettings) settings = settings_with (group ("C0:*", NULL, NULL), NULL);
  PrwControllerSettings *first = settings->controllers->pdata[0], *second = group (NULL, NULL, NULL);

  first->match_tty = g_strdup ("ttyACM*");
  second->match_usb = g_strdup ("2fe3:*");
  g_ptr_array_add (settings->controllers, second);
  g_assert_true (prw_settings_pick_controller (settings, "ttyACM1", "C0:00:00:00:00:01", NULL) == first);
  g_assert_true (prw_settings_pick_controller (settings, "ttyACM1", "C0:00:00:00:00:01", "2fe3:000b") == first); /* the first wins */
  g_assert_true (prw_settings_pick_controller (settings, "ttyACM1", "D0:00:00:00:00:01", "2fe3:000b") == second);
  g_assert_null (prw_settings_pick_controller (settings, "ttyS0", "C0:00:00:00:00:01", NULL));
  /* What is not known fits nothing, not even *. */
  g_assert_null (prw_settings_pick_controller (settings, NULL, "C0:00:00:00:00:01", ""));
  g_free (first->match_tty);
  first->match_tty = g_strdup ("*");
  g_assert_null (prw_settings_pick_controller (settings, "", "C0:00:00:00:00:01", NULL));
}

static void
test_secure_connections (void)
{
  Scene scene;

  scene_open (&scene, TRUE);
  scene_use (&scene, settings_with (group ("00:*", "only", NULL), NULL));
  stage_assert_kernel_calls (&scene.stage, "secure-connections only");
  assert_unapplied (&scene, "SecureConnections", NULL);
  scene_use (&scene, settings_with (group ("00:*", "only", NULL), NULL));
  stage_assert_kernel_calls (&scene.stage, ""); /* it is so already */
  scene_use (&scene, settings_with (group ("C0:*", "off", NULL), NULL));
  stage_assert_kernel_calls (&scene.stage, ""); /* another's */
  scene_use (&scene, settings_with (group ("00:*", "on", NULL), group ("*", "off", NULL)));
  stage_assert_kernel_calls (&scene.stage, "secure-connections on");
  replug (&scene);
  stage_assert_kernel_calls (&scene.stage, "secure-connections on"); /* it may be somebody's "only" */
  g_assert_cmpstr (scene.changed->str, ==, ""); /* nothing was wrong at any time */
  scene_close (&scene);
}

/* What somebody switched, or a pairing of ours borrows, stays so. */
static void
test_left_alone (void)
{
  Scene scene;

  scene_open (&scene, TRUE);
  scene_use (&scene, settings_with (group ("*", "off", NULL), NULL));
  stage_assert_kernel_calls (&scene.stage, "secure-connections off");
  prw_fake_kernel_get_state (scene.stage.kernel)->secure_connections = PRW_SECURE_CONNECTIONS_ON;
  prw_fake_kernel_set_powered (scene.stage.kernel, TRUE);
  fake_pump ();
  stage_assert_kernel_calls (&scene.stage, "");
  scene_close (&scene);
}

static void
test_bluetoothd_switches_it (void)
{
  Scene scene;

  scene_open (&scene, TRUE);
  prw_fake_kernel_set_powered (scene.stage.kernel, FALSE);
  prw_fake_host_set_plugged (scene.stage.host, FALSE);
  scene_use (&scene, settings_with (group ("*", "off", NULL), NULL));
  stage_assert_kernel_calls (&scene.stage, "");
  prw_fake_host_set_plugged (scene.stage.host, TRUE);
  fake_pump ();
  stage_assert_kernel_calls (&scene.stage, "secure-connections off");
  prw_fake_kernel_get_state (scene.stage.kernel)->secure_connections = PRW_SECURE_CONNECTIONS_ON;
  prw_fake_kernel_set_powered (scene.stage.kernel, TRUE);
  fake_pump ();
  stage_assert_kernel_calls (&scene.stage, "secure-connections off"); /* once more, when it is on for the first time */
  scene_close (&scene);
}

static void
test_kernel_comes_later (void)
{
  Scene scene;

  scene_open (&scene, TRUE);
  prw_fake_kernel_hide (scene.stage.kernel, TRUE);
  scene_use (&scene, settings_with (group ("*", "only", NULL), NULL));
  replug (&scene);
  stage_assert_kernel_calls (&scene.stage, "");
  assert_unapplied (&scene, "SecureConnections", NULL);
  prw_fake_kernel_hide (scene.stage.kernel, FALSE);
  fake_pump ();
  stage_assert_kernel_calls (&scene.stage, "secure-connections only");
  scene_close (&scene);
}

static void
test_cannot (void)
{
  Scene scene;

  scene_open (&scene, TRUE);
  prw_fake_kernel_fail (scene.stage.kernel, "secure-connections");
  scene_use (&scene, settings_with (group ("*", "only", NULL), NULL));
  assert_warnings (1, "hci0: SecureConnections= of [Controller nrf] is not in force: the controller cannot");
  assert_unapplied (&scene, "SecureConnections", "the controller cannot");
  g_assert_cmpstr (scene.changed->str, ==, "hci0;");
  prw_fake_kernel_fail (scene.stage.kernel, "secure-connections");
  scene_use (&scene, settings_with (group ("*", "only", NULL), NULL));
  assert_warnings (0, ""); /* that was said */
  scene_use (&scene, settings_with (group ("*", "only", NULL), NULL));
  assert_unapplied (&scene, "SecureConnections", NULL);
  g_assert_cmpstr (scene.changed->str, ==, "hci0;hci0;");
  g_free (prw_fake_kernel_take_calls (scene.stage.kernel));
  scene_close (&scene);
}

static void
test_no_link (void)
{
  Scene scene;

  scene_open (&scene, FALSE);
  scene_use (&scene, settings_with (group ("*", "on", WANTED), NULL));
  assert_warnings (2, "the kernel link");
  assert_unapplied (&scene, "SecureConnections", "CAP_NET_ADMIN");
  assert_unapplied (&scene, "StaticAddress", "CAP_NET_ADMIN");
  scene_use (&scene, settings_with (group ("*", NULL, "auto"), NULL)); /* for when a board is brought up */
  assert_unapplied (&scene, "StaticAddress", NULL);
  scene_use (&scene, settings_with (group ("*", NULL, "none"), NULL));
  assert_unapplied (&scene, "StaticAddress", NULL);
  scene_close (&scene);
}

static void
test_static_address (void)
{
  Scene scene;

  scene_open (&scene, TRUE);
  prw_fake_kernel_get_state (scene.stage.kernel)->bredr = FALSE;
  scene_use (&scene, settings_with (group ("*", NULL, WANTED), NULL));
  stage_assert_kernel_calls (&scene.stage, ""); /* the kernel would refuse */
  assert_warnings (1, "it is on");
  assert_unapplied (&scene, "StaticAddress", "bluetoothctl power off");
  prw_fake_kernel_set_powered (scene.stage.kernel, FALSE);
  fake_pump ();
  stage_assert_kernel_calls (&scene.stage, "static-address " WANTED);
  assert_unapplied (&scene, "StaticAddress", NULL);
  replug (&scene);
  stage_assert_kernel_calls (&scene.stage, ""); /* it has it */
  prw_fake_kernel_get_state (scene.stage.kernel)->written_static_address[0] = '\0';
  prw_fake_kernel_fail (scene.stage.kernel, "static-address");
  replug (&scene);
  stage_assert_kernel_calls (&scene.stage, "static-address " WANTED);
  assert_warnings (1, "StaticAddress= of [Controller nrf] is not in force: the controller cannot");
  assert_unapplied (&scene, "StaticAddress", "the controller cannot");
  scene_close (&scene);
}

static void
test_other_identity (void)
{
  Scene scene;

  scene_open (&scene, TRUE);
  prw_fake_kernel_set_powered (scene.stage.kernel, FALSE);
  set_identity (&scene, "D0:00:00:00:00:09", "random");
  scene_use (&scene, settings_with (group ("*", NULL, WANTED), NULL));
  stage_assert_kernel_calls (&scene.stage, ""); /* bonds are kept by what bluetoothd takes for its identity */
  assert_warnings (1, "bluetoothd has taken D0:00:00:00:00:09");
  assert_unapplied (&scene, "StaticAddress", "\"pairward-attach hci0\"");
  set_identity (&scene, WANTED, "random");
  scene_use (&scene, settings_with (group ("*", NULL, "c1:02:03:04:05:06"), NULL));
  stage_assert_kernel_calls (&scene.stage, "");
  assert_unapplied (&scene, "StaticAddress", NULL);
  set_identity (&scene, "00:00:00:00:00:01", "public");
  scene_use (&scene, settings_with (group ("*", NULL, WANTED), NULL));
  stage_assert_kernel_calls (&scene.stage, "");
  assert_warnings (1, "it has the public address 00:00:00:00:00:01");
  scene_close (&scene);
}

static void
test_boards (void)
{
  PrwControllerSettings *nrf = group (NULL, "only", NULL);
  Scene scene;

  nrf->match_tty = g_strdup ("ttyACM*");
  scene_open (&scene, TRUE);
  scene_use (&scene, settings_with (nrf, NULL));
  stage_assert_kernel_calls (&scene.stage, ""); /* on which tty it is nobody has said */
  set_boards (&scene, prw_board_info_new ("hci1", "ttyACM0", NULL, NULL, "Zephyr 3.7 on nRF52"));
  stage_assert_kernel_calls (&scene.stage, "");
  g_assert_cmpstr (scene.changed->str, ==, "");
  set_boards (&scene, prw_board_info_new ("hci0", "ttyACM0", NULL, NULL, "Zephyr 3.7 on nRF52"));
  stage_assert_kernel_calls (&scene.stage, "secure-connections only");
  g_assert_cmpstr (scene.changed->str, ==, "hci0;");
  g_assert_cmpstr (prw_controllers_get_board (prw_engine_get_controllers (scene.stage.engine), "hci0")->firmware, ==, "Zephyr 3.7 on nRF52");
  set_boards (&scene, prw_board_info_new ("hci0", "ttyACM0", "2fe3:000b", NULL, "Zephyr 3.7 on nRF52"));
  stage_assert_kernel_calls (&scene.stage, ""); /* the same group */
  set_boards (&scene, NULL);
  g_assert_cmpstr (scene.changed->str, ==, "hci0;hci0;");
  scene_close (&scene);
}

/* One group gives it another address, and more: it fits by the chip's own address as long as the board is there, too. */
static void
test_own_address (void)
{
  Scene scene;

  scene_open (&scene, TRUE);
  set_identity (&scene, "D0:00:00:00:00:07", "random");
  scene_use (&scene, settings_with (group ("C0:00:00:00:00:01", "only", "D0:00:00:00:00:07"), NULL));
  stage_assert_kernel_calls (&scene.stage, "");
  set_boards (&scene, prw_board_info_new ("hci0", "ttyACM0", NULL, "C0:00:00:00:00:01", "Zephyr 3.7 on nRF52"));
  stage_assert_kernel_calls (&scene.stage, "secure-connections only");
  assert_unapplied (&scene, "StaticAddress", NULL);
  scene_close (&scene);
}

static void
test_not_served (void)
{
  PrwSettings *settings = settings_with (group ("*", "only", NULL), NULL);
  Scene scene;

  g_strfreev (settings->adapters);
  settings->adapters = g_strsplit ("hci7", ";", -1);
  scene_open (&scene, TRUE);
  scene_use (&scene, settings);
  stage_assert_kernel_calls (&scene.stage, "");
  scene_use (&scene, settings_with (group ("*", "only", NULL), NULL)); /* served from now on */
  stage_assert_kernel_calls (&scene.stage, "secure-connections only");
  scene_close (&scene);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (keep_warnings, NULL, NULL);
  warnings = g_ptr_array_new_with_free_func (g_free);
  g_test_add_func ("/controllers/match", test_match);
  g_test_add_func ("/controllers/secure-connections", test_secure_connections);
  g_test_add_func ("/controllers/left-alone", test_left_alone);
  g_test_add_func ("/controllers/bluetoothd-switches-it", test_bluetoothd_switches_it);
  g_test_add_func ("/controllers/kernel-comes-later", test_kernel_comes_later);
  g_test_add_func ("/controllers/cannot", test_cannot);
  g_test_add_func ("/controllers/no-link", test_no_link);
  g_test_add_func ("/controllers/static-address", test_static_address);
  g_test_add_func ("/controllers/other-identity", test_other_identity);
  g_test_add_func ("/controllers/boards", test_boards);
  g_test_add_func ("/controllers/own-address", test_own_address);
  g_test_add_func ("/controllers/not-served", test_not_served);
  status = g_test_run ();
  g_ptr_array_unref (warnings);
  return status;
}
