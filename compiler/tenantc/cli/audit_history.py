"""`tenantc audit history TENANT PATH|CONTROL`: what held for a tenant in a period, by the commits that changed it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from tenantc import __version__
from tenantc.audit import chain
from tenantc.cli.options import format_option
from tenantc.cli.session import Session, print_json, print_line, say
from tenantc.cli.show import names_of
from tenantc.diagnostics.diagnostic import diagnose, has_errors
from tenantc.diagnostics.render import printable, short
from tenantc.driver.evidence import Evidence, Examination, Keys
from tenantc.driver.git import Repository, RevisionError
from tenantc.driver.history import History, Moment, Question
from tenantc.source.value import show

_COMMIT = 12


@click.command("history")
@click.argument("tenant")
@click.argument("subject", metavar="PATH|CONTROL")
@click.option("--framework", metavar="ID", default="", help="PATH|CONTROL is a control of this framework")
@click.option("--from", "first", metavar="DAY", required=True, help="the first day of the period (YYYY-MM-DD, UTC)")
@click.option("--to", "last", metavar="DAY", required=True, help="its last day")
@click.option(
    "--build",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="name the builds of its chain that were made as of these days",
)
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
@format_option
def command(
    tenant: str,
    subject: str,
    framework: str,
    first: str,
    last: str,
    build: Path | None,
    workspace: Path,
    format_: str,
) -> None:
    """Tell how a setting of TENANT, or a control of a framework, came out in a period, each time that it changed.

    TENANT is compiled as each commit of the branch has it, as of that commit's day, and again on each day on which
    something changes by itself, such as the end of a waiver. What stood when the period began comes first. Whatever
    version built it then, it is judged by the library of this one. Of several commits of a day the last one is taken
    to be what was built.
    """
    period = _day(first), _day(last)
    if period[0] > period[1]:
        raise click.UsageError("the period ends before it begins")
    session = Session(workspace, format_, None)
    if framework:
        question = Question(tenant, framework=framework, control=subject)
    else:
        names_of(subject)
        question = Question(tenant, path=subject)
    try:
        repository = Repository(session.root)
        moments = list(History(repository, question, *period).moments())
        is_shallow = repository.is_shallow
    except RevisionError as error:
        raise click.UsageError(str(error)) from None
    if not any(moment.facts is not None or moment.errors for moment in moments):
        raise click.UsageError(f"{diagnose('T902', tenant=tenant).message} in that period")
    builds = _builds(build, moments, period[1])
    if format_ == "json":
        told = [moment.as_json() | {"builds": held} for moment, held in zip(moments, builds, strict=True)]
        print_json(_head(question, period) | {"shallow": is_shallow, "moments": told})
        return
    for moment, held in zip(moments, builds, strict=True):
        for line in _lines(moment):
            print_line(line)
        for one in held:
            signed = ", signed" if one["signed"] else ""
            print_line(f"  build {one['number']} as of {one['as_of']}, manifest sha256:{one['manifest']}{signed}")
    if is_shallow:
        print_line("the history is shallow: what came before its first commit nobody knows")


def _head(question: Question, period: tuple[str, str]) -> dict[str, Any]:
    """What was asked, and by whose library it was judged."""
    asked = {"framework": question.framework, "control": question.control}
    return {
        "version": 1,
        "tool": {"name": "tenantc", "version": __version__},
        "tenant": question.tenant,
        **(asked if question.framework else {"path": question.path}),
        "from": period[0],
        "to": period[1],
    }


def _builds(folder: Path | None, moments: list[Moment], last: str) -> list[list[dict[str, Any]]]:
    """The builds of a chain by the moment that held on the day as of which each was made."""
    found: list[list[dict[str, Any]]] = [[] for _ in moments]
    if folder is None:
        return found
    evidence = Evidence(folder)
    wrong = [one for one in Examination(evidence, Keys()).found if has_errors([one])]
    if wrong:
        say(wrong)
        raise click.exceptions.Exit(1)
    for number in sorted(evidence.links):
        link = chain.decode(evidence.links[number])
        at = bisect_right([moment.day for moment in moments], link.as_of) - 1
        if at >= 0 and link.as_of <= last:
            signed = link.envelope is not None
            found[at].append({"number": number, "as_of": link.as_of, "manifest": link.manifest, "signed": signed})
    return found


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise click.UsageError(f"`{text}` is no day: it is written as YYYY-MM-DD") from None


def _lines(moment: Moment) -> Iterator[str]:
    commit = moment.commit
    why = ", turned by the day" if moment.turned else ""
    yield printable(f"{moment.day}  {commit.name[:_COMMIT]}  {commit.author} <{commit.email}>{why}")
    yield from (f"  {short(error)}" for error in moment.errors)
    if moment.facts is None:
        yield "  there is no such tenant" if not moment.errors else "  nobody can say what held"
        return
    for environment, held in moment.facts.items():
        at = "" if environment == "default" else f"{environment}: "
        for path, said in held.get("settings", {}).items():
            yield printable(f"  {at}{path} = {show(said['value'])}, from {said['from']} ({said['at']})")
        if held.get("settings") == {}:
            yield f"  {at}not set"
        if "state" in held:
            yield f"  {at}{held['state'] or 'not asked of the tenant'}"
        for rule, said in held["verdicts"].items():
            waiver = said.get("waiver")
            until = f" until {waiver['until']} by {waiver['approver']} ({waiver['at']})" if waiver else ""
            yield printable(f"  {at}{rule}: {said['verdict']}{until}")
