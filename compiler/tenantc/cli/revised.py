"""How commands that edit tenant files end: they write them, or only show what would change."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from tenantc.cli.session import Session
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver.files import within
from tenantc.driver.revision import Revision, diff, write

diff_option = click.option("--diff", "only_diff", is_flag=True, help="only show what would change")


def conclude(
    session: Session,
    revisions: Sequence[Revision],
    diagnostics: Sequence[Diagnostic],
    only_diff: bool,
    document: dict[str, Any],
    told: Sequence[str],
) -> None:
    """Writes the files, or shows their diffs, says what there is to say and ends the command."""
    changed = [one for one in revisions if one.is_changed]
    stale = [] if only_diff else write(changed, session.root)
    if stale:
        changed, told = [], []
    names = [session.prefix + within(one.path, session.root) for one in changed]
    diffs = [diff(one, name) for one, name in zip(changed, names, strict=True)]
    if session.format == "human":
        for text in diffs if only_diff else ():
            sys.stdout.write(text)
        for line in told:
            sys.stdout.write(f"{line}\n")
    files = [{"path": name, "diff": text} for name, text in zip(names, diffs, strict=True)]
    session.finish({"written": not only_diff and bool(changed), "files": files} | document, [*diagnostics, *stale])
