#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/dbus-man: what it makes of introspection XML, and what it refuses. Prints TAP."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(os.environ.get("top_srcdir", Path(__file__).resolve().parents[2]))
GATE = """#define A "org.pairward.A1"
  { A, "Go", FALSE, PRW_RIGHT_MANAGE_BONDS },
  { A, "Look", FALSE, PRW_RIGHT_OPEN },
  { A, "Speed", TRUE, PRW_RIGHT_SET_POLICY },
"""
XML = r"""<node>
  <!--
    org.pairward.A1:
    An interface. At \x-y.

    .TH is no request here.
  -->
  <interface name="org.pairward.A1">
    <!-- Speed: How fast, e.g. 5. It is
         'quoted'. -->
    <property name="Speed" type="u" access="readwrite"/>
    <!-- Fixed: Always the same. -->
    <property name="Fixed" type="s" access="read">
      <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
    </property>
    <!--
      Go:
      @where: to this place,
        or that
      @reply: what came of it

      Goes.

      Or not.
    -->
    <method name="Go">
      <arg name="where" type="as" direction="in"/>
      <arg name="reply" type="a{sv}" direction="out"/>
    </method>
    <!-- Look: Looks. -->
    <method name="Look"/>
    <!--
      Gone:
      @how: so

      It went.
    -->
    <signal name="Gone"><arg name="how" type="s"/></signal>
  </interface>
</node>
"""
EXPECTED = r""".TH X 5
.SH "org.pairward.A1"
An interface.
At \ex\-y.
.PP
\&.TH is no request here.
.SS Properties
.TP
\fBSpeed\fP \fIu\fP (can be written)
How fast, e.g. 5.
It is 'quoted'.
.IP
Right: \fBset\-policy\fP.
.TP
\fBFixed\fP \fIs\fP (read only, never changes)
Always the same.
.SS Methods
.TP
\fBGo\fP(\fIas\fP where) \(-> \fIa{sv}\fP reply
Goes.
.IP
Or not.
.RS
.TP
\fIwhere\fP
to this place, or that
.TP
\fIreply\fP
what came of it
.RE
.IP
Right: \fBmanage\-bonds\fP.
.TP
\fBLook\fP()
Looks.
.IP
Anybody may call it.
.SS Signals
.TP
\fBGone\fP(\fIs\fP how)
It went.
.RS
.TP
\fIhow\fP
so
.RE
.SH END
"""


def run(xml=XML, gate=GATE, template=".TH X 5\n@INTERFACES@\n.SH END\n"):
    """Status, what it prints, what it says."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("x.5.in", "gate.c", "a.xml")]
        for path, text in zip(files, (template, gate, xml)):
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([TOP / "tools/dbus-man", *files], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def refused(words, **kwargs):
    """What is wrong unless it is refused with these words, and nothing is printed."""
    status, out, err = run(**kwargs)
    return [] if status == 1 and not out and words in err else [f"{words}: {status} {out!r} {err!r}"]


def test_page():
    """All there is, in its order, and nothing of the text is taken for roff."""
    status, out, err = run()
    return [] if (status, out, err) == (0, EXPECTED, "") else [f"{status} {err}"] + out.splitlines()


def test_mandoc():
    """What comes out is a good page."""
    head = '.TH X 5 2026-11-30 pairward\n.SH NAME\nx \\- y\n.SH DESCRIPTION\nz\n'
    page = run(template=head + "@INTERFACES@\n")[1]
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=page, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def test_gate():
    """The gate's table and the XML have the same."""
    return (refused("org.pairward.A1.Look is only in the XML", gate=re.sub(r".*Look.*\n", "", GATE)) +
            refused("org.pairward.A1.Speed is only in", gate=GATE.replace("TRUE", "FALSE")) +
            refused("org.pairward.A1.Look is only in the gate's table", xml=re.sub(r".*Look.*\n", "", XML)) +
            refused("is only in the XML", gate="/* nothing is understood */"))


def test_undocumented():
    """What has no words is refused."""
    return (refused("method Look is not documented", xml=XML.replace("<!-- Look: Looks. -->", "")) +
            refused("argument where is not documented", xml=XML.replace("@where", "where")) +
            refused("property Fixed is not documented", xml=XML.replace("Fixed: Always", "Always")))


def test_broken():
    """What is no XML, no template, not there."""
    return refused("no element found", xml=XML[:200]) + refused("not one line", template=".TH X 5\n")


def test_ours():
    """Our own interfaces: every member of the XML is in the page that is installed."""
    page = next(p for p in (Path(os.environ.get("top_builddir", "."), "data/man/org.pairward.5"), TOP / "data/man/org.pairward.5") if p.exists())
    text = page.read_text(encoding="utf-8")
    names = [name for xml in (TOP / "dbus").glob("org.pairward.*.xml")
             for name in re.findall(r'<(?:method|signal|property) name="(\w+)"', xml.read_text(encoding="utf-8"))]
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True, check=False)
    return [f"{n} is missing" for n in names if f"\\fB{n}\\fP" not in text] + done.stdout.splitlines() + ["no names"] * (not names)


def main():
    """Each test gives what is wrong."""
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    bad = 0
    for number, (name, test) in enumerate(tests, 1):
        problems = test()
        bad += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print(f"# {problem}")
    sys.exit(bool(bad))


main()
