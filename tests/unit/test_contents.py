"""Tenants that override the same with the same share what that makes of their settings, and keep their own origins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tenantc.model.resolved import Resolved
from tenantc.source.value import Record, Value, exact

SPEC = "tenant_id: {id}\ntenant_name: T\ntier: free\nowner_email: a@b.example\noverrides:\n  {override}\n"


def compiled(root: Path, **overrides: str) -> dict[str, Resolved]:
    (root / "tenants").mkdir()
    (root / "tenantc.yaml").write_text("platform: acme\nlanguage: 1\nnaming: 1\ndefaults: {region: eu-west-1}\n")
    for id, override in overrides.items():
        (root / "tenants" / f"{id}.yaml").write_text(SPEC.format(id=id, override=override))
    workspace = load(root).value
    assert workspace is not None
    pipeline = Pipeline(workspace, "2026-11-01")
    found: dict[str, Resolved] = {}
    for path in workspace.tenant_files():
        [spec], _, _ = workspace.specs(path)
        found[spec.tenant_id] = pipeline.tenant(spec).environments[""].resolved
    return found


def test_equal_overrides_share_content_and_keep_their_lines(tmp_path: Path) -> None:
    one, other = compiled(tmp_path, one="limits.max_users: 3", other="limits.max_users: 3").values()
    mine, yours = one.settings.sections["limits"], other.settings.sections["limits"]
    assert mine is not yours
    assert mine.content is yours.content
    assert [str(s.definitions["limits.max_users"][-1].span) for s in (mine, yours)] == [
        "tenants/one.yaml:6:21",
        "tenants/other.yaml:6:21",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("limits.max_users: 3", "limits.max_users: 2"),
        ("features.enabled+: [a, b]", "features.enabled+: [b, a]"),
        ("limits.max_users: 3", "limits.max_projects: 3"),
    ],
)
def test_what_comes_out_otherwise_is_not_shared(tmp_path: Path, one: str, other: str) -> None:
    found = compiled(tmp_path, one=one, other=other)
    mine, yours = (resolved.settings.sections for resolved in found.values())
    shown = mine.keys() - {"tenant", "deployment"}
    apart = [name for name in shown if mine[name].content is not yours[name].content]
    assert apart == [one.partition(".")[0]]


def test_a_key_tells_apart_whatever_an_artifact_would() -> None:
    alike: list[Value | None] = [1, 1.0, True, "1", (1,), (1.0,), 0.0, -0.0, 0, False, "", (), None]
    alike += [Record({"a": 1, "b": 2}), Record({"b": 2, "a": 1}), (Record({"a": 1}),), Record({"a": True})]
    assert len({exact(one) for one in alike}) == len(alike)
