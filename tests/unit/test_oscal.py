"""audit/oscal-assessment-results.json: what tests/real/test_oscal.py shows to be OSCAL says what report.json says."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenantc.audit.report.findings import finding
from tenantc.audit.report.posture import State
from tenantc.source.digest import uuid5
from tests.auditing import HOSTILE, audited, spoiled
from tests.building import fleet, manifest, run

NAME = "audit/oscal-assessment-results.json"


def results(target: Path) -> dict[str, Any]:
    """The assessment results of a build."""
    found: dict[str, Any] = json.loads((target / NAME).read_bytes())["assessment-results"]
    return found


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oscal")
    assert run(audited(folder / "w"), folder / "build").written
    return folder / "build"


@pytest.fixture(scope="module")
def ours(target: Path) -> dict[str, Any]:
    (found,) = [one for one in results(target)["results"] if said(one)["framework"] == "ours"]
    assert isinstance(found, dict)
    return found


def said(thing: dict[str, Any]) -> dict[str, str]:
    """The properties of an object of OSCAL by name."""
    return {one["name"]: one["value"] for one in thing["props"]}


def test_only_what_is_enforced_for_all_is_satisfied(ours: dict[str, Any]) -> None:
    states = {
        said(one["target"])["control"]: (one["target"]["status"]["state"], one["target"]["status"]["reason"], said(one))
        for one in ours["findings"]
    }
    broken = {"failing": "1", "waived": "1", "enforced": "1"}
    assert states == {
        "A(1)": ("not-satisfied", "fail", broken),
        "A_1_": ("not-satisfied", "fail", broken),
        "no one": ("not-satisfied", "other", {"not-covered": "3"}),
        "shown": ("not-satisfied", "other", {"needs-evidence": "3"}),
        "1": ("satisfied", "pass", {"enforced": "3"}),
    }


@pytest.mark.parametrize("state", State)
def test_no_state_but_enforced_satisfies_a_control(state: State) -> None:
    control = {"id": "A", "title": "a"}
    alone, beside = (
        finding({**control, "states": {state.value: 2, **more}}, "A")["target"] for more in ({}, {"enforced": 1})
    )
    assert (alone["status"]["state"] == "satisfied") == (state is State.ENFORCED)
    assert (beside["status"]["state"] == "satisfied") == (state in {State.ENFORCED, State.NOT_APPLICABLE})
    assert (alone["status"]["reason"] == "fail") == (state is State.FAILING)
    assert ("implementation-status" in alone) == (state is State.NOT_APPLICABLE)


def test_controls_are_reviewed_under_tokens_of_their_own(ours: dict[str, Any]) -> None:
    (selection,) = ours["reviewed-controls"]["control-selections"]
    reviewed = [one["control-id"] for one in selection["include-controls"]]
    assert reviewed == [one["target"]["target-id"] for one in ours["findings"]]
    assert {"A_1_", "no_one", "shown", "_1"} < set(reviewed)
    assert len(set(reviewed)) == 5


def test_whoever_does_not_pass_is_named_with_evidence_and_nobody_else(ours: dict[str, Any], target: Path) -> None:
    items = {one["uuid"]: said(one)["tenant"] for one in ours["local-definitions"]["inventory-items"]}
    assert sorted(items.values()) == ["badco", "excusedco"]
    whole, *groups = ours["observations"]
    assert "subjects" not in whole
    named = {tuple(items[one["subject-uuid"]] for one in group["subjects"]): said(group) for group in groups}
    assert named == {("badco",): {"fail": "few-users"}, ("excusedco",): {"waived": "few-users"}}
    listed = {f"../{one['path']}": one["sha256"] for one in manifest(target)["artifacts"]}
    evidence = [one for group in groups for one in group["relevant-evidence"] if not one["href"].startswith("#")]
    assert {one["href"] for one in evidence} == {f"../tenants/{id}/audit.json" for id in ("badco", "excusedco")}
    assert all(said(one)["sha256"] == listed[one["href"]] for one in evidence)
    failing = next(one for one in ours["findings"] if said(one["target"])["control"] == "A(1)")
    related = [one["observation-uuid"] for one in failing["related-observations"]]
    assert related == [one["uuid"] for one in ours["observations"]]


def test_a_waiver_is_a_deviation_with_its_last_day(ours: dict[str, Any]) -> None:
    (risk,) = ours["risks"]
    assert (risk["status"], risk["deadline"]) == ("deviation-approved", "2026-11-20T23:59:59Z")
    ((subject,),) = [one["subjects"] for one in risk["mitigating-factors"]]
    items = {one["uuid"]: said(one)["tenant"] for one in ours["local-definitions"]["inventory-items"]}
    assert items[subject["subject-uuid"]] == "excusedco"
    related = [one for one in ours["findings"] if "related-risks" in one]
    assert {said(one["target"])["control"] for one in related} == {"A(1)", "A_1_"}


def test_resources_say_that_there_was_no_plan_and_which_policies_held(target: Path) -> None:
    found = results(target)
    resources = {f"#{one['uuid']}": one for one in found["back-matter"]["resources"]}
    assert resources[found["import-ap"]["href"]]["description"].startswith("No assessment plan was given")
    listed = {one["path"]: one["sha256"] for one in (*manifest(target)["inputs"], *manifest(target)["artifacts"])}
    links = [link for one in resources.values() for link in one.get("rlinks", ())]
    assert {link["href"] for link in links} > {"policies/ours.yaml", "library/policies/soc2.yaml"}
    assert all(link["hashes"][0]["value"] == listed[link["href"].removeprefix("../")] for link in links)
    assert {one["href"] for one in found["metadata"]["links"]} < resources.keys()


def texts(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        for key, value in found.items():
            if key in ("title", "description", "remarks", "statement"):
                yield value
            else:
                yield from texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from texts(value)


def test_what_users_wrote_is_text_in_the_markdown_of_oscal(target: Path) -> None:
    prose = list(texts(results(target)))
    hostile = [one for one in prose if "script" in one]
    assert len(hostile) == 4, "of framework, control, evidence and waiver"
    for one in hostile:
        assert "&lt;script&gt;x&lt;/script&gt; \\[a\\](javascript:b) | \\`\\`@team\\`\\`" in one
        assert "\\{\\{ insert \\}\\} \\\\u\\{202e\\}" in one
    assert HOSTILE not in "".join(prose)


def test_uuids_are_of_version_5_and_each_stands_in_one_place(target: Path) -> None:
    text = (target / NAME).read_text()
    found = Counter(part[:36] for part in text.split('"uuid": "')[1:])
    assert set(found.values()) == {1}
    assert {uuid.UUID(one).version for one in found} == {5}
    assert uuid5(uuid.NAMESPACE_DNS.bytes, "example.org") == str(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"))


def test_the_same_build_gives_the_same_results_and_another_names_tenants_alike(tmp_path: Path, target: Path) -> None:
    root = audited(tmp_path / "w")
    run(root, tmp_path / "same")
    assert (tmp_path / "same" / NAME).read_bytes() == (target / NAME).read_bytes()
    run(root, tmp_path / "later", as_of="2026-11-02")
    before, after = (
        json.loads((one / NAME).read_bytes())["assessment-results"] for one in (target, tmp_path / "later")
    )
    assert before["uuid"] != after["uuid"]
    assert after["metadata"]["last-modified"] == "2026-11-02T00:00:00Z"
    assert [one["results"][0]["local-definitions"] for one in (before, after)] == [
        before["results"][0]["local-definitions"]
    ] * 2


def test_a_tenant_of_several_frameworks_is_described_once(tmp_path: Path) -> None:
    root = audited(tmp_path / "w")
    (root / "policies/more.yaml").write_text("policy: more\naccepts: [MORE]\ncontrols: {M: {title: m}}\n")
    rule = root / "rules/few-users.rule"
    rule.write_text(rule.read_text().replace('"A_1_"', '"A_1_"  more "M"'))
    spec = root / "tenants/badco.yaml"
    spec.write_text(spec.read_text().replace("[OURS]", "[OURS, MORE]"))
    run(root, tmp_path / "build")
    first, second = (
        one for one in results(tmp_path / "build")["results"] if said(one)["framework"] in ("more", "ours")
    )
    assert (said(first)["framework"], "local-definitions" in second) == ("more", True)
    known = [said(one)["tenant"] for one in second["local-definitions"]["inventory-items"]]
    assert known == ["excusedco"]


def test_whom_nobody_judged_satisfies_no_control_that_a_rule_decides(tmp_path: Path) -> None:
    run(spoiled(audited(tmp_path / "w")), tmp_path / "build", keep_going=True)
    (found,) = results(tmp_path / "build")["results"]
    states = {said(one["target"])["control"]: one for one in found["findings"]}
    assert said(states["1"]) == {"unjudged": "1", "enforced": "3"}
    assert states["1"]["target"]["status"] == {"state": "not-satisfied", "reason": "other"}
    items = {one["uuid"]: said(one)["tenant"] for one in found["local-definitions"]["inventory-items"]}
    (group,) = [one for one in found["observations"] if "nobody could judge" in one["description"]]
    assert [items[one["subject-uuid"]] for one in group["subjects"]] == ["wrongco"]
    assert [one["href"] for one in group["relevant-evidence"]] == [f"#{report_of(tmp_path / 'build')}"], "nothing else"


def report_of(target: Path) -> str:
    """The UUID of the report among the resources."""
    resources = results(target)["back-matter"]["resources"]
    (found,) = [one["uuid"] for one in resources if one["title"] == "The report of the build"]
    return str(found)


def test_nothing_is_assessed_where_nobody_is_to_meet_a_framework(tmp_path: Path) -> None:
    run(fleet(tmp_path / "w", "one"), tmp_path / "build")
    assert not (tmp_path / "build" / NAME).exists()
