# SPDX-License-Identifier: LGPL-2.1-or-later
"""A board that the kernel has by itself, as btusb has one: identity by pairward-attach hciN.

Here a stranger's btattach is in btusb's place: to bluetoothd and to us its controller is the same.
"""

import signal
from pathlib import Path

from contract import DISPLAY, ENCRYPTION, KEY_LESC_MITM, LESC_MITM
from lab import scenario
from steps import (answered, begin, bonded_both_ends, disconnected, effective, expect_complete,
                   expect_pair, peer_path, question, their_pair_succeeds, they_ask)

ADDRESSES = Path("/var/lib/bluetooth/addresses")
RECORDS = Path("/run/pairward/boards")
# What ends at once ends in a second or two; a slow machine takes longer.
SLOW = 30


def _found(lab):
    return {name: (adapter["Address"], adapter["AddressType"], adapter["Powered"])
            for name, adapter in lab.stack.adapters().items()}


def _are(lab, expected, what="the adapters"):
    """Wait until bluetoothd's adapters are these boards, powered: {"hci0": board}."""
    identities = {name: (board.address, "random", True) for name, board in expected.items()}
    try:
        lab.eventually(lambda: _found(lab) == identities, f"{what} are {identities}")
    finally:
        lab.log(f"adapters: {_found(lab)}")


def _kernel_takes(lab, board, name):
    """A board is plugged in; the kernel has it, and bluetoothd makes up who it is."""
    board.plug()
    lab.stack.spawn(f"stranger{board.number}", "btattach", "-B", board.tty, "-P", "h4")
    lab.eventually(lambda: _found(lab).get(name, ("", "", False))[2], f"{name} is powered")
    made_up = _found(lab)[name][0]
    lab.check(made_up != board.address, f"bluetoothd made {made_up} up")
    return made_up


def _attach(lab, board, name):
    lab.stack.spawn(board.attachment, "pairward-attach", name)


def _kernel_loses(lab, board):
    """It is pulled out: the kernel's controller goes, and our process with it."""
    lab.stack.end(f"stranger{board.number}")
    board.unplug()
    lab.equal(lab.stack.outcome(board.attachment, SLOW), 0, "pairward-attach's exit status")


def _records():
    return sorted(path.name for path in RECORDS.iterdir()) if RECORDS.is_dir() else []


def _listed(address):
    return ADDRESSES.exists() and address in ADDRESSES.read_text()


@scenario("37-board-of-the-kernel")
def of_the_kernel(lab):
    """A board of the kernel's is given its chip's address, pairs; back, it is who it was."""
    caller = begin(lab, None, "DisplayYesNo", controller="none")
    handler = lab.ours.handler()
    board = lab.stack.board()
    lab.log("--- no such controller")
    lab.equal(lab.stack.spawn("none", "pairward-attach", "hci99").wait(SLOW), 1, "exit status")
    lab.equal(lab.stack.controllers(), [], "the kernel's controllers")
    stored = None
    for count in (1, 2):
        lab.log(f"--- plugged in, time {count}")
        _kernel_takes(lab, board, "hci0")
        before = ADDRESSES.read_text()
        lab.equal(lab.stack.spawn("probe", "pairward-attach", "--probe", "hci0").wait(SLOW), 75,
                  "the exit status of --probe while it is up")
        lab.equal(ADDRESSES.read_text(), before, "the addresses file")
        lab.log("--- one that is refused once it was taken leaves it as it was")
        was = _found(lab)["hci0"]
        refused = lab.stack.spawn("refused", "pairward-attach", "--address", "00:11:22:33:44:55",
                                  "hci0")
        lab.equal(refused.wait(SLOW), 1, "the exit status")
        lab.eventually(lambda: _found(lab).get("hci0") == was, f"it is {was} again")
        _attach(lab, board, "hci0")
        _are(lab, {"hci0": board})
        lab.eventually(lambda: _records() == ["hci0"], "there is a record of it")
        lab.check(f"hci0 is nRF52, Zephyr 3.7, {board.address}" in board.said(), board.said())
        lab.address = board.address
        effective(lab, caller, "keyboard-display")
        if stored is None:
            since, heard = len(handler.heard), len(caller.heard)
            pairing = they_ask(lab)
            asked = question(lab, handler, DISPLAY, since)
            answered(lab, handler, asked.args[0], "MatchConfirm", "(b)", True)
            their_pair_succeeds(lab, pairing)
            expect_complete(lab, caller, peer_path(lab), heard, level=LESC_MITM)
            stored = bonded_both_ends(lab, KEY_LESC_MITM)
            lab.log("--- a second one, and --probe, while it is attached")
            for words in (("hci0",), ("--probe", "hci0")):
                second = lab.stack.spawn("second", "pairward-attach", *words)
                lab.equal(second.wait(SLOW), 75, "the exit status")
        else:
            lab.equal(bonded_both_ends(lab, KEY_LESC_MITM), stored, "the key")
            lab.peer.advertise()
            expect_pair(lab, caller.pair(caller.get_peer(lab.peer.address)), LESC_MITM, ENCRYPTION)
            lab.log("--- told to end with a device connected; then it is not taken down again")
            lab.equal(lab.stack.end(board.attachment, signal.SIGTERM), 0, "its exit status")
            lab.check(not _listed(board.address), "its address is in the list no more")
            _attach(lab, board, "hci0")
            lab.equal(lab.stack.outcome(board.attachment, SLOW), 75, "exit status while connected")
            lab.check("1 device is connected" in board.said(), "it says why")
            disconnected(lab)
            _attach(lab, board, "hci0")
            _are(lab, {"hci0": board})
            lab.eventually(lambda: _listed(board.address), "its address is in the list")
        disconnected(lab)
        lab.log("--- bluetoothd restarts")
        lab.stack.stop_bluetoothd()
        lab.stack.start_bluetoothd()
        _are(lab, {"hci0": board}, "after bluetoothd was restarted they")
        lab.peer.advertise(on=False)
        lab.ours.advertise(on=False)
        _kernel_loses(lab, board)
        lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
        lab.equal(_records(), [], "records of boards")
        lab.check(not _listed(board.address), "its address is in the list no more")


@scenario("37-two-boards-of-the-kernel")
def two_of_the_kernel(lab):
    """Two boards of the kernel's, in both orders, bluetoothd restarted: never swapped."""
    begin(lab, None, "DisplayYesNo", controller="none")
    one, two = lab.stack.board(1), lab.stack.board(2)
    for first, second in ((one, two), (two, one)):
        expected = {"hci0": first, "hci1": second}
        lab.log(f"--- board {first.number}, then board {second.number}")
        for name, board in expected.items():
            _kernel_takes(lab, board, name)
        lab.log("--- both at once")
        for name, board in expected.items():
            _attach(lab, board, name)
        _are(lab, expected)
        lab.eventually(lambda: _records() == ["hci0", "hci1"], "there are records of both")
        lab.stack.stop_bluetoothd()
        lab.stack.start_bluetoothd()
        _are(lab, expected, "after bluetoothd was restarted they")
        _kernel_loses(lab, first)
        _are(lab, {"hci1": second})
        _kernel_loses(lab, second)
        lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
