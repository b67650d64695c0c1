"""Reads rule files: the library's, and a workspace's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver import files, library
from tenantc.language.rule_check import Catalogue, check_rule, spanning, told
from tenantc.language.rule_format import format_rule
from tenantc.language.rule_parse import parse_rule
from tenantc.language.rule_syntax import RuleSyntax
from tenantc.load.text import decode
from tenantc.model.rule import Rule
from tenantc.model.schema import Schema
from tenantc.model.stack import Documents
from tenantc.source.frozen import Frozen
from tenantc.source.span import Span
from tenantc.source.text import Text


class RuleFile(Frozen):
    """A rule file: its text, what it says, and the rule if nothing is wrong with it."""

    text: Text
    syntax: RuleSyntax
    rule: Rule | None

    @property
    def span(self) -> Span:
        """Where its id stands."""
        return spanning(self.text, self.syntax.id.at, self.syntax.id.end)


def read_rule(path: str, data: bytes, schema: Schema, catalogue: Catalogue) -> tuple[RuleFile | None, list[Diagnostic]]:
    """The rule of a file, and everything that is wrong with it: T5xx throughout."""
    text = decode(path, data)
    if isinstance(text, Diagnostic):
        return None, [diagnose("T501", *text.blames, problem=text.message, help=text.help)]
    syntax, problems = parse_rule(text.body)
    diagnostics = [told(text, problem) for problem in problems]
    if syntax is None:
        return None, diagnostics
    outcome = check_rule(syntax, text, schema, catalogue)
    diagnostics += outcome.diagnostics
    return RuleFile(text, syntax, outcome.value if not diagnostics else None), diagnostics


def read_rules(
    sources: Iterable[tuple[str, bytes]], schema: Schema, catalogue: Catalogue
) -> tuple[list[RuleFile], list[Diagnostic]]:
    """The rules of these files (path as shown, and bytes), and everything that is wrong; T509 for two of one id."""
    found: dict[str, RuleFile] = {}
    diagnostics: list[Diagnostic] = []
    for path, data in sources:
        file, problems = read_rule(path, data, schema, catalogue)
        diagnostics += problems
        if file is None:
            continue
        first = found.setdefault(file.syntax.id.text, file)
        if first is not file:
            diagnostics.append(diagnose("T509", file.span, first.span, rule=file.syntax.id.text))
    return list(found.values()), diagnostics


def formatted(path: str, data: bytes) -> bytes | list[Diagnostic]:
    """A rule file in its canonical layout, or why it has none."""
    text = decode(path, data)
    if isinstance(text, Diagnostic):
        return [diagnose("T501", *text.blames, problem=text.message, help=text.help)]
    syntax, problems = parse_rule(text.body)
    if syntax is None or problems:
        return [told(text, problem) for problem in problems]
    return format_rule(syntax, text.body).encode()


def catalogue(documents: Documents) -> Catalogue:
    """What rules may name."""
    controls = {name: frozenset(one.id for one in found.controls) for name, found in documents.frameworks.items()}
    grades = frozenset(tier.grade or name for name, tier in documents.tiers.items())
    return Catalogue(controls, grades)


def found(paths: Iterable[Path]) -> Iterator[Path]:
    """Every rule file among these files and in these folders, once, folder by folder in the order of names."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted(path.rglob(f"*{library.RULE}")) if path.is_dir() else [path]
        for one in inside:
            if one.resolve() not in seen and not any(part.startswith(".") for part in one.relative_to(path).parts):
                seen.add(one.resolve())
                yield one


def read(paths: Iterable[Path], documents: Documents) -> tuple[list[RuleFile], list[Diagnostic]]:
    """The rules of these files, and what is wrong with them; paths are shown relative to the current folder."""
    sources = ((files.shown(path), path.read_bytes()) for path in found(paths))
    return read_rules(sources, documents.schema, catalogue(documents))


def all_rules(start: Path) -> list[Path]:
    """The folders of the rules that hold around a path: the library's, and the workspace's own."""
    root = files.find_workspace(start)
    folders = [library.root() / "rules", *([root / "rules"] if root is not None else [])]
    return [folder for folder in folders if folder.is_dir()]
