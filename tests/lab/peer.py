# SPDX-License-Identifier: LGPL-2.1-or-later
"""The other side of every pairing: a device that is not pairward.

It runs in host B, has an agent of its own with answers a scenario scripts, and
does what host A's test code commands over the channel: advertise, discover,
pair, tell which keys it stored.
"""

import os
import socket
import threading
import time

from gi.repository import Gio, GLib

import channel
import keys
import l2cap
from advertiser import Advertiser
from att import BTPROTO_L2CAP
from bus import Bus, BusError, Log, discover, wait_until
from mgmt import (AF_BLUETOOTH, SET_BONDABLE, SET_DEBUG_KEYS, SET_POWERED, SET_SECURE_CONN,
                  Mgmt)
from stack import Stack

ADAPTER = "/org/bluez/hci0"
AGENT_PATH = "/org/pairward/lab/agent"
AGENT_XML = """
<node><interface name="org.bluez.Agent1">
  <method name="Release"/>
  <method name="RequestPinCode"><arg type="o" direction="in"/><arg type="s" direction="out"/></method>
  <method name="DisplayPinCode"><arg type="o" direction="in"/><arg type="s" direction="in"/></method>
  <method name="RequestPasskey"><arg type="o" direction="in"/><arg type="u" direction="out"/></method>
  <method name="DisplayPasskey"><arg type="o" direction="in"/><arg type="u" direction="in"/>
    <arg type="q" direction="in"/></method>
  <method name="RequestConfirmation"><arg type="o" direction="in"/><arg type="u" direction="in"/></method>
  <method name="RequestAuthorization"><arg type="o" direction="in"/></method>
  <method name="AuthorizeService"><arg type="o" direction="in"/><arg type="s" direction="in"/></method>
  <method name="Cancel"/>
</interface></node>
"""


class Agent:
    """An org.bluez.Agent1 whose answers are scripted.

    `answers` maps a method to "yes", "no", "hold" (until answer()), or, for a
    passkey or PIN, the value; a method without an entry is answered "yes".
    """

    def __init__(self, capability, answers):
        self.calls = Log()
        self._answers = dict(answers)
        self._held = None
        self._lock = threading.Lock()
        self.bus = Bus()
        info = Gio.DBusNodeInfo.new_for_xml(AGENT_XML).interfaces[0]
        self.bus.connection.register_object(AGENT_PATH, info, self._called, None, None)
        self._manage("RegisterAgent", "(os)", AGENT_PATH, capability)
        self._manage("RequestDefaultAgent", "(o)", AGENT_PATH)

    def _manage(self, method, signature, *args):
        self.bus.call("org.bluez", "/org/bluez", "org.bluez.AgentManager1", method, signature, args)

    def _called(self, _connection, _sender, _path, _interface, method, params, invocation):
        args = params.unpack()
        answer = self._answers.get(method, "yes")
        if method in ("Cancel", "Release"):
            with self._lock:
                self._held = None
            answer = "yes"
        if answer == "hold":
            with self._lock:
                self._held = (method, invocation)
        else:
            self._reply(method, invocation, answer)
        self.calls.add({"method": method, "args": args, "time": time.monotonic()})

    @staticmethod
    def _reply(method, invocation, answer):
        if answer == "no":
            invocation.return_dbus_error("org.bluez.Error.Rejected", "scripted")
        elif method == "RequestPasskey":
            invocation.return_value(GLib.Variant("(u)", (int(answer),)))
        elif method == "RequestPinCode":
            invocation.return_value(GLib.Variant("(s)", (str(answer),)))
        else:
            invocation.return_value(None)

    def answer(self, value):
        """Answer the held question; False when there is none."""
        with self._lock:
            held, self._held = self._held, None
        if held is None:
            return False
        self._reply(held[0], held[1], value)
        return True

    def script(self, answers):
        """Change answers of questions to come."""
        self._answers.update(answers)

    def close(self):
        """Leave; BlueZ forgets the agent."""
        try:
            self._manage("UnregisterAgent", "(o)", AGENT_PATH)
        except BusError:
            pass  # there is no bluetoothd
        self.bus.close()


class Peer:
    """The commands.  Each public method is one, called on a thread of its own."""

    def __init__(self, logs):
        self._logs = logs
        self._stack = None
        self._agent = None
        self._bus = None
        self._advertiser = None
        self._identity_key = os.urandom(16)

    def handle(self, command, args):
        """Run one command of the channel."""
        if command.startswith("_") or command == "handle":
            raise ValueError(f"no such command: {command}")
        return getattr(self, command)(**args)

    # The stack

    def ping(self):
        """Say that we are here."""
        return True

    def stop(self):
        """End bluetoothd and the controller, so that the radio can be restarted."""
        self.close_agent()
        if self._bus is not None:
            self._bus.close()
            self._bus = None
        if self._stack is not None:
            self._stack.close()
            self._stack = None
            os.sync()
        return True

    def start(self, name, main_conf=None, mode="le"):
        """Begin a scenario on an empty host; our address and BlueZ's version."""
        self.stop()
        self._stack = Stack("B", f"{self._logs}/{name}/B")
        self._stack.start_radio()
        self._stack.configure(main_conf, mode)
        self._stack.start_bluetoothd()
        self._bus = Bus()
        self._advertiser = Advertiser(self._bus)
        return self._property("Address"), self._stack.version

    def unplug(self):
        """Take the controller away."""
        self._stack.unplug()

    def plug(self):
        """Give it back."""
        self._stack.plug()
        self._stack.wait_powered()

    def mgmt_set(self, setting, value):
        """secure_connections 0-2, debug_keys 0-2, bondable 0-1, powered 0-1."""
        opcode = {"secure_connections": SET_SECURE_CONN, "debug_keys": SET_DEBUG_KEYS,
                  "bondable": SET_BONDABLE, "powered": SET_POWERED}[setting]
        with Mgmt() as mgmt:
            mgmt.set_byte(opcode, value)

    def read_oob(self):
        """Our out-of-band data (see Mgmt.read_oob)."""
        with Mgmt() as mgmt:
            return mgmt.read_oob()

    def add_oob(self, address, data):
        """What the device said out of band."""
        with Mgmt() as mgmt:
            mgmt.add_oob(address, data)

    def forget_simple_pairing(self):
        """Be a device of before Bluetooth 2.1, which pairs with a PIN."""
        with Mgmt() as mgmt:
            mgmt.forget_simple_pairing()

    def use_private_address(self):
        """Be known by a resolvable private address, another one each time."""
        with Mgmt() as mgmt:
            mgmt.set_privacy(self._identity_key)
        self._stack.wait_powered()

    def advertise(self, on=True, name="lab peer"):
        """Advertise until told otherwise, again after each connection."""
        self._advertiser.set(on, name)

    # The agent

    def agent(self, capability, answers=None):
        """Have this agent, in place of any other."""
        # The new one comes first: when the last one goes bluetoothd turns Pairable off.
        old, self._agent = self._agent, Agent(capability, answers or {})
        if old is not None:
            old.close()
        if not wait_until(lambda: self._property("Pairable"), 20):
            raise BusError("local.NotPairable", "a default agent came and Pairable stays off")

    def script(self, answers):
        """Change the agent's answers."""
        self._agent.script(answers)

    def close_agent(self):
        """Have no agent."""
        if self._agent is not None:
            self._agent.close()
            self._agent = None

    def asked(self):
        """Every call to the agent so far."""
        return self._agent.calls.items() if self._agent else []

    def wait_asked(self, methods, timeout=60, since=0):
        """The first call of one of `methods`, or None."""
        return self._agent.calls.wait(lambda call: call["method"] in methods, timeout, since)

    def answer(self, value="yes"):
        """Answer the question that is held."""
        return self._agent.answer(value)

    # The adapter and its devices

    def _property(self, name):
        return self._bus.get("org.bluez", ADAPTER, "org.bluez.Adapter1", name)

    def set_adapter(self, name, signature, value):
        """Set a property of the adapter."""
        self._bus.set("org.bluez", ADAPTER, "org.bluez.Adapter1", name,
                      GLib.Variant(signature, value))

    def _path(self, address):
        return f"{ADAPTER}/dev_{address.replace(':', '_')}"

    def device(self, address):
        """The device's properties, or None."""
        found = self._bus.get_all("org.bluez", self._path(address), "org.bluez.Device1")
        if found is None:
            return None
        return {key: found.get(key) for key in ("Address", "Paired", "Bonded", "Connected",
                                                "Trusted", "ServicesResolved", "Name")}

    def find(self, address, timeout=40, transport="le"):
        """Scan until the device is seen, unless it is known already."""
        if self.device(address) is None:
            discover(ADAPTER, address, timeout, transport=transport)

    def open_channel(self, address, psm):
        """Connect to a service of BR/EDR and leave again; what went wrong, or ""."""
        with socket.socket(AF_BLUETOOTH, socket.SOCK_SEQPACKET, BTPROTO_L2CAP) as channel_:
            channel_.settimeout(100)
            try:
                channel_.connect((address, psm))
            except OSError as error:
                return str(error)
        return ""

    def _device_call(self, address, method, timeout=150):
        bus = self._agent.bus if self._agent and method == "Pair" else self._bus
        bus.call("org.bluez", self._path(address), "org.bluez.Device1", method, timeout=timeout)

    def send(self, address, frames, size):
        """Send frames that are no pairing's to lab.ours.listen(), over a link that is up."""
        l2cap.send(address, frames, size)

    def connect(self, address):
        """Connect, as a central; without a key this does not pair."""
        self._device_call(address, "Connect")

    def let_browse(self):
        """See Stack.let_browse."""
        self._stack.let_browse()

    def disconnect(self, address):
        """End the links, if there are any, at once: Device1.Disconnect takes two seconds."""
        with Mgmt() as mgmt:
            mgmt.disconnect(address)

    def pair(self, address):
        """Device1.Pair from our agent's connection; the error's name, or ""."""
        try:
            self._device_call(address, "Pair")
        except BusError as error:
            return error.name
        return ""

    def cancel_pairing(self, address):
        """Give a pairing of ours up."""
        self._device_call(address, "CancelPairing")

    def remove(self, address):
        """Forget the device and its bond."""
        self._bus.call("org.bluez", ADAPTER, "org.bluez.Adapter1", "RemoveDevice", "(o)",
                       (self._path(address),))

    def keys(self, address):
        """What is stored of a bond (see keys.read)."""
        return keys.read(self._property("Address"), address)

    def link_key(self, address):
        """What is stored of a bond of BR/EDR (see keys.read_link_key)."""
        return keys.read_link_key(self._property("Address"), address)

    def wait_device(self, address, expect, timeout=60):
        """Wait until the device's properties are as expected; the last ones seen."""
        def matches():
            found = self.device(address) or {}
            return all(found.get(key, False) == value for key, value in expect.items())

        wait_until(matches, timeout)
        return self.device(address)


def main(logs):
    """Serve commands for ever."""
    channel.serve(Peer(logs).handle)
