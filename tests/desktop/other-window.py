#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody else's window, with the keyboard: prints what is typed into it, and what is on the two clipboards when it is told to look."""

import sys

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gtk  # noqa: E402

Gtk.init()
loop = GLib.MainLoop()
window, entry = Gtk.Window(title="Other window"), Gtk.Entry()
window.set_child(entry)
window.set_default_size(300, 60)
entry.connect("changed", lambda e: print("text", e.get_text(), flush=True))
window.connect("close-request", lambda _w: loop.quit())


def look(channel, _condition):
    """A line on stdin: tell what the middle button would paste."""
    if channel.readline():
        clipboard = entry.get_primary_clipboard()

        def done(_clipboard, result):
            try:
                print("primary", clipboard.read_text_finish(result), flush=True)
            except GLib.Error:
                print("primary", flush=True)

        clipboard.read_text_async(None, done)
        return True
    loop.quit()
    return False


GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, look)
window.present()
entry.grab_focus()
print("shown", flush=True)
loop.run()
