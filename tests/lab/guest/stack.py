# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest's Bluetooth: controllers, the radio between the guests, bluetoothd, a trace.

Everything is started anew for each scenario (2 to 5 s), on an empty
/var/lib/bluetooth.  btvirt plays the controllers and the air.  It runs in A, because
it needs nothing of the outside and A is first; B's controller is one of its server
sockets, carried over a virtio serial port and attached with btattach, through the
kernel's UART driver.  (An emulated 16550 loses bytes.)
"""

import functools
import os
import shutil
import signal
import subprocess
import termios
import time
from pathlib import Path

import air
import channel
from boards import Board
from bus import Bus, BusError, wait_until
from mgmt import controllers

BLUETOOTHD = "/usr/libexec/bluetooth/bluetoothd"
SERVER_SOCKET = "/tmp/bt-server-{}"
RADIO_TTY = "/tmp/ttyRADIO"
OWN_TTY = "/tmp/ttyOWN"
RADIO_TRIES = 3
# bluetoothd's timer is of one second, and of GLib's coarse kind.
BROWSE_DELAY = 2.5
# A critical warning of GLib's ends our daemon, which a scenario sees.
DAEMON_ENVIRONMENT = {"G_DEBUG": "fatal-criticals"}
PROGRAMS = ("pairwardd", "pairwardctl", "pairward-attach", "bluetoothctl", "bluetoothd", air.NAME,
            "btattach", "lab-board", "btvirt", "dbus-monitor", "socat")

# Channels=1: with EATT on, bluetoothd 5.66 sometimes spins or stalls here.
# ControllerMode is added: le unless a scenario says otherwise, so that no keys for BR/EDR are
# derived from LE pairings.
MAIN_CONF = {
    "General": {"Name": "lab"},
    "GATT": {"Channels": "1"},
    "Policy": {"AutoEnable": "true"},
}


# What ran before anything of a scenario, most of it the kernel's: no leftovers, and not to be asked.
_BEFORE = frozenset(entry.name for entry in Path("/proc").iterdir())


@functools.cache
def bluez_version():
    """BlueZ's version, for the record."""
    return subprocess.run([BLUETOOTHD, "--version"], capture_output=True, text=True,
                          check=False).stdout.strip()


class StackError(Exception):
    """Something of the lab did not come up."""


def kill_leftovers():
    """End what a scenario that broke off may have left in this guest."""
    for entry in Path("/proc").iterdir():
        if entry.name in _BEFORE or not entry.name.isdigit():
            continue
        try:
            if (entry / "comm").read_text().strip() in PROGRAMS:
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue


class Stack:
    """The Bluetooth of one guest: role "A" or "B"."""

    def __init__(self, role, logs):
        self.role = role
        self.logs = Path(logs)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.version = bluez_version()
        self._processes = {}
        self._browsed = 0
        self._recorder = None
        self._boards = {}
        self.bus = Bus()

    def spawn(self, name, *command, env=None):
        """Start a program with its output in the log folder."""
        with open(self.logs / f"{name}.log", "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env={**os.environ, **(env or {})}, start_new_session=True)
        self._processes[name] = process
        return process

    def end(self, name, how=signal.SIGTERM, timeout=20):
        """End a program; its exit status."""
        process = self._processes.pop(name, None)
        if process is None:
            return None
        process.send_signal(how)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def outcome(self, name, timeout=20):
        """How a program we started ended by itself: its exit status, or None when it has not."""
        process = self._processes[name]
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        del self._processes[name]
        return status

    def running(self, name):
        """Whether a program we started still runs."""
        return name in self._processes and self._processes[name].poll() is None

    def ended(self, name):
        """Whether a program we started has ended by itself."""
        return name in self._processes and self._processes[name].poll() is not None

    def stop(self):
        """End everything, the controllers last."""
        self.end("bluetoothd", signal.SIGKILL)
        if self._recorder is not None:
            self._recorder.stop()
            self._recorder = None
        kill_leftovers()
        self.unplug()

    def start_radio(self, mode="le", controller="own"):
        """The controller of this guest and its side of the air, with nothing stored.

        In A it is "own", btvirt's; "board", an emulated nRF board; or "none": the air alone.
        """
        self.stop()
        for entry in Path("/var/lib/bluetooth").iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.rmtree("/run/pairward", ignore_errors=True)
        if self.role == "A":
            self._watch_the_air()
            if os.environ.get("PRW_LAB_DBUS_LOG"):
                self.spawn("dbus", "stdbuf", "-oL", "dbus-monitor", "--system")
        self.plug(mode, controller)

    def board(self, number=1):
        """An emulated nRF board, not plugged in at first."""
        if number not in self._boards:
            self._boards[number] = Board(self, number, SERVER_SOCKET.format("le"))
        return self._boards[number]

    def plug(self, mode="le", controller="own"):
        """Have a controller; A's first, for it carries the air.

        What the controllers can do is A's to say: LE alone, or both for another mode than "le".
        The kernel gives up a controller that does not answer for two seconds, as it may on
        a busy machine; it is started again then.
        """
        for _ in range(RADIO_TRIES):
            channel.drain("radio")
            if self.role == "A":
                self._carry_the_air(mode, controller)
            else:
                self._attach_to_the_air()
            if controller == "none" or wait_until(lambda: 0 in controllers(), 20):
                return
            self.unplug()
        raise StackError("the kernel does not get on with the controller")

    def unplug(self):
        """Have no controller; where A has none there is no air, and B's is to go next."""
        for board in self._boards.values():
            board.end()
        self._boards.clear()
        for name in ("btattach", "radio", "own", "btvirt"):
            self.end(name)
        wait_until(lambda: not any(Path("/sys/class/bluetooth").glob("hci*")), 20)

    def wait_powered(self):
        """Wait until bluetoothd has the adapter, powered."""
        self._expect(lambda: self.adapter_property("Powered"), "hci0 powered")

    def _carry_the_air(self, mode, controller):
        server = SERVER_SOCKET.format("le" if mode == "le" else "bredrle")
        for path in Path("/tmp").glob("bt-server-*"):
            path.unlink()
        # Its own controllers of both radios scan in a way that does not hear those of the socket.
        local = mode == "le" and controller == "own"
        self.spawn("btvirt", "btvirt", *(["-L", "-l1"] if local else []), "-s")
        self._expect(Path(server).exists, "btvirt's server socket")
        if mode != "le" and controller == "own":
            self._attach("own", OWN_TTY, f"UNIX-CONNECT:{server}")
        self.spawn("radio", "socat", f"OPEN:{channel.port('radio')},rdwr",
                   f"UNIX-CONNECT:{server}")
        if controller == "board":
            self.board().plug()
            self.board().attach()

    def _watch_the_air(self):
        """Every frame as a trace, for tests/data/traces too, numbered by our starts."""
        number = len(list(self.logs.glob("btmon.*.btsnoop"))) + 1
        self._recorder = air.Recorder(self.logs / f"btmon.{number}.btsnoop")

    def _attach_to_the_air(self):
        self._attach("radio", RADIO_TTY, f"OPEN:{channel.port('radio')},rdwr")

    def _attach(self, name, tty, controller):
        """Attach a controller that socat can open, through a terminal."""
        Path(tty).unlink(missing_ok=True)
        self.spawn(name, "socat", f"PTY,link={tty},rawer", controller)
        self._expect(Path(tty).exists, "the radio's terminal")
        self.spawn("btattach", "btattach", "-B", tty, "-P", "h4")

    def configure(self, changes=None, mode="le"):
        """Write bluetoothd's main.conf: the lab's, with `changes` {group: {key: value}}."""
        groups = {name: dict(keys) for name, keys in MAIN_CONF.items()}
        groups["General"]["ControllerMode"] = mode
        if self.role == "B":
            # It need not look for us again.
            groups["General"].update(Name="lab device", TemporaryTimeout="0")
        for name, keys in (changes or {}).items():
            groups.setdefault(name, {}).update(keys)
        text = "".join(f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
                       for name, keys in groups.items())
        Path("/etc/bluetooth").mkdir(exist_ok=True)
        Path("/etc/bluetooth/main.conf").write_text(text)

    def start_bluetoothd(self, powered=True):
        """Start bluetoothd and wait for powered adapters, unless there is none."""
        self.spawn("bluetoothd", BLUETOOTHD, "-n", "-d")
        self._expect(lambda: self.bus.owner("org.bluez"), "bluetoothd's name")
        if powered:
            self.wait_powered()

    def stop_bluetoothd(self):
        """End bluetoothd the way its service manager does."""
        self.end("bluetoothd")
        self._expect(lambda: not self.bus.owner("org.bluez"), "bluetoothd's end")

    def kill_bluetoothd(self):
        """End bluetoothd the way a crash does."""
        self.end("bluetoothd", signal.SIGKILL)
        self._expect(lambda: not self.bus.owner("org.bluez"), "bluetoothd's end")

    def start_daemon(self, command, kernel_link):
        """Start our daemon, as its activation file has it."""
        self.spawn("pairwardd", *command, "--verbose", *([] if kernel_link else ["--no-kernel-link"]),
                   env=DAEMON_ENVIRONMENT)

    def end_daemon(self, how):
        """End our daemon by a signal; its exit status."""
        return self.end("pairwardd", how)

    def daemon_runs(self):
        """Whether the daemon we started runs."""
        return self.running("pairwardd")

    def daemon_ended(self):
        """Whether the daemon we started has ended by itself."""
        return self.ended("pairwardd")

    def daemon_log(self):
        """All that our daemon wrote, or nothing."""
        try:
            return (self.logs / "pairwardd.log").read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def let_browse(self):
        """Wait until bluetoothd has browsed whoever bonded with it since the last time.

        It does so a second after a bond that the other side began, and connects for it where the
        link is gone by then (src/device.c, start_discovery_cb()). The kernel then takes this
        attempt for the link when a question about the next pairing is answered.
        """
        log = (self.logs / "bluetoothd.log").read_text(errors="replace")
        browsed = log.count("setting timer for reverse service discovery")
        if browsed != self._browsed:
            self._browsed = browsed
            time.sleep(BROWSE_DELAY)

    def adapter_property(self, name):
        """A property of our adapter, or None."""
        try:
            return self.bus.get("org.bluez", "/org/bluez/hci0", "org.bluez.Adapter1", name)
        except BusError:
            return None

    def adapters(self):
        """bluetoothd's adapters: {"hci0": its properties}."""
        return {path.rpartition("/")[2]: interfaces["org.bluez.Adapter1"]
                for path, interfaces in self.bus.managed("org.bluez", "/").items()
                if "org.bluez.Adapter1" in interfaces}

    @staticmethod
    def load(*modules):
        """Load modules of the kernel that the lab is not booted with."""
        for module in modules:
            subprocess.run(("modprobe", module), check=True)

    @staticmethod
    def controllers():
        """The names of the kernel's controllers, whether it could set them up or not."""
        return sorted(path.name for path in Path("/sys/class/bluetooth").glob("hci*")
                      if ":" not in path.name)

    @staticmethod
    def terminal_settings(tty):
        """What a serial port is set to."""
        fd = os.open(tty, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            return termios.tcgetattr(fd)
        finally:
            os.close(fd)

    def _expect(self, check, what, timeout=60):
        if not wait_until(check, timeout, 0.05):
            states = {name: process.poll() for name, process in self._processes.items()}
            raise StackError(f"{what}: not there after {timeout} s ({states})")

    def close(self):
        """End everything and leave the bus."""
        self.stop()
        self.bus.close()
