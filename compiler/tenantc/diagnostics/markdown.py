"""What users wrote, in Markdown: it does nothing there."""

from __future__ import annotations

import re
from typing import Final

from tenantc.diagnostics.render import printable

# CommonMark 2.4 lets a backslash stand before any of these; what HTML would read is a reference (2.5)
_MARKS: Final = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]{}~^#"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def span(text: str) -> str:
    """A code span (CommonMark 6.1): its fence is longer than any run of backticks inside."""
    inside = printable(text)
    fence = "`" * (max(map(len, re.findall("`+", inside)), default=0) + 1)
    pad = " " if inside.startswith("`") or inside.endswith("`") else ""
    return f"{fence}{pad}{inside or ' '}{pad}{fence}"


def cell(text: str) -> str:
    """A code span in a table, where a pipe ends a cell even inside a code span (GFM 4.10)."""
    return span(text.replace("|", "\\u{7c}"))


def prose(text: str) -> str:
    """Words on one line, for readers of Markdown that make neither mentions nor links of plain text."""
    return printable(" ".join(text.split())).translate(_MARKS)
