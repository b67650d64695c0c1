"""`tenantc adopt TENANT`: Terraform takes over what a tenant has already."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.builds import roots_of, write
from tenantc.cli.options import format_option
from tenantc.cli.session import print_json, print_line
from tenantc.driver.adoption import imports, moves, state
from tenantc.driver.build_roots import Roots, Standing
from tenantc.driver.files import shown
from tenantc.driver.library import imports as known_ids
from tenantc.emit.terraform.imports import blocks


@click.command("adopt")
@click.argument("tenant")
@click.argument("build", type=click.Path(path_type=Path), default=Path("build"))
@click.option("--env", "environment", metavar="NAME", help="the environment, where the tenant lives in several")
@click.option(
    "--only", metavar="ADDRESS", multiple=True, help="this resource only, as main.tf.json calls it; repeatable"
)
@click.option(
    "--state",
    "state_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="what `terraform state pull` says in the root: find there what is the tenant's, and move it",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="by default adopt-TENANT.tf.json in the root",
)
@format_option
def command(
    tenant: str,
    build: Path,
    environment: str | None,
    only: tuple[str, ...],
    state_file: Path | None,
    output: Path | None,
    format_: str,
) -> None:
    """Write, beside the root of TENANT in BUILD, the blocks by which Terraform takes over what exists.

    By default `import` blocks for every resource, by the names that the tenant has or adopts (`names:` in its spec);
    what only AWS knows is asked for by a variable. With --state, `moved` blocks from the addresses that its resources
    have in the root's state. Delete the file once it is applied.
    """
    roots = roots_of(build)
    standing = _standing(roots, tenant, environment)
    ids = known_ids()
    if state_file is not None:
        moved = _moves(roots, standing, state_file)
        data, asked = blocks(moved=moved), []
        told = [f"moves {old} to {new}" for old, new in moved]
    else:
        try:
            taken = imports(roots, standing, ids, only)
        except KeyError as error:
            raise click.UsageError(f"tenant `{tenant}` has no resource {error.args[0]}") from None
        data, asked = blocks(taken), [one.label for one in taken if one.id is None]
        told = [f"imports {one.to}" for one in taken]
    if not data:
        raise click.UsageError(
            f"nothing in `{shown(state_file or build)}` is tenant `{tenant}`'s under another address"
        )
    path = output or build / standing.root / f"adopt-{tenant}.tf.json"
    [file] = write(path.parent, {path.name: data})
    if format_ == "json":
        print_json({"version": 1, "written": [file], "variables": asked})
        return
    for line in told:
        print_line(line)
    for label in asked:
        print_line(f"asks for the variable {label}: only AWS knows that id")
    print_line(f"wrote {file}")


def _standing(roots: Roots, tenant: str, environment: str | None) -> Standing:
    folder = f"{environment}/tenants/{tenant}" if environment else None
    found = [one for one in roots.standings.values() if one.tenant == tenant and folder in (None, one.folder)]
    if not found:
        raise click.UsageError(f"the build holds no Terraform of tenant `{tenant}`")
    if len(found) > 1:
        raise click.UsageError(f"tenant `{tenant}` lives in several environments: name one with --env")
    return found[0]


def _moves(roots: Roots, standing: Standing, file: Path) -> list[tuple[str, str]]:
    try:
        return moves(roots, standing, known_ids(), state(file.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"`{shown(file)}` cannot be read: {error}") from None
