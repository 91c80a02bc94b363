/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel/controller.h"
#include "kernel/link.h"
#include "kernel/sockets.h"

G_BEGIN_DECLS

struct _PrwKernelLink
{
  GObject parent;
  PrwKernelSockets sockets;
  PrwConnectionsListFunc list;
  gpointer list_data;
  PrwClock *clock;
  GSource *reader;        /* (nullable): before start, and when lost */
  PrwCommands *commands;  /* for no controller in particular */
  GPtrArray *controllers; /* of PrwController */
  gboolean lost;
};

/** prw_kernel_link_find: Returns: (transfer none) (nullable): controller @index */
PrwController *prw_kernel_link_find (PrwKernelLink *self, guint16 index);
/** prw_kernel_link_take_settings: as prw_controller_set_settings(), and says so when they matter. */
void prw_kernel_link_take_settings (PrwKernelLink *self, PrwController *controller, guint32 settings, PrwControllerOwn own);
/** prw_kernel_link_disconnected: a connection has ended; nothing happens when it is not known. */
void prw_kernel_link_disconnected (PrwKernelLink *self, PrwController *controller, const PrwMgmtAddress *device, guint8 reason);

/** prw_kernel_link_calls_init: the calls of PrwKernel, in link-calls.c. */
void prw_kernel_link_calls_init (PrwKernelInterface *iface);

G_END_DECLS
