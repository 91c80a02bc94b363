/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/bonds.h"
#include "core/broker.h"
#include "core/host.h"
#include "core/kernel.h"
#include "core/lease.h"
#include "core/lockout.h"
#include "core/memory.h"
#include "core/pairable.h"
#include "core/settings.h"
#include "core/window.h"

G_BEGIN_DECLS

/**
 * PrwServices:
 *
 * What the objects of the core share: made once by the #PrwEngine, reference counted because a procedure may outlive
 * its peer's object. @policy and @settings are replaced when new settings come.
 */
typedef struct
{
  grefcount ref_count;
  PrwHost *host;
  PrwKernel *kernel;
  PrwClock *clock;
  PrwHandlers *handlers;
  PrwBroker *broker;
  PrwWindow *window;
  PrwLockout *lockout;
  PrwMemory *memory;
  PrwPairable *pairable;
  PrwLeases *leases;
  PrwBonds *bonds;
  guint n_oob; /* of how many peers there is out-of-band data */
  PrwSettings *settings;
  PrwPolicy *policy; /* of the settings, with the floor in force */
} PrwServices;

/** prw_services_new: @state_dir: (nullable): where what is remembered is kept; NULL: nowhere */
PrwServices *prw_services_new (PrwSettings *settings, PrwHost *host, PrwKernel *kernel, PrwClock *clock, const char *state_dir);
PrwServices *prw_services_ref (PrwServices *services);
void prw_services_unref (PrwServices *services);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwServices, prw_services_unref)

/**
 * prw_services_forget_lost_bonds:
 * @devices: (element-type PrwDevice): all that bluetoothd knows
 *
 * What is kept about bonds that went while nobody looked is forgotten: a new bond with the same address may be somebody else's.
 */
void prw_services_forget_lost_bonds (PrwServices *services, const GPtrArray *devices);

G_END_DECLS
