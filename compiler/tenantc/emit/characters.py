"""Which characters every format writes as escapes, so that a file shows what it says.

Escaped are: control characters (C0, DEL, C1 with NEL), marks that reorder or hide text (bidirectional controls,
zero-width characters, soft hyphen, line and paragraph separator, byte order mark), noncharacters, and everything beyond
the basic plane, which some readers of YAML 1.1 refuse. All else prints as it is. Source of the list: Unicode 15,
UAX #9 and #31.
"""

from __future__ import annotations

import re
from json.encoder import encode_basestring as _quoted
from typing import Final

HIDDEN: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U00010000-\U0010ffff"
)
_HIDDEN = re.compile(f"[{HIDDEN}]")


class CannotWriteError(ValueError):
    """A value that a format has no way to write, with the reason as a clause."""


def code_point(character: str) -> int:
    """The character's number. Raises `CannotWriteError` for half a surrogate pair, which is no text in any format."""
    number = ord(character)
    if 0xD800 <= number <= 0xDFFF:
        raise CannotWriteError(f"U+{number:04X} is half a character")
    return number


def shows(text: str) -> bool:
    """Whether all of the text prints as it is."""
    return _HIDDEN.search(text) is None


def json_string(text: str) -> str:
    """The text as a JSON string (RFC 8259), quotes included."""
    quoted = _quoted(text)
    return quoted if quoted.isascii() and "\x7f" not in quoted else _HIDDEN.sub(_json_escape, quoted)


def json_inside(text: str) -> str:
    """The text as it stands between the quotes of a JSON string. What `a + b` gives, `a` and `b` give apart."""
    return json_string(text)[1:-1]


def _json_escape(match: re.Match[str]) -> str:
    number = code_point(match[0])
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 | number >> 10:04x}\\u{0xDC00 | number & 0x3FF:04x}"
