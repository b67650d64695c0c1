"""The metadata that every Kubernetes document of ours carries.

Keys of our own begin with `tenantc/`. Whoever labels other people's objects automatically has to use a prefix, and a
prefix is a DNS subdomain of which one label is enough
(https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set). The tool's bare
name therefore says who wrote a label without claiming a domain that the project does not own.

A label's value has 63 characters of a small alphabet, so labels hold ids and enums; what people write freely (the
tenant's name) is an annotation.
"""

from __future__ import annotations

import re
from typing import Final

from tenantc.emit.document import Names, Slot, Tree, slug

TENANT: Final = "tenantc/tenant"

PRUNE: Final = "kustomize.toolkit.fluxcd.io/prune"
"""Whether Flux deletes what is in no file any more: https://fluxcd.io/flux/components/kustomize/kustomizations/#prune."""

# https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
MANAGED_BY: Final = "app.kubernetes.io/managed-by"
PART_OF: Final = "app.kubernetes.io/part-of"
ENVIRONMENT: Final = "tenantc/environment"

# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
LONGEST_LABEL: Final = 63
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")


def labels(names: Names) -> dict[str, Tree]:
    """The labels of every object: who writes it, and for whom."""
    return {MANAGED_BY: "tenantc", TENANT: names.tenant_id}


def metadata(names: Names, name: str | Slot) -> dict[str, Tree]:
    """The metadata of an object inside the tenant's namespace, where a plain name meets no other tenant's."""
    return {"name": name, "namespace": names.kubernetes_namespace, "labels": labels(names)}


def shared_name(platform: str, environment: str, name: str) -> str:
    """The name of an object that tenants share, outside all namespaces: a DNS subdomain.

    Neither platforms nor environments hold a dot, so no two of them meet in one cluster; and no name begins with
    `system-`, which Kubernetes keeps to itself.
    """
    return f"tenantc.{platform}.{environment}.{name}"


def label_name(platform: str, environment: str, *parts: str) -> str:
    """The name of an object that tells of itself by a label of what it makes, so as short as a label's value.

    No part but the last holds a dot, so no two of them meet, whatever platforms, environments and tenants are called.
    """
    name = ".".join((platform, environment, *parts))
    return name if len(name) <= LONGEST_LABEL else slug(name, LONGEST_LABEL)


def shared_metadata(platform: str, environment: str, name: str) -> dict[str, Tree]:
    """The metadata of such an object."""
    return {
        "name": shared_name(platform, environment, name),
        "labels": {MANAGED_BY: "tenantc", PART_OF: platform, ENVIRONMENT: environment},
    }


def is_label_value(value: str) -> bool:
    """Whether Kubernetes takes this as a label's value."""
    return _LABEL_VALUE.fullmatch(value) is not None
