"""`tenantc why FILE:LINE`: the settings that decide a line of an artifact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from tenantc.cli.explain import definition_lines
from tenantc.cli.options import format_option
from tenantc.cli.session import Session
from tenantc.diagnostics.render import printable
from tenantc.driver.explanation import origin
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.driver.sinks import MANIFEST
from tenantc.driver.why import NAMES, PATCHES, Inquiry, target_of
from tenantc.emit.subject import Subject
from tenantc.model.spec import Spec
from tenantc.source.node import Node
from tenantc.source.path import section, split
from tenantc.source.span import Span
from tenantc.source.value import plain


class Place(NamedTuple):
    """A line of an artifact: the build, the tenant and the environment that it is of, and the file's name."""

    build: Path
    environment: str
    tenant: str
    file: str
    line: int


@click.command("why")
@click.argument("place", metavar="FILE:LINE")
@click.option("-w", "--workspace", type=click.Path(path_type=Path), help="the workspace, by default that of the build")
@format_option
def command(place: str, workspace: Path | None, format_: str) -> None:
    """Tell which settings decide a line of a tenant's artifact, and who said them where.

    A setting decides a line if with some other value of it the line would read otherwise or not be there. The build has
    to be what the workspace compiles to as of its day.
    """
    asked = located(place)
    session = Session(workspace or asked.build, format_, _day(asked.build))
    pipeline = session.pipeline()
    if target_of(asked.file, pipeline.workspace.options) is None:
        raise _no_artifact(place)
    spec, diagnostics = session.spec(pipeline.workspace, asked.tenant)
    compiled = pipeline.tenant(spec, asked.environment).environments.get(asked.environment)
    if compiled is None or compiled.checked is None:
        raise click.UsageError(f"tenant `{asked.tenant}` does not compile: run `tenantc check`")
    inquiry = Inquiry(pipeline, compiled.checked, asked.file)
    built = _read(place, asked)
    if inquiry.text != built:
        raise click.UsageError(f"`{place}` lies in a build of something else than the workspace: compile it again")
    lines = built.splitlines()
    if not 0 < asked.line <= len(lines):
        raise click.UsageError(f"`{place}`: the file has {len(lines)} lines")
    paths = inquiry.decisive().get(asked.line, [])
    told = {path: _origin(compiled, path, pipeline) for path in paths}
    document: dict[str, Any] = {
        "tenant": asked.tenant,
        "environment": asked.environment or "default",
        "file": asked.file,
        "line": asked.line,
        "text": lines[asked.line - 1],
        "settings": [{"path": path, **one} for path, one in told.items()],
    }
    if format_ == "human":
        for line in _lines(place, lines[asked.line - 1], told, session.prefix):
            click.echo(line)
    session.finish(document, diagnostics)


def _no_artifact(place: str) -> click.UsageError:
    return click.UsageError(f"`{place}` is no artifact of a tenant")


def located(place: str) -> Place:
    """The line that FILE:LINE names; ends the command if it names none of a tenant's artifact."""
    name, _, number = place.rpartition(":")
    if not number.isdecimal() or not name:
        raise click.UsageError(f"`{place}` is no place: write FILE:LINE")
    full = Path(name).absolute()
    build = next((one for one in full.parents if (one / MANIFEST).is_file()), None)
    if not full.is_file() or build is None:
        raise click.UsageError(f"`{name}` is no file of a build")
    match full.relative_to(build).parts:
        case ("tenants", tenant, file):
            return Place(build, "", tenant, file, int(number))
        case (environment, "tenants", tenant, file):
            return Place(build, environment, tenant, file, int(number))
    raise _no_artifact(place)


def _day(build: Path) -> str | None:
    """The day as of which a build was made."""
    try:
        manifest = json.loads((build / MANIFEST).read_bytes())
    except ValueError:
        return None
    return manifest.get("as_of") if isinstance(manifest, dict) else None


def _read(place: str, asked: Place) -> str:
    folder = asked.build / asked.environment / "tenants" / asked.tenant
    try:
        return (folder / asked.file).read_bytes().decode()
    except UnicodeDecodeError:
        raise click.UsageError(f"`{place}` lies in a build of something else than the workspace") from None


def _origin(compiled: Compiled, path: str, pipeline: Pipeline) -> dict[str, Any]:
    """The value at a path, and who said it where; of what is no setting, the document that says it."""
    spec = compiled.linked.spec
    if section(path) == NAMES:
        named = {
            **spec.names,
            **(own.names if (own := (spec.environments or {}).get(compiled.linked.environment)) else {}),
        }
        one = named[split(path)[1]]
        return {"value": one.name, "definitions": [], "at": str(one.span)}
    if path.startswith(PATCHES):
        patch = pipeline.workspace.patches[int(path.removeprefix(PATCHES).removesuffix("]"))]
        return {"value": patch.node.plain(), "definitions": [], "at": str(patch.node.span)}
    told = origin(compiled, path)
    name, *names = split(path)
    if name in {"tenant", "deployment", "workspace"}:
        identity = {f"tenant.{part.value}": text for part, text in spec.identity.items()}
        found = Subject(pipeline.schema, compiled.resolved.settings.sections).find(path)
        told["value"] = plain(found) if found is not None else identity.get(path)
        node = pipeline.workspace.options_in(compiled.linked.environment).node
        told["at"] = str(_place(node, names) if name == "workspace" else _said(spec, path, node))
    return told


def _said(spec: Spec, path: str, node: Node) -> Span:
    """Where a spec says a fact; its beginning where it says nothing, or nothing that is kept with its place."""
    if section(path) == "deployment":
        return node.span
    named = {"tenant.tier": spec.tier, "tenant.region": spec.region}.get(path)
    return named.span if named is not None else spec.span


def _place(node: Node, names: list[str]) -> Span:
    """Where tenantc.yaml says what stands under these names, as far as it does."""
    for name in names:
        inner = node.value.get(name) if isinstance(node.value, dict) else None
        if inner is None:
            break
        node = inner
    return node.span


def _lines(place: str, text: str, told: dict[str, dict[str, Any]], prefix: str) -> Iterator[str]:
    yield printable(f"{place}  {text.strip()}")
    if not told:
        yield "  no setting decides this line: it is the same whatever the tenant says"
    for path, one in told.items():
        for line in definition_lines(path, one, prefix):
            yield f"  {line}"
