/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "policy/policy.h"

#define HID "00001124-0000-1000-8000-00805f9b34fb"
#define SPP "00001101-0000-1000-8000-00805f9b34fb"

static const char *const uuids[] = { SPP, HID, NULL };
static const char *const no_uuids[] = { NULL };

static const PrwFacts keyboard = {
  .adapter = "hci0",
  .adapter_address = "00:AA:01:00:00:42",
  .address = "AA:BB:CC:DD:EE:FF",
  .address_type = PRW_ADDRESS_TYPE_RANDOM,
  .name = "Kiosk Keyboard",
  .device_class = 0x002540,
  .icon = "input-keyboard",
  .uuids = uuids,
  .transport = PRW_TRANSPORT_LE,
};
static const PrwFacts nothing = { .device_class = -1 };
static const PrwFacts empty = { .name = "", .icon = "", .uuids = no_uuids, .adapter = "", .address = "" };
static const PrwFacts mouse = {
  .adapter = "hci1",
  .adapter_address = "00:AA:01:00:00:43",
  .address = "AB:BB:CC:DD:EE:FF",
  .address_type = PRW_ADDRESS_TYPE_PUBLIC,
  .name = "Mouse",
  .device_class = 0x002580,
  .icon = "input-mouse",
  .uuids = (const char *const[]){ SPP, NULL },
  .transport = PRW_TRANSPORT_BREDR,
};

typedef void (*SetKey) (PrwRule *rule);

#define KEY(func, member, value) \
  static void \
  func (PrwRule *rule) \
  { \
    rule->member = value; \
  }

KEY (by_address, match_address, g_strdup ("aa:bb:*"))
KEY (by_address_type, match_address_type, PRW_ADDRESS_TYPE_RANDOM)
KEY (by_name, match_name, g_strdup ("kiosk *"))
KEY (by_icon, match_icon, g_strdup ("*-keyboard"))
KEY (by_uuid, match_uuid, g_strdup (HID))
KEY (by_adapter, match_adapter, g_strdup ("hci0"))
KEY (by_adapter_address, match_adapter, g_strdup ("00:aa:*:42"))
KEY (by_transport, match_transport, PRW_TRANSPORT_LE)
KEY (by_class, match_class, 0x002540)

static const SetKey keys[] = {
  by_address, by_address_type, by_name, by_icon, by_uuid, by_adapter, by_adapter_address, by_transport, by_class,
};

/* Each key alone: holds, does not hold, and is not known */
static void
test_each_key (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (PrwRule) rule = prw_rule_new ("one key");

      g_assert_cmpint (prw_rule_matches (rule, &nothing), ==, PRW_TRISTATE_YES);
      keys[i](rule);
      g_assert_cmpint (prw_rule_matches (rule, &keyboard), ==, PRW_TRISTATE_YES);
      g_assert_cmpint (prw_rule_matches (rule, &mouse), ==, PRW_TRISTATE_NO);
      g_assert_cmpint (prw_rule_matches (rule, &nothing), ==, PRW_TRISTATE_UNKNOWN);
      g_assert_cmpint (prw_rule_matches (rule, &empty), ==, PRW_TRISTATE_UNKNOWN);
    }
}

static void
test_all_keys (void)
{
  g_autoptr (PrwRule) rule = prw_rule_new ("all keys");
  PrwFacts facts = keyboard;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i] != by_adapter_address)
      keys[i](rule);
  g_assert_cmpint (prw_rule_matches (rule, &facts), ==, PRW_TRISTATE_YES);
  facts.name = NULL; /* one is not known */
  g_assert_cmpint (prw_rule_matches (rule, &facts), ==, PRW_TRISTATE_UNKNOWN);
  facts.icon = "phone"; /* one does not hold: that is certain */
  g_assert_cmpint (prw_rule_matches (rule, &facts), ==, PRW_TRISTATE_NO);
}

/* The pattern may mean the name or the address: while one of them is not known, it may be that one. */
static void
test_half_known_adapter (void)
{
  g_autoptr (PrwRule) rule = prw_rule_new ("adapter");
  const PrwFacts facts = { .adapter = "hci0" };

  rule->match_adapter = g_strdup ("00:AA:*");
  g_assert_cmpint (prw_rule_matches (rule, &facts), ==, PRW_TRISTATE_UNKNOWN);
}

static void
test_class_mask (void)
{
  g_autoptr (PrwRule) rule = prw_rule_new ("class");
  PrwFacts facts = { .device_class = 0x002540 };

  rule->match_class = 0x000500; /* peripheral, any minor class, any service bits */
  rule->match_class_mask = 0x001f00;
  g_assert_cmpint (prw_rule_matches (rule, &facts), ==, PRW_TRISTATE_YES);
  facts.device_class = 0x240404;
  g_assert_cmpint (prw_rule_matches (rule, &facts), ==, PRW_TRISTATE_NO);
  rule->match_class = 0; /* miscellaneous */
  g_assert_cmpint (prw_rule_matches (rule, &facts), ==, PRW_TRISTATE_NO);
  rule->match_class = 0x240404;
  rule->match_class_mask = 0xffffff;
  g_assert_cmpint (prw_rule_matches (rule, &facts), ==, PRW_TRISTATE_YES);
}

static void
test_service_uuid (void)
{
  static const char *const good[][2] = {
    { "hid", HID },     { "HID", HID },  { "1124", HID },
    { "0x1124", HID },  { "spp", SPP },  { "00001101", SPP },
    { "0000110B-0000-1000-8000-00805F9B34FB", "0000110b-0000-1000-8000-00805f9b34fb" },
    { "a2dp-sink", "0000110b-0000-1000-8000-00805f9b34fb" },
    { "0xabcd1234", "abcd1234-0000-1000-8000-00805f9b34fb" },
  };
  static const char *const bad[] = { "",     "hid ",     "112",      "11245",   "0x",   "0x0x12", "-124", "+124", " 124",
                                     "g124", "keyboard", "0000110b-0000-1000-8000-00805f9b34f",
                                     "0000110b-0000-1000-8000-00805f9b34fbb", "0000110b:0000-1000-8000-00805f9b34fb" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *uuid = prw_service_uuid (good[i][0], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (uuid, ==, good[i][1]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (prw_service_uuid (bad[i], &error));
      g_assert_error (error, PRW_TYPES_ERROR, PRW_TYPES_ERROR_UNKNOWN);
      g_assert_nonnull (g_strstr_len (error->message, -1, bad[i]));
    }
  g_assert_null (prw_service_uuid (NULL, NULL));
}

/* One table: what a service is called when it is shown is what the keyfile takes. */
static void
test_service_name (void)
{
  g_autofree char *uuid = NULL;

  g_assert_cmpstr (prw_service_name (HID), ==, "hid");
  g_assert_cmpstr (prw_service_name ("0000110B-0000-1000-8000-00805F9B34FB"), ==, "a2dp-sink");
  g_assert_null (prw_service_name ("abcd1234-0000-1000-8000-00805f9b34fb"));
  g_assert_null (prw_service_name ("00001124-0000-1000-8000-00805f9b34fc"));
  g_assert_null (prw_service_name (""));
  uuid = prw_service_uuid (prw_service_name (SPP), NULL);
  g_assert_cmpstr (uuid, ==, SPP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/rule/each-key", test_each_key);
  g_test_add_func ("/policy/rule/all-keys", test_all_keys);
  g_test_add_func ("/policy/rule/half-known-adapter", test_half_known_adapter);
  g_test_add_func ("/policy/rule/class-mask", test_class_mask);
  g_test_add_func ("/policy/rule/service-uuid", test_service_uuid);
  g_test_add_func ("/policy/rule/service-name", test_service_name);
  return g_test_run ();
}
