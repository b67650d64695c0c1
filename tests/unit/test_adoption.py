"""Terraform takes over what a tenant has already, and follows it into other roots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tenantc.driver.library import imports as known_ids
from tenantc.source.digest import sha256
from tests.building import codes
from tests.building import run as compile_
from tests.compiling import write
from tests.unit.test_cli import run, valid
from tests.unit.test_terraform_roots import TOP, spec

BACKEND = '  backend: {local: {path: "states/{root}.tfstate"}}\n'


def built(root: Path, options: str = BACKEND, *specs: dict[str, str]) -> Path:
    files = {"tenantc.yaml": TOP + options}
    for one in specs or (spec("acme"),):
        files |= one
    assert codes(compile_(write(root, files), root / "build")) == []
    return root / "build"


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def test_every_resource_is_imported_by_its_name(tmp_path: Path) -> None:
    build = built(tmp_path, BACKEND, spec("acme", "names: {s3_bucket: old-files, kms_alias: alias/old}\n"))
    done = run("adopt", "acme", "--format", "json", cwd=tmp_path)
    told = valid(done.stdout, "adopt")
    assert told["written"] == ["build/tenants/acme/adopt-acme.tf.json"]
    found = read(build / "tenants/acme/adopt-acme.tf.json")
    ids = {one["to"]: one["id"] for one in found["import"]}
    assert ids["aws_s3_bucket.tenant"] == "old-files"
    assert ids["aws_s3_bucket_policy.tenant"] == "old-files"
    assert ids["aws_kms_alias.tenant"] == "alias/old"
    assert ids["aws_cloudwatch_log_group.tenant"] == "/tenants/demo-acme"
    # which key it is, Terraform asks by the alias
    source = next(label for label in found["data"]["aws_kms_key"] if "policy" not in label)
    assert ids["aws_kms_key.tenant"] == f"${{data.aws_kms_key.{source}.id}}"
    assert found["data"]["aws_kms_key"][source] == {"key_id": "alias/old"}
    # and what only AWS knows, it is told by whoever adopts
    assert found["variable"].keys() == {*told["variables"]}
    assert {id for id in ids.values() if id.startswith("${var.")} == {f"${{var.{name}}}" for name in found["variable"]}
    main = read(build / "tenants/acme/main.tf.json")["resource"]
    assert ids.keys() == {f"{type}.{label}" for type, labelled in main.items() for label in labelled}


def test_in_a_shared_root_it_is_the_module_that_takes_over(tmp_path: Path) -> None:
    build = built(tmp_path, "  layout: environment\n")
    assert run("adopt", "acme", "--only", "aws_kms_key.tenant", cwd=tmp_path).returncode == 0
    found = read(build / "terraform/adopt-acme.tf.json")
    [label] = found["data"]["aws_kms_key"]
    assert found["import"] == [{"to": "module.acme.aws_kms_key.tenant", "id": f"${{data.aws_kms_key.{label}.id}}"}]
    assert found["data"]["aws_kms_key"][label]["provider"] == "aws.eu-west-1-123456789012"


def state(*resources: tuple[str, str, dict[str, Any]]) -> str:
    """A state as `terraform state pull` prints it: a module or none, an address in it, and attributes."""
    held = []
    for module, address, attributes in resources:
        type, name = address.split(".")
        one = {"mode": "managed", "type": type, "name": name, "instances": [{"attributes": attributes}]}
        held.append({**one, **({"module": module} if module else {})})
    return json.dumps({"version": 4, "resources": held})


def test_what_the_state_has_under_other_addresses_is_moved(tmp_path: Path) -> None:
    build = built(tmp_path, BACKEND, spec("acme", "names: {s3_bucket: old-files, kms_alias: alias/old}\n"))
    held = state(
        ("", "aws_s3_bucket.files", {"id": "old-files", "bucket": "old-files"}),
        ("", "aws_s3_bucket.others", {"id": "other", "bucket": "other"}),
        ("module.keys", "aws_kms_alias.main", {"id": "alias/old", "name": "alias/old", "target_key_id": "1234"}),
        ("module.keys", "aws_kms_key.other", {"id": "5678"}),
        ("module.keys", "aws_kms_key.main", {"id": "1234"}),
        ("", "aws_cloudwatch_log_group.tenant", {"name": "/tenants/demo-acme"}),
    )
    (tmp_path / "old.tfstate").write_text(held)
    done = run("adopt", "acme", "--state", "old.tfstate", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    moved = read(build / "tenants/acme/adopt-acme.tf.json")
    assert moved == {
        "moved": [
            {"from": "module.keys.aws_kms_key.main", "to": "aws_kms_key.tenant"},
            {"from": "module.keys.aws_kms_alias.main", "to": "aws_kms_alias.tenant"},
            {"from": "aws_s3_bucket.files", "to": "aws_s3_bucket.tenant"},
        ]
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["globex"], "the build holds no Terraform of tenant `globex`"),
        (["acme", "--only", "aws_s3_bucket.x"], "tenant `acme` has no resource aws_s3_bucket.x"),
        (["acme", "nowhere"], "`nowhere` is no build of tenantc's as it was written: it holds no build"),
        (["acme", "--state", "tenantc.yaml"], "`tenantc.yaml` cannot be read: "),
        (["acme", "--state", "empty.tfstate"], "nothing in `empty.tfstate` is tenant `acme`'s under another address"),
    ],
)
def test_what_cannot_be_adopted_is_told(tmp_path: Path, arguments: list[str], says: str) -> None:
    built(tmp_path)
    (tmp_path / "empty.tfstate").write_text(state())
    done = run("adopt", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_build_that_somebody_changed_is_refused(tmp_path: Path) -> None:
    main = built(tmp_path) / "tenants/acme/main.tf.json"
    main.write_bytes(main.read_bytes() + b" ")
    done = run("adopt", "acme", cwd=tmp_path)
    assert done.returncode == 2
    assert "tenants/acme/main.tf.json is not what was built" in done.stderr


def test_from_roots_of_their_own_tenants_move_into_the_environments(tmp_path: Path) -> None:
    old = built(tmp_path / "old", BACKEND, spec("acme"), spec("globex"))
    built(tmp_path / "new", "  layout: environment\n" + BACKEND, spec("acme"), spec("globex"))
    arguments = ("migrate-terraform", "old/build", "new/build", "-o", "moves")
    told = valid(run(*arguments, "--format", "json", cwd=tmp_path).stdout, "migrate-terraform")
    assert (told["tenants"], told["left"]) == (["acme", "globex"], [])
    assert told["written"] == [
        "moves/enter/terraform/moves.tf.json",
        *(
            f"moves/leave/tenants/{tenant}/{name}.tf.json"
            for tenant in ("acme", "globex")
            for name in ("backend", "moves", "versions")
        ),
    ]
    entered = read(tmp_path / "moves/enter/terraform/moves.tf.json")
    resources = {
        f"{type}.{label}"
        for type, labelled in read(old / "tenants/acme/main.tf.json")["resource"].items()
        for label in labelled
    }
    assert {one["to"] for one in entered["import"]} == {
        f"module.{tenant}.{address}" for tenant in ("acme", "globex") for address in resources
    }
    left = read(tmp_path / "moves/leave/tenants/acme/moves.tf.json")["removed"]
    assert {one["from"] for one in left} == resources
    assert all(one["lifecycle"] == {"destroy": False} for one in left)
    kept = read(tmp_path / "moves/leave/tenants/acme/backend.tf.json")
    assert kept == read(old / "tenants/acme/backend.tf.json")


def test_from_the_environments_root_tenants_move_into_their_own(tmp_path: Path) -> None:
    built(tmp_path / "old", "  layout: environment\n" + BACKEND)
    built(tmp_path / "new")
    assert run("migrate-terraform", "old/build", "new/build", "-o", "moves", cwd=tmp_path).returncode == 0
    assert read(tmp_path / "moves/leave/terraform/moves.tf.json")["removed"] == [
        {"from": "module.acme", "lifecycle": {"destroy": False}}
    ]
    assert "aws_s3_bucket.tenant" in {
        one["to"] for one in read(tmp_path / "moves/enter/tenants/acme/moves.tf.json")["import"]
    }


def test_between_shards_both_roots_are_told(tmp_path: Path) -> None:
    names = [spec(f"tenant-{number}") for number in range(4)]
    old = built(tmp_path / "old", "  layout: shard\n  shards: 1\n" + BACKEND, *names)
    new = built(tmp_path / "new", "  layout: shard\n  shards: 2\n" + BACKEND, *names)
    run("migrate-terraform", "old/build", "new/build", "-o", "moves", cwd=tmp_path)
    assert not (tmp_path / "moves/leave").exists()
    there = {*read(new / "terraform/shard-1/main.tf.json")["module"]}
    assert there < {*read(old / "terraform/shard-0/main.tf.json")["module"]}
    left = read(tmp_path / "moves/enter/terraform/shard-0/moves.tf.json")
    assert {one["from"] for one in left["removed"]} == {f"module.{name}" for name in there}
    entered = read(tmp_path / "moves/enter/terraform/shard-1/moves.tf.json")
    assert {one["to"].split(".")[1] for one in entered["import"]} == there


def test_within_one_state_addresses_move(tmp_path: Path) -> None:
    """As where the platform had one root for its one tenant, and says that the environment's keeps the same state."""
    same = '  backend: {local: {path: "states/one.tfstate", workspace_dir: "{root}"}}\n'
    old = built(tmp_path / "old", same)
    new = built(tmp_path / "new", "  layout: environment\n" + same)
    for build, folder in ((old, "tenants/acme"), (new, "terraform")):
        # the word for the root has to stand somewhere; here it stands where it makes no difference
        backend = build / folder / "backend.tf.json"
        backend.write_text(json.dumps({"terraform": {"backend": {"local": {"path": "states/one.tfstate"}}}}))
        manifest = read(build / "manifest.json")
        for one in manifest["artifacts"]:
            if one["path"] == f"{folder}/backend.tf.json":
                one["sha256"] = sha256(backend.read_bytes())
        (build / "manifest.json").write_text(json.dumps(manifest))
    assert run("migrate-terraform", "old/build", "new/build", "-o", "moves", cwd=tmp_path).returncode == 0
    found = read(tmp_path / "moves/enter/terraform/moves.tf.json")
    assert {"from": "aws_kms_key.tenant", "to": "module.acme.aws_kms_key.tenant"} in found["moved"]
    assert found.keys() == {"moved"}
    assert not (tmp_path / "moves/leave").exists()


def test_roots_that_changed_are_listed_for_ci(tmp_path: Path) -> None:
    old = built(tmp_path / "old", "  layout: shard\n  shards: 2\n", *(spec(f"tenant-{number}") for number in range(4)))
    changed = spec("tenant-0", "overrides: {monitoring.logging.retention_days: 365}\n")
    new = built(
        tmp_path / "new",
        "  layout: shard\n  shards: 2\n",
        changed,
        *(spec(f"tenant-{number}") for number in range(1, 4)),
    )
    assert run("roots", "old/build", cwd=tmp_path).stdout == "terraform/shard-0\nterraform/shard-1\n"
    [home] = [
        root
        for root in ("terraform/shard-0", "terraform/shard-1")
        if "tenant-0" in read(old / root / "main.tf.json")["module"]
    ]
    done = run("roots", str(new), "--since", str(old), "--format", "json", cwd=tmp_path)
    [root] = valid(done.stdout, "roots")["roots"]
    assert (root["folder"], "tenant-0" in root["tenants"]) == (home, True)
    assert run("roots", str(new), "--since", str(new), cwd=tmp_path).stdout == ""


def test_the_table_of_ids_names_its_places() -> None:
    for type, rule in known_ids().items():
        assert type.startswith("aws_"), type
        if not isinstance(rule, str):
            assert {"data", "by", "attribute"} <= rule.keys() <= {"data", "by", "attribute", "state", "after"}, type
