/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/address.h"

G_BEGIN_DECLS

/*
 * Which address a board has. Pure; claim.h sees to it that it gets it.
 *
 * A board with a public address of its own keeps that. The others are named by bluetoothd, from the list of their manufacturer in
 * its `addresses` file: by manufacturer, not by board, so without us two boards would exchange addresses, and with them bonds, by
 * the order in which they are plugged in.
 */

typedef enum
{
  PRW_IDENTITY_NONE,    /* bluetoothd takes any that is free, or makes one up */
  PRW_IDENTITY_PUBLIC,  /* the chip's public one: there is nothing to do */
  PRW_IDENTITY_WRITTEN, /* a public one that was configured: to be written to the chip with Write BD_ADDR (0xfc06) before it is attached */
  PRW_IDENTITY_FACTORY, /* the static address that the chip was made with */
  PRW_IDENTITY_CONFIGURED,
  PRW_IDENTITY_KEPT,    /* one that was made here for this board, once: prw_claim_kept_address() has it */
} PrwIdentitySource;

/**
 * PrwIdentityFacts: what is known of a board
 * @public_address: (nullable): of Read BD_ADDR (Core 5.4 Vol 4 Part E 7.4.6); 00:00:00:00:00:00 is none
 * @factory: (nullable) (array zero-terminated=1): of Read Static Addresses (0xfc09)
 * @may_write: the firmware has Write BD_ADDR (0xfc06)
 * @usb: (nullable): "2fe3:000b"
 * @serial: (nullable): the USB device's serial number
 * @port: (nullable): where it is plugged in ("1-1.2", "ttyAMA0"): by this a board is known that has no serial number. Not a
 *   tty's name that another board could get
 */
typedef struct
{
  const char *public_address;
  const char *const *factory;
  gboolean may_write;
  const char *usb;
  const char *serial;
  const char *port;
} PrwIdentityFacts;

/**
 * PrwIdentity: what is to be done
 * @address: the one it will have; "" when that is not known (%PRW_IDENTITY_NONE, %PRW_IDENTITY_KEPT)
 * @needs_claim: bluetoothd will take an address from its file for it: attach it between prw_claim_async() and
 *   prw_claim_settle(), also when it is to take any (%PRW_IDENTITY_NONE)
 * @key: (nullable): of a board whose address is kept
 * @hint: (nullable): what a person should know of this, translated
 */
typedef struct
{
  PrwIdentitySource source;
  char address[PRW_ADDRESS_LEN + 1];
  gboolean needs_claim;
  char *key;
  char *hint;
} PrwIdentity;

void prw_identity_clear (PrwIdentity *identity);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PrwIdentity, prw_identity_clear)

/** prw_identity_is_static: a static random address (Core 5.4 Vol 6 Part B 1.3.2.1): 11 first, the rest not all 0 or all 1 */
gboolean prw_identity_is_static (const char *address);

/**
 * prw_identity_decide:
 * @wanted: (nullable): "auto" (the same as %NULL), "none", or a static random address
 * @wanted_public: (nullable): a public address to be written to a chip that has none
 * @identity: (out caller-allocates)
 *
 * - A public address stays. One that is wanted is written where the firmware can; where it cannot, that is an error.
 * - auto: the factory's static address; without one, an address that is kept for the board, where the board can be told from
 *   others; else none, with a hint.
 * - An address: that one.
 * - none: bluetoothd's affair.
 *
 * Returns: FALSE with an error of %G_IO_ERROR (%G_IO_ERROR_INVALID_ARGUMENT, %G_IO_ERROR_NOT_SUPPORTED) that says what to change
 */
gboolean prw_identity_decide (const PrwIdentityFacts *facts, const char *wanted, const char *wanted_public, PrwIdentity *identity,
                              GError **error);

G_END_DECLS
