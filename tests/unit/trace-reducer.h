/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "btsnoop.h"

G_BEGIN_DECLS

/*
 * What of the controller's events the kernel makes its list of connections from (HCIGETCONNLIST): no filter lets them
 * through, and a player needs them.
 */
#define TRACE_HCI_CONNECTION_COMPLETE 0x03
#define TRACE_HCI_DISCONNECTION_COMPLETE 0x05
#define TRACE_HCI_LE_META 0x3e
#define TRACE_LE_CONNECTION_COMPLETE 0x01
#define TRACE_LE_ENHANCED_CONNECTION_COMPLETE 0x0a
#define TRACE_LE_ENHANCED_CONNECTION_COMPLETE_V2 0x29

/**
 * trace_reduce:
 * @path: a trace as btmon writes it
 * @index: the controller to keep
 *
 * Keeps what the kernel link's filters let through, cut as they cut it, so no octet of a key; and how connections began
 * and ended. Of a management event, which each control socket gets, one copy. What is reduced already stays as it is.
 *
 * Returns: (transfer full) (nullable): the smaller trace
 */
GByteArray *trace_reduce (const char *path, guint16 index, GError **error);

G_END_DECLS
