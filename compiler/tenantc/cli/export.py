"""`tenantc export TENANT --template`: a tenant as a JSON template."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.options import as_of_option, env_option, format_option
from tenantc.cli.session import Session, print_json, print_text
from tenantc.diagnostics.diagnostic import has_errors
from tenantc.driver.files import shown
from tenantc.driver.tenant_template.exporting import export_template, written
from tenantc.driver.tenant_template.reading import write_new


@click.command("export")
@click.argument("tenant")
@click.option(
    "--template",
    required=True,
    is_flag=True,
    expose_value=False,
    help="as a JSON template, which `tenantc import` reads",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="the file to write, which is not there; by default stdout"
)
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@env_option
@as_of_option
@format_option
def command(
    tenant: str,
    output: Path | None,
    workspace: Path,
    environment: str | None,
    as_of: str | None,
    format_: str,
) -> None:
    """Write TENANT as a template that says every setting it has in its environment, or in the one that --env names."""
    session = Session(workspace, format_, as_of)
    if output is not None and output.exists():
        raise click.UsageError(f"`{output}` is there already")
    pipeline = session.pipeline()
    spec, diagnostics = session.spec(pipeline.workspace, tenant)
    compiled = pipeline.tenant(spec, environment)
    found = [*diagnostics, *(one for one in compiled.diagnostics if not one.code.startswith("T5"))]
    if has_errors(found):
        session.finish({"written": []}, found)
    if len(compiled.environments) != 1:
        names = ", ".join(f"`{name}`" for name in compiled.environments)
        raise click.UsageError(
            f"tenant `{tenant}` lives in {names}: name one with --env"
            if names
            else f"tenant `{tenant}` does not live in `{environment}`"
        )
    text = written(export_template(next(iter(compiled.environments.values())), pipeline.schema))
    if output is not None:
        write_new(output, text.encode())
    if format_ == "json":
        print_json({"version": 1, "written": [shown(output)] if output is not None else [], "template": text})
    else:
        print_text(text if output is None else f"wrote {shown(output)}\n")
