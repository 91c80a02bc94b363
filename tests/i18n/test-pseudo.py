#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every verb of pairwardctl in a language that is 40 % longer, and in one from right to left: all that people read is translated, columns align."""

import errno
import json
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "bus")]
import catalog  # noqa: E402
import harness as h  # noqa: E402
from harness import DEVICE, check, equal, settings, wait  # noqa: E402

h.CTL, h.DAEMON = h.BUILD / "tests/i18n/pairwardctl", h.BUILD / "tests/i18n/pairwardd"
ATTACH = h.BUILD / "tests/i18n/pairward-attach"
LOCALE = h.BUILD / "tests/i18n/locale"
ADDRESS = DEVICE[-17:].replace("_", ":")
SECOND = DEVICE[:-2] + "02"
# Three English words in a row: no contract has such, lists of nicknames have commas.
SENTENCE = re.compile(r"[A-Za-z][a-z']+(?: [a-z'][a-z'-]*){2,}")
# GLib's own words, which have, as the C library's have, catalogs of their own.
GLIB = re.compile(r"^(Usage:|Help Options:|Application Options:|  -[h?],|Unknown option|Missing argument|Cannot parse).*", re.M)
PSEUDO = catalog.pseudo()
catalog.compile_all(LOCALE)  # where the programs of this test look for them


def cells(text):
    """How wide a terminal shows it."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def english(text):
    """What of it is English and longer than a name."""
    text = GLIB.sub("", text)
    for number in errno.errorcode:
        text = text.replace(os.strerror(number), "")
    found = SENTENCE.findall(text)
    return [words for words in found if words not in NAMES_FROM_THE_AIR]


NAMES_FROM_THE_AIR = {"My own phone"}


def look(out, what):
    """Nothing in it is English."""
    equal(english(out), [], f"{what}: not translated, in {out!r}")


class Tour:
    """Runs verbs, looks at what they print, and knows which ones it has run."""

    def __init__(self, machine):
        self.m, self.verbs = machine, set()

    def __call__(self, *args, status=0, **kwargs):
        found, out, err = self.m.ctl(*args, **kwargs)
        equal(found, status, f"status of {args}: {out} {err}")
        look(out + err, args)
        if "--help" not in args:
            self.verbs.add(next((word for word in args if not word.startswith("-")), ""))
        return out + err


def all_verbs(m):
    """As the help lists them: they are not translated."""
    return {line.split()[0] for line in m.ctl("help")[1].splitlines() if re.match(r"  (?!pairwardctl)[a-z]", line)}


def value_columns(out):
    """Where the values of "label: value" begin, in cells. A label too long for its column has a line of its own.

    In brackets a label ends with ⟧: and a sentence never does; without them it is followed by more than one blank.
    """
    columns, lines = set(), out.splitlines()
    for line, following in zip(lines, lines[1:] + [""]):
        found = re.match(r"(⟦[^⟧]*⟧: +|[^:⟦]*:  +)\S", line)
        if found:
            columns.add(cells(found[1]))
        elif re.fullmatch(r"[^ ].*:", line):
            columns.add(len(following) - len(following.lstrip(" ")))
    return columns


def prepare(m, language):
    """A daemon in that language, as systemd gives it the system's, and two devices with bonds."""
    m.env["LANGUAGE"] = language
    m.start_daemon()
    m.device(Name="My own phone", Paired=True, Bonded=True, Connected=True)
    m.device(SECOND, Name="Käse", Paired=True, Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")


def tour_of_looking(tour, m):
    """What shows something."""
    equal(value_columns(tour("status")), {25}, "columns of status")
    out = tour("list")
    equal(len({cells(line[: line.index(name)]) for line, name in zip(sorted(out.splitlines()), ("My own phone", "Käse"))}), 1, "columns of list: " + out)
    equal(value_columns(tour("show", "My own phone")), {25}, "columns of show")
    check(tour("services", ADDRESS).strip(), "services")
    check(tour("doctor", "--config", str(m.keyfile), status=1).strip(), "doctor")
    tour("params", ADDRESS, "bond=no")
    tour("policy", "0")
    tour("explain", ADDRESS)
    tour("requests")
    tour("controller")
    tour("controller", "hci0")
    tour("config", "check", str(m.keyfile))
    tour("config", "show")
    tour("window", "5")
    tour("status")
    tour("window", "close")


def tour_of_mistakes(tour):
    """What is said of wrong words."""
    for args in (("show",), ("show", "a", "b"), ("fly",), ("explain", "-", "x"), ("explain", "-", "bonded=maybe"), ("explain", "-", "colour=red"),
                 ("explain", "-", "kind=x"), ("explain", "-", "address=x"), ("explain", "-", "class=x"), ("explain", "-", "window=x"),
                 ("explain", "-", "service=x"), ("explain", "-", "role=x"), ("window", "soon"), ("policy", "x"), ("policy", "99"), ("params", ADDRESS, "bond"),
                 ("params", ADDRESS, "bond=x"), ("params", ADDRESS, "colour=x"), ("params", ADDRESS, "io-capabilities=x"), ("answer", "x"),
                 ("debug-key", ADDRESS, "x"), ("oob", ADDRESS, "x"), ("controller", "hci0", "x=y"), ("controller", "hci0", "debug-keys=x"),
                 ("config", "fly"), ("delete",), ("services", ADDRESS, "x"), ("show", "/org/pairward/hci0"), ("agent", "--json"), ("pair", ADDRESS, "--timeout=0")):
        tour(*args, status=2)
    for args in (("show", "nobody"), ("window", "9999"), ("debug-key", ADDRESS, "on"), ("oob", ADDRESS), ("controller", "hci7"), ("answer", "4711"),
                 ("services", ADDRESS, "forget", "hid"), ("config", "check", "/nonexistent"),
                 ("history", "--directory", "/nonexistent")):
        tour(*args, status=1)


QUESTIONS = (("RequestConfirmation", "(ou)", (123456,), "yes"), ("DisplayPasskey", "(ouq)", (123456, 0), "no"), ("RequestPasskey", "(o)", (), "no"),
             ("RequestPinCode", "(o)", (), "no"), ("RequestAuthorization", "(o)", (), "no"),
             ("AuthorizeService", "(os)", ("00001124-0000-1000-8000-00805f9b34fb",), "never"))


def tour_of_the_agent(tour, m, kind):
    """Questions, each kind, in a terminal that stays open: wrong words, words that came too soon, and the end."""
    terminal, told = h.Terminal(m, "agent"), ""
    wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Handlers") == 1, "it listens")
    for method, signature, args, answer in QUESTIONS:
        m.ask(method, signature, *args)
        told += terminal.shows(" s] ")
        terminal.type("too soon\r", thinking=0)
        told += terminal.shows(" s] ")
        terminal.type("-" * 20 + "\r", thinking=1)
        told += terminal.shows(" s] ")
        terminal.type(("yes" if answer == "yes" else "no") + "\r")
        wait(lambda: not m.client.get(h.ROOT, h.MANAGER, "Requests"), f"no question any more of {method}")
    m.ask("RequestAuthorization")
    told += terminal.shows(" s] ")
    m.test("Cancel")
    wait(lambda: not m.client.get(h.ROOT, h.MANAGER, "Requests"), "nobody asks any more")
    terminal.type("\x03")
    equal(terminal.ends(), 0, f"Ctrl-C: {terminal.output}")
    equal(told.count(ADDRESS), len(QUESTIONS) + 1, f"whom each is about: {told}")
    look(told + terminal.output, "agent")
    tour.verbs.add("agent")
    seconds_stay_in_their_line(m, PSEUDO.translate('six digits, or "no"', kind))


def seconds_stay_in_their_line(m, hint):
    """They count down where the prompt fits into a line, by cells, and not where it does not."""
    needed = len("[123 s] : ") + cells(hint) + 20
    for columns in (needed, needed - 1):
        terminal = h.Terminal(m, "agent", columns=columns)
        wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Handlers") == 1, "it listens")
        m.ask("RequestPasskey")
        terminal.shows(hint)
        if columns == needed:
            terminal.shows("\x1b7\r[")
        else:
            h.pump(2.5)
            check("\x1b7" not in terminal.read(), f"in {columns} columns it goes back to another line: {terminal.output!r}")
        terminal.type("\x03")
        equal(terminal.ends(), 0, "the end")
        wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Handlers") == 0, "it is gone")


def tour_of_questions(tour, m):
    """Questions, each kind, answered in a terminal."""
    m.client.register()
    for method, signature, args, answer in QUESTIONS:
        m.ask(method, signature, *args)
        number = wait(lambda: m.client.get(h.ROOT, h.MANAGER, "Requests"), f"a question of {method}")[0].rsplit("/", maxsplit=1)[1]
        tour("requests")
        tour("answer", number, text="-" * 20 + "\n", status=2)
        terminal = h.Terminal(m, "answer", number)
        shown = terminal.shows(ADDRESS)
        terminal.type(answer + "\r", thinking=1)
        equal(terminal.ends(), 0, f"{method}: {shown}{terminal.output}")
        look(shown + terminal.output, method)
        wait(lambda: not m.client.get(h.ROOT, h.MANAGER, "Requests"), "no question any more")


def tour_of_bonds(tour, m):
    """Pairing and what ends it."""
    tour("pair", ADDRESS)
    tour("delete", "C0:00:00:00:00:09")
    tour("delete", SECOND[-17:].replace("_", ":"))
    tour("pair", "C0:00:00:00:00:09", "--timeout", "1", status=4)
    tour("delete", "--all")
    tour("delete", "--all")
    tour("list")
    for verb in sorted(all_verbs(m)):
        tour(verb, "--help")
    tour("help")


def watched(m):
    """What monitor tells of a pairing that is refused, one that is made, and the daemon's end."""
    m.spawn([h.CTL, "monitor"], "monitor.log")
    told = (m.dir / "monitor.log").read_text
    wait(lambda: "pairwardd" in told(), "it is there")
    third = DEVICE[:-2] + "03"
    m.device(third, Connected=True)
    m.test("Ask", "(sv)", "RequestAuthorization", h.GLib.Variant("(o)", (third,)))
    wait(lambda: "just-works" in told(), "what was decided")
    m.client.call(h.ROOT, h.MANAGER, "OpenPairingWindow", "(u)", 5)
    wait(lambda: "PairingWindowUntil" in told(), "the window")
    lines = told().count("\n")
    m.stop_daemon()
    wait(lambda: told().count("\n") > lines, "the end")
    look(told(), "monitor")


def whole_tour(m, language):
    """All of it."""
    prepare(m, language)
    tour = Tour(m)
    tour_of_looking(tour, m)
    tour_of_mistakes(tour)
    tour_of_the_agent(tour, m, {name: kind for kind, name in PSEUDO.NAMES.items()}[language])
    tour_of_questions(tour, m)
    tour_of_bonds(tour, m)
    watched(m)
    tour("status", status=3)
    equal(all_verbs(m) - tour.verbs - {"monitor"}, set(), "verbs that nobody has looked at")


@settings("[Lockout]\nFailures=100\n", daemon=False)
def test_long(m):
    whole_tour(m, "en_XA")


@settings("[Lockout]\nFailures=100\n", daemon=False)
def test_right_to_left(m):
    whole_tour(m, "ar_XB")


@settings("", daemon=False)
def test_json_is_not_translated(m):
    prepare(m, "en_XA")
    for args in (("status",), ("list",), ("show", ADDRESS), ("policy",), ("explain", ADDRESS), ("requests",), ("controller",), ("config", "show"),
                 ("services", ADDRESS), ("window", "close")):
        status, out, err = m.ctl("--json", *args)
        equal((status, err), (0, ""), f"--json {args}: {out}")
        json.loads(out)
        check("⟦" not in out, f"{args}: {out}")
        m.env["LANGUAGE"] = "C"
        equal(m.ctl("--json", *args)[1], out, f"{args} in English")
        m.env["LANGUAGE"] = "en_XA"


@settings("", daemon=False)
def test_log_is_english(m):
    prepare(m, "en_XA")
    m.ctl("policy", "0")
    m.ask("RequestAuthorization")
    h.pump(0.2)
    check("⟦" not in m.log(), "the log: " + m.log())


@settings("[Controller all]\nMatchAddress=*\nSecureConnections=only\nStaticAddress=C1:02:03:04:05:06\n", daemon=False)
def test_what_is_not_in_force(m):
    """Why a key of the keyfile is not in force is told to people in their language, and the log in English."""
    m.env["G_DEBUG"] = ""
    prepare(m, "en_XA")
    why = m.client.get(h.ROOT + "/hci0", "org.pairward.Controller1", "Unapplied")
    equal(sorted(why), ["SecureConnections", "StaticAddress"], "what is not in force")
    for text in why.values():
        look(text, "Unapplied")
    lines = [line for line in m.log().splitlines() if "is not in force" in line]
    check(len(lines) == 2 and all("start it with CAP_NET_ADMIN" in line for line in lines), "the log: " + m.log())


@settings("", daemon=False)
def test_attach(m):
    m.env["LANGUAGE"] = "en_XA"
    for args, status in ((("--help",), 0), (("--list", "--config", str(m.keyfile)), 0), (("--list", "--verbose", "--config", str(m.keyfile)), 0), ((), 2),
                         (("a", "b"), 2), (("--speed", "x", "tty"), 2), (("--flow-control=x", "tty"), 2), (("--address=x", "tty"), 2),
                         (("--list", "--watch"), 2), (("--probe", "/dev/nonexistent"), None), (("--probe", "/dev/null"), None), (("--probe", "/tmp"), None)):
        done = subprocess.run([ATTACH, *args], env=m.env, capture_output=True, text=True, timeout=60, check=False)
        check(status is None or done.returncode == status, f"{args}: {done}")
        look(done.stdout + done.stderr, args)


@settings("", daemon=False)
def test_german(m):
    """Real words: what nobody looks for by program is at least there, in columns."""
    prepare(m, "de")
    for args in (("status",), ("show", ADDRESS), ("controller", "hci0")):
        _, out, _ = m.ctl(*args)
        equal(value_columns(out), {25}, f"{args}: {out}")
    _, out, _ = m.ctl("help")
    columns = [cells(line[: line.index(summary)]) for line in out.splitlines()
               for summary in re.findall(r"^  [a-z].*?  +(\S.*)$", line) if len(line.strip()) > 40]
    equal(set(columns), {42}, "the help: " + out)


h.run(sys.modules[__name__])
