#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A notification server, and who looks at it: notifications.py ACTION presses ACTION of each notification that has it.

Writes each notification as a line of JSON. Runs on the session bus, as whoever is logged in.
"""

import itertools
import json
import sys

from gi.repository import Gio, GLib

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
XML = f"""<node><interface name="{NAME}">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="Notify">
  <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
  <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
  <arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
</method>
</interface></node>"""


class Server:
    """Answers one call at a time."""

    def __init__(self, bus, action):
        self._bus = bus
        self._action = action
        self._numbers = itertools.count(1)
        bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], self._called)

    def _called(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (["actions", "body"],)))
        elif method == "Notify":
            _app, _replaces, _icon, summary, body, actions, _hints, _timeout = parameters.unpack()
            number = next(self._numbers)
            keys = {key.rpartition("-")[0]: key for key in actions[::2]}  # each has a number of its own
            print(json.dumps({"summary": summary, "body": body, "actions": list(keys)}), flush=True)
            invocation.return_value(GLib.Variant("(u)", (number,)))
            if self._action in keys:
                self._emit("ActionInvoked", "(us)", number, keys[self._action])
        else:
            invocation.return_value(None)
            self._emit("NotificationClosed", "(uu)", *parameters.unpack(), 3)

    def _emit(self, signal, signature, *args):
        self._bus.emit_signal(None, PATH, NAME, signal, GLib.Variant(signature, args))


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
server = Server(bus, sys.argv[1])
Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
GLib.MainLoop().run()
