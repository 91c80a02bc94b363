/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything in src/kernel that reads bytes: each input is a frame of both channels, a reply's parameters and an info file. */
#include "config.h"

#include "fuzz.h"
#include "kernel/mgmt.h"
#include "kernel/monitor.h"
#include "kernel/storage.h"

#include <string.h>

static void
check_address (const PrwMgmtAddress *device)
{
  char normal[PRW_ADDRESS_LEN + 1];

  g_assert_true (prw_address_normalize (device->address, normal));
  g_assert_cmpstr (normal, ==, device->address);
  g_assert_true (device->transport != PRW_TRANSPORT_UNKNOWN && device->type != PRW_ADDRESS_TYPE_UNKNOWN);
  g_assert_true (device->transport == PRW_TRANSPORT_LE || device->type == PRW_ADDRESS_TYPE_PUBLIC);
}

static void
check_level (PrwSecurityLevel level, gboolean debug_key)
{
  g_assert_true (level >= PRW_SECURITY_LEVEL_JUST_WORKS && level <= PRW_SECURITY_LEVEL_LESC_MITM);
  g_assert_true (!debug_key || level == PRW_SECURITY_LEVEL_JUST_WORKS);
}

static void
check_reply (const PrwMgmtEvent *reply)
{
  PrwMgmtAddress addresses[4];
  guint16 indexes[4];
  guint32 settings;
  PrwOobData data = { 0 };
  gsize n;

  g_assert_cmpuint (prw_mgmt_parse_index_list (reply, indexes, G_N_ELEMENTS (indexes)), <=, G_N_ELEMENTS (indexes));
  n = prw_mgmt_parse_connections (reply, addresses, G_N_ELEMENTS (addresses));
  g_assert_cmpuint (n, <=, G_N_ELEMENTS (addresses));
  for (gsize i = 0; i < n; i++)
    check_address (&addresses[i]);
  prw_mgmt_parse_controller (reply, &settings);
  prw_mgmt_parse_settings (reply, &settings);
  if (prw_mgmt_parse_local_oob (reply, &data))
    g_assert_true (data.has_192 || data.has_256);
}

static void
check_control (const guint8 *data, gsize size)
{
  PrwMgmtEvent event;

  if (!prw_mgmt_parse (data, size, &event))
    return;
  if (event.code == PRW_MGMT_COMMAND_COMPLETE)
    check_reply (&event);
  if (event.address.address[0] != '\0')
    check_address (&event.address);
  if (event.code == PRW_MGMT_NEW_LONG_TERM_KEY || event.code == PRW_MGMT_NEW_LINK_KEY)
    check_level (event.level, event.debug_key);
}

static void
check_monitor (const guint8 *data, gsize size)
{
  PrwLink pairing = { 0 };
  PrwMonitorEvent seen;

  if (!prw_monitor_parse (data, size, &seen))
    return;
  g_assert_cmpuint (seen.handle, <=, 0x0fff);
  g_assert_true (seen.event.type >= PRW_LINK_EVENT_SECURITY_REQUEST && seen.event.type <= PRW_LINK_EVENT_ENCRYPTION);
  g_assert_true ((seen.event.type == PRW_LINK_EVENT_ENCRYPTION) == (seen.event.transport == PRW_TRANSPORT_UNKNOWN));
  g_assert_true (seen.event.features.io_capability <= PRW_IO_CAPABILITY_KEYBOARD_DISPLAY);
  g_assert_false (seen.event.encrypted && seen.event.reason != 0);
  prw_link_feed (&pairing, &seen.event);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* of its own size, so that a read beyond the end is seen */
  g_autofree guint8 *copy = g_memdup2 (data, size);
  PrwMgmtEvent reply = { .code = PRW_MGMT_COMMAND_COMPLETE, .parameters = copy, .n_parameters = size };
  PrwBond bond;

  check_control (copy, size);
  check_monitor (copy, size);
  check_reply (&reply);
  reply.opcode = PRW_MGMT_READ_LOCAL_OOB_EXTENDED;
  check_reply (&reply);
  if (prw_kernel_storage_parse ((const char *) copy, size, &bond))
    g_assert_true (bond.level >= PRW_SECURITY_LEVEL_JUST_WORKS && bond.level <= PRW_SECURITY_LEVEL_LESC_MITM);
  return 0;
}
