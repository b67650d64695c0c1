"""`tenantc explain TENANT PATH`, `tenantc explain RULE` and `tenantc explain CODE`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NoReturn

import click

from tenantc.cli.explain_rule import explain_rule
from tenantc.cli.explain_verdict import WORDS, verdict_lines
from tenantc.cli.options import as_of_option, env_option, format_option
from tenantc.cli.session import Session, print_json
from tenantc.cli.show import check_path
from tenantc.diagnostics.codes import CODES
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.diagnostics.render import LIBRARY, printable
from tenantc.driver import library
from tenantc.driver.explanation import explanation, verdict
from tenantc.driver.pipeline import Pipeline, Tenant
from tenantc.model.rule import Rule
from tenantc.source.value import show

_CODE = re.compile(r"[Tt]\d{3}")


@click.command("explain")
@click.argument("subject", metavar="TENANT|RULE|CODE")
@click.argument("path", metavar="[PATH|RULE]", required=False)
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@env_option
@as_of_option
@format_option
def command(
    subject: str, path: str | None, workspace: Path, environment: str | None, as_of: str | None, format_: str
) -> None:
    """Explain a setting or the verdict of TENANT, what a RULE asks, or the diagnostic CODE.

    With a PATH every definition of the setting is told, with a RULE every part of what it requires and its value.
    """
    if _CODE.fullmatch(subject) and path is None:
        explain_code(subject.upper(), format_)
        return
    session = Session(workspace, format_, as_of)
    pipeline = session.pipeline()
    if path is None:
        rule = pipeline.judgement.court.rules.get(subject)
        if rule is None:
            raise click.UsageError(f"`{subject}` is no rule: name a rule, a tenant and a path, or a code such as T204")
        explain_rule(rule, pipeline, session.prefix, format_)
        return
    spec, diagnostics = session.spec(pipeline.workspace, subject)
    rule = pipeline.judgement.court.rules.get(path)
    if rule is None:
        check_path(path, pipeline.schema)
    elif rule.over != "tenants":
        raise click.UsageError(f"`{path}` is a rule over {rule.over}, and about no single tenant")
    compiled = pipeline.tenant(spec, environment)
    if rule is not None:
        judged(session, rule, pipeline, compiled, diagnostics)
    found = {name: explanation(one, path, pipeline) for name, one in compiled.environments.items()}
    if format_ == "json":
        session.finish(
            {"tenant": subject, "path": path, "environments": {name or "default": one for name, one in found.items()}},
            [*diagnostics, *compiled.diagnostics],
        )
    for line in lines(found, path, session.prefix):
        click.echo(line)
    session.finish({}, [*diagnostics, *compiled.diagnostics])


def judged(session: Session, rule: Rule, pipeline: Pipeline, tenant: Tenant, diagnostics: list[Diagnostic]) -> NoReturn:
    """Prints what came of a rule for a tenant, and ends the command."""
    id = tenant.spec.tenant_id
    found = {name: verdict(one, rule, pipeline) for name, one in tenant.environments.items()}
    if session.format == "human":
        for name, told in found.items():
            click.echo("\n".join(verdict_lines(rule, told, id, name)))
    document = {"tenant": id, "rule_id": rule.id, "verdicts": {name or "default": told for name, told in found.items()}}
    session.finish(document, [*diagnostics, *tenant.diagnostics])


def explain_code(code: str, format_: str) -> None:
    """Prints the page of a code."""
    if code not in CODES:
        raise click.UsageError(f"there is no code `{code}`")
    page = library.page(code)
    if format_ == "json":
        print_json({"version": 1, "code": code, "severity": CODES[code].severity.value, "page": page})
    else:
        click.echo(page, nl=False)


def lines(found: dict[str, dict[str, Any]], path: str, prefix: str) -> list[str]:
    """The explanation for people: the winner first, each definition with its place."""
    texts: dict[str, list[str]] = {name: _one(path, told, prefix) for name, told in found.items()}
    if len({tuple(text) for text in texts.values()}) <= 1:
        return next(iter(texts.values()), [])
    return [line for name, text in texts.items() for line in (f"in {name}:", *(f"  {line}" for line in text))]


def definition_lines(path: str, told: dict[str, Any], prefix: str) -> list[str]:
    """The value of a setting, each definition with its place, and what it refers to."""
    unit = f" {told['unit']}" if told.get("unit") else ""
    shown = _text(told["value"]) + unit if "value" in told else "(absent)"
    result = [f"{path} = {shown}"]
    if told.get("description"):
        result.append(f"  {told['description']}")
    if "before_cap" in told:
        result.append(f"  before the cap: {_text(told['before_cap'])}")
    for index, definition in enumerate(told["definitions"]):
        mark = "→" if index == 0 else " "
        operator = f"{definition['operator']} " if "operator" in definition else ""
        value = _text(definition["written"]) if "written" in definition else ""
        until = f" (until {definition['until']}: {definition['reason']})" if "until" in definition else ""
        place = f"  {_place(definition['at'], prefix)}" if "at" in definition else ""
        result.append(f"  {mark} {definition['from']}: {operator}{value}{until}{place}")
    result += [f"  → {_place(told['at'], prefix)}"] if "at" in told else []
    result += [f"  reads {read} = {_text(value)}" for read, value in told.get("references", {}).items()]
    return [printable(line) for line in result]


def _one(path: str, told: dict[str, Any], prefix: str) -> list[str]:
    result = definition_lines(path, told, prefix)
    for one in told["constraints"]:
        value = f" {_text(one['value'])}" if "value" in one else ""
        result.append(f"  {one['what']}{value} by {one['from']}  {_place(one['at'], prefix)}")
    for rule, answer in told["rules"].items():
        result.append(f"  judged by {rule}: {f'pass, {WORDS[answer]}' if answer in WORDS else answer}")
    result += [f"  drives {document}" for document in told["documents"]]
    return [printable(line) for line in result]


def _place(at: str, prefix: str) -> str:
    return at if at.startswith(LIBRARY) else prefix + at


def _text(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return show(value)  # type: ignore[arg-type]
