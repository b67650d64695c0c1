"""What tenantc.yaml says, with the defaults of what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenantc.load.documents import read_deployment
from tenantc.model.layer import Named
from tenantc.model.settings import Section
from tenantc.model.spec import Place
from tenantc.source.frozen import Frozen
from tenantc.source.node import Node
from tenantc.source.path import Path, child, split
from tenantc.source.span import Span
from tenantc.source.value import Record, Value

# What documents read that a workspace need not say; documented in schemas/documents/workspace.yaml.
DEFAULTS: Mapping[str, Any] = {
    "targets": ["values", "kubernetes", "terraform", "sql"],
    "kubernetes": {"version": "1.30", "workloads": {}},
    "terraform": {"required_version": ">= 1.9", "provider_version": "~> 5.100", "layout": "tenant", "shards": 1},
    "sql": {"shared_tables": [], "tenant_column": "tenant_id"},
    "values": {"unlimited": -1},
    "argocd": {
        "revision": "main",
        "path": "build",
        "namespace": "argocd",
        "project": "default",
        "max_update": {"early": "25%", "general": "10%"},
    },
    "flux": {"source": "flux-system", "namespace": "flux-system", "path": "build", "interval": "1h"},
}
# what documents see of tenantc.yaml
OPTIONS = ("platform", "naming", "kubernetes", "terraform", "sql", "values", "stores", "extensions", "argocd", "flux")


class Options(Frozen):
    """The options of a workspace. `section` holds what documents may look at as `workspace.…`."""

    platform: str
    targets: tuple[Named, ...]
    environments: tuple[Named, ...]
    region: Named | None
    as_of: str | None
    place: Place
    places: Mapping[str, Place] | None
    owners: Mapping[str, tuple[str, ...]]
    literals: frozenset[str]
    section: Section
    node: Node

    @property
    def kubernetes(self) -> str:
        """The minor version of Kubernetes that is deployed to, as `1.30`."""
        return str(self.section.values["workspace.kubernetes.version"])

    @property
    def layout(self) -> str:
        """What gets a root of Terraform's of its own: `tenant`, `environment` or `shard`."""
        return str(self.section.values["workspace.terraform.layout"])

    @property
    def shards(self) -> int:
        """In how many roots an environment's tenants stand, for the layout `shard`."""
        count = self.section.values["workspace.terraform.shards"]
        assert isinstance(count, int), "the structure was checked"
        return count

    @property
    def secret_paths(self) -> Mapping[str, tuple[str, ...]]:
        """How the paths of a tenant's own secrets begin, by the store, where it says so."""
        stores: Any = self.node.value.get("stores") if isinstance(self.node.value, dict) else None
        stated = stores.plain() if stores is not None else {}
        return {name: tuple(one["tenant_paths"]) for name, one in stated.items() if "tenant_paths" in one}

    def stated(self, path: Path) -> Span | None:
        """Where the option `workspace.…` is stated; None if it is left to its default, or no option."""
        top, *names = split(path)
        if top != "workspace":
            return None
        node = self.node
        for name in names:
            if not isinstance(node.value, dict) or name not in node.value:
                return None
            node = node.value[name]
        return node.span


def read_options(node: Node) -> Options:
    """The options of a tenantc.yaml whose structure was checked."""
    from deepmerge import always_merger

    body: Any = node.plain()
    merged: dict[str, Any] = always_merger.merge(
        _copy(dict(DEFAULTS)), {key: body[key] for key in OPTIONS if key in body}
    )
    place, places = read_deployment(node.value.get("deployment") if isinstance(node.value, dict) else None)
    assert isinstance(node.value, dict), "the structure was checked"
    values: dict[Path, Value] = {}
    for key in OPTIONS:
        if key in merged:
            _flatten(child("workspace", key), merged[key], values)
    targets = _listed(node, "targets") or tuple(Named(name, node.span) for name in DEFAULTS["targets"])
    return Options(
        platform=body["platform"],
        targets=targets,
        environments=_listed(node, "defaults", "environments"),
        region=next(iter(_listed(node, "defaults", "region")), None),
        as_of=body.get("as_of"),
        place=place,
        places=places,
        owners={pattern: tuple(kinds) for pattern, kinds in body.get("owners", {}).items()},
        literals=frozenset(str(item.get("path") or item.get("digest")) for item in body.get("literals", [])),
        section=Section(values, {}),
        node=node,
    )


def merged(below: Node, above: Node) -> Node:
    """A mapping with what stands in another in place of its own: mappings go key by key, whatever else as a whole."""
    if not (isinstance(below.value, dict) and isinstance(above.value, dict)):
        return above
    assert below.keys is not None, "only mappings have keys"
    assert above.keys is not None, "only mappings have keys"
    value = below.value | {
        key: merged(below.value[key], node) if key in below.value else node for key, node in above.value.items()
    }
    # what only one of them says has its own place; what neither does is looked for in the lower one
    where = below.line, below.column, below.end_line, below.end_column
    return Node(value, below.text, *where, below.keys | above.keys)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return list(value) if isinstance(value, list) else value


def _flatten(path: Path, value: Any, values: dict[Path, Value]) -> None:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            _flatten(child(path, key), item, values)
    else:
        # `velero: {}` says that there is one
        values[path] = _value(value)


def _value(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(_value(item) for item in value)
    return Record({key: _value(item) for key, item in value.items()}) if isinstance(value, dict) else value


def _listed(node: Node, *keys: str) -> tuple[Named, ...]:
    """The texts at a key, each with its place."""
    for key in keys:
        assert isinstance(node.value, dict), "the structure was checked"
        if key not in node.value:
            return ()
        node = node.value[key]
    items = node.value if isinstance(node.value, list) else [node]
    return tuple(Named(str(item.value), item.span) for item in items)
