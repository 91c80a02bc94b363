/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "policy/address.h"

G_BEGIN_DECLS

/**
 * How a board gets its address from bluetoothd, and never that of another.
 *
 * What bluetoothd does (src/adapter.c of 5.66 and 5.87): for each controller without a public address it reads the list of that
 * manufacturer in its `addresses` file, and takes the first one that none of its adapters has. It does so when a controller comes
 * (Index Added), and, when it starts, for all that are there, one after the other (one command is outstanding at a time,
 * src/shared/mgmt.c), in the order in which Read Index List names them. The kernel puts a new controller at the head of its list
 * (list_add() in hci_register_dev()) and walks it from there (read_index_list()): so that is the newest first. After a restart
 * of bluetoothd the address of a controller that stayed is taken from the list once more, too: the kernel does not say it.
 *
 * So the list is kept such that it gives each the right one whenever bluetoothd reads it:
 *
 *     [those of the boards that are there, the newest first] [those that are not ours]
 *
 * - An attachment puts its own address first *before* it sets the line discipline, and lets no other one begin until bluetoothd has
 *   taken it: they hold a lock in the meantime (prw_claim_async() … prw_claim_settle()). So the order in the list is the order
 *   of the kernel's, and bluetoothd may restart, or come later: it finds the newest one's address first.
 * - An attachment that ends takes its address out of the list (prw_claim_release()): an address that is in it and not in use would
 *   be given to the next controller of this manufacturer that we do not attach. (One that was in the list before we put it
 *   there, because somebody or bluetoothd did, is put behind the others instead.)
 * - Which addresses are in use is known by locks on files in @run, which go with the process that holds them, however it ends. What
 *   a killed one left in the list is taken out by the next claim, or by prw_claim_arrange().
 * - Boards that are to have no address of ours (StaticAddress=none) are attached under the same lock, so that they do not take the
 *   one that is meant for another; what they got is claimed when they settle.
 *
 * What an attachment does:
 *
 *  1. prw_identity_decide(); for %PRW_IDENTITY_KEPT prw_claim_kept_address(). Unless it needs_claim, only set the line discipline.
 *  2. prw_claim_async(), with the addresses of bluetoothd's adapters, when bluetoothd is there.
 *  3. Set the line discipline; it is hciN.
 *  4. Wait until org.bluez has an Adapter1 at hciN and read its Address; until org.bluez has no owner (then at once: it finds the
 *     right order when it comes); or for ten seconds (then go on, and say so).
 *  5. Write the board's record, then prw_claim_settle() with that address. If it is another one than was claimed, put the tty back,
 *     prw_claim_release(), and begin anew, twice at most.
 *  6. While attached: an Adapter1 that comes at hciN with another address (bluetoothd was restarted, see below) is the same case.
 *     Any Adapter1 that comes or goes: prw_claim_arrange().
 *  7. At the end put the tty back, then prw_claim_release().
 *
 * A controller that the kernel has by itself (hci.h) is one that is taken from bluetoothd before 1, and "set the line discipline" is
 * to give it back. Its place in the kernel's list is that of its plug: present, which 5 and 6 have, says it; only while there is no
 * bluetoothd is the order that of the claims, which 6 mends.
 *
 * What remains (for the manual):
 *
 * - Controllers that are not attached by us take the first free address of their manufacturer's list, and come when they please: two
 *   USB ones (btusb) of one manufacturer can still exchange addresses when both are there before bluetoothd starts, and one
 *   that comes in the very moment of a claim can take the claimed address; 6 mends that for ours. Their order in the list is
 *   only known while bluetoothd runs.
 * - A bluetoothd that starts while a board is being set up (some tenths of a second) does not see that board yet, and gives its
 *   address to another one; 6 mends it.
 * - A board with StaticAddress=none that is attached while bluetoothd is not running takes the first address of the list when it comes,
 *   which may be another's; 6 mends it for that one.
 * - An attachment that is killed (SIGKILL) leaves its address in the list until the next claim or prw_claim_arrange(). If bluetoothd
 *   starts in between, the next controller of this manufacturer gets it; 6 mends it for ours.
 * - bluetoothd writes the file without a lock when it makes an address up. Both see what the other wrote up to the moment of the
 *   rename; what is lost after all is the address it made up, or ours, which 5 notices.
 */

/**
 * PrwClaimPaths:
 * @addresses: BlueZ's file
 * @state: our own, of what is to be kept for ever: addresses that were made here, and which ones we put into BlueZ's file
 * @run: a folder, for locks; gone with the machine's restart
 */
typedef struct
{
  const char *addresses;
  const char *state;
  const char *run;
} PrwClaimPaths;

#define PRW_CLAIM_ADDRESSES "addresses" /* in BlueZ's folder */
#define PRW_CLAIM_BLUEZ_DIR "/var/lib/bluetooth"

/** PRW_CLAIM_WAIT_SECONDS: for another board's attachment to settle */
#define PRW_CLAIM_WAIT_SECONDS 30

/** PrwClaim: a board that is being attached, or is; freed by prw_claim_release(). */
typedef struct _PrwClaim PrwClaim;

/**
 * prw_claim_kept_address:
 * @key: of prw_identity_decide()
 * @address: (out): PRW_ADDRESS_LEN + 1 bytes
 *
 * The address that was made for the board, once, from the kernel's random numbers; it is made and kept now if it was not yet.
 * Blocks for a small write. Errors are of %G_IO_ERROR and name the file, which is left as it is.
 */
gboolean prw_claim_kept_address (const PrwClaimPaths *paths, const char *key, char *address, GError **error);

/**
 * prw_claim_async:
 * @manufacturer: the board's
 * @address: (nullable): what it is to have; %NULL: what bluetoothd likes
 * @present: (nullable) (array zero-terminated=1): the addresses of bluetoothd's adapters, in the order of Read Index List (the
 *   newest first), when they are known
 *
 * Waits for other boards' attachments to settle, at most PRW_CLAIM_WAIT_SECONDS (%G_IO_ERROR_TIMED_OUT), then puts @address first.
 * Of the waiting nothing blocks; the writing takes as long as a disk does.
 */
void prw_claim_async (const PrwClaimPaths *paths, guint16 manufacturer, const char *address, const char *const *present,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/**
 * prw_claim_finish:
 *
 * Returns: (transfer full) (nullable): %NULL with an error, and nothing done: %G_IO_ERROR_ADDRESS_IN_USE when a board or another
 *   adapter that is there has the address; what prw_addresses_file_arrange() refuses
 */
PrwClaim *prw_claim_finish (GAsyncResult *result, GError **error);

/**
 * prw_claim_settle:
 * @actual: (nullable): the address that bluetoothd gave it; %NULL: it is not known (there is no bluetoothd)
 * @present: (nullable): as of prw_claim_async(), now with this board
 *
 * Lets the next board be attached, whatever it returns.
 *
 * Returns: FALSE with %G_IO_ERROR_INVALID_DATA when @actual is not what was claimed
 */
gboolean prw_claim_settle (PrwClaim *self, const char *actual, const char *const *present, GError **error);

/**
 * prw_claim_release:
 * @self: (transfer full)
 *
 * The board is no controller any more. Waits for nobody.
 *
 * Returns: FALSE with an error when BlueZ's file could not be changed; the claim is gone all the same
 */
gboolean prw_claim_release (PrwClaim *self, GError **error);

/**
 * prw_claim_arrange:
 *
 * Puts the list in order: takes out what boards left that are gone, and orders the rest as @present says, or, when that is %NULL, as
 * our own boards came. %G_IO_ERROR_BUSY while a board is being attached: then that is done by its settling, or can be tried again.
 */
gboolean prw_claim_arrange (const PrwClaimPaths *paths, guint16 manufacturer, const char *const *present, GError **error);

G_END_DECLS
