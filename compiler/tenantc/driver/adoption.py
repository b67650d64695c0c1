"""Takes over what exists: by its ids from AWS, or from other addresses of the same state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tenantc.driver.build_roots import MAIN, Roots, Standing
from tenantc.driver.modules import Module, Resource
from tenantc.emit.terraform.imports import Import
from tenantc.source.frozen import Frozen


class Held(Frozen):
    """A resource in a state."""

    address: str
    type: str
    attributes: Mapping[str, Any]


def imports(roots: Roots, standing: Standing, ids: Mapping[str, Any], only: Iterable[str] = ()) -> list[Import]:
    """An import for each resource of a tenant, or for those at these addresses. Raises KeyError for another."""
    module = module_of(roots, standing, ids)
    chosen = [module.resources[address] for address in only] or [*module]
    return [Import(standing.address(one.address), module.id_of(one), standing.provider_of(one)) for one in chosen]


def moves(roots: Roots, standing: Standing, ids: Mapping[str, Any], held: Iterable[Held]) -> list[tuple[str, str]]:
    """Which resources of a state are a tenant's, by their addresses there and in the tenant's root."""
    module, known = module_of(roots, standing, ids), [*held]
    found: list[tuple[str, str]] = []
    for resource in module:
        one = _find(module, resource, known)
        new = standing.address(resource.address)
        if one is not None and one.address != new:
            found.append((one.address, new))
    return found


def module_of(roots: Roots, standing: Standing, ids: Mapping[str, Any]) -> Module:
    return Module(roots.read(f"{standing.folder}/{MAIN}"), ids)


def _find(module: Module, resource: Resource, held: list[Held]) -> Held | None:
    """What a state holds of a resource."""
    alike = [one for one in held if one.type == resource.type]
    known = module.known_by(resource)
    if known is not None:
        return next(
            (one for one in alike if all(one.attributes.get(name) == text for name, text in known.items())), None
        )
    keeper = module.kept_by(resource)
    kept = _find(module, keeper[0], held) if keeper is not None else None
    if keeper is None or kept is None:
        return None
    return next((one for one in alike if one.attributes.get("id") == kept.attributes.get(keeper[1])), None)


def state(text: bytes) -> list[Held]:
    """What a state holds, as `terraform state pull` prints it. Raises ValueError for anything else.

    Every backend stores it so, in version 4 since Terraform 0.12
    (https://github.com/hashicorp/terraform/blob/v1.11.0/internal/states/statefile/version4.go).
    """
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("version") != 4:
        raise ValueError("it is no state of version 4, as `terraform state pull` prints it")
    return [*_held(found.get("resources", []))]


def _held(resources: Iterable[Mapping[str, Any]]) -> Iterator[Held]:
    for one in resources:
        if one.get("mode") != "managed":
            continue
        address = ".".join(part for part in (one.get("module"), one["type"], one["name"]) if part)
        for instance in one.get("instances", []):
            key = instance.get("index_key")
            index = "" if key is None else f"[{json.dumps(key)}]"
            yield Held(f"{address}{index}", one["type"], instance.get("attributes", {}))
