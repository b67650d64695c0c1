"""`tenantc diff REV [REV]`: what a change does to the fleet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tenantc.cli.changes import as_document, human, markdown
from tenantc.cli.options import as_of_option
from tenantc.cli.session import Session, print_json, print_line
from tenantc.driver.diff import Comparison
from tenantc.driver.git import Repository, RevisionError
from tenantc.driver.version import Source, Version
from tenantc.driver.workspace import PARTS


@click.command("diff")
@click.argument("before", metavar="REV")
@click.argument("after", metavar="[REV]", required=False)
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@click.option("--max-blast", type=click.IntRange(min=0), metavar="N", help="exit 1 if more tenants than N are reached")
@as_of_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["human", "markdown", "json"]),
    default="human",
    show_default=True,
    help="how to print",
)
def command(
    before: str, after: str | None, workspace: Path, max_blast: int | None, as_of: str | None, format_: str
) -> None:
    """Tell what changes between two git revisions, or between one and the working tree: settings, verdicts, authority.

    For a pull request, compare with where it began: `tenantc diff $(git merge-base origin/main HEAD)`.
    """
    session = Session(workspace, format_, as_of)
    try:
        repository = Repository(session.root)
        with _version(repository, before, session) as old, _version(repository, after, session) as new:
            if not old.exists and not new.exists:
                raise click.UsageError(f"neither has a tenantc.yaml: {old.source.name}, {new.source.name}")
            comparison = Comparison(old, new)
            with session.progress("compared", len(comparison.files())) as step:
                difference = comparison.run(step)
    except RevisionError as error:
        raise click.UsageError(str(error)) from None
    versions = (old, new)
    if format_ == "json":
        print_json(as_document(difference, versions, max_blast))
    else:
        for line in (human if format_ == "human" else markdown)(difference, versions, max_blast):
            print_line(line)
    too_wide = max_blast is not None and len(difference.reached) > max_blast
    unusable = new.exists and new.pipeline is None
    raise click.exceptions.Exit(1 if too_wide or unusable else 0)


@contextmanager
def _version(repository: Repository, revision: str | None, session: Session) -> Iterator[Version]:
    """The workspace as a revision has it, or, for None, as it is now."""
    if revision is None:
        yield Version(session.root, Source("the working tree", "", session.prefix), session.as_of)
        return
    commit = repository.commit(revision)
    source = Source(revision, commit, f"{revision}:{repository.prefix}")
    with repository.files(commit, PARTS) as root:
        yield Version(root, source, session.as_of)
