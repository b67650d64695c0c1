"""Parses a file's bytes: JSON by its ending, else YAML."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.load.json import parse_json
from tenantc.load.limits import LIMITS, Limits
from tenantc.load.yaml import parse_yaml
from tenantc.source.node import Node
from tenantc.source.span import Span, whole
from tenantc.source.text import Text


def parse_text(path: str, data: bytes, limits: Limits = LIMITS) -> Outcome[tuple[Node, ...]]:
    """The documents of a file, with positions, and what is wrong with it (T101 to T113).

    A document that stands before a syntax error is given; one that holds it is not.
    """
    text = decode(path, data, limits)
    if isinstance(text, Diagnostic):
        return Outcome((), (text,))
    return parse_json(text, limits) if path.lower().endswith(".json") else parse_yaml(text, limits)


def decode(path: str, data: bytes, limits: Limits = LIMITS) -> Text | Diagnostic:
    """The text of a file; T101 or T103 if it holds none that is read."""
    if len(data) > limits.size:
        return diagnose("T103", whole(Text(path, "")), size=len(data), limit=limits.size, help="split the file")
    encoded = data.removeprefix(BOM_UTF8)
    try:
        return Text(path, encoded.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _not_utf8(path, data, encoded, error.start)


def _not_utf8(path: str, data: bytes, encoded: bytes, at: int) -> Diagnostic:
    before = encoded[:at].decode("utf-8")
    line = before.count("\n") + 1
    column = at_column = len(before) - before.rfind("\n")
    is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    help_ = "it looks like UTF-16: save it as UTF-8" if is_utf16 else "save it as UTF-8"
    span = Span(Text(path, encoded.decode("utf-8", "replace")), line, column, line, at_column + 1)
    offset = at + len(data) - len(encoded)
    return diagnose("T101", span, offset=offset, byte=f"0x{encoded[at]:02x}", help=help_)
