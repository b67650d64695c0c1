"""`tenantc fmt [PATHS]…`: rule files in their canonical layout."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.options import format_option
from tenantc.cli.session import print_json, say
from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import as_json, in_order
from tenantc.driver import files, rules
from tenantc.driver.rewriting import replace_all
from tenantc.driver.rules import formatted


@click.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="only tell which files would change, and exit 1 if any would")
@format_option
def command(paths: tuple[Path, ...], check: bool, format_: str) -> None:
    """Lay out rule files: those given, or in these folders; by default all below the current folder.

    A file that is no rule is left as it is.
    """
    diagnostics: list[Diagnostic] = []
    changed: list[str] = []
    for path in rules.found(paths or (Path(),)):
        data = path.read_bytes()
        done = formatted(files.shown(path), data)
        if not isinstance(done, bytes):
            diagnostics += done
        elif done != data:
            changed.append(files.shown(path))
            if not check:
                replace_all({path: done})
    found = in_order(diagnostics)
    if format_ == "json":
        print_json({"version": 1, "changed": changed, "diagnostics": [as_json(one) for one in found]})
    else:
        say(found)
        for name in changed:
            click.echo(f"{'would reformat' if check else 'reformatted'} {name}")
    raise click.exceptions.Exit(1 if has_errors(found) or (check and changed) else 0)
