"""`tenantc show TENANT [PATH]`: resolved settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from tenantc.cli.options import as_of_option, env_option, format_option
from tenantc.cli.session import Session
from tenantc.diagnostics.diagnostic import has_errors
from tenantc.diagnostics.render import printable
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.explanation import settings
from tenantc.model.schema import Schema
from tenantc.source.path import BadPathError, split
from tenantc.source.value import show


@click.command("show")
@click.argument("tenant")
@click.argument("path", required=False)
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@env_option
@as_of_option
@format_option
def command(
    tenant: str, path: str | None, workspace: Path, environment: str | None, as_of: str | None, format_: str
) -> None:
    """Show the resolved settings of TENANT, all of them or those at and under PATH.

    A value that differs between environments is shown for each.
    """
    session = Session(workspace, format_, as_of)
    pipeline = session.pipeline()
    spec, diagnostics = session.spec(pipeline.workspace, tenant)
    check_path(path, pipeline.schema)
    compiled = pipeline.tenant(spec, environment)
    found = [*diagnostics, *compiled.diagnostics]
    if not compiled.environments and not has_errors(found):
        raise click.UsageError(f"tenant `{tenant}` does not live in `{environment}`")
    values = {name: settings(one, path) for name, one in compiled.environments.items()}
    if format_ == "json":
        per_environment = {name or "default": held for name, held in values.items()}
        session.finish({"tenant": tenant, "environments": per_environment}, found)
    for line in table(values):
        click.echo(line)
    session.finish({}, found)


def check_path(path: str | None, schema: Schema) -> None:
    """Ends the command if a path given as an argument names nothing."""
    if path is not None and names_of(path)[0] not in ("tenant", "deployment"):
        check_setting(path, schema)


def check_setting(path: str, schema: Schema) -> None:
    """Ends the command if a path given as an argument names no setting, and no mapping of some."""
    names_of(path)
    if schema.find(path) is None:
        known = [leaf.path for leaf in schema.leaves()]
        meant = did_you_mean(path, known)
        raise click.UsageError(f"`{path}` is not a setting{f': {meant}' if meant else ''}")


def names_of(path: str) -> tuple[str, ...]:
    """The names in a path given as an argument; ends the command if it is none."""
    try:
        return split(path)
    except BadPathError as error:
        raise click.UsageError(f"`{path}` is no path: {error}") from None


def table(values: Mapping[str, Mapping[str, object]]) -> list[str]:
    """A line a setting; a line an environment where they differ."""
    lines: list[str] = []
    paths = sorted({path for held in values.values() for path in held})
    for path in paths:
        shown = {name: _text(held.get(path)) for name, held in values.items()}
        if len(set(shown.values())) == 1:
            lines.append(f"{path}: {next(iter(shown.values()))}")
        else:
            lines += [f"{path}: {text}  # {name}" for name, text in shown.items()]
    return lines


def _text(value: object) -> str:
    if value is None:
        return "(absent)"
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return printable(show(value))  # type: ignore[arg-type]
