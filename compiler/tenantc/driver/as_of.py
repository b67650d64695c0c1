"""The day for which a build is made."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime


def as_of(stated: str | None, written: str | None) -> str:
    """The day as YYYY-MM-DD in UTC.

    As stated on the command line, else SOURCE_DATE_EPOCH (reproducible-builds.org/specs/source-date-epoch), else as
    written in tenantc.yaml, else today.

    Raises ValueError if the stated day or SOURCE_DATE_EPOCH is none.
    """
    if stated is not None:
        return date.fromisoformat(stated).isoformat()
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    return written or datetime.now(UTC).date().isoformat()
