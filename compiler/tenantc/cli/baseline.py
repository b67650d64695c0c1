"""`tenantc baseline`: today's failures as waivers, to be worked off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from tenantc.cli.options import as_of_option, fail_on_option, format_option
from tenantc.cli.session import Session, print_json
from tenantc.diagnostics.diagnostic import has_errors
from tenantc.driver import baseline
from tenantc.model.verdict import Strictness


@click.command("baseline")
@click.argument("workspace", type=click.Path(exists=True, path_type=Path), default=Path())
@click.option("--until", required=True, metavar="DATE", help="the last day of the waivers (YYYY-MM-DD)")
@click.option("--approver", required=True, metavar="WHO", help="who accepts the risk")
@click.option("--reason", required=True, metavar="TEXT", help="why the rules can't be kept until then")
@as_of_option
@fail_on_option
@format_option
def command(
    workspace: Path, until: str, approver: str, reason: str, as_of: str | None, fail_on: str, format_: str
) -> None:
    """Write the rules that tenants break today as waivers into waivers/baseline.yaml.

    A baseline that is there only shrinks: what is mended goes, and what is new is told and has to be mended. What no
    waiver can cover is listed and left.
    """
    try:
        date.fromisoformat(until)
    except ValueError:
        raise click.UsageError("`--until` takes a day as YYYY-MM-DD") from None
    session = Session(workspace, format_, as_of)
    pipeline = session.pipeline(fail_on)
    wrong = pipeline.shared()
    if has_errors(wrong):
        session.finish({}, wrong)
    found = baseline.failures(pipeline, Strictness(fail_on), baseline.fleet(pipeline), baseline.FILE)
    grown = baseline.added(found.waivable, pipeline.workspace.waivers)
    if not grown:
        approval = baseline.Approval(approver, until, reason)
        baseline.write(session.root, found.waivable, approval)
    if format_ == "json":
        sets = {"waived": () if grown else found.waivable, "added": grown}
        refused = [{**failure._asdict(), "reason": why} for failure, why in found.refused]
        written = {name: [one._asdict() for one in held] for name, held in sets.items()}
        print_json({"version": 1, **written, "refused": refused})
    else:
        for failure, why in found.refused:
            click.echo(f"left: {_shown(failure)}: {why}")
        for failure in grown:
            click.echo(f"new: {_shown(failure)}: the baseline only shrinks, so mend it or have it waived by itself")
        if not grown:
            count = len(found.waivable)
            click.echo(f"{count} failure{'' if count == 1 else 's'} in {session.prefix}{baseline.FILE} until {until}")
    raise click.exceptions.Exit(1 if grown or found.refused else 0)


def _shown(failure: baseline.Failure) -> str:
    where = f" in {failure.environment}" if failure.environment else ""
    items = f" ({', '.join(failure.items)})" if failure.items else ""
    return f"{failure.tenant}{where} breaks {failure.rule}{items}"
