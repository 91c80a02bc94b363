# SPDX-License-Identifier: LGPL-2.1-or-later
"""A desktop of its own: X server, session bus, accessibility bus, window manager; hands, eyes, and a runner that prints TAP."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

# What libatspi complains of is not ours, and must not end the test: the programs get it (Desktop.env), and not this one.
os.environ.pop("G_DEBUG", None)

import gi  # noqa: E402  pylint: disable=wrong-import-position

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("top_builddir", ".")).resolve()
SHOW = BUILD / "tests/desktop/show-dialog"
SHOTS = BUILD / "tests/desktop/screenshots"
QUIET = 0.8  # a dialog hears nothing for 0.7 s after it was painted
SESSION_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><servicedir>{path}-services</servicedir><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


class Failure(AssertionError):
    """What a test asserts does not hold."""


def equal(found, expected, what):
    """Fail unless they are."""
    if found != expected:
        raise Failure(f"{what}: expected {expected!r}, found {found!r}")


def check(condition, what):
    """Fail unless it holds."""
    if not condition:
        raise Failure(what)


def wait(look, what, timeout=30):
    """The first true value of look ()."""
    end = time.monotonic() + timeout
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"{what}: not after {timeout} s")
        time.sleep(0.03)


class Program:
    """Something that was started, its lines and its stdin."""

    def __init__(self, desktop, argv, **env):
        self.log = open(desktop.dir / f"{Path(argv[0]).name}-{len(desktop.programs)}.log", "w+b")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen([str(a) for a in argv], env={**desktop.env, **env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log)
        self.read = b""
        desktop.programs.append(self)

    def lines(self):
        """All that it printed so far."""
        while select.select([self.process.stdout], [], [], 0)[0]:
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                break
            self.read += data
        return self.read.decode(errors="replace").splitlines()

    def prints(self, line):
        """Wait for a line."""
        try:
            wait(lambda: line in self.lines(), line)
        except Failure as failure:
            raise Failure(f"{failure}; there is {self.lines()}, {self.complaints()}") from failure

    def say(self, line):
        """Put a line into its stdin."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def complaints(self):
        """What it wrote to stderr."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def end(self):
        """Close its stdin and wait; its exit status."""
        self.process.stdin.close()
        return self.process.wait(30)

    def kill(self):
        """If it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()


class Desktop:
    """What is the same for all tests of a script; what a test starts goes with it."""

    def __init__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="prw-desktop-"))
        self.tree = None
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TMPDIR")}
        self.env = {**keep, "G_DEBUG": "fatal-warnings", "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(self.dir), "XDG_CONFIG_HOME": str(self.dir / "config"),
                    "XDG_CACHE_HOME": str(self.dir / "cache"), "XDG_DATA_HOME": str(self.dir / "data"), "GDK_BACKEND": "x11",
                    "GSK_RENDERER": "cairo", "GTK_THEME": "Adwaita", "GTK_USE_PORTAL": "0", "GIO_USE_VFS": "local", "GSETTINGS_BACKEND": "memory",
                    "LSAN_OPTIONS": f"suppressions={HERE / 'lsan.supp'}:print_suppressions=0",
                    "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.dir / 'session'}",
                    "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.dir / 'no-system-bus'}"}
        self.programs = []
        self.furniture = 0
        self.manager = None

    def start_x(self, size="1024x768"):
        """An X server; it, and its display."""
        mine, theirs = os.pipe()
        log = open(self.dir / f"xvfb-{len(self.programs)}.log", "w+b")  # pylint: disable=consider-using-with
        server = Program.__new__(Program)
        server.log, server.read = log, b""
        server.process = subprocess.Popen(["Xvfb", "-displayfd", str(theirs), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
                                          pass_fds=[theirs], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.programs.append(server)
        os.close(theirs)
        with os.fdopen(mine) as number:
            display = ":" + number.readline().strip()  # the whole line: it ends when it cannot write the end of it
        check(display != ":", "the X server did not start")
        return server, display

    def start(self):
        """X, the buses, a window manager."""
        self.env["DISPLAY"] = self.start_x()[1]
        (self.dir / "session-services").mkdir()
        (self.dir / "session.conf").write_text(SESSION_BUS.format(path=self.dir / "session"))
        bus = Program(self, ["dbus-daemon", "--nofork", "--print-address", f"--config-file={self.dir / 'session.conf'}"])
        wait(bus.lines, "the session bus")  # it listens before it says so
        Program(self, ["/usr/libexec/at-spi-bus-launcher"])
        self.env["AT_SPI_BUS_ADDRESS"] = wait(self.accessibility_bus, "the accessibility bus")
        self.start_manager()
        self.furniture = len(self.programs)

    def accessibility_bus(self):
        """Its address, when it is there. By a program: a test is a fork, and GDBus' threads do not come along."""
        reply = self.out("gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus", "--method",
                         "org.a11y.Bus.GetAddress")
        return reply.split("'")[1] if "'" in reply else ""

    def start_manager(self):
        """openbox, until it is there."""
        self.manager = Program(self, ["openbox", "--sm-disable"])
        try:
            wait(lambda: "_NET_SUPPORTING_WM_CHECK(WINDOW)" in self.out("xprop", "-root"), "the window manager")
        except Failure as failure:
            raise Failure(f"{failure}: {self.manager.process.poll()} {self.manager.complaints()} {self.out('xprop', '-root')}") from failure

    def stop_manager(self):
        """None any more."""
        self.manager.process.terminate()
        self.manager.process.wait(10)

    def out(self, *argv):
        """What a program prints."""
        return subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=30, check=False).stdout

    def hands(self, *argv):
        """xdotool."""
        subprocess.run(["xdotool", *argv], env=self.env, timeout=30, check=True, stdout=subprocess.DEVNULL)

    def type(self, text):
        """Type it, into whatever has the keyboard."""
        self.hands("type", "--delay", "20", text)

    def keys(self, *names):
        """Press keys."""
        self.hands("key", "--delay", "30", *names)

    def window(self, title):
        """The number of the window with such a title, when there is one to be seen."""
        return self.out("xdotool", "search", "--onlyvisible", "--name", title).split()

    def focused(self):
        """The title of the window that has the keyboard."""
        return self.out("xdotool", "getwindowfocus", "getwindowname").strip()

    def click(self, x, y):
        """At a place on the screen."""
        self.hands("mousemove", str(x), str(y), "click", "1")

    def shot_of(self, number, name):
        """A picture of a window, kept with the build."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", number, str(SHOTS / f"{name}.png")], env=self.env, timeout=60, check=True)
        colours = int(self.out("identify", "-format", "%k", str(SHOTS / f"{name}.png")) or 0)
        check(colours > 20, f"{name}: a picture of nothing, {colours} colours")

    def clean(self):
        """What a test started ends."""
        while len(self.programs) > self.furniture:
            self.programs.pop().kill()
        if self.manager.process.poll() is not None:
            self.start_manager()
            self.furniture = len(self.programs)

    def close(self):
        """All of it."""
        for program in reversed(self.programs):
            program.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


class Tree:
    """What a screen reader sees."""

    def __init__(self, desktop):
        os.environ.update({k: desktop.env[k] for k in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "AT_SPI_BUS_ADDRESS")})
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi  # pylint: disable=import-outside-toplevel
        self.atspi = Atspi
        Atspi.init()

    def walk(self, node):
        """It, and all below."""
        yield node
        for i in range(node.get_child_count()):
            child = node.get_child_at_index(i)
            if child is not None:
                yield from self.walk(child)

    def nodes(self, program):
        """(role, name, node) of everything that a program shows."""
        root = self.atspi.get_desktop(0)
        found = []
        for i in range(root.get_child_count()):
            child = root.get_child_at_index(i)
            if child is not None and child.get_process_id() == program.process.pid:
                child.clear_cache()
                found = [(n.get_role_name(), n.get_name(), n) for n in self.walk(child)]
        return found

    def find(self, program, role, name):
        """The one node of that role whose name begins so."""
        nodes = []

        def look():
            nodes[:] = self.nodes(program)
            return [n for r, t, n in nodes if r == role and t.startswith(name)]

        try:
            return wait(look, f"{role} {name!r}")[0]
        except Failure as failure:
            raise Failure(f"{failure}; there are {[n[:2] for n in nodes]}") from failure

    def place(self, node):
        """The middle of it in its window."""
        box = node.get_extents(self.atspi.CoordType.WINDOW)
        return box.x + box.width // 2, box.y + box.height // 2


def attempt(desktop, number, name, test):
    """One test, in a process of its own: libatspi crashes on what it remembers of programs that are gone."""
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        status = 1
        try:
            desktop.tree = Tree(desktop)
            test(desktop)
            status = 0
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            text = traceback.format_exc() + "".join(p.complaints() for p in desktop.programs[desktop.furniture:])
            print(f"not ok {number} - {name}\n" + "\n".join("# " + line for line in text.splitlines()), flush=True)
        finally:
            os._exit(status)
    status = os.waitpid(pid, 0)[1]
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what it started and did not end
    if os.WIFSIGNALED(status):
        print(f"not ok {number} - {name}\n# the test itself ended by signal {os.WTERMSIG(status)}", flush=True)
    return status == 0


def run(module):
    """Run test_* of a module, or those named, on one desktop; print TAP, and what was complained of when one fails."""
    tests = [(name, test) for name, test in vars(module).items() if name.startswith("test_") and (not sys.argv[1:] or name in sys.argv[1:])]
    print(f"1..{len(tests)}", flush=True)
    desktop = Desktop()
    failed = 0
    try:
        desktop.start()
        for number, (name, test) in enumerate(tests, 1):
            failed += not attempt(desktop, number, name, test)
            desktop.clean()
    finally:
        desktop.close()
    sys.exit(failed > 0)
