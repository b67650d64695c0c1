"""The options that commands share."""

from __future__ import annotations

import click

format_option = click.option(
    "--format", "format_", type=click.Choice(["human", "json"]), default="human", show_default=True, help="how to print"
)
report_format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(["human", "json", "sarif", "junit", "github"]),
    default="human",
    show_default=True,
    help="how to print: for people, for programs, for code scanning, for CI, as annotations of GitHub Actions",
)
as_of_option = click.option("--as-of", metavar="DATE", help="compile as of this day (YYYY-MM-DD, UTC)")
env_option = click.option("--env", "environment", metavar="NAME", help="this environment only")
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(["block", "warn", "report"]),
    default="block",
    show_default=True,
    help="which broken rules are errors: those held this strictly, or more",
)
