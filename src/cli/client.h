/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PrwExit: exit statuses of pairwardctl. */
typedef enum
{
  PRW_EXIT_DONE = 0,
  PRW_EXIT_FAILED = 1,    /* refused or failed */
  PRW_EXIT_USAGE = 2,
  PRW_EXIT_NO_DAEMON = 3,
  PRW_EXIT_TIMEOUT = 4,
} PrwExit;

#define PRW_BUS_NAME "org.pairward"
#define PRW_ROOT_PATH "/org/pairward"
#define PRW_MANAGER_IFACE "org.pairward.Manager1"
#define PRW_PEER_IFACE "org.pairward.SecurityManager1"
#define PRW_CONTROLLER_IFACE "org.pairward.Controller1"
#define PRW_REQUEST_IFACE "org.pairward.Request1"

/** PRW_CALL_TIMEOUT: of calls that nobody has to think about, ms; longer than the daemon waits for bluetoothd, and the bus for it (25 s). */
#define PRW_CALL_TIMEOUT 30000
/** PRW_AUTHORIZED_TIMEOUT: of calls for which somebody may have to type a password first, ms. */
#define PRW_AUTHORIZED_TIMEOUT 120000

/** PrwClient: the connection of one run of pairwardctl. */
typedef struct
{
  GDBusConnection *bus; /* NULL until prw_client_connect() */
  gboolean unreachable; /* the bus */
  gboolean session;
  gboolean json;
} PrwClient;

/** prw_client_connect: to the message bus; the daemon need not run. */
gboolean prw_client_connect (PrwClient *self, GError **error);
void prw_client_clear (PrwClient *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PrwClient, prw_client_clear)

/** prw_client_prepare: before a call that somebody may have to type a password for: they can, where they sit at a terminal. */
void prw_client_prepare (PrwClient *self);
/**
 * prw_client_authorize:
 * @action: of polkit
 *
 * Has the password typed now, if one is needed, and before something else reads the terminal. The daemon decides, as always.
 */
void prw_client_authorize (PrwClient *self, const char *action);
/** prw_client_call: @parameters floating or NULL; Returns: (transfer full) (nullable) */
GVariant *prw_client_call (PrwClient *self, const char *path, const char *interface, const char *method, GVariant *parameters,
                           const char *reply_type, int timeout, GError **error);
/** prw_client_call_owner: the same to @owner alone, a unique name: for what is not to reach a daemon that was started since */
GVariant *prw_client_call_owner (PrwClient *self, const char *owner, const char *path, const char *interface, const char *method, GVariant *parameters,
                                 const char *reply_type, int timeout, GError **error);
/** prw_client_get_owner: Returns: (transfer full) (nullable): the daemon's unique name */
char *prw_client_get_owner (PrwClient *self, GError **error);
/** prw_client_get_all: Returns: (transfer full) (nullable): a{sv} */
GVariant *prw_client_get_all (PrwClient *self, const char *path, const char *interface, GError **error);
gboolean prw_client_set (PrwClient *self, const char *path, const char *interface, const char *property, GVariant *value, GError **error);
/** prw_client_get_objects: Returns: (transfer full) (nullable) (element-type utf8 GVariant): object path → a{sv} of its @interface */
GHashTable *prw_client_get_objects (PrwClient *self, const char *interface, GError **error);

/**
 * prw_client_resolve_peer:
 * @text: an address, a name or an object path
 *
 * Returns: (transfer full) (nullable): the object path; when several have that name, the error lists them
 */
char *prw_client_resolve_peer (PrwClient *self, const char *text, GError **error);

/** prw_client_fail: says in plain words what went wrong and what to do; Returns: the exit status for it */
PrwExit prw_client_fail (PrwClient *self, const GError *error);
/** prw_client_usage: says what is wrong with the command line; Returns: PRW_EXIT_USAGE */
PrwExit prw_client_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);

/** prw_client_quit_on_signals: SIGINT and SIGTERM end @loop. */
void prw_client_quit_on_signals (GMainLoop *loop);

G_END_DECLS
