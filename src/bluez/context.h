/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/matches.h"
#include "core/host.h"

G_BEGIN_DECLS

#define PRW_BLUEZ_ADAPTER "org.bluez.Adapter1"
#define PRW_BLUEZ_DEVICE "org.bluez.Device1"
#define PRW_BLUEZ_AGENT_MANAGER "org.bluez.AgentManager1"
#define PRW_BLUEZ_PROPERTIES "org.freedesktop.DBus.Properties"
#define PRW_BLUEZ_OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

/** PrwBluezTimes: every time limit, in ms. Tests make them short. */
typedef struct
{
  guint call;           /* a call that bluetoothd answers by itself */
  guint list;           /* GetManagedObjects */
  guint connect;
  guint disconnect;     /* also RemoveDevice, which disconnects first */
  guint pair;           /* longer than BlueZ's own 120 s, so that its answer is the one that is seen */
  guint cancel_grace;   /* for Pair() to end after CancelPairing */
  guint first_read;     /* a watched device nobody has read by then is read */
  guint retry;          /* registration that failed */
  guint claim_interval; /* between two claims of the default agent's place */
  guint own_flip;       /* Pairable that flips within this of our own agent business is BlueZ's answer to it */
  guint discovery_retry;
  guint stop;
} PrwBluezTimes;

/**
 * PrwBluezContext: what the parts of the host share. Owned by the host; callbacks of calls hold a reference to the host.
 */
typedef struct
{
  PrwHost *host;  /* not a reference */
  GDBusConnection *connection;
  char *owner;    /* (nullable): org.bluez's unique name while bluetoothd runs; calls name exactly this one */
  PrwBluezMatches *matches; /* (nullable): those for the owner's signals */
  guint epoch;    /* counts the bluetoothds: an answer to an older one is not ours any more */
  gboolean stopping;
  guint agents;   /* numbers the object paths of our agents */
  guint call_signal;
  PrwBluezTimes times;
} PrwBluezContext;

PrwBluezContext *prw_bluez_context_new (PrwHost *host, GDBusConnection *connection);
void prw_bluez_context_free (PrwBluezContext *self);

/**
 * prw_bluez_context_call:
 * @connection: the one to call on
 * @type: (nullable): type of the reply
 *
 * Calls bluetoothd, the one that runs now, never starting one. There must be an owner.
 */
void prw_bluez_context_call (PrwBluezContext *self, GDBusConnection *connection, const char *path, const char *interface,
                             const char *method, GVariant *parameters, const char *type, guint timeout,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/** prw_bluez_context_call_end: for calls whose reply says nothing. Returns: (transfer full) (nullable): how it failed */
GError *prw_bluez_context_call_end (GObject *source, GAsyncResult *result);

/**
 * prw_bluez_context_connect:
 *
 * Opens another connection to the system bus: bluetoothd knows one agent per connection. With
 * prw_bluez_context_connect_finish().
 */
void prw_bluez_context_connect (PrwBluezContext *self, GAsyncReadyCallback callback, gpointer data);
/** prw_bluez_context_connect_finish: Returns: (transfer full): the connection; its owner closes it */
GDBusConnection *prw_bluez_context_connect_finish (GAsyncResult *result, GError **error);

G_END_DECLS
