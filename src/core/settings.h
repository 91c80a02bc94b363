/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/policy.h"

G_BEGIN_DECLS

/**
 * PrwSettings:
 * @policy: floor, rules, WithoutHandler=, window required, peer defaults
 * @auto_capability: Capability=auto
 * @capability: the fixed one when not auto
 * @adapters: (array zero-terminated=1): patterns of names or addresses that pairward serves
 * @window_max_seconds: longest pairing window, seconds
 * @window_discoverable: make adapters discoverable while the window is open
 * @window_close_after_bond: a new bond closes the window
 * @lockout_failures: refusals in a row that lock out; 0: never
 * @lockout_seconds: for how long, seconds
 * @controllers: (element-type PrwControllerSettings): `[Controller NAME]` groups
 *
 * What the keyfiles say, as one immutable value. Reference counted.
 */
typedef struct
{
  gatomicrefcount ref_count;
  PrwPolicy *policy;
  gboolean auto_capability;
  PrwIoCapability capability;
  char **adapters;
  guint window_max_seconds;
  gboolean window_discoverable;
  gboolean window_close_after_bond;
  guint lockout_failures;
  guint lockout_seconds;
  GPtrArray *controllers;
} PrwSettings;

/**
 * PrwControllerSettings: a `[Controller NAME]` group; for when controllers are brought up, and for the daemon when they are there.
 */
typedef struct
{
  char *name;
  char *match_tty, *match_address, *match_usb; /* (nullable) */
  char *static_address;     /* "auto", "none", an address, or %NULL */
  char *secure_connections; /* "off", "on", "only", or %NULL */
  guint speed;              /* bits per second; 0: not given */
  gboolean flow_control;
} PrwControllerSettings;

/** prw_settings_new: Returns: (transfer full): the compiled-in defaults of the model, with an empty policy */
PrwSettings *prw_settings_new (void);
PrwSettings *prw_settings_ref (PrwSettings *settings);
void prw_settings_unref (PrwSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwSettings, prw_settings_unref)

PrwControllerSettings *prw_controller_settings_new (const char *name);
void prw_controller_settings_free (PrwControllerSettings *controller);

/**
 * prw_settings_pick_controller:
 * @tty: (nullable): "ttyACM0", or with its folder
 * @address: (nullable): the one that it has, or is to have
 * @usb: (nullable): vendor and product, "2fe3:000b"
 *
 * The first `[Controller NAME]` all of whose Match keys match. A key about what is not known does not match.
 *
 * Returns: (transfer none) (nullable): settings of that controller
 */
const PrwControllerSettings *prw_settings_pick_controller (const PrwSettings *settings, const char *tty, const char *address,
                                                           const char *usb);

/**
 * prw_settings_pick_board:
 * @own_address: (nullable): the one that its chip has, where StaticAddress= or --address gave it another
 *
 * As prw_settings_pick_controller(), where MatchAddress= may name either.
 */
const PrwControllerSettings *prw_settings_pick_board (const PrwSettings *settings, const char *tty, const char *address,
                                                      const char *own_address, const char *usb);

/** prw_settings_serves_adapter: whether Adapters= names it. */
gboolean prw_settings_serves_adapter (const PrwSettings *settings, const char *name, const char *address);

G_END_DECLS
