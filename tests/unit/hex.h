/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** hex_bytes: Returns: (transfer full): @text: octets in hexadecimal, blanks between them are ignored */
GByteArray *hex_bytes (const char *text);
/** hex_address: Returns: (transfer full): the address as the kernel writes it, in hexadecimal */
char *hex_address (const char *address);

G_END_DECLS
