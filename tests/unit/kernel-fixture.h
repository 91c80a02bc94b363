/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fake-clock.h"
#include "hex.h"
#include "kernel/link.h"
#include "kernel/mgmt.h"

G_BEGIN_DECLS

/**
 * KernelFixture: a PrwKernelLink between two socket pairs, with the real filters on its ends; the test is the kernel.
 * @listed: of Listed: what HCIGETCONNLIST would say
 * @lookups: how often it was asked
 * @told: the signals of the link, a line each
 */
typedef struct
{
  PrwFakeClock *clock;
  PrwKernelLink *link;
  int control, monitor;
  GArray *listed;
  guint lookups;
  GString *told;
} KernelFixture;

typedef struct
{
  guint16 index;
  PrwListedConnection connection;
} Listed;

/** kernel_fixture_new: started, and nothing answered. */
KernelFixture *kernel_fixture_new (void);
/** kernel_fixture_new_with_controller: hci0 is there, powered, LE and BR/EDR, without connections, and all of it was answered. */
KernelFixture *kernel_fixture_new_with_controller (void);
void kernel_fixture_free (KernelFixture *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KernelFixture, kernel_fixture_free)

/** kernel_fixture_run: until nothing is left to do. */
void kernel_fixture_run (KernelFixture *f);
/** kernel_fixture_list: the connection with this handle is in the kernel's list. */
void kernel_fixture_list (KernelFixture *f, guint16 index, guint16 handle, const char *address, PrwTransport transport, gboolean central,
                          gboolean encrypted);
void kernel_fixture_unlist (KernelFixture *f, guint16 index, guint16 handle);
/** kernel_fixture_send_control, kernel_fixture_send_monitor: a frame as it is */
void kernel_fixture_send_control (KernelFixture *f, const guint8 *frame, gsize size);
void kernel_fixture_send_monitor (KernelFixture *f, const guint8 *frame, gsize size);
/** kernel_fixture_mgmt: an event of the control channel; @format: its parameters in hexadecimal */
void kernel_fixture_mgmt (KernelFixture *f, guint16 code, guint16 index, const char *format, ...) G_GNUC_PRINTF (4, 5);
/** kernel_fixture_reply: Command Complete */
void kernel_fixture_reply (KernelFixture *f, guint16 opcode, guint16 index, guint8 status, const char *parameters);
/** kernel_fixture_smp: an SMP message in an ACL frame of its own; @sent: by this side */
void kernel_fixture_smp (KernelFixture *f, guint16 index, guint16 handle, gboolean sent, const char *pdu);
/** kernel_fixture_encryption: HCI Encryption Change */
void kernel_fixture_encryption (KernelFixture *f, guint16 index, guint16 handle, guint8 status, gboolean on);

/** kernel_fixture_expect: asserts that the link has given this command, and no other before it. */
void kernel_fixture_expect (KernelFixture *f, guint16 opcode, guint16 index, const char *parameters);
/** kernel_fixture_expect_nothing: asserts that no command is there. */
void kernel_fixture_expect_nothing (KernelFixture *f);
/** kernel_fixture_expect_told: runs, and asserts which signals came since the last time. */
void kernel_fixture_expect_told (KernelFixture *f, const char *lines);

G_END_DECLS
