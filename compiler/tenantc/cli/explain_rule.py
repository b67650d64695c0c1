"""What `tenantc explain RULE` prints."""

from __future__ import annotations

import click

from tenantc.cli.rules import described
from tenantc.cli.session import print_json
from tenantc.driver.pipeline import Pipeline
from tenantc.language.condition import Condition
from tenantc.language.format import show
from tenantc.model.rule import Edit, Rule


def explain_rule(rule: Rule, pipeline: Pipeline, prefix: str, format_: str) -> None:
    """Prints a rule: what it asks of whom, why, what it rests on, and what mends it."""
    told = described(rule, pipeline)
    if format_ == "json":
        print_json({"version": 1, "rule": told})
        return
    place = str(rule.span)
    click.echo(f"{rule.id}  {place if place.startswith('library/') else prefix + place}")
    click.echo(f"  {rule.title}")
    if rule.because:
        click.echo(f"  {rule.because}")
    click.echo(f"  {rule.severity.value}, applies {told['applies']}")
    guard = rule.columns.guard if rule.columns is not None else rule.guard
    if isinstance(guard, Condition):
        click.echo(f"  when {show(guard.typed.node)}")
    if rule.effective or rule.until:
        since = f" from {rule.effective}" if rule.effective else ""
        click.echo(f"  in force{since}{f' until {rule.until}' if rule.until else ''}")
    for clause, requirement in zip(rule.clauses, told["requirements"], strict=True):
        click.echo(f"  requires {requirement['text']}")
        audience = f", for {requirement['for']}" if clause.audience else ""
        click.echo(f"    {requirement['basis']}: {requirement['level']}{audience}")
        for edit in clause.remedy:
            click.echo(f"    remedy: {_step(edit)}")
    for framework, controls in told["controls"].items():
        click.echo(f"  {framework}: {', '.join(controls)}")
    if rule.unwaivable:
        click.echo("  nobody may break it: it cannot be waived")


def _step(edit: Edit) -> str:
    value = edit.value.text if isinstance(edit.value, Condition) else ""
    if edit.kind in {"add", "take"}:
        return f"{edit.kind} {value} {'to' if edit.kind == 'add' else 'from'} {edit.path}"
    return f"{edit.kind} {edit.path} {'=' if edit.kind == 'set' else 'to'} {value}"
