/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/parameters.h"

/**
 * prw_security_parameters_equal:
 *
 * Returns: TRUE when each member says the same; the truth of a gboolean counts, not its number
 */
gboolean
prw_security_parameters_equal (const PrwSecurityParameters *a, const PrwSecurityParameters *b)
{
  return !a->passcode_pairing == !b->passcode_pairing && a->io_capabilities == b->io_capabilities && !a->bond == !b->bond &&
         !a->out_of_band == !b->out_of_band && a->reject_pairing_requests == b->reject_pairing_requests &&
         !a->lesc_pairing == !b->lesc_pairing;
}

PrwIoCapability
prw_security_parameters_capability (const PrwSecurityParameters *parameters)
{
  return parameters->passcode_pairing ? parameters->io_capabilities : PRW_IO_CAPABILITY_NONE;
}
