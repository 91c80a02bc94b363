# SPDX-License-Identifier: LGPL-2.1-or-later
"""nRF boards that are late, that have a public address, that the keyfile has settings for, and
beside a board that somebody else attached."""

import re
import time

from board_steps import (ADDRESSES, BY_HAND, READ_BD_ADDR, READ_FEATURES, READ_STATIC_ADDRESSES, RESET,
                         RECORDS, SLOW, WRITE_BD_ADDR, addresses, are, begin_boards, ends, no_secret, plug,
                         records, refused_by_attach, unplug)
from contract import ERROR
from lab import scenario
from steps import error_of, keyfile

NO_ADDRESS = "00:00:00:00:00:00"
PUBLIC, OTHER_PUBLIC = "00:1B:DC:07:32:01", "00:1B:DC:07:32:02"
STATIC, OTHER_STATIC = "D1:02:03:04:05:06", "D2:02:03:04:05:06"
# An answer is waited for for 500 ms, and asked for three times.
LATE, LATER, TOO_LATE = 700, 600, 5000
# bluetoothd's list is put in order when adapters have come or gone.
LISTED = re.compile("^0x05f1=(.*)$", re.MULTILINE)


def _pulled_out(lab, board, opcode, before):
    """A board is pulled out while an answer is waited for: nothing is left of it."""
    board.fault(opcode, "slow", TOO_LATE)
    board.attach()
    lab.eventually(lambda: opcode in board.state()["asked"], f"{opcode:#06x} is asked")
    board.unplug()
    lab.check(lab.stack.outcome(board.attachment, SLOW) in (0, 1), "pairward-attach ends")
    lab.eventually(lambda: not lab.stack.controllers(), "the kernel has no controller")
    lab.equal(ADDRESSES.read_text(), before, "the addresses file")
    lab.check(not any("State=attached" in (RECORDS / name).read_text() for name in records()),
              "no record says that it is attached")


@scenario("38-board-late")
def late(lab):
    """A board answers late: in time it is attached, and its secret is seen by nobody; too late it is
    refused with a reason; pulled out meanwhile it leaves nothing behind."""
    caller, _ = begin_boards(lab)
    ADDRESSES.write_text(BY_HAND)
    board = lab.stack.board()
    lab.log("--- within the limits")
    board.plug()
    for opcode in (RESET, READ_BD_ADDR):
        board.fault(opcode, "slow", LATE)
    # Asked again after 500 ms; that answer comes 1.1 s after the first one.
    board.fault(READ_STATIC_ADDRESSES, "slower", LATER)
    board.attach()
    are(lab, {"hci0": board})
    lab.check(board.state()["asked"].count(READ_STATIC_ADDRESSES) > 1, "it was asked more than once")
    # The second answer has come by now, wherever it went.
    time.sleep(3 * LATER / 1000)
    no_secret(lab, board)
    unplug(lab, board)
    plug(lab, caller, board)
    unplug(lab, board)

    lab.log("--- beyond them")
    before = addresses()
    lab.equal(before[0], BY_HAND, "the addresses file")
    for opcode, words in ((RESET, "nothing answers"), (READ_BD_ADDR, "Read BD_ADDR")):
        board.plug()
        board.fault(opcode, "slow", TOO_LATE)
        lab.check(words in refused_by_attach(lab, board, before), f"it says {words!r}")
        board.unplug()

    lab.log("--- pulled out meanwhile: while it is asked, and while the kernel sets it up")
    for opcode in (READ_BD_ADDR, READ_FEATURES):
        board.plug()
        _pulled_out(lab, board, opcode, BY_HAND)
    plug(lab, caller, board)


@scenario("39-board-public-address")
def public_address(lab):
    """A public address is written to the chip, each time anew; the list of static ones is let be."""
    begin_boards(lab)
    ADDRESSES.write_text(BY_HAND)
    before = addresses()
    board = lab.stack.board()
    for firmware in ("zephyr", "softdevice"):
        lab.log(f"--- {firmware}")
        board.plug(firmware=firmware)
        lab.equal(board.state()["public"], NO_ADDRESS, "the address of a chip that had no power")
        board.attach("--address", PUBLIC)
        are(lab, {"hci0": (PUBLIC, "public")})
        state = board.state()
        lab.equal(state["public"], PUBLIC, "the chip's address")
        lab.check(RESET in state["asked"][state["asked"].index(WRITE_BD_ADDR):],
                  "the kernel has reset it since")
        lab.check("static-address" not in lab.ours.settings(), "it has no static one")
        lab.check(PUBLIC in lab.ours.ctl("controller", "hci0")[1], "pairwardctl shows it")
        unplug(lab, board)
    lab.log("--- attached once more, with power all the time")
    board.plug(firmware="zephyr")
    for options, expected in ((("--address", PUBLIC), PUBLIC), ((), PUBLIC),
                              (("--address", OTHER_PUBLIC), OTHER_PUBLIC)):
        board.attach(*options)
        are(lab, {"hci0": (expected, "public")})
        lab.equal(board.detach(), 0, "the exit status at SIGTERM")
        lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
    lab.log("--- and not without Write BD_ADDR")
    board.plug()
    board.fault(WRITE_BD_ADDR, "fail", 0x01)
    lab.check("Write BD_ADDR" in refused_by_attach(lab, board, before, "--address", PUBLIC),
              "it says so")
    lab.equal(addresses(), before, "the addresses file")


def _use(lab, caller, keys):
    """The keyfile's only [Controller], from now on."""
    lab.log(f"--- {keys}")
    lab.ours.prepare(keyfile({"Controller lab": keys}))
    caller.manager("Reload")


def _has(lab, caller, address, secure_connections, problems=()):
    """Our adapter is as the keyfile says, and so says everybody; but for what is told as a problem."""
    are(lab, {"hci0": (address, "random")})
    lab.eventually(lambda: not error_of(lambda: caller.controller("Address")), "we have it")
    wanted = (address, secure_connections, sorted(problems))
    names = ("Address", "SecureConnections", "Unapplied")

    def found():
        *values, unapplied = map(caller.controller, names)
        return (*values, sorted(unapplied))

    try:
        lab.eventually(lambda: found() == wanted, f"{names} are {wanted}")
    finally:
        lab.log(f"{names}: {found()}")
    lab.eventually(lambda: ("secure-connections" in lab.ours.settings()) == (secure_connections != "off"),
                   "the kernel's Secure Connections")
    lab.check("static-address" in lab.ours.settings(), "and a static address")
    shown = lab.ours.ctl("controller", "hci0")[1].split()
    lab.check(address in shown and secure_connections in shown, "pairwardctl shows both")


@scenario("40-board-settings")
def settings(lab):
    """[Controller NAME] by each Match key: in force when its board comes, comes again, when settings
    or bluetoothd are others; an address when it comes the next time."""
    from gadget import ZEPHYR_UART  # pylint: disable=import-outside-toplevel

    by_tty = {"MatchTty": "ttyACM*", "StaticAddress": STATIC, "SecureConnections": "off"}
    caller, _ = begin_boards(lab, {"Controller lab": by_tty})
    board = lab.stack.board()

    def replug():
        if board.state()["plugged"]:
            unplug(lab, board)
        board.plug(usb=ZEPHYR_UART)
        board.attach()

    for _ in range(2):
        replug()
        _has(lab, caller, STATIC, "off")
    lab.stack.stop_bluetoothd()
    lab.stack.start_bluetoothd()
    _has(lab, caller, STATIC, "off")
    _use(lab, caller, {**by_tty, "StaticAddress": OTHER_STATIC, "SecureConnections": "only"})
    _has(lab, caller, STATIC, "only", ["StaticAddress"])
    replug()
    _has(lab, caller, OTHER_STATIC, "only")
    # The chip's own address, which the adapter has no more.
    _use(lab, caller, {"MatchAddress": board.address, "StaticAddress": STATIC, "SecureConnections": "off"})
    _has(lab, caller, OTHER_STATIC, "off", ["StaticAddress"])
    replug()
    _has(lab, caller, STATIC, "off")
    _use(lab, caller, {"MatchUsb": "2fe3:*", "StaticAddress": "auto", "SecureConnections": "only"})
    replug()
    _has(lab, caller, board.address, "only")
    lab.equal(error_of(lambda: caller.set_controller("StaticAddress", "s", STATIC)), f"{ERROR}NotReady",
              "StaticAddress while powered")


def _two(lab, own, board, foreign=None):
    """There are two adapters, of which `own` is our board; the other's address, as it was."""
    other = {"hci0": "hci1", "hci1": "hci0"}[own]
    lab.eventually(lambda: {name: one["Powered"] for name, one in lab.stack.adapters().items()} ==
                   {own: True, other: True}, "both are powered")
    found = lab.stack.adapters()[other]["Address"]
    lab.check(found not in (board.address, NO_ADDRESS), f"the other one is {found}")
    are(lab, {own: board, other: (foreign or found, "random")})
    return found


def _is_listed(lab, *expected):
    """Wait until bluetoothd's list begins so; what it reads when it starts."""
    def listed():
        found = LISTED.search(ADDRESSES.read_text())
        return tuple(filter(None, found[1].split(";"))) if found else ()

    lab.eventually(lambda: listed()[:len(expected)] == expected, f"the list begins with {expected}")


def _restart(lab):
    lab.stack.stop_bluetoothd()
    lab.stack.start_bluetoothd(powered=False)


@scenario("41-board-beside-a-foreign-one")
def foreign_board(lab):
    """A board of the same maker that btattach attached, before ours or after: neither takes the
    other's address, nor when bluetoothd is restarted, nor when one goes and comes."""
    begin_boards(lab)
    board, foreign = lab.stack.board(1), lab.stack.board(2)
    attach = (lambda: lab.stack.spawn("foreign", "btattach", "-B", foreign.tty, "-P", "h4"))
    address = None
    for first in (True, False):
        own, other = ("hci0", "hci1") if first else ("hci1", "hci0")
        lab.log(f"--- ours is {own}")
        board.plug()
        foreign.plug()
        if first:
            board.attach()
            are(lab, {own: board})
            attach()
        else:
            attach()
            are(lab, {other: (address, "random")})
            board.attach()
        address = _two(lab, own, board, address)
        lab.check(address != foreign.address, "nobody asked the other chip")
        _is_listed(lab, *((address, board.address) if first else (board.address, address)))
        _restart(lab)
        _two(lab, own, board, address)
        lab.log("--- ours goes")
        board.unplug()
        ends(lab, board, 0)
        _restart(lab)
        are(lab, {other: (address, "random")}, "after a restart they")
        board.plug()
        board.attach()
        _two(lab, own, board, address)
        lab.log("--- the other one goes")
        lab.stack.end("foreign")
        foreign.unplug()
        are(lab, {own: board})
        _is_listed(lab, board.address)
        _restart(lab)
        are(lab, {own: board}, "after a restart they")
        board.unplug()
        ends(lab, board, 0)
        lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
