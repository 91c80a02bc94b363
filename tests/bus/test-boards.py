#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pairward-attach tells of boards, as the daemon and pairwardctl pass it on: with an adapter, without one, come and gone."""

import json
import sys

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import check, equal, settings, wait  # noqa: E402

CONTROLLER, HCI0 = "org.pairward.Controller1", "/org/pairward/hci0"
GOOD = ("[Board]\nTty=ttyACM0\nState=attached\nDevice=hci0\nUsb=2fe3:000b\nProduct=Zephyr HCI UART sample\nChip=nRF52\n"
        "Firmware=Zephyr 3.7\nManufacturer=0x05f1\nAddress=C0:11:22:33:44:55\nAddressType=random\nTemperature=31\nSpeed=1000000\nFlowControl=true\n")
BAD = "[Board]\nTty=ttyACM1\nState=failed\nUsb=1366:1015\nProblem=silent\nMessage=ttyACM1: nothing answers at 1000000 bit/s\n"


def start(m):
    """The daemon, which reads records from a directory of the test."""
    m.env["RUNTIME_DIRECTORY"] = str(m.dir / "run")
    m.start_daemon()


def record(m, name, text):
    """A record is written as pairward-attach does: whole."""
    folder = m.dir / "run" / "boards"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f".{name}").write_text(text)
    (folder / f".{name}").rename(folder / name)
    return folder


def controllers(m, *args):
    """pairwardctl --json controller."""
    status, out, err = m.ctl("--json", "controller", "--boards-dir", str(m.dir / "run" / "boards"), *args)
    equal(status, 0, err)
    return json.loads(out)


@settings("", daemon=False)
def test_comes_and_goes(m):
    m.env["G_DEBUG"] = ""  # what is broken is warned of
    start(m)
    equal(m.client.get(HCI0, CONTROLLER, "Firmware"), "", "no board")
    folder = record(m, "ttyACM0", GOOD)
    wait(lambda: m.client.get(HCI0, CONTROLLER, "Firmware") == "Zephyr 3.7 on nRF52", "it is attached")
    changed = [args[1] for _, path, args, _ in m.client.heard("PropertiesChanged") if path == HCI0]
    check({"Firmware": "Zephyr 3.7 on nRF52"} in changed, changed)
    (folder / "ttyACM0").unlink()
    wait(lambda: m.client.get(HCI0, CONTROLLER, "Firmware") == "", "it is gone")
    record(m, "ttyACM0", GOOD.replace("Tty=ttyACM0", "Tty=").replace("[Board]", "[Bo"))
    record(m, "ttyACM2", GOOD.replace("ttyACM0", "ttyACM2"))
    wait(lambda: m.client.get(HCI0, CONTROLLER, "Firmware") != "", "what is broken stands in nobody's way")


@settings("", daemon=False)
def test_known_at_start(m):
    record(m, "ttyACM0", GOOD)
    start(m)
    equal(m.client.get(HCI0, CONTROLLER, "Firmware"), "Zephyr 3.7 on nRF52", "there before the daemon")


@settings("[Controller nrf]\nMatchTty=ttyACM*\nMatchUsb=2fe3:*\nSecureConnections=only\n", daemon=False)
def test_match_tty(m):
    m.env["G_DEBUG"] = ""  # what is not in force is warned of
    start(m)
    equal(m.client.get(HCI0, CONTROLLER, "Unapplied"), {}, "on which port it is nobody has said")
    record(m, "ttyACM0", GOOD)
    wait(lambda: "SecureConnections" in m.client.get(HCI0, CONTROLLER, "Unapplied"), "its group is found, and there is no kernel link")


@settings("", daemon=False)
def test_verb(m):
    start(m)
    record(m, "ttyACM0", GOOD)
    folder = record(m, "ttyACM1", BAD)
    first, second = controllers(m)
    equal([first[key] for key in ("Name", "Tty", "Chip", "Temperature", "Speed", "FlowControl", "State")],
          ["hci0", "ttyACM0", "nRF52", 31, 1000000, True, "attached"], "the board that is hci0")
    equal([f["Topic"] for f in first["Findings"]], [], "nothing is wrong with it")
    equal([second[key] for key in ("Name", "State", "Problem")], ["ttyACM1", "failed", "silent"], "the one that failed")
    check("nRF5340" in second["Findings"][0]["Text"] and second["Findings"][0]["Verdict"] == "problem", second)
    status, out, err = m.ctl("controller", "--boards-dir", str(folder))
    for word in ("hci0", "Zephyr 3.7 on nRF52", "31 °C", "2fe3:000b", "ttyACM1", "problem board: nothing answers"):
        check(status == 0 and word in out, f"{word}: {out} {err}")
    equal(controllers(m, "ttyACM0")["Name"], "hci0", "by its port")
    equal(controllers(m, "ttyACM1")["Problem"], "silent", "one that is no controller")
    status, _, err = m.ctl("controller", "--boards-dir", str(folder), "ttyACM1", "debug-keys=no")
    check(status == 1 and "nothing to set" in err, err)
    status, out, _ = m.ctl("--json", "doctor", "--boards-dir", str(folder), "--main-conf", str(m.dir / "none"), "--config", str(m.keyfile))
    found = {f["Topic"]: f for f in json.loads(out)}
    check(status == 1 and found["boards"]["Verdict"] == "problem" and "ttyACM1" in found["boards"]["Text"], found["boards"])
    # Without the daemon what failed is still told.
    m.stop_daemon()
    status, out, err = m.ctl("controller", "--boards-dir", str(folder), "ttyACM1")
    check(status == 0 and "nothing answers" in out, out + err)
    status, out, err = m.ctl("controller", "--boards-dir", str(folder))
    check(status == 3 and "nothing answers" in out and err, out + err)
    equal(m.ctl("controller", "--boards-dir", str(m.dir / "none"))[:2], (3, ""), "nothing to tell")


if __name__ == "__main__":
    h.run(sys.modules[__name__])
