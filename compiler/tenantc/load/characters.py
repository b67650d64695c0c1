"""Characters that no input file may hold, and how to name them."""

from __future__ import annotations

import re
from functools import cache

from tenantc.load.findings import Findings

_NAMES = {
    "\x00": "NUL",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a carriage return",
    "\x7f": "DELETE",
    "\xa0": "a no-break space",
    "\x85": "NEXT LINE",
    "\u2028": "LINE SEPARATOR",
    "\u2029": "PARAGRAPH SEPARATOR",
    "\ufeff": "a byte order mark",
}
_BREAK = 'YAML 1.1 breaks the line here and YAML 1.2 does not: start a new line, or write "{}" in double quotes'
_HELP = {
    "\r": "end each line with a line feed, or with carriage return and line feed",
    # Two readers of one file would see two documents; in quotes too, where 1.1 folds these. libyaml reads as 1.1 does.
    "\x85": _BREAK.format("\\N"),
    "\u2028": _BREAK.format("\\L"),
    "\u2029": _BREAK.format("\\P"),
    # libyaml drops it at the start of a line, where nobody sees it
    "\ufeff": "it may only open a file: take it out, it is invisible in most editors",
}

# Everything that YAML 1.2 calls not printable, the line breaks of YAML 1.1, U+FEFF, and a carriage return alone, which
# YAML takes for a line break and most editors' line numbers do not.
_REFUSED = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
_USUAL = bytes((0x09, 0x0A, *range(0x20, 0x7F)))


@cache
def _refused() -> re.Pattern[str]:
    """Made for the first file that is not plain ASCII: it takes two milliseconds."""
    return re.compile(_REFUSED)


def refuse(findings: Findings) -> bool:
    """Tell the first of each kind of character that YAML files may not hold (T112); whether there was one."""
    body = findings.text.body
    # a file of plain ASCII is passed at a tenth of the regular expression's cost
    if body.isascii() and not body.encode().translate(None, _USUAL):
        return False
    seen: set[str] = set()
    for match in _refused().finditer(body):
        character = match[0]
        if character not in seen:
            seen.add(character)
            where = findings.span(match.start(), match.end())
            findings.add("T112", where, help=_HELP.get(character, escape_help(character)), character=name(character))
    return bool(seen)


def name(character: str) -> str:
    """How a message calls a character that cannot be shown: `U+2028 (LINE SEPARATOR)`."""
    point = f"U+{ord(character):04X}"
    word = "half of a surrogate pair" if "\ud800" <= character <= "\udfff" else _NAMES.get(character)
    return f"{point} ({word})" if word else point


def escape_help(character: str) -> str:
    escape = f"\\x{ord(character):02x}" if ord(character) < 0x100 else f"\\u{ord(character):04x}"
    return f'take it out; where it is meant, write "{escape}" in double quotes'
