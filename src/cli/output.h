/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/findings.h"

G_BEGIN_DECLS

/** prw_output_json: prints @value, which may be floating, as JSON, one line. */
void prw_output_json (GVariant *value);
/** prw_output_said: a sentence about what was done, for people: nothing with --json. */
void prw_output_said (gboolean json, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** prw_output_printable: Returns: (transfer full): a message, which may quote anything and is longer than what prw_text_sanitize()
 * leaves of a name, with "?" for what cannot be seen or could mislead */
char *prw_output_printable (const char *text);
/** prw_output_is_terminal: whether stdout is one. */
gboolean prw_output_is_terminal (void);
/** prw_output_is_smart: whether it is one that knows escape sequences. */
gboolean prw_output_is_smart (void);
/** prw_output_bold: (transfer none): the sequences around what stands out, or "" where colours are not wanted (no terminal, NO_COLOR). */
const char *prw_output_bold (void);
const char *prw_output_plain (void);
/** prw_output_pair: prints "label: value" in columns. */
void prw_output_pair (const char *label, const char *value);

/** prw_output_cell: Returns: (transfer full): @text with as many blanks as make it as wide as the widest of @all, which ends with a %NULL */
char *prw_output_cell (const char *text, const char *const *all);
/** prw_output_finding: prints it, one line. */
void prw_output_finding (const PrwFinding *finding);

/* Of an a{sv}; "" and 0 when it is not there. Strings are safe to print. */
char *prw_output_text (GVariant *properties, const char *name);
guint prw_output_number (GVariant *properties, const char *name);
gboolean prw_output_flag (GVariant *properties, const char *name);
const char *prw_output_yes_no (gboolean value);

G_END_DECLS
