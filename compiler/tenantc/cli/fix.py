"""`tenantc fix [PATHS]…`: mends tenants in their own files."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.options import as_of_option, fail_on_option, format_option
from tenantc.cli.revised import conclude, diff_option
from tenantc.cli.session import Session
from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.driver.files import find_workspace
from tenantc.driver.fixing import Fixer, Mended
from tenantc.driver.revision import Revision
from tenantc.driver.workspace import Workspace
from tenantc.model.verdict import Strictness


@click.command("fix")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@diff_option
@as_of_option
@fail_on_option
@format_option
def command(paths: tuple[Path, ...], only_diff: bool, as_of: str | None, fail_on: str, format_: str) -> None:
    """Mend the tenants of a workspace, of some of its folders or files, in their own files.

    The remedies of rules that they break are applied to their overrides, and overrides that change nothing go. Each is
    tried and judged: one with which its rule is still broken, or anything else would be, is taken back and told.
    """
    given = paths or (Path(),)
    session = Session(given[0], format_, as_of)
    if any(find_workspace(path) != session.root for path in given):
        raise click.UsageError("the files to mend lie in one workspace")
    pipeline = session.pipeline(fail_on)
    wrong = pipeline.shared()
    if has_errors(wrong):
        session.finish({"written": False, "files": [], "steps": []}, wrong)
    fixer = Fixer(pipeline, Strictness(fail_on))
    revisions: list[Revision] = []
    steps: list[Mended] = []
    diagnostics: list[Diagnostic] = []
    files = _files(pipeline.workspace, given)
    with session.progress("mending", len(files)) as advance:
        for path in files:
            opened = fixer.reviser.opened(path)
            if isinstance(opened, Diagnostic):
                diagnostics.append(opened)
                continue
            fixed = fixer.file(opened)
            revisions.append(fixed.revision)
            steps += fixed.steps
            diagnostics += fixed.diagnostics
            advance()
    document = {"steps": [one._asdict() for one in steps]}
    conclude(session, revisions, list(dict.fromkeys(diagnostics)), only_diff, document, _told(steps, only_diff))


def _files(workspace: Workspace, paths: tuple[Path, ...]) -> list[Path]:
    """The tenant files that are these, or lie in these folders, each once."""
    found: dict[Path, Path] = {}
    for path in paths:
        full = path.resolve()
        inside = [file for file in workspace.tenant_files() if file.is_relative_to(full) or file.resolve() == full]
        if not inside:
            raise click.UsageError(f"`{path}` holds no tenants of the workspace")
        found |= {file.resolve(): file for file in inside}
    return list(found.values())


def _told(steps: list[Mended], only_diff: bool) -> list[str]:
    lines = []
    for one in steps:
        does = (
            f"{one.before} → {one.after}, by rule `{one.rule}`" if one.rule else "the override changes nothing and goes"
        )
        lines.append(f"{one.tenant}: `{one.path}`: {does}")
    mended = sum(bool(one.rule) for one in steps)
    dropped = len(steps) - mended
    mend, drop = ("would mend", "drop") if only_diff else ("mended", "dropped")
    settings, overrides = "setting" if mended == 1 else "settings", "override" if dropped == 1 else "overrides"
    return [*lines, f"{mend} {mended} {settings}, {drop} {dropped} {overrides}"]
