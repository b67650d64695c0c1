"""`tenantc import TEMPLATE.json`: a tenant or a tier of a template."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import click

from tenantc.cli.options import as_of_option, format_option
from tenantc.cli.session import Session, print_text
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from tenantc.diagnostics.render import place_of, printable
from tenantc.driver.files import shown
from tenantc.driver.keys import KeyRefusedError
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.sealed import FOLDER, load_sealer
from tenantc.driver.tenant_template.importing import Imported, Target, import_template
from tenantc.driver.tenant_template.reading import load_file, write_new
from tenantc.load.limits import LIMITS
from tenantc.source.path import join

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?")


@click.command("import")
@click.argument("template", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as", "kind", type=click.Choice(["tenant", "tier"]), default="tenant", show_default=True, help="what to make"
)
@click.option("--set", "stated", multiple=True, metavar="VAR=VALUE", help="a variable of the template; may repeat")
@click.option("--set-file", "files", multiple=True, metavar="VAR=FILE", help="a variable whose value a file holds")
@click.option("--seal", is_flag=True, help="seal secrets that are given to the keys in the workspace's sealing/")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="the file to write, which is not there; by default stdout"
)
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@as_of_option
@format_option
def command(
    template: Path,
    kind: Literal["tenant", "tier"],
    stated: tuple[str, ...],
    files: tuple[str, ...],
    seal: bool,
    output: Path | None,
    workspace: Path,
    as_of: str | None,
    format_: str,
) -> None:
    """Make a tenant of TEMPLATE, a JSON document with Jinja2's expressions, or a tier.

    What is written says only what differs from the tier that the template names. Settings that nothing uses are listed
    and kept under `x-imported`. A VALUE is a number, `true`, `false` or else a text. Everybody on the machine may read
    what a command is called with, so give secrets by --set-file.
    """
    session = Session(workspace, format_, as_of)
    if output is not None and output.exists():
        raise click.UsageError(f"`{output}` is there already")
    pipeline = session.pipeline()
    wrong = pipeline.shared()
    if has_errors(wrong):
        session.finish({"written": []}, wrong)
    read = load_file(template, os.path.relpath(template, session.root))
    if read.value is None:
        session.finish({"written": []}, read.diagnostics)
    target = _target(kind, template, output, session.root)
    try:
        sealer = load_sealer(session.root / FOLDER) if seal else None
        done = import_template(pipeline, read.value, _variables(stated) | _read(files), target, sealer)
    except KeyRefusedError as refused:
        session.finish({"written": []}, [refused.diagnostic])
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    found = list(done.diagnostics)
    if done.text is None:
        session.finish({"written": []}, found)
    if output is not None:
        found += _taken(pipeline, done, target, output)
        if has_errors(found):
            session.finish({"written": []}, found)
        write_new(output, done.text.encode())
    if format_ == "human":
        print_text(done.text if output is None else f"wrote {printable(shown(output))}\n")
        for line in _report(done, session.prefix):
            click.echo(line, err=True)
    session.finish(_document(done, output, session.prefix), found)


def _variables(stated: tuple[str, ...]) -> dict[str, object]:
    """The variables of `--set`, the later of two of one name. Ends the command for what is none."""
    found: dict[str, object] = {}
    for one in stated:
        name, equals, text = one.partition("=")
        if not equals:
            raise click.UsageError(f"`{printable(one)}` is no variable with a value: write VAR=VALUE")
        found[name] = _value(text)
    return found


def _read(stated: tuple[str, ...]) -> dict[str, object]:
    """The variables of `--set-file`: texts, without the line break at their end."""
    found: dict[str, object] = {}
    for one in stated:
        name, equals, path = one.partition("=")
        if not equals:
            raise click.UsageError(f"`{printable(one)}` is no variable with a file: write VAR=FILE")
        with Path(path).open("rb") as file:
            data = file.read(LIMITS.size)
        try:
            found[name] = data.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise click.UsageError(f"`{printable(path)}` is no text in UTF-8") from None
    return found


def _value(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    return float(text) if number[2] else int(text)


def _target(kind: Literal["tenant", "tier"], template: Path, output: Path | None, root: Path) -> Target:
    """What is made, and where: a tier is called as its file, or as the template's where none is written."""
    folder = "tenants" if kind == "tenant" else "tiers"
    written = (output or root / folder / f"{template.stem}.yaml").resolve()
    name = re.sub(r"[^a-z0-9_-]+", "-", written.stem.lower()).strip("-_")
    path = written.relative_to(root) if written.is_relative_to(root) else Path(folder) / f"{written.stem}.yaml"
    return Target(kind, path.as_posix(), name)


def _taken(pipeline: Pipeline, done: Imported, target: Target, output: Path) -> list[Diagnostic]:
    """T201 or T202 if the file would be the second one of its tenant's id, or its tier's name."""
    workspace = pipeline.workspace
    folder = workspace.root / ("tenants" if target.kind == "tenant" else "tiers")
    if not output.resolve().is_relative_to(folder):
        return []
    if target.kind == "tenant":
        specs, _ = workspace.find([done.tenant])
        return [diagnose("T201", specs[0].span, tenant=done.tenant)] if specs else []
    known = workspace.documents.tiers.get(target.tier)
    return [diagnose("T202", known.span, kind="tier", name=target.tier)] if known is not None and known.own else []


def _report(done: Imported, prefix: str) -> Iterator[str]:
    """What came of the template, line by line."""
    unused = sum(one.count for one in done.unknown)
    differing, same = len(done.stated), len(done.same)
    yield f"settings that differ from the tier: {differing}; that it has already: {same}; unused: {unused}"
    for old, new in done.renamed.items():
        yield printable(f"  {old} is called `{new}` now")
    for variable, reference in done.secrets.items():
        yield printable(f"  the secret `{variable}` is to be put at `{reference}`")
    if done.broken:
        yield f"rules that it breaks as it stands, which `tenantc check` explains: {', '.join(done.broken)}"
    if done.unknown:
        yield "kept under `x-imported`, which nothing uses:"
    for one in done.unknown:
        values = "" if one.count == 1 else f", {one.count} values"
        help = f": {one.suggestion}" if one.suggestion else ""
        yield printable(f"  {join(one.names)} ({place_of(one.span, prefix)}{values}){help}")


def _document(done: Imported, output: Path | None, prefix: str) -> dict[str, Any]:
    """The import as JSON (schemas/cli/import.json)."""
    return {
        "written": [shown(output)] if output is not None else [],
        "document": done.text,
        "stated": list(done.stated),
        "same": list(done.same),
        "renamed": dict(done.renamed),
        "secrets": dict(done.secrets),
        "broken": list(done.broken),
        "unknown": [
            {
                "path": join(one.names),
                "values": one.count,
                "suggestion": one.suggestion,
                "span": {"path": prefix + one.span.path, "line": one.span.line, "column": one.span.column},
            }
            for one in done.unknown
        ],
    }
