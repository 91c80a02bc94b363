# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pairings that we begin: Just Works, comparison, without a bond, forced, joined.

Host A is the central and calls SecurityManager1.Pair(); host B advertises and its
own agent answers there.
"""

from contract import (DISPLAY, ENCRYPTION, JUST_WORKS, KEY_LEGACY, KEY_LESC_MITM, LESC_MITM,
                      PAIRING)
from lab import scenario
from steps import (answered, begin, begin_comparison, bond_compared, bond_just_works,
                   bonded_both_ends, disconnected, effective, expect_complete, expect_pair, finish,
                   no_question, nothing_both_ends, pairable, peer_path, question, their_pair_succeeds,
                   they_ask)

NO_PASSCODE = {"SecurityParameters": {"PasscodePairing": "false"}}


def _reconnect(lab, caller, path, level):
    """Pair() on a bonded peer encrypts with the stored key and asks nobody, on either side."""
    before = lab.ours.keys(lab.peer.address)
    asked_there = len(lab.peer.asked())
    disconnected(lab)
    since = len(caller.heard)
    lab.peer.advertise()
    expect_pair(lab, caller.pair(path), level, ENCRYPTION)
    expect_complete(lab, caller, path, since, level=level, process=ENCRYPTION)
    lab.check(caller.security(path)["IsPreviouslyBonded"], "IsPreviouslyBonded")
    lab.eventually(lambda: lab.ours.encrypted(lab.peer.address), "the link is encrypted")
    lab.log("--- and once more, on the link that is encrypted already")
    expect_pair(lab, caller.pair(path), level, ENCRYPTION)
    lab.equal(lab.ours.keys(lab.peer.address), before, "the key after reconnecting")
    lab.equal(lab.peer.keys(address=lab.address), before, "the key after reconnecting, there")
    lab.equal(len(lab.peer.asked()), asked_there, "the number of questions there")


@scenario("02-just-works", also_without_link=True, also_on_board=True, also_installed=True)
def just_works(lab):
    """Just Works, LE Secure Connections, we initiate; then the bond encrypts, unasked."""
    caller = begin(lab, NO_PASSCODE)
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    path = caller.get_peer(lab.peer.address)
    lab.check(not caller.security(path)["IsPreviouslyBonded"], "not IsPreviouslyBonded")
    since = len(caller.heard)
    bond_just_works(lab, caller)
    expect_complete(lab, caller, path, since, level=JUST_WORKS)
    state = caller.security(path)
    lab.equal((state["Bonded"], state["SecurityLevel"], state["PairingInProcess"]),
              (True, JUST_WORKS, False), "Bonded, SecurityLevel, PairingInProcess")
    bonds = caller.manager("ListBonds")
    lab.equal([bond["Address"] for bond in bonds], [lab.peer.address], "ListBonds")
    _reconnect(lab, caller, path, JUST_WORKS)
    no_question(lab, handler, 0)


@scenario("03-just-works-legacy", also_on_board=True)
def just_works_legacy(lab):
    """Just Works by legacy pairing: the other side has no Secure Connections."""
    caller = begin(lab, NO_PASSCODE, "NoInputNoOutput")
    lab.peer.mgmt_set(setting="secure_connections", value=0)
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    expect_pair(lab, caller.pair(path), JUST_WORKS)
    bonded_both_ends(lab, KEY_LEGACY)
    _reconnect(lab, caller, path, JUST_WORKS)


@scenario("04-numeric-comparison-ours", also_without_link=True, also_on_board=True)
def numeric_comparison(lab):
    """Numeric comparison that we begin: six equal digits, lesc-mitm; reconnecting shows nothing."""
    caller, handler = begin_comparison(lab, {"RequestConfirmation": "hold"})
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    since = len(caller.heard)
    pairing = caller.pair(path, wait=False)
    asked = question(lab, handler, DISPLAY)
    there = lab.peer.wait_asked(methods=["RequestConfirmation"])
    lab.check(there, "the other side is asked to compare")
    lab.equal(asked.args[1:], (f"{there['args'][1]:06d}", True), "passkey and match_request")
    request = asked.args[0]
    lab.equal(handler.on_request(request, "GetPasskey"), (asked.args[1],), "GetPasskey()")
    lab.equal(caller.manager_property("Requests"), [request], "Manager1.Requests")
    lab.check(caller.security(path)["PairingInProcess"], "PairingInProcess")
    lab.check(caller.wait("PasskeyDisplayRequired", timeout=0) is None,
              "who is no handler does not hear the passkey")
    lab.check(lab.peer.answer(value="yes"), "the other side says yes")
    answered(lab, handler, request, "MatchConfirm", "(b)", True)
    expect_pair(lab, finish(pairing), LESC_MITM)
    expect_complete(lab, caller, path, since, level=LESC_MITM)
    bonded_both_ends(lab, KEY_LESC_MITM)
    lab.equal(caller.manager_property("Requests"), [], "Manager1.Requests")
    since = len(handler.heard)
    _reconnect(lab, caller, path, LESC_MITM)
    no_question(lab, handler, since)


def _nothing_after(lab, caller):
    """A pairing without a bond is gone with its connection."""
    lab.check(not caller.security(peer_path(lab))["Bonded"], "not Bonded")
    nothing_both_ends(lab)
    disconnected(lab)
    nothing_both_ends(lab)
    lab.eventually(lambda: not lab.ours.device(lab.peer.address).get("Paired"), "not Paired here")
    found = lab.peer.wait_device(address=lab.address, expect={"Paired": False}) or {}
    lab.check(not found.get("Paired"), "not Paired there")
    lab.equal(caller.manager("ListBonds"), [], "ListBonds")


@scenario("08-without-bond", also_on_board=True)
def without_bond(lab):
    """Pairing without bonding, as we or as they want it: process pairing, and nothing is left."""
    caller = begin(lab, {**NO_PASSCODE, "Daemon": {"WithoutHandler": "accept"}},
                   "NoInputNoOutput")
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    caller.set(path, "Bond", "b", False)
    since = len(caller.heard)
    expect_pair(lab, caller.pair(path), JUST_WORKS, PAIRING)
    expect_complete(lab, caller, path, since, level=JUST_WORKS, process=PAIRING)
    _nothing_after(lab, caller)
    # It was off for that pairing, or there would have been a bond.
    pairable(lab, True)

    lab.log("--- the other side asks, and wants no bond")
    lab.peer.set_adapter(name="Pairable", signature="b", value=False)
    since = len(caller.heard)
    their_pair_succeeds(lab, they_ask(lab))
    expect_complete(lab, caller, path, since, level=JUST_WORKS, process=PAIRING)
    _nothing_after(lab, caller)


@scenario("13-forced-on-bonded", also_on_board=True)
def forced(lab):
    """Pair(force) on a bonded peer, which keeps its bond: new keys on both ends."""
    # Comparison: the other side's bluetoothd refuses a Just Works re-pairing by itself.
    caller, handler = begin_comparison(lab)
    old = bond_compared(lab, caller, handler)
    new = bond_compared(lab, caller, handler, force=True)
    lab.check(not set(old["keys"]) & set(new["keys"]), "the keys are new")


@scenario("14-pair-twice")
def twice(lab):
    """Two Pair() at once are one procedure with two equal answers; one caller may leave."""
    caller, handler = begin_comparison(lab)
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    other, leaver = lab.ours.caller("second"), lab.ours.caller("leaver")
    leaver.pair(path, wait=False)
    first = caller.pair(path, wait=False)
    asked = question(lab, handler, DISPLAY)
    second = other.pair(path, wait=False)
    other.get_peer(lab.peer.address)  # its Pair() went before this, so it has arrived
    leaver.close()
    lab.eventually(lambda: caller.bus.owner(leaver.name) is None, "the leaver has left")
    lab.check(caller.security(path)["PairingInProcess"], "it goes on")
    answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
    expect_pair(lab, finish(first), LESC_MITM)
    lab.equal(finish(second), finish(first), "the second caller's answer")
    bonded_both_ends(lab, KEY_LESC_MITM)
    lab.equal(sum(s.name == "PairingComplete" for s in caller.heard.items()), 1,
              "count of PairingComplete")
    there = [call for call in lab.peer.asked() if call["method"] == "RequestConfirmation"]
    lab.equal(len(there), 1, "questions on the other side")
    lab.equal(sum(s.name == "PasskeyDisplayRequired" for s in handler.heard.items()), 1,
              "questions here")
