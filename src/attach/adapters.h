/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "kernel/indexes.h"
#include "policy/address.h"

G_BEGIN_DECLS

/**
 * PrwAdapters: what bluetoothd says of its adapters
 * @present: (nullable) (array zero-terminated=1): their addresses, in the kernel's order; %NULL when that is not known
 * @complete: each controller of the kernel's has an adapter, so that nothing is missing in @present
 * @own: the address of the one that was asked for; "" when bluetoothd does not have it (yet)
 * @problem: (nullable): why there is no @own
 */
typedef struct
{
  char **present;
  gboolean complete;
  char own[PRW_ADDRESS_LEN + 1];
  char *problem;
} PrwAdapters;

void prw_adapters_free (PrwAdapters *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwAdapters, prw_adapters_free)

/**
 * prw_adapters_read_async:
 * @indexes: prw_indexes_read(), or what a test has
 * @own: the N of an hciN, or -1
 *
 * One small call for each: GetManagedObjects would bring all devices too.
 */
void prw_adapters_read_async (GDBusConnection *bus, PrwIndexesFunc indexes, int own, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data);
/** prw_adapters_read_finish: Returns: (transfer full) (nullable): %NULL with %G_IO_ERROR_NOT_CONNECTED: there is no bluetoothd */
PrwAdapters *prw_adapters_read_finish (GAsyncResult *result, GError **error);

/** PrwAdaptersFunc: the adapter hci@index came, or went. */
typedef void (*PrwAdaptersFunc) (guint index, gboolean came, gpointer data);

/** PrwAdaptersWatch: tells of adapters that come and go, by rules that no device passes: bluetoothd tells of those in the same place. */
typedef struct _PrwAdaptersWatch PrwAdaptersWatch;

/** prw_adapters_watch_new: @own: an N that is watched whatever it is; of others the first PRW_ADAPTERS_WATCHED */
PrwAdaptersWatch *prw_adapters_watch_new (GDBusConnection *bus, guint own, PrwAdaptersFunc func, gpointer data);
void prw_adapters_watch_free (PrwAdaptersWatch *self);

#define PRW_ADAPTERS_WATCHED 16

G_END_DECLS
