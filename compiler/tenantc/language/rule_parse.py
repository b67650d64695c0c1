"""From the text of a rule file to what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from tenantc.diagnostics.suggest import did_you_mean
from tenantc.language.parse import SLIPS, BadTokenError, Builder, day_of, depth, parser, unquote
from tenantc.language.rule_syntax import (
    AudienceSyntax,
    Binding,
    CitationSyntax,
    EditKind,
    EditSyntax,
    GivenKind,
    GivenSyntax,
    Literal_,
    MappingLiteral,
    Name,
    OverSyntax,
    RequirementSyntax,
    RuleProblem,
    RuleSyntax,
    TestSyntax,
)
from tenantc.language.syntax import MAX_DEPTH, Expression
from tenantc.source.regex import lazy

if TYPE_CHECKING:
    import lark

MAX_SIZE = 65_536
_EMPTY = "there is no rule in this file"
# a quoted text or a regular expression, in which `#` is itself, or a comment
_COMMENT = lazy(r'"(?:\\.|[^"\\\n])*"|\bmatches\s*/(?:\\.|[^/\\\n])+/|(#[^\n]*)')
_BRACKET = lazy(r'"(?:\\.|[^"\\\n])*"|([()\[\]{}])')
_OWN = frozenset({"FOR", "BASIS", "MESSAGE", "REMEDY"})
_CLAUSES = (
    *("title", "because", "applies", "when", "let", "param", "effective", "require", "message", "severity", "basis"),
    *("remedy", "unwaivable", "controls", "test", "given", "expect", "tiers", "fleet", "frameworks"),
)


def parse_rule(text: str) -> tuple[RuleSyntax | None, tuple[RuleProblem, ...]]:
    """The rule of a file and its tests, or everything that keeps the text from being one."""
    if len(text) > MAX_SIZE:
        problem = f"the file has {len(text)} characters, more than the {MAX_SIZE} that are read"
        return None, (_syntax(problem, 0, 1),)
    comments = tuple(Name(found.group(1), found.start(1), found.end(1)) for found in _comments(text))
    plain = _COMMENT.sub(lambda found: " " * len(found.group()) if found.group(1) else found.group(), text)
    if not plain.strip():
        return None, (_syntax(_EMPTY, 0, 1, "a file begins with `rule` and the rule's id"),)
    deep = _too_deep(plain)
    tree = deep or _tree(plain)
    if isinstance(tree, RuleProblem):
        return None, (tree,)
    if depth(tree) > MAX_DEPTH:
        return None, (_syntax(f"an expression is more than {MAX_DEPTH} operations deep", 0, 1),)
    reading = _Reading(plain)
    try:
        rule = reading.rule(tree, comments)
    except BadTokenError as error:
        return None, (_syntax(error.message, error.start, error.start + error.length, error.help),)
    return rule, tuple(reading.problems)


def _too_deep(text: str) -> RuleProblem | None:
    """The first bracket that opens deeper than anybody reads."""
    level = 0
    for found in _BRACKET.finditer(text):
        bracket = found.group(1)
        level += (bracket in ("(", "[", "{")) - (bracket in (")", "]", "}"))
        if level > MAX_DEPTH:
            return _syntax(f"brackets are nested deeper than {MAX_DEPTH} levels", found.start(), found.end())
    return None


def _comments(text: str) -> Iterator[re.Match[str]]:
    return (found for found in _COMMENT.finditer(text) if found.group(1))


def _syntax(problem: str, at: int, end: int, help: str = "") -> RuleProblem:
    return RuleProblem("T501", at, end, (("problem", problem),), help)


def _tree(text: str) -> lark.Tree[lark.Token] | RuleProblem:
    import lark

    try:
        return parser().parse(text, start="file")
    except lark.UnexpectedCharacters as error:
        at = cast("int", error.pos_in_stream)
        is_open = text[at] == '"'
        what = "this text is never closed" if is_open else f"`{text[at]}` means nothing here"
        return _syntax(what, at, at + 1)
    except lark.UnexpectedToken as error:
        if error.token.type == "$END":
            return _syntax("the file ends too early", max(len(text.rstrip()) - 1, 0), len(text.rstrip()))
        at = error.token.start_pos or 0
        accepted = set(error.accepts or ())
        help = did_you_mean(str(error.token), [name for name in _CLAUSES if name.upper() in accepted])
        help = help or SLIPS.get(str(error.token), "")
        if not help and accepted <= {"RULE"}:
            help = "a file holds one rule, its tests behind it"
        return _syntax(f"`{error.token}` is not expected here", at, at + len(error.token), help)


class _Clause(NamedTuple):
    """A clause of a rule: its keyword, its parts and where it stands."""

    keyword: str
    parts: list[Any]
    at: int
    end: int
    column: int


class _Reading:
    def __init__(self, text: str) -> None:
        self.text = text
        self.builder = Builder(0)
        self.problems: list[RuleProblem] = []

    def rule(self, tree: lark.Tree[lark.Token], comments: tuple[Name, ...]) -> RuleSyntax:
        head, *tests = cast("list[lark.Tree[lark.Token]]", tree.children)
        id = self.name(head.children[1])
        found: dict[str, Any] = {}
        lists: dict[str, list[Any]] = {"requirements": [], "lets": [], "params": []}
        group: list[_Clause] = []
        over, clauses = self.over(head.children[2:])
        for clause in [*map(self.clause, clauses), None]:
            if group and clause is not None and clause.keyword in _OWN and clause.column > group[0].column:
                group.append(clause)
                continue
            if group:
                lists["requirements"].append(self.requirement(group))
                group = []
            if clause is None:
                break
            if clause.keyword == "REQUIRE":
                group = [clause]
            elif clause.keyword in {"LET", "PARAM"}:
                binding = Binding(self.name(clause.parts[1]), self.expression(clause.parts[3]))
                lists[f"{clause.keyword.lower()}s"].append(binding)
            else:
                self.put(found, clause)
        return RuleSyntax(
            id,
            tuple(lists["requirements"]),
            over,
            lets=tuple(lists["lets"]),
            params=tuple(lists["params"]),
            tests=tuple(self.test(test) for test in tests),
            comments=comments,
            **found,
        )

    def over(self, branches: list[Any]) -> tuple[OverSyntax | None, list[Any]]:
        """What the rule is over, and its clauses."""
        if not branches or branches[0].data != "over":
            return None, branches
        parts, meta = branches[0].children, branches[0].meta
        kind = cast("Literal['tiers', 'fleet']", str(parts[1]))
        by = self.name(parts[3]) if len(parts) == 4 else None
        return OverSyntax(kind, by, meta.start_pos, meta.end_pos), branches[1:]

    def clause(self, branch: Any) -> _Clause:
        at, end = branch.meta.start_pos, branch.meta.end_pos
        column = at - (self.text.rfind("\n", 0, at) + 1)
        return _Clause(branch.children[0].type, branch.children, at, end, column)

    def put(self, found: dict[str, Any], clause: _Clause) -> None:
        """Keeps a clause that stands once in a rule."""
        if clause.keyword == "FOR":
            end = clause.at + 3
            help = "indent it deeper than its `require`; whom the whole rule is for, `applies to …` says"
            self.problems.append(_syntax("this `for` belongs to no `require`", clause.at, end, help))
            return
        key = {"CONTROLS": "citations"}.get(clause.keyword, clause.keyword.lower())
        if key in found:
            end = clause.at + len(clause.keyword)
            self.problems.append(RuleProblem("T503", clause.at, end, (("clause", clause.keyword.lower()),)))
            return
        found[key] = self.content(clause)
        if clause.keyword == "EFFECTIVE" and len(clause.parts) == 4:
            found["until"] = self.name(clause.parts[3])

    def content(self, clause: _Clause) -> Any:
        match clause.keyword:
            case "TITLE" | "BECAUSE" | "MESSAGE":
                return self.quoted(clause.parts[1])
            case "SEVERITY" | "BASIS" | "EFFECTIVE":
                return self.name(clause.parts[1])
            case "APPLIES" | "FOR":
                return self.audience(clause.parts[1])
            case "WHEN":
                return self.expression(clause.parts[1])
            case "REMEDY":
                return tuple(self.edit(edit) for edit in clause.parts[1:])
            case "CONTROLS":
                return tuple(self.citations(clause.parts[1:]))
            case _:
                return True

    def requirement(self, group: list[_Clause]) -> RequirementSyntax:
        own: dict[str, Any] = {}
        for clause in group[1:]:
            key = "audience" if clause.keyword == "FOR" else clause.keyword.lower()
            if key in own:
                end = clause.at + len(clause.keyword)
                self.problems.append(RuleProblem("T503", clause.at, end, (("clause", clause.keyword.lower()),)))
            own[key] = self.content(clause)
        return RequirementSyntax(self.expression(group[0].parts[1]), group[0].at, **own)

    def expression(self, branch: Any) -> Expression:
        root = self.builder.build(branch)
        return Expression(self.text[root.at : root.end], root.at, root)

    def name(self, token: Any) -> Name:
        text = day_of(token, token.start_pos) if token.type == "DATE" else str(token)
        return Name(text, token.start_pos, token.end_pos)

    def quoted(self, token: Any) -> Name:
        return Name(unquote(token, token.start_pos), token.start_pos, token.end_pos)

    def audience(self, branch: Any) -> AudienceSyntax:
        terms = [part for part in branch.children if not isinstance(part, str)]
        excepted = "except" in branch.children
        names: dict[str, list[Name]] = {"FRAMEWORKS": [], "TIERS": []}
        for term in terms:
            names[term.children[0].type] += [self.name(token) for token in term.children[1:]]
        at, end = branch.meta.start_pos, branch.meta.end_pos
        return AudienceSyntax(excepted, tuple(names["FRAMEWORKS"]), tuple(names["TIERS"]), at, end)

    def edit(self, branch: Any) -> EditSyntax:
        parts = branch.children
        kind = cast("EditKind", str(parts[0]))
        path, value = (parts[3], parts[1]) if kind in {"add", "take"} else (parts[1], parts[3])
        return EditSyntax(kind, self.name(path), self.expression(value), branch.meta.start_pos, branch.meta.end_pos)

    def citations(self, branches: list[Any]) -> Iterator[CitationSyntax]:
        for branch in branches:
            framework = self.name(branch.children[0])
            for cite in branch.children[1:]:
                yield CitationSyntax(framework, self.quoted(cite))

    def test(self, branch: Any) -> TestSyntax:
        parts = branch.children
        given = tuple(self.given(part) for part in parts if not isinstance(part, str))
        return TestSyntax(
            self.quoted(parts[1]), self.name(parts[3]), given, self.name(parts[-1]), branch.meta.start_pos
        )

    def given(self, branch: Any) -> GivenSyntax:
        parts = branch.children
        kind = cast("GivenKind", str(parts[0]))
        at, end = branch.meta.start_pos, branch.meta.end_pos
        match kind:
            case "set":
                return GivenSyntax(kind, (), self.name(parts[1]), self.literal(parts[3]), at, end)
            case "add" | "take":
                return GivenSyntax(kind, (), self.name(parts[3]), self.literal(parts[1]), at, end)
            case "unset":
                return GivenSyntax(kind, (), self.name(parts[1]), None, at, end)
            case "waiver":
                return GivenSyntax(kind, (self.name(parts[2]),), None, None, at, end)
            case "region" | "environment":
                return GivenSyntax(kind, (self.quoted(parts[1]),), None, None, at, end)
            case _:
                return GivenSyntax(kind, tuple(self.name(part) for part in parts[1:]), None, None, at, end)

    def literal(self, branch: Any) -> Literal_:
        if isinstance(branch, str) or branch.data != "mapping":
            return self.expression(branch)
        entries = []
        for entry in branch.children:
            key, value = entry.children
            name = unquote(key, key.start_pos) if key.type == "STRING" else str(key)
            entries.append((name, self.literal(value)))
        return MappingLiteral(tuple(entries))
