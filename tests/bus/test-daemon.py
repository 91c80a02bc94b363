#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole daemon on a private bus with a fake bluetoothd, from outside."""

import os
import signal
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402
from harness import DEVICE, MANAGER, OURS, PEER, REQUEST, ROOT, check, equal, settings, wait  # noqa: E402

REJECTED = "org.bluez.Error.Rejected"
ACCEPT = "[Daemon]\nWithoutHandler=accept\nPairingPolicy=allow-all\n"


@settings(ACCEPT)
def test_policy_accepts(m):
    m.device()
    answer = m.ask("RequestAuthorization")
    equal(wait(answer, "an answer"), "()", "Just Works by policy")


@settings("[Daemon]\nPairingPolicy=reject-new-pairing-requests\n")
def test_policy_rejects_and_says_why(m):
    m.device()
    equal(wait(m.ask("RequestAuthorization"), "an answer"), REJECTED, "a new device")
    name, path, args, _ = wait(lambda: m.client.heard("PairingRequestRejected"), "the signal")[0]
    equal((path, args), (OURS, (1,)), "who began is unknown: as if the other side did")
    check("decision: reject" in m.log() and "address=" in m.log(), "one line of log with the facts")


def test_comparison_by_a_handler(m):
    stranger = h.Client(m.address)
    m.client.register()
    equal(m.client.get(ROOT, MANAGER, "EffectiveCapability"), "keyboard-display", "what a full handler can do")
    wait(lambda: any("RegisterAgent" in c and "KeyboardDisplay" in c for c in m.test("Calls")), "registered so")
    m.device(Name="My phone", Icon="phone")
    answer = m.ask("RequestConfirmation", "(ou)", 42)
    request = m.question()
    _, path, args, _ = wait(lambda: m.client.heard("PasskeyDisplayRequired"), "the question")[0]
    equal((path, args), (OURS, (request, "000042", True)), "always six digits")
    equal(m.client.get(request, REQUEST, "PeerName"), "My phone", "the name")
    equal(m.client.get(OURS, PEER, "Icon"), "phone", "what it is")
    m.test("Change", "(oa{sv})", DEVICE, {"Icon": GLib.Variant("s", "computer")})
    wait(lambda: m.client.get(OURS, PEER, "Icon") == "computer", "what it says to be now")
    check(not stranger.heard("PasskeyDisplayRequired"), "others do not hear the secret")
    dump = str(stranger.call(ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"))
    dump += str(stranger.call(request, "org.freedesktop.DBus.Properties", "GetAll", "(s)", REQUEST))
    check("000042" not in dump and "000042" not in m.log(), "no secret is a property or logged")
    equal(m.client.call(request, REQUEST, "GetPasskey"), "000042", "the passkey for who may answer")
    equal(answer(), "", "bluetoothd waits")
    m.client.call(request, REQUEST, "MatchConfirm", "(b)", True)
    equal(wait(answer, "an answer"), "()", "they match")
    m.change(Paired=True, Bonded=True)
    wait(lambda: m.client.heard("PairingComplete"), "the end")
    names = [s[0] for s in m.client.signals if s[0] in ("SecurityLevelChanged", "PairingComplete") and s[2] != (1,)]
    equal(names, ["SecurityLevelChanged", "PairingComplete"], "the level changes first")
    equal(m.client.heard("PairingComplete")[0][2], (0, 4, 2), "success, lesc-mitm, bonding")
    equal(len(m.client.call(ROOT, MANAGER, "ListBonds")), 1, "the bond")


def test_first_answer_wins(m):
    second = h.Client(m.address)
    m.client.register()
    second.register()
    m.device()
    answer = m.ask("RequestConfirmation", "(ou)", 1)
    request = m.question()
    wait(lambda: m.client.heard("PasskeyDisplayRequired") and second.heard("PasskeyDisplayRequired"), "both hear")
    second.call(request, REQUEST, "MatchConfirm", "(b)", False)
    equal(wait(answer, "an answer"), REJECTED, "the first says no")
    equal(m.client.error(request, REQUEST, "MatchConfirm", "(b)", True)[0], "AlreadyAnswered", "the second")
    equal(wait(lambda: m.client.heard("PairingComplete"), "the end")[0][2][0], 0x8c, "a refused comparison")


def test_handler_leaves(m):
    handler = h.Client(m.address)
    handler.register()
    m.device()
    answer = m.ask("RequestConfirmation", "(ou)", 1)
    request = m.question()
    handler.bus.close_sync()
    equal(wait(answer, "an answer"), REJECTED, "nobody is left")
    equal(wait(lambda: m.client.heard("PairingRequestRejected"), "the signal")[0][2], (10,), "no-handler")
    equal(m.client.get(request, REQUEST, "State"), "no-handler", "how it closed")
    equal(m.client.get(ROOT, MANAGER, "EffectiveCapability"), "none", "nobody can do anything")


def test_codes(m):
    m.client.register()
    m.device()
    answer = m.ask("RequestPasskey")
    request = m.question()
    equal(m.client.get(request, REQUEST, "EntryKind"), "passkey", "what is to be typed")
    equal(m.client.error(request, REQUEST, "EnterPasskey", "(u)", 1000000)[0], "InvalidArguments", "1000000")
    equal(m.client.error(request, REQUEST, "EnterPin", "(s)", "0000")[0], "InvalidOperation", "a PIN for a passkey")
    equal(m.client.error(request, REQUEST, "Accept")[0], "InvalidOperation", "yes is no passkey")
    equal(m.client.error(request, REQUEST, "GetPasskey")[0], "InvalidOperation", "there is none to show")
    equal((m.client.get(request, REQUEST, "State"), answer()), ("open", ""), "it is open still")
    m.client.call(request, REQUEST, "EnterPasskey", "(u)", 7)
    equal(wait(answer, "an answer"), "(uint32 7,)", "the passkey")
    pin = m.ask("RequestPinCode")
    request = m.question()
    equal(m.client.get(request, REQUEST, "EntryKind"), "pin", "what is to be typed now")
    text = m.client.error(request, REQUEST, "EnterPin", "(s)", "12345678901234567")
    equal(text[0], "InvalidArguments", "a PIN of 17 bytes")
    check("12345678901234567" not in text[1], "the error does not repeat it")
    m.client.call(request, REQUEST, "EnterPin", "(s)", "1234567890123456")
    equal(wait(pin, "an answer"), "('1234567890123456',)", "a PIN of 16 bytes")
    check("1234567890123456" not in m.log(), "nor does the log")


def test_display_follows_the_other_side(m):
    m.client.register()
    m.device()
    equal(wait(m.ask("DisplayPasskey", "(ouq)", 123456, 0), "an answer"), "()", "a display is answered at once")
    request = m.question()
    m.ask("DisplayPasskey", "(ouq)", 123456, 3)
    equal(m.client.get(request, REQUEST, "EntryKind"), "", "nothing is to be typed here")
    wait(lambda: m.client.get(request, REQUEST, "Entered") == 3, "three digits")
    m.ask("DisplayPasskey", "(ouq)", 123456, 255)
    wait(lambda: m.client.get(request, REQUEST, "Entered") == 6, "a count that wrapped")
    m.change(Connected=False)
    equal(wait(lambda: m.client.heard("Closed"), "it closes")[0][2], ("disconnected",), "the device went")


def test_bluez_cancels(m):
    m.client.register()
    m.device()
    answer = m.ask("RequestConfirmation", "(ou)", 1)
    request = m.question()
    m.test("Cancel")
    check(wait(answer, "an answer") in ("org.bluez.Error.Canceled", REJECTED), "answered all the same")
    equal(m.client.error(request, REQUEST, "MatchConfirm", "(b)", True)[0], "Canceled", "too late")


def test_bluez_dies_and_returns(m):
    m.client.register()
    m.device()
    m.ask("RequestConfirmation", "(ou)", 1)
    m.question()
    m.bluez.kill()
    equal(wait(lambda: m.client.heard("Closed"), "it closes")[0][2], ("unavailable",), "bluetoothd is gone")
    equal(m.client.get(ROOT, MANAGER, "AgentState"), "unavailable", "state")
    equal(m.client.get(ROOT, MANAGER, "Requests"), [], "no questions")
    m.start_bluez()
    wait(m.is_default, "registered again")


def test_names_from_the_air(m):
    m.client.register()
    m.device(Name="evil\u202ename\n\x1b[31mred\u0000".replace("\u0000", "") + "x" * 300)
    m.ask("RequestConfirmation", "(ou)", 1)
    name = m.client.get(m.question(), REQUEST, "PeerName")
    check(not any(c in name for c in "\u202e\n\x1b"), "no control or bidi characters")
    check(len(name.encode()) <= 248, "248 bytes")
    check("\x1b" not in m.log() and "\u202e" not in m.log(), "nor in the log")


def test_pair_joined_and_left(m):
    m.device(Connected=False)
    m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", DEVICE[-17:])
    first, second, leaver = m.client.start(OURS, PEER, "Pair", "(b)", False), [], h.Client(m.address)
    wait(lambda: any(c == f"{DEVICE} Pair" for c in m.test("Calls")), "Pair() of bluetoothd")
    second = m.client.start(OURS, PEER, "Pair", "(b)", False)
    leaver.start(OURS, PEER, "Pair", "(b)", False)
    h.pump(0.2)
    leaver.bus.close_sync()
    equal(m.client.get(OURS, PEER, "PairingInProcess"), True, "in process")
    equal(m.client.error(OURS, PEER, "DeleteBondingData")[0], "InvalidOperation", "not while pairing")
    m.change(Connected=True, Paired=True, Bonded=True)
    m.test("Finish", "(os)", DEVICE, "")
    wait(lambda: first and second, "both return")
    equal((first[0], second[0]), ((0, 2, 2), (0, 2, 2)), "the same result")
    equal(len([c for c in m.test("Calls") if c.endswith(" Pair")]), 1, "one procedure")
    equal(m.client.call(OURS, PEER, "Pair", "(b)", False), (0, 2, 0), "bonded and connected: encryption")
    m.client.call(OURS, PEER, "DeleteBondingData")
    check(f"/org/bluez/hci0 RemoveDevice {DEVICE}" in m.test("Calls"), "removed")
    m.client.call(OURS, PEER, "DeleteBondingData")


def test_pair_fails_and_is_cancelled(m):
    m.device(Connected=True)
    m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", DEVICE[-17:])
    outcome = m.client.start(OURS, PEER, "Pair", "(b)", False)
    wait(lambda: any(c == f"{DEVICE} Pair" for c in m.test("Calls")), "Pair() of bluetoothd")
    m.test("Finish", "(os)", DEVICE, "org.bluez.Error.AuthenticationFailed")
    equal(wait(lambda: outcome, "it returns")[0], (0x88, 1, 1), "a status, not an error")
    outcome = m.client.start(OURS, PEER, "Pair", "(b)", False)
    wait(lambda: len([c for c in m.test("Calls") if c == f"{DEVICE} Pair"]) == 2, "again")
    m.client.call(OURS, PEER, "CancelPairing")
    equal(wait(lambda: outcome, "it returns")[0], "org.pairward.Error.Canceled", "cancelled here")
    equal(m.client.error(OURS, PEER, "CancelPairing")[0], "InvalidOperation", "nothing to cancel")
    equal(len([c for c in m.test("Calls") if "CancelPairing" in c]), 1, "CancelPairing was called once")


def test_bad_arguments_change_nothing(m):
    c = m.client
    m.device()
    equal(c.call(ROOT, MANAGER, "GetPeer", "(ss)", "", DEVICE[-17:].lower()), OURS, "a peer")
    for interface, path, name, value in (
            (MANAGER, ROOT, "PairingPolicy", GLib.Variant("u", 16)), (MANAGER, ROOT, "AgentCapability", GLib.Variant("s", "psychic")),
            (PEER, OURS, "IoCapabilities", GLib.Variant("s", "psychic")), (PEER, OURS, "RejectPairingRequests", GLib.Variant("u", 99))):
        before = c.get(path, interface, name)
        equal(c.error(*c.set_args(path, interface, name, value))[0], "InvalidArguments", name)
        equal(c.get(path, interface, name), before, name)
    for expected, args in (
            ("InvalidArguments", (ROOT, MANAGER, "GetPeer", "(ss)", "", "nonsense")),
            ("NotFound", (ROOT, MANAGER, "GetPeer", "(ss)", "hci9", "C0:00:00:00:00:09")),
            ("InvalidArguments", (ROOT, MANAGER, "RegisterHandler", "(asao)", ["coffee-required"], [])),
            ("InvalidArguments", (ROOT, MANAGER, "RegisterHandler", "(asao)", [], [])),
            ("InvalidArguments", (ROOT, MANAGER, "RegisterHandler", "(asao)", h.EVENTS, ["/org/bluez/hci0"])),
            ("InvalidArguments", (ROOT, MANAGER, "RegisterHandler", "(asao)", h.EVENTS, [OURS.lower()])),
            ("InvalidArguments", (ROOT, MANAGER, "RegisterHandler", "(asao)", h.EVENTS, ["/org/pairward/x/hci0/dev_C0_00_00_00_00_01"])),
            ("InvalidArguments", (ROOT, MANAGER, "Explain", "(oa{sv})", "/", {str(i): GLib.Variant("b", True) for i in range(65)})),
            ("NotFound", (ROOT, MANAGER, "Explain", "(oa{sv})", "/org/pairward/hci0/dev_00_00_00_00_00_09", {})),
            ("InvalidArguments", (ROOT, MANAGER, "OpenPairingWindow", "(u)", 0)),
            ("InvalidArguments", (ROOT, MANAGER, "OpenPairingWindow", "(u)", 301)),
            ("NotFound", (ROOT, MANAGER, "UnregisterHandler")),
            ("NotSupported", (OURS, PEER, "UseDebugLescKey", "(b)", True)),
            ("NotSupported", (OURS, PEER, "ReadLocalOobData")),
            ("InvalidArguments", (OURS, PEER, "SetSecurityParams", "(bsbbub)", True, "psychic", True, False, 0, True))):
        equal(c.error(*args)[0], expected, f"{args[2]} {args[4:]}")
    long = "x" * 70000
    for args in ((ROOT, MANAGER, "Explain", "(oa{sv})", "/", {"name": GLib.Variant("s", long)}), (ROOT, MANAGER, "GetPeer", "(ss)", long, ""),
                 c.set_args(ROOT, MANAGER, "AgentCapability", GLib.Variant("s", long))):
        name, text = c.error(*args)
        check(name == "InvalidArguments" and "65536 bytes" in text and long not in text, f"{args[2]} with a lot: {name}")
    name, text = c.error(ROOT, MANAGER, "Explain", "(oa{sv})", "/", {"colour": GLib.Variant("s", "red")})
    check(name == "InvalidArguments" and "colour" in text and "transport" in text, "an unknown fact lists them all")
    equal(c.get(ROOT, MANAGER, "Handlers"), 0, "no handler was registered")


def test_holds_are_bounded_and_released(m):
    holder = h.Client(m.address)
    for i in range(64):
        holder.call(ROOT, MANAGER, "GetPeer", "(ss)", "hci0", f"C0:00:00:00:01:{i:02X}")
    equal(holder.error(ROOT, MANAGER, "GetPeer", "(ss)", "hci0", "C0:00:00:00:02:00")[0], "Failed", "the 65th")
    equal(len(m.client.peers()), 64, "the peers held")
    holder.bus.close_sync()
    wait(lambda: len(m.client.peers()) == 8, "they go with their holder, but for the last, which stay for a minute")
    h.pump(0.2)
    equal(len(m.client.peers()), 8, "for the caller's next connection")
    hasty = h.Client(m.address)
    for i in range(200):
        hasty.send(ROOT, MANAGER, "GetPeer", "(ss)", "hci0", f"C0:00:00:00:03:{i:02X}")
    hasty.call(ROOT, MANAGER, "ListBonds")
    wait(lambda: len(hasty.peers()) == 64 + 8, "calls under way count")
    hasty.send(ROOT, MANAGER, "GetPeer", "(ss)", "hci0", "C0:00:00:00:01:00")
    hasty.bus.flush_sync()
    hasty.bus.close_sync()
    wait(lambda: len(m.client.peers()) == 8, "so do those whose caller left before")


def test_strangers_leave_room(m):
    strangers = [h.Client(m.address, anonymous=True) for _ in range(4)]
    for i in range(64):
        strangers[i % 4].call(ROOT, MANAGER, "GetPeer", "(ss)", "hci0", f"C0:00:00:00:01:{i:02X}")
    equal(strangers[0].error(ROOT, MANAGER, "GetPeer", "(ss)", "hci0", "C0:00:00:00:02:00")[0], "Failed", "more than they may hold together")
    m.device()
    m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", DEVICE[-17:])
    h.pump(0.1)
    m.change(Paired=True, Bonded=True)
    wait(lambda: m.client.get(OURS, PEER, "Bonded"), "we can hold a peer and hear of it")
    for stranger in strangers:
        stranger.bus.close_sync()
    wait(lambda: len(m.client.peers()) == 9 and OURS in m.client.peers(), "theirs go with them, but for the last")


def test_strangers_do_not_crowd_us_out(m):
    m.bluez.send_signal(signal.SIGSTOP)
    stranger = h.Client(m.address, anonymous=True)
    outcomes = [stranger.start(ROOT, MANAGER, "ListBonds") for _ in range(32)]
    equal(stranger.error(ROOT, MANAGER, "Explain", "(oa{sv})", "/", {})[0], "Failed", "the 33rd at a time")
    equal(m.client.call(ROOT, MANAGER, "Explain", "(oa{sv})", "/", {})[0], "reject", "we get through")
    m.bluez.send_signal(signal.SIGCONT)
    wait(lambda: all(outcomes), "all are answered in the end")
    equal((outcomes, stranger.call(ROOT, MANAGER, "Explain", "(oa{sv})", "/", {})[0]), ([[([],)]] * 32, "reject"), "there is room again")


def every_call(client, path):
    """Names and arguments of a call of every method, and a write of every property, that is introspected at a path."""
    values = {"b": False, "u": 0, "s": "", "o": "/", "as": [], "ao": [], "a{sv}": {}}
    xml = client.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")
    for interface in Gio.DBusNodeInfo.new_for_xml(xml).interfaces:
        if interface.name.startswith("org.pairward."):
            for method in interface.methods:
                types = [a.signature for a in method.in_args]
                yield method.name, (path, interface.name, method.name, f"({''.join(types)})", *(values[t] for t in types))
            for prop in interface.properties:
                if prop.flags & Gio.DBusPropertyInfoFlags.WRITABLE:
                    yield prop.name, client.set_args(path, interface.name, prop.name, GLib.Variant(prop.signature, values[prop.signature]))


def try_everything(client, request):
    """How many calls were denied, and the names of those that were not."""
    free, denied = [], 0
    for path in (ROOT, OURS, request, "/org/pairward/hci0"):
        for name, args in every_call(client, path):
            try:
                client.call(*args)
                free.append(name)
            except GLib.Error as error:
                if Gio.DBusError.get_remote_error(error) == "org.pairward.Error.NotAuthorized":
                    denied += 1
                else:
                    free.append(name)
    return denied, sorted(free)


def as_somebody_else(address, request):
    """In a process of its own, as no program of ours runs as: try_everything ()."""
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    print(try_everything(h.Client(address), request))


def test_strangers_are_denied(m):
    m.device()
    m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", DEVICE[-17:])
    m.client.register()
    answer = m.ask("RequestConfirmation", "(ou)", 1)
    request = m.question()

    def state():
        return [m.client.call(p, "org.freedesktop.DBus.Properties", "GetAll", "(s)", i)
                for p, i in ((ROOT, MANAGER), (OURS, PEER), (request, REQUEST))]

    before = state()
    denied, free = try_everything(h.Client(m.address, anonymous=True), request)
    equal((denied > 30, free), (True, ["Explain", "GetPeer", "ListBonds"]), "what needs no right, of somebody the bus cannot name")
    if os.getuid() == 0:  # nobody else can become somebody else
        done = subprocess.run([sys.executable, __file__, m.address, request], env=m.env, capture_output=True, text=True, timeout=60, check=False)
        equal(done.stdout, f"{(denied, free)}\n", "another user: " + done.stderr)
    equal((answer(), state()), ("", before), "nothing changed")
    lines = m.log().count(" denied: ")
    check(0 < lines < 5, f"{lines} lines of log: they cannot flush it")


@settings("[Window]\nRequired=true\nMaxSeconds=60\n")
def test_window_and_pairable(m):
    def pairable():
        return m.client.call("/org/bluez/hci0", "org.freedesktop.DBus.Properties", "GetAll", "(s)", "org.bluez.Adapter1",
                             name="org.bluez")["Pairable"]
    wait(lambda: not pairable(), "off while nothing could be accepted")
    m.client.register()
    m.device()
    equal(wait(m.ask("RequestAuthorization"), "an answer"), REJECTED, "closed")
    equal(wait(lambda: m.client.heard("PairingRequestRejected"), "the signal")[0][2], (6,), "window-closed")
    m.client.call(ROOT, MANAGER, "OpenPairingWindow", "(u)", 2)
    wait(pairable, "on while it is open")
    answer = m.ask("RequestAuthorization")
    m.client.call(m.question(), REQUEST, "Accept")
    equal(wait(answer, "an answer"), "()", "open")
    wait(lambda: m.client.get(ROOT, MANAGER, "PairingWindowUntil") == 0, "it closes by itself")
    wait(lambda: not pairable(), "off again")
    m.client.call("/org/bluez/hci0", "org.freedesktop.DBus.Properties", "Set", "(ssv)", "org.bluez.Adapter1", "Pairable",
                  GLib.Variant("b", True), name="org.bluez")
    wait(lambda: not pairable(), "off again when somebody flips it")


def test_lockout(m):
    m.client.register()
    m.device()
    for _ in range(3):
        answer = m.ask("RequestAuthorization")
        m.client.call(m.question(), REQUEST, "Reject")
        equal(wait(answer, "an answer"), REJECTED, "no")
    equal(wait(m.ask("RequestAuthorization"), "an answer"), REJECTED, "locked out")
    equal([s[2] for s in wait(lambda: len(m.client.heard("PairingRequestRejected")) == 4 and m.client.heard("PairingRequestRejected"), "signals")],
          [(5,), (5,), (5,), (7,)], "user-rejected, then locked-out")
    m.client.call(ROOT, MANAGER, "ClearLockout", "(o)", OURS)
    m.ask("RequestAuthorization")
    m.question()


@settings("[Rule box]\nMatchName=Box*\nPasskey=4711\nPin=0815\nAllowServices=hid\nDenyServices=opp\n")
def test_rule_with_codes_and_services(m):
    m.device(Name="Box 1", Paired=True)
    equal(m.client.get(ROOT, MANAGER, "EffectiveCapability"), "keyboard-only", "static codes count")
    equal(wait(m.ask("RequestPasskey"), "an answer"), "(uint32 4711,)", "the passkey of the rule")
    equal(wait(m.ask("RequestPinCode"), "an answer"), "('0815',)", "the PIN of the rule")
    hid, opp = "00001124-0000-1000-8000-00805f9b34fb", "00001105-0000-1000-8000-00805f9b34fb"
    equal(wait(m.ask("AuthorizeService", "(os)", hid), "an answer"), "()", "allowed")
    equal(wait(m.ask("AuthorizeService", "(os)", opp), "an answer"), REJECTED, "denied")
    check("4711" not in m.log() and "0815" not in m.log(), "not logged")


def test_services_are_remembered(m):
    opp = "00001105-0000-1000-8000-00805f9b34fb"
    m.client.register()
    m.device(Paired=True, Bonded=True)
    for method, again in (("AcceptAlways", "()"), ("RejectAlways", REJECTED)):
        answer = m.ask("AuthorizeService", "(os)", opp)
        equal(m.client.get(m.question(), REQUEST, "Service"), opp, "the service")
        m.client.call(m.question(), REQUEST, method)
        equal(wait(answer, "an answer"), again, method)
        equal(m.stop_daemon(), 0, "the daemon ends")
        m.start_daemon()
        m.client.register()
        equal(wait(m.ask("AuthorizeService", "(os)", opp), "an answer"), again, "as it was said, without a question")
        m.client.call(ROOT, MANAGER, "ListBonds")
        m.change(Bonded=False, Paired=False)
        wait(lambda: not m.client.get(OURS, PEER, "Bonded"), "the bond is gone")
        m.change(Bonded=True, Paired=True)
        wait(lambda: m.client.get(OURS, PEER, "Bonded"), "a new bond")


def test_remembered_services_are_forgotten(m):
    opp, hid = "00001105-0000-1000-8000-00805f9b34fb", "00001124-0000-1000-8000-00805f9b34fb"
    m.client.register()
    m.device(Paired=True, Bonded=True)
    for service, method in ((opp, "RejectAlways"), (hid, "AcceptAlways")):
        answer = m.ask("AuthorizeService", "(os)", service)
        m.client.call(m.question(), REQUEST, method)
        wait(answer, "an answer")
    equal(m.client.get(OURS, PEER, "RememberedServices"), {opp: False, hid: True}, "what is remembered")
    check(any(opp in properties.get("RememberedServices", {}) for _, _, (_, properties, _), _ in m.client.heard("PropertiesChanged")), "it is told")
    equal(m.client.error(OURS, PEER, "ForgetService", "(s)", "nonsense")[0], "InvalidArguments", "no service")
    equal(m.client.error(OURS, PEER, "ForgetService", "(s)", "spp")[0], "NotFound", "one nobody was asked about")
    m.client.call(OURS, PEER, "ForgetService", "(s)", "opp")
    equal(m.client.get(OURS, PEER, "RememberedServices"), {hid: True}, "the other stays")
    m.ask("AuthorizeService", "(os)", opp)
    m.client.call(m.question(), REQUEST, "Reject")
    m.client.call(OURS, PEER, "ForgetService", "(s)", "")
    equal(m.client.get(OURS, PEER, "RememberedServices"), {}, "all are forgotten")
    equal(m.stop_daemon(), 0, "the daemon ends")
    m.start_daemon()
    m.client.register()
    m.ask("AuthorizeService", "(os)", hid)
    m.question()


def test_reload(m):
    m.client.call(*m.client.set_args(ROOT, MANAGER, "PairingPolicy", GLib.Variant("u", 3)))
    m.keyfile.write_text("[Window]\nMaxSeconds=soon\n")
    name, text = m.client.error(ROOT, MANAGER, "Reload")
    check(name == "Failed" and all(w in text for w in ("pairward.conf", "[Window]", "MaxSeconds", "soon")), text)
    equal(m.client.get(ROOT, MANAGER, "PairingPolicy"), 3, "the old settings stay")
    m.daemon.send_signal(signal.SIGHUP)
    wait(lambda: "the old settings stay" in m.log(), "SIGHUP says so too")
    os.chmod(m.keyfile, 0)
    _, text = m.client.error(ROOT, MANAGER, "Reload")
    check("cannot read" in text and "chgrp" in text and "as the user " in text, f"it says who could not read it, and what to do: {text}")
    os.chmod(m.keyfile, 0o600)
    m.keyfile.write_text("[Daemon]\nPairingPolicy=reject-all-requests\n")
    m.daemon.send_signal(signal.SIGHUP)
    wait(lambda: m.client.get(ROOT, MANAGER, "PairingPolicy") == 15, "the new ones are in force")


def test_ends_cleanly(m):
    m.client.register()
    m.device()
    m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", DEVICE[-17:])
    pairing = m.client.start(OURS, PEER, "Pair", "(b)", False)
    wait(lambda: any(c == f"{DEVICE} Pair" for c in m.test("Calls")), "Pair() of bluetoothd")
    answer = m.ask("RequestConfirmation", "(ou)", 1)
    m.question()
    equal(m.stop_daemon(), 0, "exit status of SIGTERM")
    equal(wait(answer, "an answer"), REJECTED, "the open question was refused")
    equal(wait(lambda: pairing, "an answer"), ["org.pairward.Error.Canceled"], "who waits is told")
    check(any("UnregisterAgent" in c for c in m.test("Calls")), "the agent was given back")


@settings("[Daemon]\nCapabilty=auto\n", daemon=False)
def test_start_errors(m):
    def start(*args):
        done = subprocess.run([h.DAEMON, *args], env=m.env, capture_output=True, text=True, timeout=20, check=False)
        return done.returncode, done.stderr

    status, text = start("--config", m.keyfile)
    check(status == 1 and text.count("\n") == 1 and all(w in text for w in (str(m.keyfile), "[Daemon]", "Capabilty")), text)
    status, text = start("--config", m.dir / "missing.conf")
    check(status == 1 and "missing.conf" in text and text.count("\n") == 1, text)
    status, text = start("--frobnicate")
    check(status == 1 and "frobnicate" in text and text.count("\n") == 1, text)
    status, text = start("surplus")
    check(status == 1 and "surplus" in text, text)
    m.keyfile.write_text("")
    m.start_daemon()
    wait(lambda: any("GetManagedObjects" in call for call in m.test("Calls")), "the first one has looked for the devices")
    calls = m.test("Calls")
    status, text = start("--config", m.keyfile)
    check(status == 1 and "org.pairward" in text and text.count("\n") == 1, "a second daemon steps back: " + text)
    equal(m.test("Calls"), calls, "and leaves bluetoothd alone")
    equal(m.stop_daemon(signal.SIGINT), 0, "exit status of SIGINT")


@settings(ACCEPT, daemon=False)
def test_starts_with_nothing_open(m):
    m.daemon = m.spawn(["/bin/sh", "-c", f"exec {h.DAEMON} --config {m.keyfile} <&- >&- 2>&-"], "pairwardd.log")
    wait(m.is_default, "the daemon is the default agent")
    m.device()
    equal(wait(m.ask("RequestAuthorization"), "an answer"), "()", "and logs a decision into nothing")
    equal(m.stop_daemon(), 0, "exit status")


def test_what_is_not_there(m):
    question, peer = "/org/pairward/requests/999", "/org/pairward/hci0/dev_00_00_00_00_00_09"
    properties = "org.freedesktop.DBus.Properties"
    for args in ((question, REQUEST, "Accept"), (question, REQUEST, "EnterPin", "(s)", "0000"), (question, properties, "GetAll", "(s)", REQUEST),
                 (question, properties, "Get", "(ss)", REQUEST, "State"), (peer, PEER, "Pair", "(b)", False), (peer, properties, "GetAll", "(s)", PEER),
                 m.client.set_args(peer, PEER, "Bond", GLib.Variant("b", True))):
        name, text = m.client.error(*args)
        check(name == "NotFound" and args[0] in text, f"{args}: {name} {text}")
    m.client.register()
    m.device()
    m.ask("RequestAuthorization")
    request = m.question()
    for path, child in (("/org/pairward/requests", request), ("/org/pairward/hci0", OURS), (ROOT, "/org/pairward/hci0")):
        xml = m.client.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")
        check(f'<node name="{child[len(path) + 1:]}"' in xml, f"{child} is listed: {xml}")


def test_peers_that_go_while_they_are_used(m):
    # Between GDBus's look at the object and its call of ours an object that goes is its own error.
    possible = {"org.pairward.Error.InvalidOperation", "org.pairward.Error.NotFound", "org.freedesktop.DBus.Error.UnknownMethod"}
    for number in range(20):
        holder = h.Client(m.address)
        peer = holder.call(ROOT, MANAGER, "GetPeer", "(ss)", "", f"C0:00:00:00:01:{number:02X}")
        holder.bus.close_sync()
        others = h.Client(m.address)  # when they are left, those that were left before go
        for other in range(8):
            others.call(ROOT, MANAGER, "GetPeer", "(ss)", "", f"C0:00:00:00:{number + 2:02X}:{other:02X}")
        outcomes = [m.client.start(peer, PEER, "CancelPairing") for _ in range(number)]
        others.bus.close_sync()
        outcomes += [m.client.start(peer, PEER, "CancelPairing") for _ in range(20)]
        wait(lambda found=outcomes: all(found), "answers")
        check({o[0] for o in outcomes} <= possible, f"no pairing goes on, or no peer is there: {outcomes}")
        wait(lambda: peer not in m.client.peers(), "it goes")
        equal(m.client.error(peer, PEER, "CancelPairing")[0], "NotFound", "it is gone")


@settings("", daemon=False)
def test_own_daemon_steps_back(m):
    """A user's own daemon ends when the system's comes: bluetoothd has one default agent, and what this one would tell is not so."""
    address = f"unix:path={m.dir / 'session'}"
    (m.dir / "session.conf").write_text(h.BUS_CONFIG.format(path=m.dir / "session"))
    m.spawn(["dbus-daemon", "--nofork", f"--config-file={m.dir / 'session.conf'}"], "session.log")
    wait((m.dir / "session").exists, "the session bus")
    m.env.update(DBUS_SESSION_BUS_ADDRESS=address, STATE_DIRECTORY=str(m.dir / "own"))
    own = m.spawn([h.DAEMON, "--session", "--config", m.keyfile, "--no-kernel-link"], "own.log")
    session = h.Client(address)
    session.bus.set_exit_on_close(False)

    def is_default():
        try:
            return session.get(ROOT, MANAGER, "AgentState") == "default"
        except GLib.Error:
            return False

    wait(is_default, "it is the default agent")
    m.env["STATE_DIRECTORY"] = str(m.dir / "state")
    m.start_daemon()
    equal(wait(lambda: [own.poll()] if own.poll() is not None else None, "it ends")[0], 1, "its exit status")
    check("the system's pairwardd is running" in (m.dir / "own.log").read_text(), (m.dir / "own.log").read_text())
    m.device()
    m.client.register()
    answer = m.ask("RequestAuthorization")
    m.client.call(m.question(), REQUEST, "Accept")
    equal(wait(answer, "an answer"), "()", "the system's is asked")


@settings("", daemon=False)
def test_signals_while_it_starts(m):
    deaf = socket.socket(socket.AF_UNIX)
    deaf.bind(str(m.dir / "deaf"))
    deaf.listen()
    m.env["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={m.dir / 'deaf'}"
    m.daemon = m.spawn([h.DAEMON, "--config", m.keyfile], "pairwardd.log")
    connection = deaf.accept()[0]
    m.daemon.send_signal(signal.SIGHUP)
    h.pump(0.2)
    equal(m.daemon.poll(), None, "it waits for the bus still")
    equal(m.stop_daemon(), 0, "exit status of SIGTERM")
    connection.close()
    deaf.close()


if __name__ == "__main__":
    if sys.argv[1:]:
        as_somebody_else(*sys.argv[1:])
    else:
        h.run(sys.modules[__name__])
