"""A rule that was checked: what judging, hardening and reports know about it."""

from __future__ import annotations

import enum
from collections.abc import Collection
from typing import Literal, TypeAlias

from tenantc.model.deferred import Deferred
from tenantc.source.frozen import Frozen, field
from tenantc.source.path import Path
from tenantc.source.span import Span
from tenantc.source.value import Value

Over: TypeAlias = Literal["tenants", "tiers", "fleet"]
EditKind: TypeAlias = Literal["set", "raise", "lower", "add", "take"]


class Weight(enum.Enum):
    """How bad it is to break a rule, from the worst."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Basis(enum.Enum):
    """What a requirement rests on (language.md §6)."""

    STATED = "stated"
    REQUIRED = "required"
    HOUSE = "house"
    PROPOSED = "proposed"
    CONSISTENCY = "consistency"


class Audience(Frozen):
    """Whom a rule or clause is for: tenants with one of these frameworks or grades, or, `excepted`, all others."""

    excepted: bool
    frameworks: frozenset[str]
    grades: frozenset[str]

    def holds(self, frameworks: Collection[str], grade: str) -> bool:
        named = grade in self.grades or any(framework in self.frameworks for framework in frameworks)
        return named is not self.excepted

    def __str__(self) -> str:
        terms = []
        if self.frameworks:
            terms.append(f"frameworks {', '.join(sorted(self.frameworks))}")
        if self.grades:
            terms.append(f"tiers {', '.join(sorted(self.grades))}")
        return f"{'except ' if self.excepted else ''}to {' or '.join(terms)}"


class Edit(Frozen):
    """One step of a remedy: what it does to a setting.

    `value` is an expression of the setting's type: `fixed` is what it comes to if it reads neither settings nor params,
    and `written` the same as a setting's own value is, if it reads settings.
    """

    kind: EditKind
    path: Path
    value: Deferred
    span: Span
    fixed: Value | None
    written: Deferred | None


class Clause(Frozen):
    """One requirement of a rule.

    `message` holds texts and what is put between them; none if the rule has none. `collection` says that the
    requirement goes through the members of a collection.
    """

    condition: Deferred
    basis: Basis
    span: Span
    audience: Audience | None = None
    message: tuple[str | Deferred, ...] = ()
    remedy: tuple[Edit, ...] = ()
    collection: bool = False


class Param(Frozen):
    """A value that policies may set for a rule; `value` is what `default` comes to, in its own unit."""

    name: str
    default: Deferred
    span: Span
    value: object


class Fold(Frozen):
    """What a rule over the fleet knows of all tenants: a function of one value of each, named as it is written.

    `default` has the result's type and no value; `value` and `where` are the clauses of `Rule.columns` that give a
    tenant's value and say whether it counts, `where` is -1 where all do.
    """

    name: str
    default: Deferred
    function: str
    value: int
    where: int


class Citation(Frozen):
    """A control of a framework that a rule supports."""

    framework: str
    control: str


class Rule(Frozen):
    """A rule. `reads` are the settings that its verdict depends on, `guards` those that decide whether it is judged.

    `attested` says that a pass is somebody's word: everything that the requirements read is a fact. `degree` is how
    deep it goes through collections within others, `parts` how many parts its expressions have.
    A rule `over` the fleet knows tenants by `folds` alone, in groups that have one value `by` a path; `columns` is what
    it asks of each, with its guard. `effective` and `until` are the first and the last day (YYYY-MM-DD) on which it is
    judged, empty if there is none.
    """

    id: str
    title: str
    severity: Weight
    clauses: tuple[Clause, ...]
    span: Span
    because: str = ""
    applies: Audience | None = None
    guard: Deferred | None = None
    lets: tuple[tuple[str, Deferred], ...] = ()
    params: tuple[Param, ...] = ()
    effective: str = ""
    until: str = ""
    unwaivable: bool = False
    citations: tuple[Citation, ...] = ()
    reads: frozenset[Path] = frozenset()
    guards: frozenset[Path] = frozenset()
    attested: bool = False
    degree: int = 0
    parts: int = 0
    over: Over = "tenants"
    by: Path = ""
    folds: tuple[Fold, ...] = ()
    columns: Rule | None = None
    library: bool = field(default=False, compare=False)

    @property
    def collection(self) -> bool:
        """Whether all that it requires goes through the members of collections."""
        return all(clause.collection for clause in self.clauses)
