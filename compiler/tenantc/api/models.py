"""What a tenant may do with models of artificial intelligence, as its settings resolve."""

from __future__ import annotations

import json
from typing import Any, Final

from tenantc.api.workspaces import Change, Workspace
from tenantc.driver.edits import Amending
from tenantc.source.path import split

_AI: Final = "ai_configuration"
_ACCESS: Final = f"{_AI}.model_access"
_RATES: Final = f"{_AI}.rate_limits"
_SAFETY: Final = f"{_AI}.safety_settings"
_SESSIONS: Final = "limits.ai_sessions_per_month"


class AIConfigurationManager:
    """Tells and changes which models a tenant may use, how much, and under which safeguards.

    Reading raises as `Workspace.settings` does, writing as `TenantManager.apply_configuration`.

    >>> import asyncio
    >>> from tenantc.api import AIConfigurationManager, Workspace
    >>> manager = AIConfigurationManager(Workspace.open("examples/streaming").copy())
    >>> manager.models("acme-corp")
    ('claude-3', 'gpt-4', 'gpt-4.1', 'gpt-4o-mini')
    >>> change = asyncio.run(manager.allow_model("acme-corp", "gpt-4", allowed=False))
    >>> manager.models("acme-corp")
    ('claude-3', 'gpt-4.1', 'gpt-4o-mini')
    >>> change = asyncio.run(manager.set_rate_limits("acme-corp", requests_per_minute=50))
    >>> manager.quotas("acme-corp")["requests_per_minute"]
    50
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def models(self, tenant_id: str, *, environment: str | None = None) -> tuple[str, ...]:
        """The models that a tenant may use, sorted."""
        switches = self._below(tenant_id, _ACCESS, environment)
        return tuple(sorted(name for name, allowed in switches.items() if allowed is True))

    def quotas(self, tenant_id: str, *, environment: str | None = None) -> dict[str, Any]:
        """How much a tenant may ask of models: its rate limits, and `sessions_per_month` (or `unlimited`)."""
        rates = self._below(tenant_id, _RATES, environment)
        sessions = self._workspace.settings(tenant_id, _SESSIONS, environment=environment)
        return rates | {"sessions_per_month": sessions[_SESSIONS]}

    def safety(self, tenant_id: str, *, environment: str | None = None) -> dict[str, Any]:
        """The safeguards on what a tenant asks and is answered."""
        return self._below(tenant_id, _SAFETY, environment)

    async def allow_model(self, tenant_id: str, model: str, *, allowed: bool = True) -> Change:
        """Lets a tenant use a model, or keeps it from one; names may hold dots."""
        return await self._workspace.write(Amending(tenant_id, {}, {f"{_ACCESS}[{json.dumps(model)}]": allowed}))

    async def set_rate_limits(
        self,
        tenant_id: str,
        *,
        requests_per_minute: int | None = None,
        tokens_per_day: int | None = None,
        concurrent_requests: int | None = None,
    ) -> Change:
        """Sets rate limits of a tenant; those that are not given stay."""
        rates = {
            "requests_per_minute": requests_per_minute,
            "tokens_per_day": tokens_per_day,
            "concurrent_requests": concurrent_requests,
        }
        given = {name: rate for name, rate in rates.items() if rate is not None}
        return await self._workspace.write(Amending(tenant_id, {}, {_RATES: given}))

    def _below(self, tenant_id: str, path: str, environment: str | None) -> dict[str, Any]:
        """Settings by the last name of their paths."""
        found = self._workspace.settings(tenant_id, path, environment=environment)
        return {split(setting)[-1]: value for setting, value in found.items()}
