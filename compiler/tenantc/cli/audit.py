"""`tenantc audit …`: what an auditor asks of a build."""

from __future__ import annotations

from typing import Any

import click

from tenantc.cli.main import loaded, told

# Each command's module, loaded by name when it runs, and what the overview says of it.
COMMANDS = {
    "verify": "verify every byte of a build or a proof",
    "proof": "prove to a tenant's auditor what was decided for it, and tell of nobody else",
    "log": "show the chain of builds",
    "report": "print the report of a build, of all tenants or of one",
    "sample": "draw some of the tenants of a control, as a table",
    "publish": "bring what deployers apply to a folder or a branch",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: Any = loaded(f"audit-{cmd_name}").command
        command.callback = told(command.callback)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command("audit", cls=_Commands)
def command() -> None:
    """Verify builds, prove what was decided for a tenant, tell what was, and publish."""
