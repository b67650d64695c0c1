"""How often documents are built for a tenant: as often as what it changes asks for, whatever else it has.

`Emission.built` counts runs of documents' functions; a tenant's plain tier is built first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tenantc.diagnostics.diagnostic import has_errors
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.driver.workspace import load
from tenantc.emit.document import SECRETS, Document
from tenantc.emit.targets import TARGETS, driven
from tenantc.emit.variants import variants
from tenantc.model.schema import Leaf
from tenantc.source.path import covers
from tenantc.source.value import UNLIMITED, plain
from tests.compiling import AS_OF, without_rules, write
from tests.unit.test_why import TENANTS, TOP, readers

# so that every setting that drives documents drives some of this tenant's
TIER = "professional"
STACK = TENANTS[TIER]
MORE = 400


def schema(settings: int) -> str:
    """A section of the workspace's own with so many settings, which no document reads."""
    said = {"description": "One of many.", "type": "integer", "x-kind": "control", "default": 1}
    properties = {f"s{number}": said for number in range(settings)}
    return json.dumps({"x-section": "own", "type": "object", "additionalProperties": False, "properties": properties})


class Bench:
    """A workspace whose tier says all that `TENANTS` says, with the documents of a plain tenant built."""

    def __init__(self, root: Path, own: int = 1) -> None:
        tier = {"tier": "full", "extends": TIER, "settings": STACK}
        files = {
            "tenantc.yaml": json.dumps(TOP),
            "sql/tables.sql": "CREATE TABLE notes (x int);",
            "tiers/full.yaml": json.dumps(tier),
            "schemas/own.yaml": schema(own),
        }
        workspace = load(write(root, files).resolve()).value
        assert workspace is not None
        self.pipeline = Pipeline(without_rules(workspace), AS_OF)
        assert not has_errors(self.pipeline.shared())
        self.emission = Emission(self.pipeline)
        base = self.compile({})
        assert base is not None
        self.base = base
        assert (self.built(base) or 0) > 40

    def compile(self, overrides: Mapping[str, Any], tenant_id: str = "acme", **more: object) -> Compiled | None:
        """A tenant with these overrides; None if it may not be so."""
        spec = {"tenant_id": tenant_id, "tenant_name": "Acme", "tier": "full", "owner_email": "a@b.example", **more}
        text = json.dumps({**spec, "overrides": overrides})
        [(_, read)], _ = self.pipeline.workspace.read_specs(f"tenants/{tenant_id}.json", text.encode())
        assert read.value is not None, read.diagnostics
        found = self.pipeline.tenant(read.value).environments[""]
        return found if found.judged is not None else None

    def built(self, one: Compiled, emission: Emission | None = None) -> int | None:
        """How often documents are built for a tenant; None if a target refuses it."""
        emission = emission or self.emission
        before = emission.built
        assert one.judged is not None
        _, wrong = emission.tenant(one.judged)
        return None if wrong else emission.built - before

    def most(self, one: Compiled, paths: Iterable[str]) -> int:
        """How often the documents are built that look at these settings or at what refers to them, from nothing."""
        fresh = Emission(self.pipeline)
        self.built(one, fresh)
        plans = [plan for target in fresh.outputs.of("").builder._targets for plan in target.plans.get("tenant", ())]
        changed = {name for path in paths for name in readers(one, path)}
        return sum(
            plan.built for plan in plans if any(looks(plan.document, name, self.secret(name)) for name in changed)
        )

    def secret(self, path: str) -> bool:
        leaf = self.pipeline.schema.leaf(path)
        return leaf is not None and leaf.secret

    def others(self, leaf: Leaf) -> list[Any]:
        """Other values of a setting that is there, limits where it is limited."""
        before = self.base.resolved.settings.get(leaf.path)
        found = variants(before, leaf) if before is not None else ()
        return [plain(one) for one in found if one is not None and (one is UNLIMITED) == (before is UNLIMITED)]


def looks(document: Document, path: str, secret: bool) -> bool:
    """Whether a document is built anew where a setting is another; what it only places, it is not built for."""
    read = (*document.looks, *((document.each,) if document.each else ()))
    return any(covers(one, path) for one in read) or (secret and document.each == SECRETS)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def drivers(bench: Bench) -> list[Leaf]:
    """The settings that drive documents and can be said otherwise."""
    leaves = [leaf for leaf in bench.pipeline.schema.leaves() if ".*" not in leaf.path]
    return [one for one in leaves if driven(one.path, TARGETS, secret=one.secret) and bench.others(one)]


def changed(bench: Bench, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Overrides of so many settings that drive documents, ever other ones."""
    random, leaves = Random(f"{count}/{seed}"), drivers(bench)  # noqa: S311 — data for tests, not for keys
    while True:
        yield {leaf.path: random.choice(bench.others(leaf)) for leaf in random.sample(leaves, count)}


def test_who_a_tenant_is_builds_nothing(bench: Bench) -> None:
    for who in (
        {"tenant_id": "other"},
        {"tenant_name": "Another"},
        {"owner_email": "c@d.example"},
        {"names": {"kubernetes_namespace": "space", "s3_bucket": "acme-files"}},
    ):
        one = bench.compile({}, **who)
        assert one is not None
        assert bench.built(one) == 0, who


def test_what_documents_only_place_builds_nothing(bench: Bench) -> None:
    placed = 0
    for leaf in drivers(bench):
        if bench.most(bench.base, [leaf.path]) == 0:
            found = [bench.compile({leaf.path: other}) for other in bench.others(leaf)]
            assert {bench.built(one) for one in found if one is not None} <= {0}, leaf.path
            placed += any(one is not None for one in found)
    assert placed > 10


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_tenant_builds_no_more_than_what_it_changes_drives(bench: Bench, count: int) -> None:
    built = 0
    overrides = changed(bench, count, seed=1)
    tried = 0
    while tried < 25:
        said = next(overrides)
        one = bench.compile(said)
        more = bench.built(one) if one is not None else None
        if one is None or more is None:
            continue
        tried += 1
        assert more <= bench.most(one, said), said
        assert bench.built(one) == 0, "a second tenant of that kind builds nothing"
        built += more
    assert built > 10


def test_how_many_settings_there_are_is_all_the_same(tmp_path: Path) -> None:
    few, many = Bench(tmp_path / "few"), Bench(tmp_path / "many", MORE)
    counts: list[list[int | None]] = []
    for one in (few, many):
        told = [one.compile(said) for count in (0, 1, 2, 5) for said in islice(changed(few, count, seed=2), 10)]
        counts.append([one.built(found) if found is not None else None for found in told])
    assert counts[0] == counts[1]
    assert sum(found or 0 for found in counts[0]) > 20
    more = many.compile({f"own.s{number}": 2 for number in range(MORE)})
    assert more is not None
    assert many.built(more) == 0
