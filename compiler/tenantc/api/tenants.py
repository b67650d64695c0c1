"""The life of tenants: made, changed, suspended, and let go, in their own files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tenantc.api.findings import Finding, findings
from tenantc.api.refusals import RefusedError
from tenantc.api.workspaces import Change, Workspace
from tenantc.driver.edits import Amending, Creation

_SCALING: Final = "infrastructure.auto_scaling"


class TenantManager:
    """Writes the specs of a workspace's tenants.

    An edit goes into the tenant's own text, whose comments and layout stay. It is proven on the whole workspace first:
    one after which it would compile worse raises RefusedError with what the compiler says, and nothing is written. What
    the tenant inherits anyway gets no override. Of an unknown tenant UnknownTenantError is raised.

    A configuration is a mapping of JSON values: settings, nested or dotted, with the operators of lists
    (`features.enabled+`), and further keys of a spec, such as `region` or `compliance_requirements`.

    >>> import asyncio
    >>> from tenantc.api import TenantManager, Workspace
    >>> workspace = Workspace.open("examples/streaming").copy()
    >>> manager = TenantManager(workspace)
    >>> config = {"compliance_requirements": ["SOC2", "GDPR"], "limits": {"max_users": 250}}
    >>> created = manager.create_tenant("nova", "Nova Radio", "professional", "ops@nova.example", config)
    >>> print(asyncio.run(created).diff)
    --- a/tenants/nova.yaml
    +++ b/tenants/nova.yaml
    @@ -0,0 +1,8 @@
    +tenant_id: nova
    +tenant_name: Nova Radio
    +tier: professional
    +owner_email: ops@nova.example
    +compliance_requirements: [SOC2, GDPR]
    +overrides:
    +  limits:
    +    max_users: 250
    <BLANKLINE>
    >>> scaled = manager.update_scaling_policy("nova", {"min_capacity": 3, "max_capacity": 15})
    >>> asyncio.run(scaled).changed
    True
    >>> workspace.settings("nova", "infrastructure.auto_scaling.max_capacity")
    {'infrastructure.auto_scaling.max_capacity': 15}

    What goes beyond a tier's ceiling is refused as the compiler would refuse it:

    >>> from tenantc.api import SettingsError
    >>> try:
    ...     asyncio.run(manager.apply_configuration("nova", {"limits.max_users": 1_000_000}))
    ... except SettingsError as refused:
    ...     print([one.code for one in refused.diagnostics])
    ['T402']
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def create_tenant(
        self,
        tenant_id: str,
        tenant_name: str,
        tier: str,
        owner_email: str,
        custom_config: Mapping[str, Any] | None = None,
    ) -> Change:
        """Writes a new tenant into `tenants/TENANT_ID.yaml`.

        Raises TenantExistsError for an id that is taken, UnknownTierError, and SettingsError for one that is no id.
        """
        stated = {"tenant_name": tenant_name, "tier": tier, "owner_email": owner_email}
        return await self._workspace.write(Creation(tenant_id, stated, {} if custom_config is None else custom_config))

    async def update_tenant(
        self,
        tenant_id: str,
        *,
        tenant_name: str | None = None,
        owner_email: str | None = None,
        industry: str | None = None,
        region: str | None = None,
        ring: str | None = None,
        status: str | None = None,
        mixins: Sequence[str] | None = None,
        compliance_requirements: Sequence[str] | None = None,
    ) -> Change:
        """States facts of a tenant anew; those that are not given stay. A list replaces the one that is there."""
        facts: dict[str, Any] = {
            "tenant_name": tenant_name,
            "owner_email": owner_email,
            "industry": industry,
            "region": region,
            "ring": ring,
            "status": status,
            "mixins": mixins,
            "compliance_requirements": compliance_requirements,
        }
        given = {key: value for key, value in facts.items() if value is not None}
        return await self._workspace.write(Amending(tenant_id, given))

    async def change_tier(self, tenant_id: str, tier: str) -> Change:
        """Moves a tenant to another tier; its overrides stay, and are refused if that tier does not allow them."""
        return await self._workspace.write(Amending(tenant_id, {"tier": tier}))

    async def suspend(self, tenant_id: str) -> Change:
        """Keeps everything of a tenant in place, and lets nobody in or out."""
        return await self._workspace.write(Amending(tenant_id, {"status": "suspended"}))

    async def terminate(self, tenant_id: str) -> Change:
        """Lets a tenant go: its spec stays and says so, and the next build holds nothing of it any more."""
        return await self._workspace.write(Amending(tenant_id, {"status": "terminated"}))

    async def apply_configuration(self, tenant_id: str, config: Mapping[str, Any]) -> Change:
        """Puts a configuration on top of what the tenant's spec says, setting by setting: all of it, or nothing."""
        return await self._workspace.write(Amending(tenant_id, {}, config))

    async def update_scaling_policy(self, tenant_id: str, config: Mapping[str, Any]) -> Change:
        """Sets some of `infrastructure.auto_scaling`: `min_capacity`, `max_capacity`, `target_utilization`, …"""
        return await self._workspace.write(Amending(tenant_id, {}, {_SCALING: config}))

    def audit_security(self, tenant_id: str, *, environment: str | None = None) -> tuple[Finding, ...]:
        """What comes of every rule for a tenant in an environment, by default in its only one.

        Raises UnknownEnvironmentError, and RefusedError if its settings are wrong, so that nobody could judge them.

        >>> from tenantc.api import TenantManager, Workspace
        >>> manager = TenantManager(Workspace.open("examples/streaming"))
        >>> [one.rule for one in manager.audit_security("acme-corp") if one.blocks]
        []
        """
        pipeline, compiled = self._workspace.compiled(tenant_id, environment)
        if compiled.checked is None:
            raise RefusedError(self._workspace.tenant(tenant_id)[1].diagnostics)
        judgement, stack, checked = pipeline.judgement, compiled.linked.stack, compiled.checked
        tier = pipeline.tier(stack)
        verdicts = judgement.verdicts(checked, pipeline.hardened(stack), tier)
        subject, identity = judgement.subject(checked, tier), compiled.linked.spec.identity
        return tuple(findings(judgement.court, verdicts, subject, stack, compiled.resolved, identity))
