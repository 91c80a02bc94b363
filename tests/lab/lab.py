# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenarios: how one is declared, found and run.

A scenario is a function in scenarios/*.py with @scenario.  It gets a `Lab`: our
daemon (`lab.ours`), the other side (`lab.peer`), and checks.  The host imports
these modules too, for the list: they must not import gi.
"""

import importlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

SCENARIOS = {}


class Failure(AssertionError):
    """What a scenario asserts does not hold."""


@dataclass(frozen=True)
class Scenario:
    """One named test."""

    name: str
    run: Callable
    peer: str  # the other side's root: "trixie" (BlueZ 5.82) or "host"
    timeout: int  # the hard limit, s
    needs_product: bool
    kernel_link: bool  # whether our daemon has one
    on_board: bool  # whether our controller is an emulated nRF board
    root: str  # host A's: "host", this machine's; "package", that with the packages, and systemd


def scenario(name, peer="trixie", timeout=400, needs_product=True, also_without_link=False,
             also_on_board=False, also_installed=False, root="host"):
    """Declare a scenario.

    `also_without_link`: and as 26-NAME once more, without the kernel link; `also_on_board`: and
    as 31-NAME once more, with an emulated nRF board as our controller; `also_installed`: and as
    42-NAME once more, by the packages and the units they have.
    """
    def declare(function):
        variants = [(name, True, False, root)]
        variants += [(f"26-{name}", False, False, root)] if also_without_link else []
        variants += [(f"31-{name}", True, True, root)] if also_on_board else []
        variants += [(f"42-{name}", True, False, "package")] if also_installed else []
        for full, *how in variants:
            assert full not in SCENARIOS, full
            SCENARIOS[full] = Scenario(full, function, peer, timeout, needs_product, *how)
        return function

    return declare


def load():
    """Import all scenarios; {name: Scenario} in order of their names."""
    for path in sorted((Path(__file__).parent / "scenarios").glob("*.py")):
        importlib.import_module(f"scenarios.{path.stem}")
    return dict(sorted(SCENARIOS.items()))


class Other:
    """The other side, as host A's test code uses it: peer.Peer's commands by name."""

    def __init__(self, client):
        self._client = client
        self.address = ""
        self.bluez = ""

    def __getattr__(self, command):
        def call(*, wait=True, within=150, **args):
            if wait:
                return self._client.call(command, within, args)
            return self._client.start(command, args)

        return call


class Lab:
    """What a scenario works with.  `ours` and `stack` are set up by guest/main.py.

    `kernel_link` is whether our daemon has one, and so what it can be held to; `on_board`
    whether our controller is an emulated nRF board.
    """

    def __init__(self, name, stack, ours, client, kernel_link=True, on_board=False):
        self.name = name
        self.kernel_link = kernel_link
        self.on_board = on_board
        self.stack = stack
        self.ours = ours
        self.peer = Other(client)
        self.usb_serial = None  # main.Control.usb_serial, in a scenario
        self.notes = []
        self._begin = time.monotonic()

    def log(self, text):
        """Write to the scenario's log, with the time since it began."""
        # In one piece: other threads log too.
        sys.stdout.write(f"[{time.monotonic() - self._begin:7.2f}] {text}\n")
        sys.stdout.flush()

    def note(self, text):
        """Say something in the TAP output, whatever the result."""
        self.notes.append(text)
        self.log(f"note: {text}")

    def start(self, keyfile=None, main_conf=None, peer_conf=None, daemon=True, mode="le",
              controller=None):
        """Both hosts' Bluetooth, with nothing stored, and our daemon with a keyfile.

        `main_conf` and `peer_conf` are changes to bluetoothd's main.conf here and there;
        `mode` is ControllerMode on both: le, bredr or dual; `controller` what ours is (see
        Stack.start_radio), "none" for none yet.
        """
        self.peer.stop()
        controller = controller or ("board" if self.on_board else "own")
        # A carries the air: first its controller, then B.
        self.stack.start_radio(mode, controller)
        peer = self.peer.start(name=self.name, main_conf=peer_conf, mode=mode, wait=False)
        self.stack.configure(main_conf, mode)
        self.stack.start_bluetoothd(powered=controller != "none")
        self.address = self.stack.adapter_property("Address")
        self.ours.forget_state()
        self.ours.prepare(keyfile)
        if daemon:
            self.ours.start(self.kernel_link)
        self.peer.address, self.peer.bluez = peer.result(150)
        self.log(f"here {self.address} BlueZ {self.stack.version}, "
                 f"there {self.peer.address} BlueZ {self.peer.bluez}")

    def check(self, condition, what):
        """Fail unless the condition holds."""
        if not condition:
            raise Failure(what)
        self.log(f"ok: {what}")

    def equal(self, found, expected, what):
        """Fail unless both are equal."""
        if found != expected:
            raise Failure(f"{what}: expected {expected!r}, found {found!r}")
        self.log(f"ok: {what} is {found!r}")

    def eventually(self, check, what, timeout=60, interval=0.2):
        """Fail unless check () becomes true in time; its value."""
        deadline = time.monotonic() + timeout
        while True:
            value = check()
            if value:
                self.log(f"ok: {what}")
                return value
            if time.monotonic() > deadline:
                raise Failure(f"{what}: not after {timeout} s")
            time.sleep(interval)

    def never(self, check, what, during=3):
        """Fail if check () becomes true within a while."""
        deadline = time.monotonic() + during
        while time.monotonic() < deadline:
            if check():
                raise Failure(f"{what}: happened")
            time.sleep(0.2)
        self.log(f"ok: not {what}")
