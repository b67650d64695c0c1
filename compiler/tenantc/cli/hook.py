"""What `tenantc check` does; a pre-commit hook runs it for a few files and is started without click."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tenantc.cli.session import End, Session, print_json, print_line, summary
from tenantc.cli.usage import UsageError
from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.render import as_json
from tenantc.driver.checking import check_files, check_workspace
from tenantc.driver.files import find_workspace
from tenantc.driver.ledger import Ledger
from tenantc.driver.pipeline import Pipeline
from tenantc.source.frozen import Frozen


class Checked(Frozen):
    """A workspace that was checked, or, if there are any, some `files` of it; and how many tenants that were."""

    session: Session
    pipeline: Pipeline
    files: tuple[Path, ...]
    ledger: Ledger
    tenants: int

    @property
    def summary(self) -> str:
        counts = summary(self.ledger.count(Severity.ERROR), self.ledger.count(Severity.WARNING))
        return f"{self.tenants} tenant{'' if self.tenants == 1 else 's'} checked: {counts}"


def run(arguments: Sequence[str]) -> int:
    """The command with nothing but paths behind it; gives its exit code."""
    return check([Path(argument) for argument in arguments], None, "block", "human")


def check(paths: Sequence[Path], as_of: str | None, fail_on: str, format_: str) -> int:
    """Checks a workspace, or the given files, says what there is to say, and gives the exit code."""
    failed = False
    documents = []
    for one in checked(paths, as_of, fail_on, format_):
        found = one.ledger.all()
        failed |= one.ledger.failed
        if format_ == "json":
            documents += [as_json(diagnostic, one.session.prefix) for diagnostic in found]
        else:
            one.session.say(found)
            print_line(one.summary)
    if format_ == "json":
        print_json({"version": 1, "diagnostics": documents})
    return 1 if failed else 0


def checked(
    paths: Sequence[Path], as_of: str | None, fail_on: str, format_: str, end: End | None = None
) -> Iterator[Checked]:
    """Checks a workspace, or each in which some of the files lie."""
    for root, files in _by_workspace(paths or [Path()]).items():
        session = Session(root, format_, as_of, end)
        pipeline = session.pipeline(fail_on)
        ledger, tenants = check_files(pipeline, files) if files else check_workspace(pipeline)
        yield Checked(session, pipeline, tuple(files), ledger, tenants)


def _by_workspace(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    """The files to check in each workspace; none for a workspace that is checked whole."""
    groups: dict[Path, list[Path]] = {}
    whole: set[Path] = set()
    for path in paths:
        root = find_workspace(path)
        if root is None:
            raise UsageError(f"`{path}` lies in no workspace: there is no tenantc.yaml above it")
        files = groups.setdefault(root, [])
        if path.is_dir():
            whole.add(root)
        else:
            files.append(path.resolve())
    return {root: [] if root in whole else files for root, files in groups.items()}
