# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emulated nRF boards of host A: each a process (board.py), plugged in, attached and pulled out."""

import json
import socket
import sys
from pathlib import Path

from bus import wait_until

PROGRAM = Path(__file__).with_name("board.py")
# BlueZ's own list of identities for controllers without a public address.
ADDRESSES = Path("/var/lib/bluetooth/addresses")
MANUFACTURERS = {"zephyr": 0x05F1, "softdevice": 0x0059}
FACTORY_ADDRESS = "C{}:5A:11:22:33:44"


class BoardError(Exception):
    """The board could not do what it was told."""


class Board:
    """Board `number` of a stack; `address` is what its maker gave its chip."""

    def __init__(self, stack, number, server):
        self.number = number
        self.address = FACTORY_ADDRESS.format(number)
        self.firmware = "zephyr"
        self.tty = f"/tmp/ttyBOARD{number}"
        self._stack = stack
        self._control = f"/tmp/board{number}.sock"
        Path(self._control).unlink(missing_ok=True)
        options = {"control": self._control, "server": server, "link": self.tty}
        stack.spawn(self._name, sys.executable, str(PROGRAM), json.dumps(options))
        if not wait_until(Path(self._control).exists, 60, 0.05):
            raise BoardError("board.py did not start")

    @property
    def _name(self):
        return f"board{self.number}"

    @property
    def _attachment(self):
        return f"attach{self.number}"

    def tell(self, do, **arguments):
        """A command to board.py (Board.METHODS there); its result."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self._control)
            line.sendall(json.dumps({"do": do, **arguments}).encode() + b"\n")
            reply = json.loads(line.makefile().read())
        if "error" in reply:
            raise BoardError(reply["error"])
        return reply["result"]

    def plug(self, **changes):
        """Plug it in, as it was or with another chip or firmware."""
        self.address = changes.setdefault("address", self.address)
        self.firmware = changes.setdefault("firmware", self.firmware)
        self.tell("plug", **changes)

    def unplug(self):
        """Pull it out."""
        self.tell("unplug")

    def fault(self, opcode, how, value=0, times=-1):
        """Have something be wrong with a command (chip.Fault)."""
        self.tell("fault", opcode=opcode, how=how, value=value, times=times)

    def state(self):
        """What it was asked since it was plugged in."""
        return self.tell("state")

    def attach(self):
        """Attach it as people did before there was pairward-attach: its identity by hand, and
        btattach."""
        manufacturer = MANUFACTURERS[self.firmware]
        ADDRESSES.write_text(f"[Static]\n0x{manufacturer:04x}={self.address};\n")
        self._stack.spawn(self._attachment, "btattach", "-B", self.tty, "-P", "h4")

    def detach(self):
        """End the attachment, if there is one; its exit status."""
        return self._stack.end(self._attachment)

    def end(self):
        """Be gone."""
        self.detach()
        self._stack.end(self._name)
