# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Bluetooth of a guest that systemd runs: nothing of it is started by hand.

udev sees the controller that btvirt makes, and systemd starts what is installed for it; the
daemon is started by systemd, or by whoever asks for it on D-Bus.
"""

import json
import signal
import subprocess
import time

from stack import BROWSE_DELAY, DAEMON_ENVIRONMENT, Stack

BLUETOOTH = "bluetooth.service"
DAEMON = "pairwardd.service"
ATTACHMENTS = "pairward-attach@*.service"


class Services(Stack):
    """A Stack whose bluetoothd, pairwardd and pairward-attach are units."""

    _restarts = None  # how often systemd had started our daemon again, when start_daemon () had

    def start_radio(self, mode="le", controller="own"):
        """As of Stack; bluetoothd is started when there is a controller, and reads its settings."""
        self.configure(mode=mode)
        super().start_radio(mode, controller)

    def start_bluetoothd(self, powered=True):
        """Wait until systemd has."""
        self._expect(lambda: self.bus.owner("org.bluez"), "bluetoothd's name")
        if powered:
            self.wait_powered()

    def stop(self):
        """End everything."""
        self.systemctl("stop", DAEMON, BLUETOOTH, ATTACHMENTS)
        super().stop()

    def start_daemon(self, command, kernel_link):
        """As of Stack, but that the unit says how."""
        assert kernel_link, "the unit says nothing of that"
        self.systemctl("set-environment", *(f"{n}={v}" for n, v in DAEMON_ENVIRONMENT.items()))
        self._expect(lambda: self.systemctl("restart", DAEMON).returncode == 0, DAEMON)
        self._restarts = self._counted()

    def end_daemon(self, how):
        """As of Stack; None, for systemd keeps the exit status to itself."""
        self._restarts = None
        if how == signal.SIGTERM:
            self.systemctl("stop", DAEMON)
        else:
            self.systemctl("kill", f"--signal={how.name}", DAEMON)

    def daemon_runs(self):
        """As of Stack."""
        return self.active(DAEMON)

    def daemon_ended(self):
        """As of Stack: whether systemd has had to start it again."""
        return self._restarts not in (None, self._counted())

    def _counted(self):
        return self.unit(DAEMON, "NRestarts")["NRestarts"]

    def daemon_log(self):
        """What it wrote to the journal."""
        return subprocess.run(("journalctl", "--quiet", "--output=cat", "--unit", DAEMON),
                              capture_output=True, text=True, errors="replace", check=False).stdout

    def let_browse(self):
        """As of Stack; this bluetoothd does not say whether it is going to."""
        time.sleep(BROWSE_DELAY)

    @staticmethod
    def systemctl(*words):
        """Run systemctl; what it says, status included."""
        return subprocess.run(("systemctl", *words), capture_output=True, text=True, check=False)

    def unit(self, name, *properties):
        """Properties of a unit: {name: text}."""
        said = self.systemctl("show", "--property", ",".join(("ActiveState", *properties)), name)
        return dict(line.split("=", 1) for line in said.stdout.splitlines())

    def active(self, name):
        """Whether a unit is active."""
        return self.unit(name)["ActiveState"] == "active"

    @staticmethod
    def journal(*words):
        """Records of the journal, as {field: text}."""
        said = subprocess.run(("journalctl", "--quiet", "--output=json", *words),
                              capture_output=True, text=True, check=False)
        return [json.loads(line) for line in said.stdout.splitlines()]

    def close(self):
        """End everything, and keep what the journal has."""
        super().close()
        with open(self.logs / "journal.log", "wb") as log:
            subprocess.run(("journalctl", "--output=short-monotonic"), stdout=log, stderr=log,
                           check=False)
