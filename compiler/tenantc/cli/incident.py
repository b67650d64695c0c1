"""`compile --break-glass`: a blocked tenant ships in an incident, for a week, and everybody sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

import click

from tenantc.cli.session import Session
from tenantc.diagnostics.diagnostic import diagnose
from tenantc.driver import incident
from tenantc.driver.pipeline import Pipeline
from tenantc.model.verdict import Strictness

C = TypeVar("C", bound=Callable[..., Any])
_HELP = "mend it, or lower its `enforce:` level in a policy, which reviews see"


class Glass(NamedTuple):
    """Whether the glass is to be broken, by whom and why."""

    broken: bool
    approver: str
    reason: str


def glass_options(command: C) -> C:
    """The options of an incident, which the command gets as one `glass`; they need `tenants`."""

    @wraps(command)
    def call(break_glass: bool, approver: str, reason: str, **others: Any) -> Any:
        if break_glass and not (others["tenants"] and approver and reason):
            raise click.UsageError("`--break-glass` needs `--tenant`, `--approver` and `--reason`")
        if not break_glass and (approver or reason):
            raise click.UsageError("`--approver` and `--reason` go with `--break-glass`")
        return command(glass=Glass(break_glass, approver, reason), **others)

    help = "ship the tenants that are named though rules block them: waives for seven days what they break"
    options = (
        click.option("--reason", metavar="TEXT", default="", help="why it can't wait"),
        click.option("--approver", metavar="WHO", default="", help="who accepts the risk"),
        click.option("--break-glass", is_flag=True, help=help),
    )
    made: Any = call
    for option in options:
        made = option(made)
    return cast(C, made)


def break_glass(session: Session, pipeline: Pipeline, glass: Glass, tenants: tuple[str, ...], fail_on: str) -> Pipeline:
    """The pipeline with what the tenants break waived; ends the command if something of it can't be."""
    if not glass.broken:
        return pipeline
    found = incident.break_glass(pipeline, tenants, Strictness(fail_on), glass.approver, glass.reason)
    if found.refused:
        rules = pipeline.judgement.court.rules
        session.finish(
            {},
            [
                diagnose("T535", rules[one.rule].span, tenant=one.tenant, rule=one.rule, problem=why, help=_HELP)
                for one, why in found.refused
            ],
        )
    return session.pipeline(fail_on) if found.waivable else pipeline
