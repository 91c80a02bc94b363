# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rules of the keyfile: a passkey that is known beforehand, a level that is required."""

from contract import (AUTH_REQ, CONFIRM_VALUE, INSUFFICIENT, KEY_LEGACY_MITM, KEY_LESC_MITM,
                      LESC_MITM, MITM, PASSKEY_ENTRY_FAILED)
from lab import scenario
from steps import (begin, bonded_both_ends, disconnected, effective, expect_complete, expect_pair,
                   expect_rejected, forget_both_ends, no_question, nothing_both_ends, peer_path,
                   their_pair_fails, their_pair_succeeds, they_ask)

RIGHT, WRONG = 4711, 4712
CODE = {"MatchAddress": "00:AA:01:*", "Action": "accept", "Passkey": RIGHT}
STRICT = {"Require": "lesc-mitm"}


@scenario("22-static-passkey")
def static_passkey(lab):
    """A rule's Passkey= answers with nobody there: wrongly and rightly for them, rightly for us."""
    caller = begin(lab, {"Rule code": CODE})
    effective(lab, caller, "keyboard-only")
    for passkey in (WRONG, RIGHT):
        lab.log(f"--- they begin, and type {passkey}")
        lab.peer.agent(capability="KeyboardOnly", answers={"RequestPasskey": passkey})
        since = len(caller.heard)
        pairing = they_ask(lab)
        if passkey == RIGHT:
            their_pair_succeeds(lab, pairing)
            expect_complete(lab, caller, peer_path(lab), since, level=LESC_MITM)
            bonded_both_ends(lab, KEY_LESC_MITM)
        else:
            their_pair_fails(lab, pairing)
            done = caller.wait("PairingComplete", since=since, path=peer_path(lab))
            lab.check(done and done.args[0] in (CONFIRM_VALUE, PASSKEY_ENTRY_FAILED),
                      f"a status that says so ({done})")
            nothing_both_ends(lab)
        disconnected(lab)
        forget_both_ends(lab)
    lab.log("--- we begin, by legacy pairing")
    lab.peer.mgmt_set(setting="secure_connections", value=0)
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    caller.set(path, "IoCapabilities", "s", "keyboard-only")
    expect_pair(lab, caller.pair(path), MITM)
    bonded_both_ends(lab, KEY_LEGACY_MITM)


@scenario("19-require")
def require(lab):
    """Require=lesc-mitm: Just Works and legacy pairing are refused, or their bond is removed."""
    caller = begin(lab, {"Rule strict": STRICT})
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    for capability, lesc in (("NoInputNoOutput", 1), ("KeyboardOnly", 0)):
        lab.peer.mgmt_set(setting="secure_connections", value=lesc)
        lab.peer.agent(capability=capability, answers={"RequestPasskey": "hold"})
        lab.log(f"--- they begin, {capability}")
        since = len(caller.heard)
        their_pair_fails(lab, they_ask(lab))
        expect_rejected(lab, caller, (INSUFFICIENT,), since)
        nothing_both_ends(lab)
        disconnected(lab)
        forget_both_ends(lab)

        # bluetoothd accepts Just Works of our own Pair() unasked: what comes of it is removed.
        lab.log(f"--- we begin, {capability}")
        lab.peer.advertise()
        since = len(caller.heard)
        status, _level, _process = caller.pair(caller.get_peer(lab.peer.address))
        lab.equal(status, AUTH_REQ, "Pair()'s status")
        done = caller.wait("PairingComplete", since=since, path=peer_path(lab))
        lab.equal(done.args[0], AUTH_REQ, "the status that is told")
        lab.eventually(lambda: not lab.ours.keys(lab.peer.address), "nothing is left here")
        lab.eventually(lambda: not lab.ours.device(lab.peer.address).get("Bonded"),
                       "not Bonded here")
        lab.equal(caller.manager("ListBonds"), [], "ListBonds")
        disconnected(lab)
        forget_both_ends(lab)
    no_question(lab, handler, 0)
