# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is under a pairing goes, changes, or is crowded: our daemon itself, the controller,
the other side's address, the air."""

import time

from contract import (AUTHORIZE, DISPLAY, ENCRYPTION, ENTER, JUST_WORKS, KEY_LESC_MITM, LESC_MITM,
                      NO_ACCESS, SERVICE)
from lab import scenario
from steps import (begin, begin_comparison, bond_compared, bonded_both_ends, disconnected, effective,
                   end_links, error_of, expect_pair, finish, no_question, nothing_both_ends, peer_path,
                   question, their_pair_fails, they_ask, too_late, unplugged_in_pair,
                   we_connect)

MATCH = ("MatchConfirm", "(b)", True)


def _revived(lab, caller):
    """Our daemon was killed: nothing is left of the pairing, and the next caller starts it."""
    disconnected(lab)
    nothing_both_ends(lab)
    lab.ours.activate()
    lab.equal(caller.manager_property("Requests"), [], "Manager1.Requests")
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    return handler


@scenario("25-daemon-killed-pairing")
def daemon_killed(lab):
    """Killed with a question open, and in our Pair(): it fails at both ends; D-Bus starts it again."""
    caller, handler = begin_comparison(lab, {"RequestConfirmation": "hold"})
    lab.log("--- their pairing")
    pairing = they_ask(lab)
    question(lab, handler, DISPLAY)
    lab.ours.kill()
    their_pair_fails(lab, pairing)
    handler = _revived(lab, caller)

    lab.log("--- our Pair()")
    before, since = len(lab.peer.asked()), len(handler.heard)
    lab.peer.advertise()
    pairing = caller.pair(caller.get_peer(lab.peer.address), wait=False)
    question(lab, handler, DISPLAY, since)
    lab.check(lab.peer.wait_asked(methods=["RequestConfirmation"], since=before),
              "the other side is asked")
    lab.ours.kill()
    lab.equal(error_of(lambda: finish(pairing, 30)), "org.freedesktop.DBus.Error.NoReply",
              "the error of our Pair()")
    lab.check(lab.peer.wait_asked(methods=["Cancel"], since=before),
              "the other side's question is cancelled")
    handler = _revived(lab, caller)

    lab.peer.script(answers={"RequestConfirmation": "yes"})
    bond_compared(lab, caller, handler)


def _unplug(lab, caller):
    """Our controller goes; our daemon and bluetoothd live."""
    lab.peer.advertise(on=False)
    lab.ours.advertise(on=False)
    lab.stack.unplug()
    lab.eventually(lambda: lab.ours.adapter("Address") is None, "bluetoothd has no adapter")
    lab.check(lab.ours.running(), "our daemon runs")
    lab.equal(caller.manager_property("AgentState"), "default", "AgentState")


def _plug(lab, caller):
    """It comes back, and with the air B's, which went too."""
    lab.peer.unplug()
    lab.stack.plug()
    lab.peer.plug()
    lab.stack.wait_powered()
    lab.equal(lab.ours.adapter("Address"), lab.address, "our address")
    lab.equal(caller.manager_property("AgentState"), "default", "AgentState")
    effective(lab, caller, "keyboard-display")


@scenario("24-controller-unplugged")
def unplugged(lab):
    """Our controller is unplugged and comes back: while asked, in our Pair(), with a bond."""
    caller, handler = begin_comparison(lab, {"RequestConfirmation": "hold"})
    lab.log("--- a question is open")
    pairing = they_ask(lab)
    request = question(lab, handler, DISPLAY).args[0]
    _unplug(lab, caller)
    too_late(lab, handler, request, *MATCH)
    lab.equal(caller.manager_property("Requests"), [], "Manager1.Requests")
    _plug(lab, caller)
    their_pair_fails(lab, pairing)
    nothing_both_ends(lab)

    lab.log("--- in our Pair()")
    unplugged_in_pair(lab, caller, handler, lambda: _unplug(lab, caller))
    _plug(lab, caller)
    nothing_both_ends(lab)

    lab.log("--- with a bond")
    lab.peer.script(answers={"RequestConfirmation": "yes"})
    stored = bond_compared(lab, caller, handler)
    _unplug(lab, caller)
    _plug(lab, caller)
    lab.equal(bonded_both_ends(lab, KEY_LESC_MITM), stored, "the key")
    lab.equal([bond["Address"] for bond in caller.manager("ListBonds")], [lab.peer.address],
              "ListBonds")
    lab.peer.advertise()
    expect_pair(lab, caller.pair(caller.get_peer(lab.peer.address)), LESC_MITM, ENCRYPTION)


def _private_address(lab):
    """The address that B has on the air, new to bluetoothd."""
    def found():
        lab.peer.advertise()  # anew while we look: see discover()
        devices = lab.stack.bus.managed("org.bluez", "/").values()
        return [device["Address"] for device in
                (interfaces.get("org.bluez.Device1", {}) for interfaces in devices)
                if device.get("AddressType") == "random"]

    scan = lab.ours.discover()
    addresses = lab.eventually(found, "somebody with a random address is heard", interval=1)
    scan.close()
    lab.equal(len(addresses), 1, "count of random addresses")
    lab.check(int(addresses[0][0], 16) >> 2 == 1, f"{addresses[0]} is resolvable and private")
    return addresses[0]


def _recognised(lab, caller, path, role):
    """B is back: encrypted with its key, as the one bond that there is."""
    def as_before():
        state = caller.security(path) or {}
        return state.get("SecurityLevel") == JUST_WORKS and not state["PairingInProcess"]

    lab.eventually(as_before, "its link has the bond's level")
    state = caller.security(path)
    lab.equal(caller.get_peer(lab.peer.address), path, "the path by its identity")
    lab.check(state["IsPreviouslyBonded"] and state["Bonded"], "IsPreviouslyBonded and Bonded")
    lab.equal(state["Role"], role, "our role")
    lab.equal([bond["Address"] for bond in caller.manager("ListBonds")], [lab.peer.address],
              "ListBonds")


def _ended(lab, caller, path):
    """The link, which is to a private address, ends."""
    end_links(lab)
    lab.eventually(lambda: (caller.security(path) or {}).get("SecurityLevel") == NO_ACCESS,
                   "disconnected here")


@scenario("07-private-address", also_on_board=True)
def private_address(lab):
    """The other side has resolvable private addresses: bonded, and known again by another one."""
    caller = begin(lab, {"Daemon": {"Capability": "none"}}, "NoInputNoOutput")
    # It is asked anything but whether a bonded peripheral may encrypt.
    handler = lab.ours.handler(AUTHORIZE, DISPLAY, ENTER, SERVICE)
    effective(lab, caller, "none")
    lab.peer.use_private_address()
    first = _private_address(lab)
    path = caller.get_peer(first)
    lab.peer.advertise()
    expect_pair(lab, caller.pair(path), JUST_WORKS)
    stored = lab.eventually(lambda: lab.ours.keys(lab.peer.address), "a key is stored here")
    lab.eventually(lambda: lab.peer.keys(address=lab.address) == stored, "and there")
    since = len(handler.heard)

    lab.log("--- as a peripheral with another address")
    _ended(lab, caller, path)
    lab.peer.use_private_address()
    lab.peer.advertise()
    expect_pair(lab, caller.pair(path), JUST_WORKS, ENCRYPTION)
    _recognised(lab, caller, path, "central")

    lab.log("--- as a central with yet another")
    _ended(lab, caller, path)
    lab.peer.use_private_address()
    lab.ours.advertise()
    lab.peer.connect(address=lab.address)
    _recognised(lab, caller, path, "peripheral")
    no_question(lab, handler, since)
    lab.equal(lab.ours.keys(lab.peer.address), stored, "the key")


FRAMES = 2000


def _quiet(lab):
    """Wait until nothing wakes our daemon for a second: its wakeups ()."""
    def count():
        before = lab.ours.wakeups()
        time.sleep(1)
        return before if lab.ours.woken(before) == 0 else None

    return lab.eventually(count, "our daemon sleeps")


@scenario("30-traffic-wakes-nobody")
def traffic(lab):
    """Traffic on a link that is no pairing's, as audio is, does not wake our daemon."""
    caller = begin(lab, None, "NoInputNoOutput")
    we_connect(lab)
    before = _quiet(lab)
    with lab.ours.listen() as listener:
        sending = lab.peer.send(address=lab.address, frames=FRAMES, size=20, wait=False)
        lab.equal(listener.receive(FRAMES, 60), FRAMES, "the count of frames that came")
    finish(sending)
    woken = lab.ours.woken(before)
    lab.check(woken < FRAMES / 100, f"{woken} wake-ups for {FRAMES} frames")
    # And it is counted right: what is for it wakes it.
    for _ in range(20):
        caller.manager_property("AgentState")
    lab.check(lab.ours.woken(before) >= woken + 20, "each call wakes it")


CROWD = 200


@scenario("27-advertising-storm")
def storm(lab):
    """Hundreds of devices advertise, while a pairing works: our daemon has nothing to do with them."""
    caller, handler = begin_comparison(lab, main_conf={"General": {"TemporaryTimeout": "0"}})
    before, memory = _quiet(lab), lab.ours.memory()
    objects = set(lab.ours.objects())
    with lab.ours.strangers() as crowd:
        scan = lab.ours.discover()
        lab.eventually(lambda: lab.ours.count_devices() >= CROWD,
                       f"bluetoothd has {CROWD} devices", 120)
        woken = lab.ours.woken(before)
        known = lab.ours.count_devices()
        lab.check(woken < known / 2, f"{woken} wake-ups for {known} devices")
        bond_compared(lab, caller, handler)
        scan.close()
        lab.check(crowd.count >= known, f"{crowd.count} advertised")
    lab.check(lab.ours.count_devices() > known + 1, "there are more at the end")
    lab.equal(set(lab.ours.objects()) - objects, {peer_path(lab)}, "our daemon's new objects")
    grown = lab.ours.memory() - memory
    lab.check(grown < 1024, f"our daemon grew by {grown} kB")
