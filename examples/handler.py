#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pair with one peripheral, and answer what is asked about it: a handler of pairward in Python.

    handler.py [--session] [--force] [--answer yes|no|ask] [--code N] ADDRESS

Registers as a handler for this peer alone, has pairward pair with it (an nRF with a Zephyr sample, say), answers its
questions, and prints how it ended. What is no answer is a no. The exit status is 0 when the device is paired, 1 when it
is not, 2 for wrong usage. Ctrl-C stops the pairing.

A code is read from the terminal, or from a script's pipe: what is on a command line, everybody on the machine can read. So
--code is for boards on a desk only, whose passkey is in their source (CONFIG_BT_FIXED_PASSKEY).
"""

import argparse
import contextlib
import os
import re
import signal
import sys
import termios

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME, ROOT = "org.pairward", "/org/pairward"
MANAGER, PEER, REQUEST = "org.pairward.Manager1", "org.pairward.SecurityManager1", "org.pairward.Request1"
# Those that this handler can answer: with them pairward knows that somebody can show, and type, a code.
EVENTS = ["passkey-display-required", "passkey-required", "peripheral-security-request", "pairing-authorization-required"]
# Signals to everybody, which hold no secret.
TOLD = ("SecurityLevelChanged", "PairingComplete", "PairingRequestRejected")
# Milliseconds. Somebody may have to type a password first; and a pairing can take two minutes.
ASKING, PAIRING = 120000, 150000
LEVELS = ["no-access", "open", "just-works", "mitm", "lesc-mitm"]


def reason(error):
    """What an error says to people, without its name on D-Bus."""
    return re.sub(r"^GDBus\.Error:\S+: ", "", error.message)


def yes(method, *arguments):
    """How a yes is said; any other line is a no, which is None."""
    return lambda line: (method, *arguments) if line.lower() in ("y", "yes") else None


def passkey(line):
    """How up to six digits are entered."""
    return ("EnterPasskey", "(u)", int(line)) if re.fullmatch("[0-9]{1,6}", line) else None


def pin(line):
    """How a PIN is entered."""
    return ("EnterPin", "(s)", line) if 1 <= len(line.encode()) <= 16 else None


class Handler:
    """One connection to the bus, which is what a handler is: when it ends, pairward forgets it and rejects its questions."""

    def __init__(self, options):
        self.options = options
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION if options.session else Gio.BusType.SYSTEM)
        self.daemon = NAME
        self.loop = GLib.MainLoop()
        # Asynchronous: while somebody thinks, the question may close, the daemon may go, and Ctrl-C is heard.
        if sys.stdin is None:  # closed: it answers nothing
            sys.stdin = open(os.devnull, encoding="utf-8")
        self.input = Gio.DataInputStream.new(Gio.UnixInputStream.new(sys.stdin.fileno(), False))
        self.reading = False
        self.questions = []  # (request, text, the line that answers it or None, what a line becomes); the first is shown
        self.status = None

    def call(self, path, interface, method, signature=None, *args, name=None):
        """Call, and wait for the reply: its values."""
        parameters = GLib.Variant(signature, args) if signature else None
        return self.bus.call_sync(name or self.daemon, path, interface, method, parameters, None,
                                  Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION, ASKING, None).unpack()

    def run(self):
        """Pair; the exit status."""
        peer = self.call(ROOT, MANAGER, "GetPeer", "(ss)", "", self.options.address)[0]
        # All is said to this one daemon: one that is started after it counts its requests anew, and they are about others.
        self.daemon = self.call("/", "org.freedesktop.DBus", "GetNameOwner", "(s)", NAME, name="org.freedesktop.DBus")[0]
        for interface, path, callback in ((PEER, peer, self.on_signal), (REQUEST, None, self.on_closed)):
            self.bus.signal_subscribe(self.daemon, interface, None, path, None, Gio.DBusSignalFlags.NONE, callback)
        # Only from now on there is somebody to ask.
        self.call(ROOT, MANAGER, "RegisterHandler", "(asao)", EVENTS, [peer])
        self.bus.call(self.daemon, peer, PEER, "Pair", GLib.Variant("(b)", (self.options.force,)), GLib.VariantType("(uuu)"),
                      Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION, PAIRING, None, self.on_paired)
        for number in (signal.SIGINT, signal.SIGTERM):
            GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, self.loop.quit)
        self.loop.run()
        if self.status is None:
            print("stopped", file=sys.stderr)
            with contextlib.suppress(GLib.Error):  # it may be over
                self.call(peer, PEER, "CancelPairing")
        return 1 if self.status is None else self.status

    def on_paired(self, bus, result):
        """A procedure that began has a status, good or bad; one that could not begin, or was cancelled, is an error."""
        self.status = 1
        try:
            status, level, _process = bus.call_finish(result).unpack()
        except GLib.Error as error:
            print(f"not paired: {reason(error)}", file=sys.stderr)
        else:
            print(f"status {status:#04x}, security level {LEVELS[level] if level < len(LEVELS) else level}", flush=True)
            self.status = 0 if status == 0 else 1
        self.loop.quit()

    def on_signal(self, _bus, _sender, _path, _interface, name, parameters):
        """A question is a signal to us alone, with the request first; and there are the signals for everybody."""
        asked = getattr(self, f"asked_{name}", None)
        if asked is not None:
            asked(*parameters.unpack())
        elif name in TOLD:
            print(f"{name} {parameters.unpack()}", flush=True)

    def asked_PasskeyDisplayRequired(self, request, digits, match_request):
        """Six digits: to compare with those on the other device, or to type there."""
        if match_request:
            self.ask(request, f"Does the device show {digits}? [yes/no] ", self.preset(), yes("MatchConfirm", "(b)", True))
        else:
            print(f"type {digits} on the device", flush=True)

    def asked_PasskeyRequired(self, request, kind):
        """The six digits that the device shows; or the PIN of an old one."""
        self.ask(request, f"The {kind} of the device: ", self.options.code, pin if kind == "pin" else passkey)

    def asked_PeripheralSecurityRequest(self, request, bond, mitm, lesc, _keypress, is_bonded):
        """The peripheral wants the link to be encrypted."""
        wishes = ", ".join(word for word, wanted in (("a bond", bond), ("MITM protection", mitm), ("LESC", lesc)) if wanted)
        self.ask(request, f"It asks for {wishes or 'encryption'}{' and is bonded' if is_bonded else ''}. Accept? [yes/no] ",
                 self.preset(), yes("Accept"))

    def asked_PairingAuthorizationRequired(self, request):
        """The device began, and nothing proves that it is the one you think."""
        self.ask(request, "May it pair? Nothing proves what it is. [yes/no] ", self.preset(), yes("Accept"))

    def preset(self):
        """What --answer says; None: ask the person."""
        return None if self.options.answer == "ask" else self.options.answer

    def ask(self, *question):
        """One after the other."""
        self.questions.append(question)
        if len(self.questions) == 1:
            self.show()

    def show(self):
        """Show the first question, and have a line read for it."""
        _request, text, line, _becomes = self.questions[0]
        print(text, end="" if line is None else "\n", flush=True)
        if line is not None:
            self.take(line)
            return
        if sys.stdin.isatty():
            termios.tcflush(sys.stdin, termios.TCIFLUSH)  # what was typed before was meant for something else
        if not self.reading:
            self.reading = True
            self.input.read_line_async(GLib.PRIORITY_DEFAULT, None, self.on_line)

    def on_line(self, stream, result):
        """A line; the end of the input is an empty one, which answers nothing with yes."""
        self.reading = False
        try:
            line = stream.read_line_finish_utf8(result)[0]
        except GLib.Error:
            line = None
        if self.questions:  # it may have closed meanwhile
            self.take((line or "").strip())

    def take(self, line):
        """The answer to the first question; then the next one."""
        request, _text, _line, becomes = self.questions.pop(0)
        self.answer(request, *(becomes(line) or ("Reject",)))
        if self.questions:
            self.show()

    def answer(self, request, method, signature=None, *arguments):
        """Give an answer; when it is not taken, the answer is no."""
        def done(bus, result):
            try:
                bus.call_finish(result)
            except GLib.Error as error:
                # Perhaps somebody else was quicker, or it was closed meanwhile: not a mistake of ours.
                print(f"the answer was not taken: {reason(error)}", file=sys.stderr)
                if method != "Reject":
                    self.answer(request, "Reject")

        self.bus.call(self.daemon, request, REQUEST, method, GLib.Variant(signature, arguments) if signature else None, None,
                      Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION, ASKING, None, done)

    def on_closed(self, _bus, _sender, request, _interface, name, parameters):
        """A question is over that nobody here has answered."""
        if name == "Closed" and request in [question[0] for question in self.questions]:
            print(f"\nthe question is closed: {parameters.unpack()[0]}", flush=True)
            shown = self.questions[0][0] == request
            self.questions = [question for question in self.questions if question[0] != request]
            if shown and self.questions:
                self.show()


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--session", action="store_true", help="talk to pairwardd --session")
    parser.add_argument("--force", action="store_true", help="forget a bond there is, and pair anew")
    parser.add_argument("--answer", choices=("yes", "no", "ask"), default="ask", help="to what is answered by yes or no")
    parser.add_argument("--code", help="the passkey or PIN of the device")
    parser.add_argument("address", metavar="ADDRESS", help="e.g. C0:5A:11:22:33:44")
    try:
        return Handler(parser.parse_args()).run()
    except GLib.Error as error:
        print(f"pairward: {reason(error)}", file=sys.stderr)
        return 1


sys.exit(main())
