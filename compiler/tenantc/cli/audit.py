"""`tenantc audit …`: what an auditor asks of a build."""

from __future__ import annotations

from tenantc.cli.group import Commands
from tenantc.cli.main import loaded

# as the table of `tenantc` itself
COMMANDS = {
    "verify": "verify every byte of a build or a proof",
    "proof": "prove to a tenant's auditor what was decided for it, and tell of nobody else",
    "log": "show the chain of builds",
    "report": "print the report of a build, of all tenants or of one",
    "sample": "draw some of the tenants of a control, as a table",
    "history": "tell what held for a tenant in a period, from git revisions",
    "publish": "bring what deployers apply to a folder or a branch",
}

command = Commands(
    COMMANDS,
    lambda name: loaded(f"audit-{name}"),
    name="audit",
    help="Verify builds, prove what was decided for a tenant, tell what was, and publish.",
)
