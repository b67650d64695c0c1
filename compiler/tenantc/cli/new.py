"""`tenantc new TENANT_ID --tier …`: adds a tenant."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.options import format_option
from tenantc.cli.session import Session, print_json
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.files import shown
from tenantc.driver.scaffold import new_tenant


@click.command("new")
@click.argument("tenant_id")
@click.option("--tier", required=True, help="the tenant's tier")
@click.option("--name", help="the tenant's name; by default its id, written out")
@click.option("--owner", required=True, metavar="EMAIL", help="whom to write to")
@click.option("--region", help="where the tenant lives")
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@format_option
def command(
    tenant_id: str, tier: str, name: str | None, owner: str, region: str | None, workspace: Path, format_: str
) -> None:
    """Add the tenant TENANT_ID to the workspace, as tenants/TENANT_ID.yaml."""
    session = Session(workspace, format_, None)
    pipeline = session.pipeline()
    tiers = pipeline.workspace.documents.tiers
    if tier not in tiers:
        hint = did_you_mean(tier, tiers) or f"there are {', '.join(sorted(tiers))}"
        raise click.UsageError(f"there is no tier `{tier}`: {hint}")
    try:
        path, diagnostics = new_tenant(pipeline, tenant_id, tier, name, owner, region)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if path is None:
        session.finish({}, diagnostics)
    if format_ == "json":
        print_json({"version": 1, "written": [shown(path)]})
    else:
        click.echo(f"wrote {shown(path)}")
