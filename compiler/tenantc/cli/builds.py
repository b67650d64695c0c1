"""What commands that read builds share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from tenantc.driver.build_roots import Roots
from tenantc.driver.files import shown


def roots_of(build: Path) -> Roots:
    """The roots of a build; ends the command where it is none, or was changed since."""
    try:
        return Roots(build)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"`{shown(build)}` is no build of tenantc's as it was written: {error}") from None


def write(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Writes files into a folder, and says which."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return [shown(folder / name) for name in sorted(files)]
