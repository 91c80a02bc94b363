#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what without polkit: root, the daemon's own uid and one group, as the bus knows the callers."""

import grp
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import MANAGER, REQUEST, ROOT, check, equal, wait  # noqa: E402

h.DAEMON = h.BUILD / "tests/bus/pairwardd-group"
NOBODY = 65534
# Any that is there: the daemon looks its number up.
GROUP = next(g for g in grp.getgrall() if g.gr_gid not in (0, NOBODY) and not g.gr_mem)


def ctl_as(m, groups, *args, uid=NOBODY, gid=NOBODY):
    """pairwardctl of somebody else: (status, stderr)."""
    who = ["setpriv", f"--reuid={uid}", f"--regid={gid}", *([f"--groups={groups}"] if groups else ["--clear-groups"])]
    done = subprocess.run([*who, str(m.dir / "pairwardctl"), *args], env=m.env, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          check=False, timeout=60)
    return done.returncode, done.stderr


def start(m, group):
    """The daemon, for that group; a pairwardctl that everybody can start."""
    m.env["PRW_TEST_GROUP"] = group
    m.start_daemon()
    (m.dir / "pairwardctl").write_bytes(h.CTL.read_bytes())
    (m.dir / "pairwardctl").chmod(0o755)


@h.settings("", daemon=False)
def test_nobody(m):
    """Whom the bus cannot name may look, and no more."""
    start(m, GROUP.gr_name)
    stranger = h.Client(m.address, anonymous=True)
    name, text = stranger.error(ROOT, MANAGER, "Reload")
    check(name == "NotAuthorized" and f"be in the group {GROUP.gr_name}" in text and "polkit" not in text, text)
    equal(stranger.error(ROOT, MANAGER, "RegisterHandler", "(asao)", h.EVENTS, [])[0], "NotAuthorized", "hearing")
    equal(stranger.get(ROOT, MANAGER, "Handlers"), 0, "looking")
    m.client.call(ROOT, MANAGER, "Reload")
    m.client.register()
    m.device()
    m.ask("RequestConfirmation", "(ou)", 123456)
    request = wait(lambda: m.client.heard("PasskeyDisplayRequired"), "the handler hears")[0][2][0]
    equal(stranger.error(request, REQUEST, "GetPasskey")[0], "NotAuthorized", "the code")
    equal(stranger.error(request, REQUEST, "MatchConfirm", "(b)", True)[0], "NotAuthorized", "the answer")


@h.settings("", daemon=False)
def test_members(m):
    """Its members may do everything. Only root can be somebody else; test-control-authority has the same, played."""
    start(m, GROUP.gr_name)
    if os.getuid() == 0:
        equal(ctl_as(m, str(GROUP.gr_gid), "policy", "1"), (0, ""), "a member")
        equal(ctl_as(m, "", "policy", "2", gid=GROUP.gr_gid), (0, ""), "a member by its own group")
        status, text = ctl_as(m, "", "policy", "1")
        check(status == 1 and f"be in the group {GROUP.gr_name}" in text and "polkit" not in text, text)
        equal(ctl_as(m, str(GROUP.gr_gid + 1), "policy", "1")[0], 1, "another group's")
        equal(ctl_as(m, "", "status"), (0, ""), "looking")
    equal(m.client.get(ROOT, MANAGER, "PairingPolicy"), 2 if os.getuid() == 0 else 8, "what came of it")
    equal(m.ctl("policy", "1")[0], 0, "root, or the daemon's own uid")


@h.settings("", daemon=False)
def test_no_agent(m):
    """A pairwardctl that was built without polkit brings no agent of polkit's up, on a terminal either."""
    start(m, GROUP.gr_name)
    log, agent = m.dir / "agent.log", m.dir / "pkttyagent"
    log.touch()
    log.chmod(0o666)
    agent.write_text(f'#!/bin/bash\necho "$*" >> {log}\n')
    agent.chmod(0o755)
    ctl = m.dir / "ctl"
    somebody = f"setpriv --reuid={NOBODY} --regid={NOBODY} --groups={GROUP.gr_gid}" if os.getuid() == 0 else ""  # root needs no password
    ctl.write_text(f'#!/bin/sh\nexec {somebody} {m.dir}/pairwardctl "$@"\n')
    ctl.chmod(0o755)
    m.env["PATH"] = f"{m.dir}:{m.env['PATH']}"
    h.CTL, program = ctl, h.CTL
    try:
        equal(h.Terminal(m, "policy", "1").ends(), 0, "a member, on a terminal")
    finally:
        h.CTL = program
    equal(len(log.read_text().splitlines()), 1 if h.have_polkit() else 0, "agents started")


@h.settings("", daemon=False)
def test_no_such_group(m):
    """A group that nobody has made has no members."""
    start(m, "no-such-group-at-all")
    if os.getuid() == 0:
        equal(ctl_as(m, str(GROUP.gr_gid), "policy", "1")[0], 1, "another group's")
    equal(h.Client(m.address, anonymous=True).error(ROOT, MANAGER, "Reload")[0], "NotAuthorized", "nobody")
    equal(m.ctl("policy", "1")[0], 0, "root, or the daemon's own uid")


if __name__ == "__main__":
    h.run(sys.modules[__name__])
