#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what, by the word of python-dbusmock's polkitd. The callers are those whom the bus cannot name: neither root nor us."""

import os
import re
import shutil
import sys

import harness as h
from gi.repository import Gio, GLib
from harness import MANAGER, OURS, PEER, REQUEST, ROOT, check, equal, settings, wait

REJECTED = "org.bluez.Error.Rejected"
POLKIT, AUTHORITY = "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority"
INTERFACE = "org.freedesktop.PolicyKit1.Authority"
CONTROLLER = "org.pairward.Controller1"
# The contract's table, not the daemon's: what each right is for. "=": a property that is written.
RIGHTS = {
    "respond": "RegisterHandler UnregisterHandler GetPasskey MatchConfirm EnterPasskey EnterPin Accept Reject ForceRepair AcceptAlways RejectAlways",
    "pair": "Pair CancelPairing ReadLocalOobData SetRemoteOobData",
    "manage-bonds": "Pair(true) DeleteBondingData ForgetService ClearLockout",
    "set-parameters": "SetSecurityParams UseDebugLescKey PasscodePairing= IoCapabilities= Bond= OutOfBand= RejectPairingRequests= LescPairing=",
    "set-policy": "OpenPairingWindow ClosePairingWindow Reload AgentCapability= PairingPolicy=",
    "manage-controller": "SecureConnections= DebugKeys= StaticAddress=",
}
OPEN = {"ListBonds", "GetPeer", "Explain"}


def start_polkit(m, *args):
    """A polkitd that says no to everything."""
    m.spawn(["/usr/bin/python3", "-m", "dbusmock", "--system", *(args or ("--template", "polkitd"))], "polkit.log")
    wait(lambda: m.client.call("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "(s)", POLKIT, name="org.freedesktop.DBus"), "polkitd")


def mock(m, method, signature=None, *args):
    """Drive it."""
    return m.client.call(AUTHORITY, "org.freedesktop.DBus.Mock", method, signature, *args, name=POLKIT)


def allow(m, *rights):
    """What it says yes to from now on."""
    mock(m, "SetAllowed", "(as)", [f"org.pairward.{r}" for r in rights])


def everything(client, request):
    """Name and arguments of each call and write there is."""
    values = {"b": False, "u": 0, "s": "", "o": "/", "as": [], "ao": [], "a{sv}": {}}
    for path in (ROOT, OURS, request, "/org/pairward/hci0"):
        for interface in Gio.DBusNodeInfo.new_for_xml(client.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")).interfaces:
            if not interface.name.startswith("org.pairward."):
                continue
            for method in interface.methods:
                types = [a.signature for a in method.in_args]
                yield method.name, (path, interface.name, method.name, f"({''.join(types)})", *(values[t] for t in types))
            for prop in interface.properties:
                if prop.flags & Gio.DBusPropertyInfoFlags.WRITABLE:
                    yield f"{prop.name}=", client.set_args(path, interface.name, prop.name, GLib.Variant(prop.signature, values[prop.signature]))
    yield "Pair(true)", (OURS, PEER, "Pair", "(b)", True)


def denied(client, calls, patient=()):
    """The names of the calls that were denied. Those in patient may take long, once they are let through."""
    outcomes = {name: client.start(*args) for name, args in calls}
    for name in outcomes.keys() - set(patient):
        wait(lambda outcome=outcomes[name]: outcome, f"an answer to {name}")
    return {n for n, outcome in outcomes.items() if outcome == ["org.pairward.Error.NotAuthorized"]}


@settings("[Daemon]\nWithoutHandler=wait\n")
def test_each_right(m):
    start_polkit(m)
    m.device()
    m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", h.DEVICE[-17:])
    m.ask("RequestConfirmation", "(ou)", 1)
    stranger = h.Client(m.address, anonymous=True)
    calls = list(everything(stranger, m.question()))
    names = {name for name, _ in calls}
    equal(names, OPEN | set(" ".join(RIGHTS.values()).split()), "every call is in the table")
    equal(denied(stranger, calls), names - OPEN, "denied everything")
    for right, members in RIGHTS.items():
        allow(m, *(r for r in RIGHTS if r != right))
        mine = set(members.split())
        equal(denied(stranger, [c for c in calls if c[0] in mine]), mine, f"all but {right}")
    # Those with Pair last: while a pairing runs, a write of Controller1 waits.
    for right, members in sorted(RIGHTS.items(), key=lambda r: "Pair" in r[1].split() or "Pair(true)" in r[1].split()):
        allow(m, right)
        mine = set(members.split())
        equal(denied(stranger, [c for c in calls if c[0] in mine], {"Pair", "Pair(true)"}), set(), f"allowed {right}")
        rest = [c for c in calls if c[0] not in mine]
        equal(denied(stranger, rest), names - mine - OPEN, f"nothing but {right}")
    mock(m, "AllowUnknown", "(b)", True)
    for prop, interface, path in (("Version", MANAGER, ROOT), ("SecurityLevel", PEER, OURS)):
        name, _ = stranger.error(*stranger.set_args(path, interface, prop, GLib.Variant("s", "x")))
        check(name.endswith(("NotAuthorized", "InvalidArgs", "PropertyReadOnly", "AccessDenied")), f"{prop} cannot be written whatever polkit says: {name}")


def test_who_may_hear(m):
    start_polkit(m)
    allow(m, "respond")
    m.device()
    handler = h.Client(m.address, anonymous=True)
    handler.register()
    answer = m.ask("RequestConfirmation", "(ou)", 123456)
    request, passkey, _ = wait(lambda: handler.heard("PasskeyDisplayRequired"), "the question")[0][2]
    equal((passkey, request), ("123456", m.question()), "what it hears")
    handler.call(request, REQUEST, "MatchConfirm", "(b)", True)
    equal(wait(answer, "an answer"), "()", "accepted")
    allow(m)  # the session is not the active one any more
    answer = m.ask("RequestConfirmation", "(ou)", 654321)
    equal(wait(answer, "an answer"), REJECTED, "nobody may hear it: rejected at once")
    m.client.register()
    answer = m.ask("RequestConfirmation", "(ou)", 111111)
    request = wait(lambda: m.client.heard("PasskeyDisplayRequired"), "the other handler hears")[0][2][0]
    equal(handler.error(request, REQUEST, "MatchConfirm", "(b)", True)[0], "NotAuthorized", "answering")
    equal((len(handler.heard("PasskeyDisplayRequired")), answer()), (1, ""), "it heard nothing of these, and the question is open")
    m.client.call(request, REQUEST, "Reject")
    equal(wait(answer, "an answer"), REJECTED, "refused")
    allow(m, "respond")
    m.ask("RequestConfirmation", "(ou)", 222222)
    wait(lambda: len(handler.heard("PasskeyDisplayRequired")) == 2, "it is back")


def ask_of(m, device, passkey):
    """bluetoothd asks about that device."""
    m.test("Ask", "(sv)", "RequestConfirmation", GLib.Variant("(ou)", (device, passkey)))


def test_order(m):
    """A handler hears questions as they were asked, whatever order polkit answers in."""
    start_polkit(m)
    allow(m, "respond")
    other = f"{h.DEVICE[:-1]}2"
    m.device()
    m.device(other)
    first, second = h.Client(m.address, anonymous=True), h.Client(m.address, anonymous=True)
    first.register()
    for number, closing in enumerate((False, True)):
        mock(m, "SimulateHang", "(b)", True)
        ask_of(m, h.DEVICE, 111111)
        wait(lambda: mock(m, "HaveHangingCalls"), "polkit is asked")
        question = m.question()
        mock(m, "SimulateHang", "(b)", False)
        second.register()  # who came after the first question, and is not held up by it
        ask_of(m, other, 222222)
        wait(lambda n=number: len(second.heard("PasskeyDisplayRequired")) == n + 1, "the second question")
        second.call(ROOT, MANAGER, "UnregisterHandler")
        heard = [s[2][1] for s in first.heard("PasskeyDisplayRequired")]
        equal(heard, ["111111", "222222"] if number else [], "the second waits for the first")
        if closing:
            m.client.call(question, REQUEST, "Reject")
        else:
            mock(m, "ReleaseHangingCalls")
        wait(lambda n=len(heard): len(first.heard("PasskeyDisplayRequired")) == n + (1 if closing else 2), "both, or what is left")
        equal([s[2][1] for s in first.heard("PasskeyDisplayRequired")][len(heard):], ["222222"] if closing else ["111111", "222222"], "in their order")
        for path in m.client.get(ROOT, MANAGER, "Requests"):
            m.client.call(path, REQUEST, "Reject")


@settings("[Rule friend]\nMatchAddress=*\nAction=accept\n")
def test_hanging(m):
    start_polkit(m)
    mock(m, "SimulateHang", "(b)", True)
    m.device()
    stranger, leaver = h.Client(m.address, anonymous=True), h.Client(m.address, anonymous=True)
    outcome = stranger.start(ROOT, MANAGER, "RegisterHandler", "(asao)", h.EVENTS, [])
    leaver.start(ROOT, MANAGER, "RegisterHandler", "(asao)", h.EVENTS, [])
    wait(lambda: mock(m, "HaveHangingCalls"), "polkit is asked")
    equal(wait(m.ask("RequestAuthorization"), "an answer"), "()", "a rule decides meanwhile")
    leaver.bus.close_sync()
    m.client.call(ROOT, MANAGER, "ClosePairingWindow")
    equal((outcome, stranger.get(ROOT, MANAGER, "Handlers")), ([], 0), "we are heard, too")
    equal(wait(lambda: outcome, "the end of patience", 30), ["org.pairward.Error.NotAuthorized"], "no answer is a no")
    mock(m, "AllowUnknown", "(b)", True)
    mock(m, "ReleaseHangingCalls")
    mock(m, "SimulateHang", "(b)", False)
    equal(stranger.get(ROOT, MANAGER, "Handlers"), 0, "late answers count for nothing")
    stranger.register()
    equal(stranger.get(ROOT, MANAGER, "Handlers"), 1, "it answers again")


def test_absent_and_wrong(m):
    stranger = h.Client(m.address, anonymous=True)
    name, text = stranger.error(ROOT, MANAGER, "Reload")
    check(name == "NotAuthorized" and "use sudo" in text and "polkit" in text, text)
    for _ in range(20):
        stranger.error(ROOT, MANAGER, "Reload")
    equal(m.log().count("polkit does not say"), 1, "lines of log")
    m.client.call(ROOT, MANAGER, "Reload")
    start_polkit(m, POLKIT, AUTHORITY, INTERFACE)
    mock(m, "AddMethod", "(sssss)", INTERFACE, "CheckAuthorization", "(sa{sv})sa{ss}us", "s", "ret = 'yes'")
    equal(stranger.error(ROOT, MANAGER, "Reload")[0], "NotAuthorized", "garbage")


def test_password(m):
    start_polkit(m, POLKIT, AUTHORITY, INTERFACE)
    # Somebody types it, when they may be asked.
    mock(m, "AddMethod", "(sssss)", INTERFACE, "CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})",
         "ret = (bool(args[3] & 1), not args[3] & 1, {})")
    stranger = h.Client(m.address, anonymous=True)
    name, text = stranger.error(ROOT, MANAGER, "Reload")
    check(name == "NotAuthorized" and "log in at this machine" in text and "org.pairward.set-policy" in text, text)
    message = Gio.DBusMessage.new_method_call("org.pairward", ROOT, MANAGER, "Reload")
    message.set_flags(Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
    reply = stranger.bus.send_message_with_reply_sync(message, Gio.DBusSendMessageFlags.NONE, 20000, None)
    reply = reply[0] if isinstance(reply, tuple) else reply
    equal(reply.get_message_type(), Gio.DBusMessageType.METHOD_RETURN, "with the password")


@settings("", daemon=False)
def test_own_daemon(m):
    """A user's own daemon, on the session bus, is its owner's: no polkit is asked, and none is needed."""
    start_polkit(m)
    mock(m, "SimulateHang", "(b)", True)
    (m.dir / "session.conf").write_text(h.BUS_CONFIG.format(path=m.dir / "session"))
    m.spawn(["dbus-daemon", "--nofork", f"--config-file={m.dir / 'session.conf'}"], "session.log")
    wait(lambda: (m.dir / "session").exists(), "the session bus")
    system, m.address = m.client, f"unix:path={m.dir / 'session'}"
    m.env["DBUS_SESSION_BUS_ADDRESS"] = m.address
    m.client = h.Client(m.address)
    m.spawn([h.DAEMON, "--session", "--config", m.keyfile, "--no-kernel-link"], "pairwardd.log")
    wait(m.is_default, "it is the default agent")
    m.client, owner = system, h.Client(m.address, anonymous=True)  # not even its uid is looked at
    m.device()
    owner.register()
    m.test("Ask", "(sv)", "RequestConfirmation", GLib.Variant("(ou)", (h.DEVICE, 123456)))
    request = wait(lambda: owner.heard("PasskeyDisplayRequired"), "the question")[0][2][0]
    calls = [c for c in everything(owner, request) if c[0] not in ("Pair", "Pair(true)")]
    equal(denied(owner, calls), set(), "what is denied")
    equal(mock(m, "HaveHangingCalls"), False, "polkit is asked nothing")
    equal(m.ctl("--session", "policy", "1")[0], 0, "pairwardctl")
    equal(mock(m, "HaveHangingCalls"), False, "nor by pairwardctl")


def test_text_agent(m):
    start_polkit(m)
    allow(m, "set-policy")
    log, programs = m.dir / "agent.log", m.dir / "bin"
    programs.mkdir()
    log.touch(0o666)
    log.chmod(0o666)
    agent, ctl = programs / "pkttyagent", programs / "ctl"
    agent.write_text(f'#!/bin/bash\necho "$*" >> {log}\ntrap "echo ended >> {log}; exit" TERM\neval "exec ${{4}}>&-"\nwhile :; do sleep 0.05; done\n')
    shutil.copy(h.CTL, programs)
    somebody = "setpriv --reuid=65534 --regid=65534 --clear-groups" if os.getuid() == 0 else ""  # root needs no password
    ctl.write_text(f'#!/bin/sh\nexec {somebody} {programs}/pairwardctl "$@"\n')
    for program in (agent, ctl):
        program.chmod(0o755)
    m.env["PATH"] = f"{programs}:{m.env['PATH']}"

    def runs(*args, terminal=True):
        log.write_text("")
        real, h.CTL = h.CTL, ctl
        try:
            status = h.Terminal(m, *args).ends() if terminal else m.ctl(*args)[0]
        finally:
            h.CTL = real
        equal(status, 0, args)
        return log.read_text().splitlines()

    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        m.env.pop(name, None)
    started, ended = runs("policy", "1")
    check(re.fullmatch(r"--process \d+ --notify-fd \d+", started) and ended == "ended", f"{started}, {ended}")
    m.env["WAYLAND_DISPLAY"] = "wayland-0"
    started, ended = runs("policy", "1")
    check(re.fullmatch(r"--process \d+ --notify-fd \d+ --fallback", started) and ended == "ended", f"where a desktop may have its own: {started}, {ended}")
    for args, terminal in ((("policy", "1", "--json"), True), (("policy", "1"), False), (("status",), True)):
        equal(runs(*args, terminal=terminal), [], f"no agent for {args}")
    agent.unlink()
    equal(runs("policy", "2"), [], "where polkit has none")


if __name__ == "__main__":
    h.run(sys.modules[__name__])
