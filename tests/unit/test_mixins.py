"""What mixins of one list make together (language.md §3): mixins in, settings and diagnostics out."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.compiling import Result, compile_files, tenant

LIST = "features.enabled"
BASE = "tier: base\nsettings: {features.enabled: [a, b, c], limits.max_users: 10, integrations.okta.region: eu}\n"


def run(root: Path, mixins: str, taken: str, overrides: str = "", **files: str) -> Result:
    spec = tenant(overrides, tier="base", more=f"mixins: [{taken}]\n")
    return compile_files(root, {"tiers/base.yaml": BASE, "mixins/m.yaml": mixins, "tenants/acme.yaml": spec, **files})


def two(one: str, other: str) -> str:
    return f"mixin: one\nsettings:\n  {one}\n---\nmixin: two\nsettings:\n  {other}\n"


@pytest.mark.parametrize("order", ["one, two", "two, one"])
@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        ("features.enabled-: [a]", "features.enabled-: [a]", ["b", "c"]),
        ("features.enabled-: [a]", "features.enabled-: [a, b]", ["c"]),
        ("features.enabled-: [a, b]", "features.enabled-: [b, c]", []),
        ("features.enabled-?: [a, x]", "features.enabled-: [a]", ["b", "c"]),
        ("features.enabled-: [a]", "features.enabled+: [d]", ["b", "c", "d"]),
        ("features.enabled+: [d]", "features.enabled+: [d, e]", ["a", "b", "c", "d", "e"]),
    ],
)
def test_mixins_of_one_list_read_the_same_base(
    tmp_path: Path, one: str, other: str, left: list[str], order: str
) -> None:
    result = run(tmp_path, two(one, other), order)
    assert result.codes == []
    assert result.get(LIST) == left


def test_names_of_an_open_map_may_be_taken_away_by_two(tmp_path: Path) -> None:
    result = run(tmp_path, two("integrations-: [okta]", "integrations-: [okta]"), "one, two")
    assert (result.codes, result.get("integrations.okta.region")) == ([], None)


@pytest.mark.parametrize(
    "mixins",
    [
        two("features.enabled-: [a]", "features.enabled-: [a, x]"),
        two("features.enabled-: [x]", "features.enabled-: [x]"),
        two("features.enabled-: [a]", "features.enabled-: [a]").replace("mixin: two\n", "mixin: two\nextends: one\n"),
    ],
    ids=["only-one-is-there", "not-there-at-all", "gone-since-what-is-extended-took-it"],
)
def test_taking_away_what_the_base_does_not_have_stays_an_error(tmp_path: Path, mixins: str) -> None:
    result = run(tmp_path, mixins, "two, one")
    assert result.codes == ["T306"]
    assert result.diagnostics[0].blames[0].span.path == "mixins/m.yaml"


SETTLED = two("features.enabled: [x]", "features.enabled: [y]")


@pytest.mark.parametrize(
    ("overrides", "files", "settled"),
    [
        ("features.enabled: [z]", {}, True),
        ("unset: [features]", {}, True),
        ("features.enabled+: [z]", {}, False),
        ("features.enabled-?: [z]", {}, False),
        ("features.disabled: [z]", {}, False),
        ("", {"environments/e.yaml": "environment: e\nsettings: {features.enabled: [z]}\n"}, True),
        ("", {"environments/e.yaml": "environment: e\nsettings: {features.enabled+: [z]}\n"}, False),
    ],
)
def test_a_disagreement_is_settled_by_a_higher_layer_that_sets_the_leaf(
    tmp_path: Path, overrides: str, files: dict[str, str], settled: bool
) -> None:
    assert run(tmp_path, SETTLED, "one, two", overrides, **files).codes == ([] if settled else ["T305"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("features.enabled: [x]", "features.enabled: [y]"),
        ("features.enabled: [x]", "features.enabled+: [y]"),
        ("features.enabled-: [a]", "features.enabled+: [a]"),
        ("integrations-: [okta]", "integrations.okta.region: us"),
        ("integrations!: {}", "integrations.okta.region: us"),
        ("unset: [integrations]", "integrations.okta.region: us"),
    ],
)
def test_a_mixin_that_extends_the_other_wins_and_does_not_disagree(tmp_path: Path, one: str, other: str) -> None:
    apart = two(one, other)
    assert run(tmp_path / "a", apart, "one, two").codes == ["T305"]
    assert run(tmp_path / "b", apart.replace("mixin: two\n", "mixin: two\nextends: one\n"), "one, two").codes == []


CHAIN = """\
mixin: bottom
settings: {limits.max_users: 20, features.enabled: [bottom], limits.storage_gb: 1}
---
mixin: middle
extends: bottom
settings: {limits.max_users: 21, features.enabled+: [middle]}
---
mixin: side
extends: bottom
settings: {limits.storage_gb: 2}
---
mixin: top
extends: [middle, side]
settings: {features.enabled+: [top]}
"""


@pytest.mark.parametrize("order", list(permutations(["top", "bottom", "side"])))
def test_c3_puts_what_extends_above_what_is_extended_and_each_once(tmp_path: Path, order: tuple[str, ...]) -> None:
    result = run(tmp_path, CHAIN, ", ".join(order))
    assert result.codes == []
    assert result.get(LIST) == ["bottom", "middle", "top"]
    assert (result.get("limits.max_users"), result.get("limits.storage_gb")) == (21, 2)


def test_parents_of_one_mixin_keep_the_order_in_which_it_names_them(tmp_path: Path) -> None:
    """C3 keeps the order of `extends` for two parents that say different things: the first one named wins."""
    mixins = two("features.enabled+: [one]", "features.enabled+: [two]") + "---\nmixin: top\nextends: [{}]\n"
    assert run(tmp_path / "a", mixins.format("one, two"), "top").get(LIST) == ["a", "b", "c", "two", "one"]
    assert run(tmp_path / "b", mixins.format("two, one"), "top").get(LIST) == ["a", "b", "c", "one", "two"]
    apart = two("limits.max_users: 1", "limits.max_users: 2") + "---\nmixin: top\nextends: [one, two]\n"
    assert run(tmp_path / "c", apart, "top").codes == ["T305"], "parents are as unordered as the mixins of a tenant"


def test_a_tiers_mixins_lie_under_it_and_a_tenants_above_every_tier(tmp_path: Path) -> None:
    files = {
        "tiers/base.yaml": BASE + "mixins: [one]\n",
        "tiers/derived.yaml": "tier: derived\nextends: base\nmixins: [two]\n",
        "mixins/m.yaml": two(
            "limits.max_users: 1\n  limits.storage_gb: 1", "limits.max_users: 2\n  limits.storage_gb: 2"
        ),
        "tenants/acme.yaml": tenant(tier="derived"),
    }
    result = compile_files(tmp_path / "a", files)
    assert (result.get("limits.max_users"), result.get("limits.storage_gb"), result.codes) == (2, 2, [])
    again = files | {"tenants/acme.yaml": tenant(tier="derived", more="mixins: [one]\n")}
    assert compile_files(tmp_path / "b", again).get("limits.max_users") == 1
