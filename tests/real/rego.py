"""Tenants that are judged twice: by the library's rules, and by what tests/rego/ says in Rego that these mean."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tenantc.driver.rule_tests import Tester
from tenantc.driver.rulebook import library_documents
from tenantc.judge.judging import Standing, judge
from tenantc.judge.subject import Subject
from tenantc.language.runtime import Function
from tenantc.load.blocks import flatten
from tenantc.load.text import parse_text
from tenantc.model.layer import Definition, LayerId, LayerKind
from tenantc.model.rule import Rule
from tenantc.model.settings import Section
from tenantc.model.stack import Documents
from tenantc.resolve.extend import Addition, extend
from tenantc.source.path import child, split
from tenantc.source.value import Value, plain
from tests.real import parts

HERE = Path(__file__).parents[1] / "rego"
TRANSLATED = sorted({path.stem for path in HERE.glob("*.rego")} - {"words", "verdicts"})
_DRAWN = LayerId(LayerKind.TENANT, "drawn")


class Tenant(NamedTuple):
    """A tenant as rules read it (`subject`, `standing`) and as Rego does (`document`, in JSON)."""

    subject: Subject
    standing: Standing
    document: str


@cache
def documents() -> Documents:
    return library_documents()


def tenants(count: int, seed: int) -> Iterator[Tenant]:
    """As many, drawn from tests/rego/tenants.yaml."""
    choices = yaml.safe_load((HERE / "tenants.yaml").read_text("utf-8"))
    groups = [[_stated(*setting) for setting in group.items()] for group in choices["groups"].values()]
    tester = Tester(documents())
    chance = random.Random(seed)  # noqa: S311 — no secret hangs on it
    for _ in range(count):
        drawn = {one.path: one for group in groups if chance.random() < 0.75 for one in _one_each(group, chance)}
        yield _tenant(choices, tuple(drawn.values()), tester, chance)


def _stated(path: str, values: list[Any]) -> list[tuple[Definition, ...]]:
    """What it comes to in a tenant's overrides to state each of these values at a path."""
    found = []
    for value in values:
        block = {"unset": [path]} if value is None else {path: value}
        parsed = parse_text(path, json.dumps(block).encode())
        definitions = flatten(parsed.value[0], documents().schema, _DRAWN)
        problems = [one.message for one in (*parsed.diagnostics, *definitions.diagnostics)]
        assert not problems, problems
        found.append(definitions.value)
    return found


def _one_each(group: list[list[tuple[Definition, ...]]], chance: random.Random) -> Iterator[Definition]:
    return chain.from_iterable(chance.choice(values) for values in group)


def _tenant(choices: Mapping[str, Any], drawn: tuple[Definition, ...], tester: Tester, chance: random.Random) -> Tenant:
    frameworks = tuple(name for name in choices["frameworks"] if chance.random() < 0.3)
    as_of = chance.choice(choices["as_of"])
    name = chance.choice(choices["tiers"])
    tier, grade = tester.tier(name)
    resolved = extend(tier, Addition(drawn), documents().schema, as_of)
    problems = [one.message for one in resolved.diagnostics()]
    assert not problems, problems
    sections = dict(resolved.settings.sections)
    held = sections["compliance"]
    sections["compliance"] = Section({**held.values, "compliance.frameworks": frameworks}, held.definitions)
    sections["tenant"] = Section({"tenant.tier": name, "tenant.grade": grade, **_region("tenant", choices, chance)}, {})
    sections["deployment"] = Section(_region("deployment", choices, chance), {})
    waivers = {
        waiver: {leaf: chance.choice(values) for leaf, values in choices["waivers"].items()}
        for waiver in ("first", "second")
        if chance.random() < 0.5
    }
    facts: dict[str, Value] = {
        child(child("waivers", waiver), leaf): value
        for waiver, leaves in waivers.items()
        for leaf, value in leaves.items()
    }
    subject = Subject(sections, documents().schema, tier.settings, {"as_of": as_of, **facts})
    document = {
        **_nested(sections),
        "tier": _nested(tier.settings.sections),
        "frameworks": frameworks,
        "as_of": as_of,
        "waivers": waivers,
    }
    return Tenant(subject, Standing(frameworks, grade, as_of), json.dumps(document))


def _region(root: str, choices: Mapping[str, Any], chance: random.Random) -> dict[str, Value]:
    region = chance.choice(choices["regions"])
    return {} if region is None else {f"{root}.region": region}


def _nested(sections: Mapping[str, Section]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for section in sections.values():
        for path, value in section.values.items():
            *above, name = split(path)
            at = root
            for one in above:
                at = at.setdefault(one, {})
            at[name] = plain(value)
    return root


def by_rule(rule: Rule, function: Function, judged: list[Tenant]) -> list[str]:
    """What comes of a rule for each tenant."""
    params = tuple(param.value for param in rule.params)
    return [judge(rule, function, params, one.subject, one.standing).answer.value for one in judged]


def by_rego(judged: list[Tenant]) -> list[dict[str, str]]:
    """What comes of each translated rule for each tenant, as Rego has it."""
    parts.need(parts.REGO)
    import regorus

    engine = regorus.Engine()
    for path in sorted(HERE.glob("*.rego")):
        engine.add_policy(path.name, path.read_text("utf-8"))
    found = []
    for one in judged:
        engine.set_input_json(one.document)
        found.append(engine.eval_rule("data.verdicts.of"))
    return found
