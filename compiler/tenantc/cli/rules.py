"""`tenantc rules [--framework F]`: the rules that hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from tenantc.audit.coverage import Covered, Standing, coverage
from tenantc.cli.options import as_of_option, format_option
from tenantc.cli.session import Session, print_json
from tenantc.driver.pipeline import Pipeline
from tenantc.judge.judging import level_of
from tenantc.model.rule import Clause, Rule


@click.command("rules")
@click.option("--framework", metavar="NAME", help="only rules that cite a control of this framework, or are for it")
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@as_of_option
@format_option
def command(framework: str | None, workspace: Path, as_of: str | None, format_: str) -> None:
    """List the rules that hold in a workspace: the library's and its own."""
    session = Session(workspace, format_, as_of)
    pipeline = session.pipeline()
    frameworks = pipeline.workspace.documents.frameworks
    if framework is not None and framework not in frameworks:
        raise click.UsageError(f"there is no framework `{framework}`: {', '.join(sorted(frameworks))}")
    held = [rule for rule in pipeline.judgement.court.rules.values() if framework is None or concerns(rule, framework)]
    controls = coverage(frameworks[framework], held) if framework is not None else ()
    if format_ == "json":
        document: dict[str, Any] = {"version": 1, "rules": [described(rule, pipeline) for rule in held]}
        if framework is not None:
            document["coverage"] = [covered(one) for one in controls]
        print_json(document)
        return
    width = max((len(rule.id) for rule in held), default=0)
    for rule in held:
        levels = "/".join(dict.fromkeys(level(rule, clause, pipeline) for clause in rule.clauses))
        click.echo(f"{rule.id.ljust(width)}  {levels.ljust(11)} {rule.severity.value.ljust(8)} {rule.title}")
    click.echo(f"{len(held)} rule{'' if len(held) == 1 else 's'}")
    for line in told(controls):
        click.echo(line)


def told(controls: Sequence[Covered]) -> Iterator[str]:
    """How the controls of a framework stand: the shares, and which ones settings do not decide."""
    if not controls:
        return
    counts = Counter(one.standing for one in controls)
    shares = (f"{one.value} {counts[one]} ({counts[one] / len(controls):.0%})" for one in Standing)
    yield f"{len(controls)} controls are listed, which may not be all that there are: {', '.join(shares)}"
    width = max(len(one.control.id) for one in controls)
    for one in controls:
        if one.standing is not Standing.DECIDED:
            what = f": {one.control.evidence}" if one.control.evidence else ""
            yield f"  {one.control.id.ljust(width)}  {one.standing.value}  {one.control.title}{what}"


def covered(one: Covered) -> dict[str, Any]:
    """How a control stands, as JSON documents hold it (schemas/cli/rules.json)."""
    control = one.control
    found = {"control": control.id, "title": control.title, "standing": one.standing.value, "rules": list(one.rules)}
    return found | ({"evidence": control.evidence} if control.evidence else {})


def concerns(rule: Rule, framework: str) -> bool:
    """Whether a rule cites a control of a framework, or is for its tenants."""
    audiences = [rule.applies, *(clause.audience for clause in rule.clauses)]
    named = any(one is not None and framework in one.frameworks and not one.excepted for one in audiences)
    return named or any(citation.framework == framework for citation in rule.citations)


def level(rule: Rule, clause: Clause, pipeline: Pipeline) -> str:
    """How strictly a requirement is held for a tenant of no framework."""
    return level_of(rule, clause, pipeline.judgement.court.regime(()).levels.get(rule.id)).value


def _applies(rule: Rule) -> str:
    if rule.over == "tiers":
        return f"{rule.applies or 'to every tier'} that extends another"
    who = str(rule.applies) if rule.applies else "to everybody"
    split = f", by {rule.by}" if rule.by else ""
    return f"{who}, over the fleet of an environment{split}" if rule.over == "fleet" else who


def described(rule: Rule, pipeline: Pipeline) -> dict[str, Any]:
    """A rule as JSON documents hold it (schemas/cli/rules.json)."""
    controls: dict[str, list[str]] = {}
    for citation in rule.citations:
        controls.setdefault(citation.framework, []).append(citation.control)
    found: dict[str, Any] = {
        "id": rule.id,
        "title": rule.title,
        "because": rule.because,
        "severity": rule.severity.value,
        "applies": _applies(rule),
        "at": str(rule.span),
        "requirements": [
            {
                "text": getattr(clause.condition, "text", ""),
                "basis": clause.basis.value,
                "level": level(rule, clause, pipeline),
                "for": str(clause.audience) if clause.audience else "everybody the rule applies to",
            }
            for clause in rule.clauses
        ],
        "controls": controls,
    }
    if rule.effective or rule.until:
        found["effective"] = {"from": rule.effective, "until": rule.until}
    return found
