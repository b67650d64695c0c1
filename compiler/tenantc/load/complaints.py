"""libyaml's complaints in words that a user understands, with help, at the place where the mistake is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenantc.diagnostics.diagnostic import Blame
from tenantc.load import characters
from tenantc.load.findings import Findings, shown
from tenantc.source.frozen import Frozen
from tenantc.source.regex import lazy
from tenantc.source.span import Span

if TYPE_CHECKING:
    from yaml.error import MarkedYAMLError

_ESCAPE = lazy(r"\\(?:[xuU][0-9a-fA-F]{0,8}|.?)", re.DOTALL)
_HANDLE = lazy(r"[^\s,\[\]{}]*")
_CLOSERS = "\"'])}"
# libyaml and YAML 1.2 look no further for the `:` of a key
_LONGEST_KEY = 1024


class _Words(Frozen):
    """A sentence and its help; `start` points at where the thing starts, not where libyaml gave up."""

    problem: str
    help: str
    start: bool = False
    label: str = ""


_WHOLE = 'write the character as it is, or in one piece, such as "\\U0001F600"'
_TAB = _Words("a tab stands where only spaces may", "indent with spaces")
_DIRECTIVE = _Words(
    "this directive is not one that is read",
    "the only one is `%YAML 1.2`; put text that starts with `%` in quotes",
    start=True,
)
_TAG = _Words("this tag is not complete", "put text that starts with `!` in quotes", start=True)

# By libyaml's problem; where one problem has several causes, by its context first.
_BY_CONTEXT = {
    "while scanning a directive": _DIRECTIVE,
    "while scanning a %YAML directive": _DIRECTIVE,
    "while scanning a %TAG directive": _DIRECTIVE,
    "while parsing a %TAG directive": _DIRECTIVE,
    "while scanning a tag": _TAG,
    "while parsing a tag": _TAG,
    "while scanning an anchor": _Words("text cannot start with `&` here", "put it in quotes", start=True),
    "while scanning an alias": _Words("text cannot start with `*` here", "put it in quotes", start=True),
}
_BY_PROBLEM = {
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "mapping values are not allowed in this context": _Words(
        "this `:` would make a mapping where none can start",
        "put text that holds `: ` in quotes; a key stands on a line of its own, in the column of the other keys",
    ),
    "mapping keys are not allowed in this context": _Words("text cannot start with `? ` here", "put it in quotes"),
    "block sequence entries are not allowed in this context": _Words(
        "a list cannot start on this line", "put its first `- ` on the next line, or the text in quotes"
    ),
    "could not find expected ':'": _Words(
        "this line has no key",
        "write `key: value`; text that goes on from the line above is indented deeper",
        start=True,
    ),
    "found unexpected end of stream": _Words(
        "this quote is never closed",
        "close it; text that itself starts with a quote needs quotes around it",
        start=True,
    ),
    "found unexpected document indicator": _Words(
        "a line in quotes starts with `---` or `...`", "indent the line", label="the quote opens here"
    ),
    "found unexpected ':'": _Words("this `:` has no value behind it", "put text that ends with `:` in quotes"),
    "found an indentation indicator equal to 0": _Words("an indentation of 0 is none", "write a number from 1 to 9"),
    "did not find expected comment or line break": _Words(
        "something follows the `|` or `>` that opens a block of text",
        "start the text on the next line, or put it in quotes",
    ),
    "did not find expected <document start>": _Words(
        "a second value follows the one of this document", "separate documents with `---`, or indent them alike"
    ),
    "found incompatible YAML document": _Words(
        "this is a version of YAML that is not read", "write `%YAML 1.2`, or take the line out"
    ),
    "found duplicate %YAML directive": _Words("the version of YAML stands twice", "take this line out"),
    "found duplicate %TAG directive": _DIRECTIVE,
}
_ESCAPES = {
    "found unknown escape character": (
        "is no escape",
        "write `\\\\` for a backslash, or use single quotes, where it is one",
    ),
    "did not find expected hexdecimal number": (
        "is no whole escape",
        "`\\x` takes two hexadecimal digits, `\\u` four and `\\U` eight",
    ),
    "found invalid Unicode character escape code": ("is no character", _WHOLE),
}
_SURROGATES = frozenset({"ud8", "ud9", "uda", "udb", "udc", "udd", "ude", "udf"})
_MISPLACED = {
    "did not find expected key": ("mapping", "the keys of a mapping start in one column"),
    "did not find expected '-' indicator": ("list", "the items of a list start with `- ` in one column"),
}
_UNCLOSED = {
    "did not find expected ',' or ']'": "[",
    "did not find expected ',' or '}'": "{",
}
_NO_VALUE = {
    "-": _Words("a list with `- ` cannot stand in brackets", "write its items with commas between them"),
    ":": _Words("text that starts with `:` needs quotes here", "put it in quotes"),
    "?": _Words("text that starts with `?` needs quotes here", "put it in quotes"),
    ",": _Words("no value stands before this `,`", "take the `,` out, or put text that holds it in quotes"),
    "": _Words("the file ends where a value should stand", "close what is open"),
}


def explain(error: MarkedYAMLError, findings: Findings) -> None:
    """Tell what stopped libyaml (T102)."""
    body = findings.text.body
    assert error.problem is not None, "libyaml always says what is wrong"
    assert error.problem_mark is not None, "libyaml always says where"
    at = error.problem_mark.index
    start = error.context_mark.index if error.context_mark is not None else at
    problem = error.problem
    if problem == "found undefined tag handle":
        tag = _HANDLE.match(body, at)
        assert tag is not None, "the pattern matches nothing at least"
        problem = "is not known"
        findings.add("T108", findings.span(at, tag.end()), tag=shown(tag[0]), problem=problem, help=_TAG.help)
    elif body[at : at + 1] == ":" and at - _line_start(body, at) > _LONGEST_KEY and problem in _KEY_PROBLEMS:
        help_ = "a key and its `:` stand on one line, within 1024 characters"
        _tell(findings, _Words("this key is too long", help_), findings.span(at, at + 1))
    elif problem in _ESCAPES:
        _tell_escape(findings, problem, at)
    elif problem in _MISPLACED:
        _tell_misplaced(findings, problem, at, start)
    elif problem in _UNCLOSED:
        _tell_unclosed(findings, problem, at, start)
    else:
        words = _words(error.context, problem, body[at : at + 1])
        place = start if words.start else at
        others = (Blame(findings.span(start, start + 1), words.label),) if words.label else ()
        _tell(findings, words, findings.span(place, place + 1), *others)


_KEY_PROBLEMS = frozenset({"mapping values are not allowed in this context", "could not find expected ':'", *_UNCLOSED})


def _words(context: str | None, problem: str, found: str) -> _Words:
    if problem == "found character that cannot start any token":
        word = "a backquote" if found == "`" else f"`{shown(found)}`"
        return _TAB if found == "\t" else _Words(f"text cannot start with {word} here", "put it in quotes")
    if problem == "did not find expected node content":
        return _NO_VALUE.get(found) or _unbalanced(found)
    # what libyaml says beyond these tables would be new in it: its own words are better than none
    return _BY_CONTEXT.get(context or "") or _BY_PROBLEM.get(problem) or _Words(problem, "")


def _unbalanced(found: str) -> _Words:
    return _Words(f"`{shown(found)}` closes nothing", "take it out, or put the text in quotes")


def _tell(findings: Findings, words: _Words, where: Span, *others: Blame) -> None:
    findings.add("T102", where, *others, format="YAML", problem=words.problem, help=words.help)


def _tell_escape(findings: Findings, problem: str, at: int) -> None:
    """An escape, which libyaml marks at its backslash or behind its letter."""
    body = findings.text.body
    escape = _ESCAPE.match(body, body.rfind("\\", 0, at + 1))
    assert escape is not None, "a backslash is an escape at least"
    where = findings.span(escape.start(), escape.end())
    if problem == "found invalid Unicode character escape code" and escape[0][1:4].lower() in _SURROGATES:
        name = characters.name(chr(int(escape[0][2:6], 16)))
        findings.add("T112", where, character=name, help=_WHOLE)
        return
    sentence, help_ = _ESCAPES[problem]
    _tell(findings, _Words(f"`{shown(escape[0])}` {sentence}", help_), where)


def _tell_misplaced(findings: Findings, problem: str, at: int, start: int) -> None:
    body = findings.text.body
    kind, help_ = _MISPLACED[problem]
    before = body[_line_start(body, at) : at].rstrip()
    if body[at : at + 1] in ("]", "}"):
        words = _unbalanced(body[at])
    elif body[at : at + 1] == ":":
        words = _Words("there is no key before this `:`", "write one, or put text that starts with `:` in quotes")
    elif before and before[-1] in _CLOSERS:
        words = _Words(
            f"something follows the closing `{before[-1]}`",
            "put the whole text in quotes; in single quotes, double each `'`",
        )
    else:
        words = _Words(f"this line is not part of the {kind} that it stands in", help_)
    _tell(findings, words, findings.span(at, at + 1), Blame(findings.span(start, start + 1), f"the {kind} starts here"))


def _tell_unclosed(findings: Findings, problem: str, at: int, start: int) -> None:
    body = findings.text.body
    opener = _UNCLOSED[problem]
    closer = "]" if opener == "[" else "}"
    if at >= len(body):
        _tell(
            findings,
            _Words(f"this `{opener}` is never closed", f"write the `{closer}`"),
            findings.span(start, start + 1),
        )
        return
    words = _Words(f"a `,` or `{closer}` is missing before this", "put text that holds any of `,:[]{}` in quotes")
    _tell(
        findings, words, findings.span(at, at + 1), Blame(findings.span(start, start + 1), f"the `{opener}` opens here")
    )


def _line_start(body: str, at: int) -> int:
    return body.rfind("\n", 0, at) + 1
