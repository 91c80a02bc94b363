/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bluez/context.h"

G_BEGIN_DECLS

/** PrwBluezAdapters: the controllers bluetoothd has, and our switches on them. */
typedef struct _PrwBluezAdapters PrwBluezAdapters;
typedef void (*PrwBluezAdaptersFunc) (gpointer data);

/**
 * prw_bluez_adapters_new:
 * @listed: called when the adapters of a bluetoothd that appeared have all been read, as far as they can be
 * @flipped: called when Pairable changed to what nobody here asked for
 */
PrwBluezAdapters *prw_bluez_adapters_new (PrwBluezContext *context, PrwBluezAdaptersFunc listed, PrwBluezAdaptersFunc flipped,
                                          gpointer data);
void prw_bluez_adapters_free (PrwBluezAdapters *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwBluezAdapters, prw_bluez_adapters_free)

/** prw_bluez_adapters_get: Returns: (transfer none) (element-type PrwAdapter) */
GPtrArray *prw_bluez_adapters_get (PrwBluezAdapters *self);
/** prw_bluez_adapters_appeared: there is a bluetoothd: looks for its adapters, again and again if it does not answer. */
void prw_bluez_adapters_appeared (PrwBluezAdapters *self);
/** prw_bluez_adapters_vanished: each is signalled as removed. */
void prw_bluez_adapters_vanished (PrwBluezAdapters *self);
/** prw_bluez_adapters_set_pairable: @name is "hciN"; nothing happens without it. The latest wish holds. */
void prw_bluez_adapters_set_pairable (PrwBluezAdapters *self, const char *name, gboolean pairable);
void prw_bluez_adapters_set_discoverable (PrwBluezAdapters *self, const char *name, gboolean discoverable);

/* What bluetoothd signals; @path is an adapter's. */
void prw_bluez_adapters_added (PrwBluezAdapters *self, const char *path, GVariant *properties);
void prw_bluez_adapters_removed (PrwBluezAdapters *self, const char *path);
void prw_bluez_adapters_changed (PrwBluezAdapters *self, const char *path, GVariant *changed);

G_END_DECLS
