#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairwardctl doctor: what it says of each thing that can be wrong, with the rest as it is."""

import json
import subprocess
import sys

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import MANAGER, ROOT, check, equal, settings, wait  # noqa: E402

ADAPTER = "/org/bluez/hci0"
# A program on the bus that looks like another one to who may not look closer.
IMPOSTOR = """
import sys
import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib
with open("/proc/self/comm", "w") as comm:
    comm.write("bluetoothctl")
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
print("ready", flush=True)
GLib.MainLoop().run()
"""


def doctor(m, main_conf=None, keyfile=None, session=None):
    """The exit status, and (verdict, text) by topic. What people see says the same."""
    file = m.dir / "main.conf"
    if main_conf is not None:
        file.write_text(main_conf)
    args = ["doctor", "--main-conf", str(file), "--config", str(keyfile or m.keyfile)]
    m.env["XDG_RUNTIME_DIR"] = str(m.dir / "runtime")  # where there is no session bus
    m.env.pop("DBUS_SESSION_BUS_ADDRESS", None)
    if session is not None:
        m.env["DBUS_SESSION_BUS_ADDRESS"] = session
    status, out, err = m.ctl("--json", *args)
    equal(err, "", "nothing to complain about")
    findings = json.loads(out)
    text = m.ctl(*args)
    equal((text[0], len(text[1].splitlines())), (status, len(findings)), "one line each")
    return status, {f["Topic"]: (f["Verdict"], f["Text"]) for f in findings}


def problems(found):
    """The topics that have one."""
    return [topic for topic, (verdict, _) in found.items() if verdict == "problem"]


def set_adapter(m, name, value):
    """Somebody switches the adapter."""
    m.client.call(ADAPTER, "org.freedesktop.DBus.Properties", "Set", "(ssv)", "org.bluez.Adapter1", name, h.GLib.Variant("b", value),
                  name="org.bluez")


def test_all_well(m):
    m.client.register()
    status, found = wait(lambda: [r for r in [doctor(m)] if r[1]["hci0"][1] == "it is on, and pairable"], "Pairable is on")[0]
    equal((status, problems(found)), (0, []), "all is well")
    check("5.66" in found["bluetoothd"][1] and "default agent" in found["agent"][1], found)
    equal(found["kernel-link"][0], "note", "the kernel link")
    check("--no-kernel-link" in found["kernel-link"][1], found)
    polkit = ("not there", "it is there") if h.have_polkit() else ("does not use it: root",) * 2
    check("no session bus" in found["notifications"][1] and polkit[0] in found["polkit"][1], found)
    equal(doctor(m, session=m.address)[1]["notifications"][0], "note", "no notification server")
    for name in ("org.freedesktop.Notifications", "org.freedesktop.PolicyKit1"):
        m.client.call("/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", "(su)", name, 0, name="org.freedesktop.DBus")
    found = doctor(m, session=m.address)[1]
    check(found["notifications"][0] == "note" and "not pairward-prompt" in found["notifications"][1], "nobody asks by it: " + found["notifications"][1])
    m.client.call("/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", "(su)", "org.pairward.Prompt", 0, name="org.freedesktop.DBus")
    equal(doctor(m, session=m.address)[1]["notifications"][0], "ok", "a desktop")
    check(polkit[1] in found["polkit"][1], found)
    check("never" in found["just-works-repairing"][1], "without a main.conf BlueZ has its defaults")


def test_nobody_to_ask(m):
    status, found = doctor(m)
    equal((status, problems(found)), (1, ["handlers"]), "nobody is asked")
    check("pairwardctl agent" in found["handlers"][1], found)


def test_repairing(m):
    m.client.register()
    wait(lambda: doctor(m)[0] == 0, "all is well")
    status, found = doctor(m, "[General]\nJustWorksRepairing = always\nSecureConnections=off\n")
    equal((status, problems(found)), (1, ["just-works-repairing"]), "always, and bit 8")
    equal(found["secure-connections"][0], "note", "no Secure Connections")
    m.ctl("policy", "0")
    status, found = doctor(m)
    equal((status, found["just-works-repairing"][0]), (0, "note"), "always, without bit 8")
    status, found = doctor(m, "no keyfile\n")
    equal((status, found["main.conf"][0]), (0, "note"), "what BlueZ makes of it is not for us to say")


def test_adapter_off(m):
    m.client.register()
    set_adapter(m, "Powered", False)
    status, found = doctor(m)
    equal((status, problems(found)), (1, ["hci0"]), "it is off")
    check("power on" in found["hci0"][1], found)


def test_no_bluetoothd(m):
    m.client.register()
    m.bluez.kill()
    wait(lambda: m.client.get(ROOT, MANAGER, "AgentState") == "unavailable", "bluetoothd is gone")
    status, found = doctor(m)
    equal((status, problems(found)), (1, ["bluetoothd"]), "no bluetoothd")


def test_no_bus(m):
    m.client.bus.set_exit_on_close(False)
    m.processes[0].kill()
    m.processes[0].wait()
    status, found = doctor(m)
    equal((status, problems(found)), (3, ["message-bus"]), "what is not known is not complained of")
    check("systemctl start dbus" in found["message-bus"][1], found)


def test_hung_bluetoothd(m):
    m.client.register()
    m.bluez.send_signal(h.signal.SIGSTOP)
    status, found = doctor(m)
    equal((status, problems(found)), (1, ["bluetoothd"]), "it hangs")
    check("does not answer" in found["bluetoothd"][1], found)


def test_other_agent(m):
    with open(m.dir / "impostor.log", "wb") as out:
        m.processes.append(subprocess.Popen(["/usr/bin/python3", "-c", IMPOSTOR], env=m.env, stdin=subprocess.DEVNULL, stdout=out))
    wait(lambda: "ready" in (m.dir / "impostor.log").read_text(), "the other program")
    status, found = doctor(m)
    equal(found["other-agents"][0], "note", "it is there")
    check("bluetoothctl" in found["other-agents"][1], found)

    def twice():
        h.pump(0.2)
        set_adapter(m, "Pairable", True)
        return m.log().count("switched by somebody else") == 2

    wait(twice, "the daemon notices that another is the default agent, and takes the place back once a minute at most", 60)
    equal(m.client.get(ROOT, MANAGER, "AgentState"), "registered", "until then another is asked")
    status, found = doctor(m)
    equal((status, found["agent"][0]), (1, "problem"), "another is asked")
    check("(bluetoothctl)" in found["agent"][1], found)


@settings("", daemon=False)
def test_no_daemon(m):
    status, found = doctor(m)
    equal((status, problems(found)), (3, ["pairwardd"]), "no daemon")
    check("5.66" in found["bluetoothd"][1] and "keyfile" in found and "handlers" not in found, "the rest is said: " + str(found))


def test_keyfile(m):
    m.client.register()
    bad = m.dir / "bad.conf"
    bad.write_text("[Window]\nMaxSeconds=soon\n")
    status, found = doctor(m, keyfile=bad)
    equal((status, problems(found)), (1, ["keyfile"]), "a bad keyfile")
    check("MaxSeconds" in found["keyfile"][1], found)


if __name__ == "__main__":
    h.run(sys.modules[__name__])
