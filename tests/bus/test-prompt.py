#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairward-prompt from outside: what it asks by notifications, and what becomes of the answers at org.bluez. Prints TAP."""

import os
import signal
import subprocess
import sys

import fake_notifications as fake
import harness as h
from harness import check, equal, pump, settings, wait

PROMPT = h.BUILD / "pairward-prompt"
HAS_DIALOGS = "#define HAVE_GTK 1" in (h.BUILD / "config.h").read_text()
HID, AUDIO = "00001124-0000-1000-8000-00805f9b34fb", "0000110d-0000-1000-8000-00805f9b34fb"


class Desktop:
    """A session bus, a notification server and the prompter."""

    def __init__(self, machine, prompt=True, server=True, name="session", handlers=1, **behaviour):
        self.m, self.name = machine, name
        path = machine.dir / name
        self.address = f"unix:path={path}"
        (machine.dir / f"{name}.conf").write_text(h.BUS_CONFIG.format(path=path))
        machine.env["DBUS_SESSION_BUS_ADDRESS"] = self.address
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "NOTIFY_SOCKET"):
            machine.env.pop(name, None)
        # What GTK's libraries keep until the end is no leak of ours.
        machine.env["LSAN_OPTIONS"] = f"suppressions={h.HERE.parent / 'desktop/lsan.supp'}:print_suppressions=0"
        self.start_bus()
        self.server = fake.Server(self.address, **behaviour) if server else None
        self.prompt = self.start() if prompt else None
        if prompt:
            self.registered(handlers)

    def start_bus(self):
        """The session's bus."""
        self.bus = self.m.spawn(["dbus-daemon", "--nofork", f"--config-file={self.m.dir / self.name}.conf"], f"{self.name}.log")
        wait(self.is_up, "the session bus")

    def is_up(self):
        """Whether the bus listens: its socket is there a moment before."""
        try:
            return fake.connect(self.address)
        except fake.GLib.Error:
            return None

    def start(self, *args):
        """pairward-prompt."""
        return self.m.spawn([PROMPT, *args], "prompt.log")

    def log(self):
        """What it said."""
        return (self.m.dir / "prompt.log").read_text()

    def handlers(self):
        """How many the daemon knows."""
        return self.m.client.get(h.ROOT, h.MANAGER, "Handlers")

    def registered(self, handlers=1):
        """Wait for it to be a handler, with those of others."""
        try:
            wait(lambda: self.handlers() == handlers, "it is registered")
        except h.Failure as failure:
            raise h.Failure(f"{failure}; it says {self.log()!r}") from failure

    def shows(self, count=1):
        """Wait for the notification number @count."""
        try:
            wait(lambda: len(self.server.shown) >= count, "a notification")
        except h.Failure as failure:
            raise h.Failure(f"{failure}; it says {self.log()!r}, the server heard {self.server.calls}") from failure
        pump(0.1)  # its number travels
        return self.server.shown[count - 1]


def _wait(process):
    """Its exit status, while the server in this process answers."""
    return wait(lambda: [process.poll()] if process.poll() is not None else None, "it ends")[0]


def is_no(answer):
    """bluetoothd was refused."""
    return "Rejected" in wait(answer, "an answer")


def test_just_works_is_accepted(m):
    d = Desktop(m)
    m.device(Name="My phone", Icon="phone")
    answer = m.ask("RequestAuthorization")
    n = d.shows()
    equal(n.summary, "My phone wants to pair", "the title")
    check("C0:00:00:00:00:01" in n.body and "phone" in n.body and "Nothing proves" in n.body, n.body)
    equal((list(n.actions), n.timeout, n.hints["urgency"], n.hints["resident"]), (["accept", "reject"], 0, 2, False), "how it is shown")
    equal(answer(), "", "nobody has answered")
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "accepted")
    wait(lambda: not n.open, "the notification is taken away")
    d.prompt.send_signal(signal.SIGTERM)
    equal(d.prompt.wait(10), 0, "it ends")
    wait(lambda: d.handlers() == 0, "no handler any more")


def test_rejected_and_dismissed(m):
    d = Desktop(m)
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    d.server.press("reject")
    check(is_no(answer), answer())
    answer = m.ask("RequestAuthorization")
    d.shows(2)
    d.server.end(fake.DISMISSED)
    check(is_no(answer), answer())


@settings("[Daemon]\nWithoutHandler=reject\n")
def test_services(m):
    d = Desktop(m)
    m.device(Paired=True, Bonded=True)
    answer = m.ask("AuthorizeService", "(os)", HID)
    n = d.shows()
    equal(list(n.actions), ["accept", "always", "reject"], "the buttons")
    check("hid" in n.body, n.body)
    d.server.press("always")
    equal(wait(answer, "an answer"), "()", "accepted")
    equal(wait(m.ask("AuthorizeService", "(os)", HID), "an answer"), "()", "remembered")
    equal(len(d.server.shown), 1, "it was not asked again")
    answer = m.ask("AuthorizeService", "(os)", AUDIO)
    d.shows(2)
    d.server.press("repair")  # no answer to this
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "accepted once")
    equal(m.client.get(h.OURS, h.PEER, "RememberedServices"), {HID: True}, "once is not always")


def test_lies_change_nothing(m):
    d = Desktop(m)
    m.device()
    answer = m.ask("RequestAuthorization")
    n = d.shows()
    other = fake.connect(d.address)
    names = other.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
                            fake.GLib.Variant("(s)", ("org.pairward.Prompt",)), None, fake.Gio.DBusCallFlags.NONE, -1).unpack()
    for by in ({"bus": other}, {"bus": other, "to": names[0]}):
        d.server.press("accept", **by)
        d.server.end(fake.DISMISSED, **by)
    other.flush_sync(None)
    d.server.press("accept", number=n.number + 1)
    d.server.press("accept", number=0)
    d.server.end(fake.DISMISSED, number=n.number + 1)
    mark = n.keys["accept"].rpartition("-")[2]
    for key in ("repair", "always", f"repair-{mark}", f"always-{mark}", "default", f"ACCEPT-{mark}", f"accept-{mark}0", "accept-", "-", ""):
        d.server.press(key)
    d.server.emit("ActionInvoked", "(us)", n.number, "accept")
    d.server.emit("ActionInvoked", "(su)", n.keys["accept"], n.number)
    d.server.emit("ActionInvoked", "(u)", n.number)
    pump(0.5)
    equal((answer(), m.client.get(m.question(), h.REQUEST, "State")), ("", "open"), "still open")
    d.server.press("reject")
    check(is_no(answer), "and can be answered")
    d.server.press("accept")  # too late
    pump(0.2)
    check(is_no(answer), "answered once")


def test_numbers_collide(m):
    """A server that gives each notification the same number: a press on the old one does not answer the new one."""
    d = Desktop(m, number=7)
    m.device()
    m.ask("RequestAuthorization")
    first = d.shows()
    m.test("Cancel")
    wait(lambda: not first.open, "bluetoothd gave up")
    answer = m.ask("RequestAuthorization")
    d.shows(2)
    d.server.press(first.keys["accept"])
    pump(0.3)
    equal((answer(), m.client.get(m.question(), h.REQUEST, "State")), ("", "open"), "still open")
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "accepted by its own button")


def test_closed_before_its_number_is_known(m):
    """Pressed and closed while Notify has no reply yet: nobody sees it any more, and the press is no answer."""
    d = Desktop(m, hang=("Notify",))
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    d.server.press("accept")
    for number in (3, 7):
        d.server.end(fake.DISMISSED, number=number)
    d.server.held.pop().return_value(fake.GLib.Variant("(u)", (7,)))
    wait(lambda: "closed it at once" in d.log(), "it gives up")
    equal((answer(), m.client.get(m.question(), h.REQUEST, "State")), ("", "open"), "open, for others")


def test_two_servers_in_turn(m):
    """Another server takes the name: the question is asked there, and the old one is not believed any more."""
    d = Desktop(m)
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    old, d.server = d.server, fake.Server(d.address)
    wait(lambda: "GetCapabilities" in d.server.calls and d.server.shown, "the question at the new server")
    pump(0.1)
    old.press("accept")
    old.press("accept", number=d.server.shown[-1].number)
    old.press(d.server.shown[-1].keys["accept"], number=d.server.shown[-1].number)
    old.end(fake.DISMISSED)
    pump(0.3)
    equal((answer(), m.client.get(m.question(), h.REQUEST, "State")), ("", "open"), "still open")
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "accepted at the new one")


def test_names_from_right_to_left(m):
    """The address is read in its own order, whatever the name is."""
    d = Desktop(m)
    m.device(Name="\u05e9\u05dc\u05d5\u05dd\u202e 12\n34", Icon="phone")
    m.ask("RequestAuthorization")
    n = d.shows()
    equal(n.body.splitlines()[0], "\u2068\u05e9\u05dc\u05d5\u05dd 1234\u2069 (\u2066C0:00:00:00:00:01\u2069, phone)", "the device")


def test_two_sessions(m):
    """Two people are asked; the first answer counts, and the other's question goes."""
    d, other = Desktop(m), Desktop(m, name="other", handlers=2)
    m.device()
    for number, (answering, expected) in enumerate(((d, "accept"), (other, "reject")), 1):
        answer = m.ask("RequestAuthorization")
        shown = [desktop.shows(number) for desktop in (d, other)]
        answering.server.press(expected)
        equal(wait(answer, "an answer") == "()", expected == "accept", expected)
        wait(lambda n=shown: not n[0].open and not n[1].open, "it goes in both sessions")
    other.prompt.kill()
    answer = m.ask("RequestAuthorization")
    d.shows(3)
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "one is left")


def test_names_are_text(m):
    d = Desktop(m)
    m.device(Name="<b>Bank</b> & <a href='x'>me</a>")
    answer = m.ask("RequestAuthorization")
    n = d.shows()
    check("<" not in n.summary + n.body and "&lt;b&gt;Bank" in n.body and "&amp;" in n.body, f"{n.summary} {n.body}")
    d.server.close()
    wait(lambda: d.handlers() == 0, "nobody can be asked")
    check(is_no(answer), "the last handler left")
    d.server = fake.Server(d.address, capabilities=("actions", "body"))
    d.registered()
    m.ask("RequestAuthorization")
    n = d.shows()
    check("<" not in n.summary + n.body and "&" not in n.summary + n.body and "‹b>Bank" in n.body and "+" in n.summary, f"{n.summary} {n.body}")


def test_names_of_combining_marks(m):
    d = Desktop(m)
    m.device(Name="a" + "\u0301" * 123)
    answer = m.ask("RequestAuthorization")
    n = d.shows()
    check(n.summary.count("\u0301") < 10, n.summary)
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "it is a device as any other")


def test_two_queue_and_close(m):
    d = Desktop(m)
    m.device(Name="First")
    second = h.DEVICE[:-1] + "2"
    m.device(second, Name="Second")
    answer = m.ask("RequestAuthorization")
    n = d.shows()
    m.test("Cancel")
    wait(lambda: not n.open, "bluetoothd gave up: it goes")
    answer = m.ask("RequestAuthorization")
    n = d.shows(2)
    m.change(Connected=True)
    m.change(Connected=False)
    wait(lambda: not n.open, "the device went: it goes")
    check(is_no(answer), answer())
    d.server.press("accept")
    pump(0.2)
    check(is_no(answer), "too late")


def test_codes_are_not_asked_without_dialogs(m):
    d = Desktop(m)
    equal(m.client.get(h.ROOT, h.MANAGER, "EffectiveCapability"), "none", "no capability is promised")
    m.device()
    answer = m.ask("RequestConfirmation", "(ou)", 123456)
    check(is_no(answer), answer())
    equal(d.server.shown, [], "and no code is shown to anybody")


def test_killed_with_a_question(m):
    d = Desktop(m)
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    d.prompt.kill()
    check(is_no(answer), answer())


def test_daemon_restarts(m):
    d = Desktop(m)
    m.device()
    m.ask("RequestAuthorization")
    n = d.shows()
    m.stop_daemon(signal.SIGKILL)
    wait(lambda: not n.open, "the question went with the daemon")
    m.start_daemon()
    d.registered()
    answer = m.ask("RequestAuthorization")
    d.shows(2)
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "accepted")


@settings("[Daemon]\nWithoutHandler=wait\n")
def test_comes_late(m):
    m.device()
    answer = m.ask("RequestAuthorization")
    m.question()
    d = Desktop(m)
    d.shows()
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "a question that was open already")


def test_server_hangs(m):
    d = Desktop(m, hang=("Notify",))
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    d.server.press("accept")  # of a notification whose number was never told
    wait(lambda: "did not take a notification" in d.log(), "it gives up")
    equal(answer(), "", "the question is open, for others")
    m.client.call(m.question(), h.REQUEST, "Accept")
    equal(wait(answer, "an answer"), "()", "answered elsewhere")
    for invocation in d.server.held:
        invocation.return_value(fake.GLib.Variant("(u)", (7,)))
    d.server.hang = ()
    wait(lambda: not d.server.shown[0].open, "what it shows at last is taken away")
    equal(d.prompt.poll(), None, "it lives")


def test_server_gives_no_number(m):
    d = Desktop(m, number=0)
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    d.server.press("accept")
    d.server.end(fake.DISMISSED)
    wait(lambda: "no number" in d.log(), "it gives up")
    equal(answer(), "", "the question is open, for others")


def test_expired_is_no_answer(m):
    d = Desktop(m)
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    d.server.end(fake.EXPIRED)
    pump(0.3)
    equal(answer(), "", "open")
    d.server.close()
    d.server = fake.Server(d.address)
    check(is_no(answer), "with the server went the only place to ask")


def test_nothing_to_ask_with(m):
    d = Desktop(m, prompt=False, server=False)
    p = d.start()
    equal(p.wait(20), 1, "no server")
    check("pairwardctl agent" in d.log() and ("no display" in d.log()) == HAS_DIALOGS, d.log())
    d.server = fake.Server(d.address, capabilities=("body",))
    equal(_wait(d.start()), 1, "a server without actions")
    d.server.close()
    d.server = fake.Server(d.address, hang=("GetCapabilities",))
    equal(_wait(d.start()), 1, "a server that hangs")


def test_two_prompters(m):
    d = Desktop(m)
    second = d.start()
    equal(_wait(second), 0, "the second one leaves")
    check("running already" in d.log(), d.log())
    equal(d.handlers(), 1, "one handler")


def test_session_bus_goes(m):
    d = Desktop(m)
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    d.server.bus.set_exit_on_close(False)
    d.bus.kill()
    equal(_wait(d.prompt), 1, "its unit starts it again")
    check(is_no(answer), answer())


def test_system_bus_restarts(m):
    d = Desktop(m)
    m.device()
    m.ask("RequestAuthorization")
    n = d.shows()
    m.processes[0].kill()
    wait(lambda: not n.open, "the question went with the bus")
    m.processes[0].wait(10)
    (m.dir / "bus").unlink()
    m.start()
    d.registered()
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows(2)
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "accepted")


@settings("", daemon=False)
def test_the_users_own_daemon(m):
    d = Desktop(m, prompt=False)
    m.spawn([h.DAEMON, "--session", "--config", m.keyfile], "pairwardd.log")
    d.start("--session")
    client = h.Client(d.address)

    def registered():
        try:
            return client.get(h.ROOT, h.MANAGER, "Handlers") == 1 and client.get(h.ROOT, h.MANAGER, "AgentState") == "default"
        except fake.GLib.Error:
            return False

    wait(registered, "it is registered")
    m.device()
    answer = m.ask("RequestAuthorization")
    d.shows()
    d.server.press("accept")
    equal(wait(answer, "an answer"), "()", "accepted")


@settings("", daemon=False)
def test_not_allowed(m):
    """A daemon that denies, as it does to a session that is not the active one: it is said once, and tried again."""
    d = Desktop(m, prompt=False)
    strict = fake.connect(m.address)
    xml = ('<node><interface name="org.pairward.Manager1"><method name="RegisterHandler"><arg type="as" direction="in"/>'
           '<arg type="ao" direction="in"/></method></interface></node>')
    calls = []

    def denied(_bus, _sender, _path, _interface, method, _parameters, invocation):
        calls.append(method)
        if len(calls) < 3:
            invocation.return_dbus_error("org.pairward.Error.NotAuthorized", "not you")
        else:
            invocation.return_value(None)

    strict.register_object(h.ROOT, fake.Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0], denied, None, None)
    strict.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                     fake.GLib.Variant("(su)", ("org.pairward", 4)), None, fake.Gio.DBusCallFlags.NONE, -1)
    p = d.start()
    wait(lambda: "does not let us answer" in d.log(), "it says so")
    wait(lambda: "asks for pairwardd" in d.log(), "it is registered, once that is allowed")
    equal((d.log().count("does not let us"), calls, p.poll()), (1, ["RegisterHandler"] * 3, None), "how often")


def test_options(m):
    env = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={m.dir}/none", "LC_ALL": "C.UTF-8"}
    for args, status, word in ((["--version"], 0, "pairward"), (["--help"], 0, "--no-dialogs"), (["--nonsense"], 2, "--help"),
                               (["word"], 2, "no arguments"), ([], 1, "pairwardctl agent")):
        done = subprocess.run([PROMPT, *args], env=env, capture_output=True, text=True, check=False, timeout=20)
        check(done.returncode == status and word in done.stdout + done.stderr, f"{args}: {done}")
    for where in (">&-", ">/dev/full"):
        done = subprocess.run(["sh", "-c", f'"{PROMPT}" --version {where}'], env=env, capture_output=True, text=True, check=False, timeout=20)
        check(done.returncode == 1 and "could not be written" in done.stderr, f"{where}: {done}")


def test_starts_with_nothing_open(m):
    d = Desktop(m, prompt=False)
    prompt = m.spawn(["/bin/sh", "-c", f"exec {PROMPT} <&- >&- 2>&-"], "prompt.log")
    d.registered()
    equal([os.readlink(f"/proc/{prompt.pid}/fd/{fd}") for fd in range(3)], ["/dev/null"] * 3, "no bus where its words go")


if __name__ == "__main__":
    h.run(sys.modules[__name__])
