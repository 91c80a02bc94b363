/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/services.h"

G_BEGIN_DECLS

/**
 * PrwBoardInfo: what is known of the board that an adapter is
 * @device: "hci1"
 * @tty: "ttyACM0"; "" where it is on none
 * @usb: "2fe3:000b"; "" when not known
 * @own_address: what its chip has, whatever address it got; "" when it has none, or not known
 * @firmware: for people, "Zephyr 3.7 on nRF52840"; "" when not known
 */
typedef struct
{
  char *device, *tty, *usb, *own_address, *firmware;
} PrwBoardInfo;

/** prw_board_info_new: each may be %NULL, which is "". */
PrwBoardInfo *prw_board_info_new (const char *device, const char *tty, const char *usb, const char *own_address, const char *firmware);
void prw_board_info_free (PrwBoardInfo *info);

/**
 * PrwControllers:
 *
 * Puts what a `[Controller NAME]` group says of an adapter in force: when the adapter comes, when its board becomes known,
 * and when settings are read anew. In between anybody may switch it otherwise. What cannot be put in force is warned of once
 * and kept to be shown.
 *
 * StaticAddress= concerns an adapter without BR/EDR only: the kernel gives no other a second identity. bluetoothd has taken
 * an identity for one without a public address before anybody sees the adapter, and keeps its bonds by that: it is not changed
 * under it (its src/adapter.c, read_info_complete()).
 *
 * Signal `changed` (const char *adapter): prw_controllers_get_board() or prw_controllers_dup_unapplied() of it
 */
#define PRW_TYPE_CONTROLLERS (prw_controllers_get_type ())
G_DECLARE_FINAL_TYPE (PrwControllers, prw_controllers, PRW, CONTROLLERS, GObject)

PrwControllers *prw_controllers_new (PrwServices *services);
/** prw_controllers_take: an adapter came, or is served from now on. */
void prw_controllers_take (PrwControllers *self, const PrwAdapter *adapter);
/** prw_controllers_leave: it went, or is served no more. */
void prw_controllers_leave (PrwControllers *self, const char *adapter);
/** prw_controllers_look: the kernel knows something new of it. */
void prw_controllers_look (PrwControllers *self, const char *adapter);
/** prw_controllers_apply: the settings are new: what they say is put in force on all adapters. */
void prw_controllers_apply (PrwControllers *self);

/** prw_controllers_set_boards: @boards: (transfer full) (element-type PrwBoardInfo): those that are adapters, freed by prw_board_info_free() */
void prw_controllers_set_boards (PrwControllers *self, GPtrArray *boards);
/** prw_controllers_get_board: Returns: (transfer none) (nullable): the board that @adapter is */
const PrwBoardInfo *prw_controllers_get_board (PrwControllers *self, const char *adapter);
/** prw_controllers_dup_unapplied: Returns: (transfer floating): a{ss}: keys of its group that are not in force, and why */
GVariant *prw_controllers_dup_unapplied (PrwControllers *self, const char *adapter);

G_END_DECLS
