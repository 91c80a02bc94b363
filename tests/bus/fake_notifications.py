# SPDX-License-Identifier: LGPL-2.1-or-later
"""A notification server that does as a test says, hanging and lying included. It runs in the test's own process."""

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
DISMISSED, EXPIRED, CLOSED = 2, 1, 3
ALLOW_REPLACEMENT, REPLACE_EXISTING, DO_NOT_QUEUE = 1, 2, 4
XML = f"""<node><interface name="{NAME}">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method>
</interface></node>"""


def connect(address):
    """A connection of its own."""
    return Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION | Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)


class Notification:
    """What Notify was called with."""

    def __init__(self, number, arguments):
        self.number, self.open = number, True
        self.app, self.replaces, self.icon, self.summary, self.body, actions, self.hints, self.timeout = arguments
        self.keys = {key.rpartition("-")[0]: key for key in actions[::2]}  # each has a number of its own
        self.actions = dict(zip(self.keys, actions[1::2]))


class Server:
    """Has the name until close ()."""

    def __init__(self, address, capabilities=("actions", "body", "body-markup"), hang=(), number=None):
        self.capabilities, self.hang, self.number = capabilities, hang, number
        self.shown, self.calls, self.held = [], [], []
        self.bus = connect(address)
        self.bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], self.called, None, None)
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                           GLib.Variant("(su)", (NAME, ALLOW_REPLACEMENT | REPLACE_EXISTING | DO_NOT_QUEUE)), None, Gio.DBusCallFlags.NONE, -1)

    def called(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        """A call comes in."""
        self.calls.append(method)
        arguments = parameters.unpack()
        if method == "Notify":
            number = len(self.shown) + 7 if self.number is None else self.number
            self.shown.append(Notification(number, arguments))
        if method in self.hang:
            self.held.append(invocation)
        elif method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (self.capabilities,)))
        elif method == "Notify":
            invocation.return_value(GLib.Variant("(u)", (number,)))
        else:
            for notification in self.shown:
                notification.open = notification.open and notification.number != arguments[0]
            invocation.return_value(None)
            self.emit("NotificationClosed", "(uu)", arguments[0], CLOSED)

    def emit(self, signal, signature, *args, bus=None, to=None):
        """A signal, by whomever."""
        if not self.bus.is_closed():
            (bus or self.bus).emit_signal(to, PATH, NAME, signal, GLib.Variant(signature, args))

    def press(self, key, number=None, **by):
        """Somebody presses a button of the last one; a key that it has not is told as it is."""
        self.emit("ActionInvoked", "(us)", self.shown[-1].number if number is None else number, self.shown[-1].keys.get(key, key), **by)

    def end(self, reason, number=None, **by):
        """A notification goes."""
        self.emit("NotificationClosed", "(uu)", self.shown[-1].number if number is None else number, reason, **by)

    def close(self):
        """Leave the bus."""
        self.bus.close_sync(None)
