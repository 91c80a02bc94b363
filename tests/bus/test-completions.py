#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The completions of the three shells against the daemon on a private bus, with names from the air that want to be run."""

import os
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import CTL, DEVICE, check, equal, settings, wait  # noqa: E402

COMPLETIONS = Path(os.environ.get("top_srcdir", h.HERE.parent.parent)).resolve() / "data/completions"
ADDRESS = DEVICE[-17:].replace("_", ":")
# In each: what a careless script would run, split, or take for a quote.
HOSTILE = ["Evil $(touch ran)", "Evil `touch ran`", "Evil ; touch ran", 'Evil "$(touch ran)"', "Evil ' touch ran '", "Evil \\ & touch ran &",
           "Evil | > ran", "Evil * ~ {a,b}", "Evil\nx\ttouch ran", "Evil -n --all", "Evil = : x"]


def candidates(m, *words):
    """What pairwardctl itself offers: value → description."""
    status, out, err = m.ctl("complete", *words)
    equal((status, err), (0, ""), f"complete {words}")
    return dict(line.split("\t", 1) for line in out.splitlines())


def test_candidates(m):
    m.device(Paired=True, Bonded=True, Name="Kiosk keyboard")
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    verbs = candidates(m, "")
    check({"pair", "answer", "history", "help"} <= set(verbs) and "complete" not in verbs, verbs)
    equal(verbs["list"], "List the bonds", "what a verb does")
    equal(set(candidates(m, "d")), {"doctor", "delete", "debug-key"}, "as it is begun")
    equal(candidates(m, "show", ""), {ADDRESS: "Kiosk keyboard"}, "peers")
    equal(candidates(m, "show", "kio"), {"Kiosk keyboard": ADDRESS}, "by name")
    equal(candidates(m, "--session", "show", ""), {}, "on the session bus there is none")
    equal(set(candidates(m, "pair", "--")), {"--session", "--json", "--help", "--force", "--mitm", "--no-bond", "--no-lesc", "--io=", "--timeout="},
          "options, of the verb's help")
    equal(set(candidates(m, "pair", "--io=d")), {"--io=display-only", "--io=display-yesno"}, "values of an option")
    equal(set(candidates(m, "pair", "--io", "keyboard-o")), {"keyboard-only"}, "as a word of its own")
    equal(set(candidates(m, "pair", "--io", "none", "")), {ADDRESS}, "then comes the peer")
    equal(set(candidates(m, "params", ADDRESS, "")), {"passcode-pairing=", "io-capabilities=", "bond=", "out-of-band=",
                                                      "reject-pairing-requests=", "lesc-pairing="}, "keys")
    equal(set(candidates(m, "params", ADDRESS, "bond=")), {"bond=yes", "bond=no"}, "values")
    equal(set(candidates(m, "params", ADDRESS, "io-capabilities=n")), {"io-capabilities=none"}, "capabilities")
    equal(set(candidates(m, "policy", "allow-all,reject-a")), {"allow-all,reject-all-requests"}, "flags, joined")
    equal(len(candidates(m, "policy", "")), 7, "flags")
    check({"bonded=", "association-model="} <= set(candidates(m, "explain", "-", "")), "facts")
    equal(set(candidates(m, "explain", "-", "role=")), {"role=central", "role=peripheral"}, "values of a fact")
    equal(set(candidates(m, "explain", "-", "window=")), {"window=open", "window=closed"}, "and of another")
    equal(set(candidates(m, "controller", "")), {"hci0"}, "controllers")
    equal(set(candidates(m, "controller", "hci0", "secure-connections=o")),
          {"secure-connections=on", "secure-connections=off", "secure-connections=only"}, "switches")
    equal(set(candidates(m, "window", "c")), {"close"}, "window")
    equal(candidates(m, "config", "check", ""), {"": "file"}, "the shell knows files")
    equal(candidates(m, "config", "show", ""), {}, "this takes none")
    equal(candidates(m, "no-such-verb", ""), {}, "nothing is known of it")
    usages = dict(re.findall(r"^  (?!pairwardctl)([a-z][a-z-]*) (\S*)", m.ctl("help")[1], re.M))
    equal(set(usages), set(verbs) - {"help"}, "the help has them")
    for verb, argument in usages.items():
        offered = set(candidates(m, verb, ""))
        equal(ADDRESS in offered, "PEER" in argument, f"{verb} {argument}: {offered}")
        equal({word for word in argument.strip("[]").split("|") if re.fullmatch("-|[a-z]+", word)} - offered, set(), f"{verb} {argument}: {offered}")
    equal(set(candidates(m, "services", ADDRESS, "")), {"forget"}, "a word")
    equal(set(candidates(m, "debug-key", ADDRESS, "")), {"on", "off"}, "two")
    equal(set(candidates(m, "params", ADDRESS, "bond=no", "lesc-pairing=")), {"lesc-pairing=yes", "lesc-pairing=no"}, "what may come again")
    equal(candidates(m, "debug-key", ADDRESS, "on", ""), {}, "no more")
    equal(candidates(m), candidates(m, ""), "no word at all")


def test_a_name_is_no_option(m):
    m.device(Paired=True, Bonded=True, Name="--all")
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    equal(candidates(m, "delete", ""), {ADDRESS: "--all"}, "its address")
    equal(candidates(m, "delete", "--a"), {"--all": "Delete all bonds"}, "the option alone")
    m.test("Remove", "(o)", DEVICE)
    wait(lambda: not m.client.peers(), "it is gone")
    equal(candidates(m, "delete", "--", "--a"), candidates(m, "delete", "--a"), "no name")


@settings("[Daemon]\nWithoutHandler=wait\n")
def test_questions(m):
    m.device(Name="Kiosk keyboard")
    m.ask("RequestConfirmation", "(ou)", 123456)
    number = m.question().rsplit("/", 1)[1]
    equal(candidates(m, "answer", ""), {number: "passkey-display-required  Kiosk keyboard"}, "numbers")
    equal(set(candidates(m, "answer", number, "")), {"yes", "no"}, "answers that fit")
    m.ctl("answer", number, "no")
    equal(candidates(m, "answer", ""), {}, "it is closed")


@settings("", daemon=False)
def test_without_daemon(m):
    equal(candidates(m, "show", ""), {}, "nobody is there, and nobody is started")
    equal(candidates(m, "answer", "1", ""), {"no": "", "yes": ""}, "what can be known")
    check("pair" in candidates(m, "p"), "verbs are known")
    m.env["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent"
    equal(candidates(m, "show", ""), {}, "no bus")


def test_hung_daemon(m):
    m.daemon.send_signal(h.signal.SIGSTOP)
    equal(candidates(m, "show", ""), {}, "it does not answer")
    m.daemon.send_signal(h.signal.SIGCONT)


def shell_env(m):
    """A folder of its own to work in, and pairwardctl in the path."""
    home = m.dir / "home"
    home.mkdir(exist_ok=True)
    (home / "settings.conf").touch()
    return {**m.env, "HOME": str(home), "PATH": f"{CTL.parent}:{os.environ['PATH']}", "TERM": "dumb"}, home


class Shell:
    """An interactive shell on a terminal."""

    def __init__(self, m, argv, start):
        env, self.home = shell_env(m)
        self.fd, other = os.openpty()
        h.fcntl.ioctl(other, h.termios.TIOCSWINSZ, h.struct.pack("HHHH", 50, 400, 0, 0))
        process = subprocess.Popen(["setsid", "--ctty", *argv], stdin=other, stdout=other, stderr=other, env=env, cwd=self.home)
        m.processes.append(process)
        os.close(other)
        self.output = ""
        self.n = 0
        self.line(start)

    def seen(self):
        """What was printed."""
        while h.select.select([self.fd], [], [], 0)[0]:
            self.output += os.read(self.fd, 65536).decode(errors="replace")
        return self.output

    def shows(self, text):
        """Wait for it, and forget what was printed until then."""
        try:
            wait(lambda: text in self.seen(), text)
        except h.Failure as failure:
            raise h.Failure(f"{failure}; there is {self.output!r}") from failure
        shown, self.output = self.output.split(text, 1)
        return shown

    def line(self, text):
        """Run a line, and wait for its end."""
        self.n += 1
        os.write(self.fd, (text + f"; echo done$((1000+{self.n}))\n").encode())
        self.shows(f"done{1000 + self.n}")

    def words(self, typed):
        """The words that a line is, once it was completed: none of them is run. An unfinished line is given up."""
        path = self.home / "words"
        path.unlink(missing_ok=True)
        os.write(self.fd, typed.encode() + b"\t")
        h.pump(0.2)  # what is typed ahead is kept by the shell, but it may then have no wish to complete
        os.write(self.fd, b"\x01printf '%s\\0' \x05 > words\n")
        wait(lambda: path.exists() or "more>" in self.seen(), f"{typed} is run: {self.output!r}")
        if not path.exists():
            os.write(self.fd, b"\x03")
            h.pump(0.2)  # it throws away what is typed ahead
        self.line("true")
        return path.read_text().split("\0")[:-1] if path.exists() else []

    def completes(self, typed, words):
        """A busy machine may be slower than the patience of who presses a key, who then presses it once more."""
        for _ in range(6):
            found = self.words(typed)
            if found == words:
                return
        equal(found, words, typed)


def each_hostile(m):
    """Each of the names, as the daemon tells it."""
    for name in HOSTILE:
        m.device(Name=name, Paired=True, Bonded=True)
        m.client.call(h.ROOT, h.MANAGER, "ListBonds")
        told = wait(lambda: [p for p in [m.client.get(h.OURS, h.PEER, "Name")] if p.startswith("Evil")], name)[0]
        yield told
        m.test("Remove", "(o)", DEVICE)
        wait(lambda: not m.client.peers(), "it is gone")


def bash(m):
    return Shell(m, ["bash", "--norc", "--noprofile", "-i"], f"PS1=; PS2='more> '; bind 'set enable-bracketed-paste off'; . {COMPLETIONS}/bash/pairwardctl")


def zsh(m):
    return Shell(m, ["zsh", "-f", "-i"], f"unset zle_bracketed_paste; PS1=; PS2='more> '; fpath=({COMPLETIONS}/zsh $fpath); autoload -U compinit; compinit -D -u; bindkey -e")


def check_lines(m, shell):
    """What is the same in bash and zsh."""
    m.device(Name="Kiosk keyboard", Paired=True, Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    for typed, words in (("pairwardctl monit", ["monitor"]), ("pairwardctl show ", ["show", ADDRESS]), ("pairwardctl show C0:00:0", ["show", ADDRESS]),
                         ("pairwardctl show Kio", ["show", "Kiosk keyboard"]),
                         ("pairwardctl show Kiosk\\ k", ["show", "Kiosk keyboard"]), ("pairwardctl show 'Kiosk k", ["show", "Kiosk keyboard"]),
                         ('pairwardctl show "Kiosk k', ["show", "Kiosk keyboard"]), ("pairwardctl pair --io=keyboard-o", ["pair", "--io=keyboard-only"]),
                         ("pairwardctl pair --forc", ["pair", "--force"]), (f"pairwardctl params {ADDRESS} lesc-pairing=n", ["params", ADDRESS, "lesc-pairing=no"]),
                         ("pairwardctl --json contr", ["--json", "controller"]), ("pairwardctl policy allow-all,reject-a", ["policy", "allow-all,reject-all-requests"])):
        shell.completes(typed, ["pairwardctl", *words])
    for typed, words in (("pairwardd --no-k", ["pairwardd", "--no-kernel-link"]), ("pairward-attach --wat", ["pairward-attach", "--watch"]),
                         ("pairwardd --config=sett", ["pairwardd", "--config=settings.conf"]),
                         ("pairwardctl config check sett", ["pairwardctl", "config", "check", "settings.conf"])):
        shell.completes(typed, words)
    m.test("Remove", "(o)", DEVICE)
    wait(lambda: not m.client.peers(), "it is gone")


def check_hostile(m, shell):
    """A name is inserted as it is, however it is quoted, and never run."""
    for name in each_hostile(m):
        for opening in ("", "'", '"'):
            shell.completes(f"pairwardctl show {opening}Ev", ["pairwardctl", "show", name])
        check(not list(shell.home.glob("ran*")), f"{name} was run")


def test_bash(m):
    shell = bash(m)
    m.device(Paired=True, Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    shell.completes("pairwardctl show c0:00:0", ["pairwardctl", "show", ADDRESS.lower()])
    m.test("Remove", "(o)", DEVICE)
    wait(lambda: not m.client.peers(), "it is gone")
    check_lines(m, shell)


def test_bash_hostile(m):
    check_hostile(m, bash(m))


def test_zsh(m):
    check_lines(m, zsh(m))


def test_zsh_hostile(m):
    check_hostile(m, zsh(m))


def fish(m, line):
    """What fish offers: as it would insert it, without what it says of it."""
    env, home = shell_env(m)
    script = f"for f in {COMPLETIONS}/fish/*.fish; source $f; end; complete --escape -C $argv[1]"
    done = subprocess.run(["fish", "--no-config", "-c", script, line], env=env, cwd=home, capture_output=True, text=True, timeout=60, check=False)
    equal((done.returncode, done.stderr), (0, ""), line)
    check(not list(home.glob("ran*")), f"{line} ran something")
    return [tuple((row + "\t").split("\t")[:2]) for row in done.stdout.splitlines()], env, home


def test_fish(m):
    m.device(Name="Kiosk keyboard", Paired=True, Bonded=True)
    m.client.call(h.ROOT, h.MANAGER, "ListBonds")
    for line, expected in (("pairwardctl monit", [("monitor", "Tell what happens, as it happens")]), ("pairwardctl show ", [(ADDRESS, "Kiosk keyboard")]),
                           ("pairwardctl show Kio", [("Kiosk\\ keyboard", ADDRESS)]), ("pairwardctl show 'Kiosk k", [("'Kiosk keyboard'", ADDRESS)]),
                           ("pairwardctl pair --io=keyboard-o", [("--io=keyboard-only", "")]), ("pairwardd --no-k", [("--no-kernel-link", "")]),
                           ("pairward-attach --wat", [("--watch", "")]), ("pairwardctl config check sett", [("settings.conf", "")])):
        for _ in range(6):
            found = fish(m, line)[0]
            if found == expected:
                break
        equal(found, expected, line)


def test_fish_hostile(m):
    for name in each_hostile(m):
        for _ in range(6):
            found, env, home = fish(m, "pairwardctl show Ev")
            if found:
                break
        equal(len(found), 1, f"{name!r}: {found}")
        done = subprocess.run(["fish", "--no-config", "-c", f"printf %s {found[0][0]}"], env=env, cwd=home, capture_output=True, text=True, check=False, timeout=60)
        equal(done.stdout, name, "as it is inserted")
        check(not list(home.glob("ran*")), f"{name} was run")


h.run(sys.modules[__name__])
