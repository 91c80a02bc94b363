# SPDX-License-Identifier: LGPL-2.1-or-later
"""Virtual machines of the lab, seen from the host: qemu processes and their ports.

A `Lab` is what scenarios run on: two guests whose controllers share a radio.  It
needs no network and no KVM.
"""

import json
import os
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
MEMORY_MB = 768
USB_SERIAL = "usbserial"
# Without what costs much where it is emulated: copying byte by byte (erms), a fifth level of page
# tables (la57), and what guards a kernel that nobody attacks.
CPU = "max,erms=off,la57=off,smap=off,smep=off,umip=off,pku=off"
KERNEL = ("mitigations=off init_on_alloc=0 hardened_usercopy=off randomize_kstack_offset=off "
          "lsm= audit=0 random.trust_cpu=on tsc=reliable")
# guest/boot hands over to systemd; the rest is what an emulated machine need not be asked.
SYSTEMD = ("prw.init=systemd systemd.unit=lab.target systemd.show_status=0 systemd.gpt_auto=0 "
           "systemd.condition-needs-update=0")


class InfrastructureError(Exception):
    """The lab itself failed: a guest did not boot, or went away."""


def cache_dir():
    """Where prepare put the kernel, the initramfs and the Debian 13 root."""
    if "PRW_LAB_CACHE" in os.environ:
        return Path(os.environ["PRW_LAB_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pairward-lab"


def guest_root(name):
    """The folder that a guest's root is made of: "host", "trixie" or "package"."""
    if name == "package":
        return Path(os.environ["PRW_LAB_PACKAGE"])
    return Path("/") if name == "host" else cache_dir() / name


class Guest:
    """One qemu process."""

    _all = set()
    _lock = threading.Lock()
    _ending = False

    def __init__(self, role, root, dest, out, ports, append="", monitor=None):
        self.role = role
        self.console = out / f"console-{role}.log"
        cache = cache_dir()
        args = [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-nographic", "-no-reboot",
            "-accel", "tcg,thread=multi", "-cpu", CPU, "-smp", "1", "-m", str(MEMORY_MB),
            "-kernel", str(cache / "kernel" / "vmlinuz"), "-initrd", str(cache / "initrd"),
            "-append", f"console=ttyS0 quiet panic=-1 {KERNEL} prw.role={role} {append}",
            "-chardev", f"file,id=console,path={self.console}", "-serial", "chardev:console",
            "-device", "virtio-rng-pci", "-device", "virtio-serial-pci,max_ports=16",
        ]
        if monitor is not None:
            # A USB host, and what scenarios plug into it.
            args += ["-qmp", f"unix:{monitor},server=on,wait=off", "-device", "piix3-usb-uhci",
                     "-chardev", f"null,id={USB_SERIAL}"]
        self._share(args, "root", root, readonly=True)
        self._share(args, "modules", cache / "kernel", readonly=True)
        self._share(args, "lab", LAB, readonly=True)
        self._share(args, "out", out, readonly=False)
        if dest is not None:
            self._share(args, "dest", dest, readonly=True)
        for name, kind, options in ports:
            args += ["-chardev", f"socket,id={name},{options}",
                     "-device", f"{kind},chardev={name},name=prw.{name}"]
        with Guest._lock:
            if Guest._ending:
                raise InfrastructureError("no more guests: the lab is ending")
            with open(out / f"qemu-{role}.log", "wb") as errors:
                # A session of its own: Ctrl-C on the terminal is ours to act on.
                self.process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=errors,
                                                stderr=errors, start_new_session=True)
            Guest._all.add(self)

    @staticmethod
    def _share(args, tag, path, readonly):
        args += ["-virtfs", f"local,path={path},mount_tag={tag},security_model=none,"
                            f"readonly={'on' if readonly else 'off'},multidevs=remap"]

    def alive(self):
        """Whether qemu still runs."""
        return self.process.poll() is None

    def cpu_seconds(self):
        """The CPU time it has taken so far: what a scenario costs, however busy the machine is."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """End the guest; nothing in it is worth a shutdown."""
        self.process.kill()
        self.process.wait()
        with Guest._lock:
            Guest._all.discard(self)

    @classmethod
    def end_all(cls):
        """Kill every guest, whoever waits for it, and let nobody start another."""
        with cls._lock:
            cls._ending = True
            for guest in cls._all:
                guest.process.kill()


class Link:
    """The JSON lines between the host and guest A's main program."""

    def __init__(self, path, deadline, check_alive):
        while True:
            check_alive()
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(path)
                break
            except OSError as error:
                self._socket.close()
                if time.monotonic() > deadline:
                    raise InfrastructureError(f"no control port: {error}") from error
                time.sleep(0.1)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for line in self._socket.makefile("r", encoding="utf-8", errors="replace"):
                try:
                    self.lines.put(json.loads(line))
                except ValueError:
                    continue
        except OSError:
            pass
        self.lines.put(None)

    def send(self, message):
        """Send one message."""
        self._socket.sendall((json.dumps(message) + "\n").encode())

    def receive(self, deadline):
        """The next message; None at the deadline."""
        try:
            message = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None
        if message is None:
            raise InfrastructureError("the guest's control port closed")
        return message

    def close(self):
        """Hang up."""
        self._socket.close()


class Monitor:
    """What qemu is told about guest A's hardware while it runs (docs/interop/qmp-spec.rst)."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise InfrastructureError(f"no monitor: {error}") from error
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()  # the greeting
        self._command("qmp_capabilities")

    def _command(self, name, **arguments):
        self._socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
        for line in self._lines:
            reply = json.loads(line)
            if "error" in reply:
                return reply["error"]["desc"]
            if "return" in reply:
                return ""
        return "the monitor is gone"

    def usb_serial(self, plugged):
        """Plug qemu's USB serial port in, an FTDI cable with nothing at its end, or pull it out.

        Returns what went wrong.
        """
        if plugged:
            return self._command("device_add", driver="usb-serial", id=USB_SERIAL,
                                 chardev=USB_SERIAL, **{"always-plugged": True})
        return self._command("device_del", id=USB_SERIAL)

    def close(self):
        """Hang up."""
        self._lines.close()
        self._socket.close()


class Lab:
    """Two guests, booted and ready to run scenarios one after another.

    Host A's root is this machine's ("host"), with what is installed in `dest` over it, or that
    with the packages ("package"), which boots as an installed system does.
    """

    def __init__(self, peer_root, dest, out, boot_timeout, terminal=False, append="", root="host"):
        self.out = out
        self._runtime = Path(tempfile.mkdtemp(prefix="prw-lab."))
        self._guests = []
        self.link = self._monitor = None
        deadline = time.monotonic() + boot_timeout
        try:
            if root == "package":
                dest, append = None, f"{append} {SYSTEMD}"
            self._boot(root, peer_root, dest, terminal, append)
            self.link = Link(str(self._runtime / "ctl"), deadline, self.check_alive)
            self._wait_ready(deadline)
        except BaseException:
            self.stop()
            raise

    @property
    def terminal_socket(self):
        """The path of host A's console, when asked for."""
        return self._runtime / "terminal"

    def _boot(self, root, peer_root, dest, terminal, append):
        def port(name, kind="virtserialport", server=True):
            mode = "server=on,wait=off" if server else "reconnect=1"
            return (name, kind, f"path={self._runtime / name},{mode}")

        ports = [port("ctl"), port("radio"), port("peer")]
        if terminal:
            ports.append(port("terminal", "virtconsole"))
        monitor = self._runtime / "monitor"
        self._guests.append(Guest("A", guest_root(root), dest, self.out, ports, append, monitor))
        self._wait_sockets(("radio", "peer", "monitor"))
        self._monitor = Monitor(str(monitor))
        ports = [port("radio", server=False), port("peer", server=False)]
        self._guests.append(Guest("B", guest_root(peer_root), None, self.out, ports))

    def _wait_sockets(self, names):
        deadline = time.monotonic() + 30
        while not all((self._runtime / name).exists() for name in names):
            self.check_alive()
            if time.monotonic() > deadline:
                raise InfrastructureError("qemu made no sockets")
            time.sleep(0.05)

    def _wait_ready(self, deadline):
        while True:
            self.check_alive()
            message = self.link.receive(min(deadline, time.monotonic() + 1))
            if message and message.get("event") == "ready":
                return
            if time.monotonic() > deadline:
                raise InfrastructureError("the guests were not ready in time")

    def check_alive(self):
        """Raise when a guest went away."""
        for guest in self._guests:
            if not guest.alive():
                raise InfrastructureError(f"qemu of host {guest.role} ended")

    def _cpu_seconds(self):
        return sum(guest.cpu_seconds() for guest in self._guests)

    def run(self, name, label, timeout):
        """Run one scenario, with its logs in the folder `label`; its result.

        That is the guest's message, or one of a failure at the hard limit.
        """
        deadline = time.monotonic() + timeout
        cpu = self._cpu_seconds()
        self.link.send({"run": name, "label": label})
        while True:
            self.check_alive()
            message = self.link.receive(min(deadline, time.monotonic() + 1))
            if message and message.get("event") == "result" and message.get("label") == label:
                return {**message, "cpu": round(self._cpu_seconds() - cpu, 1)}
            if message and "usb_serial" in message:
                self.link.send({"error": self._monitor.usb_serial(message["usb_serial"])})
            if time.monotonic() > deadline:
                return {"ok": False, "hung": True, "notes": [],
                        "message": f"not done after {timeout} s (the hard limit)"}

    def stop(self):
        """End everything."""
        for line in (self.link, self._monitor):
            if line is not None:
                line.close()
        for guest in self._guests:
            guest.stop()
        shutil.rmtree(self._runtime, ignore_errors=True)


def write_traces_out(folder):
    """Beside each trace (guest/air.py) what btmon says of it.

    It is Debian 13's: that of BlueZ 5.66 crashes on many a trace that it reads.
    """
    root = guest_root("trixie")
    btmon = [root / "lib64/ld-linux-x86-64.so.2", "--library-path",
             root / "usr/lib/x86_64-linux-gnu", root / "usr/bin/btmon"]
    for trace in folder.rglob("btmon.*.btsnoop"):
        with open(trace.with_suffix(".log"), "wb") as text:
            subprocess.run([*btmon, "-t", "-r", trace], stdin=subprocess.DEVNULL, stdout=text,
                           stderr=text, check=False)


def stage_dest(destdir, folder):
    """Copy the installed tree so that it can be a layer of a merged-/usr root.

    A DESTDIR may have a real lib/ or sbin/ folder; as an overlay it would hide
    the root's symlink of that name and with it the whole system.
    """
    stage = folder / "dest"
    for name in ("bin", "sbin", "lib"):
        (stage / "usr" / name).mkdir(parents=True)
        if (Path("/") / name).is_symlink():
            (stage / name).symlink_to(f"usr/{name}")
    reader = subprocess.Popen(["tar", "-C", destdir, "-cf", "-", "."], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-C", stage, "--keep-directory-symlink", "-xf", "-"],
                   stdin=reader.stdout, check=True)
    if reader.wait() != 0:
        raise InfrastructureError(f"cannot read {destdir}")
    for name in ("bin", "sbin", "lib"):
        if (stage / name).is_symlink():
            (stage / name).unlink()
    return stage
