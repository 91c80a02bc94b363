# SPDX-License-Identifier: LGPL-2.1-or-later
"""The numbers and names of pairward's interface that scenarios compare with."""

SUCCESS, STATUS_TIMEOUT = 0, 1
PASSKEY_ENTRY_FAILED, AUTH_REQ, CONFIRM_VALUE = 0x81, 0x83, 0x84
UNSPECIFIED, NUM_COMP_FAILURE = 0x88, 0x8C
NO_ACCESS, OPEN, JUST_WORKS, MITM, LESC_MITM = range(5)
ENCRYPTION, PAIRING, BONDING = range(3)
(NON_BONDED_CENTRAL, NON_BONDED_PERIPHERAL, BONDED_PERIPHERAL, REPAIRING, USER_REJECTED,
 WINDOW_CLOSED, LOCKED_OUT, RULE, INSUFFICIENT, NO_HANDLER, TIMEOUT) = range(1, 12)
REJECT_NEW, REJECT_NEW_PERIPHERAL, REJECT_BONDED_PERIPHERAL, REJECT_REPAIRING = 1, 2, 4, 8

DISPLAY = "passkey-display-required"
ENTER = "passkey-required"
SECURITY_REQUEST = "peripheral-security-request"
AUTHORIZE = "pairing-authorization-required"
SERVICE = "service-authorization-required"
ALL_EVENTS = (DISPLAY, ENTER, SECURITY_REQUEST, AUTHORIZE, SERVICE)

ERROR = "org.pairward.Error."

# Key types as the kernel counts them and bluetoothd stores them, and the level each stands for.
KEY_LEGACY, KEY_LEGACY_MITM, KEY_LESC, KEY_LESC_MITM, KEY_DEBUG = range(5)
KEY_LEVELS = {KEY_LEGACY: JUST_WORKS, KEY_LEGACY_MITM: MITM, KEY_LESC: JUST_WORKS,
              KEY_LESC_MITM: LESC_MITM, KEY_DEBUG: JUST_WORKS}
