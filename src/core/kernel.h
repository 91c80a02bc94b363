/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/address.h"
#include "policy/link.h"

G_BEGIN_DECLS

/** PrwSecureConnections: a controller's Secure Connections switch. */
typedef enum
{
  PRW_SECURE_CONNECTIONS_UNKNOWN,
  PRW_SECURE_CONNECTIONS_OFF,
  PRW_SECURE_CONNECTIONS_ON,
  PRW_SECURE_CONNECTIONS_ONLY, /* nothing weaker is accepted */
} PrwSecureConnections;
const char *prw_secure_connections_to_string (PrwSecureConnections value); /* "", off, on, only */
gboolean prw_secure_connections_from_string (const char *text, PrwSecureConnections *out, GError **error);

/**
 * PrwDebugKeys: a controller's debug key switch (mgmt Set Debug Keys, 0x002e).
 */
typedef enum
{
  PRW_DEBUG_KEYS_DISCARD = 0, /* keys made with the peer's debug key end with the connection */
  PRW_DEBUG_KEYS_KEEP = 1,
  PRW_DEBUG_KEYS_USE = 2,     /* pair with the published debug key ourselves */
} PrwDebugKeys;

/** PrwControllerState: the switches of one controller, as the kernel has them now. */
typedef struct
{
  gboolean powered, le, bredr;
  PrwSecureConnections secure_connections;
  PrwDebugKeys debug_keys;
  gboolean static_address; /* its identity is a static random address */
  char written_static_address[PRW_ADDRESS_LEN + 1]; /* "" unless we wrote one: the kernel does not show it */
} PrwControllerState;

/** PrwOobData: out-of-band data of one side, each block 16 bytes; all-zero: none. Wiped by whoever is done with it. */
typedef struct
{
  gboolean has_192, has_256;
  guint8 hash_192[16], randomizer_192[16]; /* BR/EDR, P-192 */
  guint8 hash_256[16], randomizer_256[16]; /* LE Secure Connections, and BR/EDR with P-256 */
} PrwOobData;

/**
 * PrwKernel:
 *
 * What only the kernel can tell of a link and do to a controller. Adapters are "hciN", addresses in normal form; an
 * address is the identity where the kernel knows it. Where there is no kernel link a #PrwNullKernel stands in: it tells
 * nothing, and each call ends with PRW_ERROR_NOT_SUPPORTED.
 *
 * Every asynchronous call ends within its own time limit; errors are PRW_ERROR: NOT_SUPPORTED (no link, or the controller
 * cannot), NOT_READY (no such controller, or it is off or busy), TIMEOUT, INVALID_ARGUMENTS, FAILED.
 *
 * Signals:
 * - `link-event` (const char *adapter, const char *address, guint address_type, const PrwLinkEvent *event): in the order
 *   in which the kernel shows them, by its time stamps
 * - `identity-resolved` (const char *adapter, const char *random_address, const char *address, guint address_type): a
 *   peer that was known by a resolvable address showed its identity: events before this went by the one, those after it
 *   go by the other
 * - `controller-changed` (const char *adapter): it came or went, or prw_kernel_get_controller() changed
 * - `lost` (const char *message): the link is gone for good, and with it the right to open it again
 */
#define PRW_TYPE_KERNEL (prw_kernel_get_type ())
G_DECLARE_INTERFACE (PrwKernel, prw_kernel, PRW, KERNEL, GObject)

struct _PrwKernelInterface
{
  GTypeInterface parent;
  gboolean (*is_linked) (PrwKernel *self);
  gboolean (*get_controller) (PrwKernel *self, const char *adapter, PrwControllerState *state);
  void (*set_secure_connections) (PrwKernel *self, const char *adapter, PrwSecureConnections value, GTask *task);
  void (*set_debug_keys) (PrwKernel *self, const char *adapter, PrwDebugKeys value, GTask *task);
  void (*set_static_address) (PrwKernel *self, const char *adapter, const char *address, GTask *task);
  void (*read_local_oob) (PrwKernel *self, const char *adapter, PrwTransport transport, GTask *task);
  void (*add_remote_oob) (PrwKernel *self, const char *adapter, const char *address, PrwTransport transport,
                          PrwAddressType type, const PrwOobData *data, GTask *task);
  void (*clear_remote_oob) (PrwKernel *self, const char *adapter, GTask *task);
  void (*disconnect_peer) (PrwKernel *self, const char *adapter, const char *address, PrwTransport transport,
                           PrwAddressType type, GTask *task);
};

gboolean prw_kernel_is_linked (PrwKernel *self);
/** prw_kernel_get_controller: fills *@state; FALSE when the kernel has no such controller, or there is no link. */
gboolean prw_kernel_get_controller (PrwKernel *self, const char *adapter, PrwControllerState *state);
/** prw_kernel_is_le_only: whether the kernel says that @adapter has no BR/EDR, or that it is off; FALSE where nobody knows. */
gboolean prw_kernel_is_le_only (PrwKernel *self, const char *adapter);
void prw_kernel_set_secure_connections_async (PrwKernel *self, const char *adapter, PrwSecureConnections value,
                                              GAsyncReadyCallback callback, gpointer data);
void prw_kernel_set_debug_keys_async (PrwKernel *self, const char *adapter, PrwDebugKeys value, GAsyncReadyCallback callback, gpointer data);
/** prw_kernel_set_static_address_async: only while the controller is powered off. */
void prw_kernel_set_static_address_async (PrwKernel *self, const char *adapter, const char *address, GAsyncReadyCallback callback, gpointer data);
void prw_kernel_read_local_oob_async (PrwKernel *self, const char *adapter, PrwTransport transport, GAsyncReadyCallback callback, gpointer data);
/** prw_kernel_read_local_oob_finish: Returns: (transfer full) (nullable): freed with prw_oob_data_free(), which wipes it */
PrwOobData *prw_kernel_read_local_oob_finish (PrwKernel *self, GAsyncResult *result, GError **error);
void prw_kernel_add_remote_oob_async (PrwKernel *self, const char *adapter, const char *address, PrwTransport transport,
                                      PrwAddressType type, const PrwOobData *data, GAsyncReadyCallback callback, gpointer user_data);
/**
 * prw_kernel_clear_remote_oob_async: of all peers: mgmt Remove Remote OOB refuses a single LE address, and takes "any"
 * (address 0, type BR/EDR) for all of both radios (net/bluetooth/mgmt.c, remove_remote_oob_data()).
 */
void prw_kernel_clear_remote_oob_async (PrwKernel *self, const char *adapter, GAsyncReadyCallback callback, gpointer data);
/** prw_kernel_disconnect_async: at once; Device1.Disconnect takes two seconds, in which a pairing can end well. */
void prw_kernel_disconnect_async (PrwKernel *self, const char *adapter, const char *address, PrwTransport transport,
                                  PrwAddressType type, GAsyncReadyCallback callback, gpointer data);
/** prw_kernel_call_finish: for all but read_local_oob. */
gboolean prw_kernel_call_finish (PrwKernel *self, GAsyncResult *result, GError **error);

PrwOobData *prw_oob_data_new (void);
/** prw_oob_data_free: wipes it first. */
void prw_oob_data_free (PrwOobData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwOobData, prw_oob_data_free)

#define PRW_TYPE_NULL_KERNEL (prw_null_kernel_get_type ())
G_DECLARE_FINAL_TYPE (PrwNullKernel, prw_null_kernel, PRW, NULL_KERNEL, GObject)
/** prw_null_kernel_new: Returns: (transfer full): the kernel link that knows nothing */
PrwKernel *prw_null_kernel_new (void);

G_END_DECLS
