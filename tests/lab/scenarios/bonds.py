# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bonds that end: deleted here, or lost by the other side."""

from contract import (DISPLAY, ENCRYPTION, ERROR, JUST_WORKS, KEY_LESC, KEY_LESC_MITM, LESC_MITM,
                      SUCCESS)
from lab import scenario
from steps import (answered, begin, begin_comparison, bond_just_works, bonded_both_ends,
                   disconnected, error_of, expect_pair, finish, nothing_both_ends, question)

NO_PASSCODE = {"SecurityParameters": {"PasscodePairing": "false"}}


@scenario("15-delete-bonding-data", also_on_board=True)
def delete(lab):
    """DeleteBondingData: not bonded, while pairing, bonded."""
    caller, handler = begin_comparison(lab)
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    lab.equal(caller.on_peer(path, "DeleteBondingData"), (), "the reply without a bond")

    pairing = caller.pair(path, wait=False)
    asked = question(lab, handler, DISPLAY)
    lab.equal(error_of(lambda: caller.on_peer(path, "DeleteBondingData")),
              f"{ERROR}InvalidOperation", "the error while pairing")
    answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
    expect_pair(lab, finish(pairing), LESC_MITM)
    bonded_both_ends(lab, KEY_LESC_MITM)

    caller.on_peer(path, "DeleteBondingData")
    lab.equal(lab.ours.keys(lab.peer.address), {}, "keys stored here")
    lab.check(not lab.ours.device(lab.peer.address).get("Bonded"), "not Bonded here")
    there = lab.peer.wait_device(address=lab.address, expect={"Connected": False})
    lab.check(there and not there["Connected"], "disconnected there")
    # The other side is not told: it has its key until it finds that we have none.
    lab.check(lab.peer.keys(address=lab.address), "the other side still has its key")
    lab.equal(caller.manager("ListBonds"), [], "ListBonds")
    state = caller.security(path)
    lab.check(state is None or not state["Bonded"], "the security manager is not bonded")
    lab.equal(caller.on_peer(caller.get_peer(lab.peer.address), "DeleteBondingData"), (),
              "the reply the second time")


@scenario("18-other-side-lost-its-bond", also_on_board=True)
def lost(lab):
    """The other side lost its bond: told apart from a failure, marked, and a forced pairing recovers."""
    caller = begin(lab, NO_PASSCODE)
    path = caller.get_peer(lab.peer.address)
    stored = bond_just_works(lab, caller)
    disconnected(lab)
    lab.peer.remove(address=lab.address)
    lab.equal(lab.peer.keys(address=lab.address), {}, "keys stored there")
    lab.check(not caller.security(path)["BondSuspect"], "not BondSuspect")

    lab.peer.advertise()
    status, _level, process = caller.pair(path)
    lab.check(status != SUCCESS, f"Pair()'s status {status:#x} is bad")
    lab.equal(process, ENCRYPTION, "its process")
    lab.eventually(lambda: caller.security(path)["BondSuspect"], "BondSuspect")
    lab.equal(lab.ours.keys(lab.peer.address), stored, "our key, which nobody deleted,")
    lab.check(caller.security(path)["Bonded"], "Bonded")
    lab.equal(lab.peer.keys(address=lab.address), {}, "keys stored there")

    expect_pair(lab, caller.pair(path, force=True), JUST_WORKS)
    renewed = bonded_both_ends(lab, KEY_LESC)
    lab.check(renewed["keys"] != stored["keys"], "the keys are new")
    lab.eventually(lambda: not caller.security(path)["BondSuspect"], "not BondSuspect any more")
    disconnected(lab)
    lab.peer.advertise()
    expect_pair(lab, caller.pair(path), JUST_WORKS, ENCRYPTION)


@scenario("15-removed-by-another-program")
def removed(lab):
    """The bond is removed with bluetoothctl, not with us: we see that it is gone."""
    caller = begin(lab, NO_PASSCODE)
    path = caller.get_peer(lab.peer.address)
    bond_just_works(lab, caller)
    lab.ours.remove(lab.peer.address)
    lab.eventually(lambda: not (caller.security(path) or {}).get("Bonded"), "not Bonded")
    lab.equal(caller.manager("ListBonds"), [], "ListBonds")
    lab.peer.remove(address=lab.address)
    nothing_both_ends(lab)
