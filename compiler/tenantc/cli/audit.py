"""`tenantc audit …`: what an auditor asks of a build."""

from __future__ import annotations

import click

from tenantc.cli import audit_log, audit_proof, audit_publish, audit_verify


@click.group("audit")
def command() -> None:
    """Verify builds, prove what was decided for a tenant, and tell their history."""


for one in (audit_verify, audit_proof, audit_log, audit_publish):
    command.add_command(one.command)
