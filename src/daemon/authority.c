/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/authority.h"

PrwAuthority *
prw_daemon_authority_new (GDBusConnection *system_bus)
{
#ifdef HAVE_POLKIT
  return prw_polkit_authority_new (system_bus, PRW_POLKIT_TIME_LIMIT);
#else
  return prw_group_authority_new (system_bus, *PRW_GROUP != '\0' ? PRW_GROUP : NULL);
#endif
}
