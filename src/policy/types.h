/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PRW_TYPES_ERROR:
 *
 * Domain of the errors that parsing a value of the model can give. The message names the value.
 */
#define PRW_TYPES_ERROR (prw_types_error_quark ())
GQuark prw_types_error_quark (void);

typedef enum
{
  PRW_TYPES_ERROR_UNKNOWN, /* no such nickname, fact, flag or number */
  PRW_TYPES_ERROR_INVALID, /* known, but its value is not valid */
} PrwTypesError;

/**
 * PrwSecurityLevel:
 *
 * How well a link is protected, weakest first (blatann's SecurityLevel; Core 5.4 Vol 3 Part C 10.2.1).
 */
typedef enum
{
  PRW_SECURITY_LEVEL_NO_ACCESS = 0, /* not connected */
  PRW_SECURITY_LEVEL_OPEN = 1,      /* connected, not encrypted */
  PRW_SECURITY_LEVEL_JUST_WORKS = 2,
  PRW_SECURITY_LEVEL_MITM = 3,
  PRW_SECURITY_LEVEL_LESC_MITM = 4,
} PrwSecurityLevel;

/**
 * PrwPairingPolicy:
 *
 * What to refuse without asking; flags are combined by OR (blatann's PairingPolicy).
 */
typedef enum
{
  PRW_PAIRING_POLICY_ALLOW_ALL = 0,
  PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS = 1 << 0,
  PRW_PAIRING_POLICY_REJECT_NONBONDED_PERIPHERAL_REQUESTS = 1 << 1,
  PRW_PAIRING_POLICY_REJECT_BONDED_PERIPHERAL_REQUESTS = 1 << 2,
  PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS = 1 << 3,
  PRW_PAIRING_POLICY_REJECT_PERIPHERAL_REQUESTS = 6,
  PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS = 15,
} PrwPairingPolicy;

/**
 * PrwIoCapability: what a pairing agent can show and enter (Core 5.4 Vol 3 Part H 2.3.2).
 */
typedef enum
{
  PRW_IO_CAPABILITY_DISPLAY_ONLY = 0,
  PRW_IO_CAPABILITY_DISPLAY_YESNO = 1,
  PRW_IO_CAPABILITY_KEYBOARD_ONLY = 2,
  PRW_IO_CAPABILITY_NONE = 3,
  PRW_IO_CAPABILITY_KEYBOARD_DISPLAY = 4,
} PrwIoCapability;

/**
 * PrwSecurityStatus:
 *
 * How a procedure ended; 0x80 + the SMP reason code where SMP failed (Core 5.4 Vol 3 Part H 3.5.5).
 */
typedef enum
{
  PRW_SECURITY_STATUS_SUCCESS = 0,
  PRW_SECURITY_STATUS_TIMEOUT = 1,
  PRW_SECURITY_STATUS_PDU_INVALID = 2,
  PRW_SECURITY_STATUS_PASSKEY_ENTRY_FAILED = 0x81,
  PRW_SECURITY_STATUS_OOB_NOT_AVAILABLE = 0x82,
  PRW_SECURITY_STATUS_AUTH_REQ = 0x83,
  PRW_SECURITY_STATUS_CONFIRM_VALUE = 0x84,
  PRW_SECURITY_STATUS_PAIRING_NOT_SUPP = 0x85,
  PRW_SECURITY_STATUS_ENC_KEY_SIZE = 0x86,
  PRW_SECURITY_STATUS_SMP_CMD_UNSUPPORTED = 0x87,
  PRW_SECURITY_STATUS_UNSPECIFIED = 0x88,
  PRW_SECURITY_STATUS_REPEATED_ATTEMPTS = 0x89,
  PRW_SECURITY_STATUS_INVALID_PARAMS = 0x8a,
  PRW_SECURITY_STATUS_DHKEY_FAILURE = 0x8b,
  PRW_SECURITY_STATUS_NUM_COMP_FAILURE = 0x8c,
  PRW_SECURITY_STATUS_BR_EDR_IN_PROG = 0x8d,
  PRW_SECURITY_STATUS_X_TRANS_KEY_DISALLOWED = 0x8e,
} PrwSecurityStatus;

/** PrwSecurityProcess: which procedure completed. */
typedef enum
{
  PRW_SECURITY_PROCESS_ENCRYPTION = 0,
  PRW_SECURITY_PROCESS_PAIRING = 1, /* nothing was stored */
  PRW_SECURITY_PROCESS_BONDING = 2,
} PrwSecurityProcess;

/** PrwRejectedReason: why a request was refused; 0 is no reason (nothing was refused). */
typedef enum
{
  PRW_REJECTED_REASON_NONE = 0,
  PRW_REJECTED_REASON_NON_BONDED_CENTRAL_REQUEST = 1,
  PRW_REJECTED_REASON_NON_BONDED_PERIPHERAL_REQUEST = 2,
  PRW_REJECTED_REASON_BONDED_PERIPHERAL_REQUEST = 3,
  PRW_REJECTED_REASON_BONDED_DEVICE_REPAIRING = 4,
  PRW_REJECTED_REASON_USER_REJECTED = 5,
  PRW_REJECTED_REASON_WINDOW_CLOSED = 6,
  PRW_REJECTED_REASON_LOCKED_OUT = 7,
  PRW_REJECTED_REASON_RULE = 8,
  PRW_REJECTED_REASON_INSUFFICIENT_SECURITY = 9,
  PRW_REJECTED_REASON_NO_HANDLER = 10,
  PRW_REJECTED_REASON_TIMEOUT = 11,
} PrwRejectedReason;

/** PrwRole: our role on an LE link. On BR/EDR, and where nobody could tell, unknown. */
typedef enum
{
  PRW_ROLE_UNKNOWN,
  PRW_ROLE_CENTRAL,
  PRW_ROLE_PERIPHERAL,
} PrwRole;

/** PrwTransport: which radio. */
typedef enum
{
  PRW_TRANSPORT_UNKNOWN,
  PRW_TRANSPORT_LE,
  PRW_TRANSPORT_BREDR,
} PrwTransport;

/** PrwAddressType: BlueZ's AddressType of a device. */
typedef enum
{
  PRW_ADDRESS_TYPE_UNKNOWN,
  PRW_ADDRESS_TYPE_PUBLIC,
  PRW_ADDRESS_TYPE_RANDOM,
} PrwAddressType;

/** PrwInitiator: who began the pairing (the first SMP or LMP message, not the connection). */
typedef enum
{
  PRW_INITIATOR_UNKNOWN,
  PRW_INITIATOR_LOCAL,
  PRW_INITIATOR_REMOTE,
} PrwInitiator;

/** PrwTristate: a yes or no that may be unknown. */
typedef enum
{
  PRW_TRISTATE_UNKNOWN,
  PRW_TRISTATE_NO,
  PRW_TRISTATE_YES,
} PrwTristate;

/**
 * PrwAssociationModel:
 *
 * How the two sides authenticate (Core 5.4 Vol 3 Part H 2.3.5.1), as the agent's question tells it.
 */
typedef enum
{
  PRW_ASSOCIATION_MODEL_UNKNOWN,
  PRW_ASSOCIATION_MODEL_JUST_WORKS,         /* RequestAuthorization */
  PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON, /* RequestConfirmation */
  PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY,    /* DisplayPasskey: we show, they type */
  PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY,      /* RequestPasskey: they show, we type */
  PRW_ASSOCIATION_MODEL_PIN_DISPLAY,        /* DisplayPinCode */
  PRW_ASSOCIATION_MODEL_PIN_ENTRY,          /* RequestPinCode */
  PRW_ASSOCIATION_MODEL_OOB,
} PrwAssociationModel;

/**
 * PrwEvent:
 *
 * What handlers register for and questions are about, as bits of a mask.
 */
typedef enum
{
  PRW_EVENT_PASSKEY_DISPLAY_REQUIRED = 1 << 0,
  PRW_EVENT_PASSKEY_REQUIRED = 1 << 1,
  PRW_EVENT_PERIPHERAL_SECURITY_REQUEST = 1 << 2,
  PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED = 1 << 3,
  PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED = 1 << 4,
} PrwEvent;
#define PRW_EVENT_ALL 0x1fu
/** PRW_EVENT_PAIRING: the events of a pairing. */
#define PRW_EVENT_PAIRING (PRW_EVENT_ALL & ~(guint) PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED)

/** PrwVerdict: what policy says of a request. */
typedef enum
{
  PRW_VERDICT_REJECT, /* the zero value: a forgotten verdict denies */
  PRW_VERDICT_ACCEPT,
  PRW_VERDICT_ASK,
} PrwVerdict;

/** PrwAction: `Action=` of a rule. */
typedef enum
{
  PRW_ACTION_UNSET, /* the rule has no Action= */
  PRW_ACTION_ACCEPT,
  PRW_ACTION_REJECT,
  PRW_ACTION_ASK,
} PrwAction;

/** PrwWithoutHandler: what to do with a question nobody registered to answer. */
typedef enum
{
  PRW_WITHOUT_HANDLER_REJECT,
  PRW_WITHOUT_HANDLER_ACCEPT,
  PRW_WITHOUT_HANDLER_WAIT,
} PrwWithoutHandler;

/*
 * For each type: to_string gives the nickname of the contract (never %NULL: a value outside the enumeration gives
 * "invalid"); from_string takes the nickname (ASCII case is ignored) or, for numbered types, the number.
 * On error it returns FALSE, sets @error to PRW_TYPES_ERROR and leaves *out alone.
 */
const char *prw_security_level_to_string (PrwSecurityLevel level);
gboolean prw_security_level_from_string (const char *text, PrwSecurityLevel *out, GError **error);

const char *prw_io_capability_to_string (PrwIoCapability capability);
/** prw_io_capability_to_bluez: BlueZ's spelling, e.g. "KeyboardDisplay". */
const char *prw_io_capability_to_bluez (PrwIoCapability capability);
gboolean prw_io_capability_from_string (const char *text, PrwIoCapability *out, GError **error);
/**
 * prw_io_capability_union:
 *
 * The least capability that can do all that @a and @b can do (none is neutral; display-yesno with keyboard-only is
 * keyboard-display).
 */
PrwIoCapability prw_io_capability_union (PrwIoCapability a, PrwIoCapability b);

const char *prw_security_status_to_string (PrwSecurityStatus status);
gboolean prw_security_status_from_string (const char *text, PrwSecurityStatus *out, GError **error);

/** prw_security_status_from_smp: @reason: a reason code of Pairing Failed; one that this model has no name for is UNSPECIFIED */
PrwSecurityStatus prw_security_status_from_smp (guint8 reason);

const char *prw_security_process_to_string (PrwSecurityProcess process);
const char *prw_rejected_reason_to_string (PrwRejectedReason reason);
gboolean prw_rejected_reason_from_string (const char *text, PrwRejectedReason *out, GError **error);
const char *prw_role_to_string (PrwRole role);
gboolean prw_role_from_string (const char *text, PrwRole *out, GError **error);
const char *prw_transport_to_string (PrwTransport transport); /* unknown, le, bredr */
gboolean prw_transport_from_string (const char *text, PrwTransport *out, GError **error);
const char *prw_address_type_to_string (PrwAddressType type); /* unknown, public, random */
gboolean prw_address_type_from_string (const char *text, PrwAddressType *out, GError **error);
const char *prw_initiator_to_string (PrwInitiator initiator); /* unknown, local, remote */
gboolean prw_initiator_from_string (const char *text, PrwInitiator *out, GError **error);
const char *prw_tristate_to_string (PrwTristate value); /* unknown, no, yes */
gboolean prw_tristate_from_string (const char *text, PrwTristate *out, GError **error); /* also true, false, 1, 0 */
const char *prw_association_model_to_string (PrwAssociationModel model); /* unknown, just-works, numeric-comparison, … */
gboolean prw_association_model_from_string (const char *text, PrwAssociationModel *out, GError **error);
const char *prw_event_to_string (PrwEvent event);
gboolean prw_event_from_string (const char *text, PrwEvent *out, GError **error);
const char *prw_verdict_to_string (PrwVerdict verdict);
const char *prw_action_to_string (PrwAction action); /* "" when unset */
gboolean prw_action_from_string (const char *text, PrwAction *out, GError **error);
const char *prw_without_handler_to_string (PrwWithoutHandler value);
gboolean prw_without_handler_from_string (const char *text, PrwWithoutHandler *out, GError **error);

/**
 * prw_pairing_policy_from_string:
 *
 * Nicknames joined by `|`, `,` or `;` with optional blanks, each may be a number (0 to 15); `true` is
 * reject-all-requests, `false` allow-all. An unknown nickname or a bit above 8 is an error that names it.
 */
gboolean prw_pairing_policy_from_string (const char *text, PrwPairingPolicy *out, GError **error);
/** prw_pairing_policy_from_number: checks that no bit above 8 is set. */
gboolean prw_pairing_policy_from_number (guint32 number, PrwPairingPolicy *out, GError **error);
/**
 * prw_pairing_policy_to_string:
 *
 * The shortest list of nicknames that says it, joined by `|`; 0 is "allow-all".
 *
 * Returns: (transfer full): the text
 */
char *prw_pairing_policy_to_string (PrwPairingPolicy policy);

G_END_DECLS
