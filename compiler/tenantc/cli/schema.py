"""`tenantc schema [DIR]`: JSON Schemas for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tenantc.cli.options import format_option
from tenantc.cli.session import Session, print_json
from tenantc.driver.editor import editor_schemas
from tenantc.driver.files import shown


@click.command("schema")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@format_option
def command(directory: Path | None, workspace: Path, format_: str) -> None:
    """Write the JSON Schemas of this workspace's documents to DIR (by default .schemas in the workspace).

    yaml-language-server and every other JSON Schema reader then completes and checks specs: settings of the workspace's
    own sections, tiers, mixins and frameworks included.
    """
    session = Session(workspace, format_, None)
    pipeline = session.pipeline()
    target = directory or session.root / ".schemas"
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in editor_schemas(pipeline.workspace).items():
        path = target / f"{name}.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(shown(path))
    if format_ == "json":
        print_json({"version": 1, "written": written})
        return
    for one in written:
        click.echo(f"wrote {one}")
    click.echo(f"in a tenant's file: # yaml-language-server: $schema={shown(target / 'spec.json')}")
