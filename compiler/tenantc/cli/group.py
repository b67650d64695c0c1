"""A group of commands whose modules are loaded when they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from tenantc.cli.usage import UsageError


class Commands(click.Group):
    """Commands by name, with what the overview says of each; `load` gives the module of one."""

    def __init__(self, table: Mapping[str, str], load: Callable[[str], Any], **named: Any) -> None:
        super().__init__(**named)
        self._table = table
        self._load = load

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        command = self._load(cmd_name).command
        assert isinstance(command, click.Command)
        if command.callback is not None:  # a group has none
            command.callback = _told(command.callback)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))


def _told(callback: Callable[..., Any]) -> Callable[..., None]:
    """The callback, with what is wrong about a call told as click does: with the command's usage."""

    def call(**parameters: Any) -> None:
        try:
            callback(**parameters)
        except UsageError as error:
            raise click.UsageError(str(error)) from None

    return call
