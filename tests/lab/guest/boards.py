# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emulated nRF boards of host A: each a process (board.py), plugged in, attached and pulled out."""

import json
import socket
import sys
from pathlib import Path

from bus import wait_until
from gadget import Gadget

PROGRAM = Path(__file__).with_name("board.py")
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
        self._gadget = None
        self._control = f"/tmp/board{number}.sock"
        Path(self._control).unlink(missing_ok=True)
        options = {"control": self._control, "server": server}
        stack.spawn(self._name, sys.executable, str(PROGRAM), json.dumps(options))
        if not wait_until(Path(self._control).exists, 60, 0.05):
            raise BoardError("board.py did not start")

    @property
    def _name(self):
        return f"board{self.number}"

    @property
    def attachment(self):
        """The name of its attachment among the stack's programs."""
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

    def plug(self, usb=None, **changes):
        """Plug it in, as it was or with another chip or firmware.

        With `usb`, of gadget.py, it is a USB device with these ids, else only a terminal.
        """
        self.address = changes.setdefault("address", self.address)
        self.firmware = changes.setdefault("firmware", self.firmware)
        if usb is None:
            self.tell("plug", link=self.tty, **changes)
            return
        self._gadget = Gadget(self.number - 1, **usb)
        self.tell("plug", tty=self._gadget.own_tty, **changes)
        self.tty = f"/dev/{self._gadget.plug()}"

    def unplug(self):
        """Pull it out."""
        if self._gadget is not None:
            self._gadget.unplug()
        self.tell("unplug")

    def fault(self, opcode, how, value=0, times=-1):
        """Have something be wrong with a command (chip.Fault)."""
        self.tell("fault", opcode=opcode, how=how, value=value, times=times)

    def state(self):
        """What it was asked since it was plugged in."""
        return self.tell("state")

    def attach(self, *options):
        """Attach it."""
        self._stack.spawn(self.attachment, "pairward-attach", *options, self.tty)

    def detach(self):
        """End the attachment, if there is one; its exit status."""
        return self._stack.end(self.attachment)

    def said(self):
        """What its attachments have said so far."""
        path = self._stack.logs / f"{self.attachment}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def end(self):
        """Be gone."""
        self.detach()
        if self._gadget is not None:
            self._gadget.unplug()
        self._stack.end(self._name)
