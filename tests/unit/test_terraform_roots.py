"""Where Terraform runs: a root a tenant, an environment or a shard, with a provider and a state of its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tenantc.emit.shards import shard
from tests.building import codes, manifest, run
from tests.compiling import write
from tests.terraform_files import emit

TOP = """
platform: demo
language: 1
naming: 1
targets: [terraform]
defaults: {region: eu-west-1}
deployment:
  account: "123456789012"
  regions: {eu-west-1: eu-west-1, us-east-1: us-east-1}
terraform:
"""
BACKEND = '  backend: {s3: {bucket: states, key: "{root}.tfstate", region: eu-west-1}}\n'
PROVIDER = '  provider: {assume_role: "arn:aws:iam::{account}:role/deploy", default_tags: {made-by: tenantc}}\n'
INPUTS = """\
  inputs:
    vpc: {state: network, output: vpc_id}
    subnets: {regions: {eu-west-1: [subnet-a, subnet-b], us-east-1: [subnet-c]}}
    workload_security_group: sg-nodes
  states:
    network: {backend: s3, config: {bucket: states, key: "network/{account}/{region}", region: eu-west-1}}
"""


def spec(name: str, more: str = "") -> dict[str, str]:
    head = f"tenant_id: {name}\ntenant_name: Acme\ntier: professional\nowner_email: owner@example.com\n"
    return {f"tenants/{name}.yaml": head + more}


def compiled(root: Path, top: str, *specs: Mapping[str, str]) -> Path:
    """A build of a workspace with these options of Terraform."""
    files = {"tenantc.yaml": TOP + top}
    for one in specs or (spec("acme"),):
        files |= one
    built = run(write(root, files), root / "build")
    assert codes(built) == []
    return root / "build"


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.tf.json").read_bytes())


def test_a_tenants_root_has_a_state_and_a_provider_in_files_of_their_own(tmp_path: Path) -> None:
    folder = compiled(tmp_path, BACKEND + PROVIDER) / "tenants/acme"
    assert {path.name for path in folder.glob("*.tf.json")} == {
        "main.tf.json", "provider.tf.json", "backend.tf.json", "versions.tf.json",
    }  # fmt: skip
    kept = {"bucket": "states", "key": "default/tenants/acme.tfstate", "region": "eu-west-1"}
    assert read(folder, "backend") == {"terraform": {"backend": {"s3": kept}}}
    provider = {
        "region": "eu-west-1",
        "allowed_account_ids": ["123456789012"],
        "assume_role": {"role_arn": "arn:aws:iam::123456789012:role/deploy"},
        "default_tags": {"tags": {"made-by": "tenantc"}},
    }
    assert read(folder, "provider") == {"provider": {"aws": provider}}
    assert {"provider", "terraform", "import"}.isdisjoint(read(folder, "main"))


def test_without_these_options_the_folder_is_a_module_for_roots_of_ones_own(tmp_path: Path) -> None:
    folder = compiled(tmp_path, "  layout: tenant\n") / "tenants/acme"
    assert {path.name for path in folder.glob("*.tf.json")} == {"main.tf.json", "versions.tf.json"}


def test_an_account_that_aws_would_not_know_is_no_condition(tmp_path: Path) -> None:
    top = (TOP + PROVIDER).replace('"123456789012"', "main")
    provider = json.loads(emit(tmp_path, {"tenantc.yaml": top, **spec("acme")}).tenants["acme"]["provider.tf.json"])
    assert "allowed_account_ids" not in provider["provider"]["aws"]


def test_fips_mode_makes_the_provider_speak_to_fips_endpoints(tmp_path: Path) -> None:
    fips = "overrides: {security.encryption_config.fips_mode: true}\n"
    build = compiled(tmp_path / "a", PROVIDER, spec("acme", fips))
    assert read(build / "tenants/acme", "provider")["provider"]["aws"]["use_fips_endpoint"] is True
    build = compiled(tmp_path / "b", "  layout: environment\n", spec("acme", fips), spec("globex"))
    providers = read(build / "terraform", "provider")["provider"]["aws"]
    assert [(one["alias"], one.get("use_fips_endpoint")) for one in providers] == [
        ("eu-west-1-123456789012", None),
        ("eu-west-1-123456789012-fips", True),
    ]
    assert read(build / "terraform", "main")["module"]["acme"]["providers"] == {
        "aws": "aws.eu-west-1-123456789012-fips"
    }


def test_a_state_that_all_roots_would_share_is_refused(tmp_path: Path) -> None:
    top = TOP + "  backend: {s3: {bucket: states, key: one.tfstate}}\n"
    emitted = emit(tmp_path, {"tenantc.yaml": top, **spec("acme")})
    said = 'terraform cannot express `terraform.backend` = {"s3": {"bucket": "states", "key": "one.tfstate"}}'
    assert emitted.refusals == [("T603", said)]
    assert "{root}" in str(emitted.diagnostics[0].help)


# --- what the platform has made already ---


def test_inputs_are_values_outputs_of_other_states_or_data(tmp_path: Path) -> None:
    data = "    vpc: {data: aws_vpc, attribute: id, arguments: {tags: {Name: '${x}'}}}\n"
    folder = compiled(tmp_path / "a", INPUTS) / "tenants/acme"
    assert read(folder, "inputs") == {
        "data": {
            "terraform_remote_state": {
                "network": {
                    "backend": "s3",
                    "config": {"bucket": "states", "key": "network/123456789012/eu-west-1", "region": "eu-west-1"},
                }
            }
        },
        "locals": {
            "vpc": "${data.terraform_remote_state.network.outputs.vpc_id}",
            "subnets": ["subnet-a", "subnet-b"],
            "workload_security_group": "sg-nodes",
        },
    }
    folder = compiled(tmp_path / "b", f"  inputs:\n{data}") / "tenants/acme"
    assert read(folder, "inputs") == {
        "data": {"aws_vpc": {"vpc": {"tags": {"Name": "$${x}"}}}},
        "locals": {"vpc": "${data.aws_vpc.vpc.id}"},
    }


@pytest.mark.parametrize(
    ("options", "path", "help"),
    [
        ("  inputs: {vpc: {state: net, output: id}}\n", "vpc.state", "`terraform.states`"),
        ("  inputs: {vpc: {regions: {us-east-1: vpc-1}}}\n", "vpc.regions", "say what it is in `eu-west-1`"),
    ],
)
def test_an_input_that_is_nowhere_is_told_where_it_stands(tmp_path: Path, options: str, path: str, help: str) -> None:
    emitted = emit(tmp_path, {"tenantc.yaml": TOP + options, **spec("acme")})
    [diagnostic] = emitted.diagnostics
    assert diagnostic.message.startswith(f"terraform cannot express `terraform.inputs.{path}` = ")
    assert help in str(diagnostic.help)
    assert diagnostic.blames[0].span.text.path == "tenantc.yaml"


def test_what_each_tenant_has_of_its_own_is_found_by_its_id_wherever_it_stands(tmp_path: Path) -> None:
    build = tmp_path
    own = '  inputs: {load_balancer: {data: aws_lb, attribute: arn, arguments: {tags: {tenant: "{tenant.id}"}}}}\n'
    for layout in ("tenant", "environment"):
        build = compiled(tmp_path / layout, f"  layout: {layout}\n{own}")
        assert read(build / "tenants/acme", "inputs") == {
            "data": {"aws_lb": {"load_balancer": {"tags": {"tenant": "acme"}}}},
            "locals": {"load_balancer": "${data.aws_lb.load_balancer.arn}"},
        }
    assert read(build / "terraform", "main")["module"]["acme"].keys() == {"source", "providers"}


# --- roots of several tenants ---


def test_an_environments_root_calls_each_tenants_folder_as_a_module(tmp_path: Path) -> None:
    build = compiled(
        tmp_path,
        "  layout: environment\n" + BACKEND + PROVIDER + INPUTS,
        spec("acme"),
        spec("globex", "region: us-east-1\n"),
    )
    here, there = "eu-west-1-123456789012", "us-east-1-123456789012"
    main = read(build / "terraform", "main")
    assert main["module"] == {
        tenant: {
            "source": f"../tenants/{tenant}",
            "providers": {"aws": f"aws.{place}"},
            "vpc": f"${{local.vpc_{place}}}",
            "subnets": f"${{local.subnets_{place}}}",
            "workload_security_group": f"${{local.workload_security_group_{place}}}",
        }
        for tenant, place in (("acme", here), ("globex", there))
    }
    assert main["output"]["acme"]["value"] == "${module.acme}"
    assert [one["alias"] for one in read(build / "terraform", "provider")["provider"]["aws"]] == [here, there]
    assert read(build / "terraform", "backend")["terraform"]["backend"]["s3"]["key"] == "default/terraform.tfstate"
    assert read(build / "terraform", "inputs")["locals"][f"subnets_{there}"] == ["subnet-c"]
    assert {path.name for path in (build / "tenants/acme").glob("*.tf.json")} == {
        "main.tf.json", "inputs.tf.json", "versions.tf.json",
    }  # fmt: skip
    assert read(build / "tenants/acme", "inputs")["locals"] == {
        name: f"${{var.{name}}}" for name in ("vpc", "subnets", "workload_security_group")
    }


def test_an_environment_may_be_laid_out_otherwise(tmp_path: Path) -> None:
    environments = {
        "environments/staging.yaml": "environment: staging\ninputs: {terraform: {layout: environment}}\n",
        "environments/live.yaml": "environment: live\n",
    }
    build = compiled(tmp_path, PROVIDER, {**spec("acme", "environments: {staging: {}, live: {}}\n"), **environments})
    assert [path.relative_to(build).as_posix() for path in sorted(build.rglob("provider.tf.json"))] == [
        "live/tenants/acme/provider.tf.json",
        "staging/terraform/provider.tf.json",
    ]


def test_shards_divide_the_tenants(tmp_path: Path) -> None:
    names = [f"tenant-{number}" for number in range(6)]
    build = compiled(tmp_path, "  layout: shard\n  shards: 2\n" + BACKEND, *map(spec, names))
    found = {
        root.parent.name: [*read(root.parent, "main")["module"]] for root in build.glob("terraform/*/main.tf.json")
    }
    assert found == {f"shard-{number}": [name for name in names if shard(name, 2) == number] for number in range(2)}
    [source] = {one["source"][:6] for one in read(build / "terraform/shard-1", "main")["module"].values()}
    assert source == "../../"
    key = read(build / "terraform/shard-1", "backend")["terraform"]["backend"]["s3"]["key"]
    assert key == "default/terraform/shard-1.tfstate"


def test_one_shard_more_moves_one_tenant_in_so_many() -> None:
    names = [f"tenant-{number}" for number in range(10_000)]
    for count in (1, 2, 9):
        before, after = ({name: shard(name, many) for name in names} for many in (count, count + 1))
        moved = [name for name in names if before[name] != after[name]]
        assert {after[name] for name in moved} == {count}
        assert len(moved) == pytest.approx(len(names) / (count + 1), rel=0.1)
        sizes = Counter(after.values())
        assert min(sizes.values()) > 0.85 * len(names) / (count + 1)


def test_who_is_gone_is_forgotten_and_not_destroyed(tmp_path: Path) -> None:
    top = {"tenantc.yaml": TOP + "  layout: environment\n"}
    root = write(tmp_path, {**top, **spec("acme"), **spec("globex"), **spec("hooli")})
    run(root, root / "build")
    (root / "tenants/globex.yaml").unlink()
    write(root, {**top, **spec("hooli", "status: terminated\n")})
    forgotten = [{"from": f"module.{name}", "lifecycle": {"destroy": False}} for name in ("globex", "hooli")]
    for _ in range(2):  # it is said for as long as somebody may not have applied it
        assert codes(run(root, root / "build", allow_removals=True)) == []
        assert read(root / "build/terraform", "removed") == {"removed": forgotten}
        assert [*read(root / "build/terraform", "main")["module"]] == ["acme"]
    write(root, {**top, **spec("globex")})
    run(root, root / "build")
    assert read(root / "build/terraform", "removed") == {"removed": forgotten[1:]}


def test_a_held_tenant_keeps_its_call(tmp_path: Path) -> None:
    top = {"tenantc.yaml": TOP + "  layout: environment\n"}
    root = write(tmp_path, {**top, **spec("acme"), **spec("globex")})
    run(root, root / "build")
    write(root, {**top, **spec("globex", "overrides: {limits.max_users: many}\n")})
    run(root, root / "build", keep_going=True)
    assert [one["tenant"] for one in manifest(root / "build")["held"]] == ["globex"]
    assert [*read(root / "build/terraform", "main")["module"]] == ["acme", "globex"]
