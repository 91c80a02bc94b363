# SPDX-License-Identifier: LGPL-2.1-or-later
"""Steps and assertions about boards, which several scenarios share."""

import stat
import time
from pathlib import Path

from steps import begin, effective

ADDRESSES = Path("/var/lib/bluetooth/addresses")
RECORDS = Path("/run/pairward/boards")
RESET, READ_FEATURES, READ_BD_ADDR = 0x0C03, 0x1003, 0x1009
WRITE_BD_ADDR, READ_STATIC_ADDRESSES, READ_KEY_ROOTS = 0xFC06, 0xFC09, 0xFC0A
# A list as bluetoothd has it, with what is not ours in it.
BY_HAND = "# by hand\n[Static]\n0x05f1=C0:01:02:03:04:05;\n\n[Other]\nkey=value\n"
# What ends at once ends in a second; a slow machine takes longer.
SLOW = 10


def begin_boards(lab, changes=None):
    """Both hosts, ours without a controller: a caller and a handler."""
    caller = begin(lab, changes, "DisplayYesNo", controller="none")
    return caller, lab.ours.handler()


def are(lab, expected, what="the adapters"):
    """Wait until bluetoothd's adapters are these, powered: {"hci0": board}.

    A board has its chip's own address; in its place may be an address and its type.
    """
    identities = {name: (*(one if isinstance(one, tuple) else (one.address, "random")), True)
                  for name, one in expected.items()}

    def found():
        return {name: (adapter["Address"], adapter["AddressType"], adapter["Powered"])
                for name, adapter in lab.stack.adapters().items()}

    try:
        lab.eventually(lambda: found() == identities, f"{what} are {identities}")
    finally:
        lab.log(f"adapters: {found()}")


def plug(lab, caller, board, **how):
    """Plug a board in and attach it; it is hci0, by its chip's own address, and ready to pair."""
    board.plug(**how)
    board.attach()
    are(lab, {"hci0": board})
    lab.address = board.address
    effective(lab, caller, "keyboard-display")


def ends(lab, board, status, within=SLOW):
    """The attachment ends by itself, with a status."""
    began = time.monotonic()
    found = lab.stack.outcome(board.attachment, within)
    lab.equal(found, status, "pairward-attach's exit status")
    lab.log(f"it ended after {time.monotonic() - began:.2f} s")


def unplug(lab, board):
    """Pull a board out: its attachment ends well, and what was known of it is forgotten."""
    lab.peer.advertise(on=False)
    lab.ours.advertise(on=False)
    board.unplug()
    ends(lab, board, 0)
    lab.eventually(lambda: not lab.stack.adapters(), "bluetoothd has no adapter")
    lab.equal(records(), [], "records of boards")
    lab.check(lab.ours.running(), "our daemon runs")


def port_names(board):
    """What its port may be called: as we named it, or as the kernel does."""
    return {str(path).removeprefix("/dev/").removeprefix("/tmp/")
            for path in (Path(board.tty), Path(board.tty).resolve())}


def records():
    """The names of the records of boards."""
    return sorted(path.name for path in RECORDS.iterdir()) if RECORDS.is_dir() else []


def no_secret(lab, board):
    """The chip's identity root, which is read on the way, is nowhere."""
    secret = bytes.fromhex(board.tell("secret"))
    lab.check(READ_KEY_ROOTS not in board.state()["asked"], "nobody asked for key hierarchy roots")
    forms = [form for root in (secret, secret[::-1])
             for form in (root, root.hex().encode(), root.hex().upper().encode())]
    files = [*lab.stack.logs.iterdir(), ADDRESSES, *RECORDS.iterdir()]
    lab.equal([str(path) for path in files if any(form in path.read_bytes() for form in forms)], [],
              "files with the chip's identity root")


def addresses():
    """What the addresses file is: what is in it, and whether it was replaced or written."""
    info = ADDRESSES.stat()
    return (ADDRESSES.read_text(), info.st_ino, info.st_mtime_ns, stat.filemode(info.st_mode))


def refused_by_attach(lab, board, before, *options):
    """pairward-attach refuses, says why in a line, which is returned, and leaves nothing behind."""
    known, names = len(board.said()), port_names(board)
    board.attach(*options)
    ends(lab, board, 1, 60)
    said = board.said()[known:].strip().splitlines()
    lab.check(said and any(name in said[-1] for name in names), f"it says why: {said[-1:]}")
    lab.equal(addresses(), before, "the addresses file")
    lab.equal(lab.stack.controllers(), [], "the kernel's controllers")
    return said[-1]
