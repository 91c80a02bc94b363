/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* In place of src/daemon/authority.c: the daemon as it is without polkit, however this one was configured. */
#include "daemon/authority.h"

PrwAuthority *
prw_daemon_authority_new (GDBusConnection *system_bus)
{
  return prw_group_authority_new (system_bus, g_getenv ("PRW_TEST_GROUP"));
}
