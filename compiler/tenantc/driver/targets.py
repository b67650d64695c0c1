"""What a workspace is compiled to: its targets, and of Kubernetes the kinds of objects that it wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from tenantc.driver import offers
from tenantc.driver.options import Options
from tenantc.emit.document import Document
from tenantc.emit.targets import TARGETS, Target
from tenantc.source.frozen import replace
from tenantc.source.path import covers

_KINDS: Final = "workspace.kubernetes.kinds"
OWN: Final = {target.name: target for target in TARGETS}


def targets(options: Options) -> list[Target]:
    """The targets that `targets:` names, as far as there are such, with the documents that are written."""
    return [_narrowed(one, options) for one in known(options)]


def known(options: Options) -> list[Target]:
    """The targets that `targets:` names, as far as there are such: tenantc's own, and what other packages offer."""
    found = [OWN.get(named.name) or _offered(named.name) for named in options.targets]
    return [one for one in found if one is not None]


def _offered(name: str) -> Target | None:
    offer = offers.find(name)
    return offer.target if offer is not None else None


def wanted(kind: str, options: Options) -> bool:
    """Whether objects of a kind are written."""
    values = options.section.values
    include, exclude = values.get(f"{_KINDS}.include"), values.get(f"{_KINDS}.exclude")
    if isinstance(include, Collection):
        return kind in include
    return not isinstance(exclude, Collection) or kind not in exclude


def patchable() -> frozenset[str]:
    """The kinds of objects that patches may change."""
    return frozenset(document.kind for document in OWN["kubernetes"].documents)


def lacking(document: Document, options: Options) -> str:
    """The option, as tenantc.yaml writes it, that a document needs and that is not stated; empty if there is none."""
    needs = document.needs
    if needs is None or any(covers(needs, path) for path in options.section.values):
        return ""
    return needs.removeprefix("workspace.")


def forgotten(options: Options, others: Iterable[Options]) -> list[Document]:
    """The documents that lack an option which other environments state, and that are wanted all the same.

    One whose kind is there in any case, such as a NetworkPolicy, goes with others: nobody could leave it out alone.
    """
    stated = [one for other in others for target in targets(other) for one in target.documents]
    always = {(one.target, one.kind) for one in stated if one.needs is None}
    return [
        one
        for one in dict.fromkeys(stated)
        if wanted(one.kind, options) and lacking(one, options) and (one.target, one.kind) not in always
    ]


def _narrowed(target: Target, options: Options) -> Target:
    written = tuple(
        one
        for one in target.documents
        if not lacking(one, options) and (target.name != "kubernetes" or wanted(one.kind, options))
    )
    if len(written) == len(target.documents):
        return target
    elsewhere = {one.kind for one in target.documents} - {one.kind for one in written}
    return replace(target, documents=written, elsewhere=target.elsewhere | elsewhere)
