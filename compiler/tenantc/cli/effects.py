"""`tenantc effects [PATH]`: what settings drive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from tenantc.cli.options import format_option
from tenantc.cli.session import Session, print_json
from tenantc.cli.show import check_setting
from tenantc.driver.effects import Effect, effects


@click.command("effects")
@click.argument("path", required=False)
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@format_option
def command(path: str | None, workspace: Path, format_: str) -> None:
    """Tell what the settings at and under PATH drive, by default what all do.

    That is the documents that look at a setting or place it, and the rules that read it. Files that hold every setting
    (values.yaml, tenant.tfvars.json, settings.json and the ConfigMap of settings) are not listed.
    """
    session = Session(workspace, format_, None)
    pipeline = session.pipeline()
    if path is not None:
        check_setting(path, pipeline.schema)
    found = list(effects(pipeline.workspace, path))
    if format_ == "json":
        print_json([described(one) for one in found])
        return
    for line in lines(found):
        click.echo(line)


def described(one: Effect) -> dict[str, Any]:
    """An effect as JSON documents hold it (schemas/cli/effects.json)."""
    documents = [{"target": held.target, "kind": held.kind, "name": held.name} for held in one.documents]
    return {
        "path": one.path,
        "kind": one.kind,
        "documents": documents,
        "rules": list(one.rules),
        "awaiting": one.awaiting,
    }


def lines(found: Iterable[Effect]) -> Iterator[str]:
    """The effects for people: each setting with what it drives, and how many do what."""
    counts: Counter[str] = Counter()
    for one in found:
        counts[standing(one)] += 1
        yield f"{one.path} ({one.kind})"
        for document in one.documents:
            yield f"  drives {document.target}/{document.name}, {document.kind}"
        for document, option in one.dormant:
            yield f"  would drive {document.target}/{document.name}, {document.kind}, if tenantc.yaml said `{option}`"
        if one.rules:
            yield f"  read by {', '.join(one.rules)}"
        if one.awaiting is not None:
            yield f"  awaits {one.awaiting}"
        elif not one.documents and not one.dormant and one.kind == "control":
            yield "  drives no document of the workspace's targets"
    total = sum(counts.values())
    yield f"{total} setting{'' if total == 1 else 's'}: " + ", ".join(f"{counts[key]} {key}" for key in sorted(counts))


def standing(one: Effect) -> str:
    """How a setting is counted."""
    if one.documents:
        return "driving documents"
    if one.dormant:
        return "lacking an option"
    if one.awaiting is not None:
        return f"awaiting {one.awaiting}"
    return "stating facts" if one.kind == "fact" else "driving nothing here"
