"""The documents that users write, read and checked one by one."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.model.identity import Identity
from tenantc.model.layer import Layer, Named
from tenantc.source.frozen import Frozen, field
from tenantc.source.node import Node
from tenantc.source.span import Span

HOUSE = "house"  # the policy of the platform itself: it holds for every tenant, and none can list it
SOON = 30  # a waiver that ends within this many days ends soon


class Tier(Frozen):
    """A tier; `own` is true for a workspace's document (as against the library's)."""

    name: str
    layer: Layer
    extends: Named | None
    grade: str | None
    mixins: tuple[Named, ...]
    span: Span
    own: bool


class Mixin(Frozen):
    """A mixin and the mixins it extends."""

    name: str
    layer: Layer
    extends: tuple[Named, ...]
    span: Span
    own: bool


class Place(Frozen):
    """Where one region's tenants are deployed; an absent part is an empty text."""

    account: str = ""
    region: str = ""
    cluster: str = ""


class Environment(Frozen):
    """An environment; `places` maps a tenant's region to where it is deployed, None if any region will do.

    `inputs` is what it says instead of the workspace's options.
    """

    name: str
    layer: Layer
    place: Place
    places: Mapping[str, Place] | None
    span: Span | None
    inputs: Node | None = None
    own: bool = True


class Control(Frozen):
    """A control of a framework: what it is about, and what has to be shown where no setting can decide it."""

    id: str
    title: str
    evidence: str
    span: Span


class Enforcement(Frozen):
    """How strictly a policy enforces a rule; `start` and `until` are its first and last day, empty if there is none."""

    rule: str
    level: str
    start: str
    until: str
    reason: str
    owner: str
    span: Span


class Setting(Frozen):
    """A value that a policy gives a parameter of a rule, as it is written: a number may have its unit in a text."""

    rule: str
    name: str
    value: object
    span: Span


class Preference(Frozen):
    """Which of two rules a policy prefers where their remedies exclude each other, and who accepts that."""

    rules: tuple[str, ...]
    prefer: str
    reason: str
    approver: str
    span: Span


class Waiver(Frozen):
    """Who may break a rule until when.

    It holds for the members of a collection that `items` names, and for values no worse than `up_to`.
    """

    rule: Named
    tenants: tuple[Named, ...]
    until: str
    reason: str
    approver: str
    environments: tuple[Named, ...] = ()
    items: tuple[str, ...] = ()
    up_to: object = None
    until_span: Span | None = None


class Evidence(Frozen):
    """What was shown for a control of a framework, and who answers for it.

    It counts from the day `date` on until the day `until`; `sha256` is the digest of what lies behind the link.
    """

    framework: Named
    control: Named
    owner: str
    link: str
    sha256: str
    date: str
    until: str
    until_span: Span


class Framework(Frozen):
    """A policy: a framework's canonical id, the spellings that name it, its controls, and what it says of rules."""

    name: str
    title: str
    accepts: tuple[Named, ...]
    span: Span
    version: str = ""
    controls: tuple[Control, ...] = ()
    enforce: tuple[Enforcement, ...] = ()
    params: tuple[Setting, ...] = ()
    settle: tuple[Preference, ...] = ()


class TenantEnvironment(Frozen):
    """What a tenant says for one environment alone."""

    layer: Layer
    names: Mapping[str, Named]
    span: Span


class Spec(Frozen):
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
