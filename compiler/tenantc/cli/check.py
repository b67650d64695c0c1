"""`tenantc check [PATHS]…`: checks and writes nothing."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.session import Session, as_of_option, fail_on_option, format_option, print_json, summary
from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.render import as_json
from tenantc.driver.checking import check_files, check_workspace
from tenantc.driver.files import find_workspace


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@as_of_option
@fail_on_option
@format_option
def command(paths: tuple[Path, ...], as_of: str | None, fail_on: str, format_: str) -> None:
    """Check a workspace, or the given files of one as a pre-commit hook passes them.

    A tenant file checks its tenants; any other file checks itself and every tenant that it is part of.
    """
    groups = _by_workspace(paths or (Path(),))
    failed = False
    documents = []
    for root, files in groups.items():
        session = Session(root, format_, as_of)
        pipeline = session.pipeline(fail_on)
        ledger, tenants = check_files(pipeline, files) if files else check_workspace(pipeline)
        found = ledger.all()
        failed |= ledger.failed
        if format_ == "json":
            documents += [as_json(one, session.prefix) for one in found]
        else:
            session.say(found)
            counts = summary(ledger.count(Severity.ERROR), ledger.count(Severity.WARNING))
            click.echo(f"{tenants} tenant{'' if tenants == 1 else 's'} checked: {counts}")
    if format_ == "json":
        print_json({"version": 1, "diagnostics": documents})
    raise click.exceptions.Exit(1 if failed else 0)


def _by_workspace(paths: tuple[Path, ...]) -> dict[Path, list[Path]]:
    """The files to check in each workspace; none for a workspace that is checked whole."""
    groups: dict[Path, list[Path]] = {}
    whole: set[Path] = set()
    for path in paths:
        root = find_workspace(path)
        if root is None:
            raise click.UsageError(f"`{path}` lies in no workspace: there is no tenantc.yaml above it")
        files = groups.setdefault(root, [])
        if path.is_dir():
            whole.add(root)
        else:
            files.append(path.resolve())
    return {root: [] if root in whole else files for root, files in groups.items()}
