#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the daemon writes to the journal, and what pairwardctl history makes of that and of what others wrote."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import check, equal, settings, wait  # noqa: E402

DECISION, OUTCOME, CLOSED = "935a596f310e4452b0118ed95844caa6", "4380f8f7a5234cb294a59a53e3daea45", "5433df7d6fe843a28774a7c194348ed6"
START = 1767225600000000  # 2026-01-01, µs
PEER = "C0:00:00:00:00:01"
NO_JOURNAL = os.environ.get("PRW_LIBSYSTEMD") == "no"


def parse(octets):
    """Records of the export format: a list of dicts."""
    records, record, at = [], {}, 0
    while at < len(octets):
        end = octets.index(b"\n", at)
        line, at = octets[at:end], end + 1
        if not line:
            records.append(record)
            record = {}
        elif b"=" in line:
            name, value = line.split(b"=", 1)
            record[name.decode()] = value.decode()
        else:  # a name alone: a size follows, and the value
            size = int.from_bytes(octets[at:at + 8], "little")
            record[line.decode()] = octets[at + 8:at + 8 + size].decode()
            at += 8 + size + 1
    return records


def journal(m, records):
    """A folder with journal files of these records, a second between two."""
    folder = m.dir / f"journal-{len(list(m.dir.glob('journal-*')))}"
    folder.mkdir()
    export = []
    for number, record in enumerate(records):
        head = {"__REALTIME_TIMESTAMP": str(START + number * 1000000), "__MONOTONIC_TIMESTAMP": str(number * 1000000 + 1),
                "_BOOT_ID": "0" * 31 + "1"}
        for name, value in {**head, **record}.items():
            value = value if isinstance(value, bytes) else value.encode()
            export.append(name.encode() + (b"\n" + len(value).to_bytes(8, "little") if b"\n" in value else b"=") + value + b"\n")
        export.append(b"\n")
    done = subprocess.run([os.environ["PRW_JOURNAL_REMOTE"], f"--output={folder / 'all.journal'}", "-"], input=b"".join(export), capture_output=True, check=False)
    check(done.returncode == 0, done.stderr.decode())
    return folder


# root, but with no more right to files than anybody.
NOBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []


def history(m, *args, json_too=False, by=(), **env):
    """Its exit status, lines and what it complains of."""
    done = subprocess.run([*by, h.CTL, *(["--json"] if json_too else []), "history", *map(str, args)], env={**m.env, "TZ": "UTC", **env},
                          capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout.splitlines(), done.stderr


def ours(number, **fields):
    """A record of a daemon that is root."""
    return {"_UID": "0", "MESSAGE_ID": number, "MESSAGE": "x", **{f"PAIRWARD_{name.upper()}": value for name, value in fields.items()}}


def refused(**fields):
    """A decision."""
    return ours(DECISION, **{"peer": PEER, "adapter": "hci0", "kind": "pairing", "verdict": "reject", "reason": "rule", "rule": "rule x",
                             "why": "A rule says so", "role": "peripheral", **fields})


def start(m):
    """The daemon, with a journal."""
    m.env["LD_PRELOAD"] = str((h.BUILD / "tests/bus/fake-journal.so").resolve())
    m.env["PRW_FAKE_JOURNAL"] = str(m.dir / "journal.export")
    m.start_daemon()
    del m.env["LD_PRELOAD"]
    return lambda: parse((m.dir / "journal.export").read_bytes())


@settings("", daemon=False)
def test_order(m):
    """What was answered is told before what came of it."""
    written = start(m)
    m.client.register()
    m.device()
    answer = m.ask("RequestConfirmation", "(ou)", 1)
    m.client.call(m.question(), h.REQUEST, "MatchConfirm", "(b)", False)
    wait(answer, "an answer")
    ids = wait(lambda: [ids for ids in [[r.get("MESSAGE_ID") for r in written()]] if OUTCOME in ids and CLOSED in ids], "both records")[0]
    check(ids.index(CLOSED) < ids.index(OUTCOME), ids)


@settings("[Rule pins]\nMatchName=Pinned\nPin=8642\nAction=accept\n", daemon=False)
def test_a_session(m):
    """A comparison, a PIN that is entered, one from the keyfile, and the end: records with fields, and no code in any."""
    written = start(m)
    m.client.register()
    m.device(Name="My phone")
    answer = m.ask("RequestConfirmation", "(ou)", 975310)
    m.client.call(m.question(), h.REQUEST, "MatchConfirm", "(b)", True)
    equal(wait(answer, "an answer"), "()", "they match")
    m.change(Paired=True, Bonded=True)
    wait(lambda: [r for r in written() if r.get("MESSAGE_ID") == OUTCOME], "the outcome is recorded")
    m.change(Paired=False, Bonded=False)
    answer = m.ask("RequestPinCode")
    m.client.call(m.question(), h.REQUEST, "EnterPin", "(s)", "secret-13579")
    equal(wait(answer, "an answer"), "('secret-13579',)", "the PIN")
    m.stop_daemon()
    records = written()
    first = [r for r in records if r.get("MESSAGE_ID") == DECISION][0]
    equal({name: first.get("PAIRWARD_" + name) for name in ("PEER", "NAME", "ADAPTER", "VERDICT", "KIND", "MODEL", "PROCESS")},
          {"PEER": PEER, "NAME": "My phone", "ADAPTER": "hci0", "VERDICT": "ask", "KIND": "pairing", "MODEL": "numeric-comparison",
           "PROCESS": "pairing"}, "the decision's fields")
    check(first["PAIRWARD_RULE"] and first["PAIRWARD_WHY"] and first["PRIORITY"] == "5", f"{first}")
    catalog = re.split(r"^-- ([0-9a-f]{32})$", Path(os.environ["top_srcdir"], "data/journal/pairward.catalog").read_text(), flags=re.M)
    for number, told in zip(catalog[1::2], catalog[2::2]):
        for record in (r for r in records if r.get("MESSAGE_ID") == number):
            equal(set(re.findall(r"@(\w+)@", told)) - set(record), set(), "journalctl -x tells of a field that is not there")
    equal([r["PAIRWARD_ANSWER"] for r in records if r.get("MESSAGE_ID") == CLOSED], ["accepted", "answered"], "how the questions closed")
    raw = (m.dir / "journal.export").read_bytes()
    for secret in (b"975310", b"975 310", b"13579", b"8642"):
        check(secret not in raw, f"{secret} is in the journal: {raw}")
    if not NO_JOURNAL:
        status, lines, text = history(m, "--directory", journal(m, [{"_UID": "0", **record} for record in records]))
        equal((status, text), (0, ""), "history")
        check(any("My phone (C0:00:00:00:00:01)  wants to pair" in line and "somebody is asked" in line for line in lines), f"{lines}")
        check(any("closed: accepted" in line for line in lines) and any("succeeded, level" in line for line in lines), f"{lines}")


@settings("", daemon=False)
def test_who_is_believed(m):
    """Anybody can write such records: those of others are passed over."""
    if NO_JOURNAL:
        return
    folder = journal(m, [refused(name="real"), {**refused(name="forged"), "_UID": "1234"}, {k: v for k, v in refused(name="nobody").items() if k != "_UID"},
                         {**refused(name="unit"), "_UID": "1234", "_SYSTEMD_UNIT": "pairwardd.service"}])
    lines = history(m, "--directory", folder)[1]
    equal([name for name in ("real", "forged", "nobody", "unit") if any(name in line for line in lines)], ["real", "unit"], "believed")


@settings("", daemon=False)
def test_whose_session(m):
    """With --session the daemon is the caller's own, and nobody else's is believed."""
    if NO_JOURNAL:
        return
    mine, other = str(os.getuid()), str(os.getuid() + 1)
    folder = journal(m, [{**refused(name="mine"), "_UID": mine}, {**refused(name="other"), "_UID": other},
                         {**refused(name="unit"), "_UID": other, "_SYSTEMD_UNIT": "pairwardd.service"}])
    lines = history(m, "--session", "--directory", folder)[1]
    equal([line.split("  ")[1].split()[0] for line in lines], ["mine"], "believed")


@settings("", daemon=False)
def test_a_flood(m):
    """What others wrote, forged or not, is not even looked at."""
    if NO_JOURNAL:
        return
    others = [{**refused(name="forged"), "_UID": "1234"}, {"_UID": "0", "MESSAGE": "something else"}]
    folder = journal(m, [refused(name=f"n{i}") if i % 100 == 99 else others[i % 2] for i in range(10000)])
    count = {"LD_PRELOAD": str((h.BUILD / "tests/bus/fake-journal.so").resolve()), "PRW_COUNT_JOURNAL": str(m.dir / "count")}
    for args, asked in (((), 100), (("--lines", 10000), 101), (("--lines", 7), 7)):
        status, lines, text = history(m, "--directory", folder, *args, **count)
        equal((status, len(lines), text), (0, min(100, asked), ""), f"{args}")
        equal(int((m.dir / "count").read_text()), asked, f"{args}: records that it asked for")


@settings("", daemon=False)
def test_hostile_fields(m):
    """Whatever is in a field is shown as text."""
    if NO_JOURNAL:
        return
    folder = journal(m, [refused(name="\x1b[2J\u202eevil\nline", why="x" * 5000, rule="a\tb"), refused(name=b"\xff\xfe", peer="not an address", role="king"),
                         ours(OUTCOME, status="none", level="9", process="x"), ours(OUTCOME), ours(DECISION), ours(CLOSED)])
    for json_too in (False, True):
        status, lines, text = history(m, "--directory", folder, json_too=json_too)
        equal((status, len(lines), text), (0, 6, ""), "a line each")
        check(not set("\x1b\u202e\t") & set("".join(lines)) and max(map(len, lines)) < 2000, f"{lines}")
    check(all("record" in json.loads(line) for line in lines), "JSON")


@settings("", daemon=False)
def test_which(m):
    """A peer, a time, a number of lines."""
    if NO_JOURNAL:
        return
    folder = journal(m, [refused(name=f"n{i}", peer=f"C0:00:00:00:00:{i % 4:02X}") for i in range(40)])
    equal(len(history(m, "--directory", folder)[1]), 40, "all")
    lines = history(m, "--directory", folder, "--lines", 3)[1]
    equal([line.split("  ")[1].split()[0] for line in lines], ["n37", "n38", "n39"], "the newest, last")
    equal(len(history(m, "c0:00:00:00:00:02", "--directory", folder)[1]), 10, "an address")
    equal(len(history(m, "n7", "--directory", folder)[1]), 1, "a name")
    equal(len(history(m, "--since", "2026-01-01 00:00:30", "--directory", folder)[1]), 10, "from then on")
    equal(history(m, "nobody", "--directory", folder)[1], ["The journal has no such records."], "nothing")


@settings("", daemon=False)
def test_a_wrong_clock(m):
    """A machine that was started without the time wrote what is older after what is newer."""
    if NO_JOURNAL:
        return
    folder = journal(m, [refused(name="before"), {**refused(name="wrong"), "_BOOT_ID": "0" * 31 + "2", "__REALTIME_TIMESTAMP": str(START - 10**12)}])
    lines = history(m, "--since", "2026-01-01", "--directory", folder)[1]
    equal([line.split("  ")[1].split()[0] for line in lines], ["before"], "from then on")


@settings("", daemon=False)
def test_damage(m):
    """A file that is no journal, one that is cut short, one with a hole: it is said, the rest is shown, and it is no success."""
    if NO_JOURNAL:
        return
    good = journal(m, [refused(name="good")])
    whole = (journal(m, [refused(name=f"n{i}", why="x" * (i % 500)) for i in range(3000)]) / "all.journal").read_bytes()
    used = whole.rstrip(b"\0")
    hole = bytearray(whole)
    hole[len(used) // 2:] = b"\xaa" * (len(whole) - len(used) // 2)
    for name, octets, said in (("noise", b"LPKSHHRH" * 1000, "damaged.journal is damaged and was left out: "), ("empty", b"", "damaged.journal is damaged and was left out: "),
                               ("short", whole[:len(whole) // 2], "damaged.journal is damaged and was left out: "), ("hole", bytes(hole), "is damaged, and some of it was left out")):
        (good / "damaged.journal").write_bytes(octets)
        for json_too in (False, True):
            status, lines, text = history(m, "--directory", good, json_too=json_too)
            check(status == 1 and any("good" in line for line in lines) and said in text and "journalctl --verify" in text, f"{name}: {status} {lines} {text}")
        (good / "damaged.journal").unlink()
    equal(history(m, "--directory", good)[::2], (0, ""), "no damage")


@settings("", daemon=False)
def test_no_right(m):
    """To a folder, or to one of the files."""
    if NO_JOURNAL:
        return
    folder = journal(m, [refused(name="good")])
    (folder / "secret.journal").write_bytes((folder / "all.journal").read_bytes())
    (folder / "secret.journal").chmod(0)
    status, lines, text = history(m, "--directory", folder, by=NOBODY)
    check(status == 1 and len(lines) == 1 and "secret.journal may not be read by this user" in text and "sudo" in text, f"{status} {lines} {text}")
    folder.chmod(0)
    status, lines, text = history(m, "--directory", folder, by=NOBODY)
    check((status, lines) == (1, []) and f"{folder} may not be read by this user" in text and "systemd-journal" in text, f"{status} {lines} {text}")
    folder.chmod(0o700)


@settings("", daemon=False)
def test_what_cannot_be_read(m):
    """It says what to do."""
    for since in ("soon", "", "-2h", "2 fortnights", "2026-13-01", "2026-01-32", "2026-01-31 25:00", "999999999999999999999h", "2026-01-31x", "today ", "1e3h"):
        status, _, text = history(m, f"--since={since}")
        check(status == 2 and f"--since={since}?" in text and "30min" in text, f"--since={since}: {status} {text}")
    for args in (("--lines", "0"), ("a", "b")):
        equal(history(m, *args)[0], 2, f"{args}: wrong usage")
    status, _, text = history(m, "--directory", m.dir / "none")
    check(status == 1 and len(text.splitlines()) == 2 and ("built without" if NO_JOURNAL else "no journal in") in text, text)
    if NO_JOURNAL:
        return
    (m.dir / "empty").mkdir()
    for where in (m.dir / "empty", m.keyfile, ""):
        status, lines, text = history(m, "--directory", where)
        check((status, lines) == (1, []) and f"no journal in {where}" in text and "name a folder" in text, f"{where}: {status} {lines} {text}")


if __name__ == "__main__":
    h.run(sys.modules[__name__])
