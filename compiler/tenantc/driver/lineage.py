"""The build that another is made after: whose chain goes on, and from where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tenantc.audit import chain
from tenantc.audit.statement import Place
from tenantc.diagnostics.diagnostic import diagnose, has_errors
from tenantc.driver.evidence import Evidence, Examination, Keys
from tenantc.driver.files import shown
from tenantc.driver.keys import Signer
from tenantc.driver.manifest import Follows
from tenantc.driver.sinks import MANIFEST, RefusedError
from tenantc.source.frozen import Frozen


class Lineage(Frozen):
    """What a build goes on from: the folder of the earlier one, its digests and the number of its links."""

    origin: Path | None = None
    follows: Follows | None = None
    length: int = 0

    @property
    def place(self) -> Place:
        """Where the build stands in its chain."""
        return Place(self.length + 1, self.follows.link if self.follows is not None else None)

    def links(self) -> Iterator[str]:
        """The earlier links, by their paths in a build."""
        return map(chain.path_of, range(1, self.length + 1))


def trace(origin: Path | None, signer: Signer | None, *, is_target: bool) -> Lineage:
    """The lineage of a build that is made after the one in a folder, of one without an earlier one for None.

    The target may be new, and then nothing is in it. Raises RefusedError (T714) for a build whose chain does not hold:
    what is made after it could never be verified.
    """
    if origin is None or (is_target and not (origin / MANIFEST).is_file()):
        return Lineage()
    evidence = Evidence(origin)
    keys = Keys(signer.public) if signer is not None else Keys()
    wrong = [one for one in Examination(evidence, keys).found if has_errors([one])]
    if wrong:
        help = "restore it from a copy, or start a new chain with `--previous none`"
        raise RefusedError(diagnose("T714", path=shown(origin), problem=wrong[0].message, help=help))
    return Lineage(origin, Follows(evidence.digest, evidence.newest()), max(evidence.links, default=0))
