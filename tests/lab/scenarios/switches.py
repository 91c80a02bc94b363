# SPDX-License-Identifier: LGPL-2.1-or-later
"""Parameters and switches that act: the debug key, out-of-band data, Secure Connections off for one
peer, Controller1; and that an adapter is as it was afterwards, however a pairing ended.

What the adapter's switches are is asked of the kernel.
"""

import signal

from contract import (DISPLAY, ENTER, ERROR, JUST_WORKS, KEY_DEBUG, KEY_LEGACY, KEY_LESC,
                      KEY_LESC_MITM, LESC_MITM, PASSKEY_ENTRY_FAILED)
from lab import scenario
from steps import (answered, begin, begin_comparison, bonded_both_ends, effective, error_of,
                   expect_pair, finish, forget_both_ends, no_question, nothing_both_ends, pairable, question)

ON = "secure-connections"


def _confirm(lab, handler, since):
    """Say yes to a comparison; the other side does so by itself."""
    asked = question(lab, handler, DISPLAY, since)
    answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)


def _switched(lab, name, on):
    """Wait until a setting of the adapter is on, or off."""
    lab.eventually(lambda: (name in lab.ours.settings()) is on, f"{name} is {'on' if on else 'off'}")


@scenario("16-debug-key", also_on_board=True)
def debug_key(lab):
    """The debug key: both ends store type 4, marked and worth just-works; off again: a secret one."""
    caller, handler = begin_comparison(lab)
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    caller.on_peer(path, "UseDebugLescKey", "(b)", True)
    pairing = caller.pair(path, wait=False)
    asked = question(lab, handler, DISPLAY)
    lab.check("debug-keys" in lab.ours.settings(), "the adapter pairs with the debug key")
    answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
    expect_pair(lab, finish(pairing), JUST_WORKS)
    bonded_both_ends(lab, KEY_DEBUG)
    _switched(lab, "debug-keys", False)
    lab.check(caller.security(path)["DebugKeyBond"], "DebugKeyBond")
    lab.equal([bond["DebugKey"] for bond in caller.manager("ListBonds")], [True], "ListBonds' DebugKey")
    lab.check("debug key" in lab.ours.ctl("list")[1], "pairwardctl list says so")
    lab.check(lab.ours.log_has("whoever listens can read"), "so does the log")

    lab.log("--- off again, and pairwardctl shows each step of a forced pairing")
    lab.equal(lab.ours.ctl("debug-key", lab.peer.address, "off")[0], 0, "pairwardctl debug-key's status")
    since = len(handler.heard)
    running = lab.ours.start_ctl("pair", lab.peer.address, "--force")
    _confirm(lab, handler, since)
    status, out, _ = finish(running)
    lab.equal(status, 0, "pairwardctl pair's status")
    lab.equal([line.split()[0] for line in out.splitlines()],
              ["Forgetting", "Looking", "Pairing...", "Done:"], "what it shows")
    bonded_both_ends(lab, KEY_LESC_MITM)
    lab.check(not caller.security(path)["DebugKeyBond"], "not DebugKeyBond")


@scenario("17-out-of-band", also_on_board=True)
def out_of_band(lab):
    """Data exchanged out of band, both ways: lesc-mitm and nobody is asked. Then legacy pairing, as a
    parameter of the peer: a legacy key, and Secure Connections are back on."""
    # Controllers for LE alone have no such data of their own.
    le = {"General": {"ControllerMode": "le"}}
    caller, handler = begin_comparison(lab, mode="dual", main_conf=le, peer_conf=le)
    path = caller.get_peer(lab.peer.address)
    if lab.on_board:
        lab.equal(error_of(lambda: caller.read_oob(path)), f"{ERROR}NotSupported", "ReadLocalOobData()'s error")
    else:
        ours = caller.read_oob(path)
        lab.equal(sorted(ours), ["c256", "r256"], "what ReadLocalOobData() gives")
        lab.peer.add_oob(address=lab.address, data=ours)
    caller.set_oob(path, lab.peer.read_oob())
    caller.set(path, "OutOfBand", "b", True)
    lab.peer.advertise()
    expect_pair(lab, caller.pair(path), LESC_MITM)
    bonded_both_ends(lab, KEY_LESC_MITM)
    no_question(lab, handler, 0)
    lab.equal(lab.peer.asked(), [], "questions on the other side")

    lab.log("--- legacy pairing")
    forget_both_ends(lab)
    path = caller.get_peer(lab.peer.address)
    caller.set(path, "PasscodePairing", "b", False)
    caller.set(path, "LescPairing", "b", False)
    expect_pair(lab, caller.pair(path), JUST_WORKS)
    bonded_both_ends(lab, KEY_LEGACY)
    _switched(lab, ON, True)


@scenario("28-switches-restored", also_on_board=True)
def restored(lab):
    """Legacy pairing for one peer: Secure Connections are back after a failure, after our daemon
    was killed in the middle, and as somebody wrote them meanwhile."""
    caller, handler = begin_comparison(lab)
    lab.peer.advertise()
    path = caller.get_peer(lab.peer.address)
    caller.set(path, "LescPairing", "b", False)
    pairing = caller.pair(path, wait=False)
    asked = question(lab, handler, ENTER)
    lab.check(ON not in lab.ours.settings(), "Secure Connections are off for it")
    lab.equal(caller.controller("SecureConnections"), "off", "Controller1.SecureConnections")
    writing = lab.ours.caller("administrator").set_controller("SecureConnections", "s", "only",
                                                              wait=False)
    lab.never(writing.done, "a write that does not wait for the pairing", 1)
    answered(lab, handler, asked.args[0], "Reject")
    lab.equal(finish(pairing)[0], PASSKEY_ENTRY_FAILED, "Pair()'s status")
    finish(writing)
    lab.equal(caller.controller("SecureConnections"), "only", "what was written stays")
    _switched(lab, ON, True)
    nothing_both_ends(lab)
    lab.equal(error_of(lambda: caller.pair(path)), f"{ERROR}InvalidOperation", "only, and LescPairing off")
    caller.set_controller("SecureConnections", "s", "on")

    lab.log("--- our daemon is killed while they are off")
    since = len(handler.heard)
    caller.pair(path, wait=False)
    question(lab, handler, ENTER, since)
    lab.ours.stop(signal.SIGKILL)
    lab.check(ON not in lab.ours.settings(), "Secure Connections stay off")
    lab.ours.start()
    _switched(lab, ON, True)
    lab.check(lab.ours.log_has("switching it back"), "the log says why")

    lab.log("--- and the next pairing is as if nothing had been")
    lab.eventually(lambda: not lab.ours.device(lab.peer.address).get("Connected"), "the link is gone", 90)
    handler = lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    pairing = caller.pair(caller.get_peer(lab.peer.address), wait=False)
    _confirm(lab, handler, 0)
    expect_pair(lab, finish(pairing), LESC_MITM)
    bonded_both_ends(lab, KEY_LESC_MITM)


@scenario("28-controller-and-options", also_on_board=True)
def controller_and_options(lab):
    """Controller1 does what is written, and refuses what cannot be; pairwardctl's options hold for
    one pairing; a code that was asked for and did not come is told."""
    caller = begin(lab, capability="NoInputNoOutput")
    lab.ours.handler()
    effective(lab, caller, "keyboard-display")
    for value, on in (("off", False), ("only", True), ("on", True)):
        lab.equal(lab.ours.ctl("controller", "hci0", f"secure-connections={value}")[0], 0, "pairwardctl's status")
        lab.equal((ON in lab.ours.settings(), caller.controller("SecureConnections")), (on, value), value)
    for on in (True, False):
        caller.set_controller("DebugKeys", "b", on)
        lab.equal(("debug-keys" in lab.ours.settings(), caller.controller("DebugKeys")), (on, on), "DebugKeys")

    def write(address):
        return error_of(lambda: caller.set_controller("StaticAddress", "s", address)).removeprefix(ERROR)

    lab.equal(write("C1:02:03:04:05:06"), "NotReady", "StaticAddress while powered")
    lab.ours.power(False)
    lab.eventually(lambda: "powered" not in lab.ours.settings(), "powered off")
    lab.eventually(lambda: not write("C1:02:03:04:05:06"), "StaticAddress can be written")
    lab.equal(("static-address" in lab.ours.settings(), caller.controller("StaticAddress")),
              (True, "C1:02:03:04:05:06"), "StaticAddress")
    lab.equal(write("02:02:03:04:05:06"), "InvalidArguments", "a bad one")
    if lab.on_board:
        lab.equal(write(""), "InvalidOperation", "none, of what has no other")
        lab.equal(write(lab.address), "", "its own again")
    else:
        lab.equal(write(""), "", "none")
        lab.check("static-address" not in lab.ours.settings(), "none again")
    lab.ours.power(True)
    lab.eventually(lambda: lab.ours.adapter("Powered"), "powered on")

    lab.log("--- options of pairwardctl pair")
    lab.peer.advertise()
    status, _, err = lab.ours.ctl("pair", lab.peer.address, "--mitm", timeout=150)
    lab.equal((status, "not authenticated" in err), (1, True), "--mitm, and the other side cannot")
    bonded_both_ends(lab, KEY_LESC)
    lab.check(lab.ours.log_has("no code was compared or entered"), "the log says so")
    forget_both_ends(lab)
    path = caller.get_peer(lab.peer.address)
    status, out, _ = lab.ours.ctl("pair", lab.peer.address, "--no-bond", "--no-lesc", "--io", "none", timeout=150)
    lab.equal((status, "Done: pairing" in out), (0, True), "without a bond")
    nothing_both_ends(lab)
    state = caller.security(path)
    lab.equal((state["Bond"], state["LescPairing"], state["IoCapabilities"]),
              (True, True, "keyboard-display"), "the parameters are as they were")
    _switched(lab, ON, True)
    pairable(lab, True)
