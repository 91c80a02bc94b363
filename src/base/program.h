/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * prw_program_begin:
 * @locale_dir: where the translations are
 *
 * What main() does first: 0, 1 and 2 are something, and messages are in the person's language.
 *
 * Whoever starts us may have closed one of the three, and what is opened next would get its number: what is said would go to the
 * bus or to a board, and what these say would be taken for what is typed. /dev/null takes its place, read only, so that to write to
 * what was closed is an error as it was.
 */
void prw_program_begin (const char *locale_dir);

/**
 * prw_program_end:
 * @name: of the program
 * @status: what main() would return
 *
 * Where what is printed is all that was asked for, half of it must not be taken for the whole.
 *
 * Returns: @status; 1 in place of 0 when the output could not be written, which is said
 */
int prw_program_end (const char *name, int status);

G_END_DECLS
