"""Hardening is free of order, comes to rest at once, and mends what it can (language.md §3)."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tenantc.model.layer import LayerKind
from tenantc.model.verdict import BROKEN
from tests.compiling import Result, compile_files, tenant

NUMBERS = ("security.mfa_config.backup_codes", "infrastructure.caching.ttl_seconds", "limits.webhook_endpoints")
SWITCH = "security.mfa_config.required"
LIST = "features.enabled"
ENUM = "infrastructure.isolation_level"
LEVELS = ("shared", "schema", "database", "cluster")
ITEMS = ("a", "b", "c")
UNITS = {"infrastructure.caching.ttl_seconds": " seconds"}

# what a rule requires, and its remedy
Asks = tuple[str, str]


@st.composite
def asks(draw: st.DrawFn) -> Asks:
    kind = draw(st.sampled_from(["raise", "lower", "set", "enum", "add", "take"]))
    path = draw(st.sampled_from(NUMBERS))
    number = f"{draw(st.integers(1, 9))}{UNITS.get(path, '')}"
    item, level = draw(st.sampled_from(ITEMS)), draw(st.sampled_from(LEVELS))
    known: Mapping[str, Asks] = {
        "raise": (f"{path} >= {number}", f"raise {path} to {number}"),
        "lower": (f"{path} <= {number}", f"lower {path} to {number}"),
        "set": (SWITCH, f"set {SWITCH} = true"),
        "enum": (f"{ENUM} in [{', '.join(LEVELS[LEVELS.index(level) :])}]", f"raise {ENUM} to {level}"),
        "add": (f'{LIST} contains "{item}"', f'add "{item}" to {LIST}'),
        "take": (f'not {LIST} contains "{item}"', f'take "{item}" from {LIST}'),
    }
    require, remedy = known[kind]
    # some are judged only where another remedy, of an earlier stratum, has switched something on
    return (f"{require}\n  when {SWITCH}" if kind != "set" and draw(st.booleans()) else require), remedy


BASE = st.fixed_dictionaries(
    {
        **{path: st.integers(1, 9) for path in NUMBERS},
        SWITCH: st.booleans(),
        LIST: st.lists(st.sampled_from(ITEMS), unique=True),
        ENUM: st.sampled_from(LEVELS),
    }
)


def hardened(rules: list[Asks], base: dict[str, Any], names: list[int]) -> Result:
    """A tenant of a tier that says `base`, under these rules; `names` decides the order of their ids."""
    files = {f"rules/r{name}.rule": _rule(name, *asked) for name, asked in zip(names, rules, strict=True)}
    files["tiers/base.yaml"] = f"tier: base\nsettings: {json.dumps(base)}\n"
    files["tenants/acme.yaml"] = tenant(tier="base")
    with tempfile.TemporaryDirectory() as folder:
        return compile_files(Path(folder), files)


def _rule(name: int, require: str, remedy: str) -> str:
    return f'rule r{name}\n  title "R"\n  require {require}\n  remedy {remedy}\n  severity low\n  basis house\n'


def values(result: Result) -> dict[str, Any]:
    found = {path: result.get(path) for path in (*NUMBERS, SWITCH, ENUM)}
    items = result.get(LIST)
    assert isinstance(items, list)
    return found | {LIST: sorted(items)}


@settings(max_examples=60, deadline=None)
@given(rules=st.lists(asks(), max_size=7), base=BASE, r=st.randoms(use_true_random=False))
def test_hardening_is_free_of_order_idempotent_and_mends(
    rules: list[Asks], base: dict[str, Any], r: random.Random
) -> None:
    result = hardened(rules, base, list(range(len(rules))))
    clashes = [one for one in result.diagnostics if one.code == "T511"]

    shuffled = list(range(len(rules)))
    r.shuffle(shuffled)
    other = hardened(rules, base, shuffled)
    assert values(other) == values(result), "the rules' names and files decide nothing"
    assert len([one for one in other.diagnostics if one.code == "T511"]) == len(clashes)

    again = hardened(rules, values(result), list(range(len(rules))))
    assert values(again) == values(result), "what is hardened stays as it is"
    sections = again.tenants["acme"].environments[""].resolved.settings
    layers = [one.layer.kind for path in values(again) for one in sections.definitions(path)]
    assert LayerKind.HARDENING not in layers, "and nothing is left to do"

    blocked = {dict(one.facts)["path"] for one in clashes}
    judged = result.tenants["acme"].environments[""].judged
    verdicts = judged.verdicts if judged is not None else {}
    for number, (_, remedy) in enumerate(rules):
        verdict = verdicts.get(f"r{number}")
        if verdict is not None and verdict.answer in BROKEN:
            assert any(path in remedy for path in blocked), f"{remedy} could have been done"
