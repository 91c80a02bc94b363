#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bluetoothd of a few lines, for tests of the whole daemon on a private bus.

Plays org.bluez with one adapter. A test drives it by org.pairward.Test.Bluez at /test: it sets devices, asks the agent
what bluetoothd would ask, and reads what was called.
"""

import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

BLUEZ = """<node>
<interface name="org.bluez.AgentManager1">
  <method name="RegisterAgent"><arg type="o" direction="in"/><arg type="s" direction="in"/></method>
  <method name="UnregisterAgent"><arg type="o" direction="in"/></method>
  <method name="RequestDefaultAgent"><arg type="o" direction="in"/></method></interface>
<interface name="org.bluez.Adapter1">
  <method name="StartDiscovery"/><method name="StopDiscovery"/>
  <method name="SetDiscoveryFilter"><arg type="a{sv}" direction="in"/></method>
  <method name="RemoveDevice"><arg type="o" direction="in"/></method></interface>
<interface name="org.bluez.Device1">
  <method name="Pair"/><method name="CancelPairing"/><method name="Connect"/><method name="Disconnect"/></interface>
<interface name="org.freedesktop.DBus.ObjectManager">
  <method name="GetManagedObjects"><arg type="a{oa{sa{sv}}}" direction="out"/></method>
  <signal name="InterfacesAdded"><arg type="o"/><arg type="a{sa{sv}}"/></signal>
  <signal name="InterfacesRemoved"><arg type="o"/><arg type="as"/></signal></interface>
<interface name="org.freedesktop.DBus.Properties">
  <method name="GetAll"><arg type="s" direction="in"/><arg type="a{sv}" direction="out"/></method>
  <method name="Set"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="in"/></method>
  <signal name="PropertiesChanged"><arg type="s"/><arg type="a{sv}"/><arg type="as"/></signal></interface>
<interface name="org.pairward.Test.Bluez">
  <method name="Device"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/></method>
  <method name="Change"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/></method>
  <method name="Remove"><arg type="o" direction="in"/></method>
  <method name="Ask"><arg type="s" direction="in"/><arg type="v" direction="in"/><arg type="u" direction="out"/></method>
  <method name="Answers"><arg type="u" direction="in"/><arg type="as" direction="out"/></method>
  <method name="Cancel"/>
  <method name="Finish"><arg type="o" direction="in"/><arg type="s" direction="in"/></method>
  <method name="Calls"><arg type="as" direction="out"/></method></interface>
</node>"""
INTERFACES = {i.name: i for i in Gio.DBusNodeInfo.new_for_xml(BLUEZ).interfaces}
ADAPTER = "/org/bluez/hci0"


class FakeBluez:
    """The objects, what was called, and who is the agent."""

    def __init__(self, bus):
        self.bus = bus
        self.agents = []  # (sender, path, capability), the default first
        self.calls = []
        self.answers = {}
        self.asked = 0
        self.asked_agent = None
        self.pending = {}  # device path → invocation of Pair or Connect
        self.objects = {ADAPTER: {"org.bluez.Adapter1": {
            "Address": GLib.Variant("s", "00:AA:01:00:00:01"), "AddressType": GLib.Variant("s", "public"),
            "Modalias": GLib.Variant("s", "usb:v1D6Bp0246d0542"),
            "Powered": GLib.Variant("b", True), "Pairable": GLib.Variant("b", False),
            "Discoverable": GLib.Variant("b", False), "Discovering": GLib.Variant("b", False)}}}
        self.export("/", "org.freedesktop.DBus.ObjectManager")
        self.export("/org/bluez", "org.bluez.AgentManager1")
        self.export(ADAPTER, "org.bluez.Adapter1", "org.freedesktop.DBus.Properties")
        self.export("/test", "org.pairward.Test.Bluez")
        self.ids = {}

    def export(self, path, *names):
        """Put interfaces at a path."""
        return [self.bus.register_object(path, INTERFACES[name], self.called, None, None) for name in names]

    def emit_changed(self, path, interface, changed):
        """PropertiesChanged."""
        self.objects[path][interface].update(changed)
        self.bus.emit_signal(None, path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                             GLib.Variant("(sa{sv}as)", (interface, changed, [])))

    def called(self, _bus, sender, path, interface, method, parameters, invocation):
        """Any method call: on_METHOD returns a Variant or None to reply, or NotImplemented to reply later."""
        args = parameters.unpack()
        if interface != "org.pairward.Test.Bluez":
            self.calls.append(" ".join([path, method] + [str(a) for a in args if not isinstance(a, dict)]))
        try:
            reply = getattr(self, "on_" + method)(sender, path, parameters, invocation)
        except (LookupError, TypeError) as error:  # what is named is not there
            invocation.return_dbus_error("org.bluez.Error.DoesNotExist", repr(error))
            return
        if reply is not NotImplemented:
            invocation.return_value(reply)

    # What bluetoothd has.

    def on_RegisterAgent(self, sender, _path, parameters, _invocation):
        self.agents.append((sender, *parameters.unpack()))
        self.emit_changed(ADAPTER, "org.bluez.Adapter1", {"Pairable": GLib.Variant("b", True)})

    def on_UnregisterAgent(self, sender, _path, parameters, _invocation):
        self.agents = [a for a in self.agents if a[:2] != (sender, parameters.unpack()[0])]

    def on_RequestDefaultAgent(self, sender, _path, parameters, _invocation):
        key = (sender, parameters.unpack()[0])
        self.agents.sort(key=lambda a: a[:2] != key)

    def on_StartDiscovery(self, *_):
        pass

    on_StopDiscovery = on_SetDiscoveryFilter = on_Disconnect = on_StartDiscovery

    def on_RemoveDevice(self, _sender, _path, parameters, _invocation):
        self.remove(parameters.unpack()[0])

    def on_Pair(self, _sender, path, _parameters, invocation):
        self.pending[path] = invocation
        return NotImplemented

    on_Connect = on_Pair

    def on_CancelPairing(self, _sender, path, _parameters, _invocation):
        self.finish(path, "org.bluez.Error.AuthenticationCanceled")

    def on_GetManagedObjects(self, *_):
        return GLib.Variant("(a{oa{sa{sv}}})", (self.objects,))

    def on_GetAll(self, _sender, path, parameters, _invocation):
        return GLib.Variant("(a{sv})", (self.objects[path].get(parameters.unpack()[0], {}),))

    def on_Set(self, _sender, path, parameters, _invocation):
        name = parameters.get_child_value(1).get_string()
        self.emit_changed(path, parameters.get_child_value(0).get_string(),
                          {name: parameters.get_child_value(2).get_variant()})

    # What the test says.

    def on_Device(self, _sender, _path, parameters, _invocation):
        path, properties = parameters.get_child_value(0).get_string(), parameters.get_child_value(1)
        values = {properties.get_child_value(i).get_child_value(0).get_string():
                  properties.get_child_value(i).get_child_value(1).get_variant() for i in range(properties.n_children())}
        address = path[-17:].replace("_", ":")
        base = {"Address": address, "AddressType": "random", "Alias": address}
        interfaces = {"org.bluez.Device1": {**{k: GLib.Variant("s", v) for k, v in base.items()},
                                            **{k: GLib.Variant("b", False) for k in ("Paired", "Bonded", "Trusted")},
                                            "Connected": GLib.Variant("b", True),
                                            "Adapter": GLib.Variant("o", ADAPTER), **values}}
        self.objects[path] = interfaces
        self.ids[path] = self.export(path, "org.bluez.Device1", "org.freedesktop.DBus.Properties")
        self.bus.emit_signal(None, "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
                             GLib.Variant("(oa{sa{sv}})", (path, interfaces)))

    def on_Change(self, _sender, _path, parameters, _invocation):
        path, properties = parameters.get_child_value(0).get_string(), parameters.get_child_value(1)
        self.emit_changed(path, "org.bluez.Adapter1" if path == ADAPTER else "org.bluez.Device1",
                          {properties.get_child_value(i).get_child_value(0).get_string():
                           properties.get_child_value(i).get_child_value(1).get_variant()
                           for i in range(properties.n_children())})

    def remove(self, path):
        """A device goes."""
        if self.objects.pop(path, None) is None:
            return
        for number in self.ids.pop(path):
            self.bus.unregister_object(number)
        self.bus.emit_signal(None, "/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
                             GLib.Variant("(oas)", (path, ["org.bluez.Device1"])))

    def on_Remove(self, _sender, _path, parameters, _invocation):
        self.remove(parameters.unpack()[0])

    def on_Ask(self, _sender, _path, parameters, _invocation):
        self.asked += 1
        number = self.asked
        self.answers[number] = []
        self.asked_agent = sender, path = self.agents[0][:2]

        def done(bus, result):
            try:
                self.answers[number].append(str(bus.call_finish(result)))
            except GLib.Error as error:
                self.answers[number].append(Gio.DBusError.get_remote_error(error) or error.message)

        self.bus.call(sender, path, "org.bluez.Agent1", parameters.get_child_value(0).get_string(),
                      parameters.get_child_value(1).get_variant(), None, Gio.DBusCallFlags.NONE, 60000, None, done)
        return GLib.Variant("(u)", (number,))

    def on_Answers(self, _sender, _path, parameters, _invocation):
        return GLib.Variant("(as)", (self.answers[parameters.unpack()[0]],))

    def on_Cancel(self, *_):
        sender, path = self.asked_agent  # who may not be the default any more
        self.bus.call(sender, path, "org.bluez.Agent1", "Cancel", None, None, Gio.DBusCallFlags.NONE, 5000, None, None)

    def finish(self, path, error):
        """End a pending Pair or Connect."""
        invocation = self.pending.pop(path, None)
        if invocation is None:
            return
        if error:
            invocation.return_dbus_error(error, "as the test said")
        else:
            invocation.return_value(None)

    def on_Finish(self, _sender, _path, parameters, _invocation):
        self.finish(*parameters.unpack())

    def on_Calls(self, *_):
        return GLib.Variant("(as)", (self.calls,))


def main():
    """Serve until the bus goes."""
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
    fake = FakeBluez(bus)
    Gio.bus_own_name_on_connection(bus, "org.bluez", Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None)
    GLib.MainLoop().run()
    return fake


sys.exit(main() is None)
