"""`tenantc audit …`: what the reports of a build say, and what is kept of builds."""

from __future__ import annotations

from typing import Any

import click

from tenantc.cli.main import loaded, told

# Each command's module, loaded by name when it runs, and what the overview says of it.
COMMANDS = {
    "report": "print the report of a build, of all tenants or of one",
    "sample": "draw some of the tenants of a control, as a table",
    "history": "tell what held for a tenant in a period, from git revisions",
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
    """Tell what was decided, from a build alone."""
