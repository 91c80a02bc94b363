/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/parameters.h"
#include "policy/types.h"

/* Every nickname and number of the contract, read and printed. The functions differ in their enumeration only. */
#define CHECK_NICK(prefix, Type, number, nick) \
  G_STMT_START \
  { \
    g_autoptr (GError) error_ = NULL; \
    g_autofree char *upper_ = g_ascii_strup (nick, -1); \
    Type value_ = (Type) 77; \
\
    g_assert_cmpstr (prefix##_to_string ((Type) (number)), ==, nick); \
    g_assert_true (prefix##_from_string (nick, &value_, &error_)); \
    g_assert_no_error (error_); \
    g_assert_cmpint ((int) value_, ==, (int) (number)); \
    value_ = (Type) 77; \
    g_assert_true (prefix##_from_string (upper_, &value_, NULL)); \
    g_assert_cmpint ((int) value_, ==, (int) (number)); \
  } \
  G_STMT_END

#define CHECK_NUMBER(prefix, Type, number) \
  G_STMT_START \
  { \
    g_autofree char *decimal_ = g_strdup_printf ("%d", (int) (number)); \
    g_autofree char *hex_ = g_strdup_printf ("0x%x", (guint) (number)); \
    Type value_ = (Type) 77; \
\
    g_assert_true (prefix##_from_string (decimal_, &value_, NULL)); \
    g_assert_cmpint ((int) value_, ==, (int) (number)); \
    value_ = (Type) 77; \
    g_assert_true (prefix##_from_string (hex_, &value_, NULL)); \
    g_assert_cmpint ((int) value_, ==, (int) (number)); \
  } \
  G_STMT_END

/* refused, naming the text, with the output left alone */
#define CHECK_BAD(prefix, Type, text) \
  G_STMT_START \
  { \
    g_autoptr (GError) error_ = NULL; \
    Type value_ = (Type) 77; \
\
    g_assert_false (prefix##_from_string (text, &value_, &error_)); \
    g_assert_error (error_, PRW_TYPES_ERROR, PRW_TYPES_ERROR_UNKNOWN); \
    g_assert_nonnull (g_strstr_len (error_->message, -1, text)); \
    g_assert_cmpint ((int) value_, ==, 77); \
    g_assert_false (prefix##_from_string (NULL, &value_, NULL)); \
  } \
  G_STMT_END

static void
test_levels (void)
{
  static const char *const nicks[] = { "no-access", "open", "just-works", "mitm", "lesc-mitm" };

  for (int i = 0; i < (int) G_N_ELEMENTS (nicks); i++)
    {
      CHECK_NICK (prw_security_level, PrwSecurityLevel, i, nicks[i]);
      CHECK_NUMBER (prw_security_level, PrwSecurityLevel, i);
    }
  CHECK_BAD (prw_security_level, PrwSecurityLevel, "5");
  CHECK_BAD (prw_security_level, PrwSecurityLevel, "-1");
  CHECK_BAD (prw_security_level, PrwSecurityLevel, "+1");
  CHECK_BAD (prw_security_level, PrwSecurityLevel, " 1");
  CHECK_BAD (prw_security_level, PrwSecurityLevel, "4294967297");
  CHECK_BAD (prw_security_level, PrwSecurityLevel, "0x0x1");
  CHECK_BAD (prw_security_level, PrwSecurityLevel, "");
  CHECK_BAD (prw_security_level, PrwSecurityLevel, "lesc");
}

/* What there is instead, each once and without the other words for it. */
static void
test_errors_say_what_there_is (void)
{
  g_autoptr (GError) capability = NULL, policy = NULL, tristate = NULL;
  PrwIoCapability c;
  PrwPairingPolicy p;
  PrwTristate t;

  g_assert_false (prw_io_capability_from_string ("psychic", &c, &capability));
  g_assert_cmpstr (capability->message, ==,
                   "I/O capability: there is no \"psychic\"; there are: display-only, display-yesno, keyboard-only, none, keyboard-display");
  g_assert_false (prw_pairing_policy_from_string ("allow-all|some", &p, &policy));
  g_assert_true (g_str_has_prefix (policy->message, "pairing policy: there is no \"some\"; there are: reject-all-requests, "));
  g_assert_true (g_str_has_suffix (policy->message, ", allow-all"));
  g_assert_false (prw_tristate_from_string ("maybe", &t, &tristate));
  g_assert_true (g_str_has_suffix (tristate->message, "; there are: unknown, no, yes"));
}

static void
test_capabilities (void)
{
  static const char *const nicks[] = { "display-only", "display-yesno", "keyboard-only", "none", "keyboard-display" };
  static const char *const bluez[] = { "DisplayOnly", "DisplayYesNo", "KeyboardOnly", "NoInputNoOutput",
                                       "KeyboardDisplay" };
  /* the union of row and column */
  static const int unions[5][5] = {
    { 0, 1, 4, 0, 4 }, { 1, 1, 4, 1, 4 }, { 4, 4, 2, 2, 4 }, { 0, 1, 2, 3, 4 }, { 4, 4, 4, 4, 4 },
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (nicks); i++)
    {
      CHECK_NICK (prw_io_capability, PrwIoCapability, i, nicks[i]);
      CHECK_NUMBER (prw_io_capability, PrwIoCapability, i);
      g_assert_cmpstr (prw_io_capability_to_bluez ((PrwIoCapability) i), ==, bluez[i]);
      for (int j = 0; j < 5; j++)
        g_assert_cmpint (prw_io_capability_union ((PrwIoCapability) i, (PrwIoCapability) j), ==, unions[i][j]);
    }
  CHECK_BAD (prw_io_capability, PrwIoCapability, "DisplayOnly");
}

static void
test_statuses (void)
{
  static const char *const nicks[] = { "passkey-entry-failed", "oob-not-available", "auth-req", "confirm-value",
                                       "pairing-not-supp", "enc-key-size", "smp-cmd-unsupported", "unspecified",
                                       "repeated-attempts", "invalid-params", "dhkey-failure", "num-comp-failure",
                                       "br-edr-in-prog", "x-trans-key-disallowed" };

  CHECK_NICK (prw_security_status, PrwSecurityStatus, 0, "success");
  CHECK_NICK (prw_security_status, PrwSecurityStatus, 1, "timeout");
  CHECK_NICK (prw_security_status, PrwSecurityStatus, 2, "pdu-invalid");
  for (int i = 0; i < (int) G_N_ELEMENTS (nicks); i++)
    {
      CHECK_NICK (prw_security_status, PrwSecurityStatus, 0x81 + i, nicks[i]);
      CHECK_NUMBER (prw_security_status, PrwSecurityStatus, 0x81 + i);
    }
  CHECK_BAD (prw_security_status, PrwSecurityStatus, "0x8f");
  CHECK_BAD (prw_security_status, PrwSecurityStatus, "3");
}

static void
test_reasons (void)
{
  static const char *const nicks[] = { "none",
                                       "non-bonded-central-request",
                                       "non-bonded-peripheral-request",
                                       "bonded-peripheral-request",
                                       "bonded-device-repairing",
                                       "user-rejected",
                                       "window-closed",
                                       "locked-out",
                                       "rule",
                                       "insufficient-security",
                                       "no-handler",
                                       "timeout" };

  for (int i = 0; i < (int) G_N_ELEMENTS (nicks); i++)
    {
      CHECK_NICK (prw_rejected_reason, PrwRejectedReason, i, nicks[i]);
      CHECK_NUMBER (prw_rejected_reason, PrwRejectedReason, i);
    }
  CHECK_BAD (prw_rejected_reason, PrwRejectedReason, "12");
}

static void
test_nicknames_only (void)
{
  CHECK_NICK (prw_role, PrwRole, PRW_ROLE_UNKNOWN, "unknown");
  CHECK_NICK (prw_role, PrwRole, PRW_ROLE_CENTRAL, "central");
  CHECK_NICK (prw_role, PrwRole, PRW_ROLE_PERIPHERAL, "peripheral");
  CHECK_BAD (prw_role, PrwRole, "1");
  CHECK_NICK (prw_transport, PrwTransport, PRW_TRANSPORT_LE, "le");
  CHECK_NICK (prw_transport, PrwTransport, PRW_TRANSPORT_BREDR, "bredr");
  CHECK_BAD (prw_transport, PrwTransport, "dual");
  CHECK_NICK (prw_address_type, PrwAddressType, PRW_ADDRESS_TYPE_PUBLIC, "public");
  CHECK_NICK (prw_address_type, PrwAddressType, PRW_ADDRESS_TYPE_RANDOM, "random");
  CHECK_BAD (prw_address_type, PrwAddressType, "static");
  CHECK_NICK (prw_initiator, PrwInitiator, PRW_INITIATOR_LOCAL, "local");
  CHECK_NICK (prw_initiator, PrwInitiator, PRW_INITIATOR_REMOTE, "remote");
  CHECK_BAD (prw_initiator, PrwInitiator, "us");
  CHECK_NICK (prw_event, PrwEvent, 1, "passkey-display-required");
  CHECK_NICK (prw_event, PrwEvent, 2, "passkey-required");
  CHECK_NICK (prw_event, PrwEvent, 4, "peripheral-security-request");
  CHECK_NICK (prw_event, PrwEvent, 8, "pairing-authorization-required");
  CHECK_NICK (prw_event, PrwEvent, 16, "service-authorization-required");
  CHECK_BAD (prw_event, PrwEvent, "16");
  CHECK_NICK (prw_action, PrwAction, PRW_ACTION_ACCEPT, "accept");
  CHECK_NICK (prw_action, PrwAction, PRW_ACTION_REJECT, "reject");
  CHECK_NICK (prw_action, PrwAction, PRW_ACTION_ASK, "ask");
  CHECK_BAD (prw_action, PrwAction, "");
  CHECK_NICK (prw_without_handler, PrwWithoutHandler, PRW_WITHOUT_HANDLER_REJECT, "reject");
  CHECK_NICK (prw_without_handler, PrwWithoutHandler, PRW_WITHOUT_HANDLER_ACCEPT, "accept");
  CHECK_NICK (prw_without_handler, PrwWithoutHandler, PRW_WITHOUT_HANDLER_WAIT, "wait");
  CHECK_BAD (prw_without_handler, PrwWithoutHandler, "ask");
  g_assert_cmpstr (prw_action_to_string (PRW_ACTION_UNSET), ==, "");
}

static void
test_association_models (void)
{
  static const char *const nicks[] = { "unknown",       "just-works",  "numeric-comparison", "passkey-display",
                                       "passkey-entry", "pin-display", "pin-entry",          "oob" };

  for (int i = 0; i < (int) G_N_ELEMENTS (nicks); i++)
    CHECK_NICK (prw_association_model, PrwAssociationModel, i, nicks[i]);
  CHECK_BAD (prw_association_model, PrwAssociationModel, "1");
}

static void
test_tristate (void)
{
  static const char *const yes[] = { "yes", "true", "1", "True" }, *const no[] = { "no", "false", "0", "NO" };
  PrwTristate value;

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    {
      g_assert_true (prw_tristate_from_string (yes[i], &value, NULL));
      g_assert_cmpint (value, ==, PRW_TRISTATE_YES);
      g_assert_true (prw_tristate_from_string (no[i], &value, NULL));
      g_assert_cmpint (value, ==, PRW_TRISTATE_NO);
    }
  g_assert_true (prw_tristate_from_string ("unknown", &value, NULL));
  g_assert_cmpint (value, ==, PRW_TRISTATE_UNKNOWN);
  CHECK_BAD (prw_tristate, PrwTristate, "2");
  g_assert_cmpstr (prw_tristate_to_string (PRW_TRISTATE_YES), ==, "yes");
  g_assert_cmpstr (prw_tristate_to_string (PRW_TRISTATE_NO), ==, "no");
  g_assert_cmpstr (prw_tristate_to_string (PRW_TRISTATE_UNKNOWN), ==, "unknown");
}

static void
test_outside (void)
{
  volatile int outside = 1000;

  g_assert_cmpstr (prw_security_level_to_string ((PrwSecurityLevel) outside), ==, "invalid");
  g_assert_cmpstr (prw_security_status_to_string ((PrwSecurityStatus) outside), ==, "invalid");
  g_assert_cmpstr (prw_event_to_string ((PrwEvent) outside), ==, "invalid");
  g_assert_cmpstr (prw_action_to_string ((PrwAction) outside), ==, "invalid");
  g_assert_cmpstr (prw_io_capability_to_bluez ((PrwIoCapability) outside), ==, "NoInputNoOutput");
  g_assert_cmpstr (prw_security_process_to_string (PRW_SECURITY_PROCESS_ENCRYPTION), ==, "encryption");
  g_assert_cmpstr (prw_security_process_to_string (PRW_SECURITY_PROCESS_PAIRING), ==, "pairing");
  g_assert_cmpstr (prw_security_process_to_string (PRW_SECURITY_PROCESS_BONDING), ==, "bonding");
  g_assert_cmpstr (prw_verdict_to_string (PRW_VERDICT_REJECT), ==, "reject");
  g_assert_cmpstr (prw_verdict_to_string (PRW_VERDICT_ACCEPT), ==, "accept");
  g_assert_cmpstr (prw_verdict_to_string (PRW_VERDICT_ASK), ==, "ask");
}

#define NEW "reject-new-pairing-requests"
#define NONBONDED "reject-nonbonded-peripheral-requests"
#define BONDED "reject-bonded-peripheral-requests"
#define PERIPHERAL "reject-peripheral-requests"
#define REPAIRING "reject-bonded-device-repairing-requests"

static void
test_policy_to_string (void)
{
  static const char *const texts[16] = {
    "allow-all", NEW, NONBONDED, NEW "|" NONBONDED, BONDED, NEW "|" BONDED, PERIPHERAL, NEW "|" PERIPHERAL,
    REPAIRING, NEW "|" REPAIRING, NONBONDED "|" REPAIRING, NEW "|" NONBONDED "|" REPAIRING, BONDED "|" REPAIRING,
    NEW "|" BONDED "|" REPAIRING, PERIPHERAL "|" REPAIRING, "reject-all-requests",
  };
  g_autofree char *outside = prw_pairing_policy_to_string ((PrwPairingPolicy) 16);

  for (int i = 0; i < 16; i++)
    {
      g_autofree char *text = prw_pairing_policy_to_string ((PrwPairingPolicy) i);
      PrwPairingPolicy back;

      g_assert_cmpstr (text, ==, texts[i]);
      g_assert_true (prw_pairing_policy_from_string (text, &back, NULL));
      g_assert_cmpint (back, ==, i);
    }
  g_assert_cmpstr (outside, ==, "invalid");
}

static void
test_policy_from_string (void)
{
  static const struct
  {
    const char *text;
    guint value;
  } good[] = {
    { "true", 15 },
    { "False", 0 },
    { "0", 0 },
    { "15", 15 },
    { "0xf", 15 },
    { NEW " , " REPAIRING, 9 },
    { NEW ";" REPAIRING ";", 9 },
    { "8|reject-new-pairing-requests", 9 },
    { "allow-all|" BONDED, 4 },
    { " REJECT-PERIPHERAL-REQUESTS ", 6 },
  };
  static const struct
  {
    const char *text, *named;
  } bad[] = { { "", "" }, { "|", "|" }, { NEW "|nonsense", "nonsense" }, { "16", "16" }, { "1|32", "32" }, { "-1", "-1" },
              { "reject-all", "reject-all" }, { "4294967296", "4294967296" }, { NEW " " REPAIRING, NEW " " REPAIRING } };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      PrwPairingPolicy value = 7;

      g_assert_true (prw_pairing_policy_from_string (good[i].text, &value, NULL));
      g_assert_cmpuint (value, ==, good[i].value);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      PrwPairingPolicy value = 7;

      g_assert_false (prw_pairing_policy_from_string (bad[i].text, &value, &error));
      g_assert_true (error != NULL && error->domain == PRW_TYPES_ERROR);
      g_assert_nonnull (g_strstr_len (error->message, -1, bad[i].named));
      g_assert_cmpuint (value, ==, 7);
    }
  g_assert_false (prw_pairing_policy_from_string (NULL, &(PrwPairingPolicy) { 0 }, NULL));
}

static void
test_parameters (void)
{
  PrwSecurityParameters a = PRW_SECURITY_PARAMETERS_DEFAULT, b = PRW_SECURITY_PARAMETERS_DEFAULT;

  g_assert_false (a.passcode_pairing);
  g_assert_cmpint (a.io_capabilities, ==, PRW_IO_CAPABILITY_KEYBOARD_DISPLAY);
  g_assert_false (a.bond);
  g_assert_false (a.out_of_band);
  g_assert_cmpint (a.reject_pairing_requests, ==, PRW_PAIRING_POLICY_ALLOW_ALL);
  g_assert_false (a.lesc_pairing);
  g_assert_cmpint (prw_security_parameters_capability (&a), ==, PRW_IO_CAPABILITY_NONE);
  g_assert_true (prw_security_parameters_equal (&a, &b));

#define CHECK_DIFFERS(member, value) \
  a.member = value; \
  g_assert_false (prw_security_parameters_equal (&a, &b)); \
  b.member = value; \
  g_assert_true (prw_security_parameters_equal (&a, &b))

  CHECK_DIFFERS (passcode_pairing, TRUE);
  CHECK_DIFFERS (io_capabilities, PRW_IO_CAPABILITY_DISPLAY_YESNO);
  CHECK_DIFFERS (bond, TRUE);
  CHECK_DIFFERS (out_of_band, TRUE);
  CHECK_DIFFERS (reject_pairing_requests, PRW_PAIRING_POLICY_REJECT_ALL_REQUESTS);
  CHECK_DIFFERS (lesc_pairing, TRUE);
  a.bond = 2; /* as true as 1 */
  g_assert_true (prw_security_parameters_equal (&a, &b));
  g_assert_cmpint (prw_security_parameters_capability (&a), ==, PRW_IO_CAPABILITY_DISPLAY_YESNO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/types/levels", test_levels);
  g_test_add_func ("/policy/types/errors-say-what-there-is", test_errors_say_what_there_is);
  g_test_add_func ("/policy/types/capabilities", test_capabilities);
  g_test_add_func ("/policy/types/statuses", test_statuses);
  g_test_add_func ("/policy/types/reasons", test_reasons);
  g_test_add_func ("/policy/types/nicknames-only", test_nicknames_only);
  g_test_add_func ("/policy/types/association-models", test_association_models);
  g_test_add_func ("/policy/types/tristate", test_tristate);
  g_test_add_func ("/policy/types/outside", test_outside);
  g_test_add_func ("/policy/types/policy-to-string", test_policy_to_string);
  g_test_add_func ("/policy/types/policy-from-string", test_policy_from_string);
  g_test_add_func ("/policy/types/parameters", test_parameters);
  return g_test_run ();
}
