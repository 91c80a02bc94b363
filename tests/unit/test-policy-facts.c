/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/facts.h"

#include <string.h>

#define HID "00001124-0000-1000-8000-00805f9b34fb"
#define SPP "00001101-0000-1000-8000-00805f9b34fb"

static void
set (PrwFacts *facts, GStringChunk *pool, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (prw_facts_set (facts, pool, name, value, &error));
  g_assert_no_error (error);
}

static const char *const everything[][2] = {
  { "kind", "security-request" },
  { "adapter", "hci0" },
  { "adapter", "00:aa:01:00:00:42" },
  { "address", "aa-bb-cc-dd-ee-ff" },
  { "address-type", "random" },
  { "name", "Evil\n\xe2\x80\xae\"Name\\" },
  { "class", "0x2540" },
  { "icon", "input-keyboard" },
  { "uuids", "hid; 1101;" },
  { "transport", "le" },
  { "role", "central" },
  { "initiator", "remote" },
  { "bonded", "yes" },
  { "paired", "no" },
  { "association-model", "numeric-comparison" },
  { "bond", "yes" },
  { "mitm", "true" },
  { "lesc", "0" },
  { "keypress", "unknown" },
  { "service", "spp" },
  { "remembered", "no" },
  { "window", "open" },
  { "locked-out", "yes" },
  { "handler", "1" },
};

static void
test_set (void)
{
  g_autoptr (GStringChunk) pool = g_string_chunk_new (16);
  g_autofree char *text = NULL;
  PrwFacts facts = { .kind = PRW_REQUEST_KIND_PAIRING };

  for (gsize i = 0; i < G_N_ELEMENTS (everything); i++)
    set (&facts, pool, everything[i][0], everything[i][1]);
  g_assert_cmpint (facts.kind, ==, PRW_REQUEST_KIND_SECURITY_REQUEST);
  g_assert_cmpstr (facts.adapter, ==, "hci0");
  g_assert_cmpstr (facts.adapter_address, ==, "00:AA:01:00:00:42");
  g_assert_cmpstr (facts.address, ==, "AA:BB:CC:DD:EE:FF");
  g_assert_cmpint (facts.address_type, ==, PRW_ADDRESS_TYPE_RANDOM);
  g_assert_cmpstr (facts.name, ==, "Evil\"Name\\");
  g_assert_cmpint (facts.device_class, ==, 0x2540);
  g_assert_cmpstr (facts.uuids[0], ==, HID);
  g_assert_cmpstr (facts.uuids[1], ==, SPP);
  g_assert_null (facts.uuids[2]);
  g_assert_cmpint (facts.asks_lesc, ==, PRW_TRISTATE_NO);
  g_assert_cmpstr (facts.service, ==, SPP);
  g_assert_true (facts.window_open && facts.locked_out && facts.has_handler);
  text = prw_facts_to_string (&facts);
  g_assert_cmpstr (text, ==,
                   "kind=security-request adapter=\"hci0\" adapter-address=\"00:AA:01:00:00:42\" "
                   "address=\"AA:BB:CC:DD:EE:FF\" address-type=random name=\"Evil\\\"Name\\\\\" class=0x002540 "
                   "icon=\"input-keyboard\" uuids=\"" HID ";" SPP "\" transport=le role=central initiator=remote "
                   "bonded=yes paired=no association-model=numeric-comparison bond=yes mitm=yes lesc=no "
                   "keypress=unknown service=\"" SPP "\" remembered=no window=open locked-out=yes "
                   "security-request-accepted=no handler=yes");
}

static void
test_nothing_known (void)
{
  const PrwFacts facts = { .device_class = -1 };
  g_autofree char *text = prw_facts_to_string (&facts);

  g_assert_cmpstr (text, ==,
                   "kind=pairing adapter=unknown adapter-address=unknown address=unknown address-type=unknown "
                   "name=unknown class=unknown icon=unknown uuids=unknown transport=unknown role=unknown "
                   "initiator=unknown bonded=unknown paired=unknown association-model=unknown bond=unknown mitm=unknown "
                   "lesc=unknown keypress=unknown service=unknown remembered=unknown window=closed locked-out=no "
                   "security-request-accepted=no handler=no");
}

/* All names are taken, and an unknown one is told all of them. */
static void
test_unknown_name (void)
{
  static const char *const unknown[] = { "colour", "", "Kind", "security-request-accepted", NULL };
  g_autoptr (GStringChunk) pool = g_string_chunk_new (16);
  PrwFacts facts = { .device_class = -1 };

  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (prw_facts_set (&facts, pool, unknown[i], "yes", &error));
      g_assert_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_UNKNOWN);
      for (const char *const *name = prw_facts_names (); *name != NULL; name++)
        g_assert_nonnull (strstr (error->message, *name));
    }
  g_assert_cmpuint (g_strv_length ((char **) prw_facts_names ()), ==, 23);
  for (gsize i = 0; i < G_N_ELEMENTS (everything); i++)
    g_assert_true (g_strv_contains (prw_facts_names (), everything[i][0]));
}

static void
test_bad_values (void)
{
  static const char *const bad[][2] = {
    { "kind", "bonding" },          { "address", "AA:BB" },    { "address-type", "static" }, { "class", "0x1000000" },
    { "class", "-1" },              { "uuids", "hid;nothing" }, { "transport", "usb" },      { "role", "server" },
    { "initiator", "me" },          { "bonded", "perhaps" },   { "association-model", "magic" },
    { "service", "telnet" },        { "window", "yes" },       { "locked-out", "unknown" },  { "handler", "" },
    { "remembered", "sometimes" },
  };
  g_autoptr (GStringChunk) pool = g_string_chunk_new (16);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      PrwFacts facts = { .device_class = -1 };
      const PrwFacts before = facts;

      g_assert_false (prw_facts_set (&facts, pool, bad[i][0], bad[i][1], &error));
      g_assert_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, bad[i][0]));
      g_assert_true (g_str_equal (bad[i][0], "uuids") || strstr (error->message, bad[i][1]) != NULL);
      g_assert_cmpmem (&facts, sizeof facts, &before, sizeof before);
    }
  g_assert_false (prw_facts_set (&(PrwFacts) { .device_class = -1 }, pool, "name", NULL, NULL));
}

static void
test_event_for (void)
{
  static const PrwEvent events[] = {
    [PRW_ASSOCIATION_MODEL_UNKNOWN] = PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED,
    [PRW_ASSOCIATION_MODEL_JUST_WORKS] = PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED,
    [PRW_ASSOCIATION_MODEL_NUMERIC_COMPARISON] = PRW_EVENT_PASSKEY_DISPLAY_REQUIRED,
    [PRW_ASSOCIATION_MODEL_PASSKEY_DISPLAY] = PRW_EVENT_PASSKEY_DISPLAY_REQUIRED,
    [PRW_ASSOCIATION_MODEL_PASSKEY_ENTRY] = PRW_EVENT_PASSKEY_REQUIRED,
    [PRW_ASSOCIATION_MODEL_PIN_DISPLAY] = PRW_EVENT_PASSKEY_DISPLAY_REQUIRED,
    [PRW_ASSOCIATION_MODEL_PIN_ENTRY] = PRW_EVENT_PASSKEY_REQUIRED,
    [PRW_ASSOCIATION_MODEL_OOB] = PRW_EVENT_PAIRING_AUTHORIZATION_REQUIRED,
  };

  for (guint model = 0; model < G_N_ELEMENTS (events); model++)
    {
      PrwFacts facts = { .association_model = (PrwAssociationModel) model };

      g_assert_cmpint (prw_event_for (&facts), ==, events[model]);
      facts.kind = PRW_REQUEST_KIND_SECURITY_REQUEST;
      g_assert_cmpint (prw_event_for (&facts), ==, PRW_EVENT_PERIPHERAL_SECURITY_REQUEST);
      facts.kind = PRW_REQUEST_KIND_SERVICE;
      g_assert_cmpint (prw_event_for (&facts), ==, PRW_EVENT_SERVICE_AUTHORIZATION_REQUIRED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/facts/set", test_set);
  g_test_add_func ("/policy/facts/nothing-known", test_nothing_known);
  g_test_add_func ("/policy/facts/unknown-name", test_unknown_name);
  g_test_add_func ("/policy/facts/bad-values", test_bad_values);
  g_test_add_func ("/policy/facts/event-for", test_event_for);
  return g_test_run ();
}
