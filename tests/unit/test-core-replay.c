/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/*
 * What the kernel showed of real pairings, played through the real kernel link to an engine: the story of signals that
 * comes of it. A trace does not have what bluetoothd and people said meanwhile; that is told here, when it was said.
 */
#include "core-replay.h"

/** Trace: @steps: ends with zeros */
typedef struct
{
  const char *name;
  TraceHow how;
  const Step *steps;
  const char *story;
} Trace;

static void
test_trace (gconstpointer data)
{
  const Trace *trace = data;
  Replay self;

  replay_open (&self, trace->how, trace->steps);
  replay_run (&self, trace->name);
  g_assert_cmpstr (self.story->str, ==, trace->story);
  replay_close (&self);
}

#define READY "powered le sc=on" /* the last of what bluetoothd sets at its start */

/* By the time bluetoothd has stored the keys and says so the kernel has shown all of them, and what this side sent last. */
#define OUR_BOND { "le key", bluetoothd_stores }, { "le sent smp", bluetoothd_succeeds }
#define OUR_ENCRYPTION { "le disconnected", we_pair }, { "le connected", bluetoothd_succeeds }
#define ANEW { "le disconnected", bluetoothd_forgets }, { NULL, we_pair }, { NULL, bluetoothd_finds }

static const Step just_works[] = { { READY, we_pair }, OUR_BOND, OUR_ENCRYPTION, { 0 } };

static const Step just_works_theirs[] = {
  { "le smp", bluetoothd_wants_authorization },
  { "le smp", handler_rejects },
  { "le disconnected", nothing },
  { "le smp", bluetoothd_wants_authorization },
  { "le smp", handler_accepts },
  { "le key", bluetoothd_stores },
  { 0 },
};

static const Step comparison_ours[] = {
  { READY, we_pair }, { "le smp", bluetoothd_wants_comparison }, { "le smp", handler_confirms }, OUR_BOND, OUR_ENCRYPTION, { 0 },
};

static const Step comparison_theirs[] = {
  { "le smp", bluetoothd_wants_comparison }, { "le smp", handler_confirms }, { "le key", bluetoothd_stores }, { 0 },
};

/* With data of the other side nobody is asked; the second pairing is a legacy one without. */
static const Step out_of_band[] = {
  { READY, we_pair }, OUR_BOND, ANEW, OUR_BOND, { 0 },
};

static const Step passkey_ours[] = {
  { READY, we_pair },
  { "le pairing-response", bluetoothd_shows_passkey },
  OUR_BOND,
  ANEW,
  { "le pairing-response", bluetoothd_wants_passkey },
  { NULL, handler_enters },
  OUR_BOND,
  ANEW,
  { "le pairing-response", bluetoothd_wants_passkey },
  { NULL, handler_enters },
  OUR_BOND,
  { 0 },
};

static const Step passkey_legacy[] = {
  { READY, we_pair },
  { "le pairing-response", bluetoothd_shows_passkey },
  OUR_BOND,
  ANEW,
  { "le pairing-response", bluetoothd_wants_passkey },
  { NULL, handler_enters },
  OUR_BOND,
  { "le disconnected", bluetoothd_forgets },
  { "le sent pairing-response", bluetoothd_wants_passkey },
  { "le smp", handler_enters },
  { "le key", nothing },
  { "le key", bluetoothd_stores },
  { 0 },
};

static const Step wrong_passkey[] = {
  { READY, we_pair },
  { "le smp", bluetoothd_wants_passkey },
  { NULL, handler_enters },
  { "le pairing-failed", bluetoothd_fails },
  { "le disconnected", bluetoothd_forgets },
  { "le sent pairing-response", bluetoothd_shows_passkey },
  { 0 },
};

static const Step refused_comparison[] = {
  { "le smp", bluetoothd_wants_comparison },
  { "le smp", handler_denies },
  { "le disconnected", nothing },
  { "le smp", bluetoothd_wants_comparison }, /* they refuse */
  { "le pairing-failed", bluetoothd_cancels },
  { "le disconnected", we_pair },
  { "le smp", bluetoothd_wants_comparison },
  { "le smp", handler_denies },
  { "le sent pairing-failed", bluetoothd_fails },
  { 0 },
};

/* The first question is the Security Request's, which the kernel shows; bluetoothd's joins it. */
static const Step peripheral_asks[] = {
  { "le pairing-response", bluetoothd_wants_authorization },
  { "le smp", handler_rejects },
  { "le disconnected", nothing },
  { "le pairing-response", bluetoothd_wants_authorization },
  { "le smp", handler_accepts },
  { "le key", bluetoothd_stores },
  { 0 },
};

/* Connect() fails, as it does when the link goes again at once. */
static const Step lost_bond[] = {
  { READY, we_pair },
  OUR_BOND,
  { "le disconnected", we_pair },
  { "le disconnected", bluetoothd_cannot_connect },
  { NULL, we_force },
  { NULL, bluetoothd_finds },
  OUR_BOND,
  OUR_ENCRYPTION,
  { 0 },
};

/* On BR/EDR nothing is seen of a pairing but its end, and the link is encrypted after the bond is there. */
static const Step bredr_comparison[] = {
  { "bredr connected", bluetoothd_wants_comparison },
  { NULL, handler_denies },
  { "bredr disconnected", bluetoothd_forgets },
  { "bredr connected", bluetoothd_wants_comparison },
  { NULL, handler_confirms },
  { "bredr key", bluetoothd_stores },
  { "bredr encryption", two_seconds_pass },
  { "bredr disconnected", bluetoothd_forgets },
  { NULL, we_pair },
  { NULL, bluetoothd_finds },
  { "bredr connected", bluetoothd_wants_comparison },
  { NULL, handler_confirms },
  { "bredr key", bluetoothd_stores },
  { "bredr encryption", bluetoothd_succeeds },
  { 0 },
};

/* Of the first attempt, with a wrong PIN, nothing is seen but the connection. No link is encrypted. */
static const Step bredr_pin[] = {
  { "bredr disconnected", nothing },
  { "bredr connected", bluetoothd_wants_pin },
  { NULL, handler_enters_pin },
  { "bredr key", bluetoothd_stores },
  { NULL, two_seconds_pass },
  { "bredr disconnected", bluetoothd_forgets },
  { NULL, we_pair },
  { NULL, bluetoothd_finds },
  { "bredr connected", bluetoothd_wants_pin },
  { NULL, handler_enters_pin },
  { "bredr key", bluetoothd_stores },
  { NULL, bluetoothd_succeeds },
  { 0 },
};

/* The keys of BR/EDR are made from those of LE: one pairing, one bond. */
static const Step both_radios[] = {
  { "powered le bredr", we_pair },
  { "le smp", bluetoothd_wants_comparison },
  { "le smp", handler_confirms },
  OUR_BOND,
  { "le disconnected", bluetoothd_forgets },
  { "le smp", bluetoothd_wants_comparison },
  { "le smp", handler_confirms },
  { "bredr key", bluetoothd_stores },
  { NULL, two_seconds_pass },
  { 0 },
};

static void
the_log_warns (Replay *self)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
}

/* The second time the other side, which still has a bond, asks for security before our Pairing Request goes out. */
static const Step debug_key[] = {
  { READY, we_pair },
  { "le smp", bluetoothd_wants_comparison },
  { "le smp", handler_confirms },
  { NULL, the_log_warns },
  OUR_BOND,
  { "le disconnected", we_force },
  { NULL, bluetoothd_finds },
  { "le smp", bluetoothd_wants_comparison },
  { "le smp", handler_confirms },
  OUR_BOND,
  { 0 },
};

static void
the_window_opens (Replay *self)
{
  g_assert_true (prw_window_open (prw_engine_get_window (self->engine), 60, NULL));
}

/* Closed: the kernel refuses a bond by itself; what wants none it lets through. */
static const Step window[] = {
  { "le sent pairing-response", bluetoothd_wants_authorization },
  { NULL, bluetoothd_is_answered },
  { "le disconnected", nothing },
  { "le disconnected", the_window_opens },
  { "le sent pairing-response", bluetoothd_wants_authorization },
  { NULL, handler_accepts },
  { "le key", bluetoothd_stores },
  { 0 },
};

static const Trace traces[] = {
  { "just-works.btsnoop", JUST_WORKS, just_works,
    "level open; level just-works; bonding as central success just-works; Pair() success; level no-access; "
    "level open; level just-works; encryption as central success just-works; Pair() success; " },
  { "just-works-legacy.btsnoop", JUST_WORKS, just_works,
    "level open; level just-works; bonding as central success just-works; Pair() success; level no-access; "
    "level open; level just-works; encryption as central success just-works; Pair() success; " },
  { "just-works-theirs.btsnoop", JUST_WORKS, just_works_theirs,
    "level open; pairing-authorization-required?; refused user-rejected; reject; level no-access; "
    "level open; pairing-authorization-required?; accept; level just-works; bonding as peripheral success just-works; " },
  { "comparison-ours.btsnoop", PLAIN, comparison_ours,
    "level open; passkey-display-required?; accept; level lesc-mitm; bonding as central success lesc-mitm; Pair() success; level no-access; "
    "level open; level lesc-mitm; encryption as central success lesc-mitm; Pair() success; " },
  { "comparison-theirs.btsnoop", PLAIN, comparison_theirs,
    "level open; passkey-display-required?; accept; level lesc-mitm; bonding as peripheral success lesc-mitm; level no-access; "
    "level open; level lesc-mitm; encryption as peripheral success lesc-mitm; " },
  { "passkey-ours.btsnoop", PLAIN, passkey_ours,
    "level open; passkey-display-required?; level lesc-mitm; bonding as central success lesc-mitm; Pair() success; level no-access; "
    "level open; passkey-required?; 123456; level lesc-mitm; bonding as central success lesc-mitm; Pair() success; level no-access; "
    "level open; passkey-required?; 123456; level lesc-mitm; bonding as central success lesc-mitm; Pair() success; level no-access; " },
  { "passkey-legacy.btsnoop", PLAIN, passkey_legacy,
    "level open; passkey-display-required?; level mitm; bonding as central success mitm; Pair() success; level no-access; "
    "level open; passkey-required?; 123456; level mitm; bonding as central success mitm; Pair() success; level no-access; "
    "level open; passkey-required?; 123456; level mitm; bonding as peripheral success mitm; level no-access; " },
  { "lost-bond.btsnoop", JUST_WORKS, lost_bond,
    "level open; level just-works; bonding as central success just-works; Pair() success; level no-access; "
    "level open; suspect; level no-access; encryption as unknown unspecified no-access; Pair() unspecified; not suspect; "
    "level open; level just-works; bonding as central success just-works; Pair() success; level no-access; "
    "level open; level just-works; encryption as central success just-works; Pair() success; " },
  { "peripheral-asks.btsnoop", JUST_WORKS, peripheral_asks,
    "level open; peripheral-security-request?; refused user-rejected; reject; level no-access; "
    "level open; peripheral-security-request?; accept; level just-works; bonding as central success just-works; " },
  { "refused-comparison.btsnoop", PLAIN, refused_comparison,
    "level open; passkey-display-required?; pairing as peripheral num-comp-failure open; reject; level no-access; "
    "level open; passkey-display-required?; pairing as peripheral num-comp-failure open; level no-access; "
    "level open; passkey-display-required?; reject; pairing as central num-comp-failure open; Pair() num-comp-failure; level no-access; " },
  { "wrong-passkey.btsnoop", PLAIN, wrong_passkey,
    "level open; passkey-required?; 123456; pairing as central confirm-value open; Pair() confirm-value; level no-access; "
    "level open; passkey-display-required?; pairing as peripheral confirm-value open; level no-access; " },
  { "bredr-comparison.btsnoop", BREDR, bredr_comparison,
    "level open; passkey-display-required?; pairing as unknown num-comp-failure open; reject; level no-access; "
    "level open; passkey-display-required?; accept; level lesc-mitm; bonding as unknown success lesc-mitm; level no-access; "
    "level open; passkey-display-required?; accept; level lesc-mitm; bonding as unknown success lesc-mitm; Pair() success; level no-access; " },
  { "bredr-pin.btsnoop", BREDR, bredr_pin,
    "level open; level no-access; "
    "level open; passkey-required?; 4711; bonding as unknown success open; level no-access; "
    "level open; passkey-required?; 4711; bonding as unknown success open; Pair() success; level no-access; " },
  { "both-radios.btsnoop", PLAIN, both_radios,
    "level open; passkey-display-required?; accept; level lesc-mitm; bonding as central success lesc-mitm; Pair() success; level no-access; "
    "level open; passkey-display-required?; accept; level lesc-mitm; bonding as peripheral success lesc-mitm; level no-access; " },
  { "debug-key.btsnoop", PLAIN, debug_key,
    "level open; passkey-display-required?; accept; level just-works; bonding as central success just-works; Pair() success; level no-access; "
    "level open; passkey-display-required?; accept; level lesc-mitm; bonding as central success lesc-mitm; Pair() success; " },
  { "out-of-band.btsnoop", PLAIN, out_of_band,
    "level open; level lesc-mitm; bonding as central success lesc-mitm; Pair() success; level no-access; "
    "level open; level just-works; bonding as central success just-works; Pair() success; " },
  { "window.btsnoop", JUST_WORKS | WINDOW, window,
    "level open; refused window-closed; level no-access; "
    "level open; refused window-closed; reject; level no-access; "
    "level open; refused window-closed; level no-access; "
    "level open; pairing-authorization-required?; accept; level just-works; bonding as peripheral success just-works; level no-access; "
    "level open; level just-works; encryption as peripheral success just-works; level no-access; " },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (traces); i++)
    {
      g_autofree char *test = g_strconcat ("/core/replay/", traces[i].name, NULL);

      g_test_add_data_func (test, &traces[i], test_trace);
    }
  return g_test_run ();
}
