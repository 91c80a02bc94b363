# SPDX-License-Identifier: LGPL-2.1-or-later
"""Blocking D-Bus for tests: calls from any thread, callbacks from one loop thread.

GDBus is used and not a binding of its own because the product is tested through
the same library its users have; python3-gi is the one thing a guest needs.
"""

import concurrent.futures
import threading
import time

from gi.repository import Gio, GLib

SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"


def warm_up():
    """Have what gi makes when it is first used, before a fork.  It starts no thread."""
    for space, names in ((Gio, ("DBusConnection", "DBusConnectionFlags", "DBusCallFlags",
                                "DBusSignalFlags", "DBusError", "DBusMethodInvocation")),
                         (GLib, ("MainLoop", "Error", "VariantType"))):
        for name in names:
            dir(getattr(space, name))
    GLib.Variant("(sa{sv})", ("", {"": GLib.Variant("s", "")})).unpack()
    Gio.DBusNodeInfo.new_for_xml("<node><interface name='a.b'/></node>")


class BusError(Exception):
    """A D-Bus error reply: `name` is the error's name."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class Loop:
    """The one main loop of a process, on a thread of its own."""

    _started = False
    _lock = threading.Lock()

    @classmethod
    def start(cls):
        """Start the loop, once.  Never before a fork that is to use D-Bus."""
        with cls._lock:
            if not cls._started:
                cls._started = True
                threading.Thread(target=GLib.MainLoop().run, daemon=True).start()


class Log:
    """Things that happened, in order, that another thread may wait for."""

    def __init__(self):
        self._items = []
        self._condition = threading.Condition()

    def add(self, item):
        """Append one."""
        with self._condition:
            self._items.append(item)
            self._condition.notify_all()

    def items(self, since=0):
        """A copy of what happened."""
        with self._condition:
            return list(self._items[since:])

    def __len__(self):
        with self._condition:
            return len(self._items)

    def wait(self, matches, timeout, since=0):
        """The first item since `since` that `matches`, or None at the timeout."""
        deadline = time.monotonic() + timeout
        with self._condition:
            position = since
            while True:
                while position < len(self._items):
                    if matches(self._items[position]):
                        return self._items[position]
                    position += 1
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._condition.wait(left)


class Bus:
    """One connection of its own to the system bus (agents and handlers are per connection)."""

    def __init__(self):
        Loop.start()
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.connection = Gio.DBusConnection.new_for_address_sync(SYSTEM_BUS, flags, None, None)
        self.connection.set_exit_on_close(False)

    def start(self, destination, path, interface, method, signature="()", args=(), timeout=60):
        """Call without waiting: a Future of the reply, a tuple.  Calls go out in their order.

        An error reply is a BusError.
        """
        future = concurrent.futures.Future()

        def finished(connection, result):
            try:
                future.set_result(connection.call_finish(result).unpack())
            except GLib.Error as error:
                name = Gio.DBusError.get_remote_error(error) or \
                    f"local.{error.domain}.{error.code}"
                Gio.DBusError.strip_remote_error(error)
                future.set_exception(BusError(name, error.message))

        self.connection.call(
            destination, path, interface, method, GLib.Variant(signature, tuple(args)), None,
            Gio.DBusCallFlags.NO_AUTO_START if destination == "org.bluez"
            else Gio.DBusCallFlags.NONE, int(timeout * 1000), None, finished)
        return future

    def call(self, *args, **kwargs):
        """Call and wait: start ()'s reply.  Not from a callback, which the loop waits for."""
        return self.start(*args, **kwargs).result()

    def get(self, destination, path, interface, name):
        """One property, unpacked."""
        return self.call(destination, path, "org.freedesktop.DBus.Properties", "Get", "(ss)",
                         (interface, name))[0]

    def get_all(self, destination, path, interface):
        """All properties, unpacked; None when there is no such object."""
        try:
            return self.call(destination, path, "org.freedesktop.DBus.Properties", "GetAll",
                             "(s)", (interface,))[0]
        except BusError:
            return None

    def managed(self, destination, path):
        """The objects of an object manager: {path: {interface: properties}}."""
        return self.call(destination, path, "org.freedesktop.DBus.ObjectManager",
                         "GetManagedObjects")[0]

    def set(self, destination, path, interface, name, value):
        """Set one property to a GLib.Variant."""
        self.call(destination, path, "org.freedesktop.DBus.Properties", "Set", "(ssv)",
                  (interface, name, value))

    def owner(self, name):
        """The unique name of a name's owner, or None."""
        try:
            return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                             "org.freedesktop.DBus", "GetNameOwner", "(s)", (name,))[0]
        except BusError:
            return None

    def subscribe(self, sender, interface, callback):
        """Call back (path, interface, signal, args) for each signal."""
        def received(_connection, _sender, path, iface, signal, params):
            callback(path, iface, signal, params.unpack())

        return self.connection.signal_subscribe(sender, interface, None, None, None,
                                                Gio.DBusSignalFlags.NONE, received)

    def close(self):
        """Leave the bus, as a process that ends does."""
        try:
            self.connection.close_sync(None)
        except GLib.Error:
            pass


def wait_until(check, timeout, interval=0.1):
    """Poll until check() is true; its value, or the last false one at the timeout."""
    deadline = time.monotonic() + timeout
    while True:
        value = check()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(interval)


def discover(adapter, address, timeout, advertise=None, transport="le"):
    """Scan on an adapter (a path) until a device is seen; BusError when it is not.

    advertise () has the device advertise anew, once a second: btvirt reports it when the
    scan or the advertising begins and never again, and bluetoothd ignores what is reported
    before it knows that its scan has begun.  It would scan again after fifteen seconds.
    """
    bus = Bus()  # discovery belongs to a connection: stopping is leaving
    device = f"{adapter}/dev_{address.replace(':', '_')}"
    deadline = time.monotonic() + timeout
    try:
        bus.call("org.bluez", adapter, "org.bluez.Adapter1", "SetDiscoveryFilter",
                 "(a{sv})", ({"Transport": GLib.Variant("s", transport)},))
        bus.call("org.bluez", adapter, "org.bluez.Adapter1", "StartDiscovery")
        # RSSI is there only for devices seen by this discovery.
        while not wait_until(lambda: "RSSI" in (bus.get_all("org.bluez", device,
                                                            "org.bluez.Device1") or {}), 1):
            if time.monotonic() > deadline:
                raise BusError("local.NotFound", f"{address} was not seen in {timeout} s")
            if advertise is not None:
                advertise()
    finally:
        bus.close()
