"""The plain evaluation of one tenant from scratch: no sharing, no increments, no order of evaluation computed ahead.

It is what `extend` is tested against: the same definitions, the same values, for every tenant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.language.check import Checked, check
from tenantc.language.outcome import Missing, Problem
from tenantc.language.reference import evaluate_plainly
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.model.fold import fold
from tenantc.model.layer import Bound, Definition, Operator
from tenantc.model.order import at_most, meet
from tenantc.model.resolved import FACT_ROOTS
from tenantc.model.schema import Leaf, Schema
from tenantc.source.path import Path, child, covers
from tenantc.source.value import Value

Facts = Callable[[Path], Value | None]


class Reference:
    """The settings of one tenant, from all definitions of its layers, lowest first."""

    def __init__(
        self, definitions: Iterable[Definition], caps: Iterable[Bound], schema: Schema, as_of: str, facts: Facts
    ) -> None:
        self.schema = schema
        self.facts = facts
        self.caps = {bound.path: bound for bound in caps}
        self.definitions: dict[Path, tuple[Definition, ...]] = {}
        for definition in definitions:
            if definition.until is None or definition.until >= as_of:
                self._apply(definition)
        self._known: dict[Path, Value | None] = {}

    def _apply(self, definition: Definition) -> None:
        path, operator = definition.path, definition.operator
        wide = operator in (Operator.UNSET, Operator.REPLACE)
        if wide:
            touched = [known for known in self.definitions if covers(path, known)]
        elif operator in (Operator.REMOVE, Operator.REMOVE_IF_THERE) and not isinstance(self.schema.find(path), Leaf):
            assert isinstance(definition.value, tuple)
            entries = [child(path, str(name)) for name in definition.value]
            touched = [known for known in self.definitions if any(covers(entry, known) for entry in entries)]
        else:
            touched = [path]
        for known in touched:
            self.definitions[known] = (*self.definitions.get(known, ()), definition)

    def values(self) -> dict[Path, Value]:
        """Every setting that has a value."""
        found = {path: self.value(path) for path in self.definitions}
        return {path: value for path, value in found.items() if value is not None}

    def value(self, path: Path) -> Value | None:
        """The final value of a setting. References that go round in circles are not for this path: RecursionError."""
        if path not in self._known:
            self._known[path] = self._capped(path, self._fold(path))
        return self._known[path]

    def _fold(self, path: Path) -> Value | None:
        problems: list[Diagnostic] = []
        return fold(path, self.definitions.get(path, ()), self._dynamic, problems)

    def _dynamic(self, definition: Definition) -> Value | None:
        leaf = self.schema.leaf(definition.path)
        assert leaf is not None
        assert isinstance(definition.value, (Expression, TextTemplate))
        checked = check(definition.value, self.schema, leaf)
        assert isinstance(checked, Checked), "what is wrong with an expression is found when it is read"
        result = evaluate_plainly(checked, self._read)
        return None if isinstance(result, (Missing, Problem)) else result

    def _read(self, path: Path) -> Value | None:
        return self.facts(path) if path.partition(".")[0] in FACT_ROOTS else self.value(path)

    def _capped(self, path: Path, value: Value | None) -> Value | None:
        leaf = self.schema.leaf(path)
        if value is None or leaf is None or not self.caps:
            return value
        if path in self.caps:
            value = meet(value, self.caps[path].value, leaf)
        limit = self.value(leaf.at_most) if leaf.at_most is not None else None
        return value if limit is None or not self._reaches(leaf.at_most) else at_most(value, limit)

    def _reaches(self, path: Path | None) -> bool:
        """Whether a cap reaches a setting, by itself or through those that it may not exceed."""
        if path is None:
            return False
        leaf = self.schema.leaf(path)
        return path in self.caps or (leaf is not None and self._reaches(leaf.at_most))
