"""Texts that libyaml reads and YAML 1.2 does not, or reads as something else.

Only what libyaml gives no error for stands here, with what it takes it for:

- `"a"#b`, `[a]#b`, `[a,#b`, `|#b`: a comment without a space before it (1.2: an error)
- `[?a]`, `{?a: 1}`: a mapping with the key `a` (1.2: the text `?a`)

Compared with a reader of YAML 1.2 on that version's test suite and 50 000 mutations of it, what is left means what it
looks like, where 1.2 is stricter: lines in quotes or brackets may be indented less than their key, with tabs too; `[-]`
is the text `-`; `%YAML 1.2` may follow a document without `...`; empty lines before a block of text may be indented
deeper than it. A document that is one block of text has to be indented, and no document of ours is text.
"""

from __future__ import annotations

from tenantc.load.findings import Findings
from tenantc.source.regex import lazy

_MOST_TAG_LINES = 100
_GLUES = frozenset("[]{},:")
# a block scalar whose first line has a comment glued to it
HEADER = lazy(r"[|>][-+0-9]*#")
_QUESTION = lazy(r"[\[{,]\s*\?\S")


def refuse_flood(findings: Findings) -> bool:
    """Refuse very many `%TAG` lines, on which libyaml is quadratic (T108); one of them is refused when it is read."""
    body = findings.text.body
    if "%" not in body or body.count("\n%TAG") < _MOST_TAG_LINES:
        return False
    refuse_declaration(findings, 0)
    return True


def refuse_declaration(findings: Findings, start: int) -> None:
    """Tell the first `%TAG` behind an offset (T108)."""
    at = findings.text.body.index("%TAG", start)
    help_ = "take the line out; the tags that need no declaration are `!!str`, `!!int` and the like"
    findings.add("T108", findings.span(at, at + 4), tag="%TAG", problem="cannot be declared", help=help_)


def is_suspect(body: str) -> bool:
    """Whether `check` may find something: cheap, and true for some texts in which it finds nothing."""
    # a tenth of the cost of a regular expression
    if "#" in body and any(before[-1:] in _GLUES for before in body.split("#")[:-1]):
        return True
    return "?" in body and _QUESTION.search(body) is not None


def check(findings: Findings) -> None:
    """Tell the first of these, if there is one (T102); quotes are seen to where they are read.

    The text must be one that libyaml reads to its end.
    """
    from yaml._yaml import CParser

    body = findings.text.body
    get = CParser(body).get_token
    while (token := get()) is not None:
        assert token.start_mark is not None, "libyaml marks every token"
        assert token.end_mark is not None, "libyaml marks every token"
        start, end = token.start_mark.index, token.end_mark.index
        if start == end:
            continue
        if body[end : end + 1] == "#" and body[end - 1] in _GLUES:
            refuse_comment(findings, end)
            return
        if type(token).__name__ == "KeyToken" and not body[end : end + 1].isspace():
            help_ = "put it in quotes"
            problem = "text that starts with `?` needs quotes here"
            findings.add("T102", findings.span(start, end), format="YAML", problem=problem, help=help_)
            return


def refuse_comment(findings: Findings, at: int) -> None:
    help_ = "write a space before the `#`, or put the whole text in quotes"
    problem = "a comment needs a space before its `#`"
    findings.add("T102", findings.span(at, at + 1), format="YAML", problem=problem, help=help_)
