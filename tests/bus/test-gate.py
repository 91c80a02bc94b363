#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A local user without rights attacks the daemon, on a bus with the policy that is installed. Nothing comes of it, and each call is answered once."""

import os
import pwd
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402
from harness import MANAGER, OURS, PEER, REQUEST, ROOT, check, equal, settings, wait  # noqa: E402

SOURCE = Path(os.environ.get("top_srcdir", h.HERE.parent.parent))
ME, NOBODY = pwd.getpwuid(os.getuid()).pw_name, 65534
BUS, PROPERTIES = "org.freedesktop.DBus", "org.freedesktop.DBus.Properties"
POLKIT, AUTHORITY = "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority"
CONTROLLER = "org.pairward.Controller1"
# As dbus-daemon's system.conf, bluetoothd's and polkitd's have it, and ours as it was built.
h.BUS_CONFIG = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={{path}}</listen><auth>EXTERNAL</auth><auth>ANONYMOUS</auth><allow_anonymous/>
{h.SYSTEM_POLICY}
<policy context="default"><allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
<allow send_destination="org.bluez"/><allow send_destination="{POLKIT}"/></policy>
<policy user="{ME}"><allow own="org.bluez"/><allow own="{POLKIT}"/></policy>
<include>{h.BUILD}/data/org.pairward.conf</include>
</busconfig>"""
if os.getuid() != 0:  # whose the daemon is then
    h.BUS_CONFIG = h.BUS_CONFIG.replace('own="org.bluez"/>', 'own="org.bluez"/><allow own="org.pairward"/><allow send_interface="org.bluez.Agent1"/>')


def nobody(m):
    """A connection of somebody else's. Who is not root can be no one else, but whom the bus cannot name."""
    if os.getuid() != 0:
        return h.Client(m.address, anonymous=True)
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        client = h.Client(m.address)
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
    uid = m.client.call("/org/freedesktop/DBus", BUS, "GetConnectionUnixUser", "(s)", client.bus.get_unique_name(), name=BUS)
    equal(uid, NOBODY, "who it is")
    return client


def start_polkit(m, hangs=False):
    """A polkitd that says no to everything, or nothing."""
    m.spawn(["/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "polkitd"], "polkit.log")
    wait(lambda: m.client.call("/org/freedesktop/DBus", BUS, "NameHasOwner", "(s)", POLKIT, name=BUS), "polkitd")
    m.client.call(AUTHORITY, "org.freedesktop.DBus.Mock", "SimulateHang", "(b)", hangs, name=POLKIT)


def scene(m):
    """A device, a bond, an open question: one object of each kind."""
    m.device(Alias="Keyboard")
    m.client.register()
    answer = m.ask("RequestConfirmation", "(ou)", 123456)
    return wait(lambda: m.client.heard("PasskeyDisplayRequired"), "the question")[0][2][0], answer


def objects(client, path="/"):
    """Path and interfaces of each object there is, as introspection tells."""
    node = Gio.DBusNodeInfo.new_for_xml(client.call(path, "org.freedesktop.DBus.Introspectable", "Introspect"))
    yield path, node.interfaces
    for child in node.nodes:
        yield from objects(client, f"{path.rstrip('/')}/{child.path}")


def gate_table():
    """(interface, member, written) → the right, as the gate has it."""
    text = (SOURCE / "src/control/gate.c").read_text(encoding="utf-8")
    names = dict(re.findall(r'^#define (MANAGER|PEER|REQUEST|CONTROLLER) "([\w.]+)"', text, re.M))
    rows = re.findall(r'^  \{ (\w+), "(\w+)", (TRUE|FALSE), PRW_RIGHT_(\w+) \}', text, re.M)
    return {(names[i], member, write == "TRUE"): right for i, member, write, right in rows}


def value(signature, odd=False):
    """Arguments of these types: plain ones, or strange ones."""
    plain = {"b": False, "u": 0, "s": "", "o": "/", "as": [], "ao": [], "a{sv}": {}}
    strange = {"b": True, "u": 0xffffffff, "s": "\u202e<b>%s%n" * 20, "o": "/org/pairward/hci0/dev_", "as": ["", "x" * 999], "ao": ["/"] * 500,
               "a{sv}": {"r256": GLib.Variant("ay", b""), "": GLib.Variant("v", GLib.Variant("as", ["x"]))}}
    return (strange if odd else plain)[signature]


def state(client):
    """All that everybody may see."""
    return (client.call(ROOT, PROPERTIES, "GetAll", "(s)", MANAGER),
            client.call(ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"))


def reply_of(client, path, interface, method, signature, *args):
    """The name of an error, or "reply"."""
    try:
        client.call(path, interface, method, signature, *args)
        return "reply"
    except GLib.Error as error:
        return Gio.DBusError.get_remote_error(error) or error.message


def calls_of(path, interface, odd):
    """(member, written, arguments of reply_of ()) of what can be called and written there."""
    for method in interface.methods:
        types = [a.signature for a in method.in_args]
        yield method.name, False, (path, interface.name, method.name, f"({''.join(types)})", *(value(t, odd) for t in types))
    for prop in interface.properties:
        if prop.flags & Gio.DBusPropertyInfoFlags.WRITABLE:
            yield prop.name, True, (path, PROPERTIES, "Set", "(ssv)", interface.name, prop.name, GLib.Variant(prop.signature, value(prop.signature, odd)))


@settings("[Daemon]\nWithoutHandler=wait\n")
def test_everything(m):
    """Each method and property of each object: denied, or harmless; and there is nothing that the gate does not know."""
    start_polkit(m)
    request, answer = scene(m)
    stranger, table = nobody(m), gate_table()
    check(len(table) > 35, f"the table was not read: {table}")
    before, seen = state(m.client), set()
    for path, interfaces in [*objects(stranger, ROOT)]:
        for interface in interfaces:
            if not interface.name.startswith("org.pairward."):
                continue
            for odd in (False, True):
                for member, write, args in calls_of(path, interface, odd):
                    right = table.get((interface.name, member, write))
                    seen.add((interface.name, member, write))
                    outcome = reply_of(stranger, *args)
                    stranger.send(*args)  # and once more, without waiting for what is said of it
                    fine = ("reply", "org.pairward.Error.InvalidArguments", "org.pairward.Error.NotFound") if right == "OPEN" else ("org.pairward.Error.NotAuthorized",)
                    check(outcome in fine, f"{interface.name}.{member} ({right}): {outcome}")
            for prop in interface.properties:
                stranger.get(path, interface.name, prop.name)
                other = GLib.Variant("ay", b"x") if prop.signature != "ay" else GLib.Variant("s", "x")
                outcome = reply_of(stranger, path, PROPERTIES, "Set", "(ssv)", interface.name, prop.name, other)
                check(outcome.startswith("org.freedesktop.DBus.Error."), f"{prop.name} of another type: {outcome}")
            equal(set(stranger.call(path, PROPERTIES, "GetAll", "(s)", interface.name)), {p.name for p in interface.properties}, "GetAll")
    equal(seen, set(table), "what there is, and what the gate knows")
    equal((state(m.client), answer()), (before, ""), "nothing came of it")
    m.client.call(request, REQUEST, "MatchConfirm", "(b)", True)
    equal(wait(answer, "an answer"), "()", "the question is answered by who may")


def test_nonsense(m):
    """What is not there, or not so, is an error, and the daemon goes on."""
    stranger = nobody(m)
    m.device(Paired=True, Bonded=True)
    for path in (ROOT, OURS, "/org/pairward/hci0", "/org/pairward/requests", "/org/pairward/requests/99", "/", "/elsewhere"):
        for args in ((MANAGER, "Nothing", None), (PEER, "Pair", "(s)", "x"), ("org.nothing.Here", "Nothing", "(u)", 1), (PROPERTIES, "GetAll", "(s)", "org.nothing"),
                     (PROPERTIES, "Get", "(ss)", MANAGER, "Nothing"), (PROPERTIES, "Get", "(s)", "x"), (PROPERTIES, "Set", "(ssv)", "", "", GLib.Variant("s", "")),
                     ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects", "(s)", "x")):
            outcome = reply_of(stranger, path, *args)
            check(outcome.startswith(("org.freedesktop.DBus.Error.", "org.pairward.Error.NotFound")), f"{path} {args}: {outcome}")
    for interface, method in ((MANAGER, "RegisterHandler"), (MANAGER, "Explain")):
        args = ("(asao)", ["x" * 100] * 1000, []) if method == "RegisterHandler" else ("(oa{sv})", "/", {f"{n}": GLib.Variant("s", "y") for n in range(9999)})
        equal(reply_of(stranger, ROOT, interface, method, *args), "org.pairward.Error.InvalidArguments", f"too large: {method}")
    equal(reply_of(stranger, ROOT, PROPERTIES, "Set", "(ssv)", MANAGER, "AgentCapability", GLib.Variant("s", "x" * 100000)), "org.pairward.Error.InvalidArguments",
          "too large: a property")


@settings("[Rule friend]\nMatchAddress=*\nAction=accept\n")
def test_flood(m):
    """Ten thousand calls that wait for a polkit that hangs: we are heard, and each is answered once, or not at all where nobody wants to know."""
    start_polkit(m, hangs=True)
    m.device()
    stranger, leaver = nobody(m), nobody(m)
    outcomes = []
    for client in (stranger, leaver):
        for number in range(5000):
            if number % 50 == 0:  # the bus lets one wait for 128
                outcomes.append((client, client.start(ROOT, MANAGER, "RegisterHandler", "(asao)", h.EVENTS, [])))
            else:
                client.send(ROOT, MANAGER, "RegisterHandler", "(asao)", h.EVENTS, [])
        client.bus.flush_sync()
    equal(wait(m.ask("RequestAuthorization"), "an answer"), "()", "bluetoothd is answered meanwhile")
    m.client.call(ROOT, MANAGER, "ClosePairingWindow")
    leaver.bus.close_sync()
    for client, outcome in outcomes:
        if client is stranger:
            equal(wait(lambda o=outcome: o, "the end of patience", 60), ["org.pairward.Error.NotAuthorized"], "no is an answer")
    h.pump(0.1)
    check(all(len(o) == 1 for c, o in outcomes if c is stranger), "each once")
    equal(m.client.get(ROOT, MANAGER, "Handlers"), 0, "nobody became a handler")
    if not h.have_polkit():
        return
    m.client.call(AUTHORITY, "org.freedesktop.DBus.Mock", "AllowUnknown", "(b)", True, name=POLKIT)
    m.client.call(AUTHORITY, "org.freedesktop.DBus.Mock", "SimulateHang", "(b)", False, name=POLKIT)
    m.client.call(AUTHORITY, "org.freedesktop.DBus.Mock", "ReleaseHangingCalls", name=POLKIT)
    stranger.register()
    equal(m.client.get(ROOT, MANAGER, "Handlers"), 1, "who may is one")


def target(link):
    """Where a link leads to; "" when it has gone."""
    try:
        return os.readlink(link)
    except OSError:
        return ""


@settings("", daemon=False)
def test_descriptors(m):
    """Messages that bring file descriptors do not use ours up."""
    start_polkit(m, hangs=True)
    h.DAEMON, program = m.dir / "pairwardd", h.DAEMON
    h.DAEMON.write_text(f'#!/bin/sh\nulimit -n 64\nexec {program} "$@"\n')
    h.DAEMON.chmod(0o755)
    try:
        m.start_daemon()
    finally:
        h.DAEMON = program
    pid = m.client.call("/org/freedesktop/DBus", BUS, "GetConnectionUnixProcessID", "(s)", "org.pairward", name=BUS)
    # Whom the bus cannot name has no descriptors to send: who is not root sends them as the daemon's own user.
    stranger, null = nobody(m) if os.getuid() == 0 else h.Client(m.address), os.open("/dev/null", os.O_RDONLY)
    fds = Gio.UnixFDList.new()
    for _ in range(16):
        fds.append(null)
    for method, signature, args in (("RegisterHandler", "(asao)", (h.EVENTS, [])), ("Nothing", "(u)", (1,))) * 20:
        message = Gio.DBusMessage.new_method_call("org.pairward", ROOT, MANAGER, method)
        message.set_body(GLib.Variant(signature, args))
        message.set_unix_fd_list(fds)
        message.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
        stranger.bus.send_message(message, Gio.DBusSendMessageFlags.NONE)
    stranger.bus.flush_sync()
    stranger.call(ROOT, MANAGER, "ListBonds")  # we are heard
    m.client.call(ROOT, MANAGER, "ClosePairingWindow")
    equal(m.daemon.poll(), None, "it lives")
    equal([f for f in os.listdir(f"/proc/{pid}/fd") if int(f) > 2 and target(f"/proc/{pid}/fd/{f}") == "/dev/null"], [], "descriptors that were sent and stay open")


@settings("[Daemon]\nWithoutHandler=wait\n")
def test_impostors(m):
    """Nobody else is bluetoothd, the bus, or pairward."""
    request, answer = scene(m)
    stranger = nobody(m)
    daemon = m.client.call("/org/freedesktop/DBus", BUS, "GetNameOwner", "(s)", "org.pairward", name=BUS)
    bluez = m.client.call("/org/freedesktop/DBus", BUS, "GetNameOwner", "(s)", "org.bluez", name=BUS)
    gone = GLib.Variant("(sa{sv}as)", ("org.bluez.Device1", {"Connected": GLib.Variant("b", False)}, []))
    before = state(m.client)
    for target in (daemon, "org.pairward"):
        for path, interface, name, body in (
                (h.DEVICE, PROPERTIES, "PropertiesChanged", gone),
                ("/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", GLib.Variant("(oas)", (h.DEVICE, ["org.bluez.Device1"]))),
                ("/org/freedesktop/DBus", BUS, "NameOwnerChanged", GLib.Variant("(sss)", ("org.bluez", bluez, ""))),
                ("/org/freedesktop/DBus", BUS, "NameOwnerChanged", GLib.Variant("(sss)", (m.client.bus.get_unique_name(), "", ""))),
                ("/org/freedesktop/DBus", BUS, "NameLost", GLib.Variant("(s)", ("org.pairward",)))):
            stranger.bus.emit_signal(target, path, interface, name, body)
    stranger.bus.flush_sync()
    for args in ((ROOT, "org.bluez.Agent1", "Release", None), (ROOT, "org.bluez.Agent1", "Cancel", None),
                 (ROOT, "org.bluez.Agent1", "RequestAuthorization", "(o)", h.DEVICE)):
        equal(reply_of(stranger, *args), f"{BUS}.Error.AccessDenied", args[2])
    for method in ("Cancel", "Release", "Reload"):  # which interface is not said
        message = Gio.DBusMessage.new_method_call("org.pairward", ROOT, None, method)
        reply = stranger.bus.send_message_with_reply_sync(message, Gio.DBusSendMessageFlags.NONE, 20000, None)
        reply = reply[0] if isinstance(reply, tuple) else reply
        equal(reply.get_error_name(), f"{BUS}.Error.AccessDenied", f"{method} of any interface")
    equal((state(m.client), answer()), (before, ""), "nothing came of it")
    for flags in (0, 2, 3, 7):  # replace, and wait for it
        outcome = reply_of_bus(stranger, "RequestName", "(su)", "org.pairward", flags)
        equal(outcome, f"{BUS}.Error.AccessDenied", "the name, as nobody")
        equal(m.client.call("/org/freedesktop/DBus", BUS, "RequestName", "(su)", "org.pairward", flags | 4, name=BUS), 3, "the name, as root: it exists")
    done = subprocess.run([h.DAEMON, "--config", m.keyfile, "--no-kernel-link"], env=m.env, capture_output=True, text=True, timeout=60, check=False)
    equal((done.returncode, len(done.stderr.splitlines())), (1, 1), "a second daemon")
    check("running already" in done.stderr, done.stderr)
    m.client.call(request, REQUEST, "MatchConfirm", "(b)", True)
    equal(wait(answer, "an answer"), "()", "the first one has the question still")


@settings("[Daemon]\nWithoutHandler=wait\n")
def test_listeners(m):
    """What is told to a handler nobody else hears."""
    stranger, heard = nobody(m), []
    stranger.bus.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NONE, lambda *args: heard.append(args[5].print_(True)))
    reply_of_bus(stranger, "AddMatch", "(s)", "eavesdrop='true'")  # allowed or not
    equal(reply_of_bus(stranger, "BecomeMonitor", "(asu)", [], 0, interface="org.freedesktop.DBus.Monitoring"), f"{BUS}.Error.AccessDenied", "a monitor")
    request, _ = scene(m)
    equal(m.client.call(request, REQUEST, "GetPasskey"), "123456", "who may know")
    m.client.call(request, REQUEST, "Reject")
    wait(lambda: [text for text in heard if "rejected" in text], "what everybody hears")
    equal([text for text in heard if "123456" in text], [], "the code")


def reply_of_bus(client, method, signature, *args, interface=BUS):
    """As reply_of (), of the bus."""
    try:
        return client.call("/org/freedesktop/DBus", interface, method, signature, *args, name=BUS)
    except GLib.Error as error:
        return Gio.DBusError.get_remote_error(error)


if __name__ == "__main__":
    h.run(sys.modules[__name__])
