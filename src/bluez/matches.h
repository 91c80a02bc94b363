/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PrwBluezMatches:
 *
 * The match rules that let the signals of one bluetoothd through: one or two for each thing we have business with, so that
 * the bus keeps away those of all other devices. They are ours, not GDBus's: GLib 2.74 never delivers a match by arg0path
 * when the argument is an object path, and with one subscription of each kind a signal finds its device by one look-up,
 * however many are watched.
 */
typedef struct _PrwBluezMatches PrwBluezMatches;

/** PRW_BLUEZ_MATCHES_MAX: the system bus lets a connection have 512 rules; the rest is for those who watch their callers. */
#define PRW_BLUEZ_MATCHES_MAX 240

/** PrwBluezMatch: which signals of an object. */
typedef enum
{
  PRW_BLUEZ_MATCH_PRESENCE, /* InterfacesAdded and InterfacesRemoved */
  PRW_BLUEZ_MATCH_CHANGES,  /* PropertiesChanged of its Device1 */
} PrwBluezMatch;

/**
 * prw_bluez_matches_new:
 * @owner: bluetoothd's unique name
 *
 * With a rule for the changes of every adapter.
 */
PrwBluezMatches *prw_bluez_matches_new (GDBusConnection *connection, const char *owner);
/** prw_bluez_matches_free: takes every rule back: the bus would keep them, though their owner never comes again. */
void prw_bluez_matches_free (PrwBluezMatches *self);

/**
 * prw_bluez_matches_add:
 * @self: (nullable): NULL while there is no bluetoothd: nothing happens
 *
 * Counted; each needs its prw_bluez_matches_remove(). Beyond PRW_BLUEZ_MATCHES_MAX the signals of every device are let
 * through instead: then what is not asked for must be ignored, but nothing is missed.
 */
void prw_bluez_matches_add (PrwBluezMatches *self, const char *path, PrwBluezMatch match);
void prw_bluez_matches_remove (PrwBluezMatches *self, const char *path, PrwBluezMatch match);

G_END_DECLS
