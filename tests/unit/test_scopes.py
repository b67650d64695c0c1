"""What stands above single tenants (language.md §7): builds in, the folders of estates out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.building import files, fleet, run
from tests.compiling import TOP, tenant, write


def estates(target: Path) -> dict[str, bytes]:
    return {path: data for path, data in files(target).items() if "estates/" in path}


@pytest.mark.parametrize(
    ("deployment", "name"),
    [
        ("", "default"),
        ("deployment: {account: '1'}\n", "1"),
        ("deployment: {region: eu-west-1, cluster: blue}\n", "eu-west-1-blue"),
        ("deployment: {account: '1', region: eu-west-1, cluster: blue}\n", "1-eu-west-1-blue"),
    ],
)
def test_an_estate_without_account_region_and_cluster_is_called_default(
    tmp_path: Path, deployment: str, name: str
) -> None:
    top = TOP.replace("defaults: {region: us-east-1}\n", "targets: [sql]\n") + deployment
    run(write(tmp_path / "w", {"tenantc.yaml": top, "tenants/acme.yaml": tenant()}), tmp_path / "out")
    assert set(estates(tmp_path / "out")) == {f"estates/{name}/{file}.sql" for file in ("records", "schema")}


def test_an_estate_changes_only_with_what_its_documents_read(tmp_path: Path) -> None:
    """Its SQL reads the isolation levels alone: nobody's name or limits, and not how many there are."""
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    run(root, target)
    before = estates(target)
    assert before
    run(fleet(root, "one", "two", "three", overrides="limits.max_users: 7"), target)
    assert estates(target) == before
    for name in ("one", "two", "three"):
        write(root, {f"tenants/{name}.yaml": tenant(tier="custom").replace("acme", name)})
    run(root, target)
    # nobody lives in the shared database, and what serves a tenant in its own is the same
    assert estates(target) == {name: text for name, text in before.items() if name.endswith("records.sql")}
