"""What Python programs call: what the command line does, typed, and refused by exceptions that carry diagnostics.

Nothing here computes settings of its own. Each name is imported when it is first asked for: the compiler behind it
takes longer to import than most programs take to start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenantc.api.findings import Finding
    from tenantc.api.infrastructure import InfrastructureProvisioner, Preview
    from tenantc.api.models import AIConfigurationManager
    from tenantc.api.refusals import (
        RefusedError,
        SettingsError,
        TenantExistsError,
        UnknownEnvironmentError,
        UnknownTenantError,
        UnknownTierError,
    )
    from tenantc.api.security import Explanation, Requirement, Satisfaction, SecurityPolicyEngine
    from tenantc.api.tenants import TenantManager
    from tenantc.api.workspaces import Change, Checked, Compilation, Workspace, check, compile_workspace, explain
    from tenantc.diagnostics.diagnostic import Diagnostic
    from tenantc.driver.resources import Resource
    from tenantc.driver.tenant_template.document import TenantTemplate
    from tenantc.driver.tenant_template.factory import TemplateError, TenantTemplateFactory
    from tenantc.driver.tenant_template.importing import Imported

__all__ = (
    "AIConfigurationManager",
    "Change",
    "Checked",
    "Compilation",
    "Diagnostic",
    "Explanation",
    "Finding",
    "Imported",
    "InfrastructureProvisioner",
    "Preview",
    "RefusedError",
    "Requirement",
    "Resource",
    "Satisfaction",
    "SecurityPolicyEngine",
    "SettingsError",
    "TemplateError",
    "TenantExistsError",
    "TenantManager",
    "TenantTemplate",
    "TenantTemplateFactory",
    "UnknownEnvironmentError",
    "UnknownTenantError",
    "UnknownTierError",
    "Workspace",
    "check",
    "compile_workspace",
    "explain",
)


def __getattr__(name: str) -> Any:
    """A public name, imported now (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module `{__name__}` has no `{name}`")
    from tenantc.api import names

    found = getattr(names, name)
    globals()[name] = found
    return found
