# SPDX-License-Identifier: LGPL-2.1-or-later
"""When a request is refused whoever it is from: the pairing window and the lockout."""

import time

from contract import KEY_LESC, LOCKED_OUT, WINDOW_CLOSED
from lab import scenario
from steps import (begin, begin_just_works, bond_authorized, bonded_both_ends, disconnected,
                   expect_rejected, keyfile, no_question, nothing_both_ends, pairable,
                   refuse_authorized, their_pair_fails, their_pair_succeeds, they_ask)


def _refused_by_window(lab, caller):
    """B asks for a bond while the window is closed: the kernel refuses, and asks nobody."""
    pairable(lab, False)
    since = len(caller.heard)
    their_pair_fails(lab, they_ask(lab))
    expect_rejected(lab, caller, WINDOW_CLOSED, since)
    nothing_both_ends(lab)
    path = caller.get_peer(lab.peer.address)
    lab.equal(caller.explain(path)[::2], ("reject", "window-closed"),
              "the verdict and the reason that Explain tells")
    disconnected(lab)


def _refused_without_bond(lab, caller):
    """B asks for no bond: the kernel lets that through, and we refuse it."""
    lab.peer.set_adapter(name="Pairable", signature="b", value=False)
    since = len(caller.heard)
    their_pair_fails(lab, they_ask(lab))
    expect_rejected(lab, caller, WINDOW_CLOSED, since)
    nothing_both_ends(lab)
    disconnected(lab)
    lab.peer.set_adapter(name="Pairable", signature="b", value=True)


@scenario("20-window")
def window(lab):
    """Closed: refused. Open for 5 s: closes by itself. Open: pairs, and closes after the bond."""
    caller = begin(lab, {"Daemon": {"WithoutHandler": "accept", "Capability": "none"},
                         "Window": {"Required": "true", "CloseAfterBond": "true",
                                    "MaxSeconds": "60"}}, "NoInputNoOutput")
    lab.equal(caller.manager_property("PairingWindowUntil"), 0, "PairingWindowUntil")
    _refused_by_window(lab, caller)
    _refused_without_bond(lab, caller)

    opened = time.clock_gettime(time.CLOCK_BOOTTIME)
    caller.manager("OpenPairingWindow", "(u)", 5)
    until = caller.manager_property("PairingWindowUntil") / 1e6
    lab.check(opened + 4 < until < opened + 30, f"PairingWindowUntil is {until - opened:.1f} s off")
    pairable(lab, True)
    lab.eventually(lambda: caller.manager_property("PairingWindowUntil") == 0,
                   "the window closes by itself")
    closed = time.clock_gettime(time.CLOCK_BOOTTIME)
    lab.check(closed >= until - 0.5, "and not early")
    _refused_by_window(lab, caller)

    # As long as it may be: what is on the air in 5 s depends on the machine.
    lab.equal(lab.ours.ctl("window", "60")[0], 0, "pairwardctl window's exit status")
    pairable(lab, True)
    their_pair_succeeds(lab, they_ask(lab))
    stored = bonded_both_ends(lab, KEY_LESC)
    lab.eventually(lambda: caller.manager_property("PairingWindowUntil") == 0,
                   "the window closes after the bond")
    pairable(lab, False)

    # A bonded peer that encrypts is none of the window's business.
    disconnected(lab)
    lab.ours.advertise()
    lab.peer.connect(address=lab.address)
    lab.eventually(lambda: lab.ours.encrypted(lab.peer.address),
                   "the bonded peer is back, encrypted")
    lab.equal(bonded_both_ends(lab, KEY_LESC), stored, "the key")


def _lock_out(lab, caller, handler):
    """Refuse three times; the fourth is refused unasked.  A time before the lockout began."""
    for _ in range(3):
        before = time.monotonic()
        refuse_authorized(lab, caller, handler)
        disconnected(lab)
    since, asked_since = len(caller.heard), len(handler.heard)
    their_pair_fails(lab, they_ask(lab))
    expect_rejected(lab, caller, LOCKED_OUT, since)
    no_question(lab, handler, asked_since)
    nothing_both_ends(lab)
    disconnected(lab)
    return before


def _lockout_keys(seconds):
    return {"Lockout": {"Failures": "3", "Seconds": str(seconds)}}


@scenario("21-lockout")
def lockout(lab):
    """Three refusals lock a peer out; it clears on request, and by itself."""
    # Longer than the slowest machine takes for what must be refused.
    caller, handler = begin_just_works(lab, _lockout_keys(600))
    _lock_out(lab, caller, handler)
    path = caller.get_peer(lab.peer.address)
    caller.manager("ClearLockout", "(o)", path)
    before = _lock_out(lab, caller, handler)

    # A lockout lasts as long as the settings say now.
    seconds = 20
    lab.ours.prepare(keyfile({"Daemon": {"Capability": "none"}, **_lockout_keys(seconds)}))
    caller.manager("Reload")
    lab.eventually(lambda: caller.explain(path)[2] != "locked-out", "it ends by itself")
    lab.check(time.monotonic() - before > seconds, f"and not before {seconds} s are over")
    bond_authorized(lab, handler)
