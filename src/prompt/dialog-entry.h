/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * PrwDialogEntry:
 *
 * Where a passkey or a PIN is typed, and a line that says what is missing or wrong. What is typed is in memory that is wiped and not
 * swapped out; nothing of it can be selected, and so neither copied nor pasted elsewhere by the middle button.
 *
 * Signals:
 * - `changed` (): what is typed
 * - `submit` (): Enter was pressed, and the code is complete
 */
#define PRW_TYPE_DIALOG_ENTRY (prw_dialog_entry_get_type ())
G_DECLARE_FINAL_TYPE (PrwDialogEntry, prw_dialog_entry, PRW, DIALOG_ENTRY, GtkWidget)

/** prw_dialog_entry_new: @pin: for a PIN, which is hidden until one peeks at it; else for a passkey. @ask: its name for screen readers */
GtkWidget *prw_dialog_entry_new (gboolean pin, const char *ask);
/** prw_dialog_entry_get_code: Returns: (transfer none): secret, valid until it changes */
const char *prw_dialog_entry_get_code (PrwDialogEntry *self);
/** prw_dialog_entry_is_complete: whether it can be sent: a passkey has all six digits, a PIN 1 to 16 bytes */
gboolean prw_dialog_entry_is_complete (PrwDialogEntry *self);
/** prw_dialog_entry_wipe: forgets what was typed. */
void prw_dialog_entry_wipe (PrwDialogEntry *self);

G_END_DECLS
