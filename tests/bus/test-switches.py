#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What only the kernel can do, asked of the daemon: Controller1, the debug key, out-of-band data. Accepted, refused, malformed."""

import json
import os
import sys

sys.dont_write_bytecode = True
import fake_kernel as k  # noqa: E402
import harness as h  # noqa: E402
from fake_kernel import CONFIRM, RANDOM, BusyKernel, start  # noqa: E402
from gi.repository import GLib  # noqa: E402
from harness import DEVICE, MANAGER, OURS, PEER, ROOT, check, equal, settings, wait  # noqa: E402

CONTROLLER, HCI0 = "org.pairward.Controller1", "/org/pairward/hci0"
ADDRESS = DEVICE[-17:].replace("_", ":")
STRICT = f"[Rule strict]\nMatchAddress={ADDRESS}\nRequire=mitm\n"
HELD = {"r256": RANDOM, "c256": CONFIRM}


def linked(m, more=0):
    """The daemon with a kernel, for LE and `more`; a peer is held. Warnings are part of it."""
    m.env["G_DEBUG"] = ""
    kernel = BusyKernel(m)
    kernel.settings |= more
    start(m)
    kernel.serve()
    wait(m.is_default, "the daemon is the default agent")
    wait(lambda: m.client.get(HCI0, CONTROLLER, "SecureConnections") == "on", "the controller is known")
    m.device()
    equal(m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", ADDRESS), OURS, "the peer")
    return kernel


def oob(**values):
    """An argument of SetRemoteOobData."""
    return {key: GLib.Variant("ay", value) for key, value in values.items()}


def writes(m, name, value):
    """Write a property of the controller; PropertiesChanged has come when it is answered."""
    m.client.signals.clear()
    m.client.call(*m.client.set_args(HCI0, CONTROLLER, name, value))
    h.pump()
    return {key: new for _, path, args, _ in m.client.heard("PropertiesChanged") if path == HCI0 for key, new in args[1].items()}


def refused(m, name, value):
    """Write a property of the controller; the error."""
    return m.client.error(*m.client.set_args(HCI0, CONTROLLER, name, value))


@settings("", daemon=False)
def test_controller(m):
    kernel = linked(m)
    for text in ("off", "only", "on"):
        equal(writes(m, "SecureConnections", GLib.Variant("s", text)), {"SecureConnections": text}, "changed")
        equal(m.client.get(HCI0, CONTROLLER, "SecureConnections"), text, "read")
    equal(kernel.given(k.SET_SECURE_CONNECTIONS), [b"\0", b"\2", b"\1"], "what the kernel was told")
    equal(writes(m, "DebugKeys", GLib.Variant("b", True)), {"DebugKeys": True}, "changed")
    equal(writes(m, "DebugKeys", GLib.Variant("b", False)), {"DebugKeys": False}, "changed")
    equal(kernel.given(k.SET_DEBUG_KEYS), [b"\2", b"\0"], "used, and not kept")
    name, text = refused(m, "SecureConnections", GLib.Variant("s", "sometimes"))
    check(name == "InvalidArguments" and "sometimes" in text, text)
    check("InvalidArgs" in refused(m, "SecureConnections", GLib.Variant("u", 1))[0], "of another type")
    for status, error in ((k.BUSY, "NotReady"), (k.NOT_SUPPORTED, "NotSupported"), (0x0d, "InvalidArguments"), (0x03, "Failed")):
        kernel.fails[k.SET_DEBUG_KEYS] = status
        equal(refused(m, "DebugKeys", GLib.Variant("b", True))[0], error, f"the kernel says {status:#x}")
        equal(m.client.get(HCI0, CONTROLLER, "DebugKeys"), False, "as it was")


@settings("", daemon=False)
def test_static_address(m):
    kernel = linked(m)
    name, text = refused(m, "StaticAddress", GLib.Variant("s", "C1:02:03:04:05:06"))
    check(name == "NotReady" and "powered off" in text, text)
    kernel.power(False)
    for bad in ("41:02:03:04:05:06", "C1:02", "FF:FF:FF:FF:FF:FF", "C0:00:00:00:00:00", "auto"):
        equal(refused(m, "StaticAddress", GLib.Variant("s", bad))[0], "InvalidArguments", bad)
    # Powered off: a moment after the kernel says so.
    wait(lambda: writes_address(m, "c1:02:03:04:05:06"), "written")
    equal(m.client.get(HCI0, CONTROLLER, "StaticAddress"), "C1:02:03:04:05:06", "read")
    equal(kernel.given(k.SET_STATIC_ADDRESS), [bytes.fromhex("0605040302c1")], "what the kernel was told")
    equal(writes(m, "StaticAddress", GLib.Variant("s", ""))["StaticAddress"], "", "none again")
    kernel.fails[k.SET_STATIC_ADDRESS] = k.REJECTED
    equal(refused(m, "StaticAddress", GLib.Variant("s", "C1:02:03:04:05:06"))[0], "NotReady", "powered on meanwhile")
    equal(m.client.get(HCI0, CONTROLLER, "StaticAddress"), "", "as it was")
    m.test("Change", "(oa{sv})", "/org/bluez/hci0", {"AddressType": GLib.Variant("s", "random")})
    name, text = refused(m, "StaticAddress", GLib.Variant("s", ""))
    check(name == "InvalidOperation" and "no public address" in text, "where there is no public one, no static one is no address at all")


def writes_address(m, address):
    """Whether the address could be written."""
    try:
        writes(m, "StaticAddress", GLib.Variant("s", address))
    except GLib.Error:
        return False
    return True


@settings("[Controller nrf]\nMatchAddress=00:AA:*\nSecureConnections=only\nStaticAddress=C1:02:03:04:05:06\n", daemon=False)
def test_group(m):
    m.env["G_DEBUG"] = ""
    kernel = BusyKernel(m)
    start(m)
    kernel.serve()
    wait(m.is_default, "the daemon is the default agent")
    wait(lambda: m.client.get(HCI0, CONTROLLER, "SecureConnections") == "only", "as the keyfile says")
    equal(kernel.given(k.SET_SECURE_CONNECTIONS), [b"\2"], "what the kernel was told")
    why = m.client.get(HCI0, CONTROLLER, "Unapplied")
    check(list(why) == ["StaticAddress"] and "it is on" in why["StaticAddress"], why)
    # What somebody sets stays until Reload.
    writes(m, "SecureConnections", GLib.Variant("s", "off"))
    m.client.signals.clear()
    kernel.power(False)
    wait(lambda: not m.client.get(HCI0, CONTROLLER, "Unapplied"), "the address is set once it is off")
    equal(kernel.given(k.SET_STATIC_ADDRESS), [bytes.fromhex("0605040302c1")], "what the kernel was told")
    # It can be read a moment before it is.
    wait(lambda: any("Unapplied" in args[1] for _, path, args, _ in m.client.heard("PropertiesChanged") if path == HCI0), "it is signalled")
    equal(m.client.get(HCI0, CONTROLLER, "SecureConnections"), "off", "as it was")
    m.client.call(ROOT, MANAGER, "Reload")
    wait(lambda: m.client.get(HCI0, CONTROLLER, "SecureConnections") == "only", "after Reload")
    equal(len([line for line in m.log().splitlines() if "StaticAddress= of [Controller nrf] is not in force" in line]), 1, "said once")
    status, out, err = m.ctl("controller", "hci0")
    check(status == 0 and "LE only" in out, out + err)


@settings("[Controller nrf]\nMatchAddress=00:AA:*\nSecureConnections=only\nStaticAddress=C1:02:03:04:05:06\n", daemon=False)
def test_group_without_the_link(m):
    m.env["G_DEBUG"] = ""
    m.start_daemon()
    why = m.client.get(HCI0, CONTROLLER, "Unapplied")
    check(sorted(why) == ["SecureConnections", "StaticAddress"] and all("CAP_NET_ADMIN" in text for text in why.values()), why)
    equal(m.client.get(HCI0, CONTROLLER, "Transports"), [], "nobody knows")
    status, out, err = m.ctl("controller")
    check(status == 0 and "SecureConnections=" in out and "CAP_NET_ADMIN" in out, out + err)


@settings("", daemon=False)
def test_refusals_are_explained(m):
    kernel = linked(m)
    for name, value, opcode, words in (("SecureConnections", GLib.Variant("s", "only"), k.SET_SECURE_CONNECTIONS, "no Secure Connections"),
                                       ("DebugKeys", GLib.Variant("b", True), k.SET_DEBUG_KEYS, "pairings with secret keys work"),
                                       ("StaticAddress", GLib.Variant("s", "C1:02:03:04:05:06"), k.SET_STATIC_ADDRESS, "no LE")):
        if name == "StaticAddress":
            kernel.power(False)
            wait(lambda: writes_address(m, "c1:02:03:04:05:06"), "it is off")
        kernel.fails[opcode] = k.NOT_SUPPORTED
        error, text = refused(m, name, value)
        check(error == "NotSupported" and words in text and "0x0c" in text, f"{name}: {error} {text}")


@settings("", daemon=False)
def test_le_only(m):
    linked(m)
    equal(m.client.get(HCI0, CONTROLLER, "Transports"), ["le"], "what it is for")
    name, text = m.client.error(OURS, PEER, "SetRemoteOobData", "(a{sv})", oob(r192=RANDOM, c192=CONFIRM))
    check(name == "NotSupported" and "LE only" in text and "r256 and c256" in text, text)
    m.client.call(OURS, PEER, "SetRemoteOobData", "(a{sv})", oob(r192=RANDOM, c192=CONFIRM, r256=RANDOM, c256=CONFIRM))
    status, _, err = m.ctl("oob", ADDRESS, "set", text=f"r192={RANDOM.hex()}\nc192={CONFIRM.hex()}\n")
    check(status == 1 and "LE only" in err, err)
    # A headset that bluetoothd knows from another controller.
    path = "/org/bluez/hci0/dev_00_00_00_00_00_07"
    ours, address = path.replace("bluez", "pairward"), path[-17:].replace("_", ":")
    m.device(path, AddressType="public", Class=GLib.Variant("u", 0x240404), Bonded=True, Paired=True, Connected=False)
    equal(m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", address), ours, "the headset")
    for force in (False, True):
        name, text = m.client.error(ours, PEER, "Pair", "(b)", force)
        check(name == "NotSupported" and "hci0 is LE only" in text and "devices of LE can be paired" in text, text)
        status, _, err = m.ctl("pair", *(["--force"] if force else []), address)
        check(status == 1 and "LE only" in err, err)
    check(not [call for call in m.test("Calls") if call.split()[1] in ("Pair", "Connect", "RemoveDevice")], "it keeps its bond")
    m.client.call(ours, PEER, "DeleteBondingData")
    check(f"{path.rsplit('/', 1)[0]} RemoveDevice {path}" in m.test("Calls"), "which may be deleted")
    equal(m.client.error(ours, PEER, "ForgetService", "(s)", "hid")[0], "NotFound", "nothing is remembered")
    # The window works: LE has discoverable, too.
    m.client.call(ROOT, MANAGER, "OpenPairingWindow", "(u)", 60)
    wait(lambda: any("Discoverable" in call for call in m.test("Calls")), "the adapter is made discoverable")
    m.client.call(ROOT, MANAGER, "ClosePairingWindow")
    status, out, err = m.ctl("window", "60")
    check(status == 0 and "LE only" in out, out + err)


@settings("", daemon=False)
def test_both_radios(m):
    linked(m, k.BREDR)
    equal(m.client.get(HCI0, CONTROLLER, "Transports"), ["le", "bredr"], "what it is for")
    m.client.call(OURS, PEER, "SetRemoteOobData", "(a{sv})", oob(r192=RANDOM, c192=CONFIRM))
    status, out, err = m.ctl("controller")
    check(status == 0 and "LE only" not in out, out + err)
    check("LE only" not in m.ctl("window", "60")[1], "nothing to say")


@settings("", daemon=False)
def test_controller_verb(m):
    kernel = linked(m)
    status, out, _ = m.ctl("controller")
    check(status == 0 and "hci0" in out and "on" in out, out)
    listed = json.loads(m.ctl("--json", "controller")[1])
    equal([(c["Name"], c["SecureConnections"]) for c in listed], [("hci0", "on")], "as JSON")
    status, out, err = m.ctl("--json", "controller", "hci0", "secure-connections=only", "debug_keys=yes")
    shown = json.loads(out)
    equal((status, shown["SecureConnections"], shown["DebugKeys"]), (0, "only", True), err)
    equal(kernel.given(k.SET_SECURE_CONNECTIONS), [b"\2"], "what the kernel was told")
    check("Whoever listens" in m.ctl("controller", shown["Address"])[1], "by its address, with a warning")
    for args, expected, word in ((("hci7",), 1, "hci7"), (("hci0", "speed=1"), 2, "speed"), (("hci0", "debug-keys"), 2, "KEY=VALUE"),
                                 (("hci0", "debug-keys=perhaps"), 2, "perhaps"), (("hci0", "secure-connections=no"), 1, "off, on, only"),
                                 (("hci0", "static-address=C1:02:03:04:05:06"), 1, "powered off")):
        status, _, err = m.ctl("controller", *args)
        check(status == expected and word in err, f"{args}: {status} {err}")


@settings("", daemon=False)
def test_debug_key(m):
    linked(m)
    m.client.call(OURS, PEER, "UseDebugLescKey", "(b)", True)
    equal(m.client.get(OURS, PEER, "DebugLescKey"), True, "on")
    equal(len([line for line in m.log().splitlines() if "warning" in line and "whoever listens" in line]), 1, "a warning in the log")
    equal(m.client.get(OURS, PEER, "DebugKeyBond"), False, "no bond yet")
    status, out, err = m.ctl("debug-key", ADDRESS, "off")
    check(status == 0 and "secret" in out, err)
    equal(m.client.get(OURS, PEER, "DebugLescKey"), False, "off")
    status, _, err = m.ctl("debug-key", ADDRESS, "on")
    check(status == 0 and "Whoever listens" in err, "a warning: " + err)
    equal(json.loads(m.ctl("--json", "show", ADDRESS)[1])["DebugLescKey"], True, "the peer stays for it")
    for args in ((ADDRESS,), (ADDRESS, "perhaps")):
        equal(m.ctl("debug-key", *args)[0], 2, args)


@settings(STRICT, daemon=False)
def test_debug_key_and_require(m):
    linked(m)
    name, text = m.client.error(OURS, PEER, "UseDebugLescKey", "(b)", True)
    check(name == "Rejected" and "Require=" in text, text)
    equal(m.client.get(OURS, PEER, "DebugLescKey"), False, "off")
    m.client.call(OURS, PEER, "UseDebugLescKey", "(b)", False)
    # A rule for this peer alone, before the other, allows it.
    m.keyfile.write_text(f"[Rule this one]\nMatchAddress={ADDRESS}\n" + STRICT.replace(ADDRESS, "*"))
    m.client.call(ROOT, MANAGER, "Reload")
    m.client.call(OURS, PEER, "UseDebugLescKey", "(b)", True)


@settings("", daemon=False)
def test_oob(m):
    kernel = linked(m)
    data = m.client.call(OURS, PEER, "ReadLocalOobData")
    equal({key: bytes(value) for key, value in data.items()}, HELD, "ours")
    m.client.call(OURS, PEER, "SetRemoteOobData", "(a{sv})", oob(**HELD))
    for bad, word in ((oob(r256=RANDOM), "c256"), (oob(c256=CONFIRM), "r256"), (oob(r256=RANDOM, c256=CONFIRM[1:]), "c256"),
                      (oob(r256=RANDOM + b"\0", c256=CONFIRM), "r256"), (oob(r192=RANDOM, r256=RANDOM, c256=CONFIRM), "c192"),
                      ({**oob(**HELD), "x256": GLib.Variant("ay", RANDOM)}, "x256"), (oob(r256=b"", c256=CONFIRM), "r256"),
                      ({**oob(r256=RANDOM), "c256": GLib.Variant("s", "0011")}, "c256")):
        name, text = m.client.error(OURS, PEER, "SetRemoteOobData", "(a{sv})", bad)
        check(name == "InvalidArguments" and word in text, f"{word}: {text}")
    check("InvalidArgs" in m.client.error(OURS, PEER, "SetRemoteOobData", "(a{ss})", {})[0], "of another type")
    m.client.call(*m.client.set_args(OURS, PEER, "OutOfBand", GLib.Variant("b", True)))
    pairing = m.client.start(OURS, PEER, "Pair", "(b)", False)
    wait(lambda: kernel.given(k.ADD_REMOTE_OOB), "the kernel has it")
    equal(kernel.given(k.ADD_REMOTE_OOB), [bytes.fromhex("0100000000c002") + bytes(32) + CONFIRM + RANDOM], "what the kernel was told")
    wait(lambda: f"{DEVICE} Pair" in m.test("Calls"), "Pair()")
    m.test("Finish", "(os)", DEVICE, "org.bluez.Error.ConnectionAttemptFailed")
    wait(lambda: pairing, "Pair() ends")
    wait(lambda: len(kernel.given(k.REMOVE_REMOTE_OOB)) == 1, "and has it no more")
    everything = str(m.client.signals) + m.log() + str(m.client.call(ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"))
    for secret in (CONFIRM, RANDOM):
        for shape in (secret.hex(), str(list(secret)), str(secret), ", ".join(f"0x{b:02x}" for b in secret)):
            check(shape not in everything, "nothing shows it")
    kernel.fails[k.READ_LOCAL_OOB_EXTENDED] = k.NOT_SUPPORTED
    name, text = m.client.error(OURS, PEER, "ReadLocalOobData")
    check(name == "NotSupported" and "LE only" in text, text)


@settings("", daemon=False)
def test_oob_verb(m):
    linked(m)
    status, out, err = m.ctl("oob", ADDRESS)
    equal((status, out.splitlines()), (0, [f"r256={RANDOM.hex()}", f"c256={CONFIRM.hex()}"]), err)
    equal(m.ctl("oob", ADDRESS, "set", text=out)[0], 0, "as it was printed")
    as_json = m.ctl("--json", "oob", ADDRESS)[1]
    equal(json.loads(as_json), {"r256": RANDOM.hex(), "c256": CONFIRM.hex()}, "as JSON")
    equal(m.ctl("--json", "oob", ADDRESS, "set", text=as_json)[0], 0, "as JSON again")
    equal(m.ctl("oob", ADDRESS, "clear")[0], 0, "forgotten")
    secret = RANDOM.hex()
    for text, expected in ((f"r256={secret}\n", 1), (f"r256={secret[2:]}\n", 2), (f"r256={secret}zz\n", 2), (secret, 2), (f"x256={secret}\n", 1),
                           (f"r256={secret[:-2]}zz\n", 2), ("x" * 5000, 2)):
        status, out, err = m.ctl("oob", ADDRESS, "set", text=text)
        check(status == expected and secret[4:-4] not in out + err, f"{text[:40]}: {status} {err}")
    for text in ("", "[]", "{", '{"r256": 1}', '{"r256": null, "c256": []}'):
        equal(m.ctl("--json", "oob", ADDRESS, "set", text=text)[0], 2, text)
    status, _, err = m.ctl("oob", ADDRESS, f"r256={secret}")
    check(status == 2 and secret not in err, "never on the command line: " + err)


def test_without_the_link(m):
    m.device()
    m.client.call(ROOT, MANAGER, "GetPeer", "(ss)", "", ADDRESS)
    equal([m.client.get(HCI0, CONTROLLER, name) for name in ("SecureConnections", "DebugKeys", "StaticAddress")], ["", False, ""], "unknown")
    for name, value in (("SecureConnections", GLib.Variant("s", "off")), ("DebugKeys", GLib.Variant("b", True)),
                        ("StaticAddress", GLib.Variant("s", "C1:02:03:04:05:06"))):
        error, text = refused(m, name, value)
        check(error == "NotSupported" and "CAP_NET_ADMIN" in text, f"{name}: {error} {text}")
    for method, *args in (("UseDebugLescKey", "(b)", True), ("ReadLocalOobData",), ("SetRemoteOobData", "(a{sv})", oob(**HELD))):
        error, text = m.client.error(OURS, PEER, method, *args)
        check(error == "NotSupported" and "kernel link" in text, f"{method}: {error} {text}")
    equal(m.client.error(OURS, PEER, "SetRemoteOobData", "(a{sv})", oob(r256=b"1"))[0], "InvalidArguments", "that comes first")


if __name__ == "__main__":
    if os.getuid() != 0:
        sys.exit("Bail out! this test gives root's rights up: run it as root")
    h.run(sys.modules[__name__])
