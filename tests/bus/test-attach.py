#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pairward-attach from outside, on pseudo terminals: what it says of a board and of what is none, and what it leaves behind."""

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
import harness as h  # noqa: E402
from harness import check, equal, settings  # noqa: E402

ATTACH = h.BUILD / "pairward-attach"
TIOCSETD, N_NULL = 0x5423, 27
RESET, VERSION, ADDRESS = 0x0C03, 0x1001, 0x1009
PROBE = ("--probe", "--speed", "1000000")


def complete(opcode, *parameters):
    """Command Complete with a status of 0."""
    octets = bytes([1, opcode & 255, opcode >> 8, 0]) + b"".join(parameters)
    return bytes([4, 0x0E, len(octets)]) + octets


ZEPHYR = {
    RESET: complete(RESET), VERSION: complete(VERSION, bytes.fromhex("0d00000df105ffff")), ADDRESS: complete(ADDRESS, bytes(6)),
    0xFC01: complete(0xFC01, bytes.fromhex("020002000003070000000000")), 0xFC02: complete(0xFC02, bytes([0xA7, 5]), bytes(62)),
    0xFC08: complete(0xFC08, b"Zephyr OS v3.7.0\0"), 0xFC0B: complete(0xFC0B, b"\x19"),
    0xFC09: complete(0xFC09, b"\1" + bytes.fromhex("5544332211c0") + b"\xa1" * 16),
}
FOREIGN = {**{k: ZEPHYR[k] for k in (RESET, ADDRESS)}, VERSION: complete(VERSION, bytes.fromhex("0a00000a0f00ffff"))}


class Board:
    """A board on a pseudo terminal: answers to commands by opcode, or always the same octets."""

    def __init__(self, answers, always=None):
        self.answers, self.always, self.heard, self.opcodes = answers, always, b"", []
        self.master, slave = os.openpty()
        self.path = os.ttyname(slave)
        self.name = self.path.removeprefix("/dev/")
        attributes = termios.tcgetattr(slave)
        attributes[0] |= termios.ISTRIP  # odd, so that it shows when it does not come back
        attributes[2] |= termios.CSTOPB
        attributes[6][termios.VINTR] = b"\x07"
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        os.close(slave)
        self.before = termios.tcgetattr(self.master)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        """Until it is closed; a master whose other end is not open says EIO."""
        while not self.over.is_set():
            if select.select([self.master], [], [], 0.02)[0]:
                try:
                    self.hear(os.read(self.master, 4096))
                except OSError:
                    time.sleep(0.01)

    def hear(self, octets):
        """Answer what is whole."""
        self.heard += octets
        if self.always is not None:
            os.write(self.master, self.always)
            return
        while len(self.heard) >= 4 and len(self.heard) >= 4 + self.heard[3]:
            opcode = self.heard[1] | self.heard[2] << 8
            self.heard = self.heard[4 + self.heard[3]:]
            self.opcodes.append(opcode)
            answer = self.answers.get(opcode)
            if answer is None and self.answers:
                answer = bytes([4, 0x0F, 4, 1, 1, opcode & 255, opcode >> 8])
            os.write(self.master, answer or b"")

    def unplug(self):
        """It goes."""
        self.over.set()
        self.thread.join()
        os.close(self.master)

    def restored(self):
        """Its settings, its line discipline, its locks are as they were."""
        equal(termios.tcgetattr(self.master), self.before, "the settings of the port")
        fd = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        value = bytearray(4)
        fcntl.ioctl(fd, 0x5424, value)  # TIOCGETD
        equal(int.from_bytes(value, "little"), 0, "the line discipline")
        fcntl.ioctl(fd, 0x80045440, value)  # TIOCGEXCL
        equal(int.from_bytes(value, "little"), 0, "the mark that it is exclusive")
        os.close(fd)


def run(m, *args, before=()):
    """pairward-attach: (status, stdout, stderr)."""
    done = subprocess.run([*before, ATTACH, "--config", m.keyfile, *args], env=m.env, capture_output=True, text=True, timeout=60,
                          check=False, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def refused(m, text, port, *args, before=(), status=1, problem=None):
    """It refuses, in one line, and says this; as JSON too."""
    code, out, err = run(m, *args, port, before=before)
    equal(code, status, f"the exit status; it said {out}{err}")
    equal(out, "", "what it prints")
    check(text in err and len(err.splitlines()) == 1 and err.startswith("pairward-attach: "), err)
    if problem:
        code, out, err = run(m, "--json", *args, port, before=before)
        said = json.loads(out)
        equal((code, said["State"], said["Problem"]), (status, "failed", problem), "the same as JSON")
        check(text in said["Message"], said)


@settings("", daemon=False)
def test_zephyr(m):
    board = Board(ZEPHYR)
    code, out, err = run(m, "--probe", board.path)
    equal((code, err), (0, ""), "status and errors")
    lines = out.splitlines()
    equal(lines[0], f"{board.name}: nRF52, Zephyr 3.7, HCI 5.4, C0:11:22:33:44:55", "the first line")
    equal([line.split(":", 1)[0].strip() for line in lines[1:]], ["Speed", "Manufacturer", "Firmware", "Build", "Address", "Temperature"], "details")
    check("a1a1a1" not in out.lower().replace(":", ""), out)
    board.restored()
    code, out, err = run(m, "--probe", "--json", board.path)
    said = json.loads(out)
    equal((code, len(out.splitlines())), (0, 1), "status and lines of JSON")
    for key, value in {"Tty": board.name, "State": "found", "Chip": "nRF52", "Firmware": "Zephyr 3.7", "Address": "C0:11:22:33:44:55",
                       "AddressType": "random", "Temperature": 25, "Speed": 1000000, "FlowControl": True, "Zephyr": True}.items():
        equal(said[key], value, key)
    board.restored()


@settings("[Controller x]\nMatchTty=pts/*\nSpeed=115200\nFlowControl=false\n", daemon=False)
def test_settings(m):
    board = Board(FOREIGN)
    code, out, _err = run(m, "--probe", "--json", board.path)
    said = json.loads(out)
    equal((code, said["Speed"], said["FlowControl"], said["Zephyr"]), (0, 115200, False, False), "as the keyfile says")
    code, out, _err = run(m, "--probe", "--json", "--speed", "921600", "--flow-control", "yes", board.path)
    said = json.loads(out)
    equal((code, said["Speed"], said["FlowControl"]), (0, 921600, True), "as the command line says")
    board.restored()


@settings("", daemon=False)
def test_not_a_port(m):
    refused(m, "ttyNOTHING7: there is no such port", "ttyNOTHING7", problem="no-port")
    refused(m, "tty[31mNOTHING: there is no such port", "tty\x1b[31mNOTHING")
    refused(m, "is a directory", str(m.dir), problem="not-a-port")
    refused(m, "is no serial port", str(m.keyfile), problem="not-a-port")
    refused(m, "null: is no serial port", "null")
    for args in ((), ("--probe",), ("--address", "none")):
        refused(m, "hci64000: there is no such controller", "hci64000", *args, problem="no-port")


@settings("", daemon=False)
def test_busy(m):
    board = Board(ZEPHYR)
    fd = os.open(board.path, os.O_RDWR | os.O_NOCTTY)
    refused(m, f"is in use by {Path('/proc/self/comm').read_text().strip()} (process {os.getpid()})", board.path, *PROBE, status=75, problem="busy")
    fcntl.ioctl(fd, TIOCSETD, N_NULL.to_bytes(4, "little"))
    refused(m, "line discipline", board.path, *PROBE, status=75)
    fcntl.ioctl(fd, TIOCSETD, bytes(4))
    os.close(fd)
    equal((board.opcodes, board.heard), ([], b""), "what was sent to it")
    # Who wanted to attach it is told of it later, too, unless somebody has told of that port already.
    m.env["RUNTIME_DIRECTORY"] = str(m.dir / "run")
    record = m.dir / "run/boards" / board.name.replace("/", "-")
    fd = os.open(board.path, os.O_RDWR | os.O_NOCTTY)
    check("is in use by" in run(m, *PROBE, board.path)[2] and not record.exists(), "--probe writes nothing")
    check("is in use by" in run(m, board.path)[2], "it is not attached")
    check("State=failed" in record.read_text() and "Problem=busy" in record.read_text(), record.read_text())
    attached = f"[Board]\nTty={record.name}\nState=attached\nDevice=hci7\n"
    record.write_text(attached)
    check("is in use by" in run(m, board.path)[2], "it is attached by another")
    equal(record.read_text(), attached, "the record of who has it attached")
    equal(sorted(os.listdir(record.parent)), [record.name], "nothing else is left there")
    os.close(fd)
    board.restored()


@settings("", daemon=False)
def test_no_permission(m):
    board = Board(ZEPHYR)
    os.chmod(board.path, 0)
    os.chmod(m.keyfile, 0o644)
    refused(m, "no permission to open it; use sudo", board.path, *PROBE, problem="no-permission",
            before=["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all"])


@settings("", daemon=False)
def test_silent(m):
    board = Board({})
    refused(m, "nothing answers (tried 1000000 bits per second)", board.path, *PROBE, problem="silent")
    equal((board.opcodes, board.heard), ([RESET] * len(board.opcodes), b""), "nothing but Resets was sent")
    board.restored()


@settings("", daemon=False)
def test_no_controller(m):
    for always, text, problem in ((b"\r\nERROR\r\n", "as a modem does", "not-hci"), (b"\1\3\x0c\0", "it echoes", "not-hci"),
                                  (b"\xf8\xe0\0\xfe\x1c", "makes no sense", "wrong-speed"), (b"\4\x0e\4", "stopped in the middle", "stopped"),
                                  (b"\x1b[1muart:~$ \x1b[0m", "it sends text", "not-hci")):
        board = Board({}, always)
        refused(m, text, board.path, *PROBE, problem=problem)
        board.restored()
        board.unplug()


@settings("", daemon=False)
def test_stops(m):
    board = Board({RESET: ZEPHYR[RESET], VERSION: b"\4\x0e\x0c\1"})
    refused(m, 'did not answer to "Read Local Version Information"', board.path, *PROBE, problem="stopped")
    board.restored()


@settings("", daemon=False)
def test_megabyte(m):
    board = Board({}, bytes((i * 2654435761 >> 13) & 255 for i in range(4096)))
    flood = threading.Event()

    def pour():
        while not flood.is_set():
            with_room = select.select([], [board.master], [], 0.05)[1]
            if with_room:
                os.write(board.master, board.always[:1024])

    thread = threading.Thread(target=pour, daemon=True)
    os.set_blocking(board.master, True)
    process = subprocess.Popen([ATTACH, "--config", m.keyfile, *PROBE, board.path], env=m.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    thread.start()
    _out, err = process.communicate(timeout=60)
    flood.set()
    equal(process.returncode, 1, f"the exit status; it said {err}")
    check("makes no sense" in err and len(err.splitlines()) == 1, err)
    thread.join()
    board.restored()


@settings("", daemon=False)
def test_vanishes(m):
    board = Board({RESET: ZEPHYR[RESET], VERSION: b""})
    process = subprocess.Popen([ATTACH, "--config", m.keyfile, "--probe", board.path], env=m.env, stderr=subprocess.PIPE, text=True)
    h.wait(lambda: VERSION in board.opcodes, "it asks")
    board.unplug()
    start = time.monotonic()
    _out, err = process.communicate(timeout=20)
    equal(process.returncode, 1, "its exit status")
    check("went away" in err and time.monotonic() - start < 5, err)


@settings("", daemon=False)
def test_interrupted(m):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        for args, status in ((("--probe",), 1), ((), 0)):
            board = Board({}, b"")
            process = subprocess.Popen([ATTACH, "--config", m.keyfile, *args, board.path], env=m.env, stderr=subprocess.PIPE, text=True)
            h.wait(lambda b=board: b.heard, "it asks")
            start = time.monotonic()
            process.send_signal(number)
            process.communicate(timeout=20)
            equal(process.returncode, status, f"its exit status after {number}")
            check(time.monotonic() - start < 1, "it ends within a second")
            board.restored()
            board.unplug()


@settings("", daemon=False)
def test_no_core(m):
    """A process that may not be dumped shows it: what is its own in /proc belongs to root (proc(5))."""
    board = Board({}, b"")
    os.chmod(board.path, 0o666)
    process = subprocess.Popen(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", ATTACH, "--probe", board.path], env=m.env,
                               stderr=subprocess.PIPE, text=True)
    h.wait(lambda: board.heard, "it asks")
    equal(os.stat(f"/proc/{process.pid}/environ").st_uid, 0, "whose it is")
    process.terminate()
    process.communicate(timeout=20)
    board.restored()


@settings("", daemon=False)
def test_nobody_reads(m):
    """What cannot be printed is an error; whoever stops to read does not end it with the port as it is not to be left."""
    board = Board(ZEPHYR)
    for args in ((*PROBE, board.path), (*PROBE, "--json", board.path), ("--list",), ("--list", "--json"), ("--version",)):
        for end in ("> /dev/full", ">&-"):
            done = subprocess.run(["bash", "-c", f'{{ "$@" || exit 7; }} {end}', "-", ATTACH, "--config", m.keyfile, *args],
                                  env=m.env, capture_output=True, text=True, timeout=60, check=False)
            equal((done.returncode, done.stderr), (7, "pairward-attach: the output could not be written\n"), f"{args} {end}")
            board.restored()
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([ATTACH, "--config", m.keyfile, *PROBE, board.path], env=m.env, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    equal((done.returncode, done.stderr), (1, "pairward-attach: the output could not be written\n"), "a reader that went")
    board.restored()


@settings("", daemon=False)
def test_no_line(m):
    """Whatever this kernel and this user cannot do: it says so, and BlueZ's file is not there afterwards."""
    board = Board(ZEPHYR)
    bluez = m.dir / "bluez"
    bluez.mkdir()
    m.env["RUNTIME_DIRECTORY"] = str(m.dir / "run")
    code, out, err = run(m, "--bluez-dir", bluez, board.path,
                         before=["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"])
    equal((code, out), (1, ""), "its exit status")
    check("CAP_NET_ADMIN" in err or "no Bluetooth over serial ports" in err, err)
    equal(list(bluez.iterdir()), [], "files of BlueZ's")
    record = (m.dir / "run/boards" / board.name.replace("/", "-")).read_text()
    for line in ("State=failed", "Chip=nRF52", "Firmware=Zephyr 3.7", "Address=C0:11:22:33:44:55", "Speed=1000000"):
        check(line in record.splitlines(), record)
    check("a1a1" not in record, record)
    board.restored()


@settings("", daemon=False)
def test_usage(m):
    for text, args in (("which TTY?", ()), ("no speed", ("--speed", "1200", "x")), ("yes or no", ("--flow-control", "maybe", "x")),
                       ("auto, none, or an address", ("--address", "C0", "x")), ("unexpected argument", ("x", "y")),
                       ("--probe is about one TTY", ("--probe", "--list")), ("do not go together", ("--list", "--watch")),
                       ("--speed is about one TTY", ("--list", "--speed", "115200")), ("--address is about one TTY", ("--watch", "--address", "auto")),
                       ("--flow-control is about one TTY", ("--list", "--flow-control", "no")),
                       ("--bluez-dir is about one TTY", ("--watch", "--bluez-dir", "/x")), ("prints no JSON", ("--watch", "--json")),
                       ("which TTY?", ("",))):
        code, out, err = run(m, *args)
        equal((code, out), (2, ""), f"{args}")
        check(text in err and "--help" in err, err)
    equal(run(m, "--version")[0], 0, "--version")
    m.keyfile.write_text("[Controller x]\nSpeed=fast\n")
    code, out, err = run(m, "--probe", "x")
    equal((code, out), (1, ""), "a bad keyfile")
    check("Speed" in err and "fast" in err, err)


if __name__ == "__main__":
    if os.getuid() != 0:
        sys.exit("Bail out! this test takes root's rights away from what it runs: run it as root")
    h.run(sys.modules[__name__])
