/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PRW_NAME_MAX: bytes in a device name (Core 5.4 Vol 3 Part C 3.2.2). */
#define PRW_NAME_MAX 248

/**
 * prw_text_sanitize:
 * @text: (nullable): text from the air
 *
 * Makes hostile text safe to log and to show: valid UTF-8 (broken sequences become U+FFFD), no control, format, bidi,
 * private-use, surrogate or unassigned characters, no line or paragraph separators, at most PRW_NAME_MAX bytes cut at a
 * character, runs of combining marks cut, no blanks at the ends.
 *
 * Returns: (transfer full): the text, perhaps empty
 */
char *prw_text_sanitize (const char *text);

/** prw_text_width: how many cells of a terminal @text, which is UTF-8, takes: two for a wide character, none for a mark. */
guint prw_text_width (const char *text);
/**
 * prw_text_column:
 * @text: UTF-8
 * @width: cells, at least one
 *
 * What goes before the next column: @text and blanks up to @width; where that leaves no blank the next column begins on
 * a line of its own, as translations may be long.
 *
 * Returns: (transfer full)
 */
char *prw_text_column (const char *text, guint width);

/** prw_text_glob: @pattern with `*` and `?` matches the whole of @text; ASCII case ignored; linear in time per star. */
gboolean prw_text_glob (const char *pattern, const char *text);

/**
 * prw_passkey_parse: decimal digits only, 1 to 6 of them, 0 to 999999 (Core 5.4 Vol 3 Part H 2.3.5.3).
 */
gboolean prw_passkey_parse (const char *text, guint32 *out, GError **error);
/** prw_passkey_check: FALSE with an error when @passkey is over 999999; the error does not repeat the passkey. */
gboolean prw_passkey_check (guint32 passkey, GError **error);
/** prw_pin_check: 1 to 16 bytes of valid UTF-8 (Core 5.4 Vol 2 Part C 4.2.3); the error does not repeat the PIN. */
gboolean prw_pin_check (const char *pin, GError **error);

G_END_DECLS
