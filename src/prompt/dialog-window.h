/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

#include "prompt/question.h"

G_BEGIN_DECLS

/**
 * PrwDialogWindow:
 *
 * One question in a window of its own.
 *
 * Signals:
 * - `answered` (PrwPromptAnswer answer, const char *code): a person answered; closing the window, or Escape, is a no. @code only with
 *   PRW_PROMPT_ANSWER_CODE, valid during the emission. Nothing more is taken until prw_dialog_window_refuse().
 * - `over` (): the time to answer is over
 */
#define PRW_TYPE_DIALOG_WINDOW (prw_dialog_window_get_type ())
G_DECLARE_FINAL_TYPE (PrwDialogWindow, prw_dialog_window, PRW, DIALOG_WINDOW, GtkWindow)

/** prw_dialog_window_new: Returns: (transfer none): as GTK does; it goes with gtk_window_destroy(), after prw_dialog_window_wipe(). */
PrwDialogWindow *prw_dialog_window_new (PrwPromptQuestion *question);
/** prw_dialog_window_show: shows it without taking the keyboard, see prw_dialog_guard(). */
void prw_dialog_window_show (PrwDialogWindow *self);
/** prw_dialog_window_refuse: says @message, and takes an answer again. */
void prw_dialog_window_refuse (PrwDialogWindow *self, const char *message);
/** prw_dialog_window_wipe: nothing of a code is in it after that. */
void prw_dialog_window_wipe (PrwDialogWindow *self);

G_END_DECLS
