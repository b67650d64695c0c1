"""The library's rules judge as their translations to Rego do, which were written from what the rules mean."""

from __future__ import annotations

import json
from functools import cache

import pytest
import yaml

from tenantc.driver.library import rule_files
from tenantc.driver.mutation import mutants
from tenantc.driver.rules import RuleFile, catalogue, read_rule
from tenantc.judge.subject import Subject
from tenantc.language.generate import generate
from tenantc.language.runtime import load
from tenantc.model.rule import Rule
from tenantc.source.value import plain
from tests.real import parts
from tests.real.rego import HERE, TRANSLATED, Tenant, by_rego, by_rule, documents, tenants

VERDICTS = ("pass", "fail", "missing", "not_applicable")
# the verdicts that a rule cannot come to, and why
NEVER: dict[str, dict[str, list[str]]] = yaml.safe_load((HERE / "never.yaml").read_text("utf-8"))


@cache
def drawn() -> list[Tenant]:
    return list(tenants(2000, seed=3))


@cache
def library() -> dict[str, RuleFile]:
    """The library's rules that are translated."""
    found = {}
    for shown, path in rule_files():
        if path.stem in TRANSLATED:
            file, wrong = read_rule(shown, path.read_bytes(), documents().schema, catalogue(documents()))
            assert file is not None, wrong
            found[path.stem] = file
    return found


def verdicts(file: RuleFile) -> list[str]:
    assert file.rule is not None
    (function,) = load(generate([file.rule]), 1)
    return by_rule(file.rule, function, drawn())


def told(rule: Rule, number: int, ours: str, theirs: str) -> str:
    tenant = drawn()[number]
    read = {path: _shown(tenant.subject, path) for path in sorted(rule.reads)}
    return f"{rule.id}, tenant {number}: {ours}, and by Rego {theirs}\n  {tenant.standing}\n  {json.dumps(read)}"


def _shown(subject: Subject, path: str) -> object:
    value = subject.get(path)
    return subject.names(path) if value is None else plain(value)


@pytest.mark.slow
def test_rules_judge_as_their_translations_do() -> None:
    parts.need(parts.REGO)
    assert len(TRANSLATED) >= 60
    assert sorted(library()) == TRANSLATED
    rego = by_rego(drawn())
    wrong, seen = [], set()
    for id, file in library().items():
        assert file.rule is not None
        for number, ours in enumerate(verdicts(file)):
            theirs = rego[number][id]
            seen.add((id, theirs))
            if ours != theirs:
                wrong.append(told(file.rule, number, ours, theirs))
    assert not wrong, f"{len(wrong)} disagreements, of which the first are\n" + "\n".join(wrong[:5])
    never = {(id, verdict) for verdict, reasons in NEVER.items() for ids in reasons.values() for id in ids}
    unseen = {(id, verdict) for id in TRANSLATED for verdict in VERDICTS} - seen
    assert unseen == never, "each verdict of each rule is seen, but for those of never.yaml"


@pytest.mark.slow
def test_each_number_of_a_translated_rule_that_is_one_off_shows() -> None:
    unnoticed = []
    for file in library().values():
        right = verdicts(file)
        for span, how, changed in mutants(file, documents().schema, catalogue(documents())):
            if verdicts(changed) == right:
                unnoticed.append(f"{span}: {how}")
    assert not unnoticed, "\n".join(unnoticed)
