"""Reads templates from files, and writes what comes of them into new ones."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tenantc.diagnostics.diagnostic import Outcome, diagnose
from tenantc.driver.tenant_template.document import TenantTemplate, read_template
from tenantc.load.limits import LIMITS
from tenantc.source.span import whole
from tenantc.source.text import Text


def load_file(path: Path, name: str) -> Outcome[TenantTemplate | None]:
    """The template in a file that is shown by a name; T906 for what is no plain file. Raises OSError."""
    # whoever opens a device or a pipe may wait for ever
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        problem = "is not a plain file"
        return Outcome(None, (diagnose("T906", whole(Text(name, "")), path=name, problem=problem),))
    with os.fdopen(descriptor, "rb") as file:
        # one byte more than is read, so that a longer file is told
        return read_template(name, file.read(LIMITS.size + 1))


def write_new(path: Path, data: bytes) -> None:
    """Writes a file that is not there yet, whole or not at all. Raises FileExistsError, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        # as `link` replaces nothing
        os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
