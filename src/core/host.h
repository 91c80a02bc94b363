/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/error.h"
#include "core/reply.h"
#include "policy/types.h"

G_BEGIN_DECLS

/**
 * PrwDevice: one reading of a remote device. Immutable, reference counted. Text is already made safe.
 */
typedef struct
{
  gatomicrefcount ref_count;
  char *path;           /* org.bluez object path */
  char *adapter;        /* "hci0" */
  char *address;        /* normal form */
  PrwAddressType address_type;
  char *name;           /* Name, else Alias unless that is just the address; "" when none */
  char *icon;           /* "" when none */
  guint32 device_class; /* 0 when none */
  char **uuids;
  gboolean paired, bonded, connected, trusted;
} PrwDevice;

PrwDevice *prw_device_new (void);
PrwDevice *prw_device_ref (PrwDevice *device);
void prw_device_unref (PrwDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwDevice, prw_device_unref)

/** prw_device_has_keys: whether bluetoothd has keys of it, kept or not; @device: (nullable) */
gboolean prw_device_has_keys (const PrwDevice *device);

/** PrwAdapter: one reading of a controller. Immutable, reference counted. */
typedef struct
{
  gatomicrefcount ref_count;
  char *path;
  char *name;    /* "hci0" */
  char *address;
  char *address_type;
  guint16 manufacturer;
  gboolean powered, pairable, discoverable, discovering;
} PrwAdapter;

PrwAdapter *prw_adapter_new (void);
PrwAdapter *prw_adapter_ref (PrwAdapter *adapter);
void prw_adapter_unref (PrwAdapter *adapter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwAdapter, prw_adapter_unref)

/** PrwAgentMethod: which of Agent1's questions. */
typedef enum
{
  PRW_AGENT_METHOD_REQUEST_PIN_CODE,
  PRW_AGENT_METHOD_DISPLAY_PIN_CODE,
  PRW_AGENT_METHOD_REQUEST_PASSKEY,
  PRW_AGENT_METHOD_DISPLAY_PASSKEY,
  PRW_AGENT_METHOD_REQUEST_CONFIRMATION,
  PRW_AGENT_METHOD_REQUEST_AUTHORIZATION,
  PRW_AGENT_METHOD_AUTHORIZE_SERVICE,
} PrwAgentMethod;

/**
 * PrwAgentCall:
 *
 * A question of bluetoothd. @reply is answered by whoever decides; for DISPLAY_PASSKEY it is answered already.
 * Reference counted. When bluetoothd cancels it, prw_agent_call_cancel() runs what was set with
 * prw_agent_call_set_cancelled().
 */
typedef struct
{
  grefcount ref_count;
  PrwAgentMethod method;
  char *device_path;
  guint32 passkey;  /* DISPLAY_PASSKEY, REQUEST_CONFIRMATION */
  guint16 entered;  /* DISPLAY_PASSKEY */
  char *pin;        /* DISPLAY_PIN_CODE; wiped when freed */
  char *uuid;       /* AUTHORIZE_SERVICE */
  PrwReply *reply;
  gboolean cancelled;
  void (*cancelled_func) (gpointer data);
  gpointer cancelled_data;
  gpointer *weak;   /* (nullable): where the host keeps a pointer to this call; becomes NULL when the call is freed */
} PrwAgentCall;

PrwAgentCall *prw_agent_call_new (PrwAgentMethod method, const char *device_path, PrwReply *reply);
PrwAgentCall *prw_agent_call_ref (PrwAgentCall *call);
void prw_agent_call_unref (PrwAgentCall *call);
void prw_agent_call_set_cancelled (PrwAgentCall *call, void (*func) (gpointer), gpointer data);
void prw_agent_call_cancel (PrwAgentCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwAgentCall, prw_agent_call_unref)

/** PrwAgentState: what has become of our default agent. */
typedef enum
{
  PRW_AGENT_STATE_UNAVAILABLE, /* no bluetoothd */
  PRW_AGENT_STATE_REGISTERED,
  PRW_AGENT_STATE_DEFAULT,
} PrwAgentState;
const char *prw_agent_state_to_string (PrwAgentState state);

/**
 * PRW_HOST_ERROR: how a call to bluetoothd ended, in its own terms.
 */
#define PRW_HOST_ERROR (prw_host_error_quark ())
GQuark prw_host_error_quark (void);
typedef enum
{
  PRW_HOST_ERROR_FAILED,
  PRW_HOST_ERROR_NOT_READY,   /* no bluetoothd, or the controller is off */
  PRW_HOST_ERROR_NOT_FOUND,   /* no such object */
  PRW_HOST_ERROR_NOT_AVAILABLE,
  PRW_HOST_ERROR_TIMEOUT,     /* bluetoothd did not answer */
  PRW_HOST_ERROR_CANCELLED,   /* the cancellable */
  PRW_HOST_ERROR_IN_PROGRESS,
  PRW_HOST_ERROR_ALREADY_EXISTS,
  PRW_HOST_ERROR_CONNECTION_ATTEMPT_FAILED,
  PRW_HOST_ERROR_AUTHENTICATION_FAILED,
  PRW_HOST_ERROR_AUTHENTICATION_TIMEOUT,
  PRW_HOST_ERROR_AUTHENTICATION_REJECTED,
  PRW_HOST_ERROR_AUTHENTICATION_CANCELED,
} PrwHostError;

/** prw_host_error_code: Returns: what a caller of ours is told when bluetoothd ended a call with @error, a PRW_HOST_ERROR */
PrwError prw_host_error_code (const GError *error);

/**
 * PrwHost:
 *
 * The Bluetooth host: bluetoothd, as the core sees it. Paths are org.bluez object paths. Every asynchronous call ends
 * within its own time limit with a PRW_HOST_ERROR at worst.
 *
 * Signals:
 * - `available-changed`: bluetoothd came or went (prw_host_is_available())
 * - `agent-state-changed`
 * - `adapter-added`, `adapter-changed`, `adapter-removed` (PrwAdapter *)
 * - `device-changed` (PrwDevice *): a watched device, with the new reading
 * - `device-removed` (const char *path): a watched device
 * - `agent-call` (PrwAgentCall *): bluetoothd asks; no handler means rejection
 */
#define PRW_TYPE_HOST (prw_host_get_type ())
G_DECLARE_INTERFACE (PrwHost, prw_host, PRW, HOST, GObject)

struct _PrwHostInterface
{
  GTypeInterface parent;
  gboolean (*is_available) (PrwHost *self);
  void (*settle) (PrwHost *self, GAsyncReadyCallback callback, gpointer data);
  PrwAgentState (*get_agent_state) (PrwHost *self);
  GPtrArray *(*get_adapters) (PrwHost *self);
  void (*set_capability) (PrwHost *self, PrwIoCapability capability);
  void (*set_pairable) (PrwHost *self, const char *adapter, gboolean pairable);
  void (*set_discoverable) (PrwHost *self, const char *adapter, gboolean discoverable);
  void (*watch_device) (PrwHost *self, const char *path);
  void (*unwatch_device) (PrwHost *self, const char *path);
  void (*read_device) (PrwHost *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
  PrwDevice *(*read_device_finish) (PrwHost *self, GAsyncResult *result, GError **error);
  void (*list_devices) (PrwHost *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
  GPtrArray *(*list_devices_finish) (PrwHost *self, GAsyncResult *result, GError **error);
  void (*find_device) (PrwHost *self, const char *adapter, const char *address, guint seconds, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data);
  PrwDevice *(*find_device_finish) (PrwHost *self, GAsyncResult *result, GError **error);
  void (*pair) (PrwHost *self, const char *path, PrwIoCapability capability, GCancellable *cancellable,
                GAsyncReadyCallback callback, gpointer data);
  void (*connect_device) (PrwHost *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
  void (*disconnect_device) (PrwHost *self, const char *path, GAsyncReadyCallback callback, gpointer data);
  void (*remove_device) (PrwHost *self, const char *path, GAsyncReadyCallback callback, gpointer data);
  void (*set_trusted) (PrwHost *self, const char *path, gboolean trusted, GAsyncReadyCallback callback, gpointer data);
  gboolean (*call_finish) (PrwHost *self, GAsyncResult *result, GError **error);
};

gboolean prw_host_is_available (PrwHost *self);
/**
 * prw_host_settle_async:
 *
 * Ends when what the host tells is the whole picture: bluetoothd is not there, or its adapters have all been read. At
 * once when it is so already; otherwise within the time limits of those calls. It cannot fail.
 */
void prw_host_settle_async (PrwHost *self, GAsyncReadyCallback callback, gpointer data);
PrwAgentState prw_host_get_agent_state (PrwHost *self);
/** prw_host_get_adapters: Returns: (transfer none) (element-type PrwAdapter): those known now */
GPtrArray *prw_host_get_adapters (PrwHost *self);
/** prw_host_find_adapter: Returns: (transfer none) (nullable): the adapter "hciN" */
PrwAdapter *prw_host_find_adapter (PrwHost *self, const char *name);
/** prw_host_set_capability: what the default agent registers with; changes at once, with no moment without an agent. */
void prw_host_set_capability (PrwHost *self, PrwIoCapability capability);
/** prw_host_set_pairable: @adapter is "hciN". Fire and forget: failures are logged, the next adapter-changed shows the truth. */
void prw_host_set_pairable (PrwHost *self, const char *adapter, gboolean pairable);
void prw_host_set_discoverable (PrwHost *self, const char *adapter, gboolean discoverable);
/** prw_host_watch_device: counted; each needs its prw_host_unwatch_device(). Holds across a restart of bluetoothd. */
void prw_host_watch_device (PrwHost *self, const char *path);
void prw_host_unwatch_device (PrwHost *self, const char *path);
/** prw_host_read_device_async: one GetAll; NOT_FOUND when bluetoothd has no such object. */
void prw_host_read_device_async (PrwHost *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
PrwDevice *prw_host_read_device_finish (PrwHost *self, GAsyncResult *result, GError **error);
/** prw_host_list_devices_async: (element-type PrwDevice) those bonded, paired or connected now, on all adapters. */
void prw_host_list_devices_async (PrwHost *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *prw_host_list_devices_finish (PrwHost *self, GAsyncResult *result, GError **error);
/**
 * prw_host_find_device_async:
 * @adapter: "hciN"
 * @address: normal form
 * @seconds: how long to discover
 *
 * The device, from what bluetoothd knows or by discovery (started and stopped again). PRW_HOST_ERROR_TIMEOUT when it is not heard.
 */
void prw_host_find_device_async (PrwHost *self, const char *adapter, const char *address, guint seconds, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data);
PrwDevice *prw_host_find_device_finish (PrwHost *self, GAsyncResult *result, GError **error);
/**
 * prw_host_pair_async:
 *
 * Device1.Pair() on a connection and agent of its own with @capability; that agent's questions come as agent-call too.
 * Cancelling @cancellable calls CancelPairing once (only while Pair() is pending: it would unpair otherwise).
 */
void prw_host_pair_async (PrwHost *self, const char *path, PrwIoCapability capability, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data);
void prw_host_connect_device_async (PrwHost *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void prw_host_disconnect_device_async (PrwHost *self, const char *path, GAsyncReadyCallback callback, gpointer data);
void prw_host_remove_device_async (PrwHost *self, const char *path, GAsyncReadyCallback callback, gpointer data);
void prw_host_set_trusted_async (PrwHost *self, const char *path, gboolean trusted, GAsyncReadyCallback callback, gpointer data);
/** prw_host_call_finish: for settle, pair, connect_device, disconnect_device, remove_device, set_trusted. */
gboolean prw_host_call_finish (PrwHost *self, GAsyncResult *result, GError **error);

G_END_DECLS
