"""`tenantc audit publish BUILD`: a verified build, where deployers read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from tenantc.cli.evidence import build_argument, end, evidence_of, keys_option, public_keys
from tenantc.cli.options import format_option
from tenantc.driver.branches import Branch
from tenantc.driver.evidence import Keys
from tenantc.driver.files import shown
from tenantc.driver.git import RevisionError
from tenantc.driver.publishing import BranchGoal, Difference, FolderGoal, Goal, publish
from tenantc.driver.sinks import RefusedError
from tenantc.driver.verification import verify_build


@click.command("publish")
@build_argument
@click.option("--to", "target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="into a folder")
@click.option("--branch", metavar="NAME", help="onto a branch of the repository that the build lies in, as a commit")
@keys_option
@format_option
def command(build: Path, target: Path | None, branch: str | None, folder: Path | None, format_: str) -> None:
    """Verify BUILD and bring what deployers apply of it to a folder or a branch, where only what differs changes.

    That may be a build of any day: no workspace is read. Evidence stays with the build: reports, proofs and audit.json
    are not published. Of a signed build --keys says by whom it should be.
    """
    if (target is None) is (branch is None):
        raise click.UsageError("say either `--to` or `--branch`")
    evidence = evidence_of(build)
    if evidence.signed and folder is None:
        raise click.UsageError(f"`{shown(build)}` is signed: say with --keys by whom it should be")
    keys = Keys(public_keys(folder), exactly=True) if folder is not None else Keys()
    found = verify_build(evidence, keys)
    done, commit = Difference((), (), ()), ""
    if not found.failed and evidence.said is not None:
        try:
            goal: Goal
            if target is not None:
                goal = FolderGoal(target, shown(target))
            else:
                assert branch is not None, "one of both"
                goal = BranchGoal(Branch(build.resolve().parent, branch))
            done, commit = publish(build, evidence.said, goal, shown(target) if target is not None else str(branch))
        except RefusedError as refused:
            found.diagnostics.append(refused.diagnostic)
        except RevisionError as error:
            raise click.UsageError(str(error)) from None
    document = {
        "written": len(done.written),
        "removed": len(done.removed),
        "tenants": list(done.tenants),
        "commit": commit or None,
    }
    end(document, _lines(done, commit) if not found.failed else (), found.diagnostics, format_)


def _lines(done: Difference, commit: str) -> Iterator[str]:
    if not done:
        yield "nothing changed"
        return
    count = len(done.tenants)
    whose = f"{count} tenant{'' if count == 1 else 's'}: {', '.join(done.tenants[:10])}{', …' if count > 10 else ''}"
    yield f"{len(done.written)} files written, {len(done.removed)} removed; {whose if count else 'no tenant changed'}"
    if commit:
        yield f"commit {commit}"
