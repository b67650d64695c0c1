"""`tenantc audit proof TENANT`: one tenant's report, and a proof that it belongs to a signed build."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.audit import proof, tree
from tenantc.cli.builds import write
from tenantc.cli.evidence import build_argument, end, evidence_of
from tenantc.cli.options import env_option, format_option
from tenantc.diagnostics.diagnostic import diagnose, has_errors
from tenantc.driver.evidence import Examination, Keys
from tenantc.driver.files import shown
from tenantc.driver.sinks import read_within


@click.command("proof")
@click.argument("tenant")
@build_argument
@env_option
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(path_type=Path), required=True, help="a new folder to write to"
)
@format_option
def command(tenant: str, build: Path, environment: str | None, output: Path, format_: str) -> None:
    """Write the report of TENANT in BUILD and a proof of it into DIR, for that tenant's auditor.

    `tenantc audit verify DIR --keys …` verifies it with the public keys. It holds nothing of other tenants, and a guess
    about them can't be confirmed with it.
    """
    evidence = evidence_of(build)
    if not evidence.signed:
        raise click.UsageError(f"`{shown(build)}` is unsigned, and so has no tree to prove anything by")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise click.UsageError(f"`{shown(output)}` is there already: name a new folder")
    examined = Examination(evidence, Keys())
    nonces = examined.tree() if examined.sound else []
    if has_errors(examined.found) or evidence.envelope is None:
        end({"written": []}, (), examined.found, format_)
    reports = tree.reports(examined.manifest.files)
    wanted = _wanted(reports, tenant, environment)
    data = read_within(build, wanted.path)
    made = proof.prove(reports, nonces, wanted, evidence.envelope)
    wrong = [diagnose("T705", path=wanted.path)] if tree.digest(data) != wanted.digest else []
    written = write(output, {tree.REPORT: data, proof.FILE: proof.encode(made)}) if not wrong else []
    end({"written": written}, (f"wrote {path}" for path in written), wrong, format_)


def _wanted(reports: list[tree.Report], tenant: str, environment: str | None) -> tree.Report:
    found = [one for one in reports if one.tenant == tenant and environment in (None, one.environment)]
    if not found:
        where = f" in `{environment}`" if environment is not None else ""
        raise click.UsageError(f"there is no tenant `{tenant}`{where} in this build")
    if len(found) > 1:
        raise click.UsageError(f"`{tenant}` lives in {', '.join(one.environment for one in found)}: say one with --env")
    return found[0]
