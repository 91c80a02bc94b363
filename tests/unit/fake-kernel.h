/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/kernel.h"

G_BEGIN_DECLS

/**
 * PrwFakeKernel: a PrwKernel that tests script. It has one controller, hci0, with both radios, Secure Connections on, debug keys off. Calls
 * are written down in order and done at once, unless told otherwise.
 */
#define PRW_TYPE_FAKE_KERNEL (prw_fake_kernel_get_type ())
G_DECLARE_FINAL_TYPE (PrwFakeKernel, prw_fake_kernel, PRW, FAKE_KERNEL, GObject)

PrwFakeKernel *prw_fake_kernel_new (void);
/** prw_fake_kernel_get_state: Returns: (transfer none): hci0's switches, to be looked at and changed */
PrwControllerState *prw_fake_kernel_get_state (PrwFakeKernel *self);
/** prw_fake_kernel_fail: the next call whose text begins with @call ends with PRW_ERROR_NOT_SUPPORTED. */
void prw_fake_kernel_fail (PrwFakeKernel *self, const char *call);
/** prw_fake_kernel_hide: @hidden: the kernel has no hci0, or does not know it yet. */
void prw_fake_kernel_hide (PrwFakeKernel *self, gboolean hidden);
void prw_fake_kernel_set_powered (PrwFakeKernel *self, gboolean powered);
/** prw_fake_kernel_take_calls: Returns: (transfer full): what was called since the last time, joined by "; " */
char *prw_fake_kernel_take_calls (PrwFakeKernel *self);
/** prw_fake_kernel_show: the kernel shows an event of @address (NULL: C0:00:00:00:00:01, random) on hci0. */
void prw_fake_kernel_show (PrwFakeKernel *self, const char *address, PrwLinkEvent event);

G_END_DECLS
