#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon and the kernel link: what it has rights for, that it gives them up, and its end when a socket dies."""

import os
import struct
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from fake_kernel import MONITOR, Kernel, start  # noqa: E402
from harness import MANAGER, ROOT, check, equal, settings, wait  # noqa: E402

READ_INDEX_LIST, READ_INFORMATION, GET_CONNECTIONS = 0x0003, 0x0004, 0x0015


def tasks(m):
    """/proc/PID/task/N/status of each of the daemon's threads."""
    for task in Path(f"/proc/{m.daemon.pid}/task").iterdir():
        yield dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)


def powerless(m):
    """Nothing of root's power is left, in any thread."""
    for task in tasks(m):
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb", "CapBnd"):
            equal(int(task[name], 16), 0, f"{name} of {task['Name']}")
        equal(task["NoNewPrivs"], "1", "no_new_privs")


@settings("", daemon=False)
def test_link(m):
    kernel = Kernel(m)
    start(m)
    kernel.accept()
    kernel.answer(READ_INDEX_LIST, 0xFFFF, struct.pack("<HH", 1, 0))
    kernel.answer(READ_INFORMATION, 0, bytes(9) + struct.pack("<II", 0xFFFF, 0x0281) + bytes(263))
    kernel.answer(GET_CONNECTIONS, 0, bytes(2))
    wait(m.is_default, "the daemon is the default agent")
    equal(m.client.get(ROOT, MANAGER, "KernelLink"), True, "KernelLink")
    powerless(m)
    equal(m.stop_daemon(), 0, "its exit status")


@settings("", daemon=False)
def test_no_capabilities(m):
    Kernel(m)
    start(m, before=["setpriv", "--bounding-set", "-net_raw"])
    wait(m.is_default, "the daemon is the default agent")
    equal(m.client.get(ROOT, MANAGER, "KernelLink"), False, "KernelLink")
    lines = [line for line in m.log().splitlines() if "no kernel link" in line]
    check(len(lines) == 1 and "CAP_NET_ADMIN and CAP_NET_RAW" in lines[0], m.log())
    powerless(m)


@settings("[Daemon]\nWithoutHandler=reject\n", daemon=False)
def test_as_the_unit_starts_it(m):
    """Somebody who was never root, with the two capabilities and no way to more: data/systemd/pairwardd.service.in."""
    kernel = Kernel(m)
    somebody, state = 65534, m.dir / "state"
    state.mkdir(mode=0o700)
    for path in (m.keyfile, state, m.dir / "hci-2", m.dir / "hci-3"):
        os.chown(path, somebody, somebody)
    start(m, before=["setpriv", f"--reuid={somebody}", f"--regid={somebody}", "--clear-groups", "--no-new-privs",
                     "--bounding-set=-all,+net_admin,+net_raw", "--inh-caps=-all,+net_admin,+net_raw", "--ambient-caps=-all,+net_admin,+net_raw"])
    kernel.accept()
    kernel.answer(READ_INDEX_LIST, 0xFFFF, struct.pack("<HH", 1, 0))
    kernel.answer(READ_INFORMATION, 0, bytes(9) + struct.pack("<II", 0xFFFF, 0x0281) + bytes(263))
    kernel.answer(GET_CONNECTIONS, 0, bytes(2))
    wait(m.is_default, "the daemon is the default agent")
    equal(m.client.get(ROOT, MANAGER, "KernelLink"), True, "KernelLink")
    for task in tasks(m):
        equal([int(task[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")], [0] * 4, f"what {task['Name']} may")
        equal((task["Uid"].split(), task["NoNewPrivs"]), ([str(somebody)] * 4, "1"), f"who {task['Name']} is")
    m.device()
    m.client.call(ROOT, MANAGER, "Reload")
    check("warning" not in m.log() and "error" not in m.log(), m.log())
    equal(m.stop_daemon(), 0, "its exit status")


@settings("", daemon=False)
def test_no_bluetooth(m):
    start(m)
    wait(m.is_default, "the daemon is the default agent")
    equal(m.client.get(ROOT, MANAGER, "KernelLink"), False, "KernelLink")
    lines = [line for line in m.log().splitlines() if "no kernel link" in line]
    check(len(lines) == 1 and "this kernel has no Bluetooth" in lines[0], m.log())
    powerless(m)


@settings("", daemon=False)
def test_not_wanted(m):
    Kernel(m)
    start(m, "--no-kernel-link")
    wait(m.is_default, "the daemon is the default agent")
    equal(m.client.get(ROOT, MANAGER, "KernelLink"), False, "KernelLink")
    check("kernel link" not in m.log(), m.log())
    powerless(m)


@settings("", daemon=False)
def test_session(m):
    m.env["DBUS_SESSION_BUS_ADDRESS"] = m.address
    start(m, "--session")
    wait(m.is_default, "the daemon is the default agent")
    equal({task["CapEff"] for task in tasks(m)}, {Path("/proc/self/status").read_text().split("CapEff:\t")[1].split()[0]},
          "a user's own daemon is what the user is")


@settings("", daemon=False)
def test_lost(m):
    kernel = Kernel(m)
    start(m)
    kernel.accept()
    wait(m.is_default, "the daemon is the default agent")
    kernel.ends[MONITOR].close()
    equal(m.daemon.wait(20), 1, "its exit status")
    wait(lambda: [s for s in m.client.heard("PropertiesChanged") if s[2][1].get("KernelLink") is False], "KernelLink turns false")
    lines = [line for line in m.log().splitlines() if "socket died" in line]
    check(len(lines) == 1 and "start pairwardd again" in lines[0], m.log())


if __name__ == "__main__":
    if os.getuid() != 0:
        sys.exit("Bail out! this test gives root's rights up: run it as root")
    h.run(sys.modules[__name__])
