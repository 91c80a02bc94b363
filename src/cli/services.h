/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** prw_services_print: a line for each remembered service of a peer; @properties: a{sv} of its SecurityManager1 */
void prw_services_print (GVariant *properties);

G_END_DECLS
