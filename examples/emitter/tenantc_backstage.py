"""Lists tenants in Backstage's software catalog: a catalog-info.yaml for each, of a System and what it consists of.

The format: https://backstage.io/docs/features/software-catalog/descriptor-format
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tenantc.emit.document import Names, Part, Ref, Slot, Tree, document, text
from tenantc.emit.targets import Target

_OPTIONS: Final = "workspace.extensions.backstage"
# what one entity says of another: [kind:][namespace/]name
# https://backstage.io/docs/features/software-catalog/references
_REFERENCE: Final = r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*/[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*$"

# What tenantc.yaml says under `extensions: {backstage: …}`.
_TAKES: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["owner"],
    "properties": {
        "owner": {
            "description": "Who owns the tenants' entities: group:NAMESPACE/NAME or user:NAMESPACE/NAME.",
            "type": "string",
            "pattern": f"^(group|user):{_REFERENCE}",
        },
        "domain": {
            "description": "Domain that the tenants are part of, as domain:NAMESPACE/NAME.",
            "type": "string",
            "pattern": f"^domain:{_REFERENCE}",
        },
        "dashboards": {
            "description": "Links by title: the beginning of a URL, which the tenant's Kubernetes namespace completes.",
            "type": "object",
            "additionalProperties": {"description": "A beginning.", "type": "string", "pattern": "^https://"},
        },
    },
}


@document(
    "backstage",
    kind="System",
    looks=(
        f"{_OPTIONS}.owner",
        f"{_OPTIONS}.domain",
        f"{_OPTIONS}.dashboards",
        "infrastructure.network.custom_domains",
    ),
    places=("deployment.environment", "tenant.tier", "tenant.status", "support.level"),
)
def system(
    names: Names,
    owner: str,
    domain: str | None,
    dashboards: Mapping[str, str] | None,
    hosts: tuple[str, ...] | None,
    environment: Slot | None,
    tier: Slot | None,
    status: Slot | None,
    support: Slot | None,
) -> Tree:
    """The tenant, with links to where it is reached and where it is watched."""
    links: list[Tree] = [{"url": f"https://{host}", "title": host} for host in hosts or ()]
    for title, beginning in (dashboards or {}).items():
        links.append({"url": text(beginning, names.kubernetes_namespace), "title": title})
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "System",
        "metadata": {
            "name": names.kubernetes_namespace,
            # a name is used once in a namespace, and a tenant may live in several environments
            "namespace": environment,
            "title": names.tenant_name,
            "labels": {"tenantc/tier": tier, "tenantc/status": status, "tenantc/support": support},
            "annotations": {"tenantc/owner-email": names.owner_email},
            "links": links or None,
        },
        "spec": {"owner": owner, "domain": domain, "type": "tenant"},
    }


@document("backstage", kind="Resource", looks=(f"{_OPTIONS}.owner",), places=("deployment.environment",))
def namespace(names: Names, owner: str, environment: Slot | None) -> Tree:
    """The tenant's namespace, in which Backstage looks for what runs.

    https://backstage.io/docs/features/kubernetes/configuration/#adding-the-namespace-annotation
    """
    annotations: Mapping[str, Tree] = {"backstage.io/kubernetes-namespace": names.kubernetes_namespace}
    return _resource(names, "namespace", environment, owner, "kubernetes-namespace", annotations=annotations)


@document(
    "backstage",
    kind="Resource",
    looks=(f"{_OPTIONS}.owner", "infrastructure.isolation_level"),
    places=("deployment.environment",),
)
def database(names: Names, owner: str, level: str, environment: Slot | None) -> Tree:
    """What the tenant has of its own in PostgreSQL."""
    if level == "shared":  # rows in tables that others have rows in, too
        return None
    is_schema = level == "schema"
    title = names.postgres_schema if is_schema else names.postgres_database
    return _resource(names, "database", environment, owner, "database-schema" if is_schema else "database", title)


def _resource(
    names: Names,
    suffix: str,
    environment: Slot | None,
    owner: str,
    type_: str,
    title: Part | None = None,
    annotations: Mapping[str, Tree] | None = None,
) -> Tree:
    """An entity that is part of the tenant's; tenantc checks that there is the System that it refers to."""
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Resource",
        "metadata": {
            "name": names.sub("kubernetes_namespace", suffix),
            "namespace": environment,
            "title": title,
            "annotations": annotations,
        },
        "spec": {"type": type_, "owner": owner, "system": Ref("System", names.kubernetes_namespace)},
    }


BACKSTAGE: Final = Target(
    "backstage",
    files=(("catalog-info.yaml", "yaml"),),
    documents=(system, namespace, database),
    options=_TAKES,
)
