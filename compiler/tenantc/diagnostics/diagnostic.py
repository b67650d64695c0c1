"""A diagnostic: a code, the facts of the case, and the places that share the blame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from tenantc.diagnostics.codes import CODES, Severity
from tenantc.source.frozen import Frozen, field
from tenantc.source.span import Span
from tenantc.source.value import Value

T = TypeVar("T")


class Blame(Frozen):
    """A place that has a part in a diagnostic, and what its part is."""

    span: Span
    label: str = ""


class Replacement(Frozen):
    """The value that mends something if it is written where another one stands."""

    span: Span
    value: Value


class Diagnostic(Frozen):
    """One thing that is wrong or worth saying.

    `code` is a key of `codes.CODES`, whose template the `facts` fill. The first blame is where to look first; there is
    none where no text is at fault (a missing folder). `occasion` is one of the places that brought it about, where any
    of many would do: it makes no second diagnostic. `tenants` counts the tenants it reaches, where that is known.
    `fix` is what mends it, if that is one value in another's place.
    """

    code: str
    facts: tuple[tuple[str, str], ...] = ()
    blames: tuple[Blame, ...] = ()
    help: str = ""
    occasion: Blame | None = field(default=None, compare=False)
    tenants: int = field(default=0, compare=False)
    fix: Replacement | None = field(default=None, compare=False)

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def message(self) -> str:
        """The sentence: lower case, no full stop, user text in backticks."""
        return CODES[self.code].template.format(**dict(self.facts))

    @property
    def places(self) -> tuple[Blame, ...]:
        """Every place to show."""
        return self.blames if self.occasion is None else (*self.blames, self.occasion)

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Reading order: by file and position, then code and message; those without a place first."""
        place = self.blames[0].span.key if self.blames else ("", 0, 0, 0, 0)
        return (place, self.code, self.message)


def diagnose(code: str, *blames: Span | Blame, help: str = "", **facts: object) -> Diagnostic:
    """A diagnostic of this code; each fact is shown as `str`."""
    return Diagnostic(
        code,
        tuple((name, str(fact)) for name, fact in facts.items()),
        tuple(blame if isinstance(blame, Blame) else Blame(blame) for blame in blames),
        help,
    )


class Outcome(Frozen, Generic[T]):
    """What a stage gives: a value (as far as the input allowed one) and everything it had to say."""

    value: T
    diagnostics: tuple[Diagnostic, ...] = ()


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of these stops a build."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
