"""Checks a rule against the schema and the catalogue of controls, and makes of it what is judged by."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.language.check import misfits
from tenantc.language.condition import Condition, reads_of, variables_of
from tenantc.language.constants import constant, fixed
from tenantc.language.cost import degree, parts
from tenantc.language.fleet import over_fleet
from tenantc.language.infer import Folded, infer_in
from tenantc.language.outcome import Problem
from tenantc.language.parse import parse_expression, path_of
from tenantc.language.roots import ROOTS
from tenantc.language.rule_syntax import (
    AudienceSyntax,
    Binding,
    EditSyntax,
    Name,
    OverSyntax,
    RequirementSyntax,
    RuleProblem,
    RuleSyntax,
)
from tenantc.language.scope import Scope
from tenantc.language.syntax import Expression, Quantifier, SyntaxProblem, Tree, children
from tenantc.language.today import is_day, lonely
from tenantc.language.types import BOOLEAN, Located, Type, is_root, locate, type_of
from tenantc.model.rule import Audience, Basis, Citation, Clause, Edit, Param, Rule, Weight
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.frozen import replace
from tenantc.source.path import Path, split
from tenantc.source.span import Span
from tenantc.source.text import Text

_OF_TIERS = frozenset({"tenant.tier", "tenant.grade"})
_HOLE = re.compile(r"\{([^{}]*)\}")
_WEIGHTS = tuple(weight.value for weight in Weight)
_BASES = tuple(basis.value for basis in Basis)


class Catalogue(NamedTuple):
    """What rules may name: the controls of each framework, and the grades of tiers."""

    controls: Mapping[str, Collection[str]]
    grades: Collection[str]


def spanning(text: Text, at: int, end: int) -> Span:
    """The characters from `at` to `end` of a file."""
    body = text.body
    line, column = body.count("\n", 0, at) + 1, at - body.rfind("\n", 0, at)
    end_line, end_column = body.count("\n", 0, end) + 1, end - body.rfind("\n", 0, end)
    return Span(text, line, column, end_line, end_column)


def told(text: Text, problem: RuleProblem) -> Diagnostic:
    """A problem of a rule file as text, as a diagnostic."""
    return diagnose(problem.code, spanning(text, problem.at, problem.end), help=problem.help, **dict(problem.facts))


def check_rule(syntax: RuleSyntax, text: Text, schema: Schema, catalogue: Catalogue) -> Outcome[Rule | None]:
    """The rule, or everything that is wrong with it."""
    checker = _Checker(syntax, text, schema, catalogue)
    rule = checker.check()
    return Outcome(None if checker.diagnostics else rule, tuple(checker.diagnostics))


class _Checker:
    def __init__(self, syntax: RuleSyntax, text: Text, schema: Schema, catalogue: Catalogue) -> None:
        self.syntax = syntax
        self.text = text
        self.schema = schema
        self.catalogue = catalogue
        self.diagnostics: list[Diagnostic] = []
        self.folds: dict[str, Folded] = {}
        by = self.by(syntax.over)
        self.scope = Scope(schema, rules=True, by=by)

    def by(self, over: OverSyntax | None) -> Path | None:
        """What splits the fleet that the rule is over, empty if nothing does; None for all other rules."""
        if over is None or over.kind != "fleet" or over.by is None:
            return "" if over is not None and over.kind == "fleet" else None
        path = path_of(over.by.text)
        found = locate(self.schema, path, rules=True)
        kind = type_of(found.leaf).kind if isinstance(found, Located) and not found.leaf.secret else "secret"
        if kind not in {"text", "boolean", "number"}:
            problem = f"`{path}` is no plain value of a tenant, and nothing else splits a fleet"
            self.say("T504", self.of(over.by), problem=problem)
        return path

    def span(self, at: int, end: int) -> Span:
        return spanning(self.text, at, end)

    def of(self, name: Name) -> Span:
        return self.span(name.at, name.end)

    def say(self, code: str, span: Span, help: str = "", **facts: object) -> None:
        self.diagnostics.append(diagnose(code, span, help=help, **facts))

    def check(self) -> Rule | None:
        syntax = self.syntax
        for key, there in (("title", syntax.title), ("severity", syntax.severity), ("require", syntax.requirements)):
            if not there:
                self.say("T502", self.of(syntax.id), rule=syntax.id.text, clause=key)
        params = tuple(param for binding in syntax.params if (param := self.param(binding)) is not None)
        lets = tuple(found for binding in syntax.lets if (found := self.let(binding)) is not None)
        self.fit(syntax)
        guard = self.guard(syntax.when) if syntax.when is not None else None
        applies = self.audience(syntax.applies)
        # what the guard found to be there is there for the requirements
        inner = self.scope.where(syntax.when.root, holds=True) if syntax.when is not None else self.scope
        remedy = self.remedy(syntax.remedy)
        checked = [self.clause(one, inner, remedy) for one in syntax.requirements]
        clauses = tuple(clause for clause in checked if clause is not None)
        if syntax.effective and syntax.until and syntax.until.text < syntax.effective.text:
            self.say("T504", self.of(syntax.until), problem="the last day comes before the first")
        weight = self.word(syntax.severity, _WEIGHTS, "severity")
        citations = tuple(self.citations())
        if self.diagnostics or syntax.title is None or weight is None:
            return None
        conditions = [clause.condition for clause in clauses]
        guarding = self.reads([guard, *_used(guard, dict(lets))])
        reads = guarding | self.reads([*conditions, *(value for _, value in lets)])
        over = syntax.over.kind if syntax.over is not None else "tenants"
        if over == "tiers":
            self.readable(reads)
        rule = Rule(
            syntax.id.text,
            syntax.title.text,
            Weight(weight),
            clauses,
            self.of(syntax.id),
            because=syntax.because.text if syntax.because else "",
            applies=applies,
            guard=guard,
            lets=lets,
            params=params,
            effective=syntax.effective.text if syntax.effective else "",
            until=syntax.until.text if syntax.until else "",
            unwaivable=syntax.unwaivable,
            citations=citations,
            reads=reads,
            guards=guarding,
            attested={kind for path in reads - guarding for kind in self.kinds(path)} == {"fact"},
            over=over,
        )
        rule = self.sized(rule)
        return over_fleet(rule, self.folds, self.scope.by or "") if over == "fleet" else rule

    def fit(self, syntax: RuleSyntax) -> None:
        """T504 for clauses that make no sense in a rule over tiers or the fleet: nobody's settings are mended there."""
        if syntax.over is None:
            return
        kind = syntax.over.kind
        edits = [*syntax.remedy, *(edit for one in syntax.requirements for edit in one.remedy)]
        audiences = [one.audience for one in syntax.requirements if one.audience is not None]
        found = [("remedy", (one.at, one.end)) for one in edits[:1]]
        found += [("for", (one.at, one.end)) for one in audiences[:1]]
        if kind == "fleet":
            found += [("let", (one.name.at, one.name.end)) for one in syntax.lets[:1]]
        elif syntax.applies is not None and syntax.applies.frameworks:
            found.append(("framework", (syntax.applies.at, syntax.applies.end)))
        for word, place in found:
            self.say(
                "T504", self.span(*place), problem=f"a rule over {'the ' * (kind == 'fleet')}{kind} has no `{word}`"
            )

    def sized(self, rule: Rule) -> Rule:
        """How large it is; T504 if it goes too deep for a rule that goes through the fleet, too."""
        named = [rule.guard, *(clause.condition for clause in rule.clauses), *(value for _, value in rule.lets)]
        judged = [one.typed for one in named if isinstance(one, Condition)]
        judged += [one for fold in self.folds.values() for one in (fold.value, fold.where) if one is not None]
        found = max(degree(one) for one in judged)
        if rule.over == "fleet" and found > 1:
            problem = "a rule over the fleet goes through one collection of a tenant, and none within it"
            self.say("T504", self.of(self.syntax.id), problem=problem)
        return replace(rule, degree=found, parts=sum(parts(one) for one in judged))

    def readable(self, reads: Iterable[Path]) -> None:
        """T504 for what a rule over tiers reads of a tenant."""
        for path in sorted(reads):
            if split(path)[0] in {*ROOTS, "waivers", "secrets"} - {"workspace"} and path not in _OF_TIERS:
                problem = f"`{path}` is a tenant's, and a rule over tiers knows none"
                self.say("T504", self.of(self.syntax.id), problem=problem)

    def kinds(self, path: Path) -> Iterator[str]:
        found = self.schema.find(path)
        if isinstance(found, Group):
            yield from (leaf.kind for leaf in found.leaves())
        else:
            yield found.kind if found is not None else "control"

    def reads(self, conditions: Iterable[object]) -> frozenset[Path]:
        found = [reads_of(one.typed) for one in conditions if isinstance(one, Condition)]
        return frozenset().union(*found)

    def word(self, name: Name | None, words: tuple[str, ...], what: str) -> str | None:
        """One of the words that a clause knows."""
        if name is None or name.text in words:
            return name.text if name else None
        help = did_you_mean(name.text, words) or f"it is one of {', '.join(f'`{word}`' for word in words)}"
        self.say("T504", self.of(name), problem=f"`{name.text}` is no {what}", help=help)
        return None

    def problems(self, problems: Iterable[Problem]) -> None:
        for one in problems:
            span = self.span(one.offset, one.offset + max(one.length, 1))
            self.say("T504", span, problem=one.message, help=one.help)

    def condition(self, expression: Expression, scope: Scope, wanted: Type | None = None) -> Condition | None:
        typed, problems = infer_in(expression, scope, wanted, self.folds)
        if not problems and is_day(typed.node):
            found = lonely()
            problems = (Problem(found.message, typed.node.at, typed.node.end - typed.node.at, found.help),)
        self.problems(problems)
        return None if problems else Condition(expression.text, expression.at, typed)

    def boolean(self, expression: Expression, scope: Scope, what: str) -> Condition | None:
        found = self.condition(expression, scope)
        if found is not None and found.typed.type.kind != BOOLEAN.kind:
            root = expression.root
            self.say("T504", self.span(root.at, root.end), problem=f"a `{what}` is true or false, and this is neither")
            return None
        return found

    def free(self, name: Name) -> bool:
        """Whether a name may be given to a value."""
        if is_root(self.schema, name.text, rules=True) or name.text in self.scope.variables:
            self.say("T504", self.of(name), problem=f"the name `{name.text}` is taken")
            return False
        return True

    def let(self, binding: Binding) -> tuple[str, Condition] | None:
        found = self.condition(binding.value, self.scope)
        if not self.free(binding.name) or found is None or not self.total(found, "let"):
            return None
        self.scope = self.scope.bind(**{binding.name.text: found.typed.type})
        return binding.name.text, found

    def param(self, binding: Binding) -> Param | None:
        found = self.condition(binding.value, self.scope, Type("text"))
        if not self.free(binding.name) or found is None:
            return None
        if reads_of(found.typed):
            self.say("T504", self.span(*_place(binding.value)), problem="a parameter's value reads no settings")
            return None
        self.scope = self.scope.bind(**{binding.name.text: _open(found.typed.type)})
        return Param(binding.name.text, found, self.of(binding.name), constant(found.typed))

    def guard(self, expression: Expression) -> Condition | None:
        # whether a tenant counts in a rule over the fleet is asked of it alone
        found = self.boolean(expression, replace(self.scope, by=None), "when")
        return found if found is not None and self.total(found, "when") else None

    def total(self, found: Condition, word: str) -> bool:
        """Whether this always has a value: what decides whether a rule is judged may not be unknown."""
        if not found.typed.type.absent:
            return True
        culprit = found.unset()
        shown = culprit.text
        help = f"say what holds then: `({shown} else …)`, or ask first: `{shown} is set and …`"
        span = self.span(culprit.at, culprit.end)
        self.say("T505", span, path=shown, clause=word, help=help)
        return False

    def audience(self, syntax: AudienceSyntax | None) -> Audience | None:
        if syntax is None:
            return None
        for name in syntax.frameworks:
            if name.text not in self.catalogue.controls:
                help = did_you_mean(name.text, self.catalogue.controls)
                self.say("T507", self.of(name), kind="framework", name=name.text, help=help)
        for name in syntax.tiers:
            if name.text not in self.catalogue.grades:
                help = did_you_mean(name.text, self.catalogue.grades)
                self.say("T507", self.of(name), kind="tier", name=name.text, help=help)
        frameworks = frozenset(name.text for name in syntax.frameworks)
        return Audience(syntax.excepted, frameworks, frozenset(name.text for name in syntax.tiers))

    def clause(self, syntax: RequirementSyntax, scope: Scope, remedy: tuple[Edit, ...]) -> Clause | None:
        condition = self.boolean(syntax.condition, scope, "require")
        span = self.span(syntax.at, syntax.condition.root.end)
        basis = syntax.basis or self.syntax.basis
        if basis is None:
            self.say("T502", span, rule=self.syntax.id.text, clause="basis")
        word = self.word(basis, _BASES, "basis")
        message = syntax.message or self.syntax.message
        audience = self.audience(syntax.audience)
        pieces = tuple(self.message(message, scope)) if message is not None else ()
        own = self.remedy(syntax.remedy) if syntax.remedy else remedy
        if condition is None or word is None:
            return None
        return Clause(condition, Basis(word), span, audience, pieces, own, _quantifies(syntax.condition.root))

    def message(self, name: Name, scope: Scope) -> Iterator[str | Condition]:
        """The pieces of a message: texts, and the settings in braces between them."""
        at = 0
        for hole in _HOLE.finditer(name.text):
            if hole.start() > at:
                yield name.text[at : hole.start()]
            at = hole.end()
            expression = parse_expression(hole.group(1))
            if isinstance(expression, SyntaxProblem):
                self.say("T504", self.of(name), problem=f"`{hole.group()}` in the message: {expression.message}")
                continue
            typed, problems = infer_in(expression, scope, folds=self.folds)
            for one in problems:
                self.say(
                    "T504", self.of(name), problem=f"`{hole.group()}` in the message: {one.message}", help=one.help
                )
            if not problems:
                yield Condition(expression.text, 0, typed)
        if at < len(name.text):
            yield name.text[at:]

    def remedy(self, edits: tuple[EditSyntax, ...]) -> tuple[Edit, ...]:
        return tuple(edit for syntax in edits if (edit := self.edit(syntax)) is not None)

    def edit(self, syntax: EditSyntax) -> Edit | None:
        path = path_of(syntax.path.text)
        leaf = self.schema.find(path)
        span = self.of(syntax.path)
        problem = _uneditable(leaf, path, syntax.kind)
        if problem or not isinstance(leaf, Leaf):
            self.say("T508", span, problem=problem)
            return None
        target = type_of(leaf)
        wanted = target.item if syntax.kind in {"add", "take"} and target.item is not None else target
        found = self.condition(syntax.value, self.scope, wanted)
        if found is None:
            return None
        if syntax.kind in {"add", "take"} and found.typed.type.kind == "list":
            wanted = target
        wrong = [*misfits(found.typed, wanted, leaf)]
        for message, help in wrong:
            self.say("T508", self.span(*_place(syntax.value)), problem=message, help=help)
        written = syntax.value if reads_of(found.typed) else None
        return Edit(syntax.kind, path, found, span, None if wrong else fixed(found, leaf), written)

    def citations(self) -> Iterator[Citation]:
        for citation in self.syntax.citations:
            framework, control = citation.framework, citation.control
            known = self.catalogue.controls.get(framework.text)
            if known is None:
                help = did_you_mean(framework.text, self.catalogue.controls)
                self.say("T507", self.of(framework), kind="framework", name=framework.text, help=help)
            elif control.text not in known:
                help = did_you_mean(control.text, known)
                self.say("T506", self.of(control), framework=framework.text, control=control.text, help=help)
            yield Citation(framework.text, control.text)


def _place(expression: Expression) -> tuple[int, int]:
    return expression.root.at, expression.root.end


def _open(found: Type) -> Type:
    """The type of a parameter: a policy may give it any value of its kind."""
    item = replace(found.item, choices=()) if found.item is not None else None
    return replace(found, choices=(), item=item)


def _uneditable(leaf: object, path: Path, kind: str) -> str:
    """Why a remedy can't do this to a setting, or nothing."""
    if not isinstance(leaf, Leaf):
        return f"`{path}` is not a setting"
    if leaf.path != path:
        return f"`{path}` is an entry of an open map, and no rule knows which there are"
    if leaf.kind == "fact":
        return f"`{path}` is a fact, and only people can state it"
    if leaf.computed or leaf.secret:
        return f"nobody writes `{path}` by rule"
    if kind in {"add", "take"} and leaf.type != "array":
        return f"`{path}` is no list, so nothing can be added to it or taken from it"
    if kind in {"raise", "lower"} and leaf.type not in {"integer", "number"} and not isinstance(leaf.order, tuple):
        return f"`{path}` has no order, so it can't be raised or lowered"
    return ""


def _used(guard: Condition | None, lets: dict[str, Condition]) -> Iterator[Condition]:
    """The `let`s that a guard depends on."""
    waiting = set(variables_of(guard.typed)) if guard is not None else set()
    for name in reversed(lets):
        if name in waiting:
            waiting |= variables_of(lets[name].typed)
            yield lets[name]


def _quantifies(node: Tree) -> bool:
    return isinstance(node, Quantifier) or any(_quantifies(child) for child in children(node))
