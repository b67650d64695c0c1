"""What each setting drives: the documents that read it, the rules that do, or the target that it still waits for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from tenantc.audit.flows import READS, flows
from tenantc.driver import library
from tenantc.driver.targets import known, lacking, targets
from tenantc.driver.workspace import Workspace
from tenantc.emit.document import Document, document
from tenantc.emit.targets import TARGETS, Target, driven
from tenantc.model.schema import Kind, Leaf, Schema
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, covers, section

PLAN: Final = Target("plan", (("plan.json", "json"),), (document("plan", kind="plan.json", looks=READS)(flows),))
"""What `audit` writes beside the artifacts for whoever deploys them, as if it were a document."""


class Effect(Frozen):
    """What one setting drives; `path` holds `*` for the name of an open map's entry.

    `documents` are those of the workspace's targets, `dormant` those of them that are written only if tenantc.yaml
    states an option, with its name. `awaiting` names the target that is going to be made of a control which no document
    reads yet; it is None for facts, which say what is so and need drive nothing.
    """

    path: Path
    kind: Kind
    documents: tuple[Document, ...]
    dormant: tuple[tuple[Document, str], ...]
    rules: tuple[str, ...]
    awaiting: str | None


def effects(workspace: Workspace, path: Path | None = None) -> Iterator[Effect]:
    """The effects of the settings at and under a path, by default of all, in the order of the schemas."""
    schema = workspace.documents.schema
    chosen, named = targets(workspace.options), known(workspace.options)
    waiting = [(upper, target) for target, paths in library.awaiting().items() for upper in paths]
    reads = [(rule.id, _patterns(rule.reads, schema)) for rule, _ in workspace.rules]
    found = schema.root if path is None else schema.find(path)
    assert found is not None, "the path names something"
    for leaf in [found] if isinstance(found, Leaf) else found.leaves():
        documents = [*driven(leaf.path, chosen, secret=leaf.secret), *driven(leaf.path, [PLAN])]
        rules = [id for id, patterns in reads if any(_reads(pattern, leaf) for pattern in patterns)]
        is_dead = leaf.kind == "control" and not driven(leaf.path, [PLAN, *TARGETS, *named], secret=leaf.secret)
        awaiting = next((target for upper, target in waiting if is_dead and covers(upper, leaf.path)), None)
        possible = driven(leaf.path, named, secret=leaf.secret)
        dormant = tuple((one, lacks) for one in possible if (lacks := lacking(one, workspace.options)))
        yield Effect(leaf.path, leaf.kind, tuple(documents), dormant, tuple(rules), awaiting)


def _patterns(reads: Collection[Path], schema: Schema) -> frozenset[Path]:
    """What a rule reads, with `*` for the names of entries; what it reads of a tier is a setting as any."""
    paths = {path.removeprefix("tier.") for path in reads}
    return frozenset(found.path if (found := schema.find(path)) is not None else path for path in paths)


def _reads(pattern: Path, leaf: Leaf) -> bool:
    return leaf.secret if section(pattern) == "secrets" else covers(pattern, leaf.path)
