# SPDX-License-Identifier: LGPL-2.1-or-later
"""nRF boards as our controller: plugged in, attached, pulled out, refused; two of them; real USB.

Their chips have no public address, and two firmwares (guest/chip.py).  That pairing works
with one is shown by the scenarios that run once more as 31-NAME.
"""

import signal

from board_steps import (ADDRESSES, BY_HAND, READ_BD_ADDR, READ_STATIC_ADDRESSES, RECORDS, RESET, SLOW,
                         addresses, are, begin_boards, ends, no_secret, plug, port_names, records,
                         refused_by_attach, unplug)
from contract import DISPLAY, ENCRYPTION, KEY_LESC_MITM, LESC_MITM
from lab import scenario
from steps import (answered, bond_compared, bonded_both_ends, disconnected, effective,
                   expect_complete, expect_pair, forget_both_ends, nothing_both_ends, peer_path,
                   question, their_pair_fails, their_pair_succeeds, they_ask, too_late,
                   unplugged_in_pair)

MATCH = ("MatchConfirm", "(b)", True)
# All that may be asked of what may be no board: what reads, and Reset.
HARMLESS = (RESET, 0x1001, 0x1002, 0x1003, READ_BD_ADDR, 0xFC01, 0xFC02, 0xFC08,
            READ_STATIC_ADDRESSES, 0xFC0B)


def _they_pair(lab, caller, handler):
    """B as a central finds the board and pairs by comparison; both say yes."""
    since, heard = len(handler.heard), len(caller.heard)
    pairing = they_ask(lab)
    asked = question(lab, handler, DISPLAY, since)
    answered(lab, handler, asked.args[0], *MATCH)
    their_pair_succeeds(lab, pairing)
    expect_complete(lab, caller, peer_path(lab), heard, level=LESC_MITM)
    return bonded_both_ends(lab, KEY_LESC_MITM)


def _encrypts(lab, caller, stored):
    """The bond there is is good."""
    lab.equal(bonded_both_ends(lab, KEY_LESC_MITM), stored, "the key")
    lab.peer.advertise()
    expect_pair(lab, caller.pair(caller.get_peer(lab.peer.address)), LESC_MITM, ENCRYPTION)


@scenario("32-board-attached")
def attached(lab):
    """A board is attached while bluetoothd runs: its own identity; pairings in both roles; let go."""
    caller, handler = begin_boards(lab)
    board = lab.stack.board()
    plug(lab, caller, board)
    lab.check(any(name in board.said() for name in port_names(board)) and board.address in board.said(),
              "it says what was attached, and as what")
    lab.check(READ_STATIC_ADDRESSES in board.state()["asked"], "the chip was asked for its address")
    no_secret(lab, board)
    lab.equal(len(records()), 1, "count of records")
    lab.log("--- they begin")
    _they_pair(lab, caller, handler)
    disconnected(lab)
    forget_both_ends(lab)
    lab.log("--- we begin")
    stored = bond_compared(lab, caller, handler)

    lab.log("--- let go of, and attached again")
    disconnected(lab)
    lab.equal(board.detach(), 0, "the exit status at SIGTERM")
    lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
    lab.equal(records(), [], "records of boards")
    board.attach()
    are(lab, {"hci0": board})
    effective(lab, caller, "keyboard-display")
    _encrypts(lab, caller, stored)

    lab.log("--- the same board with the other firmware, on a host that never saw it")
    unplug(lab, board)
    ADDRESSES.unlink(missing_ok=True)
    plug(lab, caller, board, firmware="softdevice")
    lab.check("0x0059" in ADDRESSES.read_text(), "the identity is one of Nordic's controllers")
    no_secret(lab, board)
    _encrypts(lab, caller, stored)


@scenario("33-board-unplugged")
def unplugged(lab):
    """A board is pulled out while idle, in a question, in our Pair(); back, it is who it was."""
    caller, handler = begin_boards(lab)
    board = lab.stack.board()
    plug(lab, caller, board)
    lab.log("--- idle, with a bond")
    stored = bond_compared(lab, caller, handler)
    disconnected(lab)
    unplug(lab, board)
    plug(lab, caller, board)
    _encrypts(lab, caller, stored)
    disconnected(lab)
    forget_both_ends(lab)

    lab.peer.script(answers={"RequestConfirmation": "hold"})
    lab.log("--- a question is open")
    since = len(handler.heard)
    pairing = they_ask(lab)
    request = question(lab, handler, DISPLAY, since).args[0]
    unplug(lab, board)
    too_late(lab, handler, request, *MATCH)
    lab.equal(caller.manager_property("Requests"), [], "Manager1.Requests")
    their_pair_fails(lab, pairing)
    plug(lab, caller, board)
    nothing_both_ends(lab)

    lab.log("--- in our Pair()")
    unplugged_in_pair(lab, caller, handler, lambda: unplug(lab, board))
    plug(lab, caller, board)
    nothing_both_ends(lab)
    lab.peer.script(answers={"RequestConfirmation": "yes"})
    bond_compared(lab, caller, handler)


@scenario("34-two-boards")
def two_boards(lab):
    """Two boards of one kind, in both orders, bluetoothd restarted, one absent: never swapped."""
    begin_boards(lab)
    one, two = lab.stack.board(1), lab.stack.board(2)
    for first, second in ((one, two), (two, one)):
        expected = {"hci0": first, "hci1": second}
        lab.log(f"--- board {first.number}, then board {second.number}")
        for count, board in enumerate((first, second), 1):
            board.plug()
            board.attach()
            are(lab, dict(list(expected.items())[:count]))
        lab.stack.stop_bluetoothd()
        lab.stack.start_bluetoothd()
        are(lab, expected, "after bluetoothd was restarted they")
        lab.log(f"--- board {first.number} goes")
        first.unplug()
        ends(lab, first, 0)
        are(lab, {"hci1": second})
        lab.stack.stop_bluetoothd()
        lab.stack.start_bluetoothd(powered=False)
        are(lab, {"hci1": second}, "after bluetoothd was restarted they")
        second.unplug()
        ends(lab, second, 0)
        lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
    lab.log("--- another board on the same port")
    one.plug(address="C9:0A:0B:0C:0D:0E")
    one.attach()
    are(lab, {"hci0": one})


def _was_asked_nothing_bad(lab, board):
    """Whatever is at the port was sent harmless HCI commands at most."""
    from chip import COMMAND, Frames, opcode_of  # pylint: disable=import-outside-toplevel

    frames = Frames((COMMAND,))
    packets = frames.feed(bytes.fromhex(board.state()["received"]))
    lab.equal(frames.dropped, 0, "bytes that were no HCI command")
    lab.equal({opcode_of(packet) for packet in packets} - set(HARMLESS), set(), "other commands")


@scenario("35-board-refused")
def refused(lab):
    """What is no board, or a broken one, is refused with a reason; nothing is half done."""
    begin_boards(lab)
    ADDRESSES.write_text(BY_HAND)
    before = addresses()
    board = lab.stack.board()
    for stranger in ("silent", "modem", "noise"):
        lab.log(f"--- {stranger}")
        board.plug(stranger=stranger)
        settings = lab.stack.terminal_settings(board.tty)
        refused_by_attach(lab, board, before)
        lab.equal(lab.stack.terminal_settings(board.tty), settings, "the terminal's settings")
        # A terminal that nobody has made raw yet sends what comes back by itself.
        if stranger != "noise":
            _was_asked_nothing_bad(lab, board)
        board.unplug()
    for opcode, how, value in ((RESET, "garbage", 300), (RESET, "fail", 0x0C), (READ_BD_ADDR, "half", 5)):
        lab.log(f"--- command {opcode:#06x}: {how}")
        board.plug()
        board.fault(opcode, how, value)
        refused_by_attach(lab, board, before)
        board.unplug()
    lab.log("--- pulled out while it is asked")
    board.plug()
    board.fault(RESET, "silent")
    board.attach()
    lab.eventually(lambda: RESET in board.state()["asked"], "it is asked")
    board.unplug()
    lab.check(lab.stack.outcome(board.attachment, SLOW) in (0, 1), "pairward-attach ends")
    lab.equal(addresses(), before, "the addresses file")
    lab.log("--- no port, and one that is in use")
    refused_by_attach(lab, board, before)
    board.plug()
    board.attach()
    are(lab, {"hci0": board})
    before = addresses()
    second = lab.stack.spawn("second", "pairward-attach", board.tty)
    lab.equal(second.wait(SLOW), 75, "the exit status of a second pairward-attach")
    are(lab, {"hci0": board})
    lab.equal(addresses(), before, "the addresses file")


def _is_refused(lab, tty):
    """A record says that what is at a port is no board, and why."""
    path = RECORDS / tty.rpartition("/")[2]
    lab.eventually(lambda: path.exists() and "State=failed" in path.read_text(),
                   f"the record of {path.name} says failed")
    lab.check("Message=" in path.read_text(), "and why")


@scenario("36-real-uevents")
def real_uevents(lab):
    """A USB board comes and goes while pairward-attach --watch runs; others' devices are let be."""
    from gadget import BOOTLOADER, JLINK, ZEPHYR_UART  # pylint: disable=import-outside-toplevel

    caller, handler = begin_boards(lab, {"Controller cable": {"MatchUsb": "0403:6001"}})
    board, other = lab.stack.board(1), lab.stack.board(2)
    lab.stack.spawn("watch", "pairward-attach", "--watch")
    stored = None
    for _ in range(2):
        board.plug(usb=ZEPHYR_UART)
        are(lab, {"hci0": board})
        lab.address = board.address
        effective(lab, caller, "keyboard-display")
        if stored is None:
            stored = bond_compared(lab, caller, handler)
            disconnected(lab)
        lab.equal(records(), [board.tty.rpartition("/")[2]], "records of boards")
        board.unplug()
        lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
        lab.eventually(lambda: records() == [], "there is no record of a board")
    for usb in (BOOTLOADER, JLINK):
        lab.log(f"--- {usb['name']}")
        other.plug(usb=usb, stranger="silent")
        # What comes later is seen later.
        board.plug(usb=ZEPHYR_UART)
        are(lab, {"hci0": board})
        lab.equal(other.state()["received"], "", "what it was sent")
        other.unplug()
        board.unplug()
        lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
    lab.log("--- no board behind a board's port, and then one")
    other.plug(usb=ZEPHYR_UART, stranger="silent")
    _is_refused(lab, other.tty)
    other.unplug()
    lab.eventually(lambda: records() == [], "there is no record of a board")
    lab.log("--- a cable that the keyfile names, with nothing at its end")
    lab.stack.load("uhci_hcd", "ftdi_sio")
    for _ in range(2):
        lab.usb_serial(True)
        _is_refused(lab, "ttyUSB0")
        lab.usb_serial(False)
        lab.eventually(lambda: records() == [], "there is no record of a board")
    lab.log("--- and the board again")
    board.plug(usb=ZEPHYR_UART)
    are(lab, {"hci0": board})
    _encrypts(lab, caller, stored)
    lab.log("--- told to end")
    lab.equal(lab.stack.end("watch", signal.SIGTERM), 0, "its exit status")
    lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
