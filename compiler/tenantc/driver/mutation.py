"""Moves the numbers of a rule by one, to see whether its tests notice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver.rule_tests import Tested, Tester
from tenantc.driver.rules import RuleFile, read_rule
from tenantc.language.rule_check import Catalogue, spanning
from tenantc.language.syntax import Number, Tree, children
from tenantc.model.schema import Schema
from tenantc.source.span import Span

_DIGITS = re.compile(r"[0-9]+(\.[0-9]+)?")


def unnoticed(file: RuleFile, tester: Tester, schema: Schema, catalogue: Catalogue) -> Iterator[Diagnostic]:
    """T514 for each number of a rule's conditions that can be moved by one, either way, without a test failing."""
    for span, problem, changed in mutants(file, schema, catalogue):
        tested = Tested()
        tester.run(changed, tested)
        if not any(one.code in {"T513", "T515"} for one in tested.diagnostics):
            yield diagnose("T514", span, rule=file.syntax.id.text, problem=f"notices when {problem}")


def mutants(file: RuleFile, schema: Schema, catalogue: Catalogue) -> Iterator[tuple[Span, str, RuleFile]]:
    """What a rule becomes when a number of its conditions moves by one, where, and how; only what is still a rule."""
    for node in _numbers(file):
        written = file.text.body[node.at : node.end]
        for step in (1, -1):
            moved = _moved(written, step)
            body = file.text.body[: node.at] + moved + file.text.body[node.end :]
            changed, wrong = read_rule(file.text.path, body.encode(), schema, catalogue)
            if changed is not None and not wrong:
                yield spanning(file.text, node.at, node.end), f"`{written}` becomes `{moved}`", changed


def _numbers(file: RuleFile) -> Iterator[Number]:
    syntax = file.syntax
    roots = [one.condition.root for one in syntax.requirements]
    roots += [one.value.root for one in (*syntax.lets, *syntax.params)]
    if syntax.when is not None:
        roots.append(syntax.when.root)
    for root in roots:
        yield from _within(root)


def _within(node: Tree) -> Iterator[Number]:
    if isinstance(node, Number):
        yield node
    for child in children(node):
        yield from _within(child)


def _moved(written: str, step: int) -> str:
    """The number one further: in its last decimal place if it has any."""
    digits = _DIGITS.match(written)
    assert digits is not None, "a number begins with its digits"
    places = len(digits.group(1) or ".") - 1
    value = round(float(digits.group()) * 10**places) + step
    text = f"{value / 10**places:.{places}f}" if places else str(value)
    return text + written[digits.end() :]
