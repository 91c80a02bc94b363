/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * PrwDialogLead:
 *
 * What is asked and, where there is one, the code to read, in large letters. It takes the focus, and does nothing with it: so the
 * first Tab into a window lands where nothing is answered, and a screen reader begins with the question.
 */
#define PRW_TYPE_DIALOG_LEAD (prw_dialog_lead_get_type ())
G_DECLARE_FINAL_TYPE (PrwDialogLead, prw_dialog_lead, PRW, DIALOG_LEAD, GtkWidget)

/**
 * prw_dialog_lead_new:
 * @ask: what is asked, in words
 * @code: (nullable): to be read; one label for each letter, so that they are read one by one, and no text in memory has them all
 * @marks: whether there is a mark below each, see prw_dialog_lead_set_entered()
 */
GtkWidget *prw_dialog_lead_new (const char *ask, const char *code, gboolean marks);
/** prw_dialog_lead_set_entered: so many of the code have been typed on the other device. */
void prw_dialog_lead_set_entered (PrwDialogLead *self, guint entered);
/** prw_dialog_lead_wipe: shows the code no more. */
void prw_dialog_lead_wipe (PrwDialogLead *self);

G_END_DECLS
