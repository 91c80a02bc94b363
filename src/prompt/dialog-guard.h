/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** PRW_DIALOG_QUIET: ms after a window was first painted in which it hears nothing: it may have come up under somebody's hands. */
#define PRW_DIALOG_QUIET 700

/**
 * prw_dialog_guard:
 *
 * Keeps what is meant for another window from answering in @window: nothing that is pressed counts for the first
 * PRW_DIALOG_QUIET ms, and keys not before somebody clicked into the window or tabbed into it, and so again whenever
 * the window system took the keyboard from it. What a screen reader or another assistive program does is not held back.
 * Call it before the window is shown.
 */
void prw_dialog_guard (GtkWindow *window);

/** prw_dialog_ask_no_focus: asks the window system, of which @window is not known yet, not to give it the keyboard. */
void prw_dialog_ask_no_focus (GtkWindow *window);

G_END_DECLS
