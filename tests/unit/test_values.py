"""The files that people's own charts, modules and pods read: every resolved setting, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantc.emit.values import Values
from tenantc.model.identity import Identity, IdentityText
from tenantc.model.settings import Section
from tenantc.source.path import join
from tenantc.source.value import UNLIMITED, Record, Value, plain
from tests.trees import AWKWARD, TEXTS, VALUES, filler, same

HEAD = {"tenant": {"id": "acme", "name": 'A "b" ${x} %s'}, "deployment": {"environment": "default"}}
NAME = st.one_of(st.sampled_from(["a", "b-c", "gpt-4.1", "%s", "lifecycle", "no"]), TEXTS.filter(bool))


def section(name: str, values: dict[tuple[str, ...], Value]) -> Section:
    """A section of settings whose names are these."""
    return Section({join((name, *names)): value for names, value in values.items()}, {})


def nested(values: dict[tuple[str, ...], Value], unlimited: object) -> dict[str, Any]:
    """The same settings as plain data."""
    root: dict[str, Any] = {}
    for names, value in values.items():
        here = root
        for name in names[:-1]:
            here = here.setdefault(name, {})
        here[names[-1]] = plain(value, unlimited)
    return root


def ordered(tree: Any) -> Any:
    """Plain data with its keys sorted, since readers promise no order."""
    if isinstance(tree, dict):
        return {key: ordered(tree[key]) for key in sorted(tree)}
    return [ordered(item) for item in tree] if isinstance(tree, list) else tree


# one group deep, so that no name is a setting and a group at once
SETTINGS = st.dictionaries(
    st.one_of(st.tuples(NAME.map("leaf{}".format)), st.tuples(NAME.map("group{}".format), NAME)),
    VALUES,
    min_size=1,
    max_size=8,
)


def check(settings: dict[tuple[str, ...], Value]) -> None:
    """Writes the settings in every file and has a reader of each find them."""
    values, known = Values(-1), filler({})
    sections = {"limits": section("limits", settings), "empty": Section({}, {})}
    words, numbers = ordered(nested(settings, "unlimited")), ordered(nested(settings, -1))
    for _ in range(2):  # from frames, and from what the section remembers
        stored = json.loads(values.settings_json(HEAD, sections, known))
        assert same({"version": 1, **HEAD}, {key: stored[key] for key in ("version", "tenant", "deployment")})
        assert same({"limits": words}, ordered(stored["settings"]))
        variables = json.loads(values.tfvars_json(HEAD, sections, known))
        assert same(ordered({**HEAD, "limits": numbers}), ordered(variables))
        chart = values.values_yaml(HEAD, sections, known)
        assert same(ordered({**HEAD, "limits": numbers}), ordered(yaml.load(chart, yaml.CSafeLoader)))
        data = yaml.load(values.config_map(sections, known), yaml.CSafeLoader)["data"]
        assert list(data) == ["limits.json"]
        assert same(words, ordered(json.loads(data["limits.json"])))


@given(SETTINGS)
@settings(max_examples=60)
def test_every_file_holds_the_settings_and_each_reader_finds_them(held: dict[tuple[str, ...], Value]) -> None:
    check(held)


@pytest.mark.parametrize("awkward", AWKWARD, ids=[str(number) for number in range(len(AWKWARD))])
def test_awkward_names_and_values_come_back(awkward: str) -> None:
    check({(f"leaf{awkward}",): awkward, ("group", awkward or "x"): (awkward, Record({awkward: awkward}))})


def test_settings_are_laid_out_for_people() -> None:
    limits: dict[tuple[str, ...], Value] = {("users",): UNLIMITED, ("by", "b"): (1, "x"), ("by", "a"): 0.5}
    sections = {"limits": section("limits", limits), "lifecycle": section("lifecycle", {("on",): True})}
    values = Values(-1)
    assert values.values_yaml(HEAD, sections, filler({})).decode().split("default\n")[1] == (
        'lifecycle:\n  "on": true\nlimits:\n  by:\n    a: 0.5\n    b:\n    - 1\n    - x\n  users: -1\n'
    )
    assert values.settings_json(HEAD, sections, filler({})).decode().split('"settings": ')[1] == (
        '{\n    "lifecycle": {\n      "on": true\n    },\n    "limits": {\n      "by": {\n        "a": 0.5,\n'
        '        "b": [1, "x"]\n      },\n      "users": "unlimited"\n    }\n  }\n}\n'
    )


def test_terraform_lets_no_variable_be_called_lifecycle() -> None:
    sections = {"lifecycle": section("lifecycle", {("on",): True})}
    assert json.loads(Values(-1).tfvars_json(HEAD, sections, filler({})))["tenant_lifecycle"] == {"on": True}


def test_identity_in_a_shared_setting_is_each_tenant_s_own() -> None:
    greeting = IdentityText(("hello ", Identity.NAME))
    sections = {"a": section("a", {("greeting",): greeting, ("x",): 1})}
    values = Values(-1)
    for name in ("Acme", "Globex", "Acme"):
        known = filler({}, name=name)
        assert yaml.safe_load(values.values_yaml(HEAD, sections, known))["a"]["greeting"] == f"hello {name}"
        assert json.loads(values.settings_json(HEAD, sections, known))["settings"]["a"]["greeting"] == f"hello {name}"
        data = yaml.safe_load(values.config_map(sections, known))["data"]
        assert json.loads(data["a.json"])["greeting"] == f"hello {name}"
