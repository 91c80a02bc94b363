/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "control/authority.h"
#include "dbus/prw-dbus.h"

G_BEGIN_DECLS

/**
 * PrwGate:
 *
 * The one gate in front of every method and property write of org.pairward. What the table in gate.c does not list is
 * denied. Reading properties is open: no secret is a property. Of the calls that need no right only so many are worked on at
 * a time for those who have none.
 */
#define PRW_TYPE_GATE (prw_gate_get_type ())
G_DECLARE_FINAL_TYPE (PrwGate, prw_gate, PRW, GATE, GObject)

PrwGate *prw_gate_new (PrwAuthority *authority);
PrwAuthority *prw_gate_get_authority (PrwGate *self);

/** PrwGateWriter: applies a property write that was let through, and answers @invocation, which it takes, now or later. */
typedef void (*PrwGateWriter) (GDBusMethodInvocation *invocation, const char *property, GVariant *value, gpointer user_data);

/**
 * prw_gate_skeleton_new:
 * @type: one of the gated types below
 * @writer: (nullable): for interfaces with writable properties
 *
 * Returns: (transfer full): a skeleton behind the gate
 */
gpointer prw_gate_skeleton_new (PrwGate *self, GType type, PrwGateWriter writer, gpointer user_data);

/** prw_gate_skeleton_detach: its owner goes: calls that are still on their way get NotFound. */
void prw_gate_skeleton_detach (gpointer skeleton);

/**
 * prw_gate_close:
 *
 * The daemon ends, and its main loop has: whoever still waits for an answer gets Canceled.
 */
void prw_gate_close (PrwGate *self);

GType prw_gated_manager_get_type (void);
GType prw_gated_peer_get_type (void);
GType prw_gated_request_get_type (void);
GType prw_gated_controller_get_type (void);

G_END_DECLS
