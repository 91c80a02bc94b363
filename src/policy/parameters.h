/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/types.h"

G_BEGIN_DECLS

/**
 * PrwSecurityParameters:
 * @passcode_pairing: authenticate (MITM) in the pairings we start
 * @io_capabilities: what we say we can show and enter in the pairings we start
 * @bond: store the keys
 * @out_of_band: use OOB data
 * @reject_pairing_requests: what to refuse of this peer
 * @lesc_pairing: LE Secure Connections
 *
 * blatann's SecurityParameters. A plain value: copy it by assignment.
 */
typedef struct
{
  gboolean passcode_pairing;
  PrwIoCapability io_capabilities;
  gboolean bond;
  gboolean out_of_band;
  PrwPairingPolicy reject_pairing_requests;
  gboolean lesc_pairing;
} PrwSecurityParameters;

/** PRW_SECURITY_PARAMETERS_DEFAULT: the model's defaults. */
#define PRW_SECURITY_PARAMETERS_DEFAULT \
  ((PrwSecurityParameters) { FALSE, PRW_IO_CAPABILITY_KEYBOARD_DISPLAY, FALSE, FALSE, PRW_PAIRING_POLICY_ALLOW_ALL, FALSE })

gboolean prw_security_parameters_equal (const PrwSecurityParameters *a, const PrwSecurityParameters *b);

/**
 * prw_security_parameters_capability:
 *
 * Returns: the capability for an outgoing pairing: `none` unless passcode_pairing (the kernel asks for MITM whenever the capability is
 *   not NoInputNoOutput)
 */
PrwIoCapability prw_security_parameters_capability (const PrwSecurityParameters *parameters);

G_END_DECLS
