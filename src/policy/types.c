/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/types.h"

#include <glib/gi18n.h>

G_DEFINE_QUARK (prw-types-error-quark, prw_types_error)

/* One nickname of an enumeration; a table of them ends with a %NULL nickname. Where two nicknames share a value the
 * first one is printed. */
typedef struct
{
  int value;
  const char *nick;
} PrwNick;

/* An enumeration that can be read: @what is what an error calls it, @numbers whether its numbers are part of the
 * contract. */
typedef struct
{
  const char *what;
  gboolean numbers;
  const PrwNick *nicks;
} PrwNickTable;

static const char *
nick_of (const PrwNick *nicks, int value)
{
  for (const PrwNick *n = nicks; n->nick != NULL; n++)
    if (n->value == value)
      return n->nick;
  return "invalid";
}

static gboolean
has_value (const PrwNick *nicks, guint64 value)
{
  for (const PrwNick *n = nicks; n->nick != NULL; n++)
    if ((guint64) n->value == value)
      return TRUE;
  return FALSE;
}

/* Decimal, or hexadecimal with 0x; no sign, no blanks (g_ascii_string_to_unsigned() refuses those), never octal. */
static gboolean
parse_number (const char *text, guint64 *out)
{
  gboolean hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

  return g_ascii_string_to_unsigned (hex ? text + 2 : text, hex ? 16 : 10, 0, G_MAXUINT32, out, NULL);
}

/* Each value once, by the nickname that is printed. Returns: (transfer full) */
static char *
list_nicks (const PrwNick *nicks)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const PrwNick *n = nicks; n->nick != NULL; n++)
    if (g_str_equal (nick_of (nicks, n->value), n->nick))
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", n->nick);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
value_of (const PrwNickTable *table, const char *text, int *out, GError **error)
{
  g_autofree char *all = NULL;
  guint64 number;

  for (const PrwNick *n = table->nicks; text != NULL && n->nick != NULL; n++)
    if (g_ascii_strcasecmp (n->nick, text) == 0)
      {
        *out = n->value;
        return TRUE;
      }
  if (table->numbers && text != NULL && parse_number (text, &number) && has_value (table->nicks, number))
    {
      *out = (int) number;
      return TRUE;
    }
  if (error == NULL)
    return FALSE;
  all = list_nicks (table->nicks);
  /* Translators: role: there is no “x”; there are: unknown, central, peripheral. The first is one of the texts that follow. */
  g_set_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_UNKNOWN, _("%s: there is no \"%s\"; there are: %s"), _(table->what), text != NULL ? text : "",
               all);
  return FALSE;
}

#define DEFINE_TO_STRING(Type, prefix, param) \
  const char * \
  prefix##_to_string (Type param) \
  { \
    return nick_of (prefix##_nicks, (int) param); \
  }

#define DEFINE_FROM_STRING(Type, prefix, what, numbers) \
  gboolean \
  prefix##_from_string (const char *text, Type *out, GError **error) \
  { \
    static const PrwNickTable table = { what, numbers, prefix##_nicks }; \
    int value; \
\
    if (!value_of (&table, text, &value, error)) \
      return FALSE; \
    *out = (Type) value; \
    return TRUE; \
  }

static const PrwNick prw_security_level_nicks[] = {
  { PRW_SECURITY_LEVEL_NO_ACCESS, "no-access" },   { PRW_SECURITY_LEVEL_OPEN, "open" },
  { PRW_SECURITY_LEVEL_JUST_WORKS, "just-works" }, { PRW_SECURITY_LEVEL_MITM, "mitm" },
  { PRW_SECURITY_LEVEL_LESC_MITM, "lesc-mitm" },   { 0, NULL },
};
DEFINE_TO_STRING (PrwSecurityLevel, prw_security_level, level)
DEFINE_FROM_STRING (PrwSecurityLevel, prw_security_level, N_("security level"), TRUE)

static const PrwNick prw_io_capability_nicks[] = {
  { PRW_IO_CAPABILITY_DISPLAY_ONLY, "display-only" },
  { PRW_IO_CAPABILITY_DISPLAY_YESNO, "display-yesno" },
  { PRW_IO_CAPABILITY_KEYBOARD_ONLY, "keyboard-only" },
  { PRW_IO_CAPABILITY_NONE, "none" },
  { PRW_IO_CAPABILITY_KEYBOARD_DISPLAY, "keyboard-display" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwIoCapability, prw_io_capability, capability)
DEFINE_FROM_STRING (PrwIoCapability, prw_io_capability, N_("I/O capability"), TRUE)

const char *
prw_io_capability_to_bluez (PrwIoCapability capability)
{
  switch (capability)
    {
    case PRW_IO_CAPABILITY_DISPLAY_ONLY:
      return "DisplayOnly";
    case PRW_IO_CAPABILITY_DISPLAY_YESNO:
      return "DisplayYesNo";
    case PRW_IO_CAPABILITY_KEYBOARD_ONLY:
      return "KeyboardOnly";
    case PRW_IO_CAPABILITY_KEYBOARD_DISPLAY:
      return "KeyboardDisplay";
    case PRW_IO_CAPABILITY_NONE:
      break;
    }
  return "NoInputNoOutput";
}

/* What a capability can do, as bits that unite: show, say yes or no, type digits. */
enum
{
  CAN_SHOW = 1 << 0,
  CAN_CONFIRM = 1 << 1,
  CAN_TYPE = 1 << 2,
};

static guint
io_capability_bits (PrwIoCapability capability)
{
  switch (capability)
    {
    case PRW_IO_CAPABILITY_DISPLAY_ONLY:
      return CAN_SHOW;
    case PRW_IO_CAPABILITY_DISPLAY_YESNO:
      return CAN_SHOW | CAN_CONFIRM;
    case PRW_IO_CAPABILITY_KEYBOARD_ONLY:
      return CAN_TYPE;
    case PRW_IO_CAPABILITY_KEYBOARD_DISPLAY:
      return CAN_SHOW | CAN_CONFIRM | CAN_TYPE;
    case PRW_IO_CAPABILITY_NONE:
      break;
    }
  return 0;
}

PrwIoCapability
prw_io_capability_union (PrwIoCapability a, PrwIoCapability b)
{
  guint bits = io_capability_bits (a) | io_capability_bits (b);

  if ((bits & CAN_TYPE) != 0)
    return (bits & CAN_SHOW) != 0 ? PRW_IO_CAPABILITY_KEYBOARD_DISPLAY : PRW_IO_CAPABILITY_KEYBOARD_ONLY;
  if ((bits & CAN_CONFIRM) != 0)
    return PRW_IO_CAPABILITY_DISPLAY_YESNO;
  return (bits & CAN_SHOW) != 0 ? PRW_IO_CAPABILITY_DISPLAY_ONLY : PRW_IO_CAPABILITY_NONE;
}

static const PrwNick prw_security_status_nicks[] = {
  { PRW_SECURITY_STATUS_SUCCESS, "success" },
  { PRW_SECURITY_STATUS_TIMEOUT, "timeout" },
  { PRW_SECURITY_STATUS_PDU_INVALID, "pdu-invalid" },
  { PRW_SECURITY_STATUS_PASSKEY_ENTRY_FAILED, "passkey-entry-failed" },
  { PRW_SECURITY_STATUS_OOB_NOT_AVAILABLE, "oob-not-available" },
  { PRW_SECURITY_STATUS_AUTH_REQ, "auth-req" },
  { PRW_SECURITY_STATUS_CONFIRM_VALUE, "confirm-value" },
  { PRW_SECURITY_STATUS_PAIRING_NOT_SUPP, "pairing-not-supp" },
  { PRW_SECURITY_STATUS_ENC_KEY_SIZE, "enc-key-size" },
  { PRW_SECURITY_STATUS_SMP_CMD_UNSUPPORTED, "smp-cmd-unsupported" },
  { PRW_SECURITY_STATUS_UNSPECIFIED, "unspecified" },
  { PRW_SECURITY_STATUS_REPEATED_ATTEMPTS, "repeated-attempts" },
  { PRW_SECURITY_STATUS_INVALID_PARAMS, "invalid-params" },
  { PRW_SECURITY_STATUS_DHKEY_FAILURE, "dhkey-failure" },
  { PRW_SECURITY_STATUS_NUM_COMP_FAILURE, "num-comp-failure" },
  { PRW_SECURITY_STATUS_BR_EDR_IN_PROG, "br-edr-in-prog" },
  { PRW_SECURITY_STATUS_X_TRANS_KEY_DISALLOWED, "x-trans-key-disallowed" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwSecurityStatus, prw_security_status, status)
DEFINE_FROM_STRING (PrwSecurityStatus, prw_security_status, N_("security status"), TRUE)

PrwSecurityStatus
prw_security_status_from_smp (guint8 reason)
{
  guint status = 0x80u + reason;

  return reason != 0 && status <= PRW_SECURITY_STATUS_X_TRANS_KEY_DISALLOWED ? (PrwSecurityStatus) status
                                                                             : PRW_SECURITY_STATUS_UNSPECIFIED;
}

static const PrwNick prw_security_process_nicks[] = {
  { PRW_SECURITY_PROCESS_ENCRYPTION, "encryption" },
  { PRW_SECURITY_PROCESS_PAIRING, "pairing" },
  { PRW_SECURITY_PROCESS_BONDING, "bonding" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwSecurityProcess, prw_security_process, process)

static const PrwNick prw_rejected_reason_nicks[] = {
  { PRW_REJECTED_REASON_NONE, "none" },
  { PRW_REJECTED_REASON_NON_BONDED_CENTRAL_REQUEST, "non-bonded-central-request" },
  { PRW_REJECTED_REASON_NON_BONDED_PERIPHERAL_REQUEST, "non-bonded-peripheral-request" },
  { PRW_REJECTED_REASON_BONDED_PERIPHERAL_REQUEST, "bonded-peripheral-request" },
  { PRW_REJECTED_REASON_BONDED_DEVICE_REPAIRING, "bonded-device-repairing" },
  { PRW_REJECTED_REASON_USER_REJECTED, "user-rejected" },
  { PRW_REJECTED_REASON_WINDOW_CLOSED, "window-closed" },
  { PRW_REJECTED_REASON_LOCKED_OUT, "locked-out" },
  { PRW_REJECTED_REASON_RULE, "rule" },
  { PRW_REJECTED_REASON_INSUFFICIENT_SECURITY, "insufficient-security" },
  { PRW_REJECTED_REASON_NO_HANDLER, "no-handler" },
  { PRW_REJECTED_REASON_TIMEOUT, "timeout" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwRejectedReason, prw_rejected_reason, reason)
DEFINE_FROM_STRING (PrwRejectedReason, prw_rejected_reason, N_("rejection reason"), TRUE)

static const PrwNick prw_role_nicks[] = {
  { PRW_ROLE_UNKNOWN, "unknown" },
  { PRW_ROLE_CENTRAL, "central" },
  { PRW_ROLE_PERIPHERAL, "peripheral" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwRole, prw_role, role)
DEFINE_FROM_STRING (PrwRole, prw_role, N_("role"), FALSE)

static const PrwNick prw_transport_nicks[] = {
  { PRW_TRANSPORT_UNKNOWN, "unknown" },
  { PRW_TRANSPORT_LE, "le" },
  { PRW_TRANSPORT_BREDR, "bredr" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwTransport, prw_transport, transport)
DEFINE_FROM_STRING (PrwTransport, prw_transport, N_("transport"), FALSE)

static const PrwNick prw_address_type_nicks[] = {
  { PRW_ADDRESS_TYPE_UNKNOWN, "unknown" },
  { PRW_ADDRESS_TYPE_PUBLIC, "public" },
  { PRW_ADDRESS_TYPE_RANDOM, "random" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwAddressType, prw_address_type, type)
DEFINE_FROM_STRING (PrwAddressType, prw_address_type, N_("address type"), FALSE)

static const PrwNick prw_initiator_nicks[] = {
  { PRW_INITIATOR_UNKNOWN, "unknown" },
  { PRW_INITIATOR_LOCAL, "local" },
  { PRW_INITIATOR_REMOTE, "remote" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwInitiator, prw_initiator, initiator)
DEFINE_FROM_STRING (PrwInitiator, prw_initiator, N_("initiator"), FALSE)

static const PrwNick prw_tristate_nicks[] = {
  { PRW_TRISTATE_UNKNOWN, "unknown" }, { PRW_TRISTATE_NO, "no" },   { PRW_TRISTATE_YES, "yes" },
  { PRW_TRISTATE_NO, "false" },        { PRW_TRISTATE_NO, "0" },    { PRW_TRISTATE_YES, "true" },
  { PRW_TRISTATE_YES, "1" },           { 0, NULL },
};
DEFINE_TO_STRING (PrwTristate, prw_tristate, value)
DEFINE_FROM_STRING (PrwTristate, prw_tristate, N_("answer to yes or no"), FALSE)

static const PrwNick prw_association_model_nicks[] = {
  { PRW_ASSOCIATION_MODEL_UNKNOWN, "unknown" },
  { PRW_ASSOCIATION_MODEL_JUST_WORKS, "just-works" },
  { PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON, "numeric-comparison" },
  { PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY, "passkey-display" },
  { PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY, "passkey-entry" },
  { PRW_ASSOCIATION_MODEL_PIN_DISPLAY, "pin-display" },
  { PRW_ASSOCIATION_MODEL_PIN_ENTRY, "pin-entry" },
  { PRW_ASSOCIATION_MODEL_OOB, "oob" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwAssociationModel, prw_association_model, model)
DEFINE_FROM_STRING (PrwAssociationModel, prw_association_model, N_("association model"), FALSE)

static const PrwNick prw_event_nicks[] = {
  { PRW_EVENT_PASSKEY_DISPLAY_REQUIRED, "passkey-display-required" },
  { PRW_EVENT_PASSKEY_REQUIRED, "passkey-required" },
  { PRW_EVENT_PERIPHERAL_SECURITY_REQUEST, "peripheral-security-request" },
  { PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED, "pairing-authorization-required" },
  { PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED, "service-authorization-required" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwEvent, prw_event, event)
DEFINE_FROM_STRING (PrwEvent, prw_event, N_("event"), FALSE)

static const PrwNick prw_verdict_nicks[] = {
  { PRW_VERDICT_REJECT, "reject" },
  { PRW_VERDICT_ACCEPT, "accept" },
  { PRW_VERDICT_ASK, "ask" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwVerdict, prw_verdict, verdict)

/* PRW_ACTION_UNSET is not among them: it is the absence of the key, so it cannot be written. */
static const PrwNick prw_action_nicks[] = {
  { PRW_ACTION_ACCEPT, "accept" },
  { PRW_ACTION_REJECT, "reject" },
  { PRW_ACTION_ASK, "ask" },
  { 0, NULL },
};
DEFINE_FROM_STRING (PrwAction, prw_action, N_("action"), FALSE)

const char *
prw_action_to_string (PrwAction action)
{
  return action == PRW_ACTION_UNSET ? "" : nick_of (prw_action_nicks, (int) action);
}

static const PrwNick prw_without_handler_nicks[] = {
  { PRW_WITHOUT_HANDLER_REJECT, "reject" },
  { PRW_WITHOUT_HANDLER_ACCEPT, "accept" },
  { PRW_WITHOUT_HANDLER_WAIT, "wait" },
  { 0, NULL },
};
DEFINE_TO_STRING (PrwWithoutHandler, prw_without_handler, value)
DEFINE_FROM_STRING (PrwWithoutHandler, prw_without_handler, N_("choice"), FALSE)

/* Widest first, so that printing takes the fewest nicknames. */
static const PrwNick pairing_policy_nicks[] = {
  { PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS, "reject-all-requests" },
  { PRW_PAIRING_POLICY_REJECT_NEW_PAIRING_REQUESTS, "reject-new-pairing-requests" },
  { PRW_PAIRING_POLICY_REJECT_PERIPHERAL_REQUESTS, "reject-peripheral-requests" },
  { PRW_PAIRING_POLICY_REJECT_NONBONDED_PERIPHERAL_REQUESTS, "reject-nonbonded-peripheral-requests" },
  { PRW_PAIRING_POLICY_REJECT_BONDED_PERIPHERAL_REQUESTS, "reject-bonded-peripheral-requests" },
  { PRW_PAIRING_POLICY_REJECT_BONDED_DEVICE_REPAIRING_REQUESTS, "reject-bonded-device-repairing-requests" },
  { PRW_PAIRING_POLICY_ALLOW_ALL, "allow-all" },
  { PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS, "true" },
  { PRW_PAIRING_POLICY_ALLOW_ALL, "false" },
  { 0, NULL },
};

gboolean
prw_pairing_policy_from_number (guint32 number, PrwPairingPolicy *out, GError **error)
{
  if ((number & ~(guint32) PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS) != 0)
    {
      g_set_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID, _("\"%u\" is no pairing policy: it has a bit above 8"),
                   number);
      return FALSE;
    }
  *out = (PrwPairingPolicy) number;
  return TRUE;
}

static gboolean
pairing_policy_flag (const char *text, PrwPairingPolicy *out, GError **error)
{
  static const PrwNickTable table = { N_("pairing policy"), FALSE, pairing_policy_nicks };
  guint64 number;
  int value;

  if (parse_number (text, &number))
    return prw_pairing_policy_from_number ((guint32) number, out, error);
  if (!value_of (&table, text, &value, error))
    return FALSE;
  *out = (PrwPairingPolicy) value;
  return TRUE;
}

gboolean
prw_pairing_policy_from_string (const char *text, PrwPairingPolicy *out, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text != NULL ? text : "", "|,;", -1);
  guint policy = 0;
  gboolean any = FALSE;

  for (char **part = parts; *part != NULL; part++)
    {
      PrwPairingPolicy flag;

      if (*g_strstrip (*part) == '\0')
        continue; /* a list in a keyfile may end with its separator */
      if (!pairing_policy_flag (*part, &flag, error))
        return FALSE;
      policy |= flag;
      any = TRUE;
    }
  if (!any)
    {
      g_set_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID, _("\"%s\" is no pairing policy"), text != NULL ? text : "");
      return FALSE;
    }
  *out = (PrwPairingPolicy) policy;
  return TRUE;
}

char *
prw_pairing_policy_to_string (PrwPairingPolicy policy)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint left = policy;

  if (left == 0)
    return g_strdup ("allow-all");
  if ((left & ~(guint) PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS) != 0)
    return g_strdup ("invalid");
  for (const PrwNick *n = pairing_policy_nicks; left != 0 && n->nick != NULL; n++)
    {
      guint bits = (guint) n->value;

      if (bits == 0 || (left & bits) != bits)
        continue;
      g_string_append_printf (text, "%s%s", text->len > 0 ? "|" : "", n->nick);
      left &= ~bits;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
