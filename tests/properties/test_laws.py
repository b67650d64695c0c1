"""The laws of architecture.md as properties of whole workspaces: generated specs in, bytes and diagnostics out."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from deepmerge import Merger
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tenantc.check.json_schema import json_schema
from tenantc.driver.build import Request, build
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.rulebook import library_documents
from tenantc.driver.workspace import load
from tenantc.model.order import exceeds, meet
from tenantc.model.schema import Schema
from tenantc.source.value import UNLIMITED
from tests.compiling import TOP, compile_files
from tests.fleet import spec as fleet_spec
from tests.fleet import write as write_fleet

AS_OF = "2026-11-01"
EVIDENCE = {"settings.json", "audit.json", "manifest.json"}

OVERRIDES: tuple[tuple[str, st.SearchStrategy[Any]], ...] = (
    ("limits.max_users", st.integers(1, 5)),
    ("limits.webhook_endpoints", st.integers(1, 2)),
    ("monitoring.logging.level", st.sampled_from(["DEBUG", "INFO"])),
    ("security.mfa_config.backup_codes", st.integers(0, 50)),
    ("infrastructure.caching.ttl_seconds", st.integers(1, 900)),
    ("infrastructure.caching.cache_size_mb", st.integers(64, 128)),
    ("ai_configuration.safety_settings.safety_threshold", st.sampled_from([0.85, 0.9, 1])),
    ('ai_configuration.model_access["gpt-4.1"]', st.booleans()),
    ("integrations.slack.channel", st.text("abc #:'\"{}", min_size=1, max_size=8)),
    ("features.enabled+", st.just(["sso"])),
)


@st.composite
def overrides(draw: st.DrawFn) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(OVERRIDES), unique_by=lambda one: one[0], max_size=6))
    return {path: draw(values) for path, values in chosen}


def spec(id: str, held: Mapping[str, Any], tier: str = "free") -> dict[str, Any]:
    made: dict[str, Any] = {"tenant_id": id, "tenant_name": id.title(), "tier": tier, "owner_email": "o@example.com"}
    return made | ({"overrides": dict(held)} if held else {})


def built(files: Mapping[str, str], **options: Any) -> tuple[dict[str, bytes], list[str]]:
    """A build of a workspace of these files, in the order in which they are given: artifacts, and what was said."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "workspace"
        for name, text in {"tenantc.yaml": TOP, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        workspace = load(root).value
        assert workspace is not None
        out = Path(folder) / "out"
        done = build(Pipeline(workspace, AS_OF), Request(out, "out", **options))
        said = [f"{one.code} {one.message}" for one in done.ledger.all()]
        assert done.written, said
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}, said


def deployable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        name: data
        for name, data in files.items()
        if name.rpartition("/")[2] not in EVIDENCE and not name.startswith("audit/")
    }


@given(st.lists(overrides(), min_size=2, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_the_order_of_files_and_documents_and_keys_is_irrelevant(held: list[dict[str, Any]], r: random.Random) -> None:
    specs = [spec(f"t{number}", one) for number, one in enumerate(held)]
    plain = {f"tenants/{one['tenant_id']}.json": json.dumps(one) for one in specs}
    first, said = built(plain)
    shuffled = specs[:]
    r.shuffle(shuffled)
    keys = []
    for one in shuffled:
        inner = list(one.get("overrides", {}).items())
        r.shuffle(inner)
        outer = [(key, dict(inner) if key == "overrides" else value) for key, value in one.items()]
        r.shuffle(outer)
        keys.append(dict(outer))
    second, said_again = built({"tenants/all.yaml": "---\n".join(json.dumps(one) + "\n" for one in keys)})
    settings_of = [name for name in first if name.endswith("settings.json")]
    assert deployable(first) == deployable(second)
    assert all(first[name] == second[name] for name in settings_of)
    assert sorted(said) == sorted(said_again)


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, value in flat.items():
        *upper, last = ["ai_configuration", "model_access", "gpt-4.1"] if "[" in path else path.split(".")
        here = made
        for name in upper:
            here = here.setdefault(name, {})
        here[last] = value
    return made


@given(overrides())
@settings(max_examples=12, deadline=None)
def test_nested_dotted_yaml_and_json_spellings_are_equal(held: dict[str, Any]) -> None:
    flat, nested = spec("acme", held), spec("acme", _nested(held))
    one, _ = built({"tenants/acme.json": json.dumps(flat)})
    for name, text in (
        ("tenants/acme.json", json.dumps(nested)),
        ("tenants/acme.yaml", yaml.safe_dump(nested, allow_unicode=True)),
        ("tenants/acme.yaml", yaml.safe_dump(flat, default_flow_style=True)),
    ):
        other, _ = built({name: text})
        assert deployable(one) == deployable(other)
        assert one["tenants/acme/settings.json"] == other["tenants/acme/settings.json"]


@given(overrides(), st.sampled_from(["free", "professional", "enterprise", "custom"]))
@settings(max_examples=15, deadline=None)
def test_overriding_with_the_inherited_value_changes_no_artifact(held: dict[str, Any], tier: str) -> None:
    inherited = compile_in_memory(spec("acme", {}, tier))
    same = {path: inherited[path] for path in held if path in inherited}
    plain, _ = built({"tenants/acme.json": json.dumps(spec("acme", {}, tier))})
    pinned, said = built({"tenants/acme.json": json.dumps(spec("acme", same, tier))})
    assert deployable(plain) == deployable(pinned)
    assert plain["tenants/acme/settings.json"] == pinned["tenants/acme/settings.json"]
    told = [one for one in said if one.startswith("T307")]
    assert len(told) == len(same)


def compile_in_memory(one: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a tenant by path, as JSON has them."""
    with tempfile.TemporaryDirectory() as folder:
        result = compile_files(Path(folder), {"tenants/acme.json": json.dumps(one)}, AS_OF)
        resolved = result.tenants["acme"].environments[""].resolved
        paths = [path for section in resolved.settings.sections.values() for path in section.values]
        return {path: result.get(path) for path in paths}


@given(st.lists(overrides(), min_size=2, max_size=3))
@settings(max_examples=10, deadline=None)
def test_a_tenant_compiled_alone_has_the_bytes_that_it_has_in_the_fleet(held: list[dict[str, Any]]) -> None:
    files = {f"tenants/t{number}.json": json.dumps(spec(f"t{number}", one)) for number, one in enumerate(held)}
    whole, _ = built(files)
    alone, _ = built(files, tenants=("t1",))
    assert {name: data for name, data in whole.items() if name.startswith("tenants/t1/")} == {
        name: data for name, data in alone.items() if name.startswith("tenants/t1/")
    }


@given(overrides(), overrides())
@settings(max_examples=10, deadline=None)
def test_a_build_over_an_older_one_is_a_build_into_nothing(before: dict[str, Any], after: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, out = Path(folder).resolve() / "w", Path(folder) / "out"
        for held in (before, after):
            (root / "tenants").mkdir(parents=True, exist_ok=True)
            (root / "tenantc.yaml").write_text(TOP)
            (root / "tenants" / "acme.json").write_text(json.dumps(spec("acme", held)))
            workspace = load(root).value
            assert workspace is not None
            assert build(Pipeline(workspace, AS_OF), Request(out, "out", fresh=True)).written
        over = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    fresh, _ = built({"tenants/acme.json": json.dumps(spec("acme", after))})
    assert over == fresh


def test_the_same_bytes_whatever_the_machine_says(tmp_path: Path) -> None:
    """Hash seed, locale, time zone, current folder, and the order in which files were made."""
    numbers = list(range(6))
    outputs = []
    for run, (seed, zone, locale) in enumerate((("0", "UTC", "C"), ("7", "Asia/Kolkata", "tr_TR.UTF-8"))):
        root = tmp_path / f"machine-{run}" / "workspace"
        write_fleet(root, 0)
        for number in numbers if run == 0 else reversed(numbers):
            path = root / "tenants" / f"t{number}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(fleet_spec(number, hostile=True)))
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        environment["TENANTC_CACHE_DIR"] = str(tmp_path / f"cache-{run}")
        here = root if run == 0 else tmp_path
        command = [sys.executable, "-m", "tenantc.cli.main", "compile", str(root), "--as-of", AS_OF, "-o", "out"]
        subprocess.run(command, check=True, cwd=here, env=environment, capture_output=True)
        out = here / "out"
        outputs.append({path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()})
        shutil.rmtree(out)
    assert outputs[0] == outputs[1]


@cache
def schema() -> Schema:
    return library_documents().schema


_anything = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**7), st.floats(-2, 2, allow_nan=False), st.text("ab-_ 1", max_size=6),
    st.lists(st.sampled_from(["webauthn", "sms", "x"]), max_size=3), st.just("unlimited"), st.just({}),
)  # fmt: skip


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_jsonschema_and_jsonschema_rs_refuse_the_same_values(data: st.DataObject) -> None:
    """What tenantc runs on tenants, held to the reference implementation, error by error."""
    import jsonschema_rs

    name = data.draw(st.sampled_from(sorted(schema().sections())))
    section = json_schema(schema().root.members[name])
    leaves = [leaf.path for leaf in schema().leaves() if leaf.path.startswith(f"{name}.") and ".*" not in leaf.path]
    chosen = data.draw(st.lists(st.sampled_from(leaves), unique=True, max_size=4))
    instance: dict[str, Any] = {}
    for path in chosen:
        *upper, last = path.split(".")[1:]
        here = instance
        for step in upper:
            here = here.setdefault(step, {})
        here[last] = data.draw(_anything)
    fast = {
        (tuple(map(str, one.instance_path)), one.kind.name)
        for one in jsonschema_rs.validator_for(section).iter_errors(instance)
    }
    plain = {
        (tuple(map(str, one.absolute_path)), str(one.validator))
        for one in Draft202012Validator(section).iter_errors(instance)
    }
    assert fast == plain


_merger = Merger([(dict, ["merge"])], ["override"], ["override"])


@given(st.lists(overrides(), min_size=1, max_size=3))
@settings(max_examples=20, deadline=None)
def test_layers_without_operators_merge_as_deepmerge_does(layers: list[dict[str, Any]]) -> None:
    """A chain of tiers that only set; lists replace, mappings merge key by key."""
    files: dict[str, str] = {}
    expected: dict[str, Any] = {}
    below = "free"
    for number, held in enumerate(layers):
        plain = _nested({path: value for path, value in held.items() if not path.endswith("+")})
        files[f"tiers/tier{number}.json"] = json.dumps({"tier": f"tier{number}", "extends": below, "settings": plain})
        below = f"tier{number}"
        _merger.merge(expected, plain)
    files["tenants/acme.json"] = json.dumps(spec("acme", {}, below))
    with tempfile.TemporaryDirectory() as folder:
        result = compile_files(Path(folder), files, AS_OF)
        for path, value in _leaves(expected):
            assert result.get(path) == value, result.text


def _leaves(tree: Mapping[str, Any], upper: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in tree.items():
        path = f'{upper}["{name}"]' if "." in name else f"{upper}.{name}".lstrip(".")
        found += _leaves(value, path) if isinstance(value, dict) else [(path, value)]
    return found


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_what_meets_a_bound_never_exceeds_it_and_meeting_twice_is_meeting_once(data: st.DataObject) -> None:
    leaves = [leaf for leaf in schema().leaves() if leaf.order is not None or leaf.type in {"boolean", "array"}]
    leaf = data.draw(st.sampled_from(leaves))
    if isinstance(leaf.order, tuple):
        values: st.SearchStrategy[Any] = st.sampled_from(leaf.order)
    elif leaf.type == "boolean":
        values = st.booleans()
    elif leaf.type == "array":
        values = st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple)
    else:
        values = st.integers(0, 100) | (st.just(UNLIMITED) if leaf.unlimited else st.nothing())
    value, bound, tighter = data.draw(values), data.draw(values), data.draw(values)
    met = meet(value, bound, leaf)
    assert not exceeds(met, bound, leaf)
    assert meet(met, bound, leaf) == met
    assert meet(meet(value, bound, leaf), tighter, leaf) == meet(meet(value, tighter, leaf), bound, leaf)
