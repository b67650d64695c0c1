"""The documents that users write, read and checked one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tenantc.model.identity import Identity
from tenantc.model.layer import Layer, Named
from tenantc.source.span import Span


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier; `own` is true for a workspace's document (as against the library's)."""

    name: str
    layer: Layer
    extends: Named | None
    grade: str | None
    mixins: tuple[Named, ...]
    span: Span
    own: bool


@dataclass(frozen=True, slots=True)
class Mixin:
    """A mixin and the mixins it extends."""

    name: str
    layer: Layer
    extends: tuple[Named, ...]
    span: Span
    own: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where one region's tenants are deployed; an absent part is an empty text."""

    account: str = ""
    region: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment; `places` maps a tenant's region to where it is deployed, None if any region will do."""

    name: str
    layer: Layer
    place: Place
    places: Mapping[str, Place] | None
    span: Span | None
    own: bool = True


@dataclass(frozen=True, slots=True)
class Framework:
    """A compliance framework: its canonical id and the spellings that name it."""

    name: str
    title: str
    accepts: tuple[Named, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TenantEnvironment:
    """What a tenant says for one environment alone."""

    layer: Layer
    names: Mapping[str, Named]
    span: Span


@dataclass(frozen=True, slots=True)
class Spec:
    """One tenant as its spec states it."""

    tenant_id: str
    tenant_name: str
    tier: Named
    owner_email: str
    layer: Layer
    span: Span
    industry: str = ""
    region: Named | None = None
    ring: str = "general"
    status: str = "active"
    mixins: tuple[Named, ...] = ()
    environments: Mapping[str, TenantEnvironment] | None = None
    names: Mapping[str, Named] = field(default_factory=dict)
    keep: tuple[Named, ...] = ()
    texts: tuple[tuple[str, str, Span], ...] = ()  # what it says in free text: key, text, place

    @property
    def identity(self) -> Mapping[Identity, str]:
        """What stands in artifacts where a setting places identity."""
        return {Identity.ID: self.tenant_id, Identity.NAME: self.tenant_name, Identity.OWNER_EMAIL: self.owner_email}
