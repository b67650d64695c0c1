"""The fast path prints what the plain path prints, builds once for all who look alike, and forgets what nobody uses."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tenantc.emit.document import Names, Slot, Tree, compact_json, document, text
from tenantc.emit.fill import settled
from tenantc.emit.plan import Plan
from tenantc.emit.shelf import Held
from tenantc.emit.statement import Identifier, Literal, sql
from tenantc.model.identity import Identity, IdentityText
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.memo import Memo
from tenantc.source.value import UNLIMITED, Record, Value, exact
from tests import fleet
from tests.documents import Bench, sections, target
from tests.trees import AWKWARD, SCALARS, TEXTS, VALUES


@document("kubernetes", kind="Thing", looks=("a.look", "b"), places=("a.place", "c.any"))
def kubernetes(names: Names, look: Value | None, group: Record | None, place: Any, anything: Any) -> Tree:
    return {
        "looks": repr(look),
        "group": compact_json({key: repr(item) for key, item in (group or {}).items()}),
        "place": place if place is not UNLIMITED else "unlimited",
        "json": compact_json({"any": anything}) if anything is not UNLIMITED else None,
        "who": text(names.tenant_id, ": ", names.tenant_name, " in ", names.kubernetes_namespace),
        "list": [names.sub("kms_alias", "logs"), None, place if isinstance(place, Slot) else None],
    }


@document("terraform", kind="Thing", looks=("a.look",), places=("a.place",))
def terraform(names: Names, look: Value | None, place: Any) -> Tree:
    slot = place if isinstance(place, Slot) else str(place)
    return {
        "locals": {"x": text("$", slot, "{", names.tenant_name, "}"), "y": [slot, repr(look), compact_json([slot])]}
    }


@document("sql", kind="Thing", looks=("a.look",), places=("a.place",))
def postgres(names: Names, look: Value | None, place: Any) -> Tree:
    slot = place if isinstance(place, Slot) else str(place)
    inner = sql("COMMENT ON ROLE ", Identifier(names.postgres_role), " IS ", Literal(text(slot, names.tenant_name)))
    return [inner, sql("SELECT ", Literal(inner)), sql("SELECT ", Literal(repr(look)))]


@document("catalog", kind="Thing", looks=("a.look",), places=("a.place",))
def catalog(names: Names, look: Value | None, place: Any) -> Tree:
    slot = place if isinstance(place, Slot) else str(place)
    return [repr(look), {"who": text(names.tenant_name, '"', slot), "slot": slot, "json": compact_json([slot])}]


TARGETS = (
    target(kubernetes),
    target(catalog, format_="json", name="catalog"),
    target(terraform, format_="terraform", name="terraform"),
    target(postgres, format_="sql", name="sql"),
)
IDENTITY = st.sampled_from([IdentityText(("by ", Identity.NAME)), IdentityText((Identity.ID, "$"))])
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "a.look": VALUES,
        "a.place": st.one_of(SCALARS, st.just(UNLIMITED), IDENTITY),
        "b.x": SCALARS,
        "b.y.z": VALUES,
        "c.any": st.one_of(VALUES, IDENTITY),
    },
)
WHO = st.tuples(st.sampled_from(["acme", "a-b", "a--b"]), st.one_of(st.just("Acme"), TEXTS))


@given(st.lists(SETTINGS, min_size=1, max_size=3), st.lists(st.tuples(st.integers(0, 2), WHO), min_size=1, max_size=6))
@settings(max_examples=60)
def test_tenants_of_shared_sections_print_the_same_on_both_paths(
    stacks: list[dict[str, Any]], tenants: list[tuple[int, tuple[str, str]]]
) -> None:
    bench = Bench(*TARGETS, paths=("a.look", "a.place", "b.x", "b.y.z", "c.any"))
    shared = [sections(one) for one in stacks]
    for number, (tenant_id, name) in tenants:
        one = shared[number % len(shared)]
        bench.build(one or {"empty": next(iter(sections({"empty.x": 1}).values()))}, tenant_id=tenant_id, name=name)
        # the same settings in sections of the tenant's own
        bench.build(stacks[number % len(stacks)], tenant_id=tenant_id, name=name)


def test_a_template_is_built_once_for_all_who_look_alike_and_placed_values_build_none() -> None:
    bench = Bench(target(kubernetes))
    for number in range(50):
        written = bench.text({"a.look": number % 2, "a.place": number, "c.any": [number]}, tenant_id=f"t-{number}")
        assert f"place: {number}\n" in written
        assert f"t-{number}: Acme in streaming-t-{number}" in written
    assert bench.fast.built == 2
    # whether something placed is there, or unlimited, is seen
    bench.text({"a.look": 1})
    bench.text({"a.look": 1, "a.place": UNLIMITED})
    assert bench.fast.built == 4


@pytest.mark.parametrize(
    "alike",
    [
        (1, 1.0, True, "1", [1], [True], {"1": 1}),
        (0, 0.0, False, "", [], {}, "0", None),
        ([], {}, [[]], [{}], [""]),
        ([1, "a"], ["1", "a"], [1.0, "a"], [True, "a"], [[1, "a"]]),
        ({"a": 1}, {"a": True}, [["a", 1]], {"a": {"a": 1}}),
        ("unlimited", UNLIMITED),
    ],
    ids=repr,
)
def test_values_that_python_takes_for_equal_have_templates_of_their_own(alike: tuple[Any, ...]) -> None:
    bench = Bench(target(kubernetes))
    for _ in range(2):
        for value in alike:
            bench.text({"c.any": 1} if value is None else {"a.look": value, "c.any": 1})
    assert bench.fast.built == len(alike)


@given(VALUES, VALUES)
def test_keys_are_equal_only_for_what_prints_the_same(left: Any, right: Any) -> None:
    left, right = settled(left), settled(right)
    assert (exact(left) == exact(right)) is (repr(left) == repr(right))


def test_a_section_shared_by_tenants_costs_no_look_and_one_that_is_gone_leaves_nothing() -> None:
    bench = Bench(target(kubernetes))
    before = held()
    shared = sections({"a.look": 1, "a.place": "p", "b.x": 1, "c.any": 1})
    for number in range(4):
        bench.text(shared, tenant_id=f"t-{number}")
    [plan] = bench.fast._targets[0].plans["tenant"]
    assert plan._by_sections.stored == 1
    assert held() - before == 2 * len(shared)  # once for each of the two paths
    del shared
    assert held() == before


def test_sections_that_differ_in_what_nobody_reads_are_filled_in_once() -> None:
    bench = Bench(target(terraform))
    for number in range(50):
        alike = {"a.look": 1, "a.place": "p", "a.unread": number}
        assert f"$p{{Name {number}}}" in bench.text(sections(alike), tenant_id=f"t-{number}", name=f"Name {number}")
    [plan] = bench.fast._targets[0].plans["tenant"]
    assert plan._by_values.stored == 1


def test_a_secret_that_is_placed_is_every_tenants_own() -> None:
    @document("sql", kind="Thing", places=("a.key",))
    def placing(names: Names, key: Slot) -> Tree:
        return sql("SELECT ", Literal(key), ", ", Literal(names.tenant_id))

    bench = Bench(target(placing, format_="sql"))
    leaf = Leaf("a.key", "string", "", "control", {}, secret=True)
    bench.schema = Schema(Group("", "", {"a": Group("a", "", {"key": leaf})}))
    shared = sections({"a.key": IdentityText(("secret://vault/", Identity.ID, "#key"))})
    for who in ("one", "two", "one"):
        assert f"secret://vault/{who}#key" in bench.text(shared, tenant_id=who)


def held() -> int:
    """How many contents there are of which something is remembered."""
    gc.collect()
    return sum(isinstance(one, Held) for one in gc.get_objects())


def test_a_memo_keeps_what_is_used_and_forgets_what_is_not() -> None:
    memo: Memo[int, str] = Memo(10)
    memo.put(0, "used")
    for number in range(1, 1000):
        memo.put(number, "once")
        assert memo.get(0) == "used"
        assert len(memo) <= 20
    assert memo.get(1) is None
    assert memo.get(999) == "once"


def test_what_falls_out_of_the_memo_is_built_again_and_prints_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenantc.emit.plan._TEMPLATES", 4)
    monkeypatch.setattr("tenantc.emit.plan._SETTLED", 4)
    bench = Bench(target(kubernetes))
    first = [bench.text({"a.look": number}) for number in range(20)]
    assert [bench.text({"a.look": number}) for number in range(20)] == first
    assert bench.fast.built == 40
    [plan] = bench.fast._targets[0].plans["tenant"]
    assert isinstance(plan, Plan)
    assert len(plan._by_looks) <= 8


@pytest.mark.parametrize("name", AWKWARD, ids=[str(number) for number in range(len(AWKWARD))])
def test_awkward_names_and_values_print_the_same_on_both_paths(name: str) -> None:
    bench = Bench(*TARGETS)
    for _ in range(3):
        bench.build({"a.look": name, "a.place": name, "c.any": [name, {name: name}]}, name=name)


@pytest.mark.parametrize(("seed", "hostile"), [(1, True), (2, True), (3, False)])
def test_five_hundred_tenants_are_emitted_alike_on_both_paths(tmp_path: Path, seed: int, hostile: bool) -> None:
    workspace = load(fleet.write(tmp_path / "fleet", 500, seed=seed, hostile=hostile).resolve()).value
    assert workspace is not None
    pipeline = Pipeline(workspace, "2026-11-01")
    fast, plain = Emission(pipeline), Emission(pipeline, reference=True)
    written = 0
    for path in workspace.tenant_files():
        for spec in workspace.specs(path)[0]:
            for compiled in pipeline.tenant(spec).environments.values():
                assert compiled.judged is not None
                found = fast.tenant(compiled.judged)
                assert found == plain.tenant(compiled.judged)
                written += len(found[0])
    assert written > 500 * 6
    assert list(fast.shared()) == list(plain.shared())
    # documents are built per look, not per tenant
    assert fast.built < plain.built / 20
