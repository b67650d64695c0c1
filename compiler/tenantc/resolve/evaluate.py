"""Evaluates settings in the order in which they refer to each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.language.evaluate import Missing, Problem, evaluate
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.model.fold import fold
from tenantc.model.layer import Bound, Definition
from tenantc.model.order import at_most, meet
from tenantc.model.resolved import FACT_ROOTS, Resolved
from tenantc.model.schema import Schema
from tenantc.resolve.cycles import cycles
from tenantc.source.path import Path
from tenantc.source.span import part
from tenantc.source.value import Value


class Evaluation:
    """The values of the settings that a level affects.

    `values` holds the final ones and `uncapped` what caps changed, as it was before. A setting in a circle of
    references, or whose reference finds nothing, has no value and a problem.
    """

    def __init__(
        self,
        base: Resolved,
        touched: Mapping[Path, tuple[Definition, ...]],
        reads: Mapping[Path, frozenset[Path]],
        caps: Mapping[Path, Bound],
        schema: Schema,
        facts: Callable[[Path], Value | None] | None,
    ) -> None:
        self.base = base
        self.touched = touched
        self.reads = reads
        self.caps = caps
        self.schema = schema
        self.facts = facts
        self.values: dict[Path, Value | None] = {}
        self.uncapped: dict[Path, Value] = {}
        self.problems: dict[Path, list[Diagnostic]] = {}

    def run(self, affected: set[Path]) -> None:
        """Evaluates these settings; everything else keeps its value."""
        graph = {
            path: [read for read in self.reads[path] if read in affected] for path in affected if path in self.reads
        }
        for path in affected:
            if path not in graph:
                self.settle(path)
        try:
            order = list(TopologicalSorter(graph).static_order()) if graph else []
        except CycleError:
            order = self.break_cycles(graph)
        for path in order:
            if path in graph and path not in self.values:
                self.settle(path)

    def break_cycles(self, graph: Mapping[Path, list[Path]]) -> list[Path]:
        """Reports each circle once, leaves its members without value, and orders the rest."""
        inside: set[Path] = set()
        for cycle in cycles(graph):
            inside.update(cycle)
            shown = " → ".join(f"`{path}`" for path in (*cycle, cycle[0]))
            spans = [span for path in cycle if (span := self.definitions(path)[-1].span) is not None]
            for path in cycle:
                self.problems.setdefault(path, []).append(diagnose("T302", *spans, cycle=shown))
                self.values[path] = None
        rest = {
            path: [read for read in reads if read not in inside] for path, reads in graph.items() if path not in inside
        }
        return list(TopologicalSorter(rest).static_order())

    def definitions(self, path: Path) -> tuple[Definition, ...]:
        found = self.touched.get(path)
        return found if found is not None else self.base.settings.definitions(path)

    def settle(self, path: Path) -> None:
        problems: list[Diagnostic] = []
        value = fold(path, self.definitions(path), lambda definition: self.dynamic(definition, problems), problems)
        if problems:
            self.problems[path] = problems
        if value is not None and self.caps:
            capped = self.cap(path, value)
            if capped != value:
                self.uncapped[path] = value
            value = capped
        self.values[path] = value

    def cap(self, path: Path, value: Value) -> Value:
        leaf = self.schema.leaf(path)
        assert leaf is not None, "a definition's path was checked when it was read"
        bound = self.caps.get(path)
        capped = value if bound is None else meet(value, bound.value, leaf)
        if leaf.at_most is not None and leaf.at_most in self.reads.get(path, ()):
            limit = self.lookup(leaf.at_most)
            if limit is not None:
                capped = at_most(capped, limit)
        return capped

    def dynamic(self, definition: Definition, problems: list[Diagnostic]) -> Value | None:
        written = definition.value
        leaf = self.schema.leaf(definition.path)
        span = definition.span
        assert isinstance(written, (Expression, TextTemplate))
        assert leaf is not None
        assert span is not None
        result = evaluate(written, leaf, self.schema, self.lookup)
        if isinstance(result, Missing):
            if self.broken(result.path):
                self.problems.setdefault(definition.path, [])
            elif self.facts is not None or result.path.partition(".")[0] not in FACT_ROOTS:
                help = f"set `{result.path}`, or write `{result.path} else …` in the reference"
                place = part(span, written.written, result.offset, result.length)
                problems.append(diagnose("T303", place, reference=result.path, help=help))
            return None
        if isinstance(result, Problem):
            facts = {"expression": result.expression, "path": definition.path, "problem": result.message}
            place = part(span, written.written, result.offset, result.length)
            problems.append(diagnose("T304", place, **facts, help=result.help))
            return None
        return result

    def broken(self, path: Path) -> bool:
        """Whether a setting has no value because of a mistake that is told already."""
        return path in self.problems or (path not in self.values and path in self.base.problems)

    def lookup(self, path: Path) -> Value | None:
        if path in self.values:
            return self.values[path]
        if path.partition(".")[0] in FACT_ROOTS:
            return self.facts(path) if self.facts is not None else None
        return self.base.settings.get(path)
