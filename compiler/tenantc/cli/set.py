"""`tenantc set PATH=VALUE`: sets one setting in many tenants' files."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.options import as_of_option, fail_on_option, format_option
from tenantc.cli.revised import conclude, diff_option
from tenantc.cli.session import Session
from tenantc.diagnostics.diagnostic import has_errors
from tenantc.driver.assignment import assign, read_assignment, read_condition


@click.command("set")
@click.argument("assignment", metavar="PATH=VALUE")
@click.option(
    "--where", multiple=True, metavar="KEY=WORD", help="only tenants of this tier, region, ring, …; may repeat"
)
@diff_option
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@as_of_option
@fail_on_option
@format_option
def command(
    assignment: str,
    where: tuple[str, ...],
    only_diff: bool,
    workspace: Path,
    as_of: str | None,
    fail_on: str,
    format_: str,
) -> None:
    """Override the setting PATH with VALUE, which is YAML, in the files of all tenants, or of those that --where means.

    PATH may end with an operator: `features.enabled+=[chat]`. A --where of one key twice means either word, and of
    several keys all of them: tenant_id, tier, status, ring, region, industry, mixins. If one tenant would not compile
    any more, none is written.
    """
    session = Session(workspace, format_, as_of)
    pipeline = session.pipeline(fail_on)
    try:
        wanted = read_assignment(assignment, pipeline.schema)
        condition = read_condition(where)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    wrong = pipeline.shared()
    nothing = {"written": False, "files": [], "changed": [], "unchanged": []}
    if has_errors(wrong):
        session.finish(nothing, wrong)
    with session.progress("setting", len(pipeline.workspace.tenant_files())) as advance:
        done = assign(pipeline, wanted, condition, advance)
    if has_errors(done.diagnostics):
        if format_ == "human":
            session.say(done.diagnostics)
            click.echo("nothing was written: each tenant has to compile with the new value", err=True)
            raise click.exceptions.Exit(1)
        session.finish(nothing, done.diagnostics)
    if not done.changed and not done.unchanged:
        raise click.UsageError("no tenant is meant")
    document = {"changed": done.changed, "unchanged": done.unchanged}
    verb = "would change" if only_diff else "changed"
    count = len(done.changed)
    told = f"{count} tenant{'' if count == 1 else 's'} {verb}, {len(done.unchanged)} have it already"
    conclude(session, done.revisions, done.diagnostics, only_diff, document, [told])
