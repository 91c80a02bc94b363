/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel/mgmt.h"

G_BEGIN_DECLS

/** PRW_CONNECTIONS_MAX: how many are remembered of a controller, with those that have ended. */
#define PRW_CONNECTIONS_MAX 64

/** PrwListedConnection: one that the kernel has now (HCIGETCONNLIST). */
typedef struct
{
  guint16 handle;
  char address[PRW_ADDRESS_LEN + 1]; /* the identity, once the kernel knows it */
  PrwTransport transport;
  gboolean central;
  gboolean encrypted;
} PrwListedConnection;

/** PrwConnectionsListFunc: Returns: (transfer full) (element-type PrwListedConnection): those of controller @index now */
typedef GArray *(*PrwConnectionsListFunc) (guint16 index, gpointer data);

/**
 * PrwConnection:
 * @device: the identity, once it is known
 * @random_address: what it was called before its identity was known, or ""
 * @role: ours; UNKNOWN on BR/EDR
 * @encrypted: when the kernel was last asked
 * @connected: as far as is known
 * @announced: CONNECTED was told, and DISCONNECTED not yet
 */
typedef struct
{
  PrwMgmtAddress device;
  char random_address[PRW_ADDRESS_LEN + 1];
  PrwRole role;
  gboolean encrypted;
  gboolean connected, announced;
  /*< private >*/
  int handle;     /* -1 when not known */
  guint verified; /* the generation in which the handle was looked up */
} PrwConnection;

/**
 * PrwConnections:
 *
 * The connections of one controller: which handle is whose. The monitor channel knows handles, the control channel
 * addresses; the kernel's list joins them. A handle is believed while its connection lasts and nobody came or went; else
 * the kernel is asked again. Connections that have ended are kept, as far as there is room, for frames of theirs that
 * come late.
 */
typedef struct _PrwConnections PrwConnections;

PrwConnections *prw_connections_new (guint16 index, PrwConnectionsListFunc list, gpointer data);
void prw_connections_free (PrwConnections *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwConnections, prw_connections_free)

/**
 * prw_connections_connected:
 *
 * The control channel says that @device is connected. The role is what the kernel's list says, else CENTRAL when
 * @initiated.
 *
 * Returns: (transfer none): the connection; it is @announced already when a frame of it came first
 */
PrwConnection *prw_connections_connected (PrwConnections *self, const PrwMgmtAddress *device, gboolean initiated);
/** prw_connections_find: Returns: (transfer none) (nullable): by its address, or the one it had before */
PrwConnection *prw_connections_find (PrwConnections *self, PrwTransport transport, const char *address);
/** prw_connections_find_handle: Returns: (transfer none) (nullable): whose frames have this handle */
PrwConnection *prw_connections_find_handle (PrwConnections *self, guint16 handle);
/** prw_connections_disconnected: Returns: (transfer none) (nullable): the connection, when it was known */
PrwConnection *prw_connections_disconnected (PrwConnections *self, const PrwMgmtAddress *device);
/**
 * prw_connections_identified: @random_address turned out to be @identity.
 * @before: (out caller-allocates): what it went by until now: an identity too, when it has shown another one already
 */
void prw_connections_identified (PrwConnections *self, const char *random_address, const PrwMgmtAddress *identity,
                                 char before[PRW_ADDRESS_LEN + 1]);
/** prw_connections_end_next: Returns: (transfer none) (nullable): one that was connected until now, or is announced still */
PrwConnection *prw_connections_end_next (PrwConnections *self);

G_END_DECLS
