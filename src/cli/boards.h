/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "boards/record.h"
#include "cli/findings.h"

G_BEGIN_DECLS

/**
 * PrwSeenController: a controller, a board, or a board that is a controller
 * @name: "hci1"; of a board that is none "ttyACM0"
 * @controller: (nullable): a{sv}: what Controller1 tells; %NULL: the daemon has none
 * @record: (nullable): what pairward-attach tells of the board
 */
typedef struct
{
  char *name;
  GVariant *controller;
  const PrwRecord *record;
} PrwSeenController;

PrwSeenController *prw_seen_controller_new (const char *name, GVariant *controller, const PrwRecord *record);
void prw_seen_controller_free (PrwSeenController *seen);

/**
 * prw_boards_records:
 * @dir: (nullable): of `--boards-dir`; %NULL: %PRW_BOARDS_DIR, and only boards that are plugged in
 *
 * Returns: (transfer full) (element-type PrwRecord): what pairward-attach tells of boards
 */
GPtrArray *prw_boards_records (const char *dir);
/**
 * prw_boards_gather:
 * @controllers: (element-type utf8 GVariant): object path → a{sv} of Controller1
 * @records: (element-type PrwRecord): what they are from must outlive the list
 *
 * Returns: (transfer full) (element-type PrwSeenController): controllers by name, then boards that are none
 */
GPtrArray *prw_boards_gather (GHashTable *controllers, GPtrArray *records);
/** prw_boards_is_le_only: of a{sv} of Controller1; FALSE where nobody knows. */
gboolean prw_boards_is_le_only (GVariant *controller);
/** prw_boards_judge: Returns: (transfer full) (element-type PrwFinding): what is wrong with it, and what to do; empty: nothing */
GPtrArray *prw_boards_judge (const PrwSeenController *seen);
/** prw_boards_judge_failed: Returns: (transfer full) (nullable): one finding about all boards; NULL: there are none */
PrwFinding *prw_boards_judge_failed (GPtrArray *records);

G_END_DECLS
