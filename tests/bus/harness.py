# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private bus with a fake bluetoothd and the built daemon, and a runner that prints TAP."""

import contextlib
import fcntl
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback
from pathlib import Path

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("top_builddir", ".")).resolve()
DAEMON, CTL = BUILD / "pairwardd", BUILD / "pairwardctl"
ROOT, MANAGER = "/org/pairward", "org.pairward.Manager1"
PEER, REQUEST = "org.pairward.SecurityManager1", "org.pairward.Request1"
DEVICE = "/org/bluez/hci0/dev_C0_00_00_00_00_01"
OURS = DEVICE.replace("/org/bluez", "/org/pairward")
EVENTS = ["passkey-display-required", "passkey-required", "pairing-authorization-required",
          "service-authorization-required"]
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth><auth>ANONYMOUS</auth><allow_anonymous/>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true"/><allow receive_requested_reply="true"/><allow receive_type="method_call"/>
<allow receive_type="signal"/><allow receive_type="error"/><allow receive_type="method_return"/></policy></busconfig>"""
# What dbus-daemon's system.conf lets everybody do: nothing may be owned or called but what a further policy says.
SYSTEM_POLICY = """<policy context="default"><allow user="*"/><deny own="*"/><deny send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/></policy>"""


class Failure(AssertionError):
    """What a test asserts does not hold."""


def log_in_anonymously(address):
    """A stream to the bus, which does not know whose it is. GDBus itself would say whose."""
    stream = Gio.SocketClient().connect(Gio.UnixSocketAddress.new(address.removeprefix("unix:path=")), None)
    stream.get_output_stream().write_all(b"\0AUTH ANONYMOUS\r\n", None)
    reply = stream.get_input_stream().read_bytes(512, None).get_data()
    if not reply.startswith(b"OK "):
        raise Failure(f"the bus said {reply}")
    stream.get_output_stream().write_all(b"BEGIN\r\n", None)
    return stream


class Client:
    """One connection to the bus, and the signals that came on it."""

    def __init__(self, address, anonymous=False):
        flags = Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        if anonymous:
            self.bus = Gio.DBusConnection.new_sync(log_in_anonymously(address), None, flags, None, None)
        else:
            self.bus = Gio.DBusConnection.new_for_address_sync(address, flags | Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
        self.signals = []
        self.bus.signal_subscribe("org.pairward", None, None, None, None, Gio.DBusSignalFlags.NONE,
                                  lambda _b, _s, path, iface, name, params: self.signals.append((name, path, params.unpack(), iface)))

    def call(self, path, interface, method, signature=None, *args, name="org.pairward", timeout=20000):
        """Call; the unpacked reply."""
        parameters = GLib.Variant(signature, args) if signature else None
        reply = self.bus.call_sync(name, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, timeout)
        values = reply.unpack()
        return values[0] if len(values) == 1 else values

    def start(self, path, interface, method, signature=None, *args):
        """Call without waiting: a list that gets the outcome, a reply or an error's name."""
        outcome = []

        def done(bus, result):
            try:
                outcome.append(bus.call_finish(result).unpack())
            except GLib.Error as error:
                outcome.append(Gio.DBusError.get_remote_error(error))

        self.bus.call("org.pairward", path, interface, method, GLib.Variant(signature, args) if signature else None, None,
                      Gio.DBusCallFlags.NONE, 60000, None, done)
        return outcome

    def error(self, *args, **kwargs):
        """Call; the name of the error and its text. No error is a failure."""
        try:
            reply = self.call(*args, **kwargs)
        except GLib.Error as error:
            return (Gio.DBusError.get_remote_error(error) or "").replace("org.pairward.Error.", ""), error.message
        raise Failure(f"{args[2]} gave {reply}, not an error")

    def get(self, path, interface, name):
        """A property."""
        return self.call(path, "org.freedesktop.DBus.Properties", "Get", "(ss)", interface, name)

    def set_args(self, path, interface, name, value):
        """The arguments of call () or error () that write a property."""
        return (path, "org.freedesktop.DBus.Properties", "Set", "(ssv)", interface, name, value)

    def send(self, path, interface, method, signature, *args):
        """Call, and want no reply."""
        message = Gio.DBusMessage.new_method_call("org.pairward", path, interface, method)
        message.set_body(GLib.Variant(signature, args))
        message.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
        self.bus.send_message(message, Gio.DBusSendMessageFlags.NONE)

    def peers(self):
        """Paths of the peers there are."""
        return [o for o in self.call(ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects") if "dev_" in o]

    def heard(self, name):
        """Signals of that name, oldest first."""
        return [s for s in self.signals if s[0] == name]

    def register(self, events=None, peers=()):
        """Become a handler."""
        self.call(ROOT, MANAGER, "RegisterHandler", "(asao)", events or EVENTS, list(peers))


class Terminal:
    """pairwardctl with somebody at the keyboard."""

    def __init__(self, machine, *args, columns=80, **env):
        self.fd, other = os.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(["setsid", "--ctty", CTL, *args], stdin=other, stdout=other, stderr=other,
                                        env={**machine.env, "TERM": "xterm", **env})
        machine.processes.append(self.process)
        os.close(other)
        self.output = ""

    def read(self):
        """All that was printed since the last look."""
        while select.select([self.fd], [], [], 0)[0]:
            try:
                self.output += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:  # it is gone
                break
        return self.output

    def shows(self, text):
        """Wait for it; what was printed until then, which is forgotten."""
        try:
            wait(lambda: text in self.read(), text)
        except Failure as failure:
            raise Failure(f"{failure}; there is {self.output!r}") from failure
        shown, self.output = self.output, ""
        return shown

    def type(self, text, thinking=0.6):
        """Type it, after a while."""
        pump(thinking)
        os.write(self.fd, text.encode())

    def ends(self):
        """Its exit status."""
        return wait(lambda: [self.read()] and self.process.poll() is not None and [self.process.returncode], "the end")[0]


class Machine:
    """Bus, fake bluetoothd, daemon."""

    def __init__(self, keyfile=""):
        self.dir = Path(tempfile.mkdtemp(prefix="prw-bus-"))
        os.chmod(self.dir, 0o755)
        (self.dir / "bus.conf").write_text(BUS_CONFIG.format(path=self.dir / "bus"))
        self.address = f"unix:path={self.dir / 'bus'}"
        self.env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address, "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
                    "STATE_DIRECTORY": str(self.dir / "state")}
        self.env.pop("G_MESSAGES_DEBUG", None)
        self.env.pop("G_SLICE", None)  # what GDBus has under way when pairwardctl ends is no leak of ours
        self.keyfile = self.dir / "pairward.conf"
        self.keyfile.write_text(keyfile)
        os.chmod(self.keyfile, 0o600)
        with contextlib.suppress(LookupError, PermissionError):
            shutil.chown(self.keyfile, "pairward")  # where there is that user, root becomes it
        self.processes = []
        self.bluez = self.client = self.daemon = None

    def start(self, daemon=True):
        """Not part of making it: what did not start is ended by close (), and what it logged is shown."""
        self.spawn(["dbus-daemon", "--nofork", f"--config-file={self.dir / 'bus.conf'}"], "bus.log")
        wait(lambda: (self.dir / "bus").exists(), "the bus")
        self.start_bluez()
        self.client = Client(self.address)
        if daemon:
            self.start_daemon()

    def spawn(self, argv, log):
        """Start a program of this machine."""
        with open(self.dir / log, "ab") as out:
            process = subprocess.Popen([str(a) for a in argv], env=self.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.processes.append(process)
        return process

    def start_bluez(self):
        """The fake bluetoothd."""
        (self.dir / "bluez.log").write_text("")
        self.bluez = self.spawn(["/usr/bin/python3", HERE / "fake_bluez.py"], "bluez.log")
        wait(lambda: "ready" in (self.dir / "bluez.log").read_text(), "the fake bluetoothd")

    def start_daemon(self):
        """pairwardd, until it is the default agent."""
        self.daemon = self.spawn([DAEMON, "--config", self.keyfile, "--no-kernel-link"], "pairwardd.log")
        wait(self.is_default, "the daemon is the default agent")

    def is_default(self):
        """Whether the daemon says so."""
        try:
            return self.client.get(ROOT, MANAGER, "AgentState") == "default"
        except GLib.Error:
            return False

    def stop_daemon(self, number=signal.SIGTERM):
        """Its exit status."""
        self.daemon.send_signal(number)
        return self.daemon.wait(10)

    def log(self):
        """What the daemon logged."""
        return (self.dir / "pairwardd.log").read_text()

    def test(self, method, signature=None, *args):
        """Drive the fake bluetoothd."""
        return self.client.call("/test", "org.pairward.Test.Bluez", method, signature, *args, name="org.bluez")

    def device(self, path=DEVICE, **properties):
        """A device appears."""
        self.test("Device", "(oa{sv})", path, {k: v if isinstance(v, GLib.Variant) else GLib.Variant("b", v) if isinstance(v, bool)
                                               else GLib.Variant("s", v) for k, v in properties.items()})

    def change(self, path=DEVICE, **flags):
        """Boolean properties of a device change."""
        self.test("Change", "(oa{sv})", path, {k: GLib.Variant("b", v) for k, v in flags.items()})

    def ask(self, method, signature="(o)", *args):
        """bluetoothd asks the agent about the device: a function that gives the answer, "" as long as there is none."""
        number = self.test("Ask", "(sv)", method, GLib.Variant(signature, (DEVICE, *args)))

        def answer():
            answers = self.test("Answers", "(u)", number)
            if len(answers) > 1:
                raise Failure(f"{method} was answered {len(answers)} times")
            return answers[0] if answers else ""

        return answer

    def question(self):
        """The open question, when there is one."""
        return wait(lambda: self.client.get(ROOT, MANAGER, "Requests"), "a question")[0]

    def ctl(self, *args, text=None, timeout=60):
        """pairwardctl: (status, stdout, stderr)."""
        done = subprocess.run([CTL, *args], env=self.env, input=text, capture_output=True, text=True, errors="replace", timeout=timeout,
                              check=False, stdin=subprocess.DEVNULL if text is None else None)
        return done.returncode, done.stdout, done.stderr

    def close(self):
        """End it all."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
            process.wait()
        shutil.rmtree(self.dir)


def have_polkit():
    """Whether this pairward asks polkit."""
    return "#define HAVE_POLKIT 1" in (BUILD / "config.h").read_text(encoding="utf-8")


def pump(seconds=0.02):
    """Let signals come in."""
    context = GLib.MainContext.default()
    end = time.monotonic() + seconds
    while context.iteration(False) or time.monotonic() < end:
        if time.monotonic() < end:
            time.sleep(0.002)


def wait(check, what, timeout=20):
    """The first true value of check ()."""
    end = time.monotonic() + timeout
    while True:
        pump()
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"{what}: not after {timeout} s")


def equal(found, expected, what):
    """Fail unless they are."""
    if found != expected:
        raise Failure(f"{what}: expected {expected!r}, found {found!r}")


def check(condition, what):
    """Fail unless it holds."""
    if not condition:
        raise Failure(what)


def run(module):
    """Run test_* of a module, each on a machine of its own; print TAP and the daemon's log of a failure."""
    tests = [(name, test) for name, test in vars(module).items() if name.startswith("test_")]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        machine = None
        try:
            machine = Machine(getattr(test, "keyfile", ""))
            machine.start(getattr(test, "daemon", True))
            test(machine)
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            text = traceback.format_exc() + (machine.log() if machine and (machine.dir / "pairwardd.log").exists() else "")
            print("\n".join("# " + line for line in text.splitlines()), flush=True)
        finally:
            if machine:
                machine.close()
    sys.exit(failed > 0)


def settings(text, daemon=True):
    """Give a test its keyfile."""
    def mark(test):
        test.keyfile = text
        test.daemon = daemon
        return test
    return mark
