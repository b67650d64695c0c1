"""Texts that libyaml reads and YAML 1.2 does not, or reads as something else.

Only what libyaml gives no error for stands here, with what it takes it for:

- `"a"#b`, `[a]#b`, `[a,#b`: a comment without a space before it (1.2: an error)
- `[?a]`, `{?a: 1}`: a mapping with the key `a` (1.2: the text `?a`)
"""

from __future__ import annotations

import re

from tenantc.load.findings import Findings

_SUSPECT = re.compile(r"""["'\]}\[{,:?]#|[\[{,]\s*\?\S""")


def is_suspect(body: str) -> bool:
    """Whether the text may hold one of these: cheap, and true for some texts that hold none."""
    return _SUSPECT.search(body) is not None


def check(findings: Findings) -> None:
    """Tell the first of these, if there is one (T102). The text must be one that libyaml reads to its end."""
    from yaml._yaml import CParser

    body = findings.text.body
    get = CParser(body).get_token
    while (token := get()) is not None:
        assert token.start_mark is not None, "libyaml marks every token"
        assert token.end_mark is not None, "libyaml marks every token"
        start, end = token.start_mark.index, token.end_mark.index
        # a block scalar ends at the start of a line, where a comment may well stand
        if body[end : end + 1] == "#" and start < end and body[end - 1] != "\n":
            help_ = "write a space before the `#`, or put the whole text in quotes"
            problem = "a comment needs a space before its `#`"
            findings.add("T102", findings.span(end, end + 1), format="YAML", problem=problem, help=help_)
            return
        if type(token).__name__ == "KeyToken" and body[start:end] == "?" and not body[end : end + 1].isspace():
            where = findings.span(start, end)
            problem = "text that starts with `?` needs quotes here"
            findings.add("T102", where, format="YAML", problem=problem, help="put it in quotes")
            return
