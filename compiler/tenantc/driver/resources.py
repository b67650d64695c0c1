"""What a tenant's artifacts make in the world, one by one, so that two versions of them can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from tenantc.driver.claims import Estate
from tenantc.driver.emission import Emission, Files
from tenantc.driver.modules import Module
from tenantc.driver.pipeline import Pipeline, Tenant
from tenantc.load.limits import LIMITS
from tenantc.load.text import parse_text
from tenantc.model.stack import Linked

_OBJECTS: Final = "kubernetes.yaml"
_MODULE: Final = "main.tf.json"
# our own output is read, however large it is
_ANY_SIZE: Final = LIMITS._replace(size=1 << 30, values=1 << 30)


class Resource(NamedTuple):
    """What is made: a Kubernetes object (its namespace before its name), a resource of Terraform, a script of SQL."""

    environment: str
    estate: str
    target: str
    kind: str
    name: str


class Body(NamedTuple):
    """What is said of a resource, and what the world knows it by, as far as Terraform's modules know that."""

    said: Any
    id: str


def estate(linked: Linked) -> Estate:
    """Where a tenant is deployed in an environment."""
    return Estate(linked.environment, linked.account, linked.region, linked.cluster)


def resources(pipeline: Pipeline, tenant: Tenant, ids: Mapping[str, Any]) -> dict[Resource, Body]:
    """What a tenant is made of, wherever it lives; `ids` are those of schemas/terraform/imports.yaml."""
    emission = Emission(pipeline)
    found: dict[Resource, Body] = {}
    for compiled in tenant.environments.values() if tenant.spec.status != "terminated" else ():
        assert compiled.judged is not None, "the tenant compiles"
        linked = compiled.linked
        place = linked.environment or "default", estate(linked).name
        files = emission.tenant(compiled.judged)[0]
        found |= {Resource(*place, *named): body for named, body in _bodies(files, ids)}
    return found


def _bodies(files: Files, ids: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], Body]]:
    for name, data in files:
        if name == _OBJECTS:
            for document in parse_text(name, data, _ANY_SIZE).value:
                one: Any = document.plain()
                about = one["metadata"]
                full = "/".join(part for part in (about.get("namespace"), about["name"]) if part)
                yield ("kubernetes", one["kind"], full), Body(one, full)
        elif name == _MODULE:
            module = Module(data, ids)
            for resource in module:
                known = module.id_of(resource)
                body = Body(resource.body, known if isinstance(known, str) else "")
                yield ("terraform", resource.type, resource.address), body
        elif name.endswith(".sql"):
            yield ("sql", "script", name), Body(data, name)


class Difference(NamedTuple):
    """What a change makes, changes where it stands, makes anew under another id, and does away with."""

    create: tuple[Resource, ...]
    update: tuple[Resource, ...]
    replace: tuple[Resource, ...]
    destroy: tuple[Resource, ...]


def compared(before: Mapping[Resource, Body], after: Mapping[Resource, Body]) -> Difference:
    both = sorted(before.keys() & after.keys())
    replaced = [one for one in both if before[one].id != after[one].id]
    updated = [one for one in both if one not in replaced and _text(before[one].said) != _text(after[one].said)]
    create, destroy = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    return Difference(tuple(create), tuple(updated), tuple(replaced), tuple(destroy))


def _text(said: Any) -> object:
    """What is said, `true` and 1 told apart."""
    return said if isinstance(said, bytes) else json.dumps(said, sort_keys=True)
