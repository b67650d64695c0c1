"""Roots that several tenants stand in: of an environment, or of one of its shards. Tenants' folders are modules there.

A call a tenant and no `for_each` over many: a tenant's module is its own, and its address in the state stays whatever
its settings become. Where modules were shared by those who look alike, a tenant that changes its looks would move.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from tenantc.emit.document import Expr, Result, Tree, Unsupported, document, slug
from tenantc.emit.terraform.backend import BACKEND, kept
from tenantc.emit.terraform.backend import FILE as BACKEND_FILE
from tenantc.emit.terraform.inputs import FILE as INPUTS_FILE
from tenantc.emit.terraform.inputs import INPUTS, LAYOUT, STATES, found, shared
from tenantc.emit.terraform.place import place
from tenantc.emit.terraform.provider import FILE as PROVIDER_FILE
from tenantc.emit.terraform.provider import FIPS, PROVIDER, configured
from tenantc.emit.terraform.region import ELSEWHERE, REPLICAS, SECOND, replicas
from tenantc.emit.terraform.versions import FILE as VERSIONS_FILE
from tenantc.emit.terraform.versions import LOOKS as VERSIONS
from tenantc.emit.terraform.versions import block
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path
from tenantc.source.value import Record

_ROOT: Final[Path] = "build.root"
DEPARTED: Final[Path] = "build.departed"
"""Who was there in an earlier build, and is gone."""
REMOVED_FILE: Final = "removed.tf.json"
_ENVIRONMENT: Final[Path] = "deployment.environment"
_PLACES: Final[tuple[Path, ...]] = ("deployment.account", "deployment.region", "deployment.cluster", FIPS)
_TENANTS: Final[tuple[Path, ...]] = (_ROOT, "tenant.id", *_PLACES, *SECOND)
_MAIN: Final = "main.tf.json"


class Where(Frozen):
    """Where tenants lie that have a provider in common."""

    account: str
    region: str
    cluster: str
    fips: bool

    @property
    def label(self) -> str:
        words = (self.region, self.account, self.cluster, "fips" if self.fips else "")
        return slug("-".join(word for word in words if word) or "here")


Placed: TypeAlias = tuple[str, str, str, bool | str]
Replicated: TypeAlias = tuple[str, str, str, bool | str, str, bool | str, bool | str]
"""A place, and what says whether there is a second one."""
Row: TypeAlias = tuple[str, str, str, str, str, bool | str, str, bool | str, bool | str]


def _where(row: Placed) -> Where:
    account, region, cluster, fips = row
    return Where(account, region, cluster, fips is True)


def _second(stated: tuple[str, ...] | None, account: str, region: str, fips: bool | str, *second: Any) -> Where | None:
    """Where else a tenant lies; what lies there is in no cluster."""
    found = replicas(stated, region, *second)
    return Where(account, found.region, "", fips is True) if found is not None else None


@document("terraform", kind="module", scope="root", looks=(INPUTS, REPLICAS), rows=_TENANTS)
def modules(inputs: Record | None, replicated: tuple[str, ...] | None, tenants: tuple[Row, ...]) -> Tree:
    """A call for each tenant's module, and an output with all that it tells."""
    calls: dict[str, Tree] = {}
    outputs: dict[str, Tree] = {}
    for root, tenant, account, region, cluster, fips, *second in tenants:
        up = "../" * (root.count("/") + 1)
        label = slug(tenant)
        where = _where((account, region, cluster, fips)).label
        there = _second(replicated, account, region, fips, *second)
        handed = {name: Expr(f"local.{name}_{where}") for name in shared(inputs or Record())}
        providers: Tree = {"aws": f"aws.{where}", ELSEWHERE: f"aws.{there.label}" if there is not None else None}
        calls[label] = {"source": f"{up}tenants/{tenant}", "providers": providers, **handed}
        outputs[label] = {"description": f"What tenant {tenant} has.", "value": Expr(f"module.{label}")}
    return {"module": calls, "output": outputs}


@document("terraform", kind="removed", scope="root", columns=(DEPARTED,), file=REMOVED_FILE, beside=_MAIN)
def departures(tenants: tuple[str, ...]) -> Tree:
    """Forgets tenants that are gone and leaves what they had: without their blocks Terraform would destroy it all.

    `prevent_destroy` goes with the block that says it. What is to be destroyed is destroyed before, as plan.json says.
    https://developer.hashicorp.com/terraform/language/block/removed
    """
    return {"removed": [left(f"module.{slug(tenant)}") for tenant in tenants]} if tenants else None


def left(address: str) -> Tree:
    """A block that takes something out of a state and leaves it where it is."""
    return {"from": address, "lifecycle": {"destroy": False}}


@document(
    "terraform",
    kind="provider",
    scope="root",
    looks=(PROVIDER, REPLICAS),
    rows=(*_PLACES, *SECOND),
    file=PROVIDER_FILE,
    beside=_MAIN,
)
def root_providers(stated: Record | None, replicated: tuple[str, ...] | None, rows: tuple[Replicated, ...]) -> Result:
    """A provider for each place in which tenants of this root lie, or their replicas."""
    blocks: list[Tree] = []
    seconds = (_second(replicated, account, region, fips, *second) for account, region, _, fips, *second in rows)
    for where in dict.fromkeys((*(_where(row[:4]) for row in rows), *(one for one in seconds if one is not None))):
        if not where.region:
            return Unsupported(
                LAYOUT, ("say a region for every tenant, as `defaults: {region: …}` in tenantc.yaml does",)
            )
        block = configured(stated or Record(), where.account, where.region, fips=where.fips)
        blocks.append({"alias": where.label, **block})
    return {"provider": {"aws": blocks}}


@document(
    "terraform",
    kind="locals",
    scope="root",
    needs=INPUTS,
    looks=(INPUTS, STATES, _ENVIRONMENT),
    rows=_PLACES,
    file=INPUTS_FILE,
    beside=_MAIN,
)
def root_inputs(stated: Record, states: Record | None, environment: str, rows: tuple[Placed, ...]) -> Result:
    """What tenants are handed, for each place."""
    trees: list[Tree] = []
    for where in dict.fromkeys(map(_where, rows)):
        here = place(environment, where.account, where.region, where.cluster)
        tree = found(shared(stated), states, here, f"_{where.label}", f"aws.{where.label}")
        if isinstance(tree, Unsupported):
            return tree
        trees.append(tree)
    return trees


@document(
    "terraform",
    kind="terraform",
    scope="root",
    looks=VERSIONS,
    file=VERSIONS_FILE,
    beside=_MAIN,
)
def root_versions(terraform: str, aws: str) -> Tree:
    """Which Terraform may run it."""
    return block(terraform, aws)


@document(
    "terraform",
    kind="terraform",
    scope="root",
    needs=BACKEND,
    looks=(BACKEND, _ENVIRONMENT),
    rows=(_ROOT,),
    file=BACKEND_FILE,
    beside=_MAIN,
)
def root_backend(stated: Record, environment: str, roots: tuple[tuple[str], ...]) -> Result:
    """Where it keeps its state."""
    [(root,)] = roots
    return kept(stated, f"{environment}/{root}", place(environment, None, None, None))
