# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody who is logged in at this machine's first console, with a session bus and a notification server."""

import json
import os
import pwd
import subprocess

NAME = "kim"
LOGIN = "lab-login.service"
NOTIFICATIONS = "/run/lab/guest/notifications.py"


class Desktop:
    """A person's session, by PAM and logind as a display manager makes it; `stack` is a Services."""

    def __init__(self, stack):
        self._stack = stack
        subprocess.run(("useradd", "--create-home", NAME), check=True)
        self._user = pwd.getpwnam(NAME)

    def log_in(self):
        """At the first console, which is seat0's."""
        tty = "/dev/tty1"
        subprocess.run(("systemd-run", "--quiet", f"--unit={LOGIN}", f"--uid={NAME}", "--property=PAMName=login",
                        "--property=StandardInput=tty", f"--property=TTYPath={tty}",
                        "--setenv=XDG_SEAT=seat0", "--setenv=XDG_VTNR=1", "sleep", "infinity"), check=True)

    def log_out(self):
        """End the session."""
        self._stack.systemctl("stop", LOGIN)

    def ready(self):
        """Whether the session is the active one, and has the person's own service manager."""
        return self._session().get("Active") == "yes" and \
            self._stack.active(f"user@{self._user.pw_uid}.service")

    def _session(self):
        said = subprocess.run(("loginctl", "show-user", NAME, "--property=Display", "--value"),
                              capture_output=True, text=True, check=False).stdout.strip()
        if not said:
            return {}
        shown = subprocess.run(("loginctl", "show-session", said), capture_output=True, text=True, check=False)
        return dict(line.split("=", 1) for line in shown.stdout.splitlines())

    def run(self, *words, start=False):
        """Run a program as that person, on the session bus: what it says, or with `start` the process."""
        runtime = f"/run/user/{self._user.pw_uid}"
        command = ("setpriv", f"--reuid={NAME}", f"--regid={NAME}", "--init-groups", *words)
        environment = {"HOME": self._user.pw_dir, "USER": NAME, "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
                       "XDG_RUNTIME_DIR": runtime, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus"}
        if start:
            return self._stack.spawn(words[0].rpartition("/")[2], *command, env=environment)
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    def answer(self, action):
        """Start the notification server, of which each notification's button is pressed."""
        self.run(NOTIFICATIONS, action, start=True)

    def notifications(self):
        """All that were shown."""
        log = self._stack.logs / f"{NOTIFICATIONS.rpartition('/')[2]}.log"
        return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
