"""The chain of builds: a link for each, which holds the digest of the one before and what was signed then.

Whoever changes, takes out or reorders a link changes what the next one should hold, up to the newest. That one is told
by the build itself, whose manifest and attestation name the link that it follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from tenantc.audit import canonical, dsse
from tenantc.audit.dsse import Envelope
from tenantc.audit.statement import Place, Statement
from tenantc.audit.statement import decode as decode_statement
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen

FOLDER: Final = "audit/chain"
# absent links that are named: who makes up a number may make up a large one
_MOST: Final = 100
_NAME: Final = re.compile(rf"{FOLDER}/([0-9]{{6,}})\.json")

# says what is wrong with the signatures of the envelope at a path
Check = Callable[[str, Envelope], list[Diagnostic]]


class Link(Frozen):
    """A build's link: digests are SHA-256 in hexadecimal digits, `previous` that of the link before."""

    number: int
    as_of: str
    previous: str | None
    manifest: str
    envelope: Envelope | None


def path_of(number: int) -> str:
    """Where a link lies in the build."""
    return f"{FOLDER}/{number:06d}.json"


def number_of(path: str) -> int | None:
    """The number of the link that lies at a path; None if none does."""
    found = _NAME.fullmatch(path)
    return int(found[1]) if found is not None and path == path_of(int(found[1])) else None


def encode(link: Link) -> bytes:
    document = {
        "version": 1,
        "number": link.number,
        "as_of": link.as_of,
        "previous": link.previous,
        "manifest": link.manifest,
        "attestation": sha256(dsse.encode(link.envelope)) if link.envelope is not None else None,
    }
    if link.envelope is not None:
        document["envelope"] = dsse.document(link.envelope)
    return canonical.encode(document)


def decode(data: bytes) -> Link:
    """A link from its canonical encoding. Raises ValueError for any other bytes."""
    return canonical.decode(data, _shaped, encode)


def _shaped(plain: Any) -> Link:
    envelope = dsse.shaped(plain["envelope"]) if "envelope" in plain else None
    digests = [plain["manifest"], *([plain["previous"]] if plain["previous"] is not None else [])]
    is_plain = isinstance(plain["as_of"], str) and isinstance(plain["number"], int)
    if not is_plain or any(len(bytes.fromhex(digest)) != 32 for digest in digests):
        raise TypeError
    return Link(plain["number"], plain["as_of"], plain["previous"], plain["manifest"], envelope)


class Chain(Frozen):
    """The links that lie in a build, by number, as bytes.

    `newest` is the link that its newest one has to be, None where what would tell that is wrong itself; `before` is the
    digest of the manifest that the build followed, if it followed one.
    """

    links: Mapping[int, bytes]
    newest: Link | None
    before: str | None

    def problems(self, check: Check) -> Iterator[Diagnostic]:
        """What is wrong with the chain; `check` judges the signatures of links before the newest."""
        last = self.newest.number if self.newest is not None else max(self.links, default=0)
        absent = (broken(number, "is missing") for number in range(1, last + 1) if number not in self.links)
        yield from islice(absent, _MOST)
        yield from (broken(one, "comes after the build's own") for one in sorted(self.links) if one > last)
        following = self.newest
        if following is not None and last in self.links and self.links[last] != encode(following):
            yield broken(last, "is not that of this build")
        elif following is None and last in self.links:
            following = self._read(last)
            if following is None:
                yield broken(last, "cannot be read")
        at = last
        for number in sorted((one for one in self.links if one < last), reverse=True):
            found = self._read(number)
            follows = following if number == at - 1 else None
            problem = self._problem(number, found, follows, self.before if number == last - 1 else None)
            if problem:
                yield broken(number, problem)
                found = None  # what it says of the one before is nobody's word
            elif found is not None and found.envelope is not None:
                yield from check(path_of(number), found.envelope)
            at, following = number, found
        if following is not None and at == 1 and following.previous is not None:
            yield broken(1, "follows another, and none is there")

    def _read(self, number: int) -> Link | None:
        try:
            return decode(self.links[number])
        except (ValueError, KeyError):
            return None

    def _problem(self, number: int, found: Link | None, following: Link | None, manifest: str | None) -> str:
        if following is not None and sha256(self.links[number]) != following.previous:
            return "is not the one that the next was made after"
        if found is None:
            return "cannot be read"
        if found.number != number:
            return f"is number {found.number}"
        if manifest is not None and found.manifest != manifest:
            return "names another manifest than the build was made after"
        if found.envelope is None:
            return ""
        try:
            said = decode_statement(found.envelope.payload_type, found.envelope.payload)
        except ValueError as error:
            return f"holds an envelope whose statement {error}"
        return "" if _agrees(said, found) else "holds the envelope of another"


def _agrees(said: Statement, link: Link) -> bool:
    """Whether a statement is that of the build which a link stands for."""
    as_of = said.predicate.get("as_of")
    return (said.manifest, said.place, as_of) == (link.manifest, Place(link.number, link.previous), link.as_of)


def broken(number: int, problem: str) -> Diagnostic:
    help = "compare it with an older copy of the build; `compile --previous none` starts a new chain"
    return diagnose("T710", path=path_of(number), problem=problem, help=help)
