#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each language of po/LINGUAS has all the messages of the sources, and says nothing that does not work. Prints TAP."""

import re
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import catalog  # noqa: E402

# What is typed or looked up, so it must be there in every language: options, keys and groups of keyfiles, programs.
TYPED = re.compile(r"--[a-z][a-z-]+|\b(?!Key=)[A-Z]+[a-z]\w*=|\[(?:Daemon|SecurityParameters|Window|Lockout)\]|\b(?:modprobe|bluetoothctl|pairward-attach|pairwardd)\b")
# Answers to a question, in quotation marks or in a list of such.
ANSWERS = re.compile(r'"(yes|no|repair|always|never|on|off|confirm)"')


def messages_of(language):
    """By context and English text."""
    text = (catalog.TOP / f"po/{language}.po").read_text(encoding="utf-8")
    return {(m.context, m.id): m for m in catalog.parse(text)}


def complete(language, wanted):
    """All there, translated, none of them a guess; nothing that no source has any more."""
    found = messages_of(language)
    for key, message in wanted.items():
        there = found.get(key)
        if there is None or not all(there.strings) or "fuzzy" in there.flags:
            yield f"po/{language}.po does not translate: {message.id!r}"
        elif there.plural != message.plural:
            yield f"po/{language}.po has another plural of: {message.id!r}"
    yield from (f"po/{language}.po has what no source has any more: {key[1]!r}" for key in found.keys() - wanted.keys())


def well_made(language, _wanted):
    """msgfmt has nothing to complain of: formats, line ends, accelerators, header."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            catalog.run("msgfmt", "--check", "--check-accelerators=_", "-o", Path(folder) / "mo", catalog.TOP / f"po/{language}.po")
        except RuntimeError as error:
            yield from str(error).splitlines()


def typed(language, wanted):
    """What is typed stays English."""
    for key, message in messages_of(language).items():
        if key not in wanted or not all(message.strings):
            continue
        words = set(TYPED.findall(message.id)) | set(ANSWERS.findall(message.id))
        for string in message.strings:
            yield from (f"po/{language}.po: {word} is typed, and not in: {string!r}" for word in sorted(words) if word not in string)


def blanks(language, _wanted):
    """What the English begins and ends with (blanks, full stop, colon) the translation does too: texts are put together."""
    for message in messages_of(language).values():
        for string in message.strings:
            for pattern in (r"^[ \n]*", r"[ \n]*$"):
                if re.search(pattern, message.id)[0] != re.search(pattern, string)[0]:
                    yield f"po/{language}.po: blanks or line ends of {message.id!r} differ: {string!r}"
            if message.id.rstrip().replace("...", "…").endswith(".") != string.rstrip().replace("...", "…").endswith("."):
                yield f"po/{language}.po: one is a sentence with its full stop, the other is not: {message.id!r}, {string!r}"


def plain(_language, wanted):
    """English is ASCII: where the locale has no UTF-8 all else is a question mark."""
    for _, text in wanted:
        if not text.replace("°", "").isascii():
            yield f"not ASCII: {text!r}"


def main():
    """Every check of every language, and of English."""
    wanted = {(m.context, m.id): m for m in catalog.parse(catalog.pot())}
    checks = [(language, check) for language in catalog.languages() for check in (complete, well_made, typed, blanks)] + [("en", plain)]
    print(f"1..{len(checks)}")
    bad = 0
    for number, (language, check) in enumerate(checks, 1):
        problems = list(check(language, wanted))
        bad += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} - {language}: {check.__name__}")
        for problem in problems:
            print(f"# {problem}")
    return bool(bad) or not checks


sys.exit(main())
