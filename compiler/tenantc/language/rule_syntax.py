"""What a rule file says, before anything in it is checked. Every part knows where it stands in the file."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from tenantc.language.syntax import Expression, SyntaxProblem
from tenantc.source.frozen import Frozen, field

EditKind: TypeAlias = Literal["set", "raise", "lower", "add", "take"]
GivenKind: TypeAlias = Literal[
    "tier", "frameworks", "as_of", "status", "region", "environment", "set", "add", "take", "unset", "waiver", "tenant"
]


class Name(NamedTuple):
    """A word or a quoted text, and its characters in the file."""

    text: str
    at: int
    end: int


class AudienceSyntax(Frozen):
    """Whom a rule or clause is for: tenants of one of these frameworks or tiers, or, `excepted`, of none."""

    excepted: bool
    frameworks: tuple[Name, ...]
    tiers: tuple[Name, ...]
    at: int
    end: int


class EditSyntax(Frozen):
    """One step of a remedy."""

    kind: EditKind
    path: Name
    value: Expression
    at: int
    end: int


class RequirementSyntax(Frozen):
    """A `require` and what belongs to it alone."""

    condition: Expression
    at: int
    audience: AudienceSyntax | None = None
    basis: Name | None = None
    message: Name | None = None
    remedy: tuple[EditSyntax, ...] = ()


class Binding(Frozen):
    """A `let` or `param`: a name and the expression that gives its value."""

    name: Name
    value: Expression


class CitationSyntax(NamedTuple):
    """A control that the rule supports."""

    framework: Name
    control: Name


class MappingLiteral(Frozen):
    """A mapping that a test writes out."""

    entries: tuple[tuple[str, Literal_], ...]


Literal_: TypeAlias = "Expression | MappingLiteral"


class GivenSyntax(Frozen):
    """One thing that a test takes for given: names or a date, or a setting and its value."""

    kind: GivenKind
    names: tuple[Name, ...] = ()
    path: Name | None = None
    value: Literal_ | None = None
    at: int = 0
    end: int = 0


class TestSyntax(Frozen):
    """A test of the rule."""

    title: Name
    rule: Name
    given: tuple[GivenSyntax, ...]
    expect: Name
    at: int = 0


class OverSyntax(Frozen):
    """What a rule is about if not about a tenant: the tiers, or the tenants of the fleet, split `by` a path."""

    kind: Literal["tiers", "fleet"]
    by: Name | None
    at: int
    end: int


class RuleSyntax(Frozen):
    """A rule file."""

    id: Name
    requirements: tuple[RequirementSyntax, ...]
    over: OverSyntax | None = None
    title: Name | None = None
    because: Name | None = None
    message: Name | None = None
    severity: Name | None = None
    basis: Name | None = None
    applies: AudienceSyntax | None = None
    when: Expression | None = None
    effective: Name | None = None
    until: Name | None = None
    unwaivable: bool = False
    lets: tuple[Binding, ...] = ()
    params: tuple[Binding, ...] = ()
    remedy: tuple[EditSyntax, ...] = ()
    citations: tuple[CitationSyntax, ...] = ()
    tests: tuple[TestSyntax, ...] = ()
    comments: tuple[Name, ...] = field(default=(), compare=False)


class RuleProblem(NamedTuple):
    """What is wrong with a rule file as text: `code` is T501, T502 or T503."""

    code: str
    at: int
    end: int
    facts: tuple[tuple[str, str], ...]
    help: str = ""

    @classmethod
    def of(cls, problem: SyntaxProblem) -> RuleProblem:
        end = problem.offset + max(problem.length, 1)
        return cls("T501", problem.offset, end, (("problem", problem.message),), problem.help)
