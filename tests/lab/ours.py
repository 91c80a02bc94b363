# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our side: pairwardd, driven through its public interfaces and nothing else.

Its D-Bus API, its keyfile and pairwardctl; and, to see what is true apart from
what it says, bluetoothd's objects and the keys bluetoothd stored.
"""

import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import keys
import l2cap
from advertiser import Advertiser
from bus import Bus, BusError, Log, discover, wait_until
from contract import ALL_EVENTS, AUTHORIZE, DISPLAY, ENTER, ERROR, SECURITY_REQUEST, SERVICE
from gi.repository import Gio, GLib
from att import AttLink
from mgmt import Mgmt, encrypted
from stack import SERVER_SOCKET
from strangers import Strangers

NAME = "org.pairward"
ROOT = "/org/pairward"
MANAGER = "org.pairward.Manager1"
SECURITY = "org.pairward.SecurityManager1"
REQUEST = "org.pairward.Request1"
CONTROLLER = "org.pairward.Controller1"
KEYFILE = Path("/etc/pairward/pairward.conf")
STATE = Path("/var/lib/pairward")
ACTIVATION = Path("/usr/share/dbus-1/system-services/org.pairward.service")

PROFILE_PATH = "/org/pairward/lab/profile"
PROFILE_XML = """
<node><interface name="org.bluez.Profile1">
  <method name="Release"/>
  <method name="NewConnection"><arg type="o" direction="in"/><arg type="h" direction="in"/>
    <arg type="a{sv}" direction="in"/></method>
  <method name="RequestDisconnection"><arg type="o" direction="in"/></method>
</interface></node>
"""

# Signals that carry a question, and the event each belongs to.
QUESTIONS = {
    "PasskeyDisplayRequired": DISPLAY,
    "PasskeyRequired": ENTER,
    "PeripheralSecurityRequest": SECURITY_REQUEST,
    "PairingAuthorizationRequired": AUTHORIZE,
    "ServiceAuthorizationRequired": SERVICE,
}


class Signal:
    """One signal of ours that was heard."""

    def __init__(self, path, name, args):
        self.path = path
        self.name = name
        self.args = args
        self.time = time.monotonic()

    def __repr__(self):
        return f"{self.name}{self.args}"


class Caller:
    """A connection of its own that uses the API; everything it hears is kept in `heard`."""

    def __init__(self, what="caller", log=print):
        self.bus = Bus()
        self.heard = Log()
        self._what = what
        self._log = log
        self.name = self.bus.connection.get_unique_name()
        for interface in (SECURITY, REQUEST, MANAGER):
            self.bus.subscribe(NAME, interface, self._received)

    def _received(self, path, _interface, name, args):
        item = Signal(path, name, args)
        self._log(f"{self._what} hears {item} of {path}")
        self.heard.add(item)

    # Manager1

    def manager(self, method, signature="()", *args):
        """Call a method of Manager1; its only result, or the tuple."""
        reply = self.bus.call(NAME, ROOT, MANAGER, method, signature, args)
        return reply[0] if len(reply) == 1 else reply

    def manager_property(self, name):
        """A property of Manager1."""
        return self.bus.get(NAME, ROOT, MANAGER, name)

    def set_manager(self, name, signature, value):
        """Set a property of Manager1."""
        self.bus.set(NAME, ROOT, MANAGER, name, GLib.Variant(signature, value))

    def set_policy(self, bits):
        """Set the floor."""
        self.set_manager("PairingPolicy", "u", bits)

    def get_peer(self, address):
        """The security manager of an address, made when there is none."""
        return self.manager("GetPeer", "(ss)", "hci0", address)

    def explain(self, peer, **facts):
        """What would be decided about a peer ("/": none): (verdict, rule, reason)."""
        return self.manager("Explain", "(oa{sv})", peer,
                            {name.replace("_", "-"): GLib.Variant("s", value)
                             for name, value in facts.items()})

    # SecurityManager1

    def security(self, path):
        """All properties, or None when the object is gone."""
        return self.bus.get_all(NAME, path, SECURITY)

    def set(self, path, name, signature, value):
        """Set a parameter."""
        self.bus.set(NAME, path, SECURITY, name, GLib.Variant(signature, value))

    def pair(self, path, force=False, wait=True):
        """Pair: (status, level, process), or a Future of it."""
        args = (NAME, path, SECURITY, "Pair", "(b)", (force,), 150)
        return self.bus.call(*args) if wait else self.bus.start(*args)

    def on_peer(self, path, method, signature="()", *args):
        """A method of SecurityManager1."""
        return self.bus.call(NAME, path, SECURITY, method, signature, args)

    def read_oob(self, path):
        """Our out-of-band data for a peer: {"r256": …, "c256": …} in hexadecimal digits."""
        return {key: bytes(value).hex()
                for key, value in self.on_peer(path, "ReadLocalOobData")[0].items()}

    def set_oob(self, path, data):
        """What a peer said out of band, as of read_oob ()."""
        self.on_peer(path, "SetRemoteOobData", "(a{sv})",
                     {key: GLib.Variant("ay", bytes.fromhex(value)) for key, value in data.items()})

    # Controller1

    def controller(self, name):
        """A property of hci0's Controller1."""
        return self.bus.get(NAME, f"{ROOT}/hci0", CONTROLLER, name)

    def set_controller(self, name, signature, value, wait=True):
        """Write a property of hci0's Controller1; without waiting: a Future."""
        future = self.bus.start(NAME, f"{ROOT}/hci0", "org.freedesktop.DBus.Properties", "Set",
                                "(ssv)", (CONTROLLER, name, GLib.Variant(signature, value)), 150)
        return future.result() if wait else future

    # Handlers and questions

    def register(self, *events, peers=()):
        """Be a handler."""
        self.bus.call(NAME, ROOT, MANAGER, "RegisterHandler", "(asao)",
                      (events or ALL_EVENTS, tuple(peers)))
        return self

    def wait(self, name, timeout=60, since=0, path=None):
        """The first signal of that name, or None."""
        return self.heard.wait(lambda s: s.name == name and path in (None, s.path), timeout, since)

    def question(self, timeout=60, since=0, kind=None):
        """The first question asked of us as a handler, or None."""
        return self.heard.wait(
            lambda s: s.name in QUESTIONS and kind in (None, QUESTIONS[s.name]), timeout, since)

    def answer(self, request, method, signature="()", *args):
        """Call a method of a question: "" or the error's name without its prefix."""
        try:
            self.bus.call(NAME, request, REQUEST, method, signature, args)
        except BusError as error:
            return error.name.removeprefix(ERROR)
        return ""

    def on_request(self, request, method):
        """A method of Request1 without arguments; its reply."""
        return self.bus.call(NAME, request, REQUEST, method)

    def request(self, path):
        """A question's properties, or None."""
        return self.bus.get_all(NAME, path, REQUEST)

    def close(self):
        """Leave the bus, as a handler that dies does."""
        self.bus.close()


class Service:
    """A service of BR/EDR whose every connection bluetoothd asks its agent about."""

    def __init__(self, uuid, psm):
        self._bus = Bus()
        info = Gio.DBusNodeInfo.new_for_xml(PROFILE_XML).interfaces[0]
        self._bus.connection.register_object(PROFILE_PATH, info, self._called, None, None)
        options = {"Name": GLib.Variant("s", "lab"), "Role": GLib.Variant("s", "server"),
                   "PSM": GLib.Variant("q", psm), "RequireAuthorization": GLib.Variant("b", True)}
        self._bus.call("org.bluez", "/org/bluez", "org.bluez.ProfileManager1", "RegisterProfile",
                       "(osa{sv})", (PROFILE_PATH, uuid, options))

    @staticmethod
    def _called(_connection, _sender, _path, _interface, _method, _params, invocation):
        invocation.return_value(None)  # the channel is closed with the message


class Ours:
    """The daemon in host A, and host A's truth."""

    def __init__(self, stack, log):
        self._stack = stack
        self._log = log
        self._callers = []
        self._advertiser = None
        self._services = []

    # Life

    @staticmethod
    def program():
        """The daemon's path, as its activation file names it."""
        for line in ACTIVATION.read_text().splitlines():
            if line.startswith("Exec="):
                return line.removeprefix("Exec=").split()
        raise FileNotFoundError(f"no Exec= in {ACTIVATION}")

    @staticmethod
    def installed():
        """Whether there is a pairward in this root at all."""
        return ACTIVATION.exists()

    def prepare(self, keyfile):
        """Write the keyfile (None: there is none but the shipped one)."""
        KEYFILE.unlink(missing_ok=True)
        if keyfile is not None:
            KEYFILE.parent.mkdir(parents=True, exist_ok=True)
            KEYFILE.write_text(keyfile)
            # There may be a code in it; the daemon, which is no longer root then, reads it again.
            KEYFILE.chmod(0o640)
            shutil.chown(KEYFILE, "root", "pairward")

    def start(self, kernel_link=True):
        """Start the daemon, with the kernel link or without, and wait until it is the agent."""
        self._stack.start_daemon(self.program(), kernel_link)
        self._wait_ready(kernel_link)

    def _wait_ready(self, kernel_link=True):
        if not wait_until(self.ready, 60):
            raise AssertionError(f"pairwardd is not BlueZ's default agent after 60 s "
                                 f"(runs: {self.running()}, state: {self.state()})")
        has = self._stack.bus.get(NAME, ROOT, MANAGER, "KernelLink")
        if has is not kernel_link:
            raise AssertionError(f"KernelLink is {has}")

    def pid(self):
        """The process that has the daemon's name on the bus, whoever started it."""
        return self._stack.bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "GetConnectionUnixProcessID", "(s)",
                                    (NAME,))[0]

    def wakeups(self):
        """How often each of the daemon's threads went to sleep so far, and so was woken."""
        counts = {}
        for task in Path(f"/proc/{self.pid()}/task").iterdir():
            try:
                counts[task.name] = self._status(f"task/{task.name}", "voluntary_ctxt_switches")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended
        return counts

    def woken(self, since):
        """How often the daemon was woken since wakeups () was as given."""
        return sum(count - since.get(thread, 0) for thread, count in self.wakeups().items())

    def memory(self):
        """The daemon's own memory, kB."""
        return self._status("", "RssAnon")

    def _status(self, which, field):
        text = (Path(f"/proc/{self.pid()}") / which / "status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+)", text, re.MULTILINE)[1])

    @staticmethod
    def listen():
        """Where the other side's traffic (peer.send) can be received."""
        return l2cap.Listener()

    def strangers(self):
        """While this is entered, one device after another advertises for a moment.

        Each waits for an answer of bluetoothd, so that they are no more than it can hear.
        """
        return Strangers(SERVER_SOCKET.format("le"), lambda: self.adapter("Address"))

    def objects(self):
        """The daemon's objects, but for its root."""
        return self._stack.bus.managed(NAME, ROOT)

    def count_devices(self):
        """How many devices bluetoothd knows; to read them all takes seconds where they are many."""
        tree = self._stack.bus.call("org.bluez", "/org/bluez/hci0",
                                    "org.freedesktop.DBus.Introspectable", "Introspect")[0]
        return tree.count('<node name="dev_')

    def discover(self):
        """Scan from a connection of the test's own until it is closed."""
        bus = Bus()
        bus.call("org.bluez", "/org/bluez/hci0", "org.bluez.Adapter1", "StartDiscovery")
        return bus

    def kill(self):
        """End the daemon the way a crash does, and wait until the bus has seen it."""
        if self.running():
            self.stop(signal.SIGKILL)
        else:
            os.kill(self.pid(), signal.SIGKILL)
        if not wait_until(lambda: self._stack.bus.owner(NAME) is None, 20):
            raise AssertionError("a pairwardd that was killed is on the bus")

    def activate(self):
        """Have D-Bus start the daemon, as the first call of anybody does, and wait until it is
        the agent.  Its log is on the guest's console."""
        self._stack.bus.call(NAME, ROOT, MANAGER, "ListBonds")
        self._wait_ready()

    def state(self):
        """AgentState, or None without a daemon."""
        try:
            return self._stack.bus.get(NAME, ROOT, MANAGER, "AgentState") \
                if self._stack.bus.owner(NAME) else None
        except BusError:
            return None

    def ready(self):
        """Whether the daemon is there and is BlueZ's default agent."""
        return self.state() == "default"

    def running(self):
        """Whether the daemon we started runs."""
        return self._stack.daemon_runs()

    def died(self):
        """Whether the daemon we started ended without being told to."""
        return self._stack.daemon_ended()

    def stop(self, how=signal.SIGTERM):
        """End the daemon; its exit status."""
        return self._stack.end_daemon(how)

    def close(self):
        """End the daemon and all callers."""
        if self.running():
            self.stop()
        for caller in self._callers:
            caller.close()

    def caller(self, what="caller"):
        """A new connection that uses the API and hears all broadcasts."""
        caller = Caller(what, self._log)
        self._callers.append(caller)
        return caller

    def handler(self, *events, what="handler"):
        """A new connection that is a handler for these events, or all."""
        return self.caller(what).register(*events)

    def log_lines(self, pattern):
        """The lines of the daemon's log that match, as match objects."""
        return list(re.finditer(pattern, self._stack.daemon_log()))

    @staticmethod
    def forget_state():
        """Remove all that the daemon keeps, as if it had never been there.  It must not run."""
        shutil.rmtree(STATE, ignore_errors=True)

    def complaints(self):
        """Lines of the daemon's log that no daemon may write, whatever the scenario."""
        return [line for line in self._stack.daemon_log().splitlines()
                if re.search(r"pairwardd: (error: |warning: (GLib|GIO|GObject))|"
                             r"Sanitizer|runtime error:", line)]

    def log_has(self, text):
        """Whether the daemon's log says so."""
        return text in self._stack.daemon_log()

    # pairwardctl

    def start_ctl(self, *args):
        """Run pairwardctl meanwhile: a Future of ctl ()."""
        future = concurrent.futures.Future()

        def run():
            try:
                future.set_result(self.ctl(*args, timeout=150))
            except Exception as error:  # pylint: disable=broad-except
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    def ctl(self, *args, timeout=60, stdin=""):
        """Run pairwardctl: (exit status, stdout, stderr)."""
        done = subprocess.run(("pairwardctl",) + args, capture_output=True, text=True,
                              input=stdin, timeout=timeout, check=False)
        self._log(f"pairwardctl {' '.join(args)} -> {done.returncode}: "
                  f"{done.stdout.strip()} {done.stderr.strip()}")
        return done.returncode, done.stdout, done.stderr

    def ctl_json(self, *args):
        """Run pairwardctl --json and parse what it says."""
        return json.loads(self.ctl(*args, "--json")[1])

    # The truth beside what it says

    def advertise(self, on=True):
        """Advertise hci0 until told otherwise, so that the other side can be central."""
        if self._advertiser is None:
            self._advertiser = Advertiser(self._stack.bus)
        self._advertiser.set(on, "lab ours")

    @staticmethod
    def mgmt_set(opcode, value):
        """A one-byte setting of hci0."""
        with Mgmt(0) as mgmt:
            mgmt.set_byte(opcode, value)

    @staticmethod
    def settings():
        """The names of hci0's settings that are on, as the kernel says (see Mgmt.settings)."""
        with Mgmt(0) as mgmt:
            return mgmt.settings()

    def power(self, on):
        """Power hci0 on or off, as any other program may."""
        self._stack.bus.set("org.bluez", "/org/bluez/hci0", "org.bluez.Adapter1", "Powered",
                            GLib.Variant("b", on))

    @staticmethod
    def device_path(address):
        """bluetoothd's object of a device."""
        return f"/org/bluez/hci0/dev_{address.replace(':', '_')}"

    def device(self, address):
        """bluetoothd's properties of a device; {} when it knows none."""
        return self._stack.bus.get_all("org.bluez", self.device_path(address),
                                       "org.bluez.Device1") or {}

    def bluez_call(self, address, method):
        """Call a method of Device1 from the test's own connection, which has no agent."""
        self._stack.bus.call("org.bluez", self.device_path(address), "org.bluez.Device1", method,
                             timeout=150)

    def remove(self, address):
        """Remove the device from bluetoothd, as any other program may."""
        self._stack.bus.call("org.bluez", "/org/bluez/hci0", "org.bluez.Adapter1", "RemoveDevice",
                             "(o)", (self.device_path(address),))

    def try_connect(self, address, advertise):
        """Connect from the test's own connection, after a scan if need be; whether it worked."""
        try:
            if not self.device(address):
                discover("/org/bluez/hci0", address, 40, advertise)
            self.bluez_call(address, "Connect")
        except BusError as error:
            self._log(f"Connect: {error}")
        return self.device(address).get("Connected", False)

    @staticmethod
    def encrypted(address):
        """Whether the link to a device is encrypted now, as the kernel says."""
        return encrypted(0, address)

    @staticmethod
    def connect_att(address, advertise):
        """Connect with a socket that has the link's ATT channel, which bluetoothd then has not.

        Nobody here encrypts such a link unasked.  advertise () has the device be heard anew.
        """
        return AttLink(address, advertise)

    def adapter(self, name):
        """A property of our adapter."""
        return self._stack.adapter_property(name)

    def keys(self, address):
        """What bluetoothd stored of a bond (see keys.read)."""
        return keys.read(self.adapter("Address"), address)

    def link_key(self, address):
        """What bluetoothd stored of a bond of BR/EDR (see keys.read_link_key)."""
        return keys.read_link_key(self.adapter("Address"), address)

    def set_adapter(self, name, signature, value):
        """Set a property of our adapter, as any other program may."""
        self._stack.bus.set("org.bluez", "/org/bluez/hci0", "org.bluez.Adapter1", name,
                            GLib.Variant(signature, value))

    def serve(self, uuid, psm):
        """Offer a service of BR/EDR that needs authorisation."""
        self._services.append(Service(uuid, psm))
