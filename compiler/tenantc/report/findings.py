"""What a command found, as every format takes it."""

from __future__ import annotations

from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.diagnostic import Blame, Diagnostic
from tenantc.diagnostics.render import LIBRARY, path_of, printable, sentence
from tenantc.model.rule import Rule
from tenantc.model.spec import Waiver
from tenantc.source.frozen import Frozen


class Finding(Frozen, eq=False):
    """A diagnostic to report; no two are equal.

    `root` is the way from the current folder to what its paths are relative to. `rule` is what is broken, if it says
    that, and `excuse` why that doesn't count: a waiver, or what a policy prefers.
    """

    diagnostic: Diagnostic
    root: str = ""
    rule: Rule | None = None
    excuse: Waiver | str | None = None

    @property
    def id(self) -> str:
        """The rule's id, or the code."""
        return self.rule.id if self.rule is not None else self.diagnostic.code

    @property
    def failed(self) -> bool:
        return self.diagnostic.severity is Severity.ERROR and self.excuse is None

    @property
    def places(self) -> tuple[Blame, ...]:
        """Every place to show, those in the library last: a repository doesn't hold it, and nobody can annotate it."""
        return tuple(sorted(self.diagnostic.places, key=lambda place: place.span.path.startswith(LIBRARY)))

    @property
    def path(self) -> str:
        """The file to look into first, or an empty text."""
        places = self.places
        return path_of(places[0].span, self.root) if places else ""

    @property
    def text(self) -> str:
        """What is wrong, and below it what helps."""
        help = f"\nhelp: {printable(self.diagnostic.help)}" if self.diagnostic.help else ""
        return f"{sentence(self.diagnostic)}{help}"

    @property
    def leave(self) -> str:
        """With whose leave a rule is broken, in words; empty if it is with nobody's."""
        if isinstance(self.excuse, Waiver):
            return f"{self.excuse.reason} (waived until {self.excuse.until} by {self.excuse.approver})"
        return self.excuse or ""


class RuleTest(Frozen):
    """A test that ran: the rule it is of, its title, its file and line, and what is wrong."""

    rule: str
    title: str
    path: str
    line: int
    findings: tuple[Finding, ...]


class Report(Frozen):
    """What `command` found. `files` are those that were looked at, whatever was found in them."""

    command: str
    findings: tuple[Finding, ...]
    files: tuple[str, ...] = ()
    tests: tuple[RuleTest, ...] = ()
