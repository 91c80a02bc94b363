/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "control/clients.h"
#include "control/control.h"
#include "control/delivery.h"

G_BEGIN_DECLS

/*
 * The objects that PrwControl keeps on the bus. Each is made exported and freed withdrawn.
 */

typedef struct _PrwManagerObject PrwManagerObject;
PrwManagerObject *prw_manager_object_new (PrwEngine *engine, GDBusConnection *connection, PrwGate *gate, PrwClients *clients,
                                          PrwControlReloadFunc reload, gpointer reload_data, GError **error);
void prw_manager_object_free (PrwManagerObject *self);

typedef struct _PrwPeerObject PrwPeerObject;
PrwPeerObject *prw_peer_object_new (GDBusObjectManagerServer *server, PrwGate *gate, PrwDeliveries *deliveries, PrwSecurityManager *manager);
void prw_peer_object_free (PrwPeerObject *self);

typedef struct _PrwRequestObject PrwRequestObject;
PrwRequestObject *prw_request_object_new (GDBusConnection *connection, PrwGate *gate, PrwRequest *request, GError **error);
void prw_request_object_free (PrwRequestObject *self);

typedef struct _PrwControllerObject PrwControllerObject;
PrwControllerObject *prw_controller_object_new (PrwEngine *engine, GDBusObjectManagerServer *server, PrwGate *gate, PrwAdapter *adapter);
void prw_controller_object_update (PrwControllerObject *self, PrwAdapter *adapter);
void prw_controller_object_free (PrwControllerObject *self);

#define PRW_REQUESTS_PATH "/org/pairward/requests"
/** prw_request_object_path: Returns: (transfer full): /org/pairward/requests/N */
char *prw_request_object_path (PrwRequest *request);

G_END_DECLS
