#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the udev rules say of devices that are made up here, by the part of udev's language that they use. Prints TAP."""

import fnmatch
import os
import re
import sys
from pathlib import Path

TOP = Path(os.environ.get("top_srcdir", Path(__file__).resolve().parents[2]))
RULES = TOP / "data/udev/60-pairward.rules"
KEY = re.compile(r'\s*([A-Z]+)(?:\{(\w+)\})?(==|!=|\+=|=)"([^"]*)"\s*(,|$)')
# Which operators a key may have: == and != ask, = and += set.
ASKS = {"ACTION", "SUBSYSTEM", "KERNEL", "DRIVERS", "ATTR", "ATTRS", "ENV"}
SETS = {"ENV", "TAG", "GOTO", "LABEL"}


class Device:
    """A device with its attributes, those of the device it is part of, and so on."""

    def __init__(self, subsystem, kernel, attributes=None, parent=None, devtype=""):
        self.subsystem, self.kernel, self.attributes, self.parent = subsystem, kernel, attributes or {}, parent
        self.driver = ""
        self.env = {"DEVTYPE": devtype}
        self.tags = set()

    def chain(self):
        device = self
        while device:
            yield device
            device = device.parent


def parse(text):
    """[[(key, argument, operator, value)]], one list a rule. Anything that is not understood is an error."""
    rules = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        rule, at = [], 0
        while at < len(line):
            match = KEY.match(line, at)
            if not match:
                raise ValueError(f"line {number}: {line[at:]}")
            key, argument, operator, value, _ = match.groups()
            if key not in (ASKS if operator in ("==", "!=") else SETS) or (argument is None) == (key in ("ATTR", "ATTRS", "ENV")):
                raise ValueError(f"line {number}: {match.group().strip()}")
            rule.append((key, argument, operator, value))
            at = match.end()
        rules.append(rule)
    return rules


def like(value, pattern, operator):
    return any(fnmatch.fnmatchcase(value, part) for part in pattern.split("|")) == (operator == "==")


def asks(device, action, rule):
    """Whether all that the rule asks for holds; its ATTRS and DRIVERS of one and the same device."""
    for key, argument, operator, value in rule:
        if operator not in ("==", "!="):
            continue
        has = {
            "ACTION": lambda: action,
            "SUBSYSTEM": lambda: device.subsystem,
            "KERNEL": lambda: device.kernel,
            "ATTR": lambda: device.attributes.get(argument),
            "ENV": lambda: device.env.get(argument, ""),
            "ATTRS": lambda: "",
            "DRIVERS": lambda: "",
        }[key]()
        if key not in ("ATTRS", "DRIVERS") and (has is None or not like(has, value, operator)):
            return False
    wanted = [(a, o, v) for k, a, o, v in rule if k == "ATTRS"]
    drivers = [(o, v) for k, _, o, v in rule if k == "DRIVERS"]
    return not wanted and not drivers or any(
        all(a in d.attributes and like(d.attributes[a], v, o) for a, o, v in wanted) and all(like(d.driver, v, o) for o, v in drivers)
        for d in device.chain()
    )


def apply(rules, device, action="add"):
    """Runs the rules as udevd does; what it wants started is in SYSTEMD_WANTS."""
    goto = None
    for rule in rules:
        labels = [value for key, _, _, value in rule if key == "LABEL"]
        if goto and goto not in labels:
            continue
        goto = None
        if not asks(device, action, rule):
            continue
        for key, argument, operator, value in rule:
            value = value.replace("%k", device.kernel)
            if key == "ENV" and operator == "=":
                device.env[argument] = value
            elif key == "ENV" and operator == "+=":
                device.env[argument] = f"{device.env.get(argument, '')} {value}".strip()
            elif key == "TAG" and operator == "+=":
                device.tags.add(value)
            elif key == "GOTO":
                goto = value
    if goto:
        raise ValueError(f"there is no LABEL {goto}")
    return device


def usb(vid, pid, product=None, parent=None):
    attributes = {"idVendor": vid, "idProduct": pid, "serial": "000683339521"}
    if product is not None:
        attributes["product"] = product
    return Device("usb", "1-2", attributes, parent, "usb_device")


def tty(of, kernel="ttyACM0"):
    return Device("tty", kernel, {}, Device("usb", "1-2:1.0", {"bInterfaceNumber": "00"}, of, "usb_interface"))


def hci(of, driver="btusb", devtype="host", kernel="hci0"):
    interface = Device("usb", "1-2:1.0", {"bInterfaceNumber": "00"}, of, "usb_interface")
    interface.driver = driver
    return Device("bluetooth", kernel, {}, interface, devtype)


HUB = usb("1d6b", "0002", "xHCI Host Controller")
# vendor, product, what it says; whether it is attached, and whether ModemManager keeps off. As in test-attach-sysfs.c.
ROWS = (
    ("2fe3", "0004", "Zephyr HCI UART sample", True, True),
    ("2fe3", "0100", "Zephyr HCI UART", True, True),
    ("2fe3", "000b", "Zephyr HCI USB sample", True, True),
    ("2fe3", "0004", "Zephyr USB console sample", False, False),
    ("2fe3", "0004", None, False, False),
    ("1915", "1234", "Our HCI controller", True, True),
    ("1915", "c00a", "PPK2", False, False),
    ("1915", "522a", "nRF Sniffer for Bluetooth LE", False, False),
    ("1915", "521f", "Open DFU Bootloader", False, True),
    ("1915", "521f", "HCI", False, True),
    ("1366", "1051", "J-Link", False, False),
    ("1366", "1015", "HCI", False, False),
    ("0d28", "0204", "BBC micro:bit CMSIS-DAP", False, False),
    ("2c7c", "0125", "HCI modem", False, False),
)


def started(device):
    return device.env.get("SYSTEMD_WANTS", "").split()


def test_devices(rules):
    for vid, pid, product, attached, ignored in ROWS:
        port = apply(rules, tty(usb(vid, pid, product, HUB)))
        board = apply(rules, usb(vid, pid, product, HUB))
        row = (vid, pid, product)
        assert started(port) == (["pairward-attach@ttyACM0.service"] if attached else []), (row, port.env)
        assert ("systemd" in port.tags) == attached, (row, port.tags)
        assert port.env.get("ID_MM_DEVICE_IGNORE") == ("1" if ignored else None), (row, port.env)
        assert board.env.get("ID_MM_DEVICE_IGNORE") == ("1" if ignored else None), (row, board.env)
        assert not started(board), row


def test_not_at_the_end(rules):
    gone = apply(rules, tty(usb("2fe3", "0004", "Zephyr HCI UART sample")), "remove")
    assert gone.env == {"DEVTYPE": ""} and not gone.tags, gone.env
    again = apply(rules, tty(usb("2fe3", "0004", "Zephyr HCI UART sample")), "change")
    assert started(again), again.env


def test_other_devices(rules):
    for device in (Device("tty", "tty1"), Device("tty", "ttyS0")):
        apply(rules, device)
        assert device.env == {"DEVTYPE": ""}, device.env


def test_controllers(rules):
    """What btusb has is given its address; not other makers', nor one on a serial port, nor a connection."""
    for vid, pid, product, attached in (("2fe3", "000b", "Zephyr HCI USB sample", True), ("2fe3", "0100", "Zephyr HCI USB", True),
                                        ("2fe3", "000b", None, True), ("1915", "1234", "Our dongle", True), ("8087", "0026", "HCI", False)):
        controller = apply(rules, hci(usb(vid, pid, product, HUB)))
        assert started(controller) == (["pairward-attach@hci0.service"] if attached else []), (vid, pid, product)
        assert controller.env.get("SYSTEMD_ALIAS") == ("/dev/hci0" if attached else None), controller.env
        assert ("systemd" in controller.tags) == attached, controller.tags
    zephyr = usb("2fe3", "000b", "Zephyr HCI USB sample", HUB)
    for device in (hci(zephyr, driver="cdc_acm"), hci(zephyr, devtype="link", kernel="hci0:64")):
        assert not started(apply(rules, device)), device.env
    for say, vid, attached in (("0", "2fe3", False), ("1", "8087", True)):
        device = hci(usb(vid, "0001", "", HUB))
        device.env["PAIRWARD_ATTACH"] = say
        assert bool(started(apply(rules, device))) == attached, say
    assert not started(apply(rules, hci(zephyr), "remove"))


def test_documented_line(rules):
    """The line for a J-Link, as it is in the comment."""
    text = RULES.read_text(encoding="utf-8")
    lines = re.findall(r'^#(SUBSYSTEM.*)$', text, re.M)
    assert len(lines) == 1, lines
    port = apply(parse(lines[0]) + rules, tty(usb("1366", "1051", "J-Link", HUB)))
    assert started(port) == ["pairward-attach@ttyACM0.service"] and port.env["ID_MM_DEVICE_IGNORE"] == "1", port.env
    other = usb("1366", "1051", "J-Link", HUB)
    other.attributes["serial"] = "000683000000"
    assert not started(apply(parse(lines[0]) + rules, tty(other)))


def test_administrator(rules):
    """What is said before counts, but for the bootloader."""
    for say, product, pid, attached in (("0", "Zephyr HCI UART sample", "0004", False), ("1", "a console", "0004", True), ("1", "", "521f", False)):
        port = tty(usb("1915", pid, product))
        port.env["PAIRWARD_ATTACH"] = say
        assert bool(started(apply(rules, port))) == attached, (say, product)


def test_unit(rules):
    """The unit that is started is the one that is installed, bound to the device."""
    unit = (TOP / "data/systemd/pairward-attach@.service.in").read_text(encoding="utf-8")
    for line in ("BindsTo=dev-%i.device", "After=dev-%i.device", "ExecStart=@sbindir@/pairward-attach /dev/%I",
                 "StateDirectory=pairward-attach", "RuntimeDirectory=pairward", "RuntimeDirectoryPreserve=yes", "RestartPreventExitStatus=1 2 3", "SuccessExitStatus=3"):
        assert f"\n{line}\n" in unit, line
    assert any(("ENV", "SYSTEMD_WANTS", "+=", "pairward-attach@%k.service") in rule for rule in rules)


def main():
    rules = parse(RULES.read_text(encoding="utf-8"))
    tests = [(name, run) for name, run in globals().items() if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, run) in enumerate(tests, 1):
        try:
            run(rules)
            print(f"ok {number} - {name}")
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {name}\n# {error}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
