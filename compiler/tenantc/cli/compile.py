"""`tenantc compile [WORKSPACE]`: artifacts for every tenant."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from tenantc.cli import reports
from tenantc.cli.incident import Glass, break_glass, glass_options
from tenantc.cli.options import as_of_option, env_option, fail_on_option, report_format_option
from tenantc.cli.passphrase import passphrase, passphrase_options
from tenantc.cli.session import Session, print_json, say, summary
from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.render import as_json
from tenantc.driver.blame import Blame
from tenantc.driver.build import Built, Request, build
from tenantc.driver.files import shown
from tenantc.driver.git import RevisionError
from tenantc.driver.keys import ALGORITHMS, KeyRefusedError, Signer, load_signer
from tenantc.driver.pipeline import Pipeline
from tenantc.report.findings import Report
from tenantc.source.frozen import replace

_MOST = 3


@click.command("compile")
@click.argument("workspace", type=click.Path(exists=True, path_type=Path), default=Path())
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="the folder to write; by default the workspace's build/"
)
@env_option
@click.option("--tenant", "tenants", multiple=True, metavar="ID", help="this tenant only; may be given several times")
@as_of_option
@fail_on_option
@click.option(
    "--keep-going", is_flag=True, help="build what can be built; a blocked tenant keeps its previous artifacts"
)
@click.option("--allow-removals", is_flag=True, help="let more than 5 % of the tenants go")
@click.option("--blame", is_flag=True, help="tell in reports who wrote lines that break rules, waive or override")
@glass_options
@click.option(
    "--sign-key", metavar="DIR", type=click.Path(path_type=Path), help="sign the build with the private keys in DIR"
)
@passphrase_options
@click.option(
    "--previous",
    metavar="DIR|none",
    help="the build whose chain this one goes on with, or `none` for a new chain; by default the one that it replaces",
)
@report_format_option
def command(
    workspace: Path,
    output: Path | None,
    environment: str | None,
    tenants: tuple[str, ...],
    as_of: str | None,
    fail_on: str,
    keep_going: bool,
    allow_removals: bool,
    blame: bool,
    glass: Glass,
    sign_key: Path | None,
    passphrase_file: Path | None,
    no_passphrase: bool,
    previous: str | None,
    format_: str,
) -> None:
    """Compile WORKSPACE (the nearest one upward from the current folder) into artifacts that deployers apply as is."""
    started = time.perf_counter()
    signer = _signer(sign_key, passphrase_file, no_passphrase)
    session = Session(workspace, format_, as_of, reports.unusable("compile", format_))
    pipeline = session.pipeline(fail_on)
    if environment is not None and environment not in pipeline.workspace.documents.environments:
        raise click.UsageError(f"there is no environment `{environment}`")
    pipeline = break_glass(session, pipeline, glass, tenants, fail_on)
    target = output if output is not None else session.root / "build"
    request = Request(target, shown(target), tenants, environment, keep_going, allow_removals, signer)
    if blame:
        request = replace(request, blame=_blame(session.root))
    if previous == "none":
        request = replace(request, fresh=True)
    elif previous is not None:
        request = replace(request, previous=Path(previous))
    with session.progress("compiling", len(pipeline.workspace.tenant_files()) if not tenants else 0) as advance:
        built = build(pipeline, request, advance)
    found = built.ledger.all()
    if format_ == "json":
        print_json(_document(built, request, pipeline, session.prefix))
    else:
        if format_ in reports.WRITERS:
            files = (f"{session.prefix}{path}" for path in sorted(built.files))
            findings = reports.findings(found, session.prefix, pipeline)
            reports.print_report(Report("compile", tuple(findings), tuple(files)), format_)
        else:
            session.say(found)
        if format_ in {"human", "github"}:
            _tell(built, request, pipeline, time.perf_counter() - started)
    raise click.exceptions.Exit(1 if built.ledger.failed else 0)


def _document(built: Built, request: Request, pipeline: Pipeline, prefix: str) -> dict[str, Any]:
    """What came of it, as JSON documents hold it (schemas/cli/compile.json)."""
    boundaries = pipeline.boundaries()
    return {
        "version": 1,
        "as_of": pipeline.as_of,
        "output": request.shown,
        "written": built.written,
        "unchanged": built.unchanged,
        "keys": list(request.signer.ids) if request.signer is not None else [],
        "tenants": built.tenants,
        "artifacts": built.artifacts,
        "bytes": built.bytes,
        "held": built.held,
        "removed": built.removed,
        "next": {"day": boundaries.day, "changes": boundaries.changes},
        "diagnostics": [as_json(one, prefix) for one in built.ledger.all()],
    }


def _signer(folder: Path | None, passphrase_file: Path | None, no_passphrase: bool) -> Signer | None:
    if folder is None:
        if passphrase_file is not None or no_passphrase:
            raise click.UsageError("a passphrase is that of keys: say --sign-key, too")
        return None
    try:
        return load_signer(folder, passphrase(passphrase_file, no_passphrase, new=False))
    except KeyRefusedError as refused:
        say([refused.diagnostic])
        raise click.exceptions.Exit(1) from None


def _blame(root: Path) -> Blame:
    try:
        return Blame(root)
    except RevisionError as error:
        raise click.UsageError(f"`--blame` asks git: {error}") from None


def _tell(built: Built, request: Request, pipeline: Pipeline, seconds: float) -> None:
    counts = summary(built.ledger.count(Severity.ERROR), built.ledger.count(Severity.WARNING))
    if not built.written:
        click.echo(f"nothing written: {counts}")
        return
    click.echo(
        f"{built.tenants} tenant{'' if built.tenants == 1 else 's'} → {built.artifacts} artifacts "
        f"({built.bytes / 1000:,.0f} kB) in {seconds:.1f} s: {counts}"
    )
    for what, ids in (("held", built.held), ("removed", built.removed)):
        if ids:
            click.echo(f"{what}: {', '.join(ids[:10])}{', …' if len(ids) > 10 else ''}")
    boundaries = pipeline.boundaries()
    if boundaries.day:
        more = len(boundaries.changes) - _MOST
        shown_changes = "; ".join(boundaries.changes[:_MOST]) + (f"; and {more} more" if more > 0 else "")
        click.echo(f"from {boundaries.day} on: {shown_changes}")
    if built.unchanged:
        click.echo(f"nothing changed: {request.shown}/ is left as it was")
    signed = f"signed ({', '.join(ALGORITHMS)})" if request.signer is not None else "unsigned"
    where = f"{request.shown}/audit/report.html shows it, {request.shown}/manifest.json lists everything"
    click.echo(f"as of {pipeline.as_of}; {where}; {signed}")
