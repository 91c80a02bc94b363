/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

#include "prompt/question.h"

G_BEGIN_DECLS

/**
 * PrwDialogTime:
 *
 * How long a question is still open: a thin bar and words, each second. A screen reader is told four times at most.
 * Signal `over` (): the time is over; once.
 */
#define PRW_TYPE_DIALOG_TIME (prw_dialog_time_get_type ())
G_DECLARE_FINAL_TYPE (PrwDialogTime, prw_dialog_time, PRW, DIALOG_TIME, GtkWidget)

/** prw_dialog_time_new: not visible where the end of @question is not known */
GtkWidget *prw_dialog_time_new (PrwPromptQuestion *question);

G_END_DECLS
