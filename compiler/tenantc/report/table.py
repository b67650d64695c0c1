"""Comma-separated values (RFC 4180), which programs for spreadsheets open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

# What a spreadsheet takes for a formula begins so (https://owasp.org/www-community/attacks/CSV_Injection); behind an
# apostrophe it is a text.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def write(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A head and a line for each row, every cell quoted."""
    return "".join(f"{','.join(map(_cell, row))}\r\n" for row in (columns, *rows))


def _cell(text: str) -> str:
    safe = f"'{text}" if text.startswith(_FORMULAS) else text
    return '"' + safe.replace('"', '""') + '"'
