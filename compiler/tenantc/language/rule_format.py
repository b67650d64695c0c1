"""Prints rule files in their one canonical layout: parsing it gives the same rule, and no comment is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tenantc.language.format import show, show_path
from tenantc.language.parse import path_of
from tenantc.language.rule_syntax import (
    AudienceSyntax,
    CitationSyntax,
    EditSyntax,
    GivenSyntax,
    Literal_,
    MappingLiteral,
    Name,
    RequirementSyntax,
    RuleSyntax,
    TestSyntax,
)
from tenantc.language.syntax import Binary, Expression, Quantifier, Tree

WIDTH = 120
_COLUMN = 11  # where the content of a clause begins
_STEP = "  "


class _Line(NamedTuple):
    """A line of the result, and the place in the source of what stands on it."""

    at: int
    text: str


def format_rule(syntax: RuleSyntax, text: str) -> str:
    """The file in canonical layout; `text` is what was parsed, and says which comments stood alone on a line."""
    lines = [_Line(syntax.id.at, f"rule {syntax.id.text}{_over(syntax)}"), *_clauses(syntax)]
    for test in syntax.tests:
        lines += [_Line(test.at, ""), *_test(test)]
    return "\n".join(_commented(lines, syntax.comments, text)) + "\n"


def _over(syntax: RuleSyntax) -> str:
    if syntax.over is None:
        return ""
    by = f" by {show_path(path_of(syntax.over.by.text))}" if syntax.over.by is not None else ""
    return f" over {syntax.over.kind}{by}"


def _clauses(syntax: RuleSyntax) -> Iterator[_Line]:
    yield from _quoted("title", syntax.title)
    yield from _quoted("because", syntax.because)
    if syntax.applies is not None:
        yield _clause("applies", syntax.applies.at, _audience(syntax.applies))
    if syntax.effective is not None:
        until = f" until {syntax.until.text}" if syntax.until else ""
        yield _Line(syntax.effective.at, f"{_STEP}effective {syntax.effective.text}{until}")
    for keyword, bindings in (("param", syntax.params), ("let", syntax.lets)):
        for one in bindings:
            yield from _expression(keyword, one.name.at, one.value, f"{one.name.text} = ")
    if syntax.when is not None:
        yield from _expression("when", syntax.when.root.at, syntax.when)
    for requirement in syntax.requirements:
        yield from _requirement(requirement)
    yield from _quoted("message", syntax.message)
    for keyword, name in (("severity", syntax.severity), ("basis", syntax.basis)):
        if name is not None:
            yield _clause(keyword, name.at, name.text)
    if syntax.remedy:
        yield from _listed("remedy", [(one.at, _edit(one)) for one in syntax.remedy], ",")
    if syntax.unwaivable:
        yield _Line(-1, f"{_STEP}unwaivable")
    if syntax.citations:
        yield from _listed("controls", list(_citations(syntax.citations)), " ")


def _clause(keyword: str, at: int, content: str) -> _Line:
    return _Line(at, f"{_STEP}{keyword.ljust(_COLUMN - 3)} {content}")


def _quoted(keyword: str, name: Name | None) -> Iterator[_Line]:
    if name is not None:
        yield _clause(keyword, name.at, _quote(name.text))


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _audience(syntax: AudienceSyntax) -> str:
    return f"{'except ' if syntax.excepted else ''}to {_terms(syntax)}"


def _terms(syntax: AudienceSyntax) -> str:
    groups = (("frameworks", syntax.frameworks), ("tiers", syntax.tiers))
    return " or ".join(f"{word} {', '.join(name.text for name in names)}" for word, names in groups if names)


def _requirement(syntax: RequirementSyntax) -> Iterator[_Line]:
    yield from _expression("require", syntax.condition.root.at, syntax.condition)
    own = " " * _COLUMN
    if syntax.audience is not None:
        except_ = "except to " if syntax.audience.excepted else ""
        yield _Line(syntax.audience.at, f"{own}for {except_}{_terms(syntax.audience)}")
    if syntax.basis is not None:
        yield _Line(syntax.basis.at, f"{own}basis {syntax.basis.text}")
    if syntax.message is not None:
        yield _Line(syntax.message.at, f"{own}message {_quote(syntax.message.text)}")
    if syntax.remedy:
        items = [(one.at, _edit(one)) for one in syntax.remedy]
        yield from _listed("remedy", items, ",", own)


def _edit(syntax: EditSyntax) -> str:
    path, value = show_path(path_of(syntax.path.text)), show(syntax.value.root)
    match syntax.kind:
        case "set":
            return f"set {path} = {value}"
        case "add":
            return f"add {value} to {path}"
        case "take":
            return f"take {value} from {path}"
        case _:
            return f"{syntax.kind} {path} to {value}"


def _citations(citations: tuple[CitationSyntax, ...]) -> Iterator[tuple[int, str]]:
    """The citations of each framework, those of one that stand side by side together."""
    at, text, framework = -1, "", ""
    for one in citations:
        control = _quote(one.control.text)
        if one.framework.text == framework:
            text += f", {control}"
            continue
        if text:
            yield at, text
        at, framework = one.framework.at, one.framework.text
        text = f"{framework} {control}"
    yield at, text


def _listed(keyword: str, items: list[tuple[int, str]], separator: str, indent: str = _STEP) -> Iterator[_Line]:
    """A clause that lists things, as many on a line as fit."""
    start = f"{indent}{keyword.ljust(_COLUMN - 3) if indent == _STEP else keyword} "
    at, line = items[0][0], start + items[0][1]
    for place, text in items[1:]:
        if len(line) + len(separator) + 1 + len(text) <= WIDTH:
            line += f"{separator} {text}"
            continue
        yield _Line(at, line + separator.strip())
        at, line = place, " " * len(start) + text
    yield _Line(at, line)


def _expression(keyword: str, at: int, expression: Expression, before: str = "") -> Iterator[_Line]:
    """An expression; one that is too long for a line is broken where it is joined most loosely."""
    start = f"{_STEP}{keyword.ljust(_COLUMN - 3)} {before}"
    first, *rest = _broken(expression.root, WIDTH - len(start))
    yield _Line(at, start + first)
    for text in rest:
        yield _Line(at, f"{' ' * _COLUMN}{_STEP}{text}")


def _broken(node: Tree, width: int) -> list[str]:
    text = show(node)
    if len(text) <= width:
        return [text]
    if isinstance(node, Quantifier):
        head = text[: len(text) - len(show(node.body))].rstrip()
        return [head, *_broken(node.body, WIDTH - _COLUMN - len(_STEP))]
    if isinstance(node, Binary) and node.operator in {"and", "or"}:
        last = text[len(show(node.left)) :].lstrip() if text.startswith(show(node.left)) else ""
        if last:
            return [*_broken(node.left, width), last]
    return [text]


def _test(test: TestSyntax) -> Iterator[_Line]:
    yield _Line(test.title.at, f"test {_quote(test.title.text)} of {test.rule.text}")
    line, at = f"{_STEP}given  ", test.given[0].at
    for index, given in enumerate(test.given):
        text = _given(given) + ("," if index + 1 < len(test.given) else "")
        if index and len(line) + 1 + len(text) > WIDTH:
            yield _Line(at, line)
            line, at = " " * 9 + text, given.at
        else:
            line += f" {text}" if index else text
    yield _Line(at, line)
    yield _Line(test.expect.at, f"{_STEP}expect {test.expect.text}")


def _given(given: GivenSyntax) -> str:
    names = " ".join(name.text for name in given.names)
    path = show_path(path_of(given.path.text)) if given.path is not None else ""
    match given.kind:
        case "set":
            return f"set {path} = {_literal(given.value)}"
        case "add":
            return f"add {_literal(given.value)} to {path}"
        case "take":
            return f"take {_literal(given.value)} from {path}"
        case "unset":
            return f"unset {path}"
        case "waiver":
            return f"waiver until {names}"
        case "region" | "environment":
            return f"{given.kind} {_quote(names)}"
        case _:
            return f"{given.kind} {names}"


def _literal(value: Literal_ | None) -> str:
    assert value is not None, "what is set has a value"
    if isinstance(value, MappingLiteral):
        entries = (f"{name if name.isidentifier() else _quote(name)}: {_literal(one)}" for name, one in value.entries)
        return f"{{{', '.join(entries)}}}"
    return show(value.root)


def _commented(lines: list[_Line], comments: Iterable[Name], text: str) -> Iterator[str]:
    """The lines with the comments of the source: above what followed them, or behind what they followed."""
    above: dict[int, list[str]] = {}
    behind: dict[int, str] = {}
    last: list[str] = []
    for comment in comments:
        start = text.rfind("\n", 0, comment.at) + 1
        alone = not text[start : comment.at].strip()
        known = [line.at for line in lines if (line.at > comment.at) == alone and line.at >= 0]
        if not known:
            last.append(comment.text)
        elif alone:
            above.setdefault(min(known), []).append(comment.text)
        else:
            behind[max(known)] = comment.text
    ends = {line.at: index for index, line in enumerate(lines)}
    for index, line in enumerate(lines):
        indent = line.text[: len(line.text) - len(line.text.lstrip())]
        if not line.text:
            yield ""
        for comment_text in above.pop(line.at, ()) if line.text else ():
            yield indent + comment_text
        if line.text:
            yield f"{line.text}  {behind[line.at]}" if line.at in behind and ends[line.at] == index else line.text
    yield from last
